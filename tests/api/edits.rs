//! Writing: conflicts, all or nothing, undo, back to a time, and whatever a client may send.

use std::sync::Arc;
use std::time::Duration;

use pianqu::app::{City, refresh};
use pianqu::domain::Viewer;
use pianqu::http::{AppState, Settings};
use serde_json::{Value, json};

use super::client::{Answer, Client, client_of};
use crate::support::{TestDatabase, database};

pub struct Office {
    pub db: TestDatabase,
    pub client: Client,
    follower: tokio::task::JoinHandle<()>,
    /// Where files lie until they are sent.
    _files: tempfile::TempDir,
}

impl Drop for Office {
    fn drop(&mut self) {
        self.follower.abort();
    }
}

pub fn open() -> Settings {
    Settings { anonymous_viewer: Viewer::Everything, ..Settings::default() }
}

pub async fn office(settings: Settings) -> Office {
    let db = database().await;
    let (snapshot, position) = refresh::load(&db.store).await.unwrap();
    let city = Arc::new(City::new(snapshot));
    let follower = tokio::spawn(refresh::follow(city.clone(), db.store.clone(), position));
    let files = tempfile::tempdir().unwrap();
    let state = AppState::new(city, settings).with_store(db.store.clone(), files.path());
    Office { db, client: client_of(state), follower, _files: files }
}

const LI: &str = "%E6%9D%8E%E5%B7%A5";

impl Office {
    pub async fn send(&self, method: &str, path: &str, body: Value) -> Answer {
        self.send_with(method, path, &[], body).await
    }

    pub async fn send_with(&self, method: &str, path: &str, more: &[(&str, &str)], body: Value) -> Answer {
        let mut headers = vec![("content-type", "application/geo+json"), ("pianqu-actor", LI)];
        headers.extend_from_slice(more);
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.client.send(method, path, &headers, body.into()).await
    }

    pub async fn gate(&self, name: &str) -> Answer {
        self.send("POST", "/api/collections/gate/items", gate(name)).await
    }
}

pub fn gate(name: &str) -> Value {
    json!({ "type": "Feature", "geometry": { "type": "Point", "coordinates": [104.65, 30.12] },
            "properties": { "name": name, "is_open": true } })
}

fn community(ring: &[[f64; 2]]) -> Value {
    json!({ "type": "Feature", "geometry": { "type": "Polygon", "coordinates": [ring] },
            "properties": { "name": "和平小区", "households": 120, "estimated_cost": "1234.50" } })
}

const SQUARE: [[f64; 2]; 5] = [[104.65, 30.12], [104.66, 30.12], [104.66, 30.13], [104.65, 30.13], [104.65, 30.12]];
const BOW_TIE: [[f64; 2]; 5] = [[104.65, 30.12], [104.66, 30.13], [104.66, 30.12], [104.65, 30.13], [104.65, 30.12]];

fn body(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or(Value::Null)
}

