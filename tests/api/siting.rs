//! Siting over HTTP: the city's own candidate sites, homes and walks.

use std::time::Duration;

use pianqu::domain::{LayerId, Viewer};
use pianqu::http::Settings;
use pianqu::snapshot::Snapshot;
use serde_json::{Value, json};

use super::client::{client, planner};
use crate::support::sketch::{Sketch, on_plane as at, square};

/// One street; homes at its two ends, a nursery at the west end, a candidate site at either end.
fn city() -> Snapshot {
    let community = |households: i64| [("name", "小区".into()), ("households", households.into())];
    let site = |name: &'static str| [("name", name.into())];
    let point = |east: f64| geo::Geometry::Point(geo::Point::from(at(east, 20.0)));
    Sketch::new()
        .street("长街", "residential", &[at(-1000.0, 0.0), at(1000.0, 0.0)])
        .feature(LayerId::Community, square(at(-900.0, 40.0), 100.0), &community(50))
        .feature(LayerId::Community, square(at(900.0, 40.0), 100.0), &community(80))
        .building("西楼", at(-900.0, 30.0))
        .building("东楼", at(900.0, 30.0))
        .facility("托育", "nursery", at(-880.0, 20.0))
        .feature(LayerId::CandidateSite, point(-850.0), &site("西地"))
        .feature(LayerId::CandidateSite, point(850.0), &site("东地"))
        .snapshot()
}

fn order(more: Value) -> String {
    let mut order = json!({
        "objective": "mclp", "kinds": [{"facility_kinds": ["nursery"], "p": 1, "radius_m": 300}],
    });
    order.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    order.to_string()
}

#[tokio::test]
async fn the_site_is_chosen_where_nobody_serves_yet() {
    let found = planner(city()).post("/api/analysis/siting", order(json!({}))).await.json();
    assert_eq!(found["chosen"], json!(["candidate_site/2"]));
    assert_eq!((&found["value"], &found["bound"]), (&json!(130.0), &json!(130.0)));
    assert_eq!(found["is_proved_optimal"], true);
    assert_eq!(found["existing_facilities"], 1);
    assert_eq!(found["shares"][1], json!({"of": "households", "served": 130.0, "total": 130.0, "percent": 100.0}));
    // Without what exists the larger end comes first, and the other is named.
    let found = planner(city()).post("/api/analysis/siting", order(json!({"without_existing": true}))).await.json();
    assert_eq!((&found["chosen"], &found["value"]), (&json!(["candidate_site/2"]), &json!(80.0)));
    assert_eq!(found["left_out"][0]["demand_id"], "building/1");
    assert_eq!(found["left_out"][0]["why"], "not-chosen");
}

#[tokio::test]
async fn what_cannot_be_asked_is_said_where() {
    let client = planner(city());
    for (more, status, kind, pointer) in [
        (json!({"kinds": []}), 400, "invalid-body", "/kinds"),
        (json!({"kinds": [{"facility_kinds": ["moon"]}]}), 400, "invalid-body", "/kinds/0/facility_kinds/0"),
        (json!({"kinds": [{"facility_kinds": ["nursery"], "p": 1}]}), 400, "invalid-body", "/kinds/0/radius_m"),
        (json!({"must": [9]}), 400, "invalid-body", "/must/0"),
        (json!({"must": [1], "must_not": [1]}), 400, "invalid-body", "/must/0"),
        (json!({"budget": "much"}), 400, "invalid-body", "/budget"),
        (json!({"budget": "5.00"}), 422, "infeasible-siting", "/budget"),
        (
            json!({"kinds": [{"facility_kinds": ["nursery"], "p": 7, "radius_m": 300}]}),
            422,
            "infeasible-siting",
            "/kinds/0/p",
        ),
    ] {
        let problem = client.post("/api/analysis/siting", order(more.clone())).await.problem(status, kind);
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{more}");
    }
}

/// Both kinds are needed at the east end only, where the one site has 100 m².
fn shared_site() -> Snapshot {
    let community = [("name", "小区".into()), ("households", 80.into())];
    let site = geo::Geometry::Point(geo::Point::from(at(850.0, 20.0)));
    let far = geo::Geometry::Point(geo::Point::from(at(-850.0, 20.0)));
    Sketch::new()
        .street("长街", "residential", &[at(-1000.0, 0.0), at(1000.0, 0.0)])
        .feature(LayerId::Community, square(at(900.0, 40.0), 100.0), &community)
        .building("东楼", at(900.0, 30.0))
        .feature(LayerId::CandidateSite, site, &[("name", "东地".into()), ("area_m2", 100.into())])
        .feature(LayerId::CandidateSite, far, &[("name", "西地".into()), ("area_m2", 500.into())])
        .snapshot()
}

