//! Where across its street a shared trench lies: small worlds worked by hand, and promises in random ones.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::random_city::{any_city_with_lines, city, line, street, work};
use pianqu::analysis::siting::unlimited;
use pianqu::analysis::trench::{
    CHECKED_WITHIN_M, Check, City, Decided, Exception, Line, PlaceState, Settings, Side, TrenchAnswer, TrenchResult,
    doubt_unseen, gap_m, plan, recheck,
};
use pianqu::domain::clearance::{ClearanceTable, clearance_rules};
use pianqu::domain::pipe::Pipe;
use pianqu::domain::rule::Verdict;

fn answer(city: &City) -> TrenchAnswer {
    plan(city, &Settings::default(), &Decided::default(), &unlimited()).unwrap()
}

fn existing(id: i64, kind: &str, diameter_mm: Option<f64>, places: &[(f64, f64)]) -> Line {
    let pressure = (kind == "gas").then(|| "medium_a".to_owned());
    Line {
        id,
        code: None,
        operator: None,
        pipe: Pipe { kind: kind.to_owned(), diameter_mm, pressure, ..Pipe::default() },
        start_depth_m: Some(1.1),
        end_depth_m: Some(1.1),
        quality_level: Some("surveyed".to_owned()),
        path: line(places),
    }
}

/// A gas pipe DN 160 of medium pressure A, so far to the right of a street that leads east.
fn gas(id: i64, right: f64) -> Line {
    existing(id, "gas", Some(160.0), &[(0.0, -right), (300.0, -right)])
}

/// The first cross-section of docs/trenches.md, 2.40 m wide, in a street of 300 m from west to east; works handed in
/// so far to the right of its axis.
fn street_of(width_m: Option<f64>, rights: [f64; 2], lines: Vec<Line>) -> City {
    let along = |right: f64| line(&[(0.0, -right), (300.0, -right)]);
    let mut works = vec![work(1, along(rights[0])), work(2, along(rights[1]))];
    works[1].pipe = Pipe { kind: "foul_sewer".to_owned(), diameter_mm: Some(400.0), ..Pipe::default() };
    works[1].depth_m = Some(2.0);
    let mut one = street(7, line(&[(0.0, 0.0), (300.0, 0.0)]));
    one.width_m = width_m;
    City { lines, ..city(works, vec![one]) }
}

fn only_trench(city: &City) -> TrenchResult {
    let answer = answer(city);
    assert_eq!((answer.trenches.len(), recheck(city, &Settings::default(), &answer)), (1, vec![]));
    answer.trenches.into_iter().next().unwrap()
}

fn placed(city: &City) -> (PlaceState, Option<f64>, bool, Option<f64>) {
    let place = only_trench(city).place.unwrap();
    (place.state, place.offset_m, place.is_mirrored, place.short_m)
}

fn with_line(trench: &TrenchResult, work: i64, line: i64, table: ClearanceTable) -> Option<&Check> {
    let other = format!("utility_line/{line}");
    let is_it = |one: &&Check| one.work_id == work && one.other.as_ref() == Some(&other) && one.table == table;
    trench.checks.iter().find(is_it)
}

#[test]
fn in_an_empty_street_a_trench_lies_where_its_works_were_handed_in() {
    assert_eq!(placed(&street_of(Some(12.0), [1.0, -1.0], vec![])), (PlaceState::Free, Some(0.0), false, Some(0.0)));
    assert_eq!(placed(&street_of(Some(12.0), [2.0, 3.0], vec![])), (PlaceState::Free, Some(2.5), false, Some(0.0)));
    assert_eq!(placed(&street_of(Some(12.0), [-2.0, -3.0], vec![])), (PlaceState::Free, Some(-2.5), true, Some(0.0)));
    // 1.2 m from the edge is its middle at least.
    assert_eq!(placed(&street_of(Some(12.0), [6.5, 5.5], vec![])), (PlaceState::Free, Some(4.8), false, Some(0.0)));
}

