//! Numbers for Prometheus: requests, the snapshot, memory, and whatever a part of the server adds.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use super::problem::Problem;
use super::{AppState, process};
use crate::app::jobs::{JobCounts, Jobs};

type Reading = Gauge<f64, AtomicU64>;
type Total = Counter<f64, AtomicU64>;

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
    /// Each reads a number anew at each scrape.
    readers: Mutex<Vec<Box<dyn Fn() + Send + Sync>>>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("pianqu");
        let seconds =
            || Histogram::new([0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0]);
        let requests = Family::new_with_constructor(seconds as fn() -> Histogram);
        registry.register_with_unit("http_request_duration", "Time to an answer", Unit::Seconds, requests.clone());
        Self { registry: Mutex::new(registry), requests, readers: Mutex::default() }
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
        self.lock_registry().register(name, help, gauge.clone());
        self.lock_readers().push(Box::new(move || {
            gauge.set(read());
        }));
    }

    /// Adds a number that only grows; `_total` is put behind its name.
    pub fn watch_total(&self, name: &str, help: &str, read: impl Fn() -> f64 + Send + Sync + 'static) {
        let total = Total::default();
        self.lock_registry().register(name, help, total.clone());
        self.lock_readers().push(Box::new(move || total.inner().store(read().to_bits(), Ordering::Relaxed)));
    }

    fn lock_registry(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_readers(&self) -> MutexGuard<'_, Vec<Box<dyn Fn() + Send + Sync>>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn text(&self) -> Result<String, std::fmt::Error> {
        self.lock_readers().iter().for_each(|read| read());
        let mut text = String::new();
        encode(&mut text, &self.lock_registry())?;
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
    let revisions = Arc::new(AtomicU64::default());
    let counted = revisions.clone();
    city.on_publish(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
    });
    let revisions = move || revisions.load(Ordering::Relaxed) as f64;
    metrics.watch_total("snapshot_publications", "Revisions that this node has published", revisions);
}

/// What the process uses, and which version it is.
pub fn watch_process(metrics: &Metrics) {
    let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
    metrics.lock_registry().register("build", "The program that runs", version);
    metrics.watch("process_resident_memory_bytes", "Memory of the program", process::resident_bytes);
    metrics.watch_total("process_cpu_seconds", "Processor time since the start", process::cpu_seconds);
    metrics.watch("process_threads", "Threads", process::threads);
    metrics.watch("process_open_fds", "Open files and sockets", process::open_files);
    let started = Utc::now();
    let running = move || (Utc::now() - started).as_seconds_f64();
    metrics.watch("process_running_seconds", "Time since the start", running);
}

/// How near the server is to its limit of requests.
pub fn watch_requests(metrics: &Metrics, under_way: impl Fn() -> usize + Send + Sync + 'static, limit: usize) {
    metrics.watch("http_requests_under_way", "Requests that are being answered", move || under_way() as f64);
    metrics.watch("http_requests_limit", "Requests under way at most", move || limit as f64);
}

/// Imports and other long work of this node.
pub fn watch_jobs(metrics: &Metrics, jobs: &Jobs) {
    let of = |read: fn(JobCounts) -> u64| {
        let jobs = jobs.clone();
        move || read(jobs.counts()) as f64
    };
    metrics.watch("jobs_at_work", "Jobs that are being worked on", of(|counts| counts.at_work));
    metrics.watch_total("jobs_done", "Jobs that ended as asked", of(|counts| counts.done));
    metrics.watch_total("jobs_failed", "Jobs that ended with nothing done", of(|counts| counts.failed));
}

/// Connections to PostgreSQL.
pub fn watch_store(metrics: &Metrics, store: &crate::store::Store) {
    let pool = store.pool().clone();
    metrics.watch("database_connections", "Connections in the pool", move || f64::from(pool.size()));
    let pool = store.pool().clone();
    metrics.watch("database_connections_idle", "Connections that wait for work", move || pool.num_idle() as f64);
}

/// The tile cache.
pub fn watch_tiles(metrics: &Metrics, tiles: &Arc<crate::app::TileServer>) {
    let of = |read: fn(crate::app::TileCounts) -> u64| {
        let tiles = tiles.clone();
        move || read(tiles.counts()) as f64
    };
    metrics.watch_total("tile_cache_hits", "Tiles answered from the cache", of(|counts| counts.hits));
    metrics.watch_total("tile_cache_misses", "Tiles encoded for an answer", of(|counts| counts.misses));
    metrics.watch_total("tile_empty_answers", "Tiles with nothing in them", of(|counts| counts.empty));
    metrics.watch("tile_cache_tiles", "Tiles in the cache", of(|counts| counts.cached_tiles));
    metrics.watch("tile_cache_bytes", "Weight of the cache", of(|counts| counts.cached_bytes));
}

/// Numbers for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "operation", responses((status = 200, description = "OpenMetrics text", content_type = "application/openmetrics-text", body = String)))]
pub async fn show_metrics(State(state): State<AppState>) -> Result<Response, Problem> {
    const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let text = state.metrics.text().map_err(Problem::internal)?;
    Ok(([(header::CONTENT_TYPE, MEDIA_TYPE), (header::CACHE_CONTROL, "no-store")], text).into_response())
}
