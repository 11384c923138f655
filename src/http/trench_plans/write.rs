//! Keeping, offering, planning anew, closing and deleting plans.

use std::time::Instant;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{TrenchPlanDetail, found, number, plans_of, refusal, staff};
use crate::analysis::siting::Watch;
use crate::analysis::trench::TrenchError;
use crate::analysis::trench::agreement::{MadeFrom, Terms};
use crate::app::trench_plans::{Deed, DoneDeed, Ground, PlanError, Round, plan_round};
use crate::domain::Viewer;
use crate::domain::trench_plan::TrenchPlanState;
use crate::geodesy::GaussKruger;
use crate::http::AppState;
use crate::http::analysis::coverage::within;
use crate::http::analysis::trenches::{TrenchOrder, USUALLY_LISTED};
use crate::http::analysis::{NowOrJob, Progress, now_or_job};
use crate::http::author::Author;
use crate::http::body::{JsonBody, parse};
use crate::http::links::JSON;
use crate::http::parameters::Parameters;
use crate::http::problem::{Kind, Problem, ProblemBody};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrenchPlanOrder {
    name: String,
    /// As for `/api/analysis/trenches`. A plan keeps every entry, whatever `most_listed` says.
    #[serde(default)]
    order: TrenchOrder,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanVersion {
    /// The version of the plan that you saw.
    version: i32,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplanOrder {
    /// The version of the plan that you saw.
    version: i32,
    /// Seconds after which the best plan so far is taken: 60; 600 at most.
    #[serde(default)]
    time_limit_s: Option<f64>,
}

/// What a deed left.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrenchPlanDone {
    /// The step that it made in the history; null where nothing was new.
    step: Option<i64>,
    plan: TrenchPlanDetail,
}

impl TrenchPlanDone {
    pub(super) fn of(done: &DoneDeed) -> Self {
        Self { step: done.step, plan: TrenchPlanDetail::of(&done.stored, USUALLY_LISTED) }
    }

    fn bytes(done: &DoneDeed) -> Result<Bytes, Problem> {
        serde_json::to_vec(&Self::of(done)).map(Bytes::from).map_err(Problem::internal)
    }
}

/// Plans the works of the city and keeps what comes of it as a draft. What takes long becomes a job, whose result is
/// the same.
#[utoipa::path(post, path = "/api/trench-plans", tag = "trenches", request_body = TrenchPlanOrder,
    responses((status = 201, description = "It is kept", body = TrenchPlanDone),
        (status = 202, description = "A job; Location leads to it", body = crate::http::imports::JobStarted),
        (status = 404, description = "No plans for this viewer", body = ProblemBody),
        (status = 409, description = "The name is taken", body = ProblemBody)))]
pub async fn create_trench_plan(
    State(state): State<AppState>,
    viewer: Viewer,
    author: Result<Author, Problem>,
    parameters: Parameters,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    parameters.finish()?;
    staff(viewer, "")?;
    let (author, TrenchPlanOrder { name, order }) = (author?, parse(body)?);
    let name = name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 120 || name.contains('\0') {
        return Err(Problem::at_pointer(Kind::InvalidBody, "/name", "a name has 1 to 120 characters"));
    }
    let limits = order.check().map_err(within_order)?;
    let TrenchOrder { settings, confirmed_rules, exceptions, .. } = order;
    let made_from = MadeFrom { settings, confirmed_rules, exceptions };
    let plans = plans_of(&state)?;
    let progress = Progress::default();
    let under_way = Box::pin({
        let (state, progress) = (state.clone(), progress.clone());
        async move {
            let elsewhere = plans.agreed_elsewhere(None).await.map_err(|error| refusal(error, ""))?;
            let (terms, trenches) = (Terms::default(), Vec::new());
            let ground = Ground { made_from: made_from.clone(), terms, trenches, elsewhere };
            let Some(round) = planned(&state, ground, limits.seconds, progress).await? else { return Ok(None) };
            let done = plans.create(&author.name, &name, &made_from, round).await;
            Ok(Some(TrenchPlanDone::bytes(&done.map_err(|error| refusal(error, ""))?)?))
        }
    });
    match now_or_job(&state, viewer, "trench-plan", progress, under_way).await? {
        NowOrJob::Job(response) => Ok(response),
        NowOrJob::Now(bytes) => {
            let made: serde_json::Value = serde_json::from_slice(&bytes).map_err(Problem::internal)?;
            let location = format!("/api/trench-plans/{}", made["plan"]["trench_plan_id"]);
            let location = HeaderValue::try_from(location).map_err(Problem::internal)?;
            let json = HeaderValue::from_static(JSON);
            Ok((StatusCode::CREATED, [(header::LOCATION, location), (header::CONTENT_TYPE, json)], bytes)
                .into_response())
        }
    }
}

