//! The outermost layer: request id, one line a request in the log, security headers.

use std::time::Instant;

use axum::body::HttpBody;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use super::{AppState, request_id};

pub async fn observe(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let id = request_id::of(request.headers());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let begun = Instant::now();
    let mut response = request_id::scope(id.clone(), next.run(request)).await;

    let duration = begun.elapsed();
    let status = response.status().as_u16();
    let route = route.as_deref().unwrap_or("(none)");
    state.metrics.note_request(method.as_str(), route, status, duration);
    tracing::info!(
        method = method.as_str(),
        route,
        status,
        duration_ms = duration.as_secs_f64() * 1000.0,
        bytes = response.body().size_hint().exact(),
        request_id = id,
        "answered"
    );
    let id = HeaderValue::try_from(id).expect("a request id is visible ASCII");
    response.headers_mut().insert(request_id::HEADER, id);
    secure(&mut response, &state.policy);
    response
}

fn secure(response: &mut Response, (name, policy): &(HeaderName, HeaderValue)) {
    const HEADERS: [(HeaderName, &str); 2] =
        [(header::X_CONTENT_TYPE_OPTIONS, "nosniff"), (header::REFERRER_POLICY, "same-origin")];
    response.headers_mut().entry(name).or_insert(policy.clone());
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
}
