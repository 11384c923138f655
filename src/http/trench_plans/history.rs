//! The steps of a plan, and what has come about since trenches were planned and agreed.

use std::collections::BTreeSet;
use std::time::Instant;

use axum::extract::{Path, State};
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::{found, number, plans_of, refusal, staff};
use crate::analysis::siting::Watch;
use crate::analysis::trench::City;
use crate::analysis::trench::agreement::{PlanClash, clashes_after};
use crate::app::trench_plans::{PlanError, StoredPlan, TrenchPlans, copies_of};
use crate::domain::Viewer;
use crate::geodesy::GaussKruger;
use crate::http::AppState;
use crate::http::links::JSON;
use crate::http::parameters::Parameters;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::representation::{Representation, Wishes};
use crate::snapshot::Snapshot;
use crate::store::trench_plan::PlanStepRow;

#[derive(Debug, Serialize, ToSchema)]
pub struct TrenchPlanStep {
    step: i64,
    /// The trench that it was done to.
    trench_id: Option<i64>,
    made_at: DateTime<Utc>,
    actor: String,
    /// `create`, `offer`, `reply`, `agree`, `lead`, `replan`, `withdraw`, `close`, `delete`.
    kind: String,
    #[schema(value_type = Object)]
    changes: Value,
}

/// The steps of a plan, the newest first; of a deleted one too. A body is told those since the plan was offered that
/// concern the plan or a trench with some part in its area, without works and terms.
#[utoipa::path(get, path = "/api/trench-plans/{trench_plan_id}/history", tag = "trenches",
    params(("trench_plan_id" = i64, Path, description = "Number of a plan"),
        ("before" = Option<i64>, Query, description = "Only older than this step"),
        ("limit" = Option<u32>, Query, description = "Steps at most, 1 to 200; 50 by default")),
    responses((status = 200, description = "The steps", body = Vec<TrenchPlanStep>),
        (status = 404, description = "No such plan", body = ProblemBody)))]
pub async fn list_trench_plan_history(
    State(state): State<AppState>,
    Path(id): Path<String>,
    viewer: Viewer,
    mut parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    let before = parameters.take_integer("before", 1, i64::MAX)?;
    let limit = parameters.take_integer("limit", 1, 200)?.unwrap_or(50);
    parameters.finish()?;
    let steps = if matches!(viewer, Viewer::Body(_)) {
        let stored = found(&state, &id, viewer).await?;
        of_area(&plans_of(&state)?, &stored, before, limit as usize).await.map_err(|error| refusal(error, &id))?
    } else {
        staff(viewer, &id)?;
        plans_of(&state)?.steps(number(&id)?, before, limit).await.map_err(|error| refusal(error, &id))?
    };
    let steps: Vec<TrenchPlanStep> = steps
        .into_iter()
        .map(|row| TrenchPlanStep {
            step: row.trench_plan_step_id,
            trench_id: row.planned_trench_id,
            made_at: row.made_at,
            actor: row.actor,
            kind: row.kind,
            changes: row.changes,
        })
        .collect();
    Ok(Representation::json(JSON, &steps).answer(&wishes))
}

/// Steps as the body may read them whose plan this is. As a draft the plan was the city's alone.
async fn of_area(
    plans: &TrenchPlans,
    stored: &StoredPlan,
    mut before: Option<i64>,
    limit: usize,
) -> Result<Vec<PlanStepRow>, PlanError> {
    const AT_ONCE: i64 = 200;
    let plan_id = stored.row.trench_plan_id;
    let ids: BTreeSet<i64> = stored.trenches.iter().map(|trench| trench.kept.id).collect();
    let mut told = Vec::new();
    loop {
        let steps = plans.steps(plan_id, before, AT_ONCE).await?;
        let is_last = (steps.len() as i64) < AT_ONCE;
        for mut step in steps {
            before = Some(step.trench_plan_step_id);
            let is_beginning = step.kind == "offer";
            if step.planned_trench_id.is_none_or(|trench| ids.contains(&trench)) {
                step.changes = changes_of(&step.changes, &ids);
                told.push(step);
            }
            if is_beginning || told.len() == limit {
                return Ok(told);
            }
        }
        if is_last {
            return Ok(told);
        }
    }
}

