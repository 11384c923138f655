//! BD-09 (百度坐标): Baidu's second shift on top of GCJ-02.
//!
//! Like GCJ-02 it has no published definition; this is the formula of the open implementations.

use std::f64::consts::PI;

use geo::Coord;

use super::gcj02;

const WAVE: f64 = PI * 3000.0 / 180.0;

/// BD-09 degrees of a WGS 84 (or CGCS2000) position. The same position outside China's box.
pub fn from_wgs84(lon: f64, lat: f64) -> Coord<f64> {
    if !gcj02::applies(lon, lat) {
        return Coord { x: lon, y: lat };
    }
    let at = gcj02::from_wgs84(lon, lat);
    from_gcj02(at.x, at.y)
}

/// WGS 84 degrees of a BD-09 position: the exact inverse of [`from_wgs84`], to 1e-11 degrees.
pub fn to_wgs84(lon: f64, lat: f64) -> Coord<f64> {
    let gcj = to_gcj02(lon, lat);
    let at = gcj02::to_wgs84(gcj.x, gcj.y);
    if gcj02::applies(at.x, at.y) { at } else { Coord { x: lon, y: lat } }
}

/// BD-09 degrees of a GCJ-02 position.
pub fn from_gcj02(lon: f64, lat: f64) -> Coord<f64> {
    let radius = lon.hypot(lat) + 0.00002 * (lat * WAVE).sin();
    let angle = lat.atan2(lon) + 0.000003 * (lon * WAVE).cos();
    Coord { x: radius * angle.cos() + 0.0065, y: radius * angle.sin() + 0.006 }
}

/// GCJ-02 degrees of a BD-09 position, by putting the last answer back in: each time gains more
/// than one digit.
pub fn to_gcj02(lon: f64, lat: f64) -> Coord<f64> {
    let mut at = Coord { x: lon - 0.0065, y: lat - 0.006 };
    for _ in 0..16 {
        let there = from_gcj02(at.x, at.y);
        let error = Coord { x: there.x - lon, y: there.y - lat };
        at = at - error;
        if error.x.abs() < 1e-13 && error.y.abs() < 1e-13 {
            break;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::geodesy::measure::distance_m;

    #[test]
    fn ziyang_is_off_by_937_metres() {
        let here = Coord { x: 104.65, y: 30.12 };
        let there = from_wgs84(here.x, here.y);
        assert_eq!(distance_m(here, there).round(), 937.0);
        assert!(there.x > here.x && there.y > here.y, "to the north-east");
    }

    #[test]
    fn outside_china_nothing_moves() {
        assert_eq!(from_wgs84(-43.1729, -22.9068), Coord { x: -43.1729, y: -22.9068 });
        assert_eq!(to_wgs84(-43.1729, -22.9068), Coord { x: -43.1729, y: -22.9068 });
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
