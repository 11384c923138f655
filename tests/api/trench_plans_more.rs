//! Plans of shared trenches as files, read back by GDAL, and as one operator reads them.

use gdal::Dataset;
use gdal::vector::{FieldValue, LayerAccess};
use pianqu::app::accounts::hash_new_password;
use pianqu::store::account;
use serde_json::{Value, json};

use super::client::Answer;
use super::trench_plans::{GAS, Town, WATER, accept, line, work};

/// What GDAL opens, with the folder that holds it.
pub fn opened(answer: &Answer, ending: &str) -> (Dataset, tempfile::TempDir) {
    assert_eq!(answer.status.as_u16(), 200, "{}", String::from_utf8_lossy(&answer.body));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(format!("download.{ending}"));
    std::fs::write(&file, &answer.body).unwrap();
    gdal::config::set_thread_local_config_option("OGR_XLSX_FIELD_TYPES", "STRING").unwrap();
    gdal::config::set_thread_local_config_option("OGR_XLSX_HEADERS", "FORCE").unwrap();
    (Dataset::open(&file).unwrap(), folder)
}

/// Rows of a layer or a sheet by the names of their columns.
fn rows(dataset: &Dataset, table: &str) -> Vec<serde_json::Map<String, Value>> {
    let mut layer = dataset.layer_by_name(table).unwrap_or_else(|error| panic!("{table}: {error}"));
    let value = |value: Option<FieldValue>| match value {
        None => Value::Null,
        Some(FieldValue::StringValue(text)) => text.into(),
        Some(FieldValue::IntegerValue(n)) => n.into(),
        Some(FieldValue::Integer64Value(n)) => n.into(),
        Some(FieldValue::RealValue(n)) => n.into(),
        Some(other) => panic!("{other:?}"),
    };
    layer.features().map(|row| row.fields().map(|(name, cell)| (name, value(cell))).collect()).collect()
}

/// A heat pipe lies in the street, near its axis on the right.
async fn agreed() -> (Town, String) {
    let town = Town::new().await;
    let heat = json!({ "code": "RL1", "utility_kind": "heat", "operator": GAS, "diameter_mm": 300, "start_depth_m": 1.2,
        "end_depth_m": 1.2, "quality_level": "surveyed" });
    town.make("utility_line", line(0.0, 300.0, -0.5), heat).await;
    let path = town.offered().await;
    town.reply(&path, 1, WATER, accept()).await.json();
    town.reply(&path, 1, GAS, accept()).await.json();
    let changed = json!({ "properties": { "diameter_mm": 300 } });
    let patched = town.office.send("PATCH", "/api/collections/utility_work/items/1", changed).await;
    assert_eq!(patched.status.as_u16(), 200);
    (town, path)
}

#[tokio::test]
async fn a_geopackage_holds_trenches_works_openings_and_clashes_where_they_lie() {
    let (town, path) = agreed().await;
    let plan = town.see(&path).await;
    let answer = town.office.client.get(&format!("{path}/export?format=gpkg")).await;
    assert!(answer.header("content-disposition").contains("%E5%85%B1%E6%B2%9F"), "{:?}", answer.headers);
    let (dataset, _folder) = opened(&answer, "gpkg");
    let trenches = rows(&dataset, "trenches");
    let (told, trench) = (&plan["planned_trenches"][0], &trenches[0]);
    assert_eq!((trenches.len(), &trench["code"], &trench["state"]), (1, &told["code"], &json!("agreed")));
    assert_eq!((&trench["width_m"], &trench["starts_on"]), (&told["result"]["width_m"], &told["result"]["starts_on"]));
    assert_eq!(trench["operators"], format!("{GAS}；{WATER}"));
    let mut layer = dataset.layer_by_name("trenches").unwrap();
    let feature = layer.features().next().unwrap();
    let mut points = Vec::new();
    feature.geometry().unwrap().get_geometry(0).get_points(&mut points);
    // Where the trench will lie, which is not the street's axis.
    let place = &told["result"]["place"];
    assert_ne!(place["line"], told["result"]["line"]);
    assert_eq!((&trench["place"], &trench["offset_m"]), (&json!("free"), &place["offset_m"]));
    assert!(
        place["offset_m"].as_f64().is_some_and(|offset| offset.abs() > 0.5),
        "the heat pipe is in the way: {place}"
    );
    let expected = place["line"].as_array().unwrap();
    assert_eq!(points.len(), expected.len());
    assert!((points[0].0 - expected[0][0].as_f64().unwrap()).abs() < 1e-12);
    let works = rows(&dataset, "works");
    assert_eq!((works.len(), &works[1]["utility_kind"], &works[1]["state"]), (2, &json!("gas"), &json!("planned")));
    let openings = rows(&dataset, "openings");
    assert_eq!((openings.len(), &openings[0]["work_ids"]), (1, &json!("1 2")));
    let clashes = rows(&dataset, "clashes");
    let since = clashes.iter().find(|clash| clash["kind"] == "changed_after_agreement").unwrap();
    assert_eq!((&since["work_id"], &since["changed"]), (&json!(1), &json!("diameter_mm: 200.0 → 300.0")));
}

