//! A work as it was when a trench was planned: what operators agree on, and what later changes are held against.

use chrono::NaiveDate;
use geo::Coord;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use utoipa::ToSchema;

use super::after::FieldChange;
use crate::analysis::trench::layers::{Row, Work};
use crate::analysis::trench::path::Path;
use crate::analysis::trench::{Settings, days_of};
use crate::domain::pipe::Pipe;
use crate::domain::{LayerId, Value, Viewer};
use crate::geodesy::GaussKruger;
use crate::snapshot::{Item, LayerView, ShapeGeometry, Snapshot};

/// Degrees below which a vertex has not moved: a tenth of a millimetre.
const SAME_DEGREES: f64 = 1e-9;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WorkCopy {
    pub work_id: i64,
    pub code: Option<String>,
    pub name: Option<String>,
    pub operator: Option<String>,
    pub utility_kind: String,
    pub diameter_mm: Option<f64>,
    pub ducts: Option<i64>,
    pub pressure: Option<String>,
    pub burial: Option<String>,
    pub depth_m: Option<f64>,
    /// `open` or `trenchless`; null where it does not say.
    pub method: Option<String>,
    pub window_start: Option<NaiveDate>,
    pub window_end: Option<NaiveDate>,
    pub duration_days: Option<i64>,
    pub shift_limit_days: Option<i64>,
    /// Days on which it was planned to take.
    pub days: i64,
    /// Whole fen.
    pub estimated_cost_fen: Option<i64>,
    /// Longitude and latitude, part by part.
    pub lines: Vec<Vec<[f64; 2]>>,
}

impl WorkCopy {
    /// A work of the snapshot; `None` where it is not there or not for this viewer.
    pub fn of(
        snapshot: &Snapshot,
        viewer: Viewer,
        work_id: i64,
        plane: &GaussKruger,
        settings: &Settings,
    ) -> Option<Self> {
        let view = snapshot.layer(LayerId::UtilityWork, viewer)?;
        Some(Self::of_item(&view, view.find(work_id)?, plane, settings))
    }

    pub fn of_item(view: &LayerView<'_>, item: &Item, plane: &GaussKruger, settings: &Settings) -> Self {
        let row = Row { view, item };
        let lines = match item.shape.geometry() {
            ShapeGeometry::Lines(lines) => {
                lines.iter().map(|part| part.0.iter().map(|at| [at.x, at.y]).collect()).collect()
            }
            ShapeGeometry::Point(_) | ShapeGeometry::Areas(_) => Vec::new(),
        };
        let pipe = row.pipe();
        let mut copy = Self {
            work_id: item.id,
            code: row.text("code"),
            name: row.text("name"),
            operator: row.text("operator"),
            utility_kind: pipe.kind,
            diameter_mm: pipe.diameter_mm,
            ducts: pipe.ducts,
            pressure: pipe.pressure,
            burial: pipe.burial,
            depth_m: row.number("depth_m"),
            method: row.text("method"),
            window_start: row.date("window_start"),
            window_end: row.date("window_end"),
            duration_days: row.integer("duration_days"),
            shift_limit_days: row.integer("shift_limit_days"),
            days: 0,
            estimated_cost_fen: match view.value(item, "estimated_cost") {
                Some(Value::Money(fen)) => Some(*fen),
                _ => None,
            },
            lines,
        };
        copy.days = days_of(&copy.to_work(plane), settings);
        copy
    }

    /// Its operator; blanks are none.
    pub fn operator_name(&self) -> Option<&str> {
        self.operator.as_deref().filter(|name| !name.trim().is_empty())
    }

    /// What its trench tells of it to a body in whose area it has no part. The layer tells codes and operators too.
    pub fn without_its_own(&self) -> Self {
        Self {
            work_id: self.work_id,
            code: self.code.clone(),
            operator: self.operator.clone(),
            utility_kind: self.utility_kind.clone(),
            days: self.days,
            name: None,
            diameter_mm: None,
            ducts: None,
            pressure: None,
            burial: None,
            depth_m: None,
            method: None,
            window_start: None,
            window_end: None,
            duration_days: None,
            shift_limit_days: None,
            estimated_cost_fen: None,
            lines: Vec::new(),
        }
    }

    /// The work as a plan reads it.
    pub fn to_work(&self, plane: &GaussKruger) -> Work {
        let part = |part: &Vec<[f64; 2]>| part.iter().map(|at| plane.to_plane(Coord { x: at[0], y: at[1] })).collect();
        Work {
            id: self.work_id,
            code: self.code.clone(),
            name: self.name.clone(),
            operator: self.operator.clone(),
            pipe: Pipe {
                kind: self.utility_kind.clone(),
                diameter_mm: self.diameter_mm,
                ducts: self.ducts,
                pressure: self.pressure.clone(),
                burial: self.burial.clone(),
            },
            is_open: self.method.as_deref() != Some("trenchless"),
            is_method_known: self.method.is_some(),
            depth_m: self.depth_m,
            window: (self.window_start, self.window_end),
            duration_days: self.duration_days,
            shift_limit_days: self.shift_limit_days,
            path: Path::on_plane(&self.lines.iter().map(part).collect::<Vec<_>>()),
        }
    }

    /// What of it is another now. Name, code, cost and how far it may be moved are nobody's agreement.
    pub fn changes_to(&self, now: &Self) -> Vec<FieldChange> {
        fn of(copy: &WorkCopy) -> [(&'static str, Json); 11] {
            [
                ("operator", json!(copy.operator)),
                ("utility_kind", json!(copy.utility_kind)),
                ("diameter_mm", json!(copy.diameter_mm)),
                ("ducts", json!(copy.ducts)),
                ("pressure", json!(copy.pressure)),
                ("burial", json!(copy.burial)),
                ("depth_m", json!(copy.depth_m)),
                ("method", json!(copy.method)),
                ("window_start", json!(copy.window_start)),
                ("window_end", json!(copy.window_end)),
                ("duration_days", json!(copy.duration_days)),
            ]
        }
        let mut changes: Vec<FieldChange> = of(self)
            .into_iter()
            .zip(of(now))
            .filter(|(one, other)| one.1 != other.1)
            .map(|((field, agreed), (_, now))| FieldChange { field: field.to_owned(), agreed, now })
            .collect();
        if !is_same_line(&self.lines, &now.lines) {
            changes.push(FieldChange {
                field: "geometry".to_owned(),
                agreed: json!(self.lines),
                now: json!(now.lines),
            });
        }
        changes
    }
}

fn is_same_line(one: &[Vec<[f64; 2]>], other: &[Vec<[f64; 2]>]) -> bool {
    let is_near = |(a, b): (&[f64; 2], &[f64; 2])| (0..2).all(|n| (a[n] - b[n]).abs() <= SAME_DEGREES);
    one.len() == other.len() && one.iter().zip(other).all(|(a, b)| a.len() == b.len() && a.iter().zip(b).all(is_near))
}
