//! Pages of other origins: which may read, and that they read as the public.
//!
//! On a planner's own machine a request without a token sees everything. A page from elsewhere, open
//! in her browser, could ask in her place: so whoever names another origin is the public, whatever
//! the setting says.

use axum::http::{HeaderName, HeaderValue, Method, header, request::Parts};
use tower_http::cors::{AllowOrigin, Any, CorsLayer};

use super::Settings;
use super::items::REVISION;

/// Answers the browser's question whether a page of another origin may read.
pub fn layer(settings: &Settings) -> CorsLayer {
    let origins = &settings.allowed_origins;
    let allowed = if origins.iter().any(|origin| origin == "*") {
        AllowOrigin::from(Any)
    } else {
        AllowOrigin::list(origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()))
    };
    let shown: [HeaderName; 5] =
        [header::ETAG, header::LINK, header::RETRY_AFTER, HeaderName::from_static("content-crs"), REVISION];
    CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::GET, Method::HEAD])
        .allow_headers([header::ACCEPT, header::AUTHORIZATION, header::IF_NONE_MATCH])
        .expose_headers(shown)
}

/// Whether a page that is not ours asks.
pub struct ForeignPage(pub bool);

impl axum::extract::FromRequestParts<super::AppState> for ForeignPage {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &super::AppState) -> Result<Self, Self::Rejection> {
        Ok(Self(is_foreign(parts, &state.settings)))
    }
}

/// True when a page that is not ours asks. Browsers name the origin of such a page, and cannot be made
/// not to; they name ours as well where they write.
pub fn is_foreign(parts: &Parts, settings: &Settings) -> bool {
    let Some(origin) = parts.headers.get(header::ORIGIN).map(HeaderValue::as_bytes) else { return false };
    if settings.public_url.as_ref().is_some_and(|own| own.trim_end_matches('/').as_bytes() == origin) {
        return false;
    }
    let host = parts.headers.get(header::HOST).map(HeaderValue::as_bytes);
    let after_scheme = [b"http://".as_slice(), b"https://"].iter().find_map(|scheme| origin.strip_prefix(*scheme));
    host.is_none() || after_scheme != host
}