fn two_kinds(objective: &str, room_m2: f64) -> String {
    let kind = |code: &str| match objective {
        "p-center" | "p-median" => json!({"facility_kinds": [code], "p": 1, "room_m2": room_m2}),
        _ => json!({"facility_kinds": [code], "p": 1, "radius_m": 300, "room_m2": room_m2}),
    };
    json!({"objective": objective, "kinds": [kind("nursery"), kind("canteen")]}).to_string()
}

#[tokio::test]
async fn two_kinds_share_a_site_that_has_room_for_both() {
    let client = planner(shared_site());
    let found = client.post("/api/analysis/siting", two_kinds("mclp", 50.0)).await.json();
    assert_eq!((&found["value"], &found["is_proved_optimal"]), (&json!(160.0), &json!(true)));
    assert_eq!(found["chosen"], json!(["canteen:candidate_site/1", "nursery:candidate_site/1"]));
    // With room for one of them the other finds no site within its radius; somebody walks far otherwise.
    let found = client.post("/api/analysis/siting", two_kinds("mclp", 60.0)).await.json();
    assert_eq!((&found["value"], &found["is_proved_optimal"]), (&json!(80.0), &json!(true)));
    assert_eq!(found["left_out"][0]["why"], "not-chosen");
    let found = client.post("/api/analysis/siting", two_kinds("p-median", 60.0)).await.json();
    let chosen = found["chosen"].as_array().unwrap();
    let at_site = |n: u8| chosen.iter().filter(|id| id.as_str().unwrap().ends_with(&format!("site/{n}"))).count();
    assert_eq!((at_site(1), at_site(2)), (1, 1), "{chosen:?}");
    let problem = client.post("/api/analysis/siting", two_kinds("p-center", 50.0)).await.problem(400, "invalid-body");
    assert_eq!(problem["errors"][0]["pointer"], "/kinds");
}

/// Homes of odd sizes along streets and sites with odd room: assigning them one by one is hard to prove.
fn hard_city() -> Snapshot {
    let mut city = Sketch::new();
    for row in 0..14_i64 {
        let north = row as f64 * 120.0;
        city = city.street("街", "residential", &[at(0.0, north), at(1700.0, north)]);
        for column in 0..14_i64 {
            let values = [("households", (17 + (row * 31 + column * 47) % 83).into())];
            let place = at(column as f64 * 120.0 + 20.0, north + 15.0);
            city = city.feature(LayerId::Building, square(place, 10.0), &values);
        }
        let site = at((row * 7 % 14) as f64 * 120.0 + 60.0, north + 20.0);
        city = city.feature(LayerId::CandidateSite, crate::support::sketch::point(site), &[("name", "地".into())]);
    }
    city.street("纵街", "residential", &(0..14).map(|row| at(800.0, f64::from(row) * 120.0)).collect::<Vec<_>>())
        .snapshot()
}

#[tokio::test]
async fn tiles_are_answered_before_heavy_analyses_end_and_a_cancelled_one_ends_at_once() {
    let settings =
        Settings { analysis_at_once: Duration::ZERO, anonymous_viewer: Viewer::Everything, ..Settings::default() };
    let client = client(hard_city(), settings);
    let order = json!({
        "objective": "p-median", "kinds": [{"facility_kinds": ["nursery"], "p": 9}], "candidate_capacity": 1391,
        "limit_m": 6000, "time_limit_s": 300,
    });
    let mut jobs = Vec::new();
    for _ in 0..3 {
        let started = client.post("/api/analysis/siting", order.to_string()).await;
        assert_eq!(started.status.as_u16(), 202, "{}", String::from_utf8_lossy(&started.body));
        jobs.push(started.header("location").to_owned());
    }
    // Long enough for the first to be deep in its work; the others wait for the lane.
    tokio::time::sleep(Duration::from_millis(300)).await;
    for y in 0..4 {
        let tile = client.get(&format!("/tiles/building,street/14/12954/{}.mvt", 6766 + y)).await;
        assert!(matches!(tile.status.as_u16(), 200 | 204), "{}", tile.status);
    }
    for job in &jobs {
        assert_eq!(client.get(job).await.json()["state"], "running", "the tiles came first");
        assert_eq!(client.send("DELETE", job, &[], axum::body::Body::empty()).await.status.as_u16(), 202);
    }
    for job in &jobs {
        let ended = loop {
            let job = client.get(job).await.json();
            if job["state"] != "running" {
                break job;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        };
        assert_eq!((&ended["state"], &ended["result"]["code"]), (&json!("failed"), &json!("cancelled")));
    }
    // The lane is free again.
    let easy = json!({"objective": "p-median", "kinds": [{"facility_kinds": ["nursery"], "p": 1}]});
    let started = client.post("/api/analysis/siting", easy.to_string()).await;
    assert!(matches!(started.status.as_u16(), 200 | 202), "{}", started.status);
}
