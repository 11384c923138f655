//! Each rule of docs/walking.md in a world of its own.

use pianqu::analysis::reach::Walked;
use pianqu::domain::LayerId;
use pianqu::snapshot::walk::CutCause;

use super::{first, is, walk, walked};
use crate::support::sketch::{Sketch, line, on_plane as at, square};

/// A street from west to east, a house 30 m north of its beginning, a clinic 20 m south of its end.
fn street(places: &[(f64, f64)]) -> Sketch {
    Sketch::new().street("街", "residential", places).building("楼", at(0.0, 30.0)).facility(
        "诊所",
        "health_station",
        at(200.0, -20.0),
    )
}

#[test]
fn a_walk_joins_the_street_at_its_nearest_point_at_both_ends() {
    let city = street(&[at(-50.0, 0.0), at(300.0, 0.0)]).snapshot();
    is(first(&city, 1000.0), 30.0 + 200.0 + 20.0);
}

#[test]
fn the_limit_is_reached_and_not_passed() {
    let city = street(&[at(-50.0, 0.0), at(300.0, 0.0)]).snapshot();
    let Walked::Metres(exact, 0) = first(&city, 1000.0) else { panic!("there is a way") };
    assert_eq!(first(&city, exact), Walked::Metres(exact, 0), "at the limit is within it");
    assert_eq!(first(&city, exact.next_down()), Walked::BeyondLimit);
}

#[test]
fn a_junction_more_changes_no_walk() {
    let plain = street(&[at(-50.0, 0.0), at(300.0, 0.0)]).snapshot();
    let noded = street(&[at(-50.0, 0.0), at(40.0, 0.0), at(300.0, 0.0)]).street(
        "支",
        "footway",
        &[at(40.0, 0.0), at(40.0, -90.0)],
    );
    assert!((first(&plain, 1e4).metres().unwrap() - first(&noded.snapshot(), 1e4).metres().unwrap()).abs() < 1e-6);
}

#[test]
fn streets_meet_where_they_share_a_vertex_or_one_ends_upon_another_and_not_where_they_merely_cross() {
    let two = |second: &[(f64, f64)]| {
        let city = Sketch::new()
            .street("横", "residential", &[at(-100.0, 0.0), at(0.0, 0.0), at(400.0, 0.0)])
            .street("纵", "residential", second)
            .building("楼", at(-90.0, 5.0));
        first(&city.facility("诊所", "health_station", at(205.0, 390.0)).snapshot(), 2000.0)
    };
    is(two(&[at(200.0, 0.0), at(200.0, 400.0)]), 5.0 + 290.0 + 390.0 + 5.0);
    is(two(&[at(200.0, 0.05), at(200.0, 400.0)]), 5.0 + 290.0 + 389.95 + 5.0);
    assert_eq!(two(&[at(200.0, -50.0), at(200.0, 400.0)]), Walked::NoPath, "one passes above the other");
    assert_eq!(two(&[at(200.0, 0.2), at(200.0, 400.0)]), Walked::NoPath, "a gap is a gap");
    is(two(&[at(0.0, 0.0), at(200.0, 0.0), at(200.0, 400.0)]), 5.0 + 290.0 + 390.0 + 5.0);
}

#[test]
fn the_better_of_two_streets_around_is_taken() {
    // The nearer street leads nowhere near; the one behind the house does.
    let city = Sketch::new()
        .street("近", "residential", &[at(-100.0, 0.0), at(500.0, 0.0)])
        .street("背", "residential", &[at(-100.0, 60.0), at(500.0, 60.0)])
        .street("连", "residential", &[at(500.0, 0.0), at(500.0, 60.0)])
        .building("楼", at(0.0, 20.0))
        .facility("诊所", "health_station", at(100.0, 65.0));
    is(first(&city.snapshot(), 2000.0), 40.0 + 100.0 + 5.0);
}

