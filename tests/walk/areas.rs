//! Reached streets and areas.

use geo::{Area, BoundingRect, Contains, Coord, MultiPolygon, Point};
use pianqu::analysis::reach::{Search, area::area, streets::split};
use pianqu::snapshot::Snapshot;
use pianqu::snapshot::walk::{Places, Walk};

use super::walk;
use crate::support::sketch::{Sketch, on_plane as at};

fn search(walk: &Walk, limit_m: f64) -> Search<'_> {
    let mut search = Search::new(&walk.network);
    search.run((0..walk.facilities.len()).map(|i| walk.facilities.place(i)), limit_m, &|| true);
    search
}

#[test]
fn streets_are_cut_where_the_distance_is_used_up() {
    let city = Sketch::new()
        .street("街", "residential", &[at(-500.0, 0.0), at(500.0, 0.0)])
        .facility("诊所", "health_station", at(0.0, 20.0))
        .snapshot();
    let walk = walk(&city);
    let (reached, rest) = split(&search(&walk, 300.0), 300.0);
    assert_eq!((reached.len(), rest.len()), (1, 2));
    assert!((reached[0].from_m - 220.0).abs() < 1e-4 && (reached[0].to_m - 780.0).abs() < 1e-4, "{reached:?}");
    let length: f64 = reached.iter().chain(&rest).map(|stretch| stretch.to_m - stretch.from_m).sum();
    assert!((length - 1000.0).abs() < 1e-4);
}

/// Places inside an area, by a fixed sequence.
pub fn sample(area: &MultiPolygon<f64>, count: usize) -> Vec<Coord<f64>> {
    let bounds = area.bounding_rect().unwrap();
    let mut state = 7u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let mut found = Vec::new();
    while found.len() < count {
        let place = Coord { x: bounds.min().x + next() * bounds.width(), y: bounds.min().y + next() * bounds.height() };
        if area.contains(&Point(place)) {
            found.push(place);
        }
    }
    found
}

/// Of a thousand places inside none may be beyond the limit by the rule of every walk.
#[track_caller]
pub fn assert_sound(walk: &Walk, search: &Search<'_>, limit_m: f64) -> MultiPolygon<f64> {
    let found = area(search, limit_m, &|| true).unwrap();
    let inside: Vec<_> = sample(&found, 1000).into_iter().enumerate().map(|(i, at)| (i as i64, at, None)).collect();
    let places = Places::new(&walk.network, &inside);
    for i in 0..places.len() {
        let walked = search.nearest(places.place(i));
        assert!(walked.metres().is_some_and(|metres| metres <= limit_m), "{:?}: {walked:?}", places.at[i]);
    }
    found
}

fn grid(city: Sketch) -> Sketch {
    let lines = (-5..=5).map(|i| f64::from(i) * 100.0);
    lines.fold(city, |city, line| {
        let steps = || (-5..=5).map(|i| f64::from(i) * 100.0);
        let across: Vec<_> = steps().map(|x| at(x, line)).collect();
        let along: Vec<_> = steps().map(|y| at(line, y)).collect();
        city.street("横", "residential", &across).street("纵", "residential", &along)
    })
}

#[test]
fn an_area_holds_only_places_within_the_limit() {
    let city = grid(Sketch::new()).facility("诊所", "health_station", at(20.0, 30.0)).snapshot();
    let walk = walk(&city);
    for (limit_m, least) in [(50.0, 0.15), (150.0, 0.4), (300.0, 0.5), (500.0, 0.6)] {
        let found = assert_sound(&walk, &search(&walk, limit_m), limit_m);
        // Of the diamond that a grid allows much is there, and the more the larger it is.
        let share = found.unsigned_area() / (2.0 * limit_m * limit_m);
        assert!(share > least, "{share} of the diamond of {limit_m} m");
    }
}

#[test]
fn an_area_stays_on_its_bank_and_inside_its_wall() {
    let river = |city: Sketch| city.barrier("river", &[at(50.0, -900.0), at(50.0, 900.0)]);
    let city: Snapshot = river(grid(Sketch::new()))
        .barrier("wall", &[at(-350.0, 150.0), at(-20.0, 150.0)])
        .facility("诊所", "health_station", at(20.0, 30.0))
        .snapshot();
    let walk = walk(&city);
    let found = assert_sound(&walk, &search(&walk, 500.0), 500.0);
    let east = walk.network.settings.plane.to_plane(Coord::from(at(50.0, 0.0))).x;
    assert!(found.bounding_rect().unwrap().max().x < east, "it jumps the river");
    assert!(found.unsigned_area() > 50_000.0);
}
