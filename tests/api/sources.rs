//! Where the data come from, for maps on paper.

use pianqu::domain::Viewer;
use pianqu::http::Settings;
use serde_json::json;

use super::client::{client, planner, public};
use crate::support::sketch::{Sketch, at};

fn city() -> pianqu::snapshot::Snapshot {
    Sketch::new()
        .community("手绘小区", at(0.0, 0.0), 100)
        .imported_from("台账.shp")
        .community("和平小区", at(100.0, 0.0), 120)
        .community("滨江小区", at(900.0, 0.0), 300)
        .imported_from("管线.gpkg")
        .utility_line("GX-001", "gas", &[at(0.0, 0.0), at(100.0, 0.0)])
        .snapshot()
}

#[tokio::test]
async fn the_files_of_a_place_are_named() {
    let client = planner(city());
    let all = client.get("/api/sources").await.json();
    assert_eq!(all["sources"], json!([{"name": "台账.shp", "features": 2}, {"name": "管线.gpkg", "features": 1}]));
    assert_eq!((&all["unnamed"], &all["revision"], &all["credit"]), (&1.into(), &7.into(), &json!(null)));
    let (w, s) = at(-50.0, -50.0);
    let (e, n) = at(200.0, 50.0);
    let here = client.get(&format!("/api/sources?layers=community&bbox={w},{s},{e},{n}")).await.json();
    assert_eq!(here["sources"], json!([{"name": "台账.shp", "features": 1}]));
    assert_eq!(here["unnamed"], 1);
    client.get("/api/sources?layers=pipe").await.problem(404, "unknown-layer");
    client.get("/api/sources?bbox=1,2").await.problem(400, "invalid-parameter");
}

#[tokio::test]
async fn the_public_is_told_the_credit_and_no_file() {
    let settings = Settings { data_credit: Some("© 某局".to_owned()), ..Settings::default() };
    let told = client(city(), settings).get("/api/sources").await.json();
    assert_eq!((&told["credit"], &told["sources"]), (&"© 某局".into(), &json!([])));
    public(city()).get("/api/sources?layers=utility_line").await.problem(404, "unknown-layer");
    let settings = Settings { anonymous_viewer: Viewer::Everything, ..Settings::default() };
    let lowered = client(city(), settings).get("/api/sources?viewer=public").await.json();
    assert_eq!(lowered["sources"], json!([]));
}
