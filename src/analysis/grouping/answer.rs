//! What is handed out: groups, why each community is where it is, and how proposals compare.

use std::collections::HashSet;

use super::difference::{Difference, difference};
use super::model::{Model, NO_SET};
use super::plan::Plan;
use super::problem::{Goal, Problem};
use super::score::{Parts, Score};
use super::taking_part::Why;
use super::too_far::Step;

#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The best first.
    pub proposals: Vec<Proposal>,
    /// In no group, in the order of ids.
    pub left_out: Vec<(usize, Why)>,
    /// No grouping of those who take part has more groups, or fewer; locked ones included.
    pub most_groups: usize,
    pub fewest_groups: usize,
    /// Time was over before the work was done: another run may come to another answer.
    pub is_cut_short: bool,
    pub seed: u64,
    /// Of the question; see [`super::fingerprint()`].
    pub input_hash: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// Locked ones first, then by their first id.
    pub groups: Vec<Group>,
    /// In the order of [`super::problem::Weights::NAMES`], whatever each weighs.
    pub parts: Parts,
    /// Weighted sum of the parts; the least is the best.
    pub value: f64,
    /// Of the attributes, in the measure of the question, z-scored; not a share.
    pub unlikeness: f64,
    pub placements: Vec<Placement>,
    /// From each other proposal, by its position; itself left out.
    pub differences: Vec<(usize, Difference)>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// In the order of ids.
    pub members: Vec<usize>,
    pub is_locked: bool,
    /// Sum of the known ones, or with what is assumed of the others.
    pub households: u64,
    pub households_unknown: usize,
    /// Metres between the two who are farthest apart on foot; `None` where some walk is not known.
    pub widest_walk_m: Option<f64>,
    /// The best single sites: for each gap its households, and those that stay without.
    pub gaps: Vec<(f64, f64)>,
}

/// Why a community is where it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Placement {
    pub unit: usize,
    pub group: usize,
    /// Neighbours in the same group.
    pub neighbours_inside: usize,
    /// What going over to each neighbouring group would do; none where all neighbours are in its own.
    pub moves: Vec<Move>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    pub to: usize,
    /// Limits that would break, by the names of their parameters; `contiguity` where its group would fall apart.
    pub breaks: Vec<&'static str>,
    /// By how much the weighted sum would grow; less than zero is better.
    pub change: f64,
}

impl Answer {
    /// How many groups fewer the best proposal has than the bound; only where the most groups are wanted.
    pub fn gap(&self, problem: &Problem) -> Option<usize> {
        let best = self.proposals.first()?;
        (problem.goal == Goal::MostGroups && problem.groups.is_none()).then(|| self.most_groups - best.groups.len())
    }
}

/// Tells plans, the best first. All have the same units.
pub fn tell(problem: &Problem, model: &Model, plans: &[Plan]) -> Vec<Proposal> {
    let mut score = Score::of(problem, model);
    let far = Walks::of(problem);
    let labels: Vec<Vec<usize>> =
        plans.iter().map(|plan| (0..model.len() as u32).map(|unit| plan.group_of(unit)).collect()).collect();
    let of = |(n, plan): (usize, &Plan)| {
        let (parts, value) = score.tell(plan);
        let lock = |members: &Vec<usize>| (members.clone(), true);
        let made = |members: &Vec<u32>| (members.iter().map(|&unit| model.units[unit as usize]).collect(), false);
        let groups = problem.locked.iter().map(lock).chain(plan.groups().iter().map(made));
        let groups = groups.map(|(members, is_locked)| group(problem, &far, members, is_locked)).collect();
        let others = (0..plans.len()).filter(|&other| other != n);
        Proposal {
            groups,
            parts,
            value,
            unlikeness: score.unlikeness(plan),
            placements: placements(problem, model, &mut score, plan),
            differences: others.map(|other| (other, difference(&labels[n], &labels[other]))).collect(),
        }
    };
    plans.iter().enumerate().map(of).collect()
}

fn group(problem: &Problem, walks: &Walks, mut members: Vec<usize>, is_locked: bool) -> Group {
    members.sort_by(|&a, &b| crate::analysis::siting::by_id(&problem.units[a].id, &problem.units[b].id));
    let gaps = problem.gaps.iter().map(|gap| {
        let missing = |units: &dyn Fn(usize) -> bool| -> f64 {
            gap.missing.iter().filter(|(unit, _)| members.contains(unit) && units(*unit)).map(|(_, n)| n).sum()
        };
        let all = missing(&|_| true);
        let served = gap.sites.iter().map(|site| missing(&|unit| site.contains(&unit)));
        (all, all - served.fold(0.0, f64::max))
    });
    Group {
        is_locked,
        households: members.iter().map(|&unit| super::model::counted(problem, unit)).sum(),
        households_unknown: members.iter().filter(|&&unit| problem.units[unit].households.is_none()).count(),
        widest_walk_m: walks.widest(&members),
        gaps: gaps.collect(),
        members,
    }
}

