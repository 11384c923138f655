//! One feature: create, replace, update, delete (OGC API Features part 4).

use axum::extract::{Path, State};
use axum::http::{HeaderMap, request::Parts};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::feature::{self, Target};
use super::if_match::IfMatch;
use super::{by, editor_of, given, layer_to_write, refusal, sign};
use crate::app::edit::Done;
use crate::domain::LayerId;
use crate::geodesy::Crs;
use crate::http::AppState;
use crate::http::author::Contributor;
use crate::http::body::JsonBody;
use crate::http::items::{REVISION, feature_json};
use crate::http::links::{Base, GEOJSON};
use crate::http::problem::{Kind, Problem};
use crate::store::edit::{Change, What};

/// The number of the edit that a write made, for taking it back.
pub const EDIT: HeaderName = HeaderName::from_static("pianqu-edit");
const CONTENT_CRS: HeaderName = HeaderName::from_static("content-crs");

/// The reference system of a body's positions; CRS84 where nothing is said.
pub struct BodyCrs(pub Crs);

impl axum::extract::FromRequestParts<AppState> for BodyCrs {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Problem> {
        Self::of(&parts.headers)
    }
}

impl BodyCrs {
    fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let Some(given) = headers.get(CONTENT_CRS) else { return Ok(Self(Crs::Crs84)) };
        let name = given.to_str().unwrap_or_default().trim().trim_start_matches('<').trim_end_matches('>');
        Crs::from_uri(name).map(Self).map_err(|error| Problem::parameter("Content-Crs", error.to_string()))
    }
}

/// Adds a feature.
#[utoipa::path(post, path = "/api/collections/{layer}/items", tag = "edit",
    params(("layer" = String, Path, description = "Name of a layer")),
    request_body(content = Value, content_type = "application/geo+json", description = "A GeoJSON feature without id"),
    responses((status = 201, description = "It is there; Location leads to it", content_type = "application/geo+json", body = Value),
        (status = 403, description = "The public changes nothing", body = crate::http::problem::ProblemBody),
        (status = 422, description = "The feature cannot be taken", body = crate::http::problem::ProblemBody)))]
pub async fn create_item(
    State(state): State<AppState>,
    Path(layer): Path<String>,
    author: Contributor,
    crs: BodyCrs,
    base: Base,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let layer = layer_to_write(&layer, author.viewer)?;
    let change = feature::create(layer, &body, given(&state, crs.0), "")?;
    let done = carry_out(&state, &author, change).await?;
    let id = done.features.first().map_or(0, |written| written.id);
    let location = base.to(format!("/api/collections/{layer}/items/{id}"));
    let mut response = answer(&state, &author, &done, layer, StatusCode::CREATED);
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_str(&location).map_err(Problem::internal)?);
    Ok(response)
}

/// Writes a feature anew; a property that is not given is not known from now on.
#[utoipa::path(put, path = "/api/collections/{layer}/items/{id}", tag = "edit",
    params(("layer" = String, Path, description = "Name of a layer"), ("id" = i64, Path, description = "Id of the feature"),
        ("If-Match" = Option<String>, Header, description = "ETag of the feature as it was seen")),
    request_body(content = Value, content_type = "application/geo+json", description = "A GeoJSON feature"),
    responses((status = 200, description = "The feature as it is now", content_type = "application/geo+json", body = Value),
        (status = 412, description = "Somebody was faster", body = crate::http::problem::ProblemBody)))]
pub async fn replace_item(
    State(state): State<AppState>,
    Path((layer, id)): Path<(String, String)>,
    author: Contributor,
    if_match: IfMatch,
    crs: BodyCrs,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let (layer, target) = target(&layer, &id, if_match, &author)?;
    let change = feature::replace(layer, target, &body, given(&state, crs.0), "")?;
    Ok(answer(&state, &author, &carry_out(&state, &author, change).await?, layer, StatusCode::OK))
}

