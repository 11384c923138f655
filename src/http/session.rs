//! Logging in and out with a cookie, and what the one who asks may do.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::AppState;
use super::body::{JsonBody, parse};
use super::caller::{COOKIE, Caller};
use super::cross_origin::ForeignPage;
use super::imports::{away, database_away};
use super::links::JSON;
use super::parameters::Parameters;
use super::problem::{Kind, Problem};
use super::representation::{Representation, Wishes};
use crate::app::accounts::{Accounts, LONGEST_PASSWORD, LogInError, Person};
use crate::domain::{LayerId, Viewer};

const LONGEST_NAME: usize = 80;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogIn {
    name: String,
    password: String,
}

#[derive(Serialize, ToSchema)]
pub struct SessionSummary {
    /// Name of the account; null for who has not logged in.
    name: Option<String>,
    /// `administrator`, `planner`, `body`, `operator` or `viewer`; null without an account.
    role: Option<&'static str>,
    /// What is seen: `everything`, `public`, `operator` or `body`.
    viewer: &'static str,
    /// The operator's name or the body's code.
    speaks_for: Option<&'static str>,
    /// The layers of which rows may be written, as far as they are one's own.
    writes: Vec<&'static str>,
    /// May do what only planners of the city do: schemes, scenarios, settings, history.
    may_plan: bool,
    /// When the session ends.
    expires_at: Option<DateTime<Utc>>,
    /// Somebody could log in here.
    has_accounts: bool,
}

impl SessionSummary {
    fn of(person: Option<&Person>, viewer: Viewer, may_write: bool, has_accounts: bool) -> Self {
        let writes = LayerId::ALL.into_iter().filter(|layer| may_write && viewer.may_write(*layer));
        Self {
            name: person.map(|person| person.name.clone()),
            role: person.map(|person| person.role.code()),
            viewer: viewer.code(),
            speaks_for: viewer.speaks_for(),
            writes: writes.map(LayerId::name).collect(),
            may_plan: may_write && viewer == Viewer::Everything,
            expires_at: person.and_then(|person| person.expires_at),
            has_accounts,
        }
    }
}

/// Logs in: the session's cookie comes with the answer. After five wrong passwords a name has to wait.
#[utoipa::path(post, path = "/api/session", tag = "accounts", request_body = LogIn,
    responses((status = 200, description = "Logged in", body = SessionSummary),
        (status = 403, description = "The name or the password is wrong", body = super::problem::ProblemBody),
        (status = 429, description = "Too many wrong passwords; Retry-After says how long to wait", body = super::problem::ProblemBody)))]
pub async fn log_in(
    State(state): State<AppState>,
    ForeignPage(is_foreign): ForeignPage,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    // A page from elsewhere could log somebody in as somebody else.
    if is_foreign {
        return Err(Problem::new(Kind::NotAllowed, "Logging in is for pages of this server."));
    }
    let order: LogIn = parse(body)?;
    if order.name.chars().count() > LONGEST_NAME || order.password.chars().count() > LONGEST_PASSWORD {
        return Err(refusal(LogInError::Wrong));
    }
    let begun = accounts_of(&state)?.log_in(order.name.trim(), order.password).await.map_err(refusal)?;
    let person = &begun.person;
    tracing::info!(name = person.name, role = person.role.code(), "somebody logged in");
    let summary = SessionSummary::of(Some(person), person.viewer, person.role.may_write(), true);
    let cookie = cookie_line(&state, &begun.secret, state.settings.session_length.as_secs())?;
    let no_store = HeaderValue::from_static("no-store");
    Ok(([(header::SET_COOKIE, cookie), (header::CACHE_CONTROL, no_store)], axum::Json(summary)).into_response())
}

/// Who asks, and what that one may do.
#[utoipa::path(get, path = "/api/session", tag = "accounts",
    responses((status = 200, description = "Who asks", body = SessionSummary)))]
pub async fn show_session(
    State(state): State<AppState>,
    viewer: Viewer,
    caller: Caller,
    parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    parameters.finish()?;
    let may_write = caller.may_write && viewer == caller.viewer;
    let has_accounts = match &state.accounts {
        Some(accounts) => accounts.has_any().await,
        None => false,
    };
    let summary = SessionSummary::of(caller.person.as_deref(), viewer, may_write, has_accounts);
    Ok(Representation::json(JSON, &summary).answer(&wishes))
}

/// Logs out: the session ends on the server, and the cookie is taken back.
#[utoipa::path(delete, path = "/api/session", tag = "accounts",
    responses((status = 204, description = "Logged out, or nobody was logged in")))]
pub async fn log_out(State(state): State<AppState>, caller: Caller) -> Result<Response, Problem> {
    if let Some(secret) = caller.secret.as_deref() {
        accounts_of(&state)?.log_out(secret).await.map_err(database_away)?;
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie_line(&state, "", 0)?)]).into_response())
}

/// Scripts do not read it, other sites do not send it along, and where the server is reached by HTTPS it goes no
/// other way.
fn cookie_line(state: &AppState, secret: &str, seconds: u64) -> Result<HeaderValue, Problem> {
    let is_https = state.settings.public_url.as_ref().is_some_and(|url| url.starts_with("https://"));
    let secure = if is_https { "; Secure" } else { "" };
    let line = format!("{COOKIE}={secret}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&line).map_err(Problem::internal)
}

pub(super) fn accounts_of(state: &AppState) -> Result<&Accounts, Problem> {
    state.accounts.as_deref().ok_or_else(|| away("This server has no database, and so no accounts."))
}

pub(super) fn refusal(error: LogInError) -> Problem {
    match error {
        LogInError::Wrong => Problem::new(Kind::WrongPassword, "The name or the password is wrong."),
        LogInError::TooOften { wait_s } => {
            let detail = format!("Too many wrong passwords for this name; wait {wait_s} s.");
            Problem { retry_after_s: Some(wait_s), ..Problem::new(Kind::TooManyAttempts, detail) }
        }
        LogInError::Busy => Problem::too_busy("Many log in at once.", 5),
        LogInError::Store(error) => database_away(error),
        LogInError::Internal(reason) => Problem::internal(reason),
    }
}
