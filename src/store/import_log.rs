//! What was imported, and taking an import back as a whole.

use chrono::{DateTime, Utc};
use serde::Serialize;
use tokio_postgres::Transaction;

use super::{StoreError, ownership};
use crate::domain::{LayerDescription, LayerId, Viewer};

/// Who asks for imports of the past: the city for all of them, an operator or a body for those that its account made,
/// as long as all of their rows are its own.
#[derive(Debug, Clone, Copy)]
pub struct Asker<'a> {
    /// The account's name; empty for the name of the database user.
    pub actor: &'a str,
    pub viewer: Viewer,
}

/// One import of the past.
#[derive(Debug, Clone, Serialize)]
pub struct ImportEntry {
    pub import_id: i64,
    pub started_at: DateTime<Utc>,
    pub actor: String,
    pub file_name: String,
    pub source: String,
    pub layers: Vec<String>,
    pub inserted: i64,
    pub updated: i64,
    pub unchanged: i64,
    pub mended: i64,
    pub refused: i64,
    pub undone_at: Option<DateTime<Utc>>,
}

/// The imports, newest first.
pub async fn list_imports(transaction: &Transaction<'_>, asker: Asker<'_>) -> Result<Vec<ImportEntry>, StoreError> {
    let all = include_str!("../../sql/queries/import/list.sql");
    let rows = match asker.viewer {
        Viewer::Everything => transaction.query(all, &[]).await?,
        viewer => {
            let Some(is_own) = ownership::is_own_import(viewer, "$1") else { return Ok(Vec::new()) };
            let own = format!("select * from ({all}) as import where actor = $2 and {is_own} order by import_id desc");
            transaction.query(&own, &[&viewer.speaks_for(), &asker.actor]).await?
        }
    };
    rows.iter().map(entry).collect()
}

fn entry(row: &tokio_postgres::Row) -> Result<ImportEntry, StoreError> {
    Ok(ImportEntry {
        import_id: row.try_get("import_id")?,
        started_at: row.try_get("started_at")?,
        actor: row.try_get("actor")?,
        file_name: row.try_get("file_name")?,
        source: row.try_get("source")?,
        layers: row.try_get("layers")?,
        inserted: row.try_get("inserted")?,
        updated: row.try_get("updated")?,
        unchanged: row.try_get("unchanged")?,
        mended: row.try_get("mended")?,
        refused: row.try_get("refused")?,
        undone_at: row.try_get("undone_at")?,
    })
}

/// What an undo did, or why it did nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Undone {
    NoSuchImport,
    Already,
    /// Features that were changed or deleted since; nothing was undone.
    ChangedSince(Vec<ChangedFeature>),
    Done {
        removed: i64,
        restored: i64,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangedFeature {
    pub layer: String,
    pub feature_id: i64,
    pub actor: String,
}

/// Takes an import back: its new rows go, its updated rows return to what they were before.
///
/// To an operator or a body an import that is not its own is as what never was. The caller commits, or drops the
/// transaction when nothing was done.
pub async fn undo_import(
    transaction: &Transaction<'_>,
    import_id: i64,
    asker: Asker<'_>,
) -> Result<Undone, StoreError> {
    transaction.execute("select set_config('pianqu.actor', $1, true)", &[&asker.actor]).await?;
    let found = transaction.query_opt(include_str!("../../sql/queries/import/lock.sql"), &[&import_id]).await?;
    let Some(found) = found else { return Ok(Undone::NoSuchImport) };
    if asker.viewer != Viewer::Everything && found.try_get::<_, &str>("actor")? != asker.actor {
        return Ok(Undone::NoSuchImport);
    }
    if found.try_get::<_, Option<DateTime<Utc>>>("undone_at")?.is_some() {
        return Ok(Undone::Already);
    }
    let names: Vec<String> = found.try_get("layers")?;
    let layers: Vec<&'static LayerDescription> =
        names.iter().filter_map(|name| name.parse::<LayerId>().ok()).map(LayerId::describe).collect();
    for layer in &layers {
        // Nobody may change a row between the look and the undo.
        transaction.batch_execute(&format!("lock table {} in share row exclusive mode", layer.name)).await?;
    }
    if asker.viewer != Viewer::Everything && !is_own(transaction, asker.viewer, import_id).await? {
        return Ok(Undone::NoSuchImport);
    }
    let mut changed = Vec::new();
    for layer in &layers {
        changed.extend(changed_since(transaction, layer, import_id).await?);
    }
    if !changed.is_empty() {
        return Ok(Undone::ChangedSince(changed));
    }
    let (mut removed, mut restored) = (0, 0);
    for layer in &layers {
        restored += restore(transaction, layer, import_id).await?;
        removed += remove(transaction, layer, import_id).await?;
    }
    transaction.execute(include_str!("../../sql/queries/import/mark_undone.sql"), &[&import_id]).await?;
    Ok(Undone::Done { removed: removed as i64, restored: restored as i64 })
}

async fn is_own(transaction: &Transaction<'_>, viewer: Viewer, import_id: i64) -> Result<bool, StoreError> {
    let Some(is_own) = ownership::is_own_import(viewer, "$1") else { return Ok(false) };
    let sql = format!("select {is_own} from import where import_id = $2");
    Ok(transaction.query_one(&sql, &[&viewer.speaks_for(), &import_id]).await?.try_get(0)?)
}

/// Features whose row as this import left it was changed or deleted by someone else afterwards.
async fn changed_since(
    transaction: &Transaction<'_>,
    layer: &LayerDescription,
    import_id: i64,
) -> Result<Vec<ChangedFeature>, StoreError> {
    let rows = transaction
        .query(include_str!("../../sql/queries/import/changed_since.sql"), &[&layer.name, &import_id])
        .await?;
    rows.iter()
        .map(|row| {
            Ok(ChangedFeature {
                layer: layer.name.to_owned(),
                feature_id: row.try_get("feature_id")?,
                actor: row.try_get("actor")?,
            })
        })
        .collect()
}

/// Rows that the import updated, back from history.
async fn restore(transaction: &Transaction<'_>, layer: &LayerDescription, import_id: i64) -> Result<u64, StoreError> {
    let (name, id) = (layer.name, layer.id_column());
    let set: String = layer.fields.iter().map(|field| format!(", {0} = old.{0}", field.name)).collect();
    let statement = format!(
        "update {name} set geom = old.geom, import_id = old.import_id{set}
         from history, jsonb_populate_record(null::{name}, history.before) as old
         where history.import_id = $1 and history.layer = '{name}' and history.operation = 'update'
           and {name}.{id} = history.feature_id and {name}.import_id = $1"
    );
    Ok(transaction.execute(&statement, &[&import_id]).await?)
}

/// Rows that the import inserted. Those that it updated carry another import's number by now, or
/// none.
async fn remove(transaction: &Transaction<'_>, layer: &LayerDescription, import_id: i64) -> Result<u64, StoreError> {
    let statement = format!("delete from {} where import_id = $1", layer.name);
    Ok(transaction.execute(&statement, &[&import_id]).await?)
}
