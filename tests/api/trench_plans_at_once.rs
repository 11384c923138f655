//! Several trenches replied to in one request: all of it or nothing.

use serde_json::{Value, json};

use super::client::Answer;
use super::trench_plans::{GAS, Town, WATER, line, work};
use super::trench_plans_more::{ORIGIN, log_in};

/// A town with three streets, in each of which the two operators share a trench, and one in which gas shares with a third.
async fn wide() -> (Town, String) {
    let town = Town::new().await;
    let street = |name: &str| {
        json!({ "name": name, "street_class": "residential", "width_m": 12, "surfaced_on": "2001-01-01",
            "surfacing": "minor_repair" })
    };
    let window = ("2024-05-01", "2024-12-31");
    for (n, (first, name)) in [(WATER, "二街"), (WATER, "三街"), ("丙热力公司", "四街")].into_iter().enumerate()
    {
        let north = 400.0 * (n + 1) as f64;
        town.make("street", line(0.0, 300.0, north), street(name)).await;
        let code = |side: &str| format!("{side}{}", n + 2);
        town.make("utility_work", line(0.0, 200.0, north + 1.0), work(&code("A"), "water", first, window)).await;
        town.make("utility_work", line(0.0, 200.0, north - 1.0), work(&code("B"), "gas", GAS, window)).await;
    }
    let path = town.offered().await;
    (town, path)
}

/// Ids of the trenches, by the name of their street.
async fn id_in(town: &Town, path: &str, street: &str) -> i64 {
    let plan = town.see(path).await;
    let trenches = plan["planned_trenches"].as_array().unwrap();
    trenches.iter().find(|one| one["result"]["street"] == street).unwrap()["trench_id"].as_i64().unwrap()
}

async fn post(town: &Town, cookie: &str, body: &Value) -> Answer {
    let headers = [("content-type", "application/json"), ("cookie", cookie), ("origin", ORIGIN)];
    town.office.client.send("POST", "/api/own-trenches/replies", &headers, body.to_string().into()).await
}

fn accept(trench: i64, version: i64) -> Value {
    json!({ "trench_id": trench, "version": version, "reply": "accept" })
}

async fn said(town: &Town, path: &str) -> usize {
    let plan = town.see(path).await;
    plan["planned_trenches"].as_array().unwrap().iter().map(|one| one["replies"].as_array().unwrap().len()).sum()
}

