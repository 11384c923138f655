//! Several features at once, undo and redo.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::feature::{self, Target};
use super::{by, editor_of, given, layer_to_write, refusal, sign};
use crate::app::edit::{Done, EditError, Undo};
use crate::domain::Viewer;
use crate::geodesy::Crs;
use crate::http::AppState;
use crate::http::author::Contributor;
use crate::http::body::{JsonBody, parse};
use crate::http::problem::{Kind, Problem};
use crate::store::edit::{Change, Deed, What};

/// As the table takes it.
const LONGEST_MESSAGE: usize = 300;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditOrder {
    /// What the person says of it, in 300 characters at most.
    message: Option<String>,
    changes: Vec<ChangeOrder>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeOrder {
    /// `create`, `replace`, `update` or `delete`.
    operation: Operation,
    layer: String,
    /// Of the feature, but for a new one.
    id: Option<i64>,
    /// The version that was seen; without it the last writer wins.
    version: Option<i32>,
    /// A GeoJSON feature, or for `update` what changes of it.
    #[serde(default)]
    #[schema(value_type = Object)]
    feature: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    Create,
    Replace,
    Update,
    Delete,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct EditDone {
    /// Null where nothing was to be done.
    edit_id: Option<i64>,
    /// The revision in which it can be seen.
    revision: u64,
    features: Vec<WrittenFeature>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct WrittenFeature {
    layer: &'static str,
    id: i64,
    /// Null: it is gone, or this only tells what would be done.
    version: Option<i32>,
    /// What was done to it, or would be: `create`, `update` or `delete`.
    operation: Operation,
}

impl EditDone {
    pub(super) fn of(done: Done) -> Self {
        let features = done.features.into_iter();
        Self {
            edit_id: done.edit_id,
            revision: done.revision,
            features: features
                .map(|written| WrittenFeature {
                    layer: written.layer.name(),
                    id: written.id,
                    version: written.version,
                    operation: match written.deed {
                        Deed::Create => Operation::Create,
                        Deed::Update => Operation::Update,
                        Deed::Delete => Operation::Delete,
                    },
                })
                .collect(),
        }
    }
}

/// Changes several features in one transaction: all or none.
#[utoipa::path(post, path = "/api/edits", tag = "edit", request_body = EditOrder,
    responses((status = 200, description = "What was done", body = EditDone),
        (status = 412, description = "Somebody was faster; nothing was written", body = crate::http::problem::ProblemBody)))]
pub async fn create_edit(
    State(state): State<AppState>,
    author: Contributor,
    JsonBody(body): JsonBody,
) -> Result<axum::Json<EditDone>, Problem> {
    let order: EditOrder = parse(body)?;
    let most = state.settings.max_changes;
    if order.changes.is_empty() {
        return Err(Problem::at_pointer(Kind::InvalidBody, "/changes", "there is nothing to change"));
    }
    if order.changes.len() > most {
        let detail = format!("{} changes; {most} are taken at once at most", order.changes.len());
        return Err(Problem::at_pointer(Kind::TooComplex, "/changes", detail));
    }
    let read = |(at, change): (usize, &ChangeOrder)| change.read(&state, author.viewer, &format!("/changes/{at}"));
    let changes: Vec<Change> = order.changes.iter().enumerate().map(read).collect::<Result<_, _>>()?;
    refuse_after_delete(&changes)?;
    if let Some(message) = &order.message
        && (message.chars().count() > LONGEST_MESSAGE || message.contains('\0'))
    {
        let detail = format!("has {LONGEST_MESSAGE} characters at most, and no NUL");
        return Err(Problem::at_pointer(Kind::InvalidBody, "/message", detail));
    }
    match editor_of(&state)?.carry_out(by(&author), order.message.as_deref(), &changes).await {
        Ok(done) => Ok(axum::Json(EditDone::of(done))),
        Err(error) => Err(refusal(&state, author.viewer, error).await),
    }
}

/// What one change deletes is not there for the next.
fn refuse_after_delete(changes: &[Change]) -> Result<(), Problem> {
    let mut gone = BTreeSet::new();
    for (at, change) in changes.iter().enumerate() {
        let (What::Update { id, .. } | What::Delete { id, .. }) = change.what else { continue };
        let is_gone = gone.contains(&(change.layer.index(), id));
        if is_gone {
            let detail = format!("{}/{id} is deleted by an earlier change of this edit", change.layer);
            return Err(Problem::at_pointer(Kind::InvalidBody, format!("/changes/{at}/id"), detail));
        }
        if matches!(change.what, What::Delete { .. }) {
            gone.insert((change.layer.index(), id));
        }
    }
    Ok(())
}

impl ChangeOrder {
    fn read(&self, state: &AppState, viewer: Viewer, at: &str) -> Result<Change, Problem> {
        let layer = layer_to_write(&self.layer, viewer).map_err(|problem| match problem.kind {
            Kind::NotAllowed => problem,
            _ => Problem::at_pointer(Kind::InvalidBody, format!("{at}/layer"), problem.detail),
        })?;
        let (given, feature_at) = (given(state, Crs::Crs84), format!("{at}/feature"));
        let target = || {
            let id = self.id.ok_or_else(|| Problem::at_pointer(Kind::InvalidBody, format!("{at}/id"), "is missing"))?;
            Ok(Target { id, expected: self.version })
        };
        let change = match self.operation {
            Operation::Create => feature::create(layer, &self.feature, given, &feature_at),
            Operation::Replace => feature::replace(layer, target()?, &self.feature, given, &feature_at),
            Operation::Update => feature::update(layer, target()?, &self.feature, given, &feature_at),
            Operation::Delete => {
                let Target { id, expected } = target()?;
                Ok(Change { layer, what: What::Delete { id, expected } })
            }
        };
        Ok(sign(change?, viewer))
    }
}

/// Takes an edit back as a whole; of an undo: does again what it had taken back.
#[utoipa::path(post, path = "/api/edits/{edit_id}/undo", tag = "edit",
    params(("edit_id" = i64, Path, description = "Number of an edit")),
    responses((status = 200, description = "What was done", body = EditDone),
        (status = 409, description = "Something was changed since; nothing was taken back", body = crate::http::problem::ProblemBody)))]
