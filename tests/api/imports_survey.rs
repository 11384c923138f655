//! A survey of pipes is sent as two files, a zip or a workbook, looked at, tried, imported and taken back.

use std::time::Duration;

use serde_json::{Value, json};

use super::client::Client;
use super::imports::{Office, ended, office, open, send};
use crate::ingest::hostile::archive;
use crate::ingest::survey::{LINES, POINTS};

fn gbk(text: &str) -> Vec<u8> {
    encoding_rs::GBK.encode(text).0.into_owned()
}

fn reading(faulty_lines: &str) -> Value {
    json!({ "layer": "utility_line", "format": "cjj61", "faulty_lines": faulty_lines, "crs": "EPSG:4544" })
}

async fn upload(client: &Client, files: &[(&str, &[u8])]) -> Value {
    let sent = send(client, files).await;
    assert_eq!(sent.status.as_u16(), 201, "{}", String::from_utf8_lossy(&sent.body));
    serde_json::from_slice(&sent.body).unwrap()
}

async fn look(client: &Client, upload: &Value, reading: &Value) -> Value {
    let path = format!("/api/uploads/{}/preview", upload["upload_id"].as_str().unwrap());
    client.post(&path, reading.to_string()).await.json()
}

async fn import(client: &Client, upload: &Value, reading: &Value, is_dry_run: bool) -> Value {
    let order = json!({ "upload_id": upload["upload_id"], "reading": reading, "is_dry_run": is_dry_run });
    ended(client, &client.post("/api/imports", order.to_string()).await).await
}

impl Office {
    async fn pipes(&self) -> i64 {
        let asker = self.db.store.connect_raw().await.unwrap();
        asker.query_one("select count(*) from utility_line", &[]).await.unwrap().get(0)
    }
}

#[tokio::test]
async fn two_tables_are_recognised_looked_at_tried_imported_and_taken_back() {
    let office = office(open()).await;
    let client = &office.client;
    // A line to a point that is not there, and a sewer that rises along its flow.
    let lines = format!("{LINES}JS1,JS9,JS,,,,,,,,,,\nWS2,JS3,WS,2.00,2.10,347.00,349.00,,,,,,0\n");
    let (points, lines) = (gbk(POINTS), gbk(&lines));
    // The table of lines comes first, by its name too.
    let upload = upload(client, &[("线.csv", &lines), ("点.csv", &points)]).await;
    assert_eq!(upload["survey"], json!({ "points": "点.csv", "lines": "线.csv" }), "{upload}");

    let seen = look(client, &upload, &reading("take")).await;
    assert_eq!(seen["refusal"], Value::Null, "{seen}");
    let survey = &seen["report"]["survey"];
    assert_eq!((&survey["points"], &survey["lines"]), (&json!(5), &json!(5)), "{survey}");
    assert_eq!(
        (&survey["point_columns"][4]["field"], &survey["point_columns"][4]["column"]),
        (&json!("northing"), &json!("X"))
    );
    assert_eq!(seen["features"]["features"].as_array().unwrap().len(), 4);
    let rows = seen["report"]["rows"].as_array().unwrap();
    assert!(
        rows.iter().any(|row| row["table"] == "线.csv" && row["row"] == 4 && row["outcome"] == "refused"),
        "{rows:?}"
    );
    assert_eq!(office.pipes().await, 0, "looking writes nothing");

    let tried = import(client, &upload, &reading("take"), true).await;
    assert_eq!(
        (&tried["state"], &tried["result"]["report"]["counts"]["inserted"]),
        (&json!("done"), &json!(4)),
        "{tried}"
    );
    assert_eq!(office.pipes().await, 0, "nor does a trial");
    let strict = import(client, &upload, &reading("refuse"), true).await;
    let counts = &strict["result"]["report"]["counts"];
    assert_eq!((&counts["inserted"], &counts["refused"]), (&json!(3), &json!(2)), "{strict}");

    let done = import(client, &upload, &reading("take"), false).await;
    assert_eq!((&done["state"], office.pipes().await), (&json!("done"), 4), "{done}");
    let listed = client.get("/api/imports").await.json();
    assert_eq!((&listed[0]["file_name"], &listed[0]["refused"]), (&json!("点.csv + 线.csv"), &json!(1)), "{listed}");
    let undo = format!("/api/imports/{}/undo", done["result"]["import_id"]);
    assert_eq!(client.send("POST", &undo, &[], "".into()).await.json()["removed"], 4);
    assert_eq!(office.pipes().await, 0);
}

