//! Imports: a file through [`ingest`](crate::ingest) into the [`store`](crate::store), all of it or
//! nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use geo::{Coord, Rect};
use tokio::sync::mpsc;

use crate::domain::{LayerId, Viewer};
use crate::ingest::{self, IngestError, Progress, Record, Report, Request, Watch};
use crate::store::import::{self, LayerWriter, NewImport, Totals, Written};
use crate::store::import_log::{self, Asker, ImportEntry, Undone};
use crate::store::{Store, StoreError, ownership};

/// An import that is asked for.
#[derive(Debug, Clone)]
pub struct ImportJob {
    pub request: Request,
    /// Who asks; empty for the name of the database user.
    pub actor: String,
    /// Whose rows it may write.
    pub viewer: Viewer,
    /// Do everything and keep nothing.
    pub is_dry_run: bool,
}

/// Told from the reading thread; must not block for long.
pub type OnProgress = Arc<dyn Fn(Progress) + Send + Sync>;

/// An import that came to its end.
#[derive(Debug)]
pub struct Imported {
    /// `None` after a dry run, and when no row was fit to be written.
    pub import_id: Option<i64>,
    pub report: Report,
}

/// An import of which nothing was kept, with the report as far as it got.
#[derive(Debug, thiserror::Error)]
#[error("{cause}")]
pub struct ImportFailed {
    pub report: Box<Report>,
    pub cause: ImportCause,
}

