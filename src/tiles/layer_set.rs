//! Which layers a tile holds.

use std::fmt;

use crate::domain::{LayerId, Viewer};

/// A set of layers as bits; a tile lists them in the order of [`LayerId::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct LayerSet(u16);

impl LayerSet {
    /// Every layer that the viewer may see.
    pub fn visible_to(viewer: Viewer) -> Self {
        LayerId::visible_to(viewer).collect()
    }

    /// The viewer whose tiles of these layers are those of this viewer as well.
    pub fn seen_alike(self, viewer: Viewer) -> Viewer {
        let is_like_public = self.iter().all(|id| viewer.on(id.describe()) == Viewer::Public);
        if is_like_public { Viewer::Public } else { viewer }
    }

    pub fn contains(self, id: LayerId) -> bool {
        self.0 & (1 << id.index()) != 0
    }

    pub fn iter(self) -> impl Iterator<Item = LayerId> {
        LayerId::ALL.into_iter().filter(move |id| self.contains(*id))
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<LayerId> for LayerSet {
    fn from_iter<I: IntoIterator<Item = LayerId>>(ids: I) -> Self {
        Self(ids.into_iter().fold(0, |bits, id| bits | 1 << id.index()))
    }
}

/// `street,building`, as in an address.
impl fmt::Display for LayerSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, id) in self.iter().enumerate() {
            if i > 0 {
                f.write_str(",")?;
            }
            f.write_str(id.name())?;
        }
        Ok(())
    }
}
