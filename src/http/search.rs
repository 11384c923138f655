//! Search by name: Chinese, code, pinyin or its initials.

use std::collections::HashSet;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use geo::{Intersects, Point};
use serde::Serialize;
use utoipa::ToSchema;

use super::AppState;
use super::items::REVISION;
use super::layers::corners;
use super::links::JSON;
use super::parameters::Parameters;
use super::problem::Problem;
use super::representation::{Representation, Wishes};
use crate::domain::{LayerId, Viewer};
use crate::snapshot::names::{Found, NameIndex, Needle, Place, precedence};
use crate::snapshot::{ShapeGeometry, Snapshot};

const DEFAULT_LIMIT: i64 = 10;
const MAX_LIMIT: i64 = 50;
const MAX_QUERY_CHARS: usize = 100;

#[derive(Serialize, ToSchema)]
pub struct SearchAnswer {
    results: Vec<SearchResult>,
}

#[derive(Serialize, ToSchema)]
pub struct SearchResult {
    #[schema(example = "community")]
    layer: &'static str,
    id: i64,
    label: String,
    /// Where it lies: subdistrict and community; the number of pieces of a street.
    context: String,
    /// Longitude and latitude of a position on it.
    center: [f64; 2],
    /// West, south, east, north.
    bounds: [f64; 4],
}

/// Features by name, code, pinyin or initials; the best first.
#[utoipa::path(get, path = "/api/search", tag = "map",
    params(
        ("q" = String, Query, description = "和平, heping, hp or a code"),
        ("limit" = Option<u32>, Query, description = "Results at most, 1 to 50; 10 by default"),
    ),
    responses((status = 200, description = "What was found", body = SearchAnswer),
        (status = 400, description = "Nothing to look for", body = super::problem::ProblemBody)))]
pub async fn search(
    State(state): State<AppState>,
    viewer: Viewer,
    mut parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    let query = parameters.take("q")?.ok_or_else(|| Problem::parameter("q", "is missing"))?;
    let limit = parameters.take_integer("limit", 1, MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT) as usize;
    parameters.finish()?;
    let chars = query.chars().count();
    if chars > MAX_QUERY_CHARS {
        return Err(Problem::parameter("q", format!("has {chars} characters; {MAX_QUERY_CHARS} are taken at most")));
    }
    let needle = Needle::new(&query).ok_or_else(|| Problem::parameter("q", "is empty"))?;

    let snapshot = state.city.snapshot();
    let indexes = indexes(&state, &snapshot, viewer).await;
    let results = best(&indexes, &needle, limit)
        .into_iter()
        .map(|(layer, found)| SearchResult {
            layer: layer.name(),
            id: found.place.item.id,
            label: found.label.to_owned(),
            context: context(&snapshot, viewer, layer, found.place),
            center: [found.place.center().x, found.place.center().y],
            bounds: corners(found.place.bounds),
        })
        .collect();
    Ok(Representation::json(JSON, &SearchAnswer { results }).header(REVISION, snapshot.revision).answer(&wishes))
}

/// The index of every layer that the viewer sees. Building one is heavy work; it happens once for
/// each state of a layer.
async fn indexes(state: &AppState, snapshot: &Arc<Snapshot>, viewer: Viewer) -> Vec<(LayerId, Arc<NameIndex>)> {
    let ready = |id| Some((id, state.names.ready(snapshot, id, viewer)?));
    let all: Option<Vec<_>> = LayerId::visible_to(viewer).map(ready).collect();
    if let Some(all) = all {
        return all;
    }
    let (names, snapshot) = (state.names.clone(), snapshot.clone());
    let build = move |id| Some((id, names.build(&snapshot, id, viewer)?));
    state.lanes.heavy(move |_| LayerId::visible_to(viewer).filter_map(build).collect()).await
}

/// The best places, each once. Among equals the order is by layer, then the shorter name, then id,
/// so that the same question always has the same answer.
fn best<'a>(indexes: &'a [(LayerId, Arc<NameIndex>)], needle: &Needle, limit: usize) -> Vec<(LayerId, Found<'a>)> {
    let mut found: Vec<(LayerId, Found<'a>)> =
        indexes.iter().flat_map(|(id, index)| index.find(needle).into_iter().map(|found| (*id, found))).collect();
    let rank = |(layer, found): &(LayerId, Found<'a>)| {
        (found.quality, precedence(*layer), found.label.len(), found.label, found.place.item.id)
    };
    // A feature that answers by its name and by its code stands in the list twice.
    let wanted = limit * 2;
    if found.len() > wanted {
        found.select_nth_unstable_by(wanted, |a, b| rank(a).cmp(&rank(b)));
        found.truncate(wanted);
    }
    found.sort_unstable_by(|a, b| rank(a).cmp(&rank(b)));
    let mut seen = HashSet::new();
    found.retain(|(layer, found)| seen.insert((*layer, found.place.item.id)));
    found.truncate(limit);
    found
}

/// Where a place lies, as far as the viewer may know: its subdistrict and its community.
fn context(snapshot: &Snapshot, viewer: Viewer, layer: LayerId, place: &Place) -> String {
    let around: &[LayerId] = match layer {
        LayerId::ResponsibleBody | LayerId::Subdistrict => &[],
        LayerId::Neighbourhood | LayerId::Community | LayerId::Precinct => &[LayerId::Subdistrict],
        _ => &[LayerId::Subdistrict, LayerId::Community],
    };
    let center = Point::from(place.center());
    let names: Vec<&str> = around
        .iter()
        .filter_map(|id| {
            let view = snapshot.layer(*id, viewer)?;
            let holds = |item: &&Arc<crate::snapshot::Item>| match item.shape.geometry() {
                ShapeGeometry::Areas(areas) => areas.intersects(&center),
                _ => false,
            };
            let at = geo::Rect::new(center.0, center.0);
            view.in_box(at).filter(holds).min_by_key(|item| item.id).and_then(|item| view.label(item))
        })
        .collect();
    names.join(" · ")
}
