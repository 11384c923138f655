//! Where new facilities serve best: MCLP, LSCP, p-median and p-center over candidate sites, existing ones
//! beside them. See `docs/siting.md` for the models and where they come from.
//!
//! Invariants: an answer is called optimal only when its bound equals its value; a limit of time is never an
//! optimum; a pair without a cell is not reached, whatever the objective; ids decide between equals, so the
//! order of the input never shows in the answer.

mod answer;
mod capacitated;
mod center;
mod cover;
mod exact;
mod fill;
mod highs_watch;
mod lagrange;
mod layers;
mod mip;
mod model;
pub mod or_library;
mod pairs;
mod problem;
mod search;
mod sum;
mod ties;
mod validate;

pub use answer::{Answer, LeftOut, OpenSite, Reason, Served, Share, Why};
pub use model::by_id;
pub use problem::{Assignment, Cell, Choice, Demand, Limit, Objective, Problem, Site};
pub use validate::{Fault, Place};
pub use watch::{Progress, Stop, Watch, unlimited};

use super::{random, watch};
use answer::Solution;
use exact::{Best, End, Failed};
use model::Model;
use sum::Sum;
use ties::Tied;

/// How the tie rule reads, for people beside the answer.
pub const TIE_RULE: &str = "Of all site sets with the best value the one with the least sum of weight × cost of those \
     who are served; then, where there is a budget, the least price; then the fewest sites; then the set whose ids \
     come first. A demand goes to the nearest open site, of two as near to the one \
     whose id comes first. Ids that are numbers are compared by value and come before texts.";

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SitingError {
    #[error("the problem has {} faults", .0.len())]
    Invalid(Vec<Fault>),
    /// What was asked for cannot be; the demands that show it, in the order of ids.
    #[error("{why}")]
    Infeasible { why: String, demands: Vec<usize> },
    #[error("time was over before any answer was found")]
    NothingInTime,
    #[error("cancelled")]
    Cancelled,
    #[error("the solver failed: {0}")]
    Solver(String),
}

impl From<Failed> for SitingError {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Cancelled => Self::Cancelled,
            Failed::Solver(error) => Self::Solver(error.0),
        }
    }
}

/// Seconds that the tie rule may take once the value is proved.
const TIE_SECONDS: f64 = 1.0;

/// Chooses sites. `seed` leads the searches; it shows in the answer only where nothing could be proved.
pub fn solve(problem: &Problem, seed: u64, watch: &Watch<'_>) -> Result<Answer, SitingError> {
    let faults = validate::faults(problem);
    if !faults.is_empty() {
        return Err(SitingError::Invalid(faults));
    }
    let model = Model::of(problem);
    let (best, flow, is_tie_settled) = match problem.capacities {
        Some(assignment) => {
            let done = capacitated::solve(&model, problem.objective, assignment, seed, TIE_SECONDS, watch)?;
            (done.best, Some(done.flow), done.is_tie_settled)
        }
        None => {
            let (best, is_tie_settled) = match problem.objective {
                Objective::PMedian => median(&model, seed, watch)?,
                Objective::Mclp => covering(&model, seed, watch)?,
                Objective::Lscp => fewest(&model, seed, watch)?,
                Objective::PCenter => center(&model, seed, watch)?,
            };
            (best, None, is_tie_settled)
        }
    };
    let Some(is_open) = best.is_open else {
        return Err(match best.ended {
            End::Infeasible => infeasible(problem, &model, watch)?,
            _ => SitingError::NothingInTime,
        });
    };
    let served = match flow {
        Some(flow) => flow
            .into_iter()
            .map(|(i, j, cost, share)| Served { demand: model.demands[i], site: model.sites[j], cost, share })
            .collect(),
        None => nearest(&model, &is_open),
    };
    let (value, bound) = match problem.objective {
        Objective::Mclp => {
            let total = capacitated::asked_weight(&model);
            (total - best.value, total - best.bound)
        }
        _ => (best.value, best.bound),
    };
    let mut open = vec![false; problem.sites.len()];
    model.sites.iter().zip(&is_open).for_each(|(&site, &is_open)| open[site] = is_open);
    let solution = Solution {
        value,
        bound: bound.is_finite().then_some(bound),
        end: best.ended,
        is_tie_settled,
        is_open: open,
        served,
    };
    Ok(answer::tell(problem, &model.demands, &model.sites, solution))
}

/// Each demand at its nearest open site.
fn nearest(model: &Model, is_open: &[bool]) -> Vec<Served> {
    let of = |i: usize| {
        let (site, cost) = model.nearest(i, is_open)?;
        Some(Served { demand: model.demands[i], site: model.sites[site], cost, share: 1.0 })
    };
    (0..model.demand_count()).filter_map(of).collect()
}

