//! Nodes keep no state: any number serve one database, and one that dies is missed by nobody.

use std::time::{Duration, Instant};

use crate::living::insert_gate;
use crate::support::database;
use crate::support::node::Node;

async fn get(node: &Node, path: &str) -> (u16, String) {
    let answer = reqwest::get(format!("{}{path}", node.url)).await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Until every node shows `name` among its gates; how long that took.
async fn until_all_show(nodes: &[&Node], name: &str) -> Duration {
    let start = Instant::now();
    for node in nodes {
        while !get(node, "/api/collections/gate/items?limit=1000").await.1.contains(name) {
            assert!(start.elapsed() < Duration::from_secs(20), "{} does not show {name}", node.url);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    start.elapsed()
}

async fn revision(node: &Node) -> u64 {
    let (_, readiness) = get(node, "/readyz").await;
    serde_json::from_str::<serde_json::Value>(&readiness).unwrap()["revision"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_on_one_database_agree_and_one_outlives_the_other() {
    let db = database().await;
    let (url, none) = (db.store.url().to_owned(), &[]);
    let (first, mut second) = (Node::on_database(&url, none), Node::on_database(&url, none));

    let mut slowest = Duration::ZERO;
    for nth in 0..20 {
        let name = format!("门{nth}号");
        db.psql(&insert_gate(&name, 104.6 + f64::from(nth) * 1e-3, 30.12)).await;
        slowest = slowest.max(until_all_show(&[&first, &second], &name).await);
    }
    println!("both nodes show a commit by psql after {slowest:?} at most");
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");
    assert_eq!(revision(&first).await, 20);
    assert_eq!(revision(&second).await, 20);
    let path = "/api/collections/gate/items?limit=1000";
    let features =
        |(_, text): (u16, String)| serde_json::from_str::<serde_json::Value>(&text).unwrap()["features"].clone();
    assert_eq!(features(get(&first, path).await), features(get(&second, path).await));

    second.signal("KILL");
    assert!(!second.wait(Duration::from_secs(10)).success());
    db.psql(&insert_gate("后门", 104.65, 30.12)).await;
    until_all_show(&[&first], "后门").await;
    assert_eq!(get(&first, "/readyz").await.0, 200);

    let third = Node::on_database(&url, none);
    assert_eq!(revision(&third).await, 21, "a new node begins where the others are");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_start_together_on_an_empty_database_migrate_it_once() {
    let db = database().await;
    let admin = db.store.with_database("postgres").unwrap().connect_raw().await.unwrap();
    for nth in 0..3 {
        let name = format!("race_{}_{nth}", std::process::id());
        admin.batch_execute(&format!("create database {name}")).await.unwrap();
        let store = db.store.with_database(&name).unwrap();
        let starting: Vec<_> = (0..3)
            .map(|_| {
                let url = store.url().to_owned();
                tokio::task::spawn_blocking(move || Node::on_database(&url, &[]))
            })
            .collect();
        let mut nodes = Vec::new();
        for node in starting {
            nodes.push(node.await.expect("every node starts"));
        }
        for node in &nodes {
            assert_eq!(get(node, "/readyz").await.0, 200);
        }
        let client = store.connect_raw().await.unwrap();
        let query = "select count(*), count(distinct version) from _sqlx_migrations where success";
        let row = client.query_one(query, &[]).await.unwrap();
        let (rows, versions): (i64, i64) = (row.get(0), row.get(1));
        assert_eq!((rows, versions), (pianqu::store::MIGRATIONS.iter().count() as i64, rows));
    }
}
