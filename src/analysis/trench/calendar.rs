//! The calendar of streets: when each was surfaced and is to be, when it is opened, which works on communities fall
//! beside it, and whether it is opened more than once within its protection (最多改一次).

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use geo::{BoundingRect, Intersects};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::outside_plans::{OutsidePlans, OutsideWork};
use crate::domain::moratorium::{ProtectionYears, years_after};
use crate::domain::{LayerId, Value, Viewer};
use crate::snapshot::{Item, LayerView, ShapeGeometry, Snapshot};

/// An opening that a plan comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreetOpening {
    pub street_id: i64,
    pub starts_on: NaiveDate,
    /// The last day.
    pub ends_on: NaiveDate,
    pub is_agreed: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StreetCalendar {
    pub year: i32,
    /// Years of protection after each kind of surfacing and after an opening.
    pub protection: ProtectionYears,
    pub totals: CalendarTotals,
    /// Works outside of every plan that have no usable window, so that nobody knows in which year they open a street: of
    /// the city to planners, of its area to a body; null to all others.
    pub works_without_window: Option<usize>,
    /// Streets with an opening, a surfacing, a resurfacing or works on a community in this year, and for whoever is
    /// told of them with works outside of every plan, in the order of ids; or the one that was asked for.
    pub streets: Vec<StreetEntry>,
}

