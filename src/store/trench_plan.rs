//! Plans of shared trenches: rows in and out. What a reply means is not known here.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use geo::{Geometry, LineString, MultiLineString};
use geozero::{CoordDimensions, ToWkb};
use serde_json::Value as Json;
use tokio_postgres::{GenericClient, IsolationLevel, Row, Transaction};

use super::{Store, StoreError};

#[derive(Debug, Clone, PartialEq)]
pub struct PlanRow {
    pub trench_plan_id: i64,
    pub name: String,
    pub state: String,
    pub made_from: Json,
    pub terms: Json,
    pub revision: i64,
    pub answer: Json,
    pub round: i32,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: String,
}

/// A plan as a list shows it: its answer without the long parts.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanEntry {
    /// `answer` holds totals and bound alone.
    pub plan: PlanRow,
    /// State and how many trenches stand so.
    pub trenches: Vec<(String, i64)>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct PlannedTrenchRow {
    pub planned_trench_id: i64,
    pub number: i32,
    pub version: i32,
    pub state: String,
    pub lead_operator: Option<String>,
    pub result: Json,
    pub works: Json,
    pub agreed_at: Option<DateTime<Utc>>,
    pub shared_trench_id: Option<i64>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ReplyRow {
    pub trench_reply_id: i64,
    pub planned_trench_id: i64,
    pub trench_version: i32,
    pub operator: String,
    pub reply: String,
    pub reason: Option<String>,
    pub first_day: Option<NaiveDate>,
    pub last_day: Option<NaiveDate>,
    pub made_at: DateTime<Utc>,
    pub actor: String,
}

/// A plan with all that is in it, read at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct WholePlan {
    pub plan: PlanRow,
    /// By number.
    pub trenches: Vec<PlannedTrenchRow>,
    /// In the order in which they came.
    pub replies: Vec<ReplyRow>,
    /// The last step of its history.
    pub last_step: i64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct PlanStepRow {
    pub trench_plan_step_id: i64,
    pub planned_trench_id: Option<i64>,
    pub made_at: DateTime<Utc>,
    pub actor: String,
    pub kind: String,
    pub changes: Json,
}

/// What a trench is written from.
#[derive(Debug, Clone)]
pub struct NewTrench<'a> {
    pub street_id: Option<i64>,
    pub work_ids: &'a [i64],
    pub operators: &'a [String],
    pub lead_operator: Option<&'a str>,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    /// Longitude and latitude.
    pub line: &'a [[f64; 2]],
    pub result: &'a Json,
    pub works: &'a Json,
}

fn plan(row: &Row) -> Result<PlanRow, StoreError> {
    Ok(PlanRow {
        trench_plan_id: row.try_get("trench_plan_id")?,
        name: row.try_get("name")?,
        state: row.try_get("state")?,
        made_from: row.try_get("made_from")?,
        terms: row.try_get("terms")?,
        revision: row.try_get("revision")?,
        answer: row.try_get("answer")?,
        round: row.try_get("round")?,
        version: row.try_get("version")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
        updated_by: row.try_get("updated_by")?,
    })
}

fn trench(row: &Row) -> Result<PlannedTrenchRow, StoreError> {
    Ok(PlannedTrenchRow {
        planned_trench_id: row.try_get("planned_trench_id")?,
        number: row.try_get("number")?,
        version: row.try_get("version")?,
        state: row.try_get("state")?,
        lead_operator: row.try_get("lead_operator")?,
        result: row.try_get("result")?,
        works: row.try_get("works")?,
        agreed_at: row.try_get("agreed_at")?,
        shared_trench_id: row.try_get("shared_trench_id")?,
    })
}

fn reply(row: &Row) -> Result<ReplyRow, StoreError> {
    Ok(ReplyRow {
        trench_reply_id: row.try_get("trench_reply_id")?,
        planned_trench_id: row.try_get("planned_trench_id")?,
        trench_version: row.try_get("trench_version")?,
        operator: row.try_get("operator")?,
        reply: row.try_get("reply")?,
        reason: row.try_get("reason")?,
        first_day: row.try_get("first_day")?,
        last_day: row.try_get("last_day")?,
        made_at: row.try_get("made_at")?,
        actor: row.try_get("actor")?,
    })
}

/// All plans, in the order in which they were made.
pub async fn list(store: &Store) -> Result<Vec<PlanEntry>, StoreError> {
    let client = store.connect_raw().await?;
    let rows = client.query(include_str!("../../sql/queries/trench_plan/list.sql"), &[]).await?;
    let entry = |row: &Row| {
        let (states, counts): (Vec<String>, Vec<i64>) = (row.try_get("states")?, row.try_get("counts")?);
        Ok(PlanEntry { plan: plan(row)?, trenches: states.into_iter().zip(counts).collect() })
    };
    rows.iter().map(entry).collect()
}

