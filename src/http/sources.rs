//! Where the data of a place come from: what a printed map must name.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use geo::Rect;
use serde::Serialize;
use utoipa::ToSchema;

use super::AppState;
use super::collections::visible_layer;
use super::items::Bbox;
use super::links::JSON;
use super::parameters::Parameters;
use super::problem::Problem;
use super::representation::{Representation, Wishes};
use crate::domain::{LayerId, Viewer};
use crate::geodesy::Crs;
use crate::snapshot::Snapshot;

#[derive(Serialize, ToSchema)]
pub struct SourcesAnswer {
    revision: u64,
    /// What the administrator wants to stand beneath every map: sources and licences.
    credit: Option<String>,
    /// True: everything is invented.
    is_sample: bool,
    /// The files that features were imported from, those of most features first. The public is not told names of files.
    sources: Vec<SourceSummary>,
    /// Features that no import brought.
    unnamed: usize,
}

#[derive(Serialize, ToSchema)]
pub struct SourceSummary {
    name: String,
    features: usize,
}

/// Where the features of some layers come from.
#[utoipa::path(get, path = "/api/sources", tag = "map",
    params(
        ("layers" = Option<String>, Query, description = "Names of layers with commas between; all by default"),
        ("bbox" = Option<String>, Query, description = "Four numbers, longitude first; features whose boxes meet it"),
    ),
    responses((status = 200, description = "The sources", body = SourcesAnswer),
        (status = 400, description = "A parameter is wrong", body = super::problem::ProblemBody),
        (status = 404, description = "No such layer", body = super::problem::ProblemBody)))]
pub async fn list_sources(
    State(state): State<AppState>,
    viewer: Viewer,
    mut parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    let snapshot = state.city.snapshot();
    let bbox = parameters.take("bbox")?.map(|text| Bbox::parse(&text, Crs::Crs84)).transpose()?;
    let layers: Vec<LayerId> = match parameters.take("layers")? {
        None => LayerId::visible_to(viewer).collect(),
        Some(names) => names
            .split(',')
            .map(|name| visible_layer(&snapshot, name.trim(), viewer).map(|view| view.describe().id))
            .collect::<Result<_, _>>()?,
    };
    parameters.finish()?;
    let profile = &state.settings.city;
    let (credit, is_sample, revision) = (state.settings.data_credit.clone(), profile.is_sample, snapshot.revision);
    let (sources, unnamed) = if viewer == Viewer::Everything {
        let boxes = bbox.map(|bbox| bbox.search_boxes());
        let work =
            state.lanes.heavy(move |wanted| count(&snapshot, viewer, &layers, boxes.as_deref(), || wanted.is_wanted()));
        work.await.ok_or_else(|| Problem::internal("sources were given up that somebody waits for"))?
    } else {
        (Vec::new(), 0)
    };
    Ok(Representation::json(JSON, &SourcesAnswer { revision, credit, is_sample, sources, unnamed }).answer(&wishes))
}

/// Features of each source, and of none; `None` when nobody waits any more.
fn count(
    snapshot: &Snapshot,
    viewer: Viewer,
    layers: &[LayerId],
    boxes: Option<&[Rect<f64>]>,
    is_wanted: impl Fn() -> bool,
) -> Option<(Vec<SourceSummary>, usize)> {
    let mut named: BTreeMap<String, usize> = BTreeMap::new();
    let mut unnamed = 0;
    let mut note = |source: Option<&str>| match source {
        Some(name) => match named.get_mut(name) {
            Some(features) => *features += 1,
            None => drop(named.insert(name.to_owned(), 1)),
        },
        None => unnamed += 1,
    };
    for view in layers.iter().filter_map(|id| snapshot.layer(*id, viewer)) {
        if !is_wanted() {
            return None;
        }
        match boxes {
            None => view.items().iter().for_each(|item| note(item.source.as_deref())),
            Some(boxes) => {
                boxes.iter().flat_map(|part| view.in_box(*part)).for_each(|item| note(item.source.as_deref()))
            }
        }
    }
    let mut sources: Vec<_> = named.into_iter().map(|(name, features)| SourceSummary { name, features }).collect();
    sources.sort_by_key(|source| std::cmp::Reverse(source.features));
    Some((sources, unnamed))
}