/// Says where in the body the order is at fault.
fn within_order(mut problem: Problem) -> Problem {
    for fault in &mut problem.errors {
        if let Some(pointer) = &mut fault.pointer {
            pointer.insert_str(0, "/order");
        }
    }
    problem
}

/// A round in the heavy lane; `None` when nobody waits any more.
async fn planned(state: &AppState, ground: Ground, limit: f64, progress: Progress) -> Result<Option<Round>, Problem> {
    let (snapshot, plane) = (state.city.snapshot(), GaussKruger::of_longitude(state.settings.city.center[0]));
    let work = state.lanes.heavy(move |wanted| {
        let start = Instant::now();
        let watch = Watch {
            is_wanted: &|| wanted.is_wanted(),
            seconds: &|| start.elapsed().as_secs_f64(),
            limit,
            tell: &|told| {
                let whole = |value: Option<f64>| value.unwrap_or(0.0) as usize;
                progress.tell(whole(told.value), whole(told.bound));
            },
        };
        plan_round(&snapshot, plane, &ground, &watch)
    });
    match work.await {
        Ok(round) => Ok(Some(round)),
        Err(TrenchError::Cancelled) => Ok(None),
        Err(error @ TrenchError::NotSound(_)) => Err(Problem::internal(error)),
    }
}

/// Plans a plan anew upon what was replied: agreed trenches stay as they are, days that operators asked for become
/// the windows of their works, works whose operator refused share no trench with the others. Trenches that changed get
/// a new version and are replied to again; where nothing is new nothing is written.
#[utoipa::path(post, path = "/api/trench-plans/{trench_plan_id}/replan", tag = "trenches", request_body = ReplanOrder,
    params(("trench_plan_id" = i64, Path, description = "Number of a plan")),
    responses((status = 200, description = "It is done", body = TrenchPlanDone),
        (status = 202, description = "A job; Location leads to it", body = crate::http::imports::JobStarted),
        (status = 404, description = "No such plan", body = ProblemBody),
        (status = 409, description = "The plan is closed", body = ProblemBody),
        (status = 412, description = "Somebody was faster, or replied while it was planned", body = ProblemBody)))]
pub async fn replan_trench_plan(
    State(state): State<AppState>,
    Path(id): Path<String>,
    viewer: Viewer,
    author: Result<Author, Problem>,
    parameters: Parameters,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    parameters.finish()?;
    staff(viewer, &id)?;
    let seen = found(&state, &id, viewer).await?;
    let (author, ReplanOrder { version, time_limit_s }) = (author?, parse(body)?);
    let limit = within(Some(time_limit_s.unwrap_or(60.0)), 0.1, 600.0, || "/time_limit_s".to_owned())?;
    let refused = |error| refusal(error, &id);
    // What cannot be written is not planned either.
    if seen.row.version != version {
        return Err(refused(PlanError::PlanStale(Box::new(seen))));
    }
    if seen.state == TrenchPlanState::Closed {
        return Err(refused(PlanError::NotInState(seen.state)));
    }
    let plans = plans_of(&state)?;
    let progress = Progress::default();
    let under_way = Box::pin({
        let (state, progress, id) = (state.clone(), progress.clone(), id.clone());
        async move {
            let elsewhere = plans.agreed_elsewhere(Some(seen.row.trench_plan_id)).await;
            let elsewhere = elsewhere.map_err(|error| refusal(error, &id))?;
            let (made_from, terms, trenches) = (seen.made_from.clone(), seen.terms.clone(), seen.kept());
            let ground = Ground { made_from, terms, trenches, elsewhere };
            let Some(round) = planned(&state, ground, limit, progress).await? else { return Ok(None) };
            let done = plans.write_round(&author.name, &seen, version, round).await;
            Ok(Some(TrenchPlanDone::bytes(&done.map_err(|error| refusal(error, &id))?)?))
        }
    });
    match now_or_job(&state, viewer, "trench-plan", progress, under_way).await? {
        NowOrJob::Job(response) => Ok(response),
        NowOrJob::Now(bytes) => Ok(([(header::CONTENT_TYPE, HeaderValue::from_static(JSON))], bytes).into_response()),
    }
}

