//! Settings of eligibility and what planners decided on single communities.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;

use super::{Store, StoreError};

#[derive(Debug, Clone, PartialEq)]
pub struct OverrideRow {
    pub community_id: i64,
    pub criterion: String,
    pub verdict: String,
    pub reason: String,
    pub author: String,
    pub made_at: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct EligibilityStep {
    pub community_id: Option<i64>,
    pub criterion: Option<String>,
    pub made_at: DateTime<Utc>,
    pub actor: String,
    pub before: Option<Json>,
    pub after: Option<Json>,
}

/// The settings with their version (0 where nobody has set anything), and all overrides.
pub async fn find(store: &Store) -> Result<(Option<Json>, i32, Vec<OverrideRow>), StoreError> {
    let client = store.connect_raw().await?;
    let settings = client.query_opt("select settings, version from eligibility_settings", &[]).await?;
    let (settings, version) = match settings {
        Some(row) => (Some(row.try_get(0)?), row.try_get(1)?),
        None => (None, 0),
    };
    let rows = client
        .query("select community_id, criterion, verdict, reason, author, made_at from eligibility_override", &[])
        .await?;
    let overrides = rows.iter().map(|row| {
        Ok(OverrideRow {
            community_id: row.try_get(0)?,
            criterion: row.try_get(1)?,
            verdict: row.try_get(2)?,
            reason: row.try_get(3)?,
            author: row.try_get(4)?,
            made_at: row.try_get(5)?,
        })
    });
    Ok((settings, version, overrides.collect::<Result<_, StoreError>>()?))
}

/// Writes the settings over; false where somebody was faster.
pub async fn put_settings(store: &Store, actor: &str, settings: &Json, version: i32) -> Result<bool, StoreError> {
    let mut client = store.connect_raw().await?;
    let transaction = client.transaction().await?;
    transaction.execute("select set_config('pianqu.actor', $1, true)", &[&actor]).await?;
    let sql = match version {
        0 => include_str!("../../sql/queries/eligibility/put_settings.sql"),
        _ => include_str!("../../sql/queries/eligibility/update_settings.sql"),
    };
    let count = transaction.execute(sql, &[settings, &version]).await?;
    transaction.commit().await?;
    Ok(count > 0)
}

/// Writes what a planner decided; `None` takes it back. False where there was nothing to take back.
pub async fn put_override(
    store: &Store,
    actor: &str,
    (community_id, criterion): (i64, &str),
    word: Option<(&str, &str)>,
) -> Result<bool, StoreError> {
    let mut client = store.connect_raw().await?;
    let transaction = client.transaction().await?;
    transaction.execute("select set_config('pianqu.actor', $1, true)", &[&actor]).await?;
    let count = match word {
        Some((verdict, reason)) => {
            let sql = include_str!("../../sql/queries/eligibility/put_override.sql");
            transaction.execute(sql, &[&community_id, &criterion, &verdict, &reason]).await?
        }
        None => {
            let sql = "delete from eligibility_override where community_id = $1 and criterion = $2";
            transaction.execute(sql, &[&community_id, &criterion]).await?
        }
    };
    transaction.commit().await?;
    Ok(count > 0)
}

/// The last 200 changes of a community's overrides, or of everything; the newest first.
pub async fn history(store: &Store, community_id: Option<i64>) -> Result<Vec<EligibilityStep>, StoreError> {
    let client = store.connect_raw().await?;
    let rows = client.query(include_str!("../../sql/queries/eligibility/history.sql"), &[&community_id]).await?;
    let step = |row: &tokio_postgres::Row| {
        Ok(EligibilityStep {
            community_id: row.try_get(0)?,
            criterion: row.try_get(1)?,
            made_at: row.try_get(2)?,
            actor: row.try_get(3)?,
            before: row.try_get(4)?,
            after: row.try_get(5)?,
        })
    };
    rows.iter().map(step).collect()
}
