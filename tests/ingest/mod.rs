//! Files in, rows out: against files that others made to break importers, and against PostgreSQL.

mod cases;
mod formats;
pub mod hostile;
mod jts;
mod openstreetmap;
pub mod survey;
mod survey_files;
mod transaction;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use pianqu::app::import::{ImportFailed, ImportJob, Imported, import};
use pianqu::domain::LayerId;
use pianqu::ingest::{self, IngestError, Record, Report, Request, Watch};
use pianqu::store::Store;

/// Reads a file without a database.
fn read(request: &Request) -> (Report, Vec<Record>, Result<(), IngestError>) {
    let mut report = Report::default();
    let mut records = Vec::new();
    let never = AtomicBool::new(false);
    let watch = Watch { on_progress: &|_| {}, is_cancelled: &never };
    let sink = &mut |record, _: &Report| {
        records.push(record);
        Ok(())
    };
    let result = ingest::read(request, &mut report, sink, &watch);
    report.sum_up();
    (report, records, result)
}

async fn run(store: &Store, request: Request) -> Result<Imported, ImportFailed> {
    let job = ImportJob {
        request,
        actor: "tester".to_owned(),
        viewer: pianqu::domain::Viewer::Everything,
        is_dry_run: false,
    };
    import(store, job, Arc::new(|_| {}), Arc::new(AtomicBool::new(false))).await
}

/// A folder that ends with the test, with these files in it.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (name, bytes) in files {
            std::fs::write(folder.path(name), bytes).unwrap();
        }
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn request(&self, name: &str, layer: LayerId) -> Request {
        Request::new(self.path(name), layer)
    }
}

/// A GeoJSON file of these features.
fn geojson(features: &[&str]) -> Vec<u8> {
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(",")).into_bytes()
}

/// One square building at a place near Ziyang.
fn building(code: &str, east: f64, floors: &str) -> String {
    let (w, e, s, n) = (104.65 + east, 104.6505 + east, 30.12, 30.1205);
    format!(
        r#"{{"type":"Feature","properties":{{"code":"{code}","floors":{floors}}},
            "geometry":{{"type":"Polygon","coordinates":[[[{w},{s}],[{e},{s}],[{e},{n}],[{w},{n}],[{w},{s}]]]}}}}"#
    )
}
