//! Every setting, read once. The only place that reads the environment (through clap).

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

/// Where the database is: somebody else's, or a private one below the data directory.
#[derive(Debug, Clone, Args)]
pub struct DatabaseArgs {
    /// Use this database instead of a private one: postgresql://user@host/name
    #[arg(long, env = "PIANQU_DATABASE_URL", hide_env_values = true, value_name = "URL", global = true)]
    pub database_url: Option<String>,

    /// Where the private database and the lock of this program are kept
    #[arg(long, env = "PIANQU_DATA_DIR", value_name = "DIR", default_value = ".pianqu", global = true)]
    pub data_dir: PathBuf,
}

/// What `pianqu serve` is told.
#[derive(Debug, Clone, Args)]
pub struct ServeArgs {
    /// Address and port to listen on
    #[arg(long, env = "PIANQU_LISTEN", value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,

    /// Load the files of this folder (one a layer, as `pianqu sample` writes them) when the
    /// database is still empty
    #[arg(long, env = "PIANQU_SAMPLE_DATA", value_name = "DIR")]
    pub sample_data: Option<PathBuf>,
}
