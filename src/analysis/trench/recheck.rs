//! Holds a plan against its promises, from the layers and the answer alone: nothing of the search is read here.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{Days, NaiveDate};

use super::answer::{TrenchAnswer, WorkState};
use super::held::Held;
use super::layers::City;
use super::recheck_place;
use super::settings::Settings;
use crate::domain::moratorium::years_after;
use crate::domain::rule::Verdict;

/// A promise that a plan does not keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    pub work_id: i64,
    pub detail: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "utility_work/{}: {}", self.work_id, self.detail)
    }
}

struct Dig {
    work_id: i64,
    from: NaiveDate,
    to: NaiveDate,
}

/// All breaches of a plan; none when it is sound.
pub fn recheck(city: &City, settings: &Settings, answer: &TrenchAnswer) -> Vec<Breach> {
    recheck_held(city, settings, &Held::default(), answer)
}

/// The same of a plan under what people decided. Works that were agreed on are on their days and need not keep what
/// came after; all others keep everything, also towards those.
pub fn recheck_held(city: &City, settings: &Settings, held: &Held, answer: &TrenchAnswer) -> Vec<Breach> {
    let is_fixed = |work_id: i64| held.fixed.contains_key(&work_id);
    let mut breaches = Vec::new();
    let mut digs: BTreeMap<i64, Vec<Dig>> = BTreeMap::new();
    let mut say = |work_id: i64, detail: String| breaches.push(Breach { work_id, detail });
    if answer.works.len() != city.works.len() {
        say(0, format!("{} works became {}", city.works.len(), answer.works.len()));
    }
    for (work, result) in city.works.iter().zip(&answer.works) {
        if work.id != result.work_id {
            say(work.id, "it stands in another's place".to_owned());
        }
        if let Some(day) = held.fixed.get(&work.id)
            && result.starts_on != Some(*day)
            && work.path.length_m > 0.0
        {
            say(work.id, format!("it was agreed for {day} and moved"));
        }
        let (Some(from), Some(to)) = (result.starts_on, result.ends_on) else {
            if result.state != WorkState::NotPlanned || result.why.is_none() {
                say(work.id, "it has no day and no reason".to_owned());
            }
            continue;
        };
        let shift = Days::new(work.shift_limit_days.unwrap_or(settings.shift_limit_days).max(0) as u64);
        if let (Some(first), Some(last)) = work.window {
            let (first, last) = (first - shift, last + shift);
            if result.state == WorkState::Planned && !is_fixed(work.id) && (from < first || to > last) {
                say(work.id, format!("{from} to {to} leaves {first} to {last}"));
            }
        }
        if settings.not_before.is_some_and(|day| from < day) && !is_fixed(work.id) {
            say(work.id, format!("{from} is before the plan begins"));
        }
        if result.state == WorkState::Planned {
            for &street in &result.street_ids {
                digs.entry(street).or_default().push(Dig { work_id: work.id, from, to });
            }
        }
    }
    for street in &city.streets {
        let Some(digs) = digs.get(&street.id) else { continue };
        for dig in digs {
            let surfaced = [(street.surfaced_on, &street.surfacing), (street.resurfacing_on, &street.resurfacing)];
            for (day, kind) in surfaced {
                let years = match kind.as_deref() {
                    Some("built") => settings.protection.built,
                    Some("major_repair") => settings.protection.major_repair,
                    _ => 0,
                };
                let Some(day) = day.filter(|_| years > 0) else { continue };
                if dig.to >= day && dig.from < years_after(day, years) && !is_fixed(dig.work_id) {
                    say(dig.work_id, format!("street/{} is protected from {day} for {years} years", street.id));
                }
            }
            for other in digs.iter().filter(|other| other.from > dig.from) {
                let again = years_after(dig.to + Days::new(1), settings.protection.opening);
                if other.from < again && !(is_fixed(dig.work_id) && is_fixed(other.work_id)) {
                    let first = dig.work_id;
                    let detail = format!("opens street/{} before {again}, after utility_work/{first}", street.id);
                    say(other.work_id, detail);
                }
            }
        }
    }
    for trench in &answer.trenches {
        let middle = (trench.from_m + trench.to_m) / 2.0;
        for (n, &a) in trench.work_ids.iter().enumerate() {
            if trench.work_ids[n + 1..].iter().any(|&b| !held.may_share(trench.street_id, middle, a, b)) {
                say(a, "it shares a trench against what was decided".to_owned());
            }
        }
    }
    for check in answer.checks.iter().chain(answer.trenches.iter().flat_map(|trench| &trench.checks)) {
        let is_firm = |rule: &String| {
            crate::domain::clearance::find_clearance_rule(rule).is_some_and(|rule| rule.verified.is_firm())
                || answer.confirmed_rules.contains(rule)
        };
        if check.verdict == Verdict::Pass && (check.rules.is_empty() || !check.rules.iter().all(is_firm)) {
            say(check.work_id, "a number that nobody verified passes".to_owned());
        }
    }
    breaches.extend(recheck_place::breaches(city, settings, answer));
    breaches
}