#[tokio::test]
async fn a_feature_is_made_changed_and_deleted_and_every_answer_shows_it() {
    let office = office(open()).await;
    let made = office.send("POST", "/api/collections/community/items", community(&SQUARE)).await;
    assert_eq!(made.status.as_u16(), 201, "{}", String::from_utf8_lossy(&made.body));
    assert_eq!(made.header("etag"), "\"v1\"");
    let path = made.header("location").strip_prefix("http://pianqu.test").unwrap().to_owned();
    let read = office.client.get(&path).await;
    assert_eq!(read.json()["properties"]["estimated_cost"], "1234.50", "one reads what one has written");
    assert_eq!(read.json()["geometry"]["type"], "MultiPolygon");

    // The ETag of a GET, whatever its encoding, is what a write refers to.
    let etag = read.header("etag").to_owned();
    let patch = json!({ "properties": { "households": 130, "estimated_cost": null } });
    let changed = office.send_with("PATCH", &path, &[("if-match", &etag)], patch).await;
    assert_eq!((changed.status.as_u16(), changed.header("etag")), (200, "\"v2\""));
    assert_eq!(body(&changed)["properties"]["households"], 130);
    assert_eq!(body(&changed)["properties"]["estimated_cost"], Value::Null);
    assert_eq!(body(&changed)["properties"]["name"], "和平小区");

    // What was read can be sent back as it is, by a client that knows no ETag.
    let whole = office.client.get(&path).await.json();
    let replaced = office.send("PUT", &path, whole).await;
    assert_eq!(replaced.header("etag"), "\"v3\"", "{}", String::from_utf8_lossy(&replaced.body));

    let gone = office.send_with("DELETE", &path, &[("if-match", "\"v3\"")], Value::Null).await;
    assert_eq!(gone.status.as_u16(), 204);
    office.client.get(&path).await.problem(404, "unknown-feature");
    office.send("DELETE", &path, Value::Null).await.problem(404, "unknown-feature");

    let steps = office.client.get(&format!("{path}/history")).await.json();
    let told: Vec<&str> = steps["steps"].as_array().unwrap().iter().map(|s| s["operation"].as_str().unwrap()).collect();
    assert_eq!(told, ["delete", "update", "update", "insert"]);
    assert_eq!(steps["steps"][2]["changed"]["households"], json!({ "before": 120, "after": 130 }));
    assert_eq!(steps["steps"][2]["actor"], "李工");
}

#[tokio::test]
async fn a_feature_goes_back_to_an_earlier_version_also_from_being_deleted() {
    let office = office(open()).await;
    let made = office.send("POST", "/api/collections/community/items", community(&SQUARE)).await;
    let path = made.header("location").strip_prefix("http://pianqu.test").unwrap().to_owned();
    let first = office.client.get(&path).await.json();
    let mut moved = SQUARE;
    moved[2] = [104.660_000_000_000_01, 30.131];
    office.send("PATCH", &path, json!({ "geometry": { "type": "Polygon", "coordinates": [moved] } })).await;
    office.send("PATCH", &path, json!({ "properties": { "households": 7 } })).await;

    // Shapes are told before and after, to the last bit.
    let steps = office.client.get(&format!("{path}/history")).await.json();
    let shape = &steps["steps"][1]["changed"]["geometry"];
    assert_eq!(shape["before"], first["geometry"]);
    assert_eq!(shape["after"]["coordinates"][0][0][2], json!(moved[2]));

    let back = format!("{path}/restore");
    let to = |version: i32| json!({ "version": version });
    office.send_with("POST", &back, &[("if-match", "\"v2\"")], to(1)).await.problem(412, "version-conflict");
    office.send("POST", &back, to(9)).await.problem(404, "unknown-feature");
    let nothing = body(&office.send("POST", &back, to(3)).await);
    assert_eq!(nothing["edit_id"], Value::Null, "it is as it was then: {nothing}");
    let done = body(&office.send_with("POST", &back, &[("if-match", "\"v3\"")], to(1)).await);
    assert_eq!(done["features"][0]["operation"], "update");
    let now = office.client.get(&path).await.json();
    assert_eq!((&now["geometry"], &now["properties"]), (&first["geometry"], &first["properties"]));

    office.send("DELETE", &path, Value::Null).await;
    let done = body(&office.send("POST", &back, to(2)).await);
    assert_eq!(done["features"][0]["operation"], "create");
    assert_eq!(office.client.get(&path).await.json()["geometry"]["coordinates"][0][0][2], json!(moved[2]));
    office.send("POST", "/api/edits/undo", Value::Null).await;
    office.client.get(&path).await.problem(404, "unknown-feature");
}

