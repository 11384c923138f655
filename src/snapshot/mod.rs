//! One revision of the city, frozen in memory: for each layer its items and an R-tree.
//!
//! Invariants: nothing here changes once it is built. The next revision is built from the last one
//! and shares what did not change. Every read names its [`Viewer`].

mod area;
pub mod filter;
mod item;
mod layer;
mod mask;
pub mod names;
mod shape;
pub mod walk;

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::domain::{LayerId, Viewer};

pub use area::Area;
pub use item::Item;
pub use layer::{Layer, LayerView};
pub use shape::{NotAShape, Shape, ShapeGeometry, WorldPath};

/// The city at one revision.
#[derive(Clone)]
pub struct Snapshot {
    /// How many changes the database had committed when this was read. It grows with every
    /// committed change and is the same on every node that has seen the same changes.
    pub revision: u64,
    /// When it was read.
    pub taken_at: DateTime<Utc>,
    layers: [Arc<Layer>; LayerId::ALL.len()],
}

impl Snapshot {
    /// A city without a feature.
    pub fn empty(taken_at: DateTime<Utc>) -> Self {
        Self { revision: 0, taken_at, layers: LayerId::ALL.map(|id| Arc::new(Layer::empty(id))) }
    }

    /// What `viewer` may see of a layer, its rows and its fields; `None` where the layer is not for this viewer.
    pub fn layer(&self, id: LayerId, viewer: Viewer) -> Option<LayerView<'_>> {
        viewer
            .may_see(id.describe().audience)
            .then(|| LayerView::new(self.layers[id.index()].for_viewer(viewer, &|viewer| self.area_of(viewer)), viewer))
    }

    /// Where the body lies that a viewer speaks for; `None` where it speaks for none, and where the city has no such
    /// body.
    pub fn area_of(&self, viewer: Viewer) -> Option<Area> {
        let Viewer::Body(code) = viewer else { return None };
        let bodies = self.layers[LayerId::ResponsibleBody.index()].items();
        Area::of(bodies.iter().filter(|body| area::code_of(body) == Some(code.as_str())))
    }

    /// Every responsible body that has a code, with its area.
    pub fn body_areas(&self) -> Vec<(Arc<str>, Area)> {
        let bodies = self.layers[LayerId::ResponsibleBody.index()].items();
        let of = |body: &Arc<Item>| Some((area::code_of(body)?.into(), Area::of([body])?));
        bodies.iter().filter_map(of).collect()
    }

    /// The whole layer, for building the next revision. Reads for someone go through [`Self::layer`].
    pub fn layer_unmasked(&self, id: LayerId) -> &Arc<Layer> {
        &self.layers[id.index()]
    }

    /// The next revision, with one layer replaced for each that is given.
    pub fn with_layers(
        &self,
        revision: u64,
        taken_at: DateTime<Utc>,
        replaced: impl IntoIterator<Item = Layer>,
    ) -> Self {
        let mut next = Self { revision, taken_at, layers: self.layers.clone() };
        for layer in replaced {
            let index = layer.id().index();
            next.layers[index] = Arc::new(layer);
        }
        let bodies = LayerId::ResponsibleBody.index();
        if !Arc::ptr_eq(&next.layers[bodies], &self.layers[bodies]) {
            // What was seen through the areas of before is seen anew.
            for layer in next.layers.iter_mut().filter(|layer| layer.has_masks_of_areas()) {
                *layer = Arc::new(Layer::clone(layer));
            }
        }
        next
    }

    pub fn feature_count(&self) -> usize {
        self.layers.iter().map(|layer| layer.len()).sum()
    }
}
