//! Whole-number positions: ten-billionths of a degree, 0.011 mm. What is compared, cut and joined on them is
//! exact, and a city's outlines in degrees go there and back without a change.

use geo::{Coord, LineString, MultiPolygon, Polygon};

/// Steps of the grid in a degree.
const STEPS: f64 = 1e10;

/// A position on the grid; x is longitude.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct At {
    pub x: i64,
    pub y: i64,
}

impl At {
    /// The nearest position of the grid to degrees on earth.
    pub fn of(degrees: Coord<f64>) -> Self {
        Self { x: (degrees.x * STEPS).round() as i64, y: (degrees.y * STEPS).round() as i64 }
    }

    pub fn degrees(self) -> Coord<f64> {
        Coord { x: self.x as f64 / STEPS, y: self.y as f64 / STEPS }
    }
}

/// Twice the signed area of the triangle; positive when `c` lies to the left of the way from `a` to `b`.
pub fn cross(a: At, b: At, c: At) -> i128 {
    let (bx, by) = (i128::from(b.x - a.x), i128::from(b.y - a.y));
    let (cx, cy) = (i128::from(c.x - a.x), i128::from(c.y - a.y));
    bx * cy - by * cx
}

/// A ring without its closing position.
pub type Ring = Vec<At>;

/// Twice the signed area of a ring; positive when it runs against the clock.
pub fn double_area(ring: &[At]) -> i128 {
    let Some(&origin) = ring.first() else { return 0 };
    ring.windows(2).map(|pair| cross(origin, pair[0], pair[1])).sum()
}

/// A part of an area: one outer ring, against the clock, and its holes, with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub outer: Ring,
    pub holes: Vec<Ring>,
}

/// An area on the grid.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Region {
    pub parts: Vec<Part>,
}

impl Region {
    pub fn of(areas: &MultiPolygon<f64>) -> Self {
        let parts = areas.iter().filter_map(|area| {
            let outer = ring_of(area.exterior(), true)?;
            Some(Part { outer, holes: area.interiors().iter().filter_map(|hole| ring_of(hole, false)).collect() })
        });
        Self { parts: parts.collect() }
    }

    /// In degrees.
    pub fn to_areas(&self) -> MultiPolygon<f64> {
        let line = |ring: &Ring| {
            let closing = ring.first().copied();
            LineString(ring.iter().copied().chain(closing).map(At::degrees).collect())
        };
        let area = |part: &Part| Polygon::new(line(&part.outer), part.holes.iter().map(line).collect());
        MultiPolygon(self.parts.iter().map(area).collect())
    }

    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    pub fn rings(&self) -> impl Iterator<Item = &Ring> {
        self.parts.iter().flat_map(|part| std::iter::once(&part.outer).chain(&part.holes))
    }

    pub fn rings_mut(&mut self) -> impl Iterator<Item = &mut Ring> {
        self.parts.iter_mut().flat_map(|part| std::iter::once(&mut part.outer).chain(&mut part.holes))
    }

    /// The edges of all rings.
    pub fn edges(&self) -> impl Iterator<Item = (At, At)> + '_ {
        self.rings().flat_map(|ring| ring_edges(ring))
    }

    pub fn vertex_count(&self) -> usize {
        self.rings().map(Vec::len).sum()
    }

    /// Twice its area in square steps.
    pub fn double_area(&self) -> i128 {
        self.rings().map(|ring| double_area(ring)).sum()
    }
}

/// The edges of a ring, the closing one included.
pub fn ring_edges(ring: &[At]) -> impl Iterator<Item = (At, At)> + '_ {
    ring.iter().copied().zip(ring.iter().copied().cycle().skip(1))
}

/// `None` where nothing is left of a ring on the grid.
fn ring_of(line: &LineString<f64>, is_outer: bool) -> Option<Ring> {
    let mut ring: Ring = line.coords().map(|at| At::of(*at)).collect();
    ring.dedup();
    while ring.len() > 1 && ring.first() == ring.last() {
        ring.pop();
    }
    let area = double_area(&ring);
    if ring.len() < 3 || area == 0 {
        return None;
    }
    if (area > 0) != is_outer {
        ring.reverse();
    }
    Some(ring)
}

/// Where a position lies to an area: a position of a grid six times as fine, so that the middle of a triangle or of
/// an edge is one too.
#[derive(Debug, Clone, Copy)]
pub struct Fine {
    pub x: i64,
    pub y: i64,
}

/// How much finer.
pub const FINER: i64 = 6;

impl Fine {
    pub fn middle(a: At, b: At) -> Self {
        Self { x: (a.x + b.x) * (FINER / 2), y: (a.y + b.y) * (FINER / 2) }
    }

    pub fn centroid(a: At, b: At, c: At) -> Self {
        Self { x: (a.x + b.x + c.x) * (FINER / 3), y: (a.y + b.y + c.y) * (FINER / 3) }
    }

    pub fn degrees(self) -> Coord<f64> {
        let steps = STEPS * FINER as f64;
        Coord { x: self.x as f64 / steps, y: self.y as f64 / steps }
    }
}

/// True where rings hold a position, by counting edges; on an edge either may be said.
pub fn holds<'a>(edges: impl Iterator<Item = (At, At)> + 'a, at: Fine) -> bool {
    let fine = |p: At| At { x: p.x * FINER, y: p.y * FINER };
    let at = At { x: at.x, y: at.y };
    let mut is_inside = false;
    for (a, b) in edges {
        let (a, b) = (fine(a), fine(b));
        let (low, high) = if a.y <= b.y { (a, b) } else { (b, a) };
        if low.y <= at.y && at.y < high.y && cross(low, high, at) > 0 {
            is_inside = !is_inside;
        }
    }
    is_inside
}

/// West, south, east, north of positions; `None` where there is none.
pub fn bounds(positions: impl Iterator<Item = At>) -> Option<[i64; 4]> {
    positions.fold(None, |bounds, at| {
        let [west, south, east, north] = bounds.unwrap_or([at.x, at.y, at.x, at.y]);
        Some([west.min(at.x), south.min(at.y), east.max(at.x), north.max(at.y)])
    })
}
