//! A layer as a file of another program.

mod order;
mod refusal;

use std::io;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use serde::Serialize;
use serde_json::Value;
use tokio::fs::File;
use tokio::io::AsyncReadExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use utoipa::ToSchema;

use super::AppState;
use super::body::JsonBody;
use super::collections::visible_layer;
use super::items::REVISION;
use super::links::JSON;
use super::parameters::Parameters;
use super::problem::Problem;
use super::representation::{Representation, Wishes};
use crate::domain::{LayerId, Viewer};
use crate::export::{Export, ExportError, Folder, Format, TextEncoding};
use crate::snapshot::Snapshot;
use order::Order;
pub use refusal::refusal;

/// Exports that are made or fetched at the same time: each lies on the disk until its client has it.
const MOST_EXPORTS: usize = 16;
const CHUNK: usize = 64 << 10;

/// Counts the files that lie on the disk.
#[derive(Clone)]
pub struct Exports {
    places: Arc<Semaphore>,
}

impl Default for Exports {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(MOST_EXPORTS)) }
    }
}

impl Exports {
    /// A place for one more file, until it was sent.
    pub fn place(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let place = self.places.clone().try_acquire_owned();
        place.map_err(|_| Problem::too_busy(format!("{MOST_EXPORTS} exports are under way already."), 10))
    }
}

impl AppState {
    /// Where files lie until they were sent.
    pub fn export_parent(&self) -> PathBuf {
        match &self.uploads {
            Some(uploads) => uploads.folder().to_owned(),
            None => std::env::temp_dir(),
        }
    }
}

/// A finished file, with what ends when it was sent.
pub struct Download {
    pub folder: Folder,
    pub file: PathBuf,
    pub datum: Option<String>,
}

/// A layer as a file: GeoJSON, GeoPackage, shapefile (a zip), XLSX, CSV, KML, DXF or FlatGeobuf.
///
/// The filters are those of `/items`, every property included. What the format cannot hold as it is, a text that is
/// too long or a character that its encoding lacks, is refused by name; nothing is cut.
#[utoipa::path(get, path = "/api/collections/{layer}/export", tag = "features",
    params(
        ("layer" = String, Path, description = "Name of a layer"),
        ("format" = Option<String>, Query, description = "`geojson` (the default), `gpkg`, `shp`, `xlsx`, `csv`, `kml`, `dxf` or `fgb`"),
        ("crs" = Option<String>, Query, description = "Reference system of the file, longitude or easting first; EPSG:4490 by default. Also `EPSG:4544` and any that import takes, `gcj02`, `bd09`"),
        ("encoding" = Option<String>, Query, description = "`utf-8` (the default) or `gbk`, of shapefiles and CSV"),
        ("shapes" = Option<bool>, Query, description = "`false`: XLSX and CSV without the column of the shape"),
        ("bbox" = Option<String>, Query, description = "Four or six numbers; the geometry must meet the box"),
        ("bbox-crs" = Option<String>, Query, description = "Reference system of `bbox`; CRS84 by default"),
        ("datetime" = Option<String>, Query, description = "Instant, day or interval (`..` is open)"),
        ("properties" = Option<String>, Query, description = "Only these properties, separated by commas"),
        ("filter" = Option<String>, Query, description = "A condition in CQL2, on properties, place and time"),
        ("filter-lang" = Option<String>, Query, description = "`cql2-text` (the default) or `cql2-json`"),
        ("filter-crs" = Option<String>, Query, description = "Reference system of coordinates in `filter`; CRS84 by default"),
    ),
    responses(
        (status = 200, description = "The file", content_type = "application/octet-stream", body = String),
        (status = 400, description = "A parameter is wrong", body = super::problem::ProblemBody),
        (status = 404, description = "No such layer", body = super::problem::ProblemBody),
        (status = 422, description = "The format cannot hold it", body = super::problem::ProblemBody),
        (status = 503, description = "Too many exports at once", body = super::problem::ProblemBody),
    ))]
