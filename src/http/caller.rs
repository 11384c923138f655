//! Who a request is: an account by its session or token, the administrator's token, or nobody that is known.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::{HeaderMap, Method, header, request::Parts};

use super::AppState;
use super::cross_origin;
use super::imports::database_away;
use super::problem::{Kind, Problem};
use crate::app::accounts::{Person, TOKEN_MARK};
use crate::domain::Viewer;

/// The cookie of a session.
pub const COOKIE: &str = "pianqu_session";

/// Who asks, and what that entitles to at most.
#[derive(Debug, Clone)]
pub struct Caller {
    /// `None`: no account.
    pub person: Option<Arc<Person>>,
    /// What proves it, where it may be taken back while an answer lasts.
    pub secret: Option<Arc<str>>,
    pub viewer: Viewer,
    /// May change what is its own.
    pub may_write: bool,
}

impl Caller {
    fn of(person: Arc<Person>, secret: &str) -> Self {
        let (viewer, may_write) = (person.viewer, person.role.may_write());
        Self { person: Some(person), secret: Some(secret.into()), viewer, may_write }
    }

    fn nobody(viewer: Viewer) -> Self {
        Self { person: None, secret: None, viewer, may_write: viewer == Viewer::Everything }
    }

    /// True when what was proved still holds.
    pub async fn still_holds(&self, state: &AppState) -> bool {
        let (Some(secret), Some(accounts), Some(person)) = (&self.secret, &state.accounts, &self.person) else {
            return true;
        };
        // A database that is away is asked in vain: whoever was known stays known.
        let is_same = |now: Option<Arc<Person>>| now.is_some_and(|now| now.viewer == person.viewer);
        accounts.person(secret).await.map_or(true, is_same)
    }
}

/// - A bearer token that is the administrator's or an account's gives what is theirs; any other token is refused,
///   because answering less than was asked for would look like an empty city.
/// - A page of another origin is the public, whatever cookie it brings.
/// - The cookie of a session that holds gives what is the account's; one that has run out is as none.
/// - Without either the setting decides.
impl FromRequestParts<AppState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        let caller = find(parts, state).await?;
        parts.extensions.insert(caller.clone());
        Ok(caller)
    }
}

async fn find(parts: &Parts, state: &AppState) -> Result<Caller, Problem> {
    if let Some(token) = bearer(parts)? {
        if state.settings.is_admin_token(token) {
            return Ok(Caller::nobody(Viewer::Everything));
        }
        let person = match &state.accounts {
            Some(accounts) if token.starts_with(TOKEN_MARK) => accounts.person(token).await.map_err(database_away)?,
            _ => None,
        };
        // What a cookie holds is for browsers alone.
        let person = person.filter(|person| person.token_id.is_some());
        let refuse = || Problem::new(Kind::NotAuthorized, "The token is not valid.");
        return Ok(Caller::of(person.ok_or_else(refuse)?, token));
    }
    if cross_origin::is_foreign(parts, &state.settings) {
        return Ok(Caller::nobody(Viewer::Public));
    }
    let nobody = Caller::nobody(state.settings.anonymous_viewer);
    let (Some(secret), Some(accounts)) = (cookie(&parts.headers), &state.accounts) else { return Ok(nobody) };
    let person = accounts.person(secret).await.map_err(database_away)?;
    let Some(person) = person.filter(|person| person.token_id.is_none()) else { return Ok(nobody) };
    // Browsers send a cookie whoever made them ask, and name the page in whatever changes something.
    if !is_reading(&parts.method) && !parts.headers.contains_key(header::ORIGIN) {
        let detail = "What is changed with a session names its page in the header Origin; programs send a token.";
        return Err(Problem::new(Kind::NotAllowed, detail));
    }
    Ok(Caller::of(person, secret))
}

pub fn is_reading(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// What the cookie of a session holds.
pub fn cookie(headers: &HeaderMap) -> Option<&str> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = pairs.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, secret)| secret).filter(|secret| !secret.is_empty())
}

fn bearer(parts: &Parts) -> Result<Option<&str>, Problem> {
    let Some(value) = parts.headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let token = value.to_str().ok().and_then(|text| {
        let (scheme, token) = text.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    });
    token
        .map(Some)
        .ok_or_else(|| Problem::new(Kind::NotAuthorized, "The Authorization header is not «Bearer <token>»."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        assert_eq!(cookie(&headers), None);
        headers.insert(header::COOKIE, "a=1; pianqu_session=abc; b=2".parse().expect("a header"));
        assert_eq!(cookie(&headers), Some("abc"));
        headers.insert(header::COOKIE, "xpianqu_session=abc; pianqu_session=".parse().expect("a header"));
        assert_eq!(cookie(&headers), None);
    }
}
