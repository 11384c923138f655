//! OGC API Common: where a client begins, and which standards hold.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::AppState;
use super::links::{Base, HTML, JSON, Link, OPENAPI_JSON};
use super::parameters::Parameters;
use super::problem::Problem;
use super::representation::{Representation, Wishes};

#[derive(Serialize, ToSchema)]
pub struct Landing {
    title: String,
    description: &'static str,
    links: Vec<Link>,
}

const TILING_SCHEMES: &str = "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes";

/// The landing page; HTML for a browser.
#[utoipa::path(get, path = "/api", tag = "common", params(("f" = Option<String>, Query, description = "`json` or `html`")),
    responses((status = 200, description = "Where to go from here", body = Landing)))]
pub async fn show_landing(
    State(state): State<AppState>,
    base: Base,
    mut parameters: Parameters,
    headers: HeaderMap,
    wishes: Wishes,
) -> Result<Response, Problem> {
    let format = parameters.take("f")?;
    parameters.finish()?;
    let is_html = match format.as_deref() {
        None => prefers_html(&headers),
        Some("json") => false,
        Some("html") => true,
        Some(other) => return Err(Problem::parameter("f", format!("«{other}» is neither json nor html"))),
    };
    let city = &state.settings.city;
    let landing = Landing {
        title: format!("片区 Pianqu · {} {}", city.name_zh, city.name_en),
        description: "The city's layers as OGC API Features and vector tiles, search and statistics.",
        links: vec![
            Link::new("self", JSON, base.to("/api")).titled("This page"),
            Link::new("alternate", HTML, base.to("/api?f=html")).titled("This page for people"),
            Link::new("service-desc", OPENAPI_JSON, base.to("/api/openapi.json")).titled("The API described"),
            Link::new("service-doc", HTML, base.to("/api/docs")).titled("The API to read and try"),
            Link::new("conformance", JSON, base.to("/api/conformance")).titled("Standards that hold here"),
            Link::new("data", JSON, base.to("/api/collections")).titled("The layers"),
            Link::new(TILING_SCHEMES, JSON, base.to("/api/tileMatrixSets")).titled("The grids of the tiles"),
        ],
    };
    let representation =
        if is_html { Representation::new(HTML, page(&landing)) } else { Representation::json(JSON, &landing) };
    Ok(representation.vary("Accept, Accept-Encoding, Authorization, Cookie").answer(&wishes))
}

/// A browser names text/html outright; programs name JSON or nothing.
fn prefers_html(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.split(',').next().is_some_and(|first| first.trim().starts_with("text/html"))
}

fn page(landing: &Landing) -> String {
    let mut rows = String::new();
    for link in &landing.links {
        let title = link.title.as_deref().unwrap_or(link.rel);
        rows.push_str(&format!("<li><a href=\"{}\">{}</a></li>\n", escape(&link.href), escape(title)));
    }
    format!(
        "<!doctype html>\n<html lang=\"zh\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         <style>body{{font:16px/1.6 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}}</style>\n\
         <h1>{title}</h1>\n<p>{description}</p>\n<ul>\n{rows}</ul>\n</html>\n",
        title = escape(&landing.title),
        description = escape(landing.description),
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Only classes whose every requirement is met.
pub const CONFORMANCE: &[&str] = &[
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/landing-page",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/json",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-json",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
    "http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
    "http://www.opengis.net/spec/cql2/1.0/conf/case-insensitive-comparison",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions-plus",
    "http://www.opengis.net/spec/cql2/1.0/conf/spatial-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/temporal-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/property-property",
    "http://www.opengis.net/spec/cql2/1.0/conf/arithmetic",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/create-replace-delete",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/update",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/optimistic-locking-etags",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/features",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tilesets-list",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/geodata-tilesets",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt",
];

#[derive(Serialize, ToSchema)]
pub struct Conformance {
    #[serde(rename = "conformsTo")]
    conforms_to: &'static [&'static str],
}

/// The conformance classes that this server meets.
#[utoipa::path(get, path = "/api/conformance", tag = "common", responses((status = 200, description = "Classes", body = Conformance)))]
pub async fn show_conformance(mut parameters: Parameters, wishes: Wishes) -> Result<Response, Problem> {
    parameters.take_json_format()?;
    parameters.finish()?;
    Ok(Representation::json(JSON, &Conformance { conforms_to: CONFORMANCE }).answer(&wishes))
}