#[tokio::test]
async fn a_workbook_is_for_people_and_counts_what_each_saves() {
    let (town, path) = agreed().await;
    let answer = town.office.client.get(&format!("{path}/export?format=xlsx")).await;
    let (dataset, _folder) = opened(&answer, "xlsx");
    let trench = &rows(&dataset, "共沟")[0];
    assert_eq!((&trench["状态"], &trench["横向位置"]), (&json!("已同意"), &json!("放得下")));
    assert_eq!(number(&trench["距现状管线差（米）"]), 0.0);
    assert_eq!(rows(&dataset, "工程")[0]["管线种类"], "给水");
    assert_eq!(rows(&dataset, "开挖")[0]["道路"], "长街");
    assert!(rows(&dataset, "冲突").iter().any(|clash| clash["冲突"] == "同意后变更"));
    let plan = town.see(&path).await;
    let saved: f64 = rows(&dataset, "单位").iter().map(|one| number(&one["节省（元）"])).sum();
    let told: f64 = plan["totals"]["saving_yuan"].as_str().unwrap().parse().unwrap();
    assert!(told > 0.0 && (saved - told).abs() < 0.01, "{saved} {told}");
    let replies = rows(&dataset, "答复");
    assert_eq!((replies.len(), &replies[0]["单位"], &replies[0]["答复"]), (2, &json!(WATER), &json!("同意")));
}

fn number(cell: &Value) -> f64 {
    cell.as_f64().or_else(|| cell.as_str()?.parse().ok()).unwrap()
}

#[tokio::test]
async fn a_drawing_has_each_trench_by_its_state_and_its_section_in_true_size() {
    let (town, path) = agreed().await;
    let result = town.see(&path).await["planned_trenches"][0]["result"].clone();
    let answer = town.office.client.get(&format!("{path}/export?format=dxf")).await;
    let (dataset, _folder) = opened(&answer, "dxf");
    let mut layer = dataset.layer_by_name("entities").unwrap();
    let mut found: std::collections::BTreeMap<String, Vec<(f64, f64, f64)>> = std::collections::BTreeMap::new();
    let mut texts = Vec::new();
    for feature in layer.features() {
        let text_of = |field| feature.field_as_string(feature.field_index(field).unwrap()).unwrap().unwrap_or_default();
        let name = text_of("Layer");
        if let Some(text) = Some(text_of("Text")).filter(|text| !text.is_empty()) {
            texts.push(text);
        }
        let box_ = feature.geometry().unwrap().envelope();
        found.entry(name).or_default().push((box_.MaxX - box_.MinX, box_.MaxY - box_.MinY, box_.MinX));
    }
    let (east, north, at) = found["TRENCH_AGREED"][0];
    assert!((east.hypot(north) - 150.0).abs() < 0.01, "{east} {north}");
    assert!((400_000.0..600_000.0).contains(&at), "metres of the city's plane: {at}");
    let (width, depth, _) = found["SECTION_TRENCH"][0];
    assert!((width - result["width_m"].as_f64().unwrap()).abs() < 1e-6);
    assert!((depth - result["depth_m"].as_f64().unwrap()).abs() < 1e-6);
    let circles = &found["SECTION_LINE"];
    assert_eq!(circles.len(), 2);
    assert!(circles.iter().all(|(width, height, _)| (width - 0.2).abs() < 1e-6 && (height - 0.2).abs() < 1e-3));
    assert!(texts.iter().any(|text| text.contains("给水") && text.contains("D200")), "{texts:?}");
    let (width, height, _) = found["SECTION_EXISTING"][0];
    assert!((width - 0.3).abs() < 1e-3 && (height - 0.3).abs() < 1e-3, "{width} {height}");
    assert!(texts.iter().any(|text| text.contains("E1") && text.contains("D300")), "{texts:?}");
    assert!(texts.iter().any(|text| text.contains("GG1-001")), "{texts:?}");
    town.office.client.get(&format!("{path}/export?format=pdf")).await.problem(400, "invalid-parameter");
}

pub const ORIGIN: &str = "http://pianqu.test";

