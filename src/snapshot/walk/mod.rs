//! The walk network of a revision, and how buildings and facilities join it.
//!
//! All distances are metres on the city's Gauss-Krüger plane, in f64, and every answer is the same whatever the
//! order of the input. One-way streets are ignored: nobody walks by the arrow. docs/walking.md has the rules
//! in full.

mod access;
mod barriers;
mod change;
mod components;
mod compounds;
mod graph;
mod network;
mod places;
mod segment;
mod settings;
mod streets;

use std::sync::Arc;

use change::Change;

use crate::domain::LayerId;
use crate::snapshot::{Layer, Snapshot};

pub use access::{Finder, Join, Target, inside_m};
pub use barriers::Barriers;
pub use components::{ComponentSize, Components};
pub use compounds::{Compounds, Gate, NO_COMPOUND};
pub use graph::{Arc as GraphArc, Graph};
pub use network::{Cut, CutCause, Network, Piece};
pub use places::{Place, Places, representative_point};
pub use segment::{Segment, distance_m};
pub use settings::WalkSettings;
pub use streets::{Edge, Streets, is_walkable};

/// A city to walk in: the network of one snapshot, with its buildings and facilities.
pub struct Walk {
    pub network: Arc<Network>,
    pub buildings: Arc<Places>,
    pub facilities: Arc<Places>,
    /// The layers that it was made of, to know what a later snapshot has in common with this one.
    made_of: Vec<Arc<Layer>>,
}

/// The layers that a walk depends on.
pub const LAYERS: [LayerId; 6] =
    [LayerId::Street, LayerId::Barrier, LayerId::Gate, LayerId::Community, LayerId::Building, LayerId::Facility];

impl Walk {
    pub fn of(snapshot: &Snapshot, settings: WalkSettings) -> Self {
        Self::after(None, snapshot, settings)
    }

    /// The walks of a snapshot, made from those of another one where a layer is the same in both.
    pub fn after(last: Option<&Walk>, snapshot: &Snapshot, settings: WalkSettings) -> Self {
        let last = last.filter(|last| last.network.settings == settings);
        let made_of: Vec<Arc<Layer>> = LAYERS.iter().map(|id| snapshot.layer_unmasked(*id).clone()).collect();
        let same = |layers: &[LayerId]| {
            last.filter(|last| {
                LAYERS
                    .iter()
                    .zip(last.made_of.iter().zip(&made_of))
                    .all(|(id, (a, b))| !layers.contains(id) || Arc::ptr_eq(a, b))
            })
        };
        use LayerId::{Barrier, Building, Community, Facility, Gate, Street};
        let plane = settings.plane;
        let network = match same(&[Street, Barrier, Gate, Community]) {
            Some(last) => last.network.clone(),
            None => {
                let streets = same(&[Street]).map(|last| last.network.streets.clone());
                let barriers = same(&[Barrier]).map(|last| last.network.barriers.clone());
                let compounds = same(&[Gate, Community]).map(|last| last.network.compounds.clone());
                Arc::new(Network::of(
                    streets.unwrap_or_else(|| Arc::new(Streets::of(snapshot, plane))),
                    barriers.unwrap_or_else(|| Arc::new(Barriers::of(snapshot, plane))),
                    compounds.unwrap_or_else(|| Arc::new(Compounds::of(snapshot, plane))),
                    settings,
                ))
            }
        };
        let change = same(&[Community]).and_then(|last| {
            let barriers = (layer_of(&last.made_of, Barrier)?, layer_of(&made_of, Barrier)?);
            Change::between(&last.network, &network, barriers).map(|change| (last, change))
        });
        let places = |layer, kept: fn(&Walk) -> &Arc<Places>| {
            if let Some(last) = same(&[Street, Barrier, Gate, Community, layer]) {
                return kept(last).clone();
            }
            // Who lives far from all that changed goes out as before.
            let later = change.as_ref().and_then(|(last, change)| {
                let layers = (layer_of(&last.made_of, layer)?, layer_of(&made_of, layer)?);
                Some(kept(last).after(&network, change, layers))
            });
            Arc::new(later.unwrap_or_else(|| Places::of_layer(&network, snapshot, layer)))
        };
        let buildings = places(Building, |last| &last.buildings);
        let facilities = places(Facility, |last| &last.facilities);
        Self { buildings, facilities, network, made_of }
    }
}

fn layer_of(made_of: &[Arc<Layer>], id: LayerId) -> Option<&Layer> {
    LAYERS.iter().zip(made_of).find(|(of, _)| **of == id).map(|(_, layer)| &**layer)
}
