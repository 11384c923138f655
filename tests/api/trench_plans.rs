//! Plans of shared trenches: kept, offered, replied to, planned anew, agreed, and what comes about afterwards.

use pianqu::http::Settings;
use serde_json::{Value, json};

use super::client::{Answer, TOKEN};
use super::edits::{Office, office, open};
use crate::support::sketch::on_plane;

pub const WATER: &str = "甲水务公司";
pub const GAS: &str = "乙燃气公司";

pub fn line(from: f64, to: f64, north: f64) -> Value {
    let at = |east: f64| {
        let (lon, lat) = on_plane(east, north);
        json!([lon, lat])
    };
    json!({ "type": "LineString", "coordinates": [at(from), at(to)] })
}

pub fn work(code: &str, kind: &str, operator: &str, window: (&str, &str)) -> Value {
    json!({ "code": code, "name": format!("{code}改造"), "utility_kind": kind, "operator": operator, "method": "open",
        "diameter_mm": 200, "depth_m": 1.0, "window_start": window.0, "window_end": window.1, "duration_days": 20 })
}

/// A street with two works whose windows meet in May and June.
pub struct Town {
    pub office: Office,
}

impl Town {
    pub async fn new() -> Self {
        let town = Self { office: office(Settings { admin_token: Some(TOKEN.to_owned()), ..open() }).await };
        town.make(
            "street",
            line(0.0, 300.0, 0.0),
            json!({ "name": "长街", "street_class": "residential", "width_m": 12,
            "surfaced_on": "2001-01-01", "surfacing": "minor_repair" }),
        )
        .await;
        let water = work("GC1", "water", WATER, ("2024-03-01", "2024-06-30"));
        let gas = work("GC2", "gas", GAS, ("2024-05-01", "2024-12-31"));
        town.make("utility_work", line(0.0, 200.0, 1.0), water).await;
        town.make("utility_work", line(50.0, 250.0, -1.0), gas).await;
        town
    }

    pub async fn make(&self, layer: &str, geometry: Value, properties: Value) -> i64 {
        let feature = json!({ "type": "Feature", "geometry": geometry, "properties": properties });
        let made = self.office.send("POST", &format!("/api/collections/{layer}/items"), feature).await;
        assert_eq!(made.status.as_u16(), 201, "{}", String::from_utf8_lossy(&made.body));
        made.header("location").rsplit('/').next().unwrap().parse().unwrap()
    }

