//! Is the program alive, and does it know the city as it is now?

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::AppState;
use super::parameters::Parameters;
use super::problem::{Problem, ProblemBody};

/// What `bytes` takes at most.
const LONGEST_HEALTH: usize = 1 << 20;
static FILLING: [u8; LONGEST_HEALTH] = [b'.'; LONGEST_HEALTH];

/// Alive: the program runs.
///
/// `bytes` asks for an answer of that length, to measure what server and line can carry.
#[utoipa::path(get, path = "/healthz", tag = "operation",
    params(("bytes" = Option<usize>, Query, description = "Length of the answer, 1048576 at most")),
    responses((status = 200, description = "Alive", body = String),
              (status = 400, description = "No such length", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn show_health(mut parameters: Parameters) -> Result<Response, Problem> {
    let bytes = parameters.take_integer("bytes", 0, LONGEST_HEALTH as i64)?;
    let body = match bytes {
        None => Bytes::from_static(b"ok\n"),
        Some(n) => Bytes::from_static(&FILLING).slice(..n as usize),
    };
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], body).into_response())
}

#[derive(Serialize, ToSchema)]
pub struct Readiness {
    is_ready: bool,
    /// How many changes of the database the snapshot holds.
    revision: u64,
    taken_at: DateTime<Utc>,
    /// Seconds since the database last confirmed that the snapshot is current.
    age_s: f64,
    /// `up` or `away`.
    database: &'static str,
}

/// Ready: PostgreSQL answers and the snapshot follows it.
///
/// While it is away reads go on from the last revision; `age_s` says how old that is.
#[utoipa::path(get, path = "/readyz", tag = "operation", responses(
    (status = 200, description = "Ready", body = Readiness),
    (status = 503, description = "PostgreSQL is away", body = Readiness),
))]
pub async fn show_readiness(State(state): State<AppState>) -> Response {
    let snapshot = state.city.snapshot();
    let is_ready = state.city.is_database_up();
    let age = Utc::now() - state.city.confirmed_at();
    let readiness = Readiness {
        is_ready,
        revision: snapshot.revision,
        taken_at: snapshot.taken_at,
        age_s: age.as_seconds_f64().max(0.0),
        database: if is_ready { "up" } else { "away" },
    };
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, [(header::CACHE_CONTROL, "no-store")], Json(readiness)).into_response()
}
