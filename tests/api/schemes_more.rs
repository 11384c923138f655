//! Eligibility, checks while drawing, schemes from groups, phases and the sheet of a precinct.

use serde_json::{Value, json};

use super::client::Answer;
use super::edits::{Office, office, open};
use crate::support::sketch::at;

fn square(east: f64, north: f64, side: f64) -> Value {
    let p = |x: f64, y: f64| json!([at(east + x, north + y).0, at(east + x, north + y).1]);
    json!({ "type": "Polygon", "coordinates": [[p(0., 0.), p(side, 0.), p(side, side), p(0., side), p(0., 0.)]] })
}

fn line(places: &[(f64, f64)]) -> Value {
    let places: Vec<Value> = places.iter().map(|(x, y)| json!([at(*x, *y).0, at(*x, *y).1])).collect();
    json!({ "type": "LineString", "coordinates": places })
}

async fn add(office: &Office, layer: &str, geometry: Value, properties: Value) -> i64 {
    let body = json!({ "type": "Feature", "geometry": geometry, "properties": properties });
    let made = office.send("POST", &format!("/api/collections/{layer}/items"), body).await;
    assert_eq!(made.status.as_u16(), 201, "{}", String::from_utf8_lossy(&made.body));
    serde_json::from_slice::<Value>(&made.body).unwrap()["id"].as_i64().unwrap()
}

async fn order(office: &Office, method: &str, path: &str, body: Value) -> Answer {
    office.send_with(method, path, &[("content-type", "application/json")], body).await
}

/// A street, two communities south of a river and one north of it.
async fn town() -> Office {
    let town = office(open()).await;
    add(&town, "responsible_body", square(-1000., -1000., 3000.), json!({ "code": "yanjiang", "name": "雁江区" }))
        .await;
    add(&town, "street", line(&[(-100., -10.), (700., -10.)]), json!({ "street_class": "residential" })).await;
    add(&town, "street", line(&[(600., -10.), (600., 500.)]), json!({ "street_class": "residential" })).await;
    add(&town, "street", line(&[(-100., 410.), (700., 410.)]), json!({ "street_class": "residential" })).await;
    add(&town, "barrier", line(&[(-500., 250.), (1500., 250.)]), json!({ "barrier_kind": "river" })).await;
    let facts = |name: &str, year: i64, body: &str| {
        json!({ "name": name, "built_year": year, "households": 100, "responsible_body": body, "has_legal_title": true,
            "structure_state": "safe", "in_demolition_plan": false, "is_self_built": false, "estimated_cost": "5000" })
    };
    add(&town, "community", square(0., 0., 100.), facts("甲", 1990, "yanjiang")).await;
    add(&town, "community", square(300., 0., 100.), facts("乙", 2005, "gaoxin")).await;
    add(&town, "community", square(0., 300., 100.), json!({ "name": "丙" })).await;
    town
}

#[tokio::test]
async fn eligibility_says_why_and_a_planner_decides_with_a_reason() {
    let town = town().await;
    let list = town.client.get("/api/eligibility").await.json();
    assert_eq!(list["counts"], json!({ "pass": 1, "fail": 1, "unknown": 1, "needs_review": 0 }));
    assert_eq!(list["criteria"].as_array().unwrap().len(), 10);
    assert!(list["criteria"].as_array().unwrap().iter().all(|it| it["clause"].as_str().unwrap().contains("二(一)")));
    let finding = |list: &Value, community: usize, criterion: &str| {
        let findings = list["communities"][community]["findings"].as_array().unwrap();
        findings.iter().find(|it| it["criterion"] == criterion).unwrap().clone()
    };
    let late = finding(&list, 1, "built_year");
    assert_eq!(
        (&late["verdict"], &late["reason"], &late["value"]),
        (&json!("fail"), &json!("built_later"), &json!(2005))
    );
    assert_eq!(finding(&list, 2, "legal_title")["reason"], "not_known");
    assert_eq!(finding(&list, 0, "central_city")["value"], "yanjiang");
    assert_eq!(finding(&list, 0, "consent")["verdict"], "unknown", "nothing on record is no pass");

    // A later year without a source needs review, with one it passes.
    let mut settings = list["settings"].clone();
    settings["year_limit"] = json!(2005);
    let put = json!({ "settings": settings, "version": 0 });
    assert_eq!(order(&town, "PUT", "/api/eligibility/settings", put.clone()).await.status.as_u16(), 204);
    order(&town, "PUT", "/api/eligibility/settings", put).await.problem(412, "version-conflict");
    assert_eq!(town.client.get("/api/eligibility").await.json()["communities"][1]["verdict"], "needs_review");
    settings["year_source"] = json!("川建发〔2023〕1号");
    let put = json!({ "settings": settings, "version": 1 });
    assert_eq!(order(&town, "PUT", "/api/eligibility/settings", put).await.status.as_u16(), 204);
    assert_eq!(town.client.get("/api/eligibility").await.json()["communities"][1]["verdict"], "pass");

    let path = "/api/eligibility/1/structure";
    let word = json!({ "verdict": "fail", "reason": "鉴定为D级" });
    assert_eq!(order(&town, "PUT", path, word).await.status.as_u16(), 204);
    let list = town.client.get("/api/eligibility").await.json();
    assert_eq!(list["communities"][0]["verdict"], "fail");
    let overridden = finding(&list, 0, "structure")["overridden"].clone();
    assert_eq!((&overridden["reason"], &overridden["author"]), (&json!("鉴定为D级"), &json!("李工")));
    assert_eq!(order(&town, "DELETE", path, Value::Null).await.status.as_u16(), 204);
    order(&town, "DELETE", path, Value::Null).await.problem(404, "unknown-feature");
    let steps = town.client.get("/api/eligibility/history?community_id=1").await.json();
    assert_eq!(steps.as_array().unwrap().len(), 2);
    assert_eq!((&steps[0]["after"], &steps[1]["actor"]), (&Value::Null, &json!("李工")));
    order(&town, "PUT", path, json!({ "verdict": "pass", "reason": " " })).await.problem(400, "invalid-body");
    order(&town, "PUT", "/api/eligibility/9/structure", json!({})).await.problem(404, "unknown-feature");
    town.client.get("/api/eligibility?viewer=public").await.problem(403, "not-allowed");
}