/// Of the changes of a step what does not depend on where something lies, and the numbers of these trenches. What is
/// not known here is not told.
fn changes_of(changes: &Value, trenches: &BTreeSet<i64>) -> Value {
    let some = |value: &Value, names: &[&str]| -> Value {
        let Some(members) = value.as_object() else { return Value::Null };
        members.iter().filter(|(name, _)| names.contains(&name.as_str())).map(|(a, b)| (a.clone(), b.clone())).collect()
    };
    let both = |of: &Value, names: &[&str]| json!({ "before": some(&of["before"], names), "after": some(&of["after"], names) });
    let mut told = Map::new();
    for (name, value) in changes.as_object().into_iter().flatten() {
        let value = match name.as_str() {
            "plan" => both(value, &["name", "round", "state"]),
            "trench" => both(value, &["lead_operator", "shared_trench_id", "state", "version"]),
            "reply" => some(value, &["operator", "reply", "reply_id", "version"]),
            "reason" => value.clone(),
            "trenches" => {
                let own = |ids: &Value| -> Value {
                    let ids = ids.as_array().into_iter().flatten();
                    ids.filter(|id| id.as_i64().is_some_and(|id| trenches.contains(&id))).cloned().collect()
                };
                value.as_object().into_iter().flatten().map(|(what, ids)| (what.clone(), own(ids))).collect()
            }
            _ => continue,
        };
        told.insert(name.clone(), value);
    }
    Value::Object(told)
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TrenchPlanClashes {
    trench_plan_id: i64,
    /// Of the city that the plan was held against.
    revision: u64,
    clashes: Vec<PlanClash>,
}

/// What stands against a plan in the city as it is now: works that are no longer what was agreed on or planned, and
/// works that would open a street again within the protection of an agreed opening. A body is told of works that it
/// sees. Clashes of the works with each
/// other are in the plan itself, as they were told when it was made.
#[utoipa::path(get, path = "/api/trench-plans/{trench_plan_id}/clashes", tag = "trenches",
    params(("trench_plan_id" = i64, Path, description = "Number of a plan")),
    responses((status = 200, description = "The clashes, all of them", body = TrenchPlanClashes),
        (status = 404, description = "No such plan", body = ProblemBody)))]
pub async fn list_trench_plan_clashes(
    State(state): State<AppState>,
    Path(id): Path<String>,
    viewer: Viewer,
    parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    parameters.finish()?;
    let stored = found(&state, &id, viewer).await?;
    let (snapshot, plane) = (state.city.snapshot(), GaussKruger::of_longitude(state.settings.city.center[0]));
    let work = state.lanes.heavy(move |wanted| {
        let clashes = clashes_now(&snapshot, viewer, plane, &stored, &|| wanted.is_wanted())?;
        Ok::<_, Problem>((snapshot.revision, stored.row.trench_plan_id, clashes))
    });
    let (revision, trench_plan_id, clashes) = work.await?;
    Ok(Representation::json(JSON, &TrenchPlanClashes { trench_plan_id, revision, clashes }).answer(&wishes))
}

/// The clashes of a plan with a city, both as the viewer may read them.
pub(super) fn clashes_now(
    snapshot: &Snapshot,
    viewer: Viewer,
    plane: GaussKruger,
    plan: &StoredPlan,
    is_wanted: &(dyn Fn() -> bool + Sync),
) -> Result<Vec<PlanClash>, Problem> {
    let start = Instant::now();
    let watch = Watch {
        is_wanted: &is_wanted,
        seconds: &|| start.elapsed().as_secs_f64(),
        limit: f64::INFINITY,
        tell: &|_| {},
    };
    let city = City::of(snapshot, viewer, plane);
    let city = city.ok_or_else(|| Problem::internal("the layers of works and streets are not there"))?;
    let trenches = plan.kept();
    let ids = trenches.iter().flat_map(|trench| trench.result.work_ids.iter().copied());
    let copies = copies_of(snapshot, viewer, ids, plane, &plan.made_from);
    clashes_after(&trenches, &city, &copies, &plan.made_from.settings, &watch)
        .map_err(|_| Problem::internal("clashes were given up that somebody waits for"))
}
