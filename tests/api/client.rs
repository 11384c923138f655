//! A client of the router without a socket.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use futures_util::StreamExt as _;
use pianqu::app::{City, TileCounts};
use pianqu::domain::Viewer;
use pianqu::http::{AppState, Settings, router};
use pianqu::snapshot::Snapshot;
use serde_json::Value;
use tower::ServiceExt;

pub struct Client {
    router: axum::Router,
    state: AppState,
    pub city: Arc<City>,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

pub const TOKEN: &str = "a-token-of-the-tests";

/// A planner on the same machine: anonymous, sees everything.
pub fn planner(snapshot: Snapshot) -> Client {
    client(snapshot, Settings { anonymous_viewer: Viewer::Everything, ..Settings::default() })
}

/// A server for the public that knows one token.
pub fn public(snapshot: Snapshot) -> Client {
    client(snapshot, Settings { admin_token: Some(TOKEN.to_owned()), ..Settings::default() })
}

pub fn client(snapshot: Snapshot, settings: Settings) -> Client {
    client_of(AppState::new(Arc::new(City::new(snapshot)), settings))
}

pub fn client_of(state: AppState) -> Client {
    Client { router: router(state.clone()), city: state.city.clone(), state }
}

impl Client {
    pub fn lanes(&self) -> &pianqu::app::Lanes {
        &self.state.lanes
    }

    pub fn tile_counts(&self) -> TileCounts {
        self.state.tile_counts()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], Body::empty()).await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send("GET", path, headers, Body::empty()).await
    }

    /// What comes within a time of an answer that does not end.
    pub async fn beginning(&self, path: &str, headers: &[(&str, &str)], patience: std::time::Duration) -> String {
        let mut request = Request::get(path).header("host", "pianqu.test");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let mut body = response.into_body().into_data_stream();
        let mut text = String::new();
        let until = tokio::time::Instant::now() + patience;
        while let Ok(Some(chunk)) = tokio::time::timeout_at(until, body.next()).await {
            text.push_str(&String::from_utf8_lossy(&chunk.unwrap()));
        }
        text
    }

    pub async fn post(&self, path: &str, body: impl Into<Body>) -> Answer {
        self.send("POST", path, &[("content-type", "application/json")], body.into()).await
    }

    /// What an endless answer says until it has nothing to say for a while.
    pub async fn listen(&self, path: &str) -> String {
        let request = Request::builder().uri(path).header("host", "pianqu.test").body(Body::empty()).unwrap();
        let mut said = self.router.clone().oneshot(request).await.unwrap().into_body().into_data_stream();
        let mut text = String::new();
        while let Ok(Some(part)) = tokio::time::timeout(Duration::from_millis(500), said.next()).await {
            text.push_str(std::str::from_utf8(&part.unwrap()).unwrap());
        }
        text
    }

    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Body) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("host", "pianqu.test");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

impl Answer {
    /// The JSON of a successful answer.
    #[track_caller]
    pub fn json(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", String::from_utf8_lossy(&self.body));
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The problem of a refusal, checked for what every problem has.
    #[track_caller]
    pub fn problem(&self, status: u16, kind: &str) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.body));
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem: Value = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(problem["type"], format!("/problems/{kind}"), "{problem}");
        assert_eq!(problem["status"], status);
        assert_eq!(problem["request_id"].as_str().unwrap(), self.header("x-request-id"));
        assert!(!problem["title"].as_str().unwrap().is_empty() && !problem["detail"].as_str().unwrap().is_empty());
        problem
    }

    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The ids of a page of features.
    #[track_caller]
    pub fn ids(&self) -> Vec<i64> {
        self.json()["features"].as_array().unwrap().iter().map(|feature| feature["id"].as_i64().unwrap()).collect()
    }
}
