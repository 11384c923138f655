//! Whatever is wrong in a request is told by name.

use axum::body::Body;
use proptest::prelude::*;

use super::client::{client, planner};
use crate::support::sketch::{Sketch, at};
use pianqu::http::Settings;

fn city() -> pianqu::snapshot::Snapshot {
    Sketch::new()
        .community("和平小区", at(0.0, 0.0), 120)
        .street("迎宾大道", "primary", &[at(0.0, 0.0), at(300.0, 0.0)])
        .snapshot()
}

/// Path, status, type, the parameter that is named, words that the explanation holds.
const TABLE: &[(&str, u16, &str, &str, &str)] = &[
    ("/api/collections/pipe", 404, "unknown-layer", "layer", "pipe"),
    ("/api/collections/pipe/items", 404, "unknown-layer", "layer", "pipe"),
    ("/api/collections/communities/items", 404, "unknown-layer", "layer", "communities"),
    ("/api/collections/community/items/999", 404, "unknown-feature", "id", "999"),
    ("/api/collections/community/items/one", 404, "unknown-feature", "id", "one"),
    ("/api/collections/community/items?bbox=1,2,3", 400, "invalid-parameter", "bbox", "3 numbers"),
    (
        "/api/collections/community/items?bbox=30.1,104.6,30.2,104.7",
        400,
        "invalid-parameter",
        "bbox",
        "longitude comes first",
    ),
    ("/api/collections/community/items?bbox=200,30,201,31", 400, "invalid-parameter", "bbox", "±180"),
    ("/api/collections/community/items?bbox=104,30,a,31", 400, "invalid-parameter", "bbox", "number 3"),
    ("/api/collections/community/items?bbox=104,30,inf,31", 400, "invalid-parameter", "bbox", "number 3"),
    ("/api/collections/community/items?bbox=104,31,105,30", 400, "invalid-parameter", "bbox", "above"),
    ("/api/collections/community/items?bbox=", 400, "invalid-parameter", "bbox", "number 1"),
    ("/api/collections/community/items?crs=EPSG:4326", 400, "invalid-parameter", "crs", "EPSG:4326"),
    (
        "/api/collections/community/items?bbox=1,2,3,4&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/4610",
        400,
        "invalid-parameter",
        "bbox-crs",
        "4610",
    ),
    ("/api/collections/community/items?limit=0", 400, "invalid-parameter", "limit", "from 1 on"),
    ("/api/collections/community/items?limit=-5", 400, "invalid-parameter", "limit", "-5"),
    ("/api/collections/community/items?limit=many", 400, "invalid-parameter", "limit", "many"),
    ("/api/collections/community/items?limit=5&limit=6", 400, "invalid-parameter", "limit", "more than once"),
    ("/api/collections/community/items?cursor=x", 400, "invalid-parameter", "cursor", "x"),
    ("/api/collections/community/items?cursor=-1", 400, "invalid-parameter", "cursor", "-1"),
    ("/api/collections/community/items?datetime=yesterday", 400, "invalid-parameter", "datetime", "yesterday"),
    (
        "/api/collections/community/items?datetime=2026-05-02/2026-05-01",
        400,
        "invalid-parameter",
        "datetime",
        "before it begins",
    ),
    ("/api/collections/community/items?households=many", 400, "invalid-parameter", "households", "many"),
    ("/api/collections/street/items?street_class=motorway", 400, "invalid-parameter", "street_class", "motorway"),
    ("/api/collections/street/items?colour=red", 400, "unknown-parameter", "colour", "no such parameter"),
    ("/api/collections/community/items?properties=name,colour", 400, "invalid-parameter", "properties", "colour"),
    ("/api/collections/community/items?f=xml", 400, "invalid-parameter", "f", "xml"),
    ("/api/collections/community/items?viewer=god", 400, "invalid-parameter", "viewer", "god"),
    ("/api/collections?limit=5", 400, "unknown-parameter", "limit", "no such parameter"),
];

#[tokio::test]
async fn each_bad_parameter_is_named_and_explained() {
    let client = planner(city());
    for (path, status, kind, parameter, words) in TABLE {
        let problem = client.get(path).await.problem(*status, kind);
        let fault = &problem["errors"][0];
        assert_eq!(fault["parameter"], *parameter, "{path}");
        assert!(fault["detail"].as_str().unwrap().contains(words), "{path}: {fault}");
    }
}

#[tokio::test]
async fn nothing_there_and_the_wrong_method_are_problems() {
    let client = planner(city());
    client.get("/api/nothing").await.problem(404, "unknown-page");
    let answer = client.send("DELETE", "/api/collections", &[], Body::empty()).await;
    answer.problem(405, "method-not-allowed");
    assert!(answer.header("allow").contains("GET"));
}

#[tokio::test]
async fn an_over_long_url_is_refused() {
    let client = planner(city());
    let path = format!("/api/collections/community/items?bbox={}", "1".repeat(9000));
    client.get(&path).await.problem(414, "url-too-long");
}

#[tokio::test]
async fn with_no_room_left_the_client_is_told_when_to_come_back() {
    let client = client(city(), Settings { max_requests_under_way: 0, ..Settings::default() });
    let answer = client.get("/api").await;
    answer.problem(503, "too-busy");
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(client.get("/healthz").await.status.as_u16(), 200, "health is answered under any load");
}

#[tokio::test]
async fn the_type_of_a_problem_leads_to_its_page() {
    let client = planner(city());
    let problem = client.get("/api/collections/pipe").await.problem(404, "unknown-layer");
    let page = client.get(problem["type"].as_str().unwrap()).await.json();
    assert_eq!(page["title"], problem["title"]);
    client.get("/problems/unheard-of").await.problem(404, "unknown-page");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn junk_is_answered_or_refused_and_never_a_failure(
        name in prop::sample::select(vec!["bbox", "bbox-crs", "crs", "datetime", "limit", "cursor", "properties", "households", "estimated_cost", "is_scattered", "f"]),
        junk in prop_oneof!["[0-9,.eE+/:TZ-]{0,40}", "\\PC{0,20}", "(-?[0-9]{1,400},){3}[0-9]{1,20}"],
    ) {
        let client = planner(city());
        let value: String = junk.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let answer = runtime.block_on(client.get(&format!("/api/collections/community/items?{name}={value}")));
        prop_assert!(matches!(answer.status.as_u16(), 200 | 400), "{} {}", answer.status, junk);
    }
}
