//! Capacities against exhaustive search: single assignment by trying every assignment, split assignment by a
//! flow of least cost, written apart.

use proptest::prelude::*;

use super::exhaustive::ranks;
use super::flow::Network;
use super::random_city::city;
use pianqu::analysis::siting::{Assignment, Choice, Objective, Problem, Reason, SitingError, solve, unlimited};

/// Value, distance, price, number, ids: less is better.
type Worth = (f64, f64, f64, usize, Vec<usize>);

fn sites_are_allowed(problem: &Problem, open: u32) -> Option<(f64, usize)> {
    let is_open = |site: usize| open >> site & 1 == 1;
    for (site, one) in problem.sites.iter().enumerate() {
        match one.choice {
            Choice::Free => {}
            Choice::MustNot if is_open(site) => return None,
            Choice::MustNot => {}
            _ if !is_open(site) => return None,
            _ => {}
        }
    }
    let counted = (0..problem.sites.len()).filter(|&site| is_open(site) && problem.sites[site].choice.is_counted());
    let count = counted.clone().count();
    let price: f64 = counted.map(|site| problem.sites[site].price).sum();
    let is_count_alone = problem.budget.is_none();
    if problem.p.is_some_and(|p| if is_count_alone { count != p } else { count > p }) {
        return None;
    }
    (problem.budget.is_none_or(|budget| price <= budget)).then_some((price, count))
}

/// The best value and then distance for these open sites.
fn assign(problem: &Problem, open: u32) -> Option<(f64, f64)> {
    let radius = problem.radius.unwrap_or(f64::INFINITY);
    let may = |site: usize| problem.sites[site].choice != Choice::MustNot;
    let cells: Vec<Vec<(usize, f64)>> = (0..problem.demands.len())
        .map(|demand| {
            let own =
                problem.cells.iter().filter(|cell| cell.demand == demand && cell.cost <= radius && may(cell.site));
            own.map(|cell| (cell.site, cell.cost)).collect()
        })
        .collect();
    if problem.capacities == Some(Assignment::Split) {
        return split(problem, &cells, open);
    }
    let mut best = None;
    let room: Vec<f64> = problem.sites.iter().map(|site| site.capacity.unwrap_or(f64::INFINITY)).collect();
    single(problem, &cells, open, 0, room, (0.0, 0.0, 0.0), &mut best);
    best
}

fn single(
    problem: &Problem,
    cells: &[Vec<(usize, f64)>],
    open: u32,
    demand: usize,
    room: Vec<f64>,
    (left, distance, farthest): (f64, f64, f64),
    best: &mut Option<(f64, f64)>,
) {
    if demand == cells.len() {
        let is_full = |site: usize| problem.sites[site].choice != Choice::MustBeFull || room[site] == 0.0;
        if !(0..room.len()).all(is_full) {
            return;
        }
        let value = match problem.objective {
            Objective::Mclp => left,
            Objective::Lscp => 0.0,
            Objective::PMedian => distance,
            Objective::PCenter => farthest,
        };
        if best.is_none_or(|best| (value, distance) < best) {
            *best = Some((value, distance));
        }
        return;
    }
    let weight = problem.demands[demand].weights[problem.weight];
    let may_stay_out = cells[demand].is_empty() || problem.objective == Objective::Mclp;
    if may_stay_out {
        let lost = if cells[demand].is_empty() { 0.0 } else { weight };
        single(problem, cells, open, demand + 1, room.clone(), (left + lost, distance, farthest), best);
    }
    for &(site, cost) in &cells[demand] {
        if open >> site & 1 == 1 && weight <= room[site] {
            let mut room = room.clone();
            room[site] -= weight;
            let sums = (left, distance + weight * cost, farthest.max(cost));
            single(problem, cells, open, demand + 1, room, sums, best);
        }
    }
}

fn split(problem: &Problem, cells: &[Vec<(usize, f64)>], open: u32) -> Option<(f64, f64)> {
    let is_open = |site: usize| open >> site & 1 == 1;
    let served = |farthest: f64| {
        let mut network = Network::new(cells.len() + problem.sites.len() + 2);
        let (source, sink) = (cells.len() + problem.sites.len(), cells.len() + problem.sites.len() + 1);
        for (demand, own) in cells.iter().enumerate() {
            network.edge(source, demand, problem.demands[demand].weights[problem.weight], 0.0);
            for &(site, cost) in own.iter().filter(|cell| is_open(cell.0) && cell.1 <= farthest) {
                network.edge(demand, cells.len() + site, f64::INFINITY, cost);
            }
        }
        for (site, one) in problem.sites.iter().enumerate() {
            network.edge(cells.len() + site, sink, one.capacity.unwrap_or(f64::INFINITY), 0.0);
        }
        network.most_at_least_cost(source, sink)
    };
    let asked = (0..cells.len()).filter(|&demand| !cells[demand].is_empty());
    let total: f64 = asked.clone().map(|demand| problem.demands[demand].weights[problem.weight]).sum();
    // Who has no weight needs a site all the same, except for MCLP.
    let reaches = |farthest: f64| {
        asked.clone().all(|demand| cells[demand].iter().any(|cell| is_open(cell.0) && cell.1 <= farthest))
    };
    let (flow, distance) = served(f64::INFINITY);
    match problem.objective {
        Objective::Mclp => Some((total - flow, distance)),
        _ if flow < total || !reaches(f64::INFINITY) => None,
        Objective::Lscp => Some((0.0, distance)),
        Objective::PMedian => Some((distance, distance)),
        Objective::PCenter => {
            let mut radii: Vec<f64> = cells.iter().flatten().map(|cell| cell.1).collect();
            radii.sort_by(f64::total_cmp);
            radii.dedup();
            if radii.is_empty() {
                return Some((0.0, 0.0));
            }
            let (radius, distance) = radii.into_iter().find_map(|radius| {
                let (flow, distance) = served(radius);
                (flow == total && reaches(radius)).then_some((radius, distance))
            })?;
            Some((radius, distance))
        }
    }
}

