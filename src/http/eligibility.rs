//! Which communities the plan takes in: the answer for each criterion, what planners decided, and the settings.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::AppState;
use super::author::Author;
use super::body::{JsonBody, parse};
use super::imports::{database_away, store_of};
use super::links::JSON;
use super::parameters::Parameters;
use super::problem::{Kind, Problem, ProblemBody};
use super::representation::{Representation, Wishes};
use crate::analysis::eligibility::{Eligibility, Override, Overrides, VerdictCounts, eligibility, verdict_of};
use crate::domain::eligibility::{CRITERIA, Criterion, EligibilitySettings};
use crate::domain::rule::Verified;
use crate::domain::{LayerId, Viewer};
use crate::store;

#[derive(Debug, Serialize, ToSchema)]
pub struct CriterionSummary {
    criterion: Criterion,
    title_zh: &'static str,
    title_en: &'static str,
    clause: &'static str,
    verified: Verified,
    /// By the settings in force.
    decides: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct EligibilityAnswer {
    revision: u64,
    settings: EligibilitySettings,
    /// 0: nobody has set anything; the plan's own numbers hold.
    settings_version: i32,
    criteria: Vec<CriterionSummary>,
    counts: VerdictCounts,
    communities: Vec<Eligibility>,
}

/// What is in force.
pub(super) struct InForce {
    pub settings: EligibilitySettings,
    pub version: i32,
    pub overrides: Overrides,
}

pub(super) async fn in_force(state: &AppState) -> Result<InForce, Problem> {
    let (settings, version, rows) = store::eligibility::find(store_of(state)?).await.map_err(database_away)?;
    let settings = match settings {
        Some(json) => serde_json::from_value(json).map_err(Problem::internal)?,
        None => EligibilitySettings::default(),
    };
    let mut overrides = Overrides::new();
    for row in rows {
        // A criterion that a later version no longer has decides nothing.
        let Some(criterion) = Criterion::from_code(&row.criterion) else { continue };
        let word = Override {
            verdict: row.verdict,
            reason: row.reason,
            author: row.author,
            made_at: row.made_at.to_rfc3339(),
        };
        overrides.insert((row.community_id, criterion), word);
    }
    Ok(InForce { settings, version, overrides })
}

/// Each community and criterion: pass, fail, unknown or needs review, with the reason.
#[utoipa::path(get, path = "/api/eligibility", tag = "schemes",
    responses((status = 200, description = "The answers", body = EligibilityAnswer)))]
pub async fn list_eligibility(
    State(state): State<AppState>,
    _: Author,
    parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    parameters.finish()?;
    let InForce { settings, version, overrides } = in_force(&state).await?;
    let snapshot = state.city.snapshot();
    let criteria = CRITERIA.iter().map(|facts| CriterionSummary {
        criterion: facts.criterion,
        title_zh: facts.title_zh,
        title_en: facts.title_en,
        clause: facts.clause,
        verified: facts.verified,
        decides: settings.deciding.contains(&facts.criterion),
    });
    let criteria = criteria.collect();
    let answer = state.lanes.heavy(move |_| {
        let communities = eligibility(&snapshot, &settings, &overrides);
        EligibilityAnswer {
            revision: snapshot.revision,
            settings,
            settings_version: version,
            criteria,
            counts: VerdictCounts::of(communities.iter().map(|one| one.verdict)),
            communities,
        }
    });
    Ok(Representation::json(JSON, &answer.await).answer(&wishes))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsOrder {
    settings: EligibilitySettings,
    /// The version that you saw; 0 where nobody has set anything.
    version: i32,
}

/// Sets what the city wants otherwise than the plan.
#[utoipa::path(put, path = "/api/eligibility/settings", tag = "schemes", request_body = SettingsOrder,
    responses((status = 204, description = "It is set"),
        (status = 412, description = "Somebody was faster", body = ProblemBody)))]
