//! Coverage in worlds whose answers can be told by heart.

use pianqu::analysis::coverage::{Answer, DEFAULT_STEPS, People, Question, Speeds, Verdict, coverage};
use pianqu::domain::LayerId;
use pianqu::domain::rule::{Rule, find_rule};
use pianqu::snapshot::Snapshot;

use super::walk;
use crate::support::sketch::{Sketch, on_plane as at, point, square};

fn ask(snapshot: &Snapshot, rules: Vec<Rule>) -> Answer {
    let question =
        Question { rules, speeds: Speeds::default(), limit_m: 1000.0, steps: DEFAULT_STEPS.to_vec(), most_gaps: 100 };
    coverage(snapshot, &walk(snapshot), &People::of(snapshot), &question, &|_| {}, &|| true).unwrap()
}

fn asked(kind: &str, radius_m: f64) -> Rule {
    Rule::asked(vec![kind.to_owned()], radius_m)
}

/// Three houses along a street at 0, 200 and 600 m; the first two in a community of 90 households, of which
/// the first house has 30.
fn town() -> Sketch {
    let house = |city: Sketch, place, households: Option<i64>| {
        let values: Vec<(&str, _)> = households.into_iter().map(|n| ("households", n.into())).collect();
        city.feature(LayerId::Building, square(place, 10.0), &values)
    };
    let community = [("name", "和平小区".into()), ("households", 90.into()), ("elders", 45.into())];
    let city = Sketch::new().street("街", "residential", &[at(-50.0, 0.0), at(900.0, 0.0)]).feature(
        LayerId::Community,
        square(at(100.0, 30.0), 300.0),
        &community,
    );
    let city = house(city, at(0.0, 10.0), Some(30));
    let city = house(city, at(200.0, 10.0), None);
    house(city, at(600.0, 10.0), Some(10))
}

#[test]
fn no_facility_is_no_data_and_not_nought_per_cent() {
    let answer = ask(&town().snapshot(), vec![asked("nursery", 300.0)]);
    let city = &answer.results[0].city;
    assert_eq!((city.no_data.buildings, city.not_reached.buildings), (3, 0));
    assert_eq!((city.reached_households_share, city.verdict), (None, Verdict::Unknown));
    assert_eq!(answer.results[0].buildings.state, [3, 3, 3]);
    assert_eq!(answer.results[0].buildings.why, [2, 2, 2]);
    assert_eq!(answer.gap_count, 0);
}

#[test]
fn the_old_come_less_far_in_the_minutes_of_a_rule() {
    // Elders follow the households: 15 in the house at the door, 30 in the one at 210 m with its legs.
    let city = town().facility("助餐", "canteen", at(0.0, 0.0)).facility("托育", "nursery", at(0.0, 0.0)).snapshot();
    let by_minutes = |minutes: f64| Rule { walk_min: Some(minutes), radius_m: None, ..asked("canteen", 0.0) };
    let elders = |rule: Rule, elders_metres_per_minute: f64| {
        let speeds = Speeds { metres_per_minute: 60.0, elders_metres_per_minute };
        let question = Question { rules: vec![rule], speeds, limit_m: 1000.0, steps: Vec::new(), most_gaps: 0 };
        let answer = coverage(&city, &walk(&city), &People::of(&city), &question, &|_| {}, &|| true).unwrap();
        let result = &answer.results[0];
        let shown = |elders: f64| (elders * 1e6).round() / 1e6;
        let city = &result.city;
        (result.reach_m, result.elders_reach_m, city.elders_reached.map(shown), city.elders_reached_share.map(shown))
    };
    assert_eq!(elders(by_minutes(4.0), 60.0), (Some(240.0), Some(240.0), Some(45.0), Some(1.0)));
    assert_eq!(elders(by_minutes(4.0), 45.0), (Some(240.0), Some(180.0), Some(15.0), Some(0.333333)));
    let within_both = Rule { radius_m: Some(100.0), ..by_minutes(4.0) };
    assert_eq!(elders(within_both, 45.0), (Some(100.0), Some(100.0), Some(15.0), Some(0.333333)));
    assert_eq!(elders(asked("nursery", 300.0), 45.0), (Some(300.0), None, None, None), "metres are metres");
    assert_eq!(elders(Rule { facility_kinds: vec!["park".to_owned()], ..by_minutes(4.0) }, 45.0).2, None, "no data");
}

#[test]
fn households_are_shared_out_and_weigh() {
    let city = town().facility("托育", "nursery", at(0.0, 0.0)).snapshot();
    let answer = ask(&city, vec![asked("nursery", 300.0)]);
    assert_eq!(answer.households, [Some(30.0), Some(60.0), Some(10.0)]);
    let all = &answer.results[0].city;
    assert_eq!(all.reached_enough.households, 90.0);
    assert_eq!(all.reached_households_share, Some(0.9));
    assert_eq!(all.buildings_shared_out, 1);
    assert!((all.reached_enough.elders - 45.0).abs() < 1e-9);
    let mean = (30.0 * 10.0 + 60.0 * 210.0 + 10.0 * 610.0) / 100.0;
    assert!((all.mean_m.unwrap() - mean).abs() < 1e-3, "{:?}", all.mean_m);
    assert_eq!(all.verdict, Verdict::Fail);
    let community = &answer.results[0].communities[0];
    assert_eq!((community.all.buildings, community.verdict), (2, Verdict::Pass));
    assert_eq!(answer.results[0].buildings.distance_m, [Some(10.0), Some(210.0), Some(610.0)]);
}

