//! `OPTIONS`: which methods an address takes, for clients that turn editing on by it (QGIS does), and in
//! which media types (OGC API Features part 4).
//!
//! In two steps, because the router adds `Allow` to what the layers around a route have answered:
//! [`answer`] takes the question before others do, [`tell`] reads the router's `Allow` outside of it.

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::AppState;
use super::caller::Caller;
use super::problem::{Kind, Problem};
use crate::domain::Viewer;

const ACCEPT_POST: HeaderName = HeaderName::from_static("accept-post");
const ACCEPT_PATCH: HeaderName = HeaderName::from_static("accept-patch");

/// The mark of an answer to `OPTIONS`, on its way out.
#[derive(Debug, Clone)]
struct Asked {
    path: String,
    may_write: bool,
}

/// Answers where there is something at the address. A browser's question before a page of another origin
/// asks is not this one.
pub async fn answer(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let is_preflight = request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if request.method() != Method::OPTIONS || is_preflight {
        return next.run(request).await;
    }
    let (mut parts, _) = request.into_parts();
    if parts.extensions.get::<MatchedPath>().is_none() {
        return Problem::new(Kind::UnknownPage, "There is nothing at this address.").into_response();
    }
    let path = parts.uri.path().to_owned();
    match Viewer::from_request_parts(&mut parts, &state).await {
        Ok(viewer) => {
            let caller = Caller::from_request_parts(&mut parts, &state).await;
            let is_writer = caller.is_ok_and(|caller| caller.may_write && caller.viewer == viewer);
            let may_write =
                (is_writer && is_for(viewer, &path)) || matches!(&*path, "/api/statistics" | "/api/session");
            let mut response = StatusCode::OK.into_response();
            response.extensions_mut().insert(Asked { path, may_write });
            response
        }
        Err(problem) => problem.into_response(),
    }
}

/// True when this viewer may change something at an address.
fn is_for(viewer: Viewer, path: &str) -> bool {
    let layer = path.strip_prefix("/api/collections/").and_then(|rest| rest.split('/').next());
    match (viewer, layer) {
        (Viewer::Everything, _) => true,
        (Viewer::Public, _) => false,
        (_, Some(layer)) => layer.parse().is_ok_and(|layer| viewer.may_write(layer)),
        (_, None) => {
            ["/api/edits", "/api/uploads", "/api/imports", "/api/tokens"].iter().any(|at| path.starts_with(at))
        }
    }
}

/// Names the methods that this viewer may use, and what they take.
pub async fn tell(mut response: Response) -> Response {
    let Some(Asked { path, may_write }) = response.extensions_mut().remove() else { return response };
    let headers = response.headers_mut();
    let taken = headers.remove(header::ALLOW).and_then(|value| value.to_str().map(str::to_owned).ok());
    let taken = taken.unwrap_or_default();
    let is_for_all = |method: &&str| matches!(*method, "GET" | "HEAD");
    let mut methods: Vec<&str> = taken.split(',').filter(|method| may_write || is_for_all(method)).collect();
    methods.push("OPTIONS");
    if methods.contains(&"POST") {
        headers.insert(ACCEPT_POST, HeaderValue::from_static(taken_by_post(&path)));
    }
    if methods.contains(&"PATCH") {
        headers.insert(ACCEPT_PATCH, HeaderValue::from_static("application/merge-patch+json, application/json"));
    }
    let methods = HeaderValue::try_from(methods.join(", ")).expect("names of methods are a header");
    headers.insert(header::ALLOW, methods);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

fn taken_by_post(path: &str) -> &'static str {
    if path == "/api/uploads" {
        "multipart/form-data"
    } else if path.ends_with("/items") {
        "application/geo+json, application/json"
    } else {
        "application/json"
    }
}
