//! Plans of shared trenches over HTTP: kept, offered to the operators, replied to, planned anew, agreed.
//!
//! For whoever may not see plans there are none.

mod export;
mod export_tables;
mod history;
mod own;
mod replies;
mod section_drawing;
mod sheet;
mod write;

pub use export::*;
pub use history::*;
pub use own::*;
pub use replies::*;
pub use sheet::*;
pub use write::*;

use axum::extract::{Path, State};
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::AppState;
use super::analysis::trenches::{USUALLY_LISTED, keep};
use super::imports::{database_away, store_of};
use super::links::JSON;
use super::parameters::Parameters;
use super::problem::{Kind, Problem, ProblemBody};
use super::representation::{Representation, Wishes};
use crate::analysis::trench::agreement::{MadeFrom, NotTaken, Terms, WorkCopy, code_of, proposed_lead};
use crate::analysis::trench::{Alone, Bound, Clash, Opening, OperatorResult, Totals, TrenchResult, WorkResult};
use crate::app::trench_plans::{PlanError, StoredPlan, StoredTrench, TrenchPlans};
use crate::domain::Viewer;
use crate::domain::trench_plan::{PlannedTrenchState, ReplyKind, TrenchPlanState};
use crate::store::trench_plan::{PlanEntry, PlanRow, ReplyRow};

/// Trenches of a plan by where they stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct TrenchCounts {
    proposed: usize,
    agreed: usize,
    refused: usize,
    withdrawn: usize,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TrenchPlanSummary {
    trench_plan_id: i64,
    name: String,
    state: TrenchPlanState,
    /// The states that it can be brought to from here.
    next_states: Vec<TrenchPlanState>,
    /// How often it was planned.
    round: i32,
    /// Counts changes of state and rounds; a deed says which it has seen. Replies do not count.
    version: i32,
    /// Of the city that the last round was planned from.
    revision: i64,
    trenches: TrenchCounts,
    #[schema(value_type = Totals)]
    totals: Value,
    #[schema(value_type = Bound)]
    bound: Value,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    updated_by: String,
}

