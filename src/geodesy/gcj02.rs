//! GCJ-02 (国测局坐标): the shifted datum of Chinese web maps (高德, 腾讯, Google in China).
//!
//! There is no published definition. The formula here is the one that all open implementations
//! share (eviltransform, coordtransform); it reproduces the vendors' maps to about a metre. WGS 84
//! and CGCS2000 are taken as one: they differ by centimetres.

use std::f64::consts::PI;

use geo::Coord;

/// Krasovsky 1940, whose axis the shift was made with.
const SEMI_MAJOR_AXIS_M: f64 = 6_378_245.0;
const ECCENTRICITY_SQUARED: f64 = 0.006_693_421_622_965_943;

/// True inside the box in which the shift applies. Outside, GCJ-02 is WGS 84.
pub fn applies(lon: f64, lat: f64) -> bool {
    (72.004..=137.8347).contains(&lon) && (0.8293..=55.8271).contains(&lat)
}

/// GCJ-02 degrees of a WGS 84 (or CGCS2000) position.
pub fn from_wgs84(lon: f64, lat: f64) -> Coord<f64> {
    if !applies(lon, lat) {
        return Coord { x: lon, y: lat };
    }
    let shift = shift(lon, lat);
    Coord { x: lon + shift.x, y: lat + shift.y }
}

/// WGS 84 degrees of a GCJ-02 position: the exact inverse of [`from_wgs84`], to 1e-12 degrees.
///
/// The shift changes by less than 1 % of a step, so putting the last answer back in gains two
/// digits each time. Within a kilometre of the box's edge two positions can share one GCJ-02
/// position; the one inside the box is returned.
pub fn to_wgs84(lon: f64, lat: f64) -> Coord<f64> {
    let mut at = Coord { x: lon, y: lat };
    for _ in 0..12 {
        let shift = shift(at.x, at.y);
        let next = Coord { x: lon - shift.x, y: lat - shift.y };
        let is_settled = (next.x - at.x).abs() < 1e-13 && (next.y - at.y).abs() < 1e-13;
        at = next;
        if is_settled {
            break;
        }
    }
    if applies(at.x, at.y) { at } else { Coord { x: lon, y: lat } }
}

/// How far GCJ-02 lies from WGS 84 here, in degrees.
fn shift(lon: f64, lat: f64) -> Coord<f64> {
    let (x, y) = (lon - 105.0, lat - 35.0);
    let root = x.abs().sqrt();
    let wave = 20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin();
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * root
        + (wave
            + 20.0 * (y * PI).sin()
            + 40.0 * (y / 3.0 * PI).sin()
            + 160.0 * (y / 12.0 * PI).sin()
            + 320.0 * (y / 30.0 * PI).sin())
            * 2.0
            / 3.0;
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * root
        + (wave
            + 20.0 * (x * PI).sin()
            + 40.0 * (x / 3.0 * PI).sin()
            + 150.0 * (x / 12.0 * PI).sin()
            + 300.0 * (x / 30.0 * PI).sin())
            * 2.0
            / 3.0;

    let (sin, cos) = lat.to_radians().sin_cos();
    let w2 = 1.0 - ECCENTRICITY_SQUARED * sin * sin;
    let meridian_radius = SEMI_MAJOR_AXIS_M * (1.0 - ECCENTRICITY_SQUARED) / (w2 * w2.sqrt());
    let parallel_radius = SEMI_MAJOR_AXIS_M / w2.sqrt() * cos;
    Coord { x: (east / parallel_radius).to_degrees(), y: (north / meridian_radius).to_degrees() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::geodesy::measure::distance_m;

    #[test]
    fn ziyang_is_off_by_392_metres() {
        let here = Coord { x: 104.65, y: 30.12 };
        let there = from_wgs84(here.x, here.y);
        assert_eq!(distance_m(here, there).round(), 392.0);
        assert!(there.x > here.x && there.y < here.y, "to the south-east");
    }

    #[test]
    fn outside_china_nothing_moves() {
        for (lon, lat) in [(-104.9903, 39.7392), (153.0251, -27.4698), (-43.1729, -22.9068)] {
            assert_eq!(from_wgs84(lon, lat), Coord { x: lon, y: lat });
            assert_eq!(to_wgs84(lon, lat), Coord { x: lon, y: lat });
        }
    }

    proptest! {
        #[test]
        fn there_and_back(lon in 72.1..137.7f64, lat in 0.9..55.7f64) {
            let there = from_wgs84(lon, lat);
            let back = to_wgs84(there.x, there.y);
            prop_assert!((back.x - lon).abs() < 1e-9 && (back.y - lat).abs() < 1e-9, "{back:?}");
        }
    }
}
