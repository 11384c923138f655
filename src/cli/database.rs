//! Opens the database that a command was told to use.

use anyhow::Context;

use crate::config::DatabaseArgs;
use crate::store::Store;
use crate::store::private_cluster::PrivateCluster;

/// A database that is ready to be asked, with the newest schema.
pub struct Database {
    pub store: Store,
    /// Ours to stop, when it is private and this command started it.
    pub private: Option<PrivateCluster>,
}

/// Opens the database, starting the private one when no address was given, and migrates it.
pub async fn open(args: &DatabaseArgs) -> anyhow::Result<Database> {
    let (url, private) = match &args.database_url {
        Some(url) => (url.clone(), None),
        None => {
            let data_dir = args.data_dir.clone();
            let cluster = tokio::task::spawn_blocking(move || PrivateCluster::start(&data_dir))
                .await?
                .context("the private PostgreSQL could not be started")?;
            (cluster.url(), Some(cluster))
        }
    };
    let store = Store::new(&url)?;
    let applied = store.migrate().await?;
    if applied > 0 {
        tracing::info!(applied, "the schema was brought to the newest version");
    }
    Ok(Database { store, private })
}
