//! Streets of the plan on the ground: noded, named, with bridges over the river and underpasses
//! below the railway.

use chrono::NaiveDate;
use geo::Coord;

use super::feature::{Feature, lines, tenths, text};
use super::ground::Ground;
use super::layout::{Axis, Layout, RAIL_STREET_M, RIVER_STREET_M, Run};
use super::names::StreetNames;
use super::network::{Piece, pieces};
use super::random::Random;
use super::street_class::StreetClass;
use crate::domain::Value;

/// Vertices of a street are this far apart at most.
const STEP_M: f64 = 40.0;

/// The ground under a stretch of a run.
pub fn trace(ground: &Ground, run: &Run, from: f64, to: f64) -> Vec<Coord<f64>> {
    let count = ((to - from) / STEP_M).ceil().max(1.0);
    (0..=count as usize)
        .map(|i| if i as f64 == count { to } else { from + (to - from) * i as f64 / count })
        .map(|along| match run.axis {
            Axis::U => ground.at(along, run.at),
            Axis::V => ground.at(run.at, along),
        })
        .collect()
}

/// True for a stretch that spans the river.
pub fn is_bridge(layout: &Layout, run: &Run, from: f64, to: f64) -> bool {
    run.axis == Axis::U && from < layout.river_u && layout.river_u < to
}

/// True for a stretch that passes below the railway.
pub fn is_underpass(layout: &Layout, run: &Run, from: f64, to: f64) -> bool {
    run.axis == Axis::U && from < layout.rail_u && layout.rail_u < to
}

/// Paths along the river between the bridges, with steps up to the street at both ends and here and
/// there between, and an underpass for people below the railway in each second stretch.
pub fn add_paths(layout: &mut Layout) {
    let mut rows = vec![-layout.half_v];
    rows.extend(&layout.bridges);
    rows.push(layout.half_v);
    for (i, pair) in rows.windows(2).enumerate() {
        let (south, north) = (pair[0] + 30.0, pair[1] - 30.0);
        let third = ((north - south) / 3.0).round();
        for side in [-1.0, 1.0] {
            let path_u = layout.river_u + side * (RIVER_STREET_M - 19.0);
            let street_u = layout.river_u + side * RIVER_STREET_M;
            layout.run(Axis::V, path_u, south, north, StreetClass::Footway, None);
            for (k, at) in [south, south + third, north - third, north].into_iter().enumerate() {
                let class = if k % 3 == 0 { StreetClass::Steps } else { StreetClass::Footway };
                layout.run(Axis::U, at, path_u.min(street_u), path_u.max(street_u), class, None);
            }
        }
        if i % 2 == 0 {
            let at = ((pair[0] + pair[1]) / 2.0).round();
            let (west, east) = (layout.rail_u - RAIL_STREET_M, layout.rail_u + RAIL_STREET_M);
            layout.run(Axis::U, at, west, east, StreetClass::Footway, None);
        }
    }
}

/// One feature for each piece of street between two junctions.
///
/// `planned` leads which of them are to be surfaced again.
pub fn features(
    ground: &Ground,
    layout: &Layout,
    names: &StreetNames,
    random: &mut Random,
    planned: &mut Random,
) -> Vec<Feature> {
    // What was paved when is decided for a whole street.
    let paved: Vec<Paving> = layout.runs.iter().map(|run| Paving::draw(run.class, random)).collect();
    let planned: Vec<Option<(NaiveDate, &'static str)>> =
        layout.runs.iter().map(|run| Paving::plan(run.class, planned)).collect();
    pieces(&layout.runs, |_| true)
        .into_iter()
        .enumerate()
        .map(|(index, Piece { run: run_index, from, to })| {
            let run = &layout.runs[run_index];
            let paving = &paved[run_index];
            let is_bridge = is_bridge(layout, run, from, to);
            let name = run.name.map(|name| names.get(name));
            Feature::new(lines(vec![trace(ground, run, from, to)]))
                .with("code", text(format!("DL{:06}", index + 1)))
                .with("name", name.map(text))
                .with("street_class", text(run.class.code()))
                .with("is_walkable", Value::Boolean(run.class != StreetClass::Expressway))
                .with("is_bridge", Value::Boolean(is_bridge))
                .with("is_tunnel", Value::Boolean(is_underpass(layout, run, from, to)))
                .with("width_m", tenths(run.class.width_m() + paving.wider_m))
                .with("surface", paving.surface.map(text))
                .with("surfaced_on", paving.day.map(Value::Date))
                .with("surfacing", paving.surfacing.map(text))
                .with("resurfacing_on", planned[run_index].map(|(day, _)| Value::Date(day)))
                .with("resurfacing", planned[run_index].map(|(_, kind)| text(kind)))
        })
        .collect()
}

struct Paving {
    wider_m: f64,
    surface: Option<&'static str>,
    day: Option<NaiveDate>,
    surfacing: Option<&'static str>,
}

impl Paving {
    /// When a street is to be surfaced again: few are.
    fn plan(class: StreetClass, random: &mut Random) -> Option<(NaiveDate, &'static str)> {
        let is_planned = random.chance(0.08);
        let (year, month) = (random.integer(2022, 2025), random.integer(3, 11));
        let kind = random.weighted(&[("built", 0.2), ("major_repair", 0.5), ("minor_repair", 0.3)]);
        let day = NaiveDate::from_ymd_opt(year as i32, month as u32, 1)?;
        (is_planned && class.is_thoroughfare()).then_some((day, kind))
    }

    fn draw(class: StreetClass, random: &mut Random) -> Self {
        let surface = match class {
            StreetClass::Footway | StreetClass::Steps => random.weighted(&[("paving", 0.7), ("concrete", 0.3)]),
            StreetClass::Service => random.weighted(&[("concrete", 0.8), ("asphalt", 0.15), ("unpaved", 0.05)]),
            StreetClass::Residential => random.weighted(&[("concrete", 0.55), ("asphalt", 0.45)]),
            _ => "asphalt",
        };
        let is_known = random.chance(0.72);
        let (year, month, day) = (random.integer(2001, 2020), random.integer(1, 12), random.integer(1, 28));
        let surfacing = random.weighted(&[("built", 0.4), ("major_repair", 0.25), ("minor_repair", 0.35)]);
        Self {
            wider_m: if class.is_thoroughfare() { random.integer(-1, 2) as f64 } else { 0.0 },
            surface: (is_known || class.is_thoroughfare()).then_some(surface),
            day: (is_known && class.is_thoroughfare())
                .then(|| NaiveDate::from_ymd_opt(year as i32, month as u32, day as u32))
                .flatten(),
            surfacing: (is_known && class.is_thoroughfare()).then_some(surfacing),
        }
    }
}
