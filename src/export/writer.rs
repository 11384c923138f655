//! One file of one format, written by GDAL.

use std::ffi::CString;
use std::path::Path;
use std::sync::Arc;

use chrono::Datelike;
use gdal::vector::{Feature, Geometry, Layer, LayerAccess, LayerOptions};
use gdal::{Dataset, DriverManager};
use gdal_sys::{OGRFieldType, OGRwkbGeometryType};

use super::columns::{Column, Content, ID, Storage};
use super::fit::{self, CELL, encode};
use super::format::{Format, TextEncoding};
use super::gdal_raw::{self, NewColumn};
use super::problem::{ExportError, Misfit, Unfit};
use super::target::Target;
use crate::domain::{GeometryKind, LayerDescription, Value};
use crate::ingest::said;
use crate::snapshot::Item;

/// A file to be written.
pub struct Writer<'a> {
    pub format: Format,
    pub encoding: TextEncoding,
    pub target: &'a Target,
    pub layer: &'static LayerDescription,
    pub kind: GeometryKind,
    pub columns: &'a [Column],
    /// Bytes that texts take at most, column by column.
    pub widths: &'a [usize],
    pub is_wanted: &'a dyn Fn() -> bool,
}

impl Writer<'_> {
    /// Writes the items in their order. The file is complete when this is done, and of no use when
    /// it fails.
    pub fn write(&self, path: &Path, items: &[&Arc<Item>]) -> Result<(), ExportError> {
        said::listen();
        let driver =
            DriverManager::get_driver_by_name(self.format.driver()).map_err(|_| ExportError::NoDriver(self.format))?;
        if self.format == Format::Dxf {
            // Hatched areas would be what a drawing shows; surveyors want the outline.
            gdal::config::set_thread_local_config_option("DXF_WRITE_HATCH", "NO").map_err(|e| self.failed(e))?;
        }
        let mut dataset = driver.create_vector_only(path).map_err(|error| self.failed(error))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        if self.format == Format::GeoPackage {
            // Without it each row would be a transaction of its own.
            let mut transaction = dataset.start_transaction().map_err(|error| self.failed(error))?;
            self.fill(&mut transaction, self.layer.name, items)?;
            transaction.commit().map_err(|error| self.failed(error))?;
        } else {
            self.fill(&mut dataset, &name, items)?;
        }
        let is_closed = gdal_raw::close(dataset);
        // A warning tells of a value that was changed: that was not asked for.
        let said = said::take_line();
        if is_closed && said.is_empty() { Ok(()) } else { Err(ExportError::Write { format: self.format, said }) }
    }

    fn fill(&self, dataset: &mut Dataset, name: &str, items: &[&Arc<Item>]) -> Result<(), ExportError> {
        let options = self.options();
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let name = match self.format {
            Format::Shapefile | Format::Csv => name,
            _ => self.layer.name,
        };
        let layer = dataset
            .create_layer(LayerOptions {
                name,
                srs: self.target.declared().filter(|_| !self.format.is_table()),
                ty: self.geometry_type(),
                options: Some(&options),
            })
            .map_err(|error| self.failed(error))?;
        for (column, width) in self.columns.iter().zip(self.widths) {
            if !gdal_raw::add_column(&layer, &self.new_column(column, *width)) {
                return Err(self.failed(format!("the column {} was refused", column.name)));
            }
        }
        const ASK_EVERY: usize = 256;
        for (i, item) in items.iter().enumerate() {
            if i % ASK_EVERY == 0 && !(self.is_wanted)() {
                return Err(ExportError::Unwanted);
            }
            self.feature(&layer, item)?;
        }
        Ok(())
    }

    fn feature(&self, layer: &Layer<'_>, item: &Item) -> Result<(), ExportError> {
        let at_item = |why: String| self.failed(format!("feature {}: {why}", item.id));
        let has_shape = !self.format.is_table() || self.columns.iter().any(|c| c.content == Content::Shape);
        let geometry = has_shape.then(|| self.target.geometry(item.shape.geometry())).transpose().map_err(at_item)?;
        let mut feature = Feature::new(layer.defn()).map_err(|error| self.failed(error))?;
        gdal_raw::set_row_number(&mut feature, item.id);
        for (index, column) in self.columns.iter().enumerate() {
            self.set(&mut feature, index, column, item, geometry.as_ref())?;
        }
        if let Some(geometry) = geometry.filter(|_| !self.format.is_table()) {
            feature.set_geometry(geometry).map_err(|error| self.failed(error))?;
        }
        if self.format.is_drawing() {
            feature.set_field_string(0, self.layer.name).map_err(|error| self.failed(error))?;
        }
        feature.create(layer).map_err(|error| at_item(error.to_string()))
    }

    fn set(
        &self,
        feature: &mut Feature<'_>,
        index: usize,
        column: &Column,
        item: &Item,
        geometry: Option<&Geometry>,
    ) -> Result<(), ExportError> {
        let failed = |error: gdal::errors::GdalError| self.failed(error);
        let value = match column.content {
            Content::Id => return feature.set_field_integer64(index, item.id).map_err(failed),
            Content::Shape => {
                let text = geometry.and_then(|shape| shape.wkt().ok()).unwrap_or_default();
                return self.set_text(feature, index, &self.cell(item, column, text)?);
            }
            Content::Field(at) => &item.values[at],
        };
        match (column.storage, value) {
            (_, Value::Null) => feature.set_field_null(index).map_err(failed),
            (Storage::Integer { .. }, Value::Integer(n)) => feature.set_field_integer64(index, *n).map_err(failed),
            (Storage::Real { .. }, value) if value.as_f64().is_some() => {
                feature.set_field_double(index, value.as_f64().unwrap_or_default()).map_err(failed)
            }
            (Storage::Boolean, Value::Boolean(claim)) => {
                feature.set_field_integer(index, i32::from(*claim)).map_err(failed)
            }
            (Storage::Date, Value::Date(day)) => {
                gdal_raw::set_date(feature, index, [day.year(), day.month() as i32, day.day() as i32]);
                Ok(())
            }
            (Storage::Text, value) => self.set_text(feature, index, &fit::text(value).unwrap_or_default()),
            (storage, value) => {
                Err(self.failed(format!("feature {}: {} is {value:?}, not {storage:?}", item.id, column.name)))
            }
        }
    }

    fn set_text(&self, feature: &mut Feature<'_>, index: usize, text: &str) -> Result<(), ExportError> {
        let bytes = encode(self.encoding, text).map_err(|c| self.failed(format!("«{c}» was not expected")))?;
        let bytes = CString::new(bytes).map_err(|error| self.failed(error))?;
        gdal_raw::set_bytes(feature, index, &bytes);
        Ok(())
    }

    /// The shape as text, where a cell holds it.
    fn cell(&self, item: &Item, column: &Column, text: String) -> Result<String, ExportError> {
        if self.format != Format::Xlsx || text.len() <= CELL {
            return Ok(text);
        }
        let why = Misfit::ShapeInCell { characters: text.len() };
        let unfit = vec![Unfit { feature_id: item.id, column: column.name.clone(), why }];
        Err(ExportError::Unfit { format: self.format, unfit, count: 1 })
    }

    fn new_column<'c>(&self, column: &'c Column, bytes: usize) -> NewColumn<'c> {
        let (kind, width, precision) = match column.storage {
            Storage::Text => (OGRFieldType::OFTString, if self.is_shapefile() { bytes as i32 } else { 0 }, 0),
            Storage::Integer { width } => (OGRFieldType::OFTInteger64, width, 0),
            Storage::Real { width, decimals } => (OGRFieldType::OFTReal, width, decimals),
            Storage::Boolean => (OGRFieldType::OFTInteger, i32::from(self.is_shapefile()), 0),
            Storage::Date => (OGRFieldType::OFTDate, 0, 0),
        };
        let is_boolean = column.storage == Storage::Boolean && !self.is_shapefile();
        NewColumn { name: &column.name, title: column.title.zh, kind, is_boolean, width, precision }
    }

    fn is_shapefile(&self) -> bool {
        self.format == Format::Shapefile
    }

    fn geometry_type(&self) -> OGRwkbGeometryType::Type {
        match self.kind {
            _ if self.format.is_table() => OGRwkbGeometryType::wkbNone,
            GeometryKind::Point => OGRwkbGeometryType::wkbPoint,
            GeometryKind::Line => OGRwkbGeometryType::wkbMultiLineString,
            GeometryKind::Area => OGRwkbGeometryType::wkbMultiPolygon,
            GeometryKind::LineOrArea => OGRwkbGeometryType::wkbUnknown,
        }
    }

    fn options(&self) -> Vec<String> {
        let fixed: &[&str] = match self.format {
            // A tenth of a micrometre.
            Format::GeoJson if !self.target.is_degrees() => &["COORDINATE_PRECISION=7"],
            Format::GeoJson => &["COORDINATE_PRECISION=15"],
            // No recoding: texts come in the encoding that is declared afterwards.
            Format::Shapefile => &["ENCODING="],
            // Without the mark a spreadsheet program takes UTF-8 for the encoding of its country.
            Format::Csv if self.encoding == TextEncoding::Utf8 => &["WRITE_BOM=YES", "LINEFORMAT=CRLF"],
            Format::Csv => &["LINEFORMAT=CRLF"],
            _ => &[],
        };
        let mut options: Vec<String> = fixed.iter().map(|&option| option.to_owned()).collect();
        match self.format {
            Format::GeoPackage => {
                options.push(format!("FID={ID}"));
                options.push(format!("IDENTIFIER={}", self.layer.title.zh));
                options.push(format!("DESCRIPTION={}", self.said_of_it()));
            }
            Format::GeoJson => options.push(format!("DESCRIPTION={}", self.said_of_it())),
            _ => {}
        }
        options
    }

    fn said_of_it(&self) -> String {
        format!("{} ({})", self.layer.description.zh, self.target.name)
    }

    fn failed(&self, error: impl std::fmt::Display) -> ExportError {
        let said = said::take_line();
        let said = if said.is_empty() { error.to_string() } else { format!("{error}: {said}") };
        ExportError::Write { format: self.format, said }
    }
}