#[test]
fn a_limit_and_a_missing_path_are_told_apart_and_left_out_of_the_mean() {
    let city = town().building("孤", at(0.0, 800.0)).facility("托育", "nursery", at(0.0, 0.0)).snapshot();
    let question = Question {
        rules: vec![asked("nursery", 100.0)],
        speeds: Speeds::default(),
        limit_m: 300.0,
        steps: vec![],
        most_gaps: 9,
    };
    let answer = coverage(&city, &walk(&city), &People::of(&city), &question, &|_| {}, &|| true).unwrap();
    let result = &answer.results[0];
    assert_eq!(result.buildings.why, [0, 0, 1, 2]);
    assert_eq!(result.buildings.distance_m[2..], [None, None]);
    assert_eq!((result.city.mean_leaves_out_beyond, result.city.mean_leaves_out_no_path), (10.0, 0.0));
    assert_eq!(result.city.buildings_without_households, 1);
    let gap = &answer.gaps[0];
    assert_eq!((gap.community_id, gap.households_affected, gap.worst_building_id), (1, 60.0, 2));
}

#[test]
fn size_decides_between_enough_too_small_and_no_data() {
    let rule = find_rule("elder_daycare").unwrap();
    assert_eq!(rule.building_area_min_m2, Some(350.0));
    let state = |area: Option<i64>| {
        let mut values = vec![("name", "站".into()), ("facility_kind", "elder_daycare".into())];
        values.extend(area.map(|area| ("building_area_m2", area.into())));
        let city = town().feature(LayerId::Facility, point(at(0.0, 0.0)), &values).snapshot();
        let answer = ask(&city, vec![rule.clone()]);
        (answer.results[0].buildings.state[0], answer.results[0].communities[0].verdict)
    };
    assert_eq!(state(Some(350)), (0, Verdict::NeedsReview), "the number was not read in its source");
    assert_eq!(state(Some(349)), (1, Verdict::Fail));
    assert_eq!(state(None), (3, Verdict::Unknown));
}

#[test]
fn a_closed_facility_and_another_tier_serve_nobody() {
    let values = [("facility_kind", "health_station".into()), ("is_open", false.into())];
    let city = town()
        .feature(LayerId::Facility, point(at(0.0, 0.0)), &values)
        .facility("中心", "health_center", at(0.0, 0.0))
        .snapshot();
    let answer = ask(&city, vec![asked("health_station", 300.0)]);
    assert_eq!(answer.results[0].facilities, 0);
    assert_eq!(answer.results[0].buildings.state, [3, 3, 3]);
}

#[test]
fn places_are_shared_by_whoever_reaches_them() {
    let nursery = |city: Sketch, east: f64, capacity: i64| {
        let values = [("facility_kind", "nursery".into()), ("capacity", capacity.into())];
        city.feature(LayerId::Facility, point(at(east, 0.0)), &values)
    };
    let city = nursery(nursery(town(), 0.0, 24), 590.0, 12);
    // One that nobody reaches, and one whose capacity nobody knows.
    let city =
        city.facility("未知", "nursery", at(590.0, 0.0)).street("远", "footway", &[at(0.0, 900.0), at(50.0, 900.0)]);
    let city = nursery(city, 0.0, 99);
    let answer = ask(&city.snapshot(), vec![asked("nursery", 300.0)]);
    let found = answer.results[0].accessibility.as_ref().unwrap();
    assert_eq!((found.capacity_unknown, found.supply_unreached), (1, 0.0));
    assert!(found.is_balanced && (found.demand_times_score - 135.0).abs() < 1e-9, "{found:?}");
    // 30 households at 10 m (weight 1), 60 at 210 m (0.22): 123 places for 30 + 13.2.
    let each = 123.0 / (30.0 + 60.0 * 0.22);
    assert!((found.scores[0].unwrap() - each).abs() < 1e-9, "{:?}", found.scores);
    assert!((found.scores[1].unwrap() - each * 0.22).abs() < 1e-9);
    assert!((found.scores[2].unwrap() - 1.2).abs() < 1e-9);
}

#[test]
fn a_ratio_counts_what_is_there_against_who_is_there() {
    let rule = find_rule("elder_rooms_existing").unwrap();
    let verdict = |area: Option<i64>| {
        let mut values = vec![("facility_kind", "elder_daycare".into())];
        values.extend(area.map(|area| ("building_area_m2", area.into())));
        let answer =
            ask(&town().feature(LayerId::Facility, point(at(0.0, 0.0)), &values).snapshot(), vec![rule.clone()]);
        let ratio = &answer.results[0].ratios[0];
        assert_eq!(ratio.asked_for, Some(20.0));
        ratio.verdict
    };
    assert_eq!(verdict(Some(20)), Verdict::Pass);
    assert_eq!(verdict(Some(19)), Verdict::Fail);
    assert_eq!(verdict(None), Verdict::Unknown);
}
