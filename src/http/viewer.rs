//! Who is asking: every handler that reads the city takes a [`Viewer`] out of the request.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::AppState;
use super::caller::Caller;
use super::parameters::Parameters;
use super::problem::{Kind, Problem};
use crate::domain::{Name, Viewer};

/// What the [`Caller`] is entitled to. `?viewer=public` lowers that to what the public sees, for a look through its
/// eyes; who sees everything may also look through those of an operator (`operator:资阳燃气`) or of a body
/// (`body:512002`).
impl FromRequestParts<AppState> for Viewer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let entitled = Caller::from_request_parts(parts, state).await?.viewer;
        let Some(asked) = Parameters::of(parts)?.take("viewer")? else { return Ok(entitled) };
        let viewer = read(&asked).ok_or_else(|| {
            let detail = format!("«{asked}» is not public, everything, operator:NAME or body:CODE");
            Problem::parameter("viewer", detail)
        })?;
        if viewer == Viewer::Public || viewer == entitled || entitled == Viewer::Everything {
            return Ok(viewer);
        }
        Err(Problem::new(Kind::NotAuthorized, "Seeing that needs a token or a session."))
    }
}

fn read(text: &str) -> Option<Viewer> {
    match text.split_once(':') {
        None if text == "public" => Some(Viewer::Public),
        None if text == "everything" => Some(Viewer::Everything),
        Some(("operator", name)) => Name::of(name).map(Viewer::Operator),
        Some(("body", code)) => Name::of(code).map(Viewer::Body),
        _ => None,
    }
}
