//! Cases of others with known answers.

use std::path::Path;

use pianqu::analysis::grouping::{Edge, Goal, Problem, Unit, Weights, solve, unlimited};

use crate::support::shared_data;

/// Rows of a CSV as numbers.
fn rows(path: &Path) -> Vec<Vec<f64>> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().skip(1).map(|line| line.split(',').map(|cell| cell.trim().parse().unwrap()).collect()).collect()
}

fn edges(path: &Path) -> Vec<Edge> {
    let edge = |row: Vec<f64>| Edge { a: row[0] as usize, b: row[1] as usize, walk_m: None, shared: 0.0 };
    rows(path).into_iter().map(edge).collect()
}

fn synthetic(folder: &Path, count: usize) -> Problem {
    let unit = |row: Vec<f64>| Unit {
        id: row[0].to_string(),
        households: Some(row[1] as u64),
        attributes: row[2..6].iter().map(|value| Some(*value)).collect(),
        ..Unit::default()
    };
    let units = rows(&folder.join(format!("units_{count}.csv"))).into_iter().map(unit).collect();
    let mut problem = Problem::new(units, edges(&folder.join(format!("adj_{count}.csv"))));
    problem.attribute_names = ["age", "far", "elder", "income"].map(str::to_owned).to_vec();
    problem.weights = Weights { similar_attributes: 1.0, ..Weights::NONE };
    problem.goal = Goal::MostGroups;
    problem.min_households = Some(3000);
    problem
}

#[test]
fn the_states_of_mexico_come_out_at_their_bounds() {
    let Some(folder) = shared_data("analysis-cases/maxp_mexico") else { return };
    for (least, known) in [(4, 8), (10, 3), (5, 6)] {
        let units = (0..32).map(|n| Unit { id: n.to_string(), households: Some(1), ..Unit::default() });
        let mut problem = Problem::new(units.collect(), edges(&folder.join("queen_edges.csv")));
        problem.goal = Goal::MostGroups;
        problem.min_households = Some(least);
        let answer = solve(&problem, 1, &unlimited()).unwrap();
        assert_eq!(answer.proposals[0].groups.len(), known, "at least {least}");
        assert_eq!((answer.most_groups, answer.gap(&problem)), (known, Some(0)));
    }
}

#[test]
fn more_groups_than_the_peers_find_and_no_more_than_the_bound() {
    let Some(folder) = shared_data("analysis-cases/synthetic_units") else { return };
    let problem = synthetic(&folder, 364);
    let answer = solve(&problem, 1, &unlimited()).unwrap();
    let count = answer.proposals[0].groups.len();
    // Two communities reach the floor alone; the others make 213,515 / 3,000.
    assert_eq!(answer.most_groups, 73);
    assert!((70..=73).contains(&count), "{count} groups");
    assert!(answer.proposals[0].groups.iter().all(|group| group.households >= 3000));
}

#[test]
fn at_the_number_of_a_peer_the_groups_are_no_less_alike() {
    let Some(folder) = shared_data("analysis-cases/synthetic_units") else { return };
    let mut problem = synthetic(&folder, 364);
    problem.groups = Some(61);
    let answer = solve(&problem, 1, &unlimited()).unwrap();
    let proposal = &answer.proposals[0];
    assert_eq!(proposal.groups.len(), 61);
    // spopt 0.7.0, MaxPHeuristic, 999 iterations.
    assert!(proposal.unlikeness < 2200.0, "{}", proposal.unlikeness);
}
