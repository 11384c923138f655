//! Making, naming, copying, publishing and deleting schemes.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::edits::EditsDone;
use super::{found, refusal, schemes_of, unknown};
use crate::analysis::partition::{Id, Partition};
use crate::analysis::scheme::Scheme;
use crate::app::schemes::{NewScheme, Task};
use crate::domain::Viewer;
use crate::domain::scheme::{MemberRule, SchemeState, ShareOf};
use crate::http::AppState;
use crate::http::author::Author;
use crate::http::body::{JsonBody, parse};
use crate::http::parameters::Parameters;
use crate::http::problem::{Kind, Problem, ProblemBody};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SchemeOrder {
    name: String,
    #[serde(default)]
    note: Option<String>,
    /// `area` by default.
    #[serde(default)]
    member_rule: Option<ShareOf>,
    /// Above 0 to 1; 0.5 by default.
    #[serde(default)]
    member_threshold: Option<f64>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CopyOrder {
    name: String,
    #[serde(default)]
    note: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StateOrder {
    state: SchemeState,
    /// The version of the scheme that you saw.
    version: i32,
}

fn name(given: &str) -> Result<String, Problem> {
    let name = given.trim();
    if name.is_empty() || name.chars().count() > 120 || name.contains('\0') {
        return Err(Problem::at_pointer(Kind::InvalidBody, "/name", "a name has 1 to 120 characters"));
    }
    Ok(name.to_owned())
}

fn note(given: Option<&str>) -> Result<Option<String>, Problem> {
    let note = given.map(str::trim).filter(|note| !note.is_empty());
    if note.is_some_and(|note| note.chars().count() > 1000 || note.contains('\0')) {
        return Err(Problem::at_pointer(Kind::InvalidBody, "/note", "a note has 1000 characters at most"));
    }
    Ok(note.map(str::to_owned))
}

impl SchemeOrder {
    fn rule(&self) -> Result<MemberRule, Problem> {
        let default = MemberRule::default();
        let threshold = self.member_threshold.unwrap_or(default.threshold);
        if !(threshold > 0.0 && threshold <= 1.0) {
            let detail = format!("{threshold} is not above 0 and at most 1");
            return Err(Problem::at_pointer(Kind::InvalidBody, "/member_threshold", detail));
        }
        Ok(MemberRule { share_of: self.member_rule.unwrap_or(default.share_of), threshold })
    }
}

/// A new scheme in the state of a draft, without precincts.
#[utoipa::path(post, path = "/api/schemes", tag = "schemes", request_body = SchemeOrder,
    responses((status = 201, description = "It is made", body = EditsDone),
        (status = 409, description = "The name is taken", body = ProblemBody)))]
pub async fn create_scheme(
    State(state): State<AppState>,
    author: Author,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let order: SchemeOrder = parse(body)?;
    let scheme = Scheme { rule: order.rule()?, ..Scheme::default() };
    let new = NewScheme { name: name(&order.name)?, note: note(order.note.as_deref())?, origin: None, scheme };
    created(&state, &author, &new).await
}

pub(super) async fn created(state: &AppState, author: &Author, new: &NewScheme) -> Result<Response, Problem> {
    let done = schemes_of(state)?.create(&author.name, new).await.map_err(|error| refusal(state, error, ""))?;
    let location = HeaderValue::try_from(format!("/api/schemes/{}", done.stored.row.scheme_id));
    let location = location.map_err(Problem::internal)?;
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], axum::Json(EditsDone::of(state, &done)?)).into_response())
}

/// A copy of a scheme as a new draft.
#[utoipa::path(post, path = "/api/schemes/{scheme_id}/copy", tag = "schemes", request_body = CopyOrder,
    params(("scheme_id" = i64, Path, description = "Number of a scheme")),
    responses((status = 201, description = "It is made", body = EditsDone),
        (status = 404, description = "No such scheme", body = ProblemBody),
        (status = 409, description = "The name is taken", body = ProblemBody)))]
pub async fn copy_scheme(
    State(state): State<AppState>,
    Path(id): Path<String>,
    author: Author,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let order: CopyOrder = parse(body)?;
    let stored = found(&state, &id, Viewer::Everything).await?;
    // What is new has a negative number.
    let number = |id: Id| -id;
    let of = stored.scheme;
    let regions: BTreeMap<Id, _> =
        of.outlines.regions().iter().map(|(id, region)| (number(*id), region.clone())).collect();
    let mut members = of.members;
    members.values_mut().for_each(|member| member.precinct = member.precinct.map(number));
    let scheme = Scheme {
        rule: of.rule,
        outlines: Partition::new(regions),
        about: of.about.into_iter().map(|(id, about)| (number(id), about)).collect(),
        members,
    };
    let origin = json!({ "copy_of": stored.row.scheme_id, "name": stored.row.name, "step": stored.last_step });
    let new = NewScheme { name: name(&order.name)?, note: note(order.note.as_deref())?, origin: Some(origin), scheme };
    created(&state, &author, &new).await
}

