//! The beginning of a file as it would be imported.

use std::sync::atomic::AtomicBool;

use geo::Geometry;
use geozero::ToGeo;
use geozero::wkb::Wkb;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::app::Wanted;
use crate::domain::Field;
use crate::geodesy::Crs;
use crate::http::items::geojson::Writer;
use crate::ingest::{self, IngestError, Progress, Record, Request, Watch};
use crate::snapshot::{Item, Shape};

/// Features that are shown at most.
const SHOWN: usize = 500;

#[derive(Serialize, ToSchema)]
pub struct Preview {
    /// What was understood, as far as the reading got.
    #[schema(value_type = Object)]
    report: ingest::Report,
    /// The first features in longitude and latitude (CGCS2000), a FeatureCollection; the id is the row.
    #[schema(value_type = Object)]
    features: Box<RawValue>,
    /// The file goes on behind these features.
    is_cut: bool,
    /// Why the file would be refused as it stands.
    refusal: Option<Refusal>,
}

/// Why a file is not taken, for people and for programs.
#[derive(Serialize, ToSchema)]
pub struct Refusal {
    /// Stable: `crs-unknown`.
    code: &'static str,
    detail: String,
    /// Reference systems or datums that the coordinates would fit.
    fitting: Vec<Fitting>,
}

#[derive(Serialize, ToSchema)]
pub struct Fitting {
    /// `crs` or `datum`.
    member: &'static str,
    value: String,
    why: &'static str,
}

impl Preview {
    pub fn of(request: &Request, wanted: &Wanted) -> Self {
        let never = AtomicBool::new(false);
        let stop_when_unwanted = |_: Progress| {
            if !wanted.is_wanted() {
                never.store(true, std::sync::atomic::Ordering::Relaxed);
            }
        };
        let watch = Watch { on_progress: &stop_when_unwanted, is_cancelled: &never };
        let look = ingest::look(request, SHOWN, &watch);
        Self {
            features: collection(&look.records),
            report: look.report,
            is_cut: look.is_cut,
            refusal: look.refusal.as_ref().map(Refusal::of),
        }
    }
}

impl Refusal {
    pub fn of(error: &IngestError) -> Self {
        let fitting = error.fitting().iter().filter_map(|candidate| {
            let (member, value) = candidate.option.trim_start_matches("--").split_once(' ')?;
            let member = match member {
                "crs" => "crs",
                "datum" => "datum",
                _ => return None,
            };
            Some(Fitting { member, value: value.to_owned(), why: candidate.why })
        });
        Self { code: error.code(), detail: error.to_string(), fitting: fitting.collect() }
    }
}

fn collection(records: &[Record]) -> Box<RawValue> {
    let mut out = b"{\"type\":\"FeatureCollection\",\"features\":[".to_vec();
    let mut is_first = true;
    for record in records {
        let Some(item) = item(record) else { continue };
        if !std::mem::take(&mut is_first) {
            out.push(b',');
        }
        let fields: Vec<(usize, &'static Field)> = record.layer.describe().fields.iter().enumerate().collect();
        Writer { crs: Crs::Crs84, fields: &fields }.feature(&mut out, &item, |out| {
            out.extend_from_slice(b",\"layer\":\"");
            out.extend_from_slice(record.layer.name().as_bytes());
            out.push(b'"');
        });
    }
    out.extend_from_slice(b"]}");
    let text = String::from_utf8(out).expect("the writer writes UTF-8");
    RawValue::from_string(text).expect("the writer writes JSON")
}

fn item(record: &Record) -> Option<Item> {
    let geometry: Geometry<f64> = Wkb(record.wkb.as_slice()).to_geo().ok()?;
    Some(Item {
        id: record.row as i64,
        version: 0,
        updated_at: chrono::DateTime::UNIX_EPOCH,
        source: None,
        shape: Shape::new(geometry).ok()?,
        values: record.values.clone().into_boxed_slice(),
    })
}
