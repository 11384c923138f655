//! Every set of sites is tried, and the answer has to be the one that the tie rule names.

use proptest::prelude::*;

use super::random_city::city;
use pianqu::analysis::siting::{Choice, Objective, Problem, Reason, SitingError, by_id, solve, unlimited};

/// What a set of sites is worth, less is better: value, distance, price, number, ids.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
struct Worth(f64, f64, f64, usize, Vec<usize>);

/// Ranks of sites by id.
pub fn ranks(problem: &Problem) -> Vec<usize> {
    let mut order: Vec<usize> = (0..problem.sites.len()).collect();
    order.sort_by(|&a, &b| by_id(&problem.sites[a].id, &problem.sites[b].id));
    let mut rank = vec![0; order.len()];
    order.iter().enumerate().for_each(|(place, &site)| rank[site] = place);
    rank
}

fn worth(problem: &Problem, open: u32) -> Option<Worth> {
    let is_open = |site: usize| open >> site & 1 == 1;
    let counted: Vec<usize> =
        (0..problem.sites.len()).filter(|&site| is_open(site) && problem.sites[site].choice.is_counted()).collect();
    for (site, one) in problem.sites.iter().enumerate() {
        match one.choice {
            Choice::Free => {}
            Choice::MustNot if is_open(site) => return None,
            Choice::MustNot => {}
            _ if !is_open(site) => return None,
            _ => {}
        }
    }
    let price: f64 = counted.iter().map(|&site| problem.sites[site].price).sum();
    let is_count_alone = problem.p.is_some() && problem.budget.is_none() && problem.limits.is_empty();
    if problem.p.is_some_and(|p| if is_count_alone { counted.len() != p } else { counted.len() > p }) {
        return None;
    }
    if problem.budget.is_some_and(|budget| price > budget) {
        return None;
    }
    for limit in &problem.limits {
        let taken: f64 = limit.terms.iter().filter(|term| is_open(term.0)).map(|term| term.1).sum();
        if taken > limit.at_most {
            return None;
        }
    }
    let radius = problem.radius.unwrap_or(f64::INFINITY);
    let (mut distance, mut uncovered, mut farthest) = (0.0, 0.0, 0.0_f64);
    for demand in 0..problem.demands.len() {
        let weight = problem.demands[demand].weights[problem.weight];
        let mut cells = problem
            .cells
            .iter()
            .filter(|cell| cell.demand == demand && cell.cost <= radius)
            .filter(|cell| problem.sites[cell.site].choice != Choice::MustNot)
            .peekable();
        if cells.peek().is_none() {
            continue;
        }
        let nearest = cells.filter(|cell| is_open(cell.site)).map(|cell| cell.cost).min_by(f64::total_cmp);
        match nearest {
            Some(cost) => {
                distance += weight * cost;
                farthest = farthest.max(cost);
            }
            None if problem.objective == Objective::Mclp => uncovered += weight,
            None => return None,
        }
    }
    let value = match problem.objective {
        Objective::Mclp => uncovered,
        Objective::Lscp => counted.len() as f64,
        Objective::PMedian => distance,
        Objective::PCenter => farthest,
    };
    let rank = ranks(problem);
    let mut ids: Vec<usize> = (0..problem.sites.len()).filter(|&site| is_open(site)).map(|site| rank[site]).collect();
    ids.sort_unstable();
    let price = if problem.budget.is_some() { price } else { 0.0 };
    Some(Worth(value, distance, price, counted.len(), ids))
}

fn check(problem: &Problem) -> Result<(), TestCaseError> {
    let best = (0..1_u32 << problem.sites.len())
        .filter_map(|open| worth(problem, open))
        .min_by(|a, b| a.partial_cmp(b).expect("numbers"));
    let answer = match solve(problem, 1, &unlimited()) {
        Ok(answer) => answer,
        Err(error @ (SitingError::Infeasible { .. } | SitingError::Invalid(_))) => {
            let choosable = problem.sites.iter().filter(|s| matches!(s.choice, Choice::Free | Choice::Must)).count();
            let is_too_many = problem.p.is_some_and(|p| p > choosable);
            prop_assert!(is_too_many || best.is_none(), "{:?} and {:?}", error, best);
            return Ok(());
        }
        Err(error) => return Err(TestCaseError::fail(error.to_string())),
    };
    let open = answer.open.iter().fold(0_u32, |open, site| open | 1 << site.site);
    let ours = worth(problem, open);
    prop_assert_eq!(&ours, &best, "{:?}", answer);
    prop_assert_eq!(answer.reason, Reason::ProvedOptimal);
    prop_assert_eq!(answer.gap(), Some(0.0));
    prop_assert!(answer.is_tie_settled);
    let value = best.expect("it equals ours").0;
    let expected = match problem.objective {
        Objective::Mclp => {
            let served: f64 = answer.served.iter().map(|one| problem.demands[one.demand].weights[problem.weight]).sum();
            let left: f64 = answer
                .left_out
                .iter()
                .filter(|one| !one.why.is_for_good())
                .map(|one| problem.demands[one.demand].weights[problem.weight])
                .sum();
            prop_assert_eq!(left, value);
            served
        }
        _ => value,
    };
    prop_assert!((answer.value - expected).abs() < 1e-9, "{} is not {}", answer.value, expected);
    prop_assert_eq!(answer.served.len() + answer.left_out.len(), problem.demands.len());
    Ok(())
}

fn any_objective() -> impl Strategy<Value = (Objective, Option<f64>)> {
    prop_oneof![
        (0..7_u32).prop_map(|radius| (Objective::Mclp, Some(f64::from(radius)))),
        (0..7_u32).prop_map(|radius| (Objective::Lscp, Some(f64::from(radius)))),
        Just((Objective::PMedian, None)),
        Just((Objective::PCenter, None)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, max_shrink_iters: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn with_a_number_of_sites(
        mut problem in city(9, 7), (objective, radius) in any_objective(), p in 1..6_usize,
    ) {
        (problem.objective, problem.radius) = (objective, radius);
        problem.p = (objective != Objective::Lscp).then_some(p);
        check(&problem)?;
    }

    #[test]
    fn with_a_budget_and_limits(
        mut problem in city(8, 7), (objective, radius) in any_objective(),
        p in prop::option::of(1..6_usize), budget in 2..12_u32, room in prop::option::of(1..4_u32),
    ) {
        (problem.objective, problem.radius) = (objective, radius);
        if objective != Objective::Lscp {
            (problem.p, problem.budget) = (p, Some(f64::from(budget)));
        }
        if let Some(room) = room {
            let terms = (0..3).map(|site| (site, 1.0)).collect();
            problem.limits.push(pianqu::analysis::siting::Limit { name: "lot".into(), terms, at_most: f64::from(room) });
        }
        check(&problem)?;
    }
}
