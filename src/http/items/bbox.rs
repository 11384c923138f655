//! The `bbox` filter: a feature passes when its geometry meets the box, exactly and edges included.
//!
//! Its own box is compared first; only where that crosses the edge is the geometry asked.

use geo::{Coord, Intersects, MapCoords, Rect};

use crate::geodesy::Crs;
use crate::http::problem::Problem;
use crate::snapshot::{Shape, ShapeGeometry};

/// A box that may cross the antimeridian, and then is two.
#[derive(Debug, Clone, PartialEq)]
pub struct Bbox {
    crs: Crs,
    /// In the axis order of display (east, north) of `crs`.
    parts: Vec<Rect<f64>>,
}

impl Bbox {
    /// Reads `bbox` as four or six numbers in the axis order of `crs`. Heights are checked and
    /// ignored: no layer has them.
    pub fn parse(text: &str, crs: Crs) -> Result<Self, Problem> {
        let wrong = |detail: String| Problem::parameter("bbox", detail);
        let numbers = text
            .split(',')
            .enumerate()
            .map(|(i, part)| match part.trim().parse::<f64>() {
                Ok(n) if n.is_finite() => Ok(n),
                _ => Err(wrong(format!("number {} is «{part}», which is no finite number", i + 1))),
            })
            .collect::<Result<Vec<_>, _>>()?;
        let (low, high) = match numbers[..] {
            [a, b, c, d] => ([a, b], [c, d]),
            [a, b, low, c, d, high] if low <= high => ([a, b], [c, d]),
            [_, _, low, _, _, high] => {
                return Err(wrong(format!("the lower height {low} is above the upper height {high}")));
            }
            _ => return Err(wrong(format!("{} numbers are given; there must be 4 or 6", numbers.len()))),
        };
        let (low, high) = (display(crs, low), display(crs, high));
        if crs.is_geographic() {
            for (name, at) in [("lower", low), ("upper", high)] {
                let order = if crs == Crs::Crs84 { "longitude comes first" } else { "latitude comes first" };
                if !(-180.0..=180.0).contains(&at.x) {
                    return Err(wrong(format!("the {name} corner's longitude {} is beyond ±180; {order}", at.x)));
                }
                if !(-90.0..=90.0).contains(&at.y) {
                    return Err(wrong(format!("the {name} corner's latitude {} is beyond ±90; {order}", at.y)));
                }
            }
        }
        if low.y > high.y {
            return Err(wrong(format!("the lower edge {} is above the upper edge {}", low.y, high.y)));
        }
        let parts = if low.x <= high.x {
            vec![Rect::new(low, high)]
        } else if crs.is_geographic() {
            // West of east only across the antimeridian (OGC 17-069r4, 7.15.3).
            vec![Rect::new(low, Coord { x: 180.0, y: high.y }), Rect::new(Coord { x: -180.0, y: low.y }, high)]
        } else {
            return Err(wrong(format!("the western edge {} is east of the eastern edge {}", low.x, high.x)));
        };
        Ok(Self { crs, parts })
    }

    /// Boxes in stored degrees that hold every feature that can pass.
    pub fn search_boxes(&self) -> Vec<Rect<f64>> {
        self.parts.iter().map(|part| if self.crs.is_geographic() { *part } else { degrees(self.crs, *part) }).collect()
    }

    /// True when everything with these bounds passes, and the filter can be left out.
    pub fn holds_all(&self, bounds: Rect<f64>) -> bool {
        self.crs.is_geographic() && self.parts.iter().any(|part| holds(*part, bounds))
    }

    pub fn meets(&self, shape: &Shape) -> bool {
        if self.crs.is_geographic() {
            let bounds = shape.bounds();
            return self.parts.iter().any(|part| {
                meets_box(*part, bounds) && (holds(*part, bounds) || meets_geometry(*part, shape.geometry()))
            });
        }
        let projected = project(self.crs, shape.geometry());
        self.parts.iter().any(|part| meets_geometry(*part, &projected))
    }
}

/// East and north of coordinates in the registry's order.
fn display(crs: Crs, [first, second]: [f64; 2]) -> Coord<f64> {
    match crs {
        Crs::Cgcs2000 | Crs::GaussKruger105 => Coord { x: second, y: first },
        Crs::Crs84 | Crs::WebMercator => Coord { x: first, y: second },
    }
}

fn registry(crs: Crs, at: Coord<f64>) -> [f64; 2] {
    match crs {
        Crs::Cgcs2000 | Crs::GaussKruger105 => [at.y, at.x],
        Crs::Crs84 | Crs::WebMercator => [at.x, at.y],
    }
}

