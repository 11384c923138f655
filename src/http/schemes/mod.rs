//! Schemes over HTTP: read, edit, copy, compare, go back, publish and adopt.
//!
//! A scheme that is still open is the planners': to the public it does not exist.

mod compare;
mod edits;
mod history;
mod order;
mod write;

pub use compare::*;
pub use edits::*;
pub use history::*;
pub use write::*;

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::Response;
use chrono::{DateTime, Utc};
use geo::{LineString, MultiPolygon};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::AppState;
use super::imports::{database_away, store_of};
use super::links::{GEOJSON, JSON};
use super::parameters::Parameters;
use super::problem::{Fault, Kind, Problem};
use super::representation::{Representation, Wishes};
use crate::analysis::partition::Id;
use crate::analysis::scheme::totals::{Totals, totals};
use crate::analysis::scheme::{How, Scheme};
use crate::app::schemes::{SchemeError, Schemes, Stored};
use crate::domain::Viewer;
use crate::domain::scheme::{SchemeState, ShareOf};
use crate::geodesy::measure::area_m2;
use crate::snapshot::Snapshot;
use crate::store::scheme::SchemeRow;

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SchemeSummary {
    scheme_id: i64,
    name: String,
    note: Option<String>,
    state: SchemeState,
    /// By what share a community belongs to the precinct drawn over it, and from which share on.
    member_rule: ShareOf,
    member_threshold: f64,
    /// The scheme that it is a copy of, or the grouping that proposed it.
    #[schema(value_type = Option<Object>)]
    origin: Option<Value>,
    /// Counts changes of name, note, rule and state.
    version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    updated_by: Option<String>,
}

/// A scheme with what it adds up to.
#[derive(Debug, Serialize, ToSchema)]
pub struct SchemeDetail {
    #[serde(flatten)]
    #[schema(inline)]
    scheme: SchemeSummary,
    /// The states that it can be brought to from here.
    next_states: Vec<SchemeState>,
    precinct_count: usize,
    /// The last step of its history: going back names it.
    last_step: i64,
    revision: u64,
    totals: Totals,
    /// Communities of the city in no precinct, and those of them that were left out by hand.
    unassigned: usize,
    excluded_by_hand: usize,
}

impl SchemeSummary {
    /// The name of an author is the planners' alone.
    fn of(row: SchemeRow, viewer: Viewer) -> Result<Self, Problem> {
        let broken = || Problem::internal(format_args!("scheme {} cannot be read", row.scheme_id));
        Ok(Self {
            scheme_id: row.scheme_id,
            state: SchemeState::from_code(&row.state).ok_or_else(broken)?,
            member_rule: ShareOf::from_code(&row.member_rule).ok_or_else(broken)?,
            name: row.name,
            note: row.note,
            member_threshold: row.member_threshold,
            origin: row.origin.filter(|_| viewer == Viewer::Everything),
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            updated_by: (viewer == Viewer::Everything).then_some(row.updated_by),
        })
    }
}

impl SchemeDetail {
    fn of(stored: &Stored, snapshot: &Snapshot, viewer: Viewer) -> Result<Self, Problem> {
        let scheme = &stored.scheme;
        let members = scheme.members.iter().filter(|(_, member)| member.precinct.is_some()).map(|(id, _)| *id);
        let view = snapshot.layer(crate::domain::LayerId::Community, viewer);
        let is_unassigned = |id: i64| scheme.members.get(&id).is_none_or(|member| member.precinct.is_none());
        Ok(Self {
            scheme: SchemeSummary::of(stored.row.clone(), viewer)?,
            next_states: stored.state.next().to_vec(),
            precinct_count: scheme.about.len(),
            last_step: stored.last_step,
            revision: snapshot.revision,
            totals: totals(snapshot, viewer, members),
            unassigned: view.map_or(0, |view| view.items().iter().filter(|item| is_unassigned(item.id)).count()),
            excluded_by_hand: scheme.members.values().filter(|member| member.precinct.is_none()).count(),
        })
    }
}

pub(super) fn schemes_of(state: &AppState) -> Result<Schemes, Problem> {
    Ok(Schemes::new(store_of(state)?.clone(), state.city.clone()))
}

