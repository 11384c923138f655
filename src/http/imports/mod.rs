//! Imports over HTTP: send a file, look at it, import it as a job, take it back.

mod order;
mod preview;
pub mod uploads;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::AppState;
use super::author::{Contributor, Witness};
use super::body::{JsonBody, parse};
use super::items::feature_json;
use super::links::JSON;
use super::problem::{Fault, Kind, Problem};
use super::representation::{Representation, Wishes};
use super::request_id;
use crate::app::import::{self, ImportCause, ImportJob};
use crate::app::jobs::JobProgress;
use crate::app::uploads::Uploads;
use crate::domain::{LayerId, Viewer};
use crate::ingest::{IngestError, Request};
use crate::store::import_log::{Asker, ChangedFeature, Undone};
use crate::store::{Store, StoreError, ownership};
use order::Order;
use preview::Refusal;

/// An import of the past.
#[derive(Serialize, ToSchema)]
pub struct ImportSummary {
    import_id: i64,
    started_at: DateTime<Utc>,
    actor: String,
    file_name: String,
    source: String,
    layers: Vec<String>,
    inserted: i64,
    updated: i64,
    unchanged: i64,
    mended: i64,
    refused: i64,
    undone_at: Option<DateTime<Utc>>,
}

#[derive(Serialize, ToSchema)]
pub struct JobStarted {
    pub job_id: String,
}

#[derive(Serialize, ToSchema)]
pub struct UndoSummary {
    /// Features that were new and are gone.
    removed: i64,
    /// Features that are as they were before.
    restored: i64,
}

/// Imports a file that was sent, as a job: all of it or nothing.
///
/// The job's result is `{import_id, is_dry_run, report}`, or on failure `{refusal, report}`.
#[utoipa::path(post, path = "/api/imports", tag = "import", request_body = Order,
    responses((status = 202, description = "The job; Location leads to it", body = JobStarted),
        (status = 404, description = "No such upload", body = super::problem::ProblemBody)))]
pub async fn create_import(
    State(state): State<AppState>,
    author: Contributor,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let order: Order = parse(body)?;
    let store = store_of(&state)?.clone();
    let sent = uploads::find(&state, &order.upload_id, author.viewer).await?.sent().await.map_err(uploads::refusal)?;
    let request = own(order.reading.of(sent, "/reading")?, author.viewer)?;
    let job = ImportJob { request, actor: author.name, viewer: author.viewer, is_dry_run: order.is_dry_run };
    let job_id = request_id::fresh();
    state
        .jobs
        .start(job_id.clone(), "import", author.viewer, move |running| async move {
            let on_progress = {
                let running = running.clone();
                Arc::new(move |p: crate::ingest::Progress| {
                    running.tell(JobProgress { stage: p.stage, done: p.done, total: p.total });
                })
            };
            let is_dry_run = job.is_dry_run;
            match import::import(&store, job, on_progress, running.is_cancelled()).await {
                Ok(done) => Ok(json!({ "import_id": done.import_id, "is_dry_run": is_dry_run, "report": done.report })),
                Err(failed) => Err(json!({ "refusal": refusal(&failed.cause), "report": failed.report })),
            }
        })
        .map_err(|error| Problem::too_busy(error.to_string(), 10))?;
    let location = HeaderValue::from_str(&format!("/api/jobs/{job_id}")).map_err(Problem::internal)?;
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, location)], axum::Json(JobStarted { job_id })).into_response())
}

/// What an operator or a body imports is its own: it goes into layers that it may write, and under a name of data
/// that is nobody else's, so that it meets nobody else's rows.
fn own(mut request: Request, viewer: Viewer) -> Result<Request, Problem> {
    if let Some(layer) = request.layers.iter().find(|layer| !viewer.may_write(**layer)) {
        return Err(Problem::new(Kind::NotAllowed, format!("{layer} is not yours to change.")));
    }
    if let Some(name) = viewer.speaks_for() {
        let file = request.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        request.source = Some(ownership::own_source(name, request.source.as_ref().unwrap_or(&file)));
    }
    if let Viewer::Operator(name) = viewer {
        request.constants.push(("operator".to_owned(), name.as_str().to_owned()));
    }
    Ok(request)
}

/// What a client is told of a failure: all of it where the file is at fault, nothing where we are.
fn refusal(cause: &ImportCause) -> Value {
    match cause {
        ImportCause::File(error) => json!(Refusal::of(error)),
        ImportCause::NotYours(_) => json!({ "code": "not-allowed", "detail": cause.to_string(), "fitting": [] }),
        ImportCause::Store(error) if error.is_about_the_data() => {
            json!({ "code": "refused-by-the-database", "detail": error.to_string(), "fitting": [] })
        }
        other => {
            tracing::error!(error = %other, "an import failed");
            json!({ "code": "internal-error", "detail": "The reason is in the server's log.", "fitting": [] })
        }
    }
}

