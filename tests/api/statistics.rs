//! Statistics of a drawn area.

use axum::body::Body;
use serde_json::{Value, json};

use super::client::{planner, public};
use crate::support::sketch::{Sketch, at};
use pianqu::http::Settings;

fn city() -> pianqu::snapshot::Snapshot {
    Sketch::new()
        .community("和平小区", at(0.0, 0.0), 120)
        .community("滨江小区", at(500.0, 0.0), 300)
        .facility("诊所", "health_station", at(10.0, 10.0))
        .facility("药店", "pharmacy", at(900.0, 10.0))
        .street("迎宾大道", "primary", &[at(-300.0, 0.0), at(300.0, 0.0)])
        .utility_line("GX-001", "gas", &[at(0.0, 0.0), at(50.0, 0.0)])
        .snapshot()
}

/// A ring of corners in metres.
fn ring(corners: &[(f64, f64)]) -> Value {
    let closed = corners.iter().chain(corners.first());
    closed.map(|(east, north)| json!([at(*east, *north).0, at(*east, *north).1])).collect()
}

fn square(half_m: f64) -> Value {
    ring(&[(-half_m, -half_m), (half_m, -half_m), (half_m, half_m), (-half_m, half_m)])
}

fn body(rings: &[Value]) -> String {
    json!({"area": {"type": "Polygon", "coordinates": rings}}).to_string()
}

fn layer<'a>(statistics: &'a Value, name: &str) -> &'a Value {
    statistics["layers"].as_array().unwrap().iter().find(|layer| layer["layer"] == name).unwrap()
}

fn close(value: &Value, expected: f64) -> bool {
    // A sketch is good to half a per cent: it takes the earth for a ball.
    (value.as_f64().unwrap() / expected - 1.0).abs() < 0.005
}

#[tokio::test]
async fn a_square_counts_what_lies_in_it() {
    let found = planner(city()).post("/api/statistics", body(&[square(100.0)])).await.json();
    assert_eq!(found["revision"], 7);
    assert!(close(&found["area_m2"], 40_000.0) && close(&found["perimeter_m"], 800.0), "{found}");
    assert_eq!(layer(&found, "community")["count"], 1);
    assert_eq!(layer(&found, "community")["households"], 120);
    assert!(close(&layer(&found, "community")["area_m2"], 1600.0));
    assert_eq!(
        layer(&found, "facility")["by"],
        json!([{"field": "facility_kind", "code": "health_station", "count": 1}])
    );
    let street = layer(&found, "street");
    assert!(street["count"] == 1 && close(&street["length_m"], 200.0), "{street}");
    assert!(close(&street["by"][1]["length_m"], 200.0) || close(&street["by"][0]["length_m"], 200.0), "{street}");
    assert!(found["rule"].as_str().unwrap().contains("representative point"));
}

#[tokio::test]
async fn a_hole_is_left_out() {
    let found = planner(city()).post("/api/statistics", body(&[square(100.0), square(50.0)])).await.json();
    assert!(close(&found["area_m2"], 30_000.0));
    assert_eq!(layer(&found, "community")["count"], 0);
    assert_eq!(layer(&found, "facility")["count"], 0);
    assert!(close(&layer(&found, "street")["length_m"], 100.0));
}

#[tokio::test]
async fn several_parts_are_one_area() {
    let far = ring(&[(850.0, -50.0), (950.0, -50.0), (950.0, 50.0), (850.0, 50.0)]);
    let body = json!({"area": {"type": "MultiPolygon", "coordinates": [[square(100.0)], [far]]}});
    let found = planner(city()).post("/api/statistics", body.to_string()).await.json();
    assert_eq!(layer(&found, "facility")["count"], 2);
}

#[tokio::test]
async fn the_public_counts_no_pipe() {
    let found = public(city()).post("/api/statistics", body(&[square(100.0)])).await.json();
    assert!(found["layers"].as_array().unwrap().iter().all(|layer| layer["layer"] != "utility_line"));
    let found = planner(city()).post("/api/statistics", body(&[square(100.0)])).await.json();
    assert_eq!(layer(&found, "utility_line")["count"], 1);
}

#[tokio::test]
async fn what_is_wrong_with_an_area_is_told_where() {
    let client = planner(city());
    let bow = ring(&[(0.0, 0.0), (100.0, 100.0), (100.0, 0.0), (0.0, 100.0)]);
    let open = json!([[104.0, 30.0], [104.1, 30.0], [104.1, 30.1], [104.0, 30.1]]);
    let polygon = |rings: Value| json!({"area": {"type": "Polygon", "coordinates": rings}});
    let table = [
        (polygon(json!([bow])), 422, "invalid-geometry", "/area/coordinates/0", "self-intersection"),
        (polygon(json!([square(100.0), bow])), 422, "invalid-geometry", "/area/coordinates/1", "self-intersection"),
        (polygon(json!([square(50.0), square(100.0)])), 422, "invalid-geometry", "/area/coordinates/1", "exterior"),
        (polygon(json!([open])), 422, "invalid-geometry", "/area/coordinates/0", "not closed"),
        (
            polygon(json!([[[104.0, 30.0], [104.1, 30.0], [104.0, 30.0]]])),
            422,
            "invalid-geometry",
            "/area/coordinates/0",
            "at least 4",
        ),
        (
            polygon(json!([[[30.0, 104.0], [30.0, 104.1], [30.1, 104.1], [30.0, 104.0]]])),
            422,
            "invalid-geometry",
            "/area/coordinates/0/0",
            "longitude comes first",
        ),
        (
            polygon(json!([[[104.0, 30.0], [104.1, null], [104.1, 30.1], [104.0, 30.0]]])),
            422,
            "invalid-geometry",
            "/area/coordinates/0/1",
            "position",
        ),
        (polygon(json!([])), 422, "invalid-geometry", "/area/coordinates", "no ring"),
        (
            json!({"area": {"type": "Point", "coordinates": [104.0, 30.0]}}),
            422,
            "invalid-geometry",
            "/area/type",
            "Point",
        ),
        (json!({"area": 5}), 422, "invalid-geometry", "/area", "geometry"),
        (json!({}), 400, "invalid-body", "/area", "missing"),
        (json!({"area": {}, "colour": 1}), 400, "invalid-body", "/colour", "no such member"),
        (json!([]), 400, "invalid-body", "", "object"),
    ];
    for (body, status, kind, pointer, words) in table {
        let problem = client.post("/api/statistics", body.to_string()).await.problem(status, kind);
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
        assert!(problem["errors"][0]["detail"].as_str().unwrap().contains(words), "{problem}");
    }
    client.post("/api/statistics", "{").await.problem(400, "invalid-body");
    client
        .send("POST", "/api/statistics", &[("content-type", "text/plain")], Body::from("{}"))
        .await
        .problem(415, "unsupported-media-type");
}

#[tokio::test]
async fn limits_on_bodies_and_vertices_hold() {
    let settings = Settings { max_body_bytes: 2000, max_area_vertices: 20, ..Settings::default() };
    let client = super::client::client(city(), settings);
    let ring: Vec<_> = (0..30).map(|i| (f64::from(i).cos() * 100.0, f64::from(i).sin() * 100.0)).collect();
    client.post("/api/statistics", body(&[self::ring(&ring)])).await.problem(422, "too-complex");
    client.post("/api/statistics", " ".repeat(3000)).await.problem(413, "body-too-large");
}
