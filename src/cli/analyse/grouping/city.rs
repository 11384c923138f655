//! The question put to the city in the database.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::bail;

use super::GroupingArgs;
use crate::config::DatabaseArgs;
use crate::http::analysis::grouping_order::GroupingOrder;

pub async fn run(
    _database: DatabaseArgs,
    _args: GroupingArgs,
    _order: GroupingOrder,
    _is_cancelled: Arc<AtomicBool>,
) -> anyhow::Result<()> {
    bail!("give --units")
}
