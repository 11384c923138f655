//! Straight pieces on the plane: nearest points and crossings.

use geo::kernels::{Kernel, Orientation, RobustKernel};
use geo::{Coord, Line};
use rstar::{AABB, RTreeObject};

/// A straight piece of something, by that thing's number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Segment {
    pub a: Coord<f64>,
    pub b: Coord<f64>,
    /// Of the edge, the barrier or the boundary.
    pub owner: u32,
    /// Number of the first vertex in its owner's flat list.
    pub vertex: u32,
}

impl RTreeObject for Segment {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners([self.a.x, self.a.y], [self.b.x, self.b.y])
    }
}

impl Segment {
    pub fn line(&self) -> Line<f64> {
        Line::new(self.a, self.b)
    }

    /// The share of the way from `a` to `b` at which the endless line comes nearest to `at`: below 0 and
    /// above 1 the nearest point of the segment is an end.
    pub fn foot(&self, at: Coord<f64>) -> f64 {
        let (dx, dy) = (self.b.x - self.a.x, self.b.y - self.a.y);
        let length_2 = dx * dx + dy * dy;
        if length_2 == 0.0 { 0.0 } else { ((at.x - self.a.x) * dx + (at.y - self.a.y) * dy) / length_2 }
    }

    /// The point at a share of the way.
    pub fn at(&self, share: f64) -> Coord<f64> {
        Coord { x: self.a.x + share * (self.b.x - self.a.x), y: self.a.y + share * (self.b.y - self.a.y) }
    }

    pub fn length_m(&self) -> f64 {
        distance_m(self.a, self.b)
    }
}

/// Metres on the plane.
pub fn distance_m(a: Coord<f64>, b: Coord<f64>) -> f64 {
    (a.x - b.x).hypot(a.y - b.y)
}

/// A box of `reach` metres around a place.
pub fn around(at: Coord<f64>, reach: f64) -> AABB<[f64; 2]> {
    AABB::from_corners([at.x - reach, at.y - reach], [at.x + reach, at.y + reach])
}

/// True where two straight pieces have a point in common, exactly. Two that lie on one line do not cross.
pub fn crosses(one: Line<f64>, other: Line<f64>) -> bool {
    if one.start.x.max(one.end.x) < other.start.x.min(other.end.x)
        || other.start.x.max(other.end.x) < one.start.x.min(one.end.x)
        || one.start.y.max(one.end.y) < other.start.y.min(other.end.y)
        || other.start.y.max(other.end.y) < one.start.y.min(one.end.y)
    {
        return false;
    }
    let side = RobustKernel::orient2d;
    let (c, d) = (side(one.start, one.end, other.start), side(one.start, one.end, other.end));
    if c == d {
        return false;
    }
    let (a, b) = (side(other.start, other.end, one.start), side(other.start, other.end, one.end));
    a != b && !(c == Orientation::Collinear && d == Orientation::Collinear)
}

/// The share of the way along `one` at which it crosses `other`, which it does.
pub fn crossing_share(one: Line<f64>, other: Line<f64>) -> f64 {
    let (r, s) = (one.end - one.start, other.end - other.start);
    let denominator = r.x * s.y - r.y * s.x;
    let q = other.start - one.start;
    if denominator == 0.0 { 0.0 } else { ((q.x * s.y - q.y * s.x) / denominator).clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(ax: f64, ay: f64, bx: f64, by: f64) -> Line<f64> {
        Line::new(Coord { x: ax, y: ay }, Coord { x: bx, y: by })
    }

    #[test]
    fn touching_is_crossing_and_running_along_is_not() {
        let wall = line(0.0, -10.0, 0.0, 10.0);
        assert!(crosses(line(-1.0, 0.0, 1.0, 0.0), wall));
        assert!(crosses(line(-1.0, 0.0, 0.0, 0.0), wall), "an end upon it");
        assert!(crosses(line(-1.0, 10.0, 1.0, 10.0), wall), "through its end");
        assert!(!crosses(line(-1.0, 0.0, -0.5, 0.0), wall));
        assert!(!crosses(line(0.0, 0.0, 0.0, 5.0), wall), "along it");
        assert!(!crosses(line(-1.0, 11.0, 1.0, 11.0), wall));
        assert_eq!(crossing_share(line(-1.0, 0.0, 3.0, 0.0), wall), 0.25);
    }
}
