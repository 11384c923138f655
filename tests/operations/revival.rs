//! The private PostgreSQL is killed under the program, which brings it back.

use std::time::{Duration, Instant};

use crate::support::node::{Node, signal};
use crate::support::own_cluster::open_to_all;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_private_postgresql_that_was_killed_comes_back() {
    let dir = tempfile::Builder::new().prefix("pianqu-revival-").tempdir_in("/tmp").unwrap();
    open_to_all(dir.path());
    let mut node = Node::on_data_dir(dir.path(), &[]);
    let ready = async || reqwest::get(format!("{}/readyz", node.url)).await.unwrap().status().as_u16();
    assert_eq!(ready().await, 200);

    let postmaster = || {
        let text = std::fs::read_to_string(dir.path().join("postgres/postmaster.pid")).unwrap_or_default();
        text.lines().next().unwrap_or_default().to_owned()
    };
    let killed = postmaster();
    signal("KILL", killed.parse().unwrap());
    let start = Instant::now();
    while postmaster() == killed || ready().await != 200 {
        assert!(start.elapsed() < Duration::from_secs(60), "PostgreSQL does not come back");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    println!("back after {:?}", start.elapsed());
    node.signal("TERM");
    assert!(node.wait(Duration::from_secs(60)).success());
    assert_eq!(postmaster(), "", "the one that it started is stopped too");
}