/// A plan at one moment.
pub async fn find(store: &Store, plan_id: i64) -> Result<Option<WholePlan>, StoreError> {
    let mut client = store.connect_raw().await?;
    let builder = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
    let transaction = builder.start().await?;
    let sql = include_str!("../../sql/queries/trench_plan/find.sql");
    let Some(row) = transaction.query_opt(sql, &[&plan_id]).await? else { return Ok(None) };
    let whole = contents(&transaction, plan(&row)?).await?;
    transaction.commit().await?;
    Ok(Some(whole))
}

/// Plans that are no drafts and have a trench in which an operator takes part, in the order in which they were made.
pub async fn plans_of_operator(store: &Store, operator: &str) -> Result<Vec<i64>, StoreError> {
    let client = store.connect_raw().await?;
    let sql = include_str!("../../sql/queries/trench_plan/of_operator.sql");
    client.query(sql, &[&operator]).await?.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// The openings of a plan that is not a draft, as they were told.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanOpenings {
    pub trench_plan_id: i64,
    pub state: String,
    pub openings: Json,
    /// All works of the plan, with a day or without.
    pub work_ids: Vec<i64>,
}

/// Features of the layer `shared_trench` that plans made, also of trenches that were taken back since.
pub async fn features(transaction: &Transaction<'_>) -> Result<BTreeSet<i64>, StoreError> {
    let sql = "select shared_trench_id from planned_trench where shared_trench_id is not null";
    transaction.query(sql, &[]).await?.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// A trench of another plan that was agreed.
#[derive(Debug, Clone, PartialEq)]
pub struct AgreedRow {
    pub trench_plan_id: i64,
    pub number: i32,
    pub street_id: Option<i64>,
    pub work_ids: Vec<i64>,
    pub starts_on: NaiveDate,
}

/// Agreed trenches of other plans with one of these works. Until the transaction ends nobody else asks, so that two
/// plans never agree on the same work at once.
pub async fn agreed_elsewhere(
    transaction: &Transaction<'_>,
    plan_id: i64,
    work_ids: &[i64],
) -> Result<Vec<AgreedRow>, StoreError> {
    transaction.execute("select pg_advisory_xact_lock(hashtext('planned_trench'))", &[]).await?;
    let sql = include_str!("../../sql/queries/trench_plan/agreed_elsewhere.sql");
    let row = |row: &Row| {
        Ok(AgreedRow {
            trench_plan_id: row.try_get("trench_plan_id")?,
            number: row.try_get("number")?,
            street_id: row.try_get("street_id")?,
            work_ids: row.try_get("work_ids")?,
            starts_on: row.try_get("starts_on")?,
        })
    };
    transaction.query(sql, &[&plan_id, &work_ids]).await?.iter().map(row).collect()
}

/// All trenches that were agreed, but those of one plan.
pub async fn agreed_but_of(store: &Store, plan_id: Option<i64>) -> Result<Vec<PlannedTrenchRow>, StoreError> {
    let client = store.connect_raw().await?;
    let sql = include_str!("../../sql/queries/trench_plan/agreed_but_of.sql");
    client.query(sql, &[&plan_id]).await?.iter().map(trench).collect()
}

/// Works that were agreed on, and when they start.
#[derive(Debug, Clone, PartialEq)]
pub struct AgreedWorks {
    pub work_ids: Vec<i64>,
    pub starts_on: NaiveDate,
}

/// What plans open: of all but drafts, in the order in which they were made, and what of it was agreed.
pub async fn openings(store: &Store) -> Result<(Vec<PlanOpenings>, Vec<AgreedWorks>), StoreError> {
    let mut client = store.connect_raw().await?;
    let builder = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
    let transaction = builder.start().await?;
    let plans = transaction.query(include_str!("../../sql/queries/trench_plan/openings.sql"), &[]).await?;
    let agreed = transaction.query(include_str!("../../sql/queries/trench_plan/agreed.sql"), &[]).await?;
    transaction.commit().await?;
    let plan = |row: &Row| {
        Ok(PlanOpenings {
            trench_plan_id: row.try_get("trench_plan_id")?,
            state: row.try_get("state")?,
            openings: row.try_get("openings")?,
            work_ids: row.try_get("work_ids")?,
        })
    };
    let works =
        |row: &Row| Ok(AgreedWorks { work_ids: row.try_get("work_ids")?, starts_on: row.try_get("starts_on")? });
    Ok((
        plans.iter().map(plan).collect::<Result<_, StoreError>>()?,
        agreed.iter().map(works).collect::<Result<_, StoreError>>()?,
    ))
}

/// A plan that nobody else changes until this transaction has ended.
pub async fn find_for_update(transaction: &Transaction<'_>, plan_id: i64) -> Result<Option<WholePlan>, StoreError> {
    let sql = include_str!("../../sql/queries/trench_plan/find_for_update.sql");
    let Some(row) = transaction.query_opt(sql, &[&plan_id]).await? else { return Ok(None) };
    Ok(Some(contents(transaction, plan(&row)?).await?))
}

async fn contents(client: &impl GenericClient, plan: PlanRow) -> Result<WholePlan, StoreError> {
    let id = plan.trench_plan_id;
    let trenches = client.query(include_str!("../../sql/queries/trench_plan/trenches.sql"), &[&id]).await?;
    let replies = client.query(include_str!("../../sql/queries/trench_plan/replies.sql"), &[&id]).await?;
    let last = client.query_one(include_str!("../../sql/queries/trench_plan/last_step.sql"), &[&id]).await?;
    Ok(WholePlan {
        plan,
        trenches: trenches.iter().map(trench).collect::<Result<_, _>>()?,
        replies: replies.iter().map(reply).collect::<Result<_, _>>()?,
        last_step: last.try_get("last_step")?,
    })
}

/// Signs a transaction, and marks it as one that changes agreed trenches through their plan.
pub async fn begin(transaction: &Transaction<'_>, actor: &str) -> Result<(), StoreError> {
    let sql = "select set_config('pianqu.actor', $1, true), set_config('pianqu.in_trench_plan', 'yes', true)";
    transaction.query_one(sql, &[&actor]).await?;
    Ok(())
}

/// A new plan without trenches; an error about the data where the name is taken.
pub async fn create(
    transaction: &Transaction<'_>,
    name: &str,
    (made_from, terms): (&Json, &Json),
    (revision, answer): (i64, &Json),
) -> Result<PlanRow, StoreError> {
    let sql = include_str!("../../sql/queries/trench_plan/create.sql");
    plan(&transaction.query_one(sql, &[&name, made_from, terms, &revision, answer]).await?)
}

pub async fn update_state(transaction: &Transaction<'_>, plan_id: i64, state: &str) -> Result<(), StoreError> {
    let sql = "update trench_plan set state = $2 where trench_plan_id = $1";
    transaction.execute(sql, &[&plan_id, &state]).await?;
    Ok(())
}

/// Another round: what it was planned from, and what came of it.
pub async fn update_round(
    transaction: &Transaction<'_>,
    plan_id: i64,
    terms: &Json,
    (revision, answer): (i64, &Json),
) -> Result<(), StoreError> {
    let sql = include_str!("../../sql/queries/trench_plan/update_round.sql");
    transaction.execute(sql, &[&plan_id, terms, &revision, answer]).await?;
    Ok(())
}

/// Deletes a plan with its trenches. Its history stays.
pub async fn delete(transaction: &Transaction<'_>, plan_id: i64) -> Result<(), StoreError> {
    transaction.execute("delete from trench_plan where trench_plan_id = $1", &[&plan_id]).await?;
    Ok(())
}

fn wkb(table: &'static str, id: i64, line: &[[f64; 2]]) -> Result<Vec<u8>, StoreError> {
    let line = LineString::from(line.iter().map(|at| (at[0], at[1])).collect::<Vec<_>>());
    let shape = Geometry::MultiLineString(MultiLineString(vec![line]));
    shape.to_wkb(CoordDimensions::xy()).map_err(|error| StoreError::Row { table, id, why: error.to_string() })
}

/// A trench that the plan did not have; its id.
pub async fn insert_trench(
    transaction: &Transaction<'_>,
    plan_id: i64,
    number: i32,
    new: &NewTrench<'_>,
) -> Result<i64, StoreError> {
    let NewTrench { street_id, work_ids, operators, lead_operator, starts_on, ends_on, line, result, works } = new;
    let wkb = wkb("planned_trench", i64::from(number), line)?;
    let sql = include_str!("../../sql/queries/trench_plan/insert_trench.sql");
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 11] =
        [&plan_id, &number, street_id, work_ids, operators, lead_operator, starts_on, ends_on, &wkb, result, works];
    Ok(transaction.query_one(sql, &values).await?.try_get(0)?)
}

