//! Replies to several trenches in one request: all are taken, or none is and each that stands against it is told.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::own::{Eyes, operator_of};
use super::replies::{days_of, said};
use super::{PlannedTrench, TrenchPlanDone, found, number, plans_of, refusal, staff};
use crate::analysis::trench::agreement::NotTaken;
use crate::app::trench_plans::{AskedReply, DoneDeed, NewReply, NotAllTaken, PlanError, RefusedReply, StoredPlan};
use crate::domain::Viewer;
use crate::domain::trench_plan::ReplyKind;
use crate::geodesy::GaussKruger;
use crate::http::AppState;
use crate::http::author::{Author, Contributor};
use crate::http::body::{JsonBody, parse};
use crate::http::problem::{Fault, Kind, Problem, ProblemBody};

/// Replies in one request at most.
const MOST_AT_ONCE: usize = 500;

/// One of several replies.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplyAtOnce {
    trench_id: i64,
    /// The version of the trench that you saw.
    version: i32,
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
pub struct OwnRepliesOrder {
    /// 1 to 500, each to another trench.
    replies: Vec<ReplyAtOnce>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RepliesOrder {
    /// As its works name it.
    operator: String,
    /// 1 to 500, each to another trench of the plan.
    replies: Vec<ReplyAtOnce>,
}

/// The trenches that were replied to, in the order of the list.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnRepliesDone {
    trenches: Vec<super::OwnPlannedTrench>,
}

/// A problem of one entry, with its place in the body.
fn within(at: usize, mut problem: Problem) -> Problem {
    for fault in &mut problem.errors {
        // Who replies stands beside the list.
        let inside = fault.pointer.take().filter(|inside| inside != "/operator").unwrap_or_default();
        fault.pointer = Some(format!("/replies/{at}{inside}"));
        fault.parameter = None;
    }
    problem
}

/// The replies of a list for an operator, as far as they can be read; `plan_of` finds the plan of a trench. All that is
/// wrong with their form is told at once.
fn asked(
    operator: &str,
    replies: Vec<ReplyAtOnce>,
    plan_of: impl Fn(i64) -> Option<i64>,
) -> Result<Vec<AskedReply>, Problem> {
    if replies.is_empty() || replies.len() > MOST_AT_ONCE {
        let detail = format!("1 to {MOST_AT_ONCE} replies");
        return Err(Problem::at_pointer(Kind::InvalidBody, "/replies", detail));
    }
    let mut faults: Vec<Fault> = Vec::new();
    let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
    for (at, one) in replies.into_iter().enumerate() {
        if !seen.insert(one.trench_id) {
            let twice = Problem::at_pointer(Kind::InvalidBody, "/trench_id", "stands in the list twice");
            faults.extend(within(at, twice).errors);
        }
        match (said(one.reason), days_of(one.first_day, one.last_day)) {
            (Ok(reason), Ok(days)) => found.push(AskedReply {
                plan_id: plan_of(one.trench_id),
                trench_id: one.trench_id,
                reply: NewReply { version: one.version, operator: operator.to_owned(), kind: one.reply, reason, days },
            }),
            (reason, days) => {
                let problems = reason.err().into_iter().chain(days.err());
                faults.extend(problems.flat_map(|problem| within(at, problem).errors));
            }
        }
    }
    if faults.is_empty() {
        return Ok(found);
    }
    Err(Problem {
        errors: faults,
        ..Problem::new(Kind::InvalidBody, "Some replies cannot be read; nothing was written.")
    })
}

/// What a client is told when none was taken. The status is that of the first that stands against it; `refused` tells each
/// with its place, and `current` gives what a trench of another version is now.
fn none_taken(error: NotAllTaken, asked: &[AskedReply], current: impl Fn(i64) -> Option<Value>) -> Problem {
    let refused = match error {
        NotAllTaken::Refused(refused) => refused,
        NotAllTaken::Failed(error) => return refusal(error, ""),
    };
    let detail = format!("{} of {} replies cannot be taken; nothing was written.", refused.len(), asked.len());
    let (mut errors, mut told, mut first) = (Vec::new(), Vec::new(), None);
    for RefusedReply { at, why } in refused {
        let trench_id = asked[at].trench_id;
        let is_old = matches!(why, PlanError::NotTaken(NotTaken::OldVersion { .. }));
        let words = why.to_string();
        let problem = if is_old {
            Problem::at_pointer(Kind::VersionConflict, "/version", words.clone())
        } else {
            refusal(why, "")
        };
        let mut one = Map::from_iter([
            ("at".to_owned(), json!(at)),
            ("trench_id".to_owned(), json!(trench_id)),
            ("type".to_owned(), json!(problem.kind.name())),
            ("detail".to_owned(), json!(words)),
        ]);
        if let Some(reason) = problem.more.as_ref().and_then(|more| more.get("reason")) {
            one.insert("reason".to_owned(), reason.clone());
        }
        if let Some(current) = is_old.then(|| current(trench_id)).flatten() {
            one.insert("current".to_owned(), current);
        }
        told.push(Value::Object(one));
        let kind = problem.kind;
        let faults = within(at, problem).errors;
        let whole = Fault { pointer: Some(format!("/replies/{at}")), parameter: None, detail: words };
        errors.extend(if faults.is_empty() { vec![whole] } else { faults });
        first.get_or_insert(kind);
    }
    let kind = first.unwrap_or(Kind::InvalidReply);
    Problem { errors, ..Problem::new(kind, detail) }.with("refused", Value::Array(told))
}

