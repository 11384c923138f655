//! Clearances and cover of works beside what they meet, as they were handed in and as the shared trench lays them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Decided;
use super::layers::{City, Line, Work};
use super::meeting::Meeting;
use crate::domain::clearance::{self, ClearanceTable, Measured, Requirement, RoadPart};
use crate::domain::pipe::Pipe;
use crate::domain::rule::Verdict;

/// A breach of a recommended clause that somebody answers for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// Of the table that is not kept: `horizontal`, `vertical` or `cover`.
    pub table: TableName,
    pub work_id: i64,
    /// `utility_work/5` or `utility_line/7`; nothing for cover.
    #[serde(default)]
    pub other: Option<String>,
    pub reason: String,
    /// What is done instead, e.g. a sleeve or a wall between.
    pub measure: String,
    /// Who answers for it.
    pub approved_by: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TableName {
    Horizontal,
    Vertical,
    Cover,
}

/// Where a check was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Where the lines lie as they were handed in.
    AsSubmitted,
    /// In the cross-section of a shared trench.
    InTrench,
}

/// One distance held against one table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
// Another answer has a thing of this name too, and the description has one name for one thing.
#[schema(as = TrenchCheck)]
pub struct Check {
    pub table: ClearanceTable,
    pub side: Side,
    pub work_id: i64,
    /// `utility_work/5` or `utility_line/7`; null for cover.
    pub other: Option<String>,
    /// Null when it cannot be told.
    pub measured_m: Option<f64>,
    /// A diameter is not known: the true distance is smaller.
    pub is_axis_distance: bool,
    /// What is asked; two numbers differ where a class is not known.
    pub least_m: Option<f64>,
    pub most_m: Option<f64>,
    pub verdict: Verdict,
    /// Rules that it may rest on; `/api/rules/clearances` has them with clause, source and trust.
    pub rules: Vec<String>,
    /// Quality of the line that was met, where it is a line.
    pub quality_level: Option<String>,
    /// The breach is accepted. It stays a breach.
    pub accepted: Option<Exception>,
}

impl Check {
    pub fn is_open_breach(&self) -> bool {
        self.verdict == Verdict::Fail && self.accepted.is_none()
    }
}

/// What a check is of.
pub struct Subject {
    pub table: ClearanceTable,
    pub side: Side,
    pub work_id: i64,
    pub other: Option<String>,
    pub quality_level: Option<String>,
}

pub fn check(subject: Subject, asked: &Requirement, measured: Option<Measured>, decided: &Decided) -> Check {
    let verdict = asked.check(measured, &decided.confirmed);
    let Subject { table, side, work_id, other, quality_level } = subject;
    let accepted = (verdict == Verdict::Fail)
        .then(|| decided.exceptions.iter().find(|one| one.is_of(table, work_id, other.as_deref())).cloned())
        .flatten();
    let has_rule = !asked.rules.is_empty();
    Check {
        table,
        side,
        work_id,
        measured_m: measured.map(|measured| millimetres(measured.metres)),
        is_axis_distance: measured.is_some_and(|measured| measured.is_at_most),
        least_m: has_rule.then_some(asked.least_m),
        most_m: has_rule.then_some(asked.most_m),
        verdict,
        rules: asked.rules.iter().map(|rule| rule.rule.clone()).collect(),
        quality_level,
        other,
        accepted,
    }
}

pub fn millimetres(metres: f64) -> f64 {
    (metres * 1000.0).round() / 1000.0
}

impl Exception {
    fn is_of(&self, table: ClearanceTable, work_id: i64, other: Option<&str>) -> bool {
        let is_table = matches!(
            (self.table, table),
            (TableName::Horizontal, ClearanceTable::Horizontal)
                | (TableName::Vertical, ClearanceTable::Vertical)
                | (TableName::Cover, ClearanceTable::Cover)
        );
        let is_pair = self.work_id == work_id && self.other.as_deref() == other;
        // Of two works either may come first.
        let is_turned = other.is_some_and(|other| {
            other == format!("utility_work/{}", self.work_id)
                && self.other.as_deref() == Some(&format!("utility_work/{work_id}"))
        });
        is_table && (is_pair || is_turned)
    }
}

/// From axis to axis less what is known of the two radii.
pub fn clear_between(axes_m: f64, a: &Pipe, b: &Pipe) -> Measured {
    let radii: f64 = [a, b].iter().filter_map(|pipe| pipe.diameter_m()).sum::<f64>() / 2.0;
    let is_at_most = [a, b].iter().any(|pipe| pipe.diameter_m().is_none());
    Measured { metres: (axes_m - radii).max(0.0), is_at_most }
}

/// Top and bottom of a line at a depth, and whether its diameter is missing from them.
pub fn span(pipe: &Pipe, depth_m: f64) -> (f64, f64, bool) {
    let diameter = pipe.diameter_m();
    let metres = diameter.unwrap_or(0.0);
    let (top, bottom) = if pipe.is_gravity() { (depth_m - metres, depth_m) } else { (depth_m, depth_m + metres) };
    (top, bottom, diameter.is_none())
}

