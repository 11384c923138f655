//! What the walk network is made of, and what is wrong with it: its islands, cuts and closed gates.

use axum::extract::State;
use axum::response::Response;
use geo::Coord;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer;
use crate::domain::Viewer;
use crate::http::AppState;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::http::representation::Wishes;
use crate::snapshot::walk::{CutCause, Walk};

/// Islands, cuts and buildings that are listed at most; their numbers are always whole.
const MOST_LISTED: usize = 1000;

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NetworkSummary {
    pub nodes: usize,
    pub edges: usize,
    pub length_m: f64,
    /// Pieces between which nobody can walk.
    pub components: usize,
    /// Share of the metres that hang together in the largest.
    pub largest_share: f64,
    /// Streets cut by barriers and closed gates.
    pub cuts: usize,
    pub gates_open: usize,
    pub gates_closed: usize,
    /// Of the open ones, those that nobody said anything about.
    pub gates_unknown: usize,
    /// Communities whose gates are known.
    pub compounds: usize,
    pub buildings: usize,
    /// Buildings that join no street: too far, or walled in.
    pub buildings_without_access: usize,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct NetworkReport {
    revision: u64,
    #[serde(flatten)]
    #[schema(inline)]
    summary: NetworkSummary,
    /// The longest first; the first is the main network.
    islands: Vec<Island>,
    cut_streets: Vec<CutStreet>,
    building_ids_without_access: Vec<i64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Island {
    nodes: usize,
    length_m: f64,
    /// Longitude and latitude of a place on it.
    at: [f64; 2],
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CutStreet {
    street_id: i64,
    /// `barrier` or `gate`.
    by: &'static str,
    by_id: i64,
    at: [f64; 2],
}

impl NetworkSummary {
    pub fn of(walk: &Walk) -> Self {
        let network = &walk.network;
        let gates = &network.compounds.gates;
        Self {
            nodes: network.node_count(),
            edges: network.streets.edges.len(),
            length_m: network.streets.length_m(),
            components: network.components.sizes.len(),
            largest_share: network.components.largest_share(),
            cuts: network.cuts.len(),
            gates_open: gates.iter().filter(|gate| gate.is_open).count(),
            gates_closed: gates.iter().filter(|gate| !gate.is_open).count(),
            gates_unknown: gates.iter().filter(|gate| !gate.is_state_known).count(),
            compounds: network.compounds.compounds.len(),
            buildings: walk.buildings.len(),
            buildings_without_access: without_access(walk).count(),
        }
    }
}

fn without_access(walk: &Walk) -> impl Iterator<Item = i64> + '_ {
    let lacks = |i: &usize| walk.buildings.place(*i).joins.is_empty();
    (0..walk.buildings.len()).filter(lacks).map(|i| walk.buildings.ids[i])
}

/// The walk network of the city: what hangs together, where it is cut, and who has no way onto it.
#[utoipa::path(get, path = "/api/analysis/network", tag = "analysis",
    responses((status = 200, description = "The network", body = NetworkReport)))]
pub async fn show_network(
    State(state): State<AppState>,
    viewer: Viewer,
    parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    parameters.finish()?;
    let (snapshot, walks) = (state.city.snapshot(), state.walks.clone());
    answer(&state, viewer, &wishes, "network", move |_, _| {
        let city = walks.of(&snapshot);
        let network = &city.walk.network;
        let degrees = |at: Coord<f64>| {
            let at = network.settings.plane.to_lon_lat(at);
            [at.x, at.y]
        };
        let islands = network.components.sizes.iter().take(MOST_LISTED).map(|size| Island {
            nodes: size.nodes,
            length_m: size.length_m,
            at: degrees(network.node_at(size.example)),
        });
        let cuts = network.cuts.iter().take(MOST_LISTED).map(|cut| {
            let (by, by_id) = match cut.cause {
                CutCause::Barrier(id) => ("barrier", id),
                CutCause::Gate(id) => ("gate", id),
            };
            CutStreet { street_id: cut.street_id, by, by_id, at: degrees(cut.at) }
        });
        Ok(Some(NetworkReport {
            revision: snapshot.revision,
            summary: NetworkSummary::of(&city.walk),
            islands: islands.collect(),
            cut_streets: cuts.collect(),
            building_ids_without_access: without_access(&city.walk).take(MOST_LISTED).collect(),
        }))
    })
    .await
}
