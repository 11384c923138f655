//! What holds for every answer, whatever is asked.

use std::cell::Cell;
use std::collections::BTreeSet;

use pianqu::analysis::grouping::{
    Answer, Goal, GroupingError, Problem, Stop, Unlikeness, Watch, Weights, Why, solve, unlimited, violations,
};

use super::random_city::{Random, grid, shuffled};

/// A question by chance: every limit sometimes.
fn question(seed: u64) -> Problem {
    let mut random = Random::new(seed + 1000);
    let mut problem = grid(4 + random.below(4) as usize, 3 + random.below(4) as usize, seed);
    let mut sometimes = |n: u64| random.below(n) == 0;
    problem.goal = if sometimes(2) { Goal::MostGroups } else { Goal::Planner };
    problem.unlikeness = if sometimes(2) { Unlikeness::Squares } else { Unlikeness::CityBlock };
    problem.weights = Weights {
        compactness: 1.0,
        few_precincts: 0.5,
        equal_size: 0.3,
        shared_works: 0.5,
        facility_gaps: 0.0,
        similar_age: 0.2,
        similar_attributes: 1.0,
    };
    problem.min_households = sometimes(4).then_some(0).or(Some(1500));
    problem.max_households = sometimes(2).then_some(3500);
    problem.widest_walk_m = sometimes(2).then_some(800.0);
    problem.longest_step_m = sometimes(3).then_some(320.0);
    problem.is_eligible_only = sometimes(3);
    problem.proposals = 3;
    let count = problem.units.len() as u64;
    if sometimes(2) {
        let n = random.below(count) as usize;
        if let Some(edge) = problem.edges.iter().find(|edge| edge.a == n) {
            problem.must_together.push(vec![edge.a, edge.b]);
        }
    }
    for _ in 0..random.below(4) {
        let (a, b) = (random.below(count) as usize, random.below(count) as usize);
        if a != b {
            problem.must_apart.push((a, b));
        }
    }
    if random.below(3) == 0 {
        problem.units.iter_mut().for_each(|unit| unit.body = Some("雁江".to_owned()));
        for unit in problem.units.iter_mut().take(count as usize / 2) {
            unit.body = Some("高新".to_owned());
        }
        problem.units[count as usize - 1].body = None;
        problem.keeps_bodies = true;
    }
    if random.below(3) == 0 {
        problem.units[random.below(count) as usize].households = None;
    }
    if random.below(3) == 0 {
        problem.locked.push(vec![0, 1]);
        problem.must_together.retain(|set| !set.contains(&0) && !set.contains(&1));
    }
    problem
}

/// Groups by id, whatever the order.
fn by_ids(problem: &Problem, answer: &Answer) -> Vec<BTreeSet<Vec<String>>> {
    let ids = |members: &[usize]| members.iter().map(|&unit| problem.units[unit].id.clone()).collect::<Vec<_>>();
    let groups = |proposal: &pianqu::analysis::grouping::Proposal| {
        proposal.groups.iter().map(|group| ids(&group.members)).collect()
    };
    answer.proposals.iter().map(groups).collect()
}

#[test]
fn every_proposal_is_a_partition_inside_all_limits_and_says_why_others_are_left_out() {
    let (mut answered, mut refused) = (0, 0);
    for seed in 0..120 {
        let problem = question(seed);
        let answer = match solve(&problem, seed, &unlimited()) {
            Ok(answer) => answer,
            Err(GroupingError::Infeasible(obstacle)) => {
                assert!(!obstacle.why.is_empty() && !obstacle.constraint.is_empty());
                refused += 1;
                continue;
            }
            Err(GroupingError::Invalid(_)) => {
                refused += 1;
                continue;
            }
            Err(error) => panic!("{seed}: {error}"),
        };
        answered += 1;
        let left_out: Vec<usize> = answer.left_out.iter().map(|&(unit, _)| unit).collect();
        for proposal in &answer.proposals {
            let made = proposal.groups.iter().filter(|group| !group.is_locked);
            let groups: Vec<Vec<usize>> = made.map(|group| group.members.clone()).collect();
            assert_eq!(violations(&problem, &groups, &left_out), Vec::<String>::new(), "seed {seed}");
            assert!(proposal.groups.len() <= answer.most_groups && proposal.groups.len() >= answer.fewest_groups);
            let placed: BTreeSet<usize> = proposal.placements.iter().map(|one| one.unit).collect();
            assert_eq!(placed.len() + left_out.len(), problem.units.len(), "seed {seed}: everybody is somewhere");
        }
        for (n, proposal) in answer.proposals.iter().enumerate() {
            assert!(proposal.differences.iter().all(|(other, one)| *other != n && one.pairs >= 0.1));
        }
    }
    assert!(answered >= 80, "{answered} answered, {refused} refused: the questions are too hard to show anything");
}

