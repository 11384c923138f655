//! Absolute links, as OGC clients want them.

use axum::extract::FromRequestParts;
use axum::http::{header, request::Parts};
use serde::Serialize;
use utoipa::ToSchema;

use super::AppState;
use super::problem::Problem;

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Link {
    pub href: String,
    pub rel: &'static str,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub media_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub templated: Option<bool>,
}

pub const JSON: &str = "application/json";
pub const GEOJSON: &str = "application/geo+json";
pub const SCHEMA_JSON: &str = "application/schema+json";
pub const OPENAPI_JSON: &str = "application/vnd.oai.openapi+json;version=3.1";
pub const HTML: &str = "text/html; charset=utf-8";

impl Link {
    pub fn new(rel: &'static str, media_type: &'static str, href: String) -> Self {
        Self { href, rel, media_type: Some(media_type), title: None, templated: None }
    }

    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }
}

/// `http://host:port` of this server as the client knows it, without a slash at the end.
#[derive(Debug, Clone)]
pub struct Base {
    origin: String,
    /// `viewer` of the request, which every link carries on.
    viewer: Option<String>,
}

impl Base {
    /// A link to a path of this server, for the same viewer.
    pub fn to(&self, path: impl AsRef<str>) -> String {
        let path = path.as_ref();
        match &self.viewer {
            None => format!("{}{path}", self.origin),
            Some(viewer) => {
                let joint = if path.contains('?') { '&' } else { '?' };
                format!("{}{path}{joint}viewer={viewer}", self.origin)
            }
        }
    }
}

impl Base {
    /// A link to a path and query that carry everything already.
    pub fn to_exactly(&self, path_and_query: &str) -> String {
        format!("{}{path_and_query}", self.origin)
    }
}

impl FromRequestParts<AppState> for Base {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let origin = match &state.settings.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => origin(parts),
        };
        // An invalid viewer has been refused by the viewer's own extractor.
        let viewer = super::parameters::Parameters::of(parts)?.take("viewer")?;
        let viewer = viewer.filter(|viewer| viewer != "everything").map(|viewer| percent_encoded(&viewer));
        Ok(Self { origin, viewer })
    }
}

/// A text as the value of a parameter.
fn percent_encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// From the Host header where it looks like one; otherwise links are relative to the server.
fn origin(parts: &Parts) -> String {
    let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| parts.uri.authority().map(|authority| authority.as_str()));
    let is_host =
        |host: &&str| !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]_".contains(&b));
    host.filter(is_host).map_or_else(String::new, |host| format!("http://{host}"))
}
