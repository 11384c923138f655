//! Scenarios are kept, written over, compared and deleted.

use std::sync::Arc;

use axum::body::Body;
use pianqu::app::City;
use pianqu::domain::Viewer;
use pianqu::http::{AppState, Settings};
use serde_json::{Value, json};

use super::client::{Client, client_of};
use crate::support::sketch::{Sketch, on_plane as at};
use crate::support::{TestDatabase, database};

async fn office(settings: Settings) -> (TestDatabase, Client) {
    let db = database().await;
    let city = Sketch::new()
        .street("街", "residential", &[at(-100.0, 0.0), at(500.0, 0.0)])
        .building("楼", at(0.0, 20.0))
        .facility("托育", "nursery", at(400.0, 0.0))
        .snapshot();
    let state = AppState::new(Arc::new(City::new(city)), settings).with_store(db.store.clone(), "unused");
    (db, client_of(state))
}

async fn put(client: &Client, path: &str, body: Value) -> super::client::Answer {
    client.send("PUT", path, &[("content-type", "application/json")], Body::from(body.to_string())).await
}

#[tokio::test]
async fn a_scenario_is_kept_analysed_written_over_and_deleted() {
    let (_db, client) = office(Settings { anonymous_viewer: Viewer::Everything, ..Settings::default() }).await;
    let near = json!({"kind": "move_facility", "facility_id": 1, "at": [at(50.0, 0.0).0, at(50.0, 0.0).1]});
    let order = json!({"name": " 近些 ", "note": "试", "modifications": [near]});
    let created = client.post("/api/scenarios", order.to_string()).await;
    assert_eq!(created.status.as_u16(), 201, "{}", String::from_utf8_lossy(&created.body));
    let path = created.header("location").to_owned();
    let kept = client.get(&path).await.json();
    assert_eq!((&kept["name"], &kept["version"], &kept["baseline_revision"]), (&json!("近些"), &json!(1), &json!(7)));
    client.post("/api/scenarios", order.to_string()).await.problem(409, "name-taken");

    let metres = async |scenario_id: Value| {
        let question = json!({"kinds": [{"facility_kinds": ["nursery"], "radius_m": 300}], "with_buildings": true,
            "scenario_id": scenario_id});
        let found = client.post("/api/analysis/coverage", question.to_string()).await.json();
        found["results"][0]["buildings"]["distance_m"][0].as_f64().unwrap().round()
    };
    assert_eq!((metres(json!(null)).await, metres(kept["scenario_id"].clone()).await), (420.0, 70.0));

    let mut again = order.clone();
    again["modifications"] = json!([]);
    put(&client, &path, again.clone()).await.problem(400, "invalid-body");
    again["version"] = json!(1);
    assert_eq!(put(&client, &path, again.clone()).await.json()["version"], 2);
    put(&client, &path, again).await.problem(412, "version-conflict");
    assert_eq!(metres(kept["scenario_id"].clone()).await, 420.0);

    assert_eq!(client.get("/api/scenarios").await.json().as_array().unwrap().len(), 1);
    assert_eq!(client.send("DELETE", &path, &[], Body::empty()).await.status.as_u16(), 204);
    client.get(&path).await.problem(404, "unknown-scenario");
    let history = client.get(&format!("{path}/history")).await.json();
    let operations: Vec<&str> =
        history.as_array().unwrap().iter().map(|step| step["operation"].as_str().unwrap()).collect();
    assert_eq!(operations, ["delete", "update", "insert"]);
    let question = json!({"scenario_id": 77}).to_string();
    client.post("/api/analysis/coverage", question).await.problem(404, "unknown-scenario");
}

#[tokio::test]
async fn a_scenario_that_cannot_be_applied_is_not_kept_and_the_public_sees_none() {
    let (_db, client) = office(Settings { anonymous_viewer: Viewer::Everything, ..Settings::default() }).await;
    let order = json!({"name": "错", "modifications": [{"kind": "open_gate", "gate_id": 5}]});
    client.post("/api/scenarios", order.to_string()).await.problem(422, "invalid-scenario");
    let nameless = json!({"name": "  ", "modifications": []});
    client.post("/api/scenarios", nameless.to_string()).await.problem(400, "invalid-body");
    assert_eq!(client.get("/api/scenarios").await.json(), json!([]));
    client.get("/api/scenarios?viewer=public").await.problem(403, "not-allowed");
    let question = json!({"scenario_id": 1}).to_string();
    client.post("/api/analysis/coverage?viewer=public", question).await.problem(403, "not-allowed");
}
