//! Looks at a finished grouping once more, from the question alone. Nothing here is used by the search, and nothing
//! of the search is used here.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use super::problem::{Problem, UnknownHouseholds};

/// Every limit that groups break; empty when all is well. `groups` are those that were made, without the locked
/// ones; `left_out` are in no group.
pub fn violations(problem: &Problem, groups: &[Vec<usize>], left_out: &[usize]) -> Vec<String> {
    let mut wrong = Vec::new();
    partition(problem, groups, left_out, &mut wrong);
    if let Some(asked) = problem.groups
        && groups.len() + problem.locked.len() != asked
    {
        wrong.push(format!("{} groups, not {asked}", groups.len() + problem.locked.len()));
    }
    let steps = steps(problem);
    let walks = walks(problem);
    for (n, group) in groups.iter().enumerate() {
        let name = format!("group {} («{}» …)", n + 1, group.first().map_or("", |&unit| &problem.units[unit].id));
        households(problem, group, &name, &mut wrong);
        if group.iter().any(|&unit| problem.units[unit].body != problem.units[group[0]].body) {
            wrong.push(format!("{name} mixes bodies"));
        }
        if problem.is_eligible_only && group.iter().any(|&unit| problem.units[unit].is_eligible != Some(true)) {
            wrong.push(format!("{name} holds a community that is not known to be eligible"));
        }
        if !is_connected(group, &steps) {
            wrong.push(format!("{name} does not hang together"));
        }
        if let Some(limit) = problem.widest_walk_m {
            let inside: BTreeSet<usize> = group.iter().copied().collect();
            for &unit in group {
                let reached = within(&walks, unit, limit);
                if let Some(&far) = inside.iter().find(|other| !reached.contains_key(other)) {
                    let (a, b) = (&problem.units[unit].id, &problem.units[far].id);
                    wrong.push(format!("{name} is wider than {limit} m: «{a}» to «{b}»"));
                    break;
                }
            }
        }
        for &(a, b) in &problem.must_apart {
            if group.contains(&a) && group.contains(&b) {
                wrong.push(format!("{name} holds both «{}» and «{}»", problem.units[a].id, problem.units[b].id));
            }
        }
        for set in &problem.must_together {
            let inside = set.iter().filter(|unit| group.contains(unit)).count();
            if inside != 0 && inside != set.len() {
                wrong.push(format!("{name} holds only some of «{}» …", problem.units[set[0]].id));
            }
        }
    }
    wrong
}

fn partition(problem: &Problem, groups: &[Vec<usize>], left_out: &[usize], wrong: &mut Vec<String>) {
    let mut times = vec![0; problem.units.len()];
    let all = groups.iter().chain(&problem.locked).flatten().chain(left_out);
    all.for_each(|&unit| times[unit] += 1);
    for (unit, times) in times.iter().enumerate().filter(|(_, times)| **times != 1) {
        wrong.push(format!("«{}» is in {times} places", problem.units[unit].id));
    }
    if groups.iter().any(Vec::is_empty) {
        wrong.push("a group is empty".to_owned());
    }
}

fn households(problem: &Problem, group: &[usize], name: &str, wrong: &mut Vec<String>) {
    let (mut sum, mut unknown) = (0_u128, 0);
    for &unit in group {
        match (problem.units[unit].households, problem.unknown_households) {
            (Some(households), _) => sum += u128::from(households),
            (None, UnknownHouseholds::Assume(households)) => sum += u128::from(households),
            (None, UnknownHouseholds::Careful) => unknown += 1,
        }
    }
    if let Some(min) = problem.min_households
        && sum < u128::from(min)
    {
        wrong.push(format!("{name} has {sum} households, the minimum is {min}"));
    }
    if let Some(max) = problem.max_households {
        if sum > u128::from(max) {
            wrong.push(format!("{name} has {sum} households, the maximum is {max}"));
        }
        if unknown > 0 {
            wrong.push(format!("{name} is not known to keep the maximum {max}: {unknown} unknown"));
        }
    }
}

fn steps(problem: &Problem) -> BTreeSet<(usize, usize)> {
    let mut steps = BTreeSet::new();
    for edge in &problem.edges {
        let is_near = match (problem.longest_step_m, edge.walk_m) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(longest), Some(walk)) => walk <= longest,
        };
        if is_near {
            steps.insert((edge.a.min(edge.b), edge.a.max(edge.b)));
        }
    }
    steps
}

/// Joins whoever is next to each other until nothing changes.
fn is_connected(group: &[usize], steps: &BTreeSet<(usize, usize)>) -> bool {
    let mut part: Vec<usize> = (0..group.len()).collect();
    for i in 0..group.len() {
        for j in i + 1..group.len() {
            let pair = (group[i].min(group[j]), group[i].max(group[j]));
            if part[i] != part[j] && steps.contains(&pair) {
                let (kept, gone) = (part[i], part[j]);
                part.iter_mut().filter(|one| **one == gone).for_each(|one| *one = kept);
            }
        }
    }
    part.iter().all(|&one| one == part[0])
}

type Walks = HashMap<usize, Vec<(usize, f64)>>;

fn walks(problem: &Problem) -> Walks {
    let mut walks: Walks = HashMap::new();
    let known = problem.edges.iter().filter_map(|edge| Some((edge.a, edge.b, edge.walk_m?)));
    for (a, b, metres) in known.chain(problem.walks.iter().copied()) {
        walks.entry(a).or_default().push((b, metres));
        walks.entry(b).or_default().push((a, metres));
    }
    walks
}

/// Whoever is within a walk of a unit, by label correcting.
fn within(walks: &Walks, from: usize, limit: f64) -> BTreeMap<usize, f64> {
    let mut reached = BTreeMap::from([(from, 0.0)]);
    let mut queue = VecDeque::from([from]);
    while let Some(at) = queue.pop_front() {
        let so_far = reached[&at];
        for &(to, metres) in walks.get(&at).map_or(&[][..], Vec::as_slice) {
            let total = so_far + metres;
            if total <= limit && reached.get(&to).is_none_or(|&before| total < before) {
                reached.insert(to, total);
                queue.push_back(to);
            }
        }
    }
    reached
}