/// Soil between two lines that cross, each at a depth.
fn clear_above(a: (&Pipe, f64), b: (&Pipe, f64)) -> Measured {
    let (one, other) = (span(a.0, a.1), span(b.0, b.1));
    let metres = (other.0 - one.1).max(one.0 - other.1).max(0.0);
    Measured { metres, is_at_most: one.2 || other.2 }
}

/// A work beside or across a line that lies there.
pub fn with_line(work: &Work, line: &Line, meeting: &Meeting, is_along: bool, decided: &Decided) -> Vec<Check> {
    let mut checks = Vec::new();
    if !line.pipe.is_in_soil() || !work.pipe.is_in_soil() {
        return checks;
    }
    if let (true, Some(axes)) = (is_along, meeting.nearest_along_m) {
        let measured = clear_between(axes, &work.pipe, &line.pipe);
        // Lines of the same way may cross somewhere: there the other table asks.
        if axes > 0.0 {
            let asked = clearance::horizontal(&work.pipe, &line.pipe);
            let subject = with_line_of(ClearanceTable::Horizontal, Side::AsSubmitted, work, line);
            checks.push(check(subject, &asked, Some(measured), decided));
        }
    }
    if meeting.nearest_m == 0.0 {
        checks.push(across_line(work, line, Side::AsSubmitted, decided));
    }
    checks
}

/// A work that crosses a line that lies there.
pub fn across_line(work: &Work, line: &Line, side: Side, decided: &Decided) -> Check {
    let asked = clearance::vertical(&work.pipe, &line.pipe);
    let measured = work.depth_m.zip(line.start_depth_m).zip(line.end_depth_m).and_then(|((depth, start), end)| {
        let ends = [start, end].map(|other| clear_above((&work.pipe, depth), (&line.pipe, other)));
        let (less, more) = if ends[0].metres <= ends[1].metres { (ends[0], ends[1]) } else { (ends[1], ends[0]) };
        // How deep the line is between its ends is not known: where one end would do and the other would not,
        // or the work passes from above to below, nothing can be said.
        let [one, other] = [start, end].map(|other| other > depth);
        let is_clear = one == other
            && (asked.check(Some(less), &decided.confirmed) != Verdict::Fail
                || asked.check(Some(more), &decided.confirmed) == Verdict::Fail);
        is_clear.then_some(less)
    });
    check(with_line_of(ClearanceTable::Vertical, side, work, line), &asked, measured, decided)
}

/// What a check of a work and a line is of.
pub fn with_line_of(table: ClearanceTable, side: Side, work: &Work, line: &Line) -> Subject {
    Subject {
        table,
        side,
        work_id: work.id,
        other: Some(format!("utility_line/{}", line.id)),
        quality_level: line.quality_level.clone(),
    }
}

/// Two works as they were handed in.
pub fn between_works(city: &City, meeting: &Meeting, is_along: bool, decided: &Decided) -> Vec<Check> {
    let (a, b) = (&city.works[meeting.a], &city.works[meeting.b]);
    let subject = |table| Subject {
        table,
        side: Side::AsSubmitted,
        work_id: a.id,
        other: Some(format!("utility_work/{}", b.id)),
        quality_level: None,
    };
    let mut checks = Vec::new();
    if !a.pipe.is_in_soil() || !b.pipe.is_in_soil() {
        return checks;
    }
    if let (true, Some(axes)) = (is_along, meeting.nearest_along_m) {
        let asked = clearance::horizontal(&a.pipe, &b.pipe);
        let measured = clear_between(axes, &a.pipe, &b.pipe);
        checks.push(check(subject(ClearanceTable::Horizontal), &asked, Some(measured), decided));
    } else if meeting.nearest_m == 0.0 {
        let asked = clearance::vertical(&a.pipe, &b.pipe);
        let measured = a.depth_m.zip(b.depth_m).map(|(one, other)| clear_above((&a.pipe, one), (&b.pipe, other)));
        checks.push(check(subject(ClearanceTable::Vertical), &asked, measured, decided));
    }
    checks
}

/// Soil above a work in a part of a road.
pub fn cover_of(work: &Work, part: RoadPart, side: Side, decided: &Decided) -> Check {
    let asked = clearance::cover(&work.pipe, part);
    let measured = work.depth_m.and_then(|depth| {
        // Soil above a sewer cannot be told without its diameter.
        let is_told = !work.pipe.is_gravity() || work.pipe.diameter_m().is_some();
        is_told.then(|| Measured { metres: span(&work.pipe, depth).0.max(0.0), is_at_most: false })
    });
    let subject = Subject { table: ClearanceTable::Cover, side, work_id: work.id, other: None, quality_level: None };
    check(subject, &asked, measured, decided)
}
