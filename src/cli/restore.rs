//! `pianqu restore`

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;

use super::database;
use crate::config::DatabaseArgs;
use crate::store::backup;

#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// A file that `pianqu backup` wrote
    file: PathBuf,

    /// Lose what the database holds now
    #[arg(long)]
    replace: bool,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(database_args: DatabaseArgs, args: RestoreArgs) -> anyhow::Result<()> {
    let database = database::open_as_it_is(&database_args).await?;
    let begun = Instant::now();
    let done = backup::restore(&database.store, &args.file, args.replace).await;
    let closed = database.close().await;
    let revision = done?;
    closed?;
    let seconds = begun.elapsed().as_secs_f64();
    if args.json {
        println!("{}", serde_json::json!({ "file": args.file, "revision": revision, "seconds": seconds }));
    } else {
        println!("The database is as {} has it: revision {revision}, {seconds:.1} s.", args.file.display());
    }
    Ok(())
}
