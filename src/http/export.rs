//! A layer as a file of another program.

use std::io;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use tokio::fs::File;
use tokio::io::AsyncReadExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::AppState;
use super::collections::visible_layer;
use super::items::{REVISION, Selection};
use super::parameters::Parameters;
use super::problem::{Fault, Kind, Problem};
use crate::domain::{LayerDescription, Viewer};
use crate::export::{DEFAULT_CRS, Export, ExportError, Folder, Format, TextEncoding};

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

/// A finished file, with what ends when it was sent.
struct Download {
    folder: Folder,
    file: PathBuf,
    datum: Option<String>,
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
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    let snapshot = state.city.snapshot();
    let view = visible_layer(&snapshot, &layer, viewer)?;
    let format = take(&mut parameters, "format", Format::GeoJson)?;
    let encoding = take(&mut parameters, "encoding", TextEncoding::Utf8)?;
    let with_shapes = take(&mut parameters, "shapes", true)?;
    let crs = parameters.take("crs")?.unwrap_or_else(|| DEFAULT_CRS.to_owned());
    let selection = Selection::take(parameters, &view, &state.settings)?;
    let place = state.exports.places.clone().try_acquire_owned();
    let place = place.map_err(|_| Problem::too_busy(format!("{MOST_EXPORTS} exports are under way already."), 10))?;

    let description = view.describe();
    let revision = snapshot.revision;
    let parent = match &state.uploads {
        Some(uploads) => uploads.folder().to_owned(),
        None => std::env::temp_dir(),
    };
    let work = state.lanes.heavy(move |wanted| {
        let view = snapshot.layer(description.id, viewer).ok_or(ExportError::Unwanted)?;
        let is_wanted = || wanted.is_wanted();
        let items = selection.items(&view, is_wanted).ok_or(ExportError::Unwanted)?;
        let export = Export {
            layer: description,
            fields: selection.fields(),
            items: &items,
            format,
            crs: &crs,
            encoding,
            with_shapes,
            is_wanted: &is_wanted,
        };
        download(&export, &parent)
    });
    let download = work.await.map_err(refusal)?;
    answer(download, place, format, encoding, description, revision).await.map_err(Problem::internal)
}

fn take<T: std::str::FromStr<Err: std::fmt::Display>>(
    parameters: &mut Parameters,
    name: &str,
    default: T,
) -> Result<T, Problem> {
    let Some(text) = parameters.take(name)? else { return Ok(default) };
    text.parse().map_err(|error: T::Err| Problem::parameter(name, error.to_string()))
}

fn download(export: &Export<'_>, parent: &FilePath) -> Result<Download, ExportError> {
    std::fs::create_dir_all(parent)?;
    let folder = Folder::within(parent)?;
    let written = export.write(folder.path(), export.layer.name)?;
    let file = written.one(folder.path(), export.layer.name)?;
    Ok(Download { folder, file, datum: written.datum })
}

fn refusal(error: ExportError) -> Problem {
    if !error.is_about_the_request() {
        return Problem::internal(error);
    }
    let detail = error.to_string();
    match error {
        ExportError::Crs(_) => Problem::parameter("crs", detail),
        ExportError::EncodingNotOfFormat(..) => Problem::parameter("encoding", detail),
        ExportError::ShapesNeeded(_) => Problem::parameter("shapes", detail),
        ExportError::Unfit { unfit, .. } => {
            let errors = unfit
                .into_iter()
                .map(|one| Fault {
                    pointer: None,
                    parameter: None,
                    detail: format!("feature {}, {}: {}", one.feature_id, one.column, one.why),
                })
                .collect();
            Problem { errors, ..Problem::new(Kind::CannotExport, detail) }
        }
        _ => Problem::new(Kind::CannotExport, detail),
    }
}

/// Sends the file as it is read; folder and place are given back with the last of it, or when the
/// client hangs up.
async fn answer(
    download: Download,
    place: OwnedSemaphorePermit,
    format: Format,
    encoding: TextEncoding,
    layer: &LayerDescription,
    revision: u64,
) -> io::Result<Response> {
    let file = File::open(&download.file).await?;
    let length = file.metadata().await?.len();
    let media_type = match (format, encoding) {
        (Format::Csv, TextEncoding::Utf8) => "text/csv; charset=utf-8",
        (Format::Csv, TextEncoding::Gbk) => "text/csv; charset=gbk",
        _ => format.media_type(),
    };
    let ending = if format == Format::Shapefile { "zip" } else { format.name() };
    let datum = download.datum.as_deref();
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CONTENT_LENGTH, HeaderValue::from(length)),
        (header::CONTENT_DISPOSITION, disposition(layer, datum, ending)),
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
fn disposition(layer: &LayerDescription, datum: Option<&str>, ending: &str) -> HeaderValue {
    let datum = datum.map(|datum| format!("-{datum}")).unwrap_or_default();
    let encoded: String = layer.title.zh.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let name = layer.name;
    let text = format!("attachment; filename=\"{name}{datum}.{ending}\"; filename*=UTF-8''{encoded}{datum}.{ending}");
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
