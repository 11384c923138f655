//! The features of the sample, in degrees, with values under the field names of the domain.

use geo::{Coord, Geometry, LineString, MultiLineString, MultiPolygon, Point, Polygon};

use super::ground::to_degrees;
use crate::domain::Value;

#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// Point, multi-line or multi-polygon, as the database stores them.
    pub geometry: Geometry<f64>,
    /// Known values only: what is missing is not known.
    pub properties: Vec<(&'static str, Value)>,
}

impl Feature {
    pub fn new(geometry: Geometry<f64>) -> Self {
        Self { geometry, properties: Vec::new() }
    }

    /// Adds a property; `None` and `Value::Null` are left out.
    pub fn with(mut self, name: &'static str, value: impl Into<Option<Value>>) -> Self {
        if let Some(value) = value.into().filter(|value| !value.is_null()) {
            self.properties.push((name, value));
        }
        self
    }

    pub fn value(&self, name: &str) -> Option<&Value> {
        self.properties.iter().find(|(field, _)| *field == name).map(|(_, value)| value)
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.value(name).and_then(Value::as_text)
    }
}

pub fn text(value: impl AsRef<str>) -> Value {
    Value::Text(value.as_ref().into())
}

/// Rounded to a tenth.
pub fn tenths(value: f64) -> Value {
    Value::Number((value * 10.0).round() / 10.0)
}

/// Yuan, as fen.
pub fn yuan(value: f64) -> Value {
    Value::Money(value.round() as i64 * 100)
}

/// Metres on the ground to geometries in degrees.
pub fn point(at: Coord<f64>) -> Geometry<f64> {
    Geometry::Point(Point(to_degrees(at)))
}

pub fn lines(parts: Vec<Vec<Coord<f64>>>) -> Geometry<f64> {
    let part = |part: Vec<Coord<f64>>| LineString(part.into_iter().map(to_degrees).collect());
    Geometry::MultiLineString(MultiLineString(parts.into_iter().map(part).collect()))
}

/// Takes rings without their closing vertex.
pub fn areas(rings: Vec<Vec<Coord<f64>>>) -> Geometry<f64> {
    let part = |ring: Vec<Coord<f64>>| {
        let ring: Vec<Coord<f64>> = ring.into_iter().map(to_degrees).collect();
        Polygon::new(LineString(ring), vec![])
    };
    Geometry::MultiPolygon(MultiPolygon(rings.into_iter().map(part).collect()))
}
