//! What one operator may know of a plan: its own works in full; of others' only what its own need.
//!
//! Invariant: of a work whose operator shows it to nobody (`confidential`, or nothing said) the view holds no more
//! than that something is met, where and when, and how that is judged: no id, kind, code, owner or measure.

mod place;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{
    Clash, ClashKind, GivesWay, Opening, OperatorResult, Opportunity, PlacedLine, Relation, TrenchAnswer, TrenchResult,
    WorkResult, WorkState,
};
use super::checks::{Check, Exception, Side};
use super::layers::City;
use super::path::Path;
use super::settings::Settings;
use crate::domain::clearance::ClearanceTable;
use crate::domain::rule::Verdict;
use crate::domain::{LayerId, Value, Viewer};
use crate::snapshot::Snapshot;

pub use place::{OwnLineBeside, OwnPlace, OwnTooNear};

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TrenchView {
    /// Version of the clearance tables.
    pub rule_set: &'static str,
    pub settings: Settings,
    pub confirmed_rules: Vec<String>,
    /// The operator's own figures; null where it has no work.
    pub operator: Option<OperatorResult>,
    pub totals: ViewTotals,
    /// Its own.
    pub works: Vec<WorkResult>,
    pub openings: Vec<OwnOpening>,
    pub trenches: Vec<OwnTrench>,
    pub clashes: Vec<OwnClash>,
    pub opportunities: Vec<OwnOpportunity>,
    pub checks: Vec<OwnCheck>,
    /// The works of others that the lists name, as far as their operators show them.
    pub others: Vec<OtherWork>,
}

/// Of what concerns the operator's own works.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ViewTotals {
    pub works: usize,
    pub planned: usize,
    pub trenchless: usize,
    pub not_planned: usize,
    pub shifted: usize,
    pub openings: usize,
    pub trenches: usize,
    pub clashes: usize,
    pub opportunities: usize,
    pub checks: usize,
    pub checks_failed: usize,
}