/// The scheme, if this viewer may know of it.
pub(super) async fn found(state: &AppState, id: &str, viewer: Viewer) -> Result<Stored, Problem> {
    let number: i64 = id.parse().map_err(|_| unknown(id))?;
    let stored = schemes_of(state)?.find(number).await.map_err(|error| refusal(state, error, id))?;
    if viewer != Viewer::Everything && stored.state.is_open() { Err(unknown(id)) } else { Ok(stored) }
}

pub(super) fn unknown(id: &str) -> Problem {
    Problem::at_parameter(Kind::UnknownScheme, "scheme_id", format!("there is no scheme «{id}» that you may see"))
}

/// What a client is told when nothing was done.
fn refusal(state: &AppState, error: SchemeError, id: &str) -> Problem {
    let snapshot = state.city.snapshot();
    let detail = error.to_string();
    match error {
        SchemeError::NoSuchScheme => unknown(id),
        SchemeError::NoSuchStep => Problem::at_pointer(Kind::InvalidBody, "/step", detail),
        SchemeError::NameTaken => Problem::at_pointer(Kind::NameTaken, "/name", "Another scheme has this name."),
        SchemeError::Closed(_) | SchemeError::NoSuchWay { .. } => {
            Problem::new(Kind::SchemeClosed, format!("{detail}."))
        }
        SchemeError::NoVersion(precinct) => {
            Problem::at_pointer(Kind::InvalidBody, format!("/versions/{precinct}"), detail)
        }
        SchemeError::Stale { stale, now } => {
            let conflicts: Vec<Value> = stale
                .iter()
                .map(|one| {
                    json!({ "precinct_id": one.precinct, "expected_version": one.expected, "version": one.version,
                        "current": precinct_json(&now, &snapshot, one.precinct, Viewer::Everything) })
                })
                .collect();
            let names: Vec<String> = stale.iter().map(|one| one.precinct.to_string()).collect();
            let detail = format!("Changed or removed meanwhile: precinct {}.", names.join(", "));
            Problem::new(Kind::VersionConflict, detail)
                .with("conflicts", conflicts.into())
                .with("last_step", now.last_step.into())
        }
        SchemeError::SchemeStale(now) => {
            let current = SchemeDetail::of(&now, &snapshot, Viewer::Everything).map(|it| json!(it)).unwrap_or_default();
            let detail = "The scheme is no longer what you saw.";
            Problem::at_pointer(Kind::VersionConflict, "/version", detail).with("current", current)
        }
        SchemeError::Wrong(wrong) => wrong_edit(&wrong),
        SchemeError::Store(error) if error.is_about_the_data() => {
            Problem::new(Kind::InvalidSchemeEdit, format!("The database does not take it: {error}"))
        }
        SchemeError::Store(error) => database_away(error),
    }
}

fn wrong_edit(wrong: &crate::analysis::scheme::Wrong) -> Problem {
    use crate::analysis::partition::Refused;
    use crate::analysis::scheme::Wrong;
    let fault = Fault { pointer: Some("/edits".to_owned()), parameter: None, detail: wrong.to_string() };
    let problem = Problem { errors: vec![fault], ..Problem::new(Kind::InvalidSchemeEdit, format!("{wrong}.")) };
    // A stable word for each reason, which a client translates.
    let (reason, more) = match wrong {
        Wrong::Outline(Refused::Overlaps { ids, m2 }) => ("overlaps", json!({ "precinct_ids": ids, "overlap_m2": m2 })),
        Wrong::Outline(Refused::Nothing) => ("nothing_left", json!({})),
        Wrong::Outline(Refused::NotDivided) => ("not_divided", json!({})),
        Wrong::Outline(Refused::NotTouching(ids)) => ("not_touching", json!({ "precinct_ids": ids })),
        Wrong::Outline(Refused::NoSuch(id)) => ("no_such_precinct", json!({ "precinct_ids": [id] })),
        Wrong::Outline(Refused::NoVertex(at)) => ("no_vertex", json!({ "at": [at.x, at.y] })),
        Wrong::Outline(Refused::Crosses(at)) => ("crosses", json!({ "at": [at.x, at.y] })),
        Wrong::Outline(Refused::Restless(_)) => ("too_close", json!({})),
        Wrong::NoCommunity(id) => ("no_such_community", json!({ "community_id": id })),
        Wrong::NotByHand(id) => ("not_by_hand", json!({ "community_id": id })),
        Wrong::NothingToMerge => ("nothing_to_merge", json!({})),
    };
    problem.with("reason", reason.into()).with("facts", more)
}

