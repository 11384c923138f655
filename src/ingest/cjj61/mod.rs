//! A survey of pipes by CJJ 61-2017: a table of points (管点表) and a table of lines (管线表) that join them by their
//! numbers. What the checks ask was read where somebody quotes the standard, not in print; docs/import.md names it.
//!
//! Refused is what leaves no line to draw or two that contradict each other. What only looks odd, or contradicts in
//! its heights alone, is told with its row: a pipe that falls the wrong way is one to be repaired, not to be forgotten.

mod ends;
mod lines;
mod points;

use gdal::Metadata;
use gdal::vector::{Feature, LayerAccess, OwnedLayer};

use super::columns::plain;
use super::encoding::{self, TextEncoding};
use super::open::{self, Opened};
use super::report::Report;
use super::{IngestError, Request, Sink, Survey, Watch, file, gdal_raw, values, workbook};

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Table {
    Points,
    Lines,
}

/// A table that is open, to be read from its first row.
struct Opening {
    layer: OwnedLayer,
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
    let points = points::Points::read(Opening::of(request, Table::Points, report)?, request, report, watch)?;
    let mut of_lines = Report { listed_rows: report.listed_rows, ..Report::default() };
    let lines = Request { path: survey.lines.clone().unwrap_or_else(|| request.path.clone()), ..request.clone() };
    let opening = Opening::of(&lines, Table::Lines, &mut of_lines)?;
    if survey.lines.is_some() {
        // Two files are one survey: it is recognised by the first, and another second is another survey.
        report.file = format!("{} + {}", report.file, of_lines.file);
        report.file_hash = format!("{}+{}", report.file_hash, of_lines.file_hash);
        if of_lines.encoding != report.encoding {
            report.encoding = format!("{}; {}", report.encoding, of_lines.encoding);
        }
    }
    report.source_layer = format!("{} + {}", report.source_layer, of_lines.source_layer);
    lines::read(opening, points, request, report, sink, watch)
}

impl Table {
    fn name(self) -> &'static str {
        match self {
            Table::Points => "point table (管点表)",
            Table::Lines => "line table (管线表)",
        }
    }

    /// True for a sheet that is called like it. 管线点表 is of points.
    fn is_called(self, sheet: &str) -> bool {
        let name = sheet.to_lowercase();
        let is_of_points = name.contains('点') || name.contains("point");
        match self {
            Table::Points => is_of_points,
            Table::Lines => !is_of_points && (name.contains('线') || name.contains("line")),
        }
    }

    fn fault(self, why: String) -> IngestError {
        IngestError::SurveyTable { table: self.name(), why }
    }
}

impl Opening {
    fn of(request: &Request, table: Table, report: &mut Report) -> Result<Self, IngestError> {
        let opened = open::open(request, report)?;
        let Opened { memory, dataset, driver, text, path } = opened;
        let names: Vec<String> = dataset.layers().map(|layer| layer.name()).collect();
        let sheet = match names.as_slice() {
            [] => return Err(IngestError::NoLayer),
            [one] => one.clone(),
            all => {
                let mut called = all.iter().filter(|name| table.is_called(name));
                match (called.next(), called.next()) {
                    (Some(one), None) => one.clone(),
                    _ => {
                        let why = format!("none, or more than one, of these is called like it: {}", all.join(", "));
                        return Err(table.fault(why));
                    }
                }
            }
        };
        let target = (driver == "XLSX").then(|| dataset.description().unwrap_or_default());
        // Both tables are of one source, whatever their sheets are called.
        let source = Some(report.source.clone());
        let chosen = Request { source_layer: Some(sheet), source, ..request.clone() };
        let layer = file::pick(dataset, &chosen, report)?;
        if let Some(target) = target {
            workbook::refuse_merged(&path, &target, &report.source_layer)?;
        }
        let names = file::column_names(&layer, text);
        Ok(Self { layer, names, text, _memory: memory })
    }

    /// The first column that goes by one of these names.
    fn find(&self, known: &[&str]) -> Option<usize> {
        known.iter().find_map(|known| self.names.iter().position(|name| plain(name) == plain(known)))
    }

    fn need(&self, table: Table, title: &str, known: &[&str]) -> Result<usize, IngestError> {
        self.find(known).ok_or_else(|| {
            let why = format!("it has no column for {title} ({}); it has: {}", known.join(", "), self.names.join(", "));
            table.fault(why)
        })
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