    pub async fn order(&self, method: &str, path: &str, body: Value) -> Answer {
        let headers = [("content-type", "application/json"), ("pianqu-actor", "li")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.office.client.send(method, path, &headers, body.into()).await
    }

    pub async fn see(&self, path: &str) -> Value {
        self.office.client.get(path).await.json()
    }

    /// A plan that is offered; its path.
    pub async fn offered(&self) -> String {
        let made = self.order("POST", "/api/trench-plans", json!({ "name": "2024年度" })).await;
        assert_eq!(made.status.as_u16(), 201, "{}", String::from_utf8_lossy(&made.body));
        let path = made.header("location").to_owned();
        self.order("POST", &format!("{path}/offer"), json!({ "version": 1 })).await.json();
        path
    }

    pub async fn reply(&self, path: &str, version: i64, operator: &str, more: Value) -> Answer {
        let trench = self.see(path).await["planned_trenches"][0]["trench_id"].clone();
        let mut body = json!({ "version": version, "operator": operator });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.order("POST", &format!("{path}/trenches/{trench}/replies"), body).await
    }

    async fn version(&self, path: &str) -> Value {
        self.see(path).await["version"].clone()
    }
}

pub fn accept() -> Value {
    json!({ "reply": "accept" })
}

#[tokio::test]
async fn a_trench_is_offered_shifted_planned_anew_and_agreed() {
    let town = Town::new().await;
    let path = town.offered().await;
    let plan = town.see(&path).await;
    assert_eq!(
        (&plan["state"], &plan["round"], &plan["totals"]["openings"]),
        (&json!("offered"), &json!(1), &json!(1))
    );
    let trench = &plan["planned_trenches"][0];
    assert_eq!(trench["operators"], json!([GAS, WATER]));
    assert_eq!((&trench["result"]["starts_on"], &trench["state"]), (&json!("2024-05-01"), &json!("proposed")));
    assert_eq!(trench["lead_operator"], trench["proposed_lead_operator"]);

    town.reply(&path, 1, WATER, accept()).await.json();
    let wanted =
        json!({ "reply": "shift", "reason": "汛期前完不成", "first_day": "2024-06-05", "last_day": "2024-06-30" });
    let shifted = town.reply(&path, 1, GAS, wanted).await.json();
    assert_eq!(shifted["trench"]["awaited_operators"], json!([GAS]));
    assert_eq!(shifted["trench"]["replies"][1]["first_day"], "2024-06-05");

    let version = town.version(&path).await;
    let done = town.order("POST", &format!("{path}/replan"), json!({ "version": version })).await.json();
    let trench = &done["plan"]["planned_trenches"][0];
    assert_eq!((&trench["version"], &trench["result"]["starts_on"]), (&json!(2), &json!("2024-06-05")));
    assert_eq!((&done["plan"]["round"], &trench["replies"][0]["is_current"]), (&json!(2), &json!(false)));
    assert_eq!(done["plan"]["terms"]["windows"][0]["first_day"], "2024-06-05");

    // What was seen is an old version by now; the answer shows the new one.
    let stale = town.reply(&path, 1, WATER, accept()).await.problem(412, "version-conflict");
    assert_eq!(stale["current"]["version"], 2);
    town.reply(&path, 2, GAS, accept()).await.json();
    let agreed = town.reply(&path, 2, WATER, accept()).await.json();
    assert_eq!(agreed["trench"]["state"], "agreed");
    let item = agreed["trench"]["shared_trench_id"].as_i64().unwrap();
    let feature = town.see(&format!("/api/collections/shared_trench/items/{item}")).await;
    let properties = &feature["properties"];
    assert_eq!((&properties["trench_state"], &properties["members"]), (&json!("agreed"), &json!("GC1 GC2")));
    assert_eq!((&properties["starts_on"], &properties["name"]), (&json!("2024-06-05"), &json!("长街共沟")));
    assert_eq!(properties["code"], agreed["trench"]["code"]);
    assert_eq!(properties["width_m"], agreed["trench"]["result"]["width_m"]);

    // Everybody accepted: another round changes nothing and leaves no step.
    let version = town.version(&path).await;
    let done = town.order("POST", &format!("{path}/replan"), json!({ "version": version })).await.json();
    assert_eq!((&done["step"], &done["plan"]["round"]), (&Value::Null, &json!(2)));
    let late = json!({ "reply": "refuse", "reason": "改主意" });
    town.reply(&path, 2, GAS, late).await.problem(409, "trench-plan-state");

    // The leader may be another one; the layer says so too.
    let trench_id = agreed["trench"]["trench_id"].clone();
    let lead = format!("{path}/trenches/{trench_id}/lead");
    town.order("PUT", &lead, json!({ "operator": GAS, "version": 2 })).await.json();
    let feature = town.see(&format!("/api/collections/shared_trench/items/{item}")).await;
    assert_eq!(feature["properties"]["lead_operator"], GAS);
    town.order("PUT", &lead, json!({ "operator": "丙", "version": 2 })).await.problem(400, "invalid-body");
    town.order("PUT", &lead, json!({ "operator": GAS, "version": 1 })).await.problem(412, "version-conflict");

    let steps = town.see(&format!("{path}/history")).await;
    let kinds: Vec<&str> = steps.as_array().unwrap().iter().map(|step| step["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["lead", "agree", "reply", "reply", "replan", "reply", "reply", "offer", "create"]);
    assert!(steps.as_array().unwrap().iter().all(|step| step["actor"] == "li"));
}

#[tokio::test]
async fn of_two_replies_at_once_none_is_lost_and_the_last_one_agrees() {
    let town = Town::new().await;
    let path = town.offered().await;
    let (a, b) = tokio::join!(town.reply(&path, 1, WATER, accept()), town.reply(&path, 1, GAS, accept()));
    assert_eq!((a.status.as_u16(), b.status.as_u16()), (200, 200));
    let trench = town.see(&path).await["planned_trenches"][0].clone();
    assert_eq!((trench["replies"].as_array().unwrap().len(), &trench["state"]), (2, &json!("agreed")));
    let items = town.see("/api/collections/shared_trench/items").await;
    assert_eq!(items["numberMatched"], 1);
}

#[tokio::test]
async fn what_comes_about_after_agreement_is_a_clash_and_moves_nothing() {
    let town = Town::new().await;
    let path = town.offered().await;
    town.reply(&path, 1, WATER, accept()).await.json();
    town.reply(&path, 1, GAS, accept()).await.json();
    let clashes = format!("{path}/clashes");
    assert_eq!(town.see(&clashes).await["clashes"], json!([]));

    let moved =
        json!({ "geometry": line(10.0, 200.0, 1.0), "properties": { "diameter_mm": 300, "window_end": "2024-08-31" } });
    let patched = town.office.send("PATCH", "/api/collections/utility_work/items/1", moved).await;
    assert_eq!(patched.status.as_u16(), 200);
    let third = work("GC3", "telecom", "丙通信公司", ("2025-03-01", "2025-12-31"));
    town.make("utility_work", line(100.0, 280.0, 3.0), third).await;
    let found = town.see(&clashes).await["clashes"].clone();
    let told: Vec<(&str, i64)> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|clash| (clash["kind"].as_str().unwrap(), clash["work_id"].as_i64().unwrap()))
        .collect();
    assert_eq!(told, [("changed_after_agreement", 1), ("second_opening", 3)]);
    let fields: Vec<&str> =
        found[0]["changes"].as_array().unwrap().iter().map(|change| change["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["diameter_mm", "window_end", "geometry"]);

    // The next round takes the new work in, and what was agreed stays word for word.
    let before = town.see(&path).await["planned_trenches"][0].clone();
    let version = town.version(&path).await;
    town.order("POST", &format!("{path}/replan"), json!({ "version": version })).await.json();
    let plan = town.see(&path).await;
    assert_eq!(plan["planned_trenches"][0], before);
    assert_eq!(plan["works"][2]["why"], "no_day_left");

    // Whoever writes: the database holds it too.
    let client = town.office.db.store.connect_raw().await.unwrap();
    for forbidden in [
        "update planned_trench set starts_on = starts_on - 1",
        "update planned_trench set state = 'proposed'",
        "update trench_reply set reply = 'refuse', reason = 'x'",
        "delete from trench_reply",
        "update shared_trench set starts_on = starts_on - 1",
        "delete from shared_trench",
    ] {
        let refused = client.batch_execute(forbidden).await.unwrap_err();
        assert_eq!(refused.code().unwrap().code(), "23514", "{forbidden}");
    }

    let item = format!("/api/collections/shared_trench/items/{}", before["shared_trench_id"]);
    let edited = town.office.send("PATCH", &item, json!({ "properties": { "width_m": 9.0 } })).await;
    let refused = edited.problem(422, "invalid-feature");
    assert!(refused.to_string().contains("through that plan"), "{refused}");

    // Nor does going back in time: the works return to what they were, what was agreed stays.
    let at = town.see(&path).await["created_at"].clone();
    let restored = town.order("POST", "/api/restore", json!({ "at": at })).await;
    assert_eq!(restored.status.as_u16(), 200, "{}", String::from_utf8_lossy(&restored.body));
    assert_eq!(town.see("/api/collections/utility_work/items/1").await["properties"]["diameter_mm"], 200.0);
    assert_eq!(town.see("/api/collections/shared_trench/items").await["numberMatched"], 1);

    // Only the city takes an agreed trench back, and says why.
    let trench = before["trench_id"].clone();
    let withdraw = format!("{path}/trenches/{trench}/withdraw");
    town.order("POST", &withdraw, json!({ "version": 1, "reason": " " })).await.problem(400, "invalid-body");
    let done = town.order("POST", &withdraw, json!({ "version": 1, "reason": "管径变更" })).await.json();
    assert_eq!(done["trench"]["state"], "withdrawn");
    assert_eq!(town.see("/api/collections/shared_trench/items").await["numberMatched"], 0);
    town.order("POST", &withdraw, json!({ "version": 1, "reason": "再次" })).await.problem(409, "trench-plan-state");
}

#[tokio::test]
async fn no_plan_goes_against_what_another_one_agreed() {
    let town = Town::new().await;
    let first = town.offered().await;
    // Made before anything was agreed, with the works in another year.
    let later = json!({ "name": "2025年度", "order": { "settings": { "not_before": "2024-06-08" } } });
    let made = town.order("POST", "/api/trench-plans", later).await;
    let second = made.header("location").to_owned();
    town.order("POST", &format!("{second}/offer"), json!({ "version": 1 })).await.json();
    let plan = town.see(&second).await;
    assert_eq!(plan["planned_trenches"][0]["result"]["starts_on"], "2024-06-08");
    town.reply(&first, 1, WATER, accept()).await.json();
    town.reply(&second, 1, WATER, accept()).await.json();
    let agreed = town.reply(&first, 1, GAS, accept()).await.json();
    assert_eq!(agreed["trench"]["state"], "agreed");
    let late = town.reply(&second, 1, GAS, accept()).await.problem(409, "trench-plan-state");
    assert!(late["detail"].as_str().unwrap().contains(agreed["trench"]["code"].as_str().unwrap()), "{late}");
    // The next round takes it as it is: the works are on their agreed days, and the trench is the other plan's.
    let done = town.order("POST", &format!("{second}/replan"), json!({ "version": 2 })).await.json();
    assert_eq!(done["plan"]["planned_trenches"][0]["state"], "withdrawn");
    assert_eq!(done["plan"]["planned_trenches"].as_array().unwrap().len(), 1);
    assert_eq!(done["plan"]["works"][0]["starts_on"], "2024-05-01");
}

#[tokio::test]
async fn what_cannot_be_replied_says_why() {
    let town = Town::new().await;
    let made = town.order("POST", "/api/trench-plans", json!({ "name": "草案" })).await;
    let draft = made.header("location").to_owned();
    town.reply(&draft, 1, WATER, accept()).await.problem(409, "trench-plan-state");
    let path = town.offered().await;
    for (operator, body, reason) in [
        ("丙公司", accept(), "not_in_it"),
        (WATER, json!({ "reply": "refuse" }), "no_reason"),
        (WATER, json!({ "reply": "refuse", "reason": "  " }), "no_reason"),
        (WATER, json!({ "reply": "shift", "reason": "汛期" }), "no_days"),
        (WATER, json!({ "reply": "shift", "first_day": "2024-06-01", "last_day": "2024-06-30" }), "no_reason"),
        (
            WATER,
            json!({ "reply": "shift", "reason": "汛期", "first_day": "2024-06-30", "last_day": "2024-06-01" }),
            "ends_before_it_starts",
        ),
        (
            WATER,
            json!({ "reply": "shift", "reason": "汛期", "first_day": "2024-06-01", "last_day": "2024-06-05" }),
            "too_few_days",
        ),
        (
            WATER,
            json!({ "reply": "accept", "first_day": "2024-06-01", "last_day": "2024-06-30" }),
            "days_without_shift",
        ),
    ] {
        let problem = town.reply(&path, 1, operator, body).await.problem(422, "invalid-reply");
        assert_eq!(problem["reason"], reason);
    }
    let half = json!({ "reply": "shift", "reason": "汛期", "first_day": "2024-06-01" });
    let problem = town.reply(&path, 1, WATER, half).await.problem(400, "invalid-body");
    assert_eq!(problem["errors"][0]["pointer"], "/last_day");
    let long = json!({ "reply": "refuse", "reason": "长".repeat(501) });
    town.reply(&path, 1, WATER, long).await.problem(400, "invalid-body");
    town.reply(&path, 1, WATER, json!({ "reply": "perhaps" })).await.problem(400, "invalid-body");
    assert_eq!(town.see(&path).await["planned_trenches"][0]["replies"], json!([]), "nothing of it was kept");
}

#[tokio::test]
async fn plans_have_names_states_and_versions_and_are_nobody_elses() {
    let town = Town::new().await;
    let path = town.offered().await;
    let taken = town.order("POST", "/api/trench-plans", json!({ "name": "2024年度" })).await;
    taken.problem(409, "name-taken");
    let bad = json!({ "name": "x", "order": { "settings": { "metres_per_day": -1 } } });
    let problem = town.order("POST", "/api/trench-plans", bad).await.problem(400, "invalid-body");
    assert_eq!(problem["errors"][0]["pointer"], "/order/settings/metres_per_day");
    town.order("POST", "/api/trench-plans", json!({ "name": " " })).await.problem(400, "invalid-body");
    let again = town.order("POST", &format!("{path}/offer"), json!({ "version": 2 })).await;
    again.problem(409, "trench-plan-state");
    let stale = town.order("POST", &format!("{path}/close"), json!({ "version": 1 })).await;
    assert_eq!(stale.problem(412, "version-conflict")["current"]["version"], 2);
    let stale = town.order("POST", &format!("{path}/replan"), json!({ "version": 1 })).await;
    stale.problem(412, "version-conflict");
    town.order("DELETE", &format!("{path}?version=2"), Value::Null).await.problem(409, "trench-plan-state");
    town.order("POST", &format!("{path}/close"), json!({ "version": 2 })).await.json();
    let closed = town.order("POST", &format!("{path}/replan"), json!({ "version": 3 })).await;
    closed.problem(409, "trench-plan-state");
    town.reply(&path, 1, WATER, accept()).await.problem(409, "trench-plan-state");

    let made = town.order("POST", "/api/trench-plans", json!({ "name": "草案" })).await;
    let draft = made.header("location").to_owned();
    town.order("DELETE", &format!("{draft}?version=9"), Value::Null).await.problem(412, "version-conflict");
    let gone = town.order("DELETE", &format!("{draft}?version=1"), Value::Null).await;
    assert_eq!(gone.status.as_u16(), 204);
    town.office.client.get(&draft).await.problem(404, "unknown-trench-plan");
    assert_eq!(town.see(&format!("{draft}/history")).await[0]["kind"], "delete");
    let list = town.see("/api/trench-plans").await;
    assert_eq!((list.as_array().unwrap().len(), &list[0]["trenches"]["proposed"]), (1, &json!(1)));
    assert_eq!(list[0]["totals"]["openings"], 1);

    // To the public there are no plans, whatever it asks.
    let trench = town.see(&path).await["planned_trenches"][0]["trench_id"].clone();
    for read in ["", "/history", "/clashes", "/export", &format!("/trenches/{trench}/sheet")] {
        town.office.client.get(&format!("{path}{read}?viewer=public")).await.problem(404, "unknown-trench-plan");
    }
    town.office.client.get("/api/trench-plans?viewer=public").await.problem(404, "unknown-trench-plan");
    for (method, address, body) in [
        ("POST", "/api/trench-plans".to_owned(), json!({ "name": "x" })),
        ("POST", format!("{path}/offer"), json!({ "version": 1 })),
        ("POST", format!("{path}/close"), json!({ "version": 1 })),
        ("POST", format!("{path}/replan"), json!({ "version": 1 })),
        ("DELETE", format!("{path}?version=1"), Value::Null),
        (
            "POST",
            format!("{path}/trenches/{trench}/replies"),
            json!({ "version": 1, "operator": WATER, "reply": "accept" }),
        ),
        ("PUT", format!("{path}/trenches/{trench}/lead"), json!({ "version": 1, "operator": WATER })),
        ("POST", format!("{path}/trenches/{trench}/withdraw"), json!({ "version": 1, "reason": "x" })),
    ] {
        let separator = if address.contains('?') { '&' } else { '?' };
        let answer = town.order(method, &format!("{address}{separator}viewer=public"), body).await;
        answer.problem(404, "unknown-trench-plan");
    }
}

#[tokio::test]
async fn the_sheet_of_a_trench_names_the_clause_of_every_distance() {
    let town = Town::new().await;
    let path = town.offered().await;
    let trench = town.see(&path).await["planned_trenches"][0]["trench_id"].clone();
    let sheet = town.see(&format!("{path}/trenches/{trench}/sheet")).await;
    assert_eq!((&sheet["length_m"], &sheet["days"]), (&json!(150.0), &json!(20)));
    let known: Vec<&str> =
        sheet["clearance_rules"].as_array().unwrap().iter().map(|rule| rule["rule"].as_str().unwrap()).collect();
    for check in sheet["trench"]["result"]["checks"].as_array().unwrap() {
        assert!(
            check["rules"].as_array().unwrap().iter().all(|rule| known.contains(&rule.as_str().unwrap())),
            "{check}"
        );
    }
    assert!(
        sheet["clearance_rules"].as_array().unwrap().iter().all(|rule| !rule["clause"].as_str().unwrap().is_empty())
    );
    assert_eq!(sheet["members"][0]["utility_kind_zh"], "给水");
    assert_eq!(sheet["order_rules"].as_array().unwrap().len(), 2);
    let other = format!("{path}/trenches/999/sheet");
    town.office.client.get(&other).await.problem(404, "unknown-feature");
}

#[tokio::test]
async fn the_calendar_counts_streets_and_shows_the_public_no_day() {
    let town = Town::new().await;
    // Another street, which two works open a year apart: each has its window, and the second falls into protection.
    let street = json!({ "name": "短街", "street_class": "residential", "surfaced_on": "2023-01-01",
        "surfacing": "built", "resurfacing_on": "2024-10-01", "resurfacing": "major_repair" });
    let short = town.make("street", line(0.0, 300.0, 500.0), street).await;
    let precinct = json!({ "type": "Polygon", "coordinates": [[on_plane(-50.0, -50.0), on_plane(350.0, -50.0),
        on_plane(350.0, 50.0), on_plane(-50.0, 50.0), on_plane(-50.0, -50.0)]] });
    town.office
        .db
        .psql(&format!(
            "insert into precinct (geom, name, precinct_state, start_year)
             values (st_multi(st_setsrid(st_geomfromgeojson('{precinct}'), 4490)), '一片', 'adopted', 2024)"
        ))
        .await;
    let path = town.offered().await;
    let calendar = async |query: &str| town.see(&format!("/api/street-calendar?{query}")).await;
    let before = loop {
        // The row of another client comes to this node by itself.
        let found = calendar("year=2024").await;
        if found["streets"][0]["community_works"] != json!([]) {
            break found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    let totals = &before["totals"];
    assert_eq!(
        (&totals["streets"], &totals["streets_opened"], &totals["openings_agreed"]),
        (&json!(2), &json!(1), &json!(0))
    );
    assert_eq!((&totals["streets_opened_once"], &totals["streets_resurfaced"]), (&json!(1), &json!(1)));
    assert_eq!(before["streets"][0]["community_works"][0]["name"], "一片");
    assert_eq!(before["streets"][0]["openings"][0]["state"], "planned");
    assert_eq!(
        (&before["streets"][1]["street_id"], &before["streets"][1]["protected_until"]),
        (&json!(short), &json!("2028-01-01"))
    );

    town.reply(&path, 1, WATER, accept()).await.json();
    town.reply(&path, 1, GAS, accept()).await.json();
    let after = calendar("year=2024").await;
    assert_eq!(after["streets"][0]["openings"][0]["state"], "agreed");
    assert_eq!(after["streets"][0]["openings"][0]["starts_on"], "2024-05-01");
    assert_eq!(after["totals"]["openings_agreed"], 1);
    assert_eq!(calendar("year=2025").await["streets"], json!([]));
    assert_eq!(calendar(&format!("year=2025&street={short}")).await["streets"][0]["name"], "短街");

    let public = calendar("year=2024&viewer=public").await;
    assert_eq!(public["totals"], after["totals"]);
    assert_eq!(public["streets"][0]["openings"][0]["starts_on"], Value::Null);
    assert_eq!(public["streets"][0]["openings"][0]["year"], 2024);
    for secret in [WATER, GAS, "GC1", "2024-05-01", "water"] {
        assert!(!public.to_string().contains(secret), "{secret}");
    }
    let csv = town.office.client.get("/api/street-calendar?year=2024&f=csv").await;
    let text = String::from_utf8_lossy(&csv.body).into_owned();
    assert!(text.starts_with("\u{feff}道路编号,") && text.contains("长街") && text.contains("2024 已同意"), "{text}");
    town.office.client.get("/api/street-calendar").await.problem(400, "invalid-parameter");
    town.office.client.get("/api/street-calendar?year=2024&f=pdf").await.problem(400, "invalid-parameter");
}

#[tokio::test]
async fn works_outside_of_every_plan_are_named_to_planners_and_counted_for_everybody() {
    let town = Town::new().await;
    let street = |name: &str| json!({ "name": name, "street_class": "residential", "width_m": 12 });
    town.make("street", line(0.0, 300.0, 500.0), street("短街")).await;
    town.make("street", line(0.0, 300.0, 900.0), street("空街")).await;
    let before = town.see("/api/street-calendar?year=2024").await;
    // Without a plan nothing is decided: both works of the long street are outside.
    assert_eq!(
        (&before["totals"]["streets_perhaps_opened"], &before["totals"]["streets_opened"]),
        (&json!(1), &json!(0))
    );
    let named = |calendar: &Value, street: &str| -> Vec<(String, String)> {
        let entries = calendar["streets"].as_array().unwrap();
        let entry =
            entries.iter().find(|entry| entry["name"] == street).unwrap_or_else(|| panic!("{street}: {calendar}"));
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let works = entry["outside_plans"].as_array().unwrap().iter();
        works.map(|work| (text(&work["code"]), text(&work["why"]))).collect()
    };
    let no_plan = |code: &str| (code.to_owned(), "in_no_plan".to_owned());
    assert_eq!(named(&before, "长街"), [no_plan("GC1"), no_plan("GC2")]);

    let path = town.offered().await;
    let planned = town.see("/api/street-calendar?year=2024").await;
    assert_eq!(planned["totals"]["streets_perhaps_opened"], 0);
    assert_eq!(named(&planned, "长街"), []);

    // What comes after the plan: over two years in the long street, in another one, trenchless, without a window.
    town.make("utility_work", line(0.0, 200.0, 2.0), work("GC7", "gas", GAS, ("2024-11-01", "2025-03-01"))).await;
    town.make("utility_work", line(0.0, 200.0, 501.0), work("GC8", "gas", GAS, ("2025-02-01", "2025-03-01"))).await;
    let mut trenchless = work("GC9", "gas", GAS, ("2024-02-01", "2024-03-01"));
    trenchless["method"] = json!("trenchless");
    town.make("utility_work", line(0.0, 200.0, 901.0), trenchless).await;
    let mut windowless = work("GC0", "gas", GAS, ("2024-02-01", "2024-03-01"));
    windowless["window_end"] = Value::Null;
    town.make("utility_work", line(0.0, 200.0, 902.0), windowless).await;
    let now = town.see("/api/street-calendar?year=2024").await;
    let totals = &now["totals"];
    assert_eq!((&totals["streets_perhaps_opened"], &totals["streets_once_in_doubt"]), (&json!(1), &json!(1)));
    assert_eq!(named(&now, "长街"), [no_plan("GC7")]);
    assert_eq!(totals["openings"], planned["totals"]["openings"], "they are no openings: no day is decided");
    assert_eq!(totals["streets_opened_once"], 1);
    assert_eq!(now["works_without_window"], 1);
    let next = town.see("/api/street-calendar?year=2025").await;
    assert_eq!((named(&next, "长街"), named(&next, "短街")), (vec![no_plan("GC7")], vec![no_plan("GC8")]));
    assert_eq!(
        (&next["totals"]["streets_perhaps_opened"], &next["totals"]["streets_once_in_doubt"]),
        (&json!(2), &json!(0))
    );
    assert_eq!(town.see("/api/street-calendar?year=2026").await["totals"]["streets_perhaps_opened"], 0);

    // The public has the numbers, and of works, operators, days and streets that are only perhaps opened nothing.
    let public = town.see("/api/street-calendar?year=2025&viewer=public").await;
    assert_eq!(public["totals"], next["totals"]);
    assert_eq!((&public["streets"], &public["works_without_window"]), (&json!([]), &Value::Null));
    let of_year = town.see("/api/street-calendar?year=2024&viewer=public").await;
    assert_eq!(of_year["streets"][0]["outside_plans"], Value::Null);
    for secret in ["GC7", "GC8", GAS, "2024-11", "短街", "空街"] {
        assert!(!public.to_string().contains(secret) && !of_year.to_string().contains(secret), "{secret}");
    }
    let csv = async |viewer: &str| {
        let answer = town.office.client.get(&format!("/api/street-calendar?year=2024&f=csv&viewer={viewer}")).await;
        String::from_utf8_lossy(&answer.body).into_owned()
    };
    let (of_city, of_public) = (csv("everything").await, csv("public").await);
    assert!(
        of_city.contains("计划外工程") && of_city.contains("GC7 乙燃气公司 2024-11-01~2025-03-01 未列入计划"),
        "{of_city}"
    );
    assert!(!of_public.contains("计划外工程") && !of_public.contains("GC7"), "{of_public}");

    // A plan that is closed decides for what it agreed on, and for nothing else.
    let version = town.version(&path).await;
    town.order("POST", &format!("{path}/close"), json!({ "version": version })).await.json();
    let closed = town.see("/api/street-calendar?year=2024").await;
    let why = named(&closed, "长街");
    let lapsed = |code: &str| (code.to_owned(), "not_agreed".to_owned());
    assert_eq!(why, [lapsed("GC1"), lapsed("GC2"), no_plan("GC7")]);
    assert_eq!(
        (&closed["totals"]["streets_opened"], &closed["totals"]["streets_perhaps_opened"]),
        (&json!(0), &json!(1))
    );
}