/// The imports of the past, newest first; an operator or a body is told of its account's own.
#[utoipa::path(get, path = "/api/imports", tag = "import",
    responses((status = 200, description = "The imports", body = Vec<ImportSummary>)))]
pub async fn list_imports(
    State(state): State<AppState>,
    witness: Witness,
    wishes: Wishes,
) -> Result<Response, Problem> {
    let asker = Asker { actor: &witness.name, viewer: witness.viewer };
    let imports = import::list(store_of(&state)?, asker).await.map_err(database_away)?;
    let imports: Vec<ImportSummary> = imports
        .into_iter()
        .map(|entry| ImportSummary {
            import_id: entry.import_id,
            started_at: entry.started_at,
            actor: entry.actor,
            file_name: entry.file_name,
            source: entry.source,
            layers: entry.layers,
            inserted: entry.inserted,
            updated: entry.updated,
            unchanged: entry.unchanged,
            mended: entry.mended,
            refused: entry.refused,
            undone_at: entry.undone_at,
        })
        .collect();
    Ok(Representation::json(JSON, &imports).answer(&wishes))
}

/// Takes an import back as a whole. Refused when something of it was changed since. An operator or a body takes back
/// what its account imported, as long as all of it is its own.
#[utoipa::path(post, path = "/api/imports/{import_id}/undo", tag = "import",
    params(("import_id" = i64, Path, description = "Number of an import")),
    responses((status = 200, description = "It is as if it had never been", body = UndoSummary),
        (status = 404, description = "No such import", body = super::problem::ProblemBody),
        (status = 409, description = "Something was changed since, or it was undone before", body = super::problem::ProblemBody)))]
pub async fn undo_import(
    State(state): State<AppState>,
    Path(import_id): Path<String>,
    author: Contributor,
) -> Result<axum::Json<UndoSummary>, Problem> {
    let unknown =
        || Problem::at_parameter(Kind::UnknownImport, "import_id", format!("there is no import «{import_id}»"));
    let number: i64 = import_id.parse().map_err(|_| unknown())?;
    let asker = Asker { actor: &author.name, viewer: author.viewer };
    match import::undo(store_of(&state)?, number, asker).await.map_err(database_away)? {
        Undone::Done { removed, restored } => Ok(axum::Json(UndoSummary { removed, restored })),
        Undone::NoSuchImport => Err(unknown()),
        Undone::Already => Err(Problem::new(Kind::ChangedSince, format!("Import {number} was undone before."))),
        Undone::ChangedSince(features) => {
            let detail = format!("{} features of import {number} were changed since.", features.len());
            // Of what is no longer its own an operator is told only that it was changed.
            let city = state.city.snapshot();
            let is_told = |feature: &ChangedFeature| {
                let layer = feature.layer.parse::<LayerId>();
                author.viewer == Viewer::Everything
                    || layer.is_ok_and(|layer| feature_json(&city, layer, feature.feature_id, author.viewer).is_some())
            };
            let errors = features
                .into_iter()
                .filter(is_told)
                .take(100)
                .map(|feature| Fault {
                    pointer: None,
                    parameter: None,
                    detail: format!("{}/{} by {}", feature.layer, feature.feature_id, feature.actor),
                })
                .collect();
            Err(Problem { errors, ..Problem::new(Kind::ChangedSince, detail) })
        }
    }
}

fn cannot_import(error: &IngestError) -> Problem {
    Problem::at_pointer(Kind::CannotImport, "/file", error.to_string())
}

pub(super) fn store_of(state: &AppState) -> Result<&Store, Problem> {
    state.store.as_ref().ok_or_else(|| away("This server has no database."))
}

fn uploads_of(state: &AppState) -> Result<&Uploads, Problem> {
    state.uploads.as_deref().ok_or_else(|| away("This server has no place for uploads."))
}

pub(super) fn away(detail: &'static str) -> Problem {
    Problem { retry_after_s: Some(5), ..Problem::new(Kind::DatabaseAway, detail) }
}

/// A failure of the database on the way to a client, which learns when to come back.
pub(super) fn database_away(error: StoreError) -> Problem {
    if error.is_our_mistake() {
        return Problem::internal(error);
    }
    tracing::warn!(%error, "the database was asked in vain");
    away("The database does not answer; reading goes on.")
}
