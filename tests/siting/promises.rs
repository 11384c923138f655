//! What an answer promises whatever the problem: order never shows, bounds never cross, a stop is told as
//! one, and what is wrong is all said before anything is computed.

use std::cell::Cell as Counter;

use proptest::prelude::*;

use super::random_city::city;
use pianqu::analysis::siting::{
    Assignment, Cell, Choice, Demand, Objective, Place, Problem, Reason, Site, SitingError, Watch, Why, solve,
    unlimited,
};

/// Points in a square, each a demand and a site, from simple arithmetic.
fn points(count: usize, objective: Objective, p: usize, radius: Option<f64>) -> Problem {
    let mut state = 7_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / (1_u64 << 31) as f64
    };
    let at: Vec<(f64, f64, f64)> = (0..count).map(|_| (next() * 10_000.0, next() * 10_000.0, next())).collect();
    let cost = |a: usize, b: usize| (at[a].0 - at[b].0).hypot(at[a].1 - at[b].1);
    Problem {
        weight_names: vec!["households".to_owned()],
        weight: 0,
        demands: (0..count).map(|n| Demand { id: n.to_string(), weights: vec![(at[n].2 * 300.0).ceil()] }).collect(),
        sites: (0..count)
            .map(|n| Site { id: n.to_string(), capacity: None, price: 1.0, choice: Choice::Free })
            .collect(),
        cells: (0..count * count)
            .map(|n| Cell { demand: n / count, site: n % count, cost: cost(n / count, n % count) })
            .collect(),
        objective,
        p: Some(p),
        budget: None,
        radius,
        capacities: None,
        limits: Vec::new(),
    }
}

/// A clock that goes on by `step` seconds whenever somebody looks.
fn ticking(step: f64) -> impl Fn() -> f64 {
    let now = Counter::new(0.0);
    move || {
        now.set(now.get() + step);
        now.get()
    }
}

#[test]
fn an_answer_that_was_stopped_says_so_and_its_bound_never_crosses() {
    for (objective, radius) in [(Objective::Mclp, Some(900.0)), (Objective::PMedian, None)] {
        let problem = points(250, objective, 20, radius);
        for looks in [1, 20, 200, 2000] {
            let clock = ticking(1.0);
            let watch = Watch { is_wanted: &|| true, seconds: &clock, limit: f64::from(looks), tell: &|_| {} };
            let answer = match solve(&problem, 1, &watch) {
                Ok(answer) => answer,
                Err(SitingError::NothingInTime) => continue,
                Err(error) => panic!("{error}"),
            };
            let bound = answer.bound.unwrap_or(if objective == Objective::Mclp { f64::INFINITY } else { 0.0 });
            let is_in_order = if objective == Objective::Mclp { bound >= answer.value } else { bound <= answer.value };
            assert!(is_in_order, "{bound} {}", answer.value);
            assert_eq!(answer.reason == Reason::ProvedOptimal, answer.gap() == Some(0.0), "{answer:?}");
            assert_eq!(answer.is_proved_optimal(), answer.reason == Reason::ProvedOptimal);
            assert_eq!(answer.open.len(), 20);
        }
    }
}

#[test]
fn nobody_waits_for_what_nobody_wants() {
    for (objective, radius) in [(Objective::Mclp, Some(900.0)), (Objective::PMedian, None), (Objective::PCenter, None)]
    {
        let problem = points(200, objective, 15, radius);
        for after in [0, 5, 50] {
            let asked = Counter::new(0);
            let is_wanted = || {
                asked.set(asked.get() + 1);
                asked.get() <= after
            };
            let watch = Watch { is_wanted: &is_wanted, seconds: &|| 0.0, limit: f64::INFINITY, tell: &|_| {} };
            assert_eq!(solve(&problem, 1, &watch), Err(SitingError::Cancelled), "{objective:?} {after}");
            assert!(asked.get() < after + 10, "it stops soon after it was told: asked {} times", asked.get());
        }
    }
}

