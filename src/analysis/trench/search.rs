//! Days for one group of jobs that depend on each other: first each for itself, then better by moving one job or
//! all jobs of a street, then, for a small group, every choice that could still be better.

use std::collections::BTreeSet;

use super::problem::{Day, Problem};
use super::saving::Savings;
use super::state::{State, Worth};
use crate::analysis::siting::{Stop, Watch};

/// Groups up to this size are searched to the end.
const EXACT_JOBS: usize = 24;
/// Days that the exact search chooses from at most.
const EXACT_DAYS: usize = 400;
/// Rounds of moves; each ends early when nothing gets better.
const ROUNDS: usize = 30;
/// Steps between two looks at the watch.
const BETWEEN_LOOKS: u64 = 256;

/// What was found for a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// By position in the group.
    pub day: Vec<Option<Day>>,
    pub worth: Worth,
    /// What each for itself comes to: first come, first served.
    pub alone: Worth,
    pub alone_day: Vec<Option<Day>>,
    /// No choice leaves fewer without a day, or with as few opens less often.
    pub least_without_day: usize,
    pub least_openings: usize,
    /// No choice with as few openings saves more.
    pub most_saving_fen: i64,
    /// Openings and saving were searched to the end.
    pub is_proved: bool,
}

pub struct Group<'a> {
    problem: &'a Problem,
    jobs: &'a [usize],
    /// By position: days that are worth trying, in order.
    days: Vec<Vec<Day>>,
    /// The days are all that an optimum needs.
    is_complete: bool,
    /// By position: has a day when each is for itself, so must have one.
    must: Vec<bool>,
    units: Vec<usize>,
}

/// Finds days for a group.
pub fn solve(savings: &Savings<'_>, jobs: &[usize], steps: u64, watch: &Watch<'_>) -> Result<Found, Stop> {
    let problem = savings.problem;
    let mut state = State::new(savings, jobs);
    first_come(&mut state, jobs);
    let (alone, alone_day) = (state.worth, days_in(&state, jobs));
    let group = Group::of(problem, jobs, alone_day.iter().map(Option::is_some).collect());
    group.improve(&mut state, watch)?;
    let mut is_proved = false;
    let bound = group.bound(&state);
    if group.is_complete && group.jobs.len() <= EXACT_JOBS {
        let mut exact = Exact::new(&group, savings, &state, steps);
        is_proved = exact.run(watch)?;
        if let Some(days) = exact.best_days.take() {
            let placed: Vec<usize> = jobs.iter().copied().filter(|job| state.day.contains_key(job)).collect();
            placed.iter().for_each(|&job| _ = state.remove(job));
            for (&job, day) in jobs.iter().zip(days) {
                if let Some(day) = day {
                    state.place(job, day);
                }
            }
        }
        // Of equals the least shift.
        group.improve(&mut state, watch)?;
    }
    let worth = state.worth;
    let (least_without_day, least_openings, most_saving_fen) =
        if is_proved { (worth.without_day, worth.openings, worth.saving_fen) } else { bound };
    Ok(Found {
        day: days_in(&state, jobs),
        worth,
        alone,
        alone_day,
        least_without_day,
        least_openings,
        most_saving_fen,
        is_proved: is_proved
            || (least_without_day, least_openings, most_saving_fen)
                == (worth.without_day, worth.openings, worth.saving_fen),
    })
}

fn days_in(state: &State<'_>, jobs: &[usize]) -> Vec<Option<Day>> {
    jobs.iter().map(|job| state.day.get(job).copied()).collect()
}

