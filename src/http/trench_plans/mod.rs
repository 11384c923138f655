//! Plans of shared trenches over HTTP: kept, offered to the operators, replied to, planned anew, agreed.
//!
//! For whoever may not see plans there are none.

mod at_once;
mod export;
mod export_tables;
mod history;
mod own;
mod replies;
mod section_drawing;
mod sheet;
mod told;
mod write;

pub use at_once::*;
pub use export::*;
pub use history::*;
pub use own::*;
pub use replies::*;
pub use sheet::*;
pub use told::*;
pub use write::*;

use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::json;

use super::AppState;
use super::analysis::trenches::USUALLY_LISTED;
use super::imports::{database_away, store_of};
use super::links::JSON;
use super::parameters::Parameters;
use super::problem::{Kind, Problem, ProblemBody};
use super::representation::{Representation, Wishes};
use crate::analysis::trench::agreement::NotTaken;
use crate::app::trench_plans::{PlanError, StoredPlan, StoredTrench, TrenchPlans};
use crate::domain::Viewer;

pub(super) fn plans_of(state: &AppState) -> Result<TrenchPlans, Problem> {
    Ok(TrenchPlans::new(store_of(state)?.clone(), state.city.clone()))
}

/// Plans are the city's to change. A body reads those of its area, and is told that much of any plan, whether it is
/// there or not; to all others there are none.
fn staff(viewer: Viewer, id: &str) -> Result<(), Problem> {
    match viewer {
        Viewer::Everything => Ok(()),
        Viewer::Body(_) => Err(Problem::new(Kind::NotAllowed, "Plans are for the planners of the city to change.")),
        Viewer::Public | Viewer::Operator(_) => Err(unknown(id)),
    }
}

fn unknown(id: &str) -> Problem {
    let detail = match id {
        "" => "there are no plans that you may see".to_owned(),
        id => format!("there is no plan «{id}» that you may see"),
    };
    Problem::at_parameter(Kind::UnknownTrenchPlan, "trench_plan_id", detail)
}

fn number(id: &str) -> Result<i64, Problem> {
    id.parse().map_err(|_| unknown(id))
}

/// The plan as this viewer may read it: to a body cut to its area.
async fn found(state: &AppState, id: &str, viewer: Viewer) -> Result<StoredPlan, Problem> {
    if matches!(viewer, Viewer::Public | Viewer::Operator(_)) {
        return Err(unknown(id));
    }
    let stored = plans_of(state)?.find(number(id)?).await.map_err(|error| refusal(error, id))?;
    if viewer == Viewer::Everything {
        return Ok(stored);
    }
    let snapshot = state.city.snapshot();
    let cut = state.lanes.heavy(move |_| stored.in_area(&snapshot, viewer)).await;
    cut.ok_or_else(|| unknown(id))
}

/// The plans that a body may read, cut to its area.
async fn of_body(state: &AppState, viewer: Viewer) -> Result<Vec<TrenchPlanSummary>, Problem> {
    let stored = plans_of(state)?.published().await.map_err(|error| refusal(error, ""))?;
    let snapshot = state.city.snapshot();
    let cut = state.lanes.heavy(move |_| {
        let seen = stored.into_iter().filter_map(|plan| plan.in_area(&snapshot, viewer));
        seen.map(|plan| TrenchPlanSummary::of_stored(&plan)).collect()
    });
    Ok(cut.await)
}

fn unknown_trench(id: &str) -> Problem {
    Problem::at_parameter(Kind::UnknownFeature, "trench_id", format!("the plan has no trench «{id}»"))
}

fn trench_in<'a>(plan: &'a StoredPlan, id: &str) -> Result<&'a StoredTrench, Problem> {
    let number: i64 = id.parse().map_err(|_| unknown_trench(id))?;
    plan.find_trench(number).ok_or_else(|| unknown_trench(id))
}

