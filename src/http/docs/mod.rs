//! The API described: OpenAPI for programs, a page to read and try for people. The page needs no
//! internet and no library.

use axum::response::Response;

use super::links::{HTML, OPENAPI_JSON};
use super::parameters::Parameters;
use super::problem::Problem;
use super::representation::{Representation, Wishes};

/// The description of this API.
#[utoipa::path(get, path = "/api/openapi.json", tag = "common", responses((status = 200, description = "OpenAPI 3.1", body = serde_json::Value)))]
pub async fn show_openapi(mut parameters: Parameters, wishes: Wishes) -> Result<Response, Problem> {
    parameters.take_json_format()?;
    parameters.finish()?;
    Ok(Representation::json(OPENAPI_JSON, &super::openapi()).vary("Accept-Encoding").answer(&wishes))
}

/// The API to read and try.
#[utoipa::path(get, path = "/api/docs", tag = "common", responses((status = 200, description = "A page", content_type = "text/html", body = String)))]
pub async fn show_docs(wishes: Wishes) -> Response {
    Representation::new(HTML, include_str!("page.html")).vary("Accept-Encoding").answer(&wishes)
}

/// What the page runs: the content security policy takes no script inside a page.
pub async fn show_docs_script(wishes: Wishes) -> Response {
    Representation::new("text/javascript; charset=utf-8", include_str!("page.js"))
        .vary("Accept-Encoding")
        .answer(&wishes)
}