/// The fourth cross-section of docs/trenches.md.
#[test]
fn beside_a_gas_main_the_section_is_mirrored_to_the_other_side() {
    let city = street_of(Some(12.0), [1.0, -1.0], vec![gas(5, 1.0)]);
    assert_eq!(placed(&city), (PlaceState::Free, Some(-1.08), true, Some(0.0)));
    let trench = only_trench(&city);
    let sewer = with_line(&trench, 2, 5, ClearanceTable::Horizontal).unwrap();
    assert_eq!((sewer.side, sewer.measured_m, sewer.most_m), (Side::InTrench, Some(1.2), Some(1.2)));
    assert_eq!(sewer.verdict, Verdict::NeedsReview, "nobody compared the number with print");
    let water = with_line(&trench, 1, 5, ClearanceTable::Horizontal).unwrap();
    assert_eq!((water.measured_m, water.most_m), (Some(2.6), Some(0.5)));
    let place = trench.place.unwrap();
    assert_eq!((place.lines[0].line_id, place.lines[0].low_m, place.lines[0].high_m), (5, 1.0, 1.0));
    assert_eq!((place.lines[0].top_m, place.lines[0].bottom_m), (Some(1.1), Some(1.26)));
    assert_eq!(place.submitted_offset_m, Some(0.0));
    assert!(place.line.len() == 2 && place.line != trench.line, "its own axis");
    // Handed in farther to the right, it stays there.
    let city = street_of(Some(12.0), [3.0, 4.0], vec![gas(5, 1.0)]);
    assert_eq!(placed(&city), (PlaceState::Free, Some(3.5), false, Some(0.0)));
}

#[test]
fn where_no_place_is_free_the_line_and_the_metres_are_named_and_nothing_passes() {
    let city = street_of(Some(4.4), [1.0, -1.0], vec![gas(5, 1.0)]);
    assert_eq!(placed(&city), (PlaceState::Blocked, Some(-1.0), true, Some(0.08)));
    let trench = only_trench(&city);
    let too_near = &trench.place.as_ref().unwrap().too_near;
    let found: Vec<_> = too_near.iter().map(|one| (one.line_id, one.work_id, one.short_m)).collect();
    assert_eq!(found, [(5, Some(2), 0.08)]);
    assert_eq!(with_line(&trench, 2, 5, ClearanceTable::Horizontal).unwrap().measured_m, Some(1.12));
    assert_eq!(trench.verdict, Verdict::Fail);
    let whole = answer(&city);
    assert!(whole.clashes.iter().any(|clash| clash.work_id == 2 && clash.other == "utility_line/5"));
    assert_eq!((whole.totals.trenches_free, whole.totals.trenches_blocked), (0, 1));

    // Somebody answers for it: it stays a breach, and the trench has to be looked at.
    let exception = Exception {
        table: serde_json::from_str("\"horizontal\"").unwrap(),
        work_id: 2,
        other: Some("utility_line/5".to_owned()),
        reason: "巷道过窄".to_owned(),
        measure: "加设套管".to_owned(),
        approved_by: "总工".to_owned(),
    };
    let decided = Decided {
        exceptions: vec![exception],
        confirmed: clearance_rules().iter().map(|rule| rule.rule.clone()).collect(),
    };
    let accepted = plan(&city, &Settings::default(), &decided, &unlimited()).unwrap();
    assert_eq!(accepted.trenches[0].verdict, Verdict::NeedsReview);
    let free = street_of(Some(12.0), [1.0, -1.0], vec![gas(5, 1.0)]);
    let kept = plan(&free, &Settings::default(), &decided, &unlimited()).unwrap();
    assert!(
        kept.trenches[0].checks.iter().all(|check| check.verdict == Verdict::Pass),
        "all confirmed, and all is kept"
    );
    assert_eq!(kept.trenches[0].verdict, Verdict::NeedsReview, "nobody knows that the lines on record are all");
}

#[test]
fn a_line_in_the_ground_that_is_dug_out_fails_whatever_is_accepted() {
    // Of unknown kind, so no table has a number for it.
    let unknown = existing(5, "unknown", Some(100.0), &[(0.0, 0.0), (300.0, 0.0)]);
    let trench = only_trench(&street_of(Some(2.6), [0.5, -0.5], vec![unknown]));
    let place = trench.place.as_ref().unwrap();
    assert_eq!((place.state, trench.verdict), (PlaceState::Blocked, Verdict::Fail));
    assert!(place.too_near.iter().any(|one| one.work_id.is_none() && one.line_id == 5), "{:?}", place.too_near);
}

