//! Works that operators plan. Several fall on one street in the same months, each for itself: there
//! a shared trench pays.

use chrono::{Days, NaiveDate};
use geo::Coord;

use super::feature::{Feature, lines, text, yuan};
use super::ground::Ground;
use super::layout::{Axis, Layout};
use super::names::StreetNames;
use super::random::Random;
use super::street_class::StreetClass;
use super::streets::{is_bridge, trace};
use super::utilities::{KINDS, UtilityKind, beside};
use crate::domain::Value;

pub struct Works {
    pub works: Vec<Feature>,
    /// A few trenches that a planner could have proposed.
    pub trenches: Vec<Feature>,
}

/// Kinds that are dug for.
const DUG: [&str; 7] = ["water", "gas", "foul_sewer", "storm_sewer", "power", "telecom", "broadcast"];

/// How many drafts of shared trenches to make.
const TRENCHES: usize = 4;

/// `terms` leads how far works may be moved and who may read of them.
pub fn works(
    ground: &Ground,
    layout: &Layout,
    names: &StreetNames,
    wanted: usize,
    random: &mut Random,
    terms: &mut Random,
) -> Works {
    // Streets from the middle outwards.
    let mut streets: Vec<usize> = (0..layout.runs.len())
        .filter(|&i| {
            let run = &layout.runs[i];
            run.name.is_some()
                && run.to - run.from > 180.0
                && run.class > StreetClass::Expressway
                && run.class.is_thoroughfare()
        })
        .collect();
    let far = |i: usize| {
        let run = &layout.runs[i];
        let nearest = 0.0f64.clamp(run.from, run.to);
        run.at * run.at + nearest * nearest
    };
    streets.sort_by(|&a, &b| far(a).total_cmp(&far(b)));
    let mut found = Works { works: Vec::new(), trenches: Vec::new() };
    if streets.is_empty() {
        return found;
    }
    for n in 0.. {
        if found.works.len() >= wanted {
            break;
        }
        let run = &layout.runs[streets[n % streets.len()]];
        let length = random.between(180.0, 900.0).min(run.to - run.from);
        // Works begin and end near the middle of town first.
        let (low, high) = (run.from, run.to - length);
        let wish = random.between(-900.0, 900.0) - length / 2.0;
        let from = if n < streets.len() { wish.clamp(low, high) } else { random.between(low, high) };
        if is_over_river(layout, run.axis, from, from + length) {
            continue;
        }
        let street = run.name.map_or("", |name| names.get(name));
        let path = trace(ground, run, from, from + length);
        let meeting = random.weighted(&[(1, 0.42), (2, 0.28), (3, 0.20), (4, 0.10)]);
        let base = day(2020, 3) + Days::new(random.integer(0, 1500) as u64);
        let mut kinds: Vec<&UtilityKind> = KINDS.iter().filter(|kind| DUG.contains(&kind.code)).collect();
        let mut first = None;
        let mut members: Vec<String> = Vec::new();
        for _ in 0..meeting {
            if found.works.len() >= wanted {
                break;
            }
            let kind = kinds.remove(random.integer(0, kinds.len() as i64 - 1) as usize);
            let side = if run.axis == Axis::V { -1.0 } else { 1.0 };
            let along = beside(&path, side * kind.offset_m(run.class));
            let window = window(base, random);
            first.get_or_insert((kind, window));
            let code = found.works.len() + 1;
            members.push(code_of(code));
            let work = describe(kind, run.class, street, along, length, window, code, random);
            let burial = if kind.is_cable() { "duct_bank" } else { "direct" };
            let shift = terms.weighted(&[(None, 0.3), (Some(0), 0.2), (Some(90), 0.3), (Some(180), 0.2)]);
            let visibility = terms.weighted(&[("restricted", 0.6), ("open", 0.3), ("confidential", 0.1)]);
            found.works.push(
                work.with("burial", terms.chance(0.8).then(|| text(burial)))
                    .with("shift_limit_days", shift.map(Value::Integer))
                    .with("visibility", text(visibility)),
            );
        }
        if meeting >= 3
            && found.trenches.len() < TRENCHES
            && let Some((kind, (start, _))) = first
        {
            let feature = Feature::new(lines(vec![path]))
                .with("code", text(format!("GG{:03}", found.trenches.len() + 1)))
                .with("name", text(format!("{street}共沟（草案）")))
                .with("trench_state", text("proposed"))
                .with("lead_operator", text(kind.operator))
                .with("width_m", Value::Number(random.integer(20, 44) as f64 / 10.0))
                .with("starts_on", Value::Date(start))
                .with("ends_on", Value::Date(start + Days::new(random.integer(60, 180) as u64)))
                .with("members", text(members.join(" ")));
            found.trenches.push(feature);
        }
    }
    found
}

fn code_of(number: usize) -> String {
    format!("GC{number:05}")
}

fn is_over_river(layout: &Layout, axis: Axis, from: f64, to: f64) -> bool {
    let run = super::layout::Run { axis, at: 0.0, from, to, class: StreetClass::Primary, name: None };
    let bank = super::layout::RIVER_STREET_M;
    axis == Axis::U
        && (is_bridge(layout, &run, from, to) || (from < layout.river_u + bank && to > layout.river_u - bank))
}

fn day(year: i32, month: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, 1).expect("a day of the calendar")
}

/// Around the street's own time, but not later than 2025.
fn window(base: NaiveDate, random: &mut Random) -> (NaiveDate, NaiveDate) {
    let start = base + Days::new(random.integer(0, 240) as u64);
    let end = start + Days::new(random.integer(100, 420) as u64);
    (start, end.min(day(2025, 12)))
}

#[expect(clippy::too_many_arguments, reason = "one call, and each says something else about the work")]
fn describe(
    kind: &UtilityKind,
    class: StreetClass,
    street: &str,
    along: Vec<Coord<f64>>,
    length_m: f64,
    (start, end): (NaiveDate, NaiveDate),
    code: usize,
    random: &mut Random,
) -> Feature {
    let title = match kind.code {
        "water" => "给水管网改造",
        "gas" => "燃气管道更新",
        "foul_sewer" => "污水管网改造",
        "storm_sewer" => "雨水管网改造",
        "power" => "电力排管",
        "telecom" => "通信管道",
        _ => "广电线路入地",
    };
    let is_open_cut = random.chance(0.84);
    let duration = (length_m / random.between(6.0, 14.0)) as i64 + random.integer(8, 25);
    let cost = length_m * random.between(900.0, 3600.0);
    Feature::new(lines(vec![along]))
        .with("code", text(code_of(code)))
        .with("name", text(format!("{street}{title}工程")))
        .with("utility_kind", text(kind.code))
        .with("operator", text(kind.operator))
        .with("method", text(if is_open_cut { "open" } else { "trenchless" }))
        .with("diameter_mm", kind.diameter(class, random).map(Value::Number))
        .with("ducts", kind.is_cable().then(|| Value::Integer(random.integer(4, 20))))
        .with("depth_m", Value::Number((kind.depth(random) * 100.0).round() / 100.0))
        .with("pressure", (kind.code == "gas").then(|| text("medium_a")))
        .with("window_start", Value::Date(start))
        .with("window_end", Value::Date(end))
        .with("duration_days", Value::Integer(duration.min((end - start).num_days())))
        .with("estimated_cost", yuan((cost / 1000.0).round() * 1000.0))
        .with("confidence", text(random.weighted(&[("committed", 0.35), ("planned", 0.5), ("idea", 0.15)])))
}