/// Each operator by itself: what was agreed stays, then in the order of their windows works take the first day that
/// the law leaves them, and nobody is moved.
fn first_come(state: &mut State<'_>, jobs: &[usize]) {
    let problem = state.problem;
    let mut order: Vec<usize> = jobs.to_vec();
    order.sort_by_key(|&job| (!problem.jobs[job].is_fixed, problem.jobs[job].wish.0, job));
    for job in order {
        let one = &problem.jobs[job];
        let again = one.units.iter().flat_map(|&unit| {
            let members = &problem.units[unit].members;
            let end = |&(day, member): &(Day, u32)| day + problem.jobs[members[member as usize].job].days;
            let forbidden = problem.units[unit].forbidden.iter().map(|span| span.1);
            let placed = state.on(unit).iter().map(move |on| problem.open_again(end(on)));
            forbidden.chain(placed).collect::<Vec<Day>>()
        });
        let mut days: Vec<Day> =
            again.chain([one.wish.0]).filter(|day| (one.wish.0..=one.wish.1).contains(day)).collect();
        days.sort_unstable();
        if let Some(day) = days.into_iter().find(|&day| problem.is_allowed(job, day) && state.fits(job, day)) {
            state.place(job, day);
        }
    }
}

impl<'a> Group<'a> {
    fn of(problem: &'a Problem, jobs: &'a [usize], must: Vec<bool>) -> Self {
        let units: BTreeSet<usize> = jobs.iter().flat_map(|&job| problem.jobs[job].units.iter().copied()).collect();
        let units: Vec<usize> = units.into_iter().collect();
        let mut group = Self { problem, jobs, days: Vec::new(), is_complete: false, must, units };
        let all = (jobs.len() <= EXACT_JOBS).then(|| group.every_day()).flatten();
        group.is_complete = all.is_some();
        group.days = jobs
            .iter()
            .map(|&job| {
                let one = &problem.jobs[job];
                let mut days = match &all {
                    Some(all) => all.range(one.reach.0..=one.reach.1).copied().collect(),
                    None => group.days_beside(job),
                };
                // An optimum needs no such day; of equals the one with less shift may.
                days.insert(one.wish.0);
                days.into_iter()
                    .filter(|&day| (one.reach.0..=one.reach.1).contains(&day) && problem.is_allowed(job, day))
                    .collect()
            })
            .collect();
        group
    }

    /// Days of which an optimum can be made: whatever starts together can start earlier together, until one of it
    /// may not, a street forbids it, or it would come too soon after another opening. `None` where there are too
    /// many.
    fn every_day(&self) -> Option<BTreeSet<Day>> {
        let jobs = || self.jobs.iter().map(|&job| &self.problem.jobs[job]);
        let last = jobs().map(|job| job.reach.1).max()?;
        let lengths: BTreeSet<Day> = jobs().map(|job| job.days).collect();
        let forbidden = self.units.iter().flat_map(|&unit| &self.problem.units[unit].forbidden).map(|span| span.1);
        let mut days: BTreeSet<Day> = jobs().map(|job| job.reach.0).chain(forbidden).collect();
        let mut fresh: Vec<Day> = days.iter().copied().collect();
        while let Some(day) = fresh.pop() {
            for length in &lengths {
                let next = self.problem.open_again(day + length);
                if next <= last && days.insert(next) {
                    fresh.push(next);
                }
            }
            if days.len() > EXACT_DAYS {
                return None;
            }
        }
        Some(days)
    }

    /// Days that matter to a job and those that share a street with it.
    fn days_beside(&self, job: usize) -> BTreeSet<Day> {
        let problem = self.problem;
        let mut days = BTreeSet::new();
        for &unit in &problem.jobs[job].units {
            days.extend(problem.units[unit].forbidden.iter().map(|span| span.1));
            for member in &problem.units[unit].members {
                let other = &problem.jobs[member.job];
                for start in [other.reach.0, other.wish.0] {
                    days.extend([start, problem.open_again(start + other.days)]);
                }
            }
        }
        days
    }

    /// Moves jobs, one by one and street by street, while that makes it better.
    fn improve(&self, state: &mut State<'_>, watch: &Watch<'_>) -> Result<(), Stop> {
        for _ in 0..ROUNDS {
            let mut is_better = false;
            for at in 0..self.jobs.len() {
                if watch.must_stop().is_some_and(|stop| stop == Stop::Cancelled) {
                    return Err(Stop::Cancelled);
                }
                is_better |= self.move_one(state, at);
            }
            for &unit in &self.units {
                is_better |= self.gather(state, unit);
            }
            if !is_better || watch.must_stop().is_some() {
                break;
            }
        }
        match watch.must_stop() {
            Some(Stop::Cancelled) => Err(Stop::Cancelled),
            _ => Ok(()),
        }
    }

