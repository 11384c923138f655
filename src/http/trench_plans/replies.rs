//! What operators say of a trench, who leads it, and taking it back.

use axum::extract::{Path, State};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{PlannedTrench, TrenchPlanSummary, number, plans_of, refusal, staff, unknown_trench};
use crate::app::trench_plans::{Deed, NewReply};
use crate::domain::Viewer;
use crate::domain::trench_plan::ReplyKind;
use crate::http::AppState;
use crate::http::author::Author;
use crate::http::body::{JsonBody, parse};
use crate::http::problem::{Kind, Problem, ProblemBody};

const MOST_REASON: usize = 500;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplyOrder {
    /// The version of the trench that you saw.
    version: i32,
    /// As its works name it.
    operator: String,
    reply: ReplyKind,
    /// Needed unless it is an acceptance.
    #[serde(default)]
    reason: Option<String>,
    /// Of a shift: the first day that would do.
    #[serde(default)]
    first_day: Option<NaiveDate>,
    /// Of a shift: the last day, included.
    #[serde(default)]
    last_day: Option<NaiveDate>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeadOrder {
    operator: String,
    /// The version of the trench that you saw.
    version: i32,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawOrder {
    reason: String,
    /// The version of the trench that you saw.
    version: i32,
}

/// A trench after something was done to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlannedTrenchDone {
    step: Option<i64>,
    plan: TrenchPlanSummary,
    trench: PlannedTrench,
}

/// Both days or none.
pub(super) fn days_of(
    first: Option<NaiveDate>,
    last: Option<NaiveDate>,
) -> Result<Option<(NaiveDate, NaiveDate)>, Problem> {
    if first.is_some() != last.is_some() {
        let missing = if first.is_none() { "/first_day" } else { "/last_day" };
        return Err(Problem::at_pointer(Kind::InvalidBody, missing, "is missing"));
    }
    Ok(first.zip(last))
}

pub(super) fn said(reason: Option<String>) -> Result<Option<String>, Problem> {
    let reason = reason.map(|reason| reason.trim().to_owned()).filter(|reason| !reason.is_empty());
    if reason.as_ref().is_some_and(|reason| reason.chars().count() > MOST_REASON || reason.contains('\0')) {
        let detail = format!("a reason has {MOST_REASON} characters at most");
        return Err(Problem::at_pointer(Kind::InvalidBody, "/reason", detail));
    }
    Ok(reason)
}

async fn perform(
    state: &AppState,
    author: &Author,
    (id, trench_id): (&str, i64),
    deed: Deed,
) -> Result<axum::Json<PlannedTrenchDone>, Problem> {
    let done = plans_of(state)?.perform(&author.name, number(id)?, &deed).await.map_err(|error| refusal(error, id))?;
    let trench = done.stored.find_trench(trench_id).ok_or_else(|| unknown_trench(&trench_id.to_string()))?;
    Ok(axum::Json(PlannedTrenchDone {
        step: done.step,
        plan: TrenchPlanSummary::of_stored(&done.stored),
        trench: PlannedTrench::of(&done.stored, trench),
    }))
}

pub(super) fn trench_number(id: &str) -> Result<i64, Problem> {
    id.parse().map_err(|_| unknown_trench(id))
}

/// What an operator says of a trench: it accepts, asks for other days, or refuses. The last word on the current version
/// counts; all are kept. With the last acceptance the trench is agreed and becomes a feature of the layer
/// `shared_trench`.
#[utoipa::path(post, path = "/api/trench-plans/{trench_plan_id}/trenches/{trench_id}/replies", tag = "trenches",
    request_body = ReplyOrder,
    params(("trench_plan_id" = i64, Path, description = "Number of a plan"),
        ("trench_id" = i64, Path, description = "Number of a trench of it")),
    responses((status = 200, description = "It is taken", body = PlannedTrenchDone),
        (status = 404, description = "No such plan or trench", body = ProblemBody),
        (status = 409, description = "Nobody replies to it now", body = ProblemBody),
        (status = 412, description = "The trench has another version; `current` is what it is now", body = ProblemBody),
        (status = 422, description = "It cannot be taken; `reason` says why", body = ProblemBody)))]
pub async fn create_trench_reply(
    State(state): State<AppState>,
    Path((id, trench)): Path<(String, String)>,
    viewer: Viewer,
    author: Result<Author, Problem>,
    JsonBody(body): JsonBody,
) -> Result<axum::Json<PlannedTrenchDone>, Problem> {
    staff(viewer, &id)?;
    let (author, order) = (author?, parse::<ReplyOrder>(body)?);
    let trench_id = trench_number(&trench)?;
    let reply = NewReply {
        version: order.version,
        operator: order.operator,
        kind: order.reply,
        reason: said(order.reason)?,
        days: days_of(order.first_day, order.last_day)?,
    };
    perform(&state, &author, (&id, trench_id), Deed::Reply { trench_id, reply }).await
}

/// Names the operator that leads a trench.
#[utoipa::path(put, path = "/api/trench-plans/{trench_plan_id}/trenches/{trench_id}/lead", tag = "trenches",
    request_body = LeadOrder,
    params(("trench_plan_id" = i64, Path, description = "Number of a plan"),
        ("trench_id" = i64, Path, description = "Number of a trench of it")),
    responses((status = 200, description = "It is done", body = PlannedTrenchDone),
        (status = 400, description = "It takes no part in the trench", body = ProblemBody),
        (status = 404, description = "No such plan or trench", body = ProblemBody),
        (status = 412, description = "The trench has another version", body = ProblemBody)))]
pub async fn replace_trench_lead(
    State(state): State<AppState>,
    Path((id, trench)): Path<(String, String)>,
    viewer: Viewer,
    author: Result<Author, Problem>,
    JsonBody(body): JsonBody,
) -> Result<axum::Json<PlannedTrenchDone>, Problem> {
    staff(viewer, &id)?;
    let (author, LeadOrder { operator, version }) = (author?, parse(body)?);
    let trench_id = trench_number(&trench)?;
    perform(&state, &author, (&id, trench_id), Deed::Lead { trench_id, version, operator }).await
}

/// The city takes a trench back, agreed or not, and says why. Its feature leaves the layer; its history stays.
#[utoipa::path(post, path = "/api/trench-plans/{trench_plan_id}/trenches/{trench_id}/withdraw", tag = "trenches",
    request_body = WithdrawOrder,
    params(("trench_plan_id" = i64, Path, description = "Number of a plan"),
        ("trench_id" = i64, Path, description = "Number of a trench of it")),
    responses((status = 200, description = "It is done", body = PlannedTrenchDone),
        (status = 404, description = "No such plan or trench", body = ProblemBody),
        (status = 409, description = "It is withdrawn already", body = ProblemBody),
        (status = 412, description = "The trench has another version", body = ProblemBody)))]
pub async fn withdraw_trench(
    State(state): State<AppState>,
    Path((id, trench)): Path<(String, String)>,
    viewer: Viewer,
    author: Result<Author, Problem>,
    JsonBody(body): JsonBody,
) -> Result<axum::Json<PlannedTrenchDone>, Problem> {
    staff(viewer, &id)?;
    let (author, WithdrawOrder { reason, version }) = (author?, parse(body)?);
    let Some(reason) = said(Some(reason))? else {
        return Err(Problem::at_pointer(Kind::InvalidBody, "/reason", "is missing"));
    };
    let trench_id = trench_number(&trench)?;
    perform(&state, &author, (&id, trench_id), Deed::Withdraw { trench_id, version, reason }).await
}
