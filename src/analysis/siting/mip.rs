//! One mixed-integer model, solved by HiGHS to a gap of zero or until somebody says stop.

use std::cell::Cell;

use std::ops::RangeBounds;

use highs::{Col, HighsModelStatus, HighsSolutionStatus, RowProblem, Sense};

use super::highs_watch;
use super::watch::{Stop, Watch};

/// How a solve ended. A limit is never an optimum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    Optimal,
    Infeasible,
    /// A solution as good as was asked for; there may be a better one.
    GoodEnough,
    Stopped(Stop),
}

#[derive(Debug)]
pub struct Solved {
    pub ended: Ended,
    /// A value for each column, when any solution was found.
    pub columns: Option<Vec<f64>>,
    /// What no solution can be below.
    pub bound: f64,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the solver failed: {0}")]
pub struct SolverFailed(pub String);

/// A model in the making. Every column lies between 0 and 1.
#[derive(Clone, Default)]
pub struct Mip {
    problem: RowProblem,
    costs: Vec<f64>,
    /// A row without terms that nothing can keep.
    is_impossible: bool,
    /// A solution of at most this value will do.
    good_enough: Option<f64>,
}

impl Mip {
    /// A column that is 0 or 1.
    pub fn binary(&mut self, cost: f64) -> Col {
        self.costs.push(cost);
        self.problem.add_integer_column(cost, 0..=1)
    }

    /// A column from 0 to 1.
    pub fn part(&mut self, cost: f64) -> Col {
        self.costs.push(cost);
        self.problem.add_column(cost, 0..=1)
    }

    pub fn row(&mut self, bounds: impl RangeBounds<f64>, terms: impl IntoIterator<Item = (Col, f64)>) {
        let terms: Vec<(Col, f64)> = terms.into_iter().collect();
        self.is_impossible |= terms.is_empty() && !bounds.contains(&0.0);
        self.problem.add_row(bounds, terms);
    }

    pub fn set_cost(&mut self, column: Col, cost: f64) {
        self.costs[column.index()] = cost;
        self.problem.change_column_cost(column, cost);
    }

    pub fn fix_to_zero(&mut self, column: Col) {
        self.problem.change_column_bounds(column, 0..=0);
    }

    /// Stops at the first solution of at most this value.
    pub fn stop_at(&mut self, value: f64) {
        self.good_enough = Some(value);
    }

    pub fn column_count(&self) -> usize {
        self.costs.len()
    }

    /// Minimises. `start` is a solution to begin with, a value for each column.
    pub fn minimise(
        self,
        start: Option<&[f64]>,
        watch: &Watch<'_>,
        stage: &'static str,
    ) -> Result<Solved, SolverFailed> {
        if self.is_impossible {
            return Ok(Solved { ended: Ended::Infeasible, columns: None, bound: f64::INFINITY });
        }
        if self.costs.is_empty() {
            return Ok(Solved { ended: Ended::Optimal, columns: Some(Vec::new()), bound: 0.0 });
        }
        let good_enough = self.good_enough;
        let Some(start) = start else { return run(self.problem, None, good_enough, watch, stage) };
        let solved = run(self.problem.clone(), Some(start), good_enough, watch, stage)?;
        let Some(columns) = &solved.columns else { return Ok(solved) };
        let value: f64 = columns.iter().zip(&self.costs).map(|(value, cost)| value * cost).sum();
        // HiGHS 1.16 can say «optimal» with the right value and hand out the start as its solution, when
        // presolve alone solves the model.
        if solved.ended == Ended::Optimal && (value - solved.bound).abs() > 1e-6 * value.abs().max(1.0) {
            return run(self.problem, None, good_enough, watch, stage);
        }
        Ok(solved)
    }
}

fn run(
    problem: RowProblem,
    start: Option<&[f64]>,
    good_enough: Option<f64>,
    watch: &Watch<'_>,
    stage: &'static str,
) -> Result<Solved, SolverFailed> {
    let failed = |what: &str| SolverFailed(what.to_owned());
    if let Some(stop) = watch.must_stop() {
        return Ok(Solved { ended: Ended::Stopped(stop), columns: None, bound: f64::NEG_INFINITY });
    }
    let mut model = problem.try_optimise(Sense::Minimise).map_err(|_| failed("it does not take the model"))?;
    // HiGHS itself stops at a relative gap of 1e-4.
    for (option, value) in [("mip_rel_gap", 0.0), ("mip_abs_gap", 0.0)] {
        model.try_set_option(option, value).map_err(|_| failed(option))?;
    }
    // One thread: a siting must not take the cores from those who look at the map, and the callback
    // stays on this thread.
    model.try_set_option("threads", 1).map_err(|_| failed("threads"))?;
    model.try_set_option("parallel", "off").map_err(|_| failed("parallel"))?;
    if let Some(value) = good_enough {
        model.try_set_option("objective_target", value).map_err(|_| failed("objective_target"))?;
    }
    let seconds = watch.seconds_left();
    if seconds.is_finite() {
        model.try_set_option("time_limit", seconds.max(0.0)).map_err(|_| failed("time_limit"))?;
    }
    if let Some(start) = start {
        // A start that does not fit is no error: the solver then begins without it.
        let _ = model.try_set_solution(Some(start), None, None, None);
    }
    let stop = Cell::new(None);
    let goes_on = |value: f64, bound: f64| {
        stop.set(watch.must_stop());
        if value.is_finite() || bound.is_finite() {
            watch.tell(stage, None, None);
        }
        stop.get().is_none()
    };
    let solved = highs_watch::solve(model, &goes_on).map_err(|status| failed(&format!("{status:?}")))?;
    let ended = match solved.status() {
        HighsModelStatus::Optimal => Ended::Optimal,
        // All our models are bounded.
        HighsModelStatus::Infeasible | HighsModelStatus::UnboundedOrInfeasible => Ended::Infeasible,
        HighsModelStatus::ObjectiveTarget => Ended::GoodEnough,
        HighsModelStatus::ReachedTimeLimit => Ended::Stopped(Stop::OutOfTime),
        HighsModelStatus::ReachedInterrupt => Ended::Stopped(stop.get().unwrap_or(Stop::OutOfTime)),
        other => return Err(SolverFailed(format!("it ended with {other:?}"))),
    };
    let has_solution = solved.primal_solution_status() == HighsSolutionStatus::Feasible;
    let columns = has_solution.then(|| solved.get_solution().columns().to_vec());
    let bound = match ended {
        Ended::Optimal => solved.objective_value(),
        Ended::Infeasible => f64::INFINITY,
        Ended::GoodEnough | Ended::Stopped(_) => {
            solved.double_info_value(c"mip_dual_bound").unwrap_or(f64::NEG_INFINITY)
        }
    };
    Ok(Solved { ended, columns, bound })
}
