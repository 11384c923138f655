//! Scenarios that are kept: named lists of modifications, to be analysed and compared.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::AppState;
use super::analysis::what_if::applied;
use super::author::Author;
use super::body::{JsonBody, parse};
use super::imports::{database_away, store_of};
use super::links::JSON;
use super::problem::{Kind, Problem};
use super::representation::{Representation, Wishes};
use crate::analysis::scenario::Modification;
use crate::domain::Viewer;
use crate::store::scenario::{self, NewScenario, Outcome, ScenarioRow};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScenarioOrder {
    name: String,
    #[serde(default)]
    note: Option<String>,
    modifications: Vec<Modification>,
    /// When one is written over: the version that you saw.
    #[serde(default)]
    version: Option<i32>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ScenarioSummary {
    scenario_id: i64,
    name: String,
    note: Option<String>,
    /// The revision that it was drawn upon.
    baseline_revision: i64,
    modifications: Vec<Modification>,
    version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    updated_by: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ScenarioStepSummary {
    changed_at: DateTime<Utc>,
    actor: String,
    /// `insert`, `update` or `delete`.
    operation: String,
    #[schema(value_type = Option<Object>)]
    before: Option<Value>,
    #[schema(value_type = Option<Object>)]
    after: Option<Value>,
}

impl ScenarioSummary {
    fn of(row: ScenarioRow) -> Result<Self, Problem> {
        // Only this program writes the column, or somebody in psql who must be told.
        let modifications = serde_json::from_value(row.modifications).map_err(|error| {
            Problem::internal(format_args!("the modifications of scenario {} cannot be read: {error}", row.scenario_id))
        })?;
        Ok(Self {
            scenario_id: row.scenario_id,
            name: row.name,
            note: row.note,
            baseline_revision: row.baseline_revision,
            modifications,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
        })
    }
}

/// The modifications of a stored scenario, which is the planners' and not the public's.
pub(super) async fn modifications_of(
    state: &AppState,
    viewer: Viewer,
    scenario_id: Option<i64>,
) -> Result<Vec<Modification>, Problem> {
    let Some(scenario_id) = scenario_id else { return Ok(Vec::new()) };
    if viewer != Viewer::Everything {
        return Err(Problem::at_pointer(Kind::NotAllowed, "/scenario_id", "Stored scenarios are not public."));
    }
    let found = scenario::find(store_of(state)?, scenario_id).await.map_err(database_away)?;
    let unknown =
        || Problem::at_pointer(Kind::UnknownScenario, "/scenario_id", format!("there is no scenario {scenario_id}"));
    Ok(ScenarioSummary::of(found.ok_or_else(unknown)?)?.modifications)
}

/// The scenarios, in the order in which they were made.
#[utoipa::path(get, path = "/api/scenarios", tag = "analysis",
    responses((status = 200, description = "The scenarios", body = Vec<ScenarioSummary>)))]
pub async fn list_scenarios(State(state): State<AppState>, _: Author, wishes: Wishes) -> Result<Response, Problem> {
    let rows = scenario::list(store_of(&state)?).await.map_err(database_away)?;
    let rows: Vec<ScenarioSummary> = rows.into_iter().map(ScenarioSummary::of).collect::<Result<_, _>>()?;
    Ok(Representation::json(JSON, &rows).answer(&wishes))
}

/// A scenario.
#[utoipa::path(get, path = "/api/scenarios/{scenario_id}", tag = "analysis",
    params(("scenario_id" = i64, Path, description = "Number of a scenario")),
    responses((status = 200, description = "The scenario", body = ScenarioSummary),
        (status = 404, description = "No such scenario", body = super::problem::ProblemBody)))]
pub async fn find_scenario(
    State(state): State<AppState>,
    Path(id): Path<String>,
    _: Author,
    wishes: Wishes,
) -> Result<Response, Problem> {
    let found = scenario::find(store_of(&state)?, number(&id)?).await.map_err(database_away)?;
    let summary = ScenarioSummary::of(found.ok_or_else(|| unknown(&id))?)?;
    Ok(Representation::json(JSON, &summary).answer(&wishes))
}

/// Keeps a scenario under a name, when it can be applied to the city as it is now.
#[utoipa::path(post, path = "/api/scenarios", tag = "analysis", request_body = ScenarioOrder,
    responses((status = 201, description = "It is kept", body = ScenarioSummary),
        (status = 409, description = "The name is taken", body = super::problem::ProblemBody),
        (status = 422, description = "It cannot be applied", body = super::problem::ProblemBody)))]
pub async fn create_scenario(
    State(state): State<AppState>,
    author: Author,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let order: ScenarioOrder = parse(body)?;
    let new = order.to_store(&state)?;
    match scenario::create(store_of(&state)?, &author.name, &new).await.map_err(database_away)? {
        Outcome::Done(row) => {
            let location = HeaderValue::try_from(format!("/api/scenarios/{}", row.scenario_id));
            let location = location.map_err(Problem::internal)?;
            let body = axum::Json(ScenarioSummary::of(row)?);
            Ok((StatusCode::CREATED, [(header::LOCATION, location)], body).into_response())
        }
        other => Err(refusal(other, "")),
    }
}

