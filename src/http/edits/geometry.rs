//! The geometry of a feature that is written: GeoJSON to what the layer's table takes.

use geo::{Coord, Geometry, LineString, MultiLineString, MultiPolygon, Point, Polygon};
use geozero::wkb::Wkb;
use geozero::{CoordDimensions, ToGeo, ToWkb};
use serde_json::{Value, json};

use crate::domain::GeometryKind;
use crate::geodesy::Crs;
use crate::http::problem::{Kind, Problem};
use crate::ingest;

/// How positions are to be read.
#[derive(Debug, Clone, Copy)]
pub struct Given {
    pub crs: Crs,
    pub max_vertices: usize,
}

/// Little-endian, two-dimensional WKB of the layer's type in degrees. `pointer` is where the geometry
/// stands in the body.
pub fn read(geometry: &Value, kind: GeometryKind, given: Given, pointer: &str) -> Result<Vec<u8>, Problem> {
    let mut reader = Reader { given, left: given.max_vertices };
    let shape = reader.geometry(geometry, kind, pointer)?;
    let wkb = shape.to_wkb(CoordDimensions::xy()).map_err(Problem::internal)?;
    if matches!(shape, Geometry::MultiPolygon(_))
        && let Some(invalid) = ingest::judge_area(&wkb)
    {
        return Err(refuse_area(&invalid, given.crs, pointer));
    }
    Ok(wkb)
}

fn refuse_area(invalid: &ingest::Invalid, crs: Crs, pointer: &str) -> Problem {
    let mut problem = wrong(pointer, invalid.reason.clone());
    if let Some((x, y)) = invalid.at {
        problem = problem.with("at", json!(crs.to_axes(Coord { x, y })));
    }
    let mended = invalid.mended.as_ref().and_then(|wkb| Wkb(wkb.as_slice()).to_geo().ok());
    match mended {
        Some(Geometry::MultiPolygon(areas)) => problem.with("mended", area_json(&areas, crs)),
        _ => problem,
    }
}

fn area_json(areas: &MultiPolygon<f64>, crs: Crs) -> Value {
    let ring = |ring: &LineString<f64>| ring.coords().map(|at| crs.to_axes(*at)).collect::<Vec<_>>();
    let part =
        |area: &Polygon<f64>| std::iter::once(area.exterior()).chain(area.interiors()).map(ring).collect::<Vec<_>>();
    json!({ "type": "MultiPolygon", "coordinates": areas.0.iter().map(part).collect::<Vec<_>>() })
}

fn wrong(pointer: &str, detail: impl Into<String>) -> Problem {
    Problem::at_pointer(Kind::InvalidGeometry, pointer, detail)
}

struct Reader {
    given: Given,
    /// Vertices that may still come.
    left: usize,
}

impl Reader {
    fn geometry(&mut self, geometry: &Value, kind: GeometryKind, pointer: &str) -> Result<Geometry<f64>, Problem> {
        let members = geometry.as_object().ok_or_else(|| wrong(pointer, "must be a GeoJSON geometry"))?;
        let at = format!("{pointer}/coordinates");
        let coordinates = members.get("coordinates").unwrap_or(&Value::Null);
        let name = members.get("type").and_then(Value::as_str).unwrap_or_default();
        let (takes_lines, takes_areas) = match kind {
            GeometryKind::Point => (false, false),
            GeometryKind::Line => (true, false),
            GeometryKind::Area => (false, true),
            GeometryKind::LineOrArea => (true, true),
        };
        let shape = match name {
            "Point" if kind == GeometryKind::Point => Geometry::Point(Point(self.position(coordinates, &at)?)),
            "LineString" if takes_lines => {
                Geometry::MultiLineString(MultiLineString(vec![self.line(coordinates, &at)?]))
            }
            "MultiLineString" if takes_lines => Geometry::MultiLineString(MultiLineString(self.each(
                coordinates,
                &at,
                "a list of lines",
                Self::line,
            )?)),
            "Polygon" if takes_areas => Geometry::MultiPolygon(MultiPolygon(vec![self.area(coordinates, &at)?])),
            "MultiPolygon" if takes_areas => {
                Geometry::MultiPolygon(MultiPolygon(self.each(coordinates, &at, "a list of polygons", Self::area)?))
            }
            other => {
                let wanted = match kind {
                    GeometryKind::Point => "Point",
                    GeometryKind::Line => "LineString or MultiLineString",
                    GeometryKind::Area => "Polygon or MultiPolygon",
                    GeometryKind::LineOrArea => "LineString, MultiLineString, Polygon or MultiPolygon",
                };
                return Err(wrong(&format!("{pointer}/type"), format!("is «{other}»; this layer takes {wanted}")));
            }
        };
        let is_empty = match &shape {
            Geometry::MultiLineString(lines) => lines.0.is_empty(),
            Geometry::MultiPolygon(areas) => areas.0.is_empty(),
            _ => false,
        };
        if is_empty { Err(wrong(&at, "is empty")) } else { Ok(shape) }
    }

