//! Small cases beside all groupings there are.

use pianqu::analysis::grouping::{Goal, GroupingError, Problem, Weights, solve, unlimited, violations};

use super::random_city::grid;

/// Calls back with every partition of `units` into connected groups.
fn partitions(count: usize, look: &mut dyn FnMut(&[Vec<usize>])) {
    fn place(unit: usize, count: usize, groups: &mut Vec<Vec<usize>>, look: &mut dyn FnMut(&[Vec<usize>])) {
        if unit == count {
            look(groups);
            return;
        }
        for n in 0..groups.len() {
            groups[n].push(unit);
            place(unit + 1, count, groups, look);
            groups[n].pop();
        }
        groups.push(vec![unit]);
        place(unit + 1, count, groups, look);
        groups.pop();
    }
    place(0, count, &mut Vec::new(), look);
}

fn city_block(problem: &Problem, groups: &[Vec<usize>]) -> f64 {
    let count = problem.units.len() as f64;
    let mut sum = 0.0;
    for n in 0..problem.attribute_names.len() {
        let values: Vec<f64> = problem.units.iter().map(|unit| unit.attributes[n].unwrap()).collect();
        let mean = values.iter().sum::<f64>() / count;
        let deviation = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt();
        for group in groups {
            for (i, &a) in group.iter().enumerate() {
                for &b in &group[i + 1..] {
                    sum += (values[a] - values[b]).abs() / deviation;
                }
            }
        }
    }
    sum
}

/// The most groups that keep every limit, and the least unlikeness among groupings with `groups` of them.
fn best(problem: &Problem, groups: Option<usize>) -> Option<(usize, f64)> {
    let mut best: Option<(usize, f64)> = None;
    partitions(problem.units.len(), &mut |all| {
        let could = match (groups, best) {
            (Some(asked), _) => all.len() == asked,
            (None, Some((count, _))) => all.len() >= count,
            (None, None) => true,
        };
        if could && violations(problem, all, &[]).is_empty() {
            let unlike = city_block(problem, all);
            let is_better = best.is_none_or(|(count, value)| all.len() > count || unlike < value);
            if is_better {
                best = Some((all.len(), unlike));
            }
        }
    });
    best
}

fn check(problem: &Problem, seed: u64) {
    let known = best(problem, problem.groups);
    match (solve(problem, 1, &unlimited()), known) {
        (Ok(answer), Some((count, unlike))) => {
            if !answer.left_out.is_empty() {
                panic!("seed {seed}: {:?} are left out, and all can be grouped", answer.left_out);
            }
            let proposal = &answer.proposals[0];
            assert_eq!(proposal.groups.len(), count, "seed {seed}: most groups");
            assert!(
                (proposal.unlikeness - unlike).abs() < 1e-9 * unlike.max(1.0),
                "seed {seed}: unlikeness {} and {unlike}",
                proposal.unlikeness
            );
            assert!(answer.most_groups >= count, "seed {seed}: the bound is below what can be");
        }
        (Ok(answer), None) => {
            assert!(!answer.left_out.is_empty(), "seed {seed}: all are grouped, and they cannot be");
        }
        (Err(GroupingError::Infeasible(obstacle)), known) => {
            assert!(known.is_none(), "seed {seed}: {} but there is {known:?}", obstacle.why);
        }
        (Err(error), _) => panic!("seed {seed}: {error:?}"),
    }
}

fn question(seed: u64) -> Problem {
    let mut problem = grid(3, 3, seed);
    problem.goal = Goal::MostGroups;
    problem.weights = Weights { similar_attributes: 1.0, ..Weights::NONE };
    problem.min_households = Some(1200);
    problem.effort = 1.0;
    problem
}

#[test]
fn the_most_groups_and_then_the_least_unlikeness_equal_those_of_all_groupings() {
    for seed in 0..25 {
        check(&question(seed), seed);
    }
}

#[test]
fn the_same_holds_under_a_ceiling_a_widest_walk_and_pairs_that_must_be_apart_or_together() {
    for seed in 100..125 {
        let mut problem = question(seed);
        problem.max_households = Some(3000);
        problem.widest_walk_m = Some(900.0);
        problem.must_apart.push((seed as usize % 9, (seed as usize + 4) % 9));
        check(&problem, seed);
        problem.must_apart.clear();
        let edge = problem.edges[seed as usize % problem.edges.len()];
        problem.must_together.push(vec![edge.a, edge.b]);
        check(&problem, seed);
    }
}

#[test]
fn the_same_holds_for_an_exact_number_of_groups() {
    for seed in 200..215 {
        for groups in 1..=4 {
            let mut problem = question(seed);
            problem.groups = Some(groups);
            check(&problem, seed);
        }
    }
}
