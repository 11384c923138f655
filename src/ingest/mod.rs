//! Outside files in, clean records and a report out.
//!
//! GDAL reads; everything that a planner must be told about (encodings, reference systems, columns,
//! values, shapes) is decided here, and nothing is decided in silence.
//!
//! Invariants: no SQL and no database; every row of the file is accepted, mended or refused, and
//! the report says which and why; a file either opens with a known reference system or is refused.

mod archive;
mod cjj61;
mod columns;
mod crs;
mod datum;
mod dbf;
mod encoding;
mod file;
mod gdal_raw;
mod geometry;
mod key;
mod limits;
mod look;
mod noding;
mod open;
mod osm;
mod osm_rules;
mod problem;
mod report;
mod row;
pub(crate) mod said;
mod simple_ring;
mod units;
mod utf8_text;
mod values;
mod wkb;
mod workbook;
mod zip_names;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use geo::Rect;

pub use cjj61::{SurveyTables, survey_tables};
pub use crs::{Candidate, Outgoing};
pub use datum::{Datum, UnknownDatum};
pub use geometry::{Invalid, is_valid_shape, judge_area};
pub use limits::Limits;
pub use look::{Look, SourceLayer, look, source_layers};
pub use osm_rules::LAYERS as OSM_LAYERS;
pub use problem::IngestError;
pub use report::{Counts, Note, Outcome, Problem, Report, RowReport, SurveyReport};

use crate::domain::{LayerId, Value};

/// What is to be read, and what the person who asks knows about it.
#[derive(Debug, Clone)]
pub struct Request {
    pub path: PathBuf,
    /// The layers that are taken from the file: one, or for OpenStreetMap any number.
    pub layers: Vec<LayerId>,
    /// The layer, sheet or feature class in a file that holds several.
    pub source_layer: Option<String>,
    /// The reference system, as a person writes it: `EPSG:4544`.
    pub crs: Option<String>,
    pub datum: Option<Datum>,
    /// The first coordinate is the northing, as surveyors write it.
    pub is_north_first: bool,
    pub encoding: Option<String>,
    /// Column name and field name, for columns that do not find their field themselves.
    pub map: Vec<(String, String)>,
    /// Field name and value for rows whose own value is missing.
    pub constants: Vec<(String, String)>,
    /// The column that identifies a row from one import to the next.
    pub key: Option<String>,
    /// The name under which rows are known to a later import; the file's name when not given.
    pub source: Option<String>,
    /// Split lines where another line shares a vertex. OpenStreetMap streets always are.
    pub is_noded: bool,
    /// Where features of this city can be, in degrees. Rows outside are told, not refused.
    pub extent: Option<Rect<f64>>,
    /// The file is the point table of a survey by CJJ 61-2017, and this its table of lines; `None` within where both
    /// are sheets of the one file, or files of the one zip.
    pub survey: Option<Survey>,
    pub limits: Limits,
}

/// Where the lines of a survey stand, and which of them are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    pub lines: Option<PathBuf>,
    pub faulty: FaultyLines,
}

/// What becomes of a line of a survey that fails a check: its heights contradict its depth, its fall cannot be, or it
/// is too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FaultyLines {
    /// It is taken, and the report tells what is wrong.
    #[default]
    Take,
    Refuse,
}

impl Request {
    pub fn new(path: impl Into<PathBuf>, layer: LayerId) -> Self {
        Self {
            path: path.into(),
            layers: vec![layer],
            source_layer: None,
            crs: None,
            datum: None,
            is_north_first: false,
            encoding: None,
            map: Vec::new(),
            constants: Vec::new(),
            key: None,
            source: None,
            is_noded: false,
            extent: None,
            survey: None,
            limits: Limits::default(),
        }
    }
}

/// One row that is fit for the database.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    pub layer: LayerId,
    /// Which row of the file, from 1.
    pub row: u64,
    /// Identifies the row within its source.
    pub key: String,
    /// Little-endian, two-dimensional, of the layer's type, in CGCS2000 degrees.
    pub wkb: Vec<u8>,
    /// In the order of the layer's fields.
    pub values: Vec<Value>,
}

/// How far long work has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub stage: &'static str,
    pub done: u64,
    /// Zero when not known.
    pub total: u64,
}

/// Someone who watches, and may stop the work.
pub struct Watch<'a> {
    pub on_progress: &'a (dyn Fn(Progress) + Sync),
    pub is_cancelled: &'a AtomicBool,
}

impl Watch<'_> {
    pub(crate) fn tell(&self, stage: &'static str, done: u64, total: u64) -> Result<(), IngestError> {
        if self.is_cancelled.load(Ordering::Relaxed) {
            return Err(IngestError::Cancelled);
        }
        (self.on_progress)(Progress { stage, done, total });
        Ok(())
    }
}

/// Takes the records as they come, all of one layer, then all of the next, with the report so far.
pub type Sink<'a> = dyn FnMut(Record, &Report) -> Result<(), IngestError> + 'a;

/// Reads the file to its end.
///
/// The report is filled also when an error ends the work, as far as it got.
pub fn read(request: &Request, report: &mut Report, sink: &mut Sink<'_>, watch: &Watch<'_>) -> Result<(), IngestError> {
    if let Some(survey) = &request.survey {
        return cjj61::read(request, survey, report, sink, watch);
    }
    let opened = open::open(request, report)?;
    if opened.is_osm() {
        osm::read(&opened, request, report, sink, watch)
    } else {
        file::read(opened, request, report, sink, watch)
    }
}
