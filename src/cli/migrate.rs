//! `pianqu migrate`

use super::database;
use crate::config::DatabaseArgs;

pub async fn run(args: DatabaseArgs) -> anyhow::Result<()> {
    database::open(&args).await?;
    println!("The schema is at its newest version.");
    Ok(())
}
