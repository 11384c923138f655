//! What is told of a plan, its trenches and what was replied.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::analysis::trench::agreement::{AreaTotals, MadeFrom, Terms, WorkCopy, code_of, proposed_lead};
use crate::analysis::trench::{Alone, Bound, Clash, Opening, OperatorResult, Totals, TrenchResult, WorkResult};
use crate::app::trench_plans::{StoredPlan, StoredTrench};
use crate::domain::trench_plan::{PlannedTrenchState, ReplyKind, TrenchPlanState};
use crate::http::analysis::trenches::keep;
use crate::http::problem::Problem;
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
    /// Of the whole city, as the bound; null to a body.
    #[schema(value_type = Option<Totals>)]
    totals: Value,
    #[schema(value_type = Option<Bound>)]
    bound: Value,
    /// To a body: the figures of what lies in its area, which is all that it is told of the plan.
    area: Option<AreaTotals>,
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
    /// Of the whole city, as what each operator has of it; null, and no entries, to a body.
    alone: Option<Alone>,
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
    /// By the rule: most metres in the trench, then most cost, then name. Null to a body that does not know all costs.
    proposed_lead_operator: Option<String>,
    agreed_at: Option<DateTime<Utc>>,
    /// Its feature in the layer `shared_trench`, once agreed.
    shared_trench_id: Option<i64>,
    result: TrenchResult,
    /// Its works as they were when it was planned; of an agreed trench what was agreed on.
    works: Vec<WorkCopy>,
    /// To a body: those of its works that have no part in the area. Of them number, code, operator,
    /// kind and days are told.
    outside_work_ids: Vec<i64>,
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
    fn of(row: &PlanRow, state: TrenchPlanState, trenches: TrenchCounts, figures: (Value, Value)) -> Self {
        let (totals, bound) = figures;
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
            area: None,
            created_at: row.created_at,
            updated_at: row.updated_at,
            updated_by: row.updated_by.clone(),
        }
    }

    pub(super) fn of_stored(stored: &StoredPlan) -> Self {
        let counts = TrenchCounts::of(stored.trenches.iter().map(|trench| (Some(trench.kept.state), 1)));
        let figures = (json!(stored.answer.totals), json!(stored.answer.bound));
        Self { area: stored.area.clone(), ..Self::of(&stored.row, stored.state, counts, figures) }
    }

    pub(super) fn of_entry(entry: &PlanEntry) -> Result<Self, Problem> {
        let row = &entry.plan;
        let broken = || Problem::internal(format_args!("trench plan {} cannot be read", row.trench_plan_id));
        let state = TrenchPlanState::from_code(&row.state).ok_or_else(broken)?;
        let counts = entry.trenches.iter().map(|(state, n)| (PlannedTrenchState::from_code(state), *n as usize));
        let figures = (row.answer["totals"].clone(), row.answer["bound"].clone());
        Ok(Self::of(row, state, TrenchCounts::of(counts), figures))
    }
}

impl TrenchPlanDetail {
    pub(super) fn of(stored: &StoredPlan, most_listed: usize) -> Self {
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
    pub(super) fn of(plan: &StoredPlan, trench: &StoredTrench) -> Self {
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
            proposed_lead_operator: proposed_lead(&kept.result, &kept.works).filter(|_| trench.outside.is_empty()),
            agreed_at: trench.agreed_at,
            shared_trench_id: trench.shared_trench_id,
            result: kept.result.clone(),
            works: kept.works.clone(),
            outside_work_ids: trench.outside.clone(),
            replies: trench.replies.iter().map(|reply| TrenchReply::of(reply, kept.version)).collect(),
        }
    }
}

impl TrenchReply {
    pub(super) fn of(row: &ReplyRow, version: i32) -> Self {
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