#[tokio::test]
async fn checks_tell_what_is_wrong_while_one_draws() {
    let town = town().await;
    let made = order(&town, "POST", "/api/schemes", json!({ "name": "甲" })).await;
    assert_eq!(made.status.as_u16(), 201);
    let check = async |outline: Value, more: Value| {
        let mut body = json!({ "edits": [{ "op": "draw", "about": { "name": "一" }, "outline": outline }] });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        order(&town, "POST", "/api/schemes/1/check", body).await.json()
    };
    let kinds = |answer: &Value| -> Vec<String> {
        let mut kinds: Vec<String> = answer["checks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|check| check["kind"].as_str().unwrap().to_owned())
            .collect();
        kinds.sort();
        kinds
    };
    // All three: two bodies, one unknown, a river without a bridge.
    let all = check(square(-50., -50., 500.), json!({})).await;
    assert_eq!(
        kinds(&all),
        ["barrier_without_crossing", "body_unknown", "households_unknown", "not_walkable", "several_bodies"],
        "{all}"
    );
    let barrier = all["checks"].as_array().unwrap().iter().find(|c| c["kind"] == "barrier_without_crossing").unwrap();
    assert_eq!(barrier["facts"]["community_ids"], json!([[1, 2], [3]]));
    assert!(all["precincts"][0]["id"].as_i64().unwrap() < 0);
    assert_eq!(town.client.get("/api/schemes/1").await.json()["precinct_count"], 0, "nothing was written");

    // South of the river only; too far to walk when that is asked for.
    let south = square(-50., -50., 290.);
    assert_eq!(kinds(&check(south.clone(), json!({})).await), Vec::<String>::new());
    let wide = json!({ "type": "Polygon", "coordinates": [[
        [at(-50., -50.).0, at(-50., -50.).1], [at(450., -50.).0, at(450., -50.).1],
        [at(450., 150.).0, at(450., 150.).1], [at(-50., 150.).0, at(-50., 150.).1], [at(-50., -50.).0, at(-50., -50.).1]]] });
    let far = check(wide, json!({ "max_walk_m": 200 })).await;
    assert!(kinds(&far).contains(&"too_large".to_owned()), "{far}");
    let cut = check(square(50., -50., 200.), json!({})).await;
    assert!(kinds(&cut).contains(&"community_cut".to_owned()), "{cut}");
    assert_eq!(kinds(&check(square(800., 800., 100.), json!({})).await), ["no_community"]);

    // A bridge joins the banks.
    add(
        &town,
        "street",
        line(&[(200., -10.), (200., 150.), (200., 350.), (200., 410.)]),
        json!({ "street_class": "residential", "is_bridge": true }),
    )
    .await;
    let bridged = check(square(-50., -50., 500.), json!({})).await;
    assert!(!kinds(&bridged).contains(&"barrier_without_crossing".to_owned()), "{bridged}");
}

#[tokio::test]
async fn a_grouping_becomes_a_scheme_with_phases_and_sheets() {
    let town = town().await;
    add(
        &town,
        "utility_work",
        line(&[(20., 20.), (80., 20.)]),
        json!({ "name": "换管", "utility_kind": "gas", "operator": "燃气公司", "estimated_cost": "300.25" }),
    )
    .await;
    add(&town, "utility_work", line(&[(30., 30.), (80., 30.)]), json!({ "name": "加线", "utility_kind": "power" }))
        .await;
    let groups = json!([{ "name": "南片", "community_ids": [1, 2] }, { "community_ids": [3] }]);
    let made =
        order(&town, "POST", "/api/schemes", json!({ "name": "建议", "groups": groups, "origin": { "seed": 7 } }))
            .await;
    assert_eq!(made.status.as_u16(), 201, "{}", String::from_utf8_lossy(&made.body));
    let made: Value = serde_json::from_slice(&made.body).unwrap();
    assert_eq!(made["scheme"]["origin"]["seed"], 7);
    let members = |n: usize| made["precincts"][n]["properties"]["members"].clone();
    assert_eq!(made["precincts"][0]["properties"]["name"], "南片");
    assert_eq!(members(0), json!([{ "community_id": 1, "how": "area" }, { "community_id": 2, "how": "area" }]));
    assert_eq!(members(1), json!([{ "community_id": 3, "how": "area" }]), "the outline holds its members");
    let twice = json!([{ "community_ids": [1] }, { "community_ids": [1] }]);
    let refused = order(&town, "POST", "/api/schemes", json!({ "name": "二", "groups": twice })).await;
    assert_eq!(refused.problem(400, "invalid-body")["errors"][0]["pointer"], "/groups/1/community_ids/0");

    let id = made["precincts"][0]["id"].as_i64().unwrap();
    let about = json!({ "name": "南片", "start_year": 2020, "is_pilot": true });
    let edit = json!({ "versions": { id.to_string(): 1 }, "edits": [{ "op": "describe", "precinct_id": id, "about": about }] });
    order(&town, "POST", "/api/schemes/1/edits", edit).await.json();
    let phases = town.client.get("/api/schemes/1/phases").await.json();
    assert_eq!((&phases["phases"][0]["year"], &phases["phases"][0]["is_pilot"]), (&json!(2020), &json!(true)));
    assert_eq!(phases["phases"][1]["year"], Value::Null);
    let target = &phases["targets"][0];
    assert_eq!((&target["target"], &target["year"]), (&Value::Null, &json!(2020)));
    // Of the two one was built too late; 117 are wanted.
    assert_eq!(target["communities"], 1);
    assert_eq!(target["communities_short"], 116);
    assert_eq!(target["communities_without_year"], 1);
    assert_eq!(target["verdict"], "fail");
    assert_eq!(target["responsible_bodies"][0]["code"], "yanjiang");

    let path = format!("/api/schemes/1/precincts/{id}/sheet");
    let sheet = town.client.get(&path).await.json();
    assert_eq!(sheet["members"].as_array().unwrap().len(), 2);
    assert_eq!(sheet["eligibility"], json!({ "pass": 1, "fail": 1, "unknown": 0, "needs_review": 0 }));
    assert_eq!(sheet["utility_works"].as_array().unwrap().len(), 2);
    let cost = |source: &str, operator: Value| {
        let costs = sheet["costs"].as_array().unwrap();
        costs.iter().find(|cost| cost["source"] == source && cost["operator"] == operator).unwrap().clone()
    };
    assert_eq!(cost("communities", Value::Null)["known"], "10000.00");
    assert_eq!(cost("utility_works", json!("燃气公司"))["known"], "300.25");
    assert_eq!(cost("utility_works", Value::Null)["known"], Value::Null, "an estimate that nobody made is not nothing");
    let file = town.client.get(&format!("{path}?f=xlsx")).await;
    assert_eq!(file.status.as_u16(), 200);
    assert!(file.header("content-disposition").contains(".xlsx"));
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("sheet.xlsx");
    std::fs::write(&at, &file.body).unwrap();
    let read = gdal::Dataset::open(&at).unwrap();
    use gdal::vector::LayerAccess;
    let names: Vec<String> = read.layers().map(|layer| layer.name()).collect();
    assert_eq!(names, ["概况", "小区", "设施缺口", "管线工程", "投资来源"]);
    let communities = read.layer_by_name("小区").unwrap().features().count();
    assert!(communities >= 2, "{communities}");
    town.client.get("/api/schemes/1/precincts/99/sheet").await.problem(404, "unknown-feature");
    town.client.get(&format!("{path}?viewer=public")).await.problem(403, "not-allowed");

    // Nothing walks out of the scheme with a community that goes: it is counted as missing.
    order(&town, "DELETE", "/api/collections/community/items/3", Value::Null).await;
    let totals = town.client.get("/api/schemes/1/totals").await.json();
    assert_eq!((&totals["totals"]["missing"], &totals["totals"]["communities"]), (&json!(1), &json!(2)));
    assert_eq!(totals["eligibility"]["unknown"], 1);
}
