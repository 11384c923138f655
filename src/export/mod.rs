//! Features out into the files of GIS and office programs.
//!
//! GDAL writes; what a format cannot hold is found before the file is begun and refused by name.
//!
//! Invariants: no SQL and no database; nothing is cut, no character replaced and no feature left
//! out in silence; only fields that the caller passes are written, so a viewer's limits hold here
//! because they held there.

mod columns;
mod drawing;
mod fit;
mod folder;
mod format;
mod gdal_raw;
mod problem;
mod shapefile;
mod tables;
mod target;
pub mod workbook;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use geo::{Coord, Rect};

pub use drawing::{Drawn, Mark, circle, write_drawing};
pub use folder::Folder;
pub use format::{Format, TextEncoding, UnknownEncoding, UnknownFormat};
pub use problem::{ExportError, Misfit, Unfit};
pub use tables::{Holds, Table, TableCell, TableColumn, TableRow, write_tables};

use crate::domain::{Field, LayerDescription};
use crate::snapshot::Item;
use columns::Column;
use target::Target;
use writer::Writer;

/// The reference system of files for which none is asked.
pub const DEFAULT_CRS: &str = "EPSG:4490";

/// What is to be written, and how.
pub struct Export<'a> {
    pub layer: &'static LayerDescription,
    /// Fields with their positions in an item's values, in the order of the columns.
    pub fields: &'a [(usize, &'static Field)],
    pub items: &'a [&'a Arc<Item>],
    pub format: Format,
    /// As import takes it, or a URI of OGC: `EPSG:4544`, `gcj02`.
    pub crs: &'a str,
    pub encoding: TextEncoding,
    /// False: a table without shapes.
    pub with_shapes: bool,
    /// Asked now and then; false stops the work.
    pub is_wanted: &'a dyn Fn() -> bool,
}

/// Files that are complete.
#[derive(Debug)]
pub struct Written {
    /// One, or for a shapefile all that belong together.
    pub files: Vec<PathBuf>,
    pub features: usize,
    /// Name of the reference system.
    pub crs: String,
    /// `gcj02` where coordinates are in a datum that the file itself cannot name.
    pub datum: Option<String>,
    /// Fields whose columns have shorter names: the field's, the column's.
    pub renamed: Vec<(&'static str, String)>,
}

/// How a file is going to be written: everything that can be known before it is begun.
struct Plan {
    target: Target,
    columns: Vec<Column>,
    /// The most bytes of each text column.
    widths: Vec<usize>,
}

impl Export<'_> {
    /// The fields whose columns get shorter names, or why nothing can be written. Makes no file.
    pub fn check(&self) -> Result<Vec<(&'static str, String)>, ExportError> {
        Ok(renamed(&self.plan()?.columns))
    }

    fn plan(&self) -> Result<Plan, ExportError> {
        if !self.format.holds(self.encoding) {
            return Err(ExportError::EncodingNotOfFormat(self.format, self.encoding));
        }
        if !self.with_shapes && !self.format.is_table() {
            return Err(ExportError::ShapesNeeded(self.format));
        }
        let target = Target::of(self.crs, self.format, self.place())?;
        let columns = columns::plan(self.format, self.fields, self.with_shapes);
        let widths = fit::measure(self.format, self.encoding, &columns, self.items)?;
        Ok(Plan { target, columns, widths })
    }

    /// Writes into a folder that exists, under this name without ending.
    pub fn write(&self, folder: &Path, name: &str) -> Result<Written, ExportError> {
        let Plan { target, columns, widths } = self.plan()?;
        let writer = Writer {
            format: self.format,
            encoding: self.encoding,
            target: &target,
            layer: self.layer,
            kind: self.layer.geometry,
            columns: &columns,
            widths: &widths,
            is_wanted: self.is_wanted,
        };
        let mut files = Vec::new();
        if self.format == Format::Shapefile {
            for part in shapefile::parts(self.layer.geometry, self.items) {
                let path = folder.join(format!("{name}{}.shp", part.suffix));
                Writer { kind: part.kind, ..writer }.write(&path, &part.items)?;
                shapefile::declare(&path, self.encoding)?;
                let of_it = ["shp", "shx", "dbf", "prj", "cpg"].map(|ending| path.with_extension(ending));
                files.extend(of_it.into_iter().filter(|file| file.exists()));
            }
            files.extend(shapefile::describe_columns(folder.join(format!("{name}.columns.txt")), &columns)?);
        } else {
            let path = folder.join(format!("{name}.{}", self.format.name()));
            writer.write(&path, self.items)?;
            files.push(path);
        }
        Ok(Written {
            files,
            features: self.items.len(),
            renamed: renamed(&columns),
            datum: target.suffix(),
            crs: target.name,
        })
    }

    /// Bounds of everything, in degrees.
    fn place(&self) -> Option<Rect<f64>> {
        let boxes = self.items.iter().map(|item| item.bounds());
        boxes.reduce(|a, b| {
            let (low, high) = ((a.min(), b.min()), (a.max(), b.max()));
            Rect::new(
                Coord { x: low.0.x.min(low.1.x), y: low.0.y.min(low.1.y) },
                Coord { x: high.0.x.max(high.1.x), y: high.0.y.max(high.1.y) },
            )
        })
    }
}

fn renamed(columns: &[Column]) -> Vec<(&'static str, String)> {
    let renamed = columns.iter().filter(|column| column.name != column.field_name);
    renamed.map(|column| (column.field_name, column.name.clone())).collect()
}

impl Written {
    /// The one file that can be handed over: what was written, or a zip of it.
    pub fn one(&self, folder: &Path, name: &str) -> Result<PathBuf, ExportError> {
        if let [file] = self.files.as_slice() {
            return Ok(file.clone());
        }
        let archive = folder.join(format!("{name}.zip"));
        gdal_raw::zip(&archive, &self.files)?;
        Ok(archive)
    }
}
