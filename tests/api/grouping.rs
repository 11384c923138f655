//! Grouping over HTTP: the city's communities, next to each other where one can walk.

use std::time::{Duration, Instant};

use pianqu::domain::{LayerId, Viewer};
use pianqu::http::Settings;
use pianqu::snapshot::Snapshot;
use serde_json::{Value, json};

use super::client::{Client, client};
use crate::support::sketch::{Sketch, on_plane as at, square};

/// Five communities north of one street, each of 200 households; a wall crosses the street before the fourth.
fn sketch() -> Sketch {
    let mut sketch = Sketch::new().street("长街", "residential", &[at(-1000.0, 0.0), at(1000.0, 0.0)]);
    for (n, east) in [-500.0, -300.0, -100.0, 300.0, 500.0].into_iter().enumerate() {
        let values = [
            ("name", "小区".into()),
            ("households", 200.into()),
            ("responsible_body", if n == 2 { "高新" } else { "雁江" }.into()),
            ("built_year", (1980 + n as i64).into()),
        ];
        sketch = sketch.feature(LayerId::Community, square(at(east, 60.0), 80.0), &values);
    }
    sketch
}

fn city() -> Snapshot {
    sketch().barrier("wall", &[at(100.0, -300.0), at(100.0, 300.0)]).snapshot()
}

/// Who waits for the answer: these tests are not about jobs, and a busy machine takes longer than usual.
fn planner(city: Snapshot) -> Client {
    let settings = Settings {
        analysis_at_once: Duration::from_secs(60),
        anonymous_viewer: Viewer::Everything,
        ..Settings::default()
    };
    client(city, settings)
}

fn order(more: Value) -> String {
    let mut order = json!({"objective": "max-p", "min_households": 400, "longest_step_m": 600, "same": "none"});
    order.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    order.to_string()
}

fn members(answer: &Value) -> Vec<&Value> {
    answer["proposals"][0]["groups"].as_array().unwrap().iter().map(|group| &group["members"]).collect()
}

#[tokio::test]
async fn precincts_never_cross_a_barrier_without_a_crossing() {
    let found = planner(city()).post("/api/analysis/grouping", order(json!({}))).await.json();
    assert_eq!(members(&found), [&json!([1, 2, 3]), &json!([4, 5])]);
    assert_eq!((&found["most_groups"], &found["gap"], &found["is_proved_most"]), (&json!(2), &json!(0), &json!(true)));
    assert_eq!((&found["left_out"], &found["shut"]), (&json!([]), &json!(0)));
    assert_eq!(found["seed"], 1);
    assert_eq!(found["input_hash"].as_str().unwrap().len(), 16);
    // With a gap in the wall three and two may be cut elsewhere; 600 households make one precinct of 600 only.
    let open = planner(sketch().snapshot());
    let found = open.post("/api/analysis/grouping", order(json!({"min_households": 1000}))).await.json();
    assert_eq!(members(&found), [&json!([1, 2, 3, 4, 5])]);
    let walled = planner(city()).post("/api/analysis/grouping", order(json!({"min_households": 1000}))).await;
    let problem = walled.problem(422, "infeasible-grouping");
    assert_eq!(problem["errors"][0]["pointer"], "/min_households");
    assert!(problem["detail"].as_str().unwrap().contains("too-few-around"), "{problem}");
}

#[tokio::test]
async fn a_precinct_keeps_to_one_body_and_who_is_left_out_is_named() {
    let body = order(json!({"same": null}));
    let found = planner(city()).post("/api/analysis/grouping", body).await.json();
    assert_eq!(found["same"], "responsible_body");
    assert_eq!(members(&found), [&json!([1, 2]), &json!([4, 5])]);
    assert_eq!(found["left_out"][0]["id"], 3);
    assert_eq!(found["left_out"][0]["why"], "too-few-around");
    assert_eq!(found["left_out"][0]["is_proved"], true);
}

#[tokio::test]
async fn the_widest_walk_is_walked_and_shared_streets_are_measured() {
    let client = planner(city());
    // From middle to middle: 60 + 400 + 60 m.
    let found = client.post("/api/analysis/grouping", order(json!({"widest_walk_m": 525}))).await.json();
    let widest = found["proposals"][0]["groups"][0]["widest_walk_m"].as_f64().unwrap();
    assert!((widest - 520.0).abs() < 0.1, "{widest}");
    let found = client.post("/api/analysis/grouping", order(json!({"widest_walk_m": 515}))).await.json();
    assert_eq!(members(&found)[0].as_array().unwrap().len(), 2, "{found}");
    assert_eq!(found["left_out"][0]["why"], "not-placed");
}

#[tokio::test]
async fn what_cannot_be_asked_is_said_where() {
    let client = planner(city());
    for (more, status, kind, pointer) in [
        (json!({"must_together": [[1, 99]]}), 400, "invalid-body", "/must_together/0/1"),
        (json!({"communities": [77]}), 400, "invalid-body", "/communities/0"),
        (json!({"attributes": ["name"]}), 400, "invalid-body", "/attributes/0"),
        (json!({"same": "name"}), 400, "invalid-body", "/same"),
        (json!({"widest_walk_m": -1}), 400, "invalid-body", "/widest_walk_m"),
        (json!({"time_limit_s": 0}), 400, "invalid-body", "/time_limit_s"),
        (json!({"moon": 1}), 400, "invalid-body", ""),
        (
            json!({"facility_gaps": [{"facility_kinds": ["moon"], "radius_m": 300}]}),
            400,
            "invalid-body",
            "/facility_gaps/0/facility_kinds/0",
        ),
        (json!({"min_households": 1001}), 422, "infeasible-grouping", "/min_households"),
        (json!({"must_together": [[1, 2]], "must_apart": [[2, 1]]}), 422, "infeasible-grouping", "/must_apart/0"),
        (json!({"locked": [[]]}), 422, "infeasible-grouping", "/locked/0"),
        (json!({"groups": 3}), 422, "infeasible-grouping", "/min_households"),
        (json!({"eligible_only": true, "eligible": []}), 422, "infeasible-grouping", "/eligible_only"),
    ] {
        let problem = client.post("/api/analysis/grouping", order(more.clone())).await.problem(status, kind);
        let found = problem["errors"][0]["pointer"].as_str().unwrap_or_default();
        assert!(found.starts_with(pointer), "{more}: {problem}");
    }
}

