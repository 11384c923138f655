//! The plan as a choice of days. A work starts on one day in all its streets. Works that start in a street on the
//! same day are one opening of it; an opening keeps the street closed to others while it lasts and protected for
//! years after. What a street forbids already is a list of days.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Datelike, NaiveDate};

use super::held::Held;
use super::layers::{City, Work};
use super::meeting::Meeting;
use super::path::{Stretch, total};
use super::settings::Settings;
use crate::domain::moratorium::years_after;

/// Days since the beginning of the common era.
pub type Day = i32;

pub fn day_of(date: NaiveDate) -> Day {
    date.num_days_from_ce()
}

pub fn date_of(day: Day) -> NaiveDate {
    NaiveDate::from_num_days_from_ce_opt(day).unwrap_or(NaiveDate::MAX)
}

/// A work that opens streets and may be planned.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Position in the city's works.
    pub work: usize,
    /// First and last day on which it may start by its own window, and with the shift that its operator allows.
    pub wish: (Day, Day),
    pub reach: (Day, Day),
    pub days: Day,
    pub units: Vec<usize>,
    /// People agreed on its day: it has no other, whatever forbids it since.
    pub is_fixed: bool,
}

/// A street with the works that run along it, or the meeting of two works that no street holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// Position in the city's streets.
    pub street: Option<usize>,
    pub members: Vec<Member>,
    /// Days on which nobody digs, from and to, the last one not included.
    pub forbidden: Vec<(Day, Day)>,
    /// Between two ends of works the same works lie beside each other.
    pub pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    pub job: usize,
    /// On the street, or on the first work of a pair.
    pub stretches: Vec<Stretch>,
    /// The part of the work that lies here.
    pub share: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    pub from_m: f64,
    pub to_m: f64,
    /// Positions in the unit's members.
    pub members: Vec<u32>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    pub jobs: Vec<Job>,
    pub units: Vec<Unit>,
    /// Jobs that could lie in one trench.
    pub near: HashMap<usize, BTreeSet<usize>>,
    pub opening_years: u32,
    /// By position of the city's works: why one is not planned, if it is not.
    pub left_out: Vec<Option<Why>>,
    pub held: Held,
}

/// Why a work has no day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    NoLength,
    NoWindow,
    WindowEndsBeforeItStarts,
    WindowTooShort,
    /// Protected streets leave it no day.
    StreetProtected,
    /// It has a day alone, and none beside the works that were given theirs.
    NoDayLeft,
}

impl Problem {
    pub fn of(city: &City, along: &[Meeting], works_along: &[&Meeting], settings: &Settings, held: &Held) -> Self {
        let mut left_out: Vec<Option<Why>> = Vec::with_capacity(city.works.len());
        let mut jobs = Vec::new();
        let mut job_of = vec![None; city.works.len()];
        for (n, work) in city.works.iter().enumerate() {
            let fixed = held.fixed.get(&work.id).filter(|_| work.path.length_m > 0.0);
            let terms = match fixed {
                Some(&day) => {
                    Ok(((day_of(day), day_of(day)), (day_of(day), day_of(day)), days_of(work, settings) as Day))
                }
                None => terms_of(work, settings),
            };
            left_out.push(terms.err());
            if let (Ok((wish, reach, days)), true) = (terms, work.is_open) {
                job_of[n] = Some(jobs.len());
                jobs.push(Job { work: n, wish, reach, days, units: Vec::new(), is_fixed: fixed.is_some() });
            }
        }
        let mut in_street: BTreeMap<usize, Vec<Member>> = BTreeMap::new();
        for meeting in along {
            let Some(job) = job_of[meeting.a] else { continue };
            let share = total(&meeting.along_a) / city.works[meeting.a].path.length_m.max(f64::MIN_POSITIVE);
            let stretches = meeting.along_b.clone();
            in_street.entry(meeting.b).or_default().push(Member { job, stretches, share: share.min(1.0) });
        }
        let mut units: Vec<Unit> = in_street
            .into_iter()
            .map(|(street, members)| Unit {
                street: Some(street),
                pieces: pieces(&members),
                members,
                forbidden: forbidden(city, street, settings),
            })
            .collect();
        for (n, unit) in units.iter().enumerate() {
            unit.members.iter().for_each(|member| jobs[member.job].units.push(n));
        }
        let mut near: HashMap<usize, BTreeSet<usize>> = HashMap::new();
        for meeting in works_along {
            let (Some(a), Some(b)) = (job_of[meeting.a], job_of[meeting.b]) else { continue };
            near.entry(a).or_default().insert(b);
            near.entry(b).or_default().insert(a);
            if jobs[a].units.iter().any(|unit| units[*unit].street.is_some() && jobs[b].units.contains(unit)) {
                continue;
            }
            let share = |work: usize| total(&meeting.along_a) / city.works[work].path.length_m.max(f64::MIN_POSITIVE);
            let members: Vec<Member> = [(a, meeting.a), (b, meeting.b)]
                .map(|(job, work)| Member { job, stretches: meeting.along_a.clone(), share: share(work).min(1.0) })
                .to_vec();
            [a, b].iter().for_each(|&job| jobs[job].units.push(units.len()));
            units.push(Unit { street: None, pieces: pieces(&members), members, forbidden: Vec::new() });
        }
        Self { jobs, units, near, opening_years: settings.protection.opening, left_out, held: held.clone() }
    }