pub async fn undo_edit(
    State(state): State<AppState>,
    Path(edit_id): Path<String>,
    author: Contributor,
) -> Result<axum::Json<EditDone>, Problem> {
    let unknown = || Problem::at_parameter(Kind::UnknownEdit, "edit_id", format!("there is no edit «{edit_id}»"));
    let edit_id = edit_id.parse().map_err(|_| unknown())?;
    undo(&state, &author, Undo::This(edit_id)).await
}

/// Takes back what the person who asks did last.
#[utoipa::path(post, path = "/api/edits/undo", tag = "edit",
    responses((status = 200, description = "What was done", body = EditDone),
        (status = 409, description = "There is nothing, or something was changed since", body = crate::http::problem::ProblemBody)))]
pub async fn undo_last(State(state): State<AppState>, author: Contributor) -> Result<axum::Json<EditDone>, Problem> {
    undo(&state, &author, Undo::Last).await
}

/// Does again what the person who asks took back last.
#[utoipa::path(post, path = "/api/edits/redo", tag = "edit",
    responses((status = 200, description = "What was done", body = EditDone),
        (status = 409, description = "There is nothing, or something was changed since", body = crate::http::problem::ProblemBody)))]
pub async fn redo_last(State(state): State<AppState>, author: Contributor) -> Result<axum::Json<EditDone>, Problem> {
    undo(&state, &author, Undo::LastUndone).await
}

async fn undo(state: &AppState, author: &Contributor, which: Undo) -> Result<axum::Json<EditDone>, Problem> {
    answer(state, author, editor_of(state)?.undo(by(author), which).await).await
}

async fn answer(
    state: &AppState,
    author: &Contributor,
    outcome: Result<Done, EditError>,
) -> Result<axum::Json<EditDone>, Problem> {
    match outcome {
        Ok(done) => Ok(axum::Json(EditDone::of(done))),
        Err(error) => Err(refusal(state, author.viewer, error).await),
    }
}
