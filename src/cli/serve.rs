//! `pianqu serve`: the map and the API, following the database.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::middleware::from_fn_with_state;
use tokio::net::TcpListener;

use super::data_dir::DataDirLock;
use super::database::{self, Database};
use super::service_manager;
use super::stop::Stop;
use crate::app::{City, refresh, sample_data};
use crate::config::{AnonymousViewer, DatabaseArgs, ServeArgs};
use crate::domain::Viewer;
use crate::http::streams::Stopping;
use crate::http::{self, AppState};
use crate::snapshot::Snapshot;
use crate::store::change::Position;
use crate::store::city::{CityRow, find_city};
use crate::store::{Store, change};

pub async fn run(database_args: DatabaseArgs, args: ServeArgs) -> anyhow::Result<()> {
    let stop = Stop::listen()?;
    // First what can fail at once, so that nothing was started in vain.
    args.tianditu_key().map_err(anyhow::Error::msg)?;
    let listener = TcpListener::bind(args.listen).await.with_context(|| format!("cannot listen on {}", args.listen))?;
    let address = listener.local_addr()?;
    let lock = match database_args.database_url {
        None => Some(DataDirLock::take(&database_args.data_dir, &format!("http://{address}"))?),
        // Nodes keep no state of their own: any number may share somebody's database.
        Some(_) => None,
    };
    let database = database::open(&database_args).await?;
    // Whatever comes of serving, the private PostgreSQL is not left behind.
    let uploads = args.upload_dir.clone().unwrap_or_else(|| database_args.data_dir.join("uploads"));
    let served = serve(listener, &database, &args, uploads, stop).await;
    let stopped = database.stop().await;
    drop(lock);
    served.and(stopped)
}

/// Serves until told to stop.
async fn serve(
    listener: TcpListener,
    database: &Database,
    args: &ServeArgs,
    uploads: PathBuf,
    stop: Stop,
) -> anyhow::Result<()> {
    let store = &database.store;
    let address = listener.local_addr()?;
    let (snapshot, position) = tokio::select! {
        loaded = load(store, args) => loaded?,
        () = stop.clone().asked() => return Ok(()),
    };
    tracing::info!(features = snapshot.feature_count(), revision = snapshot.revision, "the city is in memory");
    let city = Arc::new(City::new(snapshot));
    let follower = tokio::spawn(refresh::follow(city.clone(), store.clone(), position));
    let keeper = database.keep_running(city.clone());
    let tidier = tokio::spawn(tidy_daily(store.clone()));

    let settings = http_settings(args, &find_city(store).await?);
    let state = AppState::new(city, settings).with_store(store.clone(), uploads);
    http::metrics::watch_store(&state.metrics, store);
    let router = http::router(state).layer(from_fn_with_state(Stopping(stop.0.clone()), http::streams::end_streams));
    println!("Pianqu is at http://{address}");
    service_manager::tell(args.notify_socket.as_deref(), "READY=1");
    let idle = Duration::from_secs(args.idle_seconds);
    tokio::select! {
        () = crate::http::connections::serve(listener, router, idle, stop.clone().asked()) => {}
        () = patience_is_over(stop, args) => {
            tracing::warn!(seconds = args.stop_within_seconds, "requests that were still under way are cut off");
        }
    }
    keeper.inspect(|keeper| keeper.abort());
    follower.abort();
    tidier.abort();
    Ok(())
}

/// Ends when requests under way have had their time after the program was told to stop.
async fn patience_is_over(stop: Stop, args: &ServeArgs) {
    stop.asked().await;
    service_manager::tell(args.notify_socket.as_deref(), "STOPPING=1");
    tokio::time::sleep(Duration::from_secs(args.stop_within_seconds)).await;
}

/// The city as the database has it, with the sample data when asked for and nothing else is there.
async fn load(store: &Store, args: &ServeArgs) -> anyhow::Result<(Snapshot, Position)> {
    let loaded = refresh::load(store).await?;
    let Some(folder) = &args.sample_data else { return Ok(loaded) };
    let count = sample_data::load(store, folder, loaded.0.feature_count() == 0)
        .await
        .with_context(|| format!("the sample data of {}", folder.display()))?;
    if count == 0 { Ok(loaded) } else { Ok(refresh::load(store).await?) }
}

fn http_settings(args: &ServeArgs, city: &CityRow) -> http::Settings {
    http::Settings {
        anonymous_viewer: args.anonymous_viewer(),
        admin_token: args.admin_token.clone(),
        public_url: args.public_url.clone(),
        allowed_origins: args.allow_origin.clone(),
        city: http::CityProfile {
            name_zh: city.name_zh.clone(),
            name_en: city.name_en.clone(),
            center: [city.center_lon, city.center_lat],
            zoom: city.zoom,
            is_sample: city.is_sample,
        },
        tile_cache_bytes: args.tile_cache_mb << 20,
        default_page: args.default_page,
        max_page: args.max_page,
        max_body_bytes: args.max_body_bytes,
        max_url_bytes: args.max_url_bytes,
        max_area_vertices: args.max_area_vertices,
        max_geometry_vertices: args.max_geometry_vertices,
        max_changes: args.max_changes,
        max_upload_bytes: args.max_upload_bytes,
        max_requests_under_way: args.max_requests_under_way,
        max_followers: args.max_followers,
        session_length: Duration::from_secs(args.session_hours * 60 * 60),
        max_request_time: Duration::from_secs(args.max_request_seconds),
        data_credit: args.data_credit.clone(),
        tianditu_key: args.tianditu_key().unwrap_or_default(),
        basemaps: args.basemap.clone(),
        basemaps_for: match args.basemaps_for {
            AnonymousViewer::Everything => Viewer::Everything,
            AnonymousViewer::Public => Viewer::Public,
        },
        analysis_at_once: http::Settings::default().analysis_at_once,
    }
}

/// How long a change stays in the feed. A node that was away for longer reads every layer anew.
const CHANGES_KEPT_DAYS: i32 = 7;

async fn tidy_daily(store: Store) {
    loop {
        match change::prune(&store, CHANGES_KEPT_DAYS).await {
            Ok(0) => {}
            Ok(pruned) => tracing::info!(pruned, "old changes were taken out of the feed"),
            Err(error) => tracing::warn!(%error, "the feed could not be pruned; trying again tomorrow"),
        }
        if let Err(error) = database::validate_shapes(&store).await {
            tracing::warn!(%error, "shapes could not be looked at again; trying again tomorrow");
        }
        tokio::time::sleep(Duration::from_secs(24 * 60 * 60)).await;
    }
}
