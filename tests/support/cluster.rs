//! One throwaway PostgreSQL for the whole test program, gone when the program has ended.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use pianqu::store::Store;
use pianqu::store::private_cluster::PrivateCluster;

pub const TEMPLATE: &str = "pianqu";

pub struct TestCluster {
    url: String,
}

impl TestCluster {
    pub fn url(&self, database: &str) -> String {
        let (server, _) = self.url.rsplit_once('/').unwrap();
        format!("{server}/{database}")
    }
}

pub fn shared() -> &'static TestCluster {
    static CLUSTER: OnceLock<TestCluster> = OnceLock::new();
    CLUSTER.get_or_init(|| {
        let dir = PathBuf::from(format!("/tmp/pianqu-test-{}", std::process::id()));
        watch_over(&dir);
        std::fs::create_dir_all(&dir).unwrap();
        let cluster = PrivateCluster::start(&dir).unwrap();
        let url = cluster.url();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let store = Store::new(&url).unwrap();
            let client = store.connect_raw().await.unwrap();
            // Nothing in it outlives the run, so nothing need reach the disk.
            for setting in ["fsync = off", "full_page_writes = off", "synchronous_commit = off"] {
                client.batch_execute(&format!("alter system set {setting}")).await.unwrap();
            }
            client.batch_execute("select pg_reload_conf()").await.unwrap();
            store.migrate().await.unwrap();
            store.pool().close().await;
        });
        TestCluster { url }
    })
}

/// A test program has no end at which it could clean up, so a small shell waits for it.
fn watch_over(dir: &std::path::Path) {
    let script = format!(
        "while kill -0 {pid} 2>/dev/null; do sleep 0.5; done
         head -1 {dir}/postgres/postmaster.pid 2>/dev/null | xargs -r kill -QUIT
         sleep 1; rm -rf {dir}",
        pid = std::process::id(),
        dir = dir.display(),
    );
    #[expect(clippy::zombie_processes, reason = "it outlives us: it waits for our end")]
    Command::new("sh")
        .args(["-c", &script])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
}
