//! A file is sent, looked at, imported and taken back, over HTTP.

use std::sync::Arc;
use std::time::Duration;

use pianqu::app::{City, refresh};
use pianqu::domain::Viewer;
use pianqu::http::{AppState, Settings};
use pianqu::snapshot::Snapshot;
use serde_json::{Value, json};

use super::client::{Answer, Client, client_of, planner};
use crate::ingest::hostile::zip;
use crate::support::{TestDatabase, database};

const BOUNDARY: &str = "a-boundary-of-the-tests";

/// The body of a form with these files.
pub fn form(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, content) in files {
        let head = format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             content-type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

pub async fn send(client: &Client, files: &[(&str, &[u8])]) -> Answer {
    let media_type = format!("multipart/form-data; boundary={BOUNDARY}");
    client.send("POST", "/api/uploads", &[("content-type", &media_type)], form(files).into()).await
}

pub struct Office {
    pub db: TestDatabase,
    pub client: Client,
    pub _uploads: tempfile::TempDir,
}

/// A server on a database of its own.
pub async fn office(settings: Settings) -> Office {
    let db = database().await;
    let (snapshot, _) = refresh::load(&db.store).await.unwrap();
    let uploads = tempfile::tempdir().unwrap();
    let state = AppState::new(Arc::new(City::new(snapshot)), settings).with_store(db.store.clone(), uploads.path());
    Office { db, client: client_of(state), _uploads: uploads }
}

pub fn open() -> Settings {
    Settings { anonymous_viewer: Viewer::Everything, ..Settings::default() }
}

/// The job's end.
pub async fn ended(client: &Client, started: &Answer) -> Value {
    assert_eq!(started.status.as_u16(), 202, "{}", String::from_utf8_lossy(&started.body));
    let path = started.header("location").to_owned();
    for _ in 0..500 {
        let job = client.get(&path).await.json();
        if job["state"] != "running" {
            return job;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the job does not end");
}

/// Two facilities in GBK, with degrees of a kind that must be asked for.
fn gbk() -> Vec<u8> {
    let text =
        "编号,设施名称,设施类型,经度,纬度\nF1,和平幼儿园,幼儿园,104.65,30.12\nF2,和平菜市场,农贸市场,104.66,30.13\n";
    encoding_rs::GBK.encode(text).0.into_owned()
}

#[tokio::test]
async fn a_file_is_sent_looked_at_imported_and_taken_back() {
    let Office { db, client, _uploads } = office(open()).await;
    let sent = send(&client, &[("设施.csv", &gbk())]).await;
    assert_eq!(sent.status.as_u16(), 201, "{}", String::from_utf8_lossy(&sent.body));
    let upload: Value = serde_json::from_slice(&sent.body).unwrap();
    assert_eq!(upload["file"], "设施.csv");
    assert_eq!(upload["layers"][0]["columns"], json!(["编号", "设施名称", "设施类型", "经度", "纬度"]));

    let upload_id = upload["upload_id"].as_str().unwrap();
    let look = format!("/api/uploads/{upload_id}/preview");
    let unsure = client.post(&look, json!({ "layer": "facility" }).to_string()).await.json();
    assert_eq!(unsure["refusal"]["code"], "crs-unknown");
    assert!(unsure["report"]["encoding"].as_str().unwrap().starts_with("gb18030"), "{}", unsure["report"]);
    let fitting = unsure["refusal"]["fitting"].as_array().unwrap();
    assert!(fitting.iter().any(|one| one["member"] == "datum" && one["value"] == "gcj02"), "{fitting:?}");

    let reading = json!({ "layer": "facility", "crs": "EPSG:4490" });
    let sure = client.post(&look, reading.to_string()).await.json();
    assert_eq!(sure["refusal"], Value::Null);
    assert_eq!(sure["features"]["features"][0]["properties"]["name"], "和平幼儿园");
    assert_eq!(sure["features"]["features"][0]["geometry"]["coordinates"], json!([104.65, 30.12]));
    let count = async || -> i64 {
        let asker = db.store.connect_raw().await.unwrap();
        asker.query_one("select count(*) from facility", &[]).await.unwrap().get(0)
    };
    assert_eq!(count().await, 0, "looking writes nothing");

    assert_eq!(sure["report"]["columns"][1]["samples"], json!(["和平幼儿园", "和平菜市场"]));
    let without = json!({ "layer": "facility", "crs": "EPSG:4490", "map": { "编号": "" } });
    let without = client.post(&look, without.to_string()).await.json();
    assert_eq!(sure["report"]["columns"][0]["field"], "code");
    assert_eq!(without["report"]["columns"][0]["field"], Value::Null, "a column mapped to nothing is left out");

    let order = json!({ "upload_id": upload_id, "reading": reading }).to_string();
    let headers = [("content-type", "application/json"), ("pianqu-actor", "%E6%9D%8E%E5%B7%A5")];
    let job = ended(&client, &client.send("POST", "/api/imports", &headers, order.into()).await).await;
    assert_eq!((&job["state"], &job["result"]["report"]["counts"]["inserted"]), (&json!("done"), &json!(2)), "{job}");
    assert_eq!(count().await, 2);
    let listed = client.get("/api/imports").await.json();
    assert_eq!((&listed[0]["actor"], &listed[0]["file_name"]), (&json!("李工"), &json!("设施.csv")));

    let undo = format!("/api/imports/{}/undo", job["result"]["import_id"]);
    assert_eq!(client.send("POST", &undo, &[], "".into()).await.json()["removed"], 2);
    assert_eq!(count().await, 0);
    client.send("POST", &undo, &[], "".into()).await.problem(409, "changed-since");
    client.send("POST", "/api/imports/77/undo", &[], "".into()).await.problem(404, "unknown-import");
    let path = format!("/api/uploads/{upload_id}");
    assert_eq!(client.send("DELETE", &path, &[], "".into()).await.status.as_u16(), 204);
    client.send("DELETE", &path, &[], "".into()).await.problem(404, "unknown-upload");
}

#[tokio::test]
async fn what_is_no_file_for_us_is_refused_and_leaves_nothing() {
    let Office { client, _uploads, .. } = office(Settings { max_upload_bytes: 3000, ..open() }).await;
    let evil = zip("../../evil.geojson", b"{}");
    for (files, status, kind, say) in [
        (vec![("evil.zip", evil.as_slice())], 422, "cannot-import", "evil"),
        (vec![("a.docx", b"PK no".as_slice())], 422, "cannot-import", "format"),
        (vec![("a.csv", b"a,b".as_slice()), ("b.csv", b"a,b".as_slice())], 400, "invalid-body", "several"),
        (vec![("a.csv", b"a,b".as_slice()), ("a.csv", b"a,b".as_slice())], 400, "invalid-body", "twice"),
        (vec![("..", b"a,b".as_slice())], 400, "invalid-body", "no name"),
        (vec![], 400, "invalid-body", "no file"),
        (vec![("a.csv", [b'a'; 3001].as_slice())], 413, "body-too-large", "3000 bytes"),
    ] {
        let problem = send(&client, &files).await.problem(status, kind);
        assert!(problem["detail"].as_str().unwrap().contains(say), "{problem}");
    }
    assert_eq!(std::fs::read_dir(_uploads.path()).unwrap().count(), 0, "what was refused is not kept");
    let headers = [("content-type", "text/plain")];
    client.send("POST", "/api/uploads", &headers, "x".into()).await.problem(415, "unsupported-media-type");
    let cut = form(&[("a.csv", b"a,b")]);
    let media_type = format!("multipart/form-data; boundary={BOUNDARY}");
    let cut = cut[..cut.len() - 10].to_vec();
    client
        .send("POST", "/api/uploads", &[("content-type", &media_type)], cut.into())
        .await
        .problem(400, "invalid-body");
}

#[tokio::test]
async fn an_import_that_fails_says_why_and_writes_nothing() {
    let Office { client, _uploads, .. } = office(open()).await;
    let upload: Value = serde_json::from_slice(&send(&client, &[("设施.csv", &gbk())]).await.body).unwrap();
    let order = |reading: Value| json!({ "upload_id": upload["upload_id"], "reading": reading }).to_string();
    let job = ended(&client, &client.post("/api/imports", order(json!({ "layer": "facility" }))).await).await;
    assert_eq!((&job["state"], &job["result"]["refusal"]["code"]), (&json!("failed"), &json!("crs-unknown")), "{job}");
    for (reading, pointer) in [
        (json!({ "layer": "castle" }), "/reading/layer"),
        (json!({ "layer": "facility", "datum": "tokyo" }), "/reading/datum"),
        (json!({ "layer": "facility", "map": { "a": 1 } }), "/reading/map/a"),
        (json!({ "layer": "facility", "colour": "red" }), "/reading/colour"),
    ] {
        let problem = client.post("/api/imports", order(reading)).await.problem(400, "invalid-body");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    client
        .post("/api/imports", json!({ "upload_id": "00", "reading": { "layer": "gate" } }).to_string())
        .await
        .problem(404, "unknown-upload");
    client.get("/api/jobs/00").await.problem(404, "unknown-job");
}

#[tokio::test]
async fn the_public_sends_and_imports_nothing() {
    let Office { client, _uploads, .. } = office(Settings::default()).await;
    send(&client, &[("设施.csv", &gbk())]).await.problem(403, "not-allowed");
    client.get("/api/imports").await.problem(403, "not-allowed");
    client.post("/api/imports", "{}").await.problem(403, "not-allowed");
    // Nor does a page from elsewhere in the browser of one who may.
    let Office { client, _uploads, .. } = office(open()).await;
    let headers = [("content-type", "application/json"), ("origin", "https://elsewhere.example")];
    client.send("POST", "/api/imports", &headers, "{}".into()).await.problem(403, "not-allowed");
}

#[tokio::test]
async fn a_server_without_a_database_says_so() {
    let client = planner(Snapshot::empty(chrono::Utc::now()));
    client.get("/api/imports").await.problem(503, "database-away");
}

/// A disk of this size at a folder, which goes with this value.
struct SmallDisk<'a>(&'a std::path::Path);

impl<'a> SmallDisk<'a> {
    fn mount(at: &'a std::path::Path, size: &str) -> Option<Self> {
        let mut mount = std::process::Command::new("mount");
        let status = mount.args(["-t", "tmpfs", "-o", size, "none"]).arg(at).output();
        status.is_ok_and(|done| done.status.success()).then_some(Self(at))
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        // Lazily: a file may still be open in a thread that ends later.
        let _ = std::process::Command::new("umount").arg("-l").arg(self.0).status();
    }
}

#[tokio::test]
async fn an_upload_that_finds_no_room_says_so_and_leaves_nothing() {
    let Office { client, _uploads, .. } = office(open()).await;
    let Some(_disk) = SmallDisk::mount(_uploads.path(), "size=512k") else {
        println!("SKIPPED: a small disk cannot be mounted here, which needs root; nothing was tried");
        return;
    };
    let large = vec![b'a'; 1 << 20];
    for _ in 0..2 {
        let problem = send(&client, &[("a.csv", &large)]).await.problem(507, "disk-full");
        assert!(problem["detail"].as_str().unwrap().contains("no room"), "{problem}");
        assert_eq!(std::fs::read_dir(_uploads.path()).unwrap().count(), 0, "half a file is not kept");
    }
    assert_eq!(send(&client, &[("设施.csv", &gbk())]).await.status.as_u16(), 201, "what fits is taken again");
}
