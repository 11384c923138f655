//! Which city this is, where the map opens and as whom it is seen.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::AppState;
use super::layers::corners;
use super::links::JSON;
use super::parameters::Parameters;
use super::problem::Problem;
use super::representation::{Representation, Wishes};
use crate::domain::{LayerId, Viewer};

#[derive(Serialize, ToSchema)]
pub struct CitySummary {
    name_zh: String,
    name_en: String,
    /// Longitude and latitude where the map opens.
    center: [f64; 2],
    zoom: f64,
    /// West, south, east, north of everything that the viewer sees; null while there is nothing.
    bounds: Option<[f64; 4]>,
    /// True: everything shown is invented.
    is_sample: bool,
    revision: u64,
    /// `everything`, `public`, `operator` or `body`.
    viewer: &'static str,
    /// Of the program.
    version: &'static str,
}

/// The city and the viewer.
#[utoipa::path(get, path = "/api/city", tag = "map", responses((status = 200, description = "The city", body = CitySummary)))]
pub async fn show_city(
    State(state): State<AppState>,
    viewer: Viewer,
    parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    parameters.finish()?;
    let snapshot = state.city.snapshot();
    let bounds = LayerId::visible_to(viewer).filter_map(|id| snapshot.layer(id, viewer)?.bounds()).map(corners);
    let bounds = bounds.reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]);
    let profile = &state.settings.city;
    let city = CitySummary {
        name_zh: profile.name_zh.clone(),
        name_en: profile.name_en.clone(),
        center: profile.center,
        zoom: profile.zoom,
        bounds,
        is_sample: profile.is_sample,
        revision: snapshot.revision,
        viewer: viewer.code(),
        version: env!("CARGO_PKG_VERSION"),
    };
    Ok(Representation::json(JSON, &city).answer(&wishes))
}