#[test]
fn a_line_that_weaves_takes_all_offsets_between_and_one_that_crosses_none() {
    // From 2 m on the left to 2 m on the right; the works share the whole street.
    let weaving = existing(5, "gas", Some(160.0), &[(0.0, 2.0), (300.0, -2.0)]);
    let trench = only_trench(&street_of(Some(12.0), [1.0, -1.0], vec![weaving]));
    let place = trench.place.unwrap();
    assert_eq!((place.lines[0].low_m, place.lines[0].high_m), (-2.0, 2.0));
    // The sewer lies 0.6 m left of the middle: 2.0 + 1.2 + 0.28 + 0.6; as far on the other side, and right comes first.
    assert_eq!((place.offset_m, place.is_mirrored), (Some(4.08), false));
    let crossing = existing(5, "gas", Some(160.0), &[(100.0, -40.0), (100.0, 40.0)]);
    let trench = only_trench(&street_of(Some(12.0), [1.0, -1.0], vec![crossing]));
    assert!(trench.place.as_ref().unwrap().lines.is_empty());
    assert_eq!(trench.place.as_ref().unwrap().state, PlaceState::Free);
    let checked = with_line(&trench, 1, 5, ClearanceTable::Vertical).unwrap();
    assert_eq!((checked.side, checked.measured_m), (Side::InTrench, Some(0.0)), "water 1.0 to 1.2, gas 1.1 to 1.26");
}

#[test]
fn a_branch_that_only_the_moved_trench_crosses_is_checked_there() {
    // The main sends the trench to the left; from there a branch of unknown depth comes as far as 1.5 m.
    let mut branch = existing(6, "gas", Some(50.0), &[(100.0, 20.0), (100.0, 1.5)]);
    (branch.start_depth_m, branch.end_depth_m) = (None, None);
    let city = street_of(Some(12.0), [1.0, -1.0], vec![gas(5, 1.0), branch]);
    let whole = answer(&city);
    let trench = &whole.trenches[0];
    assert_eq!(trench.place.as_ref().unwrap().offset_m, Some(-1.08));
    let water = with_line(trench, 1, 6, ClearanceTable::Vertical).unwrap();
    assert_eq!((water.side, water.verdict), (Side::InTrench, Verdict::Unknown));
    assert!(with_line(trench, 2, 6, ClearanceTable::Vertical).is_none(), "the sewer lies beyond its end");
    assert!(whole.checks.iter().any(|one| one == water), "it counts with all others");
    assert_eq!(trench.verdict, Verdict::Unknown);
}

#[test]
fn what_is_left_to_lines_that_no_table_knows_is_left_however_much_it_is() {
    let mut settings = Settings::default();
    settings.trench.unknown_clearance_m = 12.0;
    let unknown = existing(5, "unknown", Some(200.0), &[(0.0, 14.0), (300.0, 14.0)]);
    let city = street_of(Some(12.0), [-1.0, -2.0], vec![unknown]);
    let answer = plan(&city, &settings, &Decided::default(), &unlimited()).unwrap();
    let place = answer.trenches[0].place.as_ref().unwrap();
    // 14 m on the left. Mirrored, the water pipe is 0.7 m farther left than the middle and wants 12 + 0.1 + 0.1.
    assert_eq!((place.state, place.offset_m, place.is_mirrored), (PlaceState::Free, Some(-1.1), true));
}

#[test]
fn overhead_lines_and_those_in_a_tunnel_are_in_nobodys_way() {
    let mut cable = existing(5, "power", None, &[(0.0, 0.0), (300.0, 0.0)]);
    cable.pipe.burial = Some("overhead".to_owned());
    let city = street_of(Some(12.0), [1.0, -1.0], vec![cable]);
    assert_eq!(placed(&city), (PlaceState::Free, Some(0.0), false, Some(0.0)));
}

#[test]
fn without_the_width_of_the_street_or_without_a_street_no_place_is_sure() {
    let trench = only_trench(&street_of(None, [1.0, -1.0], vec![gas(5, 1.0)]));
    let place = trench.place.as_ref().unwrap();
    assert_eq!(
        (place.state, place.assumed_width_m, trench.verdict),
        (PlaceState::WidthUnknown, Some(12.0), Verdict::Unknown)
    );
    assert_eq!(place.offset_m, Some(-1.08), "where it would lie if the street were so wide");
    let mut yard = street_of(Some(12.0), [1.0, -1.0], vec![gas(5, 1.0)]);
    yard.streets.clear();
    let trench = only_trench(&yard);
    let place = trench.place.as_ref().unwrap();
    assert_eq!((place.state, place.offset_m, trench.verdict), (PlaceState::NoStreet, None, Verdict::Unknown));
    assert_eq!(trench.lies_along(), trench.line);
}

