//! `pianqu migrate`

use clap::Args;

use super::database;
use crate::config::DatabaseArgs;

#[derive(Debug, Args)]
pub struct MigrateArgs {
    /// Leave the private PostgreSQL running
    #[arg(long)]
    keep_running: bool,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(database_args: DatabaseArgs, args: MigrateArgs) -> anyhow::Result<()> {
    let database = database::open(&database_args).await?;
    database::validate_shapes(&database.store).await?;
    if args.json {
        println!("{}", serde_json::json!({ "database_url": database.url() }));
    } else {
        println!("The schema is at its newest version.");
    }
    if args.keep_running { Ok(()) } else { database.close().await }
}
