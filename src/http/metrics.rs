//! Numbers for Prometheus: requests, the snapshot, memory, and whatever a part of the server adds.

use std::fs;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::AppState;
use super::problem::Problem;

type Reading = Gauge<f64, AtomicU64>;
type Read = Box<dyn Fn() -> f64 + Send + Sync>;

/// Route templates, never paths: a path from outside would make a series of its own each time.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: String,
    route: String,
    status: u16,
}

pub struct Metrics {
    registry: Mutex<Registry>,
    requests: Family<RequestLabels, Histogram>,
    /// Read anew at each scrape.
    gauges: Mutex<Vec<(Reading, Read)>>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("pianqu");
        let seconds =
            || Histogram::new([0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0]);
        let requests = Family::new_with_constructor(seconds as fn() -> Histogram);
        registry.register_with_unit("http_request_duration", "Time to an answer", Unit::Seconds, requests.clone());
        Self { registry: Mutex::new(registry), requests, gauges: Mutex::default() }
    }
}

impl Metrics {
    pub fn note_request(&self, method: &str, route: &str, status: u16, took: Duration) {
        // An invented method must not make a series either.
        let method = if matches!(method, "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") {
            method
        } else {
            "other"
        };
        let labels = RequestLabels { method: method.to_owned(), route: route.to_owned(), status };
        self.requests.get_or_create(&labels).observe(took.as_secs_f64());
    }

    /// Adds a number that `read` tells at each scrape: `tile_cache_bytes`.
    pub fn watch(&self, name: &str, help: &str, read: impl Fn() -> f64 + Send + Sync + 'static) {
        let gauge = Reading::default();
        self.registry.lock().unwrap_or_else(PoisonError::into_inner).register(name, help, gauge.clone());
        self.gauges.lock().unwrap_or_else(PoisonError::into_inner).push((gauge, Box::new(read)));
    }

    fn text(&self) -> Result<String, std::fmt::Error> {
        for (gauge, read) in self.gauges.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            gauge.set(read());
        }
        let mut text = String::new();
        encode(&mut text, &self.registry.lock().unwrap_or_else(PoisonError::into_inner))?;
        Ok(text)
    }
}

/// What every server tells of itself.
pub fn watch_city(metrics: &Metrics, city: &Arc<crate::app::City>) {
    let of = |read: fn(&crate::app::City) -> f64| {
        let city = city.clone();
        move || read(&city)
    };
    metrics.watch("snapshot_features", "Features in memory", of(|city| city.snapshot().feature_count() as f64));
    metrics.watch("snapshot_revision", "Revision in memory", of(|city| city.snapshot().revision as f64));
    let age = |city: &crate::app::City| (Utc::now() - city.confirmed_at()).as_seconds_f64();
    metrics.watch("snapshot_age_seconds", "Time since the database confirmed the snapshot", of(age));
    metrics.watch("database_up", "1 when PostgreSQL answers", of(|city| f64::from(u8::from(city.is_database_up()))));
    metrics.watch("process_resident_memory_bytes", "Memory of the program", resident_bytes);
}

/// The tile cache. Counts are gauges here because they are read, not counted, by this page.
pub fn watch_tiles(metrics: &Metrics, tiles: &Arc<crate::app::TileServer>) {
    let of = |read: fn(crate::app::TileCounts) -> u64| {
        let tiles = tiles.clone();
        move || read(tiles.counts()) as f64
    };
    metrics.watch("tile_cache_hits", "Tiles answered from the cache", of(|counts| counts.hits));
    metrics.watch("tile_cache_misses", "Tiles encoded for an answer", of(|counts| counts.misses));
    metrics.watch("tile_empty_answers", "Tiles with nothing in them", of(|counts| counts.empty));
    metrics.watch("tile_cache_tiles", "Tiles in the cache", of(|counts| counts.cached_tiles));
    metrics.watch("tile_cache_bytes", "Weight of the cache", of(|counts| counts.cached_bytes));
}

/// NaN where the system does not tell.
fn resident_bytes() -> f64 {
    let kilobytes = fs::read_to_string("/proc/self/status").ok().and_then(|status| {
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.split_whitespace().next()?.parse::<f64>().ok()
    });
    kilobytes.map_or(f64::NAN, |kilobytes| kilobytes * 1024.0)
}

/// Numbers for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "operation", responses((status = 200, description = "OpenMetrics text", content_type = "application/openmetrics-text", body = String)))]
pub async fn show_metrics(State(state): State<AppState>) -> Result<Response, Problem> {
    const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let text = state.metrics.text().map_err(Problem::internal)?;
    Ok(([(header::CONTENT_TYPE, MEDIA_TYPE), (header::CACHE_CONTROL, "no-store")], text).into_response())
}
