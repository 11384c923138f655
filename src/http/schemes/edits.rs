//! Editing a scheme.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::order::{EditOrder, Ground};
use super::{SchemeDetail, found, precinct_json, refusal, schemes_of};
use crate::app::schemes::{Done, Task};
use crate::domain::Viewer;
use crate::http::AppState;
use crate::http::author::Author;
use crate::http::body::{JsonBody, parse};
use crate::http::problem::{Kind, Problem, ProblemBody};

const MOST_EDITS: usize = 100;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditsOrder {
    /// One after the other, all or none.
    edits: Vec<EditOrder>,
    /// By precinct, the version that you saw. Those that the edits name must be there; whichever are there are
    /// held to if the edits touch them.
    #[serde(default)]
    versions: BTreeMap<i64, i32>,
    #[serde(default)]
    message: Option<String>,
}

/// What an edit left.
#[derive(Debug, Serialize, ToSchema)]
pub struct EditsDone {
    /// The step that it made, for going back.
    step: Option<i64>,
    scheme: SchemeDetail,
    /// The precincts that it touched, as GeoJSON features with their new versions.
    #[schema(value_type = Vec<Object>)]
    precincts: Vec<Value>,
    removed_precinct_ids: Vec<i64>,
}

impl EditsDone {
    pub(super) fn of(state: &AppState, done: &Done) -> Result<Self, Problem> {
        let snapshot = state.city.snapshot();
        let precincts =
            done.touched.iter().filter_map(|id| precinct_json(&done.stored, &snapshot, *id, Viewer::Everything));
        Ok(Self {
            step: done.step,
            scheme: SchemeDetail::of(&done.stored, &snapshot, Viewer::Everything)?,
            precincts: precincts.collect(),
            removed_precinct_ids: done.removed.iter().copied().collect(),
        })
    }
}

impl EditsOrder {
    pub(super) fn read(body: Value) -> Result<Self, Problem> {
        let order: Self = parse(body)?;
        if order.edits.is_empty() || order.edits.len() > MOST_EDITS {
            let detail = format!("1 to {MOST_EDITS} edits are taken at once");
            return Err(Problem::at_pointer(Kind::InvalidBody, "/edits", detail));
        }
        if order.message.as_ref().is_some_and(|text| text.chars().count() > 300 || text.contains('\0')) {
            return Err(Problem::at_pointer(Kind::InvalidBody, "/message", "a message has 300 characters at most"));
        }
        Ok(order)
    }
}

/// Edits a scheme: draw, redraw, split, merge, move borders, remove and describe precincts; include, exclude and move
/// communities. Refused with 412 only where a precinct that is truly touched is no longer what you saw.
#[utoipa::path(post, path = "/api/schemes/{scheme_id}/edits", tag = "schemes", request_body = EditsOrder,
    params(("scheme_id" = i64, Path, description = "Number of a scheme")),
    responses((status = 200, description = "It is done", body = EditsDone),
        (status = 404, description = "No such scheme", body = ProblemBody),
        (status = 409, description = "The scheme is no longer open", body = ProblemBody),
        (status = 412, description = "Somebody was faster; `conflicts` has what is there now", body = ProblemBody),
        (status = 422, description = "It cannot be done; `reason` and `facts` say why", body = ProblemBody)))]
pub async fn edit_scheme(
    State(state): State<AppState>,
    Path(id): Path<String>,
    author: Author,
    JsonBody(body): JsonBody,
) -> Result<axum::Json<EditsDone>, Problem> {
    let order = EditsOrder::read(body)?;
    // Read against the outlines of now, for snapping only; what is written is worked out anew under the lock.
    let stored = found(&state, &id, Viewer::Everything).await?;
    let edits = Ground::new(&state, &stored.scheme.outlines).edits(&order.edits)?;
    let task = Task::Edits { edits: &edits, versions: &order.versions, message: order.message.as_deref() };
    let done = schemes_of(&state)?.perform(&author.name, stored.row.scheme_id, &task).await;
    Ok(axum::Json(EditsDone::of(&state, &done.map_err(|error| refusal(&state, error, &id))?)?))
}
