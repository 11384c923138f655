//! Small problems at random, with many ties.

use proptest::prelude::*;

use pianqu::analysis::siting::{Cell, Choice, Demand, Objective, Problem, Site};

/// A problem without p or budget; the test sets what it is about.
pub fn city(demands: usize, sites: usize) -> impl Strategy<Value = Problem> {
    let weights = prop::collection::vec((0..6_u32, 0..4_u32), demands);
    let sites_at = prop::collection::vec((0..8_u32, 1..4_u32, 0..12_u32), sites);
    // One in six pairs has no way between.
    let costs = prop::collection::vec(prop::option::weighted(0.83, 0..9_u32), demands * sites);
    (weights, sites_at, costs).prop_map(move |(weights, at, costs)| Problem {
        weight_names: vec!["people".to_owned(), "households".to_owned()],
        weight: 0,
        demands: weights
            .iter()
            .enumerate()
            .map(|(n, &(people, households))| Demand {
                id: format!("{}", 20 - n),
                weights: vec![f64::from(people), f64::from(households)],
            })
            .collect(),
        sites: at
            .iter()
            .enumerate()
            .map(|(n, &(choice, price, capacity))| Site {
                id: format!("s{}", (n * 7) % 10),
                capacity: Some(f64::from(capacity)),
                price: f64::from(price),
                choice: match choice {
                    0 => Choice::Existing,
                    1 => Choice::Must,
                    2 => Choice::MustNot,
                    _ => Choice::Free,
                },
            })
            .collect(),
        cells: costs
            .iter()
            .enumerate()
            .filter_map(|(n, cost)| cost.map(|cost| Cell { demand: n / sites, site: n % sites, cost: f64::from(cost) }))
            .collect(),
        objective: Objective::PMedian,
        p: None,
        budget: None,
        radius: None,
        capacities: None,
        limits: Vec::new(),
    })
}