fn faults(change: impl FnOnce(&mut Problem)) -> Vec<(Place, String)> {
    let mut problem = points(4, Objective::Mclp, 2, Some(100.0));
    change(&mut problem);
    match solve(&problem, 1, &unlimited()) {
        Err(SitingError::Invalid(faults)) => faults.into_iter().map(|fault| (fault.place, fault.detail)).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_fault_is_said_with_its_place() {
    let found = faults(|problem| {
        problem.demands[1].weights[0] = f64::NAN;
        problem.demands[2].id = "0".to_owned();
        problem.sites[3].capacity = Some(-1.0);
        problem.cells[5].cost = f64::NEG_INFINITY;
        problem.cells.push(problem.cells[0]);
        problem.p = Some(9);
        problem.radius = None;
    });
    let expected = [
        (Place::Demand(1), "not a number"),
        (Place::Demand(2), "twice"),
        (Place::Site(3), "less than zero"),
        (Place::Cell(5), "less than zero"),
        (Place::Cell(16), "two costs"),
        (Place::Parameter("radius"), "needs a radius"),
        (Place::Parameter("p"), "only 4 sites"),
    ];
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for ((place, detail), (at, say)) in found.iter().zip(expected) {
        assert!(*place == at && detail.contains(say), "{place:?} {detail}");
    }
}

#[test]
fn decisions_and_capacities_that_cannot_be_kept_are_said() {
    let say = |change: fn(&mut Problem)| faults(change).into_iter().map(|fault| fault.1).collect::<Vec<_>>().join("; ");
    let all_must = |problem: &mut Problem| problem.sites.iter_mut().for_each(|site| site.choice = Choice::Must);
    assert!(say(all_must).contains("p is 2, but 4 sites must be chosen"));
    assert!(
        say(|problem| {
            problem.p = None;
            problem.budget = Some(1.5);
            problem.sites[0].choice = Choice::Must;
            problem.sites[1].choice = Choice::Must;
        })
        .contains("the sites that must be chosen cost 2")
    );
    let tight = |problem: &mut Problem| {
        (problem.objective, problem.radius) = (Objective::PMedian, None);
        problem.capacities = Some(Assignment::Split);
        problem.sites.iter_mut().for_each(|site| site.capacity = Some(1.0));
    };
    assert!(say(tight).contains("the capacities cannot hold the demand"));
    assert!(say(|problem| problem.sites[0].choice = Choice::MustBeFull).contains("has no capacity"));
}

#[test]
fn who_cannot_be_covered_is_named() {
    let mut problem = points(6, Objective::Lscp, 1, Some(1.0));
    problem.p = None;
    problem.cells.retain(|cell| cell.demand != 4 || cell.site == 2);
    problem.cells.retain(|cell| cell.demand != 5);
    let answer = solve(&problem, 1, &unlimited()).unwrap();
    let left: Vec<(usize, Why)> = answer.left_out.iter().map(|one| (one.demand, one.why)).collect();
    assert_eq!(left, [(4, Why::BeyondRadius), (5, Why::NoWay)]);
    assert_eq!(answer.value, 4.0);

    // p-median with fewer sites than islands: it cannot be, and it is said how many it takes.
    let mut problem = points(6, Objective::PMedian, 1, None);
    problem.cells.retain(|cell| cell.demand % 3 == cell.site % 3);
    let Err(SitingError::Infeasible { why, demands }) = solve(&problem, 1, &unlimited()) else {
        panic!("it cannot be")
    };
    assert!(why.contains("at least 3 sites"), "{why}");
    assert_eq!(demands.len(), 6);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_the_input_never_shows(
        problem in city(9, 7), p in 1..4_usize, turn in 1..60_usize,
        objective in prop_oneof![
            Just((Objective::Mclp, Some(4.0))), Just((Objective::Lscp, Some(4.0))),
            Just((Objective::PMedian, None)), Just((Objective::PCenter, None)),
        ],
    ) {
        let mut problem = Problem { objective: objective.0, radius: objective.1, ..problem };
        problem.p = (problem.objective != Objective::Lscp).then_some(p);
        let mut turned = problem.clone();
        let (demands, sites) = (problem.demands.len(), problem.sites.len());
        turned.demands.rotate_left(turn % demands);
        turned.sites.rotate_left(turn % sites);
        for cell in &mut turned.cells {
            cell.demand = (cell.demand + demands - turn % demands) % demands;
            cell.site = (cell.site + sites - turn % sites) % sites;
        }
        turned.cells.reverse();
        let told = |problem: &Problem| {
            let answer = match solve(problem, 1, &unlimited()) {
                Ok(answer) => answer,
                Err(SitingError::Invalid(faults)) => return format!("{} faults", faults.len()),
                Err(error) => return error.to_string(),
            };
            let sites: Vec<&str> = answer.open.iter().map(|open| problem.sites[open.site].id.as_str()).collect();
            let served: Vec<(&str, &str)> = answer.served.iter()
                .map(|one| (problem.demands[one.demand].id.as_str(), problem.sites[one.site].id.as_str()))
                .collect();
            format!("{} {:?} {sites:?} {served:?}", answer.value, answer.bound)
        };
        prop_assert_eq!(told(&problem), told(&turned));
    }
}
