//! Schemes: rows in and out. What an edit means is not known here; it is written whole or not at all.

use chrono::{DateTime, Utc};
use geo::MultiPolygon;
use geozero::wkb::Wkb;
use geozero::{CoordDimensions, ToGeo, ToWkb};
use serde_json::Value as Json;
use tokio_postgres::{GenericClient, IsolationLevel, Row, Transaction};

use super::{Store, StoreError};

/// A scheme as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct SchemeRow {
    pub scheme_id: i64,
    pub name: String,
    pub note: Option<String>,
    pub state: String,
    pub member_rule: String,
    pub member_threshold: f64,
    pub origin: Option<Json>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: String,
}

/// A precinct of a scheme; `version` counts how often it was truly touched.
#[derive(Debug, Clone, PartialEq)]
pub struct PrecinctRow {
    pub precinct_id: i64,
    pub version: i32,
    pub outline: MultiPolygon<f64>,
    pub code: Option<String>,
    pub name: String,
    pub responsible_body: Option<String>,
    pub start_year: Option<i64>,
    pub is_pilot: Option<bool>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct MemberRow {
    pub community_id: i64,
    pub precinct_id: Option<i64>,
    pub how: String,
}

/// A scheme with all that is in it, read at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Whole {
    pub scheme: SchemeRow,
    pub precincts: Vec<PrecinctRow>,
    pub members: Vec<MemberRow>,
    /// The last step of its history.
    pub last_step: i64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct StepRow {
    pub scheme_step_id: i64,
    pub made_at: DateTime<Utc>,
    pub actor: String,
    pub kind: String,
    pub message: Option<String>,
    pub back_to: Option<i64>,
    pub changes: Json,
}

/// A step that is to be written.
#[derive(Debug, Clone)]
pub struct NewStep<'a> {
    pub kind: &'a str,
    pub message: Option<&'a str>,
    pub back_to: Option<i64>,
    pub changes: &'a Json,
}

fn scheme(row: &Row) -> Result<SchemeRow, StoreError> {
    Ok(SchemeRow {
        scheme_id: row.try_get("scheme_id")?,
        name: row.try_get("name")?,
        note: row.try_get("note")?,
        state: row.try_get("state")?,
        member_rule: row.try_get("member_rule")?,
        member_threshold: row.try_get("member_threshold")?,
        origin: row.try_get("origin")?,
        version: row.try_get("version")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
        updated_by: row.try_get("updated_by")?,
    })
}

fn precinct(row: &Row) -> Result<PrecinctRow, StoreError> {
    let id: i64 = row.try_get("precinct_id")?;
    let wkb: &[u8] = row.try_get("geom")?;
    let refuse = |why: String| StoreError::Row { table: "precinct", id, why };
    let outline = match Wkb(wkb).to_geo().map_err(|error| refuse(error.to_string()))? {
        geo::Geometry::MultiPolygon(outline) => outline,
        _ => return Err(refuse("its shape is no area".to_owned())),
    };
    Ok(PrecinctRow {
        precinct_id: id,
        version: row.try_get("version")?,
        outline,
        code: row.try_get("code")?,
        name: row.try_get("name")?,
        responsible_body: row.try_get("responsible_body")?,
        start_year: row.try_get("start_year")?,
        is_pilot: row.try_get("is_pilot")?,
    })
}

pub async fn list(store: &Store) -> Result<Vec<SchemeRow>, StoreError> {
    let client = store.connect_raw().await?;
    client.query(include_str!("../../sql/queries/scheme/list.sql"), &[]).await?.iter().map(scheme).collect()
}

/// A scheme at one moment.
pub async fn find(store: &Store, scheme_id: i64) -> Result<Option<Whole>, StoreError> {
    let mut client = store.connect_raw().await?;
    let builder = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
    let transaction = builder.start().await?;
    let sql = include_str!("../../sql/queries/scheme/find.sql");
    let Some(row) = transaction.query_opt(sql, &[&scheme_id]).await? else { return Ok(None) };
    let whole = contents(&transaction, scheme(&row)?).await?;
    transaction.commit().await?;
    Ok(Some(whole))
}

