//! What an edit would make, and what is wrong with it: an answer while a planner still draws.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::order::{EditOrder, Ground};
use super::{feature_of, found, refusal, schemes_of};
use crate::analysis::scheme::checks::{Check, Limits, checks};
use crate::domain::Viewer;
use crate::http::AppState;
use crate::http::author::Author;
use crate::http::body::{JsonBody, parse};
use crate::http::links::JSON;
use crate::http::problem::{Kind, Problem, ProblemBody};
use crate::http::representation::{Representation, Wishes};

/// The longest walk inside a precinct unless the question says otherwise: fifteen minutes of GB 50180-2018.
const WALK_M: f64 = 1_000.0;
const MOST_EDITS: usize = 100;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckOrder {
    /// As for editing; without any the scheme is checked as it is.
    #[serde(default)]
    edits: Vec<EditOrder>,
    /// Taken for the sake of one body for both; nothing is held to them.
    #[serde(default)]
    #[expect(dead_code, reason = "one body serves both addresses")]
    versions: BTreeMap<i64, i32>,
    #[serde(default)]
    #[expect(dead_code, reason = "as above")]
    message: Option<String>,
    /// The widest walk between two communities of a precinct; 1,000 m by default.
    #[serde(default)]
    max_walk_m: Option<f64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CheckAnswer {
    revision: u64,
    max_walk_m: f64,
    /// The precincts that the edits would touch, as GeoJSON; new ones have negative numbers.
    #[schema(value_type = Vec<Object>)]
    precincts: Vec<Value>,
    removed_precinct_ids: Vec<i64>,
    /// What is wrong with these, or with all where there are no edits.
    checks: Vec<Check>,
}

/// Tells what edits would make and what is wrong with it: holes, parts, communities cut in two, several responsible
/// bodies, rivers and trunk roads without a crossing, walks that are too long. Writes nothing. What cannot be done is
/// refused as by `edits`.
#[utoipa::path(post, path = "/api/schemes/{scheme_id}/check", tag = "schemes", request_body = CheckOrder,
    params(("scheme_id" = i64, Path, description = "Number of a scheme")),
    responses((status = 200, description = "What it would make", body = CheckAnswer),
        (status = 404, description = "No such scheme", body = ProblemBody),
        (status = 422, description = "It cannot be done; `reason` and `facts` say why", body = ProblemBody)))]
pub async fn check_scheme(
    State(state): State<AppState>,
    Path(id): Path<String>,
    _: Author,
    wishes: Wishes,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let CheckOrder { edits, max_walk_m, .. } = parse(body)?;
    let walk_m = max_walk_m.unwrap_or(WALK_M);
    if !(1.0..=20_000.0).contains(&walk_m) {
        return Err(Problem::at_pointer(Kind::InvalidBody, "/max_walk_m", "is not between 1 and 20000"));
    }
    if edits.len() > MOST_EDITS {
        return Err(Problem::at_pointer(Kind::InvalidBody, "/edits", format!("{MOST_EDITS} edits are taken at once")));
    }
    let stored = found(&state, &id, Viewer::Everything).await?;
    let edits = Ground::new(&state, &stored.scheme.outlines).edits(&edits)?;
    let schemes = schemes_of(&state)?;
    let (snapshot, walks) = (state.city.snapshot(), state.walks.clone());
    let refused = state.clone();
    let answer = state.lanes.heavy(move |wanted| -> Result<Option<CheckAnswer>, Problem> {
        let applied = schemes.rehearse(&stored, &edits).map_err(|error| refusal(&refused, error, &id))?;
        let scheme = &applied.scheme;
        let ids: Vec<i64> = match edits.is_empty() {
            true => scheme.about.keys().copied().collect(),
            false => applied.touched.iter().copied().filter(|id| scheme.about.contains_key(id)).collect(),
        };
        let removed = applied.touched.iter().copied().filter(|id| !scheme.about.contains_key(id)).collect();
        let city = walks.of(&snapshot);
        let limits = Limits { walk_m };
        // Whoever draws on asks again before this is answered; then nobody waits for it.
        let is_wanted = || wanted.is_wanted();
        let Some(checks) = checks(scheme, &snapshot, &city.walk, ids.iter().copied(), limits, &is_wanted) else {
            return Ok(None);
        };
        let version = |id: &i64| stored.versions.get(id).copied();
        let feature = |id: &i64| feature_of(scheme, &snapshot, *id, version(id), Viewer::Everything);
        Ok(Some(CheckAnswer {
            revision: snapshot.revision,
            max_walk_m: walk_m,
            precincts: if edits.is_empty() { Vec::new() } else { ids.iter().filter_map(feature).collect() },
            removed_precinct_ids: removed,
            checks,
        }))
    });
    let answer = answer.await?.ok_or_else(|| Problem::internal("checks were given up that somebody waits for"))?;
    Ok(Representation::json(JSON, &answer).answer(&wishes))
}
