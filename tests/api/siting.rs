//! Siting over HTTP: the city's own candidate sites, homes and walks.

use pianqu::domain::LayerId;
use pianqu::snapshot::Snapshot;
use serde_json::{Value, json};

use super::client::planner;
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
