//! Who is asking: every handler that reads the city takes a [`Viewer`] out of the request.

use axum::extract::FromRequestParts;
use axum::http::{header, request::Parts};

use super::AppState;
use super::cross_origin;
use super::parameters::Parameters;
use super::problem::{Kind, Problem};
use crate::domain::Viewer;

/// - A bearer token that is the administrator's gives everything; any other token is refused,
///   because answering less than was asked for would look like an empty city.
/// - Without a token the setting decides; a page of another origin is the public.
/// - `?viewer=public` lowers to what the public sees, for a look through its eyes.
impl FromRequestParts<AppState> for Viewer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let entitled = match bearer(parts)? {
            Some(token) if state.settings.is_admin_token(token) => Viewer::Everything,
            Some(_) => return Err(Problem::new(Kind::NotAuthorized, "The token is not valid.")),
            None if cross_origin::is_foreign(parts, &state.settings) => Viewer::Public,
            None => state.settings.anonymous_viewer,
        };
        match Parameters::of(parts)?.take("viewer")?.as_deref() {
            None => Ok(entitled),
            Some("public") => Ok(Viewer::Public),
            Some("everything") if entitled == Viewer::Everything => Ok(entitled),
            Some("everything") => Err(Problem::new(Kind::NotAuthorized, "Seeing everything needs a token.")),
            Some(other) => Err(Problem::parameter("viewer", format!("«{other}» is not public or everything"))),
        }
    }
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
