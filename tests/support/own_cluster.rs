//! A PostgreSQL that a test may stop and start.

use std::path::Path;

use pianqu::store::private_cluster::PrivateCluster;

/// A cluster of this test's own, stopped and removed whatever happens.
pub struct OwnCluster {
    dir: tempfile::TempDir,
    pub cluster: PrivateCluster,
}

impl OwnCluster {
    pub fn start() -> Self {
        let dir = tempfile::Builder::new().prefix("pianqu-away-").tempdir_in("/tmp").unwrap();
        open_to_all(dir.path());
        let cluster = PrivateCluster::start(dir.path()).unwrap();
        Self { dir, cluster }
    }

    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub fn start_again(&mut self) {
        self.cluster = PrivateCluster::start(self.dir.path()).unwrap();
    }
}

impl Drop for OwnCluster {
    fn drop(&mut self) {
        if let Err(error) = self.cluster.stop() {
            eprintln!("the test's cluster was not running at the end: {error}");
        }
    }
}

/// The unprivileged user of PostgreSQL must be able to reach what is inside.
pub fn open_to_all(dir: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o755)).unwrap();
}
