//! Nothing vanishes silently: over all tiles of a zoom, what is drawn and what is counted are all
//! the features, each once.

use std::collections::BTreeSet;

use chrono::DateTime;
use pianqu::domain::{LayerId, Viewer};
use pianqu::geodesy::tile_grid::{Tile, to_world};
use pianqu::snapshot::{Layer, Snapshot};
use pianqu::tiles::{LayerSet, encode};

use crate::support::mvt::{DecodedFeature, decode};
use crate::support::sketch::{Sketch, at};

/// Some hundred buildings and facilities in clumps, with a hill of large areas, over a few tiles.
fn town() -> Snapshot {
    let mut sketch = Sketch::new();
    for i in 0..600i64 {
        let (east, north) = ((i * 37 % 400) as f64 * 11.0, (i * 91 % 300) as f64 * 9.0);
        sketch = sketch.building("楼", at(east, north)).facility("站", "health_station", at(east + 5.0, north + 3.0));
        if i % 10 == 0 {
            sketch = sketch.community("区", at(east, north), 100);
        }
    }
    sketch.snapshot()
}

/// Every tile of a zoom that the city's box meets, with a margin of one tile.
fn tiles(zoom: u32) -> Vec<Tile> {
    let corner = |east: f64, north: f64| {
        let (lon, lat) = at(east, north);
        let world = to_world(lon, lat);
        let shift = 32 - zoom;
        ((u64::from(world.x) >> shift) as u32, (u64::from(world.y) >> shift) as u32)
    };
    let ((west, south), (east, north)) = (corner(-100.0, -100.0), corner(4600.0, 2900.0));
    let columns = west.saturating_sub(1)..=east + 1;
    columns
        .flat_map(|x| (north.saturating_sub(1)..=south + 1).map(move |y| (x, y)))
        .filter_map(|(x, y)| Tile::new(zoom, x, y).ok())
        .collect()
}

fn drawn(snapshot: &Snapshot, layer: LayerId, zoom: u32) -> Vec<DecodedFeature> {
    let layers: LayerSet = [layer].into_iter().collect();
    let bytes = tiles(zoom).into_iter().filter_map(|tile| encode(snapshot, Viewer::Public, layers, tile));
    bytes.flat_map(|bytes| decode(&bytes)).flat_map(|layer| layer.features).collect()
}

#[test]
fn drawn_and_counted_are_all_there_is_at_every_zoom() {
    let snapshot = town();
    for layer in [LayerId::Building, LayerId::Facility, LayerId::Community] {
        let all = snapshot.layer(layer, Viewer::Public).unwrap().len() as u64;
        for zoom in 0..=18 {
            let features = drawn(&snapshot, layer, zoom);
            let ids: BTreeSet<u64> = features.iter().filter_map(|feature| feature.id).collect();
            let counted: u64 = features.iter().filter(|f| f.id.is_none()).map(DecodedFeature::count).sum();
            assert_eq!(ids.len() as u64 + counted, all, "{layer} at zoom {zoom}");
            if zoom >= 16 {
                assert_eq!(ids.len() as u64, all, "from zoom 16 on every {layer} is drawn as itself");
            }
        }
        let far: u64 = drawn(&snapshot, layer, 5).len() as u64;
        assert!(far < 8, "{layer}: {far} features for the whole town at zoom 5");
    }
}

#[test]
fn counted_communities_carry_their_households() {
    let snapshot = town();
    let features = drawn(&snapshot, LayerId::Community, 8);
    let households: i64 = features.iter().map(|feature| feature.values["households"].parse::<i64>().unwrap()).sum();
    assert_eq!(households, 60 * 100);
    assert!(features.iter().all(|feature| feature.values.contains_key("pq_count")));
}

#[test]
fn streets_stay_whole_when_they_are_merged() {
    let mut sketch = Sketch::new();
    for i in 0..50 {
        let (from, to) = (f64::from(i) * 60.0, f64::from(i + 1) * 60.0);
        sketch = sketch.street("幸福路", "primary", &[at(from, 0.0), at(to, 0.0)]);
    }
    sketch = sketch.street("和平路", "primary", &[at(0.0, 100.0), at(3000.0, 100.0)]);
    let features = drawn(&sketch.snapshot(), LayerId::Street, 10);
    let happy: Vec<&DecodedFeature> = features.iter().filter(|f| f.values["name"] == "幸福路").collect();
    assert_eq!(happy.iter().map(|f| f.count()).max(), Some(50));
    let peace = features.iter().find(|f| f.values["name"] == "和平路").unwrap();
    assert!(peace.id.is_some() && !peace.values.contains_key("pq_count"), "one alone stays itself: {peace:?}");
}

#[test]
fn the_same_features_in_another_order_give_the_same_bytes() {
    let snapshot = town();
    let reversed = LayerId::ALL.map(|id| {
        let items = snapshot.layer_unmasked(id);
        let ids: Vec<i64> = (1..=items.len() as i64).rev().collect();
        Layer::new(id, ids.iter().map(|id| items.find(*id).unwrap().as_ref().clone()))
    });
    let other = Snapshot::empty(DateTime::UNIX_EPOCH).with_layers(1, DateTime::UNIX_EPOCH, reversed);
    let layers = LayerSet::visible_to(Viewer::Public);
    for zoom in [8, 12, 15] {
        for tile in tiles(zoom) {
            assert_eq!(encode(&snapshot, Viewer::Public, layers, tile), encode(&other, Viewer::Public, layers, tile));
        }
    }
}
