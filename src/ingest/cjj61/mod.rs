//! A survey of pipes by CJJ 61-2017: a table of points (管点表) and a table of lines (管线表) that join them by their
//! numbers. What the checks ask was read where somebody quotes the standard, not in print; docs/import.md names it.
//!
//! Refused is what leaves no line to draw or two that contradict each other. What only looks odd, or contradicts in
//! its heights alone, is told with its row: a pipe that falls the wrong way is one to be repaired, not to be forgotten.
//! Whoever wants none of those says so ([`FaultyLines::Refuse`](super::FaultyLines)).

mod ends;
mod faults;
mod lines;
mod network;
mod points;
mod table;

use gdal::Metadata;
use gdal::vector::{Feature, LayerAccess, OwnedLayer};

pub use table::{SurveyTables, survey_tables};

use super::encoding::{self, TextEncoding};
use super::open::{self, Opened};
use super::report::Report;
use super::{IngestError, Request, Sink, Survey, Watch, file, gdal_raw, values, workbook};
use table::Table;

/// A table that is open, to be read from its first row.
struct Opening {
    layer: OwnedLayer,
    /// What it is called among those that came: its sheet, or its file.
    title: String,
    names: Vec<String>,
    text: TextEncoding,
    /// Named last, so that it ends last: the layer reads from it.
    _memory: Vec<gdal_raw::MemoryFile>,
}

pub fn read(
    request: &Request,
    survey: &Survey,
    report: &mut Report,
    sink: &mut Sink<'_>,
    watch: &Watch<'_>,
) -> Result<(), IngestError> {
    let mut of_points = request.clone();
    let mut of_lines =
        Request { path: survey.lines.clone().unwrap_or_else(|| request.path.clone()), ..request.clone() };
    let mut opening = Opening::of(&of_points, Table::Points, report)?;
    if survey.lines.is_some() && !Table::Points.fits(&opening.names) && Table::Lines.fits(&opening.names) {
        // Two files are one survey in whatever order they are named.
        std::mem::swap(&mut of_points.path, &mut of_lines.path);
        drop(opening);
        opening = Opening::of(&of_points, Table::Points, report)?;
    }
    let points = points::Points::read(opening, request, report, watch)?;
    let mut told = Report::default();
    let opening = Opening::of(&of_lines, Table::Lines, &mut told)?;
    if survey.lines.is_some() {
        // It is recognised by the first, and another second is another survey.
        report.file = format!("{} + {}", report.file, told.file);
        report.file_hash = format!("{}+{}", report.file_hash, told.file_hash);
    }
    if told.encoding != report.encoding {
        report.encoding = format!("{}; {}", report.encoding, told.encoding);
    }
    report.source_layer = format!("{} + {}", report.source_layer, told.source_layer);
    if let Some(survey) = &mut report.survey {
        survey.line_table.clone_from(&opening.title);
        survey.lines = opening.rows();
    }
    lines::read(opening, points, request, report, sink, watch)
}

impl Opening {
    /// Opens a table, and begins the report of its file.
    fn of(request: &Request, table: Table, report: &mut Report) -> Result<Self, IngestError> {
        // One file, or each of those in a zip; in a workbook or a GeoPackage each table is a layer.
        let mut files = open::open_each(request, report)?;
        let mut places = Vec::new();
        for (at, (opened, told)) in files.iter().enumerate() {
            let sheets: Vec<String> = opened.dataset.layers().map(|layer| layer.name()).collect();
            let is_alone = sheets.len() == 1;
            places.extend(sheets.into_iter().map(|sheet| {
                let title = match (&opened.member, is_alone) {
                    (Some(member), true) => member.clone(),
                    (Some(member), false) => format!("{member}/{sheet}"),
                    (None, true) => told.file.clone(),
                    (None, false) => sheet.clone(),
                };
                (at, sheet, title)
            }));
        }
        let called: Vec<&str> = places.iter().map(|(.., title)| title.rsplit('/').next().unwrap_or(title)).collect();
        let columns = |at: usize| {
            let (file, sheet, _) = &places[at];
            let opened = &files[*file].0;
            opened.dataset.layer_by_name(sheet).map(|layer| file::column_names(&layer, opened.text)).unwrap_or_default()
        };
        let chosen = match called.as_slice() {
            [] => return Err(IngestError::NoLayer),
            all => table.choose(all, columns).ok_or_else(|| {
                let why = format!(
                    "none, or more than one, of these is called like it or has its columns: {}",
                    all.join(", ")
                );
                table.fault(why)
            })?,
        };
        let (at, sheet, title) = places.swap_remove(chosen);
        let (opened, told) = files.swap_remove(at);
        drop(files);
        *report = told;
        let Opened { memory, dataset, driver, text, path, .. } = opened;
        let target = (driver == "XLSX").then(|| dataset.description().unwrap_or_default());
        // Both tables are of one source, whatever their sheets are called.
        let source = Some(report.source.clone());
        let layer = file::pick(dataset, Some(&sheet), &Request { source, ..request.clone() }, report)?;
        if let Some(target) = target {
            workbook::refuse_merged(&path, &target, &report.source_layer)?;
        }
        let names = file::column_names(&layer, text);
        Ok(Self { layer, title, names, text, _memory: memory })
    }

    /// The first column that goes by one of these names.
    fn find(&self, known: &[&str]) -> Option<usize> {
        table::find(&self.names, known)
    }

    fn need(&self, table: Table, title: &str, known: &[&str]) -> Result<usize, IngestError> {
        self.find(known).ok_or_else(|| {
            let why = format!("it has no column for {title} ({}); it has: {}", known.join(", "), self.names.join(", "));
            table.fault(why)
        })
    }

    /// How many rows it has, where the format can say.
    fn rows(&self) -> Option<u64> {
        self.layer.try_feature_count().filter(|count| *count < u64::MAX / 2)
    }
}

/// What a cell says; `None` where nothing, or nothing that can be read.
fn cell(feature: &Feature<'_>, at: usize, text: TextEncoding) -> Option<String> {
    let bytes = gdal_raw::field_bytes(feature, at)?;
    values::meant(&encoding::decode(text.encoding, bytes)?)
}

/// A point's number, as both tables mean it: `JS12` of a text, `12` of a number that a spreadsheet made `12.0`.
fn point_number(text: &str) -> String {
    text.strip_suffix(".0").unwrap_or(text).to_uppercase()
}

fn number(feature: &Feature<'_>, at: Option<usize>, text: TextEncoding) -> Option<f64> {
    cell(feature, at?, text)?.parse::<f64>().ok().filter(|number| number.is_finite())
}
