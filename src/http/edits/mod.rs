//! Writing over HTTP: one feature (OGC API Features part 4), several at once, undo, redo, history and
//! back to a time.

mod batch;
mod feature;
pub(super) mod geometry;
mod history;
mod if_match;
mod items;
mod list;
mod restore;
mod step;

pub use batch::*;
pub use history::*;
pub use items::*;
pub use list::*;
pub use restore::*;

use serde_json::{Value, json};

use super::AppState;
use super::author::Contributor;
use super::imports::database_away;
use super::items::feature_json;
use super::problem::{Fault, Kind, Problem};
use crate::app::edit::{By, EditError, Editor};
use crate::domain::{LayerId, Name, Viewer};
use crate::geodesy::Crs;
use crate::store::edit::Stale;
use crate::store::edit::{Change, Step, What};
use geometry::Given;
use step::step_json;

/// Steps of a feature's history that a conflict tells at most.
const STEPS_TOLD: i64 = 50;

fn editor_of(state: &AppState) -> Result<&Editor, Problem> {
    state.editor.as_deref().ok_or_else(|| super::imports::away("This server has no database."))
}

fn given(state: &AppState, crs: Crs) -> Given {
    Given { crs, max_vertices: state.settings.max_geometry_vertices }
}

fn layer_of(name: &str) -> Result<LayerId, Problem> {
    name.parse().map_err(|_| Problem::unknown_layer(name))
}

/// The layer of a write: one that the writer may not see is as unknown as one that does not exist.
fn layer_to_write(name: &str, viewer: Viewer) -> Result<LayerId, Problem> {
    let layer = layer_of(name)?;
    if !viewer.may_see(layer.describe().audience) {
        return Err(Problem::unknown_layer(name));
    }
    if !viewer.may_write(layer) {
        return Err(Problem::new(Kind::NotAllowed, format!("{layer} is not yours to change.")));
    }
    Ok(layer)
}

fn by(author: &Contributor) -> By<'_> {
    By { actor: &author.name, viewer: author.viewer }
}

/// What an operator writes is its own where it does not say whose it is.
fn sign(mut change: Change, viewer: Viewer) -> Change {
    let Viewer::Operator(name) = viewer else { return change };
    let (values, is_whole) = match &mut change.what {
        What::Create { values, .. } => (values, true),
        What::Update { values, .. } => (values, false),
        What::Delete { .. } => return change,
    };
    let is_said = values.get("operator").map(|value| !value.is_null());
    if is_said == Some(false) || (is_said.is_none() && is_whole) {
        values.insert("operator".to_owned(), name.as_str().into());
    }
    change
}

/// The steps of a feature's history that this viewer may know, with how many were left out. An operator knows those
/// in which the feature was its own, before and after.
fn steps_for(viewer: Viewer, steps: Vec<Step>) -> (Vec<Step>, usize) {
    let count = steps.len();
    let is_own = |row: &Option<Value>, name: Name| row.as_ref().is_none_or(|row| row["operator"] == name.as_str());
    let known: Vec<Step> = match viewer {
        Viewer::Everything => steps,
        Viewer::Operator(name) => {
            steps.into_iter().filter(|step| is_own(&step.before, name) && is_own(&step.after, name)).collect()
        }
        Viewer::Public | Viewer::Body(_) => Vec::new(),
    };
    let left_out = count - known.len();
    (known, left_out)
}

