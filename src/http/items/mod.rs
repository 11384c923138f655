//! OGC API Features: the features of a layer, a page at a time, and one by its id.

mod bbox;
mod crs_parameter;
mod datetime;
mod filter;
pub(super) mod geojson;
mod page;
mod query;
mod selection;

use std::fmt::Write as _;

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderName;
use axum::response::Response;
use chrono::SecondsFormat;

use super::AppState;
use super::collections::visible_layer;
use super::links::{Base, GEOJSON, JSON, Link};
use super::parameters::Parameters;
use super::problem::{Kind, Problem};
use super::representation::{Representation, Wishes, stem_of};
use crate::domain::{LayerId, Viewer};
use crate::snapshot::{LayerView, Snapshot};
pub use bbox::Bbox;
use crs_parameter::take_crs;
use geojson::{Writer, json};
use query::{ItemsQuery, take_fields};
pub use selection::Selection;

const CONTENT_CRS: HeaderName = HeaderName::from_static("content-crs");
pub const REVISION: HeaderName = HeaderName::from_static("pianqu-revision");

/// A page of a layer's features.
///
/// Pages follow the `next` link. Every property of `/queryables` is a filter: `?street_class=primary`.
#[utoipa::path(get, path = "/api/collections/{layer}/items", tag = "features",
    params(
        ("layer" = String, Path, description = "Name of a layer"),
        ("bbox" = Option<String>, Query, description = "Four or six numbers; the geometry must meet the box"),
        ("bbox-crs" = Option<String>, Query, description = "Reference system of `bbox`; CRS84 by default"),
        ("crs" = Option<String>, Query, description = "Reference system of the answer; CRS84 by default"),
        ("datetime" = Option<String>, Query, description = "Instant, day or interval (`..` is open)"),
        ("limit" = Option<u32>, Query, description = "Features on a page"),
        ("cursor" = Option<i64>, Query, description = "Where the page begins; taken from a `next` link"),
        ("properties" = Option<String>, Query, description = "Only these properties, separated by commas"),
        ("filter" = Option<String>, Query, description = "A condition in CQL2, on properties, place and time"),
        ("filter-lang" = Option<String>, Query, description = "`cql2-text` (the default) or `cql2-json`"),
        ("filter-crs" = Option<String>, Query, description = "Reference system of coordinates in `filter`; CRS84 by default"),
    ),
    responses(
        (status = 200, description = "A page", content_type = "application/geo+json", body = serde_json::Value),
        (status = 400, description = "A parameter is wrong", body = super::problem::ProblemBody),
        (status = 404, description = "No such layer", body = super::problem::ProblemBody),
    ))]
pub async fn list_items(
    State(state): State<AppState>,
    Path(layer): Path<String>,
    viewer: Viewer,
    base: Base,
    parameters: Parameters,
    RawQuery(raw_query): RawQuery,
    wishes: Wishes,
) -> Result<Response, Problem> {
    let snapshot = state.city.snapshot();
    let view = visible_layer(&snapshot, &layer, viewer)?;
    let query = ItemsQuery::take(parameters, &view, &state.settings)?;
    let is_heavy = query.limit > LIGHT_PAGE || query.expected_candidates(&view) > LIGHT_CANDIDATES;
    let path = format!("/api/collections/{layer}");
    let raw_query = raw_query.unwrap_or_default();
    let here = if raw_query.is_empty() { format!("{path}/items") } else { format!("{path}/items?{raw_query}") };
    let links = PageLinks { base, path, here };
    if !is_heavy {
        return answer_page(&view, &query, &snapshot, &links, &wishes, || true).ok_or_else(given_up);
    }
    let id = view.describe().id;
    let snapshot = snapshot.clone();
    let work = state.lanes.heavy(move |wanted| {
        let view = snapshot.layer(id, viewer)?;
        answer_page(&view, &query, &snapshot, &links, &wishes, || wanted.is_wanted())
    });
    work.await.ok_or_else(given_up)
}

/// Pages up to this size are written where the request arrives.
const LIGHT_PAGE: usize = 1000;
/// So are filters that look at no more features than this.
const LIGHT_CANDIDATES: usize = 20_000;

fn given_up() -> Problem {
    Problem::internal("a page was given up that somebody waits for")
}

struct PageLinks {
    base: Base,
    /// Of the collection.
    path: String,
    /// Path and query of this page.
    here: String,
}

