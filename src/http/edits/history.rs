//! What happened to a feature.

use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Value, json};

use super::{editor_of, layer_of, step_json};
use crate::http::AppState;
use crate::http::author::Author;
use crate::http::imports::database_away;
use crate::http::links::JSON;
use crate::http::parameters::Parameters;
use crate::http::problem::{Kind, Problem};
use crate::http::representation::{Representation, Wishes};

const MOST_STEPS: i64 = 500;

/// Who changed what of a feature and when, newest first. Also of one that is gone.
#[utoipa::path(get, path = "/api/collections/{layer}/items/{id}/history", tag = "edit",
    params(("layer" = String, Path, description = "Name of a layer"), ("id" = i64, Path, description = "Id of the feature"),
        ("limit" = Option<u32>, Query, description = "Steps at most")),
    responses((status = 200, description = "The steps", body = Value)))]
pub async fn list_history(
    State(state): State<AppState>,
    Path((layer, id)): Path<(String, String)>,
    _: Author,
    mut parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    let layer = layer_of(&layer)?;
    let unknown = || Problem::at_parameter(Kind::UnknownFeature, "id", format!("{layer} has no feature «{id}»"));
    let id: i64 = id.parse().map_err(|_| unknown())?;
    let limit = parameters.take_integer("limit", 1, MOST_STEPS)?.unwrap_or(100);
    parameters.finish()?;
    let steps = editor_of(&state)?.feature_history(layer, id, limit).await.map_err(database_away)?;
    let steps: Vec<Value> = steps.iter().map(step_json).collect();
    Ok(Representation::json(JSON, &json!({ "steps": steps })).answer(&wishes))
}
