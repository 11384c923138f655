//! The answer: a day for every work that can have one, the openings and trenches that follow, where works stand in
//! each other's way or could help each other, and how good it all is. Money is yuan as text.

mod place;
mod placing;
mod tell;
mod trenches;
mod unseen;

use std::borrow::Cow;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::checks::Check;
use super::problem::Why;
use super::saving::Saving;
use super::settings::Settings;
use crate::domain::rule::Verdict;

pub use place::{LineBeside, Place, PlaceState, TooNear};
pub use placing::CHECKED_WITHIN_M;
pub use tell::tell;
pub use unseen::doubt_unseen;

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TrenchAnswer {
    /// Version of the clearance tables.
    pub rule_set: &'static str,
    pub settings: Settings,
    /// Rules whose number somebody compared with print.
    pub confirmed_rules: Vec<String>,
    pub totals: Totals,
    pub bound: Bound,
    /// What comes of it when each operator goes by itself: first come, first served.
    pub alone: Alone,
    pub operators: Vec<OperatorResult>,
    /// In the order of ids, all of them.
    pub works: Vec<WorkResult>,
    /// By street and day.
    pub openings: Vec<Opening>,
    pub trenches: Vec<TrenchResult>,
    pub clashes: Vec<Clash>,
    pub opportunities: Vec<Opportunity>,
    /// Distances of works to one another and to existing lines, and their cover, as they were handed in; and their
    /// distances to existing lines where shared trenches will lie. The worst first.
    pub checks: Vec<Check>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
// Another answer has a thing of this name too, and the description has one name for one thing.
#[schema(as = TrenchTotals)]
pub struct Totals {
    pub works: usize,
    pub planned: usize,
    /// Trenchless works that have a day and open no street.
    pub trenchless: usize,
    pub not_planned: usize,
    /// Streets that the plan opens, and those of them that it opens once.
    pub streets_opened: usize,
    pub streets_opened_once: usize,
    pub openings: usize,
    /// If every planned work opened each of its streets for itself.
    pub openings_separate: usize,
    pub trenches: usize,
    pub trench_m: f64,
    /// Trenches by their place: free, with a line too near wherever they lie, and not to be told.
    #[serde(default)]
    pub trenches_free: usize,
    #[serde(default)]
    pub trenches_blocked: usize,
    #[serde(default)]
    pub trenches_place_unknown: usize,
    pub saving: Saving,
    pub saving_yuan: String,
    pub shifted: usize,
    pub clashes: usize,
    pub opportunities: usize,
    pub checks: usize,
    pub checks_failed: usize,
    pub checks_accepted: usize,
    pub checks_unknown: usize,
    pub checks_to_review: usize,
    pub checks_passed: usize,
    pub meetings_with_streets: usize,
    pub meetings_of_works: usize,
    pub meetings_with_lines: usize,
}

impl Totals {
    /// Counts trenches by their place.
    fn count_places(&mut self, trenches: &[TrenchResult]) {
        let count = |states: &[PlaceState]| {
            trenches.iter().filter(|one| one.place.as_ref().is_some_and(|place| states.contains(&place.state))).count()
        };
        self.trenches_free = count(&[PlaceState::Free]);
        self.trenches_blocked = count(&[PlaceState::Blocked, PlaceState::NoRoom]);
        self.trenches_place_unknown = count(&[PlaceState::WidthUnknown, PlaceState::LinesUnseen, PlaceState::NoStreet]);
    }
}

/// What no plan is better than.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Bound {
    /// Works without a day.
    pub least_not_planned: usize,
    /// Openings of a plan that leaves no more works without a day, in each group.
    pub least_openings: usize,
    /// Saving of a plan with no more openings, where these are proved least.
    pub most_saving_yuan: String,
    /// Openings and saving were searched to the end in every group.
    pub is_proved: bool,
    /// Openings are the least that can be.
    pub are_openings_proved: bool,
    /// Groups of works that depend on each other.
    pub groups: usize,
    pub groups_proved: usize,
    pub largest_group: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Alone {
    /// Works that open streets and have a day.
    pub planned: usize,
    /// Works without one: their streets are protected, often by an earlier opening of somebody else.
    pub not_planned: usize,
    pub openings: usize,
    pub saving_yuan: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OperatorResult {
    /// Null: works that name no operator.
    pub operator: Option<String>,
    pub works: usize,
    pub planned: usize,
    pub planned_alone: usize,
    /// Its part of what is saved: each opening's saving in equal parts.
    pub saving_yuan: String,
    pub clashes: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WorkState {
    Planned,
    /// Has a day and opens no street.
    Trenchless,
    NotPlanned,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WorkResult {
    pub work_id: i64,
    pub code: Option<String>,
    pub operator: Option<String>,
    pub state: WorkState,
    pub why: Option<Why>,
    pub starts_on: Option<NaiveDate>,
    /// Its last day.
    pub ends_on: Option<NaiveDate>,
    /// Days outside its window; its operator has to agree.
    pub shift_days: i64,
    /// Streets that it runs along.
    pub street_ids: Vec<i64>,
    pub length_m: f64,
    /// `no_street`, `no_diameter`, `no_depth`, `unknown_kind`, `duration_assumed`, `method_assumed`,
    /// `street_protection_unknown`.
    pub remarks: Vec<Cow<'static, str>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Opening {
    pub street_id: i64,
    pub street: Option<String>,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    /// Nobody else may open the street before.
    pub protected_until: NaiveDate,
    pub work_ids: Vec<i64>,
    /// The street's last surfacing is not known, so nobody can say that it is not protected.
    pub is_protection_unknown: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TrenchResult {
    /// Null in a yard, where measures are those of the first work.
    pub street_id: Option<i64>,
    pub street: Option<String>,
    /// Along the street, in the direction of its geometry.
    pub from_m: f64,
    pub to_m: f64,
    /// The axis of the street there, or the first work in a yard; longitude and latitude. `place` has the trench's own.
    pub line: Vec<[f64; 2]>,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    /// Of all that would share it.
    pub work_ids: Vec<i64>,
    /// From the edge of the street inwards, those that fit.
    pub lines: Vec<PlacedLine>,
    pub width_m: f64,
    pub depth_m: f64,
    /// Width that all would need.
    pub full_width_m: f64,
    pub street_width_m: Option<f64>,
    /// By how much all are too wide; null where the street's width is not known.
    pub excess_m: Option<f64>,
    /// Who has to leave until the rest fits, first who gives way first.
    pub gives_way: Vec<GivesWay>,
    /// Works from the surface down, as 4.1.12 orders them.
    pub depth_order: Vec<i64>,
    /// Null when a depth or a kind is not known.
    pub is_depth_order_kept: Option<bool>,
    /// Where across its street it will lie; null in plans that were kept before this was told.
    #[serde(default)]
    pub place: Option<Place>,
    /// The worst of its checks, of whether it fits and of its place.
    pub verdict: Verdict,
    pub checks: Vec<Check>,
    pub saving: Saving,
}

impl TrenchResult {
    /// The trench's own axis where it has a place, else that of its street.
    pub fn lies_along(&self) -> &[[f64; 2]] {
        match &self.place {
            Some(place) if !place.line.is_empty() => &place.line,
            _ => &self.line,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PlacedLine {
    pub work_id: i64,
    pub utility_kind: String,
    /// Of its axis, from the trench's edge.
    pub centre_m: f64,
    pub diameter_m: f64,
    pub is_diameter_assumed: bool,
    pub top_m: f64,
    pub bottom_m: f64,
    pub is_depth_assumed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GivesWay {
    pub work_id: i64,
    /// The rule by which it gives way: `AVOID-1`, `AVOID-2` or `AVOID-4`.
    pub rule: Cow<'static, str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClashKind {
    /// The street is protected over all days of the work.
    StreetProtected,
    /// Two works open one street, and whatever is chosen the second falls into the protection of the first.
    SecondOpening,
    /// Too near to another work or to an existing line.
    Clearance,
}

/// Two works, or a work and a street, that stand in each other's way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Clash {
    pub kind: ClashKind,
    pub work_id: i64,
    /// `utility_work/5`, `utility_line/7` or `street/3`.
    pub other: String,
    pub places: Vec<Relation>,
    /// Days by which windows would have to move to meet.
    pub missing_days: Option<i64>,
    /// Until when the street is protected.
    pub protected_until: Option<NaiveDate>,
}

/// Where two works meet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Relation {
    /// Null in a yard, where measures are those of the first work.
    pub street_id: Option<i64>,
    /// Where both are; null when they lie in one street at different places.
    pub from_m: Option<f64>,
    pub to_m: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Opportunity {
    pub work_ids: [i64; 2],
    pub places: Vec<Relation>,
    /// Their lines could lie in one trench.
    pub is_one_trench: bool,
    /// Days of shift that are needed, 0 where windows meet.
    pub shift_days: i64,
    /// Their operators allow so much.
    pub is_shift_allowed: bool,
    /// Starts that both windows hold, where they meet.
    pub first_start: Option<NaiveDate>,
    pub last_start: Option<NaiveDate>,
}