/// The degrees around a projected box: its edges are walked in steps and the result is grown, since
/// a straight edge there bends here.
fn degrees(crs: Crs, part: Rect<f64>) -> Rect<f64> {
    const STEPS: u32 = 16;
    let (mut west, mut south, mut east, mut north) = (f64::MAX, f64::MAX, f64::MIN, f64::MIN);
    for i in 0..=STEPS {
        for j in 0..=STEPS {
            let part_of = |n: u32, low: f64, high: f64| low + (high - low) * f64::from(n) / f64::from(STEPS);
            let at = Coord { x: part_of(i, part.min().x, part.max().x), y: part_of(j, part.min().y, part.max().y) };
            let there = crs.from_axes(registry(crs, at));
            (west, south) = (west.min(there.x), south.min(there.y));
            (east, north) = (east.max(there.x), north.max(there.y));
        }
    }
    let grow = 1e-6 + ((east - west) + (north - south)) / f64::from(STEPS);
    Rect::new((west - grow, south - grow), (east + grow, north + grow))
}

fn project(crs: Crs, geometry: &ShapeGeometry) -> ShapeGeometry {
    let there = |at: Coord<f64>| display(crs, crs.to_axes(at));
    match geometry {
        ShapeGeometry::Point(point) => ShapeGeometry::Point(there(point.0).into()),
        ShapeGeometry::Lines(lines) => ShapeGeometry::Lines(lines.map_coords(there)),
        ShapeGeometry::Areas(areas) => ShapeGeometry::Areas(areas.map_coords(there)),
    }
}

fn meets_box(a: Rect<f64>, b: Rect<f64>) -> bool {
    a.min().x <= b.max().x && b.min().x <= a.max().x && a.min().y <= b.max().y && b.min().y <= a.max().y
}

fn holds(a: Rect<f64>, b: Rect<f64>) -> bool {
    a.min().x <= b.min().x && b.max().x <= a.max().x && a.min().y <= b.min().y && b.max().y <= a.max().y
}

fn meets_geometry(part: Rect<f64>, geometry: &ShapeGeometry) -> bool {
    match geometry {
        ShapeGeometry::Point(point) => part.intersects(&point.0),
        ShapeGeometry::Lines(lines) => lines.iter().any(|line| line.intersects(&part)),
        ShapeGeometry::Areas(areas) => areas.iter().any(|area| area.intersects(&part)),
    }
}

#[cfg(test)]
mod tests {
    use geo::polygon;

    use super::*;

    fn refused(text: &str, crs: Crs) -> String {
        Bbox::parse(text, crs).expect_err(text).errors[0].detail.clone()
    }

    #[test]
    fn a_bad_box_is_told_what_is_wrong() {
        assert!(refused("1,2,3", Crs::Crs84).contains("3 numbers"));
        assert!(refused("1,2,x,4", Crs::Crs84).contains("number 3 is «x»"));
        assert!(refused("1,2,NaN,4", Crs::Crs84).contains("number 3"));
        assert!(refused("30.1,104.6,30.2,104.7", Crs::Crs84).contains("longitude comes first"));
        assert!(refused("104.6,30.1,104.7,30.2", Crs::Cgcs2000).contains("latitude comes first"));
        assert!(refused("1,5,2,4", Crs::Crs84).contains("above"));
        assert!(refused("1,2,9,3,4,8", Crs::Crs84).contains("height"));
        assert!(refused("5,2,3,4", Crs::WebMercator).contains("east of"));
    }

    #[test]
    fn west_of_east_crosses_the_antimeridian() {
        let bbox = Bbox::parse("170,-10,-170,10", Crs::Crs84).expect("a box");
        let at = |lon: f64| Shape::new(geo::Geometry::Point(geo::point!(x: lon, y: 0.0))).expect("a point");
        assert!(bbox.meets(&at(175.0)) && bbox.meets(&at(-175.0)) && !bbox.meets(&at(0.0)));
    }

    #[test]
    fn the_geometry_decides_and_not_its_box() {
        let corner = polygon![(x: 0.0, y: 0.0), (x: 10.0, y: 0.0), (x: 0.0, y: 10.0)];
        let shape = Shape::new(geo::Geometry::Polygon(corner)).expect("a triangle");
        assert!(!Bbox::parse("8,8,9,9", Crs::Crs84).expect("a box").meets(&shape));
        assert!(Bbox::parse("1,1,2,2", Crs::Crs84).expect("a box").meets(&shape), "wholly inside");
        assert!(Bbox::parse("10,0,11,1", Crs::Crs84).expect("a box").meets(&shape), "a shared corner");
    }

    #[test]
    fn the_same_box_in_every_system_passes_the_same_points() {
        let degrees = Bbox::parse("104.6,30.1,104.7,30.2", Crs::Crs84).expect("a box");
        for crs in Crs::ALL {
            let [a, b] = crs.to_axes(Coord { x: 104.6, y: 30.1 });
            let [c, d] = crs.to_axes(Coord { x: 104.7, y: 30.2 });
            let there = Bbox::parse(&format!("{a},{b},{c},{d}"), crs).expect("a box");
            for (lon, lat) in [(104.65, 30.15), (104.59, 30.15), (104.65, 30.21)] {
                let shape = Shape::new(geo::Geometry::Point(geo::point!(x: lon, y: lat))).expect("a point");
                assert_eq!(there.meets(&shape), degrees.meets(&shape), "{crs:?} {lon} {lat}");
            }
        }
    }
}
