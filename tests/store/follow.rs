//! The snapshot follows the database, whoever writes and in whatever order they commit.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pianqu::app::{City, refresh};
use pianqu::domain::{LayerId, Value, Viewer};

use crate::support::{TestDatabase, database};

async fn followed(db: &TestDatabase) -> Arc<City> {
    let (snapshot, position) = refresh::load(&db.store).await.unwrap();
    let city = Arc::new(City::new(snapshot));
    tokio::spawn(refresh::follow(city.clone(), db.store.clone(), position));
    city
}

fn gate_names(city: &City) -> Vec<String> {
    let snapshot = city.snapshot();
    let gates = snapshot.layer(LayerId::Gate, Viewer::Everything).unwrap();
    let name = |item: &pianqu::snapshot::Item| gates.label(item).unwrap_or("").to_owned();
    let mut names: Vec<String> = gates.items().iter().map(|item| name(item)).collect();
    names.sort();
    names
}

/// Waits for the gates to be these; the limit is far above the second that is promised.
async fn until(city: &City, names: &[&str]) {
    let start = Instant::now();
    while gate_names(city) != names {
        assert!(start.elapsed() < Duration::from_secs(20), "still {:?}, not {names:?}", gate_names(city));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn insert(name: &str) -> String {
    format!("insert into gate (name, geom) values ('{name}', st_setsrid(st_point(104.65, 30.12), 4490))")
}

#[tokio::test]
async fn writes_of_another_client_arrive() {
    let db = database().await;
    let city = followed(&db).await;
    db.psql(&insert("a")).await;
    until(&city, &["a"]).await;
    db.psql("update gate set name = 'b', geom = st_translate(geom, 1, 0)").await;
    until(&city, &["b"]).await;
    db.psql("delete from gate").await;
    until(&city, &[]).await;
    db.psql(&format!("{}; {}", insert("c"), insert("d"))).await;
    until(&city, &["c", "d"]).await;
    db.psql("truncate gate").await;
    until(&city, &[]).await;
}

#[tokio::test]
async fn a_transaction_that_commits_after_a_later_one_is_not_lost() {
    let db = database().await;
    let city = followed(&db).await;
    let early = db.store.connect_raw().await.unwrap();
    early.batch_execute(&format!("begin; {}", insert("early"))).await.unwrap();
    db.psql(&insert("late")).await;
    until(&city, &["late"]).await;
    early.batch_execute("commit").await.unwrap();
    until(&city, &["early", "late"]).await;
}

#[tokio::test]
async fn an_open_transaction_holds_nobody_up() {
    let db = database().await;
    let city = followed(&db).await;
    let idle = db.store.connect_raw().await.unwrap();
    idle.batch_execute(&format!("begin; {}", insert("never"))).await.unwrap();
    for i in 0..3 {
        db.psql(&insert(&format!("{i}"))).await;
    }
    until(&city, &["0", "1", "2"]).await;
    idle.batch_execute("rollback").await.unwrap();
    db.psql(&insert("3")).await;
    until(&city, &["0", "1", "2", "3"]).await;
}

#[tokio::test]
async fn two_nodes_that_saw_the_same_have_the_same_revision() {
    let db = database().await;
    let first = followed(&db).await;
    for i in 0..5 {
        db.psql(&insert(&format!("{i}"))).await;
    }
    until(&first, &["0", "1", "2", "3", "4"]).await;
    let second = followed(&db).await;
    assert_eq!(first.snapshot().revision, second.snapshot().revision);
    assert_eq!(gate_names(&first), gate_names(&second));
}

#[tokio::test]
async fn every_type_of_value_arrives_as_it_was_written() {
    let db = database().await;
    db.psql(
        "insert into community (name, households, floor_area_m2, is_scattered, estimated_cost, built_year, tenure, geom)
         values ('资溪小区', 121, 10440.5, true, 3180000.25, 1996, 'work_unit',
                 st_multi(st_makeenvelope(104.64, 30.11, 104.65, 30.12, 4490)));
         insert into candidate_site (available_on, geom) values ('2021-03-01', st_setsrid(st_point(104.65, 30.12), 4490))",
    )
    .await;
    let (snapshot, _) = refresh::load(&db.store).await.unwrap();
    let communities = snapshot.layer(LayerId::Community, Viewer::Everything).unwrap();
    let item = &communities.items()[0];
    let value = |name: &str| communities.value(item, name).unwrap().clone();
    assert_eq!(value("name"), Value::Text("资溪小区".into()));
    assert_eq!(value("households"), Value::Integer(121));
    assert_eq!(value("floor_area_m2"), Value::Number(10440.5));
    assert_eq!(value("is_scattered"), Value::Boolean(true));
    assert_eq!(value("estimated_cost"), Value::Money(318_000_025));
    assert_eq!(value("remark"), Value::Null);
    assert_eq!((item.version, item.bounds().min().x), (1, 104.64));

    let sites = snapshot.layer(LayerId::CandidateSite, Viewer::Everything).unwrap();
    let day = chrono::NaiveDate::from_ymd_opt(2021, 3, 1).unwrap();
    assert_eq!(sites.value(&sites.items()[0], "available_on"), Some(&Value::Date(day)));
    assert!(snapshot.layer(LayerId::CandidateSite, Viewer::Public).is_none());
    let public = snapshot.layer(LayerId::Community, Viewer::Public).unwrap();
    assert_eq!(public.value(item, "estimated_cost"), None, "money is not for the public");
}

/// Small and repeatable; what it decides does not have to be very random.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// One client that inserts, moves and deletes in transactions that overlap those of the others,
/// some with savepoints, some rolled back.
async fn meddle(db: &TestDatabase, seed: u64) {
    let client = db.store.connect_raw().await.unwrap();
    let mut dice = Dice(seed);
    for step in 0..40 {
        client.batch_execute("begin").await.unwrap();
        for _ in 0..=dice.below(3) {
            // Each client keeps to its own rows, so that nobody waits for a lock.
            let statement = match dice.below(4) {
                0 | 1 => insert(&format!("{seed}-{step}")),
                2 => format!(
                    "update gate set name = name || '+' where name like '{seed}-%' and gate_id % 3 = {}",
                    dice.below(3)
                ),
                _ => format!("delete from gate where name like '{seed}-%' and gate_id % 5 = {}", dice.below(5)),
            };
            client.batch_execute(&statement).await.unwrap();
            if dice.below(4) == 0 {
                client
                    .batch_execute(&format!("savepoint s; {}; rollback to savepoint s", insert("never")))
                    .await
                    .unwrap();
            }
        }
        tokio::time::sleep(Duration::from_millis(dice.below(8))).await;
        client.batch_execute(if dice.below(5) == 0 { "rollback" } else { "commit" }).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_overlapping_transactions_memory_equals_the_table() {
    let db = Arc::new(database().await);
    let city = followed(&db).await;
    let clients: Vec<_> = (1..=4)
        .map(|seed| {
            let db = db.clone();
            tokio::spawn(async move { meddle(&db, seed).await })
        })
        .collect();
    for client in clients {
        client.await.unwrap();
    }
    let rows = db
        .store
        .connect_raw()
        .await
        .unwrap()
        .query("select name from gate order by name collate \"C\"", &[])
        .await
        .unwrap();
    let expected: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert!(expected.len() > 10 && !expected.contains(&"never".to_owned()));
    until(&city, &expected.iter().map(String::as_str).collect::<Vec<_>>()).await;

    let (fresh, _) = refresh::load(&db.store).await.unwrap();
    assert_eq!(city.snapshot().revision, fresh.revision, "every change was counted once");
}
