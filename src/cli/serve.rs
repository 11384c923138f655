//! `pianqu serve`: the map and the API, following the database.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::net::TcpListener;

use super::data_dir::DataDirLock;
use super::database;
use crate::app::{City, refresh, sample_data};
use crate::config::{DatabaseArgs, ServeArgs};
use crate::http::{self, AppState};
use crate::store::city::{CityRow, find_city};
use crate::store::{Store, change};

pub async fn run(database_args: DatabaseArgs, args: ServeArgs) -> anyhow::Result<()> {
    // First what can fail at once, so that nothing was started in vain.
    let listener = TcpListener::bind(args.listen).await.with_context(|| format!("cannot listen on {}", args.listen))?;
    let address = listener.local_addr()?;
    let lock = match database_args.database_url {
        None => Some(DataDirLock::take(&database_args.data_dir, &format!("http://{address}"))?),
        // Nodes keep no state of their own: any number may share somebody's database.
        Some(_) => None,
    };
    let database = database::open(&database_args).await?;

    let (mut snapshot, mut position) = refresh::load(&database.store).await?;
    if let Some(folder) = &args.sample_data {
        let loaded = sample_data::load(&database.store, folder, snapshot.feature_count() == 0)
            .await
            .with_context(|| format!("the sample data of {}", folder.display()))?;
        if loaded > 0 {
            (snapshot, position) = refresh::load(&database.store).await?;
        }
    }
    tracing::info!(features = snapshot.feature_count(), revision = snapshot.revision, "the city is in memory");
    let city = Arc::new(City::new(snapshot));
    let follower = tokio::spawn(refresh::follow(city.clone(), database.store.clone(), position));
    let tidier = tokio::spawn(tidy_daily(database.store.clone()));

    let settings = http_settings(&args, &find_city(&database.store).await?);
    let router = http::router(AppState::new(city, settings));
    println!("Pianqu is at http://{address}");
    axum::serve(listener, router).with_graceful_shutdown(asked_to_stop()).await?;

    follower.abort();
    tidier.abort();
    database.stop().await?;
    drop(lock);
    Ok(())
}

fn http_settings(args: &ServeArgs, city: &CityRow) -> http::Settings {
    http::Settings {
        anonymous_viewer: args.anonymous_viewer(),
        admin_token: args.admin_token.clone(),
        public_url: args.public_url.clone(),
        city: http::CityProfile {
            name_zh: city.name_zh.clone(),
            name_en: city.name_en.clone(),
            center: [city.center_lon, city.center_lat],
            zoom: city.zoom,
            is_sample: city.is_sample,
        },
        tile_cache_bytes: args.tile_cache_mb << 20,
        max_page: args.max_page,
        max_body_bytes: args.max_body_bytes,
        max_requests_under_way: args.max_requests_under_way,
        max_request_time: Duration::from_secs(args.max_request_seconds),
        ..http::Settings::default()
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

/// Ends when the program is told to: Ctrl-C, or SIGTERM from a service manager.
async fn asked_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    let mut terminated = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(terminated) => terminated,
        Err(error) => {
            tracing::error!(%error, "SIGTERM cannot be heard; only Ctrl-C stops the program");
            let _ = interrupted.await;
            return;
        }
    };
    tokio::select! {
        _ = interrupted => {}
        _ = terminated.recv() => {}
    }
    tracing::info!("stopping");
}