    fn move_one(&self, state: &mut State<'_>, at: usize) -> bool {
        let (job, before) = (self.jobs[at], state.worth);
        let old = state.remove(job);
        let mut best = (before, old);
        for &day in &self.days[at] {
            if Some(day) != old && state.fits(job, day) {
                state.place(job, day);
                if state.worth.is_better_than(&best.0) {
                    best = (state.worth, Some(day));
                }
                state.remove(job);
            }
        }
        if let Some(day) = best.1 {
            state.place(job, day);
        }
        best.1 != old
    }

    /// Tries to start all jobs of a street on one day.
    fn gather(&self, state: &mut State<'_>, unit: usize) -> bool {
        let members: Vec<(usize, usize)> = self.problem.units[unit]
            .members
            .iter()
            .filter_map(|member| Some((self.jobs.binary_search(&member.job).ok()?, member.job)))
            .collect();
        if members.len() < 2 {
            return false;
        }
        let days: BTreeSet<Day> = members.iter().flat_map(|&(at, _)| self.days[at].iter().copied()).collect();
        let mut is_better = false;
        for day in days {
            let before = state.worth;
            let able: Vec<usize> = members
                .iter()
                .filter(|&&(at, job)| self.days[at].binary_search(&day).is_ok() && state.day.get(&job) != Some(&day))
                .map(|&(_, job)| job)
                .collect();
            if able.is_empty() {
                continue;
            }
            let old: Vec<(usize, Option<Day>)> = able.iter().map(|&job| (job, state.remove(job))).collect();
            let mut placed = Vec::new();
            let mut is_whole = true;
            for &(job, old) in &old {
                let next = [Some(day), old].into_iter().flatten().find(|&day| state.fits(job, day));
                match next {
                    Some(day) => {
                        state.place(job, day);
                        placed.push(job);
                    }
                    None => is_whole &= old.is_none(),
                }
            }
            if is_whole && state.worth.is_better_than(&before) {
                is_better = true;
                continue;
            }
            placed.iter().for_each(|&job| _ = state.remove(job));
            for (job, day) in old {
                if let Some(day) = day {
                    state.place(job, day);
                }
            }
        }
        is_better
    }

    /// What no choice is better than: without a day, openings with as many without a day as now, saving.
    fn bound(&self, state: &State<'_>) -> (usize, usize, i64) {
        let problem = self.problem;
        let can: Vec<bool> = self
            .jobs
            .iter()
            .map(|&job| problem.first_allowed(job, problem.jobs[job].reach.0, problem.jobs[job].reach.1).is_some())
            .collect();
        let never = can.iter().filter(|can| !**can).count();
        let mut openings = 0;
        for &unit in &self.units {
            if problem.units[unit].street.is_some() {
                let members = problem.units[unit].members.iter();
                let spans = members.filter(|one| self.jobs.binary_search(&one.job).is_ok_and(|at| can[at]));
                openings += stabs(spans.map(|one| problem.jobs[one.job].reach).collect());
            }
        }
        // Each job that is left out beyond those could have made each of its streets one opening cheaper.
        let more = state.worth.without_day - never.min(state.worth.without_day);
        let mut streets: Vec<usize> = self
            .jobs
            .iter()
            .zip(&can)
            .filter(|(_, can)| **can)
            .map(|(&job, _)| {
                problem.jobs[job].units.iter().filter(|unit| problem.units[**unit].street.is_some()).count()
            })
            .collect();
        streets.sort_unstable_by(|a, b| b.cmp(a));
        let fewer: usize = streets.iter().take(more).sum();
        let saving = self.units.iter().map(|&unit| state.savings.most_fen(unit)).sum();
        (never, openings.saturating_sub(fewer), saving)
    }
}

/// The fewest days that meet all spans.
fn stabs(mut spans: Vec<(Day, Day)>) -> usize {
    spans.sort_unstable_by_key(|span| span.1);
    let (mut count, mut last) = (0, None);
    for (from, to) in spans {
        if last.is_none_or(|last| last < from) {
            (count, last) = (count + 1, Some(to));
        }
    }
    count
}