#[test]
fn whoever_does_not_see_all_lines_there_is_not_told_that_a_place_is_free() {
    let whole = street_of(Some(12.0), [1.0, -1.0], vec![gas(5, 1.0), gas(6, 40.0)]);
    let confirmed = clearance_rules().iter().map(|rule| rule.rule.clone()).collect();
    let decided = Decided { confirmed, ..Decided::default() };
    let told = |unseen: &[i64]| {
        let (hidden, seen): (Vec<Line>, Vec<Line>) =
            whole.lines.iter().cloned().partition(|line| unseen.contains(&line.id));
        let city = City { lines: seen, ..whole.clone() };
        let mut answer = plan(&city, &Settings::default(), &decided, &unlimited()).unwrap();
        doubt_unseen(&mut answer, &city, hidden);
        let state = answer.trenches[0].place.as_ref().unwrap().state;
        (state, answer.trenches[0].verdict, answer.totals.trenches_free, answer.totals.trenches_place_unknown)
    };
    assert_eq!(told(&[5]), (PlaceState::LinesUnseen, Verdict::Unknown, 0, 1));
    assert_eq!(told(&[6]), (PlaceState::Free, Verdict::NeedsReview, 1, 0), "40 m away it is in nobody's way");
}

#[test]
fn what_was_kept_before_places_were_told_is_read_and_a_moved_place_is_a_change() {
    let trench = only_trench(&street_of(Some(12.0), [1.0, -1.0], vec![gas(5, 1.0)]));
    let mut kept = serde_json::to_value(&trench).unwrap();
    assert_eq!(serde_json::from_value::<TrenchResult>(kept.clone()).unwrap(), trench);
    kept.as_object_mut().unwrap().remove("place");
    let before: TrenchResult = serde_json::from_value(kept).unwrap();
    assert!(before.place.is_none() && before != trench);
    assert_ne!(only_trench(&street_of(Some(12.0), [1.0, -1.0], vec![gas(5, 1.1)])), trench);
}

#[test]
fn a_recheck_finds_a_place_that_is_not_free_or_not_in_the_street() {
    let city = street_of(Some(12.0), [1.0, -1.0], vec![gas(5, 1.0)]);
    let settings = Settings::default();
    let good = answer(&city);
    let breach = |change: &dyn Fn(&mut TrenchResult)| {
        let mut wrong = good.clone();
        change(&mut wrong.trenches[0]);
        recheck(&city, &settings, &wrong).iter().map(|one| one.detail.clone()).collect::<Vec<_>>().join("; ")
    };
    let moved = |to: f64| move |one: &mut TrenchResult| one.place.as_mut().unwrap().offset_m = Some(to);
    assert!(breach(&moved(-1.0)).contains("1.400 m from utility_line/5 and not 1.480"), "{}", breach(&moved(-1.0)));
    assert!(breach(&moved(-4.9)).contains("leaves street/7"));
    assert!(breach(&moved(1.0)).contains("digs out"));
    assert!(breach(&|one| one.place.as_mut().unwrap().is_mirrored = false).contains("wrong edge"));
    assert!(breach(&|one| one.place = None).contains("no word"));
}

#[test]
fn no_two_lines_ask_for_more_than_is_looked_at() {
    let kinds = ["W1", "W2", "R", "S", "G1", "G2", "G3", "G4", "G5", "H", "E1", "E2", "T1", "T2", "D"];
    let is_line = |class: &str| kinds.contains(&class);
    let most = clearance_rules().iter().filter(|rule| rule.table == ClearanceTable::Horizontal).filter(|rule| {
        let mut classes = rule.rule.split(':').skip(1);
        classes.all(is_line)
    });
    let most = most.map(|rule| rule.greater_m.unwrap_or(rule.min_m)).fold(0.0, f64::max);
    assert!(most > 0.0 && most <= CHECKED_WITHIN_M, "{most}");
}

