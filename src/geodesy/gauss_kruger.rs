//! Gauss-Krüger (transverse Mercator) on the CGCS2000 ellipsoid: the plane in which the city is
//! analysed. EPSG:4544 is Ziyang's 3-degree zone.
//!
//! Krüger's series to n⁶ as in C. F. F. Karney, *Transverse Mercator with an accuracy of a few
//! nanometers*, J. Geodesy 85 (2011), equations 7-11, 19-21, 35, 36.

use geo::{Coord, MapCoords};

/// CGCS2000 (GB/T 22483): a = 6378137 m, f = 1/298.257222101, in which it equals GRS 80.
const SEMI_MAJOR_AXIS_M: f64 = 6_378_137.0;
const FLATTENING: f64 = 1.0 / 298.257_222_101;

/// A zone: its central meridian and what is added to eastings. Scale on the meridian is 1, the
/// origin of northings is the equator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GaussKruger {
    pub central_meridian_deg: f64,
    pub false_easting_m: f64,
}

/// The city's plane: what a distance of 300 m is measured in.
pub const EPSG_4544: GaussKruger = GaussKruger { central_meridian_deg: 105.0, false_easting_m: 500_000.0 };

impl Default for GaussKruger {
    fn default() -> Self {
        EPSG_4544
    }
}

impl GaussKruger {
    /// The CGCS2000 3-degree zones: EPSG 4513-4533 (eastings begin with the zone's number) and
    /// 4534-4554 (they do not). `None` for every other code.
    pub fn from_epsg(code: u32) -> Option<Self> {
        let (zone, has_prefix) = match code {
            4513..=4533 => (code - 4513 + 25, true),
            4534..=4554 => (code - 4534 + 25, false),
            _ => return None,
        };
        let zone = f64::from(zone);
        let prefix_m = if has_prefix { zone * 1e6 } else { 0.0 };
        Some(Self { central_meridian_deg: 3.0 * zone, false_easting_m: 500_000.0 + prefix_m })
    }

    /// The 3-degree zone without a number in its eastings whose meridian is nearest to a longitude.
    /// Ziyang's 104.65° gives EPSG:4544.
    pub fn of_longitude(lon: f64) -> Self {
        Self { central_meridian_deg: 3.0 * (lon / 3.0).round(), false_easting_m: 500_000.0 }
    }

    /// Metres `(east, north)` of a longitude and latitude in degrees.
    ///
    /// Exact to some nanometres within 3900 km of the central meridian; a position 90° away from
    /// it gives an infinite easting.
    pub fn to_plane(&self, lon_lat: Coord<f64>) -> Coord<f64> {
        let (lambda, phi) = ((lon_lat.x - self.central_meridian_deg).to_radians(), lon_lat.y.to_radians());
        let tau = conformal_tangent(phi.tan());
        let (sin, cos) = lambda.sin_cos();
        let (xi0, eta0) = (tau.atan2(cos), (sin / tau.hypot(cos)).asinh());
        let (mut xi, mut eta) = (xi0, eta0);
        for (j, alpha) in (1..).zip(ALPHA) {
            let m = 2.0 * f64::from(j);
            xi += alpha * (m * xi0).sin() * (m * eta0).cosh();
            eta += alpha * (m * xi0).cos() * (m * eta0).sinh();
        }
        Coord { x: self.false_easting_m + RECTIFYING_RADIUS_M * eta, y: RECTIFYING_RADIUS_M * xi }
    }

    /// Longitude and latitude in degrees of metres `(east, north)`.
    pub fn to_lon_lat(&self, plane: Coord<f64>) -> Coord<f64> {
        let (xi0, eta0) = (plane.y / RECTIFYING_RADIUS_M, (plane.x - self.false_easting_m) / RECTIFYING_RADIUS_M);
        let (mut xi, mut eta) = (xi0, eta0);
        for (j, beta) in (1..).zip(BETA) {
            let m = 2.0 * f64::from(j);
            xi -= beta * (m * xi0).sin() * (m * eta0).cosh();
            eta -= beta * (m * xi0).cos() * (m * eta0).sinh();
        }
        let (sin, cos) = xi.sin_cos();
        let lambda = eta.sinh().atan2(cos);
        let tau = geographic_tangent(sin / eta.sinh().hypot(cos));
        Coord { x: lambda.to_degrees() + self.central_meridian_deg, y: tau.atan().to_degrees() }
    }

    /// A geometry in degrees, put on the plane vertex by vertex.
    pub fn project<G: MapCoords<f64, f64>>(&self, degrees: &G) -> G::Output {
        degrees.map_coords(|at| self.to_plane(at))
    }

    /// A geometry on the plane, in degrees, vertex by vertex.
    pub fn unproject<G: MapCoords<f64, f64>>(&self, plane: &G) -> G::Output {
        plane.map_coords(|at| self.to_lon_lat(at))
    }
}

/// Third flattening, the small number of the series.
const N: f64 = FLATTENING / (2.0 - FLATTENING);
const ECCENTRICITY_SQUARED: f64 = FLATTENING * (2.0 - FLATTENING);
/// Radius of the circle with the meridian's length (equation 14).
const RECTIFYING_RADIUS_M: f64 = SEMI_MAJOR_AXIS_M / (1.0 + N) * {
    let n2 = N * N;
    1.0 + n2 * (1.0 / 4.0 + n2 * (1.0 / 64.0 + n2 / 256.0))
};

/// Σ c[i] nⁱ
const fn series(power: usize, terms: &[f64]) -> f64 {
    let (mut sum, mut at) = (0.0, terms.len());
    while at > 0 {
        at -= 1;
        sum = sum * N + terms[at];
    }
    let mut factor = 0;
    while factor < power {
        sum *= N;
        factor += 1;
    }
    sum
}