/// A scheme that nobody else edits until this transaction has ended.
pub async fn find_for_update(transaction: &Transaction<'_>, scheme_id: i64) -> Result<Option<Whole>, StoreError> {
    let sql = include_str!("../../sql/queries/scheme/find_for_update.sql");
    let Some(row) = transaction.query_opt(sql, &[&scheme_id]).await? else { return Ok(None) };
    Ok(Some(contents(transaction, scheme(&row)?).await?))
}

async fn contents(client: &impl GenericClient, scheme: SchemeRow) -> Result<Whole, StoreError> {
    let id = scheme.scheme_id;
    let precincts = client.query(include_str!("../../sql/queries/scheme/precincts.sql"), &[&id]).await?;
    let members = client.query(include_str!("../../sql/queries/scheme/members.sql"), &[&id]).await?;
    let last = client.query_one(include_str!("../../sql/queries/scheme/last_step.sql"), &[&id]).await?;
    let member = |row: &Row| {
        let (community_id, precinct_id) = (row.try_get("community_id")?, row.try_get("precinct_id")?);
        Ok(MemberRow { community_id, precinct_id, how: row.try_get("how")? })
    };
    Ok(Whole {
        scheme,
        precincts: precincts.iter().map(precinct).collect::<Result<_, _>>()?,
        members: members.iter().map(member).collect::<Result<_, StoreError>>()?,
        last_step: last.try_get("last_step")?,
    })
}

/// Marks a transaction as one that changes precincts through their scheme, and by whom.
pub async fn begin(transaction: &Transaction<'_>, actor: &str) -> Result<(), StoreError> {
    let sql = "select set_config('pianqu.actor', $1, true), set_config('pianqu.in_scheme', 'yes', true)";
    transaction.query_one(sql, &[&actor]).await?;
    Ok(())
}

/// A new scheme without precincts; an error about the data where the name is taken.
pub async fn create(
    transaction: &Transaction<'_>,
    (name, note): (&str, Option<&str>),
    (member_rule, member_threshold): (&str, f64),
    origin: Option<&Json>,
) -> Result<SchemeRow, StoreError> {
    let sql = include_str!("../../sql/queries/scheme/create.sql");
    scheme(&transaction.query_one(sql, &[&name, &note, &member_rule, &member_threshold, &origin]).await?)
}

/// Name, note, rule and state of a scheme.
pub async fn update(transaction: &Transaction<'_>, row: &SchemeRow) -> Result<(), StoreError> {
    let sql = include_str!("../../sql/queries/scheme/update.sql");
    let SchemeRow { scheme_id, name, note, member_rule, member_threshold, state, .. } = row;
    transaction.execute(sql, &[scheme_id, name, note, member_rule, member_threshold, state]).await?;
    Ok(())
}

/// The one that was adopted no longer is; its number.
pub async fn supersede_adopted(transaction: &Transaction<'_>, by: i64) -> Result<Option<i64>, StoreError> {
    let sql = include_str!("../../sql/queries/scheme/supersede_adopted.sql");
    Ok(transaction.query_opt(sql, &[&by]).await?.map(|row| row.try_get(0)).transpose()?)
}

/// Deletes a scheme with its precincts and members. Its history stays.
pub async fn delete(transaction: &Transaction<'_>, scheme_id: i64) -> Result<(), StoreError> {
    transaction.execute("delete from scheme_member where scheme_id = $1", &[&scheme_id]).await?;
    transaction.execute("delete from precinct where scheme_id = $1", &[&scheme_id]).await?;
    transaction.execute("delete from scheme where scheme_id = $1", &[&scheme_id]).await?;
    Ok(())
}

/// How a precinct comes to stand in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    New,
    Update,
    /// It was deleted, and comes back under its number.
    Revive,
}

