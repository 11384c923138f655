//! Conditions on where something lies, by the relations of OGC Simple Features (DE-9IM).

use geo::{BoundingRect, Geometry, Intersects, Rect, Relate};

use crate::snapshot::{Item, ShapeGeometry};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    Intersects,
    Disjoint,
    Equals,
    Touches,
    Crosses,
    Within,
    Contains,
    Overlaps,
}

impl Relation {
    pub fn by_name(name: &str) -> Option<Self> {
        Some(match name {
            "s_intersects" => Relation::Intersects,
            "s_disjoint" => Relation::Disjoint,
            "s_equals" => Relation::Equals,
            "s_touches" => Relation::Touches,
            "s_crosses" => Relation::Crosses,
            "s_within" => Relation::Within,
            "s_contains" => Relation::Contains,
            "s_overlaps" => Relation::Overlaps,
            _ => return None,
        })
    }

    /// The relation with its two sides changed.
    pub fn mirrored(self) -> Self {
        match self {
            Relation::Within => Relation::Contains,
            Relation::Contains => Relation::Within,
            other => other,
        }
    }

    /// What holds between two geometries.
    pub fn holds(self, a: &Geometry<f64>, b: &Geometry<f64>) -> bool {
        match self {
            Relation::Intersects => a.intersects(b),
            Relation::Disjoint => !a.intersects(b),
            Relation::Equals => a.relate(b).is_equal_topo(),
            Relation::Touches => a.relate(b).is_touches(),
            Relation::Crosses => a.relate(b).is_crosses(),
            Relation::Within => a.relate(b).is_within(),
            Relation::Contains => a.relate(b).is_contains(),
            Relation::Overlaps => a.relate(b).is_overlaps(),
        }
    }
}

/// A relation between an item's geometry and one that is given, in stored degrees.
#[derive(Debug, Clone)]
pub struct Place {
    relation: Relation,
    given: Geometry<f64>,
    bounds: Rect<f64>,
}

impl Place {
    /// `None` when what is given is empty.
    pub fn new(relation: Relation, given: Geometry<f64>) -> Option<Self> {
        let bounds = given.bounding_rect()?;
        Some(Self { relation, given, bounds })
    }

    pub fn holds(&self, item: &Item) -> bool {
        let may_meet = self.bounds.intersects(&item.bounds());
        match self.relation {
            Relation::Disjoint => !may_meet || !self.meets(item),
            _ if !may_meet => false,
            Relation::Intersects => self.meets(item),
            relation => relation.holds(&geometry_of(item), &self.given),
        }
    }

    fn meets(&self, item: &Item) -> bool {
        match item.shape.geometry() {
            ShapeGeometry::Point(point) => self.given.intersects(point),
            ShapeGeometry::Lines(lines) => self.given.intersects(lines),
            ShapeGeometry::Areas(areas) => self.given.intersects(areas),
        }
    }

    /// What holds it must meet these bounds; `None` for what holds elsewhere.
    pub fn bounds(&self) -> Option<Rect<f64>> {
        (self.relation != Relation::Disjoint).then_some(self.bounds)
    }
}

pub fn geometry_of(item: &Item) -> Geometry<f64> {
    match item.shape.geometry() {
        ShapeGeometry::Point(point) => Geometry::Point(*point),
        ShapeGeometry::Lines(lines) => Geometry::MultiLineString(lines.clone()),
        ShapeGeometry::Areas(areas) => Geometry::MultiPolygon(areas.clone()),
    }
}