/// A trench that changed: its next version, proposed anew.
pub async fn update_trench(
    transaction: &Transaction<'_>,
    trench_id: i64,
    new: &NewTrench<'_>,
) -> Result<(), StoreError> {
    let NewTrench { street_id, work_ids, operators, lead_operator, starts_on, ends_on, line, result, works } = new;
    let wkb = wkb("planned_trench", trench_id, line)?;
    let sql = include_str!("../../sql/queries/trench_plan/update_trench.sql");
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 10] =
        [&trench_id, street_id, work_ids, operators, lead_operator, starts_on, ends_on, &wkb, result, works];
    transaction.execute(sql, &values).await?;
    Ok(())
}

pub async fn update_trench_state(transaction: &Transaction<'_>, trench_id: i64, state: &str) -> Result<(), StoreError> {
    let sql = "update planned_trench set state = $2 where planned_trench_id = $1";
    transaction.execute(sql, &[&trench_id, &state]).await?;
    Ok(())
}

pub async fn update_lead(transaction: &Transaction<'_>, trench_id: i64, operator: &str) -> Result<(), StoreError> {
    let sql = include_str!("../../sql/queries/trench_plan/update_lead.sql");
    transaction.execute(sql, &[&trench_id, &operator]).await?;
    Ok(())
}