/// Names a scheme anew, with its note and the rule of its members; `version` is the one that you saw. Members follow a
/// new rule when their precincts are edited, or all at once with the edit `refresh`.
#[utoipa::path(put, path = "/api/schemes/{scheme_id}", tag = "schemes", request_body = DescribeOrder,
    params(("scheme_id" = i64, Path, description = "Number of a scheme")),
    responses((status = 200, description = "It is done", body = EditsDone),
        (status = 409, description = "The name is taken, or the scheme no longer open", body = ProblemBody),
        (status = 412, description = "Somebody was faster", body = ProblemBody)))]
pub async fn replace_scheme(
    State(state): State<AppState>,
    Path(id): Path<String>,
    author: Author,
    JsonBody(body): JsonBody,
) -> Result<axum::Json<EditsDone>, Problem> {
    let DescribeOrder { name: given, note: said, member_rule, member_threshold, version } = parse(body)?;
    let order = SchemeOrder { name: given, note: said, member_rule, member_threshold };
    let (name, note) = (name(&order.name)?, note(order.note.as_deref())?);
    let task = Task::Describe { name: &name, note: note.as_deref(), rule: order.rule()?, version };
    done(&state, &author, &id, &task).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DescribeOrder {
    name: String,
    #[serde(default)]
    note: Option<String>,
    #[serde(default)]
    member_rule: Option<ShareOf>,
    #[serde(default)]
    member_threshold: Option<f64>,
    version: i32,
}

/// Brings a scheme to another state. Adopting one supersedes the one that was adopted; what was adopted is never
/// changed again.
#[utoipa::path(post, path = "/api/schemes/{scheme_id}/state", tag = "schemes", request_body = StateOrder,
    params(("scheme_id" = i64, Path, description = "Number of a scheme")),
    responses((status = 200, description = "It is done", body = EditsDone),
        (status = 409, description = "No such way between states", body = ProblemBody),
        (status = 412, description = "Somebody was faster", body = ProblemBody)))]
pub async fn change_scheme_state(
    State(state): State<AppState>,
    Path(id): Path<String>,
    author: Author,
    JsonBody(body): JsonBody,
) -> Result<axum::Json<EditsDone>, Problem> {
    let order: StateOrder = parse(body)?;
    done(&state, &author, &id, &Task::State { to: order.state, version: order.version }).await
}

async fn done(state: &AppState, author: &Author, id: &str, task: &Task<'_>) -> Result<axum::Json<EditsDone>, Problem> {
    let number: i64 = id.parse().map_err(|_| unknown(id))?;
    let done = schemes_of(state)?.perform(&author.name, number, task).await;
    Ok(axum::Json(EditsDone::of(state, &done.map_err(|error| refusal(state, error, id))?)?))
}

/// Deletes a draft with its precincts; its history stays.
#[utoipa::path(delete, path = "/api/schemes/{scheme_id}", tag = "schemes",
    params(("scheme_id" = i64, Path, description = "Number of a scheme"),
        ("version" = i32, Query, description = "The version that you saw")),
    responses((status = 204, description = "It is gone"),
        (status = 404, description = "No such scheme", body = ProblemBody),
        (status = 409, description = "It is no draft", body = ProblemBody),
        (status = 412, description = "Somebody was faster", body = ProblemBody)))]
pub async fn delete_scheme(
    State(state): State<AppState>,
    Path(id): Path<String>,
    author: Author,
    mut parameters: Parameters,
) -> Result<StatusCode, Problem> {
    let version = parameters.take_integer("version", 1, i64::from(i32::MAX))?;
    parameters.finish()?;
    let version = version.ok_or_else(|| Problem::parameter("version", "is missing"))? as i32;
    let number: i64 = id.parse().map_err(|_| unknown(&id))?;
    let gone = schemes_of(&state)?.delete(&author.name, number, version).await;
    gone.map_err(|error| refusal(&state, error, &id))?;
    Ok(StatusCode::NO_CONTENT)
}
