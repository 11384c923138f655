//! What a change did, told in fields.

use serde_json::{Map, Value, json};

use crate::store::edit::Step;

/// Columns that say nothing of the feature itself.
const NO_FIELDS: [&str; 5] = ["version", "updated_at", "updated_by", "created_at", "created_by"];

/// One step of a feature's history, with the fields that it changed.
pub fn step_json(step: &Step) -> Value {
    json!({
        "operation": step.operation,
        "version": step.version,
        "changed_at": step.changed_at,
        "actor": step.actor,
        "import_id": step.import_id,
        "edit_id": step.edit_id,
        "changed": changed(step.before.as_ref(), step.after.as_ref()),
    })
}

/// The fields that differ between two rows, each `before` and `after`; the shape as `geometry`.
pub fn changed(before: Option<&Value>, after: Option<&Value>) -> Map<String, Value> {
    let empty = Map::new();
    let (old, new) =
        (before.and_then(Value::as_object).unwrap_or(&empty), after.and_then(Value::as_object).unwrap_or(&empty));
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort();
    names.dedup();
    let side = |row: &Map<String, Value>, name: &String| row.get(name).cloned().unwrap_or(Value::Null);
    names
        .into_iter()
        .filter(|name| !NO_FIELDS.contains(&name.as_str()))
        .map(|name| (name, side(old, name), side(new, name)))
        .filter(|(_, before, after)| before != after)
        .map(|(name, before, after)| (name.clone(), json!({ "before": before, "after": after })))
        .collect()
}
