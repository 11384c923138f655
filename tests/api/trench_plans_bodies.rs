//! Plans of shared trenches as responsible bodies read them: what lies in their area, and nothing to write.

use gdal::vector::LayerAccess;
use serde_json::{Value, json};

use super::trench_plans_more::opened;
use super::viewers::{prepare, trench_with};
use super::viewers_town::{Town, Who, town};

async fn see(town: &Town, who: &Who, path: &str) -> Value {
    town.ask(who, "GET", path, Value::Null).await.json()
}

fn codes(plan: &Value) -> Vec<&str> {
    plan["works"].as_array().unwrap().iter().map(|work| work["code"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_reads_what_lies_in_its_area_and_totals_of_that() {
    let town = town().await.with_an_edge().await;
    let (planner, b) = (town.log_in("planner").await, town.log_in("b").await);
    let made = prepare(&town, &planner, &b).await;
    let path = format!("/api/trench-plans/{}", made.plan);
    let (west, east) = (town.log_in("west").await, town.log_in("east").await);
    let whole = see(&town, &planner, &path).await;
    let (of_west, of_east) = (see(&town, &west, &path).await, see(&town, &east, &path).await);

    let mut seen = codes(&of_west);
    seen.sort_unstable();
    assert_eq!(seen, ["EDGE-W", "WESTONE", "WESTTWO", "WESTWORK"]);
    let numbers = |plan: &Value| -> Vec<Value> {
        plan["planned_trenches"].as_array().unwrap().iter().map(|it| it["trench_id"].clone()).collect()
    };
    let id = |code| trench_with(&made.trenches, code).unwrap()["trench_id"].clone();
    let (own, edge, other) = (id("WESTONE"), id("EDGE-W"), id("MARKCONF"));
    let mut both = numbers(&of_west);
    both.sort_by_key(Value::as_i64);
    let mut expected = vec![own.clone(), edge.clone()];
    expected.sort_by_key(Value::as_i64);
    assert_eq!(both, expected);
    assert!(numbers(&of_east).contains(&edge) && !numbers(&of_east).contains(&own));

    // A trench on the edge is whole; of a work beyond it there is no more than that it lies in it.
    let trench = |plan: &Value| {
        let all = plan["planned_trenches"].as_array().unwrap();
        all.iter().find(|it| it["trench_id"] == edge).unwrap().clone()
    };
    let (of_city, of_body) = (trench(&whole), trench(&of_west));
    for same in ["result", "operators", "awaited_operators", "state", "replies", "shared_trench_id", "lead_operator"] {
        assert_eq!(of_city[same], of_body[same], "{same}");
    }
    let work = |code: &str| of_body["works"].as_array().unwrap().iter().find(|it| it["code"] == code).unwrap().clone();
    assert_eq!(
        work("EDGE-W"),
        of_city["works"].as_array().unwrap().iter().find(|it| it["code"] == "EDGE-W").unwrap().clone()
    );
    let beyond = work("EDGE-E");
    assert_eq!((&beyond["operator"], &beyond["name"], &beyond["lines"]), (&json!("乙水务"), &Value::Null, &json!([])));
    assert_eq!(of_body["outside_work_ids"], json!([beyond["work_id"]]));
    assert_eq!(of_city["outside_work_ids"], json!([]));

    // Figures are those of the area, and say so.
    assert_eq!((&of_west["totals"], &of_west["bound"], &of_west["alone"]), (&Value::Null, &Value::Null, &Value::Null));
    assert_eq!(of_west["operators"], json!([]));
    let area = &of_west["area"];
    assert_eq!((&area["works"], &area["trenches"], &area["openings"]), (&json!(4), &json!(2), &json!(2)));
    assert_eq!(area["openings"].as_u64().unwrap() as usize, of_west["openings"].as_array().unwrap().len());
    assert_eq!(whole["area"], Value::Null);
    let metres = |plan: &Value| -> f64 {
        let all = plan["planned_trenches"].as_array().unwrap().iter();
        all.map(|it| it["result"]["to_m"].as_f64().unwrap() - it["result"]["from_m"].as_f64().unwrap()).sum()
    };
    assert!((area["trench_m"].as_f64().unwrap() - metres(&of_west)).abs() < 0.002, "{area}");
    let listed = see(&town, &west, "/api/trench-plans").await;
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["area"]), (1, area));
    assert_eq!(listed[0]["trenches"], json!({ "proposed": 0, "agreed": 1, "refused": 1, "withdrawn": 0 }));

    // The sheet of its own and of the edge; that of another's area is as one that is not there.
    let sheet = |trench: &Value| format!("{path}/trenches/{trench}/sheet");
    assert_eq!(see(&town, &west, &sheet(&own)).await["trench"]["replies"][0]["reason"], "WESTREASON");
    let members = see(&town, &west, &sheet(&edge)).await["members"].clone();
    let shift =
        |code: &str| members.as_array().unwrap().iter().find(|it| it["code"] == code).unwrap()["shift_days"].clone();
    assert_eq!((shift("EDGE-W"), shift("EDGE-E")), (json!(0), Value::Null));
    let hidden = town.ask(&west, "GET", &sheet(&other), Value::Null).await.problem(404, "unknown-feature");
    let absent = town.ask(&west, "GET", &sheet(&json!(999)), Value::Null).await.problem(404, "unknown-feature");
    let said = |problem: &Value, id: &Value| problem["detail"].as_str().unwrap().replace(&id.to_string(), "");
    assert_eq!(said(&hidden, &other), said(&absent, &json!(999)));

    // What changed after agreement is told to the body in whose area it lies.
    let changed = async |who: &Who| see(&town, who, &format!("{path}/clashes")).await["clashes"].clone();
    assert_eq!(changed(&west).await, json!([]));
    assert_eq!(changed(&east).await[0]["kind"], "changed_after_agreement");

    // A work that leaves its area is gone to it: where it lies now is not its to know.
    let revision = town.office.client.city.snapshot().revision;
    town.office.db.psql("update utility_work set geom = st_translate(geom, 0.0123, 0) where code = 'EDGE-W'").await;
    while town.office.client.city.snapshot().revision <= revision {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let gone = changed(&west).await;
    assert_eq!(
        (gone.as_array().unwrap().len(), &gone[0]["is_gone"], &gone[0]["changes"]),
        (1, &json!(true), &json!([]))
    );
    let moved = changed(&planner).await;
    let moved = moved.as_array().unwrap().iter().find(|one| one["work_id"] == gone[0]["work_id"]).unwrap();
    assert_eq!((&moved["is_gone"], &moved["changes"][0]["field"]), (&json!(false), &json!("geometry")));
    let kept = trench(&see(&town, &west, &path).await);
    assert_eq!(kept["works"], of_body["works"], "what was agreed on stays");
    // In its file the work lies where it was agreed on, and nothing lies beyond the edge but the trench that crosses it.
    let furthest_east = async |who: &Who| {
        let file = town.ask(who, "GET", &format!("{path}/export?format=gpkg"), Value::Null).await;
        let (dataset, _folder) = opened(&file, "gpkg");
        let east = |table: &str| dataset.layer_by_name(table).unwrap().get_extent().unwrap().MaxX;
        (east("works"), east("trenches"))
    };
    let (works, trenches) = furthest_east(&west).await;
    assert!((works - 104.64996).abs() < 1e-6 && trenches < 104.65003, "{works} {trenches}");
    assert!(furthest_east(&planner).await.0 > 104.66);

    // Its history begins with the offer, and is of its trenches.
    let steps = see(&town, &west, &format!("{path}/history")).await;
    let kinds: Vec<&str> = steps.as_array().unwrap().iter().map(|step| step["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["agree", "reply", "reply", "reply", "offer"]);
    assert!(
        steps
            .as_array()
            .unwrap()
            .iter()
            .all(|step| step["trench_id"].is_null() || expected.contains(&step["trench_id"]))
    );
    let older = see(&town, &west, &format!("{path}/history?limit=2")).await;
    let before = older[1]["step"].clone();
    assert_eq!(older.as_array().unwrap().len(), 2);
    assert_eq!(see(&town, &west, &format!("{path}/history?before={before}")).await.as_array().unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_is_the_citys_and_a_body_changes_nothing() {
    let town = town().await.with_an_edge().await;
    let (planner, b) = (town.log_in("planner").await, town.log_in("b").await);
    let made = prepare(&town, &planner, &b).await;
    let west = town.log_in("west").await;
    let draft = town.ask(&planner, "POST", "/api/trench-plans", json!({ "name": "草案" })).await;
    let draft: Value = serde_json::from_slice(&draft.body).unwrap();
    let draft = draft.get("plan").unwrap_or(&draft["result"]["plan"])["trench_plan_id"].clone();
    for address in ["", "/history", "/clashes", "/export"] {
        let path = format!("/api/trench-plans/{draft}{address}");
        town.ask(&west, "GET", &path, Value::Null).await.problem(404, "unknown-trench-plan");
    }
    assert_eq!(see(&town, &west, "/api/trench-plans").await.as_array().unwrap().len(), 1);

    let path = format!("/api/trench-plans/{}", made.plan);
    let before = see(&town, &planner, &path).await;
    let trench = trench_with(&made.trenches, "WESTONE").unwrap()["trench_id"].clone();
    let accept = json!({ "version": 1, "operator": "丁热力", "reply": "accept" });
    for (method, path, body) in [
        ("POST", "/api/trench-plans".to_owned(), json!({ "name": "我的" })),
        ("POST", format!("{path}/replan"), json!({ "version": 2 })),
        ("POST", format!("{path}/close"), json!({ "version": 2 })),
        ("DELETE", format!("{path}?version=2"), Value::Null),
        ("POST", format!("{path}/trenches/{trench}/replies"), accept.clone()),
        ("POST", format!("{path}/replies"), json!({ "operator": "丁热力", "replies": [] })),
        ("PUT", format!("{path}/trenches/{trench}/lead"), json!({ "version": 1, "operator": "丁热力" })),
        ("POST", format!("{path}/trenches/{trench}/withdraw"), json!({ "version": 1, "reason": "不要" })),
        // No less of a plan that is not there, so nothing is found out by it.
        ("POST", "/api/trench-plans/999/close".to_owned(), json!({ "version": 1 })),
    ] {
        town.ask(&west, method, &path, body).await.problem(403, "not-allowed");
    }
    let own = format!("/api/own-trenches/{trench}/replies");
    town.ask(&west, "POST", &own, json!({ "version": 1, "reply": "accept" })).await.problem(404, "unknown-trench-plan");
    assert_eq!(see(&town, &planner, &path).await["last_step"], before["last_step"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_sees_days_in_streets_of_its_area_and_years_in_others() {
    let town = town().await.with_an_edge().await;
    let (planner, b) = (town.log_in("planner").await, town.log_in("b").await);
    prepare(&town, &planner, &b).await;
    let west = town.log_in("west").await;
    let told = see(&town, &west, "/api/street-calendar?year=2024").await;
    let city = see(&town, &planner, "/api/street-calendar?year=2024").await;
    let opening = |calendar: &Value, name: &str| {
        let streets = calendar["streets"].as_array().unwrap();
        streets.iter().find(|street| street["name"] == name).unwrap()["openings"][0].clone()
    };
    for name in ["西街", "界街"] {
        assert!(opening(&told, name)["starts_on"].is_string(), "{told}");
        assert_eq!(opening(&told, name), opening(&city, name));
    }
    let away = opening(&told, "长街");
    assert_eq!((&away["starts_on"], &away["ends_on"], &away["year"]), (&Value::Null, &Value::Null, &json!(2024)));
    assert_eq!(told["totals"], city["totals"], "how many is for everybody");
}