pub async fn export_layer(
    State(state): State<AppState>,
    Path(layer): Path<String>,
    viewer: Viewer,
    parameters: Parameters,
) -> Result<Response, Problem> {
    let snapshot = state.city.snapshot();
    let view = visible_layer(&snapshot, &layer, viewer)?;
    let order = Order::of_query(parameters, &view, &state.settings)?;
    export(&state, &snapshot, view.describe().id, viewer, order).await
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body, which is read member by member to say what is wrong where")]
pub struct ExportOrder {
    /// A GeoJSON Polygon or MultiPolygon in longitude and latitude; features must meet it.
    #[schema(value_type = Option<Object>)]
    area: Value,
    /// So are the other parameters of the query members here: `crs`, `encoding`, `shapes`, `filter`, `properties`, …
    #[schema(example = "gpkg")]
    format: Option<String>,
}

/// The same file, ordered by a body: for an area that is too long for an address.
#[utoipa::path(post, path = "/api/collections/{layer}/export", tag = "features",
    params(("layer" = String, Path, description = "Name of a layer")),
    request_body = ExportOrder,
    responses(
        (status = 200, description = "The file", content_type = "application/octet-stream", body = String),
        (status = 400, description = "A parameter is wrong", body = super::problem::ProblemBody),
        (status = 404, description = "No such layer", body = super::problem::ProblemBody),
        (status = 422, description = "The format cannot hold it, or the area is not valid", body = super::problem::ProblemBody),
        (status = 503, description = "Too many exports at once", body = super::problem::ProblemBody),
    ))]
pub async fn order_export(
    State(state): State<AppState>,
    Path(layer): Path<String>,
    viewer: Viewer,
    parameters: Parameters,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    parameters.finish()?;
    let snapshot = state.city.snapshot();
    let view = visible_layer(&snapshot, &layer, viewer)?;
    let order = Order::of_body(body, &view, &state.settings)?;
    export(&state, &snapshot, view.describe().id, viewer, order).await
}

#[derive(Serialize, ToSchema)]
pub struct ExportTrial {
    /// Features that would be in the file.
    matched: usize,
    revision: u64,
    /// The columns that the format gives a shorter name.
    renamed: Vec<RenamedColumn>,
}

#[derive(Serialize, ToSchema)]
pub struct RenamedColumn {
    field: &'static str,
    column: String,
}

/// What an export would hold, without a file: how many features, or the problem that it would answer.
#[utoipa::path(post, path = "/api/collections/{layer}/export/trial", tag = "features",
    params(("layer" = String, Path, description = "Name of a layer")),
    request_body = ExportOrder,
    responses(
        (status = 200, description = "It would do", body = ExportTrial),
        (status = 400, description = "A parameter is wrong", body = super::problem::ProblemBody),
        (status = 404, description = "No such layer", body = super::problem::ProblemBody),
        (status = 422, description = "The format cannot hold it, or the area is not valid", body = super::problem::ProblemBody),
    ))]
pub async fn try_export(
    State(state): State<AppState>,
    Path(layer): Path<String>,
    viewer: Viewer,
    parameters: Parameters,
    wishes: Wishes,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    parameters.finish()?;
    let snapshot = state.city.snapshot();
    let view = visible_layer(&snapshot, &layer, viewer)?;
    let order = Order::of_body(body, &view, &state.settings)?;
    let (id, revision) = (view.describe().id, snapshot.revision);
    let work = state.lanes.heavy(move |wanted| {
        let view = snapshot.layer(id, viewer).ok_or(ExportError::Unwanted)?;
        let is_wanted = || wanted.is_wanted();
        let items = order.selection.items(&view, is_wanted).ok_or(ExportError::Unwanted)?;
        let renamed = order.export(id.describe(), &items, &is_wanted).check()?;
        Ok((items.len(), renamed))
    });
    let (matched, renamed) = work.await.map_err(refusal)?;
    let renamed = renamed.into_iter().map(|(field, column)| RenamedColumn { field, column }).collect();
    Ok(Representation::json(JSON, &ExportTrial { matched, revision, renamed }).answer(&wishes))
}

