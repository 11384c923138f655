//! What the server protects itself with: URL length, requests under way, time.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

use super::problem::{Kind, Problem};
use super::{AppState, Settings};

#[derive(Clone)]
pub struct Guard {
    under_way: Arc<Semaphore>,
}

impl Guard {
    pub fn new(settings: &Settings) -> Self {
        Self { under_way: Arc::new(Semaphore::new(settings.max_requests_under_way)) }
    }

    /// Counts the requests under way.
    pub fn count_under_way(&self) -> impl Fn() -> usize + Send + Sync + use<> {
        let places = self.under_way.available_permits();
        let under_way = self.under_way.clone();
        move || places - under_way.available_permits()
    }
}

/// Refuses what is past a limit; liveness, readiness and metrics are answered under any load.
pub async fn hold_limits(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let settings = &state.settings;
    let length = request.uri().path_and_query().map_or(0, |url| url.as_str().len());
    if length > settings.max_url_bytes {
        let detail = format!("The URL has {length} bytes; {} are taken at most.", settings.max_url_bytes);
        return Problem::new(Kind::UrlTooLong, detail).into_response();
    }
    if matches!(request.uri().path(), "/healthz" | "/readyz" | "/metrics") {
        return next.run(request).await;
    }
    // Its own patience is for a client that stops sending, not for one with much to send.
    let is_upload = request.uri().path() == "/api/uploads";
    let Ok(_permit) = state.guard.under_way.try_acquire() else {
        let detail = format!("{} requests are under way already.", settings.max_requests_under_way);
        return Problem::too_busy(detail, 1).into_response();
    };
    if is_upload {
        return next.run(request).await;
    }
    match tokio::time::timeout(settings.max_request_time, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let detail = format!("No answer within {} s.", settings.max_request_time.as_secs());
            Problem { retry_after_s: Some(5), ..Problem::new(Kind::TooSlow, detail) }.into_response()
        }
    }
}
