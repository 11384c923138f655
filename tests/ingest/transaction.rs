//! One import is one transaction: twice is once, undone is as before, killed is nothing.

use std::process::{Command, Stdio};
use std::time::Duration;

use pianqu::app::import::{list, undo};
use pianqu::domain::{LayerId, Viewer};
use pianqu::store::Store;
use pianqu::store::import_log::{Asker, Undone};
use pianqu::store::validity::{Validated, validate_shapes};
use proptest::prelude::*;

use super::{Folder, building, geojson, run};
use crate::support::database;

fn city(actor: &str) -> Asker<'_> {
    Asker { actor, viewer: Viewer::Everything }
}

/// The content of the buildings, without times and counters.
async fn content(store: &Store) -> String {
    let client = store.connect_raw().await.unwrap();
    let row = client
        .query_one(
            "select coalesce(jsonb_agg(to_jsonb(b) - 'version' - 'updated_at' - 'updated_by' order by building_id), '[]')::text
             from building b",
            &[],
        )
        .await
        .unwrap();
    row.get(0)
}

fn file(rows: &[(u8, i32)]) -> Vec<u8> {
    let features: Vec<String> = rows
        .iter()
        .map(|(code, floors)| building(&format!("B{code}"), f64::from(*code) * 0.001, &floors.to_string()))
        .collect();
    geojson(&features.iter().map(String::as_str).collect::<Vec<_>>())
}

fn counts(imported: &pianqu::app::import::Imported) -> (u64, u64, u64, u64) {
    let c = imported.report.counts;
    (c.inserted, c.updated, c.unchanged, c.no_longer_in_file)
}

#[tokio::test]
async fn a_second_import_updates_by_key_and_leaves_the_rest() {
    let db = database().await;
    let folder = Folder::new(&[("b.geojson", &file(&[(1, 6), (2, 6), (3, 6)]))]);
    let first = run(&db.store, folder.request("b.geojson", LayerId::Building)).await.unwrap();
    assert_eq!(counts(&first), (3, 0, 0, 0));

    std::fs::write(folder.path("b.geojson"), file(&[(1, 6), (2, 7), (4, 6)])).unwrap();
    let second = run(&db.store, folder.request("b.geojson", LayerId::Building)).await.unwrap();
    assert_eq!(counts(&second), (1, 1, 1, 1));

    let client = db.store.connect_raw().await.unwrap();
    let rows = client
        .query("select code, floors, version, created_by, source from building order by code", &[])
        .await
        .unwrap();
    let rows: Vec<(String, i64, i32)> = rows.iter().map(|r| (r.get(0), r.get(1), r.get(2))).collect();
    let expected = [("B1", 6, 1), ("B2", 7, 2), ("B3", 6, 1), ("B4", 6, 1)];
    assert_eq!(rows, expected.map(|(code, floors, version)| (code.to_owned(), floors, version)));
}

#[tokio::test]
async fn an_undo_is_refused_when_something_was_changed_since() {
    let db = database().await;
    let folder = Folder::new(&[("b.geojson", &file(&[(1, 6), (2, 6)]))]);
    let first = run(&db.store, folder.request("b.geojson", LayerId::Building)).await.unwrap().import_id.unwrap();
    db.psql("update building set name = 'by hand' where code = 'B2'").await;
    let before = content(&db.store).await;
    match undo(&db.store, first, city("tester")).await.unwrap() {
        Undone::ChangedSince(features) => assert_eq!(features.len(), 1),
        other => panic!("{other:?}"),
    }
    assert_eq!(content(&db.store).await, before, "a refused undo leaves everything");
    db.psql("delete from building where code = 'B1'").await;
    assert!(matches!(undo(&db.store, first, city("tester")).await.unwrap(), Undone::ChangedSince(f) if f.len() == 2));
    assert_eq!(undo(&db.store, 999, city("tester")).await.unwrap(), Undone::NoSuchImport);
}

