//! Features out into files and back by our own import: nothing may be lost on the way.

mod command;
mod limits;
mod round_trip;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use pianqu::domain::{Field, LayerId, Viewer};
use pianqu::export::{Export, ExportError, Format, TextEncoding, Written};
use pianqu::ingest::{self, Record, Report, Request, Watch};
use pianqu::snapshot::{Item, Snapshot};

/// What a test asks for; everything of the layer unless it says otherwise.
struct Order {
    layer: LayerId,
    format: Format,
    crs: &'static str,
    encoding: TextEncoding,
    without: &'static [&'static str],
    with_shapes: bool,
}

impl Order {
    fn new(layer: LayerId, format: Format) -> Self {
        Self { layer, format, crs: "EPSG:4490", encoding: TextEncoding::Utf8, without: &[], with_shapes: true }
    }

    /// The export, with the one file of it.
    fn write(&self, city: &Snapshot, folder: &tempfile::TempDir) -> Result<(Written, PathBuf), ExportError> {
        let view = city.layer(self.layer, Viewer::Everything).unwrap();
        let items: Vec<&Arc<Item>> = view.items().iter().collect();
        let fields: Vec<(usize, &'static Field)> =
            view.fields().filter(|(_, field)| !self.without.contains(&field.name)).collect();
        let export = Export {
            layer: view.describe(),
            fields: &fields,
            items: &items,
            format: self.format,
            crs: self.crs,
            encoding: self.encoding,
            with_shapes: self.with_shapes,
            is_wanted: &|| true,
        };
        let written = export.write(folder.path(), "export")?;
        let one = written.one(folder.path(), "export")?;
        Ok((written, one))
    }
}

/// The rows of a file as import takes them; every row must be taken as it is.
#[track_caller]
fn read(request: &Request) -> Vec<Record> {
    let mut report = Report::default();
    let mut records = Vec::new();
    let never = AtomicBool::new(false);
    let watch = Watch { on_progress: &|_| {}, is_cancelled: &never };
    let sink = &mut |record, _: &Report| {
        records.push(record);
        Ok(())
    };
    ingest::read(request, &mut report, sink, &watch).unwrap_or_else(|error| panic!("{:?}: {error}", request.path));
    assert_eq!((report.counts.mended, report.counts.refused), (0, 0), "{:?}: {:?}", request.path, report.rows);
    records
}
