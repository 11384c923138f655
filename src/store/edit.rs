//! Edits: what a person does at once, written in one transaction with its history, and taken back.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value as Json};
use tokio_postgres::{GenericClient, Row, Transaction};

use super::{StoreError, ownership};
use crate::domain::{LayerDescription, LayerId, Viewer};

/// One feature's change.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub layer: LayerId,
    pub what: What,
}

/// `wkb` is little-endian, two-dimensional, of the table's type, in CGCS2000 degrees. `values` are
/// named as the layer's fields and written as the API writes them. `expected` is the version that the
/// person saw; without it the last writer wins.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    Create { wkb: Vec<u8>, values: Map<String, Json> },
    Update { id: i64, expected: Option<i32>, wkb: Option<Vec<u8>>, values: Map<String, Json> },
    Delete { id: i64, expected: Option<i32> },
}

/// What an edit left, or would leave: `version` is `None` where the feature is gone, and where it is only
/// told what would be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    pub layer: LayerId,
    pub id: i64,
    pub version: Option<i32>,
    pub deed: Deed,
}

/// What is done to a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    Create,
    Update,
    Delete,
}

impl Deed {
    /// From what is and what comes.
    pub fn between<T>(from: Option<&T>, to: Option<&T>) -> Self {
        match (from, to) {
            (_, None) => Deed::Delete,
            (None, Some(_)) => Deed::Create,
            (Some(_), Some(_)) => Deed::Update,
        }
    }
}

/// A feature that is not as the person believes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stale {
    pub layer: LayerId,
    pub id: i64,
    /// What the person saw, if it was said.
    pub expected: Option<i32>,
    /// `None`: it is gone.
    pub version: Option<i32>,
}

/// An edit as it stands in the list.
#[derive(Debug, Clone, PartialEq)]
pub struct EditEntry {
    pub edit_id: i64,
    pub made_at: DateTime<Utc>,
    pub actor: String,
    pub kind: String,
    pub undoes: Option<i64>,
    pub is_in_effect: bool,
    pub message: Option<String>,
    pub layers: Vec<String>,
    pub feature_count: i32,
}

/// One step in the life of a feature.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub operation: String,
    /// The version that ended; of an insert the one that began.
    pub version: i32,
    pub changed_at: DateTime<Utc>,
    pub actor: String,
    pub import_id: Option<i64>,
    pub edit_id: Option<i64>,
    /// Whole rows, `geometry` (GeoJSON) in place of `geom`.
    pub before: Option<Json>,
    pub after: Option<Json>,
}

/// What begins an edit.
#[derive(Debug, Clone, Copy)]
pub struct NewEdit<'a> {
    /// Empty: the name of the database user.
    pub actor: &'a str,
    /// `edit`, `undo`, `redo` or `restore`.
    pub kind: &'a str,
    pub undoes: Option<i64>,
    pub message: Option<&'a str>,
    pub layers: &'a [&'a str],
    pub feature_count: usize,
}

/// An edit under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Begun {
    pub edit_id: i64,
    /// Of the transaction, by which a follower of the feed knows that it has seen it.
    pub xid: u64,
}

/// Writes the edit's row and marks the transaction.
pub async fn begin(transaction: &Transaction<'_>, new: &NewEdit<'_>) -> Result<Begun, StoreError> {
    let count = i32::try_from(new.feature_count).unwrap_or(i32::MAX);
    let row = transaction
        .query_one(
            include_str!("../../sql/queries/edit/begin.sql"),
            &[&new.actor, &new.kind, &new.undoes, &new.message, &new.layers, &count],
        )
        .await?;
    let xid: &str = row.try_get("xid")?;
    let row_error = |why: std::num::ParseIntError| StoreError::Row { table: "edit", id: 0, why: why.to_string() };
    Ok(Begun { edit_id: row.try_get("edit_id")?, xid: xid.parse().map_err(row_error)? })
}

