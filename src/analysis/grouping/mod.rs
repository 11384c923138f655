//! Precincts proposed by machine: communities grouped under hard limits, as many groups as can be or the groups that
//! a planner likes best. See `docs/grouping.md` for the method and where it comes from.
//!
//! Invariants: a group keeps every limit or is not handed out, which code that shares nothing with the search looks
//! at last; nobody is lost, who is in no group is named with the reason; ids decide between equals, so the order of the
//! input never shows in the answer; seed and question give the same answer, unless time was over first, which is said.

mod answer;
mod bits;
mod bound;
mod difference;
mod fingerprint;
mod improve;
mod infeasible;
mod merge;
mod model;
mod pack;
mod plan;
mod problem;
mod recheck;
mod score;
mod search;
mod split;
mod taking_part;
mod too_far;
mod validate;

pub use super::watch::{Progress, Stop, Watch, unlimited};
pub use answer::{Answer, Group, Move, Placement, Proposal};
pub use difference::Difference;
pub use fingerprint::fingerprint;
pub use problem::{Edge, Gap, Goal, Problem, Unit, UnknownHouseholds, Unlikeness, Weights};
pub use recheck::violations;
pub use taking_part::Why;
pub use validate::{Fault, MOST_PROPOSALS, MOST_UNITS, Place};

use difference::difference as difference_of;
use infeasible::Infeasible;
use model::Model;
use plan::Plan;
use search::{Found, Search};

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GroupingError {
    #[error("the question has {} faults", .0.len())]
    Invalid(Vec<Fault>),
    /// What was asked for cannot be, or was not found.
    #[error("{}", .0.why)]
    Infeasible(Infeasible),
    #[error("time was over before any grouping was found")]
    NothingInTime,
    #[error("cancelled")]
    Cancelled,
    /// The search and the last look at its answer do not agree.
    #[error("a grouping did not keep its limits and is not handed out: {}", .0.join("; "))]
    Broken(Vec<String>),
}

pub use infeasible::Infeasible as Obstacle;

impl From<Infeasible> for GroupingError {
    fn from(infeasible: Infeasible) -> Self {
        Self::Infeasible(infeasible)
    }
}

impl From<Stop> for GroupingError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Cancelled => Self::Cancelled,
            Stop::OutOfTime => Self::NothingInTime,
        }
    }
}

/// Searches beyond the proposals that are wanted, to have some to choose from.
const SPARE: usize = 2;
/// Searches for a plan without a group below the floor.
const TRIES: usize = 3;

/// Groups communities. `seed` leads the search.
pub fn solve(problem: &Problem, seed: u64, watch: &Watch<'_>) -> Result<Answer, GroupingError> {
    let faults = validate::faults(problem);
    if !faults.is_empty() {
        return Err(GroupingError::Invalid(faults));
    }
    let too_far = too_far::too_far(problem);
    let mut why = taking_part::left_out(problem, too_far.as_ref());
    let is_locked = taking_part::locked(problem);
    let mut start: Option<Plan> = None;
    loop {
        infeasible::before_search(problem, &why, too_far.as_ref())?;
        let takes_part: Vec<bool> = why.iter().zip(&is_locked).map(|(why, &lock)| why.is_none() && !lock).collect();
        let mut model = Model::of(problem, &takes_part, too_far.as_ref());
        infeasible::connect(problem, &mut model)?;
        infeasible::count(problem, &model)?;
        let groups = problem.groups.map(|groups| groups - problem.locked.len());
        let search = Search { problem, model: &model, groups };
        let (plans, is_cut_short) = match several(&search, start.take(), seed, watch)? {
            Several::Plans(plans, is_cut_short) => (plans, is_cut_short),
            Several::Unplaced(units) => {
                units.iter().for_each(|&unit| why[model.units[unit as usize]] = Some(Why::NotPlaced));
                continue;
            }
        };
        let chosen = choose(problem, &model, plans);
        let order = model::order(problem);
        let left_out: Vec<(usize, Why)> =
            order.iter().filter(|&&unit| !is_locked[unit]).filter_map(|&unit| Some((unit, why[unit]?))).collect();
        let gone: Vec<usize> = left_out.iter().map(|&(unit, _)| unit).collect();
        for plan in &chosen {
            let of = |members: &Vec<u32>| members.iter().map(|&unit| model.units[unit as usize]).collect();
            let groups: Vec<Vec<usize>> = plan.groups().iter().map(of).collect();
            let wrong = violations(problem, &groups, &gone);
            if !wrong.is_empty() {
                return Err(GroupingError::Broken(wrong));
            }
        }
        return Ok(Answer {
            proposals: answer::tell(problem, &model, &chosen),
            left_out,
            most_groups: bound::most_groups(&model) + problem.locked.len(),
            fewest_groups: bound::fewest_groups(&model) + problem.locked.len(),
            is_cut_short,
            seed,
            input_hash: fingerprint(problem),
        });
    }
}

