//! Questions that cannot be answered, and what is said to them.

use pianqu::analysis::grouping::{Edge, Goal, GroupingError, Obstacle, Place, Problem, Unit, Why, solve, unlimited};

/// A row of communities, each next to the one after it.
fn row(households: &[u64]) -> Problem {
    let units = households.iter().enumerate().map(|(n, &households)| Unit {
        id: format!("u{n}"),
        households: Some(households),
        at: Some((n as f64 * 100.0, 0.0)),
        is_eligible: Some(true),
        ..Unit::default()
    });
    let edges = (1..households.len()).map(|n| Edge { a: n - 1, b: n, walk_m: Some(100.0), shared: 0.0 });
    let mut problem = Problem::new(units.collect(), edges.collect());
    problem.weights.compactness = 1.0;
    problem.goal = Goal::MostGroups;
    problem
}

fn faults(problem: &Problem) -> Vec<(Place, String)> {
    match solve(problem, 1, &unlimited()) {
        Err(GroupingError::Invalid(faults)) => faults.into_iter().map(|fault| (fault.place, fault.detail)).collect(),
        other => panic!("{other:?}"),
    }
}

fn obstacle(problem: &Problem) -> Obstacle {
    match solve(problem, 1, &unlimited()) {
        Err(GroupingError::Infeasible(obstacle)) => obstacle,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_pair_that_must_be_together_and_apart_is_named() {
    let mut problem = row(&[500; 4]);
    problem.must_together = vec![vec![0, 1], vec![1, 2]];
    problem.must_apart = vec![(2, 0)];
    let found = faults(&problem);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, Place::Apart(0));
    assert!(found[0].1.contains("«u2»") && found[0].1.contains("«u0»"), "{}", found[0].1);
}

#[test]
fn a_minimum_over_the_total_says_both_and_a_minimum_over_the_maximum_too() {
    let mut problem = row(&[500; 4]);
    problem.min_households = Some(2001);
    let found = faults(&problem);
    assert_eq!(found[0].0, Place::Parameter("min_households"));
    assert!(found[0].1.contains("2001") && found[0].1.contains("2000"), "{}", found[0].1);
    problem.min_households = Some(1000);
    problem.max_households = Some(999);
    assert!(faults(&problem)[0].1.contains("over the maximum 999"));
    problem.max_households = None;
    problem.units[0].households = None;
    problem.min_households = Some(1600);
    assert!(faults(&problem)[0].1.contains("those of 1 communities are not known"));
}

#[test]
fn faults_of_the_input_are_all_found_at_once() {
    let mut problem = row(&[500; 4]);
    problem.units[1].id = "u0".to_owned();
    problem.edges.push(Edge { a: 2, b: 2, walk_m: Some(-1.0), shared: f64::NAN });
    problem.edges.push(Edge { a: 0, b: 9, walk_m: None, shared: 0.0 });
    problem.locked.push(Vec::new());
    problem.weights.compactness = -1.0;
    problem.proposals = 0;
    let places: Vec<Place> = faults(&problem).into_iter().map(|fault| fault.0).collect();
    for place in [
        Place::Unit(1),
        Place::Edge(3),
        Place::Edge(4),
        Place::Locked(0),
        Place::Parameter("weights"),
        Place::Parameter("proposals"),
    ] {
        assert!(places.contains(&place), "{place:?} is not in {places:?}");
    }
}

#[test]
fn a_part_that_is_too_small_is_left_out_with_its_sum_and_nobody_is_lost() {
    let mut problem = row(&[500, 600, 700, 500, 400]);
    problem.edges.remove(2);
    problem.min_households = Some(1000);
    let answer = solve(&problem, 1, &unlimited()).unwrap();
    assert_eq!(answer.left_out, [(3, Why::TooFewAround(900)), (4, Why::TooFewAround(900))]);
    assert_eq!(answer.proposals[0].groups.len(), 1);
    problem.min_households = Some(2000);
    let obstacle = obstacle(&problem);
    assert_eq!((obstacle.constraint, obstacle.is_proved, obstacle.units.len()), ("min_households", true, 5));
}

#[test]
fn a_community_alone_over_the_maximum_is_left_out() {
    let mut problem = row(&[500, 5000, 700, 500]);
    problem.max_households = Some(2000);
    let answer = solve(&problem, 1, &unlimited()).unwrap();
    assert_eq!(answer.left_out, [(1, Why::OverMaximum)]);
    problem.must_together = vec![vec![0, 1]];
    let obstacle = obstacle(&problem);
    assert_eq!((obstacle.constraint, obstacle.is_proved), ("max_households", true));
    assert!(obstacle.why.contains("«u0»") && obstacle.why.contains("«u1»"), "{}", obstacle.why);
}

#[test]
fn walks_that_are_too_wide_name_who_cannot_be_together() {
    let mut problem = row(&[500; 5]);
    problem.widest_walk_m = Some(200.0);
    problem.must_together = vec![vec![0, 3]];
    let found = obstacle(&problem);
    assert_eq!((found.constraint, found.is_proved), ("widest_walk_m", true));
    assert_eq!(found.units, [0, 3]);
    problem.must_together.clear();
    // Within 200 m of the first there are 1,500 households; without it the second has no more, and so on.
    problem.min_households = Some(1600);
    let found = obstacle(&problem);
    assert_eq!((found.constraint, found.is_proved), ("min_households", true), "{}", found.why);
    // Three make a group, and then two are left for whom none was found.
    problem.min_households = Some(1500);
    let answer = solve(&problem, 1, &unlimited()).unwrap();
    assert_eq!(answer.proposals[0].groups.len(), 1);
    assert!(answer.left_out.len() == 2 && answer.left_out.iter().all(|one| one.1 == Why::NotPlaced));
}

#[test]
fn those_who_must_be_together_without_a_way_between_are_named() {
    let mut problem = row(&[500; 4]);
    problem.edges.remove(1);
    problem.must_together = vec![vec![1, 2]];
    let found = obstacle(&problem);
    assert_eq!((found.constraint, found.is_proved), ("must_together", true));
    assert!(found.why.contains("«u1»") && found.why.contains("«u2»"));
    let mut problem = row(&[500; 4]);
    problem.units.iter_mut().for_each(|unit| unit.body = Some("a".to_owned()));
    problem.units[2].body = Some("b".to_owned());
    problem.keeps_bodies = true;
    problem.must_together = vec![vec![1, 2]];
    let found = faults(&problem);
    assert!(found[0].1.contains("«a»") && found[0].1.contains("«b»"));
}

#[test]
fn a_number_of_groups_that_cannot_be_is_refused_and_never_made_fewer() {
    let mut problem = row(&[500; 6]);
    problem.min_households = Some(1000);
    problem.groups = Some(4);
    let found = obstacle(&problem);
    assert_eq!((found.constraint, found.is_proved), ("min_households", true));
    assert!(found.why.contains("more than 3"), "{}", found.why);
    // A middle that is large takes both sides' partners: the bound says 3, and only 2 can be.
    let mut problem = row(&[600, 900, 600, 900]);
    problem.min_households = Some(1400);
    problem.groups = Some(2);
    assert_eq!(solve(&problem, 1, &unlimited()).unwrap().proposals[0].groups.len(), 2);
    let mut problem = row(&[900, 200, 900]);
    problem.min_households = Some(1000);
    problem.groups = Some(2);
    let found = obstacle(&problem);
    assert!(!found.why.is_empty());
    let mut problem = row(&[500; 6]);
    problem.max_households = Some(1000);
    problem.groups = Some(2);
    let found = obstacle(&problem);
    assert_eq!((found.constraint, found.is_proved), ("max_households", true));
    problem.max_households = None;
    problem.edges.remove(1);
    problem.edges.remove(3);
    let found = obstacle(&problem);
    assert_eq!((found.constraint, found.is_proved), ("contiguity", true));
}

#[test]
fn locked_groups_stay_and_their_members_are_nobody_elses() {
    let mut problem = row(&[500; 7]);
    problem.min_households = Some(1000);
    problem.locked = vec![vec![3]];
    let answer = solve(&problem, 1, &unlimited()).unwrap();
    let groups = &answer.proposals[0].groups;
    assert!(groups[0].is_locked && groups[0].members == [3]);
    assert_eq!(groups.len(), 3, "{groups:?}");
    assert_eq!(answer.most_groups, 3);
    problem.must_together = vec![vec![3, 4]];
    assert!(faults(&problem)[0].1.contains("«u4»"));
}

#[test]
fn only_the_eligible_are_grouped_and_unknown_is_no_pass() {
    let mut problem = row(&[500; 5]);
    problem.is_eligible_only = true;
    problem.units[0].is_eligible = None;
    problem.units[4].is_eligible = Some(false);
    let answer = solve(&problem, 1, &unlimited()).unwrap();
    assert_eq!(answer.left_out, [(0, Why::EligibilityUnknown), (4, Why::NotEligible)]);
    problem.units.iter_mut().for_each(|unit| unit.is_eligible = Some(false));
    assert_eq!(obstacle(&problem).constraint, "eligible_only");
}