fn worth(problem: &Problem, open: u32) -> Option<Worth> {
    let (price, count) = sites_are_allowed(problem, open)?;
    let (value, distance) = assign(problem, open)?;
    let value = if problem.objective == Objective::Lscp { count as f64 } else { value };
    let rank = ranks(problem);
    let mut ids: Vec<usize> =
        (0..problem.sites.len()).filter(|&site| open >> site & 1 == 1).map(|site| rank[site]).collect();
    ids.sort_unstable();
    Some((value, distance, if problem.budget.is_some() { price } else { 0.0 }, count, ids))
}

fn check(problem: &Problem) -> Result<(), TestCaseError> {
    let best = (0..1_u32 << problem.sites.len())
        .filter_map(|open| worth(problem, open))
        .min_by(|a, b| a.partial_cmp(b).expect("numbers"));
    let answer = match solve(problem, 1, &unlimited()) {
        Ok(answer) => answer,
        Err(error @ SitingError::Invalid(_)) => {
            let choosable =
                problem.sites.iter().filter(|site| !matches!(site.choice, Choice::Existing | Choice::MustNot));
            let is_too_many = problem.p.is_some_and(|p| p > choosable.count());
            prop_assert!(is_too_many || best.is_none(), "{:?} and {:?}", error, best);
            return Ok(());
        }
        Err(error @ SitingError::Infeasible { .. }) => {
            prop_assert!(best.is_none(), "{:?} and {:?}", error, best);
            return Ok(());
        }
        Err(error) => return Err(TestCaseError::fail(error.to_string())),
    };
    let open = answer.open.iter().fold(0_u32, |open, site| open | 1 << site.site);
    let Some(best) = best else { return Err(TestCaseError::fail(format!("there is none, but {answer:?}"))) };
    let ours = worth(problem, open);
    prop_assert_eq!(answer.reason, Reason::ProvedOptimal);
    if !answer.is_tie_settled {
        // The answer says that others may be as good; as good it must be.
        prop_assert_eq!(ours.map(|worth| worth.0), Some(best.0), "{:?}", answer);
        return Ok(());
    }
    prop_assert_eq!(ours.as_ref(), Some(&best), "{:?}", answer);

    // The assignment itself keeps what was asked and adds up to the value.
    let weight = |demand: usize| problem.demands[demand].weights[problem.weight];
    let mut part = vec![0.0; problem.demands.len()];
    let mut load = vec![0.0; problem.sites.len()];
    for one in &answer.served {
        part[one.demand] += one.share;
        load[one.site] += one.share * weight(one.demand);
        prop_assert!(open >> one.site & 1 == 1);
        prop_assert!(problem.capacities == Some(Assignment::Split) || one.share == 1.0);
    }
    prop_assert!(part.iter().all(|&part| part < 1.0 + 1e-6), "{:?}", part);
    for (site, load) in load.iter().enumerate() {
        prop_assert!(*load <= problem.sites[site].capacity.unwrap_or(f64::INFINITY) + 1e-5, "{} {}", site, load);
    }
    let distance: f64 = answer.served.iter().map(|one| one.share * one.cost * weight(one.demand)).sum();
    prop_assert!((distance - best.1).abs() < 1e-4, "{} is not {}", distance, best.1);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, max_shrink_iters: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn capacities_are_kept_and_the_best_is_found(
        mut problem in city(6, 5),
        objective in prop_oneof![
            (0..9_u32).prop_map(|radius| (Objective::Mclp, Some(f64::from(radius)))),
            (0..9_u32).prop_map(|radius| (Objective::Lscp, Some(f64::from(radius)))),
            Just((Objective::PMedian, None)),
            Just((Objective::PCenter, None)),
        ],
        assignment in prop_oneof![Just(Assignment::Single), Just(Assignment::Split)],
        p in 1..5_usize, budget in prop::option::of(2..9_u32), must_be_full in prop::option::weighted(0.2, 0..5_usize),
    ) {
        (problem.objective, problem.radius) = objective;
        problem.capacities = Some(assignment);
        if problem.objective != Objective::Lscp {
            (problem.p, problem.budget) = (Some(p), budget.map(f64::from));
        }
        // The flow of the test knows no least amounts.
        if let Some(site) = must_be_full.filter(|_| assignment == Assignment::Single) {
            problem.sites[site].choice = Choice::MustBeFull;
        }
        check(&problem)?;
    }
}
