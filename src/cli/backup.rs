//! `pianqu backup`

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;

use super::database;
use crate::config::DatabaseArgs;
use crate::store::backup;

#[derive(Debug, Args)]
pub struct BackupArgs {
    /// The file to write; it appears when it is whole
    file: PathBuf,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(database_args: DatabaseArgs, args: BackupArgs) -> anyhow::Result<()> {
    // The schema is saved as it is: a backup is what one makes before an upgrade.
    let database = database::open_as_it_is(&database_args).await?;
    let begun = Instant::now();
    let done = backup::back_up(&database.store, &args.file).await;
    let closed = database.close().await;
    let bytes = done?;
    closed?;
    let seconds = begun.elapsed().as_secs_f64();
    if args.json {
        println!("{}", serde_json::json!({ "file": args.file, "bytes": bytes, "seconds": seconds }));
    } else {
        println!("{} holds the database: {bytes} bytes, {seconds:.1} s.", args.file.display());
    }
    Ok(())
}
