//! An operator's import is its own: its name, its data set, its rows, and nobody else finds its file or its job.

use std::time::Duration;

use pianqu::http::{AppState, Settings};
use serde_json::{Value, json};

use super::client::{Answer, Client, client_of};
use super::viewers_town::{Town, Who, town};

const BOUNDARY: &str = "a-boundary-of-the-tests";
const ORIGIN: (&str, &str) = ("origin", "http://pianqu.test");

/// The town's server with a place for files.
fn with_uploads(town: &Town) -> (Client, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let (city, store) = (town.office.client.city.clone(), town.office.db.store.clone());
    (client_of(AppState::new(city, Settings::default()).with_store(store, folder.path())), folder)
}

fn cookie(who: &Who) -> (&'static str, &str) {
    ("cookie", who.cookie.as_deref().unwrap())
}

async fn send(client: &Client, who: &Who, name: &str, content: &str) -> Answer {
    send_bytes(client, who, name, content.as_bytes()).await
}

async fn send_bytes(client: &Client, who: &Who, name: &str, content: &[u8]) -> Answer {
    let head = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
    let body = [head.as_bytes(), content, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat();
    let media_type = format!("multipart/form-data; boundary={BOUNDARY}");
    client.send("POST", "/api/uploads", &[("content-type", &media_type), ORIGIN, cookie(who)], body.into()).await
}

async fn post(client: &Client, who: &Who, path: &str, body: Value) -> Answer {
    let headers = [("content-type", "application/json"), ORIGIN, cookie(who)];
    client.send("POST", path, &headers, body.to_string().into()).await
}

fn lines(operators: &[Option<&str>]) -> String {
    let feature = |(n, operator): (usize, &Option<&str>)| {
        let north = 30.111 + n as f64 * 0.001;
        json!({ "type": "Feature", "properties": { "code": format!("N{n}"), "utility_kind": "gas", "operator": operator },
                "geometry": { "type": "LineString", "coordinates": [[104.655, north], [104.656, north]] } })
    };
    let features: Vec<Value> = operators.iter().enumerate().map(feature).collect();
    json!({ "type": "FeatureCollection", "features": features }).to_string()
}

/// The upload's id, and what became of its import.
async fn import(client: &Client, who: &Who, content: &str, more: Value) -> (String, String, Value) {
    let sent = send(client, who, "lines.geojson", content).await;
    assert_eq!(sent.status.as_u16(), 201, "{}", String::from_utf8_lossy(&sent.body));
    let upload: Value = serde_json::from_slice(&sent.body).unwrap();
    let upload = upload["upload_id"].as_str().unwrap().to_owned();
    let mut reading = json!({ "layer": "utility_line", "crs": "EPSG:4490", "key": "code" });
    reading.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let started = post(client, who, "/api/imports", json!({ "upload_id": upload, "reading": reading })).await;
    let job = job_of(client, who, &started).await;
    (upload, started.header("location").to_owned(), job)
}

/// The end of a job that was started.
async fn job_of(client: &Client, who: &Who, started: &Answer) -> Value {
    assert_eq!(started.status.as_u16(), 202, "{}", String::from_utf8_lossy(&started.body));
    for _ in 0..500 {
        let job = client.get_with(started.header("location"), &[cookie(who)]).await.json();
        if job["state"] != "running" {
            return job;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the job does not end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_operator_imports_is_its_own_or_nothing() {
    let town = town().await;
    let (a, b) = (town.log_in("a").await, town.log_in("b").await);
    let (client, _folder) = with_uploads(&town);
    let asker = town.office.db.store.connect_raw().await.unwrap();
    let rows = async || -> Vec<(Option<String>, Option<String>, String)> {
        let sql = "select operator, source, updated_by from utility_line where code like 'N%' order by code";
        asker.query(sql, &[]).await.unwrap().iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect()
    };

    // A name that is not given is filled in, and the data set is nobody else's.
    let (upload, job_path, job) = import(&client, &a, &lines(&[None, Some("甲燃气")]), json!({})).await;
    assert_eq!((&job["state"], &job["result"]["report"]["counts"]["inserted"]), (&json!("done"), &json!(2)), "{job}");
    let own = (Some("甲燃气".to_owned()), Some("甲燃气: lines.geojson".to_owned()), "a".to_owned());
    assert_eq!(rows().await, [own.clone(), own.clone()]);

    // One row of somebody else's refuses all of it.
    let (_, _, job) = import(&client, &a, &lines(&[None, None, Some("乙水务")]), json!({})).await;
    assert_eq!((&job["state"], &job["result"]["refusal"]["code"]), (&json!("failed"), &json!("not-allowed")), "{job}");
    assert_eq!(rows().await, [own.clone(), own.clone()]);

    // The name of another's data set leads to its own rows, never to the other's.
    town.office.db.psql("update utility_line set source = 'B', source_key = 'N0' where code = 'MARKLINE'").await;
    let (_, _, job) = import(&client, &a, &lines(&[None]), json!({ "source": "B" })).await;
    let counts = &job["result"]["report"]["counts"];
    assert_eq!(
        (&counts["inserted"], &counts["updated"], &counts["no_longer_in_file"]),
        (&json!(1), &json!(0), &json!(0)),
        "{job}"
    );
    let theirs =
        asker.query_one("select operator, version from utility_line where code = 'MARKLINE'", &[]).await.unwrap();
    assert_eq!((theirs.get::<_, String>(0), theirs.get::<_, i32>(1)), ("乙水务".to_owned(), 2));

    // Nobody else finds the file or the job, and other layers are not its to fill.
    let look = json!({ "layer": "utility_line" });
    post(&client, &b, &format!("/api/uploads/{upload}/preview"), look.clone()).await.problem(404, "unknown-upload");
    let order = json!({ "upload_id": upload, "reading": look });
    post(&client, &b, "/api/imports", order).await.problem(404, "unknown-upload");
    client.get_with(&job_path, &[cookie(&b)]).await.problem(404, "unknown-job");
    for layer in ["street", "shared_trench", "community"] {
        let order = json!({ "upload_id": upload, "reading": { "layer": layer } });
        post(&client, &a, "/api/imports", order).await.problem(403, "not-allowed");
    }
    let reader = town.log_in("reader").await;
    assert_eq!(send(&client, &reader, "x.geojson", "{}").await.status.as_u16(), 403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_survey_that_an_operator_imports_is_its_own_or_nothing() {
    let town = town().await;
    let a = town.log_in("a").await;
    let (client, _folder) = with_uploads(&town);
    let survey = async |owner: &str| {
        let points = "物探点号,X,Y\nN1,3333500,466300\nN2,3333500,466340\n";
        let lines = format!("起点点号,终点点号,管类,权属单位\nN1,N2,TR,{owner}\n");
        let zip =
            crate::ingest::hostile::archive(&[("点.csv", points.as_bytes()), ("线.csv", lines.as_bytes())], false);
        let sent = send_bytes(&client, &a, "普查.zip", &zip).await;
        let upload: Value = serde_json::from_slice(&sent.body).unwrap();
        let reading = json!({ "layer": "utility_line", "format": "cjj61", "crs": "EPSG:4544" });
        let order = json!({ "upload_id": upload["upload_id"], "reading": reading });
        job_of(&client, &a, &post(&client, &a, "/api/imports", order).await).await
    };
    let job = survey("乙水务").await;
    assert_eq!((&job["state"], &job["result"]["refusal"]["code"]), (&json!("failed"), &json!("not-allowed")), "{job}");
    let job = survey("").await;
    assert_eq!((&job["state"], &job["result"]["report"]["counts"]["inserted"]), (&json!("done"), &json!(1)), "{job}");
    let asker = town.office.db.store.connect_raw().await.unwrap();
    let row = asker.query_one("select operator, source from utility_line where code = 'N1-N2'", &[]).await.unwrap();
    assert_eq!(
        (row.get::<_, String>(0), row.get::<_, String>(1)),
        ("甲燃气".to_owned(), "甲燃气: 普查.zip".to_owned())
    );
}

/// What an account is told of imports: number and file.
async fn imports(client: &Client, who: &Who) -> Vec<(i64, String)> {
    let listed = client.get_with("/api/imports", &[cookie(who)]).await.json();
    let entry = |one: &Value| (one["import_id"].as_i64().unwrap(), one["file_name"].as_str().unwrap().to_owned());
    listed.as_array().unwrap().iter().map(entry).collect()
}

async fn undo(client: &Client, who: &Who, import_id: &Value) -> Answer {
    post(client, who, &format!("/api/imports/{import_id}/undo"), Value::Null).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_takes_back_its_own_imports_and_no_other() {
    let town = town().await;
    let (a, b, planner) = (town.log_in("a").await, town.log_in("b").await, town.log_in("planner").await);
    let (client, _folder) = with_uploads(&town);
    let asker = town.office.db.store.connect_raw().await.unwrap();
    let rows = async || -> Vec<(String, Option<String>)> {
        let sql = "select code, operator from utility_line where code like 'N%' order by code";
        asker.query(sql, &[]).await.unwrap().iter().map(|row| (row.get(0), row.get(1))).collect()
    };
    let (_, _, first) = import(&client, &a, &lines(&[None, None]), json!({})).await;
    let (_, _, second) = import(&client, &a, &lines(&[None, None, None]), json!({})).await;
    // The city imports a line of the operator's, under a name of its own.
    let (_, _, of_city) = import(&client, &planner, &lines(&[Some("甲燃气")]), json!({ "source": "city" })).await;
    let [first, second, of_city] = [&first, &second, &of_city].map(|job| &job["result"]["import_id"]);
    let number = |id: &Value| id.as_i64().unwrap_or_else(|| panic!("{id}"));
    let own = |ids: &[&Value]| ids.iter().map(|id| (number(id), "lines.geojson".to_owned())).collect::<Vec<_>>();
    assert_eq!(imports(&client, &a).await, own(&[second, first]), "neither the city's nor the other's");
    assert_eq!(imports(&client, &b).await, [(1, "MARKIMPORT.csv".to_owned())]);
    assert_eq!(imports(&client, &planner).await.len(), 4);

    let before = rows().await;
    for (who, id) in [(&b, first), (&b, second), (&a, of_city), (&a, &json!(1)), (&a, &json!(999))] {
        undo(&client, who, id).await.problem(404, "unknown-import");
    }
    assert_eq!(rows().await, before);
    let undone = undo(&client, &a, second).await;
    assert_eq!(undone.json(), json!({ "removed": 1, "restored": 0 }), "two were unchanged");
    undo(&client, &a, second).await.problem(409, "changed-since");

    // What the city gave to another since is not the operator's to take back, nor to hear of.
    let give = async |to: &str| {
        town.office.db.psql(&format!("update utility_line set operator = '{to}' where code = 'N1'")).await;
    };
    give("乙水务").await;
    undo(&client, &a, first).await.problem(404, "unknown-import");
    assert_eq!(imports(&client, &a).await, own(&[second]));
    // Its own again, and changed since.
    give("甲燃气").await;
    let id = town.id_of("utility_line", "N1").await;
    let shown = format!("/api/collections/utility_line/items/{id}");
    while client.get_with(&shown, &[cookie(&a)]).await.status.as_u16() != 200 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let problem = undo(&client, &a, first).await.problem(409, "changed-since");
    assert!(problem["detail"].as_str().unwrap().starts_with("1 features"), "{problem}");
    assert!(
        problem["errors"][0]["detail"].as_str().unwrap().starts_with(&format!("utility_line/{id} by ")),
        "{problem}"
    );
    assert_eq!(rows().await.len(), before.len() - 1, "nothing was taken back");

    // Nor does whoever takes the account over get what it did for somebody else.
    town.office.db.psql("update account set speaks_for = '丁热力' where name = 'a'").await;
    let (_, _, third) = import(&client, &town.log_in("a").await, &lines(&[None]), json!({ "source": "third" })).await;
    let third = &third["result"]["import_id"];
    let now = town.log_in("a").await;
    let listed: Vec<i64> = imports(&client, &now).await.into_iter().map(|(id, _)| id).collect();
    assert_eq!(listed, [number(third)], "neither what is left of the others nor what was taken back");
    undo(&client, &now, first).await.problem(404, "unknown-import");
    assert_eq!(undo(&client, &now, third).await.json()["removed"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_import_wrote_over_comes_back_with_its_history() {
    let town = town().await;
    let a = town.log_in("a").await;
    let (client, _folder) = with_uploads(&town);
    import(&client, &a, &lines(&[None]), json!({})).await;
    let (_, _, job) = import(&client, &a, &lines(&[None]), json!({ "set": { "diameter_mm": "300" } })).await;
    assert_eq!(job["result"]["report"]["counts"]["updated"], 1, "{job}");
    let undone = undo(&client, &a, &job["result"]["import_id"]).await.json();
    assert_eq!(undone, json!({ "removed": 0, "restored": 1 }));
    let asker = town.office.db.store.connect_raw().await.unwrap();
    let sql = "select l.diameter_mm is null, (select h.actor from history as h where h.feature_id = l.utility_line_id
                      and h.layer = 'utility_line' order by h.history_id desc limit 1)
               from utility_line as l where l.code = 'N0'";
    let row = asker.query_one(sql, &[]).await.unwrap();
    assert_eq!((row.get::<_, bool>(0), row.get::<_, String>(1)), (true, "a".to_owned()), "signed by who took it back");
}
