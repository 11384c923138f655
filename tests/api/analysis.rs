//! Reach, coverage and what-if over HTTP.

use std::time::Duration;

use pianqu::domain::{LayerId, Viewer};
use pianqu::http::Settings;
use pianqu::snapshot::Snapshot;
use serde_json::{Value, json};

use super::client::{client, planner, public};
use crate::support::sketch::{Sketch, line, on_plane as at, square};

/// Two banks of a river; houses on both, a nursery on the west bank, a closed gate.
fn city() -> Snapshot {
    let community = [("name", "东岸小区".into()), ("households", 80.into())];
    Sketch::new()
        .street("西街", "residential", &[at(-60.0, -400.0), at(-60.0, 0.0), at(-60.0, 400.0)])
        .street("东街", "residential", &[at(60.0, -400.0), at(60.0, 0.0), at(60.0, 400.0)])
        .barrier("river", &[at(0.0, -900.0), at(0.0, 900.0)])
        .feature(LayerId::Community, square(at(100.0, 0.0), 120.0), &community)
        .building("西楼", at(-80.0, 100.0))
        .building("东楼", at(80.0, 20.0))
        .facility("托育", "nursery", at(-60.0, 0.0))
        .snapshot()
}

fn nursery(more: Value) -> String {
    let mut order = json!({"kinds": [{"facility_kinds": ["nursery"], "radius_m": 300}], "with_buildings": true});
    order.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    order.to_string()
}

fn rounded(value: &Value) -> Vec<Option<i64>> {
    value.as_array().unwrap().iter().map(|m| m.as_f64().map(|m| m.round() as i64)).collect()
}

#[tokio::test]
async fn coverage_says_who_is_reached_and_who_is_not() {
    let found = planner(city()).post("/api/analysis/coverage", nursery(json!({}))).await.json();
    assert_eq!((&found["revision"], &found["modifications"]), (&json!(7), &json!(0)));
    let result = &found["results"][0];
    assert_eq!(rounded(&result["buildings"]["distance_m"]), [Some(120), None]);
    assert_eq!(result["buildings"]["why"], json!([0, 2]));
    assert_eq!(result["buildings"]["facility_id"], json!([1, null]));
    assert_eq!(found["gaps"][0]["community"], "东岸小区");
    assert_eq!(found["gaps"][0]["households_affected"], 80.0);
    assert_eq!(found["network"]["components"], 2);
    assert_eq!(result["city"]["verdict"], "fail");
}

#[tokio::test]
async fn what_if_a_footbridge_and_a_nursery_here_or_there() {
    let client = planner(city());
    let ask = async |modifications: Value| {
        let found =
            client.post("/api/analysis/coverage", nursery(json!({"modifications": modifications}))).await.json();
        (rounded(&found["results"][0]["buildings"]["distance_m"]), found["gap_count"].clone())
    };
    let [west, east] = [at(-60.0, 0.0), at(60.0, 0.0)].map(|(lon, lat)| json!([lon, lat]));
    let bridge = json!({"kind": "add_street", "is_bridge": true, "line": [west, east]});
    assert_eq!(ask(json!([bridge])).await, (vec![Some(120), Some(160)], json!(0)));
    let ford = json!({"kind": "add_street", "line": [west, east]});
    assert_eq!(ask(json!([ford])).await, (vec![Some(120), None], json!(1)), "a way through the water is cut");
    let moved = json!({"kind": "move_facility", "facility_id": 1, "at": east});
    assert_eq!(ask(json!([moved])).await, (vec![None, Some(40)], json!(0)));
    let added = json!({"kind": "add_facility", "facility_kind": "nursery", "at": east});
    assert_eq!(ask(json!([added])).await, (vec![Some(120), Some(40)], json!(0)));
    let removed = json!({"kind": "remove_barrier", "barrier_id": 1});
    assert_eq!(ask(json!([removed, ford])).await, (vec![Some(120), Some(160)], json!(0)));
    let closed = json!({"kind": "close_facility", "facility_id": 1});
    assert_eq!(ask(json!([closed])).await.1, json!(0), "without a nursery there is no data, hence no gap");
    assert_eq!(ask(json!([])).await, (vec![Some(120), None], json!(1)), "the city itself is as it was");
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_scenario_is_told_at_once() {
    let wrong = json!([
        {"kind": "open_gate", "gate_id": 9},
        {"kind": "add_facility", "facility_kind": "nursery", "at": [104.6, 30.1], "capacity": -4},
        {"kind": "resize_facility", "facility_id": 1},
    ]);
    let body = nursery(json!({"modifications": wrong}));
    let problem = planner(city()).post("/api/analysis/coverage", body).await.problem(422, "invalid-scenario");
    let pointers: Vec<&str> =
        problem["errors"].as_array().unwrap().iter().map(|fault| fault["pointer"].as_str().unwrap()).collect();
    assert_eq!(pointers, ["/modifications/0/gate_id", "/modifications/1/capacity", "/modifications/2/capacity"]);
}

#[tokio::test]
async fn reach_is_streets_and_areas_on_one_bank() {
    let order = json!({"from": [{"layer": "facility", "id": 1}], "limits_m": [300], "limits_min": [2.5]});
    let found = public(city()).post("/api/analysis/reach", order.to_string()).await.json();
    let [two, five] = found["results"].as_array().unwrap().as_slice() else { panic!("{found}") };
    assert_eq!((two["limit_m"].as_f64(), five["limit_m"].as_f64()), (Some(150.0), Some(300.0)));
    assert!((five["street_m"].as_f64().unwrap() - 600.0).abs() < 0.01, "{}", five["street_m"]);
    assert_eq!((&two["buildings"], &five["buildings"]), (&json!(1), &json!(1)));
    let bank = at(0.0, 0.0).0;
    let rings = five["area"]["coordinates"].as_array().unwrap().iter().flat_map(|area| area.as_array().unwrap());
    let positions: Vec<f64> =
        rings.flat_map(|ring| ring.as_array().unwrap()).map(|at| at[0].as_f64().unwrap()).collect();
    assert!(positions.len() > 3 && positions.iter().all(|lon| *lon < bank), "it jumps the river");
}

#[tokio::test]
async fn what_cannot_be_asked_is_told_where() {
    let client = planner(city());
    for (path, body, status, kind, pointer) in [
        ("coverage", json!({"rules": ["nurseries"]}), 400, "invalid-body", "/rules/0"),
        (
            "coverage",
            json!({"kinds": [{"facility_kinds": ["x"], "radius_m": 5}]}),
            400,
            "invalid-body",
            "/kinds/0/facility_kinds/0",
        ),
        (
            "coverage",
            json!({"kinds": [{"facility_kinds": ["nursery"], "radius_m": -5}]}),
            400,
            "invalid-body",
            "/kinds/0/radius_m",
        ),
        ("coverage", json!({"limit_m": 1e9}), 400, "invalid-body", "/limit_m"),
        ("coverage", json!({"steps": [[0.5, 1.0], [0.2, 0.5]]}), 400, "invalid-body", "/steps"),
        ("coverage", json!({"metres_per_minute": 0}), 400, "invalid-body", "/metres_per_minute"),
        ("coverage", json!({"colour": 1}), 400, "invalid-body", "/colour"),
        ("reach", json!({"limits_m": [300]}), 400, "invalid-body", "/from"),
        ("reach", json!({"from": [{"point": [104.65, 30.12]}]}), 400, "invalid-body", "/limits_m"),
        (
            "reach",
            json!({"from": [{"point": [104.65, 130.12]}], "limits_m": [1]}),
            400,
            "invalid-body",
            "/from/0/point",
        ),
        (
            "reach",
            json!({"from": [{"layer": "facility", "id": 99}], "limits_m": [1]}),
            404,
            "unknown-feature",
            "/from/0/id",
        ),
        (
            "reach",
            json!({"from": [{"layer": "street", "id": 1}], "limits_m": [1]}),
            400,
            "invalid-body",
            "/from/0/layer",
        ),
    ] {
        let problem = client.post(&format!("/api/analysis/{path}"), body.to_string()).await.problem(status, kind);
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}: {problem}");
    }
}