#[test]
fn a_leg_does_not_cross_another_street() {
    let city = Sketch::new()
        .street("近", "residential", &[at(-100.0, 0.0), at(500.0, 0.0)])
        .street("远", "residential", &[at(-100.0, -60.0), at(500.0, -60.0)])
        .building("楼", at(0.0, 20.0))
        .facility("诊所", "health_station", at(100.0, -65.0));
    assert_eq!(first(&city.snapshot(), 2000.0), Walked::NoPath);
}

#[test]
fn legs_have_a_limit() {
    let far = |north| {
        Sketch::new().street("街", "residential", &[at(-50.0, 0.0), at(300.0, 0.0)]).building("楼", at(0.0, north))
    };
    let clinic = |city: Sketch| city.facility("诊所", "health_station", at(10.0, 0.0)).snapshot();
    is(first(&clinic(far(149.9)), 1000.0), 159.9);
    assert_eq!(first(&clinic(far(150.1)), 1000.0), Walked::NoPath);
}

#[test]
fn nobody_climbs_a_bridge_from_beside_it() {
    let city = Sketch::new().bridge(&[at(-50.0, 0.0), at(300.0, 0.0)]).building("楼", at(100.0, 10.0)).facility(
        "诊所",
        "health_station",
        at(310.0, 0.0),
    );
    assert_eq!(first(&city.snapshot(), 1000.0), Walked::NoPath);
}

#[test]
fn expressways_and_streets_that_say_so_are_not_walked() {
    for values in [
        vec![("street_class", "expressway".into())],
        vec![("street_class", "footway".into()), ("is_walkable", false.into())],
    ] {
        let way = line(&[at(-50.0, 0.0), at(300.0, 0.0)]);
        let city = Sketch::new().feature(LayerId::Street, way, &values).building("楼", at(0.0, 30.0));
        let city = city.facility("诊所", "health_station", at(200.0, -20.0)).snapshot();
        assert_eq!(first(&city, 1000.0), Walked::NoPath);
    }
}

/// Two banks, a street on each, a house on the west bank and a clinic on the east bank.
fn river(is_area: bool) -> Sketch {
    let city = Sketch::new()
        .street("西", "residential", &[at(-60.0, -500.0), at(-60.0, 0.0), at(-60.0, 500.0)])
        .street("东", "residential", &[at(60.0, -500.0), at(60.0, 0.0), at(60.0, 500.0)])
        .building("楼", at(-80.0, 300.0))
        .facility("诊所", "health_station", at(80.0, 300.0));
    if is_area {
        let water = geo::Polygon::new(
            geo::LineString::from(vec![at(-40.0, -900.0), at(40.0, -900.0), at(40.0, 900.0), at(-40.0, 900.0)]),
            vec![],
        );
        city.feature(LayerId::Barrier, geo::Geometry::Polygon(water), &[("barrier_kind", "river".into())])
    } else {
        city.barrier("river", &[at(0.0, -900.0), at(0.0, 900.0)])
    }
}

#[test]
fn a_river_is_crossed_on_a_bridge_only_and_a_footway_without_one_is_cut_and_reported() {
    for is_area in [false, true] {
        assert_eq!(first(&river(is_area).snapshot(), 5000.0), Walked::NoPath);
        let over = [at(-60.0, 0.0), at(60.0, 0.0)];
        is(first(&river(is_area).bridge(&over).snapshot(), 5000.0), 20.0 + 300.0 + 120.0 + 300.0 + 20.0);

        let city = river(is_area).street("汀步", "footway", &over).snapshot();
        assert_eq!(first(&city, 5000.0), Walked::NoPath);
        let cuts = walk(&city).network.cuts.clone();
        assert_eq!(cuts.len(), 1, "{cuts:?}");
        assert_eq!((cuts[0].street_id, cuts[0].cause), (3, CutCause::Barrier(1)));
    }
}