/// Of the whole city, whichever street was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct CalendarTotals {
    pub streets: usize,
    /// Opened in this year.
    pub streets_opened: usize,
    /// Those with no other opening within the years of protection, before or after.
    pub streets_opened_once: usize,
    pub streets_opened_more_than_once: usize,
    /// Opened in this year though a surfacing protects them.
    pub streets_opened_while_protected: usize,
    /// Of those opened, by what is known of their last surfacing.
    pub streets_opened_with_unknown_protection: usize,
    pub openings: usize,
    pub openings_agreed: usize,
    /// Streets that works outside of every plan may open in this year, by their windows. No day is decided for them, so
    /// they are in none of the figures above.
    pub streets_perhaps_opened: usize,
    /// Of those opened once, by plans, the ones that such works may open too.
    pub streets_once_in_doubt: usize,
    /// To be surfaced in this year.
    pub streets_resurfaced: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StreetEntry {
    pub street_id: i64,
    pub name: Option<String>,
    pub surfaced_on: Option<NaiveDate>,
    /// `built`, `major_repair` or `minor_repair`.
    pub surfacing: Option<String>,
    /// First day on which its last surfacing no longer protects it; null where it never did or nobody knows.
    pub protected_until: Option<NaiveDate>,
    pub is_protection_unknown: bool,
    pub resurfacing_on: Option<NaiveDate>,
    pub resurfacing: Option<String>,
    /// Of all years, in order.
    pub openings: Vec<OpeningEntry>,
    pub community_works: Vec<CommunityWorks>,
    /// Works outside of every plan that may open the street in this year. Planners see all, a body those of its area; null
    /// to all others.
    pub outside_plans: Option<Vec<OutsideWork>>,
    pub openings_in_year: usize,
    /// One of this year's openings has another one within the years of protection.
    pub is_opened_more_than_once: bool,
    /// One of this year's openings falls into the protection of a surfacing, past or planned.
    pub is_opened_while_protected: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OpeningEntry {
    pub year: i32,
    /// Days are the city's, and a body's in streets with some part in its area; to all others they are null.
    pub starts_on: Option<NaiveDate>,
    pub ends_on: Option<NaiveDate>,
    pub state: OpeningState,
    /// Year in which its protection ends.
    pub protected_until_year: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OpeningState {
    Planned,
    /// A trench in it was agreed, so it does not move.
    Agreed,
}

/// Works on a precinct of the adopted scheme whose outline meets the street.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CommunityWorks {
    pub precinct_id: i64,
    pub name: Option<String>,
    pub start_year: i64,
}

/// The calendar of a year for a viewer. `street` asks for one street, whatever happens in it.
pub fn calendar(
    snapshot: &Snapshot,
    viewer: Viewer,
    openings: &[StreetOpening],
    outside: &OutsidePlans,
    protection: ProtectionYears,
    year: i32,
    street: Option<i64>,
) -> StreetCalendar {
    let mut totals = CalendarTotals::default();
    let mut streets = Vec::new();
    let mut of_street: BTreeMap<i64, BTreeMap<NaiveDate, StreetOpening>> = BTreeMap::new();
    for opening in openings {
        // Works that start in a street on one day open it once.
        let one = of_street.entry(opening.street_id).or_default().entry(opening.starts_on).or_insert(*opening);
        one.ends_on = one.ends_on.max(opening.ends_on);
        one.is_agreed |= opening.is_agreed;
    }
    let precincts = adopted(snapshot, viewer);
    let area = snapshot.area_of(viewer);
    let told = told_outside(snapshot, viewer, outside);
    let may_know_days =
        |item: &Item| viewer == Viewer::Everything || area.as_ref().is_some_and(|area| area.holds(&item.shape));
    if let Some(view) = snapshot.layer(LayerId::Street, viewer) {
        totals.streets = view.len();
        for item in view.items() {
            let openings: Vec<StreetOpening> =
                of_street.get(&item.id).map(|days| days.values().copied().collect()).unwrap_or_default();
            let is_asked = street == Some(item.id);
            let community_works = if street.is_none() || is_asked { beside(item, &precincts) } else { Vec::new() };
            let mut entry = entry(&view, item, &openings, community_works, protection, year);
            if !may_know_days(item) {
                entry.openings.iter_mut().for_each(|one| (one.starts_on, one.ends_on) = (None, None));
            }
            entry.outside_plans = told.as_ref().map(|told| told.by_street.get(&item.id).cloned().unwrap_or_default());
            // A number for everybody; which streets they are is not.
            totals.count(&entry, year, outside.by_street.contains_key(&item.id));
            let is_of_year = |day: Option<NaiveDate>| day.is_some_and(|day| day.year() == year);
            let has_news = entry.openings_in_year > 0
                || is_of_year(entry.surfaced_on)
                || is_of_year(entry.resurfacing_on)
                || entry.outside_plans.as_ref().is_some_and(|works| !works.is_empty())
                || entry.community_works.iter().any(|works| works.start_year == i64::from(year));
            if is_asked || (street.is_none() && has_news) {
                streets.push(entry);
            }
        }
    }
    let works_without_window = told.map(|told| told.without_window.len());
    StreetCalendar { year, protection, totals, works_without_window, streets }
}

/// Works outside of plans as far as a viewer is told of works.
fn told_outside(snapshot: &Snapshot, viewer: Viewer, outside: &OutsidePlans) -> Option<OutsidePlans> {
    match viewer {
        Viewer::Everything => Some(outside.clone()),
        Viewer::Body(_) => {
            let works = snapshot.layer(LayerId::UtilityWork, viewer);
            Some(outside.of_works(&works.iter().flat_map(|view| view.items()).map(|item| item.id).collect()))
        }
        Viewer::Public | Viewer::Operator(_) => None,
    }
}

impl CalendarTotals {
    fn count(&mut self, entry: &StreetEntry, year: i32, is_perhaps_opened: bool) {
        self.streets_perhaps_opened += usize::from(is_perhaps_opened);
        self.streets_resurfaced += usize::from(entry.resurfacing_on.is_some_and(|day| day.year() == year));
        if entry.openings_in_year == 0 {
            return;
        }
        self.streets_opened += 1;
        self.openings += entry.openings_in_year;
        let agreed = entry.openings.iter().filter(|one| one.year == year && one.state == OpeningState::Agreed);
        self.openings_agreed += agreed.count();
        self.streets_opened_once += usize::from(!entry.is_opened_more_than_once);
        self.streets_once_in_doubt += usize::from(!entry.is_opened_more_than_once && is_perhaps_opened);
        self.streets_opened_more_than_once += usize::from(entry.is_opened_more_than_once);
        self.streets_opened_while_protected += usize::from(entry.is_opened_while_protected);
        self.streets_opened_with_unknown_protection += usize::from(entry.is_protection_unknown);
    }
}

fn entry(
    view: &LayerView<'_>,
    item: &Item,
    openings: &[StreetOpening],
    community_works: Vec<CommunityWorks>,
    protection: ProtectionYears,
    year: i32,
) -> StreetEntry {
    let day = |field: &str| match view.value(item, field) {
        Some(Value::Date(day)) => Some(*day),
        _ => None,
    };
    let text = |field: &str| view.value(item, field).and_then(Value::as_text).map(str::to_owned);
    let (surfaced_on, surfacing) = (day("surfaced_on"), text("surfacing"));
    let (resurfacing_on, resurfacing) = (day("resurfacing_on"), text("resurfacing"));
    let years = protection.after(surfacing.as_deref());
    let until = |one: &StreetOpening| years_after(one.ends_on.succ_opt().unwrap_or(one.ends_on), protection.opening);
    let is_of_year = |one: &&StreetOpening| one.starts_on.year() == year;
    let is_again = |one: &StreetOpening| {
        openings.iter().any(|other| {
            let (first, second) = if other.starts_on < one.starts_on { (other, one) } else { (one, other) };
            other.starts_on != one.starts_on && second.starts_on < until(first)
        })
    };
    let spans: Vec<(NaiveDate, NaiveDate)> = [(surfaced_on, &surfacing), (resurfacing_on, &resurfacing)]
        .into_iter()
        .filter_map(|(from, kind)| {
            let (from, years) = (from?, protection.after(kind.as_deref())?);
            (years > 0).then(|| (from, years_after(from, years)))
        })
        .collect();
    let is_protected = |one: &StreetOpening| spans.iter().any(|(from, to)| one.ends_on >= *from && one.starts_on < *to);
    StreetEntry {
        street_id: item.id,
        name: view.label(item).map(str::to_owned),
        protected_until: surfaced_on.zip(years.filter(|years| *years > 0)).map(|(day, years)| years_after(day, years)),
        is_protection_unknown: surfaced_on.is_none() || years.is_none(),
        surfaced_on,
        surfacing,
        resurfacing_on,
        resurfacing,
        openings_in_year: openings.iter().filter(is_of_year).count(),
        is_opened_more_than_once: openings.iter().filter(is_of_year).any(is_again),
        is_opened_while_protected: openings.iter().filter(is_of_year).any(is_protected),
        openings: openings
            .iter()
            .map(|one| OpeningEntry {
                year: one.starts_on.year(),
                starts_on: Some(one.starts_on),
                ends_on: Some(one.ends_on),
                state: if one.is_agreed { OpeningState::Agreed } else { OpeningState::Planned },
                protected_until_year: until(one).year(),
            })
            .collect(),
        community_works,
        outside_plans: None,
    }
}

/// Precincts of the adopted scheme that say when they start.
fn adopted(snapshot: &Snapshot, viewer: Viewer) -> Vec<(CommunityWorks, std::sync::Arc<Item>)> {
    let Some(view) = snapshot.layer(LayerId::Precinct, viewer) else { return Vec::new() };
    let precinct = |item: &std::sync::Arc<Item>| {
        let is_adopted = view.value(item, "precinct_state").and_then(Value::as_text) == Some("adopted");
        let Some(Value::Integer(start_year)) = view.value(item, "start_year").filter(|_| is_adopted) else {
            return None;
        };
        let name = view.label(item).map(str::to_owned);
        Some((CommunityWorks { precinct_id: item.id, name, start_year: *start_year }, item.clone()))
    };
    view.items().iter().filter_map(precinct).collect()
}

fn beside(street: &Item, precincts: &[(CommunityWorks, std::sync::Arc<Item>)]) -> Vec<CommunityWorks> {
    let ShapeGeometry::Lines(line) = street.shape.geometry() else { return Vec::new() };
    let bounds = street.bounds();
    let meets = |item: &Item| match item.shape.geometry() {
        ShapeGeometry::Areas(area) => {
            item.bounds().intersects(&bounds)
                && line.iter().any(|part| {
                    part.bounding_rect().is_some_and(|it| it.intersects(&item.bounds())) && part.intersects(area)
                })
        }
        _ => false,
    };
    precincts.iter().filter(|(_, item)| meets(item)).map(|(works, _)| works.clone()).collect()
}
