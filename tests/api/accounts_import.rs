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