/// Metres to the right of a street of the random cities, which run along x or y.
fn right_of(city: &City, street: i64, at: geo::Coord<f64>) -> f64 {
    let axis = city.streets.iter().find(|one| one.id == street).unwrap().path.segments[0];
    let (dx, dy) = ((axis.b.x - axis.a.x) / axis.length_m, (axis.b.y - axis.a.y) / axis.length_m);
    (at.x - axis.a.x) * dy - (at.y - axis.a.y) * dx
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, max_shrink_iters: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_place_that_is_told_free_is_free_and_in_its_street(city in any_city_with_lines()) {
        let settings = Settings::default();
        let plan = answer(&city);
        for trench in &plan.trenches {
            let place = trench.place.as_ref().unwrap();
            let Some((id, middle)) = trench.street_id.zip(place.offset_m) else { continue };
            let street = city.streets.iter().find(|one| one.id == id).unwrap();
            if let Some(width) = street.width_m {
                prop_assert!(middle.abs() + trench.width_m / 2.0 <= width / 2.0 + 0.002, "{:?}", place);
            }
            if place.state == PlaceState::Blocked {
                prop_assert!(trench.verdict != Verdict::Pass && !place.too_near.is_empty());
            }
            if place.state != PlaceState::Free {
                continue;
            }
            prop_assert!(street.width_m.is_some() && place.short_m == Some(0.0) && place.too_near.is_empty());
            // Every decimetre of every line, measured square to the street.
            let axis = street.path.segments[0];
            for line in &city.lines {
                let radius = line.pipe.diameter_m().unwrap_or(0.3) / 2.0;
                for segment in line.path.segments.iter().filter(|one| one.parallel(&axis) > 0.708) {
                    let steps = (segment.length_m * 10.0) as usize;
                    for at in (0..=steps).map(|step| segment.at(step as f64 / steps.max(1) as f64)) {
                        let (dx, dy) = ((axis.b.x - axis.a.x) / axis.length_m, (axis.b.y - axis.a.y) / axis.length_m);
                        let measure = (at.x - axis.a.x) * dx + (at.y - axis.a.y) * dy;
                        if measure < trench.from_m + 0.01 || measure > trench.to_m - 0.01 {
                            continue;
                        }
                        let right = right_of(&city, id, at);
                        prop_assert!((right - middle).abs() >= trench.width_m / 2.0 + radius - 0.002);
                        for one in &trench.lines {
                            let work = city.works.iter().find(|work| work.id == one.work_id).unwrap();
                            let from_middle = trench.width_m / 2.0 - one.centre_m;
                            let offset = if place.is_mirrored { middle - from_middle } else { middle + from_middle };
                            let needed = gap_m(&work.pipe, &line.pipe, &settings.trench) + one.diameter_m / 2.0 + radius;
                            prop_assert!((right - offset).abs() >= needed - 0.002, "{} beside {}", one.work_id, line.id);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn the_order_of_the_input_does_not_show_in_places(city in any_city_with_lines(), seed in 0..1000_usize) {
        let mut turned = city.clone();
        let lines = turned.lines.len().max(1);
        turned.lines.rotate_left(seed % lines);
        turned.works.reverse();
        turned.streets.rotate_left(seed % 8);
        prop_assert_eq!(answer(&city), answer(&turned));
    }

    #[test]
    fn one_line_more_never_makes_room(city in any_city_with_lines()) {
        let mut fewer = city.clone();
        fewer.lines.pop();
        let (fewer, all) = (answer(&fewer), answer(&city));
        prop_assert_eq!(fewer.trenches.len(), all.trenches.len());
        for (before, now) in fewer.trenches.iter().zip(&all.trenches) {
            let (before, now) = (before.place.as_ref().unwrap(), now.place.as_ref().unwrap());
            if let (Some(before), Some(now)) = (before.short_m, now.short_m) {
                prop_assert!(now >= before - 0.0011, "{} became {}", before, now);
            }
        }
    }
}

/// The random cities above hold what they are to try.
#[test]
fn random_cities_have_free_and_blocked_places() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for _ in 0..150 {
        let city = any_city_with_lines().new_tree(&mut runner).unwrap().current();
        for trench in &answer(&city).trenches {
            let place = trench.place.as_ref().unwrap();
            seen.insert(match place.state {
                PlaceState::Free if place.is_mirrored => "free, mirrored",
                PlaceState::Free => "free",
                PlaceState::Blocked => "blocked",
                PlaceState::WidthUnknown => "width unknown",
                PlaceState::NoRoom | PlaceState::NoStreet | PlaceState::LinesUnseen => "none",
            });
        }
    }
    assert!(
        ["free", "free, mirrored", "blocked", "width unknown"].iter().all(|state| seen.contains(state)),
        "{seen:?}"
    );
}
