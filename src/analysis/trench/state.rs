//! Days given to a group of jobs, and what that is worth, kept up to date move by move.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::problem::{Day, Problem};
use super::saving::Savings;

/// Less is better, the first difference decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Worth {
    pub without_day: usize,
    pub openings: usize,
    /// More is better.
    pub saving_fen: i64,
    pub shift_days: i64,
    /// Of all days: earlier is better.
    pub days: i64,
}

impl Worth {
    pub fn compare(&self, other: &Self) -> Ordering {
        let key = |one: &Self| (one.without_day, one.openings, -one.saving_fen, one.shift_days, one.days);
        key(self).cmp(&key(other))
    }

    pub fn is_better_than(&self, other: &Self) -> bool {
        self.compare(other) == Ordering::Less
    }
}

pub struct State<'a> {
    pub savings: &'a Savings<'a>,
    pub problem: &'a Problem,
    /// By job of the problem.
    pub day: HashMap<usize, Day>,
    /// By unit: day and position in its members.
    on: HashMap<usize, Vec<(Day, u32)>>,
    of_unit: HashMap<usize, (usize, i64)>,
    known: HashMap<(usize, Vec<u32>), i64>,
    pub worth: Worth,
}

impl<'a> State<'a> {
    /// Nobody has a day yet.
    pub fn new(savings: &'a Savings<'a>, jobs: &[usize]) -> Self {
        Self {
            savings,
            problem: savings.problem,
            day: HashMap::new(),
            on: HashMap::new(),
            of_unit: HashMap::new(),
            known: HashMap::new(),
            worth: Worth { without_day: jobs.len(), ..Worth::default() },
        }
    }

    pub fn on(&self, unit: usize) -> &[(Day, u32)] {
        self.on.get(&unit).map_or(&[], Vec::as_slice)
    }

    /// True when a job without a day may start on this one beside those that have theirs. What streets forbid is
    /// asked of the problem.
    pub fn fits(&self, job: usize, start: Day) -> bool {
        let problem = self.problem;
        let again = problem.open_again(start + problem.jobs[job].days);
        problem.jobs[job].units.iter().filter(|unit| problem.units[**unit].street.is_some()).all(|&unit| {
            self.on(unit).iter().all(|&(other, member)| {
                let other_job = &problem.jobs[problem.units[unit].members[member as usize].job];
                let other_days = other_job.days;
                match other.cmp(&start) {
                    Ordering::Equal => true,
                    // What was agreed on both sides is no choice of the plan.
                    _ if problem.jobs[job].is_fixed && other_job.is_fixed => true,
                    Ordering::Less => problem.open_again(other + other_days) <= start,
                    Ordering::Greater => again <= other,
                }
            })
        })
    }

    /// What the jobs that have a day save in a unit, in fen.
    pub fn saving_of(&self, unit: usize) -> i64 {
        self.of_unit.get(&unit).map_or(0, |one| one.1)
    }

    pub fn place(&mut self, job: usize, start: Day) {
        self.day.insert(job, start);
        let one = &self.problem.jobs[job];
        self.worth.without_day -= 1;
        self.worth.shift_days += shift(one.wish, start);
        self.worth.days += i64::from(start);
        for &unit in &one.units {
            let member = self.member(unit, job);
            self.on.entry(unit).or_default().push((start, member));
            self.weigh(unit);
        }
    }

    pub fn remove(&mut self, job: usize) -> Option<Day> {
        let start = self.day.remove(&job)?;
        let one = &self.problem.jobs[job];
        self.worth.without_day += 1;
        self.worth.shift_days -= shift(one.wish, start);
        self.worth.days -= i64::from(start);
        for &unit in &one.units {
            let member = self.member(unit, job);
            if let Some(on) = self.on.get_mut(&unit) {
                on.retain(|(_, other)| *other != member);
            }
            self.weigh(unit);
        }
        Some(start)
    }

    fn member(&self, unit: usize, job: usize) -> u32 {
        self.problem.units[unit].members.iter().position(|one| one.job == job).unwrap_or_default() as u32
    }

    fn weigh(&mut self, unit: usize) {
        let mut by_day: Vec<(Day, u32)> = self.on(unit).to_vec();
        by_day.sort_unstable();
        let (mut openings, mut fen) = (0, 0);
        for group in by_day.chunk_by(|a, b| a.0 == b.0) {
            openings += 1;
            if group.len() > 1 {
                let key = (unit, group.iter().map(|one| one.1).collect::<Vec<u32>>());
                fen += match self.known.get(&key) {
                    Some(fen) => *fen,
                    None => {
                        let found = self.savings.of(unit, &key.1).fen(self.savings.settings);
                        *self.known.entry(key).or_insert(found)
                    }
                };
            }
        }
        if self.problem.units[unit].street.is_none() {
            openings = 0;
        }
        let before = self.of_unit.insert(unit, (openings, fen)).unwrap_or_default();
        self.worth.openings = self.worth.openings + openings - before.0;
        self.worth.saving_fen += fen - before.1;
    }
}

/// Days outside the window.
pub fn shift((from, to): (Day, Day), start: Day) -> i64 {
    // A window too short for the work is left by as much whichever day it starts.
    if to < from {
        return i64::from((from - start).max(0).max(start - to));
    }
    i64::from((from - start).max(start - to).max(0))
}