#[tokio::test]
async fn a_planner_gets_parts_differences_and_reasons() {
    let body = json!({
        "objective": "planner", "longest_step_m": 600, "same": "none", "groups": 2, "proposals": 1,
        "weights": {"compactness": 1.0, "similar_age": 1.0},
        "facility_gaps": [{"facility_kinds": ["nursery"], "radius_m": 300}],
    });
    let found = planner(sketch().snapshot()).post("/api/analysis/grouping", body.to_string()).await.json();
    assert_eq!(members(&found), [&json!([1, 2, 3]), &json!([4, 5])]);
    let proposal = &found["proposals"][0];
    assert!(proposal["parts"]["compactness"].as_f64().unwrap() < 0.3);
    let third = &proposal["placements"].as_array().unwrap().iter().find(|one| one["id"] == 3).unwrap()["moves"][0];
    assert_eq!((&third["to"], &third["breaks"]), (&json!(1), &json!([])));
    assert!(third["change"].as_f64().unwrap() > 0.0);
}

#[tokio::test]
async fn a_long_grouping_becomes_a_job_that_can_be_asked_and_stopped() {
    let settings =
        Settings { analysis_at_once: Duration::ZERO, anonymous_viewer: Viewer::Everything, ..Settings::default() };
    let client = client(city(), settings);
    let started = client.post("/api/analysis/grouping", order(json!({}))).await;
    assert_eq!(started.status, 202);
    let address = started.header("location").to_owned();
    for _ in 0..200 {
        let job = client.get(&address).await.json();
        if job["state"] == "done" {
            assert_eq!(members(&job["result"]).len(), 2);
            assert_eq!(job["kind"], "grouping");
            return;
        }
        assert_eq!(job["state"], "running", "{job}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the job did not end");
}

/// Twelve by twelve communities along streets: under a great effort it takes minutes.
fn wide_city() -> Snapshot {
    let mut city = Sketch::new();
    for row in 0..12_i32 {
        let north = f64::from(row) * 150.0;
        city = city.street("街", "residential", &[at(-1000.0, north), at(1000.0, north)]);
        for column in 0..12_i32 {
            let place = at(f64::from(column) * 150.0 - 825.0, north + 50.0);
            let values = [("households", i64::from(200 + (row * 31 + column * 47) % 83).into())];
            city = city.feature(LayerId::Community, square(place, 60.0), &values);
        }
    }
    city.street("纵街", "residential", &[at(0.0, -100.0), at(0.0, 1800.0)]).snapshot()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grouping_tells_how_far_it_is_and_ends_soon_after_it_is_cancelled() {
    let settings =
        Settings { analysis_at_once: Duration::ZERO, anonymous_viewer: Viewer::Everything, ..Settings::default() };
    let client = client(wide_city(), settings);
    let body = json!({
        "objective": "planner", "min_households": 900, "same": "none", "effort": 100, "time_limit_s": 600, "proposals": 3,
        "weights": {"compactness": 1.0, "few_precincts": 0.5, "equal_size": 0.5},
    });
    let started = client.post("/api/analysis/grouping", body.to_string()).await;
    assert_eq!(started.status, 202, "{}", String::from_utf8_lossy(&started.body));
    let address = started.header("location").to_owned();

    // Two looks at different times see different shares of one whole, the later one the greater.
    let mut shares: Vec<u64> = Vec::new();
    while shares.len() < 2 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let job = client.get(&address).await.json();
        assert_eq!((&job["state"], &job["result"]), (&json!("running"), &Value::Null), "{job}");
        let progress = &job["progress"];
        let done = progress["done"].as_u64().unwrap();
        if progress["total"] != 0 && shares.last().is_none_or(|&last| done > last) {
            assert_eq!((&progress["stage"], &progress["total"]), (&json!("grouping"), &json!(1000)));
            shares.push(done);
        }
    }
    assert!(shares[1] < 1000, "{shares:?}");

    let begun = Instant::now();
    let deleted = client.send("DELETE", &address, &[], axum::body::Body::empty()).await;
    assert_eq!(deleted.status, 202);
    let ended = loop {
        let job = client.get(&address).await.json();
        if job["state"] != "running" {
            break job;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    assert_eq!((&ended["state"], &ended["result"]["code"]), (&json!("failed"), &json!("cancelled")));
    // The lane is free again: the search itself has heard of it, not only the job.
    let easy = client.post("/api/analysis/grouping", order(json!({"effort": 0.001}))).await;
    assert_eq!(easy.status, 202);
    let address = easy.header("location").to_owned();
    while client.get(&address).await.json()["state"] == "running" {
        assert!(begun.elapsed() < Duration::from_secs(60), "the search goes on");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(client.get(&address).await.json()["state"], "done");
}