#[tokio::test]
async fn a_zip_is_a_survey_and_one_table_alone_is_half_of_one() {
    let Office { client, _uploads, .. } = office(open()).await;
    let zip = archive(&[("成果/管点.csv", POINTS.as_bytes()), ("成果/管线.csv", LINES.as_bytes())], true);
    let whole = upload(&client, &[("成果.zip", &zip)]).await;
    assert_eq!(whole["survey"], json!({ "points": "成果/管点.csv", "lines": "成果/管线.csv" }), "{whole}");
    let done = import(&client, &whole, &reading("take"), false).await;
    assert_eq!(done["result"]["report"]["counts"]["inserted"], 3, "{done}");

    let half = upload(&client, &[("管点.csv", POINTS.as_bytes())]).await;
    assert_eq!(half["survey"], json!({ "points": "管点", "lines": null }), "{half}");
    let seen = look(&client, &half, &reading("take")).await;
    assert_eq!(seen["refusal"]["code"], "survey-table", "{seen}");
    assert_eq!(seen["report"]["survey"]["points"], 5, "what was understood is told all the same");
    let failed = import(&client, &half, &reading("take"), false).await;
    assert_eq!((&failed["state"], &failed["result"]["refusal"]["code"]), (&json!("failed"), &json!("survey-table")));

    // Two tables that are no survey are two files, and other tables none.
    let other = b"name,lon,lat\na,104.6,30.1\n".as_slice();
    let problem = send(&client, &[("a.csv", other), ("b.csv", POINTS.as_bytes())]).await.problem(400, "invalid-body");
    assert!(problem["detail"].as_str().unwrap().contains("several"), "{problem}");
    assert_eq!(upload(&client, &[("a.csv", other)]).await["survey"], Value::Null);
}

#[tokio::test]
async fn what_says_nothing_for_a_survey_is_refused_with_its_place() {
    let Office { client, _uploads, .. } = office(open()).await;
    let upload = upload(&client, &[("点.csv", POINTS.as_bytes()), ("线.csv", LINES.as_bytes())]).await;
    let path = format!("/api/uploads/{}/preview", upload["upload_id"].as_str().unwrap());
    for (member, said) in [
        ("layer", json!("street")),
        ("key", json!("管类")),
        ("source_layer", json!("点")),
        ("is_north_first", json!(true)),
        ("is_noded", json!(true)),
        ("faulty_lines", json!("perhaps")),
        ("format", json!("shapefile")),
        ("format", Value::Null),
    ] {
        let mut reading = reading("take");
        reading[member] = said.clone();
        let problem = client.post(&path, reading.to_string()).await.problem(400, "invalid-body");
        assert_eq!(problem["errors"][0]["pointer"], format!("/{member}"), "{said}: {problem}");
    }
    let plain = json!({ "layer": "utility_line", "faulty_lines": "refuse" });
    let one = super::imports_survey::upload(&client, &[("点.csv", POINTS.as_bytes())]).await;
    let path = format!("/api/uploads/{}/preview", one["upload_id"].as_str().unwrap());
    let problem = client.post(&path, plain.to_string()).await.problem(400, "invalid-body");
    assert_eq!(problem["errors"][0]["pointer"], "/faulty_lines", "{problem}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_survey_leaves_nothing() {
    let office = office(open()).await;
    let client = &office.client;
    const POINTS: usize = 60_000;
    let (mut points, mut lines) = ("物探点号,X,Y\n".to_owned(), "起点点号,终点点号,管类\n".to_owned());
    for n in 0..POINTS {
        points += &format!("P{n},{},{}\n", 3_330_000 + 20 * (n / 500), 460_000 + 20 * (n % 500));
        if n % 500 != 0 {
            lines += &format!("P{},P{n},JS\n", n - 1);
        }
    }
    let upload = upload(client, &[("点.csv", points.as_bytes()), ("线.csv", lines.as_bytes())]).await;
    let order = json!({ "upload_id": upload["upload_id"], "reading": reading("take") });
    let started = client.post("/api/imports", order.to_string()).await;
    let path = started.header("location").to_owned();
    // Lines are being written by then.
    for _ in 0..3000 {
        let job = client.get(&path).await.json();
        assert_eq!(job["state"], "running", "{}", job["result"]["refusal"]);
        if job["progress"]["total"].as_u64().is_some_and(|total| total > 0)
            && job["progress"]["done"].as_u64() > Some(1000)
        {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(client.send("DELETE", &path, &[], "".into()).await.status.as_u16(), 202);
    let job = ended(client, &started).await;
    assert_eq!(
        (&job["state"], &job["result"]["refusal"]["code"]),
        (&json!("failed"), &json!("cancelled")),
        "{}",
        job["result"]["refusal"]
    );
    assert_eq!(office.pipes().await, 0);
    assert_eq!(client.get("/api/imports").await.json(), json!([]));
}
