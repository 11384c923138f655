//! Tables of an answer, several in one file: sheets of a workbook, or layers of a GeoPackage; one alone as CSV.
//!
//! A cell that nobody knows stays empty. Texts are written as texts: what begins like a formula is none.

use std::ffi::CString;
use std::path::Path;

use gdal::vector::{Feature, Layer, LayerAccess, LayerOptions};
use gdal::{Dataset, DriverManager};
use gdal_sys::{OGRFieldType, OGRwkbGeometryType};

use super::DEFAULT_CRS;
use super::fit::{CELL, SHEET_ROWS};
use super::format::Format;
use super::gdal_raw::{self, NewColumn};
use super::problem::{ExportError, MOST_LISTED, Misfit, Unfit};
use super::target::Target;
use crate::ingest::said;
use crate::snapshot::ShapeGeometry;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    Text,
    Integer,
    Real,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TableColumn {
    /// For programs: ASCII, different from the others of its table.
    pub name: String,
    /// For people: the heading of a sheet.
    pub title: String,
    pub holds: Holds,
}

#[derive(Debug, Clone, PartialEq)]
pub enum TableCell {
    /// Not known.
    Empty,
    Text(String),
    Integer(i64),
    Real(f64),
}

impl From<Option<f64>> for TableCell {
    fn from(number: Option<f64>) -> Self {
        number.map_or(Self::Empty, Self::Real)
    }
}

#[derive(Debug, Clone)]
pub struct TableRow {
    /// A cell for each column.
    pub cells: Vec<TableCell>,
    /// Left out of sheets.
    pub shape: Option<ShapeGeometry>,
}

/// A sheet or a layer.
#[derive(Debug, Clone)]
pub struct Table {
    /// Of a layer: ASCII.
    pub name: &'static str,
    /// Of a sheet: 31 characters at most.
    pub title: &'static str,
    pub columns: Vec<TableColumn>,
    pub rows: Vec<TableRow>,
    /// True for rows with shapes, of whatever kind.
    pub has_shapes: bool,
}

/// Writes all tables into one new file, XLSX or GeoPackage, or one table as CSV. `is_wanted` is asked now and then; false stops the work.
pub fn write_tables(
    path: &Path,
    format: Format,
    tables: &[Table],
    is_wanted: &dyn Fn() -> bool,
) -> Result<(), ExportError> {
    tables.iter().try_for_each(|table| check(format, table))?;
    said::listen();
    let driver = DriverManager::get_driver_by_name(format.driver()).map_err(|_| ExportError::NoDriver(format))?;
    let mut dataset = driver.create_vector_only(path).map_err(|error| failed(format, error))?;
    let target = Target::of(DEFAULT_CRS, format, None)?;
    let book = Book { format, target: &target, is_wanted };
    if format == Format::GeoPackage {
        // Without it each row would be a transaction of its own.
        let mut transaction = dataset.start_transaction().map_err(|error| failed(format, error))?;
        tables.iter().try_for_each(|table| book.write(&mut transaction, table))?;
        transaction.commit().map_err(|error| failed(format, error))?;
    } else {
        tables.iter().try_for_each(|table| book.write(&mut dataset, table))?;
    }
    let is_closed = gdal_raw::close(dataset);
    let said = said::take_line();
    if is_closed && said.is_empty() { Ok(()) } else { Err(ExportError::Write { format, said }) }
}

