//! Lengths in metres and areas in square metres of geometries in degrees, on the ellipsoid.
//!
//! `geo`'s geodesic works on WGS 84; CGCS2000 differs by 0.1 mm in the polar axis, which no figure
//! here can show.

use geo::{Area, BoundingRect, Coord, Distance, Geodesic, GeodesicArea, Length, MultiLineString, MultiPolygon, Point};

use super::gauss_kruger::GaussKruger;

/// A box up to this wide is measured on a plane of its own, whose central meridian runs through its
/// middle: at the box's edge, 10 km away, areas are 2.3e-6 too large, and a building is exact to a
/// hundred thousandth. Geodesic areas carry up to 0.1 m² of rounding for each vertex, which is
/// nothing for a province and much for a kiosk.
const WIDEST_PLANE_DEG: f64 = 0.2;

/// Metres between two positions.
pub fn distance_m(from: Coord<f64>, to: Coord<f64>) -> f64 {
    Geodesic.distance(Point(from), Point(to))
}

/// Metres along all lines. Every segment is a geodesic; exact to nanometres.
pub fn length_m(lines: &MultiLineString<f64>) -> f64 {
    Geodesic.length(lines)
}

/// Metres around an area: the rings of all its parts, holes too.
pub fn perimeter_m(areas: &MultiPolygon<f64>) -> f64 {
    let rings = areas.iter().flat_map(|area| std::iter::once(area.exterior()).chain(area.interiors()));
    rings.map(|ring| Geodesic.length(ring)).sum()
}

/// Square metres, holes left out, whichever way the rings run.
pub fn area_m2(areas: &MultiPolygon<f64>) -> f64 {
    areas
        .iter()
        .map(|area| match area.bounding_rect() {
            None => 0.0,
            Some(bounds) if bounds.width() <= WIDEST_PLANE_DEG => {
                let plane = GaussKruger { central_meridian_deg: bounds.center().x, false_easting_m: 0.0 };
                plane.project(area).unsigned_area()
            }
            Some(_) => {
                let outer = ring_area_m2(area.exterior());
                outer - area.interiors().iter().map(ring_area_m2).sum::<f64>()
            }
        })
        .sum()
}

fn ring_area_m2(ring: &geo::LineString<f64>) -> f64 {
    geo::Polygon::new(ring.clone(), vec![]).geodesic_area_signed().abs()
}

#[cfg(test)]
mod tests {
    use geo::{LineString, Polygon, Rect, polygon};

    use super::*;

    fn near(got: f64, expected: f64, relative: f64) {
        assert!((got / expected - 1.0).abs() < relative, "{got} is not {expected}");
    }

    fn rect(west: f64, south: f64, east: f64, north: f64) -> Polygon<f64> {
        Rect::new((west, south), (east, north)).to_polygon()
    }

    /// Flinders Peak to Buninyong, the standard example (Geoscience Australia, GRS 80).
    #[test]
    fn flinders_peak_to_buninyong() {
        let dms = |d: f64, m: f64, s: f64| d + m / 60.0 + s / 3600.0;
        let from = Coord { x: dms(144.0, 25.0, 29.52440), y: -dms(37.0, 57.0, 3.72030) };
        let to = Coord { x: dms(143.0, 55.0, 35.38390), y: -dms(37.0, 39.0, 10.15610) };
        assert!((distance_m(from, to) - 54_972.271).abs() < 0.0005);
    }

    /// A degree square at the equator by Karney's planimeter: 12 308 778 361.469 m².
    #[test]
    fn a_degree_square_at_the_equator() {
        near(area_m2(&MultiPolygon(vec![rect(0.0, 0.0, 1.0, 1.0)])), 12_308_778_361.469, 1e-9);
    }

    /// The two methods meet: a box just too wide for the plane against its two halves.
    #[test]
    fn plane_and_ellipsoid_agree() {
        let whole = area_m2(&MultiPolygon(vec![rect(104.5, 30.1, 104.701, 30.11)]));
        let halves = MultiPolygon(vec![rect(104.5, 30.1, 104.6, 30.11), rect(104.6, 30.1, 104.701, 30.11)]);
        near(area_m2(&halves), whole, 5e-6);
    }

    #[test]
    fn a_building_is_what_the_tape_says() {
        let corner = Coord { x: 472_000.0, y: 3_331_000.0 };
        let plane = crate::geodesy::gauss_kruger::EPSG_4544;
        let metres = polygon![
            (x: corner.x, y: corner.y), (x: corner.x + 40.0, y: corner.y),
            (x: corner.x + 40.0, y: corner.y + 12.0), (x: corner.x, y: corner.y + 12.0)];
        // The plane's scale here is 1 + (28 km)² / 2R²; areas on the ground are smaller by its square.
        let scale = 1.0 + 27_980.0f64.powi(2) / (2.0 * 6_366_000.0f64.powi(2));
        near(area_m2(&MultiPolygon(vec![plane.unproject(&metres)])), 480.0 / (scale * scale), 1e-6);
    }

    #[test]
    fn holes_are_left_out_whichever_way_they_run() {
        for reversed in [false, true] {
            let mut hole: LineString<f64> = rect(104.62, 30.12, 104.63, 30.13).exterior().clone();
            if reversed {
                hole.0.reverse();
            }
            let outer = rect(104.6, 30.1, 104.7, 30.2);
            let with_hole = MultiPolygon(vec![Polygon::new(outer.exterior().clone(), vec![hole.clone()])]);
            let alone = area_m2(&MultiPolygon(vec![outer]));
            let gone = area_m2(&MultiPolygon(vec![Polygon::new(hole, vec![])]));
            near(area_m2(&with_hole), alone - gone, 1e-6);
        }
    }

    #[test]
    fn nothing_measures_nothing() {
        assert_eq!(area_m2(&MultiPolygon(vec![])), 0.0);
        assert_eq!(length_m(&MultiLineString(vec![])), 0.0);
    }
}
