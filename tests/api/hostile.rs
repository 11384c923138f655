//! Whatever a client may send to be written: each a clear problem, and nothing written.

use axum::body::Body;
use pianqu::http::Settings;
use serde_json::{Value, json};

use super::edits::{Office, gate, office, open};

const ITEMS: &str = "/api/collections/gate/items";

impl Office {
    async fn raw(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> super::client::Answer {
        self.client.send(method, path, headers, body.into()).await
    }

    /// What is in the database, by which one sees that nothing was written.
    async fn written(&self) -> (i64, i64) {
        let client = self.db.store.connect_raw().await.unwrap();
        let row =
            client.query_one("select (select count(*) from gate), (select count(*) from edit)", &[]).await.unwrap();
        (row.get(0), row.get(1))
    }
}

const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn a_body_that_is_no_json_or_says_two_things_is_refused_with_its_place() {
    let office = office(open()).await;
    let point = |x: &str| {
        format!(r#"{{"type":"Feature","geometry":{{"type":"Point","coordinates":[{x},30.12]}},"properties":{{}}}}"#)
    };
    let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
    for (body, say) in [
        (point("1e400"), "number out of range at line 1 column"),
        (point("NaN"), "expected value at line 1 column"),
        (point("-Infinity"), "is not JSON"),
        (
            point("104.65").replace("\"properties\"", "\"geometry\":null,\"properties\""),
            "«geometry» stands twice at line 1",
        ),
        (r#"{"type":"Feature","properties":{"name":"\ud800"}}"#.to_owned(), "at line 1 column"),
        (r#"{"type":"Feature","properties":{"name":"东"}"#.to_owned(), "EOF while parsing"),
        (deep, "recursion limit exceeded"),
        (String::new(), "EOF while parsing"),
    ] {
        let problem = office.raw("POST", ITEMS, &[JSON], body.clone()).await.problem(400, "invalid-body");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(say), "{detail} for {}", &body[..body.len().min(120)]);
    }
    let broken = [b'"', 0xff, 0xfe, b'"'];
    office.raw("POST", ITEMS, &[JSON], broken.to_vec()).await.problem(400, "invalid-body");
    assert_eq!(office.written().await, (0, 0));
}

#[tokio::test]
async fn values_beyond_what_a_table_holds_are_told_by_their_place() {
    let office = office(Settings { max_changes: 10, ..open() }).await;
    office.gate("东门").await;
    let update =
        |id: Value, feature: Value| json!({ "operation": "update", "layer": "gate", "id": id, "feature": feature });
    let rename = || json!({ "properties": { "name": "x" } });
    let at = |x: Value, y: Value| json!({ "geometry": { "type": "Point", "coordinates": [x, y] } });
    let before = office.written().await;
    for (changes, status, kind, pointer) in [
        (json!([update(json!(1e30), rename())]), 400, "invalid-body", "/changes/0/id"),
        (json!([update(json!(9_223_372_036_854_775_808_u64), rename())]), 400, "invalid-body", "/changes/0/id"),
        (json!([update(json!("1"), rename())]), 400, "invalid-body", "/changes/0/id"),
        (
            json!([update(json!(1), json!({ "properties": { "name": "a\0b" } }))]),
            422,
            "invalid-feature",
            "/changes/0/feature/properties/name",
        ),
        (
            json!([update(json!(1), json!({ "properties": { "a/b\0": 1 } }))]),
            422,
            "invalid-feature",
            "/changes/0/feature/properties/a~1b\0",
        ),
        (
            json!([update(json!(1), at(json!(1e308), json!(-1e308)))]),
            422,
            "invalid-geometry",
            "/changes/0/feature/geometry/coordinates",
        ),
        (
            json!([update(json!(1), at(json!("104"), json!(30)))]),
            422,
            "invalid-geometry",
            "/changes/0/feature/geometry/coordinates",
        ),
        (
            json!([update(json!(1), json!({ "id": 2, "properties": { "name": "x" } }))]),
            400,
            "invalid-body",
            "/changes/0/feature/id",
        ),
        (json!([update(json!(1), json!({}))]), 400, "invalid-body", "/changes/0/feature"),
        (
            json!([{ "operation": "delete", "layer": "gate", "id": 1 }, update(json!(1), rename())]),
            400,
            "invalid-body",
            "/changes/1/id",
        ),
        (json!([{ "operation": "rename", "layer": "gate", "id": 1 }]), 400, "invalid-body", "/changes/0/operation"),
        (json!([{ "operation": "delete", "layer": "gate" }]), 400, "invalid-body", "/changes/0/id"),
        (json!([{ "operation": "delete", "layer": "castle", "id": 1 }]), 400, "invalid-body", "/changes/0/layer"),
        (
            json!([{ "operation": "delete", "layer": "gate", "id": 1, "version": 4_294_967_296_i64 }]),
            400,
            "invalid-body",
            "/changes/0/version",
        ),
        (json!(vec![update(json!(1), rename()); 11]), 422, "too-complex", "/changes"),
        (json!({}), 400, "invalid-body", "/changes"),
    ] {
        let problem = office.send("POST", "/api/edits", json!({ "changes": changes })).await.problem(status, kind);
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    for message in ["长".repeat(301), "a\0b".to_owned()] {
        let order = json!({ "message": message, "changes": [update(json!(1), rename())] });
        let problem = office.send("POST", "/api/edits", order).await.problem(400, "invalid-body");
        assert_eq!(problem["errors"][0]["pointer"], "/message");
    }
    assert_eq!(office.written().await, before);
    office.client.get("/api/edits?actor=%00").await.problem(400, "invalid-parameter");
    office.client.get("/api/edits?before=99999999999999999999").await.problem(400, "invalid-parameter");
    for id in ["99999999999999999999", "-1", "1e3", "%00", "a%2Fb"] {
        office.client.get(&format!("{ITEMS}/{id}")).await.problem(404, "unknown-feature");
        office.send("DELETE", &format!("{ITEMS}/{id}"), Value::Null).await.problem(404, "unknown-feature");
        office.send("POST", &format!("/api/edits/{id}/undo"), Value::Null).await.problem(404, "unknown-edit");
    }
}

#[tokio::test]
async fn headers_that_lead_astray_change_nothing() {
    let office = office(open()).await;
    office.gate("东门").await;
    let before = office.written().await;
    let path = format!("{ITEMS}/1");
    let rename = json!({ "properties": { "name": "x" } });
    for etag in ["\"v1\", \"v2\"", "W/\"v1\"", "\"v99999999999\"", "v1", "", "\"v1\"\"", "*, \"v1\"", "\u{e9}"] {
        let headers = [("if-match", etag)];
        office.send_with("PATCH", &path, &headers, rename.clone()).await.problem(412, "version-conflict");
    }
    office.raw("PATCH", &path, &[], rename.to_string()).await.problem(400, "invalid-body");
    for media_type in ["text/plain", "application/x-www-form-urlencoded", "application/geo+xml", "json", "\u{e9}"] {
        let answer = office.raw("PATCH", &path, &[("content-type", media_type)], rename.to_string()).await;
        answer.problem(415, "unsupported-media-type");
    }
    for crs in ["EPSG:32648", "<nonsense>", "\u{e9}"] {
        let answer = office.send_with("PATCH", &path, &[("content-crs", crs)], rename.clone()).await;
        answer.problem(400, "invalid-parameter");
    }
    let long = "x".repeat(81);
    for actor in [long.as_str(), "%00", "%E6%9D", "%"] {
        let headers = [JSON, ("pianqu-actor", actor)];
        office.raw("PATCH", &path, &headers, rename.to_string()).await.problem(400, "invalid-parameter");
    }
    assert_eq!(office.written().await, before);
    // A feature that never was is not found, whatever version one claims to have seen of it.
    let headers = [("if-match", "\"v1\"")];
    office.send_with("PUT", &format!("{ITEMS}/77"), &headers, gate("x")).await.problem(404, "unknown-feature");
    assert_eq!(office.send_with("DELETE", &path, &headers, Value::Null).await.status.as_u16(), 204);
    // One that was deleted meanwhile is a conflict, which says who did it.
    let problem = office.send_with("PUT", &path, &headers, gate("x")).await.problem(412, "version-conflict");
    assert_eq!(problem["conflicts"][0]["current"], Value::Null);
    assert_eq!(problem["conflicts"][0]["changed_since"][0]["operation"], "delete");
}

#[tokio::test]
async fn a_million_vertices_are_counted_and_not_judged() {
    let office = office(Settings { max_body_bytes: 64 << 20, ..open() }).await;
    let ring: Vec<[f64; 2]> = (0..1_000_000).map(|i| [104.0 + f64::from(i) * 1e-6, 30.0]).collect();
    let feature = |ring: &[[f64; 2]]| json!({ "type": "Feature", "geometry": { "type": "Polygon", "coordinates": [ring] }, "properties": { "name": "x" } });
    let items = "/api/collections/community/items";
    let problem = office.send("POST", items, feature(&ring)).await.problem(422, "too-complex");
    assert_eq!(problem["errors"][0]["pointer"], "/geometry/coordinates/0");
    assert!(problem["detail"].as_str().unwrap().contains("100000 vertices at most"), "{problem}");
    let many: Vec<Value> = vec![json!([[104.0, 30.0], [104.1, 30.0], [104.1, 30.1], [104.0, 30.0]]); 25_001];
    let parts = json!({ "type": "Feature", "geometry": { "type": "Polygon", "coordinates": many }, "properties": { "name": "x" } });
    office.send("POST", items, parts).await.problem(422, "too-complex");
    assert_eq!(office.written().await, (0, 0));
}

#[tokio::test]
async fn a_filter_that_goes_wrong_is_refused_with_its_place() {
    let office = office(open()).await;
    let deep_text = format!("{}TRUE{}", "(".repeat(500), ")".repeat(500));
    let deep_json = format!("{}true{}", "[".repeat(500), "]".repeat(500));
    for (filter, lang, say) in [
        ("name = ", "cql2-text", "character"),
        ("name = 'x' AND AND", "cql2-text", "character 16"),
        ("colour = 1", "cql2-text", "character 1"),
        ("S_INTERSECTS(geometry, POINT(1e999 30))", "cql2-text", "character"),
        ("S_INTERSECTS(geometry, POLYGON((104 30)))", "cql2-text", "character"),
        ("name = '\u{0}", "cql2-text", "character"),
        (&deep_text, "cql2-text", "nested more than 64"),
        (&deep_json, "cql2-json", "recursion limit"),
        ("{\"op\": \"=\", \"args\": [1]}", "cql2-json", "takes 2 arguments"),
        ("{\"op\": \"=\"", "cql2-json", "character"),
    ] {
        let encoded: String = filter.bytes().map(|byte| format!("%{byte:02X}")).collect();
        for path in [ITEMS, "/tiles/gate/14/12954/6753.mvt"] {
            let problem = office.client.get(&format!("{path}?filter-lang={lang}&filter={encoded}")).await;
            let problem = problem.problem(400, "invalid-parameter");
            assert_eq!(problem["errors"][0]["parameter"], "filter");
            assert!(problem["detail"].as_str().unwrap().contains(say), "{problem}");
        }
    }
}