#[test]
fn a_railway_is_crossed_where_the_street_shares_a_vertex_with_it() {
    let city = |railway: &[(f64, f64)]| {
        let city = street(&[at(-50.0, 0.0), at(100.0, 0.0), at(300.0, 0.0)]);
        first(&city.barrier("railway", railway).snapshot(), 1000.0)
    };
    assert_eq!(city(&[at(100.0, -500.0), at(100.0, 500.0)]), Walked::NoPath);
    is(city(&[at(100.0, -500.0), at(100.0, 0.0), at(100.0, 500.0)]), 250.0);
}

#[test]
fn a_house_behind_a_wall_walks_the_other_way() {
    // 10 m to the street behind the wall, 50 m to the one in front.
    let city = |with_wall: bool| {
        let city = Sketch::new()
            .street("墙外", "residential", &[at(-100.0, -10.0), at(400.0, -10.0)])
            .street("门前", "residential", &[at(-100.0, 50.0), at(400.0, 50.0)])
            .building("楼", at(0.0, 0.0))
            .facility("诊所", "health_station", at(300.0, -15.0));
        let wall = [at(-200.0, -5.1), at(399.0, -5.1)];
        let city = if with_wall { city.barrier("wall", &wall) } else { city };
        first(&city.street("连", "footway", &[at(400.0, -10.0), at(400.0, 50.0)]).snapshot(), 3000.0)
    };
    is(city(false), 10.0 + 300.0 + 5.0);
    is(city(true), 50.0 + 400.0 + 60.0 + 100.0 + 5.0);
}

/// A walled compound with one gate to the south, a house in it, and a street around.
fn compound(is_open: bool) -> Sketch {
    Sketch::new()
        .feature(
            LayerId::Community,
            square(at(0.0, 0.0), 200.0),
            &[("name", "和平小区".into()), ("households", 100.into())],
        )
        .street("南", "residential", &[at(-150.0, -110.0), at(500.0, -110.0)])
        .street("北", "residential", &[at(-150.0, 110.0), at(500.0, 110.0)])
        .building("楼", at(0.0, 60.0))
        .gate(is_open, at(0.0, -100.0))
}

#[test]
fn a_walk_leaves_a_compound_through_an_open_gate() {
    let clinic = |city: Sketch| city.facility("诊所", "health_station", at(300.0, -110.0)).snapshot();
    // The square of a sketch is good to half a per cent, its gate exact: so an oblong of tolerance.
    let Walked::Metres(metres, _) = first(&clinic(compound(true)), 2000.0) else { panic!("there is a gate") };
    assert!((metres - (160.0 + 10.0 + 300.0)).abs() < 1e-4, "{metres}");
    assert_eq!(first(&clinic(compound(false)), 2000.0), Walked::NoPath, "the only gate is closed");
}

#[test]
fn without_known_gates_a_compound_has_no_edge() {
    let city = Sketch::new()
        .feature(LayerId::Community, square(at(0.0, 0.0), 200.0), &[("name", "和平小区".into())])
        .street("北", "residential", &[at(-150.0, 110.0), at(500.0, 110.0)])
        .building("楼", at(0.0, 60.0))
        .facility("诊所", "health_station", at(300.0, 110.0));
    is(first(&city.snapshot(), 2000.0), 350.0);
}

#[test]
fn within_a_compound_one_walks_straight() {
    let city = compound(false).facility("诊所", "health_station", at(30.0, 20.0));
    is(first(&city.snapshot(), 2000.0), 50.0);
    let walled = compound(false).facility("诊所", "health_station", at(30.0, 20.0));
    let walled = walled.barrier("wall", &[at(-90.0, 40.0), at(90.0, 40.0)]);
    assert_eq!(first(&walled.snapshot(), 2000.0), Walked::NoPath);
}

#[test]
fn a_closed_gate_closes_the_street_on_which_it_stands() {
    let city = |is_open| street(&[at(-50.0, 0.0), at(300.0, 0.0)]).gate(is_open, at(100.0, 0.0)).snapshot();
    is(first(&city(true), 1000.0), 250.0);
    assert_eq!(first(&city(false), 1000.0), Walked::NoPath);
    assert_eq!(walk(&city(false)).network.cuts[0].cause, CutCause::Gate(1));
}

