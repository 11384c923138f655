//! Streets of Guixi and Heidelberg with works made up along them.

use std::time::Instant;

use chrono::Days;
use geo::Coord;

use super::random_city::{day, work};
use pianqu::analysis::siting::unlimited;
use pianqu::analysis::trench::path::Path;
use pianqu::analysis::trench::{City, Decided, Line, Settings, Work, plan, recheck};
use pianqu::domain::LayerId;
use pianqu::domain::Viewer;
use pianqu::domain::pipe::Pipe;
use pianqu::geodesy::GaussKruger;
use pianqu::snapshot::Snapshot;

use crate::support::dice::Dice;
use crate::support::real::{openstreetmap, settings_of};
use crate::support::shared_data;

const KINDS: [&str; 6] = ["water", "gas", "foul_sewer", "storm_sewer", "power", "telecom"];

/// Two to four works in every third street that is long enough, beside its centre line.
fn works(city: &City, dice: &mut Dice) -> Vec<Work> {
    let mut works: Vec<Work> = Vec::new();
    for street in city.streets.iter().filter(|street| street.path.length_m > 60.0).step_by(3) {
        for _ in 0..2 + dice.below(3) {
            let length = street.path.length_m;
            let from = dice.below((length / 2.0) as usize) as f64;
            let to = from + length / 4.0 + dice.below((length / 4.0) as usize) as f64;
            let aside = dice.below(5) as f64 - 2.0;
            let places: Vec<Coord<f64>> =
                street.path.cut((from, to)).into_iter().map(|at| Coord { x: at.x + aside, y: at.y - aside }).collect();
            let mut one = work(works.len() as i64 + 1, Path::on_plane(&[places]));
            one.pipe.kind = KINDS[dice.below(KINDS.len())].to_owned();
            one.pipe.diameter_mm = (dice.below(4) > 0).then_some(100.0 * (1 + dice.below(8)) as f64);
            let start = day("2024-01-01") + Days::new(dice.below(900) as u64);
            one.window = (Some(start), Some(start + Days::new(60 + dice.below(300) as u64)));
            one.shift_limit_days = Some(30 * dice.below(4) as i64);
            works.push(one);
        }
    }
    works
}

/// Existing lines in every other street, through its bends at an offset that changes on the way.
fn lines(city: &City, dice: &mut Dice) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for street in city.streets.iter().filter(|street| street.path.length_m > 30.0).step_by(2) {
        for _ in 0..2 + dice.below(4) {
            let (first, last) = (dice.below(90) as f64 / 10.0 - 4.5, dice.below(90) as f64 / 10.0 - 4.5);
            let bends = street.path.segments.iter().enumerate().map(|(n, one)| {
                let aside = if n % 2 == 0 { first } else { (2.0 * first + last) / 3.0 };
                let (dx, dy) = ((one.b.x - one.a.x) / one.length_m, (one.b.y - one.a.y) / one.length_m);
                Coord { x: one.a.x + dy * aside, y: one.a.y - dx * aside }
            });
            let pressure = Some("medium_b".to_owned());
            let kind = KINDS[dice.below(KINDS.len())].to_owned();
            let diameter_mm = (dice.below(4) > 0).then_some(50.0 * (1 + dice.below(12)) as f64);
            lines.push(Line {
                id: lines.len() as i64 + 1,
                code: None,
                operator: None,
                pipe: Pipe { kind, diameter_mm, pressure, ..Pipe::default() },
                start_depth_m: Some(1.0),
                end_depth_m: Some(1.4),
                quality_level: None,
                path: Path::on_plane(&[bends.collect()]),
            });
        }
    }
    lines
}

fn check(name: &str, snapshot: &Snapshot) {
    let plane: GaussKruger = settings_of(snapshot).plane;
    let mut city = City::of(snapshot, Viewer::Everything, plane).unwrap();
    assert!(snapshot.layer(LayerId::Street, Viewer::Everything).unwrap().len() == city.streets.len());
    let mut dice = Dice::new(7);
    city.works = works(&city, &mut dice);
    city.works.truncate(3000);
    city.lines = lines(&city, &mut dice);
    // Where the map does not say how wide a street is, so that places are sure and looked at again.
    city.streets.iter_mut().for_each(|street| {
        street.width_m.get_or_insert(12.0);
    });
    let settings = Settings { steps: 2_000, ..Settings::default() };
    let start = Instant::now();
    let plan = plan(&city, &settings, &Decided::default(), &unlimited()).unwrap();
    eprintln!(
        "{name}: {} streets, {} works, {} without a day (alone {}), {} openings (each for itself {}, bound {}), {} trenches, {:.1} s",
        city.streets.len(),
        plan.totals.works,
        plan.totals.not_planned,
        plan.alone.not_planned,
        plan.totals.openings,
        plan.totals.openings_separate,
        plan.bound.least_openings,
        plan.totals.trenches,
        start.elapsed().as_secs_f64()
    );
    assert_eq!(recheck(&city, &settings, &plan), vec![]);
    assert!(plan.totals.works > 200 && plan.totals.trenches > 20, "{:?}", plan.totals);
    assert!(plan.totals.not_planned <= plan.alone.not_planned);
    assert!(plan.bound.least_openings <= plan.totals.openings);
    assert!(plan.totals.openings < plan.totals.openings_separate);
    eprintln!("{name}: {} places are free, {} are not", plan.totals.trenches_free, plan.totals.trenches_blocked);
    assert!(plan.totals.trenches_free > 20 && plan.totals.trenches_blocked > 0, "{:?}", plan.totals);
    // A work that was made along a street is found in it.
    assert!(plan.works.iter().all(|work| !work.street_ids.is_empty()));
}

#[test]
fn works_in_the_streets_of_guixi() {
    let Some(file) = shared_data("osm-china/jiangxi-guixi.osm") else { return };
    check("Guixi", &openstreetmap(file));
}

#[test]
fn works_in_the_streets_of_heidelberg() {
    let Some(file) = shared_data("osm-world/heidelberg-ors.osm.pbf") else { return };
    check("Heidelberg", &openstreetmap(file));
}
