//! Layers as files: what is in them, what they are called, and for whom.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use pianqu::app::City;
use pianqu::domain::{LayerId, Value, Viewer};
use pianqu::http::{AppState, Settings};
use pianqu::ingest::{self, Record, Report, Request, Watch};
use pianqu::snapshot::Snapshot;

use super::client::{Answer, TOKEN, client_of, planner, public};
use crate::support::database;
use crate::support::sketch::{Sketch, Sketched, at, square};

fn city() -> Snapshot {
    Sketch::new()
        .feature(
            LayerId::Community,
            square(at(0.0, 0.0), 40.0),
            &[("name", "和平小区".into()), ("households", 120.into()), ("estimated_cost", Sketched::Fen(987_654_321))],
        )
        .community("滨江小区", at(500.0, 0.0), 300)
        .community("𠮷祥里", at(900.0, 0.0), 300)
        .utility_line("GX-001", "gas", &[at(0.0, 0.0), at(100.0, 0.0)])
        .snapshot()
}

const FORMATS: [(&str, &str, &str); 8] = [
    ("geojson", "geojson", "application/geo+json"),
    ("gpkg", "gpkg", "application/geopackage+sqlite3"),
    ("shp", "zip", "application/zip"),
    ("xlsx", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("csv", "csv", "text/csv; charset=utf-8"),
    ("kml", "kml", "application/vnd.google-earth.kml+xml"),
    ("dxf", "dxf", "image/vnd.dxf"),
    ("fgb", "fgb", "application/octet-stream"),
];

/// The rows of a download as import reads them.
#[track_caller]
fn rows(answer: &Answer, ending: &str, layer: LayerId, crs: Option<&str>) -> Vec<Record> {
    assert_eq!(answer.status.as_u16(), 200, "{}", String::from_utf8_lossy(&answer.body));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(format!("download.{ending}"));
    std::fs::write(&file, &answer.body).unwrap();
    let mut records = Vec::new();
    let never = AtomicBool::new(false);
    let watch = Watch { on_progress: &|_| {}, is_cancelled: &never };
    let sink = &mut |record, _: &Report| {
        records.push(record);
        Ok(())
    };
    let request = Request { crs: crs.map(str::to_owned), ..Request::new(&file, layer) };
    ingest::read(&request, &mut Report::default(), sink, &watch).unwrap_or_else(|error| panic!("{ending}: {error}"));
    records
}

fn names(records: &[Record]) -> Vec<String> {
    let (index, _) = records[0].layer.describe().field("name").unwrap();
    let mut names: Vec<String> =
        records.iter().map(|record| record.values[index].as_text().unwrap_or_default().to_owned()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn every_format_is_a_download_with_a_chinese_name() {
    let client = planner(city());
    for (format, ending, media_type) in FORMATS {
        let answer = client.get(&format!("/api/collections/community/export?format={format}")).await;
        assert_eq!(answer.header("content-type"), media_type);
        assert_eq!(answer.header("content-length"), answer.body.len().to_string());
        let expected =
            format!("attachment; filename=\"community.{ending}\"; filename*=UTF-8''%E5%B0%8F%E5%8C%BA.{ending}");
        assert_eq!(answer.header("content-disposition"), expected);
        assert_eq!(answer.header("pianqu-revision"), "7");
        if format == "dxf" {
            assert!(String::from_utf8_lossy(&answer.body).contains("LWPOLYLINE"));
            continue;
        }
        let crs = matches!(format, "xlsx" | "csv").then_some("EPSG:4490");
        let records = rows(&answer, ending, LayerId::Community, crs);
        assert_eq!(names(&records), ["和平小区", "滨江小区", "𠮷祥里"], "{format}");
        let (cost, _) = LayerId::Community.describe().field("estimated_cost").unwrap();
        assert!(records.iter().any(|record| record.values[cost] == Value::Money(987_654_321)), "{format}");
    }
}

#[tokio::test]
async fn the_filters_of_items_choose_what_is_exported() {
    let client = planner(city());
    let (w, s) = at(400.0, -50.0);
    let (e, n) = at(600.0, 50.0);
    for query in [
        "households=300&name=%E6%BB%A8%E6%B1%9F%E5%B0%8F%E5%8C%BA".to_owned(),
        format!("bbox={w},{s},{e},{n}"),
        "filter=name%20LIKE%20%27%E6%BB%A8%25%27".to_owned(),
    ] {
        let file = client.get(&format!("/api/collections/community/export?{query}&properties=name")).await.json();
        let features = file["features"].as_array().unwrap();
        assert_eq!(features.len(), 1, "{query}");
        assert_eq!(features[0]["properties"], serde_json::json!({"id": 2, "name": "滨江小区"}));
        assert_eq!(file["crs"]["properties"]["name"], "urn:ogc:def:crs:EPSG::4490");
        let lon = features[0]["geometry"]["coordinates"][0][0][0][0].as_f64().unwrap();
        assert!((104.0..105.0).contains(&lon), "longitude comes first");
    }
}

#[tokio::test]
async fn coordinates_and_encoding_go_out_as_asked() {
    let client = planner(city());
    let path = "/api/collections/community/export?format=shp&households=120";
    let answer = client.get(&format!("{path}&encoding=gbk&crs=EPSG:4544")).await;
    assert_eq!(names(&rows(&answer, "zip", LayerId::Community, None)), ["和平小区"]);
    let zip = answer.body.to_vec();
    for part in
        ["community.shp", "community.shx", "community.dbf", "community.prj", "community.cpg", "community.columns.txt"]
    {
        assert!(zip.windows(part.len()).any(|bytes| bytes == part.as_bytes()), "{part}");
    }

    let csv = client.get("/api/collections/community/export?format=csv&households=120&encoding=gbk").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=gbk");
    let (text, _, is_wrong) = encoding_rs::GBK.decode(&csv.body);
    assert!(!is_wrong && text.contains("和平小区") && std::str::from_utf8(&csv.body).is_err());

    let gcj = client.get("/api/collections/community/export?format=gpkg&crs=gcj02").await;
    assert!(gcj.header("content-disposition").contains("community-gcj02.gpkg"));
    let uri = "http://www.opengis.net/def/crs/EPSG/0/4544";
    let plane = client.get(&format!("/api/collections/community/export?crs={uri}")).await.json();
    let east = plane["features"][0]["geometry"]["coordinates"][0][0][0][0].as_f64().unwrap();
    assert!((466_000.0..467_000.0).contains(&east), "{east}");

    let table = client.get("/api/collections/community/export?format=csv&shapes=false").await;
    assert!(!String::from_utf8_lossy(&table.body).contains("POLYGON"));
}

#[tokio::test]
async fn the_public_gets_neither_layers_nor_fields_that_are_not_for_it() {
    let client = public(city());
    for (format, ending, _) in FORMATS {
        let path = format!("/api/collections/utility_line/export?format={format}");
        client.get(&path).await.problem(404, "unknown-layer");
        let bearer = format!("Bearer {TOKEN}");
        assert_eq!(client.get_with(&path, &[("authorization", &bearer)]).await.status.as_u16(), 200);

        let answer = client.get(&format!("/api/collections/community/export?format={format}")).await;
        assert_eq!(answer.status.as_u16(), 200);
        if format != "dxf" {
            let crs = matches!(format, "xlsx" | "csv").then_some("EPSG:4490");
            let records = rows(&answer, ending, LayerId::Community, crs);
            assert_eq!(records.len(), 3);
            let (cost, _) = LayerId::Community.describe().field("estimated_cost").unwrap();
            assert!(records.iter().all(|record| record.values[cost].is_null()), "{format}");
        }
        // Not even the name of the column, where the file is not compressed.
        let bytes = answer.body.to_vec();
        for secret in ["estimated_cost", "estimated_", "投资估算", "9876543.21"] {
            assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()), "{format} tells {secret}");
        }
    }
    let path = "/api/collections/community/export";
    client.get(&format!("{path}?properties=estimated_cost")).await.problem(400, "invalid-parameter");
    client.get(&format!("{path}?estimated_cost=9876543.21")).await.problem(400, "unknown-parameter");
    client.get(&format!("{path}?filter=estimated_cost%3E1")).await.problem(400, "invalid-parameter");
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let client = planner(city());
    for (query, kind, parameter, words) in [
        ("format=doc", "invalid-parameter", "format", "geojson, gpkg"),
        ("encoding=latin1", "invalid-parameter", "encoding", "gbk"),
        ("format=gpkg&encoding=gbk", "invalid-parameter", "encoding", "always UTF-8"),
        ("crs=EPSG:999999", "invalid-parameter", "crs", "EPSG:999999"),
        ("crs=EPSG:2343", "invalid-parameter", "crs", "not public"),
        ("crs=EPSG:4534", "invalid-parameter", "crs", "not made for"),
        ("format=kml&crs=EPSG:4544", "invalid-parameter", "crs", "WGS-84"),
        ("crs=file:///etc/passwd", "invalid-parameter", "crs", "no reference system"),
        ("shapes=maybe", "invalid-parameter", "shapes", "true"),
        ("shapes=false", "invalid-parameter", "shapes", "XLSX and CSV"),
        ("bbox=1,2,3", "invalid-parameter", "bbox", "3 numbers"),
        ("limit=5", "invalid-parameter", "limit", "no pages"),
        ("cursor=5", "invalid-parameter", "cursor", "no pages"),
        ("colour=red", "unknown-parameter", "colour", "no such parameter"),
        ("format=csv&format=shp", "invalid-parameter", "format", "more than once"),
    ] {
        let problem = client.get(&format!("/api/collections/community/export?{query}")).await.problem(400, kind);
        let fault = &problem["errors"][0];
        assert_eq!(fault["parameter"], parameter, "{query}");
        assert!(fault["detail"].as_str().unwrap().contains(words), "{query}: {fault}");
    }
    client.get("/api/collections/pipe/export").await.problem(404, "unknown-layer");
    let lacking = "/api/collections/community/export?format=shp&encoding=gbk";
    let problem = client.get(lacking).await.problem(422, "cannot-export");
    assert!(problem["errors"][0]["detail"].as_str().unwrap().starts_with("feature 3, name: GBK has no «𠮷»"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_left_on_the_disk() {
    let db = database().await;
    let folder = tempfile::tempdir().unwrap();
    let uploads = folder.path().join("uploads");
    let settings = Settings { anonymous_viewer: Viewer::Everything, ..Settings::default() };
    let state = AppState::new(Arc::new(City::new(city())), settings).with_store(db.store.clone(), &uploads);
    let client = client_of(state);
    for (format, ..) in FORMATS {
        let answer = client.get(&format!("/api/collections/community/export?format={format}")).await;
        assert_eq!(answer.status.as_u16(), 200);
    }
    client.get("/api/collections/community/export?format=shp&encoding=gbk").await.problem(422, "cannot-export");
    assert_eq!(std::fs::read_dir(&uploads).unwrap().count(), 0);
}

fn ring(w: f64, s: f64, e: f64, n: f64) -> serde_json::Value {
    let ((w, s), (e, n)) = (at(w, s), at(e, n));
    serde_json::json!([[[w, s], [e, s], [e, n], [w, n], [w, s]]])
}

#[tokio::test]
async fn an_area_that_no_address_can_hold_goes_in_a_body() {
    let client = planner(city());
    let path = "/api/collections/community/export";
    // 5,000 vertices along one edge.
    let (w, s) = at(400.0, -50.0);
    let (e, n) = at(600.0, 50.0);
    let mut edge: Vec<_> = (0..5000).map(|i| [w + (e - w) * f64::from(i) / 5000.0, s]).collect();
    edge.extend([[e, s], [e, n], [w, n], [w, s]]);
    let area = serde_json::json!({"type": "Polygon", "coordinates": [edge]});
    let order = serde_json::json!({"format": "geojson", "properties": "name", "area": area});
    let file = client.post(path, order.to_string()).await.json();
    let features = file["features"].as_array().unwrap();
    assert_eq!(features.len(), 1);
    assert_eq!(features[0]["properties"]["name"], "滨江小区");

    // Beside a filter: both must hold.
    let both = serde_json::json!({"filter": "households < 200", "area": area});
    assert_eq!(client.post(&format!("{path}/trial"), both.to_string()).await.json()["matched"], 0);
    let wide = serde_json::json!({"type": "MultiPolygon", "coordinates": [ring(-100.0, -100.0, 600.0, 100.0)]});
    let one = serde_json::json!({"filter": "households < 200", "area": wide});
    assert_eq!(client.post(&format!("{path}/trial"), one.to_string()).await.json()["matched"], 1);
    let two = serde_json::json!({"area": wide});
    assert_eq!(client.post(&format!("{path}/trial"), two.to_string()).await.json()["matched"], 2);
}

#[tokio::test]
async fn a_trial_says_what_the_export_would() {
    let client = planner(city());
    let path = "/api/collections/community/export/trial";
    let told = client.post(path, r#"{"format": "shp", "households": 300}"#).await.json();
    assert_eq!((&told["matched"], &told["revision"]), (&2.into(), &7.into()));
    let renamed = told["renamed"].as_array().unwrap();
    assert!(renamed.iter().any(|one| one["field"] == "responsible_body" && one["column"] == "responsibl"), "{told}");

    let lacking = client.post(path, r#"{"format": "shp", "encoding": "gbk"}"#).await.problem(422, "cannot-export");
    let expected = serde_json::json!([{"feature_id": 3, "field": "name", "code": "not-in-gbk", "character": "𠮷"}]);
    assert_eq!((&lacking["unfit"], &lacking["unfit_count"]), (&expected, &1.into()));

    let wrong = client.post(path, r#"{"filter": "name = '𠮷' AND households >> 5"}"#).await;
    let wrong = wrong.problem(400, "invalid-parameter");
    assert_eq!(
        (&wrong["errors"][0]["parameter"], &wrong["filter_character"]),
        (&"filter".into(), &28.into()),
        "{wrong}"
    );
}

#[tokio::test]
async fn what_is_wrong_in_an_order_is_named() {
    let client = planner(city());
    let path = "/api/collections/community/export/trial";
    let bow_tie = serde_json::json!({"area": {"type": "Polygon", "coordinates": [[[104.0, 30.0], [104.1, 30.1], [104.1, 30.0], [104.0, 30.1], [104.0, 30.0]]]}});
    for (body, status, kind, pointer) in [
        ("[]".to_owned(), 400, "invalid-body", ""),
        (r#"{"bbox": [1, 2, 3, 4]}"#.to_owned(), 400, "invalid-body", "/bbox"),
        (r#"{"area": {"type": "Point", "coordinates": [104, 30]}}"#.to_owned(), 422, "invalid-geometry", "/area/type"),
        (r#"{"area": "POLYGON"}"#.to_owned(), 422, "invalid-geometry", "/area/type"),
        (bow_tie.to_string(), 422, "invalid-geometry", "/area"),
    ] {
        for path in [path, "/api/collections/community/export"] {
            let problem = client.post(path, body.clone()).await.problem(status, kind);
            let said = problem["errors"][0]["pointer"].as_str().unwrap();
            assert!(said.starts_with(pointer), "{body}: {problem}");
        }
    }
    client.post(path, r#"{"colour": "red"}"#).await.problem(400, "unknown-parameter");
    client.post(path, r#"{"limit": 5}"#).await.problem(400, "invalid-parameter");
    client.post(&format!("{path}?format=shp"), "{}").await.problem(400, "unknown-parameter");
}

#[tokio::test]
async fn an_order_of_the_public_gets_what_the_public_gets() {
    let client = public(city());
    client.post("/api/collections/utility_line/export", "{}").await.problem(404, "unknown-layer");
    client.post("/api/collections/utility_line/export/trial", "{}").await.problem(404, "unknown-layer");
    let path = "/api/collections/community/export";
    let file = client.post(path, "{}").await.json();
    assert!(file["features"].as_array().unwrap().iter().all(|one| one["properties"].get("estimated_cost").is_none()));
    client.post(path, r#"{"properties": "estimated_cost"}"#).await.problem(400, "invalid-parameter");
    client.post(path, r#"{"filter": "estimated_cost > 1"}"#).await.problem(400, "invalid-parameter");
}
