//! New York: streets that share vertices and are not split where they meet, by other people's hands.

use pianqu::domain::{LayerId, Value, Viewer};
use pianqu::ingest::Request;
use pianqu::snapshot::walk::{Walk, representative_point};
use pianqu::snapshot::{Item, Layer, Shape, Snapshot};

use super::plain::Plain;
use super::{assert_same, ours};
use crate::support::real::{settings_of, snapshot};
use crate::support::shared_data;

/// A part of Manhattan, because the plain search looks at everything.
const WINDOW: [f64; 4] = [-73.998, 40.733, -73.976, 40.751];

/// Every so many buildings hold a facility.
const FACILITY_EVERY: usize = 250;

#[test]
fn walks_in_new_york_are_those_of_a_plain_search() {
    let (Some(buildings), Some(roads)) =
        (shared_data("new-york/nyc_buildings.gpkg"), shared_data("new-york/nyc_roads.gpkg"))
    else {
        return;
    };
    let whole = snapshot(&[Request::new(buildings, LayerId::Building), Request::new(roads, LayerId::Street)]);
    let city = window(&whole);
    let settings = settings_of(&city);
    let walk = Walk::of(&city, settings);
    let plain = Plain::of(&city, settings.plane);
    let ours = ours(&walk);
    assert!(ours.len() > 2_000, "{} buildings", ours.len());
    assert_same(&ours, &plain.nearest(), "New York");
    for (metres, straight) in ours.iter().zip(&plain.straight) {
        assert!(*metres >= straight - 1e-6, "a walk of {metres} m is shorter than {straight} m");
    }
    let found = ours.iter().filter(|metres| metres.is_finite()).count();
    eprintln!("New York: {found} of {} buildings reach a facility", ours.len());
    assert!(found * 10 > ours.len() * 9);
}

fn window(whole: &Snapshot) -> Snapshot {
    let [west, south, east, north] = WINDOW;
    let window = geo::Rect::new(geo::coord! { x: west, y: south }, geo::coord! { x: east, y: north });
    let of = |layer: LayerId| -> Vec<Item> {
        let view = whole.layer(layer, Viewer::Everything).unwrap();
        view.in_box(window).map(|item| (**item).clone()).collect()
    };
    let (buildings, streets) = (of(LayerId::Building), of(LayerId::Street));
    let facility = |(n, building): (usize, &Item)| {
        let at = representative_point(building).unwrap();
        let values = LayerId::Facility.describe().fields.iter().map(|_| Value::Null).collect();
        Item { id: n as i64 + 1, shape: Shape::new(geo::Point(at).into()).unwrap(), values, ..building.clone() }
    };
    let facilities = buildings.iter().step_by(FACILITY_EVERY).enumerate().map(facility).collect();
    let layers = [(LayerId::Building, buildings), (LayerId::Street, streets), (LayerId::Facility, facilities)];
    let layers = layers.map(|(id, items): (LayerId, Vec<Item>)| Layer::new(id, items));
    Snapshot::empty(whole.taken_at).with_layers(1, whole.taken_at, layers)
}
