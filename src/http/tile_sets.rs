//! What tiles there are: TileJSON 3.0, and the tile sets and matrix sets of OGC API Tiles.

use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::AppState;
use super::collections::visible_layer;
use super::links::{Base, JSON};
use super::parameters::Parameters;
use super::problem::{Kind, Problem, ProblemBody};
use super::representation::{Representation, Wishes};
use super::tiles::{MEDIA_TYPE, visible_layers};
use crate::domain::Viewer;
use crate::geodesy::tile_grid::MAX_ZOOM;
use crate::snapshot::LayerView;
use crate::tiles::{DEEPEST_USEFUL_ZOOM, LayerSet};

const GRID: &str = "WebMercatorQuad";
const GRID_URI: &str = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad";
const CRS_URI: &str = "http://www.opengis.net/def/crs/EPSG/0/3857";
/// Half of the side of the world square in metres, and the scale denominator of zoom 0.
const HALF_WORLD_M: f64 = 20_037_508.342_789_244;
const SCALE_0: f64 = 559_082_264.028_717_4;

/// TileJSON 3.0 of some layers.
#[utoipa::path(get, path = "/tiles/{layers}", tag = "tiles",
    params(("layers" = String, Path, description = "Names of layers, separated by commas, then `.json`: `street,building.json`")),
    responses((status = 200, description = "TileJSON 3.0", body = Value),
              (status = 404, description = "No such layer", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn find_tile_json(
    State(state): State<AppState>,
    Path(layers): Path<String>,
    viewer: Viewer,
    base: Base,
    parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    parameters.finish()?;
    let names = layers
        .strip_suffix(".json")
        .ok_or_else(|| Problem::new(Kind::UnknownPage, "The description of tiles is at /tiles/<layers>.json."))?;
    let layers = visible_layers(names, viewer)?;
    let snapshot = state.city.snapshot();
    let views: Vec<LayerView<'_>> = layers.iter().filter_map(|id| snapshot.layer(id, viewer)).collect();
    let mut document = json!({
        "tilejson": "3.0.0",
        "name": names,
        "scheme": "xyz",
        "tiles": [base.to(format!("/tiles/{layers}/{{z}}/{{x}}/{{y}}.mvt"))],
        "minzoom": 0,
        "maxzoom": DEEPEST_USEFUL_ZOOM,
        "vector_layers": views.iter().map(vector_layer).collect::<Vec<_>>(),
    });
    if let Some(bounds) = bounds_of(&views) {
        document["bounds"] = json!(bounds);
    }
    Ok(Representation::json(JSON, &document).answer(&wishes))
}

fn bounds_of(views: &[LayerView<'_>]) -> Option<[f64; 4]> {
    views
        .iter()
        .filter_map(LayerView::bounds)
        .map(|b| [b.min().x, b.min().y, b.max().x, b.max().y])
        .reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])
}

fn vector_layer(view: &LayerView<'_>) -> Value {
    let mut fields: Map<String, Value> = view
        .fields()
        .filter(|(_, field)| field.in_tiles)
        .map(|(_, field)| {
            let unit = if field.unit.is_empty() { String::new() } else { format!(" [{}]", field.unit) };
            (field.name.to_owned(), format!("{} {}{unit}", field.title.zh, field.title.en).into())
        })
        .collect();
    fields.insert("pq_count".to_owned(), "代表的要素数 features that this one stands for".into());
    json!({
        "id": view.describe().name,
        "description": format!("{} {}", view.describe().title.zh, view.describe().title.en),
        "fields": fields,
        "minzoom": 0,
        "maxzoom": DEEPEST_USEFUL_ZOOM,
    })
}

/// The tile sets of a layer.
#[utoipa::path(get, path = "/api/collections/{layer}/tiles", tag = "tiles",
    params(("layer" = String, Path, description = "Name of a layer")),
    responses((status = 200, description = "Tile sets", body = Value),
              (status = 404, description = "No such layer", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn list_tile_sets(
    State(state): State<AppState>,
    Path(layer): Path<String>,
    viewer: Viewer,
    base: Base,
    mut parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    parameters.take_json_format()?;
    parameters.finish()?;
    let snapshot = state.city.snapshot();
    let view = visible_layer(&snapshot, &layer, viewer)?;
    let own = format!("/api/collections/{}/tiles", view.describe().name);
    let document = json!({
        "links": [{"rel": "self", "type": JSON, "href": base.to(&own)}],
        "tilesets": [{
            "title": view.describe().title.zh,
            "dataType": "vector",
            "crs": CRS_URI,
            "tileMatrixSetURI": GRID_URI,
            "links": [{"rel": "self", "type": JSON, "href": base.to(format!("{own}/{GRID}"))}],
        }],
    });
    Ok(Representation::json(JSON, &document).answer(&wishes))
}

/// The tile set of a layer in WebMercatorQuad.
#[utoipa::path(get, path = "/api/collections/{layer}/tiles/WebMercatorQuad", tag = "tiles",
    params(("layer" = String, Path, description = "Name of a layer")),
    responses((status = 200, description = "The tile set", body = Value),
              (status = 404, description = "No such layer", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn find_tile_set(
    State(state): State<AppState>,
    Path(layer): Path<String>,
    viewer: Viewer,
    base: Base,
    mut parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    parameters.take_json_format()?;
    parameters.finish()?;
    let snapshot = state.city.snapshot();
    let view = visible_layer(&snapshot, &layer, viewer)?;
    let name = view.describe().name;
    let own = format!("/api/collections/{name}/tiles/{GRID}");
    let layers: LayerSet = [view.describe().id].into_iter().collect();
    let geometry = match view.describe().geometry {
        crate::domain::GeometryKind::Point => json!({"geometryDimension": 0}),
        crate::domain::GeometryKind::Line => json!({"geometryDimension": 1}),
        crate::domain::GeometryKind::Area => json!({"geometryDimension": 2}),
        crate::domain::GeometryKind::LineOrArea => json!({}),
    };
    let mut described = json!({"id": name, "title": view.describe().title.zh, "dataType": "vector", "crs": CRS_URI});
    if let (Value::Object(target), Value::Object(extra)) = (&mut described, geometry) {
        target.extend(extra);
    }
    let mut document = json!({
        "title": view.describe().title.zh,
        "description": view.describe().description.zh,
        "dataType": "vector",
        "crs": CRS_URI,
        "tileMatrixSetURI": GRID_URI,
        "layers": [described],
        "links": [
            {"rel": "self", "type": JSON, "href": base.to(&own)},
            {"rel": "item", "type": MEDIA_TYPE, "templated": true,
             "href": base.to(format!("{own}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"))},
            {"rel": "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme", "type": JSON,
             "href": base.to(format!("/api/tileMatrixSets/{GRID}"))},
            {"rel": "describedby", "type": JSON, "title": "TileJSON", "href": base.to(format!("/tiles/{layers}.json"))},
        ],
    });
    if let Some([west, south, east, north]) = bounds_of(&[view]) {
        document["boundingBox"] = json!({
            "lowerLeft": [west, south], "upperRight": [east, north],
            "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
        });
    }
    Ok(Representation::json(JSON, &document).answer(&wishes))
}

/// The grids that tiles are cut by.
#[utoipa::path(get, path = "/api/tileMatrixSets", tag = "tiles", responses((status = 200, description = "Tile matrix sets", body = Value)))]
pub async fn list_matrix_sets(base: Base, mut parameters: Parameters, wishes: Wishes) -> Result<Response, Problem> {
    parameters.take_json_format()?;
    parameters.finish()?;
    let document = json!({"tileMatrixSets": [{
        "id": GRID, "title": "Google Maps Compatible for the World", "uri": GRID_URI, "crs": CRS_URI,
        "links": [{"rel": "self", "type": JSON, "href": base.to(format!("/api/tileMatrixSets/{GRID}"))}],
    }]});
    Ok(Representation::json(JSON, &document).answer(&wishes))
}

/// WebMercatorQuad (OGC 17-083r4, annex D.1).
#[utoipa::path(get, path = "/api/tileMatrixSets/WebMercatorQuad", tag = "tiles", responses((status = 200, description = "The grid", body = Value)))]
pub async fn find_matrix_set(mut parameters: Parameters, wishes: Wishes) -> Result<Response, Problem> {
    parameters.take_json_format()?;
    parameters.finish()?;
    let matrices: Vec<Value> = (0..=MAX_ZOOM)
        .map(|z| {
            let scale = SCALE_0 / f64::from(1u32 << z);
            json!({
                "id": z.to_string(),
                "scaleDenominator": scale,
                "cellSize": scale * 0.00028,
                "cornerOfOrigin": "topLeft",
                "pointOfOrigin": [-HALF_WORLD_M, HALF_WORLD_M],
                "tileWidth": 256,
                "tileHeight": 256,
                "matrixWidth": 1u32 << z,
                "matrixHeight": 1u32 << z,
            })
        })
        .collect();
    let document = json!({
        "id": GRID, "title": "Google Maps Compatible for the World", "uri": GRID_URI, "crs": CRS_URI,
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": matrices,
    });
    Ok(Representation::json(JSON, &document).answer(&wishes))
}
