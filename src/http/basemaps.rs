//! Maps of others that may lie beneath the city's. Browsers fetch them from where they are; only PMTiles
//! on this machine go through the program.

use axum::extract::{Path, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tower_http::services::ServeFile;
use utoipa::ToSchema;

use super::AppState;
use super::links::JSON;
use super::parameters::Parameters;
use super::problem::{Kind, Problem};
use super::representation::{Representation, Wishes};
use super::settings::Settings;
use crate::config::basemap::BasemapSource;
use crate::domain::Viewer;

#[derive(Serialize, ToSchema)]
pub struct BasemapSummary {
    #[schema(example = "tianditu-img")]
    id: String,
    title: BasemapTitle,
    kind: BasemapKind,
    /// Of a raster the addresses with `{z}`, `{x}` and `{y}`, one list for each picture that lies above the one
    /// before; of PMTiles the address of the file.
    tiles: Vec<Vec<String>>,
    /// Whose map it is; to be shown whenever the map is.
    attribution: String,
    max_zoom: u8,
    /// Edge of a tile in pixels.
    tile_size: u16,
    /// Rows count from the south.
    is_tms: bool,
    /// Its server wants to know the page that asks.
    needs_referrer: bool,
}

#[derive(Serialize, ToSchema)]
pub struct BasemapTitle {
    zh: String,
    en: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BasemapKind {
    Raster,
    Pmtiles,
}

/// 天地图: the picture and the names that lie above it. Names of layers after SuperMap's list
/// (help.supermap.com, TiandituMapsStyle), addresses after a published example; both read, neither tried against
/// 天地图 itself.
const TIANDITU: [(&str, &str, &str, &str, &str); 3] = [
    ("tianditu-vec", "天地图 矢量", "Tianditu, streets", "vec", "cva"),
    ("tianditu-img", "天地图 影像", "Tianditu, imagery", "img", "cia"),
    ("tianditu-ter", "天地图 地形", "Tianditu, terrain", "ter", "cta"),
];
const TIANDITU_HOSTS: u8 = 8;
const TIANDITU_MAX_ZOOM: u8 = 18;

/// The basemaps that the viewer may use; none are drawn until somebody chooses one.
#[utoipa::path(get, path = "/api/basemaps", tag = "map",
    responses((status = 200, description = "The basemaps", body = Vec<BasemapSummary>)))]
pub async fn list_basemaps(
    State(state): State<AppState>,
    viewer: Viewer,
    parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    parameters.finish()?;
    let basemaps = if may_use(viewer, &state.settings) { summaries(&state.settings) } else { Vec::new() };
    // The key of 天地图 is in it: no cache on the way may keep it.
    Ok(Representation::json(JSON, &basemaps).cache_control("private, no-store").answer(&wishes))
}

fn may_use(viewer: Viewer, settings: &Settings) -> bool {
    viewer == Viewer::Everything || settings.basemaps_for == Viewer::Public
}

fn summaries(settings: &Settings) -> Vec<BasemapSummary> {
    let tianditu = settings.tianditu_key.iter().flat_map(|key| {
        TIANDITU.map(|(id, zh, en, picture, names)| BasemapSummary {
            id: id.to_owned(),
            title: BasemapTitle { zh: zh.to_owned(), en: en.to_owned() },
            kind: BasemapKind::Raster,
            tiles: vec![tianditu_tiles(picture, key), tianditu_tiles(names, key)],
            attribution: "天地图（国家地理信息公共服务平台）".to_owned(),
            max_zoom: TIANDITU_MAX_ZOOM,
            tile_size: 256,
            is_tms: false,
            needs_referrer: true,
        })
    });
    let others = settings.basemaps.iter().enumerate().map(|(at, basemap)| {
        let (kind, address, is_tms) = match &basemap.source {
            BasemapSource::Xyz(template) => {
                (BasemapKind::Raster, template.replace("{-y}", "{y}"), template.contains("{-y}"))
            }
            BasemapSource::PmtilesUrl(url) => (BasemapKind::Pmtiles, url.clone(), false),
            BasemapSource::PmtilesFile(_) => (BasemapKind::Pmtiles, format!("/basemaps/{}.pmtiles", at + 1), false),
        };
        BasemapSummary {
            id: format!("basemap-{}", at + 1),
            title: BasemapTitle { zh: basemap.title.clone(), en: basemap.title.clone() },
            kind,
            tiles: vec![vec![address]],
            attribution: basemap.attribution.clone(),
            max_zoom: basemap.max_zoom,
            tile_size: basemap.tile_size,
            is_tms,
            needs_referrer: false,
        }
    });
    tianditu.chain(others).collect()
}

fn tianditu_tiles(layer: &str, key: &str) -> Vec<String> {
    let tiles = |host| {
        format!(
            "https://t{host}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}\
             &STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
        )
    };
    (0..TIANDITU_HOSTS).map(tiles).collect()
}

/// A PMTiles file of this machine, whole or in ranges of bytes.
pub async fn find_basemap_file(
    State(state): State<AppState>,
    Path(file): Path<String>,
    viewer: Viewer,
    request: Request,
) -> Result<Response, Problem> {
    let nothing = || Problem::new(Kind::UnknownPage, format!("There is no basemap «{file}»."));
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(Problem::new(Kind::MethodNotAllowed, "A basemap can only be read."));
    }
    if !may_use(viewer, &state.settings) {
        return Err(nothing());
    }
    let number = file.strip_suffix(".pmtiles").and_then(|number| number.parse::<usize>().ok());
    let basemap = number.and_then(|number| state.settings.basemaps.get(number.checked_sub(1)?));
    let Some(BasemapSource::PmtilesFile(path)) = basemap.map(|basemap| &basemap.source) else {
        return Err(nothing());
    };
    if !tokio::fs::try_exists(path).await.unwrap_or(false) {
        tracing::warn!(path = %path.display(), "the file of a basemap is not there");
        return Err(nothing());
    }
    let mut response = ServeFile::new(path).try_call(request).await.map_err(Problem::internal)?.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/vnd.pmtiles"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("Authorization"));
    Ok(response)
}

/// What a page may fetch and show: ours, and the tiles of the basemaps that are set up.
///
/// MapLibre runs its worker from a blob and draws what it fetched into images.
pub fn content_security_policy(settings: &Settings) -> (HeaderName, HeaderValue) {
    let mut origins: Vec<String> = settings.basemaps.iter().filter_map(|one| one.source.origin()).collect();
    if settings.tianditu_key.is_some() {
        origins.push("https://*.tianditu.gov.cn".to_owned());
    }
    origins.sort();
    origins.dedup();
    let others: String = origins.iter().map(|origin| format!(" {origin}")).collect();
    let policy = format!(
        "default-src 'self'; script-src 'self'; worker-src 'self' blob:; child-src 'self' blob:; \
         img-src 'self' data: blob:{others}; style-src 'self' 'unsafe-inline'; connect-src 'self'{others}; \
         object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
    );
    let value = HeaderValue::try_from(policy).unwrap_or_else(|error| {
        // An origin comes out of a parsed address, so this cannot be; a stricter policy is the safe answer.
        tracing::error!(%error, "the policy of pages cannot be written");
        HeaderValue::from_static("default-src 'self'")
    });
    (header::CONTENT_SECURITY_POLICY, value)
}
