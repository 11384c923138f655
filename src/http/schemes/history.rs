//! The steps of a scheme, and back to any of them.

use axum::extract::{Path, State};
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::edits::EditsDone;
use super::{refusal, schemes_of, unknown};
use crate::app::schemes::Task;
use crate::http::AppState;
use crate::http::author::Author;
use crate::http::body::{JsonBody, parse};
use crate::http::links::JSON;
use crate::http::parameters::Parameters;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::representation::{Representation, Wishes};

#[derive(Debug, Serialize, ToSchema)]
pub struct SchemeStep {
    step: i64,
    made_at: DateTime<Utc>,
    actor: String,
    /// `create`, `draw`, `redraw`, `split`, `merge`, `move_border`, `remove`, `describe`, `move_community`, `include`,
    /// `exclude`, `by_rule`, `refresh`, `edits` (several), `rename`, `state`, `undo`, `delete`.
    kind: String,
    message: Option<String>,
    /// The step that it went back to.
    back_to: Option<i64>,
    /// Precincts and members, each before and after; the scheme's own row where that changed.
    #[schema(value_type = Object)]
    changes: Value,
}

/// The steps of a scheme, the newest first; of a deleted one too.
#[utoipa::path(get, path = "/api/schemes/{scheme_id}/history", tag = "schemes",
    params(("scheme_id" = i64, Path, description = "Number of a scheme"),
        ("before" = Option<i64>, Query, description = "Only older than this step"),
        ("limit" = Option<u32>, Query, description = "Steps at most, 1 to 200; 50 by default")),
    responses((status = 200, description = "The steps", body = Vec<SchemeStep>),
        (status = 404, description = "No such scheme", body = ProblemBody)))]
pub async fn list_scheme_history(
    State(state): State<AppState>,
    Path(id): Path<String>,
    _: Author,
    mut parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    let before = parameters.take_integer("before", 1, i64::MAX)?;
    let limit = parameters.take_integer("limit", 1, 200)?.unwrap_or(50);
    parameters.finish()?;
    let number: i64 = id.parse().map_err(|_| unknown(&id))?;
    let steps = schemes_of(&state)?.steps(number, before, limit).await.map_err(|error| refusal(&state, error, &id))?;
    let steps: Vec<SchemeStep> = steps
        .into_iter()
        .map(|row| SchemeStep {
            step: row.scheme_step_id,
            made_at: row.made_at,
            actor: row.actor,
            kind: row.kind,
            message: row.message,
            back_to: row.back_to,
            changes: row.changes,
        })
        .collect();
    Ok(Representation::json(JSON, &steps).answer(&wishes))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UndoOrder {
    /// Back to how precincts and members were after this step.
    step: i64,
    /// The last step that you know of: nobody's later work is taken back unseen.
    last_step: i64,
}

/// Brings precincts and members back to how they were after any step; itself a step, which can be taken back alike.
#[utoipa::path(post, path = "/api/schemes/{scheme_id}/undo", tag = "schemes", request_body = UndoOrder,
    params(("scheme_id" = i64, Path, description = "Number of a scheme")),
    responses((status = 200, description = "It is done", body = EditsDone),
        (status = 412, description = "There are later steps than `last_step`", body = ProblemBody)))]
pub async fn undo_scheme(
    State(state): State<AppState>,
    Path(id): Path<String>,
    author: Author,
    JsonBody(body): JsonBody,
) -> Result<axum::Json<EditsDone>, Problem> {
    let order: UndoOrder = parse(body)?;
    let number: i64 = id.parse().map_err(|_| unknown(&id))?;
    let task = Task::BackTo { step: order.step, seen: order.last_step };
    let done = schemes_of(&state)?.perform(&author.name, number, &task).await;
    Ok(axum::Json(EditsDone::of(&state, &done.map_err(|error| refusal(&state, error, &id))?)?))
}
