//! A city sketched in a few lines: `Sketch::new().community("A", at(0, 0), 120).facility(..)`.
//!
//! Places are metres east and north of Ziyang's Yingbin avenue, good to a centimetre within a
//! kilometre or two; areas are squares around their place.

use chrono::DateTime;
use geo::{Geometry, LineString, Point, Rect};
use pianqu::domain::{FieldKind, LayerId, Value};
use pianqu::snapshot::{Item, Layer, Shape, Snapshot};

pub const ORIGIN: [f64; 2] = [104.65, 30.12];

/// Degrees of a place in metres east and north of [`ORIGIN`].
pub fn at(east_m: f64, north_m: f64) -> (f64, f64) {
    const METRES_PER_DEGREE: f64 = 111_195.0;
    let lat = ORIGIN[1] + north_m / METRES_PER_DEGREE;
    (ORIGIN[0] + east_m / (METRES_PER_DEGREE * ORIGIN[1].to_radians().cos()), lat)
}

/// Degrees of a place in metres east and north of [`ORIGIN`] on the city's plane, exact to nanometres: for
/// tests that measure.
pub fn on_plane(east_m: f64, north_m: f64) -> (f64, f64) {
    let plane = pianqu::geodesy::GaussKruger::default();
    let origin = plane.to_plane(geo::Coord { x: ORIGIN[0], y: ORIGIN[1] });
    let at = plane.to_lon_lat(geo::Coord { x: origin.x + east_m, y: origin.y + north_m });
    (at.x, at.y)
}

#[derive(Default)]
pub struct Sketch {
    items: Vec<(LayerId, Item)>,
    counts: [i64; LayerId::ALL.len()],
    source: Option<&'static str>,
}

/// A value as a test writes it.
pub enum Sketched {
    Text(&'static str),
    Integer(i64),
    Fen(i64),
    Day(&'static str),
    Yes(bool),
}

impl From<&'static str> for Sketched {
    fn from(text: &'static str) -> Self {
        Sketched::Text(text)
    }
}

impl From<bool> for Sketched {
    fn from(yes: bool) -> Self {
        Sketched::Yes(yes)
    }
}

impl From<i64> for Sketched {
    fn from(n: i64) -> Self {
        Sketched::Integer(n)
    }
}

impl Sketch {
    pub fn new() -> Self {
        Self::default()
    }

    /// A feature of any layer; ids count from 1 in each layer.
    pub fn feature(mut self, layer: LayerId, geometry: Geometry<f64>, values: &[(&str, Sketched)]) -> Self {
        let description = layer.describe();
        let mut row: Vec<Value> = description.fields.iter().map(|_| Value::Null).collect();
        for (name, value) in values {
            let (index, field) = description.field(name).unwrap_or_else(|| panic!("{layer} has no field {name}"));
            row[index] = match (value, field.kind) {
                (Sketched::Text(text), _) => Value::Text((*text).into()),
                (Sketched::Integer(n), FieldKind::Number { .. }) => Value::Number(*n as f64),
                (Sketched::Integer(n), _) => Value::Integer(*n),
                (Sketched::Fen(fen), _) => Value::Money(*fen),
                (Sketched::Day(day), _) => Value::Date(day.parse().unwrap()),
                (Sketched::Yes(yes), _) => Value::Boolean(*yes),
            };
        }
        self.counts[layer.index()] += 1;
        let id = self.counts[layer.index()];
        let item = Item {
            id,
            version: 1,
            updated_at: DateTime::UNIX_EPOCH + chrono::Duration::days(id),
            source: self.source.map(Into::into),
            shape: Shape::new(geometry).unwrap(),
            values: row.into(),
        };
        self.items.push((layer, item));
        self
    }

    /// The file that an import took the features after this from.
    pub fn imported_from(self, name: &'static str) -> Self {
        Self { source: Some(name), ..self }
    }

    /// A square community with sides of 40 m.
    pub fn community(self, name: &'static str, place: (f64, f64), households: i64) -> Self {
        self.feature(
            LayerId::Community,
            square(place, 40.0),
            &[("name", name.into()), ("households", households.into())],
        )
    }

    /// A square building with sides of 10 m.
    pub fn building(self, name: &'static str, place: (f64, f64)) -> Self {
        self.feature(LayerId::Building, square(place, 10.0), &[("name", name.into())])
    }

    pub fn facility(self, name: &'static str, kind: &'static str, place: (f64, f64)) -> Self {
        self.feature(LayerId::Facility, point(place), &[("name", name.into()), ("facility_kind", kind.into())])
    }

    pub fn street(self, name: &'static str, class: &'static str, places: &[(f64, f64)]) -> Self {
        self.feature(LayerId::Street, line(places), &[("name", name.into()), ("street_class", class.into())])
    }

    /// A street over a river or below a railway.
    pub fn bridge(self, places: &[(f64, f64)]) -> Self {
        let values = [("street_class", "footway".into()), ("is_bridge", true.into())];
        self.feature(LayerId::Street, line(places), &values)
    }

    /// A wall, a railway, a stream: a barrier that is a line.
    pub fn barrier(self, kind: &'static str, places: &[(f64, f64)]) -> Self {
        self.feature(LayerId::Barrier, line(places), &[("barrier_kind", kind.into())])
    }

    pub fn gate(self, is_open: bool, place: (f64, f64)) -> Self {
        self.feature(LayerId::Gate, point(place), &[("is_open", is_open.into())])
    }

    pub fn utility_line(self, code: &'static str, kind: &'static str, places: &[(f64, f64)]) -> Self {
        self.feature(LayerId::UtilityLine, line(places), &[("code", code.into()), ("utility_kind", kind.into())])
    }

    pub fn snapshot(self) -> Snapshot {
        let layers = LayerId::ALL.map(|id| {
            let items = self.items.iter().filter(|(layer, _)| *layer == id);
            Layer::new(id, items.map(|(_, item)| item.clone()))
        });
        Snapshot::empty(DateTime::UNIX_EPOCH).with_layers(7, DateTime::UNIX_EPOCH, layers)
    }
}

pub fn point(place: (f64, f64)) -> Geometry<f64> {
    Geometry::Point(Point::from(place))
}

pub fn line(places: &[(f64, f64)]) -> Geometry<f64> {
    Geometry::LineString(LineString::from(places.to_vec()))
}

/// A square around a place, sides in metres.
pub fn square(place: (f64, f64), side_m: f64) -> Geometry<f64> {
    let half = at(side_m / 2.0, side_m / 2.0);
    let (dx, dy) = (half.0 - ORIGIN[0], half.1 - ORIGIN[1]);
    Geometry::Polygon(Rect::new((place.0 - dx, place.1 - dy), (place.0 + dx, place.1 + dy)).to_polygon())
}