/// Depth first over the jobs, most tightly bound first.
struct Exact<'a, 'b> {
    group: &'b Group<'a>,
    state: State<'b>,
    /// Positions in the group.
    order: Vec<usize>,
    /// By position in `units`: the most that it can save.
    most_fen: Vec<i64>,
    best: Worth,
    best_days: Option<Vec<Option<Day>>>,
    steps_left: u64,
}

impl<'a, 'b> Exact<'a, 'b> {
    fn new(group: &'b Group<'a>, savings: &'b Savings<'b>, known: &State<'_>, steps: u64) -> Self {
        let mut order: Vec<usize> = (0..group.jobs.len()).collect();
        order.sort_by_key(|&at| {
            (group.days[at].len(), std::cmp::Reverse(group.problem.jobs[group.jobs[at]].units.len()), at)
        });
        Self {
            group,
            state: State::new(savings, group.jobs),
            order,
            most_fen: group.units.iter().map(|&unit| savings.most_fen(unit)).collect(),
            best: known.worth,
            best_days: None,
            steps_left: steps,
        }
    }

    /// True when every choice was tried or cannot be better.
    fn run(&mut self, watch: &Watch<'_>) -> Result<bool, Stop> {
        self.go(0, watch)
    }

    fn go(&mut self, depth: usize, watch: &Watch<'_>) -> Result<bool, Stop> {
        if self.steps_left == 0 {
            return Ok(false);
        }
        self.steps_left -= 1;
        if self.steps_left.is_multiple_of(BETWEEN_LOOKS) {
            match watch.must_stop() {
                Some(Stop::Cancelled) => return Err(Stop::Cancelled),
                Some(Stop::OutOfTime) => return Ok(false),
                None => {}
            }
        }
        let left = self.order.len() - depth;
        let without = self.state.worth.without_day - left;
        if self.is_hopeless(depth, without) {
            return Ok(true);
        }
        let Some(&at) = self.order.get(depth) else {
            let ours = (without, self.state.worth.openings, -self.state.worth.saving_fen);
            if ours < (self.best.without_day, self.best.openings, -self.best.saving_fen) {
                self.best = self.state.worth;
                self.best_days = Some(days_in(&self.state, self.group.jobs));
            }
            return Ok(true);
        };
        let job = self.group.jobs[at];
        let mut is_whole = true;
        for n in 0..self.group.days[at].len() {
            let day = self.group.days[at][n];
            if self.state.fits(job, day) {
                self.state.place(job, day);
                is_whole &= self.go(depth + 1, watch)?;
                self.state.remove(job);
            }
        }
        if !self.group.must[at] {
            is_whole &= self.go(depth + 1, watch)?;
        }
        Ok(is_whole)
    }

    /// True when no choice for the jobs that are left can beat the best.
    fn is_hopeless(&self, depth: usize, without: usize) -> bool {
        if without != self.best.without_day {
            return without > self.best.without_day;
        }
        // From here every job that is left needs a day.
        let group = self.group;
        let left: BTreeSet<usize> = self.order[depth..].iter().map(|&at| group.jobs[at]).collect();
        let (mut openings, mut saving) = (self.state.worth.openings, 0);
        for (&unit, most) in group.units.iter().zip(&self.most_fen) {
            let on = self.state.on(unit);
            let members = &group.problem.units[unit].members;
            let spans: Vec<(Day, Day)> = members
                .iter()
                .filter(|one| left.contains(&one.job))
                .map(|one| group.problem.jobs[one.job].reach)
                .collect();
            saving += if spans.is_empty() { self.state.saving_of(unit) } else { *most };
            if group.problem.units[unit].street.is_some() {
                let is_open = |span: &(Day, Day)| on.iter().any(|(day, _)| span.0 <= *day && *day <= span.1);
                openings += stabs(spans.into_iter().filter(|span| !is_open(span)).collect());
            }
        }
        (openings, -saving) >= (self.best.openings, -self.best.saving_fen)
    }
}
