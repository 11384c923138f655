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
        let unknown = || {
            let detail = format!("«{asked}» is not public, everything, operator:NAME or body:CODE");
            Problem::parameter("viewer", detail)
        };
        match asked.split_once(':') {
            None if asked == "public" => Ok(Viewer::Public),
            None if asked == entitled.code() => Ok(entitled),
            None if asked != "everything" => Err(unknown()),
            Some((kind, _)) if !matches!(kind, "operator" | "body") => Err(unknown()),
            Some((kind, name)) if kind == entitled.code() && Some(name) == entitled.speaks_for() => Ok(entitled),
            // Only now is the name kept, of which there is room for so many.
            Some(("operator", name)) if entitled == Viewer::Everything => {
                Name::of(name).map(Viewer::Operator).ok_or_else(unknown)
            }
            Some(("body", code)) if entitled == Viewer::Everything => {
                Name::of(code).map(Viewer::Body).ok_or_else(unknown)
            }
            _ => Err(Problem::new(Kind::NotAuthorized, "Seeing that needs a token or a session.")),
        }
    }
}
