//! What stands where: nothing overlaps that must not.

use geo::{Area, BooleanOps, Contains, Distance, Euclidean, Geometry, Intersects, MultiPolygon, Point, Relate};
use pianqu::domain::{LayerId, Viewer};
use pianqu::geodesy::gauss_kruger::EPSG_4544;
use pianqu::geodesy::measure::area_m2;
use pianqu::sample::{City, Feature};
use pianqu::snapshot::{Item, Shape, ShapeGeometry, Snapshot};

fn areas(feature: &Feature) -> &MultiPolygon<f64> {
    match &feature.geometry {
        Geometry::MultiPolygon(areas) => areas,
        other => panic!("not an area: {other:?}"),
    }
}

fn shape_areas(item: &Item) -> &MultiPolygon<f64> {
    match item.shape.geometry() {
        ShapeGeometry::Areas(areas) => areas,
        other => panic!("not an area: {other:?}"),
    }
}

fn snapshots() -> impl Iterator<Item = Snapshot> {
    super::cities().map(|(_, city)| city.into_snapshot(chrono::DateTime::UNIX_EPOCH))
}

/// Pairs of areas of one layer that meet at all.
fn meeting(snapshot: &Snapshot, id: LayerId) -> Vec<(i64, i64)> {
    let view = snapshot.layer(id, Viewer::Everything).unwrap();
    let mut pairs = Vec::new();
    for item in view.items() {
        for other in view.in_box(item.bounds()).filter(|other| other.id > item.id) {
            if shape_areas(item).intersects(shape_areas(other)) {
                pairs.push((item.id, other.id));
            }
        }
    }
    pairs
}

#[test]
fn communities_are_apart() {
    for snapshot in snapshots() {
        assert_eq!(meeting(&snapshot, LayerId::Community), []);
    }
}

#[test]
fn buildings_are_apart_and_neither_in_the_river_nor_on_a_street() {
    for snapshot in snapshots() {
        assert_eq!(meeting(&snapshot, LayerId::Building), []);
        let buildings = snapshot.layer(LayerId::Building, Viewer::Everything).unwrap();
        for id in [LayerId::Barrier, LayerId::Street] {
            let crossed = snapshot.layer(id, Viewer::Everything).unwrap();
            for item in crossed.items() {
                for building in buildings.in_box(item.bounds()) {
                    let building_areas = shape_areas(building);
                    let meets = match item.shape.geometry() {
                        ShapeGeometry::Areas(areas) => areas.intersects(building_areas),
                        ShapeGeometry::Lines(lines) => lines.intersects(building_areas),
                        ShapeGeometry::Point(point) => point.intersects(building_areas),
                    };
                    assert!(!meets, "building {} meets {id} {}", building.id, item.id);
                }
            }
        }
    }
}

#[test]
fn buildings_lie_in_their_community() {
    for (_, city) in super::cities() {
        let community = |code: &str| city.layer(LayerId::Community).iter().find(|it| it.text("code") == Some(code));
        for building in city.layer(LayerId::Building) {
            if let Some(code) = building.text("community_code") {
                let community = community(code).unwrap_or_else(|| panic!("no community {code}"));
                assert!(areas(community).relate(areas(building)).is_contains(), "{:?}", building.text("code"));
            }
        }
    }
}

#[test]
fn gates_stand_on_the_boundary_of_their_community() {
    for (_, city) in super::cities() {
        let mut seen = 0;
        for gate in city.layer(LayerId::Gate) {
            let (Some(code), Geometry::Point(at)) = (gate.text("community_code"), &gate.geometry) else { continue };
            let community = city.layer(LayerId::Community).iter().find(|it| it.text("code") == Some(code)).unwrap();
            let at = Point(EPSG_4544.to_plane(at.0));
            let rings = EPSG_4544.project(areas(community));
            let apart_m = rings.iter().map(|area| Euclidean.distance(&at, area.exterior())).fold(f64::MAX, f64::min);
            assert!(apart_m < 1.0, "{apart_m} m");
            seen += 1;
        }
        assert!(seen >= city.layer(LayerId::Community).len() / 2, "only {seen} gates");
    }
}

#[test]
fn districts_tile_the_city() {
    for (_, city) in super::cities() {
        let total = |id| city.layer(id).iter().map(|it| area_m2(areas(it))).sum::<f64>();
        let whole = total(LayerId::Subdistrict);
        for id in [LayerId::ResponsibleBody, LayerId::Neighbourhood] {
            assert!((total(id) / whole - 1.0).abs() < 1e-6, "{id}: {} of {whole}", total(id));
            let list = city.layer(id);
            for (i, one) in list.iter().enumerate() {
                for other in &list[i + 1..] {
                    // A metre strip of a degree square, in degrees: what rounding may leave.
                    assert!(areas(one).intersection(areas(other)).unsigned_area() < 1e-10, "{id} overlap");
                }
            }
        }
        for building in city.layer(LayerId::Building) {
            let at = areas(building).0[0].exterior().0[0];
            let inside = city.layer(LayerId::Subdistrict).iter().filter(|it| areas(it).contains(&Point(at))).count();
            assert_eq!(inside, 1);
        }
    }
}

#[test]
fn every_feature_becomes_an_item() {
    let (_, city) = super::cities().next().unwrap();
    let count: usize = LayerId::ALL.iter().map(|&id| city.layer(id).len()).sum();
    assert_eq!(city_shapes(&city), count);
    assert_eq!(city.into_snapshot(chrono::DateTime::UNIX_EPOCH).feature_count(), count);
}

fn city_shapes(city: &City) -> usize {
    LayerId::ALL.iter().flat_map(|&id| city.layer(id)).filter(|it| Shape::new(it.geometry.clone()).is_ok()).count()
}
