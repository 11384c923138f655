//! What has come about since a trench was planned: its works are no longer what was agreed on, or another work would
//! open a street again that an agreed one opens.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::ToSchema;

use super::{KeptTrench, WorkCopy};
use crate::analysis::siting::{Stop, Watch};
use crate::analysis::trench::meeting::between;
use crate::analysis::trench::path::Path;
use crate::analysis::trench::problem::terms_of;
use crate::analysis::trench::{City, Matched, Settings, date_of, day_of, street_reach};
use crate::domain::moratorium::years_after;
use crate::domain::trench_plan::PlannedTrenchState;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlanClashKind {
    /// A work of an agreed trench is no longer what was agreed on.
    ChangedAfterAgreement,
    /// A work of a trench that is not agreed is no longer what was planned; the next round takes that in.
    ChangedSincePlanned,
    /// Whatever day another work takes, it would open a street that an agreed trench's works open, within the years of
    /// its protection.
    SecondOpening,
}

/// Something that stands against an agreement.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PlanClash {
    pub kind: PlanClashKind,
    /// Of the plan.
    pub trench_id: i64,
    pub number: i32,
    /// The work that changed, or that would open the street again.
    pub work_id: i64,
    /// It was deleted; to a body also when it left its area.
    pub is_gone: bool,
    pub changes: Vec<FieldChange>,
    /// Of a second opening.
    pub street_id: Option<i64>,
    pub street: Option<String>,
    /// The agreed opening.
    pub opened_on: Option<NaiveDate>,
    pub protected_until: Option<NaiveDate>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FieldChange {
    /// Of the layer `utility_work`, or `geometry`.
    pub field: String,
    #[schema(value_type = Object)]
    pub agreed: Json,
    #[schema(value_type = Object)]
    pub now: Json,
}

/// All clashes of a plan with the city as it is. `copies` are works as they are now, of all trenches.
pub fn clashes_after(
    trenches: &[KeptTrench],
    city: &City,
    copies: &BTreeMap<i64, WorkCopy>,
    settings: &Settings,
    watch: &Watch<'_>,
) -> Result<Vec<PlanClash>, Stop> {
    let mut clashes = Vec::new();
    for trench in trenches.iter().filter(|trench| trench.state != PlannedTrenchState::Withdrawn) {
        let kind = match trench.state {
            PlannedTrenchState::Agreed => PlanClashKind::ChangedAfterAgreement,
            _ => PlanClashKind::ChangedSincePlanned,
        };
        for work in &trench.works {
            let now = copies.get(&work.work_id);
            let changes = now.map(|now| work.changes_to(now)).unwrap_or_default();
            if now.is_none() || !changes.is_empty() {
                clashes.push(PlanClash {
                    kind,
                    trench_id: trench.id,
                    number: trench.number,
                    work_id: work.work_id,
                    is_gone: now.is_none(),
                    changes,
                    street_id: None,
                    street: None,
                    opened_on: None,
                    protected_until: None,
                });
            }
        }
    }
    clashes.extend(second_openings(trenches, city, settings, watch)?);
    clashes.sort_by_key(|one| (one.kind, one.number, one.work_id, one.street_id));
    Ok(clashes)
}

fn second_openings(
    trenches: &[KeptTrench],
    city: &City,
    settings: &Settings,
    watch: &Watch<'_>,
) -> Result<Vec<PlanClash>, Stop> {
    let agreed = || trenches.iter().filter(|trench| trench.state == PlannedTrenchState::Agreed);
    let fixed: BTreeSet<i64> = agreed().flat_map(|trench| trench.result.work_ids.iter().copied()).collect();
    let copies: Vec<_> = agreed()
        .flat_map(|trench| trench.works.iter().map(move |copy| (trench, copy.to_work(&city.plane), copy.days)))
        .collect();
    let paths: Vec<&Path> = copies.iter().map(|(_, work, _)| &work.path).collect();
    let streets: Vec<&Path> = city.streets.iter().map(|street| &street.path).collect();
    let reach: Vec<f64> = city.streets.iter().map(|street| street_reach(street, settings)).collect();
    // By street: the trench, the first day and the day after the last.
    let mut opened: BTreeMap<usize, Vec<(&KeptTrench, i32, i32)>> = BTreeMap::new();
    let frozen = City { works: copies.iter().map(|(_, work, _)| work.clone()).collect(), ..city.clone() };
    for meeting in between(&paths, &streets, &reach, watch)? {
        if Matched::is_in_street(&frozen, &meeting, settings) {
            let (trench, _, days) = &copies[meeting.a];
            let start = day_of(trench.result.starts_on);
            let opening = (*trench, start, start + *days as i32);
            opened.entry(meeting.b).or_default().push(opening);
        }
    }
    let others: Vec<&Path> = city.works.iter().map(|work| &work.path).collect();
    let again = |end: i32| day_of(years_after(date_of(end), settings.protection.opening));
    let mut clashes: BTreeMap<(i64, i64), PlanClash> = BTreeMap::new();
    let asked: Vec<usize> = opened.keys().copied().collect();
    let asked_paths: Vec<&Path> = asked.iter().map(|&n| streets[n]).collect();
    let asked_reach: Vec<f64> = asked.iter().map(|&n| reach[n]).collect();
    for mut meeting in between(&others, &asked_paths, &asked_reach, watch)? {
        meeting.b = asked[meeting.b];
        let work = &city.works[meeting.a];
        if !work.is_open || fixed.contains(&work.id) || !Matched::is_in_street(city, &meeting, settings) {
            continue;
        }
        // A work without a day of its own is told by the plan.
        let Ok((_, (first, last), days)) = terms_of(work, settings) else { continue };
        for &(trench, start, end) in &opened[&meeting.b] {
            let may_join = first <= start && start <= last;
            if may_join || again(first + days) <= start || again(end) <= last {
                continue;
            }
            let street = &city.streets[meeting.b];
            clashes.entry((work.id, street.id)).or_insert_with(|| PlanClash {
                kind: PlanClashKind::SecondOpening,
                trench_id: trench.id,
                number: trench.number,
                work_id: work.id,
                is_gone: false,
                changes: Vec::new(),
                street_id: Some(street.id),
                street: street.name.clone(),
                opened_on: Some(trench.result.starts_on),
                protected_until: Some(date_of(again(end))),
            });
        }
    }
    Ok(clashes.into_values().collect())
}
