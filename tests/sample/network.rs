//! The streets as a network.

use std::collections::HashMap;

use geo::{Coord, Geometry, Intersects, Line, LineString, MultiLineString};
use pianqu::domain::{LayerId, Value, Viewer};
use pianqu::geodesy::measure::length_m;
use pianqu::sample::City;
use pianqu::snapshot::ShapeGeometry;

fn streets(city: &City) -> Vec<&LineString<f64>> {
    let line = |geometry| match geometry {
        &Geometry::MultiLineString(MultiLineString(ref lines)) if lines.len() == 1 => &lines[0],
        other => panic!("a street of several parts: {other:?}"),
    };
    city.layer(LayerId::Street).iter().map(|it| line(&it.geometry)).collect()
}

fn key(at: Coord<f64>) -> (i64, i64) {
    ((at.x * 1e7).round() as i64, (at.y * 1e7).round() as i64)
}

fn root(parents: &mut [usize], mut i: usize) -> usize {
    while parents[i] != i {
        parents[i] = parents[parents[i]];
        i = parents[i];
    }
    i
}

#[test]
fn nearly_all_streets_hang_together() {
    for (_, city) in super::cities() {
        let streets = streets(&city);
        let mut nodes = HashMap::new();
        let mut parents: Vec<usize> = Vec::new();
        let mut ends = Vec::new();
        for street in &streets {
            let mut node = |at| {
                *nodes.entry(key(at)).or_insert_with(|| {
                    parents.push(parents.len());
                    parents.len() - 1
                })
            };
            let (a, b) = (node(street.0[0]), node(street.0[street.0.len() - 1]));
            ends.push(a);
            let (a, b) = (root(&mut parents, a), root(&mut parents, b));
            parents[a] = b;
        }
        let mut lengths: HashMap<usize, f64> = HashMap::new();
        for (street, end) in streets.iter().zip(ends) {
            let metres = length_m(&MultiLineString(vec![(*street).clone()]));
            assert!(metres > 0.1, "a street of {metres} m");
            *lengths.entry(root(&mut parents, end)).or_default() += metres;
        }
        let whole: f64 = lengths.values().sum();
        let largest = lengths.values().copied().fold(0.0, f64::max);
        assert!(largest / whole >= 0.97, "{} components, {:.3} in the largest", lengths.len(), largest / whole);
        // A closed gate leaves a stub outside, never a piece of its own.
        assert_eq!(lengths.len(), 1, "no street is cut off");
    }
}

#[test]
fn streets_meet_at_their_ends_only() {
    for (_, city) in super::cities() {
        let snapshot = city.into_snapshot(chrono::DateTime::UNIX_EPOCH);
        let view = snapshot.layer(LayerId::Street, Viewer::Everything).unwrap();
        let line = |shape: &ShapeGeometry| match shape {
            ShapeGeometry::Lines(lines) => lines.0[0].clone(),
            other => panic!("not a line: {other:?}"),
        };
        for item in view.items() {
            let one = line(item.shape.geometry());
            let ends = [key(one.0[0]), key(one.0[one.0.len() - 1])];
            for other in view.in_box(item.bounds()).filter(|other| other.id > item.id) {
                let two = line(other.shape.geometry());
                let meet = [key(two.0[0]), key(two.0[two.0.len() - 1])].iter().any(|end| ends.contains(end));
                if !meet {
                    assert!(!one.intersects(&two), "streets {} and {} cross without a node", item.id, other.id);
                    continue;
                }
                // They share an end; away from it they must not touch.
                let inner = |line: &LineString<f64>| -> Vec<Line<f64>> { line.lines().collect() };
                let crossings = inner(&one)
                    .iter()
                    .flat_map(|a| inner(&two).into_iter().map(move |b| (*a, b)))
                    .filter(|(a, b)| a.intersects(b))
                    .filter(|(a, b)| {
                        let corners = [key(a.start), key(a.end)];
                        ![key(b.start), key(b.end)].iter().any(|at| corners.contains(at))
                    })
                    .count();
                assert_eq!(crossings, 0, "streets {} and {} cross beside their node", item.id, other.id);
            }
        }
    }
}

#[test]
fn only_bridges_cross_the_river() {
    for (_, city) in super::cities() {
        let river = city.layer(LayerId::Barrier).iter().find(|it| it.text("barrier_kind") == Some("river")).unwrap();
        let Geometry::MultiPolygon(river) = &river.geometry else { panic!("the river is an area") };
        let mut bridges = 0;
        for street in city.layer(LayerId::Street) {
            let Geometry::MultiLineString(lines) = &street.geometry else { panic!("a street is a line") };
            let is_bridge = street.value("is_bridge") == Some(&Value::Boolean(true));
            assert_eq!(lines.intersects(river), is_bridge, "{:?}", street.text("name"));
            bridges += usize::from(is_bridge);
        }
        assert!(bridges >= 3, "{bridges} bridges");
    }
}