fn placements(problem: &Problem, model: &Model, score: &mut Score<'_>, plan: &Plan) -> Vec<Placement> {
    let apart: HashSet<(usize, usize)> = problem.must_apart.iter().flat_map(|&(a, b)| [(a, b), (b, a)]).collect();
    let costs: Vec<f64> = plan.groups().iter().map(|members| score.of_group(members)).collect();
    let squares: f64 = (0..plan.count()).map(|group| (plan.sum(group) as f64).powi(2)).sum();
    let mut placements: Vec<Placement> = (0..model.len() as u32)
        .map(|unit| {
            let from = plan.group_of(unit);
            let mut to: Vec<usize> = model.neighbours(unit).iter().map(|&other| plan.group_of(other)).collect();
            let neighbours_inside = to.iter().filter(|&&group| group == from).count();
            to.sort_unstable();
            to.dedup();
            to.retain(|&group| group != from);
            let rest: Vec<u32> = plan.members(from).iter().copied().filter(|&other| other != unit).collect();
            let own = model.households[unit as usize];
            let moves = to.into_iter().map(|to| {
                let members = plan.members(to);
                let (sum_from, sum_to) = (plan.sum(from) - own, plan.sum(to) + own);
                let mut breaks = Vec::new();
                let is_emptied = rest.is_empty();
                if is_emptied && problem.groups.is_some() {
                    breaks.push("groups");
                }
                if !is_emptied && !is_connected(model, &rest) {
                    breaks.push("contiguity");
                }
                if !is_emptied && sum_from < model.floor {
                    breaks.push("min_households");
                }
                if sum_to > model.ceiling {
                    breaks.push("max_households");
                }
                if let Some(clash) = &model.clash {
                    let of = |other: u32| (model.units[unit as usize], model.units[other as usize]);
                    let clashing = || members.iter().filter(|&&other| clash.is_set(unit, other));
                    if clashing().any(|&other| apart.contains(&of(other))) {
                        breaks.push("must_apart");
                    }
                    if clashing().any(|&other| !apart.contains(&of(other))) {
                        breaks.push("widest_walk_m");
                    }
                }
                if model.together[unit as usize] != NO_SET {
                    breaks.push("must_together");
                }
                let mut grown = members.to_vec();
                grown.push(unit);
                let squares_after = squares + (sum_from as f64).powi(2) + (sum_to as f64).powi(2)
                    - (plan.sum(from) as f64).powi(2)
                    - (plan.sum(to) as f64).powi(2);
                let count = plan.count() - usize::from(is_emptied);
                let cost_rest = if is_emptied { 0.0 } else { score.of_group(&rest) };
                let change = cost_rest + score.of_group(&grown) - costs[from] - costs[to]
                    + score.of_all(count, squares_after)
                    - score.of_all(plan.count(), squares);
                Move { to: to + problem.locked.len(), breaks, change }
            });
            let moves = moves.collect();
            let group = from + problem.locked.len();
            Placement { unit: model.units[unit as usize], group, neighbours_inside, moves }
        })
        .collect();
    for (group, members) in problem.locked.iter().enumerate() {
        let of = |&unit: &usize| Placement { unit, group, neighbours_inside: 0, moves: Vec::new() };
        placements.extend(members.iter().map(of));
    }
    placements
}

fn is_connected(model: &Model, members: &[u32]) -> bool {
    let mut is_left: HashSet<u32> = members.iter().copied().collect();
    let mut stack = vec![members[0]];
    is_left.remove(&members[0]);
    while let Some(unit) = stack.pop() {
        for other in model.neighbours(unit) {
            if is_left.remove(other) {
                stack.push(*other);
            }
        }
    }
    is_left.is_empty()
}

/// The walks that are known, for the widest of a group.
struct Walks {
    next: Vec<Vec<(usize, f64)>>,
}

impl Walks {
    fn of(problem: &Problem) -> Self {
        let mut next = vec![Vec::new(); problem.units.len()];
        let known = problem.edges.iter().filter_map(|edge| Some((edge.a, edge.b, edge.walk_m?)));
        for (a, b, walk_m) in known.chain(problem.walks.iter().copied()) {
            next[a].push((b, walk_m));
            next[b].push((a, walk_m));
        }
        Self { next }
    }

    fn widest(&self, members: &[usize]) -> Option<f64> {
        let mut widest = 0.0_f64;
        for (n, &from) in members.iter().enumerate() {
            widest = widest.max(self.farthest(from, &members[n + 1..])?);
        }
        Some(widest)
    }

    /// The walk to the farthest of some; `None` when one cannot be reached.
    fn farthest(&self, from: usize, to: &[usize]) -> Option<f64> {
        let mut wanted: HashSet<usize> = to.iter().copied().collect();
        let mut metres = std::collections::HashMap::from([(from, 0.0)]);
        let mut heap = std::collections::BinaryHeap::from([Step(0.0, from as u32)]);
        while !wanted.is_empty() {
            let Step(so_far, at) = heap.pop()?;
            let at = at as usize;
            if so_far > metres[&at] {
                continue;
            }
            if wanted.remove(&at) && wanted.is_empty() {
                return Some(so_far);
            }
            for &(next, walk_m) in &self.next[at] {
                let total = so_far + walk_m;
                if metres.get(&next).is_none_or(|&before| total < before) {
                    metres.insert(next, total);
                    heap.push(Step(total, next as u32));
                }
            }
        }
        Some(0.0)
    }
}