    /// The first day on which a street may be opened again after an opening that ends on the day before `end`.
    pub fn open_again(&self, end: Day) -> Day {
        day_of(years_after(date_of(end), self.opening_years))
    }

    /// True when the streets of a job do not forbid it to start on a day.
    pub fn is_allowed(&self, job: usize, start: Day) -> bool {
        if self.jobs[job].is_fixed {
            return true;
        }
        let end = start + self.jobs[job].days;
        let is_free = |unit: &usize| self.units[*unit].forbidden.iter().all(|&(from, to)| end <= from || start >= to);
        self.jobs[job].units.iter().all(is_free)
    }

    /// The first day from `from` to `to` on which the streets allow a job.
    pub fn first_allowed(&self, job: usize, from: Day, to: Day) -> Option<Day> {
        let ends = self.jobs[job].units.iter().flat_map(|unit| &self.units[*unit].forbidden).map(|span| span.1);
        let mut days: Vec<Day> = ends.chain([from]).filter(|day| (from..=to).contains(day)).collect();
        days.sort_unstable();
        days.into_iter().find(|&day| self.is_allowed(job, day))
    }

    /// Groups of jobs that depend on each other, each in the order of jobs.
    pub fn components(&self) -> Vec<Vec<usize>> {
        let mut group: Vec<usize> = (0..self.jobs.len()).collect();
        fn root(group: &mut [usize], mut n: usize) -> usize {
            while group[n] != n {
                group[n] = group[group[n]];
                n = group[n];
            }
            n
        }
        for unit in &self.units {
            for pair in unit.members.windows(2) {
                let (a, b) = (root(&mut group, pair[0].job), root(&mut group, pair[1].job));
                group[a.max(b)] = a.min(b);
            }
        }
        let mut components: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for job in 0..self.jobs.len() {
            components.entry(root(&mut group, job)).or_default().push(job);
        }
        components.into_values().collect()
    }
}

/// Days on which a work takes, where it does not say: by its length.
pub fn days_of(work: &Work, settings: &Settings) -> i64 {
    let assumed = || (work.path.length_m / settings.metres_per_day).ceil() as i64;
    work.duration_days.filter(|days| *days > 0).unwrap_or_else(assumed).max(1)
}

pub(super) type Terms = ((Day, Day), (Day, Day), Day);

/// When a work may start: by its window, and with its shift.
pub(super) fn terms_of(work: &Work, settings: &Settings) -> Result<Terms, Why> {
    if work.path.length_m <= 0.0 {
        return Err(Why::NoLength);
    }
    let (Some(start), Some(end)) = work.window else { return Err(Why::NoWindow) };
    if end < start {
        return Err(Why::WindowEndsBeforeItStarts);
    }
    let days = days_of(work, settings) as Day;
    let shift = work.shift_limit_days.unwrap_or(settings.shift_limit_days).clamp(0, 36_500) as Day;
    let not_before = settings.not_before.map_or(Day::MIN, day_of);
    let wish = (day_of(start).max(not_before), day_of(end) + 1 - days);
    let reach = ((day_of(start) - shift).max(not_before), day_of(end) + 1 - days + shift);
    if reach.1 < reach.0 { Err(Why::WindowTooShort) } else { Ok((wish, reach, days)) }
}

/// Days on which a street's past and planned surfacings forbid to dig.
pub fn forbidden(city: &City, street: usize, settings: &Settings) -> Vec<(Day, Day)> {
    let street = &city.streets[street];
    let surfacings = [(street.surfaced_on, &street.surfacing), (street.resurfacing_on, &street.resurfacing)];
    let spans = surfacings.into_iter().filter_map(|(day, kind)| {
        let day = day?;
        let years = settings.protection.after(kind.as_deref())?;
        (years > 0).then(|| (day_of(day), day_of(years_after(day, years))))
    });
    spans.collect()
}

fn pieces(members: &[Member]) -> Vec<Piece> {
    let mut ends: Vec<f64> = members.iter().flat_map(|one| &one.stretches).flat_map(|&(a, b)| [a, b]).collect();
    ends.sort_by(f64::total_cmp);
    ends.dedup_by(|a, b| (*a - *b).abs() < 1e-6);
    let of = |pair: &[f64]| {
        let middle = (pair[0] + pair[1]) / 2.0;
        let is_here = |one: &Member| one.stretches.iter().any(|&(from, to)| from <= middle && middle <= to);
        let here: Vec<u32> = (0..members.len()).filter(|&n| is_here(&members[n])).map(|n| n as u32).collect();
        (here.len() > 1).then_some(Piece { from_m: pair[0], to_m: pair[1], members: here })
    };
    ends.windows(2).filter_map(of).collect()
}
