//! Where a responsible body lies, asked of very many features.

use geo::{BoundingRect, Coord, Intersects, LineString, MultiPolygon, Rect, Relate};
use rstar::{AABB, RTree, RTreeObject};

use super::item::Item;
use super::shape::{Shape, ShapeGeometry};
use crate::domain::LayerId;

/// Areas, each with a tree over its edges: a feature that no edge comes near lies inside or outside as any of its
/// vertices does, and nearly every feature is such a one.
pub struct Area {
    parts: Vec<Part>,
}

struct Part {
    area: MultiPolygon<f64>,
    bounds: Rect<f64>,
    edges: RTree<Edge>,
}

struct Edge {
    from: Coord<f64>,
    to: Coord<f64>,
}

impl RTreeObject for Edge {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners([self.from.x, self.from.y], [self.to.x, self.to.y])
    }
}

/// The code of a responsible body.
pub fn code_of(body: &Item) -> Option<&str> {
    let (at, _) = LayerId::ResponsibleBody.describe().field("code")?;
    body.values[at].as_text()
}

impl Area {
    /// The areas of these items; `None` where they have none.
    pub fn of<'a, I: AsRef<Item> + 'a>(items: impl IntoIterator<Item = &'a I>) -> Option<Self> {
        let parts: Vec<Part> = items.into_iter().filter_map(|item| Part::of(&item.as_ref().shape)).collect();
        (!parts.is_empty()).then_some(Self { parts })
    }

    /// True when a point or an area lies in one of the areas as a whole, a line with some part of it.
    pub fn holds(&self, shape: &Shape) -> bool {
        self.parts.iter().any(|part| part.holds(shape))
    }
}

impl Part {
    fn of(shape: &Shape) -> Option<Self> {
        let ShapeGeometry::Areas(area) = shape.geometry() else { return None };
        let rings = area.iter().flat_map(|one| std::iter::once(one.exterior()).chain(one.interiors()));
        let edges = rings.flat_map(LineString::lines).map(|line| Edge { from: line.start, to: line.end }).collect();
        Some(Self { area: area.clone(), bounds: area.bounding_rect()?, edges: RTree::bulk_load(edges) })
    }

    fn holds(&self, shape: &Shape) -> bool {
        let bounds = shape.bounds();
        if !self.bounds.intersects(&bounds) {
            return false;
        }
        let (min, max) = (bounds.min(), bounds.max());
        let near = AABB::from_corners([min.x, min.y], [max.x, max.y]);
        if self.edges.locate_in_envelope_intersecting(&near).next().is_none() {
            return self.is_inside(min);
        }
        match shape.geometry() {
            ShapeGeometry::Point(point) => self.area.intersects(point),
            ShapeGeometry::Lines(lines) => self.area.intersects(lines),
            ShapeGeometry::Areas(areas) => areas.relate(&self.area).is_coveredby(),
        }
    }

    /// Of a place on no edge: edges that a line to the east crosses are odd in number.
    fn is_inside(&self, at: Coord<f64>) -> bool {
        let east = AABB::from_corners([at.x, at.y], [self.bounds.max().x, at.y]);
        let is_crossed = |edge: &&Edge| {
            let Edge { from, to } = edge;
            (from.y > at.y) != (to.y > at.y) && at.x < (to.x - from.x) * (at.y - from.y) / (to.y - from.y) + from.x
        };
        self.edges.locate_in_envelope_intersecting(&east).filter(is_crossed).count() % 2 == 1
    }
}

#[cfg(test)]
mod tests {
    use geo::{Geometry, line_string, point, polygon};

    use super::*;

    fn part() -> Part {
        // A square with sides of 10 and a hole in its middle.
        let area = polygon!(
            exterior: [(x: 0.0, y: 0.0), (x: 10.0, y: 0.0), (x: 10.0, y: 10.0), (x: 0.0, y: 10.0)],
            interiors: [[(x: 4.0, y: 4.0), (x: 6.0, y: 4.0), (x: 6.0, y: 6.0), (x: 4.0, y: 6.0)]],
        );
        Part::of(&Shape::new(Geometry::Polygon(area)).expect("an area")).expect("a part")
    }

    fn holds(geometry: impl Into<Geometry<f64>>) -> bool {
        part().holds(&Shape::new(geometry.into()).expect("a shape"))
    }

    #[test]
    fn a_line_lies_in_it_with_some_part_and_an_area_as_a_whole() {
        assert!(holds(point!(x: 1.0, y: 1.0)) && !holds(point!(x: 5.0, y: 5.0)) && !holds(point!(x: 11.0, y: 5.0)));
        assert!(holds(line_string![(x: 1.0, y: 1.0), (x: 2.0, y: 3.0)]));
        assert!(holds(line_string![(x: -5.0, y: 1.0), (x: 15.0, y: 2.0)]), "both ends lie outside");
        assert!(!holds(line_string![(x: -5.0, y: 11.0), (x: 15.0, y: 12.0)]));
        assert!(!holds(line_string![(x: 4.5, y: 5.0), (x: 5.5, y: 5.0)]), "it lies in the hole");
        // Its box meets the square, the line does not.
        assert!(!holds(line_string![(x: 9.0, y: 12.0), (x: 12.0, y: 9.5), (x: 12.0, y: 12.0)]));
        let square =
            |x: f64, y: f64| polygon![(x: x, y: y), (x: x + 1.0, y: y), (x: x + 1.0, y: y + 1.0), (x: x, y: y + 1.0)];
        assert!(holds(square(1.0, 1.0)) && holds(square(0.0, 0.0)), "also where it touches the border");
        assert!(!holds(square(9.5, 1.0)) && !holds(square(3.5, 3.5)) && !holds(square(20.0, 1.0)));
    }

    #[test]
    fn a_thousand_places_lie_where_the_plain_test_finds_them() {
        let part = part();
        for n in 0..1000 {
            let at = Coord { x: f64::from(n % 40) * 0.3 - 0.95, y: f64::from(n / 40) * 0.47 - 0.83 };
            let shape = Shape::new(Geometry::Point(at.into())).expect("a point");
            assert_eq!(part.holds(&shape), part.area.intersects(&at), "{at:?}");
        }
    }
}
