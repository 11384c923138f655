//! What holds of every world: drawn at random, walked by both programs.

use pianqu::analysis::reach::{Search, Walked};
use pianqu::domain::{LayerId, Value, Viewer};
use pianqu::snapshot::walk::{Walk, WalkSettings};
use pianqu::snapshot::{Item, Snapshot};
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

/// Something that an editor does.
#[derive(Debug, Clone)]
enum Edit {
    AddStreet(Vec<(i32, i32)>, bool),
    RemoveStreet(usize),
    AddWall(Vec<(i32, i32)>),
    RemoveWall(usize),
    TurnGate(usize),
    AddBuilding((i32, i32)),
    RemoveBuilding(usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    let line = || prop::collection::vec(place(), 2..4);
    prop_oneof![
        (line(), prop::bool::weighted(0.2)).prop_map(|(line, is_bridge)| Edit::AddStreet(line, is_bridge)),
        (0..20_usize).prop_map(Edit::RemoveStreet),
        line().prop_map(Edit::AddWall),
        (0..20_usize).prop_map(Edit::RemoveWall),
        (0..20_usize).prop_map(Edit::TurnGate),
        place().prop_map(Edit::AddBuilding),
        (0..20_usize).prop_map(Edit::RemoveBuilding),
    ]
}

/// The snapshot with something written or removed as a node does it: what stays is shared.
fn edited(snapshot: &Snapshot, edit: &Edit) -> Snapshot {
    let items = |layer| snapshot.layer(layer, Viewer::Public).unwrap().items();
    let id = |layer, n: usize| items(layer).get(n % items(layer).len().max(1)).map(|item| item.id);
    // The one feature of a sketch, under the id after the last, or before the first as a scenario's are.
    let added = |layer, sketch: Sketch| {
        let new = sketch.snapshot();
        let mut item = Item::clone(&new.layer(layer, Viewer::Public).unwrap().items()[0]);
        let count = items(layer).len() as i64;
        item.id = if count % 2 == 0 { items(layer).last().map_or(1, |last| last.id + 1) } else { -count };
        (layer, vec![item], Vec::new())
    };
    let removed = |layer, n| (layer, Vec::new(), id(layer, n).into_iter().collect());
    let lines = |places: &[(i32, i32)]| {
        let mut places = places.to_vec();
        places.dedup();
        if places.len() < 2 { vec![(0, 0), (1, 1)] } else { places }
    };
    let (layer, written, removed): (LayerId, Vec<_>, Vec<i64>) = match edit {
        Edit::AddStreet(places, is_bridge) => {
            let line = line(&lines(places).iter().map(|p| at(*p)).collect::<Vec<_>>());
            let values = [("street_class", "footway".into()), ("is_bridge", (*is_bridge).into())];
            added(LayerId::Street, Sketch::new().feature(LayerId::Street, line, &values))
        }
        Edit::AddWall(places) => {
            let places: Vec<_> = lines(places).iter().map(|p| off(*p, 3.3)).collect();
            added(LayerId::Barrier, Sketch::new().barrier("wall", &places))
        }
        Edit::AddBuilding(place) => added(LayerId::Building, Sketch::new().building("楼", off(*place, 4.7))),
        Edit::RemoveStreet(n) => removed(LayerId::Street, *n),
        Edit::RemoveWall(n) => removed(LayerId::Barrier, *n),
        Edit::RemoveBuilding(n) => removed(LayerId::Building, *n),
        Edit::TurnGate(n) => {
            let field = LayerId::Gate.describe().field("is_open").unwrap().0;
            let turned = id(LayerId::Gate, *n).map(|id| {
                let mut item = Item::clone(snapshot.layer_unmasked(LayerId::Gate).find(id).unwrap());
                let is_open = item.values[field] == Value::Boolean(true);
                let mut values = item.values.to_vec();
                values[field] = Value::Boolean(!is_open);
                item.values = values.into();
                item
            });
            (LayerId::Gate, turned.into_iter().collect(), Vec::new())
        }
    };
    let layer = snapshot.layer_unmasked(layer).with_changes(written, &removed);
    snapshot.with_layers(snapshot.revision + 1, snapshot.taken_at, [layer])
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
    fn edits_give_what_a_network_made_anew_gives(world in world(), edits in prop::collection::vec(edit(), 1..6)) {
        let settings = WalkSettings { access_m: 60.0, ..WalkSettings::default() };
        let mut snapshot = world.snapshot();
        let mut walk = Walk::of(&snapshot, settings);
        for edit in &edits {
            snapshot = edited(&snapshot, edit);
            walk = Walk::after(Some(&walk), &snapshot, settings);
            let anew = Walk::of(&snapshot, settings);
            prop_assert_eq!(&*walk.buildings, &*anew.buildings);
            prop_assert_eq!(&*walk.facilities, &*anew.facilities);
            prop_assert_eq!(ours(&walk), ours(&anew));
        }
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