/// A whole page as a response; `None` when nobody waits for it any more.
fn answer_page(
    view: &LayerView<'_>,
    query: &ItemsQuery,
    snapshot: &Snapshot,
    at: &PageLinks,
    wishes: &Wishes,
    is_wanted: impl Fn() -> bool,
) -> Option<Response> {
    let page = page::gather(view, query, &is_wanted)?;
    let mut links = vec![
        Link::new("self", GEOJSON, at.base.to_exactly(&at.here)),
        Link::new("collection", JSON, at.base.to(&at.path)),
    ];
    if let Some(next) = page.next {
        links.push(Link::new("next", GEOJSON, at.base.to_exactly(&with_cursor(&at.here, next))));
    }
    let mut out = Vec::with_capacity(page.items.len() * 512 + 512);
    out.extend_from_slice(b"{\"type\":\"FeatureCollection\",\"numberMatched\":");
    json(&mut out, &page.matched);
    out.extend_from_slice(b",\"numberReturned\":");
    json(&mut out, &page.items.len());
    out.extend_from_slice(b",\"timeStamp\":");
    json(&mut out, &time_stamp(snapshot));
    out.extend_from_slice(b",\"links\":");
    json(&mut out, &links);
    out.extend_from_slice(b",\"features\":[");
    let writer = Writer { crs: query.crs, fields: &query.fields };
    for (i, item) in page.items.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        if i % 256 == 255 && !is_wanted() {
            return None;
        }
        writer.feature(&mut out, item, |_| ());
    }
    out.extend_from_slice(b"]}");
    let representation = Representation::new(GEOJSON, out)
        .header(CONTENT_CRS, format!("<{}>", query.crs.uri()))
        .header(REVISION, snapshot.revision);
    Some(representation.answer(wishes))
}

/// One feature. Its ETag changes when it is written, not when others are.
#[utoipa::path(get, path = "/api/collections/{layer}/items/{id}", tag = "features",
    params(
        ("layer" = String, Path, description = "Name of a layer"),
        ("id" = i64, Path, description = "Id of the feature"),
        ("crs" = Option<String>, Query, description = "Reference system of the answer; CRS84 by default"),
        ("properties" = Option<String>, Query, description = "Only these properties, separated by commas"),
    ),
    responses(
        (status = 200, description = "The feature", content_type = "application/geo+json", body = serde_json::Value),
        (status = 404, description = "No such feature", body = super::problem::ProblemBody),
    ))]
pub async fn find_item(
    State(state): State<AppState>,
    Path((layer, id)): Path<(String, String)>,
    viewer: Viewer,
    base: Base,
    mut parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    let snapshot = state.city.snapshot();
    let view = visible_layer(&snapshot, &layer, viewer)?;
    parameters.take_json_format()?;
    let crs = take_crs(&mut parameters, "crs")?;
    let fields = take_fields(&mut parameters, &view)?;
    parameters.finish()?;
    let unknown = || Problem::at_parameter(Kind::UnknownFeature, "id", format!("{layer} has no feature «{id}»"));
    let item = id.parse().ok().and_then(|id| view.find(id)).ok_or_else(unknown)?;

    let path = format!("/api/collections/{layer}");
    let links = [
        Link::new("self", GEOJSON, base.to(format!("{path}/items/{}", item.id))),
        Link::new("collection", JSON, base.to(&path)),
    ];
    let mut out = Vec::with_capacity(1024);
    Writer { crs, fields: &fields }.feature(&mut out, item, |out| {
        out.extend_from_slice(b",\"version\":");
        json(out, &item.version);
        out.extend_from_slice(b",\"updated_at\":");
        json(out, &item.updated_at.to_rfc3339_opts(SecondsFormat::Micros, true));
        // Where it came from is the office's business: a file's name may tell more than its rows.
        if let (Viewer::Everything, Some(source)) = (viewer, &item.source) {
            out.extend_from_slice(b",\"source\":");
            json(out, source);
        }
        out.extend_from_slice(b",\"links\":");
        json(out, &links);
    });
    // The version leads, so that a later write can say which one it means to replace.
    let stem = format!("v{}-{}", item.version, stem_of(&out));
    Ok(Representation::new(GEOJSON, out)
        .stem(stem)
        .header(CONTENT_CRS, format!("<{}>", crs.uri()))
        .header(REVISION, snapshot.revision)
        .answer(&wishes))
}

/// A feature as the API writes it, with its version; `None` where there is none that this viewer may see.
pub fn feature_json(snapshot: &Snapshot, layer: LayerId, id: i64, viewer: Viewer) -> Option<serde_json::Value> {
    let view = snapshot.layer(layer, viewer)?;
    let item = view.find(id)?;
    let fields: Vec<_> = view.fields().collect();
    let mut out = Vec::with_capacity(1024);
    Writer { crs: crate::geodesy::Crs::Crs84, fields: &fields }.feature(&mut out, item, |out| {
        out.extend_from_slice(b",\"version\":");
        json(out, &item.version);
        out.extend_from_slice(b",\"updated_at\":");
        json(out, &item.updated_at.to_rfc3339_opts(SecondsFormat::Micros, true));
    });
    serde_json::from_slice(&out).ok()
}

/// When this picture of the city was read. Not the moment of the answer: the same page of the same
/// revision then has the same bytes, and its ETag holds.
fn time_stamp(snapshot: &Snapshot) -> String {
    snapshot.taken_at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The same request from another place on.
fn with_cursor(here: &str, next: i64) -> String {
    let (path, query) = here.split_once('?').unwrap_or((here, ""));
    let mut link = format!("{path}?");
    for pair in query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("cursor=")) {
        let _ = write!(link, "{pair}&");
    }
    let _ = write!(link, "cursor={next}");
    link
}