#[derive(Debug, thiserror::Error)]
pub enum ImportCause {
    #[error(transparent)]
    File(#[from] IngestError),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What it would write, or write over, is somebody else's.
    #[error("rows of {0} would not be yours")]
    NotYours(LayerId),
    #[error("the reading thread ended: {0}")]
    Thread(String),
}

/// What the reading thread sends.
enum Message {
    /// The file is understood and its first row is here.
    Begin {
        file_name: String,
        file_hash: String,
        source: String,
    },
    Records(Vec<Record>),
}

/// Records that travel together, and batches that may wait: reading and writing overlap, and
/// memory stays bounded.
const BATCH: usize = 256;
const WAITING: usize = 16;

/// Carries out an import in one transaction.
pub async fn import(
    store: &Store,
    job: ImportJob,
    on_progress: OnProgress,
    is_cancelled: Arc<AtomicBool>,
) -> Result<Imported, ImportFailed> {
    let (sender, receiver) = mpsc::channel(WAITING);
    let mut request = job.request.clone();
    let early = |cause: StoreError| ImportFailed { report: Box::default(), cause: cause.into() };
    let mut client = store.connect_raw().await.map_err(early)?;
    let transaction = client.transaction().await.map_err(|error| early(error.into()))?;
    if request.extent.is_none() {
        request.extent = import::city_bounds(&transaction).await.map_err(early)?.map(rect);
    }
    let stop = is_cancelled.clone();
    let reader = tokio::task::spawn_blocking(move || read(&request, sender, &on_progress, &is_cancelled));
    let written = write(&transaction, &job, receiver).await;
    if written.is_err() {
        // The reader would notice at its next batch; a slow file need not come that far.
        stop.store(true, Ordering::Relaxed);
    }
    let (mut report, read) = match reader.await {
        Ok(read) => read,
        Err(error) => {
            return Err(ImportFailed { report: Box::default(), cause: ImportCause::Thread(error.to_string()) });
        }
    };
    let failed = |report: Report, cause: ImportCause| ImportFailed { report: Box::new(report), cause };
    let (import_id, layers) = match (written, read) {
        // What the writer met is the cause; the reader was only stopped by it.
        (Err(error), _) => return Err(failed(report, error.into())),
        (Ok(_), Err(error)) => return Err(failed(report, error.into())),
        (Ok(written), Ok(())) => written,
    };
    if let Some(import_id) = import_id {
        for (layer, _) in &layers {
            match ownership::is_import_own(&transaction, job.viewer, *layer, import_id).await {
                Ok(true) => {}
                Ok(false) => return Err(failed(report, ImportCause::NotYours(*layer))),
                Err(error) => return Err(failed(report, error.into())),
            }
        }
    }
    let mut totals = Totals::default();
    for (layer, written) in layers {
        let counts = report.counts_mut(layer);
        counts.inserted = written.inserted as u64;
        counts.updated = written.updated as u64;
        counts.unchanged = written.unchanged as u64;
        counts.no_longer_in_file = written.no_longer_in_file as u64;
        totals.written.inserted += written.inserted;
        totals.written.updated += written.updated;
        totals.written.unchanged += written.unchanged;
    }
    report.sum_up();
    totals.mended = report.counts.mended as i64;
    totals.refused = report.counts.refused as i64;
    let ended = async {
        if let Some(import_id) = import_id {
            import::finish(&transaction, import_id, &totals, &serde_json::json!(report)).await?;
        }
        if job.is_dry_run {
            transaction.rollback().await?
        } else {
            transaction.commit().await?
        }
        Ok::<_, StoreError>(())
    };
    match ended.await {
        Ok(()) => Ok(Imported { import_id: import_id.filter(|_| !job.is_dry_run), report }),
        Err(error) => Err(failed(report, error.into())),
    }
}

fn rect([west, south, east, north]: [f64; 4]) -> Rect<f64> {
    Rect::new(Coord { x: west, y: south }, Coord { x: east, y: north })
}

/// The reading side, in a thread of its own: GDAL blocks.
fn read(
    request: &Request,
    sender: mpsc::Sender<Message>,
    on_progress: &OnProgress,
    is_cancelled: &AtomicBool,
) -> (Report, Result<(), IngestError>) {
    let mut report = Report::default();
    let mut batch = Vec::with_capacity(BATCH);
    let send = |message| sender.blocking_send(message).map_err(|_| IngestError::WriterStopped);
    let mut has_begun = false;
    let watch = Watch { on_progress: &**on_progress, is_cancelled };
    let result = ingest::read(
        request,
        &mut report,
        &mut |record, report: &Report| {
            if !has_begun {
                has_begun = true;
                let (file_name, file_hash) = (report.file.clone(), report.file_hash.clone());
                send(Message::Begin { file_name, file_hash, source: report.source.clone() })?;
            }
            batch.push(record);
            if batch.len() >= BATCH {
                send(Message::Records(std::mem::replace(&mut batch, Vec::with_capacity(BATCH))))?;
            }
            Ok(())
        },
        &watch,
    );
    let result = result.and_then(|()| if batch.is_empty() { Ok(()) } else { send(Message::Records(batch)) });
    (report, result)
}

/// The import's number, and what became of each layer.
type Outcome = (Option<i64>, Vec<(LayerId, Written)>);

async fn write(
    transaction: &tokio_postgres::Transaction<'_>,
    job: &ImportJob,
    mut receiver: mpsc::Receiver<Message>,
) -> Result<Outcome, StoreError> {
    let mut done = Vec::new();
    // Nothing comes when the file is refused or empty of fit rows: then nothing is written at all.
    let Some(Message::Begin { file_name, file_hash, source }) = receiver.recv().await else {
        return Ok((None, done));
    };
    let new = NewImport {
        actor: &job.actor,
        file_name: &file_name,
        file_hash: &file_hash,
        source: &source,
        layers: &job.request.layers,
    };
    let import_id = import::begin(transaction, &new).await?;
    let mut writer: Option<(LayerId, LayerWriter<'_, '_>)> = None;
    while let Some(message) = receiver.recv().await {
        let Message::Records(records) = message else { continue };
        for record in records {
            if writer.as_ref().is_none_or(|(layer, _)| *layer != record.layer) {
                if let Some((layer, full)) = writer.take() {
                    done.push((layer, full.finish().await?));
                }
                let next = LayerWriter::new(transaction, record.layer, import_id, &source).await?;
                writer = Some((record.layer, next));
            }
            if let Some((_, writer)) = &mut writer {
                writer.write(&record.key, &record.wkb, &record.values).await?;
            }
        }
    }
    if let Some((layer, last)) = writer {
        done.push((layer, last.finish().await?));
    }
    Ok((Some(import_id), done))
}

/// Takes an import back as a whole, or tells why not.
pub async fn undo(store: &Store, import_id: i64, asker: Asker<'_>) -> Result<Undone, StoreError> {
    let mut client = store.connect_raw().await?;
    let transaction = client.transaction().await?;
    let undone = import_log::undo_import(&transaction, import_id, asker).await?;
    if matches!(undone, Undone::Done { .. }) {
        transaction.commit().await?;
    }
    Ok(undone)
}

/// The imports of the past that are the asker's to know, newest first.
pub async fn list(store: &Store, asker: Asker<'_>) -> Result<Vec<ImportEntry>, StoreError> {
    let mut client = store.connect_raw().await?;
    let transaction = client.transaction().await?;
    import_log::list_imports(&transaction, asker).await
}