/// A precinct as a GeoJSON feature with its members and what they add up to; `None` where it is not there.
pub(super) fn precinct_json(stored: &Stored, snapshot: &Snapshot, id: Id, viewer: Viewer) -> Option<Value> {
    let version = stored.versions.get(&id).copied();
    feature_of(&stored.scheme, snapshot, id, version, viewer)
}

/// The same of a scheme that may not be stored.
pub(super) fn feature_of(
    scheme: &Scheme,
    snapshot: &Snapshot,
    id: Id,
    version: Option<i32>,
    viewer: Viewer,
) -> Option<Value> {
    let (about, areas) = (scheme.about.get(&id)?, scheme.outlines.to_areas(id)?);
    let members: Vec<Value> = scheme
        .members
        .iter()
        .filter(|(_, member)| member.precinct == Some(id))
        .map(|(community, member)| json!({ "community_id": community, "how": member.how }))
        .collect();
    let mut properties = json!({
        "code": about.code, "name": about.name, "responsible_body": about.responsible_body,
        "start_year": about.start_year, "is_pilot": about.is_pilot, "version": version,
        "area_m2": (area_m2(&areas) * 10.0).round() / 10.0,
        "totals": totals(snapshot, viewer, scheme.members_of(id)),
    });
    properties["members"] = members.into();
    Some(json!({ "type": "Feature", "id": id, "geometry": areas_json(&areas), "properties": properties }))
}

pub(super) fn areas_json(areas: &MultiPolygon<f64>) -> Value {
    let ring = |ring: &LineString<f64>| ring.coords().map(|at| [at.x, at.y]).collect::<Vec<_>>();
    let part = |area: &geo::Polygon<f64>| {
        std::iter::once(area.exterior()).chain(area.interiors()).map(ring).collect::<Vec<_>>()
    };
    json!({ "type": "MultiPolygon", "coordinates": areas.iter().map(part).collect::<Vec<_>>() })
}

/// The schemes that the viewer may know of, in the order in which they were made.
#[utoipa::path(get, path = "/api/schemes", tag = "schemes",
    responses((status = 200, description = "The schemes", body = Vec<SchemeSummary>)))]
pub async fn list_schemes(
    State(state): State<AppState>,
    viewer: Viewer,
    parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    parameters.finish()?;
    let rows = schemes_of(&state)?.list().await.map_err(|error| refusal(&state, error, ""))?;
    let summaries: Vec<SchemeSummary> =
        rows.into_iter().map(|row| SchemeSummary::of(row, viewer)).collect::<Result<_, _>>()?;
    let is_seen = |summary: &SchemeSummary| viewer == Viewer::Everything || !summary.state.is_open();
    let seen: Vec<SchemeSummary> = summaries.into_iter().filter(is_seen).collect();
    Ok(Representation::json(JSON, &seen).answer(&wishes))
}

/// A scheme with what it adds up to.
#[utoipa::path(get, path = "/api/schemes/{scheme_id}", tag = "schemes",
    params(("scheme_id" = i64, Path, description = "Number of a scheme")),
    responses((status = 200, description = "The scheme", body = SchemeDetail),
        (status = 404, description = "No such scheme", body = super::problem::ProblemBody)))]
pub async fn find_scheme(
    State(state): State<AppState>,
    Path(id): Path<String>,
    viewer: Viewer,
    parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    parameters.finish()?;
    let stored = found(&state, &id, viewer).await?;
    let detail = SchemeDetail::of(&stored, &state.city.snapshot(), viewer)?;
    Ok(Representation::json(JSON, &detail).answer(&wishes))
}

/// The precincts of a scheme as GeoJSON: outline, version, members with how they came to be, totals.
#[utoipa::path(get, path = "/api/schemes/{scheme_id}/precincts", tag = "schemes",
    params(("scheme_id" = i64, Path, description = "Number of a scheme")),
    responses((status = 200, description = "A feature collection, `last_step` beside it", content_type = "application/geo+json", body = Value),
        (status = 404, description = "No such scheme", body = super::problem::ProblemBody)))]