/// A work of another operator that is shown to those who meet it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OtherWork {
    pub work_id: i64,
    pub operator: Option<String>,
    pub code: Option<String>,
    pub utility_kind: String,
    pub diameter_mm: Option<f64>,
    pub depth_m: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OwnOpening {
    pub street_id: i64,
    pub street: Option<String>,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    pub protected_until: NaiveDate,
    /// Its own, and those that others show.
    pub work_ids: Vec<i64>,
    /// Works of others that are not shown lie in it too.
    pub has_hidden: bool,
    pub is_protection_unknown: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OwnTrench {
    pub street_id: Option<i64>,
    pub street: Option<String>,
    pub from_m: f64,
    pub to_m: f64,
    /// The axis of the street there, or the first work in a yard; `place` has the trench's own.
    pub line: Vec<[f64; 2]>,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    /// Its own, and those that others show.
    pub work_ids: Vec<i64>,
    /// Works of others that are not shown lie in it too.
    pub has_hidden: bool,
    pub lines: Vec<PlacedLine>,
    /// Null, as the next three, where it would tell the measures of a work that is not shown.
    pub width_m: Option<f64>,
    pub depth_m: Option<f64>,
    pub full_width_m: Option<f64>,
    pub excess_m: Option<f64>,
    pub street_width_m: Option<f64>,
    pub gives_way: Vec<GivesWay>,
    pub depth_order: Vec<i64>,
    pub is_depth_order_kept: Option<bool>,
    /// Where across its street it will lie; null in plans that were kept before this was told.
    pub place: Option<OwnPlace>,
    pub verdict: Verdict,
    pub checks: Vec<OwnCheck>,
}

/// What an own work meets.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Met {
    /// `utility_work/5`, `utility_line/7` or `street/3`; null where no more may be told than that it is there.
    pub feature: Option<String>,
    pub what: MetKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MetKind {
    OwnWork,
    OwnLine,
    Street,
    /// Of another operator, listed among `others`.
    Work,
    /// Of another operator, who does not show it.
    HiddenWork,
    /// Of another operator: its kind and the clearance to it are told, as digging beside it needs them.
    Line,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OwnClash {
    pub kind: ClashKind,
    pub work_id: i64,
    pub other: Met,
    pub places: Vec<Relation>,
    pub missing_days: Option<i64>,
    pub protected_until: Option<NaiveDate>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OwnOpportunity {
    pub work_id: i64,
    pub other: Met,
    pub places: Vec<Relation>,
    /// Null, as the rest, where the other is not shown.
    pub is_one_trench: Option<bool>,
    pub shift_days: Option<i64>,
    pub is_shift_allowed: Option<bool>,
    pub first_start: Option<NaiveDate>,
    pub last_start: Option<NaiveDate>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OwnCheck {
    pub table: ClearanceTable,
    pub side: Side,
    pub work_id: i64,
    /// Null for cover.
    pub other: Option<Met>,
    /// Where on the own work, longitude and latitude; null for cover.
    pub at: Option<[f64; 2]>,
    pub measured_m: Option<f64>,
    pub is_axis_distance: bool,
    pub least_m: Option<f64>,
    pub most_m: Option<f64>,
    pub verdict: Verdict,
    pub rules: Vec<String>,
    pub quality_level: Option<String>,
    pub accepted: Option<Exception>,
}

/// What decides what an operator may know.
pub struct Known {
    operator: String,
    own_works: BTreeSet<i64>,
    own_lines: BTreeSet<i64>,
    /// Of others, shown to those who meet them.
    shown: BTreeSet<i64>,
}

impl Known {
    /// `shown` are the works whose operators show them to others, whoever they are.
    pub fn of(city: &City, operator: &str, shown: BTreeSet<i64>) -> Self {
        let is_own = |owner: &Option<String>| owner.as_deref() == Some(operator);
        Self {
            operator: operator.to_owned(),
            own_works: city.works.iter().filter(|work| is_own(&work.operator)).map(|work| work.id).collect(),
            own_lines: city.lines.iter().filter(|line| is_own(&line.operator)).map(|line| line.id).collect(),
            shown,
        }
    }

    /// The same by the works that are its own, whatever else is there.
    pub fn by(operator: &str, own_works: BTreeSet<i64>, own_lines: BTreeSet<i64>, shown: BTreeSet<i64>) -> Self {
        Self { operator: operator.to_owned(), own_works, own_lines, shown }
    }

    pub fn may_name(&self, work: i64) -> bool {
        self.own_works.contains(&work) || self.shown.contains(&work)
    }

    fn has_own(&self, works: &[i64]) -> bool {
        works.iter().any(|work| self.own_works.contains(work))
    }

    fn nameable(&self, works: &[i64]) -> Vec<i64> {
        works.iter().copied().filter(|work| self.may_name(*work)).collect()
    }

    fn met_work(&self, work: i64) -> Met {
        let what = match (self.own_works.contains(&work), self.shown.contains(&work)) {
            (true, _) => MetKind::OwnWork,
            (false, true) => MetKind::Work,
            (false, false) => MetKind::HiddenWork,
        };
        Met { feature: (what != MetKind::HiddenWork).then(|| format!("utility_work/{work}")), what }
    }

    /// From `utility_work/5`, `utility_line/7` or `street/3`.
    fn met(&self, other: &str) -> Met {
        let hidden = Met { feature: None, what: MetKind::HiddenWork };
        let Some((layer, id)) = other.split_once('/') else { return hidden };
        let Ok(id) = id.parse() else { return hidden };
        match layer {
            "utility_work" => self.met_work(id),
            "utility_line" if self.own_lines.contains(&id) => {
                Met { feature: Some(other.to_owned()), what: MetKind::OwnLine }
            }
            "utility_line" => Met { feature: None, what: MetKind::Line },
            "street" => Met { feature: Some(other.to_owned()), what: MetKind::Street },
            _ => hidden,
        }
    }
}

/// The works that their operators show to others: `restricted` or `open`.
pub fn shown_works(snapshot: &Snapshot) -> BTreeSet<i64> {
    let Some(view) = snapshot.layer(LayerId::UtilityWork, Viewer::Everything) else { return BTreeSet::new() };
    let is_shown = |item: &&std::sync::Arc<crate::snapshot::Item>| {
        let visibility = view.value(item, "visibility").and_then(Value::as_text);
        matches!(visibility, Some("restricted" | "open"))
    };
    view.items().iter().filter(is_shown).map(|item| item.id).collect()
}

/// Cuts a plan to what the operator may know of it.
pub fn view(city: &City, plan: TrenchAnswer, known: &Known) -> TrenchView {
    let places = Places::of(city);
    let works: Vec<WorkResult> =
        plan.works.into_iter().filter(|work| known.own_works.contains(&work.work_id)).collect();
    let openings: Vec<OwnOpening> = plan.openings.into_iter().filter_map(|one| opening(known, one)).collect();
    let trenches: Vec<OwnTrench> = plan.trenches.into_iter().filter_map(|one| trench(known, &places, one)).collect();
    let clashes: Vec<OwnClash> = plan.clashes.into_iter().filter_map(|one| clash(known, one)).collect();
    let opportunities: Vec<OwnOpportunity> =
        plan.opportunities.into_iter().filter_map(|one| opportunity(known, one)).collect();
    // What is checked in trenches stands with them, as far as it is told there.
    let submitted = plan.checks.into_iter().filter(|one| one.side == Side::AsSubmitted);
    let checks: Vec<OwnCheck> = submitted.filter_map(|one| check(known, &places, one)).collect();
    let state = |state| works.iter().filter(|work| work.state == state).count();
    let totals = ViewTotals {
        works: works.len(),
        planned: state(WorkState::Planned),
        trenchless: state(WorkState::Trenchless),
        not_planned: state(WorkState::NotPlanned),
        shifted: works.iter().filter(|work| work.shift_days > 0).count(),
        openings: openings.len(),
        trenches: trenches.len(),
        clashes: clashes.len(),
        opportunities: opportunities.len(),
        checks: checks.len(),
        checks_failed: checks.iter().filter(|one| one.verdict == Verdict::Fail && one.accepted.is_none()).count(),
    };
    let mut view = TrenchView {
        rule_set: plan.rule_set,
        settings: plan.settings,
        confirmed_rules: plan.confirmed_rules,
        operator: plan.operators.into_iter().find(|one| one.operator.as_deref() == Some(&known.operator)),
        totals,
        works,
        openings,
        trenches,
        clashes,
        opportunities,
        checks,
        others: Vec::new(),
    };
    view.others = others(city, known, &view);
    view
}

/// What is told of the works of others that the view names.
fn others(city: &City, known: &Known, view: &TrenchView) -> Vec<OtherWork> {
    let met = |met: &Met| met.feature.as_deref()?.strip_prefix("utility_work/")?.parse::<i64>().ok();
    let mut named: BTreeSet<i64> = view.openings.iter().flat_map(|one| one.work_ids.iter().copied()).collect();
    named.extend(view.trenches.iter().flat_map(|one| one.work_ids.iter().copied()));
    named.extend(view.clashes.iter().filter_map(|one| met(&one.other)));
    named.extend(view.opportunities.iter().filter_map(|one| met(&one.other)));
    named.extend(view.checks.iter().filter_map(|one| met(one.other.as_ref()?)));
    let is_other = |id: &i64| named.contains(id) && !known.own_works.contains(id) && known.shown.contains(id);
    let works = city.works.iter().filter(|work| is_other(&work.id));
    works
        .map(|work| OtherWork {
            work_id: work.id,
            operator: work.operator.clone(),
            code: work.code.clone(),
            utility_kind: work.pipe.kind.clone(),
            diameter_mm: work.pipe.diameter_mm,
            depth_m: work.depth_m,
        })
        .collect()
}

/// `None` where no work of its own lies in it, as for trenches and clashes.
pub fn opening(known: &Known, one: Opening) -> Option<OwnOpening> {
    if !known.has_own(&one.work_ids) {
        return None;
    }
    let work_ids = known.nameable(&one.work_ids);
    Some(OwnOpening {
        street_id: one.street_id,
        street: one.street,
        starts_on: one.starts_on,
        ends_on: one.ends_on,
        protected_until: one.protected_until,
        has_hidden: work_ids.len() < one.work_ids.len(),
        work_ids,
        is_protection_unknown: one.is_protection_unknown,
    })
}

pub fn trench(known: &Known, places: &Places<'_>, one: TrenchResult) -> Option<OwnTrench> {
    if !known.has_own(&one.work_ids) {
        return None;
    }
    let work_ids = known.nameable(&one.work_ids);
    let has_hidden = work_ids.len() < one.work_ids.len();
    let unless_hidden = |measure: f64| (!has_hidden).then_some(measure);
    Some(OwnTrench {
        street_id: one.street_id,
        street: one.street,
        from_m: one.from_m,
        to_m: one.to_m,
        line: one.line,
        starts_on: one.starts_on,
        ends_on: one.ends_on,
        work_ids,
        has_hidden,
        // Where a line lies beside one that is not shown tells how thick that is.
        lines: if has_hidden { Vec::new() } else { one.lines },
        width_m: unless_hidden(one.width_m),
        depth_m: unless_hidden(one.depth_m),
        full_width_m: unless_hidden(one.full_width_m),
        excess_m: one.excess_m.and_then(unless_hidden),
        street_width_m: one.street_width_m,
        gives_way: one.gives_way.into_iter().filter(|one| known.may_name(one.work_id)).collect(),
        depth_order: known.nameable(&one.depth_order),
        is_depth_order_kept: one.is_depth_order_kept.filter(|_| !has_hidden),
        place: one.place.map(|place| place::place(known, place, &one.checks, has_hidden)),
        verdict: one.verdict,
        checks: one.checks.into_iter().filter_map(|one| trench_check(known, places, one, has_hidden)).collect(),
    })
}

/// How far an own work is from a line in a trench tells where it lies there, which beside a hidden one is not told.
fn trench_check(known: &Known, places: &Places<'_>, one: Check, has_hidden: bool) -> Option<OwnCheck> {
    let is_of_line = one.other.as_deref().is_some_and(|other| other.starts_with("utility_line/"));
    let mut told = check(known, places, one)?;
    if has_hidden && is_of_line {
        (told.measured_m, told.is_axis_distance) = (None, false);
    }
    Some(told)
}

/// The own work of a pair and what it meets; `None` where neither is its own.
fn sides(known: &Known, work: i64, other: &str) -> Option<(i64, Met)> {
    if known.own_works.contains(&work) {
        return Some((work, known.met(other)));
    }
    let other = other.strip_prefix("utility_work/")?.parse().ok().filter(|id| known.own_works.contains(id))?;
    Some((other, known.met_work(work)))
}

pub fn clash(known: &Known, one: Clash) -> Option<OwnClash> {
    let (work_id, other) = sides(known, one.work_id, &one.other)?;
    let is_hidden = other.what == MetKind::HiddenWork;
    Some(OwnClash {
        kind: one.kind,
        work_id,
        other,
        places: one.places,
        missing_days: one.missing_days.filter(|_| !is_hidden),
        protected_until: one.protected_until,
    })
}

fn opportunity(known: &Known, one: Opportunity) -> Option<OwnOpportunity> {
    let [a, b] = one.work_ids;
    let (work_id, other) = sides(known, a, &format!("utility_work/{b}"))?;
    let is_told = other.what != MetKind::HiddenWork;
    Some(OwnOpportunity {
        work_id,
        other,
        places: one.places,
        is_one_trench: is_told.then_some(one.is_one_trench),
        shift_days: is_told.then_some(one.shift_days),
        is_shift_allowed: is_told.then_some(one.is_shift_allowed),
        first_start: one.first_start.filter(|_| is_told),
        last_start: one.last_start.filter(|_| is_told),
    })
}

fn check(known: &Known, places: &Places<'_>, one: Check) -> Option<OwnCheck> {
    let (work_id, other) = match &one.other {
        Some(other) => sides(known, one.work_id, other).map(|(work, met)| (work, Some(met)))?,
        None => known.own_works.contains(&one.work_id).then_some((one.work_id, None))?,
    };
    let at = one.other.as_ref().and_then(|other| {
        let met = if work_id == one.work_id { other.clone() } else { format!("utility_work/{}", one.work_id) };
        places.nearest(work_id, &met)
    });
    let is_told = other.as_ref().is_none_or(|met| met.what != MetKind::HiddenWork);
    Some(OwnCheck {
        table: one.table,
        side: one.side,
        work_id,
        other,
        at,
        measured_m: one.measured_m.filter(|_| is_told),
        is_axis_distance: one.is_axis_distance && is_told,
        least_m: one.least_m.filter(|_| is_told),
        most_m: one.most_m.filter(|_| is_told),
        verdict: one.verdict,
        // Rules name the kinds that they hold for.
        rules: if is_told { one.rules } else { Vec::new() },
        quality_level: one.quality_level,
        accepted: one.accepted.filter(|_| is_told),
    })
}

/// Where works and lines run.
pub struct Places<'a> {
    city: &'a City,
    works: BTreeMap<i64, &'a Path>,
    lines: BTreeMap<i64, &'a Path>,
}

impl<'a> Places<'a> {
    pub fn of(city: &'a City) -> Self {
        Self {
            city,
            works: city.works.iter().map(|work| (work.id, &work.path)).collect(),
            lines: city.lines.iter().map(|line| (line.id, &line.path)).collect(),
        }
    }

    /// The place on a work that is nearest to what it meets: the middle of the stretch, where they run side by side.
    fn nearest(&self, work: i64, other: &str) -> Option<[f64; 2]> {
        /// Beyond rounding, and less than anybody digs.
        const SLACK_M: f64 = 0.001;
        let own = self.works.get(&work)?;
        let (layer, id) = other.split_once('/')?;
        let id = id.parse().ok()?;
        let met = if layer == "utility_line" { self.lines.get(&id)? } else { self.works.get(&id)? };
        let pairs = own.segments.iter().flat_map(|a| met.segments.iter().map(move |b| (a, b, a.distance(b))));
        let (a, b, distance) = pairs.min_by(|one, other| one.2.total_cmp(&other.2))?;
        let (from, to) = a.within(b, distance + SLACK_M)?;
        let at = self.city.plane.to_lon_lat(a.at((from + to) / 2.0));
        Some([at.x, at.y])
    }
}
