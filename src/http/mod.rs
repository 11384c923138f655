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

pub mod analysis;
mod author;
pub mod basemaps;
mod body;
mod caller;
mod city;
mod collections;
pub mod connections;
mod cross_origin;
mod description;
mod docs;
mod edits;
mod eligibility;
mod events;
mod export;
mod filter_parameter;
mod geometry_body;
mod guard;
mod health;
mod imports;
pub mod items;
mod jobs;
mod landing;
mod layers;
mod links;
pub mod metrics;
mod observe;
mod options;
mod problem_pages;
mod process;
mod scenarios;
mod schema;
mod schemes;
mod search;
mod session;
mod sources;
mod statistics;
pub mod streams;
mod street_calendar;
mod strict_json;
mod tile_sets;
mod tiles;
mod tokens;
mod trench_plans;
mod web;

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::router::UtoipaMethodRouterExt as _;
use utoipa_axum::routes;

use crate::app::accounts::Accounts;
use crate::app::edit::Editor;
use crate::app::jobs::Jobs;
use crate::app::uploads::Uploads;
use crate::app::walks::Walks;
use crate::app::{City, Lanes, NameIndexes, TileServer};
use crate::snapshot::walk::WalkSettings;
use crate::store::Store;
pub use landing::CONFORMANCE;
pub use settings::{CityProfile, Settings};

use problem::{Kind, Problem};

/// What every handler can reach.
#[derive(Clone)]
pub struct AppState {
    pub city: Arc<City>,
    pub settings: Arc<Settings>,
    /// Heavy work waits here, so that tiles never do.
    pub lanes: Lanes,
    pub metrics: Arc<metrics::Metrics>,
    /// The walk networks of revisions that were asked about.
    walks: Arc<Walks>,
    names: Arc<NameIndexes>,
    tiles: Arc<TileServer>,
    web: Arc<web::WebCache>,
    guard: guard::Guard,
    followers: events::Followers,
    exports: export::Exports,
    /// `None`: this server only reads.
    store: Option<Store>,
    jobs: Jobs,
    uploads: Option<Arc<Uploads>>,
    editor: Option<Arc<Editor>>,
    /// `None`: this server knows nobody.
    accounts: Option<Arc<Accounts>>,
    /// The header that says what a page may fetch.
    policy: (HeaderName, HeaderValue),
}

impl AppState {
    pub fn new(city: Arc<City>, settings: Settings) -> Self {
        let guard = guard::Guard::new(&settings);
        let policy = basemaps::content_security_policy(&settings);
        let followers = events::Followers::new(settings.max_followers);
        let lanes = Lanes::of_this_machine();
        let tiles = Arc::new(TileServer::new(city.clone(), lanes.clone(), settings.tile_cache_bytes));
        let metrics = Arc::<metrics::Metrics>::default();
        metrics::watch_city(&metrics, &city);
        metrics::watch_tiles(&metrics, &tiles);
        metrics::watch_process(&metrics);
        let jobs = Jobs::default();
        metrics::watch_jobs(&metrics, &jobs);
        metrics::watch_requests(&metrics, guard.count_under_way(), settings.max_requests_under_way);
        let walks = Arc::new(Walks::new(WalkSettings::of_longitude(settings.city.center[0])));
        Self {
            city,
            settings: Arc::new(settings),
            lanes,
            metrics,
            walks,
            names: Arc::default(),
            tiles,
            web: Arc::default(),
            guard,
            followers,
            exports: export::Exports::default(),
            store: None,
            jobs,
            uploads: None,
            editor: None,
            accounts: None,
            policy,
        }
    }

    /// A server that also writes: to this database, from files that are kept in this folder meanwhile.
    pub fn with_store(self, store: Store, uploads: impl Into<PathBuf>) -> Self {
        let editor = Editor::new(store.clone(), self.city.clone());
        let accounts = Accounts::new(store.clone(), self.city.clone(), self.settings.session_length);
        Self {
            store: Some(store),
            uploads: Some(Arc::new(Uploads::new(uploads))),
            editor: Some(Arc::new(editor)),
            accounts: Some(Arc::new(accounts)),
            ..self
        }
    }

