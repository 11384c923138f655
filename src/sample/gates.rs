//! Gates, walls with openings at the gates, and the lanes that lead through them.

use geo::Coord;

use super::ground::Ground;
use super::land::{LandUse, Lane, Parcel};
use super::layout::{Axis, Layout};
use super::random::Random;
use super::shape::boundary;
use super::street_class::StreetClass;

/// Half of a gate's opening in the wall.
pub const OPENING_HALF_M: f64 = 3.0;
/// A lane ends this far inside a gate that is closed.
const BEFORE_CLOSED_M: f64 = 6.0;

pub struct Gate {
    pub at: Coord<f64>,
    pub parcel: usize,
    pub kind: &'static str,
    pub is_open: bool,
    /// 南 or 北.
    pub side: &'static str,
}

/// Adds the lanes of the parcels to the streets, those of housing first. A lane is cut at its gates, so that a closed
/// gate is a break in the network and not a note beside it.
pub fn add_lanes(layout: &mut Layout, parcels: &[Parcel]) {
    for (_, parcel) in housing_first(parcels) {
        let Some(lane) = &parcel.lane else { continue };
        let mut add = |a: f64, b: f64, class: StreetClass| {
            if a != b {
                layout.run(Axis::V, lane.u, a.min(b), a.max(b), class, None);
            }
        };
        let inward = if lane.gate_v > lane.street_v { 1.0 } else { -1.0 };
        add(lane.street_v, lane.gate_v, StreetClass::Service);
        match &lane.back {
            Some(back) if back.is_open => {
                add(lane.gate_v, back.gate_v, StreetClass::Service);
                add(back.gate_v, back.way_v, StreetClass::Footway);
            }
            Some(back) => {
                let end = (back.gate_v - lane.gate_v).abs() - BEFORE_CLOSED_M;
                add(lane.gate_v, lane.gate_v + inward * end.max(2.0), StreetClass::Service);
                add(back.gate_v, back.way_v, StreetClass::Footway);
            }
            None => add(lane.gate_v, lane.inner_v, StreetClass::Service),
        }
    }
}

/// Parcels with their numbers: housing, then what else has a wall.
fn housing_first(parcels: &[Parcel]) -> impl Iterator<Item = (usize, &Parcel)> {
    let is_housing = |parcel: &Parcel| matches!(parcel.land_use, LandUse::OldHousing | LandUse::NewHousing);
    let all = || parcels.iter().enumerate();
    all().filter(move |(_, one)| is_housing(one)).chain(all().filter(move |(_, one)| !is_housing(one)))
}

/// The gates of what has a wall: of housing in the order of the parcels, then of schools and works.
pub fn gates(ground: &Ground, parcels: &[Parcel], random: &mut Random) -> Vec<Gate> {
    let mut gates = Vec::new();
    for (index, parcel) in housing_first(parcels).filter(|(_, parcel)| parcel.is_walled) {
        let Some(lane) = &parcel.lane else { continue };
        let side = |v: f64| if v == parcel.plot.south { "南" } else { "北" };
        let front = if parcel.land_use == LandUse::OldHousing {
            random.weighted(&[("both", 0.72), ("pedestrian", 0.13), ("vehicle", 0.15)])
        } else {
            "both"
        };
        let at = |v: f64| ground.at(lane.u, v);
        gates.push(Gate { at: at(lane.gate_v), parcel: index, kind: front, is_open: true, side: side(lane.gate_v) });
        if let Some(back) = &lane.back {
            gates.push(Gate {
                at: at(back.gate_v),
                parcel: index,
                kind: "pedestrian",
                is_open: back.is_open,
                side: side(back.gate_v),
            });
        }
    }
    gates
}

/// The wall of a parcel on the ground: its boundary without the openings of its open gates.
pub fn wall(ground: &Ground, parcel: &Parcel) -> Vec<Vec<Coord<f64>>> {
    let ring = boundary(parcel);
    let is_open = |(u0, v0): (f64, f64), (u1, v1): (f64, f64)| {
        let middle = (u0 + u1) / 2.0;
        v0 == v1
            && parcel.lane.as_ref().is_some_and(|lane| {
                let is_at_gate = v0 == lane.gate_v || open_back(lane) == Some(v0);
                is_at_gate && (middle - lane.u).abs() < OPENING_HALF_M
            })
    };
    let closed: Vec<bool> = (0..ring.len()).map(|i| !is_open(ring[i], ring[(i + 1) % ring.len()])).collect();
    // Begin after an opening, so that no wall is cut at the corner where the ring happens to start.
    let start = (0..ring.len()).find(|&i| closed[i] && !closed[(i + ring.len() - 1) % ring.len()]).unwrap_or(0);
    let mut parts: Vec<Vec<Coord<f64>>> = Vec::new();
    let mut is_in_wall = false;
    for k in 0..ring.len() {
        let i = (start + k) % ring.len();
        if closed[i] {
            let (a, b) = (ring[i], ring[(i + 1) % ring.len()]);
            if !is_in_wall {
                parts.push(vec![ground.at(a.0, a.1)]);
            }
            if let Some(part) = parts.last_mut() {
                part.push(ground.at(b.0, b.1));
            }
        }
        is_in_wall = closed[i];
    }
    parts
}

fn open_back(lane: &Lane) -> Option<f64> {
    lane.back.as_ref().filter(|back| back.is_open).map(|back| back.gate_v)
}