/// Locks every feature that is to be changed, in one order for everybody, and tells which are not as
/// expected.
pub async fn lock(transaction: &Transaction<'_>, changes: &[Change]) -> Result<Vec<Stale>, StoreError> {
    let mut stale = Vec::new();
    for layer in LayerId::ALL {
        let wanted: Vec<(i64, Option<i32>)> = changes
            .iter()
            .filter(|change| change.layer == layer)
            .filter_map(|change| match change.what {
                What::Create { .. } => None,
                What::Update { id, expected, .. } | What::Delete { id, expected } => Some((id, expected)),
            })
            .collect();
        if wanted.is_empty() {
            continue;
        }
        let (name, id_column) = (layer.name(), layer.describe().id_column());
        let ids: Vec<i64> = wanted.iter().map(|(id, _)| *id).collect();
        let sql = format!(
            "select {id_column}, version from {name} where {id_column} = any ($1) order by {id_column} for update"
        );
        let found: std::collections::BTreeMap<i64, i32> = transaction
            .query(&sql, &[&ids])
            .await?
            .iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .collect::<Result<_, tokio_postgres::Error>>()?;
        for (id, expected) in wanted {
            let version = found.get(&id).copied();
            if version.is_none() || expected.is_some_and(|expected| Some(expected) != version) {
                stale.push(Stale { layer, id, expected, version });
            }
        }
    }
    Ok(stale)
}

/// Writes one change. [`lock`] has seen that the feature is there.
pub async fn write(transaction: &Transaction<'_>, change: &Change) -> Result<Written, StoreError> {
    let layer = change.layer.describe();
    let (name, id_column) = (layer.name, layer.id_column());
    let row = match &change.what {
        What::Create { wkb, values } => {
            let (columns, from) = (columns(layer, values, ""), columns(layer, values, "given."));
            let sql = format!(
                "insert into {name} (geom{columns})
                 select st_setsrid(st_geomfromwkb($1), 4490){from} from jsonb_populate_record(null::{name}, $2) as given
                 returning {id_column}, version"
            );
            transaction.query_one(&sql, &[wkb, &Json::Object(values.clone())]).await?
        }
        What::Update { id, wkb, values, .. } => {
            let set: String = known(layer, values).map(|field| format!("{field} = given.{field}, ")).collect();
            let sql = format!(
                "update {name} set {set} geom = coalesce(st_setsrid(st_geomfromwkb($1), 4490), {name}.geom)
                 from jsonb_populate_record(null::{name}, $2) as given
                 where {name}.{id_column} = $3
                 returning {name}.{id_column}, {name}.version"
            );
            transaction.query_one(&sql, &[wkb, &Json::Object(values.clone()), id]).await?
        }
        What::Delete { id, .. } => {
            transaction.execute(&format!("delete from {name} where {id_column} = $1"), &[id]).await?;
            return Ok(Written { layer: change.layer, id: *id, version: None, deed: Deed::Delete });
        }
    };
    let deed = if matches!(change.what, What::Create { .. }) { Deed::Create } else { Deed::Update };
    Ok(Written { layer: change.layer, id: row.try_get(0)?, version: Some(row.try_get(1)?), deed })
}

fn known<'a>(layer: &'a LayerDescription, values: &'a Map<String, Json>) -> impl Iterator<Item = &'static str> + 'a {
    layer.fields.iter().map(|field| field.name).filter(|name| values.contains_key(*name))
}

fn columns(layer: &LayerDescription, values: &Map<String, Json>, qualifier: &str) -> String {
    known(layer, values).map(|field| format!(", {qualifier}{field}")).collect()
}

/// Which edits are asked for: of a person, of a layer, older than one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    pub actor: Option<&'a str>,
    pub layer: Option<LayerId>,
    pub before: Option<i64>,
}

/// Whose edits are told: an account's, as long as all that they did is the viewer's own.
#[derive(Debug, Clone, Copy)]
pub struct Own<'a> {
    pub actor: &'a str,
    pub viewer: Viewer,
}

