//! What holds of every world: drawn at random, walked by both programs.

use pianqu::analysis::reach::{Search, Walked};
use pianqu::domain::LayerId;
use pianqu::snapshot::Snapshot;
use pianqu::snapshot::walk::{Walk, WalkSettings};
use proptest::prelude::*;

use super::plain::Plain;
use super::{assert_same, ours};
use crate::support::sketch::{Sketch, line, on_plane, point, square};

/// A world of a kilometre, in whole steps of ten metres, so that things meet, touch and overlap.
#[derive(Debug, Clone)]
struct World {
    streets: Vec<(Vec<(i32, i32)>, bool)>,
    walls: Vec<Vec<(i32, i32)>>,
    rivers: Vec<(i32, i32)>,
    gates: Vec<((i32, i32), bool)>,
    compounds: Vec<(i32, i32)>,
    buildings: Vec<(i32, i32)>,
    facilities: Vec<(i32, i32)>,
}

fn place() -> impl Strategy<Value = (i32, i32)> {
    (-20..=20, -20..=20)
}

fn world() -> impl Strategy<Value = World> {
    let many = |strategy, n: std::ops::Range<usize>| prop::collection::vec(strategy, n);
    let line = || prop::collection::vec(place(), 2..5);
    (
        prop::collection::vec((line(), prop::bool::weighted(0.15)), 2..14),
        prop::collection::vec(line(), 0..4),
        many(place(), 0..2),
        prop::collection::vec((place(), any::<bool>()), 0..5),
        many(place(), 0..2),
        many(place(), 1..8),
        many(place(), 1..5),
    )
        .prop_map(|(streets, walls, rivers, gates, compounds, buildings, facilities)| World {
            streets,
            walls,
            rivers,
            gates,
            compounds,
            buildings,
            facilities,
        })
}

/// Tens of metres, a little askew so that no decision hangs on the last bit of a float.
fn at((x, y): (i32, i32)) -> (f64, f64) {
    on_plane(f64::from(x) * 10.0, f64::from(y) * 10.0)
}

/// Places of houses are off the grid: nobody is as far from two streets as from one.
fn off((x, y): (i32, i32), by: f64) -> (f64, f64) {
    on_plane(f64::from(x) * 10.0 + by, f64::from(y) * 10.0 + 0.37 * by)
}

impl World {
    fn snapshot(&self) -> Snapshot {
        let mut city = Sketch::new();
        for (places, is_bridge) in &self.streets {
            let mut places = places.clone();
            places.dedup();
            if places.len() > 1 {
                let line = line(&places.iter().map(|p| at(*p)).collect::<Vec<_>>());
                let values = [("street_class", "footway".into()), ("is_bridge", (*is_bridge).into())];
                city = city.feature(LayerId::Street, line, &values);
            }
        }
        for places in &self.walls {
            // Walls run between the grid's lines.
            city = city.barrier("wall", &places.iter().map(|p| off(*p, 3.3)).collect::<Vec<_>>());
        }
        for place in &self.rivers {
            let values = [("barrier_kind", "river".into())];
            city = city.feature(LayerId::Barrier, square(off(*place, 4.1), 120.0), &values);
        }
        for (place, is_open) in &self.gates {
            city = city.feature(LayerId::Gate, point(off(*place, 2.2)), &[("is_open", (*is_open).into())]);
        }
        for place in &self.compounds {
            let values = [("name", "小区".into())];
            city = city.feature(LayerId::Community, square(off(*place, 1.7), 150.0), &values);
        }
        for place in &self.buildings {
            city = city.building("楼", off(*place, 4.7));
        }
        for place in &self.facilities {
            city = city.facility("诊所", "health_station", off(*place, 6.3));
        }
        city.snapshot()
    }

    fn walk(&self) -> Walk {
        Walk::of(&self.snapshot(), WalkSettings::default())
    }

    fn metres(&self) -> Vec<f64> {
        ours(&self.walk())
    }
}

/// Rounding apart, no longer than before.
fn is_no_shorter(after: &[f64], before: &[f64]) -> bool {
    after.iter().zip(before).all(|(after, before)| *after >= before - 1e-6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn walks_are_those_of_a_plain_search(world in world()) {
        let snapshot = world.snapshot();
        let plain = Plain::of(&snapshot, WalkSettings::default().plane);
        assert_same(&world.metres(), &plain.nearest(), "a drawn world");
    }

    #[test]
    fn a_wall_never_shortens_a_walk(world in world(), wall in prop::collection::vec(place(), 2..4)) {
        let before = world.metres();
        let mut walled = world.clone();
        walled.walls.push(wall);
        prop_assert!(is_no_shorter(&walled.metres(), &before));
        let mut wet = world.clone();
        wet.rivers.push((0, 0));
        prop_assert!(is_no_shorter(&wet.metres(), &before));
        let mut closed = world;
        closed.gates.iter_mut().for_each(|gate| gate.1 = false);
        prop_assert!(is_no_shorter(&closed.metres(), &before));
    }

    #[test]
    fn a_facility_more_lengthens_no_walk_and_order_does_not_matter(world in world(), more in place()) {
        let before = world.metres();
        let mut richer = world.clone();
        richer.facilities.push(more);
        prop_assert!(is_no_shorter(&before, &richer.metres()));
        let mut turned = world;
        turned.streets.reverse();
        turned.streets.iter_mut().for_each(|street| street.0.reverse());
        turned.walls.reverse();
        turned.facilities.reverse();
        let turned = turned.metres();
        prop_assert!(is_no_shorter(&turned, &before) && is_no_shorter(&before, &turned));
    }

    #[test]
    fn a_longer_limit_reaches_whoever_a_shorter_one_reaches(world in world(), short in 10.0..400.0f64) {
        let walk = world.walk();
        let reached = |limit_m| -> Vec<Walked> {
            let mut search = Search::new(&walk.network);
            search.run((0..walk.facilities.len()).map(|i| walk.facilities.place(i)), limit_m, &|| true);
            (0..walk.buildings.len()).map(|i| search.nearest(walk.buildings.place(i))).collect()
        };
        let (near, far) = (reached(short), reached(short * 1.7));
        for (near, far) in near.iter().zip(&far) {
            match near {
                Walked::Metres(..) => prop_assert_eq!(near, far),
                Walked::NoPath => prop_assert_eq!(far, &Walked::NoPath),
                Walked::BeyondLimit => prop_assert!(far.metres().is_none_or(|metres| metres > short)),
            }
        }
    }
}
