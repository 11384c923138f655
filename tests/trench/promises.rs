//! What every plan keeps, whatever the city.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::random_city::{any_city, city, day, line, street, work};
use pianqu::analysis::siting::{Watch, unlimited};
use pianqu::analysis::trench::{
    ClashKind, Decided, Exception, Settings, TrenchAnswer, TrenchError, Why, WorkState, match_up, plan, recheck, solve,
};
use pianqu::domain::rule::Verdict;

fn answer(city: &pianqu::analysis::trench::City, settings: &Settings) -> TrenchAnswer {
    plan(city, settings, &Decided::default(), &unlimited()).unwrap()
}

fn fen(yuan: &str) -> i64 {
    yuan.replace('.', "").parse().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, max_shrink_iters: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_is_lawful_whole_and_never_worse_than_each_alone(city in any_city()) {
        let settings = Settings::default();
        let plan = answer(&city, &settings);
        prop_assert_eq!(recheck(&city, &settings, &plan), vec![]);
        prop_assert_eq!(plan.works.len(), city.works.len());
        prop_assert!(plan.totals.not_planned <= plan.alone.not_planned);
        if plan.totals.not_planned == plan.alone.not_planned {
            prop_assert!(plan.totals.openings <= plan.alone.openings);
        }
        for one in &plan.operators {
            prop_assert!(one.planned >= one.planned_alone, "{:?}", one);
            prop_assert!(fen(&one.saving_yuan) >= 0, "{:?}", one);
        }
        let shares: i64 = plan.operators.iter().map(|one| fen(&one.saving_yuan)).sum();
        prop_assert_eq!(shares, fen(&plan.totals.saving_yuan));
        prop_assert!(plan.bound.least_not_planned <= plan.totals.not_planned);
        prop_assert!(plan.bound.least_openings <= plan.totals.openings);
        // No number of the tables was read in print: nothing passes.
        prop_assert_eq!(plan.totals.checks_passed, 0);
        for trench in &plan.trenches {
            prop_assert!(trench.verdict != Verdict::Pass);
        }
    }

    #[test]
    fn the_order_of_the_input_does_not_show(city in any_city(), seed in 0..1000_usize) {
        let settings = Settings::default();
        let mut turned = city.clone();
        let (works, streets) = (turned.works.len(), turned.streets.len());
        turned.works.rotate_left(seed % works);
        turned.streets.rotate_left(seed % streets);
        turned.works.reverse();
        prop_assert_eq!(answer(&city, &settings), answer(&turned, &settings));
    }

    #[test]
    fn the_bound_holds_where_nothing_is_searched_to_the_end(city in any_city()) {
        let quick = Settings { steps: 0, ..Settings::default() };
        let whole = Settings { steps: 10_000_000, ..Settings::default() };
        let (quick, whole) = (answer(&city, &quick), answer(&city, &whole));
        prop_assert!(quick.bound.least_not_planned <= whole.totals.not_planned);
        if quick.totals.not_planned == whole.totals.not_planned {
            prop_assert!(quick.bound.least_openings <= whole.totals.openings, "{:?}", quick.bound);
            if quick.totals.openings == whole.totals.openings {
                prop_assert!(fen(&quick.bound.most_saving_yuan) >= fen(&whole.totals.saving_yuan));
            }
        }
    }

    #[test]
    fn a_moved_window_gives_the_plan_that_all_anew_gives(city in any_city(), which in 0..6_usize, by in 1..200_u64) {
        let settings = Settings::default();
        let matched = match_up(&city, &settings, &unlimited()).unwrap();
        let before = solve(&city, &matched.problem(&city, &settings), &settings, None, &unlimited()).unwrap();
        let mut moved = city.clone();
        let which = which % moved.works.len();
        let work = &mut moved.works[which];
        work.window = (work.window.0, work.window.1.map(|end| end + chrono::Days::new(by)));
        let changed = [work.id];
        let problem = matched.problem(&moved, &settings);
        let again = solve(&moved, &problem, &settings, Some((&before, &changed)), &unlimited()).unwrap();
        prop_assert_eq!(again, solve(&moved, &problem, &settings, None, &unlimited()).unwrap());
    }
}

