//! Features as GeoJSON, straight into a buffer: no tree of values is built on the way.

use geo::{Coord, LineString, Polygon};
use serde::Serialize;

use crate::domain::value::yuan;
use crate::domain::{Field, Value};
use crate::geodesy::Crs;
use crate::snapshot::{Item, ShapeGeometry};

/// Writes features of one layer with the same fields and in the same reference system.
pub struct Writer<'a> {
    pub crs: Crs,
    pub fields: &'a [(usize, &'static Field)],
}

impl Writer<'_> {
    /// A whole Feature; `more` writes further members, each with a comma before it.
    pub fn feature(&self, out: &mut Vec<u8>, item: &Item, more: impl FnOnce(&mut Vec<u8>)) {
        out.extend_from_slice(b"{\"type\":\"Feature\",\"id\":");
        json(out, &item.id);
        out.extend_from_slice(b",\"geometry\":");
        self.geometry(out, item.shape.geometry());
        out.extend_from_slice(b",\"properties\":{");
        for (i, (index, field)) in self.fields.iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            out.push(b'"');
            out.extend_from_slice(field.name.as_bytes());
            out.extend_from_slice(b"\":");
            value(out, &item.values[*index]);
        }
        out.push(b'}');
        more(out);
        out.push(b'}');
    }

    fn geometry(&self, out: &mut Vec<u8>, geometry: &ShapeGeometry) {
        match geometry {
            ShapeGeometry::Point(point) => {
                out.extend_from_slice(b"{\"type\":\"Point\",\"coordinates\":");
                self.position(out, point.0);
            }
            ShapeGeometry::Lines(lines) => {
                out.extend_from_slice(b"{\"type\":\"MultiLineString\",\"coordinates\":");
                list(out, &lines.0, |out, line| self.line(out, line));
            }
            ShapeGeometry::Areas(areas) => {
                out.extend_from_slice(b"{\"type\":\"MultiPolygon\",\"coordinates\":");
                list(out, &areas.0, |out, area| self.area(out, area));
            }
        }
        out.push(b'}');
    }

    fn area(&self, out: &mut Vec<u8>, area: &Polygon<f64>) {
        out.push(b'[');
        self.line(out, area.exterior());
        for hole in area.interiors() {
            out.push(b',');
            self.line(out, hole);
        }
        out.push(b']');
    }

    fn line(&self, out: &mut Vec<u8>, line: &LineString<f64>) {
        list(out, &line.0, |out, at| self.position(out, *at));
    }

    fn position(&self, out: &mut Vec<u8>, at: Coord<f64>) {
        let [first, second] = self.crs.to_axes(at);
        out.push(b'[');
        json(out, &first);
        out.push(b',');
        json(out, &second);
        out.push(b']');
    }
}

fn list<T>(out: &mut Vec<u8>, items: &[T], mut write: impl FnMut(&mut Vec<u8>, &T)) {
    out.push(b'[');
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        write(out, item);
    }
    out.push(b']');
}

fn value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Integer(n) => json(out, n),
        Value::Number(n) => json(out, n),
        Value::Boolean(b) => json(out, b),
        Value::Money(fen) => json(out, &yuan(*fen)),
        Value::Date(day) => json(out, &day.to_string()),
        Value::Text(text) => json(out, text.as_ref()),
    }
}

pub fn json<T: Serialize + ?Sized>(out: &mut Vec<u8>, data: &T) {
    serde_json::to_writer(out, data).expect("a Vec takes every byte, and plain data is JSON");
}
