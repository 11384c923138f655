//! The names under which files were ever imported, undone ones included.

use std::collections::BTreeSet;

use super::{Store, StoreError};

pub async fn list_import_sources(store: &Store) -> Result<BTreeSet<String>, StoreError> {
    let sources = sqlx::query_file_scalar!("sql/queries/import/sources.sql").fetch_all(store.pool()).await?;
    Ok(sources.into_iter().collect())
}
