//! Files are sent first, then looked at, then imported.

use std::io::ErrorKind;
use std::time::Duration;

use axum::extract::multipart::{Multipart, MultipartError, MultipartRejection};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use geo::{Coord, Rect};
use serde::Serialize;
use tokio::io::AsyncWriteExt;
use utoipa::ToSchema;
use xxhash_rust::xxh3::xxh3_64;

use super::order::Reading;
use super::preview::Preview;
use super::{cannot_import, uploads_of};
use crate::app::uploads::{Sent, Upload, UploadError};
use crate::domain::{LayerId, Viewer};
use crate::http::AppState;
use crate::http::author::Contributor;
use crate::http::body::{JsonBody, parse, refuse_announced};
use crate::http::links::JSON;
use crate::http::problem::{Kind, Problem};
use crate::http::representation::{Representation, Wishes};
use crate::http::request_id;
use crate::ingest::{self, IngestError, Request, SourceLayer};
use crate::snapshot::Snapshot;

/// A client that sends nothing for this long has gone.
const PATIENCE: Duration = Duration::from_secs(30);
const MOST_FILES: usize = 64;
/// What a form has around its files: boundaries, names, media types.
const FORM_BYTES: u64 = 64 << 10;

#[derive(Serialize, ToSchema)]
pub struct UploadSummary {
    upload_id: String,
    /// The file that is opened; the others belong to it, or are the second table of a survey.
    file: String,
    files: Vec<UploadedFile>,
    layers: Vec<SourceLayerSummary>,
    /// Null for what is no survey of pipes, as far as the columns tell.
    survey: Option<SurveySummary>,
}

/// The tables of a survey of pipes by CJJ 61-2017, by their names among `layers`. Null is the one that did not come.
#[derive(Serialize, ToSchema)]
pub struct SurveySummary {
    points: Option<String>,
    lines: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct UploadedFile {
    name: String,
    bytes: u64,
}

/// A layer, sheet or feature class of the file.
#[derive(Serialize, ToSchema)]
pub struct SourceLayerSummary {
    name: String,
    /// Null where the format cannot say without reading all of it.
    rows: Option<u64>,
    columns: Vec<String>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form")]
pub struct UploadForm {
    /// One file, a zip, the parts of one shapefile, or the two tables of a survey of pipes.
    #[schema(value_type = Vec<String>, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
}

/// Sends files. They are kept for a day.
#[utoipa::path(post, path = "/api/uploads", tag = "import",
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "What came", body = UploadSummary),
        (status = 507, description = "The server's disk has no room for it", body = crate::http::problem::ProblemBody)))]
pub async fn create_upload(
    State(state): State<AppState>,
    author: Contributor,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Problem> {
    refuse_announced(&headers, state.settings.max_upload_bytes.saturating_add(FORM_BYTES))?;
    let form = form.map_err(|rejection| Problem::new(Kind::UnsupportedMediaType, rejection.body_text()))?;
    let uploads = uploads_of(&state)?;
    let upload = uploads.create(format!("{}{}", mark(author.viewer), request_id::fresh())).await.map_err(refusal)?;
    match take(&state, &upload, form).await {
        Ok(summary) => Ok((StatusCode::CREATED, axum::Json(summary)).into_response()),
        Err(problem) => {
            // Half a file helps nobody.
            if let Err(error) = upload.remove().await {
                tracing::warn!(%error, "an upload that was refused cannot be removed");
            }
            Err(problem)
        }
    }
}

async fn take(state: &AppState, upload: &Upload, mut form: Multipart) -> Result<UploadSummary, Problem> {
    let limit = state.settings.max_upload_bytes;
    let mut left = limit;
    let mut count = 0;
    while let Some(mut field) = patiently(form.next_field()).await? {
        let Some(name) = field.file_name().map(str::to_owned) else {
            return Err(Problem::at_pointer(Kind::InvalidBody, "/file", "every part of the form must be a file"));
        };
        count += 1;
        if count > MOST_FILES {
            return Err(Problem::new(Kind::TooComplex, format!("More than {MOST_FILES} files; send a zip.")));
        }
        let mut file = upload.new_file(&name).await.map_err(refusal)?;
        while let Some(chunk) = patiently(field.chunk()).await? {
            left = left.checked_sub(chunk.len() as u64).ok_or_else(|| {
                Problem::new(
                    Kind::BodyTooLarge,
                    format!("The files have more than {limit} bytes, which are taken at most."),
                )
            })?;
            file.write_all(&chunk).await.map_err(|error| refusal(error.into()))?;
        }
        file.flush().await.map_err(|error| refusal(error.into()))?;
    }
    summary(upload).await
}

async fn patiently<T>(next: impl Future<Output = Result<T, MultipartError>>) -> Result<T, Problem> {
    match tokio::time::timeout(PATIENCE, next).await {
        Ok(Ok(next)) => Ok(next),
        Ok(Err(error)) => {
            Err(Problem::new(Kind::InvalidBody, format!("The form cannot be read: {}.", error.body_text())))
        }
        Err(_) => Err(Problem::new(Kind::InvalidBody, "Nothing came any more before the form was complete.")),
    }
}

async fn summary(upload: &Upload) -> Result<UploadSummary, Problem> {
    let sent = upload.sent().await.map_err(refusal)?;
    let files = upload.files().await.map_err(refusal)?;
    let file = sent.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let are_two = sent.second.is_some();
    let layers = blocking(move || layers_of(&sent)).await?.map_err(|error| cannot_import(&error))?;
    let survey = ingest::survey_tables(&layers);
    if are_two && !survey.as_ref().is_some_and(ingest::SurveyTables::is_whole) {
        return Err(refusal(UploadError::Several(files.into_iter().map(|(name, _)| name).collect())));
    }
    Ok(UploadSummary {
        upload_id: upload.id.clone(),
        file,
        files: files.into_iter().map(|(name, bytes)| UploadedFile { name, bytes }).collect(),
        layers: layers
            .into_iter()
            .map(|layer| SourceLayerSummary { name: layer.name, rows: layer.rows, columns: layer.columns })
            .collect(),
        survey: survey.map(|tables| SurveySummary { points: tables.points, lines: tables.lines }),
    })
}

/// What the file holds; of two tables each under the name of its file.
fn layers_of(sent: &Sent) -> Result<Vec<SourceLayer>, IngestError> {
    let of = |path: &std::path::Path| ingest::source_layers(&Request::new(path, LayerId::Community));
    let Some(second) = &sent.second else { return of(&sent.file) };
    let mut all = Vec::new();
    for path in [&sent.file, second] {
        let mut layers = of(path)?;
        if let [only] = layers.as_mut_slice() {
            only.name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        }
        all.extend(layers);
    }
    Ok(all)
}

/// What would be understood of a file and where its first features would lie. Nothing is written.
#[utoipa::path(post, path = "/api/uploads/{upload_id}/preview", tag = "import", request_body = Reading,
    params(("upload_id" = String, Path, description = "Id of an upload")),
    responses((status = 200, description = "The beginning of the file as it would be imported", body = Preview),
        (status = 404, description = "No such upload", body = crate::http::problem::ProblemBody)))]