pub async fn replace_eligibility_settings(
    State(state): State<AppState>,
    author: Author,
    JsonBody(body): JsonBody,
) -> Result<StatusCode, Problem> {
    let SettingsOrder { settings, version } = parse(body)?;
    if !(1800..=2100).contains(&settings.year_limit) {
        return Err(Problem::at_pointer(Kind::InvalidBody, "/settings/year_limit", "is not between 1800 and 2100"));
    }
    let json = serde_json::to_value(&settings).map_err(Problem::internal)?;
    let is_set = store::eligibility::put_settings(store_of(&state)?, &author.name, &json, version).await;
    match is_set.map_err(database_away)? {
        true => Ok(StatusCode::NO_CONTENT),
        false => {
            let detail = "The settings are no longer what you saw.";
            Err(Problem::at_pointer(Kind::VersionConflict, "/version", detail))
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OverrideOrder {
    /// `pass`, `fail` or `needs_review`.
    verdict: String,
    /// 1 to 500 characters.
    reason: String,
}

fn criterion_of(state: &AppState, community: &str, criterion: &str) -> Result<(i64, Criterion), Problem> {
    let snapshot = state.city.snapshot();
    let view = snapshot.layer(LayerId::Community, Viewer::Everything);
    let unknown =
        || Problem::at_parameter(Kind::UnknownFeature, "community_id", format!("there is no community «{community}»"));
    let id: i64 = community.parse().map_err(|_| unknown())?;
    if view.is_none_or(|view| view.find(id).is_none()) {
        return Err(unknown());
    }
    let found = Criterion::from_code(criterion);
    Ok((id, found.ok_or_else(|| Problem::parameter("criterion", format!("there is no criterion «{criterion}»")))?))
}

/// Decides on one criterion of one community, with the reason; it outweighs what the data say.
#[utoipa::path(put, path = "/api/eligibility/{community_id}/{criterion}", tag = "schemes", request_body = OverrideOrder,
    params(("community_id" = i64, Path, description = "Number of a community"),
        ("criterion" = String, Path, description = "Code of a criterion")),
    responses((status = 204, description = "It is decided"),
        (status = 404, description = "No such community", body = ProblemBody)))]
pub async fn override_eligibility(
    State(state): State<AppState>,
    Path((community, criterion)): Path<(String, String)>,
    author: Author,
    JsonBody(body): JsonBody,
) -> Result<StatusCode, Problem> {
    let (id, criterion) = criterion_of(&state, &community, &criterion)?;
    let OverrideOrder { verdict, reason } = parse(body)?;
    if verdict_of(&verdict).is_none() {
        return Err(Problem::at_pointer(Kind::InvalidBody, "/verdict", "must be pass, fail or needs_review"));
    }
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 500 || reason.contains('\0') {
        return Err(Problem::at_pointer(Kind::InvalidBody, "/reason", "a reason has 1 to 500 characters"));
    }
    let word = Some((verdict.as_str(), reason));
    let code = criterion.facts().code;
    store::eligibility::put_override(store_of(&state)?, &author.name, (id, code), word).await.map_err(database_away)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a decision back: the data decide again.
#[utoipa::path(delete, path = "/api/eligibility/{community_id}/{criterion}", tag = "schemes",
    params(("community_id" = i64, Path, description = "Number of a community"),
        ("criterion" = String, Path, description = "Code of a criterion")),
    responses((status = 204, description = "It is taken back"),
        (status = 404, description = "Nothing was decided", body = ProblemBody)))]
pub async fn delete_override(
    State(state): State<AppState>,
    Path((community, criterion)): Path<(String, String)>,
    author: Author,
) -> Result<StatusCode, Problem> {
    let (id, criterion) = criterion_of(&state, &community, &criterion)?;
    let code = criterion.facts().code;
    let is_gone = store::eligibility::put_override(store_of(&state)?, &author.name, (id, code), None).await;
    match is_gone.map_err(database_away)? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::at_parameter(Kind::UnknownFeature, "criterion", "nothing was decided on it")),
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct EligibilityStepSummary {
    /// Null: the settings.
    community_id: Option<i64>,
    criterion: Option<String>,
    made_at: DateTime<Utc>,
    actor: String,
    #[schema(value_type = Option<Object>)]
    before: Option<Value>,
    #[schema(value_type = Option<Object>)]
    after: Option<Value>,
}

/// The last 200 decisions and settings, the newest first.
#[utoipa::path(get, path = "/api/eligibility/history", tag = "schemes",
    params(("community_id" = Option<i64>, Query, description = "Only of this community")),
    responses((status = 200, description = "The steps", body = Vec<EligibilityStepSummary>)))]
pub async fn list_eligibility_history(
    State(state): State<AppState>,
    _: Author,
    mut parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    let community = parameters.take_integer("community_id", 1, i64::MAX)?;
    parameters.finish()?;
    let steps = store::eligibility::history(store_of(&state)?, community).await.map_err(database_away)?;
    let steps: Vec<EligibilityStepSummary> = steps
        .into_iter()
        .map(|step| EligibilityStepSummary {
            community_id: step.community_id,
            criterion: step.criterion,
            made_at: step.made_at,
            actor: step.actor,
            before: step.before,
            after: step.after,
        })
        .collect();
    Ok(Representation::json(JSON, &steps).answer(&wishes))
}
