//! A backup is put back and compared row by row; one that cannot be put back changes nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pianqu::store::Store;
use pianqu::store::backup::{BackupError, back_up, restore};

use crate::living::{Server, insert_gate};
use crate::support::node::pianqu;
use crate::support::{TestDatabase, database};

/// Every row of every table as PostgreSQL writes it, but for the feed: that becomes a count.
async fn rows(store: &Store) -> BTreeMap<String, Vec<String>> {
    let client = store.connect_raw().await.unwrap();
    let tables = "select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
                  and relname not in ('spatial_ref_sys', 'change', 'change_pruned') order by 1";
    let mut rows = BTreeMap::new();
    for table in client.query(tables, &[]).await.unwrap() {
        let table: String = table.get(0);
        let query = format!("select t::text from \"{table}\" t order by 1");
        let texts = client.query(&query, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
        rows.insert(table, texts);
    }
    assert!(rows.len() > 15, "{} tables were read", rows.len());
    rows
}

async fn revision(store: &Store) -> i64 {
    let client = store.connect_raw().await.unwrap();
    let query = "select (select pruned from change_pruned) + (select count(*) from change)";
    client.query_one(query, &[]).await.unwrap().get(0)
}

async fn a_city_with_a_past() -> TestDatabase {
    let db = database().await;
    db.psql(&insert_gate("东门", 104.65, 30.12)).await;
    db.psql(&insert_gate("西门", 104.64, 30.12)).await;
    db.psql("insert into import (file_name, source, layers, inserted) values ('街道.shp', '测绘', '{street}', 1)")
        .await;
    db.psql(
        "insert into street (name, street_class, geom, import_id) select '迎宾大道', 'primary',
         st_setsrid('multilinestring((104.6 30.1, 104.7 30.1000000000000014))'::geometry, 4490), max(import_id) from import",
    )
    .await;
    db.psql("update gate set name = '南门' where name = '西门'").await;
    db.psql("delete from gate where name = '东门'").await;
    db
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("city.backup");
    (dir, file)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_saved_comes_back_row_by_row() {
    let db = a_city_with_a_past().await;
    let (_dir, file) = folder();
    let server = Server::start(&db.store).await;
    let (saved, saved_revision) = (rows(&db.store).await, revision(&db.store).await);
    let bytes = back_up(&db.store, &file).await.unwrap();
    assert_eq!(bytes, file.metadata().unwrap().len());

    db.psql("update gate set name = '北门'; delete from street; delete from history; drop table precinct cascade")
        .await;
    let changed = revision(&db.store).await;
    let refused = restore(&db.store, &file, false).await.unwrap_err();
    assert!(matches!(refused, BackupError::NotEmpty(_)), "{refused}");
    assert_eq!(revision(&db.store).await, changed, "a refusal changes nothing");

    let told = restore(&db.store, &file, true).await.unwrap();
    assert_eq!((told as i64, revision(&db.store).await), (saved_revision, saved_revision));
    assert_eq!(rows(&db.store).await, saved);

    // A node that was running finds the restored city by itself, and follows it on.
    until_seen(&server, "南门").await;
    db.psql(&insert_gate("新门", 104.65, 30.12)).await;
    until_seen(&server, "新门").await;
    let ids: i64 =
        db.store.connect_raw().await.unwrap().query_one("select max(gate_id) from gate", &[]).await.unwrap().get(0);
    assert_eq!(ids, 3, "numbers go on where they were");
}

async fn until_seen(server: &Server, name: &str) {
    let start = Instant::now();
    loop {
        let (_, _, body) = server.get("/api/collections/gate/items").await;
        let body = String::from_utf8(body).unwrap();
        if body.contains(name) && !body.contains("北门") {
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(30), "no {name} in {body}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_database_takes_a_backup_by_the_command() {
    let db = a_city_with_a_past().await;
    let empty = database().await;
    let (_dir, file) = folder();
    let run = |words: &[&str], url: &str| {
        let output = pianqu().args(words).arg(&file).env("PIANQU_DATABASE_URL", url).output().unwrap();
        let told = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        (output.status.success(), told)
    };
    let (is_done, told) = run(&["backup"], db.store.url());
    assert!(is_done && told.contains("bytes"), "{told}");
    let (is_done, told) = run(&["restore", "--json"], empty.store.url());
    assert!(is_done && told.contains("\"revision\":"), "{told}");
    assert_eq!(rows(&empty.store).await, rows(&db.store).await);
    let (is_done, told) = run(&["restore"], empty.store.url());
    assert!(!is_done && told.contains("--replace"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restore_that_fails_leaves_everything_as_it_was() {
    let db = a_city_with_a_past().await;
    let (dir, file) = folder();
    back_up(&db.store, &file).await.unwrap();
    let before = rows(&db.store).await;

    let whole = std::fs::read(&file).unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let cut = write("cut", &whole[..whole.len() / 2]);
    let junk = write("junk", b"no backup at all");
    let foreign = dir.path().join("foreign");
    back_up(&db.store.with_database("postgres").unwrap(), &foreign).await.unwrap();
    let newer = dir.path().join("newer");
    let future = database().await;
    future.psql("insert into _sqlx_migrations select 9999, 'the future', installed_on, success, checksum, 1 from _sqlx_migrations limit 1").await;
    back_up(&future.store, &newer).await.unwrap();

    let refusal = async |path: &Path| restore(&db.store, path, true).await.unwrap_err();
    let error = refusal(&cut).await;
    assert!(matches!(error, BackupError::Program { .. } | BackupError::NotOurs { .. }), "{error}");
    let error = refusal(&junk).await;
    assert!(matches!(error, BackupError::NotOurs { .. }), "{error}");
    let error = refusal(&foreign).await;
    assert!(matches!(error, BackupError::NotOurs { .. }), "{error}");
    let error = refusal(&newer).await;
    assert!(matches!(error, BackupError::Newer { found: 9999, .. }), "{error}");
    let error = refusal(&dir.path().join("nowhere")).await;
    assert!(matches!(error, BackupError::File { .. }), "{error}");

    assert_eq!(rows(&db.store).await, before);
    let left = "select count(*) from pg_database where datname like current_database() || '\\_%'";
    let left: i64 = db.store.connect_raw().await.unwrap().query_one(left, &[]).await.unwrap().get(0);
    assert_eq!(left, 0, "nothing is left beside it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_cannot_be_written_leaves_the_last_one() {
    let db = database().await;
    let (dir, file) = folder();
    std::fs::write(&file, "yesterday's").unwrap();
    let gone = db.store.with_database("no_such_database").unwrap();
    let error = back_up(&gone, &file).await.unwrap_err();
    assert!(error.to_string().contains("no_such_database"), "{error}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "yesterday's");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "no part is left");
    let error = back_up(&db.store, &dir.path().join("no/such/folder/file")).await.unwrap_err();
    assert!(matches!(error, BackupError::File { .. }), "{error}");
}
