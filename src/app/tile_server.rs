//! Tiles for requests: from the cache, or encoded from the newest snapshot.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use geo::Rect;
use tokio::sync::Semaphore;

use super::{City, Lanes, Revised};
use crate::domain::{LayerId, Viewer};
use crate::geodesy::tile_grid::Tile;
use crate::snapshot::Snapshot;
use crate::snapshot::filter::Filter;
use crate::tiles::cache::{EncodedTile, TileCache, TileKey};
use crate::tiles::{self, LayerSet};

/// A tile with more features than this waits for a place in the heavy lane: a few milliseconds of
/// encoding, at most, happen where the request arrives.
const LIGHT_FEATURES: usize = 5_000;

/// Tiles that may wait for the heavy lane. Who comes later is told to come again: a queue that nobody
/// lives to see the end of helps nobody.
const LONGEST_QUEUE: usize = 128;

/// Too many heavy tiles are waiting already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{LONGEST_QUEUE} large tiles are waiting already")]
pub struct TooBusy;

/// Turns the bytes of a tile into those of a content encoding.
pub type Compress = fn(&Bytes) -> Bytes;

pub struct TileServer {
    city: Arc<City>,
    cache: Arc<TileCache>,
    lanes: Lanes,
    queue: Arc<Semaphore>,
    counts: Counts,
}

#[derive(Debug, Default)]
struct Counts {
    hits: AtomicU64,
    misses: AtomicU64,
    empty: AtomicU64,
}

/// What the server has done so far, for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TileCounts {
    pub hits: u64,
    pub misses: u64,
    pub empty: u64,
    pub cached_tiles: u64,
    pub cached_bytes: u64,
}

impl TileServer {
    /// Serves `city`'s tiles with a cache of `cache_bytes`. From here on a revision is only
    /// published once the tiles that it made stale are gone.
    pub fn new(city: Arc<City>, lanes: Lanes, cache_bytes: u64) -> Self {
        let cache = Arc::new(TileCache::new(cache_bytes, city.snapshot().revision));
        let watched = cache.clone();
        city.on_publish(move |revised: &Revised| {
            let touched: Vec<(LayerId, &[Rect<f64>])> =
                revised.touched.iter().map(|touched| (touched.layer, touched.boxes.as_slice())).collect();
            let dropped = watched.step(revised.revision, &touched);
            tracing::debug!(revision = revised.revision, dropped, "stale tiles are gone");
        });
        Self { city, cache, lanes, queue: Arc::new(Semaphore::new(LONGEST_QUEUE)), counts: Counts::default() }
    }

    /// A tile as this viewer may see it, compressed; `None` when nothing lies in it.
    ///
    /// `encoding` numbers the compression in the cache's key.
    pub async fn tile(
        &self,
        viewer: Viewer,
        layers: LayerSet,
        tile: Tile,
        encoding: u8,
        compress: Compress,
    ) -> Result<Option<EncodedTile>, TooBusy> {
        // Who sees the same shares the same tile.
        let viewer = layers.seen_alike(viewer);
        let key = TileKey { viewer, layers, tile, encoding };
        if let Some(known) = self.cache.get(&key) {
            self.counts.hits.fetch_add(1, Ordering::Relaxed);
            return Ok(Some(known));
        }
        let snapshot = self.city.snapshot();
        let features = tiles::weigh(&snapshot, viewer, layers, tile, LIGHT_FEATURES);
        let encoded = match features {
            0 => None,
            LIGHT_FEATURES => {
                let _waiting = self.queue.try_acquire().map_err(|_| TooBusy)?;
                let (snapshot, cache) = (snapshot.clone(), self.cache.clone());
                self.lanes
                    .heavy(move |_| {
                        // Whoever waited in the queue for the same tile finds it done.
                        cache.get(&key).or_else(|| encode_and_keep(&cache, &snapshot, &key, compress))
                    })
                    .await
            }
            _ => encode_and_keep(&self.cache, &snapshot, &key, compress),
        };
        let count = if encoded.is_some() { &self.counts.misses } else { &self.counts.empty };
        count.fetch_add(1, Ordering::Relaxed);
        Ok(encoded)
    }

    /// A tile of what passes a filter. Filters are as many as those who ask, so it is not kept.
    pub async fn filtered_tile(
        &self,
        viewer: Viewer,
        layers: LayerSet,
        tile: Tile,
        filter: Filter,
        compress: Compress,
    ) -> Result<Option<EncodedTile>, TooBusy> {
        let snapshot = self.city.snapshot();
        let encoded = match tiles::weigh(&snapshot, viewer, layers, tile, LIGHT_FEATURES) {
            0 => None,
            LIGHT_FEATURES => {
                let _waiting = self.queue.try_acquire().map_err(|_| TooBusy)?;
                let snapshot = snapshot.clone();
                self.lanes
                    .heavy(move |_| {
                        let bytes = tiles::encode_filtered(&snapshot, viewer, layers, tile, &filter)?;
                        Some(pack(bytes, compress))
                    })
                    .await
            }
            _ => tiles::encode_filtered(&snapshot, viewer, layers, tile, &filter).map(|bytes| pack(bytes, compress)),
        };
        let count = if encoded.is_some() { &self.counts.misses } else { &self.counts.empty };
        count.fetch_add(1, Ordering::Relaxed);
        Ok(encoded)
    }

    pub fn counts(&self) -> TileCounts {
        TileCounts {
            hits: self.counts.hits.load(Ordering::Relaxed),
            misses: self.counts.misses.load(Ordering::Relaxed),
            empty: self.counts.empty.load(Ordering::Relaxed),
            cached_tiles: self.cache.len() as u64,
            cached_bytes: self.cache.weight(),
        }
    }
}

fn encode_and_keep(cache: &TileCache, snapshot: &Snapshot, key: &TileKey, compress: Compress) -> Option<EncodedTile> {
    let encoded = pack(tiles::encode(snapshot, key.viewer, key.layers, key.tile)?, compress);
    cache.put(*key, encoded.clone(), snapshot.revision);
    Some(encoded)
}

fn pack(bytes: Vec<u8>, compress: Compress) -> EncodedTile {
    let bytes: Bytes = bytes.into();
    let stem = format!("{:032x}", xxhash_rust::xxh3::xxh3_128(&bytes));
    // A copy has no room to spare: what the cache weighs is what it holds.
    let body = Bytes::copy_from_slice(&compress(&bytes));
    EncodedTile { body, stem: stem.into() }
}
