//! PostgreSQL is stopped and started under load: nobody who only reads notices.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use pianqu::store::Store;

use crate::living::{Server, insert_gate, tile_path};
use crate::support::own_cluster::OwnCluster;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_read_is_lost_while_postgresql_is_away() {
    let mut own = OwnCluster::start();
    let store = Store::new(&own.cluster.url()).unwrap();
    store.migrate().await.unwrap();
    let client = store.connect_raw().await.unwrap();
    client.batch_execute(&insert_gate("东门", 104.65, 30.12)).await.unwrap();
    drop(client);
    let server = Arc::new(Server::start(&store).await);

    let (is_over, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let readers: Vec<_> = (0..4u32)
        .map(|nth| {
            let (server, is_over, answered) = (server.clone(), is_over.clone(), answered.clone());
            tokio::spawn(async move {
                let paths = [
                    tile_path("gate", 10 + nth, 104.65, 30.12),
                    "/api/collections/gate/items?limit=10".to_owned(),
                    "/api/search?q=dm".to_owned(),
                    "/healthz".to_owned(),
                ];
                while !is_over.load(Ordering::Relaxed) {
                    for path in &paths {
                        let (status, ..) = server.get(path).await;
                        assert_eq!(status, 200, "{path}");
                        answered.fetch_add(1, Ordering::Relaxed);
                    }
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            })
        })
        .collect();

    assert_eq!(server.get("/readyz").await.0, 200);
    own.cluster.stop().unwrap();
    readiness(&server, 503).await;
    let while_away = answered.load(Ordering::Relaxed);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(answered.load(Ordering::Relaxed) > while_away, "reads go on while PostgreSQL is away");
    own.start_again();
    readiness(&server, 200).await;
    is_over.store(true, Ordering::Relaxed);
    for reader in readers {
        reader.await.expect("a read was lost");
    }
    println!("{} reads, none lost", answered.load(Ordering::Relaxed));

    store.connect_raw().await.unwrap().batch_execute(&insert_gate("西门", 104.65, 30.12)).await.unwrap();
    let start = Instant::now();
    loop {
        let (_, _, body) = server.get("/api/collections/gate/items").await;
        if String::from_utf8_lossy(&body).contains("西门") {
            break;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "what was written after the outage did not arrive");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn readiness(server: &Server, expected: u16) {
    let start = Instant::now();
    while server.get("/readyz").await.0 != expected {
        assert!(start.elapsed() < Duration::from_secs(30), "/readyz is not {expected}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
