//! The geometry of a feature: degrees for answers and analyses, world units for tiles.

use geo::{BoundingRect, Coord, Geometry, LineString, MultiLineString, MultiPolygon, Point, Rect};

use crate::geodesy::tile_grid::{WorldPoint, to_world};

/// A geometry of a stored type with its bounding box and its drawing.
#[derive(Debug, Clone)]
pub struct Shape {
    geometry: ShapeGeometry,
    bounds: Rect<f64>,
    world: WorldPath,
}

/// The three types that the database stores.
#[derive(Debug, Clone, PartialEq)]
pub enum ShapeGeometry {
    Point(Point<f64>),
    Lines(MultiLineString<f64>),
    Areas(MultiPolygon<f64>),
}

/// All vertices of a shape in world units, part after part.
///
/// `ends[i]` is where part `i` ends in `points`. For areas a part is a ring without its closing
/// vertex; `is_hole[i]` tells inner rings from outer ones, and an inner ring belongs to the last
/// outer ring before it.
#[derive(Debug, Clone, Default)]
pub struct WorldPath {
    pub points: Box<[WorldPoint]>,
    pub ends: Box<[u32]>,
    pub is_hole: Box<[bool]>,
}

/// A geometry that no layer stores: empty, a collection, or a coordinate that is not finite.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a shape: {0}")]
pub struct NotAShape(pub &'static str);

impl Shape {
    /// Takes points, lines and areas, single or multi; refuses what is empty or not finite.
    pub fn new(geometry: Geometry<f64>) -> Result<Self, NotAShape> {
        let geometry = match geometry {
            Geometry::Point(point) => ShapeGeometry::Point(point),
            Geometry::LineString(line) => ShapeGeometry::Lines(MultiLineString(vec![line])),
            Geometry::MultiLineString(lines) => ShapeGeometry::Lines(lines),
            Geometry::Polygon(area) => ShapeGeometry::Areas(MultiPolygon(vec![area])),
            Geometry::MultiPolygon(areas) => ShapeGeometry::Areas(areas),
            _ => return Err(NotAShape("the type is not point, line or polygon")),
        };
        let bounds = match &geometry {
            ShapeGeometry::Point(point) => Some(Rect::new(point.0, point.0)),
            ShapeGeometry::Lines(lines) => lines.bounding_rect(),
            ShapeGeometry::Areas(areas) => areas.bounding_rect(),
        }
        .ok_or(NotAShape("it is empty"))?;
        let corners = [bounds.min(), bounds.max()];
        if !corners.iter().all(|at| at.x.is_finite() && at.y.is_finite()) {
            return Err(NotAShape("a coordinate is not a finite number"));
        }
        let world = WorldPath::of(&geometry);
        Ok(Self { geometry, bounds, world })
    }

    pub fn geometry(&self) -> &ShapeGeometry {
        &self.geometry
    }

    pub fn bounds(&self) -> Rect<f64> {
        self.bounds
    }

    pub fn world(&self) -> &WorldPath {
        &self.world
    }
}

impl WorldPath {
    fn of(geometry: &ShapeGeometry) -> Self {
        let mut path = PathBuilder::default();
        match geometry {
            ShapeGeometry::Point(point) => path.part([point.0], false),
            ShapeGeometry::Lines(lines) => {
                for line in lines {
                    path.part(line.0.iter().copied(), false);
                }
            }
            ShapeGeometry::Areas(areas) => {
                for area in areas {
                    path.ring(area.exterior(), false);
                    for hole in area.interiors() {
                        path.ring(hole, true);
                    }
                }
            }
        }
        Self { points: path.points.into(), ends: path.ends.into(), is_hole: path.is_hole.into() }
    }

    /// Part after part: its vertices, and whether it is an inner ring.
    pub fn parts(&self) -> impl Iterator<Item = (&[WorldPoint], bool)> {
        self.ends.iter().enumerate().map(|(i, &end)| {
            let start = if i == 0 { 0 } else { self.ends[i - 1] as usize };
            (&self.points[start..end as usize], self.is_hole[i])
        })
    }
}

#[derive(Default)]
struct PathBuilder {
    points: Vec<WorldPoint>,
    ends: Vec<u32>,
    is_hole: Vec<bool>,
}

impl PathBuilder {
    fn part(&mut self, vertices: impl IntoIterator<Item = Coord<f64>>, is_hole: bool) {
        self.points.extend(vertices.into_iter().map(|at| to_world(at.x, at.y)));
        self.ends.push(self.points.len() as u32);
        self.is_hole.push(is_hole);
    }

    fn ring(&mut self, ring: &LineString<f64>, is_hole: bool) {
        let open = ring.0.len().saturating_sub(1);
        self.part(ring.0[..open].iter().copied(), is_hole);
    }
}

#[cfg(test)]
mod tests {
    use geo::{Geometry, line_string, point, polygon};

    use super::*;

    #[test]
    fn a_ring_is_kept_without_its_closing_vertex() {
        let area = polygon![(x: 0.0, y: 0.0), (x: 1.0, y: 0.0), (x: 1.0, y: 1.0)];
        let shape = Shape::new(Geometry::Polygon(area)).expect("a triangle");
        let parts: Vec<_> = shape.world().parts().collect();
        assert_eq!(parts.len(), 1);
        assert_eq!(parts[0].0.len(), 3);
    }

    #[test]
    fn empty_and_infinite_geometries_are_refused() {
        assert!(Shape::new(Geometry::MultiPolygon(MultiPolygon(vec![]))).is_err());
        let line = line_string![(x: 0.0, y: 0.0), (x: f64::INFINITY, y: 0.0)];
        assert!(Shape::new(Geometry::LineString(line)).is_err());
        assert!(Shape::new(Geometry::Point(point!(x: 104.65, y: 30.12))).is_ok());
    }
}