#[tokio::test]
async fn a_city_without_anything_has_an_answer() {
    let found = planner(Sketch::new().snapshot()).post("/api/analysis/coverage", "{}").await.json();
    assert_eq!(found["results"].as_array().unwrap().len(), 45);
    assert!(found["results"].as_array().unwrap().iter().all(|result| result["city"]["verdict"] == "unknown"));
    assert_eq!(found["building_ids"], json!([]));
}

#[tokio::test]
async fn the_network_reports_its_islands_and_cuts() {
    let way = line(&[at(-60.0, 200.0), at(60.0, 200.0)]);
    let values = [("street_class", "footway".into())];
    let client = planner(
        Sketch::new()
            .barrier("river", &[at(0.0, -900.0), at(0.0, 900.0)])
            .feature(LayerId::Street, way, &values)
            .building("孤楼", at(900.0, 900.0))
            .snapshot(),
    );
    let report = client.get("/api/analysis/network").await.json();
    assert_eq!((&report["components"], &report["cuts"]), (&json!(2), &json!(1)));
    assert_eq!(report["islands"].as_array().unwrap().len(), 2);
    let cut = &report["cut_streets"][0];
    assert_eq!((&cut["by"], &cut["by_id"], &cut["street_id"]), (&json!("barrier"), &json!(1), &json!(1)));
    assert_eq!(report["building_ids_without_access"], json!([1]));
    let rules = client.get("/api/rules").await.json();
    let rule = rules["rules"].as_array().unwrap().iter().find(|rule| rule["rule"] == "health_station").unwrap();
    assert_eq!((&rule["verified"], &rule["radius_m"]), (&json!("unverified"), &json!(300.0)));
}

#[tokio::test]
async fn what_takes_its_time_becomes_a_job_for_planners_and_is_waited_for_by_the_public() {
    let settings =
        |anonymous_viewer| Settings { analysis_at_once: Duration::ZERO, anonymous_viewer, ..Settings::default() };
    let planner = client(city(), settings(Viewer::Everything));
    let started = planner.post("/api/analysis/coverage", nursery(json!({}))).await;
    // A city this small may be done before anybody looks at the clock.
    if started.status.as_u16() == 202 {
        let path = started.header("location").to_owned();
        let job = loop {
            let job = planner.get(&path).await.json();
            if job["state"] != "running" {
                break job;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        };
        assert_eq!((&job["kind"], &job["state"]), (&json!("coverage"), &json!("done")));
        assert_eq!(job["result"]["gaps"][0]["households_affected"], 80.0);
    }
    let public = client(city(), settings(Viewer::Public));
    assert_eq!(public.post("/api/analysis/coverage", nursery(json!({}))).await.json()["gap_count"], 1);
}
