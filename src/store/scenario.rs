//! Stored scenarios and their history.

use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio_postgres::Row;

use super::{Store, StoreError};

/// A scenario as it is stored; the modifications are JSON, whose meaning the analysis knows.
#[derive(Debug, Clone, PartialEq)]
pub struct ScenarioRow {
    pub scenario_id: i64,
    pub name: String,
    pub note: Option<String>,
    pub baseline_revision: i64,
    pub modifications: Value,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: String,
}

/// What is to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct NewScenario {
    pub name: String,
    pub note: Option<String>,
    pub baseline_revision: i64,
    pub modifications: Value,
}

/// One step of a scenario's life.
#[derive(Debug, Clone, PartialEq)]
pub struct ScenarioStep {
    pub changed_at: DateTime<Utc>,
    pub actor: String,
    pub operation: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

/// What became of a write.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    Done(ScenarioRow),
    NoSuchScenario,
    /// Somebody was faster: this is what it is now.
    VersionConflict(ScenarioRow),
    NameTaken,
}

fn row(row: &Row) -> Result<ScenarioRow, StoreError> {
    Ok(ScenarioRow {
        scenario_id: row.try_get("scenario_id")?,
        name: row.try_get("name")?,
        note: row.try_get("note")?,
        baseline_revision: row.try_get("baseline_revision")?,
        modifications: row.try_get("modifications")?,
        version: row.try_get("version")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
        updated_by: row.try_get("updated_by")?,
    })
}

pub async fn list(store: &Store) -> Result<Vec<ScenarioRow>, StoreError> {
    let client = store.connect_raw().await?;
    let rows = client.query(include_str!("../../sql/queries/scenario/list.sql"), &[]).await?;
    rows.iter().map(row).collect()
}

pub async fn find(store: &Store, scenario_id: i64) -> Result<Option<ScenarioRow>, StoreError> {
    let client = store.connect_raw().await?;
    let found = client.query_opt(include_str!("../../sql/queries/scenario/find.sql"), &[&scenario_id]).await?;
    found.as_ref().map(row).transpose()
}

pub async fn create(store: &Store, actor: &str, new: &NewScenario) -> Result<Outcome, StoreError> {
    let mut client = store.connect_raw().await?;
    let transaction = client.transaction().await?;
    transaction.execute("select set_config('pianqu.actor', $1, true)", &[&actor]).await?;
    let sql = include_str!("../../sql/queries/scenario/create.sql");
    let created = transaction.query_one(sql, &[&new.name, &new.note, &new.baseline_revision, &new.modifications]).await;
    let created = match created {
        Err(error) if is_name_taken(&error) => return Ok(Outcome::NameTaken),
        created => row(&created?)?,
    };
    transaction.commit().await?;
    Ok(Outcome::Done(created))
}

pub async fn update(
    store: &Store,
    actor: &str,
    scenario_id: i64,
    version: i32,
    new: &NewScenario,
) -> Result<Outcome, StoreError> {
    let mut client = store.connect_raw().await?;
    let transaction = client.transaction().await?;
    transaction.execute("select set_config('pianqu.actor', $1, true)", &[&actor]).await?;
    let sql = include_str!("../../sql/queries/scenario/update.sql");
    let NewScenario { name, note, baseline_revision, modifications } = new;
    let updated =
        transaction.query_opt(sql, &[&scenario_id, name, note, baseline_revision, modifications, &version]).await;
    let updated = match updated {
        Err(error) if is_name_taken(&error) => return Ok(Outcome::NameTaken),
        updated => updated?,
    };
    if let Some(updated) = updated {
        let updated = row(&updated)?;
        transaction.commit().await?;
        return Ok(Outcome::Done(updated));
    }
    drop(transaction);
    Ok(find(store, scenario_id).await?.map_or(Outcome::NoSuchScenario, Outcome::VersionConflict))
}

/// False when there was none.
pub async fn delete(store: &Store, actor: &str, scenario_id: i64) -> Result<bool, StoreError> {
    let mut client = store.connect_raw().await?;
    let transaction = client.transaction().await?;
    transaction.execute("select set_config('pianqu.actor', $1, true)", &[&actor]).await?;
    let count = transaction.execute(include_str!("../../sql/queries/scenario/delete.sql"), &[&scenario_id]).await?;
    transaction.commit().await?;
    Ok(count > 0)
}

/// The last steps of a scenario, newest first; of a deleted one too.
pub async fn history(store: &Store, scenario_id: i64) -> Result<Vec<ScenarioStep>, StoreError> {
    let client = store.connect_raw().await?;
    let rows = client.query(include_str!("../../sql/queries/scenario/history.sql"), &[&scenario_id]).await?;
    rows.iter()
        .map(|row| {
            Ok(ScenarioStep {
                changed_at: row.try_get("changed_at")?,
                actor: row.try_get("actor")?,
                operation: row.try_get("operation")?,
                before: row.try_get("before")?,
                after: row.try_get("after")?,
            })
        })
        .collect()
}

fn is_name_taken(error: &tokio_postgres::Error) -> bool {
    error.code() == Some(&tokio_postgres::error::SqlState::UNIQUE_VIOLATION)
}
