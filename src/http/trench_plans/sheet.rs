//! One trench on one sheet: place, members, days, cross-section with the clause of every distance, replies.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::{PlannedTrench, TrenchPlanSummary, found, trench_in};
use crate::app::trench_plans::{StoredPlan, StoredTrench};
use crate::domain::Viewer;
use crate::domain::clearance::{ClearanceRule, find_clearance_rule};
use crate::domain::field::Title;
use crate::domain::pipe_order::{OrderRule, find_order_rule};
use crate::domain::value::yuan;
use crate::domain::{FieldKind, LayerId};
use crate::http::AppState;
use crate::http::links::JSON;
use crate::http::parameters::Parameters;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::representation::{Representation, Wishes};

/// All that the sheet of a trench shows.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrenchSheet {
    plan: TrenchPlanSummary,
    /// Version of the clearance tables that it was planned by.
    rule_set: String,
    /// Place, days, members, cross-section, checks, who gives way, saving and replies.
    trench: PlannedTrench,
    length_m: f64,
    /// Days, the last one included.
    days: i64,
    members: Vec<TrenchSheetMember>,
    /// Every rule that a check of the trench rests on, with clause, source and how its number is known.
    clearance_rules: Vec<&'static ClearanceRule>,
    /// The orders across and down, and the rules by which somebody gives way.
    order_rules: Vec<&'static OrderRule>,
    /// Of the trench's soil and surface, by the plan's prices. Days of closure and set-ups are saved by the whole
    /// opening and stand with the plan.
    saving_yuan: String,
    /// Nominal shape: room to work in, bedding and what else was taken for granted.
    settings: crate::analysis::trench::Settings,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TrenchSheetMember {
    work_id: i64,
    code: Option<String>,
    name: Option<String>,
    operator: Option<String>,
    utility_kind: String,
    utility_kind_zh: String,
    utility_kind_en: String,
    is_lead: bool,
    /// It lies in the trench; else it gives way.
    is_placed: bool,
    /// Its days outside its own window; null to a body in whose area it has no part.
    shift_days: Option<i64>,
}

pub(super) fn kind_title(code: &str) -> Title {
    let field = LayerId::UtilityWork.describe().field("utility_kind");
    let choice = field.and_then(|(_, field)| match field.kind {
        FieldKind::Choice(choices) => choices.iter().find(|choice| choice.code == code),
        _ => None,
    });
    choice.map_or(Title { zh: "不明管线", en: "Unknown" }, |choice| choice.title)
}

impl TrenchSheet {
    fn of(plan: &StoredPlan, trench: &StoredTrench) -> Self {
        let kept = &trench.kept;
        let result = &kept.result;
        let rules: BTreeSet<&str> =
            result.checks.iter().flat_map(|check| check.rules.iter().map(String::as_str)).collect();
        let orders: BTreeSet<&str> =
            ["ORD-ROAD", "ORD-CROSS"].into_iter().chain(result.gives_way.iter().map(|one| one.rule.as_ref())).collect();
        // Of what was agreed and is no longer there the last round tells nothing, and nothing is shifted.
        let shift =
            |id: i64| plan.answer.works.iter().find(|work| work.work_id == id).map_or(0, |work| work.shift_days);
        let is_told = |id: i64| !trench.outside.contains(&id);
        let member = |work: &crate::analysis::trench::agreement::WorkCopy| {
            let title = kind_title(&work.utility_kind);
            TrenchSheetMember {
                work_id: work.work_id,
                code: work.code.clone(),
                name: work.name.clone(),
                operator: work.operator.clone(),
                utility_kind: work.utility_kind.clone(),
                utility_kind_zh: title.zh.to_owned(),
                utility_kind_en: title.en.to_owned(),
                is_lead: work.operator.is_some() && work.operator == kept.lead_operator,
                is_placed: result.lines.iter().any(|line| line.work_id == work.work_id),
                shift_days: is_told(work.work_id).then(|| shift(work.work_id)),
            }
        };
        Self {
            plan: TrenchPlanSummary::of_stored(plan),
            rule_set: plan.answer.rule_set.clone(),
            trench: PlannedTrench::of(plan, trench),
            length_m: ((result.to_m - result.from_m) * 1000.0).round() / 1000.0,
            days: (result.ends_on - result.starts_on).num_days() + 1,
            members: kept.works.iter().map(member).collect(),
            clearance_rules: rules.into_iter().filter_map(find_clearance_rule).collect(),
            order_rules: orders.into_iter().filter_map(find_order_rule).collect(),
            saving_yuan: yuan(result.saving.fen(&plan.made_from.settings)),
            settings: plan.made_from.settings.clone(),
        }
    }
}

/// All that the printable sheet of a trench shows.
#[utoipa::path(get, path = "/api/trench-plans/{trench_plan_id}/trenches/{trench_id}/sheet", tag = "trenches",
    params(("trench_plan_id" = i64, Path, description = "Number of a plan"),
        ("trench_id" = i64, Path, description = "Number of a trench of it")),
    responses((status = 200, description = "The sheet", body = TrenchSheet),
        (status = 404, description = "No such plan or trench", body = ProblemBody)))]
pub async fn show_trench_sheet(
    State(state): State<AppState>,
    Path((id, trench)): Path<(String, String)>,
    viewer: Viewer,
    parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    parameters.finish()?;
    let stored = found(&state, &id, viewer).await?;
    let sheet = TrenchSheet::of(&stored, trench_in(&stored, &trench)?);
    Ok(Representation::json(JSON, &sheet).answer(&wishes))
}
