//! Vector tiles, by XYZ address and by OGC API Tiles 1.0 (20-057) address: the same bytes.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::AppState;
use super::filter_parameter::take_filter;
use super::parameters::Parameters;
use super::problem::{Kind, Problem, ProblemBody};
use super::representation::{Encoding, Wishes, etag};
use crate::domain::{LayerId, Viewer};
use crate::geodesy::tile_grid::{MAX_ZOOM, NotATile, Tile};
use crate::snapshot::filter::Filter;
use crate::tiles::LayerSet;

pub const MEDIA_TYPE: &str = "application/vnd.mapbox-vector-tile";

/// A tile by column and row, with one layer or several.
///
/// 204 where nothing of the layers lies in it. What is too small to draw at a zoom is counted: a
/// feature with `pq_count` stands for that many.
#[utoipa::path(get, path = "/tiles/{layers}/{z}/{x}/{y}", tag = "tiles",
    params(
        ("layers" = String, Path, description = "Names of layers, separated by commas: `street,building`"),
        ("z" = String, Path, description = "Zoom, 0 to 22"),
        ("x" = String, Path, description = "Column, from the west"),
        ("y" = String, Path, description = "Row, from the north, with or without `.mvt`"),
        ("filter" = Option<String>, Query, description = "A condition in CQL2 that features must meet; for a tile of one layer"),
        ("filter-lang" = Option<String>, Query, description = "`cql2-text` (the default) or `cql2-json`"),
        ("filter-crs" = Option<String>, Query, description = "Reference system of coordinates in `filter`; CRS84 by default"),
    ),
    responses(
        (status = 200, description = "A Mapbox Vector Tile 2.1", body = Vec<u8>, content_type = "application/vnd.mapbox-vector-tile"),
        (status = 204, description = "Nothing lies there"),
        (status = 304, description = "The tile that you hold is still right"),
        (status = 400, description = "No such address", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "No such layer", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Too many large tiles are waiting", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn find_tile(
    State(state): State<AppState>,
    Path((layers, z, x, y)): Path<(String, String, String, String)>,
    viewer: Viewer,
    mut parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    let layers = visible_layers(&layers, viewer)?;
    let filter = filter_of(&mut parameters, layers, viewer, &state)?;
    parameters.finish()?;
    let tile = address(&z, &x, y.strip_suffix(".mvt").unwrap_or(&y))?;
    answer(&state, viewer, layers, tile, filter, &wishes).await
}

/// A tile of one layer in WebMercatorQuad, by row and column.
#[utoipa::path(get, path = "/api/collections/{layer}/tiles/WebMercatorQuad/{z}/{y}/{x}", tag = "tiles",
    params(
        ("layer" = String, Path, description = "Name of a layer"),
        ("z" = String, Path, description = "Tile matrix: the zoom, 0 to 22"),
        ("y" = String, Path, description = "Row, from the north"),
        ("x" = String, Path, description = "Column, from the west"),
        ("filter" = Option<String>, Query, description = "A condition in CQL2 that features must meet"),
        ("filter-lang" = Option<String>, Query, description = "`cql2-text` (the default) or `cql2-json`"),
        ("filter-crs" = Option<String>, Query, description = "Reference system of coordinates in `filter`; CRS84 by default"),
    ),
    responses(
        (status = 200, description = "A Mapbox Vector Tile 2.1", body = Vec<u8>, content_type = "application/vnd.mapbox-vector-tile"),
        (status = 204, description = "Nothing lies there"),
        (status = 304, description = "The tile that you hold is still right"),
        (status = 400, description = "No such address", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "No such layer", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Too many large tiles are waiting", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn find_layer_tile(
    State(state): State<AppState>,
    Path((layer, z, y, x)): Path<(String, String, String, String)>,
    viewer: Viewer,
    mut parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    match parameters.take("f")?.as_deref() {
        None | Some("mvt") => {}
        Some(other) => return Err(Problem::parameter("f", format!("«{other}» is no format of a tile; there is mvt"))),
    }
    let layers = [visible_layer(&layer, viewer)?].into_iter().collect();
    let filter = filter_of(&mut parameters, layers, viewer, &state)?;
    parameters.finish()?;
    answer(&state, viewer, layers, address(&z, &x, &y)?, filter, &wishes).await
}

/// A filter names properties, so it belongs to one layer.
fn filter_of(
    parameters: &mut Parameters,
    layers: LayerSet,
    viewer: Viewer,
    state: &AppState,
) -> Result<Option<Filter>, Problem> {
    let mut all = layers.iter();
    let first = all.next().ok_or_else(|| Problem::unknown_layer(""))?;
    if parameters.names().any(|name| name == "filter") && all.next().is_some() {
        return Err(Problem::parameter(
            "filter",
            "a tile of several layers takes no filter; ask for one layer at a time",
        ));
    }
    take_filter(parameters, first.describe(), viewer, &state.settings)
}

/// The layers that a path names, all of them visible and none twice.
pub fn visible_layers(names: &str, viewer: Viewer) -> Result<LayerSet, Problem> {
    let ids: Vec<LayerId> = names.split(',').map(|name| visible_layer(name, viewer)).collect::<Result<_, _>>()?;
    if let Some(twice) = ids.iter().enumerate().find(|(at, id)| ids[..*at].contains(id)).map(|(_, id)| id) {
        return Err(Problem::parameter("layers", format!("{twice} is named twice")));
    }
    Ok(ids.into_iter().collect())
}

fn visible_layer(name: &str, viewer: Viewer) -> Result<LayerId, Problem> {
    let id: LayerId = name.parse().map_err(|_| Problem::unknown_layer(name))?;
    if viewer.may_see(id.describe().audience) { Ok(id) } else { Err(Problem::unknown_layer(name)) }
}

fn address(z: &str, x: &str, y: &str) -> Result<Tile, Problem> {
    let (z, x, y) = (whole("z", z)?, whole("x", x)?, whole("y", y)?);
    Tile::new(z, x, y).map_err(|error| {
        let last = |z: u8| (1u64 << z) - 1;
        match error {
            NotATile::Zoom(z) => Problem::parameter("z", format!("{z} is not from 0 to {MAX_ZOOM}")),
            NotATile::Column { z, x } => {
                Problem::parameter("x", format!("{x} is not from 0 to {} at zoom {z}", last(z)))
            }
            NotATile::Row { z, y } => Problem::parameter("y", format!("{y} is not from 0 to {} at zoom {z}", last(z))),
        }
    })
}

fn whole(name: &str, text: &str) -> Result<u32, Problem> {
    // `parse` takes a plus sign, an address does not.
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = if is_plain { text.parse().ok() } else { None };
    number.ok_or_else(|| Problem::parameter(name, format!("«{text}» is not a whole number from 0 on")))
}

async fn answer(
    state: &AppState,
    viewer: Viewer,
    layers: LayerSet,
    tile: Tile,
    filter: Option<Filter>,
    wishes: &Wishes,
) -> Result<Response, Problem> {
    let encoding = wishes.encoding(usize::MAX).ok_or_else(|| {
        Problem::new(Kind::NotAcceptable, "Accept-Encoding forbids every encoding that there is, identity included.")
    })?;
    let compress = match encoding {
        Encoding::Zstd => |body: &bytes::Bytes| Encoding::Zstd.encode(body),
        Encoding::Brotli => |body: &bytes::Bytes| Encoding::Brotli.encode(body),
        Encoding::Gzip => |body: &bytes::Bytes| Encoding::Gzip.encode(body),
        Encoding::Identity => |body: &bytes::Bytes| body.clone(),
    };
    let served = match filter {
        None => state.tiles.tile(viewer, layers, tile, encoding as u8, compress).await,
        Some(filter) => state.tiles.filtered_tile(viewer, layers, tile, filter, compress).await,
    };
    let served = served.map_err(|busy| Problem::too_busy(format!("Please come again: {busy}."), 1))?;

    let mut response = match &served {
        None => StatusCode::NO_CONTENT.into_response(),
        Some(tile) => {
            let etag = etag(&tile.stem, encoding);
            let is_held = wishes.holds(&etag);
            let mut response = if is_held {
                StatusCode::NOT_MODIFIED.into_response()
            } else {
                let mut response = Response::new(Body::from(tile.body.clone()));
                let headers = response.headers_mut();
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
                if encoding != Encoding::Identity {
                    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding.token()));
                }
                response
            };
            response.headers_mut().insert(header::ETAG, HeaderValue::try_from(etag).map_err(Problem::internal)?);
            response
        }
    };
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding, Authorization, Cookie"));
    // A browser keeps it and asks each time whether it still holds: an edit is seen at once.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(response)
}
