//! A look into a file before anything is written: what it holds, what would be understood, and the
//! first features where they would lie.

use gdal::vector::LayerAccess;
use serde::Serialize;

use super::{IngestError, Record, Report, Request, Watch, file, open, read};

/// One layer, sheet or feature class of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceLayer {
    pub name: String,
    /// `None` where the format cannot say without reading all of it.
    pub rows: Option<u64>,
    pub columns: Vec<String>,
}

/// What a file holds, in its own order; of a zip with several files what each of them holds.
pub fn source_layers(request: &Request) -> Result<Vec<SourceLayer>, IngestError> {
    let mut layers = Vec::new();
    for (opened, _) in open::open_each(request, &mut Report::default())? {
        let of_file: Vec<SourceLayer> = opened
            .dataset
            .layers()
            .map(|layer| SourceLayer {
                name: layer.name(),
                rows: layer.try_feature_count(),
                columns: file::column_names(&layer, opened.text),
            })
            .collect();
        // Among several files of a zip a layer is asked for by its file.
        match (of_file.len(), opened.wanted.is_none().then_some(opened.member).flatten()) {
            (1, Some(member)) => {
                layers.extend(of_file.into_iter().map(|one| SourceLayer { name: member.clone(), ..one }))
            }
            _ => layers.extend(of_file),
        }
    }
    Ok(layers)
}

/// The beginning of an import that is not carried out.
#[derive(Debug)]
pub struct Look {
    /// As far as the reading got: columns, encoding, reference system, the first rows.
    pub report: Report,
    pub records: Vec<Record>,
    /// Why the whole file would be refused.
    pub refusal: Option<IngestError>,
    /// The file goes on behind what was looked at.
    pub is_cut: bool,
}

/// Reads a file until `at_most` records are found, or a record after ten times as many refused rows. A file without a
/// good row is read to its end, unless it is cancelled.
pub fn look(request: &Request, at_most: usize, watch: &Watch<'_>) -> Look {
    let mut report = Report::default();
    let mut records = Vec::new();
    let mut is_cut = false;
    let outcome = read(
        request,
        &mut report,
        &mut |record, report| {
            if records.len() >= at_most || refused(report) >= 10 * at_most as u64 {
                is_cut = true;
                return Err(IngestError::WriterStopped);
            }
            records.push(record);
            Ok(())
        },
        watch,
    );
    report.sum_up();
    let refusal = outcome.err().filter(|error| !(is_cut && matches!(error, IngestError::WriterStopped)));
    Look { report, records, refusal, is_cut }
}

/// The sum of all layers, which the report itself has only at the end.
fn refused(report: &Report) -> u64 {
    report.layers.iter().map(|layer| layer.counts.refused).sum()
}
