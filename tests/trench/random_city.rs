//! Small cities at random: a grid of streets with works along them.

use chrono::{Days, NaiveDate};
use geo::Coord;
use proptest::prelude::*;

use pianqu::analysis::trench::path::Path;
use pianqu::analysis::trench::{City, Line, Street, Work};
use pianqu::domain::clearance::RoadPart;
use pianqu::domain::pipe::Pipe;
use pianqu::geodesy::GaussKruger;

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn line(places: &[(f64, f64)]) -> Path {
    Path::on_plane(&[places.iter().map(|&(x, y)| Coord { x: 470_000.0 + x, y: 3_330_000.0 + y }).collect()])
}

/// A water pipe of 200 mm in 2024, ten days of work.
pub fn work(id: i64, path: Path) -> Work {
    Work {
        id,
        code: Some(format!("GC{id}")),
        name: None,
        operator: Some(format!("operator {}", id % 3)),
        pipe: Pipe { kind: "water".to_owned(), diameter_mm: Some(200.0), ..Pipe::default() },
        is_open: true,
        is_method_known: true,
        depth_m: Some(1.0),
        window: (Some(day("2024-03-01")), Some(day("2024-06-30"))),
        duration_days: Some(10),
        shift_limit_days: Some(0),
        path,
    }
}

pub fn street(id: i64, path: Path) -> Street {
    Street {
        id,
        code: None,
        name: Some(format!("street {id}")),
        width_m: Some(12.0),
        part: RoadPart::Carriageway,
        surfaced_on: Some(day("2001-01-01")),
        surfacing: Some("minor_repair".to_owned()),
        resurfacing_on: None,
        resurfacing: None,
        path,
    }
}

pub fn city(works: Vec<Work>, streets: Vec<Street>) -> City {
    City { plane: GaussKruger::default(), works, streets, lines: Vec::new() }
}

const KINDS: [&str; 5] = ["water", "gas", "foul_sewer", "telecom", "unknown"];

/// Four streets of two blocks that cross, up to six works along them, protections and shifts.
pub fn any_city() -> impl Strategy<Value = City> {
    let work_of = (0..4_usize, 0..3_usize, 0..5_usize, -4..5_i32, 0..1500_u64, 10..500_u64, 1..60_i64, 0..3_i64);
    let works = prop::collection::vec((work_of, prop::option::weighted(0.8, 100..600_u32)), 1..7);
    let streets = prop::collection::vec((0..4_usize, 0..3000_u64), 8);
    (works, streets).prop_map(|(works, streets)| {
        let block = |run: usize, n: usize| {
            let at = 300.0 * (run / 2) as f64;
            let (from, to) = (300.0 * n as f64, 300.0 * (n + 1) as f64);
            if run.is_multiple_of(2) { [(from, at), (to, at)] } else { [(at, from), (at, to)] }
        };
        let streets: Vec<Street> = streets
            .into_iter()
            .enumerate()
            .map(|(n, (surfacing, surfaced))| {
                let mut one = street(n as i64 + 1, line(&block(n / 2, n % 2)));
                one.surfaced_on = Some(day("2016-01-01") + Days::new(surfaced));
                one.surfacing = ["minor_repair", "built", "major_repair"].get(surfacing).map(|&code| code.to_owned());
                if surfaced % 7 == 0 {
                    one.resurfacing_on = Some(day("2024-05-01") + Days::new(surfaced % 400));
                    one.resurfacing = Some("major_repair".to_owned());
                }
                one
            })
            .collect();
        let works = works
            .into_iter()
            .enumerate()
            .map(|(n, ((run, part, kind, beside, start, length, days, shift), diameter))| {
                // The first block, the second, or both.
                let (from, to) = [(0.0, 300.0), (300.0, 600.0), (0.0, 600.0)][part];
                let at = 300.0 * (run / 2) as f64 + f64::from(beside);
                let places = if run % 2 == 0 { [(from, at), (to, at)] } else { [(at, from), (at, to)] };
                let mut one = work(n as i64 + 1, line(&places));
                one.pipe.kind = KINDS[kind].to_owned();
                one.pipe.diameter_mm = diameter.map(f64::from);
                let first = day("2021-01-01") + Days::new(start);
                one.window = (Some(first), Some(first + Days::new(length)));
                one.duration_days = Some(days);
                one.shift_limit_days = Some(shift * 60);
                one
            })
            .collect();
        city(works, streets)
    })
}

/// The same with up to eight existing lines along the streets, some of which weave or turn off, and some streets
/// narrow or of unknown width.
pub fn any_city_with_lines() -> impl Strategy<Value = City> {
    let line_of = (0..4_usize, 0..500_u32, 20..400_u32, -30..31_i32, -6..7_i32, 0..5_usize);
    let lines = prop::collection::vec((line_of, prop::option::weighted(0.8, 50..900_u32), any::<bool>()), 1..9);
    let widths = prop::collection::vec(prop::option::weighted(0.85, 3..14_u32), 8);
    (any_city(), lines, widths).prop_map(|(mut city, lines, widths)| {
        for (street, width) in city.streets.iter_mut().zip(widths) {
            street.width_m = width.map(f64::from);
        }
        let lines = lines.into_iter().enumerate();
        city.lines = lines
            .map(|(n, ((run, from, length, beside, weave, kind), diameter, turns_off))| {
                let (from, to) = (f64::from(from), f64::from(from + length));
                let at = 300.0 * (run / 2) as f64 + f64::from(beside) / 4.0;
                let then = at + f64::from(weave) / 4.0;
                let mut places = vec![(from, at), (to, then)];
                if turns_off {
                    places.push((to, then + 30.0));
                }
                let turned: Vec<(f64, f64)> =
                    places.into_iter().map(|(x, y)| if run % 2 == 0 { (x, y) } else { (y, x) }).collect();
                let diameter_mm = diameter.map(f64::from);
                Line {
                    id: n as i64 + 1,
                    code: Some(format!("GX{n}")),
                    operator: Some(format!("operator {}", n % 4)),
                    pipe: Pipe { kind: KINDS[kind].to_owned(), diameter_mm, ..Pipe::default() },
                    start_depth_m: Some(1.0),
                    end_depth_m: (n % 3 > 0).then_some(1.5),
                    quality_level: None,
                    path: line(&turned),
                }
            })
            .collect();
        city
    })
}