/// Equation 35.
const ALPHA: [f64; 6] = [
    series(1, &[1.0 / 2.0, -2.0 / 3.0, 5.0 / 16.0, 41.0 / 180.0, -127.0 / 288.0, 7891.0 / 37800.0]),
    series(2, &[13.0 / 48.0, -3.0 / 5.0, 557.0 / 1440.0, 281.0 / 630.0, -1_983_433.0 / 1_935_360.0]),
    series(3, &[61.0 / 240.0, -103.0 / 140.0, 15061.0 / 26880.0, 167_603.0 / 181_440.0]),
    series(4, &[49561.0 / 161_280.0, -179.0 / 168.0, 6_601_661.0 / 7_257_600.0]),
    series(5, &[34729.0 / 80640.0, -3_418_889.0 / 1_995_840.0]),
    series(6, &[212_378_941.0 / 319_334_400.0]),
];

/// Equation 36.
const BETA: [f64; 6] = [
    series(1, &[1.0 / 2.0, -2.0 / 3.0, 37.0 / 96.0, -1.0 / 360.0, -81.0 / 512.0, 96199.0 / 604_800.0]),
    series(2, &[1.0 / 48.0, 1.0 / 15.0, -437.0 / 1440.0, 46.0 / 105.0, -1_118_711.0 / 3_870_720.0]),
    series(3, &[17.0 / 480.0, -37.0 / 840.0, -209.0 / 4480.0, 5569.0 / 90720.0]),
    series(4, &[4397.0 / 161_280.0, -11.0 / 504.0, -830_251.0 / 7_257_600.0]),
    series(5, &[4583.0 / 161_280.0, -108_847.0 / 3_991_680.0]),
    series(6, &[20_648_693.0 / 638_668_800.0]),
];

/// Tangent of the conformal latitude, from that of the geographic one (equations 7-9).
fn conformal_tangent(tau: f64) -> f64 {
    let e = ECCENTRICITY_SQUARED.sqrt();
    let secant = 1.0f64.hypot(tau);
    let sigma = (e * (e * tau / secant).atanh()).sinh();
    tau * 1.0f64.hypot(sigma) - sigma * secant
}

/// The way back, by Newton's method (equations 19-21): two or three steps suffice.
fn geographic_tangent(conformal: f64) -> f64 {
    let mut tau = conformal;
    for _ in 0..5 {
        let at = conformal_tangent(tau);
        let step = (conformal - at) / 1.0f64.hypot(at) * (1.0 + (1.0 - ECCENTRICITY_SQUARED) * tau * tau)
            / ((1.0 - ECCENTRICITY_SQUARED) * 1.0f64.hypot(tau));
        tau += step;
        // Also ends on NaN, at the poles, where the tangent overflows to what it already was.
        if step.abs() <= 1e-15 * tau.abs().max(1.0) || step.is_nan() {
            break;
        }
    }
    tau
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `gdaltransform -s_srs EPSG:4490 -t_srs EPSG:4544 -output_xy`, GDAL 3.6 with PROJ 9.1.
    const BY_PROJ: [((f64, f64), (f64, f64)); 8] = [
        ((104.65, 30.12), (466270.400574439, 3333467.51013784)),
        ((105.0, 30.0), (500000.0, 3320113.39784502)),
        ((103.6, 28.05), (362349.304466321, 3104773.65722271)),
        ((106.4, 31.9), (632439.64122069, 3531618.98812415)),
        ((104.65, -30.12), (466270.400574439, -3333467.51013784)),
        ((108.0, 45.0), (736540.642360095, 4989325.23467312)),
        ((104.7123456, 30.0987654), (472272.763111069, 3331096.77122252)),
        ((110.0, 25.0), (1005165.35266952, 2775385.36529614)),
    ];

    #[test]
    fn agrees_with_proj_to_a_micrometre() {
        for ((lon, lat), (east, north)) in BY_PROJ {
            let plane = EPSG_4544.to_plane(Coord { x: lon, y: lat });
            assert!((plane.x - east).abs() < 1e-6 && (plane.y - north).abs() < 1e-6, "{lon} {lat}: {plane:?}");
            let back = EPSG_4544.to_lon_lat(Coord { x: east, y: north });
            assert!((back.x - lon).abs() < 1e-11 && (back.y - lat).abs() < 1e-11, "{east} {north}: {back:?}");
        }
    }

    #[test]
    fn codes_name_the_zones() {
        assert_eq!(GaussKruger::from_epsg(4544), Some(EPSG_4544));
        let with_zone = GaussKruger::from_epsg(4523).expect("zone 35");
        let east = with_zone.to_plane(Coord { x: 104.65, y: 30.12 }).x;
        assert!((east - 35_466_270.400_574_4).abs() < 1e-6);
        assert_eq!(GaussKruger::from_epsg(4554).map(|zone| zone.central_meridian_deg), Some(135.0));
        assert_eq!(GaussKruger::from_epsg(2380), None, "Xian 1980 is another datum");
        assert_eq!(GaussKruger::of_longitude(104.65), EPSG_4544);
        assert_eq!(GaussKruger::of_longitude(116.35).central_meridian_deg, 117.0);
    }

    proptest! {
        #[test]
        fn there_and_back(lon in 95.0..115.0f64, lat in -80.0..80.0f64) {
            let plane = EPSG_4544.to_plane(Coord { x: lon, y: lat });
            let back = EPSG_4544.to_lon_lat(plane);
            prop_assert!((back.x - lon).abs() < 1e-12 * 115.0 && (back.y - lat).abs() < 1e-12 * 90.0, "{back:?}");
        }
    }
}
