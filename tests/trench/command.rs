//! `pianqu analyse trenches` as somebody types it.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};

use crate::support::node::pianqu;

fn trenches(folder: &Path, words: &[&str]) -> Output {
    pianqu().current_dir(folder).args(["analyse", "trenches"]).args(words).output().unwrap()
}

fn line(properties: Value, from: f64, to: f64, north: f64) -> Value {
    let at = |east: f64| {
        let (lon, lat) = crate::support::sketch::on_plane(east, north);
        json!([lon, lat])
    };
    json!({"type": "Feature", "properties": properties,
        "geometry": {"type": "LineString", "coordinates": [at(from), at(to)]}})
}

fn write(folder: &Path, name: &str, features: &[Value]) {
    let text = json!({"type": "FeatureCollection", "features": features}).to_string();
    fs::write(folder.join(name), text).unwrap();
}

fn files(folder: &Path) {
    let work = |code: &str, kind: &str, start: &str, end: &str| {
        json!({"code": code, "utility_kind": kind, "operator": code, "method": "open", "diameter_mm": 200, "depth_m": 1.0,
            "window_start": start, "window_end": end, "duration_days": 20})
    };
    write(
        folder,
        "works.geojson",
        &[
            line(work("A", "water", "2024-03-01", "2024-06-30"), 0.0, 200.0, 1.0),
            line(work("B", "gas", "2024-05-01", "2024-09-30"), 50.0, 250.0, -1.0),
        ],
    );
    let street = json!({"name": "长街", "street_class": "residential", "width_m": 12});
    write(folder, "streets.geojson", &[line(street, 0.0, 300.0, 0.0)]);
    let pipe = json!({"utility_kind": "foul_sewer", "diameter_mm": 400, "quality_level": "surveyed"});
    write(folder, "lines.geojson", &[line(pipe, 0.0, 300.0, 3.0)]);
}

#[test]
fn works_of_files_are_planned_without_a_database() {
    let folder = tempfile::tempdir().unwrap();
    files(folder.path());
    let words = ["--works", "works.geojson", "--streets", "streets.geojson", "--lines", "lines.geojson"];
    let done = trenches(folder.path(), &[&words[..], &["--json", "-o", "plan.json"]].concat());
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let answer: Value = serde_json::from_slice(&done.stdout).unwrap();
    let written: Value = serde_json::from_slice(&fs::read(folder.path().join("plan.json")).unwrap()).unwrap();
    assert_eq!(answer, written);
    assert_eq!((&answer["totals"]["planned"], &answer["totals"]["openings"]), (&json!(2), &json!(1)));
    assert_eq!(answer["trenches"][0]["work_ids"], json!([1, 2]));
    assert_eq!(answer["revision"], Value::Null);
    assert!(answer["checks"].as_array().unwrap().iter().any(|check| check["other"] == "utility_line/1"));

    let done = trenches(folder.path(), &words);
    let said = String::from_utf8(done.stdout).unwrap();
    assert!(done.status.success() && said.contains("2 works: 2 planned") && said.contains("proved best"), "{said}");
}

#[test]
fn settings_that_cannot_be_are_refused_where_they_stand() {
    let folder = tempfile::tempdir().unwrap();
    files(folder.path());
    let order = json!({"settings": {"prices": {"setting_up": -1}}, "confirmed_rules": ["moon"]});
    fs::write(folder.path().join("order.json"), order.to_string()).unwrap();
    let done = trenches(folder.path(), &["--works", "works.geojson", "--params", "order.json"]);
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(!done.status.success() && said.contains("/settings/prices/setting_up"), "{said}");
    assert!(said.contains("/confirmed_rules/0"), "{said}");
    let done = trenches(folder.path(), &["--works", "nothing.geojson"]);
    assert!(!done.status.success());
}