/// Writes what is ordered and sends it.
async fn export(
    state: &AppState,
    snapshot: &Arc<Snapshot>,
    id: LayerId,
    viewer: Viewer,
    order: Order,
) -> Result<Response, Problem> {
    let place = state.exports.place()?;
    let parent = state.export_parent();
    let (format, encoding) = (order.format, order.encoding);
    let (snapshot, revision) = (snapshot.clone(), snapshot.revision);
    let work = state.lanes.heavy(move |wanted| {
        let view = snapshot.layer(id, viewer).ok_or(ExportError::Unwanted)?;
        let is_wanted = || wanted.is_wanted();
        let items = order.selection.items(&view, is_wanted).ok_or(ExportError::Unwanted)?;
        download(&order.export(id.describe(), &items, &is_wanted), &parent)
    });
    let download = work.await.map_err(refusal)?;
    let media_type = match (format, encoding) {
        (Format::Csv, TextEncoding::Utf8) => "text/csv; charset=utf-8",
        (Format::Csv, TextEncoding::Gbk) => "text/csv; charset=gbk",
        _ => format.media_type(),
    };
    let layer = id.describe();
    let name = Name { ascii: layer.name, title: layer.title.zh, format };
    send(download, place, name, media_type, revision).await.map_err(Problem::internal)
}

fn download(export: &Export<'_>, parent: &FilePath) -> Result<Download, ExportError> {
    std::fs::create_dir_all(parent)?;
    let folder = Folder::within(parent)?;
    let written = export.write(folder.path(), export.layer.name)?;
    let file = written.one(folder.path(), export.layer.name)?;
    Ok(Download { folder, file, datum: written.datum })
}

/// What a file is called, in ASCII and as people call it.
pub struct Name {
    pub ascii: &'static str,
    pub title: &'static str,
    pub format: Format,
}

/// Sends the file as it is read; folder and place are given back with the last of it, or when the
/// client hangs up.
pub async fn send(
    download: Download,
    place: OwnedSemaphorePermit,
    name: Name,
    media_type: &'static str,
    revision: u64,
) -> io::Result<Response> {
    let file = File::open(&download.file).await?;
    let length = file.metadata().await?.len();
    let datum = download.datum.as_deref();
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CONTENT_LENGTH, HeaderValue::from(length)),
        (header::CONTENT_DISPOSITION, disposition(&name, datum)),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
        (header::VARY, HeaderValue::from_static("Authorization")),
        (HeaderName::from_static("x-content-type-options"), HeaderValue::from_static("nosniff")),
        (REVISION, HeaderValue::from(revision)),
    ];
    let until_sent = (download.folder, place);
    let chunks = stream::try_unfold((file, until_sent), |(mut file, until_sent)| async move {
        let mut chunk = vec![0; CHUNK];
        let count = file.read(&mut chunk).await?;
        chunk.truncate(count);
        Ok::<_, io::Error>((count > 0).then(|| (Bytes::from(chunk), (file, until_sent))))
    });
    Ok((headers, Body::from_stream(chunks)).into_response())
}

/// The file's name in Chinese for every browser of today, in ASCII for the others (RFC 6266).
fn disposition(name: &Name, datum: Option<&str>) -> HeaderValue {
    let datum = datum.map(|datum| format!("-{datum}")).unwrap_or_default();
    let encoded: String = name.title.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let ending = if name.format == Format::Shapefile { "zip" } else { name.format.name() };
    let ascii = name.ascii;
    let text = format!("attachment; filename=\"{ascii}{datum}.{ending}\"; filename*=UTF-8''{encoded}{datum}.{ending}");
    HeaderValue::try_from(text).expect("percent signs, letters and digits are a header")
}

#[cfg(test)]
mod tests {
    use axum::http::{Request, StatusCode};
    use tower::ServiceExt;

    use super::*;
    use crate::app::City;
    use crate::http::{Settings, router};
    use crate::snapshot::Snapshot;

    #[tokio::test]
    async fn files_that_nobody_fetches_make_the_next_wait() {
        let city = Arc::new(City::new(Snapshot::empty(chrono::DateTime::UNIX_EPOCH)));
        let router = router(AppState::new(city, Settings::default()));
        let ask = || {
            let request = Request::get("/api/collections/community/export").body(Body::empty());
            router.clone().oneshot(request.expect("a request"))
        };
        let mut unread = Vec::new();
        for _ in 0..MOST_EXPORTS {
            let response = ask().await.expect("an answer");
            assert_eq!(response.status(), StatusCode::OK);
            unread.push(response);
        }
        let refused = ask().await.expect("an answer");
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(refused.headers()["retry-after"], "10");
        drop(unread.pop());
        assert_eq!(ask().await.expect("an answer").status(), StatusCode::OK, "whoever hangs up makes room");
    }
}
