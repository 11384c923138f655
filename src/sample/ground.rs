//! From the plan of the city to the ground.
//!
//! The city is laid out on a plan of straight lines, `u` to the east and `v` to the north in
//! metres, where a block is a rectangle and the river a strip. [`Ground`] bends the plan as the
//! river and the hills would have, into metres around the centre, and then into degrees. Every step
//! is one to one, so what is apart on the plan is apart on the ground.
//!
//! Only `+ - * /` and `sqrt` are used, which every machine computes alike: the same seed gives the
//! same bytes everywhere.

use geo::Coord;

use super::random::Random;

/// Where the plan's origin lies.
pub const CENTER: Coord<f64> = Coord { x: 104.65, y: 30.12 };

/// Distance from the river at which its bends have halved in the streets.
const RIVER_PULL_M: f64 = 1900.0;

#[derive(Debug, Clone)]
pub struct Ground {
    half_u: f64,
    half_v: f64,
    river_u: f64,
    phases: [f64; 6],
}

impl Ground {
    /// `half_u`, `half_v`: half the sides of the city's plan. `river_u`: where the river runs.
    pub fn new(half_u: f64, half_v: f64, river_u: f64, random: &mut Random) -> Self {
        Self { half_u, half_v, river_u, phases: std::array::from_fn(|_| random.between(0.0, TURN)) }
    }

    /// Metres east and north of the centre.
    pub fn at(&self, u: f64, v: f64) -> Coord<f64> {
        let [p0, p1, p2, p3, p4, p5] = self.phases;
        // The river swings, and the streets beside it follow.
        let swing = 400.0 * sin(TURN * v / 5200.0 + p0) + 110.0 * sin(TURN * v / 2300.0 + p1);
        let far = (u - self.river_u) / RIVER_PULL_M;
        let (u1, v1) = (u + swing / (1.0 + far * far), v);
        // The corners of the plan are drawn in: a city grows round.
        let (across, along) = (u1 / self.half_u, v1 / self.half_v);
        let u2 = u1 * (1.0 - 0.19 * (along * along).min(1.4));
        let v2 = v1 * (1.0 - 0.17 * (across * across).min(1.4));
        // Streets are older than surveyors.
        let x = u2 + 60.0 * sin(v2 / 640.0 + p2) + 22.0 * sin((u2 + 1.7 * v2) / 300.0 + p3);
        let y = v2 + 60.0 * sin(u2 / 700.0 + p4) + 20.0 * sin((1.6 * u2 - v2) / 320.0 + p5);
        // All of it leans a little: 5° to the west of north.
        const COS: f64 = 0.996_194_698_091_745_5;
        const SIN: f64 = 0.087_155_742_747_658_17;
        Coord { x: x * COS - y * SIN, y: x * SIN + y * COS }
    }
}

/// Degrees, rounded to seven decimals (a centimetre), of metres around the centre.
///
/// A plain map on the ellipsoid's radii at the centre; the sample needs no more, since what is
/// measured is measured from the degrees.
pub fn to_degrees(at: Coord<f64>) -> Coord<f64> {
    const SEMI_MAJOR_AXIS_M: f64 = 6_378_137.0;
    const ECCENTRICITY_SQUARED: f64 = 0.006_694_380_022_900_787;
    /// Sine and cosine of 30.12°.
    const SIN: f64 = 0.501_812_701_415_888_4;
    const COS: f64 = 0.864_976_307_593_270_7;
    const W2: f64 = 1.0 - ECCENTRICITY_SQUARED * SIN * SIN;
    let w = W2.sqrt();
    let meridian_radius = SEMI_MAJOR_AXIS_M * (1.0 - ECCENTRICITY_SQUARED) / (W2 * w);
    let north = at.y / meridian_radius;
    // Cosine of the latitude, expanded around the centre.
    let cos = COS - north * (SIN + north * (COS / 2.0 - north * SIN / 6.0));
    let east = at.x / (SEMI_MAJOR_AXIS_M / w * cos);
    const DEGREES: f64 = 180.0 / std::f64::consts::PI;
    let round = |degrees: f64| (degrees * 1e7).round() / 1e7;
    Coord { x: round(CENTER.x + east * DEGREES), y: round(CENTER.y + north * DEGREES) }
}

const TURN: f64 = std::f64::consts::TAU;

/// Sine by its series, to 1e-9.
pub fn sin(angle: f64) -> f64 {
    let turned = angle - (angle / TURN + 0.5).floor() * TURN;
    let quarter = TURN / 4.0;
    let x = match turned {
        x if x > quarter => TURN / 2.0 - x,
        x if x < -quarter => -TURN / 2.0 - x,
        x => x,
    };
    let x2 = x * x;
    let mut sum = 0.0;
    for n in [14.0, 12.0, 10.0, 8.0, 6.0, 4.0, 2.0] {
        sum = (1.0 + sum) * -x2 / (n * (n + 1.0));
    }
    x * (1.0 + sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sine_is_a_sine() {
        for i in -2000..2000 {
            let angle = f64::from(i) * 0.013;
            assert!((sin(angle) - angle.sin()).abs() < 1e-9, "{angle}");
        }
    }

    #[test]
    fn metres_are_metres() {
        let origin = to_degrees(Coord { x: 0.0, y: 0.0 });
        assert_eq!(origin, CENTER);
        for (x, y) in [(3000.0, 0.0), (0.0, 3000.0), (-2500.0, 2500.0), (9000.0, -12000.0)] {
            let m = crate::geodesy::measure::distance_m(origin, to_degrees(Coord { x, y }));
            let expected = f64::hypot(x, y);
            assert!((m / expected - 1.0).abs() < 2e-3, "{m} {expected}");
        }
    }
}