#[test]
fn an_open_gate_opens_the_wall() {
    let city = |is_open| {
        let city = street(&[at(-50.0, 0.0), at(300.0, 0.0)]).barrier("wall", &[at(100.0, -200.0), at(100.0, 200.0)]);
        city.gate(is_open, at(100.0, 3.0)).snapshot()
    };
    is(first(&city(true), 1000.0), 250.0);
    assert_eq!(first(&city(false), 1000.0), Walked::NoPath);
}

#[test]
fn an_open_gate_joins_the_lanes_on_its_two_sides() {
    // The lane inside ends 6 m before the gate, the footway outside begins at it.
    let city = |is_open| {
        compound(is_open)
            .street("内", "service", &[at(0.0, 90.0), at(0.0, -94.0)])
            .street("外", "footway", &[at(0.0, -100.0), at(0.0, -110.0)])
            .facility("诊所", "health_station", at(300.0, -110.0))
            .snapshot()
    };
    let Walked::Metres(metres, _) = first(&city(true), 2000.0) else { panic!("the gate is open") };
    assert!((metres - 470.0).abs() < 1e-4, "{metres}");
    assert_eq!(first(&city(false), 2000.0), Walked::NoPath);
    let parts = |is_open| walk(&city(is_open)).network.components.sizes.len();
    assert_eq!(parts(false), parts(true) + 2, "lane and gate hang on the street of the south");
}

#[test]
fn of_facilities_equally_far_the_first_is_named_and_order_does_not_matter() {
    let city = |swap: bool| {
        let (a, b) = (("甲", at(100.0, 0.0)), ("乙", at(-100.0, 0.0)));
        let (a, b) = if swap { (b, a) } else { (a, b) };
        let city = Sketch::new().street("街", "residential", &[at(-200.0, 0.0), at(0.0, 0.0), at(200.0, 0.0)]);
        let city = city.facility(a.0, "pharmacy", a.1).facility(b.0, "pharmacy", b.1);
        city.building("楼", at(0.0, 20.0)).snapshot()
    };
    let (one, other) = (first(&city(false), 500.0), first(&city(true), 500.0));
    assert!((one.metres().unwrap() - other.metres().unwrap()).abs() < 1e-6);
}

#[test]
fn parallel_edges_are_kept_and_the_shortest_is_walked() {
    let city = Sketch::new()
        .street("直", "residential", &[at(0.0, 0.0), at(200.0, 0.0)])
        .street("弯", "residential", &[at(0.0, 0.0), at(100.0, 150.0), at(200.0, 0.0)])
        .street("西", "residential", &[at(-50.0, 0.0), at(0.0, 0.0)])
        .street("东", "residential", &[at(200.0, 0.0), at(250.0, 0.0)])
        .building("楼", at(-50.0, 0.0))
        .facility("诊所", "health_station", at(250.0, 0.0))
        .snapshot();
    is(first(&city, 1000.0), 300.0);
    let network = &walk(&city).network;
    assert_eq!(network.streets.edges.len(), 4);
    assert_eq!(network.graph.arc_count(), 6, "each way once");
}

#[test]
fn a_facility_beside_the_house_is_not_walked_to_by_a_junction() {
    let city = Sketch::new()
        .street("街", "residential", &[at(-1000.0, 0.0), at(1000.0, 0.0)])
        .building("楼", at(10.0, 20.0))
        .facility("诊所", "health_station", at(40.0, -20.0));
    is(first(&city.snapshot(), 300.0), 20.0 + 30.0 + 20.0);
}

#[test]
fn nothing_is_far_from_nothing() {
    let empty = walk(&Sketch::new().snapshot());
    assert!(walked(&empty, 500.0).is_empty());
    assert_eq!(empty.network.components.largest_share(), 1.0);
    let lonely = Sketch::new().building("楼", at(0.0, 0.0)).snapshot();
    assert_eq!(first(&lonely, 500.0), Walked::NoPath);
}