/// A plan with all that is in it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TrenchPlanDetail {
    #[serde(flatten)]
    #[schema(inline)]
    plan: TrenchPlanSummary,
    /// The last step of its history.
    last_step: i64,
    made_from: MadeFrom,
    /// What replies changed of the works, from all rounds so far.
    terms: Terms,
    alone: Alone,
    operators: Vec<OperatorResult>,
    /// Lists that hold fewer entries than there are; `most_listed` asks for more.
    cut_lists: Vec<&'static str>,
    works: Vec<WorkResult>,
    openings: Vec<Opening>,
    clashes: Vec<Clash>,
    /// By number.
    planned_trenches: Vec<PlannedTrench>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PlannedTrench {
    trench_id: i64,
    number: i32,
    /// By which people call it; also its code in the layer once it is agreed.
    code: String,
    /// Counts how often what operators agree on changed; a reply names the version that it is of.
    version: i32,
    state: PlannedTrenchState,
    operators: Vec<String>,
    /// Works that name no operator: until they do the trench cannot be agreed.
    unnamed_work_ids: Vec<i64>,
    /// Operators that have not accepted this version.
    awaited_operators: Vec<String>,
    lead_operator: Option<String>,
    /// By the rule: most metres in the trench, then most cost, then name.
    proposed_lead_operator: Option<String>,
    agreed_at: Option<DateTime<Utc>>,
    /// Its feature in the layer `shared_trench`, once agreed.
    shared_trench_id: Option<i64>,
    result: TrenchResult,
    /// Its works as they were when it was planned; of an agreed trench what was agreed on.
    works: Vec<WorkCopy>,
    /// All of them, in the order in which they came.
    replies: Vec<TrenchReply>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TrenchReply {
    reply_id: i64,
    /// Of the trench. What was said of an earlier version no longer counts.
    version: i32,
    is_current: bool,
    operator: String,
    #[schema(value_type = ReplyKind)]
    reply: String,
    reason: Option<String>,
    /// Days that are wanted instead.
    first_day: Option<NaiveDate>,
    last_day: Option<NaiveDate>,
    made_at: DateTime<Utc>,
    made_by: String,
}

impl TrenchCounts {
    fn of(states: impl Iterator<Item = (Option<PlannedTrenchState>, usize)>) -> Self {
        let mut counts = Self::default();
        for (state, n) in states {
            match state {
                Some(PlannedTrenchState::Proposed) => counts.proposed += n,
                Some(PlannedTrenchState::Agreed) => counts.agreed += n,
                Some(PlannedTrenchState::Refused) => counts.refused += n,
                Some(PlannedTrenchState::Withdrawn) => counts.withdrawn += n,
                None => {}
            }
        }
        counts
    }
}

impl TrenchPlanSummary {
    fn of(row: &PlanRow, state: TrenchPlanState, trenches: TrenchCounts, (totals, bound): (Value, Value)) -> Self {
        Self {
            trench_plan_id: row.trench_plan_id,
            name: row.name.clone(),
            state,
            next_states: state.next().to_vec(),
            round: row.round,
            version: row.version,
            revision: row.revision,
            trenches,
            totals,
            bound,
            created_at: row.created_at,
            updated_at: row.updated_at,
            updated_by: row.updated_by.clone(),
        }
    }

    fn of_stored(stored: &StoredPlan) -> Self {
        let counts = TrenchCounts::of(stored.trenches.iter().map(|trench| (Some(trench.kept.state), 1)));
        let figures = (json!(stored.answer.totals), json!(stored.answer.bound));
        Self::of(&stored.row, stored.state, counts, figures)
    }

    fn of_entry(entry: &PlanEntry) -> Result<Self, Problem> {
        let row = &entry.plan;
        let broken = || Problem::internal(format_args!("trench plan {} cannot be read", row.trench_plan_id));
        let state = TrenchPlanState::from_code(&row.state).ok_or_else(broken)?;
        let counts = entry.trenches.iter().map(|(state, n)| (PlannedTrenchState::from_code(state), *n as usize));
        let figures = (row.answer["totals"].clone(), row.answer["bound"].clone());
        Ok(Self::of(row, state, TrenchCounts::of(counts), figures))
    }
}

impl TrenchPlanDetail {
    fn of(stored: &StoredPlan, most_listed: usize) -> Self {
        let answer = stored.answer.clone();
        let (mut works, mut openings, mut clashes) = (answer.works, answer.openings, answer.clashes);
        let mut planned_trenches: Vec<PlannedTrench> = stored
            .trenches
            .iter()
            .take(most_listed.saturating_add(1))
            .map(|trench| PlannedTrench::of(stored, trench))
            .collect();
        let cut = [
            keep("planned_trenches", &mut planned_trenches, most_listed),
            keep("works", &mut works, most_listed),
            keep("openings", &mut openings, most_listed),
            keep("clashes", &mut clashes, most_listed),
        ];
        Self {
            plan: TrenchPlanSummary::of_stored(stored),
            last_step: stored.last_step,
            made_from: stored.made_from.clone(),
            terms: stored.terms.clone(),
            alone: answer.alone,
            operators: answer.operators,
            cut_lists: cut.into_iter().flatten().collect(),
            works,
            openings,
            clashes,
            planned_trenches,
        }
    }
}

impl PlannedTrench {
    fn of(plan: &StoredPlan, trench: &StoredTrench) -> Self {
        let kept = &trench.kept;
        Self {
            trench_id: kept.id,
            number: kept.number,
            code: code_of(plan.row.trench_plan_id, kept.number),
            version: kept.version,
            state: kept.state,
            operators: kept.operators(),
            unnamed_work_ids: kept.unnamed_works(),
            awaited_operators: kept.outstanding(),
            lead_operator: kept.lead_operator.clone(),
            proposed_lead_operator: proposed_lead(&kept.result, &kept.works),
            agreed_at: trench.agreed_at,
            shared_trench_id: trench.shared_trench_id,
            result: kept.result.clone(),
            works: kept.works.clone(),
            replies: trench.replies.iter().map(|reply| TrenchReply::of(reply, kept.version)).collect(),
        }
    }
}

impl TrenchReply {
    fn of(row: &ReplyRow, version: i32) -> Self {
        Self {
            reply_id: row.trench_reply_id,
            version: row.trench_version,
            is_current: row.trench_version == version,
            operator: row.operator.clone(),
            reply: row.reply.clone(),
            reason: row.reason.clone(),
            first_day: row.first_day,
            last_day: row.last_day,
            made_at: row.made_at,
            made_by: row.actor.clone(),
        }
    }
}

pub(super) fn plans_of(state: &AppState) -> Result<TrenchPlans, Problem> {
    Ok(TrenchPlans::new(store_of(state)?.clone(), state.city.clone()))
}

/// Plans are the city's; to all others they do not exist.
fn staff(viewer: Viewer, id: &str) -> Result<(), Problem> {
    if viewer == Viewer::Everything { Ok(()) } else { Err(unknown(id)) }
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

/// The plan, if this viewer may know of it.
async fn found(state: &AppState, id: &str, viewer: Viewer) -> Result<StoredPlan, Problem> {
    staff(viewer, id)?;
    plans_of(state)?.find(number(id)?).await.map_err(|error| refusal(error, id))
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

/// The plans, in the order in which they were made.
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
    staff(viewer, "")?;
    let entries = plans_of(&state)?.list().await.map_err(|error| refusal(error, ""))?;
    let plans: Vec<TrenchPlanSummary> = entries.iter().map(TrenchPlanSummary::of_entry).collect::<Result<_, _>>()?;
    Ok(Representation::json(JSON, &plans).answer(&wishes))
}

/// A plan with its trenches, the works and openings of its last round, and what was replied.
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
