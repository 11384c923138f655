//! A commit by another client is in tiles and features soon, and tiles elsewhere stay as they are.

use std::time::{Duration, Instant};

use crate::living::{Server, insert_gate, tile_path};
use crate::support::database;
use crate::support::mvt::decode;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_by_psql_is_in_tiles_and_features() {
    let db = database().await;
    db.psql(&format!("{}; {}", insert_gate("东门", 104.65, 30.12), insert_gate("远门", 104.90, 30.30))).await;
    let server = Server::start(&db.store).await;
    let (here, far) = (tile_path("gate", 15, 104.65, 30.12), tile_path("gate", 15, 104.90, 30.30));
    let (_, etag_here, _) = server.get(&here).await;
    let (_, etag_far, _) = server.get(&far).await;

    db.psql("update gate set name = '南门' where name = '东门'").await;
    let committed = Instant::now();
    let mut waited = Duration::ZERO;
    for path in [here.as_str(), "/api/collections/gate/items"] {
        loop {
            let (status, _, body) = server.get(path).await;
            assert_eq!(status, 200);
            waited = committed.elapsed();
            if String::from_utf8_lossy(&body).contains("南门") {
                break;
            }
            assert!(waited < Duration::from_secs(20), "{path} still shows the old name");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
    println!("seen {waited:?} after the commit");
    assert_ne!(server.get(&here).await.1, etag_here);
    assert_eq!(server.get(&far).await.1, etag_far, "a tile elsewhere is the same");

    // Moved away: the old place and the new one are both right.
    db.psql("update gate set geom = st_setsrid(st_point(104.90, 30.30), 4490) where name = '南门'").await;
    let start = Instant::now();
    while server.get(&here).await.0 != 204 {
        assert!(start.elapsed() < Duration::from_secs(20), "the gate is still at its old place");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let tile = decode(&server.get(&far).await.2);
    assert_eq!(tile[0].features.len(), 2);
}
