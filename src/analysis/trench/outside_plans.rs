//! Works for which no plan decides a day: the calendar counts no opening of theirs, so it says which streets they may
//! open besides.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;

use super::meeting::between;
use super::path::Path;
use super::{City, Matched, Settings, Work, street_reach};
use crate::analysis::siting::{Stop, Watch};

/// What plans that are no drafts have decided of works.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decided {
    /// Works of the newest plan that is offered, with a day or without, and those that any plan agreed on: what the
    /// calendar knows of them it counts.
    pub by_plans: BTreeSet<i64>,
    /// Works that stand in any plan at all.
    pub in_plans: BTreeSet<i64>,
}

/// Why nothing is known of a work's day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhyOutside {
    /// It stands in no plan that was offered.
    InNoPlan,
    /// It stands only in plans that are closed or followed by a newer one, and no trench of it was agreed.
    NotAgreed,
}

/// A work that may open a street in a year, on a day that no plan decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OutsideWork {
    pub work_id: i64,
    pub code: Option<String>,
    pub name: Option<String>,
    pub operator: Option<String>,
    pub utility_kind: String,
    pub window_start: NaiveDate,
    pub window_end: NaiveDate,
    pub why: WhyOutside,
}

/// Works outside of every plan, by how much is known of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OutsidePlans {
    /// By street, those whose window reaches into the year, in the order of ids.
    pub by_street: BTreeMap<i64, Vec<OutsideWork>>,
    /// Works that open streets and have no window, or one that ends before it starts: of them no year is known.
    pub without_window: BTreeSet<i64>,
}

/// A work's window, where it has one.
fn window_of(work: &Work) -> Option<(NaiveDate, NaiveDate)> {
    let (start, end) = (work.window.0?, work.window.1?);
    (start <= end).then_some((start, end))
}

/// Which streets works outside of plans may open in a year. Trenchless works open none. A street is opened by a work that
/// runs along it, as in a plan with these settings.
pub fn outside_plans(
    city: &City,
    decided: &Decided,
    year: i32,
    settings: &Settings,
    watch: &Watch<'_>,
) -> Result<OutsidePlans, Stop> {
    let is_outside = |work: &&Work| work.is_open && !decided.by_plans.contains(&work.id);
    let is_of_year =
        |work: &Work| window_of(work).is_some_and(|(start, end)| start.year() <= year && year <= end.year());
    let mut found = OutsidePlans {
        without_window: city
            .works
            .iter()
            .filter(is_outside)
            .filter(|work| window_of(work).is_none())
            .map(|work| work.id)
            .collect(),
        ..OutsidePlans::default()
    };
    let works: Vec<&Work> = city.works.iter().filter(is_outside).filter(|work| is_of_year(work)).collect();
    let paths: Vec<&Path> = works.iter().map(|work| &work.path).collect();
    let streets: Vec<&Path> = city.streets.iter().map(|street| &street.path).collect();
    let reach: Vec<f64> = city.streets.iter().map(|street| street_reach(street, settings)).collect();
    for meeting in between(&paths, &streets, &reach, watch)? {
        let (work, street) = (works[meeting.a], &city.streets[meeting.b]);
        let Some((window_start, window_end)) = window_of(work) else { continue };
        if !Matched::runs_in(work, street, &meeting, settings) {
            continue;
        }
        let is_in_a_plan = decided.in_plans.contains(&work.id);
        found.by_street.entry(street.id).or_default().push(OutsideWork {
            work_id: work.id,
            code: work.code.clone(),
            name: work.name.clone(),
            operator: work.operator.clone(),
            utility_kind: work.pipe.kind.clone(),
            window_start,
            window_end,
            why: if is_in_a_plan { WhyOutside::NotAgreed } else { WhyOutside::InNoPlan },
        });
    }
    found.by_street.values_mut().for_each(|works| works.sort_by_key(|work| work.work_id));
    Ok(found)
}

impl OutsidePlans {
    /// With nothing but these works.
    pub fn of_works(&self, works: &BTreeSet<i64>) -> Self {
        let some = |list: &Vec<OutsideWork>| -> Vec<OutsideWork> {
            list.iter().filter(|work| works.contains(&work.work_id)).cloned().collect()
        };
        let by_street = self.by_street.iter().map(|(street, list)| (*street, some(list)));
        Self {
            by_street: by_street.filter(|(_, list)| !list.is_empty()).collect(),
            without_window: self.without_window.intersection(works).copied().collect(),
        }
    }
}
