//! The table of points: where each lies, and how high the ground is there.

use std::collections::HashMap;

use gdal::vector::LayerAccess;

use super::table::Table;
use super::{Opening, cell, number, point_number};
use crate::domain::LayerId;
use crate::ingest::file::sample_values;
use crate::ingest::report::{ColumnReport, Problem, Report, SurveyReport};
use crate::ingest::{IngestError, Request, Watch};

pub const NUMBERS: &[&str] =
    &["物探点号", "点号", "管点编号", "管点号", "管线点号", "图上点号", "点编号", "point_no", "exp_no"];
const DRAWN_NUMBERS: &[&str] = &["图上点号"];
/// By the standard X is the northing. A column that says which it is wins.
pub const NORTHINGS: &[&str] = &["北坐标", "纵坐标", "northing", "X", "X坐标"];
pub const EASTINGS: &[&str] = &["东坐标", "横坐标", "easting", "Y", "Y坐标"];
const HEIGHTS: &[&str] = &["地面高程", "地面标高", "高程", "H", "ground_height"];
const FEATURES: &[&str] = &["特征", "特征点", "管点特征"];
const FITTINGS: &[&str] = &["附属物", "附属物名称"];
/// Two rows of one point, rounded otherwise.
const SAME_M: f64 = 0.001;
const TELL_EVERY: u64 = 1000;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Of the table, from 1.
    pub row: u64,
    pub east: f64,
    pub north: f64,
    /// Of the ground, in metres.
    pub ground_m: Option<f64>,
}

#[derive(Default)]
pub struct Points {
    /// What the table is called, for whoever looks for a row.
    pub title: String,
    by_number: HashMap<String, Point>,
    /// Numbers of several points, with the rows of two of them: nobody knows which a line means.
    ambiguous: HashMap<String, (u64, u64)>,
    /// Why the row of a number was refused.
    refused: HashMap<String, u64>,
}

/// Why a number names no point.
pub enum NoPoint {
    Missing,
    Ambiguous(u64, u64),
    Refused(u64),
}

impl Points {
    pub(super) fn read(
        mut opening: Opening,
        request: &Request,
        report: &mut Report,
        watch: &Watch<'_>,
    ) -> Result<Self, IngestError> {
        let at = opening.need(Table::Points, "the point's number", NUMBERS)?;
        let northing = opening.need(Table::Points, "the northing", NORTHINGS)?;
        let easting = opening.need(Table::Points, "the easting", EASTINGS)?;
        let (height, drawn) = (opening.find(HEIGHTS), opening.find(DRAWN_NUMBERS).filter(|drawn| *drawn != at));
        let (turn, fitting) = (opening.find(FEATURES), opening.find(FITTINGS));
        let kinds = turn.zip(fitting);
        let text = opening.text;
        let roles = [
            (Some(at), "point_no"),
            (drawn, "drawn_no"),
            (Some(northing), "northing"),
            (Some(easting), "easting"),
            (height, "ground_height"),
            (turn, "point_feature"),
            (fitting, "fitting"),
        ];
        tell_columns(&mut opening, &roles, report);
        report.table.clone_from(&opening.title);
        let mut points = Self { title: opening.title.clone(), ..Self::default() };
        let (mut renumbered, mut not_one, mut row) = (0, 0, 0);
        for feature in opening.layer.features() {
            row += 1;
            if row % TELL_EVERY == 0 {
                watch.tell("read", row, 0)?;
            }
            if row > request.limits.features {
                let (path, allowed) = (request.path.clone(), request.limits.features);
                return Err(IngestError::TooLarge { path, found: row, allowed, unit: "rows" });
            }
            let Some(name) = cell(&feature, at, text).map(|name| point_number(&name)) else {
                refuse(report, row, "", Problem::new("no_number", "point", "", "the point has no number"));
                continue;
            };
            let (east, north) = (number(&feature, Some(easting), text), number(&feature, Some(northing), text));
            let (Some(east), Some(north)) = (east, north) else {
                let problem = Problem::geometry("unreadable", "a coordinate is missing or no number");
                refuse(report, row, &name, problem);
                points.refused.insert(name, row);
                continue;
            };
            renumbered +=
                u64::from(drawn.and_then(|at| cell(&feature, at, text)).is_some_and(|it| point_number(&it) != name));
            if let Some((feature_at, fitting_at)) = kinds {
                let is_said = |at| cell(&feature, at, text).is_some();
                not_one += u64::from(is_said(feature_at) == is_said(fitting_at));
            }
            let point = Point { row, east, north, ground_m: number(&feature, height, text) };
            points.take(name, point, report);
        }
        if renumbered > 0 {
            report.note_many(
                "other_drawn_number",
                "points have another number on the map (图上点号) than 物探点号",
                renumbered,
            );
        }
        if not_one > 0 {
            let message = "points have both or neither of 特征 and 附属物; the standard asks for one";
            report.note_many("feature_or_fitting", message, not_one);
        }
        if let Some(survey) = &mut report.survey {
            survey.points = row;
        }
        points.check_order()?;
        Ok(points)
    }

