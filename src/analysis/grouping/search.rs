//! One proposal from one seed: pack, join, improve.

use super::bound::most_groups;
use super::improve::improve;
use super::merge::merge;
use super::model::Model;
use super::pack::{begin, pack};
use super::plan::Plan;
use super::problem::{Goal, Problem};
use super::score::Score;
use crate::analysis::random::Random;
use crate::analysis::watch::{Progress, Stop, Watch};

/// Units looked at, for each unit, while packing and while improving.
const PACKING: f64 = 6_000.0;
const IMPROVING: f64 = 12_000.0;
/// Small cities are searched no less than one of so many units.
const AT_LEAST: usize = 100;

/// What a search came to.
pub enum Found {
    /// Keeps every limit.
    Plan(Plan),
    /// Some groups are below the floor.
    Incomplete(Plan),
    /// So many groups and no other number were reached.
    Count(usize),
}

/// How hard to search, and for how many groups.
pub struct Search<'a> {
    pub problem: &'a Problem,
    pub model: &'a Model,
    /// Exactly so many groups.
    pub groups: Option<usize>,
}

impl Search<'_> {
    /// True beside what was found when time was over first.
    pub fn run(&self, start: Option<&Plan>, seed: u64, watch: &Watch<'_>) -> Result<(Found, bool), Stop> {
        let (problem, model) = (self.problem, self.model);
        let mut random = Random::new(seed);
        let size = model.len().max(AT_LEAST) as f64 * problem.effort;
        let mut is_cut_short = false;
        let mut heard = |stopped: Result<(), Stop>| match stopped {
            Err(Stop::Cancelled) => Err(Stop::Cancelled),
            Err(Stop::OutOfTime) => {
                is_cut_short = true;
                Ok(())
            }
            Ok(()) => Ok(()),
        };
        let mut plan = start.cloned().unwrap_or_else(|| begin(model, &mut random));
        let wants_most = problem.goal == Goal::MostGroups && self.groups.is_none();
        let enough = if wants_most { most_groups(model) } else { self.groups.unwrap_or(0) };
        let all = PACKING + IMPROVING;
        let tell = |progress| (watch.tell)(part(progress, 0.0, PACKING / all));
        let packing = Watch { tell: &tell, ..*watch };
        heard(pack(model, &mut plan, enough, (PACKING * size) as u64, &mut random, &packing))?;
        if !plan.is_complete(model) {
            return Ok((Found::Incomplete(plan), is_cut_short));
        }
        let mut score = Score::of(problem, model);
        if let Some(groups) = self.groups {
            heard(merge(model, &mut score, &mut plan, Some(groups), watch))?;
            if plan.count() != groups {
                return Ok((Found::Count(plan.count()), is_cut_short));
            }
        } else if problem.goal == Goal::Planner {
            heard(merge(model, &mut score, &mut plan, None, watch))?;
        }
        let is_count_free = problem.goal == Goal::Planner && self.groups.is_none();
        let work = (IMPROVING * size) as u64;
        let tell = |progress| (watch.tell)(part(progress, PACKING / all, IMPROVING / all));
        let improving = Watch { tell: &tell, ..*watch };
        heard(improve(model, &mut score, &mut plan, is_count_free, work, &mut random, &improving))?;
        plan.sort();
        Ok((Found::Plan(plan), is_cut_short))
    }
}

/// Progress of a part of the work as progress of the whole; both are shares.
pub fn part(progress: Progress, before: f64, width: f64) -> Progress {
    Progress { value: progress.value.map(|share| before + share.min(1.0) * width), ..progress }
}
