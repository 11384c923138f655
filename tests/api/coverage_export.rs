//! Coverage as workbook and GeoPackage, read back by GDAL.

use gdal::Dataset;
use gdal::vector::{FieldValue, LayerAccess};
use pianqu::domain::LayerId;
use pianqu::snapshot::Snapshot;
use serde_json::json;

use super::client::{Answer, planner, public};
use crate::support::sketch::{Sketch, line, on_plane as at, square};

/// A street with three communities: one reaches the nursery, of the next nobody knows the households, and the last has
/// no building on record.
fn city() -> Snapshot {
    let known = [("name", "=1+1".into()), ("households", 80.into())];
    let unknown = [("name", "未知小区".into())];
    Sketch::new()
        .feature(LayerId::Street, line(&[at(0.0, -900.0), at(0.0, 900.0)]), &[("street_class", "residential".into())])
        .feature(LayerId::Community, square(at(60.0, 0.0), 100.0), &known)
        .feature(LayerId::Community, square(at(60.0, 600.0), 100.0), &unknown)
        .feature(
            LayerId::Community,
            square(at(60.0, -600.0), 100.0),
            &[("name", "无楼栋小区".into()), ("households", 9.into())],
        )
        .building("近楼", at(30.0, 20.0))
        .building("远楼", at(30.0, 610.0))
        .facility("托育", "nursery", at(0.0, 0.0))
        .snapshot()
}

fn order() -> String {
    json!({"rules": ["nursery", "canteen", "public_toilet"], "with_buildings": true}).to_string()
}

/// All rows of a table as texts; `None` for an empty cell.
fn rows(answer: &Answer, ending: &str, table: &str) -> Vec<Vec<Option<String>>> {
    assert_eq!(answer.status.as_u16(), 200, "{}", String::from_utf8_lossy(&answer.body));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(format!("download.{ending}"));
    std::fs::write(&file, &answer.body).unwrap();
    // Everything as text: where a column holds numbers the reader makes 0 of a cell that is not there.
    gdal::config::set_thread_local_config_option("OGR_XLSX_FIELD_TYPES", "STRING").unwrap();
    let dataset = Dataset::open(&file).unwrap();
    let mut layer = dataset.layer_by_name(table).unwrap_or_else(|error| panic!("{table}: {error}"));
    let text = |value| match value {
        FieldValue::StringValue(text) => text,
        FieldValue::IntegerValue(n) => n.to_string(),
        FieldValue::Integer64Value(n) => n.to_string(),
        FieldValue::RealValue(n) => n.to_string(),
        other => panic!("{other:?}"),
    };
    // A sheet does not tell an empty cell of a text column from an empty text.
    let cell = |value: Option<FieldValue>| value.map(text).filter(|text| !text.is_empty());
    layer.features().map(|row| row.fields().map(|(_, value)| cell(value)).collect()).collect()
}

fn cells(rows: &[Vec<Option<String>>], row: usize) -> Vec<&str> {
    rows[row].iter().map(|cell| cell.as_deref().unwrap_or("–")).collect()
}

#[tokio::test]
async fn a_workbook_leaves_empty_what_nobody_knows_and_says_why() {
    let answer = planner(city()).post("/api/analysis/coverage/export", order()).await;
    assert!(answer.header("content-disposition").ends_with(".xlsx"));
    assert_eq!(answer.header("pianqu-revision"), "7");
    let shares = rows(&answer, "xlsx", "小区可达比例");
    let states = rows(&answer, "xlsx", "小区状态");
    // The name looks like a formula and comes back as a name.
    assert_eq!(cells(&shares, 0), ["1", "=1+1", "80", "100", "–", "–"]);
    assert_eq!(cells(&states, 0)[3..], ["可达且规模够，数值待复核", "无设施记录", "无设施记录"]);
    assert_eq!(cells(&shares, 1)[1..], ["未知小区", "–", "–", "–", "–"]);
    assert_eq!(cells(&states, 1)[3], "户数未知");
    assert_eq!(cells(&shares, 2)[1..], ["无楼栋小区", "–", "–", "–", "–"]);
    assert_eq!(cells(&states, 2)[3..], ["没有楼栋", "没有楼栋", "没有楼栋"]);
    let buildings = rows(&answer, "xlsx", "楼栋");
    assert_eq!(cells(&buildings, 1)[3], "不可达");
    assert_eq!(cells(&buildings, 1)[5], "–", "no distance is filled in where there is no facility");
    let rules = rows(&answer, "xlsx", "规则");
    assert_eq!(rules.len(), 3);
    assert!(rows(&answer, "xlsx", "说明").iter().flatten().flatten().any(|text| text.contains("空格表示未知")));
}

#[tokio::test]
async fn a_geopackage_holds_the_same_with_shapes() {
    let path = "/api/analysis/coverage/export?format=gpkg&language=en";
    let answer = planner(city()).post(path, order()).await;
    assert_eq!(cells(&rows(&answer, "gpkg", "community_state"), 1)[3], "households unknown");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("download.gpkg");
    std::fs::write(&file, &answer.body).unwrap();
    let dataset = Dataset::open(&file).unwrap();
    let mut layer = dataset.layer_by_name("buildings").unwrap();
    let shapes = layer.features().filter(|row| row.geometry().is_some()).count();
    assert_eq!((shapes, layer.feature_count()), (2, 2));
}

#[tokio::test]
async fn scenarios_count_and_what_is_wrong_is_said() {
    let client = planner(city());
    let closing = json!({"rules": ["nursery"], "modifications": [{"kind": "close_facility", "facility_id": 1}]});
    let answer = client.post("/api/analysis/coverage/export", closing.to_string()).await;
    assert_eq!(cells(&rows(&answer, "xlsx", "小区状态"), 0)[3], "无设施记录");
    let wrong = json!({"modifications": [{"kind": "close_facility", "facility_id": 99}]});
    client.post("/api/analysis/coverage/export", wrong.to_string()).await.problem(422, "invalid-scenario");
    client.post("/api/analysis/coverage/export?format=pdf", order()).await.problem(400, "invalid-parameter");
    let stored = json!({"scenario_id": 1}).to_string();
    public(city()).post("/api/analysis/coverage/export", stored).await.problem(403, "not-allowed");
}
