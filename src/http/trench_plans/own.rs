//! An operator's own part in plans: its works and trenches in full, of others what its own need to know, and its replies.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::replies::{days_of, said, trench_number};
use super::{TrenchReply, plans_of, refusal, unknown, unknown_trench};
use crate::analysis::trench::agreement::{WorkCopy, code_of};
use crate::analysis::trench::view::{
    Known, OwnClash, OwnOpening, OwnTrench, Places, clash, opening, shown_works, trench as trench_view,
};
use crate::analysis::trench::{City, OperatorResult, WorkResult};
use crate::app::trench_plans::{Deed, NewReply, PlanError, StoredPlan, StoredTrench};
use crate::domain::trench_plan::{PlannedTrenchState, ReplyKind, TrenchPlanState};
use crate::domain::{LayerId, Value, Viewer};
use crate::geodesy::GaussKruger;
use crate::http::AppState;
use crate::http::author::Contributor;
use crate::http::body::{JsonBody, parse};
use crate::http::links::JSON;
use crate::http::parameters::Parameters;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::representation::{Representation, Wishes};
use crate::snapshot::Snapshot;

/// What an operator is told of a plan.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnTrenchPlan {
    trench_plan_id: i64,
    name: String,
    state: TrenchPlanState,
    round: i32,
    updated_at: DateTime<Utc>,
    /// Its own figures in the last round.
    operator: Option<OperatorResult>,
    works: Vec<WorkResult>,
    openings: Vec<OwnOpening>,
    clashes: Vec<OwnClash>,
    /// By number; those in which it takes part.
    planned_trenches: Vec<OwnPlannedTrench>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct OwnPlannedTrench {
    trench_id: i64,
    number: i32,
    code: String,
    version: i32,
    state: PlannedTrenchState,
    /// It has not accepted this version.
    is_awaited: bool,
    /// So many others have not.
    others_awaited: usize,
    is_lead: bool,
    /// Null where its works are not shown to others, until the trench is agreed.
    lead_operator: Option<String>,
    agreed_at: Option<DateTime<Utc>>,
    shared_trench_id: Option<i64>,
    result: OwnTrench,
    /// Its own works as they were when it was planned; of an agreed trench what was agreed on.
    works: Vec<WorkCopy>,
    /// Its own.
    replies: Vec<TrenchReply>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnReplyOrder {
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

/// A trench as one operator may read it.
pub(super) struct Eyes<'a> {
    operator: &'a str,
    known: Known,
    /// Works of the plan's trenches, where they were planned.
    city: City,
}

impl<'a> Eyes<'a> {
    pub(super) fn of(operator: &'a str, plan: &StoredPlan, snapshot: &Snapshot, plane: GaussKruger) -> Self {
        let is_own = |owner: &Option<String>| owner.as_deref() == Some(operator);
        let copies = || plan.trenches.iter().flat_map(|trench| &trench.kept.works);
        let told = plan.answer.works.iter().filter(|work| is_own(&work.operator)).map(|work| work.work_id);
        let own_works: BTreeSet<i64> =
            told.chain(copies().filter(|copy| is_own(&copy.operator)).map(|copy| copy.work_id)).collect();
        let own_lines = snapshot.layer(LayerId::UtilityLine, Viewer::Everything).map_or_else(BTreeSet::new, |view| {
            let owner =
                |item: &crate::snapshot::Item| view.value(item, "operator").and_then(Value::as_text) == Some(operator);
            view.items().iter().filter(|item| owner(item)).map(|item| item.id).collect()
        });
        let known = Known::by(operator, own_works, own_lines, shown_works(snapshot));
        let works = copies().map(|copy| copy.to_work(&plane)).collect();
        Self { operator, known, city: City { plane, works, streets: Vec::new(), lines: Vec::new() } }
    }

    fn plan(&self, plan: &StoredPlan) -> OwnTrenchPlan {
        let answer = &plan.answer;
        let is_own = |owner: &Option<String>| owner.as_deref() == Some(self.operator);
        OwnTrenchPlan {
            trench_plan_id: plan.row.trench_plan_id,
            name: plan.row.name.clone(),
            state: plan.state,
            round: plan.row.round,
            updated_at: plan.row.updated_at,
            operator: answer.operators.iter().find(|one| is_own(&one.operator)).cloned(),
            works: answer.works.iter().filter(|work| is_own(&work.operator)).cloned().collect(),
            openings: answer.openings.iter().filter_map(|one| opening(&self.known, one.clone())).collect(),
            clashes: answer.clashes.iter().filter_map(|one| clash(&self.known, one.clone())).collect(),
            planned_trenches: plan.trenches.iter().filter_map(|trench| self.trench(plan, trench)).collect(),
        }
    }

    /// `None` where it takes no part.
    pub(super) fn trench(&self, plan: &StoredPlan, trench: &StoredTrench) -> Option<OwnPlannedTrench> {
        let kept = &trench.kept;
        if !kept.operators().iter().any(|name| name == self.operator) {
            return None;
        }
        let awaited = kept.outstanding();
        let is_awaited = awaited.iter().any(|name| name == self.operator);
        let is_lead = kept.lead_operator.as_deref() == Some(self.operator);
        // The layer tells whoever takes part in an agreed trench who leads it.
        let may_name_lead = is_lead
            || kept.state == PlannedTrenchState::Agreed
            || kept.works.iter().any(|work| work.operator == kept.lead_operator && self.known.may_name(work.work_id));
        let own = |owner: Option<&str>| owner == Some(self.operator);
        Some(OwnPlannedTrench {
            trench_id: kept.id,
            number: kept.number,
            code: code_of(plan.row.trench_plan_id, kept.number),
            version: kept.version,
            state: kept.state,
            is_awaited,
            others_awaited: awaited.len() - usize::from(is_awaited),
            is_lead,
            lead_operator: kept.lead_operator.clone().filter(|_| may_name_lead),
            agreed_at: trench.agreed_at,
            shared_trench_id: trench.shared_trench_id,
            result: trench_view(&self.known, &Places::of(&self.city), kept.result.clone())?,
            works: kept.works.iter().filter(|work| own(work.operator_name())).cloned().collect(),
            replies: trench
                .replies
                .iter()
                .filter(|reply| own(Some(&reply.operator)))
                .map(|reply| TrenchReply::of(reply, kept.version))
                .collect(),
        })
    }
}

pub(super) fn operator_of(viewer: Viewer) -> Result<&'static str, Problem> {
    match viewer {
        Viewer::Operator(name) => Ok(name.as_str()),
        _ => Err(unknown("")),
    }
}

