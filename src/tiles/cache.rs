//! Encoded tiles, kept within a budget of bytes and dropped when what they show has changed.
//!
//! Empty tiles are not kept at all: the R-tree answers emptiness faster than a cache would, and so a
//! flood of requests for nothing costs no memory.
//!
//! Coherence: a tile may only be put in while the revision that it was encoded from is still the
//! newest. [`TileCache::step`] and [`TileCache::put`] hold one lock, so a tile of an old revision
//! cannot slip in behind the step that would have dropped it.

use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use geo::Rect;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::{BUFFER, EXTENT, LayerSet};
use crate::domain::{LayerId, Viewer};
use crate::geodesy::tile_grid::Tile;

/// What tells one encoded tile from another. `encoding` is the caller's number of a content
/// encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TileKey {
    pub viewer: Viewer,
    pub layers: LayerSet,
    pub tile: Tile,
    pub encoding: u8,
}

/// A tile as it is sent.
#[derive(Debug, Clone)]
pub struct EncodedTile {
    pub body: Bytes,
    /// Changes whenever a byte of the tile changes; the same in every encoding.
    pub stem: Arc<str>,
}

/// What an entry costs beside its bytes: key, pointers, the cache's own bookkeeping.
const OVERHEAD_BYTES: u64 = 256;

#[derive(Debug, Clone)]
struct ByBytes;

impl Weighter<TileKey, EncodedTile> for ByBytes {
    fn weight(&self, _: &TileKey, tile: &EncodedTile) -> u64 {
        OVERHEAD_BYTES + (tile.body.len() + tile.stem.len()) as u64
    }
}

pub struct TileCache {
    tiles: Cache<TileKey, EncodedTile, ByBytes>,
    budget: u64,
    /// The newest revision.
    revision: RwLock<u64>,
}

impl TileCache {
    /// A cache of at most `budget` bytes, bookkeeping included; 0 keeps nothing.
    pub fn new(budget: u64, revision: u64) -> Self {
        let likely_entries = (budget / 16_384).clamp(16, 65_536) as usize;
        Self {
            tiles: Cache::with_weighter(likely_entries, budget.max(1), ByBytes),
            budget,
            revision: RwLock::new(revision),
        }
    }

    pub fn get(&self, key: &TileKey) -> Option<EncodedTile> {
        self.tiles.get(key)
    }

    /// Keeps a tile that was encoded from `revision`, unless a newer one has come meanwhile.
    pub fn put(&self, key: TileKey, tile: EncodedTile, revision: u64) {
        if self.budget == 0 {
            return;
        }
        let newest = self.revision.read().unwrap_or_else(PoisonError::into_inner);
        if *newest == revision {
            self.tiles.insert(key, tile);
        }
    }

    /// Goes on to a revision: drops the tiles whose layers were touched where they were touched.
    /// An empty list of boxes (degrees) means the whole layer. Returns how many were dropped.
    pub fn step(&self, revision: u64, touched: &[(LayerId, &[Rect<f64>])]) -> u64 {
        let mut newest = self.revision.write().unwrap_or_else(PoisonError::into_inner);
        *newest = revision;
        let before = self.tiles.len();
        self.tiles.retain(|key, _| {
            let is_stale = touched
                .iter()
                .any(|(layer, boxes)| key.layers.contains(*layer) && (boxes.is_empty() || meets(key.tile, boxes)));
            !is_stale
        });
        // Nobody puts anything in meanwhile: that takes the lock that is held here.
        (before - self.tiles.len()) as u64
    }

    /// Bytes in use, bookkeeping included.
    pub fn weight(&self) -> u64 {
        self.tiles.weight()
    }

    pub fn len(&self) -> usize {
        self.tiles.len()
    }

    pub fn is_empty(&self) -> bool {
        self.tiles.is_empty()
    }
}

fn meets(tile: Tile, boxes: &[Rect<f64>]) -> bool {
    let reach = tile.lon_lat_bounds(f64::from(BUFFER) / f64::from(EXTENT));
    boxes.iter().any(|box_| {
        box_.min().x <= reach.max().x
            && box_.max().x >= reach.min().x
            && box_.min().y <= reach.max().y
            && box_.max().y >= reach.min().y
    })
}

#[cfg(test)]
mod tests {
    use geo::coord;

    use super::*;

    fn key(layer: LayerId, z: u32, x: u32, y: u32) -> TileKey {
        TileKey {
            viewer: Viewer::Public,
            layers: [layer].into_iter().collect(),
            tile: Tile::new(z, x, y).unwrap(),
            encoding: 0,
        }
    }

    fn tile(bytes: usize) -> EncodedTile {
        EncodedTile { body: vec![7; bytes].into(), stem: "s".into() }
    }

    /// A box in the middle of tile 1/1/0: the north-east of the world.
    fn north_east() -> Rect<f64> {
        Rect::new(coord! { x: 89.0, y: 40.0 }, coord! { x: 91.0, y: 41.0 })
    }

    #[test]
    fn only_tiles_of_the_touched_layer_at_the_touched_place_are_dropped() {
        let cache = TileCache::new(1 << 20, 1);
        let (hit, elsewhere, other_layer) =
            (key(LayerId::Gate, 1, 1, 0), key(LayerId::Gate, 1, 0, 0), key(LayerId::Street, 1, 1, 0));
        for key in [hit, elsewhere, other_layer] {
            cache.put(key, tile(10), 1);
        }
        assert_eq!(cache.step(2, &[(LayerId::Gate, &[north_east()])]), 1);
        assert!(cache.get(&hit).is_none());
        assert!(cache.get(&elsewhere).is_some() && cache.get(&other_layer).is_some());

        assert_eq!(cache.step(3, &[(LayerId::Gate, &[])]), 1, "no box is the whole layer");
        assert!(cache.get(&elsewhere).is_none());
    }

    #[test]
    fn a_tile_of_an_old_revision_does_not_get_in() {
        let cache = TileCache::new(1 << 20, 1);
        cache.step(2, &[]);
        cache.put(key(LayerId::Gate, 1, 1, 0), tile(10), 1);
        assert!(cache.is_empty());
        cache.put(key(LayerId::Gate, 1, 1, 0), tile(10), 2);
        assert_eq!(cache.len(), 1);
    }

    #[test]
    fn the_budget_holds_whatever_comes() {
        let budget = 4 << 20;
        let cache = TileCache::new(budget, 1);
        for i in 0..100_000u32 {
            cache.put(key(LayerId::Gate, 20, i, i), tile(i as usize % 300), 1);
        }
        assert!(cache.weight() <= budget, "{} > {budget}", cache.weight());
        assert!(cache.len() > 1000);
    }

    #[test]
    fn without_a_budget_nothing_is_kept() {
        let cache = TileCache::new(0, 1);
        cache.put(key(LayerId::Gate, 1, 1, 0), tile(10), 1);
        assert!(cache.is_empty());
    }
}