/// Writes a scenario over. `version` is the one that you saw.
#[utoipa::path(put, path = "/api/scenarios/{scenario_id}", tag = "analysis", request_body = ScenarioOrder,
    params(("scenario_id" = i64, Path, description = "Number of a scenario")),
    responses((status = 200, description = "It is kept", body = ScenarioSummary),
        (status = 404, description = "No such scenario", body = super::problem::ProblemBody),
        (status = 412, description = "Somebody was faster", body = super::problem::ProblemBody)))]
pub async fn replace_scenario(
    State(state): State<AppState>,
    Path(id): Path<String>,
    author: Author,
    JsonBody(body): JsonBody,
) -> Result<axum::Json<ScenarioSummary>, Problem> {
    let order: ScenarioOrder = parse(body)?;
    let version = order.version.ok_or_else(|| Problem::at_pointer(Kind::InvalidBody, "/version", "is missing"))?;
    let new = order.to_store(&state)?;
    let store = store_of(&state)?;
    match scenario::update(store, &author.name, number(&id)?, version, &new).await.map_err(database_away)? {
        Outcome::Done(row) => Ok(axum::Json(ScenarioSummary::of(row)?)),
        other => Err(refusal(other, &id)),
    }
}

/// Deletes a scenario; its history stays.
#[utoipa::path(delete, path = "/api/scenarios/{scenario_id}", tag = "analysis",
    params(("scenario_id" = i64, Path, description = "Number of a scenario")),
    responses((status = 204, description = "It is gone"),
        (status = 404, description = "No such scenario", body = super::problem::ProblemBody)))]
pub async fn delete_scenario(
    State(state): State<AppState>,
    Path(id): Path<String>,
    author: Author,
) -> Result<StatusCode, Problem> {
    let is_gone = scenario::delete(store_of(&state)?, &author.name, number(&id)?).await.map_err(database_away)?;
    if is_gone { Ok(StatusCode::NO_CONTENT) } else { Err(unknown(&id)) }
}

/// The last steps of a scenario, newest first; of a deleted one too.
#[utoipa::path(get, path = "/api/scenarios/{scenario_id}/history", tag = "analysis",
    params(("scenario_id" = i64, Path, description = "Number of a scenario")),
    responses((status = 200, description = "The steps", body = Vec<ScenarioStepSummary>)))]
pub async fn list_scenario_history(
    State(state): State<AppState>,
    Path(id): Path<String>,
    _: Author,
    wishes: Wishes,
) -> Result<Response, Problem> {
    let steps = scenario::history(store_of(&state)?, number(&id)?).await.map_err(database_away)?;
    if steps.is_empty() {
        return Err(unknown(&id));
    }
    let steps: Vec<ScenarioStepSummary> = steps
        .into_iter()
        .map(|step| ScenarioStepSummary {
            changed_at: step.changed_at,
            actor: step.actor,
            operation: step.operation,
            before: step.before,
            after: step.after,
        })
        .collect();
    Ok(Representation::json(JSON, &steps).answer(&wishes))
}

impl ScenarioOrder {
    /// What is stored of a scenario that can be applied to the city as it is now.
    fn to_store(&self, state: &AppState) -> Result<NewScenario, Problem> {
        let wrong = |pointer: &str, detail: &str| Err(Problem::at_pointer(Kind::InvalidBody, pointer, detail));
        let name = self.name.trim();
        if name.is_empty() || name.chars().count() > 120 || name.contains('\0') {
            return wrong("/name", "a name has 1 to 120 characters");
        }
        let note = self.note.as_deref().map(str::trim).filter(|note| !note.is_empty());
        if note.is_some_and(|note| note.chars().count() > 1000 || note.contains('\0')) {
            return wrong("/note", "a note has 1000 characters at most");
        }
        let snapshot = state.city.snapshot();
        applied(&snapshot, &self.modifications)?;
        Ok(NewScenario {
            name: name.to_owned(),
            note: note.map(str::to_owned),
            baseline_revision: i64::try_from(snapshot.revision).map_err(Problem::internal)?,
            modifications: json!(self.modifications),
        })
    }
}

fn number(id: &str) -> Result<i64, Problem> {
    id.parse().map_err(|_| unknown(id))
}

fn unknown(id: &str) -> Problem {
    Problem::at_parameter(Kind::UnknownScenario, "scenario_id", format!("there is no scenario «{id}»"))
}

fn refusal(outcome: Outcome, id: &str) -> Problem {
    match outcome {
        Outcome::NameTaken => Problem::at_pointer(Kind::NameTaken, "/name", "Another scenario has this name."),
        Outcome::VersionConflict(row) => {
            let detail = format!("The scenario is at version {} now.", row.version);
            Problem::at_pointer(Kind::VersionConflict, "/version", detail)
        }
        Outcome::NoSuchScenario | Outcome::Done(_) => unknown(id),
    }
}