    fn each<T>(
        &mut self,
        list: &Value,
        pointer: &str,
        what: &str,
        read: impl Fn(&mut Self, &Value, &str) -> Result<T, Problem>,
    ) -> Result<Vec<T>, Problem> {
        let list = list.as_array().ok_or_else(|| wrong(pointer, format!("must be {what}")))?;
        list.iter().enumerate().map(|(i, item)| read(self, item, &format!("{pointer}/{i}"))).collect()
    }

    fn positions(&mut self, list: &Value, pointer: &str) -> Result<LineString<f64>, Problem> {
        let count = list.as_array().map_or(0, Vec::len);
        self.left = self.left.checked_sub(count).ok_or_else(|| {
            let most = self.given.max_vertices;
            Problem::at_pointer(Kind::TooComplex, pointer, format!("a geometry has {most} vertices at most"))
        })?;
        self.each(list, pointer, "a list of positions", |reader, position, at| reader.position(position, at))
            .map(LineString)
    }

    fn line(&mut self, list: &Value, pointer: &str) -> Result<LineString<f64>, Problem> {
        let line = self.positions(list, pointer)?;
        if line.0.iter().all(|at| *at == line.0[0]) {
            return Err(wrong(pointer, "is no line: it needs two different positions"));
        }
        Ok(line)
    }

    fn ring(&mut self, list: &Value, pointer: &str) -> Result<LineString<f64>, Problem> {
        let ring = self.positions(list, pointer)?;
        if ring.0.len() < 4 {
            return Err(wrong(pointer, format!("has {} positions; a ring has at least 4", ring.0.len())));
        }
        if ring.0.first() != ring.0.last() {
            return Err(wrong(pointer, "is not closed: its last position is not its first"));
        }
        Ok(ring)
    }

    fn area(&mut self, rings: &Value, pointer: &str) -> Result<Polygon<f64>, Problem> {
        let mut rings = self.each(rings, pointer, "a list of rings", Self::ring)?.into_iter();
        let exterior = rings.next().ok_or_else(|| wrong(pointer, "holds no ring"))?;
        Ok(Polygon::new(exterior, rings.collect()))
    }

    fn position(&mut self, position: &Value, pointer: &str) -> Result<Coord<f64>, Problem> {
        let numbers: Option<Vec<f64>> = position.as_array().and_then(|list| list.iter().map(Value::as_f64).collect());
        let Some([first, second, ..]) = numbers.as_deref() else {
            return Err(wrong(pointer, "must be a position of two numbers"));
        };
        let at = self.given.crs.from_axes([*first, *second]);
        if at.x.abs() <= 180.0 && at.y.abs() <= 90.0 {
            return Ok(at);
        }
        let hint = if self.given.crs == Crs::Crs84 && first.abs() <= 90.0 && second.abs() <= 180.0 {
            "; longitude comes first"
        } else {
            ""
        };
        Err(wrong(pointer, format!("{first} {second} is no place on earth in {}{hint}", self.given.crs)))
    }
}
