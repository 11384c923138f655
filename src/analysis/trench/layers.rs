//! Works, streets and lines as coordination reads them, from the layers of a snapshot.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::NaiveDate;

use super::path::Path;
use crate::domain::clearance::RoadPart;
use crate::domain::pipe::Pipe;
use crate::domain::{LayerId, Value, Viewer};
use crate::geodesy::GaussKruger;
use crate::snapshot::{Item, LayerView, ShapeGeometry, Snapshot};

#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    pub id: i64,
    pub code: Option<String>,
    pub name: Option<String>,
    pub operator: Option<String>,
    pub pipe: Pipe,
    /// False for a trenchless work, which opens no street. One that does not say is taken as open.
    pub is_open: bool,
    pub is_method_known: bool,
    /// Soil above a line under pressure or a cable; of a sewer down to its bottom.
    pub depth_m: Option<f64>,
    pub window: (Option<NaiveDate>, Option<NaiveDate>),
    pub duration_days: Option<i64>,
    pub shift_limit_days: Option<i64>,
    pub path: Path,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Street {
    pub id: i64,
    pub code: Option<String>,
    pub name: Option<String>,
    pub width_m: Option<f64>,
    pub part: RoadPart,
    pub surfaced_on: Option<NaiveDate>,
    pub surfacing: Option<String>,
    pub resurfacing_on: Option<NaiveDate>,
    pub resurfacing: Option<String>,
    pub path: Path,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub id: i64,
    pub code: Option<String>,
    pub operator: Option<String>,
    pub pipe: Pipe,
    pub start_depth_m: Option<f64>,
    pub end_depth_m: Option<f64>,
    pub quality_level: Option<String>,
    pub path: Path,
}

/// All that a plan is made of. Steps of the plan want each list in the order of ids.
#[derive(Debug, Clone, PartialEq)]
pub struct City {
    pub plane: GaussKruger,
    pub works: Vec<Work>,
    pub streets: Vec<Street>,
    pub lines: Vec<Line>,
}

impl City {
    /// The same with each list in the order of ids.
    pub fn in_order(&self) -> Cow<'_, Self> {
        let is_sorted = self.works.is_sorted_by_key(|one| one.id)
            && self.streets.is_sorted_by_key(|one| one.id)
            && self.lines.is_sorted_by_key(|one| one.id);
        if is_sorted {
            return Cow::Borrowed(self);
        }
        let mut sorted = self.clone();
        sorted.works.sort_by_key(|one| one.id);
        sorted.streets.sort_by_key(|one| one.id);
        sorted.lines.sort_by_key(|one| one.id);
        Cow::Owned(sorted)
    }

    /// `None` where the viewer may not see one of the three layers.
    pub fn of(snapshot: &Snapshot, viewer: Viewer, plane: GaussKruger) -> Option<Self> {
        let lines = snapshot.layer(LayerId::UtilityLine, viewer)?;
        let lines = read(&lines, |row| Line {
            id: row.item.id,
            code: row.text("code"),
            operator: row.text("operator"),
            pipe: row.pipe(),
            start_depth_m: row.number("start_depth_m"),
            end_depth_m: row.number("end_depth_m"),
            quality_level: row.text("quality_level"),
            path: row.path(&plane),
        });
        Some(Self { lines, ..Self::without_lines(snapshot, viewer, plane)? })
    }

    /// The same for questions that no existing line decides.
    pub fn without_lines(snapshot: &Snapshot, viewer: Viewer, plane: GaussKruger) -> Option<Self> {
        let works = snapshot.layer(LayerId::UtilityWork, viewer)?;
        let streets = snapshot.layer(LayerId::Street, viewer)?;
        Some(Self {
            plane,
            works: read(&works, |row| Work {
                id: row.item.id,
                code: row.text("code"),
                name: row.text("name"),
                operator: row.text("operator"),
                pipe: row.pipe(),
                is_open: row.text("method").as_deref() != Some("trenchless"),
                is_method_known: row.text("method").is_some(),
                depth_m: row.number("depth_m"),
                window: (row.date("window_start"), row.date("window_end")),
                duration_days: row.integer("duration_days"),
                shift_limit_days: row.integer("shift_limit_days"),
                path: row.path(&plane),
            }),
            streets: read(&streets, |row| Street {
                id: row.item.id,
                code: row.text("code"),
                name: row.text("name"),
                width_m: row.number("width_m").filter(|width| *width > 0.0),
                part: match row.text("street_class").as_deref() {
                    Some("footway" | "steps" | "cycleway") => RoadPart::Footway,
                    _ => RoadPart::Carriageway,
                },
                surfaced_on: row.date("surfaced_on"),
                surfacing: row.text("surfacing"),
                resurfacing_on: row.date("resurfacing_on"),
                resurfacing: row.text("resurfacing"),
                path: row.path(&plane),
            }),
            lines: Vec::new(),
        })
    }
}

pub(super) struct Row<'a> {
    pub view: &'a LayerView<'a>,
    pub item: &'a Item,
}

fn read<T>(view: &LayerView<'_>, of: impl Fn(Row<'_>) -> T) -> Vec<T> {
    view.items().iter().map(|item: &Arc<Item>| of(Row { view, item })).collect()
}

impl Row<'_> {
    pub fn value(&self, field: &str) -> Option<&Value> {
        self.view.value(self.item, field)
    }

    pub fn text(&self, field: &str) -> Option<String> {
        self.value(field).and_then(Value::as_text).map(str::to_owned)
    }

    pub fn number(&self, field: &str) -> Option<f64> {
        self.value(field).and_then(Value::as_f64)
    }

    pub fn integer(&self, field: &str) -> Option<i64> {
        match self.value(field)? {
            Value::Integer(n) => Some(*n),
            _ => None,
        }
    }

    pub fn date(&self, field: &str) -> Option<NaiveDate> {
        match self.value(field)? {
            Value::Date(day) => Some(*day),
            _ => None,
        }
    }

    pub fn pipe(&self) -> Pipe {
        Pipe {
            kind: self.text("utility_kind").unwrap_or_else(|| "unknown".to_owned()),
            diameter_mm: self.number("diameter_mm").filter(|mm| *mm > 0.0),
            ducts: self.integer("ducts"),
            pressure: self.text("pressure"),
            burial: self.text("burial"),
        }
    }

    fn path(&self, plane: &GaussKruger) -> Path {
        match self.item.shape.geometry() {
            ShapeGeometry::Lines(lines) => Path::of(lines, plane),
            ShapeGeometry::Point(_) | ShapeGeometry::Areas(_) => Path::default(),
        }
    }
}