/// Puts a draft before its operators; from then on they reply.
#[utoipa::path(post, path = "/api/trench-plans/{trench_plan_id}/offer", tag = "trenches", request_body = PlanVersion,
    params(("trench_plan_id" = i64, Path, description = "Number of a plan")),
    responses((status = 200, description = "It is done", body = TrenchPlanDone),
        (status = 404, description = "No such plan", body = ProblemBody),
        (status = 409, description = "It is no draft", body = ProblemBody),
        (status = 412, description = "Somebody was faster", body = ProblemBody)))]
pub async fn offer_trench_plan(
    state: State<AppState>,
    id: Path<String>,
    viewer: Viewer,
    author: Result<Author, Problem>,
    body: JsonBody,
) -> Result<axum::Json<TrenchPlanDone>, Problem> {
    to_state(state, id, viewer, author, body, TrenchPlanState::Offered).await
}

/// Ends a plan: nobody replies any more, and what was agreed stays.
#[utoipa::path(post, path = "/api/trench-plans/{trench_plan_id}/close", tag = "trenches", request_body = PlanVersion,
    params(("trench_plan_id" = i64, Path, description = "Number of a plan")),
    responses((status = 200, description = "It is done", body = TrenchPlanDone),
        (status = 404, description = "No such plan", body = ProblemBody),
        (status = 409, description = "It was not offered", body = ProblemBody),
        (status = 412, description = "Somebody was faster", body = ProblemBody)))]
pub async fn close_trench_plan(
    state: State<AppState>,
    id: Path<String>,
    viewer: Viewer,
    author: Result<Author, Problem>,
    body: JsonBody,
) -> Result<axum::Json<TrenchPlanDone>, Problem> {
    to_state(state, id, viewer, author, body, TrenchPlanState::Closed).await
}

async fn to_state(
    State(state): State<AppState>,
    Path(id): Path<String>,
    viewer: Viewer,
    author: Result<Author, Problem>,
    JsonBody(body): JsonBody,
    to: TrenchPlanState,
) -> Result<axum::Json<TrenchPlanDone>, Problem> {
    staff(viewer, &id)?;
    let (author, PlanVersion { version }) = (author?, parse(body)?);
    let done = plans_of(&state)?.perform(&author.name, number(&id)?, &Deed::State { to, version }).await;
    Ok(axum::Json(TrenchPlanDone::of(&done.map_err(|error| refusal(error, &id))?)))
}

/// Deletes a draft with its trenches; its history stays.
#[utoipa::path(delete, path = "/api/trench-plans/{trench_plan_id}", tag = "trenches",
    params(("trench_plan_id" = i64, Path, description = "Number of a plan"),
        ("version" = i32, Query, description = "The version that you saw")),
    responses((status = 204, description = "It is gone"),
        (status = 404, description = "No such plan", body = ProblemBody),
        (status = 409, description = "It is no draft", body = ProblemBody),
        (status = 412, description = "Somebody was faster", body = ProblemBody)))]
pub async fn delete_trench_plan(
    State(state): State<AppState>,
    Path(id): Path<String>,
    viewer: Viewer,
    author: Result<Author, Problem>,
    mut parameters: Parameters,
) -> Result<StatusCode, Problem> {
    staff(viewer, &id)?;
    let version = parameters.take_integer("version", 1, i64::from(i32::MAX))?;
    parameters.finish()?;
    let version = version.ok_or_else(|| Problem::parameter("version", "is missing"))? as i32;
    let gone = plans_of(&state)?.delete(&author?.name, number(&id)?, version).await;
    gone.map_err(|error| refusal(error, &id))?;
    Ok(StatusCode::NO_CONTENT)
}
