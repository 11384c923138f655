//! The command line: one file a subcommand.

mod data_dir;
mod database;
mod migrate;
mod serve;

use clap::{Parser, Subcommand};

use crate::config::{DatabaseArgs, ServeArgs};

/// 片区: plan the renewal of old residential communities by precinct, on a map
#[derive(Debug, Parser)]
#[command(name = "pianqu", version, propagate_version = true)]
pub struct Cli {
    #[command(flatten)]
    database: DatabaseArgs,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the map and the API
    Serve(ServeArgs),
    /// Bring the database to the newest schema
    Migrate(migrate::MigrateArgs),
}

/// Runs a command to its end. An error is told on stderr and gives exit status 1.
pub fn run(cli: Cli) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match cli.command {
            Command::Serve(args) => serve::run(cli.database, args).await,
            Command::Migrate(args) => migrate::run(cli.database, args).await,
        }
    })
}