    /// What the tile server has done so far.
    pub fn tile_counts(&self) -> crate::app::TileCounts {
        self.tiles.counts()
    }
}

#[derive(utoipa::OpenApi)]
#[openapi(info(
    title = "Pianqu",
    description = "The city's layers as OGC API Features and vector tiles, search and statistics.",
    license(name = "MIT", identifier = "MIT")
))]
struct Described;

fn described_router() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Described::openapi())
        .routes(routes!(health::show_health))
        .routes(routes!(health::show_readiness))
        .routes(routes!(metrics::show_metrics))
        .routes(routes!(landing::show_landing))
        .routes(routes!(docs::show_openapi))
        .routes(routes!(docs::show_docs))
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
        .routes(routes!(items::list_items, edits::create_item))
        .routes(routes!(items::find_item, edits::replace_item, edits::update_item, edits::delete_item))
        .routes(routes!(export::export_layer, export::order_export))
        .routes(routes!(export::try_export))
        .routes(routes!(edits::list_history))
        .routes(routes!(edits::restore_item))
        .routes(routes!(edits::create_edit, edits::list_edits))
        .routes(routes!(edits::find_edit))
        .routes(routes!(edits::undo_edit))
        .routes(routes!(edits::undo_last))
        .routes(routes!(edits::redo_last))
        .routes(routes!(edits::restore))
        .routes(routes!(events::follow))
        .routes(routes!(city::show_city))
        .routes(routes!(layers::list_layers))
        .routes(routes!(basemaps::list_basemaps))
        .routes(routes!(sources::list_sources))
        .routes(routes!(search::search))
        .routes(routes!(statistics::create_statistics))
        .routes(routes!(analysis::rules::list_rules))
        .routes(routes!(scenarios::list_scenarios, scenarios::create_scenario))
        .routes(routes!(scenarios::find_scenario, scenarios::replace_scenario, scenarios::delete_scenario))
        .routes(routes!(scenarios::list_scenario_history))
        .routes(routes!(schemes::list_schemes, schemes::create_scheme))
        .routes(routes!(schemes::find_scheme, schemes::replace_scheme, schemes::delete_scheme))
        .routes(routes!(schemes::list_scheme_precincts))
        .routes(routes!(schemes::list_members))
        .routes(routes!(schemes::show_totals))
        .routes(routes!(schemes::edit_scheme))
        .routes(routes!(schemes::copy_scheme))
        .routes(routes!(schemes::change_scheme_state))
        .routes(routes!(schemes::list_scheme_history))
        .routes(routes!(schemes::undo_scheme))
        .routes(routes!(schemes::compare_schemes))
        .routes(routes!(schemes::check_scheme))
        .routes(routes!(schemes::show_phases))
        .routes(routes!(schemes::show_sheet))
        .routes(routes!(eligibility::list_eligibility))
        .routes(routes!(eligibility::list_eligibility_history))
        .routes(routes!(eligibility::replace_eligibility_settings))
        .routes(routes!(eligibility::override_eligibility, eligibility::delete_override))
        .routes(routes!(analysis::network::show_network))
        .routes(routes!(analysis::reach::analyse_reach))
        .routes(routes!(analysis::coverage::analyse_coverage))
        .routes(routes!(analysis::coverage_export::export_coverage))
        .routes(routes!(analysis::siting::analyse_siting))
        .routes(routes!(analysis::grouping::analyse_grouping))
        .routes(routes!(analysis::trenches::analyse_trenches))
        .routes(routes!(analysis::trenches::list_clearance_rules))
        .routes(routes!(trench_plans::list_trench_plans, trench_plans::create_trench_plan))
        .routes(routes!(trench_plans::find_trench_plan, trench_plans::delete_trench_plan))
        .routes(routes!(trench_plans::offer_trench_plan))
        .routes(routes!(trench_plans::replan_trench_plan))
        .routes(routes!(trench_plans::close_trench_plan))
        .routes(routes!(trench_plans::list_trench_plan_history))
        .routes(routes!(trench_plans::list_trench_plan_clashes))
        .routes(routes!(trench_plans::export_trench_plan))
        .routes(routes!(trench_plans::create_trench_reply))
        .routes(routes!(trench_plans::replace_trench_lead))
        .routes(routes!(trench_plans::withdraw_trench))
        .routes(routes!(trench_plans::show_trench_sheet))
        .routes(routes!(trench_plans::list_own_trenches))
        .routes(routes!(trench_plans::create_own_reply))
        .routes(routes!(trench_plans::create_own_replies))
        .routes(routes!(trench_plans::create_trench_replies))
        .routes(routes!(street_calendar::show_street_calendar))
        // Files have a limit of their own, which is held while they come.
        .routes(routes!(imports::uploads::create_upload).layer(DefaultBodyLimit::disable()))
        .routes(routes!(imports::uploads::preview_upload))
        .routes(routes!(imports::uploads::delete_upload))
        .routes(routes!(imports::create_import, imports::list_imports))
        .routes(routes!(imports::undo_import))
        .routes(routes!(jobs::find_job, jobs::cancel_job))
        .routes(routes!(session::log_in, session::show_session, session::log_out))
        .routes(routes!(tokens::list_tokens, tokens::create_token))
        .routes(routes!(tokens::delete_token))
}