/// Edits, newest first.
pub async fn list(
    client: &impl GenericClient,
    own: Option<Own<'_>>,
    wanted: Wanted<'_>,
    at_most: i64,
) -> Result<Vec<EditEntry>, StoreError> {
    let all = include_str!("../../sql/queries/edit/list.sql");
    let Wanted { actor, layer, before } = wanted;
    let layer = layer.map(LayerId::name);
    let rows = match own {
        None => client.query(all, &[&actor, &layer, &before, &Some(at_most)]).await?,
        Some(Own { viewer, actor: own }) => {
            let Some(is_own) = ownership::is_own_edit(viewer, "$5") else { return Ok(Vec::new()) };
            let sql = format!(
                "select * from ({all}) as edit where edit.actor = $6 and {is_own} order by edit_id desc limit $7"
            );
            let (no_limit, whom) = (None::<i64>, viewer.speaks_for());
            client.query(&sql, &[&actor, &layer, &before, &no_limit, &whom, &own, &at_most]).await?
        }
    };
    rows.iter().map(entry).collect()
}

/// Whether all that an edit did is the viewer's own, and its account's deed.
pub async fn is_own(client: &impl GenericClient, own: Own<'_>, edit_id: i64) -> Result<bool, StoreError> {
    let Some(is_own) = ownership::is_own_edit(own.viewer, "$1") else { return Ok(false) };
    let sql = format!("select exists (select from edit where edit_id = $2 and actor = $3 and {is_own})");
    Ok(client.query_one(&sql, &[&own.viewer.speaks_for(), &edit_id, &own.actor]).await?.try_get(0)?)
}

/// An edit, locked, so that it is taken back once.
pub async fn find_for_update(transaction: &Transaction<'_>, edit_id: i64) -> Result<Option<EditEntry>, StoreError> {
    let sql = include_str!("../../sql/queries/edit/find_for_update.sql");
    transaction.query_opt(sql, &[&edit_id]).await?.as_ref().map(entry).transpose()
}

/// What this person would take back next, or do again next.
pub async fn last_of(client: &impl GenericClient, actor: &str, is_redo: bool) -> Result<Option<i64>, StoreError> {
    let sql = if is_redo {
        include_str!("../../sql/queries/edit/last_to_redo.sql")
    } else {
        include_str!("../../sql/queries/edit/last_to_undo.sql")
    };
    Ok(client.query_opt(sql, &[&actor]).await?.map(|row| row.try_get(0)).transpose()?)
}

pub async fn mark_undone(transaction: &Transaction<'_>, edit_id: i64) -> Result<(), StoreError> {
    transaction.execute(include_str!("../../sql/queries/edit/mark_undone.sql"), &[&edit_id]).await?;
    Ok(())
}

/// The name that the database gives to who names nobody.
pub async fn actor_or_user(client: &impl GenericClient, actor: &str) -> Result<String, StoreError> {
    let row = client.query_one("select coalesce(nullif($1, ''), session_user::text)", &[&actor]).await?;
    Ok(row.try_get(0)?)
}

/// An edit by its number.
pub async fn find(client: &impl GenericClient, edit_id: i64) -> Result<Option<EditEntry>, StoreError> {
    let sql = include_str!("../../sql/queries/edit/find.sql");
    client.query_opt(sql, &[&edit_id]).await?.as_ref().map(entry).transpose()
}

/// What an edit did to a feature: whole rows as history keeps them, `geometry` in place of `geom`.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    pub layer: String,
    pub id: i64,
    pub before: Option<Json>,
    pub after: Option<Json>,
}

/// What an edit did, by layer and id.
pub async fn effects(client: &impl GenericClient, edit_id: i64, at_most: i64) -> Result<Vec<Effect>, StoreError> {
    let rows = client.query(include_str!("../../sql/queries/edit/features.sql"), &[&edit_id, &at_most]).await?;
    rows.iter()
        .map(|row| {
            let (layer, id) = (row.try_get("layer")?, row.try_get("feature_id")?);
            Ok(Effect { layer, id, before: row.try_get("before")?, after: row.try_get("after")? })
        })
        .collect()
}

