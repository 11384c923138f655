//! A GeoJSON polygon out of a body, checked position by position.

use geo::algorithm::validation::{InvalidMultiPolygon, InvalidPolygon, RingRole, Validation};
use geo::{Coord, LineString, MultiPolygon, Polygon};
use serde_json::Value;

use super::problem::{Kind, Problem};

fn wrong(pointer: &str, detail: impl Into<String>) -> Problem {
    Problem::at_pointer(Kind::InvalidGeometry, pointer, detail)
}

/// Reads a Polygon or MultiPolygon that stands at `pointer`. Positions are longitude and latitude;
/// heights are ignored. [`validate`] tells whether it is valid.
pub fn read_area(geometry: &Value, pointer: &str, max_vertices: usize) -> Result<MultiPolygon<f64>, Problem> {
    let members = geometry.as_object().ok_or_else(|| wrong(pointer, "must be a GeoJSON geometry"))?;
    let coordinates = members.get("coordinates").unwrap_or(&Value::Null);
    let at = format!("{pointer}/coordinates");
    let kind = members.get("type").and_then(Value::as_str).unwrap_or_default();
    let mut left = max_vertices;
    let area = match kind {
        "Polygon" => MultiPolygon(vec![polygon(coordinates, &at, &mut left)?]),
        "MultiPolygon" => {
            MultiPolygon(each(coordinates, &at, "a list of polygons", |part, at| polygon(part, at, &mut left))?)
        }
        other => {
            return Err(wrong(&format!("{pointer}/type"), format!("is «{other}»; it must be Polygon or MultiPolygon")));
        }
    };
    if area.0.is_empty() {
        return Err(wrong(&at, "holds no polygon"));
    }
    Ok(area)
}

fn each<T>(
    list: &Value,
    pointer: &str,
    what: &str,
    mut read: impl FnMut(&Value, &str) -> Result<T, Problem>,
) -> Result<Vec<T>, Problem> {
    let list = list.as_array().ok_or_else(|| wrong(pointer, format!("must be {what}")))?;
    list.iter().enumerate().map(|(i, item)| read(item, &format!("{pointer}/{i}"))).collect()
}

fn polygon(rings: &Value, pointer: &str, left: &mut usize) -> Result<Polygon<f64>, Problem> {
    let mut rings = each(rings, pointer, "a list of rings", |part, at| ring(part, at, left))?.into_iter();
    let exterior = rings.next().ok_or_else(|| wrong(pointer, "holds no ring"))?;
    Ok(Polygon::new(exterior, rings.collect()))
}

fn ring(positions: &Value, pointer: &str, left: &mut usize) -> Result<LineString<f64>, Problem> {
    let given = positions.as_array().map_or(0, Vec::len);
    *left = left.checked_sub(given).ok_or_else(|| {
        Problem::at_pointer(Kind::TooComplex, pointer, "the area has more vertices than are taken at most")
    })?;
    let ring = each(positions, pointer, "a list of positions", position)?;
    if ring.len() < 4 {
        return Err(wrong(pointer, format!("has {} positions; a ring has at least 4", ring.len())));
    }
    if ring.first() != ring.last() {
        return Err(wrong(pointer, "is not closed: its last position is not its first"));
    }
    Ok(LineString(ring))
}

fn position(position: &Value, pointer: &str) -> Result<Coord<f64>, Problem> {
    let numbers: Option<Vec<f64>> = position.as_array().and_then(|list| list.iter().map(Value::as_f64).collect());
    let Some([x, y, ..]) = numbers.as_deref() else {
        return Err(wrong(pointer, "must be a position: longitude and latitude in degrees"));
    };
    if !(-180.0..=180.0).contains(x) {
        return Err(wrong(pointer, format!("has the longitude {x}, beyond ±180; coordinates must be degrees (CRS84)")));
    }
    if !(-90.0..=90.0).contains(y) {
        return Err(wrong(pointer, format!("has the latitude {y}, beyond ±90; longitude comes first")));
    }
    Ok(Coord { x: *x, y: *y })
}

/// Refuses an area whose rings cross themselves or each other, with the ring.
pub fn validate(area: &MultiPolygon<f64>, is_multi: bool, pointer: &str) -> Result<(), Problem> {
    let Err(error) = area.check_validation() else { return Ok(()) };
    let at = match &error {
        InvalidMultiPolygon::InvalidPolygon(part, fault) => {
            let ring = ring_of(fault).map_or_else(String::new, |ring| format!("/{ring}"));
            if is_multi {
                format!("{pointer}/coordinates/{}{ring}", part.0)
            } else {
                format!("{pointer}/coordinates{ring}")
            }
        }
        InvalidMultiPolygon::ElementsOverlaps(_, second) | InvalidMultiPolygon::ElementsTouchOnALine(_, second) => {
            format!("{pointer}/coordinates/{}", second.0)
        }
    };
    Err(wrong(&at, error.to_string()))
}

fn ring_of(fault: &InvalidPolygon) -> Option<usize> {
    let role = match fault {
        InvalidPolygon::TooFewPointsInRing(ring)
        | InvalidPolygon::SelfIntersection(ring)
        | InvalidPolygon::NonFiniteCoord(ring, _)
        | InvalidPolygon::InteriorRingNotContainedInExteriorRing(ring)
        | InvalidPolygon::IntersectingRingsOnALine(_, ring)
        | InvalidPolygon::IntersectingRingsOnAnArea(_, ring) => ring,
    };
    match role {
        RingRole::Exterior => Some(0),
        RingRole::Interior(hole) => Some(hole + 1),
    }
}