/// What an agreed trench becomes in the layer `shared_trench`.
#[derive(Debug, Clone)]
pub struct LayerRow<'a> {
    pub code: &'a str,
    pub name: &'a str,
    pub lead_operator: Option<&'a str>,
    pub width_m: Option<f64>,
    pub depth_m: Option<f64>,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    pub members: &'a str,
    /// Who may see it beside the city; `None`: nobody.
    pub operators: Option<&'a str>,
}

/// Marks a trench as agreed and writes its row of the layer; that one's id.
pub async fn agree(transaction: &Transaction<'_>, trench_id: i64, row: &LayerRow<'_>) -> Result<i64, StoreError> {
    let LayerRow { code, name, lead_operator, width_m, depth_m, starts_on, ends_on, members, operators } = row;
    let sql = include_str!("../../sql/queries/trench_plan/agree.sql");
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 10] =
        [&trench_id, code, name, lead_operator, width_m, depth_m, starts_on, ends_on, members, operators];
    Ok(transaction.query_one(sql, &values).await?.try_get(0)?)
}

/// Takes an agreed trench back: its row of the layer goes, with its history kept.
pub async fn withdraw(transaction: &Transaction<'_>, trench_id: i64) -> Result<(), StoreError> {
    let sql = include_str!("../../sql/queries/trench_plan/withdraw.sql");
    transaction.execute(sql, &[&trench_id]).await?;
    Ok(())
}

/// What an operator says; its number.
pub async fn insert_reply(
    transaction: &Transaction<'_>,
    trench_id: i64,
    (version, operator, reply): (i32, &str, &str),
    reason: Option<&str>,
    days: Option<(NaiveDate, NaiveDate)>,
) -> Result<i64, StoreError> {
    let (first, last) = (days.map(|days| days.0), days.map(|days| days.1));
    let sql = include_str!("../../sql/queries/trench_plan/insert_reply.sql");
    let row = transaction.query_one(sql, &[&trench_id, &version, &operator, &reply, &reason, &first, &last]).await?;
    Ok(row.try_get(0)?)
}

/// Writes a step of the history: its number and the transaction's.
pub async fn write_step(
    transaction: &Transaction<'_>,
    plan_id: i64,
    trench_id: Option<i64>,
    kind: &str,
    changes: &Json,
) -> Result<(i64, u64), StoreError> {
    let sql = include_str!("../../sql/queries/trench_plan/write_step.sql");
    let row = transaction.query_one(sql, &[&plan_id, &trench_id, &kind, changes]).await?;
    let (step, xid): (i64, &str) = (row.try_get("trench_plan_step_id")?, row.try_get("xid")?);
    let why = "its xid".to_owned();
    let xid = xid.parse().map_err(|_| StoreError::Row { table: "trench_plan_step", id: step, why })?;
    Ok((step, xid))
}

/// Steps of a plan, the newest first; of a deleted one too.
pub async fn steps(
    store: &Store,
    plan_id: i64,
    before: Option<i64>,
    at_most: i64,
) -> Result<Vec<PlanStepRow>, StoreError> {
    let client = store.connect_raw().await?;
    let sql = include_str!("../../sql/queries/trench_plan/steps.sql");
    let step = |row: &Row| {
        Ok(PlanStepRow {
            trench_plan_step_id: row.try_get("trench_plan_step_id")?,
            planned_trench_id: row.try_get("planned_trench_id")?,
            made_at: row.try_get("made_at")?,
            actor: row.try_get("actor")?,
            kind: row.try_get("kind")?,
            changes: row.try_get("changes")?,
        })
    };
    client.query(sql, &[&plan_id, &before, &at_most]).await?.iter().map(step).collect()
}
