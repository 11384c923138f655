//! A JSON body, or the problem with it.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use serde_json::Value;

use super::AppState;
use super::problem::{Kind, Problem};
use super::strict_json;

/// The body as JSON that nothing was asked of yet.
pub struct JsonBody(pub Value);

impl FromRequest<AppState> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        let Some(media_type) = request.headers().get(header::CONTENT_TYPE) else {
            let detail = "The request does not say what its body is: there is no Content-Type.";
            return Err(Problem::new(Kind::InvalidBody, detail));
        };
        let media_type = media_type.to_str().unwrap_or_default();
        let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if essence != "application/json" && !(essence.starts_with("application/") && essence.ends_with("+json")) {
            return Err(Problem::new(Kind::UnsupportedMediaType, format!("The body is said to be «{essence}».")));
        }
        let limit = state.settings.max_body_bytes;
        refuse_announced(request.headers(), limit as u64)?;
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => too_large(limit as u64),
            _ => Problem::new(Kind::InvalidBody, "The body ended before it was complete."),
        })?;
        let value = strict_json::read(&bytes).map_err(|error| {
            let what = if error.is_data() { "cannot be taken" } else { "is not JSON" };
            Problem::at_pointer(Kind::InvalidBody, "", format!("The body {what}: {error}."))
        })?;
        Ok(Self(value))
    }
}

/// Refuses a body that says that it is too large before any of it is read.
pub fn refuse_announced(headers: &HeaderMap, limit: u64) -> Result<(), Problem> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit) { Err(too_large(limit)) } else { Ok(()) }
}

fn too_large(limit: u64) -> Problem {
    Problem::new(Kind::BodyTooLarge, format!("The body has more than {limit} bytes, which are taken at most."))
}

/// Reads a body, naming the place of what cannot be read.
pub fn parse<T: serde::de::DeserializeOwned>(body: Value) -> Result<T, Problem> {
    serde_path_to_error::deserialize(body).map_err(|error| {
        let pointer: String = error
            .path()
            .iter()
            .filter_map(|segment| match segment {
                serde_path_to_error::Segment::Map { key } => {
                    Some(format!("/{}", key.replace('~', "~0").replace('/', "~1")))
                }
                serde_path_to_error::Segment::Seq { index } => Some(format!("/{index}")),
                _ => None,
            })
            .collect();
        Problem::at_pointer(Kind::InvalidBody, pointer, error.inner().to_string())
    })
}
