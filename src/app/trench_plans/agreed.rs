//! A trench that was agreed, as a row of the layer.

use serde_json::json;
use tokio_postgres::Transaction;

use super::deeds::step;
use super::{PlanError, StoredPlan, Written};
use crate::analysis::trench::agreement::{KeptTrench, WorkCopy, code_of};
use crate::domain::name::SEPARATOR;
use crate::store::trench_plan::{self, LayerRow};

/// Bounds of the layer's columns.
const LAYER_WIDTH_M: f64 = 50.0;
const LAYER_DEPTH_M: f64 = 100.0;
const LAYER_NAME: usize = 200;
const LAYER_MEMBERS: usize = 1000;

/// Everybody accepted: the trench becomes a row of the layer, in this transaction or not at all.
pub(super) async fn agree(
    transaction: &Transaction<'_>,
    plan: &StoredPlan,
    trench: &KeptTrench,
) -> Result<Written, PlanError> {
    let code = code_of(plan.row.trench_plan_id, trench.number);
    let name = layer_name(trench.result.street.as_deref(), &code);
    let members = layer_members(trench);
    let operators = layer_operators(trench);
    let row = LayerRow {
        code: &code,
        name: &name,
        lead_operator: trench.lead_operator.as_deref(),
        width_m: Some(trench.result.width_m).filter(|width| *width <= LAYER_WIDTH_M),
        depth_m: Some(trench.result.depth_m).filter(|depth| *depth <= LAYER_DEPTH_M),
        starts_on: trench.result.starts_on,
        ends_on: trench.result.ends_on,
        members: &members,
        operators: operators.as_deref(),
    };
    let shared_trench_id = trench_plan::agree(transaction, trench.id, &row).await?;
    let changes = json!({ "trench": { "before": { "state": trench.state }, "after": {
        "state": "agreed", "version": trench.version, "shared_trench_id": shared_trench_id, "works": trench.works } } });
    Ok(step(transaction, plan, Some(trench.id), "agree", &changes, true).await?)
}

/// A name that the layer's column holds; a street whose own name is too long leaves the code.
fn layer_name(street: Option<&str>, code: &str) -> String {
    let name = street.map(|street| format!("{street}共沟"));
    name.filter(|name| name.chars().count() <= LAYER_NAME).unwrap_or_else(|| format!("共沟{code}"))
}

/// Codes of its works, as the layer has them; by their numbers where a work has no code or the codes are too long.
fn layer_members(trench: &KeptTrench) -> String {
    let by = |name: &dyn Fn(&WorkCopy) -> String| trench.works.iter().map(name).collect::<Vec<_>>().join(" ");
    let number = |work_id: i64| format!("#{work_id}");
    let codes = by(&|work| work.code.clone().unwrap_or_else(|| number(work.work_id)));
    if codes.chars().count() <= LAYER_MEMBERS { codes } else { by(&|work| number(work.work_id)) }
}

/// Who takes part, as the layer has it. Of more names than its column holds none is taken: half a list would hide the
/// trench from some of them without a word.
fn layer_operators(trench: &KeptTrench) -> Option<String> {
    let names = trench.operators().join(&SEPARATOR.to_string());
    (names.chars().count() <= LAYER_MEMBERS).then_some(names)
}
