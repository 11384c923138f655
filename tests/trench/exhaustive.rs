//! Every choice of days is tried, on a calendar coarse enough to try them all, and no choice is better than the
//! plan. The days here are a search of its own: nothing of the program's candidates is used.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::random_city::any_city;
use pianqu::analysis::siting::unlimited;
use pianqu::analysis::trench::{City, Problem, Savings, Settings, Solution, match_up, solve};

/// Without a day, openings, saving: less is better.
type Value = (usize, usize, i64);

struct Search<'a> {
    problem: &'a Problem,
    savings: Savings<'a>,
    must: Vec<bool>,
    /// By job.
    day: Vec<Option<i32>>,
    /// Days that are tried for each job.
    days: Vec<Vec<i32>>,
    best: Option<Value>,
    known: BTreeMap<(usize, Vec<u32>), i64>,
}

impl Search<'_> {
    fn go(&mut self, job: usize) {
        if job == self.problem.jobs.len() {
            let value = self.value();
            self.best = Some(self.best.map_or(value, |best| best.min(value)));
            return;
        }
        for day in self.days[job].clone() {
            if self.is_lawful(job, day) {
                self.day[job] = Some(day);
                self.go(job + 1);
                self.day[job] = None;
            }
        }
        if !self.must[job] {
            self.go(job + 1);
        }
    }

    /// Asked of all jobs before this one, by dates alone.
    fn is_lawful(&self, job: usize, start: i32) -> bool {
        let jobs = &self.problem.jobs;
        let end = start + jobs[job].days;
        jobs[job].units.iter().all(|&unit| {
            let unit = &self.problem.units[unit];
            let is_free = unit.forbidden.iter().all(|&(from, to)| end <= from || to <= start);
            let others = unit.members.iter().filter(|one| one.job < job);
            is_free
                && (unit.street.is_none()
                    || others.filter_map(|one| Some((one.job, self.day[one.job]?))).all(|(other, day)| {
                        let other_end = day + jobs[other].days;
                        day == start
                            || (day < start && self.problem.open_again(other_end) <= start)
                            || (day > start && self.problem.open_again(end) <= day)
                    }))
        })
    }

    fn value(&mut self) -> Value {
        let (mut openings, mut saving) = (0, 0);
        for unit in 0..self.problem.units.len() {
            let mut by_day: BTreeMap<i32, Vec<u32>> = BTreeMap::new();
            for (n, member) in self.problem.units[unit].members.iter().enumerate() {
                if let Some(day) = self.day[member.job] {
                    by_day.entry(day).or_default().push(n as u32);
                }
            }
            if self.problem.units[unit].street.is_some() {
                openings += by_day.len();
            }
            for members in by_day.into_values() {
                let key = (unit, members);
                let fen = match self.known.get(&key) {
                    Some(fen) => *fen,
                    None => {
                        let fen = self.savings.of(unit, &key.1).fen(self.savings.settings);
                        *self.known.entry(key).or_insert(fen)
                    }
                };
                saving += fen;
            }
        }
        (self.day.iter().filter(|day| day.is_none()).count(), openings, -saving)
    }
}

fn planned(city: &City, settings: &Settings) -> (Problem, Solution) {
    let problem = match_up(city, settings, &unlimited()).unwrap().problem(city, settings);
    let solution = solve(city, &problem, settings, None, &unlimited()).unwrap();
    (problem, solution)
}

fn value_of(solution: &Solution) -> Value {
    solution
        .groups
        .iter()
        .map(|group| group.found.worth)
        .fold((0, 0, 0), |sum, worth| (sum.0 + worth.without_day, sum.1 + worth.openings, sum.2 - worth.saving_fen))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, max_shrink_iters: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_choice_of_days_is_better(city in any_city(), step in 1..12_i32) {
        let settings = Settings { steps: 10_000_000, ..Settings::default() };
        let (problem, solution) = planned(&city, &settings);
        prop_assert!(solution.groups.iter().all(|group| group.found.is_proved));
        // All days would be too many: the ends of what each may do, what the streets leave, and days in between.
        let mut days: Vec<BTreeSet<i32>> = vec![BTreeSet::new(); problem.jobs.len()];
        let all: Vec<i32> = problem.jobs.iter().flat_map(|one| {
            let (from, to) = one.reach;
            [from, to, (from * step + to * (12 - step)) / 12, problem.open_again(from + one.days)]
        }).collect();
        for (job, one) in problem.jobs.iter().enumerate() {
            let ends = one.units.iter().flat_map(|&unit| &problem.units[unit].forbidden);
            let beside = ends.flat_map(|&(from, to)| [to, from - one.days]);
            days[job].extend(all.iter().copied().chain(beside).filter(|day| (one.reach.0..=one.reach.1).contains(day)));
        }
        if days.iter().map(|days| days.len() as f64 + 1.0).product::<f64>() > 3e6 {
            return Ok(());
        }
        let must = problem.jobs.iter().map(|job| solution.alone_start.contains_key(&city.works[job.work].id)).collect();
        let mut search = Search {
            problem: &problem,
            savings: Savings { city: &city, problem: &problem, settings: &settings },
            must,
            day: vec![None; problem.jobs.len()],
            days: days.into_iter().map(|days| days.into_iter().collect()).collect(),
            best: None,
            known: BTreeMap::new(),
        };
        search.go(0);
        let ours = value_of(&solution);
        if let Some(best) = search.best {
            prop_assert!(ours <= best, "{ours:?} is worse than {best:?}");
        }
    }
}

#[test]
fn days_of_every_kind_are_tried_in_a_small_calendar() {
    // Two works of a few days in one street, no protection: every day of both windows.
    use super::random_city::{city, day, line, street, work};
    let mut works = vec![work(1, line(&[(0.0, 1.0), (200.0, 1.0)])), work(2, line(&[(50.0, -1.0), (250.0, -1.0)]))];
    works[0].window = (Some(day("2024-03-01")), Some(day("2024-03-20")));
    works[1].window = (Some(day("2024-03-08")), Some(day("2024-04-10")));
    let mut settings = Settings::default();
    settings.protection.opening = 0;
    let city = city(works, vec![street(1, line(&[(0.0, 0.0), (300.0, 0.0)]))]);
    let (problem, solution) = planned(&city, &settings);
    let mut search = Search {
        problem: &problem,
        savings: Savings { city: &city, problem: &problem, settings: &settings },
        must: vec![true, true],
        day: vec![None; 2],
        days: problem.jobs.iter().map(|job| (job.reach.0..=job.reach.1).collect()).collect(),
        best: None,
        known: BTreeMap::new(),
    };
    search.go(0);
    assert_eq!(Some(value_of(&solution)), search.best);
    assert_eq!(search.best.map(|best| (best.0, best.1)), Some((0, 1)));
    assert!(search.best.is_some_and(|best| best.2 < 0), "it saves something");
}
