//! Opens the database that a command was told to use.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;

use super::data_dir::DataDirLock;
use crate::app::City;
use crate::config::DatabaseArgs;
use crate::store::private_cluster::PrivateCluster;
use crate::store::validity::{self, Validated};
use crate::store::{Store, StoreError};

const FIRST_LOOK: Duration = Duration::from_millis(250);
/// Between two attempts at starting a PostgreSQL that does not start: its disk is full.
const LONGEST_WAIT: Duration = Duration::from_secs(4);

/// How long connections are waited for before PostgreSQL ends them.
const POOL_PATIENCE: Duration = Duration::from_secs(2);

/// A database that is ready to be asked.
pub struct Database {
    pub store: Store,
    private: Option<Private>,
}

struct Private {
    cluster: Arc<PrivateCluster>,
    data_dir: PathBuf,
}

/// Opens the database, starting the private one when no address was given, and migrates it.
pub async fn open(args: &DatabaseArgs) -> anyhow::Result<Database> {
    let database = open_as_it_is(args).await?;
    let applied = database.store.migrate().await?;
    if applied > 0 {
        tracing::info!(applied, "the schema was brought to the newest version");
    }
    Ok(database)
}

/// Opens the database with whatever schema it has.
pub async fn open_as_it_is(args: &DatabaseArgs) -> anyhow::Result<Database> {
    let (url, private) = match &args.database_url {
        Some(url) => (url.clone(), None),
        None => {
            let data_dir = args.data_dir.clone();
            let cluster = tokio::task::spawn_blocking({
                let data_dir = data_dir.clone();
                move || PrivateCluster::start(&data_dir)
            })
            .await?
            .context("the private PostgreSQL could not be started")?;
            (cluster.url(), Some(Private { cluster: Arc::new(cluster), data_dir }))
        }
    };
    Ok(Database { store: Store::new(&url)?, private })
}

/// Has PostgreSQL look at shapes that it has not yet looked at itself, and logs what it finds.
pub async fn validate_shapes(store: &Store) -> Result<(), StoreError> {
    for Validated { table, refused } in validity::validate_shapes(store).await? {
        match refused {
            None => tracing::info!(table, "PostgreSQL finds every shape valid"),
            Some(said) => tracing::warn!(table, said, "a shape is not valid to PostgreSQL"),
        }
    }
    Ok(())
}

impl Database {
    pub fn url(&self) -> &str {
        self.store.url()
    }

    /// Ends a command other than `serve`: stops the private cluster if this command started it and
    /// no program serves from it meanwhile.
    pub async fn close(self) -> anyhow::Result<()> {
        let Some(Private { cluster, data_dir }) = self.private else { return Ok(()) };
        if cluster.was_running() {
            return Ok(());
        }
        // The lock tells whether someone serves; holding it keeps them waiting until we are done.
        let Ok(_lock) = DataDirLock::take(&data_dir, "finishing a command") else { return Ok(()) };
        self.store.pool().close().await;
        tokio::task::spawn_blocking(move || cluster.stop()).await??;
        Ok(())
    }

    /// Starts the private PostgreSQL again whenever it is gone, for as long as the task runs. Somebody
    /// else's is theirs to start.
    pub fn keep_running(&self, city: Arc<City>) -> Option<tokio::task::JoinHandle<()>> {
        let cluster = self.private.as_ref()?.cluster.clone();
        Some(tokio::spawn(async move {
            let mut wait = FIRST_LOOK;
            loop {
                tokio::time::sleep(wait).await;
                if city.is_database_up() {
                    wait = FIRST_LOOK;
                    continue;
                }
                let cluster = cluster.clone();
                match tokio::task::spawn_blocking(move || cluster.revive()).await {
                    Ok(Ok(true)) => tracing::warn!("the private PostgreSQL was gone and is started again"),
                    Ok(Ok(false)) => {}
                    Ok(Err(error)) => {
                        wait = (wait * 2).min(LONGEST_WAIT);
                        tracing::error!(%error, "the private PostgreSQL is gone and does not start");
                    }
                    Err(error) => tracing::error!(%error, "the private PostgreSQL could not be looked after"),
                }
            }
        }))
    }

    /// Ends `serve`, which holds the lock: the private cluster is stopped.
    pub async fn stop(self) -> anyhow::Result<()> {
        let Some(Private { cluster, .. }) = self.private else { return Ok(()) };
        tracing::info!("stopping the private PostgreSQL");
        // A request that was cut off may still hold a connection; PostgreSQL rolls it back.
        let _ = tokio::time::timeout(POOL_PATIENCE, self.store.pool().close()).await;
        tokio::task::spawn_blocking(move || cluster.stop()).await??;
        Ok(())
    }
}
