//! Has PostgreSQL look again at shapes that an import has judged.
//!
//! A large import of areas into an empty table decides the validity of every shape itself and puts
//! the table's check back for later writes only. PostgreSQL's own look at those rows comes here,
//! when nobody waits for it. Rows can be read and written meanwhile.

use super::{Store, StoreError};

/// A check that was run over all rows of its table.
#[derive(Debug)]
pub struct Validated {
    pub table: String,
    /// What PostgreSQL said, where a shape is not valid to it. The check stays as it was.
    pub refused: Option<String>,
}

/// Runs what is due; an empty list when nothing is.
pub async fn validate_shapes(store: &Store) -> Result<Vec<Validated>, StoreError> {
    let client = store.connect_raw().await?;
    let due = client.query(include_str!("../../sql/queries/validity/not_yet_validated.sql"), &[]).await?;
    let mut validated = Vec::with_capacity(due.len());
    for row in due {
        let (table, check): (String, String) = (row.try_get("table")?, row.try_get("check")?);
        let outcome = client.batch_execute(&format!("alter table {table} validate constraint {check}")).await;
        let refused = match outcome {
            Ok(()) => None,
            Err(error) => match error.as_db_error() {
                Some(said) if *said.code() == tokio_postgres::error::SqlState::CHECK_VIOLATION => {
                    Some(said.message().to_owned())
                }
                _ => return Err(error.into()),
            },
        };
        validated.push(Validated { table, refused });
    }
    Ok(validated)
}