#[tokio::test]
async fn an_edit_tells_what_it_did() {
    let office = office(open()).await;
    office.gate("东门").await;
    let changes = json!({ "changes": [
        { "operation": "update", "layer": "gate", "id": 1, "version": 1, "feature": { "properties": { "name": "正门" } } },
        { "operation": "create", "layer": "gate", "feature": gate("后门") }] });
    let done = body(&office.send("POST", "/api/edits", changes).await);
    let told = office.client.get(&format!("/api/edits/{}", done["edit_id"])).await.json();
    assert_eq!((&told["edit"]["actor"], &told["edit"]["feature_count"]), (&json!("李工"), &json!(2)));
    let [first, second] = [&told["features"][0], &told["features"][1]];
    assert_eq!((&first["operation"], &second["operation"]), (&json!("update"), &json!("create")));
    assert_eq!(first["changed"], json!({ "name": { "before": "东门", "after": "正门" } }));
    assert_eq!(second["changed"]["geometry"]["after"]["type"], "Point");
    office.client.get("/api/edits/99").await.problem(404, "unknown-edit");
    office.client.get("/api/edits/x").await.problem(404, "unknown-edit");
}

#[tokio::test]
async fn who_is_slower_learns_what_changed_and_overwrites_nothing() {
    let office = office(open()).await;
    office.gate("东门").await;
    let path = "/api/collections/gate/items/1";
    let seen = office.client.get(path).await.header("etag").to_owned();
    office.db.psql("set pianqu.actor = '王工'; update gate set name = '南门'").await;
    let problem = office
        .send_with("PATCH", path, &[("if-match", &seen)], json!({ "properties": { "name": "北门" } }))
        .await
        .problem(412, "version-conflict");
    let conflict = &problem["conflicts"][0];
    assert_eq!((&conflict["expected_version"], &conflict["version"]), (&json!(1), &json!(2)));
    let since = &conflict["changed_since"][0];
    assert_eq!(
        (&since["actor"], &since["changed"]["name"]),
        (&json!("王工"), &json!({ "before": "东门", "after": "南门" }))
    );
    for other in ["\"v9\"", "W/\"v2\"", "\"nonsense\""] {
        office.send_with("DELETE", path, &[("if-match", other)], Value::Null).await.problem(412, "version-conflict");
    }
    let steps = office.client.get(&format!("{path}/history")).await.json();
    assert_eq!(steps["steps"].as_array().unwrap().len(), 2, "nothing else was written: {steps}");
}