enum Several {
    /// At least one, and whether time was over first.
    Plans(Vec<Plan>, bool),
    /// Units for which no group was found.
    Unplaced(Vec<u32>),
}

/// Searches again and again from seeds of its own.
fn several(search: &Search<'_>, start: Option<Plan>, seed: u64, watch: &Watch<'_>) -> Result<Several, GroupingError> {
    let model = search.model;
    if model.len() == 0 {
        return Ok(Several::Plans(vec![Plan::of_groups(model, Vec::new())], false));
    }
    let wanted = search.problem.proposals;
    let runs = if wanted == 1 { 1 } else { wanted + SPARE };
    let mut plans: Vec<Plan> = Vec::new();
    let mut counts = Vec::new();
    let mut fewest: Option<Vec<u32>> = None;
    let mut is_cut_short = false;
    let mut run = 0;
    while run < runs || (plans.is_empty() && run < TRIES && !is_cut_short) {
        let own_seed = seed.wrapping_mul(1_000_003).wrapping_add(run as u64);
        let (found, is_short) = search.run(start.as_ref(), own_seed, watch)?;
        is_cut_short |= is_short;
        match found {
            Found::Plan(plan) => plans.push(plan),
            Found::Count(count) => counts.push(count),
            Found::Incomplete(plan) => {
                let below = (0..plan.count()).filter(|&group| plan.sum(group) < model.floor);
                let units: Vec<u32> = below.flat_map(|group| plan.members(group).iter().copied()).collect();
                if fewest.as_ref().is_none_or(|before| units.len() < before.len()) {
                    fewest = Some(units);
                }
            }
        }
        run += 1;
        if is_cut_short {
            break;
        }
    }
    if !plans.is_empty() {
        return Ok(Several::Plans(plans, is_cut_short));
    }
    if is_cut_short {
        return Err(GroupingError::NothingInTime);
    }
    match (fewest, search.groups) {
        (Some(units), _) => Ok(Several::Unplaced(units)),
        (None, asked) => Err(infeasible::not_found(search.problem, model, asked.unwrap_or(0), &counts).into()),
    }
}

/// The best, and then always the best that is unlike enough to all before it.
fn choose(problem: &Problem, model: &Model, plans: Vec<Plan>) -> Vec<Plan> {
    let mut score = score::Score::of(problem, model);
    let labels = |plan: &Plan| (0..model.len() as u32).map(|unit| plan.group_of(unit)).collect::<Vec<usize>>();
    let mut judged: Vec<(usize, f64, Vec<usize>, Plan)> = plans
        .into_iter()
        .map(|plan| {
            let rank = if problem.goal == Goal::MostGroups { usize::MAX - plan.count() } else { 0 };
            (rank, score.tell(&plan).1, labels(&plan), plan)
        })
        .collect();
    judged.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then_with(|| a.2.cmp(&b.2)));
    let mut chosen: Vec<(Vec<usize>, Plan)> = Vec::new();
    for (_, _, labels, plan) in judged {
        let is_unlike = chosen.iter().all(|(other, _)| {
            let apart = difference_of(&labels, other).pairs;
            apart > 0.0 && apart >= problem.least_difference
        });
        if chosen.len() < problem.proposals && is_unlike {
            chosen.push((labels, plan));
        }
    }
    chosen.into_iter().map(|(_, plan)| plan).collect()
}