/// Writes a precinct; its number.
pub async fn put_precinct(
    transaction: &Transaction<'_>,
    scheme_id: i64,
    row: &PrecinctRow,
    put: Put,
) -> Result<i64, StoreError> {
    let PrecinctRow { precinct_id, outline, code, name, responsible_body, start_year, is_pilot, .. } = row;
    let refuse = |why: String| StoreError::Row { table: "precinct", id: *precinct_id, why };
    let shape = geo::Geometry::MultiPolygon(outline.clone());
    let wkb = shape.to_wkb(CoordDimensions::xy()).map_err(|error| refuse(error.to_string()))?;
    let row = match put {
        Put::New => {
            let sql = include_str!("../../sql/queries/scheme/insert_precinct.sql");
            transaction.query_one(sql, &[&scheme_id, &wkb, code, name, responsible_body, start_year, is_pilot]).await?
        }
        Put::Update | Put::Revive => {
            let sql = match put {
                Put::Update => include_str!("../../sql/queries/scheme/update_precinct.sql"),
                _ => include_str!("../../sql/queries/scheme/revive_precinct.sql"),
            };
            let values: [&(dyn tokio_postgres::types::ToSql + Sync); 8] =
                [&scheme_id, &wkb, code, name, responsible_body, start_year, is_pilot, precinct_id];
            transaction.query_one(sql, &values).await?
        }
    };
    Ok(row.try_get(0)?)
}

pub async fn delete_precinct(transaction: &Transaction<'_>, precinct_id: i64) -> Result<(), StoreError> {
    transaction.execute("delete from precinct where precinct_id = $1", &[&precinct_id]).await?;
    Ok(())
}

/// Counts that a precinct was truly touched.
pub async fn touch(transaction: &Transaction<'_>, scheme_id: i64, precinct_id: i64) -> Result<(), StoreError> {
    let sql = include_str!("../../sql/queries/scheme/touch_precinct.sql");
    transaction.execute(sql, &[&precinct_id, &scheme_id]).await?;
    Ok(())
}

/// Writes where a community belongs; `None`: nothing is said of it.
pub async fn put_member(
    transaction: &Transaction<'_>,
    scheme_id: i64,
    community_id: i64,
    member: Option<&MemberRow>,
) -> Result<(), StoreError> {
    match member {
        Some(member) => {
            let sql = include_str!("../../sql/queries/scheme/put_member.sql");
            transaction.execute(sql, &[&scheme_id, &community_id, &member.precinct_id, &member.how]).await?
        }
        None => {
            let sql = "delete from scheme_member where scheme_id = $1 and community_id = $2";
            transaction.execute(sql, &[&scheme_id, &community_id]).await?
        }
    };
    Ok(())
}

/// Writes a step of the history: its number and the transaction's.
pub async fn write_step(
    transaction: &Transaction<'_>,
    scheme_id: i64,
    step: &NewStep<'_>,
) -> Result<(i64, u64), StoreError> {
    let sql = include_str!("../../sql/queries/scheme/write_step.sql");
    let NewStep { kind, message, back_to, changes } = step;
    let row = transaction.query_one(sql, &[&scheme_id, kind, message, back_to, changes]).await?;
    let xid: &str = row.try_get("xid")?;
    let step: i64 = row.try_get("scheme_step_id")?;
    let xid = xid.parse().map_err(|_| StoreError::Row { table: "scheme_step", id: step, why: "its xid".to_owned() })?;
    Ok((step, xid))
}

/// Steps of a scheme, the newest first; of a deleted one too.
pub async fn steps(
    store: &Store,
    scheme_id: i64,
    before: Option<i64>,
    at_most: i64,
) -> Result<Vec<StepRow>, StoreError> {
    let client = store.connect_raw().await?;
    let sql = include_str!("../../sql/queries/scheme/steps.sql");
    let step = |row: &Row| {
        Ok(StepRow {
            scheme_step_id: row.try_get("scheme_step_id")?,
            made_at: row.try_get("made_at")?,
            actor: row.try_get("actor")?,
            kind: row.try_get("kind")?,
            message: row.try_get("message")?,
            back_to: row.try_get("back_to")?,
            changes: row.try_get("changes")?,
        })
    };
    client.query(sql, &[&scheme_id, &before, &at_most]).await?.iter().map(step).collect()
}

/// What was changed after a step, in its order.
pub async fn changes_after(transaction: &Transaction<'_>, scheme_id: i64, step: i64) -> Result<Vec<Json>, StoreError> {
    let sql = include_str!("../../sql/queries/scheme/steps_after.sql");
    let rows = transaction.query(sql, &[&scheme_id, &step]).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}
