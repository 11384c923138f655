//! Works, streets and lines from files. Ids count the rows that could be read, from 1, in the order of the file.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, bail};
use chrono::Utc;
use geozero::ToGeo;

use crate::analysis::trench::City;
use crate::domain::{LayerId, Viewer};
use crate::geodesy::GaussKruger;
use crate::ingest::{self, IngestError, Outcome, Record, Report, Request, Watch};
use crate::snapshot::{Item, Layer, Shape, Snapshot};

/// Rows of a file that are named at most.
const SHOWN: usize = 20;

pub struct Files {
    pub works: PathBuf,
    pub streets: Option<PathBuf>,
    pub lines: Option<PathBuf>,
    pub is_quiet: bool,
}

impl Files {
    pub fn read(&self) -> anyhow::Result<City> {
        let files = [
            (LayerId::UtilityWork, Some(&self.works)),
            (LayerId::Street, self.streets.as_ref()),
            (LayerId::UtilityLine, self.lines.as_ref()),
        ];
        let mut layers = Vec::new();
        for (id, path) in files {
            if let Some(path) = path {
                layers.push(self.layer(id, path)?);
            }
        }
        let now = Utc::now();
        let snapshot = Snapshot::empty(now).with_layers(0, now, layers);
        let works = snapshot.layer(LayerId::UtilityWork, Viewer::Everything).context("there are no works")?;
        let Some(bounds) = works.bounds() else { bail!("«{}» holds no work", self.works.display()) };
        let plane = GaussKruger::of_longitude(bounds.center().x);
        City::of(&snapshot, Viewer::Everything, plane).context("the layers are not there")
    }

    fn layer(&self, id: LayerId, path: &PathBuf) -> anyhow::Result<Layer> {
        let mut items: Vec<Item> = Vec::new();
        let mut report = Report { listed_rows: SHOWN, ..Report::default() };
        let never = AtomicBool::new(false);
        let watch = Watch { on_progress: &|_| {}, is_cancelled: &never };
        let now = Utc::now();
        let mut faults = Vec::new();
        let mut take = |record: Record, _: &Report| -> Result<(), IngestError> {
            let shape = geozero::wkb::Wkb(record.wkb.as_slice())
                .to_geo()
                .map_err(|error| error.to_string())
                .and_then(|geometry| Shape::new(geometry).map_err(|error| error.to_string()));
            match shape {
                Ok(shape) => items.push(Item {
                    id: items.len() as i64 + 1,
                    version: 1,
                    updated_at: now,
                    source: None,
                    shape,
                    values: record.values.into(),
                }),
                Err(fault) => faults.push(format!("row {}: {fault}", record.row)),
            }
            Ok(())
        };
        ingest::read(&Request::new(path, id), &mut report, &mut take, &watch)
            .with_context(|| format!("«{}» cannot be read", path.display()))?;
        report.sum_up();
        if let Some(fault) = faults.first() {
            bail!("«{}»: {} rows cannot be taken, the first is {fault}", path.display(), faults.len());
        }
        if !self.is_quiet || report.counts.refused > 0 {
            tell(path, &report);
        }
        Ok(Layer::new(id, items))
    }
}

/// What was refused or mended is said, so that nothing is lost in silence.
fn tell(path: &std::path::Path, report: &Report) {
    let counts = report.counts;
    eprintln!("{}: {} rows, {} mended, {} refused", path.display(), counts.read, counts.mended, counts.refused);
    for row in report.rows.iter().filter(|row| row.outcome == Outcome::Refused) {
        let reasons: Vec<&str> = row.problems.iter().map(|problem| problem.reason.as_str()).collect();
        eprintln!("  row {} refused: {}", row.row, reasons.join("; "));
    }
    if report.rows_not_listed > 0 {
        eprintln!("  and {} rows more that were mended or refused", report.rows_not_listed);
    }
}
