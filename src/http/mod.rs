//! Parse, call one function, shape the answer.
//!
//! Invariants: no handler holds SQL or an analysis; every read of the city names its viewer; every
//! refusal is a [`problem::Problem`]; every body that can be held back by the client's cache goes
//! through [`representation`].

pub mod parameters;
pub mod problem;
pub mod representation;
pub mod request_id;
pub mod settings;
pub mod viewer;

mod body;
mod city;
mod collections;
mod geometry_body;
mod guard;
mod health;
mod items;
mod landing;
mod layers;
mod links;
mod observe;
mod problem_pages;
mod schema;
mod search;
mod statistics;
mod tile_sets;
mod tiles;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::{City, Lanes, NameIndexes, TileServer};
pub use settings::{CityProfile, Settings};

use problem::{Kind, Problem};

/// What every handler can reach.
#[derive(Clone)]
pub struct AppState {
    pub city: Arc<City>,
    pub settings: Arc<Settings>,
    /// Heavy work waits here, so that tiles never do.
    pub lanes: Lanes,
    names: Arc<NameIndexes>,
    tiles: Arc<TileServer>,
    guard: guard::Guard,
}

impl AppState {
    pub fn new(city: Arc<City>, settings: Settings) -> Self {
        let guard = guard::Guard::new(&settings);
        let lanes = Lanes::of_this_machine();
        let tiles = Arc::new(TileServer::new(city.clone(), lanes.clone(), settings.tile_cache_bytes));
        Self { city, settings: Arc::new(settings), lanes, names: Arc::default(), tiles, guard }
    }
}

#[derive(utoipa::OpenApi)]
#[openapi(info(
    title = "Pianqu",
    description = "The city's layers as OGC API Features and vector tiles, search and statistics.",
    license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
))]
struct Described;

fn described_router() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Described::openapi())
        .routes(routes!(health::show_health))
        .routes(routes!(health::show_readiness))
        .routes(routes!(landing::show_landing))
        .routes(routes!(landing::show_conformance))
        .routes(routes!(collections::list_collections))
        .routes(routes!(collections::find_collection))
        .routes(routes!(schema::show_queryables))
        .routes(routes!(schema::show_schema))
        .routes(routes!(tiles::find_tile))
        .routes(routes!(tile_sets::find_tile_json))
        .routes(routes!(tiles::find_layer_tile))
        .routes(routes!(tile_sets::list_tile_sets))
        .routes(routes!(tile_sets::find_tile_set))
        .routes(routes!(tile_sets::list_matrix_sets))
        .routes(routes!(tile_sets::find_matrix_set))
        .routes(routes!(items::list_items))
        .routes(routes!(items::find_item))
        .routes(routes!(city::show_city))
        .routes(routes!(layers::list_layers))
        .routes(routes!(search::search))
        .routes(routes!(statistics::create_statistics))
}

/// The whole server.
pub fn router(state: AppState) -> Router {
    let (router, _) = described_router().split_for_parts();
    router
        .route("/problems", axum::routing::get(problem_pages::list_problems))
        .route("/problems/{name}", axum::routing::get(problem_pages::find_problem))
        .fallback(unknown_page)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(state.settings.max_body_bytes))
        .layer(tower_http::catch_panic::CatchPanicLayer::custom(answer_panic))
        .layer(from_fn_with_state(state.clone(), guard::hold_limits))
        .layer(from_fn(observe::observe))
        .with_state(state)
}

/// The description of everything that [`router`] answers, OpenAPI 3.1.
pub fn openapi() -> utoipa::openapi::OpenApi {
    described_router().split_for_parts().1
}

async fn unknown_page(uri: axum::http::Uri) -> Problem {
    Problem::new(Kind::UnknownPage, format!("There is nothing at {}.", uri.path()))
}

async fn method_not_allowed(method: axum::http::Method) -> Problem {
    Problem::new(Kind::MethodNotAllowed, format!("This address does not take {method}."))
}

fn answer_panic(panic: Box<dyn std::any::Any + Send>) -> Response {
    let reason = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without words");
    Problem::internal(format_args!("a handler panicked: {reason}")).into_response()
}
