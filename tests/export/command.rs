//! `pianqu export`, as a person types it.

use std::path::Path;
use std::process::Output;

use crate::support::node::pianqu;
use crate::support::{TestDatabase, database};

async fn city() -> TestDatabase {
    let db = database().await;
    db.psql(
        "insert into community (name, households, estimated_cost, geom)
         select '小区' || n, n, 1234.50, st_multi(st_makeenvelope(104 + n * 0.1, 30, 104.01 + n * 0.1, 30.01, 4490))
         from generate_series(1, 5) n",
    )
    .await;
    db
}

async fn export(db: &TestDatabase, folder: &Path, words: &[&str]) -> Output {
    let mut command = pianqu();
    command.arg("export").args(words).current_dir(folder).env("PIANQU_DATABASE_URL", db.store.url());
    command.env("PIANQU_LOG", "warn");
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

fn json(folder: &Path, name: &str) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(folder.join(name)).unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_layer_becomes_a_file_and_nothing_else_is_left() {
    let db = city().await;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();

    let done = export(&db, folder, &["community", "-o", "小区.geojson", "--bbox", "104.1,29,104.35,31"]).await;
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(String::from_utf8_lossy(&done.stdout), "3 features in 小区.geojson (GeoJSON, EPSG:4490).\n");
    let file = json(folder, "小区.geojson");
    assert_eq!(file["features"].as_array().unwrap().len(), 3);
    let first = &file["features"][0]["properties"];
    assert_eq!((&first["name"], &first["estimated_cost"]), (&"小区1".into(), &"1234.50".into()));

    let words = ["community", "-o", "小区.geojson", "--where", "households=4", "--properties", "name", "--json"];
    let done = export(&db, folder, &words).await;
    let said: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!((&said["features"], &said["format"]), (&1.into(), &"geojson".into()));
    assert_eq!(
        json(folder, "小区.geojson")["features"][0]["properties"],
        serde_json::json!({"id": 4, "name": "小区4"})
    );

    let done = export(&db, folder, &["community", "-o", "public.geojson", "--public"]).await;
    assert!(done.status.success());
    assert!(json(folder, "public.geojson")["features"][0]["properties"].get("estimated_cost").is_none());

    let done = export(&db, folder, &["community", "-o", "xq.shp", "--encoding", "gbk", "--crs", "EPSG:4544"]).await;
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success() && said.contains("responsible_body → responsibl"), "{said}");
    assert_eq!(std::fs::read_to_string(folder.join("xq.cpg")).unwrap(), "GBK");
    assert_eq!(std::fs::read(folder.join("xq.dbf")).unwrap()[29], 0x4d);

    let mut files: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    let expected =
        ["public.geojson", "xq.columns.txt", "xq.cpg", "xq.dbf", "xq.prj", "xq.shp", "xq.shx", "小区.geojson"];
    assert_eq!(files, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_done_is_said_and_leaves_no_file() {
    let db = city().await;
    let folder = tempfile::tempdir().unwrap();
    for (words, say) in [
        (&["pipe", "-o", "a.gpkg"][..], "there is no layer «pipe»"),
        (&["community", "-o", "a.doc"], "give --format"),
        (&["community", "-o", "a.gpkg", "--format", "shp"], "does not fit"),
        (&["community", "-o", "a.gpkg", "--crs", "EPSG:2343"], "not public"),
        (&["community", "-o", "a.gpkg", "--encoding", "gbk"], "always UTF-8"),
        (&["community", "-o", "a.gpkg", "--bbox", "1,2,3"], "3 numbers"),
        (&["community", "-o", "a.gpkg", "--where", "colour=red"], "no parameter «colour»"),
        (&["utility_line", "-o", "a.gpkg", "--public"], "may not see"),
        (&["community", "-o", "nowhere/a.gpkg"], "cannot be written to"),
    ] {
        let done = export(&db, folder.path(), words).await;
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(!done.status.success() && said.contains(say), "{words:?}: {said}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
