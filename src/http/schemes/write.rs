//! Making, naming, copying, publishing and deleting schemes.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::edits::EditsDone;
use super::{found, refusal, schemes_of, unknown};
use crate::analysis::partition::{Id, Partition, Restless};
use crate::analysis::scheme::members::settle;
use crate::analysis::scheme::outlines::outlines;
use crate::analysis::scheme::{About, How, Member, Scheme};
use crate::app::schemes::{NewScheme, Task, unnamed};
use crate::domain::scheme::{MemberRule, SchemeState, ShareOf};
use crate::domain::{LayerId, Viewer};
use crate::geodesy::GaussKruger;
use crate::http::AppState;
use crate::http::author::Author;
use crate::http::body::{JsonBody, parse};
use crate::http::parameters::Parameters;
use crate::http::problem::{Kind, Problem, ProblemBody};
use crate::snapshot::Snapshot;
use crate::snapshot::walk::WalkSettings;

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
    /// Precincts by their communities, as a grouping proposes them; their outlines are made along streets.
    #[serde(default)]
    groups: Vec<GroupOrder>,
    /// What proposed the groups: seed, input, parameters.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    origin: Option<Value>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupOrder {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    responsible_body: Option<String>,
    community_ids: Vec<i64>,
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
    let rule = order.rule()?;
    let groups = read_groups(&state, &order.groups)?;
    let snapshot = state.city.snapshot();
    let plane = WalkSettings::of_longitude(state.settings.city.center[0]).plane;
    let scheme = match groups.is_empty() {
        true => Scheme { rule, ..Scheme::default() },
        false => {
            let made = state.lanes.heavy(move |_| of_groups(&snapshot, plane, rule, groups));
            made.await.map_err(|error| Problem::at_pointer(Kind::InvalidSchemeEdit, "/groups", error.to_string()))?
        }
    };
    let origin = order.origin;
    let new = NewScheme { name: name(&order.name)?, note: note(order.note.as_deref())?, origin, scheme };
    created(&state, &author, &new).await
}

/// Groups as precincts with negative numbers. A community stands in one group at most.
fn read_groups(state: &AppState, groups: &[GroupOrder]) -> Result<BTreeMap<Id, (About, Vec<i64>)>, Problem> {
    let snapshot = state.city.snapshot();
    let view = snapshot.layer(LayerId::Community, Viewer::Everything);
    let mut seen: BTreeMap<i64, usize> = BTreeMap::new();
    let mut read = BTreeMap::new();
    for (n, group) in groups.iter().enumerate() {
        let at = |member: &str| format!("/groups/{n}/{member}");
        if group.community_ids.is_empty() {
            return Err(Problem::at_pointer(
                Kind::InvalidBody,
                at("community_ids"),
                "a precinct has a community at least",
            ));
        }
        for (i, id) in group.community_ids.iter().enumerate() {
            let refuse = |why: String| Problem::at_pointer(Kind::InvalidBody, at(&format!("community_ids/{i}")), why);
            if view.is_none_or(|view| view.find(*id).is_none()) {
                return Err(refuse(format!("there is no community {id}")));
            }
            if let Some(other) = seen.insert(*id, n) {
                return Err(refuse(format!("community {id} stands in group {other} already")));
            }
        }
        let mut about = unnamed(n + 1);
        if let Some(given) = &group.name {
            about.name = given.clone();
        }
        about.responsible_body = group.responsible_body.clone();
        let about = super::order::checked(about, &format!("/groups/{n}"))?;
        read.insert(-(n as Id) - 1, (about, group.community_ids.clone()));
    }
    Ok(read)
}

/// A scheme of groups: outlines along streets, members by the rule where it says the same as the group, else by hand.
fn of_groups(
    snapshot: &Snapshot,
    plane: GaussKruger,
    rule: MemberRule,
    groups: BTreeMap<Id, (About, Vec<i64>)>,
) -> Result<Scheme, Restless> {
    let wanted: BTreeMap<i64, Id> = groups
        .iter()
        .flat_map(|(id, (_, communities))| communities.iter().map(move |community| (*community, *id)))
        .collect();
    let mut scheme = Scheme { rule, outlines: outlines(snapshot, plane, &wanted)?, ..Scheme::default() };
    scheme.about = groups.into_iter().map(|(id, (about, _))| (id, about)).collect();
    scheme.about.retain(|id, _| scheme.outlines.get(*id).is_some());
    let all: BTreeSet<Id> = scheme.about.keys().copied().collect();
    settle(&mut scheme, &Partition::default(), &all, snapshot);
    let by_rule: Vec<i64> = scheme.members.keys().copied().collect();
    for community in by_rule.into_iter().filter(|id| !wanted.contains_key(id)) {
        // The outline goes over it, and the grouping left it out.
        scheme.members.insert(community, Member { precinct: None, how: How::ByHand });
    }
    for (community, precinct) in wanted {
        if scheme.members.get(&community).and_then(|member| member.precinct) != Some(precinct) {
            scheme.members.insert(community, Member { precinct: Some(precinct), how: How::ByHand });
        }
    }
    Ok(scheme)
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
    let (groups, origin) = (Vec::new(), None);
    let order = SchemeOrder { name: given, note: said, member_rule, member_threshold, groups, origin };
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