fn median(model: &Model, seed: u64, watch: &Watch<'_>) -> Result<(Best, bool), Failed> {
    let sum = Sum::median(model);
    let solved = exact::solve(&sum, &[], seed, watch)?;
    let mut best = solved.best;
    let Some(is_open) = best.is_open.take() else { return Ok((best, false)) };
    if best.ended != End::Optimal {
        return Ok((Best { is_open: Some(is_open), ..best }, false));
    }
    let watch = &watch.at_most(TIE_SECONDS);
    let tied = Tied { sums: vec![&sum], held: vec![best.value], reduced: solved.reduced, is_open };
    let (is_open, is_settled) = tied.settle(watch)?;
    Ok((Best { is_open: Some(is_open), ..best }, is_settled))
}

fn covering(model: &Model, seed: u64, watch: &Watch<'_>) -> Result<(Best, bool), Failed> {
    let sum = Sum::covering(model);
    let solved = exact::solve(&sum, &[], seed, watch)?;
    let mut best = solved.best;
    let Some(is_open) = best.is_open.take() else { return Ok((best, false)) };
    if best.ended != End::Optimal {
        return Ok((Best { is_open: Some(is_open), ..best }, false));
    }
    let watch = &watch.at_most(TIE_SECONDS);
    let distance = Sum::distance_of_covered(model);
    let mut reduced = solved.reduced;
    // Those limits were of weights; the distances have none yet.
    reduced.at_most.fill(f64::INFINITY);
    let mut tied = Tied { sums: vec![&distance, &sum], held: vec![f64::INFINITY, best.value], reduced, is_open };
    let (is_open, is_settled) = match tied.minimise_first(watch)? {
        Some(least) => {
            tied.held[0] = least;
            tied.settle(watch)?
        }
        None => (tied.is_open, false),
    };
    Ok((Best { is_open: Some(is_open), ..best }, is_settled))
}

fn fewest(model: &Model, seed: u64, watch: &Watch<'_>) -> Result<(Best, bool), Failed> {
    let cover = cover::fewest(model, f64::INFINITY, None, watch)?;
    let (value, bound) = (cover.count as f64, cover.bound as f64);
    let best = Best { is_open: cover.is_open, value, bound, ended: cover.ended };
    among_equals(model, f64::INFINITY, Some(cover.count), best, seed, watch)
}

fn center(model: &Model, seed: u64, watch: &Watch<'_>) -> Result<(Best, bool), Failed> {
    let mut best = center::solve(model, watch)?;
    if let Some(is_open) = &mut best.is_open {
        model.fill(is_open);
    }
    let radius = best.value;
    among_equals(model, radius, None, best, seed, watch)
}

/// Applies the tie rule to a covering: the p-median among all coverings as good.
fn among_equals(
    model: &Model,
    radius: f64,
    count: Option<usize>,
    best: Best,
    seed: u64,
    watch: &Watch<'_>,
) -> Result<(Best, bool), Failed> {
    let Some(is_open) = best.is_open.clone().filter(|_| best.ended == End::Optimal) else { return Ok((best, false)) };
    let watch = &watch.at_most(TIE_SECONDS);
    let within = model.within(radius, count);
    let sum = Sum::median(&within);
    let solved = exact::solve(&sum, &[is_open], seed, watch)?;
    if solved.best.ended != End::Optimal {
        return Ok((Best { is_open: Some(solved.searched), ..best }, false));
    }
    let Some(is_open) = solved.best.is_open else { return Ok((best, false)) };
    let tied = Tied { sums: vec![&sum], held: vec![solved.best.value], reduced: solved.reduced, is_open };
    let (is_open, is_settled) = tied.settle(watch)?;
    Ok((Best { is_open: Some(is_open), ..best }, is_settled))
}

/// Says why nothing is possible.
fn infeasible(problem: &Problem, model: &Model, watch: &Watch<'_>) -> Result<SitingError, Failed> {
    let unlimited = Problem { p: None, budget: None, limits: Vec::new(), ..problem.clone() };
    let unlimited = Model::of(&unlimited);
    let cover = cover::fewest(&unlimited, f64::INFINITY, None, watch)?;
    let asked = match (problem.p, problem.budget) {
        (Some(p), None) => format!("p is {p}"),
        (None, Some(budget)) => format!("the budget is {budget}"),
        (Some(p), Some(budget)) => format!("p is {p} and the budget {budget}"),
        (None, None) => "the limits stand against it".to_owned(),
    };
    let why = format!(
        "not everybody who can reach a site can be served: {asked}, and at least {} sites are needed to serve all",
        cover.bound
    );
    let unserved =
        (0..model.demand_count()).filter(|&i| model.is_reachable(i) && model.nearest(i, &model.fixed()).is_none());
    Ok(SitingError::Infeasible { why, demands: unserved.map(|i| model.demands[i]).collect() })
}
