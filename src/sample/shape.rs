//! A parcel on the ground, and the room that it leaves for buildings.

use geo::Coord;

use super::ground::Ground;
use super::land::Parcel;

/// Half the width that is kept free for a lane.
const LANE_HALF_M: f64 = 4.6;
/// How far from south a row of housing may turn to follow its street: 16°.
const LARGEST_TILT: f64 = 0.2756;

/// A parcel seen along its rows: `s` along them, to the east more or less, `t` across them, to the
/// north.
pub struct ParcelShape {
    origin: Coord<f64>,
    along: Coord<f64>,
    /// The boundary, without its closing vertex.
    ring: Vec<Coord<f64>>,
    lane: Vec<Coord<f64>>,
}

/// A rectangle along the rows.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    pub s0: f64,
    pub t0: f64,
    pub s1: f64,
    pub t1: f64,
}

impl ParcelShape {
    pub fn new(ground: &Ground, parcel: &Parcel) -> Self {
        let (u, v) = parcel.plot.middle();
        let origin = ground.at(u, v);
        let (west, east) = (ground.at(u - 5.0, v), ground.at(u + 5.0, v));
        let (dx, dy) = (east.x - west.x, east.y - west.y);
        let tilt = (dy / (dx * dx + dy * dy).sqrt()).clamp(-LARGEST_TILT, LARGEST_TILT);
        let along = Coord { x: (1.0 - tilt * tilt).sqrt(), y: tilt };
        let mut shape = Self { origin, along, ring: Vec::new(), lane: Vec::new() };
        shape.ring = boundary(parcel).into_iter().map(|(u, v)| shape.local(ground.at(u, v))).collect();
        if let Some(lane) = parcel.lane.as_ref().filter(|lane| lane.is_between_buildings()) {
            let steps = (parcel.plot.height() / 12.0).ceil().max(1.0);
            shape.lane = (0..=steps as usize)
                .map(|i| parcel.plot.south + parcel.plot.height() * i as f64 / steps)
                .map(|v| shape.local(ground.at(lane.u, v)))
                .collect();
        }
        shape
    }

    fn local(&self, at: Coord<f64>) -> Coord<f64> {
        let (dx, dy) = (at.x - self.origin.x, at.y - self.origin.y);
        Coord { x: dx * self.along.x + dy * self.along.y, y: dy * self.along.x - dx * self.along.y }
    }

    /// Metres on the ground of a position along and across the rows.
    pub fn ground(&self, s: f64, t: f64) -> Coord<f64> {
        Coord {
            x: self.origin.x + s * self.along.x - t * self.along.y,
            y: self.origin.y + s * self.along.y + t * self.along.x,
        }
    }

    /// The southernmost and northernmost `t`.
    pub fn depth(&self) -> (f64, f64) {
        self.ring.iter().fold((f64::MAX, f64::MIN), |(low, high), at| (low.min(at.y), high.max(at.y)))
    }

    /// The rooms between `t0` and `t1` that keep `margin` from the boundary and clear of the lane,
    /// from west to east.
    pub fn rooms(&self, t0: f64, t1: f64, margin: f64) -> Vec<Room> {
        let steps = ((t1 - t0) / 6.0).ceil().max(1.0) as usize;
        let (mut west, mut east) = (f64::MIN, f64::MAX);
        let (mut lane_west, mut lane_east) = (f64::MAX, f64::MIN);
        for i in 0..=steps {
            let t = t0 + (t1 - t0) * i as f64 / steps as f64;
            let Some((low, high)) = extent(&self.ring, true, t) else { return Vec::new() };
            west = west.max(low + margin);
            east = east.min(high - margin);
            if let Some((low, high)) = extent(&self.lane, false, t) {
                lane_west = lane_west.min(low - LANE_HALF_M);
                lane_east = lane_east.max(high + LANE_HALF_M);
            }
        }
        // Vertices between the sampled lines count too.
        let (middle, half) = ((west + east) / 2.0, (east - west) / 2.0);
        for at in self.ring.iter().filter(|at| t0 - margin < at.y && at.y < t1 + margin) {
            if (at.x - middle).abs() < half + margin {
                if at.x < middle { west = west.max(at.x + margin) } else { east = east.min(at.x - margin) }
            }
        }
        let room = |s0: f64, s1: f64| Room { s0, t0, s1, t1 };
        let rooms = if lane_west > lane_east {
            vec![room(west, east)]
        } else {
            vec![room(west, east.min(lane_west)), room(west.max(lane_east), east)]
        };
        rooms.into_iter().filter(|room| room.s1 - room.s0 > 1.0).collect()
    }
}

/// The least and greatest `s` at which a line or ring crosses `t`.
fn extent(path: &[Coord<f64>], is_closed: bool, t: f64) -> Option<(f64, f64)> {
    let count = if is_closed { path.len() } else { path.len().saturating_sub(1) };
    let mut found: Option<(f64, f64)> = None;
    for i in 0..count {
        let (a, b) = (path[i], path[(i + 1) % path.len()]);
        if (a.y - t) * (b.y - t) > 0.0 || a.y == b.y {
            continue;
        }
        let s = a.x + (b.x - a.x) * (t - a.y) / (b.y - a.y);
        found = Some(found.map_or((s, s), |(low, high)| (low.min(s), high.max(s))));
    }
    found
}

/// The boundary of a parcel on the plan, anticlockwise from its south-west corner, without the
/// closing vertex. Each gate and the two ends of its opening are vertices.
pub fn boundary(parcel: &Parcel) -> Vec<(f64, f64)> {
    let plot = &parcel.plot;
    let openings = |v: f64| -> Vec<f64> {
        let lane =
            parcel.lane.as_ref().filter(|lane| lane.gate_v == v || lane.back.as_ref().is_some_and(|b| b.gate_v == v));
        lane.map_or(Vec::new(), |lane| {
            vec![lane.u - super::gates::OPENING_HALF_M, lane.u, lane.u + super::gates::OPENING_HALF_M]
        })
    };
    let mut ring = Vec::new();
    ring.extend(stops(plot.west, plot.east, &openings(plot.south)).into_iter().map(|u| (u, plot.south)));
    ring.extend(stops(plot.south, plot.north, &[]).into_iter().map(|v| (plot.east, v)));
    let mut north = stops(plot.west, plot.east, &openings(plot.north));
    north.push(plot.east);
    ring.extend(north.into_iter().skip(1).rev().map(|u| (u, plot.north)));
    let mut west = stops(plot.south, plot.north, &[]);
    west.push(plot.north);
    ring.extend(west.into_iter().skip(1).rev().map(|v| (plot.west, v)));
    ring
}

/// From `from` on to, but without, `to`: every 35 m or so and at `extra`.
fn stops(from: f64, to: f64, extra: &[f64]) -> Vec<f64> {
    let count = ((to - from) / 35.0).ceil().max(1.0);
    let mut stops: Vec<f64> = (0..count as usize).map(|i| from + (to - from) * i as f64 / count).collect();
    stops.retain(|at| extra.iter().all(|e| (e - at).abs() > 1.0) || *at == from);
    stops.extend(extra.iter().filter(|e| from < **e && **e < to));
    stops.sort_by(f64::total_cmp);
    stops
}