/// The whole row of a version that has ended.
pub async fn image_of_version(
    client: &impl GenericClient,
    layer: LayerId,
    id: i64,
    version: i32,
) -> Result<Option<Json>, StoreError> {
    let sql = include_str!("../../sql/queries/edit/image_of_version.sql");
    Ok(client.query_opt(sql, &[&layer.name(), &id, &version]).await?.map(|row| row.try_get(0)).transpose()?)
}

/// The last steps of a feature, newest first.
pub async fn feature_history(
    client: &impl GenericClient,
    layer: LayerId,
    id: i64,
    at_most: i64,
) -> Result<Vec<Step>, StoreError> {
    let sql = include_str!("../../sql/queries/edit/feature_history.sql");
    let rows = client.query(sql, &[&layer.name(), &id, &at_most]).await?;
    rows.iter()
        .map(|row| {
            Ok(Step {
                operation: row.try_get("operation")?,
                version: row.try_get("version")?,
                changed_at: row.try_get("changed_at")?,
                actor: row.try_get("actor")?,
                import_id: row.try_get("import_id")?,
                edit_id: row.try_get("edit_id")?,
                before: row.try_get("before")?,
                after: row.try_get("after")?,
            })
        })
        .collect()
}

/// A feature that is to be brought from one state to another; `None` is absence. The states are whole
/// rows, as history keeps them.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    pub layer: LayerId,
    pub id: i64,
    pub from: Option<Json>,
    pub to: Option<Json>,
}

/// What would take an edit back: for each feature from what the edit left to what it found.
pub async fn turns_back(transaction: &Transaction<'_>, edit_id: i64) -> Result<Vec<Turn>, StoreError> {
    let rows = transaction.query(include_str!("../../sql/queries/edit/net.sql"), &[&edit_id]).await?;
    let mut turns = Vec::with_capacity(rows.len());
    for row in rows {
        // A layer that a later version no longer has cannot be brought back.
        let Ok(layer) = row.try_get::<_, &str>("layer")?.parse() else { continue };
        let (id, from, to) = (row.try_get("feature_id")?, row.try_get("after")?, row.try_get("before")?);
        turns.push(Turn { layer, id, from, to });
    }
    Ok(turns)
}

/// What every write changes, and what says nothing about whether a feature is the same.
const BOOKKEEPING: [&str; 5] = ["version", "updated_at", "updated_by", "created_at", "created_by"];

/// The feature as it is, locked; `None` when it is not there.
pub async fn image_for_update(
    transaction: &Transaction<'_>,
    layer: LayerId,
    id: i64,
) -> Result<Option<Json>, StoreError> {
    let (name, id_column) = (layer.name(), layer.describe().id_column());
    let sql = format!("select row_image(to_jsonb(f), f.geom) from {name} as f where {id_column} = $1 for update");
    Ok(transaction.query_opt(&sql, &[&id]).await?.map(|row| row.try_get(0)).transpose()?)
}

/// True when two states are the same but for who wrote them when.
pub fn is_same(a: Option<&Json>, b: Option<&Json>) -> bool {
    let (Some(Json::Object(a)), Some(Json::Object(b))) = (a, b) else { return a.is_none() && b.is_none() };
    let content = |row: &Map<String, Json>, other: &Map<String, Json>| {
        row.iter()
            .filter(|(name, _)| !BOOKKEEPING.contains(&name.as_str()))
            .all(|(name, value)| other.get(name).unwrap_or(&Json::Null) == value)
    };
    content(a, b) && content(b, a)
}

