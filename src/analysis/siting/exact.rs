//! p-median and MCLP without capacities: search, bound, what the bound decides, and the solver for the rest.

use super::lagrange::{self, Bound};
use super::layers::{Reduced, layered};
use super::mip::{Ended, SolverFailed};
use super::search::{Effort, Search};
use super::sum::Sum;
use super::watch::{Stop, Watch};

/// The best known answer to a minimisation and what is known about better ones.
#[derive(Debug, Clone)]
pub struct Best {
    /// `None`: no solution is known.
    pub is_open: Option<Vec<bool>>,
    pub value: f64,
    /// No solution is below this.
    pub bound: f64,
    pub ended: End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Optimal,
    Infeasible,
    OutOfTime,
    /// All was tried that is tried at this size; the gap stands.
    TooLarge,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Failed {
    #[error("cancelled")]
    Cancelled,
    #[error(transparent)]
    Solver(#[from] SolverFailed),
}

/// What is left of the problem after the bound, for the tie rule.
pub struct Solved {
    pub best: Best,
    /// What the search found before the solver began: the same on every machine, unless time ended first.
    pub searched: Vec<bool>,
    pub reduced: Reduced,
}

/// Shaken restarts before the solver, where it has much to do, and where it has no chance.
const FEW: Effort = Effort { rounds: 24, patience: 24 };
const MANY: Effort = Effort { rounds: 1500, patience: 1500 };
const MOST: Effort = Effort { rounds: 60_000, patience: 12_000 };
const STEPS: usize = 1200;
/// Undecided sites beyond which searching on pays before the solver begins, and beyond which it has no chance.
const MANY_UNDECIDED: usize = 160;
const MOST_UNDECIDED: usize = 700;

/// `known` are open sites to begin with, besides what the search finds itself.
pub fn solve(sum: &Sum<'_>, known: &[Vec<bool>], seed: u64, watch: &Watch<'_>) -> Result<Solved, Failed> {
    let mut search = Search::new(sum);
    let found = search.run(known, FEW, seed, watch).map_err(|_| Failed::Cancelled)?;
    let (mut value, mut is_open) = (found.value, found.is_open);
    let mut bound = Bound::trivial(sum);
    let mut reduced = Reduced::none(sum);
    let mut is_cut = !found.is_whole;
    if value.is_finite() {
        let mut starts;
        (bound, starts) = climb(sum, value, &is_open, watch)?;
        let mut effort = FEW;
        for pass in 0..2 {
            if is_cut || is_closed(sum, value, bound.value) {
                break;
            }
            let found = search.run(&starts, effort, seed + 1 + pass, watch).map_err(|_| Failed::Cancelled)?;
            is_cut |= !found.is_whole;
            let is_better = found.value < value - sum.tolerance(value);
            if is_better {
                (value, is_open) = (found.value, found.is_open);
            }
            reduced = Reduced::by_bound(sum, &bound, value, 0.0);
            if reduced.undecided() <= MANY_UNDECIDED || is_cut {
                break;
            }
            effort = if reduced.undecided() > MOST_UNDECIDED { MOST } else { MANY };
            starts = vec![is_open.clone()];
        }
        reduced = Reduced::by_bound(sum, &bound, value, 0.0);
    }
    if is_closed(sum, value, bound.value) {
        let best = Best { is_open: Some(is_open.clone()), value, bound: value, ended: End::Optimal };
        return Ok(Solved { best, searched: is_open, reduced });
    }
    let searched = is_open.clone();
    let known = Known { value, is_open, bound: bound.value };
    let best = finish(sum, &reduced, known, is_cut, watch)?;
    // What the bound decides is the same, and more of it may be decided by the better value.
    let reduced = if bound.value.is_finite() && best.value.is_finite() {
        Reduced::by_bound(sum, &bound, best.value, 0.0)
    } else {
        reduced
    };
    Ok(Solved { best, searched, reduced })
}

fn climb(sum: &Sum<'_>, value: f64, is_open: &[bool], watch: &Watch<'_>) -> Result<(Bound, Vec<Vec<bool>>), Failed> {
    lagrange::bound(sum, value, is_open, STEPS, watch).map_err(|_| Failed::Cancelled)
}

/// True when no solution can be better by more than rounding.
fn is_closed(sum: &Sum<'_>, value: f64, bound: f64) -> bool {
    value.is_finite() && bound >= value - sum.tolerance(value)
}

struct Known {
    value: f64,
    is_open: Vec<bool>,
    bound: f64,
}

/// The solver on what is not decided.
fn finish(sum: &Sum<'_>, reduced: &Reduced, known: Known, is_cut: bool, watch: &Watch<'_>) -> Result<Best, Failed> {
    let has_one = known.value.is_finite();
    let mut best = Best {
        is_open: has_one.then_some(known.is_open),
        value: known.value,
        bound: known.bound.min(known.value),
        ended: if is_cut { End::OutOfTime } else { End::TooLarge },
    };
    if is_cut {
        return Ok(best);
    }
    let Some(layered) = layered(&[sum], reduced) else { return Ok(best) };
    let start = best.is_open.as_ref().map(|is_open| layered.complete(is_open));
    let constant = layered.sums[0].1;
    let solved = layered.mip.clone().minimise(start.as_deref(), watch, "prove")?;
    if let Some(columns) = &solved.columns {
        let is_open = layered.open(reduced, columns);
        let value = sum.value(&is_open);
        if value < best.value && sum.model.allows(&is_open) {
            best.value = value;
            best.is_open = Some(is_open);
        }
    }
    match solved.ended {
        Ended::Stopped(Stop::Cancelled) => return Err(Failed::Cancelled),
        Ended::GoodEnough | Ended::Stopped(Stop::OutOfTime) => {
            best.ended = End::OutOfTime;
            best.bound = best.bound.max(solved.bound + constant).min(best.value);
        }
        Ended::Optimal => {
            // The solver's sums keep its tolerances; ours are of the rounded solution.
            let proved = solved.bound + constant;
            let is_same = best.value - proved <= 1e-7 * best.value.abs().max(1e-6);
            best.ended = if is_same { End::Optimal } else { End::TooLarge };
            best.bound = if is_same { best.value } else { best.bound.max(proved.min(best.value)) };
        }
        // The best known keeps all that was decided, so the solver should have found it at least.
        Ended::Infeasible if has_one => {}
        Ended::Infeasible => best.ended = End::Infeasible,
    }
    Ok(best)
}

impl Bound {
    /// What is known without looking: nothing.
    fn trivial(sum: &Sum<'_>) -> Self {
        let (demands, sites) = (sum.model.demand_count(), sum.model.site_count());
        Self {
            value: f64::NEG_INFINITY,
            price: vec![f64::INFINITY; demands],
            margin: vec![0.0; sites],
            is_picked: sum.model.fixed(),
        }
    }
}
