//! The list of edits, and what one of them did.

use axum::extract::{Path, State};
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::step::changed;
use super::{editor_of, layer_of};
use crate::domain::Viewer;
use crate::http::AppState;
use crate::http::author::Witness;
use crate::http::imports::database_away;
use crate::http::links::JSON;
use crate::http::parameters::Parameters;
use crate::http::problem::{Kind, Problem};
use crate::http::representation::{Representation, Wishes};
use crate::store::edit::{Deed, EditEntry, Effect, Own, Wanted};

/// Features of an edit that are told at most; `feature_count` says how many there are.
const MOST_EFFECTS: i64 = 200;

#[derive(Debug, Serialize, ToSchema)]
pub struct EditSummary {
    edit_id: i64,
    made_at: DateTime<Utc>,
    actor: String,
    /// `edit`, `undo`, `redo` or `restore`.
    kind: String,
    /// The edit that this one takes back.
    undoes: Option<i64>,
    /// False while another edit has taken this one back.
    is_in_effect: bool,
    message: Option<String>,
    layers: Vec<String>,
    feature_count: i32,
}

impl From<EditEntry> for EditSummary {
    fn from(entry: EditEntry) -> Self {
        Self {
            edit_id: entry.edit_id,
            made_at: entry.made_at,
            actor: entry.actor,
            kind: entry.kind,
            undoes: entry.undoes,
            is_in_effect: entry.is_in_effect,
            message: entry.message,
            layers: entry.layers,
            feature_count: entry.feature_count,
        }
    }
}

/// The city asks for everybody's edits, others for their own.
fn own(witness: &Witness) -> Option<Own<'_>> {
    let own = Own { actor: &witness.name, viewer: witness.viewer };
    (witness.viewer != Viewer::Everything).then_some(own)
}

/// Edits, newest first; an operator or a body is told of its account's own.
#[utoipa::path(get, path = "/api/edits", tag = "edit",
    params(("actor" = Option<String>, Query, description = "Only of this person"),
        ("layer" = Option<String>, Query, description = "Only of this layer"),
        ("before" = Option<i64>, Query, description = "Only older than this edit"),
        ("limit" = Option<u32>, Query, description = "Edits at most")),
    responses((status = 200, description = "The edits", body = Vec<EditSummary>)))]
pub async fn list_edits(
    State(state): State<AppState>,
    witness: Witness,
    mut parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    let actor = parameters.take("actor")?;
    if actor.as_ref().is_some_and(|name| name.contains('\0')) {
        return Err(Problem::parameter("actor", "holds a NUL"));
    }
    let layer = parameters.take("layer")?.map(|name| layer_of(&name)).transpose()?;
    let before = parameters.take_integer("before", 1, i64::MAX)?;
    let limit = parameters.take_integer("limit", 1, 1000)?.unwrap_or(100);
    parameters.finish()?;
    let wanted = Wanted { actor: actor.as_deref(), layer, before };
    let entries = editor_of(&state)?.list(own(&witness), wanted, limit).await.map_err(database_away)?;
    let edits: Vec<EditSummary> = entries.into_iter().map(EditSummary::from).collect();
    Ok(Representation::json(JSON, &edits).answer(&wishes))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct EditDetail {
    edit: EditSummary,
    /// The first 200 by layer and id.
    features: Vec<EditedFeature>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct EditedFeature {
    layer: String,
    id: i64,
    /// `create`, `update` or `delete`.
    operation: &'static str,
    /// The fields that it changed in all, each `before` and `after`; the shape as `geometry`.
    changed: Value,
}

impl From<Effect> for EditedFeature {
    fn from(effect: Effect) -> Self {
        let (before, after) = (effect.before.as_ref(), effect.after.as_ref());
        let operation = match Deed::between(before, after) {
            Deed::Create => "create",
            Deed::Update => "update",
            Deed::Delete => "delete",
        };
        let changed = changed(before, after).into();
        Self { layer: effect.layer, id: effect.id, operation, changed }
    }
}

/// What an edit did to each feature in all.
#[utoipa::path(get, path = "/api/edits/{edit_id}", tag = "edit",
    params(("edit_id" = i64, Path, description = "Number of an edit")),
    responses((status = 200, description = "The edit", body = EditDetail),
        (status = 404, description = "There is no such edit", body = crate::http::problem::ProblemBody)))]
pub async fn find_edit(
    State(state): State<AppState>,
    Path(edit_id): Path<String>,
    witness: Witness,
    parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    let unknown = || Problem::at_parameter(Kind::UnknownEdit, "edit_id", format!("there is no edit «{edit_id}»"));
    let number: i64 = edit_id.parse().map_err(|_| unknown())?;
    parameters.finish()?;
    let found = editor_of(&state)?.find(own(&witness), number, MOST_EFFECTS).await.map_err(database_away)?;
    let (entry, effects) = found.ok_or_else(unknown)?;
    let features = effects.into_iter().map(EditedFeature::from).collect();
    Ok(Representation::json(JSON, &EditDetail { edit: entry.into(), features }).answer(&wishes))
}