pub async fn list_scheme_precincts(
    State(state): State<AppState>,
    Path(id): Path<String>,
    viewer: Viewer,
    parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    parameters.finish()?;
    let stored = found(&state, &id, viewer).await?;
    let snapshot = state.city.snapshot();
    let features: Vec<Value> =
        stored.scheme.about.keys().filter_map(|id| precinct_json(&stored, &snapshot, *id, viewer)).collect();
    let collection = json!({ "type": "FeatureCollection", "scheme_id": stored.row.scheme_id,
        "last_step": stored.last_step, "revision": snapshot.revision, "features": features });
    Ok(Representation::json(GEOJSON, &collection).answer(&wishes))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MemberEntry {
    community_id: i64,
    /// Null where it is no longer in the city.
    name: Option<String>,
    /// Null: left out by hand.
    precinct_id: Option<i64>,
    how: How,
}

/// Where every community belongs of which something is said.
#[utoipa::path(get, path = "/api/schemes/{scheme_id}/members", tag = "schemes",
    params(("scheme_id" = i64, Path, description = "Number of a scheme")),
    responses((status = 200, description = "The members", body = Vec<MemberEntry>),
        (status = 404, description = "No such scheme", body = super::problem::ProblemBody)))]
pub async fn list_members(
    State(state): State<AppState>,
    Path(id): Path<String>,
    viewer: Viewer,
    parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    parameters.finish()?;
    let stored = found(&state, &id, viewer).await?;
    let snapshot = state.city.snapshot();
    let view = snapshot.layer(crate::domain::LayerId::Community, viewer);
    let name = |id: i64| view.and_then(|view| Some(view.label(view.find(id)?)?.to_owned()));
    let entries: Vec<MemberEntry> = stored
        .scheme
        .members
        .iter()
        .map(|(id, member)| MemberEntry {
            community_id: *id,
            name: name(*id),
            precinct_id: member.precinct,
            how: member.how,
        })
        .collect();
    Ok(Representation::json(JSON, &entries).answer(&wishes))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SchemeTotals {
    scheme_id: i64,
    revision: u64,
    /// Of the whole scheme: the sum of the precincts.
    totals: Totals,
    precincts: Vec<PrecinctTotals>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PrecinctTotals {
    precinct_id: i64,
    name: String,
    /// Of the outline.
    area_m2: f64,
    totals: Totals,
}

/// What a scheme and each of its precincts add up to: always sums of members, with how many do not know.
#[utoipa::path(get, path = "/api/schemes/{scheme_id}/totals", tag = "schemes",
    params(("scheme_id" = i64, Path, description = "Number of a scheme")),
    responses((status = 200, description = "The sums", body = SchemeTotals),
        (status = 404, description = "No such scheme", body = super::problem::ProblemBody)))]
pub async fn show_totals(
    State(state): State<AppState>,
    Path(id): Path<String>,
    viewer: Viewer,
    parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    parameters.finish()?;
    let stored = found(&state, &id, viewer).await?;
    let snapshot = state.city.snapshot();
    Ok(Representation::json(JSON, &totals_of(&stored, &snapshot, viewer)).answer(&wishes))
}

fn totals_of(stored: &Stored, snapshot: &Snapshot, viewer: Viewer) -> SchemeTotals {
    let scheme = &stored.scheme;
    let area = |id| scheme.outlines.to_areas(id).map_or(0.0, |areas| (area_m2(&areas) * 10.0).round() / 10.0);
    let precincts = scheme.about.iter().map(|(id, about)| PrecinctTotals {
        precinct_id: *id,
        name: about.name.clone(),
        area_m2: area(*id),
        totals: totals(snapshot, viewer, scheme.members_of(*id)),
    });
    let assigned: BTreeMap<i64, Id> =
        scheme.members.iter().filter_map(|(id, member)| Some((*id, member.precinct?))).collect();
    SchemeTotals {
        scheme_id: stored.row.scheme_id,
        revision: snapshot.revision,
        totals: totals(snapshot, viewer, assigned.keys().copied()),
        precincts: precincts.collect(),
    }
}