/// What an operator says of several trenches in which it takes part, for itself: all of it is taken, or nothing.
#[utoipa::path(post, path = "/api/own-trenches/replies", tag = "trenches", request_body = OwnRepliesOrder,
    responses((status = 200, description = "All are taken", body = OwnRepliesDone),
        (status = 404, description = "A trench is none of its own; `refused` tells each, here and below", body = ProblemBody),
        (status = 409, description = "Nobody replies to a trench now", body = ProblemBody),
        (status = 412, description = "A trench has another version; its entry has `current`", body = ProblemBody),
        (status = 422, description = "A reply cannot be taken; its entry has `reason`", body = ProblemBody)))]
pub async fn create_own_replies(
    State(state): State<AppState>,
    viewer: Viewer,
    author: Result<Contributor, Problem>,
    JsonBody(body): JsonBody,
) -> Result<axum::Json<OwnRepliesDone>, Problem> {
    let operator = operator_of(viewer)?;
    let (author, order) = (author?, parse::<OwnRepliesOrder>(body)?);
    let plans = plans_of(&state)?;
    let before = plans.of_operator(operator).await.map_err(|error| refusal(error, ""))?;
    let takes_part = |plan: &StoredPlan, trench_id: i64| {
        plan.find_trench(trench_id).is_some_and(|one| one.kept.operators().iter().any(|name| name == operator))
    };
    let plan_of = |id: i64| before.iter().find(|plan| takes_part(plan, id)).map(|plan| plan.row.trench_plan_id);
    let asked = asked(operator, order.replies, plan_of)?;
    let (snapshot, plane) = (state.city.snapshot(), GaussKruger::of_longitude(state.settings.city.center[0]));
    let trench_of = |plans: &[StoredPlan], id: i64| {
        let plan = plans.iter().find(|plan| takes_part(plan, id))?;
        Eyes::of(operator, plan, &snapshot, plane).trench(plan, plan.find_trench(id)?)
    };
    match plans.reply_at_once(&author.name, &asked).await {
        Ok(after) => {
            let eyes: Vec<Eyes<'_>> = after.iter().map(|plan| Eyes::of(operator, plan, &snapshot, plane)).collect();
            let told = |one: &AskedReply| {
                let all = after.iter().zip(&eyes);
                all.into_iter().find_map(|(plan, eyes)| eyes.trench(plan, plan.find_trench(one.trench_id)?))
            };
            Ok(axum::Json(OwnRepliesDone { trenches: asked.iter().filter_map(told).collect() }))
        }
        Err(error) => {
            // What a trench is now is told as this operator may read it.
            let now = plans.of_operator(operator).await.map_err(|error| refusal(error, ""))?;
            Err(none_taken(error, &asked, |id| trench_of(&now, id).map(|trench| json!(trench))))
        }
    }
}

/// What an operator says of several trenches of a plan, entered by the city: all of it is taken, or nothing.
#[utoipa::path(post, path = "/api/trench-plans/{trench_plan_id}/replies", tag = "trenches", request_body = RepliesOrder,
    params(("trench_plan_id" = i64, Path, description = "Number of a plan")),
    responses((status = 200, description = "All are taken", body = TrenchPlanDone),
        (status = 404, description = "No such plan or trench; `refused` tells each, here and below", body = ProblemBody),
        (status = 409, description = "Nobody replies to a trench now", body = ProblemBody),
        (status = 412, description = "A trench has another version; its entry has `current`", body = ProblemBody),
        (status = 422, description = "A reply cannot be taken; its entry has `reason`", body = ProblemBody)))]
pub async fn create_trench_replies(
    State(state): State<AppState>,
    Path(id): Path<String>,
    viewer: Viewer,
    author: Result<Author, Problem>,
    JsonBody(body): JsonBody,
) -> Result<axum::Json<TrenchPlanDone>, Problem> {
    staff(viewer, &id)?;
    let (author, order) = (author?, parse::<RepliesOrder>(body)?);
    found(&state, &id, viewer).await?;
    let plan_id = number(&id)?;
    let plans = plans_of(&state)?;
    let asked = asked(&order.operator, order.replies, |_| Some(plan_id))?;
    match plans.reply_at_once(&author.name, &asked).await {
        Ok(after) => {
            let stored = after.into_iter().next().ok_or_else(|| super::unknown(&id))?;
            let step = Some(stored.last_step);
            Ok(axum::Json(TrenchPlanDone::of(&DoneDeed { stored, step })))
        }
        Err(error) => {
            let now = found(&state, &id, viewer).await?;
            let current = |trench: i64| now.find_trench(trench).map(|trench| json!(PlannedTrench::of(&now, trench)));
            Err(none_taken(error, &asked, current))
        }
    }
}