#[tokio::test]
async fn several_features_change_together_or_not_at_all() {
    let office = office(open()).await;
    office.gate("东门").await;
    let order = |version: i32| {
        json!({ "message": "换门", "changes": [
            { "operation": "create", "layer": "gate", "feature": gate("西门") },
            { "operation": "update", "layer": "gate", "id": 1, "version": version, "feature": { "properties": { "name": "正门" } } },
        ] })
    };
    office.send("POST", "/api/edits", order(7)).await.problem(412, "version-conflict");
    let count =
        async || office.client.get("/api/collections/gate/items").await.json()["numberMatched"].as_i64().unwrap();
    assert_eq!(count().await, 1);
    let done = office.send("POST", "/api/edits", order(1)).await.json();
    assert_eq!((done["features"][0]["version"].as_i64(), done["features"][1]["version"].as_i64()), (Some(1), Some(2)));
    assert_eq!(count().await, 2);

    let undone = office.send("POST", "/api/edits/undo", Value::Null).await.json();
    assert_eq!(undone["features"].as_array().unwrap().len(), 2);
    assert_eq!(count().await, 1);
    assert_eq!(office.client.get("/api/collections/gate/items/1").await.json()["properties"]["name"], "东门");
    office.send("POST", "/api/edits/redo", Value::Null).await.json();
    assert_eq!(count().await, 2);
    office.send("POST", "/api/edits/redo", Value::Null).await.problem(409, "changed-since");
    let edits = office.client.get("/api/edits?limit=3").await.json();
    let kinds: Vec<&str> = edits.as_array().unwrap().iter().map(|edit| edit["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["redo", "undo", "edit"]);
    assert_eq!((&edits[2]["message"], &edits[2]["is_in_effect"]), (&json!("换门"), &json!(true)));

    // Somebody else has been there since: his work is not swept away.
    office.db.psql("update gate set name = '侧门' where gate_id = 1").await;
    let problem = office.send("POST", "/api/edits/undo", Value::Null).await.problem(409, "changed-since");
    assert!(problem["errors"][0]["detail"].as_str().unwrap().starts_with("gate/1 by "), "{problem}");
    office.send("POST", "/api/edits/99/undo", Value::Null).await.problem(404, "unknown-edit");
}

#[tokio::test]
async fn what_cannot_be_taken_is_told_all_at_once_and_where() {
    let office = office(Settings { max_geometry_vertices: 50, max_body_bytes: 20_000, ..open() }).await;
    let items = "/api/collections/community/items";
    let problem = office.send("POST", items, community(&BOW_TIE)).await.problem(422, "invalid-geometry");
    assert_eq!(problem["errors"][0]["pointer"], "/geometry");
    let at = problem["at"].as_array().unwrap();
    assert!((at[0].as_f64().unwrap() - 104.655).abs() < 1e-9 && (at[1].as_f64().unwrap() - 30.125).abs() < 1e-9);
    let mut mended = community(&SQUARE);
    mended["geometry"] = problem["mended"].clone();
    assert_eq!(office.send("POST", items, mended).await.status.as_u16(), 201, "the offer can be taken");

    let mut wrong = community(&SQUARE);
    wrong["properties"] = json!({ "households": -1, "colour": "red", "renewal_class": "best", "built_year": "old" });
    let problem = office.send("POST", items, wrong).await.problem(422, "invalid-feature");
    let pointers: Vec<&str> =
        problem["errors"].as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap()).collect();
    let expected = ["households", "colour", "renewal_class", "built_year", "name"].map(|n| format!("/properties/{n}"));
    assert_eq!(pointers, expected);

    let with = |geometry: Value| json!({ "type": "Feature", "geometry": geometry, "properties": { "name": "x" } });
    let ring = |ring: Value| with(json!({ "type": "Polygon", "coordinates": [ring] }));
    let many: Vec<[f64; 2]> = (0..60).map(|i| [104.0 + f64::from(i) * 0.001, 30.0]).collect();
    let mut deep = json!([]);
    for _ in 0..200 {
        deep = json!([deep]);
    }
    for (feature, status, kind, pointer) in [
        (with(Value::Null), 422, "invalid-geometry", "/geometry"),
        (with(json!({ "type": "Point", "coordinates": [104.0, 30.0] })), 422, "invalid-geometry", "/geometry/type"),
        (
            ring(json!([[104.0, 30.0], [104.1, 30.0], [104.0, 30.0]])),
            422,
            "invalid-geometry",
            "/geometry/coordinates/0",
        ),
        (
            ring(json!([[104.0, 30.0], [104.1, 30.0], [104.1, 30.1], [104.0, 30.1]])),
            422,
            "invalid-geometry",
            "/geometry/coordinates/0",
        ),
        (
            ring(json!([[30.0, 104.0], [30.1, 104.0], [30.1, 104.1], [30.0, 104.0]])),
            422,
            "invalid-geometry",
            "/geometry/coordinates/0/0",
        ),
        (
            ring(json!([[104.0, "30"], [104.1, 30.0], [104.1, 30.1], [104.0, 30.0]])),
            422,
            "invalid-geometry",
            "/geometry/coordinates/0/0",
        ),
        (ring(json!(many)), 422, "too-complex", "/geometry/coordinates/0"),
        (json!({ "type": "Feature", "colour": 1 }), 400, "invalid-body", "/colour"),
        (json!([1]), 400, "invalid-body", ""),
        (with(deep), 400, "invalid-body", ""),
    ] {
        let problem = office.send("POST", items, feature.clone()).await.problem(status, kind);
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem} for {feature}");
    }
    let broken =
        office.client.send("POST", items, &[("content-type", "application/json")], "{\"type\": \n oops".into()).await;
    assert!(broken.problem(400, "invalid-body")["detail"].as_str().unwrap().contains("line 2 column 2"));
    let large =
        office.client.send("POST", items, &[("content-type", "application/json")], "x".repeat(20_001).into()).await;
    large.problem(413, "body-too-large");
    office
        .client
        .send("POST", items, &[("content-type", "text/plain")], "{}".into())
        .await
        .problem(415, "unsupported-media-type");
    office.send("POST", "/api/collections/castle/items", gate("x")).await.problem(404, "unknown-layer");
    let headers = [("content-type", "application/json"), ("pianqu-actor", "%zz")];
    let nameless = office.client.send("POST", items, &headers, community(&SQUARE).to_string().into()).await;
    nameless.problem(400, "invalid-parameter");
    office.send("POST", "/api/edits", json!({ "changes": [] })).await.problem(400, "invalid-body");
    let second = json!({ "changes": [ { "operation": "delete", "layer": "gate", "id": 1 },
        { "operation": "create", "layer": "gate", "feature": { "geometry": {}, "properties": {} } } ] });
    let problem = office.send("POST", "/api/edits", second).await.problem(422, "invalid-geometry");
    assert_eq!(problem["errors"][0]["pointer"], "/changes/1/feature/geometry/type");
}