#[tokio::test]
async fn imports_are_undone_in_turn() {
    let db = database().await;
    let folder = Folder::new(&[("b.geojson", &file(&[(1, 6), (2, 6)]))]);
    let first = run(&db.store, folder.request("b.geojson", LayerId::Building)).await.unwrap().import_id.unwrap();
    let after_first = content(&db.store).await;
    std::fs::write(folder.path("b.geojson"), file(&[(1, 9), (3, 6)])).unwrap();
    let second = run(&db.store, folder.request("b.geojson", LayerId::Building)).await.unwrap().import_id.unwrap();
    assert!(matches!(undo(&db.store, first, city("t")).await.unwrap(), Undone::ChangedSince(f) if f.len() == 1));
    assert_eq!(undo(&db.store, second, city("t")).await.unwrap(), Undone::Done { removed: 1, restored: 1 });
    assert_eq!(undo(&db.store, second, city("t")).await.unwrap(), Undone::Already);
    assert_eq!(content(&db.store).await, after_first);
    assert_eq!(undo(&db.store, first, city("t")).await.unwrap(), Undone::Done { removed: 2, restored: 0 });
    assert_eq!(content(&db.store).await, "[]");
    let entries = list(&db.store, city("")).await.unwrap();
    assert_eq!(entries.len(), 2);
    assert!(entries.iter().all(|entry| entry.undone_at.is_some() && entry.actor == "tester"));
}

#[test]
fn twice_is_once_and_undone_is_as_before() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let db = runtime.block_on(database());
    let rows = || proptest::collection::btree_map(0u8..12, 1i32..40, 1..12);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { cases: 24, ..ProptestConfig::default() });
    let result = runner.run(&(rows(), rows()), |(first, second)| {
        runtime.block_on(async {
            let before = content(&db.store).await;
            let folder = Folder::new(&[]);
            let request = || pianqu::ingest::Request {
                source: Some("s".to_owned()),
                ..folder.request("b.geojson", LayerId::Building)
            };
            let write = |rows: &std::collections::BTreeMap<u8, i32>| {
                let rows: Vec<_> = rows.iter().map(|(code, floors)| (*code, *floors)).collect();
                std::fs::write(folder.path("b.geojson"), file(&rows)).unwrap();
            };
            write(&first);
            let a = run(&db.store, request()).await.unwrap();
            let once = content(&db.store).await;
            let again = run(&db.store, request()).await.unwrap();
            prop_assert_eq!(counts(&again).0 + counts(&again).1, 0);
            prop_assert_eq!(&content(&db.store).await, &once);
            write(&second);
            let b = run(&db.store, request()).await.unwrap();
            for (imported, expected) in [(b, once), (again, String::new()), (a, before)] {
                let undone = undo(&db.store, imported.import_id.unwrap(), city("t")).await.unwrap();
                prop_assert!(matches!(undone, Undone::Done { .. }), "{:?}", undone);
                if !expected.is_empty() {
                    prop_assert_eq!(&content(&db.store).await, &expected);
                }
            }
            Ok(())
        })
    });
    result.unwrap();
}