/// Changes what is given of a feature (JSON merge patch).
#[utoipa::path(patch, path = "/api/collections/{layer}/items/{id}", tag = "edit",
    params(("layer" = String, Path, description = "Name of a layer"), ("id" = i64, Path, description = "Id of the feature"),
        ("If-Match" = Option<String>, Header, description = "ETag of the feature as it was seen")),
    request_body(content = Value, content_type = "application/merge-patch+json", description = "`properties` and `geometry`, as far as they change"),
    responses((status = 200, description = "The feature as it is now", content_type = "application/geo+json", body = Value),
        (status = 412, description = "Somebody was faster", body = crate::http::problem::ProblemBody)))]
pub async fn update_item(
    State(state): State<AppState>,
    Path((layer, id)): Path<(String, String)>,
    author: Contributor,
    if_match: IfMatch,
    crs: BodyCrs,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let (layer, target) = target(&layer, &id, if_match, &author)?;
    let change = feature::update(layer, target, &body, given(&state, crs.0), "")?;
    Ok(answer(&state, &author, &carry_out(&state, &author, change).await?, layer, StatusCode::OK))
}

/// Deletes a feature. Its history stays, and an undo brings it back under its id.
#[utoipa::path(delete, path = "/api/collections/{layer}/items/{id}", tag = "edit",
    params(("layer" = String, Path, description = "Name of a layer"), ("id" = i64, Path, description = "Id of the feature"),
        ("If-Match" = Option<String>, Header, description = "ETag of the feature as it was seen")),
    responses((status = 204, description = "It is gone"),
        (status = 412, description = "Somebody was faster", body = crate::http::problem::ProblemBody)))]
pub async fn delete_item(
    State(state): State<AppState>,
    Path((layer, id)): Path<(String, String)>,
    author: Contributor,
    if_match: IfMatch,
) -> Result<Response, Problem> {
    let (layer, Target { id, expected }) = target(&layer, &id, if_match, &author)?;
    let done = carry_out(&state, &author, Change { layer, what: What::Delete { id, expected } }).await?;
    Ok(answer(&state, &author, &done, layer, StatusCode::NO_CONTENT))
}

fn target(layer: &str, id: &str, if_match: IfMatch, author: &Contributor) -> Result<(LayerId, Target), Problem> {
    let layer = layer_to_write(layer, author.viewer)?;
    let unknown = || Problem::at_parameter(Kind::UnknownFeature, "id", format!("{layer} has no feature «{id}»"));
    Ok((layer, Target { id: id.parse().map_err(|_| unknown())?, expected: if_match.expected() }))
}

async fn carry_out(state: &AppState, author: &Contributor, change: Change) -> Result<Done, Problem> {
    match editor_of(state)?.carry_out(by(author), None, &[sign(change, author.viewer)]).await {
        Ok(done) => Ok(done),
        Err(error) => Err(refusal(state, author.viewer, error).await),
    }
}

/// The feature as it is now, with what a client needs for its next step.
fn answer(state: &AppState, author: &Contributor, done: &Done, layer: LayerId, status: StatusCode) -> Response {
    let written = done.features.first();
    let snapshot = state.city.snapshot();
    let feature = written
        .filter(|written| written.version.is_some())
        .and_then(|written| feature_json(&snapshot, layer, written.id, author.viewer));
    let mut response = match feature {
        Some(feature) => {
            (status, [(header::CONTENT_TYPE, HeaderValue::from_static(GEOJSON))], axum::Json(feature).0.to_string())
                .into_response()
        }
        None => status.into_response(),
    };
    let headers = response.headers_mut();
    if let Some(version) = written.and_then(|written| written.version)
        && let Ok(etag) = HeaderValue::from_str(&format!("\"v{version}\""))
    {
        headers.insert(header::ETAG, etag);
    }
    if let Some(edit_id) = done.edit_id {
        headers.insert(EDIT, edit_id.into());
    }
    headers.insert(REVISION, done.revision.into());
    response
}
