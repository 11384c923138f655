//! Why a whole file is not imported. A row that cannot be taken is in the report, not here.

use std::path::PathBuf;

use super::crs::Candidate;

#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    #[error("«{}»: {why}", path.display())]
    Unreadable { path: PathBuf, why: String },
    #[error("«{}» is of no format that can be imported: shapefile, GeoPackage, FileGDB, GeoJSON, KML, DXF, XLSX, CSV, FlatGeobuf, OpenStreetMap, or a zip of these{}", path.display(), in_brackets(.said))]
    UnknownFormat { path: PathBuf, said: String },
    #[error("«{}» is larger than allowed: {found} > {allowed} {unit}", path.display())]
    TooLarge { path: PathBuf, found: u64, allowed: u64, unit: &'static str },
    #[error("the archive «{}» cannot be taken: {why}", path.display())]
    Archive { path: PathBuf, why: String },
    #[error("the file holds several layers, name one with --source-layer: {}", .0.join(", "))]
    WhichLayer(Vec<String>),
    #[error("the file has no layer «{wanted}»; it has: {}", has.join(", "))]
    NoSuchLayer { wanted: String, has: Vec<String> },
    #[error("the file holds no layer with rows")]
    NoLayer,
    #[error("the reference system is not known, give it with --crs{}", candidates(.fitting))]
    CrsUnknown { fitting: Vec<Candidate> },
    #[error("«{0}» is no reference system that is known")]
    CrsUnreadable(String),
    #[error(
        "the file is in {name}, whose parameters to CGCS2000 are not public: have the surveying office convert it to CGCS2000 (EPSG:4490 or EPSG:4544)"
    )]
    CrsSecret { name: String },
    #[error("the reference system {name} does not fit the coordinates ({coordinates}){}", candidates(.fitting))]
    CrsContradicted { name: String, coordinates: String, fitting: Vec<Candidate> },
    #[error("the reference system {name} cannot be brought to CGCS2000: {why}")]
    CrsNoPath { name: String, why: String },
    #[error("«{0}» is no text encoding that is known")]
    EncodingUnknown(String),
    #[error("the text is declared as {declared} ({by}) but is not: {place}{}", better(.reads_as))]
    EncodingContradicted { declared: String, by: &'static str, place: String, reads_as: Option<&'static str> },
    #[error("--map {column}={field}: {why}")]
    Map { column: String, field: String, why: String },
    #[error("--set {field}={value}: {why}")]
    Constant { field: String, value: String, why: String },
    #[error("--key {column}: the file has no such column; it has: {}", has.join(", "))]
    NoSuchKey { column: String, has: Vec<String> },
    #[error("the layer «{layer}» needs the field «{field}» ({title}) and no column holds it; the file has: {}; name one with --map COLUMN={field}", has.join(", "))]
    RequiredFieldMissing { layer: &'static str, field: &'static str, title: &'static str, has: Vec<String> },
    #[error("neither a geometry nor columns of longitude and latitude nor of WKT were found; the columns are: {}", .0.join(", "))]
    NoGeometry(Vec<String>),
    #[error("several layers at once can only be taken from OpenStreetMap")]
    OneLayerOnly,
    #[error("layer «{layer}» cannot be taken from OpenStreetMap; these can: {can}")]
    NotInOsm { layer: &'static str, can: &'static str },
    #[error("reading stopped at row {row} of «{layer}»: {why}")]
    Read { layer: String, row: u64, why: String },
    #[error("cells of the sheet «{sheet}» are merged: {}{}; every row but the first would be read without their value. Split them and fill in each row", ranges.join(", "), more(*.count, ranges.len()))]
    MergedCells { sheet: String, ranges: Vec<String>, count: usize },
    #[error("the {table} of the survey cannot be read: {why}")]
    SurveyTable { table: &'static str, why: String },
    #[error("cancelled")]
    Cancelled,
    /// The one who takes the records wants no more; the cause is on its side.
    #[error("the writer stopped")]
    WriterStopped,
}

impl IngestError {
    /// A stable name, for a program that tells people in its own words.
    pub fn code(&self) -> &'static str {
        match self {
            IngestError::Unreadable { .. } => "unreadable",
            IngestError::UnknownFormat { .. } => "unknown-format",
            IngestError::TooLarge { .. } => "too-large",
            IngestError::Archive { .. } => "archive",
            IngestError::WhichLayer(_) => "which-layer",
            IngestError::NoSuchLayer { .. } => "no-such-layer",
            IngestError::NoLayer => "no-layer",
            IngestError::CrsUnknown { .. } => "crs-unknown",
            IngestError::CrsUnreadable(_) => "crs-unreadable",
            IngestError::CrsSecret { .. } => "crs-secret",
            IngestError::CrsContradicted { .. } => "crs-contradicted",
            IngestError::CrsNoPath { .. } => "crs-no-path",
            IngestError::EncodingUnknown(_) => "encoding-unknown",
            IngestError::EncodingContradicted { .. } => "encoding-contradicted",
            IngestError::Map { .. } => "map",
            IngestError::Constant { .. } => "constant",
            IngestError::NoSuchKey { .. } => "no-such-key",
            IngestError::RequiredFieldMissing { .. } => "required-field-missing",
            IngestError::NoGeometry(_) => "no-geometry",
            IngestError::OneLayerOnly => "one-layer-only",
            IngestError::NotInOsm { .. } => "not-in-osm",
            IngestError::Read { .. } => "read",
            IngestError::MergedCells { .. } => "merged-cells",
            IngestError::SurveyTable { .. } => "survey-table",
            IngestError::Cancelled => "cancelled",
            IngestError::WriterStopped => "writer-stopped",
        }
    }

    /// Reference systems that the coordinates would fit, where that is the question.
    pub fn fitting(&self) -> &[Candidate] {
        match self {
            IngestError::CrsUnknown { fitting } | IngestError::CrsContradicted { fitting, .. } => fitting,
            _ => &[],
        }
    }
}

fn more(count: usize, shown: usize) -> String {
    if count > shown { format!(" and {} more", count - shown) } else { String::new() }
}

fn in_brackets(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(" ({said})") }
}

fn candidates(fitting: &[Candidate]) -> String {
    if fitting.is_empty() {
        return String::new();
    }
    let list: Vec<String> = fitting.iter().map(ToString::to_string).collect();
    format!("; going by the size of the coordinates this would fit: {}", list.join("; or "))
}

fn better(reads_as: &Option<&'static str>) -> String {
    reads_as.map_or(String::new(), |name| format!("; it reads as {name}: give --encoding {name}"))
}
