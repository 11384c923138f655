//! Tables that are no layer's into a workbook, each on a sheet of its own.

use std::path::Path;

use gdal::DriverManager;
use gdal::vector::{Feature, LayerAccess, LayerOptions};
use gdal_sys::{OGRFieldType, OGRwkbGeometryType};

use super::gdal_raw;
use super::{ExportError, Format};

/// A cell. What is not known is an empty one.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Unknown,
    Text(String),
    Number(f64),
}

/// A table with its name, the headings of its columns and its rows, each as long as the headings.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub name: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

impl From<Option<f64>> for Cell {
    fn from(number: Option<f64>) -> Self {
        number.map_or(Cell::Unknown, Cell::Number)
    }
}

impl From<Option<String>> for Cell {
    fn from(text: Option<String>) -> Self {
        text.map_or(Cell::Unknown, Cell::Text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Cell::Text(text.to_owned())
    }
}

/// Writes a workbook (XLSX).
pub fn write_workbook(path: &Path, tables: &[Table]) -> Result<(), ExportError> {
    let failed = |said: String| ExportError::Write { format: Format::Xlsx, said };
    let driver =
        DriverManager::get_driver_by_name(Format::Xlsx.driver()).map_err(|_| ExportError::NoDriver(Format::Xlsx))?;
    let mut dataset = driver.create_vector_only(path).map_err(|error| failed(error.to_string()))?;
    for table in tables {
        let options = LayerOptions { name: &table.name, srs: None, ty: OGRwkbGeometryType::wkbNone, options: None };
        let layer = dataset.create_layer(options).map_err(|error| failed(error.to_string()))?;
        for (at, name) in table.columns.iter().enumerate() {
            let is_number = table.rows.iter().any(|row| matches!(row.get(at), Some(Cell::Number(_))));
            let is_text = table.rows.iter().any(|row| matches!(row.get(at), Some(Cell::Text(_))));
            let kind = if is_number && !is_text { OGRFieldType::OFTReal } else { OGRFieldType::OFTString };
            let column = gdal_raw::NewColumn { name, title: name, kind, is_boolean: false, width: 0, precision: 0 };
            if !gdal_raw::add_column(&layer, &column) {
                return Err(failed(format!("the column {name} was refused")));
            }
        }
        for row in &table.rows {
            let mut feature = Feature::new(layer.defn()).map_err(|error| failed(error.to_string()))?;
            for (at, cell) in row.iter().enumerate() {
                let is_set = match cell {
                    Cell::Unknown => feature.set_field_null(at),
                    Cell::Text(text) => feature.set_field_string(at, text),
                    Cell::Number(number) => feature.set_field_double(at, *number),
                };
                is_set.map_err(|error| failed(error.to_string()))?;
            }
            feature.create(&layer).map_err(|error| failed(error.to_string()))?;
        }
    }
    match gdal_raw::close(dataset) {
        true => Ok(()),
        false => Err(failed("the file could not be completed".to_owned())),
    }
}