/// Brings a locked feature to the state that it is to have, whatever it is in now.
pub async fn turn(transaction: &Transaction<'_>, turn: &Turn, is_there: bool) -> Result<Written, StoreError> {
    let (layer, id) = (turn.layer, turn.id);
    let description = layer.describe();
    let (name, id_column) = (description.name, description.id_column());
    let deed = Deed::between(turn.from.as_ref(), turn.to.as_ref());
    let gone = Written { layer, id, version: None, deed };
    let fields: String = description.fields.iter().map(|field| format!(", {}", field.name)).collect();
    let row = match (is_there, &turn.to) {
        (false, None) => return Ok(gone),
        (true, None) => {
            transaction.execute(&format!("delete from {name} where {id_column} = $1"), &[&id]).await?;
            return Ok(gone);
        }
        (true, Some(to)) => {
            let set: String = description.fields.iter().map(|field| format!(", {0} = old.{0}", field.name)).collect();
            let sql = format!(
                "update {name} set geom = old.geom, source = old.source, source_key = old.source_key,
                        import_id = old.import_id{set}
                 from jsonb_populate_record(null::{name}, $1) as old
                 where {name}.{id_column} = $2
                 returning {name}.{id_column}, {name}.version"
            );
            transaction.query_one(&sql, &[to, &id]).await?
        }
        (false, Some(to)) => {
            // It comes back under its number, with a version that it never had: an ETag is used once.
            let sql = format!(
                "insert into {name} ({id_column}, geom, source, source_key, import_id, version, created_at, created_by{fields})
                 overriding system value
                 select {id_column}, geom, source, source_key, import_id,
                        1 + greatest(version, (select max(version) from history where layer = '{name}' and feature_id = $2)),
                        created_at, created_by{fields}
                 from jsonb_populate_record(null::{name}, $1)
                 returning {id_column}, version"
            );
            transaction.query_one(&sql, &[to, &id]).await?
        }
    };
    Ok(Written { layer, id: row.try_get(0)?, version: Some(row.try_get(1)?), deed })
}

fn entry(row: &Row) -> Result<EditEntry, StoreError> {
    Ok(EditEntry {
        edit_id: row.try_get("edit_id")?,
        made_at: row.try_get("made_at")?,
        actor: row.try_get("actor")?,
        kind: row.try_get("kind")?,
        undoes: row.try_get("undoes")?,
        is_in_effect: row.try_get("is_in_effect")?,
        message: row.try_get("message")?,
        layers: row.try_get("layers")?,
        feature_count: row.try_get("feature_count")?,
    })
}

/// What would bring a layer back to how it was at a time: the features that changed since, with what they
/// were then. `bounds` (west, south, east, north): only those that lie there, now or then.
pub async fn turns_to(
    transaction: &Transaction<'_>,
    layer: LayerId,
    at: DateTime<Utc>,
    bounds: Option<[f64; 4]>,
) -> Result<Vec<Turn>, StoreError> {
    let (name, id) = (layer.name(), layer.describe().id_column());
    let sql = format!(
        "with first_after as (
             select distinct on (feature_id) feature_id, before
             from history
             where layer = '{name}' and changed_at > $1
             order by feature_id, history_id
         ), then_and_now as (
             select feature_id, case when (before ->> 'created_at')::timestamptz <= $1 then before end as before
             from first_after
             union all
             -- New since, and not touched again: only the row itself says so.
             select {id}, null::jsonb from {name}
             where created_at > $1 and not exists (select from first_after where feature_id = {id})
         )
         select feature_id, before, row_image(to_jsonb(now), now.geom) as now
         from then_and_now left join {name} as now on now.{id} = feature_id
         where ($2::float8 is null
                or now.geom && st_makeenvelope($2, $3, $4, $5, 4490)
                or (before ->> 'geom')::geometry && st_makeenvelope($2, $3, $4, $5, 4490))
         order by feature_id"
    );
    let [west, south, east, north] = bounds.map_or([None; 4], |b| b.map(Some));
    let rows = transaction.query(&sql, &[&at, &west, &south, &east, &north]).await?;
    let mut turns = Vec::new();
    for row in rows {
        let (from, to): (Option<Json>, Option<Json>) = (row.try_get("now")?, row.try_get("before")?);
        if !is_same(from.as_ref(), to.as_ref()) {
            turns.push(Turn { layer, id: row.try_get("feature_id")?, from, to });
        }
    }
    Ok(turns)
}
