//! Nothing vanishes silently: over all tiles of a zoom, features and counts add up to the items.

use std::collections::HashSet;

use pianqu::domain::{LayerId, Viewer};
use pianqu::geodesy::tile_grid::{Tile, to_world};
use pianqu::snapshot::Snapshot;
use pianqu::tiles;

use crate::support::mvt::decode;
use crate::support::sketch::{Sketch, at, line, square};

/// 600 buildings from shed to hall, 300 facilities of which some share a place, 300 lines from
/// stubs of centimetres to some that cross many tiles; all over ten kilometres, by arithmetic.
fn city() -> Snapshot {
    let place = |i: u32| at(f64::from(i * 7919 % 10_007), f64::from(i * 104_729 % 9_973));
    let mut city = Sketch::new();
    for i in 0..600 {
        let side_m = [1.5, 4.0, 9.0, 25.0, 80.0, 400.0][(i % 6) as usize];
        city = city.feature(LayerId::Building, square(place(i), side_m), &[("households", i64::from(i % 40).into())]);
    }
    for i in 0..300 {
        city = city.facility("设施", "pharmacy", place(i / 2));
    }
    for i in 0..300 {
        let (from, reach) = (place(i + 5000), [0.0000001, 0.0002, 0.003, 0.04][(i % 4) as usize]);
        let kind = ["water", "gas", "power"][(i % 3) as usize];
        city = city.utility_line("L", kind, &[from, (from.0 + reach, from.1 + reach / 3.0)]);
    }
    // One whose attributes nobody shares.
    let street = line(&[at(0.0, 0.0), at(9000.0, 100.0)]);
    city.feature(LayerId::Street, street, &[("name", "迎宾大道".into())]).snapshot()
}

#[test]
fn features_and_counts_add_up_at_every_zoom() {
    let snapshot = city();
    let layers = [LayerId::Building, LayerId::Facility, LayerId::UtilityLine, LayerId::Street];
    for z in 0..=16u32 {
        let mut ids: [HashSet<u64>; 4] = Default::default();
        let mut counts = [0; 4];
        let mut households = 0;
        for tile in tiles_over(z) {
            let Some(bytes) = tiles::encode(&snapshot, Viewer::Everything, layers.into_iter().collect(), tile) else {
                continue;
            };
            for layer in decode(&bytes) {
                let nth = layers.iter().position(|id| id.name() == layer.name).unwrap();
                for feature in layer.features {
                    match (feature.id, feature.values.get("pq_count")) {
                        (Some(id), None) => drop(ids[nth].insert(id)),
                        (None, Some(_)) => counts[nth] += feature.count(),
                        both => panic!("one or the other: {both:?}"),
                    }
                    households += feature.values.get("households").map_or(0, |n| n.parse::<i64>().unwrap());
                }
            }
        }
        for (nth, id) in layers.into_iter().enumerate() {
            let all = snapshot.layer(id, Viewer::Everything).unwrap().len() as u64;
            assert_eq!(ids[nth].len() as u64 + counts[nth], all, "{id} at zoom {z}: {} ids", ids[nth].len());
        }
        // Buildings carry their households only where they are counted.
        let view = snapshot.layer(LayerId::Building, Viewer::Everything).unwrap();
        let not_drawn = view.items().iter().filter(|item| !ids[0].contains(&(item.id as u64)));
        let expected: i64 = not_drawn.map(|item| (item.id - 1) % 40).sum();
        assert_eq!(households, expected, "households at zoom {z}");
    }
}

fn tiles_over(z: u32) -> Vec<Tile> {
    let (south_west, north_east) = (to_world(104.60, 30.08), to_world(104.85, 30.25));
    let column = |x: u32| (u64::from(x) >> (32 - z)) as u32;
    let mut all = Vec::new();
    for x in column(south_west.x)..=column(north_east.x) {
        for y in column(north_east.y)..=column(south_west.y) {
            all.push(Tile::new(z, x, y).unwrap());
        }
    }
    all
}