/// What a client is told when an edit was not carried out. Nothing was written.
async fn refusal(state: &AppState, viewer: Viewer, error: EditError) -> Problem {
    match error {
        EditError::Stale(stale) => conflict(state, viewer, &stale).await,
        EditError::NotYours(layer, id) => {
            let is_seen = feature_json(&state.city.snapshot(), layer, id, viewer).is_some();
            if is_seen {
                Problem::new(Kind::NotAllowed, format!("{layer}/{id} is not yours to change."))
            } else {
                unknown(layer, id)
            }
        }
        EditError::WouldNotBeYours(layer) => {
            let whose = match viewer {
                Viewer::Operator(_) => "`operator` is your own name",
                _ => "it lies in your area, and `responsible_body` is your own code or empty",
            };
            Problem::new(Kind::NotAllowed, format!("What you write of {layer} must be your own: {whose}."))
        }
        EditError::ChangedSince(features) => changed_since(state, viewer, &features).await,
        EditError::Cancelled => Problem::new(Kind::Cancelled, "Nothing was changed."),
        EditError::NoSuchVersion => {
            Problem::at_pointer(Kind::UnknownFeature, "/version", "the feature has no earlier version of this number")
        }
        EditError::NoSuchEdit => Problem::at_parameter(Kind::UnknownEdit, "edit_id", "there is no such edit"),
        EditError::NotInEffect => Problem::new(Kind::ChangedSince, "The edit was taken back before."),
        EditError::Nothing => Problem::new(Kind::ChangedSince, "There is nothing of yours to take back."),
        EditError::Store(error) if error.is_about_the_data() => {
            Problem::new(Kind::InvalidFeature, format!("The database does not take it: {error}"))
        }
        EditError::Store(error) => database_away(error),
    }
}

/// 412 with what the feature is now and who changed it; 404 when it never was, or is gone and nobody
/// said which version he saw.
async fn conflict(state: &AppState, viewer: Viewer, stale: &[Stale]) -> Problem {
    if let [one] = stale
        && one.version.is_none()
        && (one.expected.is_none() || never_was(state, viewer, one).await)
    {
        return unknown(one.layer, one.id);
    }
    let mut conflicts = Vec::with_capacity(stale.len());
    for one in stale {
        let seen = one.expected.unwrap_or(0);
        let steps = match editor_of(state) {
            Ok(editor) => editor.feature_history(one.layer, one.id, STEPS_TOLD).await.unwrap_or_default(),
            Err(_) => Vec::new(),
        };
        let (steps, _) = steps_for(viewer, steps);
        let since: Vec<Value> = steps.iter().filter(|step| step.version >= seen).map(step_json).collect();
        conflicts.push(json!({
            "layer": one.layer.name(),
            "id": one.id,
            "expected_version": one.expected,
            "version": one.version,
            "current": feature_json(&state.city.snapshot(), one.layer, one.id, viewer),
            "changed_since": since,
        }));
    }
    let names: Vec<String> = stale.iter().take(5).map(|one| format!("{}/{}", one.layer, one.id)).collect();
    let problem = Problem::new(Kind::VersionConflict, format!("Changed or deleted meanwhile: {}.", names.join(", ")));
    problem.with("conflicts", conflicts.into())
}

fn unknown(layer: LayerId, id: i64) -> Problem {
    Problem::at_parameter(Kind::UnknownFeature, "id", format!("{layer} has no feature «{id}»"))
}

/// True when there never was such a feature, as far as this viewer may know.
async fn never_was(state: &AppState, viewer: Viewer, one: &Stale) -> bool {
    match editor_of(state) {
        Ok(editor) => {
            let steps = editor.feature_history(one.layer, one.id, STEPS_TOLD).await;
            steps.is_ok_and(|steps| steps_for(viewer, steps).0.is_empty())
        }
        Err(_) => false,
    }
}

async fn changed_since(state: &AppState, viewer: Viewer, features: &[(LayerId, i64)]) -> Problem {
    let mut errors = Vec::new();
    let mut changed = Vec::new();
    for (layer, id) in features.iter().take(50) {
        let last = match editor_of(state) {
            Ok(editor) => editor.feature_history(*layer, *id, 1).await.unwrap_or_default(),
            Err(_) => Vec::new(),
        };
        let (last, _) = steps_for(viewer, last);
        let who = last.first().map_or_else(|| "another client".to_owned(), |step| step.actor.clone());
        changed.push(json!({ "layer": layer.name(), "id": id, "actor": who }));
        errors.push(Fault { pointer: None, parameter: None, detail: format!("{layer}/{id} by {who}") });
    }
    let detail = format!("{} features were changed since; nothing was taken back.", features.len());
    Problem { errors, ..Problem::new(Kind::ChangedSince, detail) }.with("features", changed.into())
}
