//! A JSON body, or the problem with it.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use serde_json::Value;

use super::AppState;
use super::problem::{Kind, Problem};

/// The body as JSON that nothing was asked of yet.
pub struct JsonBody(pub Value);

impl FromRequest<AppState> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        let media_type =
            request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
        let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if essence != "application/json" && !(essence.starts_with("application/") && essence.ends_with("+json")) {
            return Err(Problem::new(Kind::UnsupportedMediaType, format!("The body is said to be «{essence}».")));
        }
        let limit = state.settings.max_body_bytes;
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::new(
                Kind::BodyTooLarge,
                format!("The body has more than {limit} bytes, which are taken at most."),
            ),
            _ => Problem::new(Kind::InvalidBody, "The body ended before it was complete."),
        })?;
        let value = serde_json::from_slice(&bytes)
            .map_err(|error| Problem::at_pointer(Kind::InvalidBody, "", format!("The body is not JSON: {error}.")))?;
        Ok(Self(value))
    }
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
