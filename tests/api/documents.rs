//! What describes and surrounds the API: OpenAPI, its page, health, metrics, the application.

use std::collections::BTreeSet;
use std::path::Path;

use axum::body::Body;

use super::client::planner;
use crate::support::sketch::{Sketch, at};

fn city() -> pianqu::snapshot::Snapshot {
    Sketch::new().community("和平小区", at(0.0, 0.0), 120).snapshot()
}

/// The contract with every client. After a wanted change: `UPDATE_GOLDEN=1 cargo test openapi`.
#[test]
fn the_description_of_the_api_is_pinned() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/openapi.json");
    let now = pianqu::http::openapi().to_pretty_json().unwrap() + "\n";
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &now).unwrap();
    }
    let pinned = std::fs::read_to_string(&path).unwrap();
    assert!(now == pinned, "the API has changed: look at what UPDATE_GOLDEN=1 makes of tests/golden/openapi.json");
}

#[tokio::test]
async fn the_description_names_what_the_landing_page_links_to() {
    let client = planner(city());
    let described = client.get("/api/openapi.json").await;
    assert!(described.header("content-type").starts_with("application/vnd.oai.openapi+json"));
    let described = described.json();
    assert_eq!(described["openapi"], "3.1.0");
    let paths: BTreeSet<_> = described["paths"].as_object().unwrap().keys().map(String::as_str).collect();
    for link in client.get("/api").await.json()["links"].as_array().unwrap() {
        let path = link["href"].as_str().unwrap().strip_prefix("http://pianqu.test").unwrap();
        assert!(paths.contains(path.split('?').next().unwrap()), "{path} is not described");
        assert_eq!(client.get(path).await.status.as_u16(), 200, "{path}");
    }
    for reference in described.to_string().split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(described["components"]["schemas"].get(name).is_some(), "there is no schema {name}");
    }
}

#[tokio::test]
async fn the_page_to_try_needs_nothing_from_outside() {
    let client = planner(city());
    let page = client.get("/api/docs").await;
    let script = client.get("/api/docs/page.js").await;
    assert!(page.header("content-security-policy").contains("script-src 'self'"));
    for text in [&page.body, &script.body] {
        assert!(!String::from_utf8_lossy(text).contains("://"), "something is fetched from elsewhere");
    }
}

#[tokio::test]
async fn readiness_follows_the_database_and_reads_go_on() {
    let client = planner(city());
    assert_eq!(client.get("/readyz").await.json()["database"], "up");
    client.city.set_database_up(false);
    let answer = client.get("/readyz").await;
    assert_eq!(answer.status.as_u16(), 503);
    let readiness: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(readiness["is_ready"], false);
    assert_eq!(readiness["database"], "away");
    assert!(readiness["age_s"].as_f64().unwrap() > 0.0);
    assert_eq!(client.get("/healthz").await.status.as_u16(), 200);
    assert_eq!(client.get("/api/collections/community/items").await.ids(), [1]);
}

#[tokio::test]
async fn metrics_count_by_route_and_not_by_path() {
    let client = planner(city());
    client.get("/api/collections/community/items/1").await;
    client.get("/api/collections/community/items/2").await;
    for junk in 0..50 {
        client.get(&format!("/junk-{junk}.x")).await;
    }
    let metrics = client.get("/metrics").await;
    let text = String::from_utf8_lossy(&metrics.body);
    let line = "route=\"/api/collections/{layer}/items/{id}\",status=\"200\"} 1";
    assert!(text.contains(line), "{text}");
    assert!(text.contains("pianqu_snapshot_features 1"), "{text}");
    assert!(text.contains("pianqu_process_resident_memory_bytes"));
    assert!(!text.contains("junk"));
}

#[tokio::test]
async fn the_application_answers_any_address_of_its_own() {
    let client = planner(city());
    let page = client.get_with("/map/community/1", &[("accept", "text/html")]).await;
    assert!(page.header("content-type").starts_with("text/html"), "{:?}", page.headers);
    client.get("/assets/not-there.js").await.problem(404, "unknown-page");
    client.get("/tiles").await.problem(404, "unknown-page");
    client.send("POST", "/map", &[], Body::empty()).await.problem(405, "method-not-allowed");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn an_address_that_ends_with_a_slash_is_the_same_address() {
    let client = planner(city());
    assert_eq!(client.get("/api/").await.json(), client.get("/api").await.json());
    let answer = client.get("/api/collections/community/items/?limit=5").await;
    assert_eq!(answer.status.as_u16(), 308);
    assert_eq!(answer.header("location"), "/api/collections/community/items?limit=5");
    let astray = client.get("//api//elsewhere.example/").await;
    assert_eq!(astray.header("location"), "/api//elsewhere.example", "no way to another host");
}