/// What a client is told when nothing was done.
fn refusal(error: PlanError, id: &str) -> Problem {
    let detail = error.to_string();
    match error {
        PlanError::NoSuchPlan => unknown(id),
        PlanError::NoSuchTrench => Problem::at_parameter(Kind::UnknownFeature, "trench_id", detail),
        PlanError::NameTaken => Problem::at_pointer(Kind::NameTaken, "/name", "Another plan has this name."),
        PlanError::NoSuchWay { .. } | PlanError::NotInState(_) | PlanError::TrenchNotInState(_) => {
            Problem::new(Kind::TrenchPlanState, format!("{detail}."))
        }
        PlanError::NotInTrench(_) => Problem::at_pointer(Kind::InvalidBody, "/operator", detail),
        PlanError::PlanStale(now) => {
            Problem::at_pointer(Kind::VersionConflict, "/version", "The plan is no longer what you saw.")
                .with("current", json!(TrenchPlanSummary::of_stored(&now)))
        }
        PlanError::TrenchStale { trench_id, plan, .. } => {
            let current = plan.find_trench(trench_id).map(|trench| PlannedTrench::of(&plan, trench));
            Problem::at_pointer(Kind::VersionConflict, "/version", format!("{detail}.")).with("current", json!(current))
        }
        PlanError::NotTaken(why) => not_taken(&why),
        PlanError::Store(error) if error.is_about_the_data() => {
            Problem::new(Kind::InvalidBody, format!("The database does not take it: {error}"))
        }
        PlanError::Store(error) => database_away(error),
    }
}

fn not_taken(why: &NotTaken) -> Problem {
    let detail = format!("{why}.");
    // A stable word for each reason, which a client translates.
    let (pointer, reason) = match why {
        NotTaken::PlanNotOffered(_)
        | NotTaken::TrenchNotOpen(_)
        | NotTaken::OldVersion { .. }
        | NotTaken::AgreedElsewhere(_) => {
            return Problem::new(Kind::TrenchPlanState, detail);
        }
        NotTaken::NotInIt(_) => ("/operator", "not_in_it"),
        NotTaken::NoReason => ("/reason", "no_reason"),
        NotTaken::NoDays => ("/first_day", "no_days"),
        NotTaken::DaysWithoutShift => ("/first_day", "days_without_shift"),
        NotTaken::EndsBeforeItStarts => ("/last_day", "ends_before_it_starts"),
        NotTaken::TooFewDays { .. } => ("/last_day", "too_few_days"),
        NotTaken::WorkIsFixed { .. } => ("/reply", "work_is_fixed"),
    };
    Problem::at_pointer(Kind::InvalidReply, pointer, detail).with("reason", reason.into())
}

/// The plans, in the order in which they were made. A body is told of those that are no drafts and have something in
/// its area, with the figures of its area alone.
#[utoipa::path(get, path = "/api/trench-plans", tag = "trenches",
    responses((status = 200, description = "The plans", body = Vec<TrenchPlanSummary>),
        (status = 404, description = "No plans for this viewer", body = ProblemBody)))]
pub async fn list_trench_plans(
    State(state): State<AppState>,
    viewer: Viewer,
    parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    parameters.finish()?;
    if matches!(viewer, Viewer::Body(_)) {
        return Ok(Representation::json(JSON, &of_body(&state, viewer).await?).answer(&wishes));
    }
    staff(viewer, "")?;
    let entries = plans_of(&state)?.list().await.map_err(|error| refusal(error, ""))?;
    let plans: Vec<TrenchPlanSummary> = entries.iter().map(TrenchPlanSummary::of_entry).collect::<Result<_, _>>()?;
    Ok(Representation::json(JSON, &plans).answer(&wishes))
}

/// A plan with its trenches, the works and openings of its last round, and what was replied. A body is told what lies in
/// its area: trenches with some part in it as a whole, and of works and clashes what it sees of the layers.
#[utoipa::path(get, path = "/api/trench-plans/{trench_plan_id}", tag = "trenches",
    params(("trench_plan_id" = i64, Path, description = "Number of a plan"),
        ("most_listed" = Option<usize>, Query, description = "Trenches, works, openings and clashes at most, each: 2,000; `cut_lists` names what was cut")),
    responses((status = 200, description = "The plan", body = TrenchPlanDetail),
        (status = 404, description = "No such plan", body = ProblemBody)))]
pub async fn find_trench_plan(
    State(state): State<AppState>,
    Path(id): Path<String>,
    viewer: Viewer,
    mut parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    let most = parameters.take_integer("most_listed", 0, 1_000_000)?.map_or(USUALLY_LISTED, |most| most as usize);
    parameters.finish()?;
    let stored = found(&state, &id, viewer).await?;
    let bytes = state.lanes.heavy(move |_| serde_json::to_vec(&TrenchPlanDetail::of(&stored, most))).await;
    Ok(Representation::new(JSON, bytes.map_err(Problem::internal)?).answer(&wishes))
}