/// Everything that the format cannot hold is told before the file is begun.
fn check(format: Format, table: &Table) -> Result<(), ExportError> {
    if format != Format::Xlsx {
        return Ok(());
    }
    if table.rows.len() >= SHEET_ROWS {
        return Err(ExportError::TooManyRows { features: table.rows.len(), most: SHEET_ROWS - 1 });
    }
    let (mut unfit, mut count) = (Vec::new(), 0);
    for (number, row) in table.rows.iter().enumerate() {
        for (cell, column) in row.cells.iter().zip(&table.columns) {
            let TableCell::Text(text) = cell else { continue };
            let control = text.chars().find(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r'));
            let too_long = || (text.encode_utf16().count() > CELL).then_some(Misfit::Cell);
            let Some(why) = control.map(Misfit::Control).or_else(too_long) else { continue };
            count += 1;
            if unfit.len() < MOST_LISTED {
                unfit.push(Unfit { feature_id: number as i64 + 1, column: column.title.clone(), why });
            }
        }
    }
    if count > 0 { Err(ExportError::Unfit { format, unfit, count }) } else { Ok(()) }
}

fn failed(format: Format, error: impl std::fmt::Display) -> ExportError {
    let said = said::take_line();
    let said = if said.is_empty() { error.to_string() } else { format!("{error}: {said}") };
    ExportError::Write { format, said }
}

struct Book<'a> {
    format: Format,
    target: &'a Target,
    is_wanted: &'a dyn Fn() -> bool,
}

impl Book<'_> {
    fn write(&self, dataset: &mut Dataset, table: &Table) -> Result<(), ExportError> {
        let is_sheet = self.format.is_table();
        let has_shapes = table.has_shapes && !is_sheet;
        let described = format!("IDENTIFIER={}", table.title);
        let options: &[&str] = match self.format {
            // Without the mark a spreadsheet program takes UTF-8 for the encoding of its country.
            Format::Csv => &["WRITE_BOM=YES", "LINEFORMAT=CRLF"],
            _ if is_sheet => &[],
            _ => &[&described],
        };
        let layer = dataset
            .create_layer(LayerOptions {
                name: if is_sheet { table.title } else { table.name },
                srs: self.target.declared().filter(|_| has_shapes),
                ty: if has_shapes { OGRwkbGeometryType::wkbUnknown } else { OGRwkbGeometryType::wkbNone },
                options: Some(options),
            })
            .map_err(|error| failed(self.format, error))?;
        for column in &table.columns {
            let kind = match column.holds {
                Holds::Text => OGRFieldType::OFTString,
                Holds::Integer => OGRFieldType::OFTInteger64,
                Holds::Real => OGRFieldType::OFTReal,
            };
            let name = if is_sheet { &column.title } else { &column.name };
            let new = NewColumn { name, title: &column.title, kind, is_boolean: false, width: 0, precision: 0 };
            if !gdal_raw::add_column(&layer, &new) {
                return Err(failed(self.format, format!("the column {name} was refused")));
            }
        }
        const ASK_EVERY: usize = 256;
        for (number, row) in table.rows.iter().enumerate() {
            if number % ASK_EVERY == 0 && !(self.is_wanted)() {
                return Err(ExportError::Unwanted);
            }
            self.row(&layer, row, has_shapes)
                .map_err(|why| failed(self.format, format!("row {}: {why}", number + 1)))?;
        }
        Ok(())
    }

    fn row(&self, layer: &Layer<'_>, row: &TableRow, has_shapes: bool) -> Result<(), String> {
        let told = |error: gdal::errors::GdalError| error.to_string();
        let mut feature = Feature::new(layer.defn()).map_err(told)?;
        for (index, cell) in row.cells.iter().enumerate() {
            match cell {
                TableCell::Empty => feature.set_field_null(index).map_err(told)?,
                TableCell::Integer(n) => feature.set_field_integer64(index, *n).map_err(told)?,
                TableCell::Real(n) => feature.set_field_double(index, *n).map_err(told)?,
                TableCell::Text(text) => {
                    let bytes = CString::new(text.as_str()).map_err(|error| error.to_string())?;
                    gdal_raw::set_bytes(&mut feature, index, &bytes);
                }
            }
        }
        if let Some(shape) = row.shape.as_ref().filter(|_| has_shapes) {
            feature.set_geometry(self.target.geometry(shape)?).map_err(told)?;
        }
        feature.create(layer).map_err(told)
    }
}
