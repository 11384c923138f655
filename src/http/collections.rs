//! The layers as OGC collections.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::AppState;
use super::links::{Base, GEOJSON, JSON, Link, SCHEMA_JSON};
use super::parameters::Parameters;
use super::problem::Problem;
use super::representation::{Representation, Wishes};
use crate::domain::{LayerId, Viewer};
use crate::geodesy::Crs;
use crate::snapshot::{LayerView, Snapshot};

#[derive(Serialize, ToSchema)]
pub struct Collections {
    links: Vec<Link>,
    crs: Vec<&'static str>,
    collections: Vec<Collection>,
}

#[derive(Serialize, ToSchema)]
pub struct Collection {
    id: &'static str,
    title: String,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    extent: Option<Extent>,
    #[serde(rename = "itemType")]
    item_type: &'static str,
    crs: Vec<&'static str>,
    #[serde(rename = "storageCrs")]
    storage_crs: &'static str,
    links: Vec<Link>,
}

#[derive(Serialize, ToSchema)]
pub struct Extent {
    spatial: SpatialExtent,
}

#[derive(Serialize, ToSchema)]
pub struct SpatialExtent {
    bbox: Vec<[f64; 4]>,
    crs: &'static str,
}

/// The layer of a path, as far as this viewer may know of it.
///
/// A layer that is not for the viewer is as unknown as one that does not exist.
pub fn visible_layer<'a>(snapshot: &'a Snapshot, name: &str, viewer: Viewer) -> Result<LayerView<'a>, Problem> {
    let id: LayerId = name.parse().map_err(|_| Problem::unknown_layer(name))?;
    snapshot.layer(id, viewer).ok_or_else(|| Problem::unknown_layer(name))
}

/// Every layer that the viewer may see.
#[utoipa::path(get, path = "/api/collections", tag = "features", responses((status = 200, description = "The layers", body = Collections)))]
pub async fn list_collections(
    State(state): State<AppState>,
    viewer: Viewer,
    base: Base,
    mut parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    parameters.take_json_format()?;
    parameters.finish()?;
    let snapshot = state.city.snapshot();
    let visible = LayerId::visible_to(viewer).filter_map(|id| snapshot.layer(id, viewer));
    let collections = Collections {
        links: vec![Link::new("self", JSON, base.to("/api/collections"))],
        crs: Crs::ALL.map(Crs::uri).to_vec(),
        collections: visible.map(|view| collection(&base, &view)).collect(),
    };
    Ok(Representation::json(JSON, &collections).answer(&wishes))
}

/// One layer.
#[utoipa::path(get, path = "/api/collections/{layer}", tag = "features",
    params(("layer" = String, Path, description = "Name of a layer, as `/api/collections` lists it")),
    responses((status = 200, description = "The layer", body = Collection), (status = 404, description = "No such layer", body = super::problem::ProblemBody)))]
pub async fn find_collection(
    State(state): State<AppState>,
    Path(layer): Path<String>,
    viewer: Viewer,
    base: Base,
    mut parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    let snapshot = state.city.snapshot();
    let view = visible_layer(&snapshot, &layer, viewer)?;
    parameters.take_json_format()?;
    parameters.finish()?;
    Ok(Representation::json(JSON, &collection(&base, &view)).answer(&wishes))
}

fn collection(base: &Base, view: &LayerView<'_>) -> Collection {
    let layer = view.describe();
    let path = format!("/api/collections/{}", layer.name);
    let spatial = |bounds: geo::Rect<f64>| SpatialExtent {
        bbox: vec![[bounds.min().x, bounds.min().y, bounds.max().x, bounds.max().y]],
        crs: Crs::Crs84.uri(),
    };
    Collection {
        id: layer.name,
        title: format!("{} {}", layer.title.zh, layer.title.en),
        description: format!("{}. {}.", layer.description.zh, layer.description.en),
        extent: view.bounds().map(|bounds| Extent { spatial: spatial(bounds) }),
        item_type: "feature",
        crs: Crs::ALL.map(Crs::uri).to_vec(),
        storage_crs: Crs::Cgcs2000.uri(),
        links: vec![
            Link::new("self", JSON, base.to(&path)),
            Link::new("items", GEOJSON, base.to(format!("{path}/items"))),
            Link::new(
                "http://www.opengis.net/def/rel/ogc/1.0/queryables",
                SCHEMA_JSON,
                base.to(format!("{path}/queryables")),
            ),
            Link::new("describedby", SCHEMA_JSON, base.to(format!("{path}/schema"))),
            Link::new("http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector", JSON, base.to(format!("{path}/tiles"))),
        ],
    }
}