/// Two works in one street whose windows meet in May.
fn two() -> pianqu::analysis::trench::City {
    let mut works = vec![work(1, line(&[(0.0, 1.0), (200.0, 1.0)])), work(2, line(&[(50.0, -1.0), (250.0, -1.0)]))];
    works[1].window = (Some(day("2024-05-01")), Some(day("2024-12-31")));
    works[1].pipe.kind = "foul_sewer".to_owned();
    works[1].pipe.diameter_mm = Some(400.0);
    works[1].depth_m = Some(2.0);
    city(works, vec![street(7, line(&[(0.0, 0.0), (300.0, 0.0)]))])
}

#[test]
fn works_whose_windows_meet_open_their_street_once() {
    let plan = answer(&two(), &Settings::default());
    assert_eq!((plan.totals.planned, plan.totals.openings, plan.totals.openings_separate), (2, 1, 2));
    assert_eq!(plan.openings[0].starts_on, day("2024-05-01"));
    assert_eq!(plan.openings[0].work_ids, [1, 2]);
    let trench = &plan.trenches[0];
    assert_eq!((trench.street_id, trench.from_m, trench.to_m), (Some(7), 50.0, 200.0));
    assert_eq!(plan.totals.saving.opening_m, 150.0);
    assert!(plan.bound.is_proved && plan.bound.least_openings == 1);
    assert_eq!(plan.opportunities.len(), 1);
    let one = &plan.opportunities[0];
    assert_eq!((one.work_ids, one.shift_days, one.is_one_trench), ([1, 2], 0, true));
    assert_eq!((one.first_start, one.last_start), (Some(day("2024-05-01")), Some(day("2024-06-21"))));
    // Each for itself, the second finds the street protected.
    assert_eq!((plan.alone.planned, plan.alone.not_planned), (1, 1));
}

#[test]
fn windows_that_do_not_meet_clash_until_somebody_may_move() {
    let mut city = two();
    city.works[1].window = (Some(day("2024-07-31")), Some(day("2024-12-31")));
    let plan = answer(&city, &Settings::default());
    assert_eq!((plan.totals.planned, plan.totals.not_planned), (1, 1));
    assert_eq!(plan.works[1].why, Some(Why::NoDayLeft));
    let clash = &plan.clashes[0];
    assert_eq!((clash.kind, clash.work_id, clash.other.as_str()), (ClashKind::SecondOpening, 1, "utility_work/2"));
    // The first may start on 21 June at the latest, the second on 31 July at the earliest.
    assert_eq!(clash.missing_days, Some(40));
    assert_eq!(plan.opportunities[0].shift_days, 40);
    assert!(!plan.opportunities[0].is_shift_allowed);
    city.works[0].shift_limit_days = Some(40);
    let plan = answer(&city, &Settings::default());
    assert_eq!((plan.totals.planned, plan.totals.openings), (2, 1));
    assert_eq!(plan.works.iter().map(|work| work.shift_days).collect::<Vec<_>>(), [40, 0]);
    assert!(plan.clashes.iter().all(|clash| clash.kind != ClashKind::SecondOpening));
}

#[test]
fn a_protected_street_is_opened_after_its_protection_or_never() {
    let mut city = two();
    city.streets[0].surfaced_on = Some(day("2019-06-01"));
    city.streets[0].surfacing = Some("built".to_owned());
    let plan = answer(&city, &Settings::default());
    assert_eq!(plan.openings[0].starts_on, day("2024-06-01"), "five years after it was built");
    city.streets[0].surfaced_on = Some(day("2022-06-01"));
    let plan = answer(&city, &Settings::default());
    assert_eq!(plan.totals.openings, 0);
    assert!(plan.works.iter().all(|work| work.why == Some(Why::StreetProtected)));
    assert_eq!(plan.clashes[0].kind, ClashKind::StreetProtected);
    assert_eq!(plan.clashes[0].protected_until, Some(day("2027-06-01")));
    let mut settings = Settings::default();
    settings.protection.built = 1;
    assert_eq!(answer(&city, &settings).totals.openings, 1, "years are a setting");
    // What is planned counts as well: the works go before it.
    city.streets[0].surfaced_on = None;
    city.streets[0].resurfacing_on = Some(day("2024-05-15"));
    city.streets[0].resurfacing = Some("major_repair".to_owned());
    let plan = answer(&city, &Settings::default());
    assert!(plan.openings.iter().all(|one| one.ends_on < day("2024-05-15") && one.is_protection_unknown));
}

