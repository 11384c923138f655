//! Utility works coordinated so that a street is opened once: where works meet, which could share a trench, on
//! which days, how the trench is laid out and what that saves. See `docs/trenches.md` for the model.
//!
//! Invariants: a plan opens no protected street and leaves no work's window by more than its operator allows; every
//! work that has a day when each is for itself has one; an unverified number never passes; the order of the input
//! never shows; a plan is held against a bound, and called proved only when everything was searched.

pub mod agreement;
mod answer;
mod axis;
pub mod calendar;
mod checks;
mod held;
mod layers;
mod meeting;
pub mod outside_plans;
pub mod path;
mod place;
mod problem;
mod recheck;
mod recheck_place;
mod saving;
mod search;
mod section;
mod settings;
mod state;
mod survey;
pub mod view;

use std::collections::{BTreeMap, BTreeSet};

pub use answer::{
    Alone, Bound, CHECKED_WITHIN_M, Clash, ClashKind, LineBeside, Opening, OperatorResult, Opportunity, Place,
    PlaceState, PlacedLine, Relation, TooNear, Totals, TrenchAnswer, TrenchResult, WorkResult, WorkState, doubt_unseen,
};
pub use checks::{Check, Exception, Side};
pub use held::{Apart, Closed, Held};
pub use layers::{City, Line, Street, Work};
pub use meeting::{Index, Meeting, among, between};
pub use problem::{Problem, Unit, Why, date_of, day_of, days_of};
pub use recheck::{Breach, recheck, recheck_held};
pub use saving::{Saving, Savings};
pub use search::{Found, solve as solve_group};
pub use section::{Fit, Member, Placed, Section, arrange, fit, gap_m};
pub use settings::{Fault, Prices, Settings, TrenchShape};
pub use state::Worth;
pub use survey::{Matched, match_up, street_reach};

use crate::analysis::siting::{Stop, Watch};
use problem::Day;

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TrenchError {
    #[error("cancelled")]
    Cancelled,
    /// The plan does not hold what it promises; nothing of it is given out.
    #[error("the plan did not pass its own check: {0}")]
    NotSound(String),
}

/// Days for every work, and how good they are.
#[derive(Debug, Clone, PartialEq)]
pub struct Solution {
    /// By id of the work.
    pub start: BTreeMap<i64, Day>,
    pub alone_start: BTreeMap<i64, Day>,
    pub groups: Vec<GroupResult>,
}

/// A group of works that depend on each other.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupResult {
    /// Ids of its works, in order.
    pub works: Vec<i64>,
    pub found: Found,
}

/// Finds a day for every work. With an earlier solution only the groups are solved anew that hold a work of
/// `changed` or are no group of the earlier one; all else about the city must be the same.
pub fn solve(
    city: &City,
    problem: &Problem,
    settings: &Settings,
    earlier: Option<(&Solution, &[i64])>,
    watch: &Watch<'_>,
) -> Result<Solution, TrenchError> {
    let savings = Savings { city, problem, settings };
    let known: BTreeMap<&[i64], &GroupResult> = earlier
        .into_iter()
        .flat_map(|(solution, _)| &solution.groups)
        .map(|group| (group.works.as_slice(), group))
        .collect();
    let changed: BTreeSet<i64> = earlier.into_iter().flat_map(|(_, changed)| changed.iter().copied()).collect();
    let mut solution = Solution { start: BTreeMap::new(), alone_start: BTreeMap::new(), groups: Vec::new() };
    let components = problem.components();
    let count = components.len();
    for (n, jobs) in components.into_iter().enumerate() {
        if watch.must_stop() == Some(Stop::Cancelled) {
            return Err(TrenchError::Cancelled);
        }
        watch.tell_share("planning", n as f64, Some(count as f64), n as f64 / count.max(1) as f64);
        let works: Vec<i64> = jobs.iter().map(|&job| city.works[problem.jobs[job].work].id).collect();
        let is_touched = works.iter().any(|work| changed.contains(work));
        let found = match known.get(works.as_slice()).filter(|_| !is_touched) {
            Some(group) => group.found.clone(),
            None => search::solve(&savings, &jobs, settings.steps, watch).map_err(|_| TrenchError::Cancelled)?,
        };
        for (at, &work) in works.iter().enumerate() {
            if let Some(day) = found.day[at] {
                solution.start.insert(work, day);
            }
            if let Some(day) = found.alone_day[at] {
                solution.alone_start.insert(work, day);
            }
        }
        solution.groups.push(GroupResult { works, found });
    }
    Ok(solution)
}

/// Plans all works of a city. `settings` must be without faults; `exceptions` and `confirmed` are what people
/// decided about rules.
pub fn plan(
    city: &City,
    settings: &Settings,
    decided: &Decided,
    watch: &Watch<'_>,
) -> Result<TrenchAnswer, TrenchError> {
    plan_held(city, settings, decided, &Held::default(), watch)
}

/// The same under what was agreed and refused before.
pub fn plan_held(
    city: &City,
    settings: &Settings,
    decided: &Decided,
    held: &Held,
    watch: &Watch<'_>,
) -> Result<TrenchAnswer, TrenchError> {
    let city = &*city.in_order();
    let matched = match_up(city, settings, watch).map_err(|_| TrenchError::Cancelled)?;
    let problem = matched.problem_held(city, settings, held);
    let solution = solve(city, &problem, settings, None, watch)?;
    let answer = answer::tell(city, settings, decided, &matched, &problem, &solution);
    let breaches = recheck_held(city, settings, held, &answer);
    match breaches.first() {
        None => Ok(answer),
        Some(breach) => Err(TrenchError::NotSound(format!("{breach}, the first of {}", breaches.len()))),
    }
}

/// What people decided about rules.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decided {
    /// Rules whose number somebody compared with print.
    pub confirmed: BTreeSet<String>,
    pub exceptions: Vec<Exception>,
}
