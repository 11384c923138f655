//! Trenches over HTTP, for staff alone.

use geo::{Geometry, LineString};
use pianqu::domain::LayerId;
use pianqu::snapshot::Snapshot;
use serde_json::json;

use super::client::{planner, public};
use crate::support::sketch::{Sketch, Sketched, on_plane as at};

fn city() -> Snapshot {
    let line =
        |from: f64, to: f64, north: f64| Geometry::LineString(LineString::from(vec![at(from, north), at(to, north)]));
    let work = |kind: &'static str, start: &'static str, end: &'static str| {
        [
            ("utility_kind", kind.into()),
            ("operator", "甲公司".into()),
            ("method", "open".into()),
            ("diameter_mm", 200.into()),
            ("depth_m", 1.into()),
            ("window_start", Sketched::Day(start)),
            ("window_end", Sketched::Day(end)),
            ("duration_days", 20.into()),
        ]
    };
    Sketch::new()
        .street("长街", "residential", &[at(0.0, 0.0), at(300.0, 0.0)])
        .feature(LayerId::UtilityWork, line(0.0, 200.0, 1.0), &work("water", "2024-03-01", "2024-06-30"))
        .feature(LayerId::UtilityWork, line(50.0, 250.0, -1.0), &work("gas", "2024-05-01", "2024-09-30"))
        .snapshot()
}

#[tokio::test]
async fn works_that_can_share_a_trench_do() {
    let found = planner(city()).post("/api/analysis/trenches", "{}".to_owned()).await.json();
    assert_eq!((&found["totals"]["planned"], &found["totals"]["openings"]), (&json!(2), &json!(1)));
    assert_eq!(found["openings"][0]["starts_on"], "2024-05-01");
    assert_eq!(found["trenches"][0]["work_ids"], json!([1, 2]));
    assert_eq!(found["bound"]["is_proved"], true);
    assert_eq!(found["cut_lists"], json!([]));
    let order = json!({"most_listed": 1}).to_string();
    let found = planner(city()).post("/api/analysis/trenches", order).await.json();
    assert_eq!(found["cut_lists"], json!(["works", "checks"]), "what is cut is said");
    assert_eq!(found["totals"]["works"], 2);
}

#[tokio::test]
async fn the_public_gets_what_a_missing_layer_gets() {
    let client = public(city());
    let missing = client.get("/api/collections/moon").await.problem(404, "unknown-layer");
    for body in ["{}", "{\"settings\": {\"metres_per_day\": -1}}", "{\"moon\": 1}"] {
        let problem = client.post("/api/analysis/trenches", body.to_owned()).await.problem(404, "unknown-layer");
        assert_eq!((&problem["type"], &problem["title"]), (&missing["type"], &missing["title"]));
        assert!(!problem.to_string().contains("甲公司"));
    }
}

#[tokio::test]
async fn what_cannot_be_asked_is_said_where() {
    let client = planner(city());
    let exception = json!({"table": "horizontal", "work_id": 1, "other": "utility_work/2", "reason": "", "measure": "x",
        "approved_by": "y"});
    for (order, pointer) in [
        (json!({"settings": {"metres_per_day": -1}}), "/settings/metres_per_day"),
        (json!({"settings": {"protection": {"opening": 99}}}), "/settings/protection/opening"),
        (json!({"confirmed_rules": ["4.1.9:W1:S", "moon"]}), "/confirmed_rules/1"),
        (json!({"exceptions": [exception]}), "/exceptions/0/reason"),
        (json!({"time_limit_s": 0}), "/time_limit_s"),
    ] {
        let problem = client.post("/api/analysis/trenches", order.to_string()).await.problem(400, "invalid-body");
        assert_eq!(problem["errors"][0]["pointer"], pointer);
    }
}

#[tokio::test]
async fn the_rules_of_lines_carry_clause_source_and_trust() {
    let rules = planner(city()).get("/api/rules/clearances").await.json();
    let one = rules["clearances"].as_array().unwrap().iter().find(|rule| rule["rule"] == "4.1.9:W1:S").unwrap();
    assert_eq!((&one["min_m"], &one["verified"]), (&json!(1.0), &json!("secondary_source")));
    assert!(one["clause"].as_str().is_some_and(|clause| clause.starts_with("4.1.9")));
}