/// An operator's part in the plans that were offered: its works and trenches in full, of others what its own need to
/// know. Planners may look through its eyes with `viewer=operator:NAME`.
#[utoipa::path(get, path = "/api/own-trenches", tag = "trenches",
    responses((status = 200, description = "The plans in which it takes part", body = Vec<OwnTrenchPlan>),
        (status = 404, description = "Nobody asks who has own trenches", body = ProblemBody)))]
pub async fn list_own_trenches(
    State(state): State<AppState>,
    viewer: Viewer,
    parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    parameters.finish()?;
    let operator = operator_of(viewer)?;
    let plans = plans_of(&state)?.of_operator(operator).await.map_err(|error| refusal(error, ""))?;
    let (snapshot, plane) = (state.city.snapshot(), GaussKruger::of_longitude(state.settings.city.center[0]));
    let told = state.lanes.heavy(move |_| -> Result<Vec<u8>, serde_json::Error> {
        let plan = |plan: &StoredPlan| Eyes::of(operator, plan, &snapshot, plane).plan(plan);
        serde_json::to_vec(&plans.iter().map(plan).collect::<Vec<OwnTrenchPlan>>())
    });
    Ok(Representation::new(JSON, told.await.map_err(Problem::internal)?).answer(&wishes))
}

/// What an operator says of a trench in which it takes part, for itself.
#[utoipa::path(post, path = "/api/own-trenches/{trench_id}/replies", tag = "trenches", request_body = OwnReplyOrder,
    params(("trench_id" = i64, Path, description = "Number of a trench")),
    responses((status = 200, description = "It is taken", body = OwnPlannedTrench),
        (status = 404, description = "No such trench of its own", body = ProblemBody),
        (status = 409, description = "Nobody replies to it now", body = ProblemBody),
        (status = 412, description = "The trench has another version", body = ProblemBody),
        (status = 422, description = "It cannot be taken; `reason` says why", body = ProblemBody)))]
pub async fn create_own_reply(
    State(state): State<AppState>,
    Path(id): Path<String>,
    viewer: Viewer,
    author: Result<Contributor, Problem>,
    JsonBody(body): JsonBody,
) -> Result<axum::Json<OwnPlannedTrench>, Problem> {
    let operator = operator_of(viewer)?;
    let (author, order) = (author?, parse::<OwnReplyOrder>(body)?);
    let trench_id = trench_number(&id)?;
    let plans = plans_of(&state)?;
    let all = plans.of_operator(operator).await.map_err(|error| refusal(error, ""))?;
    let plan = all.iter().find(|plan| plan.find_trench(trench_id).is_some()).ok_or_else(|| unknown_trench(&id))?;
    let (snapshot, plane) = (state.city.snapshot(), GaussKruger::of_longitude(state.settings.city.center[0]));
    let eyes = Eyes::of(operator, plan, &snapshot, plane);
    if plan.find_trench(trench_id).and_then(|trench| eyes.trench(plan, trench)).is_none() {
        return Err(unknown_trench(&id));
    }
    let reply = NewReply {
        version: order.version,
        operator: operator.to_owned(),
        kind: order.reply,
        reason: said(order.reason)?,
        days: days_of(order.first_day, order.last_day)?,
    };
    let done = plans.perform(&author.name, plan.row.trench_plan_id, &Deed::Reply { trench_id, reply }).await;
    let done = done.map_err(|error| match error {
        // What it is now is told as this operator may read it.
        PlanError::TrenchStale { ref plan, .. } => {
            let current = plan.find_trench(trench_id).and_then(|trench| eyes.trench(plan, trench));
            let current = serde_json::json!(current);
            refusal(error, "").with("current", current)
        }
        error => refusal(error, ""),
    })?;
    let trench = done.stored.find_trench(trench_id).and_then(|trench| eyes.trench(&done.stored, trench));
    Ok(axum::Json(trench.ok_or_else(|| unknown_trench(&id))?))
}