#[tokio::test]
async fn a_row_that_the_database_refuses_undoes_all() {
    let db = database().await;
    db.psql("alter table building add constraint no_thirteen check (floors <> 13)").await;
    let folder = Folder::new(&[("b.geojson", &file(&[(1, 6), (2, 13)]))]);
    let failed = run(&db.store, folder.request("b.geojson", LayerId::Building)).await.unwrap_err();
    assert!(failed.to_string().contains("no_thirteen"), "{failed}");
    assert_eq!(content(&db.store).await, "[]");
    assert!(list(&db.store, city("")).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_dry_run_keeps_nothing() {
    let db = database().await;
    let folder = Folder::new(&[("b.geojson", &file(&[(1, 6)]))]);
    let job = pianqu::app::import::ImportJob {
        request: folder.request("b.geojson", LayerId::Building),
        actor: String::new(),
        viewer: pianqu::domain::Viewer::Everything,
        is_dry_run: true,
    };
    let never = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let imported = pianqu::app::import::import(&db.store, job, std::sync::Arc::new(|_| {}), never).await.unwrap();
    assert_eq!((imported.import_id, counts(&imported).0), (None, 1));
    assert_eq!(content(&db.store).await, "[]");
}

#[tokio::test]
async fn cancelled_is_nothing() {
    let db = database().await;
    let rows: Vec<String> = (0..20_000).map(|i| building(&format!("B{i}"), f64::from(i) * 1e-6, "3")).collect();
    let folder = Folder::new(&[("b.geojson", &geojson(&rows.iter().map(String::as_str).collect::<Vec<_>>()))]);
    let cancel = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let job = pianqu::app::import::ImportJob {
        request: folder.request("b.geojson", LayerId::Building),
        actor: String::new(),
        viewer: pianqu::domain::Viewer::Everything,
        is_dry_run: false,
    };
    let at_half = cancel.clone();
    let on_progress = std::sync::Arc::new(move |p: pianqu::ingest::Progress| {
        if p.done >= 10_000 {
            at_half.store(true, std::sync::atomic::Ordering::Relaxed);
        }
    });
    let failed = pianqu::app::import::import(&db.store, job, on_progress, cancel).await.unwrap_err();
    assert_eq!(failed.to_string(), "cancelled");
    assert_eq!(content(&db.store).await, "[]");
}

/// The real program, killed at many moments: all rows or none.
#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_it_is_all_or_nothing() {
    const ROWS: i64 = 20_000;
    let db = database().await;
    let rows: Vec<String> = (0..ROWS).map(|i| building(&format!("B{i}"), i as f64 * 1e-6, "3")).collect();
    let folder = Folder::new(&[("b.geojson", &geojson(&rows.iter().map(String::as_str).collect::<Vec<_>>()))]);
    let client = db.store.connect_raw().await.unwrap();
    let mut killed_halfway = 0;
    for step in 1..=12u64 {
        let mut program = Command::new(env!("CARGO_BIN_EXE_pianqu"))
            .args(["--database-url", db.store.url(), "import", "--layer", "building"])
            .arg(folder.path("b.geojson"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        tokio::time::sleep(Duration::from_millis(step * 60)).await;
        let had_ended = program.try_wait().unwrap().is_some();
        program.kill().unwrap();
        program.wait().unwrap();
        // The server notices the loss and rolls back; a lock on the table waits for it.
        let count = || async {
            client.batch_execute("begin; lock table building in share row exclusive mode; commit").await.unwrap();
            client.query_one("select count(*) from building", &[]).await.unwrap().get::<_, i64>(0)
        };
        let found = count().await;
        assert!(found == 0 || found == ROWS, "{found} rows after {} ms", step * 60);
        killed_halfway += i32::from(!had_ended && found == 0);
        let imports: i64 =
            client.query_one("select count(*) from import where undone_at is null", &[]).await.unwrap().get(0);
        assert_eq!(imports > 0, found == ROWS, "the bookkeeping agrees with the rows");
        let indexes = "select count(*) from pg_indexes where tablename = 'building'";
        let indexes: i64 = client.query_one(indexes, &[]).await.unwrap().get(0);
        assert_eq!(indexes, 4, "key, source, place, import");
        for entry in list(&db.store, city("")).await.unwrap().iter().filter(|entry| entry.undone_at.is_none()) {
            undo(&db.store, entry.import_id, city("t")).await.unwrap();
        }
    }
    assert!(killed_halfway > 0, "no kill met a running import");
}

/// All that PostgreSQL knows of the table beside its rows.
async fn catalogue(store: &Store) -> String {
    let client = store.connect_raw().await.unwrap();
    let text = "select coalesce(string_agg(line, e'\\n' order by line), '') from (
        select indexdef || (select format(' %s %s %s %s', indisunique, indisprimary, indisvalid, indisready)
            from pg_index where indexrelid = format('%I', indexname)::regclass) as line from pg_indexes where tablename = 'building'
        union all select format('%s %s %s %s', conname, contype, convalidated, pg_get_constraintdef(oid))
            from pg_constraint where conrelid = 'building'::regclass
        union all select tgname || tgenabled::text || pg_get_triggerdef(oid) from pg_trigger
            where tgrelid = 'building'::regclass
        union all select format('%s %s %s', attname, attnotnull, attidentity) from pg_attribute
            where attrelid = 'building'::regclass) as lines";
    client.query_one(text, &[]).await.unwrap().get(0)
}

const BOW_TIE: &str = "insert into building (geom) values ('SRID=4490;MULTIPOLYGON(((0 0,1 1,0 1,1 0,0 0)))')";

/// A large import judges shapes alone; the check holds again for whoever writes next, and PostgreSQL
/// looks at the imported rows later.
#[tokio::test]
async fn the_check_of_validity_is_back_and_validated_later() {
    let db = database().await;
    let before = catalogue(&db.store).await;
    let rows: Vec<String> = (0..12_000).map(|i| building(&format!("B{i}"), f64::from(i) * 1e-6, "3")).collect();
    let folder = Folder::new(&[("b.geojson", &geojson(&rows.iter().map(String::as_str).collect::<Vec<_>>()))]);
    run(&db.store, folder.request("b.geojson", LayerId::Building)).await.unwrap();
    let after = catalogue(&db.store).await;
    let differing: Vec<&str> = after.lines().filter(|line| !before.contains(line)).collect();
    assert!(matches!(differing[..], [check] if check.starts_with("building_geom_is_valid")), "{differing:?}");

    let client = db.store.connect_raw().await.unwrap();
    let refused = client.batch_execute(BOW_TIE).await.unwrap_err();
    assert!(refused.as_db_error().unwrap().message().contains("building_geom_is_valid"), "{refused}");
    let validated = validate_shapes(&db.store).await.unwrap();
    assert!(matches!(&validated[..], [Validated { table, refused: None }] if table == "building"), "{validated:?}");
    assert_eq!(catalogue(&db.store).await, before);
    assert!(validate_shapes(&db.store).await.unwrap().is_empty(), "once is enough");
}

#[tokio::test]
async fn a_shape_that_postgresql_finds_invalid_later_is_told() {
    let db = database().await;
    let check = "alter table building drop constraint building_geom_is_valid";
    let again = "alter table building add constraint building_geom_is_valid check (st_isvalid(geom)) not valid";
    let client = db.store.connect_raw().await.unwrap();
    client.batch_execute(&format!("{check}; {BOW_TIE}; {again}")).await.unwrap();
    let validated = validate_shapes(&db.store).await.unwrap();
    let [Validated { table, refused: Some(said) }] = &validated[..] else { panic!("{validated:?}") };
    assert!(table == "building" && said.contains("building_geom_is_valid"), "{said}");
    assert_eq!(validate_shapes(&db.store).await.unwrap().len(), 1, "it stays due");
}

/// An invalid area in a large file is mended or refused before it can meet a table without a check.
#[tokio::test]
async fn no_invalid_shape_passes_while_the_check_is_away() {
    let db = database().await;
    let mut rows: Vec<String> = (0..12_000).map(|i| building(&format!("B{i}"), f64::from(i) * 1e-6, "3")).collect();
    let area = |code: &str, ring: &str| {
        format!(
            r#"{{"type":"Feature","properties":{{"code":"{code}"}},"geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}"#
        )
    };
    rows.push(area("bow tie", "[[1,1],[2,2],[1,2],[2,1],[1,1]]"));
    rows.push(area("flat", "[[1,1],[2,1],[1,1],[1,1]]"));
    rows.push(area("hole outside", "[[1,1],[2,1],[2,2],[1,1]],[[5,5],[6,5],[6,6],[5,5]]"));
    let folder = Folder::new(&[("b.geojson", &geojson(&rows.iter().map(String::as_str).collect::<Vec<_>>()))]);
    let report = run(&db.store, folder.request("b.geojson", LayerId::Building)).await.unwrap().report;
    assert_eq!((report.counts.accepted, report.counts.mended, report.counts.refused), (12_000, 2, 1));
    let validated = validate_shapes(&db.store).await.unwrap();
    assert!(matches!(&validated[..], [Validated { refused: None, .. }]), "{validated:?}");
}

/// Filling an empty table sets indexes and a trigger aside; afterwards all is as it was.
#[tokio::test]
async fn an_empty_table_is_filled_and_left_as_it_was() {
    let db = database().await;
    let before = catalogue(&db.store).await;
    let folder = Folder::new(&[("b.geojson", &file(&[(1, 6), (2, 6)])), ("c.geojson", &file(&[(1, 6)]))]);
    run(&db.store, folder.request("b.geojson", LayerId::Building)).await.unwrap();
    assert_eq!(catalogue(&db.store).await, before);
    // The feed tells of the whole layer, then of single features.
    run(&db.store, folder.request("c.geojson", LayerId::Building)).await.unwrap();
    let client = db.store.connect_raw().await.unwrap();
    let feed = client.query("select feature_ids, import_id from change order by change_id", &[]).await.unwrap();
    let feed: Vec<(Option<usize>, bool)> = feed
        .iter()
        .map(|row| (row.get::<_, Option<Vec<i64>>>(0).map(|ids| ids.len()), row.get::<_, Option<i64>>(1).is_some()))
        .collect();
    assert_eq!(feed, [(None, true), (Some(1), true)]);
    let stray = client.batch_execute("insert into gate (geom, import_id) values ('SRID=4490;POINT(1 1)', 999)").await;
    assert!(stray.is_err(), "a row cannot name an import that is not there");
}