#[tokio::test]
async fn an_operator_accepts_several_trenches_in_one_step() {
    let (town, path) = wide().await;
    let (water, gas) = (log_in(&town, "水工", WATER).await, log_in(&town, "气工", GAS).await);
    let (one, two, three) =
        (id_in(&town, &path, "长街").await, id_in(&town, &path, "二街").await, id_in(&town, &path, "三街").await);
    let all = json!({ "replies": [accept(three, 1), accept(one, 1), accept(two, 1)] });
    let done = post(&town, &water, &all).await.json();
    let ids: Vec<&Value> = done["trenches"].as_array().unwrap().iter().map(|it| &it["trench_id"]).collect();
    assert_eq!(ids, [&json!(three), &json!(one), &json!(two)], "in the order of the list");
    assert!(!done.to_string().contains(GAS), "of others no more than before: {done}");

    // The last acceptances make three agreed trenches of them, and three features of the layer, with one refusal beside.
    let refuse = json!({ "trench_id": id_in(&town, &path, "四街").await, "version": 1, "reply": "refuse", "reason": "另行安排" });
    let more = json!({ "replies": [accept(one, 1), accept(two, 1), refuse, accept(three, 1)] });
    let done = post(&town, &gas, &more).await.json();
    let states: Vec<&Value> = done["trenches"].as_array().unwrap().iter().map(|it| &it["state"]).collect();
    assert_eq!(states, ["agreed", "agreed", "refused", "agreed"]);
    let layer = town.see("/api/collections/shared_trench/items").await;
    assert_eq!(layer["numberMatched"], 3, "this node shows all of them when the answer goes out");
    let steps = town.see(&format!("{path}/history")).await;
    let kinds: Vec<&str> = steps.as_array().unwrap().iter().map(|it| it["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "reply").count(), 7, "each has its step: {kinds:?}");
    assert_eq!(kinds.iter().filter(|kind| **kind == "agree").count(), 3);
}

#[tokio::test]
async fn of_several_replies_none_is_taken_where_one_cannot_be() {
    let (town, path) = wide().await;
    let water = log_in(&town, "水工", WATER).await;
    let (one, two, three, foreign) = (
        id_in(&town, &path, "长街").await,
        id_in(&town, &path, "二街").await,
        id_in(&town, &path, "三街").await,
        id_in(&town, &path, "四街").await,
    );
    // The trench of the long street changed: it has a second version by now.
    let later = json!({ "properties": { "window_start": "2024-06-10" } });
    let patched = town.office.send("PATCH", "/api/collections/utility_work/items/2", later).await;
    assert_eq!(patched.status.as_u16(), 200);
    let version = town.see(&path).await["version"].clone();
    town.order("POST", &format!("{path}/replan"), json!({ "version": version })).await.json();

    let all = json!({ "replies": [accept(two, 1), accept(one, 1), accept(foreign, 1), accept(999, 1),
        { "trench_id": three, "version": 1, "reply": "refuse" }] });
    let problem = post(&town, &water, &all).await.problem(412, "version-conflict");
    let refused = problem["refused"].as_array().unwrap();
    let told: Vec<(u64, &str)> =
        refused.iter().map(|it| (it["at"].as_u64().unwrap(), it["type"].as_str().unwrap())).collect();
    assert_eq!(
        told,
        [(1, "version-conflict"), (2, "unknown-feature"), (3, "unknown-feature"), (4, "invalid-reply")],
        "each with its place"
    );
    assert_eq!((&refused[0]["trench_id"], &refused[0]["current"]["version"]), (&json!(one), &json!(2)));
    assert_eq!(refused[0]["current"]["result"]["starts_on"], "2024-06-10");
    assert_eq!(refused[3]["reason"], "no_reason");
    // Somebody else's trench is as one that is not there.
    assert_eq!(refused[1]["detail"], refused[2]["detail"]);
    let pointers: Vec<&str> =
        problem["errors"].as_array().unwrap().iter().map(|it| it["pointer"].as_str().unwrap()).collect();
    assert_eq!(pointers, ["/replies/1/version", "/replies/2", "/replies/3", "/replies/4/reason"]);
    assert!(!problem.to_string().contains(GAS), "{problem}");
    assert_eq!(said(&town, &path).await, 0, "nothing was written");

    // What is wrong with the form of the list is told before any of it is tried.
    let twice = json!({ "replies": [accept(two, 1), accept(two, 1)] });
    let problem = post(&town, &water, &twice).await.problem(400, "invalid-body");
    assert_eq!(problem["errors"][0]["pointer"], "/replies/1/trench_id");
    post(&town, &water, &json!({ "replies": [] })).await.problem(400, "invalid-body");
    let half = json!({ "replies": [accept(two, 1), { "trench_id": three, "version": 1, "reply": "shift", "reason": "汛期", "first_day": "2024-06-01" }] });
    let problem = post(&town, &water, &half).await.problem(400, "invalid-body");
    assert_eq!(problem["errors"][0]["pointer"], "/replies/1/last_day");
    assert_eq!(said(&town, &path).await, 0);

    // Without what stood against it, it is taken.
    post(&town, &water, &json!({ "replies": [accept(two, 1), accept(one, 2)] })).await.json();
    assert_eq!(said(&town, &path).await, 2);
}

#[tokio::test]
async fn planners_enter_several_replies_of_an_operator() {
    let (town, path) = wide().await;
    let (one, two, foreign) =
        (id_in(&town, &path, "长街").await, id_in(&town, &path, "二街").await, id_in(&town, &path, "四街").await);
    let order = |replies: Value| json!({ "operator": WATER, "replies": replies });
    let replies = format!("{path}/replies");
    let some = order(json!([accept(one, 1), accept(foreign, 1)]));
    let problem = town.order("POST", &replies, some).await.problem(422, "invalid-reply");
    assert_eq!((&problem["refused"][0]["at"], &problem["refused"][0]["reason"]), (&json!(1), &json!("not_in_it")));
    assert_eq!(said(&town, &path).await, 0);
    let done = town.order("POST", &replies, order(json!([accept(one, 1), accept(two, 1)]))).await.json();
    assert_eq!(done["step"], done["plan"]["last_step"]);
    let replied = done["plan"]["planned_trenches"].as_array().unwrap().iter();
    assert_eq!(replied.filter(|trench| trench["replies"][0]["made_by"] == "li").count(), 2);
    let missing = town.order("POST", "/api/trench-plans/999/replies", order(json!([accept(one, 1)]))).await;
    missing.problem(404, "unknown-trench-plan");
}

/// Two lists over the same trenches at once: both operators are heard, and each trench is agreed once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_lists_at_once_do_not_stop_each_other() {
    let (town, path) = wide().await;
    let (water, gas) = (log_in(&town, "水工", WATER).await, log_in(&town, "气工", GAS).await);
    let (one, two, three) =
        (id_in(&town, &path, "长街").await, id_in(&town, &path, "二街").await, id_in(&town, &path, "三街").await);
    let forth = json!({ "replies": [accept(one, 1), accept(two, 1), accept(three, 1)] });
    let back = json!({ "replies": [accept(three, 1), accept(two, 1), accept(one, 1)] });
    let (a, b) = tokio::join!(post(&town, &water, &forth), post(&town, &gas, &back));
    assert_eq!((a.status.as_u16(), b.status.as_u16()), (200, 200));
    assert_eq!(town.see(&path).await["trenches"]["agreed"], 3);
}