#[test]
fn the_order_of_the_input_never_shows_and_a_seed_gives_the_same_bytes() {
    for seed in 0..12 {
        let problem = question(seed);
        let other = shuffled(&problem, seed);
        match (solve(&problem, 7, &unlimited()), solve(&other, 7, &unlimited())) {
            (Ok(a), Ok(b)) => {
                assert_eq!(by_ids(&problem, &a), by_ids(&other, &b), "seed {seed}");
                assert_eq!(a.input_hash, b.input_hash, "seed {seed}");
                let again = solve(&problem, 7, &unlimited()).unwrap();
                assert_eq!(format!("{a:?}"), format!("{again:?}"), "seed {seed}");
            }
            (Err(GroupingError::Infeasible(a)), Err(GroupingError::Infeasible(b))) => assert_eq!(a.why, b.why),
            (Err(GroupingError::Invalid(_)), Err(GroupingError::Invalid(_))) => {}
            (a, b) => panic!("seed {seed}: {a:?} and {b:?}"),
        }
    }
}

#[test]
fn another_question_has_another_hash() {
    let problem = grid(3, 3, 1);
    let hash = pianqu::analysis::grouping::fingerprint(&problem);
    for change in [
        (|p: &mut Problem| p.units[0].households = Some(1)) as fn(&mut Problem),
        |p| p.edges[0].shared += 1.0,
        |p| p.min_households = Some(5),
        |p| p.must_apart.push((0, 1)),
        |p| p.weights.compactness = 2.0,
        |p| p.locked.push(vec![3]),
    ] {
        let mut other = problem.clone();
        change(&mut other);
        assert_ne!(pianqu::analysis::grouping::fingerprint(&other), hash);
    }
}

#[test]
fn who_cancels_gets_no_answer_and_who_runs_out_of_time_hears_so() {
    let mut problem = grid(12, 12, 3);
    problem.goal = Goal::MostGroups;
    problem.min_households = Some(3000);
    problem.effort = 5.0;
    let asked = Cell::new(0);
    let wanted = || {
        asked.set(asked.get() + 1);
        asked.get() < 4
    };
    let watch = Watch { is_wanted: &wanted, ..unlimited() };
    assert_eq!(solve(&problem, 1, &watch), Err(GroupingError::Cancelled));
    assert!(asked.get() < 10, "it went on after it was told");
    let seconds = Cell::new(0.0);
    let clock = || {
        seconds.set(seconds.get() + 1.0);
        seconds.get()
    };
    let watch = Watch { seconds: &clock, limit: 8.0, ..unlimited() };
    let answer = solve(&problem, 1, &watch).unwrap();
    assert!(answer.is_cut_short && answer.proposals.len() == 1);
    assert!(GroupingError::from(Stop::Cancelled) == GroupingError::Cancelled);
}

#[test]
fn each_move_tells_what_it_would_break_or_cost() {
    let mut problem = grid(5, 4, 5);
    problem.min_households = Some(1500);
    problem.groups = Some(4);
    let answer = solve(&problem, 1, &unlimited()).unwrap();
    let left_out: Vec<usize> = answer.left_out.iter().map(|&(unit, _)| unit).collect();
    let proposal = &answer.proposals[0];
    let mut looked = 0;
    for placement in &proposal.placements {
        for one in &placement.moves {
            let mut groups: Vec<Vec<usize>> = proposal.groups.iter().map(|group| group.members.clone()).collect();
            groups[placement.group].retain(|&unit| unit != placement.unit);
            groups[one.to].push(placement.unit);
            if groups[placement.group].is_empty() {
                assert!(one.breaks.contains(&"groups"));
                continue;
            }
            let broken = violations(&problem, &groups, &left_out);
            assert_eq!(one.breaks.is_empty(), broken.is_empty(), "{:?} and {broken:?}", one.breaks);
            looked += 1;
        }
    }
    assert!(looked > 10);
}

#[test]
fn unknown_households_are_not_zero() {
    let mut problem = grid(3, 2, 2);
    problem.edges.clear();
    for n in 0..5 {
        problem.edges.push(pianqu::analysis::grouping::Edge { a: n, b: n + 1, walk_m: None, shared: 0.0 });
    }
    for unit in &mut problem.units {
        unit.households = Some(1000);
    }
    problem.units[3].households = None;
    problem.goal = Goal::MostGroups;
    problem.min_households = Some(2000);
    // It may join but does not help: five known thousands make two groups.
    let answer = solve(&problem, 1, &unlimited()).unwrap();
    assert_eq!((answer.proposals[0].groups.len(), answer.left_out.len()), (2, 0));
    assert_eq!(answer.proposals[0].groups.iter().map(|group| group.households_unknown).sum::<usize>(), 1);
    // Under a maximum nobody knows, so it is left out, and it parts the others.
    problem.max_households = Some(4000);
    let answer = solve(&problem, 1, &unlimited()).unwrap();
    assert_eq!(answer.left_out, [(3, Why::HouseholdsUnknown)]);
    // Assumed to have a thousand it counts.
    problem.unknown_households = pianqu::analysis::grouping::UnknownHouseholds::Assume(1000);
    let answer = solve(&problem, 1, &unlimited()).unwrap();
    assert_eq!((answer.proposals[0].groups.len(), answer.left_out.len()), (3, 0));
}
