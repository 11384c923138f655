//! The Tuo river (沱江) and the railway.

use geo::Coord;

use super::feature::{Feature, areas, lines, text};
use super::ground::{Ground, sin};
use super::layout::Layout;

/// How far river and rails go on beyond the city's plan.
const BEYOND_M: f64 = 2600.0;
const STEP_M: f64 = 60.0;

fn along(layout: &Layout) -> impl DoubleEndedIterator<Item = f64> + Clone {
    let end = layout.half_v + BEYOND_M;
    let count = (2.0 * end / STEP_M).ceil() as i64;
    (0..=count).map(move |i| -end + 2.0 * end * i as f64 / count as f64)
}

/// Half of the river's width.
fn half_width(v: f64) -> f64 {
    82.0 + 12.0 * sin(v / 430.0) + 6.0 * sin(v / 170.0 + 1.0)
}

pub fn river(ground: &Ground, layout: &Layout) -> Feature {
    let west: Vec<Coord<f64>> = along(layout).map(|v| ground.at(layout.river_u - half_width(v), v)).collect();
    let east = along(layout).rev().map(|v| ground.at(layout.river_u + half_width(v), v));
    // Anticlockwise: down the west bank, up the east bank.
    let ring: Vec<Coord<f64>> = west.into_iter().rev().chain(east.collect::<Vec<_>>().into_iter().rev()).collect();
    Feature::new(areas(vec![ring])).with("name", text("沱江")).with("barrier_kind", text("river"))
}

pub fn railway(ground: &Ground, layout: &Layout) -> Feature {
    let rails = along(layout).map(|v| ground.at(layout.rail_u, v)).collect();
    Feature::new(lines(vec![rails])).with("name", text("成渝线")).with("barrier_kind", text("railway"))
}
