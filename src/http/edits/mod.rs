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
use super::imports::database_away;
use super::items::feature_json;
use super::problem::{Fault, Kind, Problem};
use crate::app::edit::{EditError, Editor};
use crate::domain::{LayerId, Viewer};
use crate::geodesy::Crs;
use crate::store::edit::Stale;
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

/// What a client is told when an edit was not carried out. Nothing was written.
async fn refusal(state: &AppState, error: EditError) -> Problem {
    match error {
        EditError::Stale(stale) => conflict(state, &stale).await,
        EditError::ChangedSince(features) => changed_since(state, &features).await,
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
async fn conflict(state: &AppState, stale: &[Stale]) -> Problem {
    if let [one] = stale
        && one.version.is_none()
        && (one.expected.is_none() || never_was(state, one).await)
    {
        let detail = format!("{} has no feature «{}»", one.layer, one.id);
        return Problem::at_parameter(Kind::UnknownFeature, "id", detail);
    }
    let mut conflicts = Vec::with_capacity(stale.len());
    for one in stale {
        let seen = one.expected.unwrap_or(0);
        let steps = match editor_of(state) {
            Ok(editor) => editor.feature_history(one.layer, one.id, STEPS_TOLD).await.unwrap_or_default(),
            Err(_) => Vec::new(),
        };
        let since: Vec<Value> = steps.iter().filter(|step| step.version >= seen).map(step_json).collect();
        conflicts.push(json!({
            "layer": one.layer.name(),
            "id": one.id,
            "expected_version": one.expected,
            "version": one.version,
            "current": feature_json(&state.city.snapshot(), one.layer, one.id, Viewer::Everything),
            "changed_since": since,
        }));
    }
    let names: Vec<String> = stale.iter().take(5).map(|one| format!("{}/{}", one.layer, one.id)).collect();
    let problem = Problem::new(Kind::VersionConflict, format!("Changed or deleted meanwhile: {}.", names.join(", ")));
    problem.with("conflicts", conflicts.into())
}

async fn never_was(state: &AppState, one: &Stale) -> bool {
    match editor_of(state) {
        Ok(editor) => editor.feature_history(one.layer, one.id, 1).await.is_ok_and(|steps| steps.is_empty()),
        Err(_) => false,
    }
}

async fn changed_since(state: &AppState, features: &[(LayerId, i64)]) -> Problem {
    let mut errors = Vec::new();
    let mut changed = Vec::new();
    for (layer, id) in features.iter().take(50) {
        let last = match editor_of(state) {
            Ok(editor) => editor.feature_history(*layer, *id, 1).await.unwrap_or_default(),
            Err(_) => Vec::new(),
        };
        let who = last.first().map_or_else(|| "another client".to_owned(), |step| step.actor.clone());
        changed.push(json!({ "layer": layer.name(), "id": id, "actor": who }));
        errors.push(Fault { pointer: None, parameter: None, detail: format!("{layer}/{id} by {who}") });
    }
    let detail = format!("{} features were changed since; nothing was taken back.", features.len());
    Problem { errors, ..Problem::new(Kind::ChangedSince, detail) }.with("features", changed.into())
}