pub async fn preview_upload(
    State(state): State<AppState>,
    Path(upload_id): Path<String>,
    author: Contributor,
    wishes: Wishes,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let sent = find(&state, &upload_id, author.viewer).await?.sent().await.map_err(refusal)?;
    let request = parse::<Reading>(body)?.of(sent, "")?;
    let request = Request { extent: city_extent(&state.city.snapshot()), ..request };
    let preview = state.lanes.heavy(move |wanted| Preview::of(&request, wanted)).await;
    Ok(Representation::json(JSON, &preview).answer(&wishes))
}

/// Deletes an upload before its day is over.
#[utoipa::path(delete, path = "/api/uploads/{upload_id}", tag = "import",
    params(("upload_id" = String, Path, description = "Id of an upload")),
    responses((status = 204, description = "It is gone"),
        (status = 404, description = "No such upload", body = crate::http::problem::ProblemBody)))]
pub async fn delete_upload(
    State(state): State<AppState>,
    Path(upload_id): Path<String>,
    author: Contributor,
) -> Result<StatusCode, Problem> {
    find(&state, &upload_id, author.viewer).await?.remove().await.map_err(refusal)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where features of this city can be: the areas that make it up, and a tenth of a degree around them,
/// as for the import itself (sql/queries/import/city_bounds.sql).
fn city_extent(snapshot: &Snapshot) -> Option<Rect<f64>> {
    const SLACK: f64 = 0.1;
    [LayerId::ResponsibleBody, LayerId::Subdistrict]
        .into_iter()
        .filter_map(|id| snapshot.layer(id, Viewer::Everything)?.bounds())
        .reduce(|a, b| {
            Rect::new(
                Coord { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) },
                Coord { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) },
            )
        })
        .map(|city| Rect::new(city.min() - Coord { x: SLACK, y: SLACK }, city.max() + Coord { x: SLACK, y: SLACK }))
}

/// What the ids of an operator's or a body's uploads begin with, so that nobody finds another's by its id.
fn mark(viewer: Viewer) -> String {
    let whose = viewer.speaks_for().map(|name| format!("{}:{name}", viewer.code()));
    whose.map(|whose| format!("{:016x}", xxh3_64(whose.as_bytes()))).unwrap_or_default()
}

/// An upload of this viewer's; the city finds all.
pub async fn find(state: &AppState, upload_id: &str, viewer: Viewer) -> Result<Upload, Problem> {
    let unknown =
        || Problem::at_parameter(Kind::UnknownUpload, "upload_id", format!("there is no upload «{upload_id}»"));
    if !upload_id.starts_with(&mark(viewer)) {
        return Err(unknown());
    }
    uploads_of(state)?.find(upload_id).await.ok_or_else(unknown)
}

pub fn refusal(error: UploadError) -> Problem {
    match error {
        UploadError::Disk(error) if is_full(error.kind()) => {
            tracing::error!(%error, "an upload found no room");
            Problem::new(Kind::DiskFull, "There is no room for the file on the server's disk; nothing of it was kept.")
        }
        UploadError::Disk(error) => Problem::internal(format_args!("an upload: {error}")),
        other => Problem::at_pointer(Kind::InvalidBody, "/file", other.to_string()),
    }
}

fn is_full(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

/// GDAL blocks.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_and_another_fault_of_it_is_not() {
        let kind = |kind: ErrorKind| refusal(UploadError::Disk(kind.into())).kind;
        assert_eq!(kind(ErrorKind::StorageFull), Kind::DiskFull);
        assert_eq!(kind(ErrorKind::QuotaExceeded), Kind::DiskFull);
        assert_eq!(kind(ErrorKind::PermissionDenied), Kind::InternalError);
    }
}
