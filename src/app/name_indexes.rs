//! The name index of each layer, built when it is first asked for and kept until the layer changes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::{LayerId, Viewer};
use crate::snapshot::names::NameIndex;
use crate::snapshot::{Layer, Snapshot};

/// The layer that an index was built from, and the index.
type Kept = (Arc<Layer>, Arc<NameIndex>);

/// An index belongs to the very layer that it was built from, and to a viewer.
#[derive(Default)]
pub struct NameIndexes {
    kept: Mutex<HashMap<(LayerId, Viewer), Kept>>,
}

impl NameIndexes {
    /// The index of a layer that the viewer may see, if it is built already.
    pub fn ready(&self, snapshot: &Snapshot, layer: LayerId, viewer: Viewer) -> Option<Arc<NameIndex>> {
        let viewer = viewer.on(layer.describe());
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (of, index) = kept.get(&(layer, viewer))?;
        Arc::ptr_eq(of, snapshot.layer_unmasked(layer)).then(|| index.clone())
    }

    /// The index, built now if need be. `None` where the layer is not for this viewer.
    pub fn build(&self, snapshot: &Snapshot, layer: LayerId, viewer: Viewer) -> Option<Arc<NameIndex>> {
        if let Some(index) = self.ready(snapshot, layer, viewer) {
            return Some(index);
        }
        let viewer = viewer.on(layer.describe());
        let index = Arc::new(NameIndex::build(&snapshot.layer(layer, viewer)?));
        let entry = (snapshot.layer_unmasked(layer).clone(), index.clone());
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).insert((layer, viewer), entry);
        Some(index)
    }
}
