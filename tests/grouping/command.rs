//! `pianqu analyse grouping` as somebody types it.

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};

use crate::support::node::pianqu;
use crate::support::shared_data;

fn grouping(folder: &Path, words: &[&str]) -> Output {
    pianqu().current_dir(folder).args(["analyse", "grouping"]).args(words).output().unwrap()
}

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/grouping")
}

fn json_of(done: &Output) -> Value {
    serde_json::from_slice(&done.stdout).unwrap_or_else(|_| panic!("{}", said(done)))
}

fn said(done: &Output) -> String {
    String::from_utf8_lossy(&done.stderr).into_owned()
}

#[test]
fn the_example_of_the_docs_gives_what_the_docs_say() {
    let done = grouping(&docs(), &["--units", "units.geojson", "--params", "params.json"]);
    assert!(done.status.success(), "{}", said(&done));
    let page = std::fs::read_to_string(docs().with_extension("md")).unwrap();
    let printed = String::from_utf8(done.stdout).unwrap();
    let lines = printed.lines().filter(|line| !line.is_empty() && !line.contains(" proposals, "));
    for line in lines.filter(|line| !line.starts_with("input ")) {
        assert!(page.contains(line.trim_end()), "docs/grouping.md does not hold: {line}\nall of it:\n{printed}");
    }
}

/// Four squares side by side and one far off.
fn squares(folder: &Path, households: [Option<u64>; 5]) {
    let features = [0.0, 1.0, 2.0, 3.0, 9.0].iter().zip(households).enumerate().map(|(n, (column, households))| {
        let (west, east) = (104.65 + column * 0.001, 104.65 + (column + 1.0) * 0.001);
        json!({
            "type": "Feature",
            "properties": {"code": format!("C{n}"), "households": households, "built_year": 1990 + n},
            "geometry": {"type": "Polygon", "coordinates": [[[west, 30.0], [east, 30.0], [east, 30.001], [west, 30.001], [west, 30.0]]]},
        })
    });
    let all = json!({"type": "FeatureCollection", "features": features.collect::<Vec<_>>()});
    std::fs::write(folder.join("units.geojson"), all.to_string()).unwrap();
}

fn params(folder: &Path, params: Value) {
    std::fs::write(folder.join("params.json"), params.to_string()).unwrap();
}

const FILES: [&str; 5] = ["--units", "units.geojson", "--params", "params.json", "--json"];

#[test]
fn outlines_that_touch_are_neighbours_and_who_stands_alone_makes_the_command_fail() {
    let folder = tempfile::tempdir().unwrap();
    squares(folder.path(), [Some(300); 5]);
    params(folder.path(), json!({"objective": "max-p", "min_households": 600}));
    let done = grouping(folder.path(), &FILES);
    assert!(!done.status.success());
    assert!(said(&done).contains("1 of 5 communities are in no precinct: C4"), "{}", said(&done));
    let answer = json_of(&done);
    let groups: Vec<&Value> =
        answer["proposals"][0]["groups"].as_array().unwrap().iter().map(|group| &group["members"]).collect();
    assert_eq!(groups, [&json!(["C0", "C1"]), &json!(["C2", "C3"])]);
    assert_eq!((&answer["edges"], &answer["left_out"][0]["why"]), (&json!(3), &json!("too-few-around")));
    let done = grouping(folder.path(), &[&FILES[..], &["--allow-ungrouped"]].concat());
    assert!(done.status.success());
    assert_eq!(json_of(&done), answer, "the same seed gives the same answer");
}

#[test]
fn what_cannot_be_done_names_the_limit_and_what_cannot_be_read_its_place() {
    let folder = tempfile::tempdir().unwrap();
    squares(folder.path(), [Some(300), Some(300), None, Some(300), Some(300)]);
    for (question, told) in [
        (json!({"min_households": 5000}), "those of 1 communities are not known"),
        (json!({"groups": 9}), "this cannot be done (groups)"),
        (json!({"must_together": [["C0", "C4"]], "weights": {"compactness": 1}}), "«C0» and «C4» must be together"),
        (json!({"must_together": [["C0", "C1"]], "must_apart": [["C1", "C0"]]}), "«C1» and «C0» must be apart"),
        (json!({"must_apart": [["C1", "moon"]]}), "/must_apart/0/1"),
        (json!({"same": "owner"}), "the field of «same» «owner» is not there"),
        (json!({"moon": 1}), "unknown field `moon`"),
    ] {
        params(folder.path(), question.clone());
        let done = grouping(folder.path(), &FILES);
        assert!(!done.status.success() && said(&done).contains(told), "{question}: {}", said(&done));
    }
    std::fs::write(
        folder.path().join("units.geojson"),
        r#"{"type":"FeatureCollection","features":[
        {"type":"Feature","properties":{"code":"A","households":-3},"geometry":{"type":"Point","coordinates":[104,30]}},
        {"type":"Feature","properties":{"code":"","households":3},"geometry":null}]}"#,
    )
    .unwrap();
    params(folder.path(), json!({}));
    let told = said(&grouping(folder.path(), &FILES));
    assert!(
        told.contains("feature 1: -3 is no number of households") && told.contains("feature 2: «code» is empty"),
        "{told}"
    );
}

#[test]
fn a_table_with_edges_is_grouped_and_its_outlines_give_the_same_neighbours() {
    let Some(folder) = shared_data("analysis-cases/synthetic_units") else { return };
    let own = tempfile::tempdir().unwrap();
    let question = json!({
        "objective": "max-p", "min_households": 3000, "attributes": ["age", "far", "elder", "income"],
        "without_placements": true,
    });
    params(own.path(), question);
    let question = own.path().join("params.json");
    let words =
        ["--units", "units_364.csv", "--edges", "adj_364.csv", "--json", "--params", question.to_str().unwrap()];
    let done = grouping(&folder, &words);
    assert!(done.status.success(), "{}", said(&done));
    let table = json_of(&done);
    assert!(table["proposals"][0]["groups"].as_array().unwrap().len() >= 70);
    let outlines = ["--units", "units_364.gpkg", "--json", "--params", question.to_str().unwrap()];
    let done = grouping(&folder, &outlines);
    assert!(done.status.success(), "{}", said(&done));
    // All rook edges but one whose border is shorter than a metre.
    let (ours, theirs) = (json_of(&done)["edges"].as_u64().unwrap(), table["edges"].as_u64().unwrap());
    assert!(theirs - ours <= 2, "{ours} and {theirs}");
}
