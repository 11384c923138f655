//! Bearer tokens, by which programs ask for an account.

use axum::extract::{FromRequestParts, Path, State};
use axum::http::{HeaderValue, StatusCode, header, request::Parts};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::AppState;
use super::body::{JsonBody, parse};
use super::caller::Caller;
use super::imports::database_away;
use super::links::JSON;
use super::problem::{Kind, Problem};
use super::representation::{Representation, Wishes};
use super::session::{accounts_of, refusal};
use crate::app::accounts::Person;
use crate::store::account::TokenEntry;

const LONGEST_NAME: usize = 80;
/// Tokens of an account at most.
const MOST: usize = 50;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenOrder {
    /// What it is for: `nightly export`.
    name: String,
    /// When it ends by itself; without it, when it is taken back.
    expires_at: Option<DateTime<Utc>>,
}

#[derive(Serialize, ToSchema)]
pub struct TokenSummary {
    token_id: i64,
    name: String,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
}

#[derive(Serialize, ToSchema)]
pub struct TokenMade {
    #[serde(flatten)]
    #[schema(inline)]
    summary: TokenSummary,
    /// What a program sends: `Authorization: Bearer pq_…`. It is told this once.
    token: String,
}

impl From<TokenEntry> for TokenSummary {
    fn from(entry: TokenEntry) -> Self {
        let TokenEntry { token_id, name, created_at, expires_at } = entry;
        Self { token_id, name, created_at, expires_at }
    }
}

/// Somebody who has logged in with a password: a token makes no tokens, so one that is stolen ends when it is taken
/// back.
pub struct LoggedIn(std::sync::Arc<Person>);

impl FromRequestParts<AppState> for LoggedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let person = Caller::from_request_parts(parts, state).await?.person;
        person
            .filter(|person| person.token_id.is_none())
            .map(Self)
            .ok_or_else(|| Problem::new(Kind::NotAllowed, "Tokens are made and taken back by who has logged in."))
    }
}

/// The tokens of the account that is logged in.
#[utoipa::path(get, path = "/api/tokens", tag = "accounts",
    responses((status = 200, description = "The tokens, without what they hold", body = Vec<TokenSummary>),
        (status = 403, description = "Nobody is logged in", body = super::problem::ProblemBody)))]
pub async fn list_tokens(
    State(state): State<AppState>,
    LoggedIn(person): LoggedIn,
    wishes: Wishes,
) -> Result<Response, Problem> {
    let tokens = accounts_of(&state)?.tokens(&person).await.map_err(database_away)?;
    let tokens: Vec<TokenSummary> = tokens.into_iter().map(TokenSummary::from).collect();
    Ok(Representation::json(JSON, &tokens).answer(&wishes))
}

/// Makes a token, which sees and may do what the account does.
#[utoipa::path(post, path = "/api/tokens", tag = "accounts", request_body = TokenOrder,
    responses((status = 201, description = "The token, told once", body = TokenMade),
        (status = 409, description = "The account has a token of this name", body = super::problem::ProblemBody)))]
pub async fn create_token(
    State(state): State<AppState>,
    LoggedIn(person): LoggedIn,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let order: TokenOrder = parse(body)?;
    let name = order.name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(Problem::at_pointer(Kind::InvalidBody, "/name", "has 1 to 80 characters, none for control"));
    }
    if order.expires_at.is_some_and(|end| end <= Utc::now()) {
        return Err(Problem::at_pointer(Kind::InvalidBody, "/expires_at", "is in the past"));
    }
    let accounts = accounts_of(&state)?;
    if accounts.tokens(&person).await.map_err(database_away)?.len() >= MOST {
        let detail = format!("An account has {MOST} tokens at most; take one back.");
        return Err(Problem::new(Kind::TooComplex, detail));
    }
    let made = accounts.create_token(&person, name, order.expires_at).await.map_err(refusal)?;
    let taken = || Problem::at_pointer(Kind::NameTaken, "/name", format!("there is a token «{name}»"));
    let (entry, token) = made.ok_or_else(taken)?;
    let made = TokenMade { summary: entry.into(), token };
    let no_store = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((StatusCode::CREATED, no_store, axum::Json(made)).into_response())
}

/// Takes a token back.
#[utoipa::path(delete, path = "/api/tokens/{token_id}", tag = "accounts",
    params(("token_id" = i64, Path, description = "Number of a token")),
    responses((status = 204, description = "It is worth nothing any more"),
        (status = 404, description = "The account has no such token", body = super::problem::ProblemBody)))]
pub async fn delete_token(
    State(state): State<AppState>,
    Path(token_id): Path<String>,
    LoggedIn(person): LoggedIn,
) -> Result<StatusCode, Problem> {
    let unknown = || Problem::at_parameter(Kind::UnknownToken, "token_id", format!("there is no token «{token_id}»"));
    let number: i64 = token_id.parse().map_err(|_| unknown())?;
    let is_gone = accounts_of(&state)?.delete_token(&person, number).await.map_err(database_away)?;
    if is_gone { Ok(StatusCode::NO_CONTENT) } else { Err(unknown()) }
}