#[tokio::test]
async fn going_far_back_is_a_job() {
    let office = office(Settings { max_changes: 2, ..open() }).await;
    for name in ["东门", "西门", "南门"] {
        office.gate(name).await;
    }
    let far_back = |is_dry_run: bool| json!({ "at": "2020-12-23T00:00:00Z", "is_dry_run": is_dry_run });
    let rehearsed = office.send("POST", "/api/restore", far_back(true)).await.json();
    assert_eq!((&rehearsed["edit_id"], rehearsed["features"].as_array().unwrap().len()), (&Value::Null, 3));
    let started = office.send("POST", "/api/restore", far_back(false)).await;
    assert_eq!(started.status.as_u16(), 202, "{}", String::from_utf8_lossy(&started.body));
    let path = started.header("location").to_owned();
    assert_eq!(path, format!("/api/jobs/{}", body(&started)["job_id"].as_str().unwrap()));
    let job = loop {
        let job = office.client.get(&path).await.json();
        if job["state"] != "running" {
            break job;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    assert_eq!((&job["kind"], &job["state"]), (&json!("restore"), &json!("done")), "{job}");
    assert_eq!(job["result"]["features"].as_array().unwrap().len(), 3);
    let count =
        async || office.client.get("/api/collections/gate/items").await.json()["numberMatched"].as_i64().unwrap();
    assert_eq!(count().await, 0, "the job's end can be seen");
    let undo = format!("/api/edits/{}/undo", job["result"]["edit_id"]);
    office.send("POST", &undo, Value::Null).await.json();
    assert_eq!(count().await, 3);
    for (order, pointer) in [
        (json!({ "at": "yesterday" }), "/at"),
        (json!({ "at": "2020-12-23T00:00:00Z", "layers": ["gate", "castle"] }), "/layers/1"),
        (json!({ "at": "2020-12-23T00:00:00Z", "layers": ["gate", "gate"] }), "/layers/1"),
        (json!({ "at": "2020-12-23T00:00:00Z", "bbox": [105, 30, 104, 31] }), "/bbox"),
        (json!({ "at": "2020-12-23T00:00:00Z", "bbox": [105, 30, 104] }), "/bbox"),
    ] {
        let problem = office.send("POST", "/api/restore", order).await.problem(400, "invalid-body");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
}

#[tokio::test]
async fn a_way_back_that_meets_somebody_or_is_cancelled_changes_nothing() {
    let office = office(Settings { max_changes: 2, ..open() }).await;
    for name in ["东门", "西门", "南门"] {
        office.gate(name).await;
    }
    // Somebody holds a gate, so the job waits at it.
    let mut other = office.db.store.connect_raw().await.unwrap();
    let held = other.transaction().await.unwrap();
    held.execute("select from gate where gate_id = 3 for update", &[]).await.unwrap();
    let started = office.send("POST", "/api/restore", json!({ "at": "2020-12-23T00:00:00Z" })).await;
    let path = started.header("location").to_owned();
    assert_eq!(office.send("DELETE", &path, Value::Null).await.status.as_u16(), 202);
    held.rollback().await.unwrap();
    let job = loop {
        let job = office.client.get(&path).await.json();
        if job["state"] != "running" {
            break job;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    assert_eq!((&job["state"], &job["result"]["type"]), (&json!("failed"), &json!("/problems/cancelled")), "{job}");
    assert_eq!(office.client.get("/api/collections/gate/items").await.json()["numberMatched"], 3);
    assert_eq!(office.client.get("/api/edits").await.json().as_array().unwrap().len(), 3, "no edit was made");
}

#[tokio::test]
async fn positions_may_come_in_metres_of_the_zone() {
    let office = office(open()).await;
    let mut feature = gate("东门");
    feature["geometry"]["coordinates"] = json!([3_333_467.510, 466_270.401]);
    let crs = "<http://www.opengis.net/def/crs/EPSG/0/4544>";
    let made = office.send_with("POST", "/api/collections/gate/items", &[("content-crs", crs)], feature).await;
    assert_eq!(made.status.as_u16(), 201, "{}", String::from_utf8_lossy(&made.body));
    let at = &body(&made)["geometry"]["coordinates"];
    assert!((at[0].as_f64().unwrap() - 104.65).abs() < 1e-7 && (at[1].as_f64().unwrap() - 30.12).abs() < 1e-7, "{at}");
}

#[tokio::test]
async fn the_public_writes_nothing_and_an_office_without_database_waits() {
    let public = office(Settings::default()).await;
    public.gate("东门").await.problem(403, "not-allowed");
    public.send("DELETE", "/api/collections/gate/items/1", Value::Null).await.problem(403, "not-allowed");
    public.send("POST", "/api/edits/undo", Value::Null).await.problem(403, "not-allowed");
    public.send("GET", "/api/collections/gate/items/1/history", Value::Null).await.problem(403, "not-allowed");

    let away = pianqu::store::Store::new("postgresql://nobody@127.0.0.1:9/nothing").unwrap();
    let city = Arc::new(City::new(pianqu::snapshot::Snapshot::empty(chrono::Utc::now())));
    let client = client_of(AppState::new(city, open()).with_store(away, "/nonexistent"));
    let answer = client.post("/api/collections/gate/items", gate("东门").to_string()).await;
    answer.problem(503, "database-away");
    assert_eq!(answer.header("retry-after"), "5");
}

/// Everything in the city but who wrote it when.
async fn content(db: &TestDatabase) -> Vec<String> {
    let client = db.store.connect_raw().await.unwrap();
    let mut rows = Vec::new();
    for layer in ["gate", "community", "street"] {
        let sql = format!(
            "select (row_image(to_jsonb(f), f.geom) - 'version' - 'updated_at' - 'updated_by' - 'created_at' - 'created_by')::text
             from {layer} f order by {layer}_id"
        );
        rows.extend(
            client.query(&sql, &[]).await.unwrap().iter().map(|row| format!("{layer} {}", row.get::<_, String>(0))),
        );
    }
    rows
}

/// The next of a row of numbers that is the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn lon(&mut self) -> f64 {
        104.6 + self.roll(1_000_000) as f64 / 7e6
    }
}

fn random_change(dice: &mut Dice, gates: &[i64]) -> Value {
    let (x, y) = (dice.lon(), dice.lon() - 74.5);
    let point = json!({ "type": "Point", "coordinates": [x, y] });
    let name = format!("门{}", dice.roll(1000));
    let some = |dice: &mut Dice| gates.get(dice.roll(gates.len().max(1) as u64) as usize).copied();
    match (dice.roll(10), some(dice)) {
        (0..3, Some(id)) => {
            json!({ "operation": "update", "layer": "gate", "id": id, "feature": { "properties": { "name": name } } })
        }
        (3, Some(id)) => json!({ "operation": "update", "layer": "gate", "id": id, "feature": { "geometry": point } }),
        (4, Some(id)) => json!({ "operation": "replace", "layer": "gate", "id": id,
            "feature": { "geometry": point, "properties": { "is_open": dice.roll(2) == 0 } } }),
        (5..7, Some(id)) => json!({ "operation": "delete", "layer": "gate", "id": id }),
        (7, _) => {
            let ring = [[x, y], [x + 0.001, y], [x + 0.001, y + 0.001], [x, y]];
            let cost = format!("{}.{:02}", dice.roll(10_000_000), dice.roll(100));
            json!({ "operation": "create", "layer": "community", "feature": { "geometry": { "type": "Polygon", "coordinates": [ring] },
                "properties": { "name": name, "estimated_cost": cost, "floor_area_m2": dice.lon() } } })
        }
        _ => {
            json!({ "operation": "create", "layer": "gate", "feature": { "geometry": point, "properties": { "name": name } } })
        }
    }
}

/// The law of undo: a thousand random edits by three people, taken back newest first, leave exactly
/// what was there; so does going back to the time before them, and taking that back restores them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_edits_by_three_people_are_taken_back_exactly() {
    let office = office(open()).await;
    for name in ["东门", "西门", "南门"] {
        office.gate(name).await;
    }
    office.db.psql("insert into street (name, street_class, geom) values ('和平路', 'primary', st_geomfromtext('MULTILINESTRING((104.6 30.1, 104.7 30.123456789012345))', 4490))").await;
    let before = content(&office.db).await;
    tokio::time::sleep(Duration::from_millis(10)).await;
    let time: String = {
        let client = office.db.store.connect_raw().await.unwrap();
        client
            .query_one("select to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')", &[])
            .await
            .unwrap()
            .get(0)
    };
    tokio::time::sleep(Duration::from_millis(10)).await;

    let mut dice = Dice(20_201_223);
    let people = ["li", "wang", "zhao"];
    let mut edits = Vec::new();
    while edits.len() < 1000 {
        let person = people[dice.roll(3) as usize];
        let client = office.db.store.connect_raw().await.unwrap();
        let gates: Vec<i64> = client
            .query("select gate_id from gate order by gate_id", &[])
            .await
            .unwrap()
            .iter()
            .map(|row| row.get(0))
            .collect();
        let mut touched = std::collections::BTreeSet::new();
        let mut changes: Vec<Value> = (0..=dice.roll(3)).map(|_| random_change(&mut dice, &gates)).collect();
        // A feature that one change deletes is not there for the next.
        changes.retain(|change| change["id"].as_i64().is_none_or(|id| touched.insert(id)));
        let headers = [("content-type", "application/json"), ("pianqu-actor", person)];
        let order = json!({ "changes": changes }).to_string();
        let done = office.client.send("POST", "/api/edits", &headers, order.into()).await.json();
        edits.push(done["edit_id"].as_i64().unwrap());
    }
    let after = content(&office.db).await;
    assert_ne!(before, after);

    let back = office.send("POST", "/api/restore", json!({ "at": time })).await.json();
    assert_eq!(content(&office.db).await, before, "back at the time before");
    let path = format!("/api/edits/{}/undo", back["edit_id"]);
    office.send("POST", &path, Value::Null).await.json();
    assert_eq!(content(&office.db).await, after, "and forth again");

    for edit_id in edits.iter().rev() {
        office.send("POST", &format!("/api/edits/{edit_id}/undo"), Value::Null).await.json();
    }
    assert_eq!(content(&office.db).await, before, "all edits taken back");
    // The snapshot says the same as the tables.
    let ids = office.client.get("/api/collections/gate/items?limit=10000").await.ids();
    assert_eq!(ids.len(), before.iter().filter(|row| row.starts_with("gate ")).count());
}
