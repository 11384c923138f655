//! What happened to a feature, and back to an earlier version of it.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::batch::EditDone;
use super::if_match::IfMatch;
use super::step::step_json;
use super::{by, editor_of, layer_of, layer_to_write, refusal, steps_for};
use crate::app::edit::ToVersion;
use crate::domain::Viewer;
use crate::http::AppState;
use crate::http::author::Contributor;
use crate::http::body::{JsonBody, parse};
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
    viewer: Viewer,
    mut parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    let layer = match viewer {
        Viewer::Everything => layer_of(&layer)?,
        // Its own lines and works; of the rest the history is the city's.
        Viewer::Operator(_) => layer_to_write(&layer, viewer)?,
        Viewer::Public | Viewer::Body(_) => {
            return Err(Problem::new(Kind::NotAllowed, "Who changed what is for the planners of the city."));
        }
    };
    let unknown = || Problem::at_parameter(Kind::UnknownFeature, "id", format!("{layer} has no feature «{id}»"));
    let id: i64 = id.parse().map_err(|_| unknown())?;
    let limit = parameters.take_integer("limit", 1, MOST_STEPS)?.unwrap_or(100);
    parameters.finish()?;
    let steps = editor_of(&state)?.feature_history(layer, id, limit).await.map_err(database_away)?;
    let (steps, left_out) = steps_for(viewer, steps);
    if viewer != Viewer::Everything && steps.is_empty() {
        // Nothing that was ever its own is as what never was.
        return Err(unknown());
    }
    let steps: Vec<Value> = steps.iter().map(step_json).collect();
    Ok(Representation::json(JSON, &json!({ "steps": steps, "steps_of_others": left_out })).answer(&wishes))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VersionOrder {
    /// The version that the feature shall be as again.
    version: i32,
}

/// Brings a feature back to an earlier version, also one that is gone, as an edit that can itself be taken back.
#[utoipa::path(post, path = "/api/collections/{layer}/items/{id}/restore", tag = "edit", request_body = VersionOrder,
    params(("layer" = String, Path, description = "Name of a layer"), ("id" = i64, Path, description = "Id of the feature"),
        ("If-Match" = Option<String>, Header, description = "ETag of the feature as it was seen")),
    responses((status = 200, description = "What was done", body = EditDone),
        (status = 404, description = "There is no such earlier version", body = crate::http::problem::ProblemBody),
        (status = 412, description = "Somebody was faster", body = crate::http::problem::ProblemBody)))]
pub async fn restore_item(
    State(state): State<AppState>,
    Path((layer, id)): Path<(String, String)>,
    author: Contributor,
    if_match: IfMatch,
    JsonBody(body): JsonBody,
) -> Result<axum::Json<EditDone>, Problem> {
    let layer = layer_to_write(&layer, author.viewer)?;
    let unknown = || Problem::at_parameter(Kind::UnknownFeature, "id", format!("{layer} has no feature «{id}»"));
    let id: i64 = id.parse().map_err(|_| unknown())?;
    let order: VersionOrder = parse(body)?;
    let to = ToVersion { layer, id, version: order.version, expected: if_match.expected() };
    match editor_of(&state)?.restore_version(by(&author), to).await {
        Ok(done) => Ok(axum::Json(EditDone::of(done))),
        Err(error) => Err(refusal(&state, author.viewer, error).await),
    }
}
