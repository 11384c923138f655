//! PostgreSQL goes away and comes back: the city stays, says so, and catches up by itself.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pianqu::app::{City, refresh};
use pianqu::domain::{LayerId, Viewer};
use pianqu::store::Store;
use pianqu::store::private_cluster::PrivateCluster;

use crate::support::own_cluster::{OwnCluster, open_to_all};

async fn until(what: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(30), "never: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn gates(city: &City) -> usize {
    city.snapshot().layer(LayerId::Gate, Viewer::Public).unwrap().len()
}

const INSERT: &str = "insert into gate (name, geom) values ('东门', st_setsrid(st_point(104.65, 30.12), 4490))";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_city_outlives_its_database_and_catches_up() {
    let mut own = OwnCluster::start();
    let store = Store::new(&own.cluster.url()).unwrap();
    store.migrate().await.unwrap();
    store.connect_raw().await.unwrap().batch_execute(INSERT).await.unwrap();

    let (snapshot, position) = refresh::load(&store).await.unwrap();
    let city = Arc::new(City::new(snapshot));
    tokio::spawn(refresh::follow(city.clone(), store.clone(), position));
    assert_eq!(gates(&city), 1);

    own.cluster.stop().unwrap();
    until("the city notices that PostgreSQL is away", || !city.is_database_up()).await;
    assert_eq!(gates(&city), 1, "reads go on from the last revision");
    let confirmed = city.confirmed_at();
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(city.confirmed_at(), confirmed, "nobody says that the city is fresher than it is");

    own.start_again();
    until("the city is back", || city.is_database_up()).await;
    store.connect_raw().await.unwrap().batch_execute(INSERT).await.unwrap();
    until("what was written afterwards arrives", || gates(&city) == 2).await;
    assert!(city.confirmed_at() > confirmed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cluster_survives_its_program_and_is_found_again() {
    let own = OwnCluster::start();
    assert!(!own.cluster.was_running());
    // What a second program would do after the first was killed.
    let found = PrivateCluster::start(own.dir()).unwrap();
    assert!(found.was_running());
    assert_eq!(found.url(), own.cluster.url());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_start_that_was_cut_short_is_begun_again() {
    let dir = tempfile::Builder::new().prefix("pianqu-away-").tempdir_in("/tmp").unwrap();
    open_to_all(dir.path());
    std::fs::create_dir_all(dir.path().join("postgres/base")).unwrap();
    let cluster = PrivateCluster::start(dir.path()).unwrap();
    assert!(cluster.is_running());
    cluster.stop().unwrap();
    assert!(!cluster.is_running());
}