#[test]
fn a_breach_stays_a_breach_when_it_is_accepted() {
    let city = two();
    // Two metres between axes, 1.7 m clear; the table asks 1.0 of DN 200 beside a sewer.
    let plan = answer(&city, &Settings::default());
    let horizontal = |plan: &TrenchAnswer| {
        let is_it = |check: &&pianqu::analysis::trench::Check| check.other.is_some() && check.least_m.is_some();
        plan.checks.iter().find(is_it).unwrap().clone()
    };
    assert_eq!((horizontal(&plan).verdict, horizontal(&plan).measured_m), (Verdict::NeedsReview, Some(1.7)));
    let mut near = two();
    near.works[1].path = line(&[(50.0, 0.0), (250.0, 0.0)]);
    let plan = answer(&near, &Settings::default());
    assert_eq!((horizontal(&plan).verdict, horizontal(&plan).measured_m), (Verdict::Fail, Some(0.7)));
    assert!(plan.clashes.iter().any(|clash| clash.kind == ClashKind::Clearance));
    let exception = Exception {
        table: serde_json::from_str("\"horizontal\"").unwrap(),
        work_id: 2,
        other: Some("utility_work/1".to_owned()),
        reason: "旧城巷道过窄".to_owned(),
        measure: "加设套管".to_owned(),
        approved_by: "总工".to_owned(),
    };
    let decided = Decided { exceptions: vec![exception.clone()], ..Decided::default() };
    let plan = pianqu::analysis::trench::plan(&near, &Settings::default(), &decided, &unlimited()).unwrap();
    assert_eq!((horizontal(&plan).verdict, horizontal(&plan).accepted), (Verdict::Fail, Some(exception)));
    assert!(plan.clashes.iter().all(|clash| clash.kind != ClashKind::Clearance));
    assert_eq!((plan.totals.checks_failed, plan.totals.checks_accepted), (0, 1));
    // A number that somebody compared with print carries a pass.
    let confirmed = Decided { confirmed: ["4.1.9:W1:S".to_owned()].into(), ..Decided::default() };
    let plan = pianqu::analysis::trench::plan(&city, &Settings::default(), &confirmed, &unlimited()).unwrap();
    assert_eq!(horizontal(&plan).verdict, Verdict::Pass);
}

#[test]
fn a_recheck_finds_what_is_wrong() {
    let city = two();
    let settings = Settings::default();
    let plan = answer(&city, &settings);
    let mut wrong = plan.clone();
    wrong.works[1].starts_on = Some(day("2024-06-05"));
    wrong.works[1].ends_on = Some(day("2024-06-14"));
    assert!(recheck(&city, &settings, &wrong).iter().any(|breach| breach.detail.contains("street/7")));
    let mut wrong = plan.clone();
    wrong.works[0].starts_on = Some(day("2024-02-01"));
    assert!(recheck(&city, &settings, &wrong).iter().any(|breach| breach.detail.contains("leaves")));
    let mut wrong = plan.clone();
    wrong.checks[0].verdict = Verdict::Pass;
    assert!(recheck(&city, &settings, &wrong).iter().any(|breach| breach.detail.contains("verified")));
    let mut protected = city.clone();
    protected.streets[0].surfaced_on = Some(day("2022-06-01"));
    protected.streets[0].surfacing = Some("built".to_owned());
    assert!(recheck(&protected, &settings, &plan).iter().any(|breach| breach.detail.contains("protected")));
}

#[test]
fn nobody_who_left_is_answered() {
    let watch = Watch { is_wanted: &|| false, ..unlimited() };
    assert_eq!(plan(&two(), &Settings::default(), &Decided::default(), &watch), Err(TrenchError::Cancelled));
}

#[test]
fn a_trenchless_work_opens_nothing() {
    let mut city = two();
    city.works[1].is_open = false;
    let plan = answer(&city, &Settings::default());
    let states: BTreeMap<i64, WorkState> = plan.works.iter().map(|work| (work.work_id, work.state)).collect();
    assert_eq!(states, BTreeMap::from([(1, WorkState::Planned), (2, WorkState::Trenchless)]));
    assert_eq!((plan.totals.openings, plan.totals.trenches), (1, 0));
}
