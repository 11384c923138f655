//! Logging in and out, tokens, and what each role may write.

use axum::body::Body;
use serde_json::{Value, json};

use super::viewers_town::{PASSWORD, Town, Who, town};

const WORKS: &str = "/api/collections/utility_work/items";

fn work(values: Value) -> Value {
    json!({ "type": "Feature", "geometry": { "type": "LineString", "coordinates": [[104.655, 30.125], [104.656, 30.125]] },
            "properties": values })
}

fn square(west: f64) -> Value {
    let (east, south, north) = (west + 0.001, 30.13, 30.131);
    json!({ "type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]] })
}

fn community(west: f64, values: Value) -> Value {
    json!({ "type": "Feature", "geometry": square(west), "properties": values })
}

async fn status(town: &Town, who: &Who, method: &str, path: &str, body: Value) -> u16 {
    town.send(who, method, path, &[], body).await.status.as_u16()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_is_a_cookie_that_scripts_do_not_read_and_ends_on_the_server() {
    let town = town().await;
    let answer = town.try_log_in("A", PASSWORD).await;
    let line = answer.header("set-cookie").to_owned();
    for attribute in ["pianqu_session=", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"] {
        assert!(line.contains(attribute), "{line}");
    }
    let told = answer.json();
    assert_eq!((&told["name"], &told["role"], &told["viewer"]), (&json!("a"), &json!("operator"), &json!("operator")));
    assert_eq!((&told["speaks_for"], &told["may_plan"]), (&json!("甲燃气"), &json!(false)));
    assert_eq!(told["writes"], json!(["utility_line", "utility_work"]));

    let who = Who { cookie: Some(line.split(';').next().unwrap().to_owned()) };
    assert_eq!(town.ask(&who, "GET", "/api/session", Value::Null).await.json()["name"], "a");
    // The database holds no secret.
    let secret = line["pianqu_session=".len()..].split(';').next().unwrap();
    let client = town.office.db.store.connect_raw().await.unwrap();
    let dump: String = client.query_one("select (select string_agg(s::text, '') from session as s) || (select string_agg(a::text, '') from account as a)", &[]).await.unwrap().get(0);
    assert!(!dump.contains(secret) && !dump.contains(PASSWORD), "{dump}");

    let out = town.send(&who, "DELETE", "/api/session", &[], Value::Null).await;
    assert_eq!(out.status.as_u16(), 204);
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(town.ask(&who, "GET", "/api/session", Value::Null).await.json()["name"], Value::Null);
    town.ask(&who, "GET", WORKS, Value::Null).await.problem(404, "unknown-layer");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_passwords_are_alike_and_slowed_down() {
    let town = town().await;
    let wrong = town.try_log_in("a", "not the password").await.problem(403, "wrong-password");
    let nobody = town.try_log_in("nobody", "not the password").await.problem(403, "wrong-password");
    assert_eq!((&wrong["title"], &wrong["detail"]), (&nobody["title"], &nobody["detail"]));
    for _ in 0..4 {
        town.try_log_in("a", "not the password").await.problem(403, "wrong-password");
    }
    let waits = town.try_log_in("A", PASSWORD).await;
    waits.problem(429, "too-many-attempts");
    assert!(waits.header("retry-after").parse::<u32>().unwrap() >= 1);
    assert_eq!(town.try_log_in("b", PASSWORD).await.status.as_u16(), 200, "another is not slowed down");

    // An account that is shut out answers like a wrong password, and whoever is logged in is logged out.
    let b = town.log_in("b").await;
    assert!(pianqu::store::account::set_disabled(&town.office.db.store, "b", true).await.unwrap());
    town.try_log_in("b", PASSWORD).await.problem(403, "wrong-password");
    tokio::time::sleep(std::time::Duration::from_millis(5200)).await;
    assert_eq!(town.ask(&b, "GET", "/api/session", Value::Null).await.json()["name"], Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_elsewhere_writes_nothing_with_somebodys_cookie() {
    let town = town().await;
    let planner = town.log_in("planner").await;
    let cookie = planner.cookie.as_deref().unwrap();
    let body = || Body::from(work(json!({ "code": "X", "utility_kind": "gas" })).to_string());
    let send = async |headers: &[(&str, &str)]| {
        let mut all = vec![("content-type", "application/geo+json"), ("cookie", cookie)];
        all.extend_from_slice(headers);
        town.office.client.send("POST", WORKS, &all, body()).await
    };
    send(&[]).await.problem(403, "not-allowed");
    send(&[("origin", "https://elsewhere.example")]).await.problem(403, "not-allowed");
    send(&[("origin", "null")]).await.problem(403, "not-allowed");
    assert_eq!(send(&[("origin", "http://pianqu.test")]).await.status.as_u16(), 201);
    // Nor does it read as somebody.
    let read = town.office.client.get_with(WORKS, &[("cookie", cookie), ("origin", "https://elsewhere.example")]).await;
    read.problem(404, "unknown-layer");
    let log_in = json!({ "name": "a", "password": PASSWORD }).to_string();
    let headers = [("content-type", "application/json"), ("origin", "https://elsewhere.example")];
    town.office.client.send("POST", "/api/session", &headers, log_in.into()).await.problem(403, "not-allowed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_told_once_and_worth_what_the_account_is_until_it_is_taken_back() {
    let town = town().await;
    let a = town.log_in("a").await;
    let made = town.send(&a, "POST", "/api/tokens", &[], json!({ "name": "夜间导出" })).await;
    assert_eq!(made.status.as_u16(), 201);
    let made: Value = serde_json::from_slice(&made.body).unwrap();
    let token = made["token"].as_str().unwrap();
    assert!(token.starts_with("pq_"));
    town.send(&a, "POST", "/api/tokens", &[], json!({ "name": "夜间导出" })).await.problem(409, "name-taken");
    let listed = town.ask(&a, "GET", "/api/tokens", Value::Null).await.json();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert!(!listed.to_string().contains(token));

    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/geo+json")];
    let read = town.office.client.get_with(WORKS, &headers).await.json();
    assert_eq!(read["numberMatched"], 2);
    let written = town
        .office
        .client
        .send("POST", WORKS, &headers, work(json!({ "code": "T", "utility_kind": "gas" })).to_string().into())
        .await;
    assert_eq!(written.status.as_u16(), 201, "a program names no page");
    // A token makes no tokens, and is no cookie; a cookie is no token.
    town.office.client.send("GET", "/api/tokens", &headers, Body::empty()).await.problem(403, "not-allowed");
    let as_cookie = Who { cookie: Some(format!("pianqu_session={token}")) };
    assert_eq!(town.ask(&as_cookie, "GET", "/api/session", Value::Null).await.json()["name"], Value::Null);
    let secret = a.cookie.as_deref().unwrap().split_once('=').unwrap().1;
    let as_token = [("authorization", format!("Bearer {secret}"))];
    let as_token: Vec<(&str, &str)> = as_token.iter().map(|(name, value)| (*name, value.as_str())).collect();
    town.office.client.get_with(WORKS, &as_token).await.problem(401, "not-authorized");

    let b = town.log_in("b").await;
    let path = format!("/api/tokens/{}", made["token_id"]);
    assert_eq!(status(&town, &b, "DELETE", &path, Value::Null).await, 404, "it is not b's");
    assert_eq!(status(&town, &a, "DELETE", &path, Value::Null).await, 204);
    town.office.client.get_with(WORKS, &headers).await.problem(401, "not-authorized");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_writes_its_own_and_signs_with_its_name() {
    let town = town().await;
    let (a, b, planner) = (town.log_in("a").await, town.log_in("b").await, town.log_in("planner").await);
    let made = town
        .send(
            &a,
            "POST",
            WORKS,
            &[("pianqu-actor", "somebody%20else")],
            work(json!({ "code": "NEW", "utility_kind": "gas" })),
        )
        .await;
    assert_eq!(made.status.as_u16(), 201, "{}", String::from_utf8_lossy(&made.body));
    let made: Value = serde_json::from_slice(&made.body).unwrap();
    assert_eq!(made["properties"]["operator"], "甲燃气", "its name is filled in");
    let own = format!("{WORKS}/{}", made["id"]);
    let history = async |who: &Who| town.ask(who, "GET", &format!("{own}/history"), Value::Null).await;
    assert_eq!(history(&planner).await.json()["steps"][0]["actor"], "a", "not whom the header names");
    assert_eq!(history(&a).await.json()["steps"].as_array().unwrap().len(), 1);
    history(&b).await.problem(404, "unknown-feature");

    let patch = |values: Value| json!({ "properties": values });
    assert_eq!(status(&town, &a, "PATCH", &own, patch(json!({ "depth_m": 1.5 }))).await, 200);
    // It neither gives away nor takes, and what it may not see is not there.
    assert_eq!(status(&town, &a, "PATCH", &own, patch(json!({ "operator": "乙水务" }))).await, 403);
    assert_eq!(
        status(&town, &a, "POST", WORKS, work(json!({ "utility_kind": "gas", "operator": "乙水务" }))).await,
        403
    );
    assert_eq!(status(&town, &b, "PATCH", &own, patch(json!({ "depth_m": 9.0 }))).await, 404);
    assert_eq!(status(&town, &b, "DELETE", &own, Value::Null).await, 404);
    let stale = town.send(&b, "PATCH", &own, &[("if-match", "\"v1\"")], patch(json!({ "depth_m": 9.0 }))).await;
    let gone = town
        .send(&b, "PATCH", &format!("{WORKS}/99999"), &[("if-match", "\"v1\"")], patch(json!({ "depth_m": 9.0 })))
        .await;
    assert_eq!(stale.problem(404, "unknown-feature")["title"], gone.problem(404, "unknown-feature")["title"]);
    // A work that is shown to it is seen and not written.
    let shown = town.ask(&a, "GET", &format!("{WORKS}?visibility=open"), Value::Null).await.ids()[0];
    assert_eq!(status(&town, &a, "PATCH", &format!("{WORKS}/{shown}"), patch(json!({ "depth_m": 9.0 }))).await, 403);
    for (layer, expected) in [("street", 403), ("shared_trench", 403), ("community", 403), ("candidate_site", 404)] {
        let path = format!("/api/collections/{layer}/items/1");
        assert_eq!(status(&town, &a, "DELETE", &path, Value::Null).await, expected, "{layer}");
    }
    // All or none.
    let id = &made["id"];
    let order = |other: i64| {
        json!({ "changes": [
        { "operation": "update", "layer": "utility_work", "id": id, "feature": { "properties": { "depth_m": 3.0 } } },
        { "operation": "update", "layer": "utility_work", "id": other, "feature": { "properties": { "depth_m": 3.0 } } } ] })
    };
    assert_eq!(status(&town, &a, "POST", "/api/edits", order(shown)).await, 403);
    assert_eq!(town.ask(&a, "GET", &own, Value::Null).await.json()["properties"]["depth_m"], 1.5);

    // It takes back what it did, and nothing that another did.
    let undone = town.send(&a, "POST", "/api/edits/undo", &[], json!({})).await;
    assert_eq!(undone.status.as_u16(), 200, "{}", String::from_utf8_lossy(&undone.body));
    assert_eq!(town.ask(&a, "GET", &own, Value::Null).await.json()["properties"]["depth_m"], Value::Null);
    let theirs = town
        .send(&planner, "PATCH", &own, &[], patch(json!({ "depth_m": 2.0 })))
        .await
        .header("pianqu-edit")
        .to_owned();
    assert_eq!(status(&town, &a, "POST", &format!("/api/edits/{theirs}/undo"), json!({})).await, 404);
    // What became another's is no longer its own to take back.
    let last =
        town.send(&a, "PATCH", &own, &[], patch(json!({ "depth_m": 4.0 }))).await.header("pianqu-edit").to_owned();
    assert_eq!(
        town.send(&planner, "PATCH", &own, &[], patch(json!({ "operator": "乙水务" }))).await.status.as_u16(),
        200
    );
    assert_eq!(status(&town, &a, "POST", &format!("/api/edits/{last}/undo"), json!({})).await, 404);
    let of_a = history(&a).await.json();
    assert!(!of_a.to_string().contains("乙水务"), "{of_a}");
    assert_eq!(of_a["steps_of_others"], 1, "that something is left out is said");
    let edits = town.ask(&a, "GET", "/api/edits", Value::Null).await.json();
    assert!(!edits.to_string().contains("planner"), "its own edits and no other: {edits}");
    town.ask(&a, "GET", "/api/scenarios", Value::Null).await.problem(403, "not-allowed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_writes_in_its_area_and_no_pipe() {
    let town = town().await;
    let west = town.log_in("west").await;
    let items = "/api/collections/community/items";
    let made = town
        .send(&west, "POST", items, &[], community(104.62, json!({ "name": "新苑", "estimated_cost": "5.00" })))
        .await;
    assert_eq!(made.status.as_u16(), 201, "{}", String::from_utf8_lossy(&made.body));
    let own = made.header("location").strip_prefix("http://pianqu.test").unwrap().to_owned();
    assert_eq!(status(&town, &west, "POST", items, community(104.66, json!({ "name": "外苑" }))).await, 403);
    assert_eq!(
        status(&town, &west, "POST", items, community(104.66, json!({ "name": "远苑", "responsible_body": "WEST" })))
            .await,
        201
    );
    assert_eq!(
        status(&town, &west, "POST", items, community(104.62, json!({ "name": "他苑", "responsible_body": "EAST" })))
            .await,
        403
    );
    assert_eq!(status(&town, &west, "PATCH", &own, json!({ "geometry": square(104.66) })).await, 403);
    assert_eq!(status(&town, &west, "PATCH", &own, json!({ "properties": { "households": 7 } })).await, 200);
    assert_eq!(
        status(&town, &west, "PATCH", &format!("{items}/1"), json!({ "properties": { "households": 7 } })).await,
        403
    );
    assert_eq!(status(&town, &west, "POST", WORKS, work(json!({ "utility_kind": "gas" }))).await, 403);
    assert_eq!(status(&town, &west, "DELETE", "/api/collections/utility_line/items/1", Value::Null).await, 403);
    town.ask(&west, "GET", &format!("{own}/history"), Value::Null).await.problem(403, "not-allowed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_sees_everything_and_changes_nothing() {
    let town = town().await;
    let reader = town.log_in("reader").await;
    assert_eq!(town.ask(&reader, "GET", WORKS, Value::Null).await.json()["numberMatched"], 8);
    for path in ["/api/edits", "/api/scenarios", "/api/imports"] {
        assert_eq!(status(&town, &reader, "GET", path, Value::Null).await, 200, "{path}");
    }
    assert_eq!(status(&town, &reader, "POST", WORKS, work(json!({ "utility_kind": "gas" }))).await, 403);
    assert_eq!(status(&town, &reader, "POST", "/api/schemes", json!({ "name": "x" })).await, 403);
    assert_eq!(status(&town, &reader, "POST", "/api/edits/undo", json!({})).await, 403);
    let told = town.ask(&reader, "GET", "/api/session", Value::Null).await.json();
    assert_eq!((&told["writes"], &told["may_plan"]), (&json!([]), &json!(false)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_accounts_life_is_in_its_history_without_hashes() {
    let town = town().await;
    let store = &town.office.db.store;
    let a = town.log_in("a").await;
    town.send(&a, "POST", "/api/tokens", &[], json!({ "name": "x" })).await;
    let hash = pianqu::app::accounts::hash_new_password("ein anderes Passwort").unwrap();
    assert!(pianqu::store::account::set_password(store, "A", &hash).await.unwrap());
    assert!(!pianqu::store::account::set_password(store, "nobody", &hash).await.unwrap());
    assert!(!pianqu::store::account::create(store, "A", "planner", None, &hash).await.unwrap(), "the name is taken");
    let client = store.connect_raw().await.unwrap();
    let sql = "select what || ' ' || operation || ' ' || is_password_new, coalesce(before::text, '') || coalesce(after::text, '')
               from account_history where (coalesce(after, before) ->> 'account_id')::bigint = (select account_id from account where name = 'a')
               order by account_history_id";
    let rows = client.query(sql, &[]).await.unwrap();
    let steps: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(steps, ["account insert false", "token insert false", "account update true"]);
    assert!(rows.iter().all(|row| !row.get::<_, String>(1).contains("hash")));
    let sessions: i64 = client.query_one("select count(*) from session", &[]).await.unwrap().get(0);
    assert_eq!(sessions, 0, "a new password ends the sessions");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_is_told_of_its_own_edits() {
    let town = town().await;
    let (a, b, west, planner) =
        (town.log_in("a").await, town.log_in("b").await, town.log_in("west").await, town.log_in("planner").await);
    let edit = async |who: &Who, message: &str, layer: &str, code: &str, values: Value| {
        let id = town.id_of(layer, code).await;
        let change = json!({ "operation": "update", "layer": layer, "id": id, "feature": { "properties": values } });
        let done = town.send(who, "POST", "/api/edits", &[], json!({ "message": message, "changes": [change] })).await;
        assert_eq!(done.status.as_u16(), 200, "{}", String::from_utf8_lossy(&done.body));
        done.json()["edit_id"].as_i64().unwrap()
    };
    let told = async |who: &Who, query: &str| -> Vec<String> {
        let edits = town.ask(who, "GET", &format!("/api/edits{query}"), Value::Null).await.json();
        edits.as_array().unwrap().iter().map(|one| one["message"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let of_a = edit(&a, "first", "utility_line", "LINE-A", json!({ "diameter_mm": 250 })).await;
    let of_city = edit(&planner, "of the city", "utility_line", "LINE-A", json!({ "diameter_mm": 260 })).await;
    let of_b = edit(&b, "of b", "utility_line", "MARKLINE", json!({ "diameter_mm": 270 })).await;
    edit(&a, "second", "utility_work", "OWN-A", json!({ "depth_m": 1.4 })).await;
    edit(&west, "of west", "community", "西苑", json!({ "households": 201 })).await;

    assert_eq!(told(&a, "").await, ["second", "first"]);
    assert_eq!(told(&a, "?limit=1").await, ["second"]);
    assert_eq!(told(&a, "?layer=utility_line").await, ["first"]);
    assert_eq!(told(&a, "?actor=planner").await, Vec::<String>::new());
    assert_eq!((told(&b, "").await, told(&west, "").await), (vec!["of b".to_owned()], vec!["of west".to_owned()]));
    assert_eq!(told(&planner, "").await.len(), 5);
    assert_eq!(told(&town.log_in("reader").await, "").await.len(), 5, "who reads everything reads that too");
    let path = |id: i64| format!("/api/edits/{id}");
    let one = town.ask(&a, "GET", &path(of_a), Value::Null).await.json();
    assert_eq!(one["features"][0]["changed"]["diameter_mm"]["after"], 250, "{one}");
    for id in [of_city, of_b, 999] {
        town.ask(&a, "GET", &path(id), Value::Null).await.problem(404, "unknown-edit");
    }
    // Looking through somebody's eyes tells not what that account did, and the public did nothing.
    let through =
        town.ask(&planner, "GET", "/api/edits?viewer=operator:%E7%94%B2%E7%87%83%E6%B0%94", Value::Null).await;
    through.problem(403, "not-allowed");
    town.ask(&town.log_in("public").await, "GET", "/api/edits", Value::Null).await.problem(403, "not-allowed");

    // Whoever takes the account over is not told what it did for somebody else.
    town.office.db.psql("update account set speaks_for = '丁热力' where name = 'a'").await;
    let a = town.log_in("a").await;
    assert_eq!(told(&a, "").await, Vec::<String>::new());
    town.ask(&a, "GET", &path(of_a), Value::Null).await.problem(404, "unknown-edit");
}