/// Headers of somebody who has logged in for an operator.
pub async fn log_in(town: &Town, name: &str, operator: &str) -> String {
    let password = "一个相当长的密码";
    let hash = hash_new_password(&password.repeat(2)).unwrap();
    assert!(account::create(&town.office.db.store, name, "operator", Some(operator), &hash).await.unwrap());
    let body = json!({ "name": name, "password": password.repeat(2) }).to_string();
    let headers = [("content-type", "application/json"), ("origin", ORIGIN)];
    let answer = town.office.client.send("POST", "/api/session", &headers, body.into()).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", String::from_utf8_lossy(&answer.body));
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn an_operator_sees_and_answers_for_its_own_trenches_alone() {
    let town = Town::new().await;
    // Water shows its work to others, gas says nothing of it; a third is elsewhere.
    let shown = json!({ "properties": { "visibility": "restricted" } });
    town.office.send("PATCH", "/api/collections/utility_work/items/1", shown).await;
    let far = work("GC9", "telecom", "丙通信公司", ("2024-03-01", "2024-06-30"));
    town.make("utility_work", line(0.0, 200.0, 900.0), far).await;
    let path = town.offered().await;
    let (water, gas) = (log_in(&town, "水工", WATER).await, log_in(&town, "气工", GAS).await);
    let see = async |cookie: &str, path: &str| {
        town.office.client.get_with(path, &[("cookie", cookie), ("origin", ORIGIN)]).await
    };
    // The answers of the city and of the other come first, so that a cache would have them.
    town.see(&path).await;
    let of_gas = see(&gas, "/api/own-trenches").await.json();
    let of_water = see(&water, "/api/own-trenches").await.json();

    let trench = &of_water[0]["planned_trenches"][0];
    assert_eq!((&trench["is_awaited"], &trench["others_awaited"]), (&json!(true), &json!(1)));
    assert_eq!((&trench["result"]["has_hidden"], &trench["result"]["width_m"]), (&json!(true), &Value::Null));
    assert_eq!(of_water[0]["works"].as_array().unwrap().len(), 1);
    for secret in [GAS, "GC2", "gas", "GC9", "丙通信公司"] {
        assert!(!of_water.to_string().contains(secret), "{secret}: {of_water}");
    }
    let trench = &of_gas[0]["planned_trenches"][0];
    assert_eq!((&trench["result"]["has_hidden"], &trench["result"]["work_ids"]), (&json!(false), &json!([1, 2])));
    assert!(trench["works"].as_array().unwrap().iter().all(|work| work["code"] == "GC2"));
    assert!(!of_gas.to_string().contains("GC9"));

    // Plans are the city's.
    for address in ["/api/trench-plans", &path, &format!("{path}/history"), &format!("{path}/export")] {
        see(&water, address).await.problem(404, "unknown-trench-plan");
    }
    let id = trench["trench_id"].clone();
    let order = async |cookie: &str, path: &str, body: Value| {
        let headers = [("content-type", "application/json"), ("cookie", cookie), ("origin", ORIGIN)];
        town.office.client.send("POST", path, &headers, body.to_string().into()).await
    };
    let other = json!({ "version": 1, "operator": GAS, "reply": "accept" });
    order(&water, &format!("{path}/trenches/{id}/replies"), other).await.problem(404, "unknown-trench-plan");

    let own = format!("/api/own-trenches/{id}/replies");
    let accepted = order(&water, &own, json!({ "version": 1, "reply": "accept" })).await.json();
    assert_eq!((&accepted["is_awaited"], &accepted["replies"][0]["made_by"]), (&json!(false), &json!("水工")));
    order(&gas, &own, json!({ "version": 1, "reply": "refuse" })).await.problem(422, "invalid-reply");
    let stale = order(&gas, &own, json!({ "version": 7, "reply": "accept" })).await.problem(412, "version-conflict");
    assert_eq!((&stale["current"]["version"], &stale["current"]["replies"]), (&json!(1), &json!([])));
    let agreed = order(&gas, &own, json!({ "version": 1, "reply": "accept" })).await.json();
    assert_eq!(agreed["state"], "agreed");
    // Both see it in the layer, and nobody else does.
    let item = agreed["shared_trench_id"].clone();
    let address = format!("/api/collections/shared_trench/items/{item}");
    for cookie in [&water, &gas] {
        assert_eq!(see(cookie, &address).await.json()["properties"]["lead_operator"], agreed["lead_operator"]);
    }
    let third = log_in(&town, "信工", "丙通信公司").await;
    see(&third, &address).await.problem(404, "unknown-feature");
    assert_eq!(see(&third, "/api/own-trenches").await.json(), json!([]));
    order(&third, &own, json!({ "version": 1, "reply": "accept" })).await.problem(404, "unknown-feature");

    // A look through an operator's eyes is no reply in its name; the public has no trenches.
    let eyes = format!("/api/own-trenches?viewer=operator:{}", urlencoding(WATER));
    assert_eq!(town.see(&eyes).await[0]["planned_trenches"].as_array().unwrap().len(), 1);
    let as_water = format!("{own}?viewer=operator:{}", urlencoding(WATER));
    town.order("POST", &as_water, json!({ "version": 1, "reply": "accept" })).await.problem(403, "not-allowed");
    town.office.client.get("/api/own-trenches?viewer=public").await.problem(404, "unknown-trench-plan");
}

fn urlencoding(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