/// The whole server.
pub fn router(state: AppState) -> Router {
    let (router, _) = described_router().split_for_parts();
    let router = router
        .route("/basemaps/{file}", get(basemaps::find_basemap_file))
        .route("/problems", get(problem_pages::list_problems))
        .route("/problems/{name}", get(problem_pages::find_problem))
        // OWSLib asks for the landing page with a slash at its end.
        .route("/api/", get(landing::show_landing))
        .route("/api/docs/page.js", get(docs::show_docs_script));
    Router::new().fallback_service(guarded(router, state)).layer(map_response(options::tell))
}

/// Puts around the routes what every request passes, the outermost last.
fn guarded(router: Router<AppState>, state: AppState) -> Router {
    router
        .fallback(web::show_application)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(state.settings.max_body_bytes))
        .layer(tower_http::catch_panic::CatchPanicLayer::custom(answer_panic))
        .layer(cross_origin::layer(&state.settings))
        .layer(from_fn_with_state(state.clone(), options::answer))
        .layer(from_fn_with_state(state.clone(), guard::hold_limits))
        .layer(from_fn_with_state(state.clone(), observe::observe))
        .with_state(state)
}

/// The description of everything that [`router`] answers, OpenAPI 3.1.
pub fn openapi() -> utoipa::openapi::OpenApi {
    description::complete(described_router().split_for_parts().1)
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

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::{Request, StatusCode};
    use tower::ServiceExt;

    use super::*;
    use crate::snapshot::Snapshot;

    fn state(settings: Settings) -> AppState {
        AppState::new(Arc::new(City::new(Snapshot::empty(chrono::DateTime::UNIX_EPOCH))), settings)
    }

    #[tokio::test]
    async fn a_panic_is_a_problem_that_tells_nothing() {
        async fn fail() {
            panic!("the secret reason");
        }
        let router = guarded(Router::new().route("/fail", get(fail)), state(Settings::default()));
        let request = Request::get("/fail").header("x-request-id", "id-1").body(Body::empty()).expect("a request");
        let response = router.oneshot(request).await.expect("an answer");
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = to_bytes(response.into_body(), 10_000).await.expect("a body");
        let body = String::from_utf8_lossy(&body);
        assert!(body.contains("\"request_id\":\"id-1\"") && !body.contains("secret"), "{body}");
    }

    #[tokio::test]
    async fn an_answer_that_takes_too_long_is_given_up() {
        async fn dawdle() {
            tokio::time::sleep(std::time::Duration::from_secs(60)).await;
        }
        let settings = Settings { max_request_time: std::time::Duration::from_millis(20), ..Settings::default() };
        let router = guarded(Router::new().route("/dawdle", get(dawdle)), state(settings));
        let response =
            router.oneshot(Request::get("/dawdle").body(Body::empty()).expect("a request")).await.expect("an answer");
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()["retry-after"], "5");
    }
}