    fn take(&mut self, name: String, point: Point, report: &mut Report) {
        let Some(before) = self.by_number.get(&name).copied() else {
            self.by_number.insert(name, point);
            return;
        };
        let is_same = (before.east - point.east).abs() <= SAME_M
            && (before.north - point.north).abs() <= SAME_M
            && before.ground_m == point.ground_m;
        let reason = match is_same {
            true => format!("row {} is the same point; that one is taken", before.row),
            false => {
                self.ambiguous.insert(name.clone(), (before.row, point.row));
                format!("row {} is another point with this number; lines to either are refused", before.row)
            }
        };
        refuse(report, point.row, &name, Problem::new("repeated_number", "point", &name, reason));
    }

    /// Eastings and northings in each other's columns are found before anything is drawn in the wrong place.
    fn check_order(&self) -> Result<(), IngestError> {
        let is_easting = |value: f64| (100_000.0..1_000_000.0).contains(&value);
        let is_northing = |value: f64| (1_000_000.0..10_000_000.0).contains(&value);
        let turned = |point: &&Point| is_easting(point.north) && is_northing(point.east);
        match self.by_number.values().find(turned) {
            Some(point) if self.by_number.values().filter(turned).count() * 2 > self.by_number.len() => {
                let why = format!(
                    "by the standard X is the northing, and here X is {} and Y {}; rename the columns 东坐标 and 北坐标",
                    point.north, point.east
                );
                Err(Table::Points.fault(why))
            }
            _ => Ok(()),
        }
    }

    pub fn find(&self, number: &str) -> Result<Point, NoPoint> {
        if let Some(&(one, other)) = self.ambiguous.get(number) {
            return Err(NoPoint::Ambiguous(one, other));
        }
        let why = || self.refused.get(number).map_or(NoPoint::Missing, |row| NoPoint::Refused(*row));
        self.by_number.get(number).copied().ok_or_else(why)
    }

    /// The median place, which a few strays do not move: easting, northing.
    pub fn middle(&self) -> Option<(f64, f64)> {
        let mut easts: Vec<f64> = self.by_number.values().map(|point| point.east).collect();
        let mut norths: Vec<f64> = self.by_number.values().map(|point| point.north).collect();
        easts.sort_by(f64::total_cmp);
        norths.sort_by(f64::total_cmp);
        Some((*easts.get(easts.len() / 2)?, *norths.get(norths.len() / 2)?))
    }

    /// Refuses points that no line joins: `is_used` knows those that one does.
    pub fn refuse_isolated(&self, is_used: impl Fn(&str) -> bool, report: &mut Report) {
        let mut alone: Vec<(u64, &String)> =
            self.by_number.iter().filter(|(name, _)| !is_used(name)).map(|(name, point)| (point.row, name)).collect();
        alone.sort();
        for (row, name) in alone {
            refuse(report, row, name, Problem::new("isolated_point", "point", name, "no line joins this point"));
        }
    }

    pub fn len(&self) -> usize {
        self.by_number.len()
    }
}

/// Notes what each column is taken for, and what it holds.
fn tell_columns(opening: &mut Opening, roles: &[(Option<usize>, &'static str)], report: &mut Report) {
    let column = |(at, name): (usize, &String)| {
        let field = roles.iter().find(|(role_at, _)| *role_at == Some(at)).map(|(_, role)| *role);
        let why = if field.is_none() { "no part of the point table goes by this name" } else { "" };
        ColumnReport { column: name.clone(), field, why: why.to_owned(), samples: Vec::new() }
    };
    report.columns = opening.names.iter().enumerate().map(column).collect();
    sample_values(&mut opening.layer, opening.text, report);
    let point_columns = std::mem::take(&mut report.columns);
    report.survey = Some(SurveyReport { point_table: opening.title.clone(), point_columns, ..SurveyReport::default() });
}

/// A row of the point table becomes no feature; it is listed where it keeps lines from becoming one, or is of none.
fn refuse(report: &mut Report, row: u64, name: &str, problem: Problem) {
    let reason = format!("point table: {}", problem.reason);
    report.refuse(LayerId::UtilityLine, row, name, vec![Problem { reason, ..problem }]);
}
