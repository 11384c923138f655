//! What tests stand on: a PostgreSQL of their own, and a fresh database for each test.

mod cluster;
pub mod dice;
pub mod mvt;
pub mod node;
pub mod own_cluster;
pub mod real;
pub mod sketch;

use std::sync::atomic::{AtomicU32, Ordering};

use pianqu::store::Store;

/// A migrated database of this test's own.
pub struct TestDatabase {
    pub store: Store,
}

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A fresh database with the newest schema and nothing in it.
pub async fn database() -> TestDatabase {
    let cluster = tokio::task::spawn_blocking(cluster::shared).await.unwrap();
    let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let admin = Store::new(&cluster.url("postgres")).unwrap();
    let client = admin.connect_raw().await.unwrap();
    client.batch_execute(&format!("create database {name} template {}", cluster::TEMPLATE)).await.unwrap();
    TestDatabase { store: Store::new(&cluster.url(&name)).unwrap() }
}

impl TestDatabase {
    /// Runs statements as another client (psql, QGIS) would: each call its own connection.
    pub async fn psql(&self, statements: &str) {
        let client = self.store.connect_raw().await.unwrap();
        client.batch_execute(statements).await.unwrap();
    }
}

/// A folder of the shared real data, or `None`, told loudly, where it is not present.
pub fn shared_data(path: &str) -> Option<std::path::PathBuf> {
    let roots = [
        std::env::var_os("PIANQU_SHARED_DATA").map(Into::into),
        Some(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data")),
        Some(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data")),
    ];
    let found = roots.into_iter().flatten().map(|root: std::path::PathBuf| root.join(path)).find(|p| p.exists());
    if found.is_none() {
        eprintln!("SKIPPED: the shared data «{path}» is not here; set PIANQU_SHARED_DATA to its folder");
    }
    found
}
