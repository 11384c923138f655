//! How a place joins the streets.
//!
//! A walk leaves a place in a straight line, to wherever a street comes nearest: each local minimum of the
//! distance to the streets on the ground, within [`WalkSettings::access_m`], that can be reached without
//! crossing another street, a barrier, or the edge of a compound elsewhere than at an open gate. The walk
//! takes whichever is best. In a compound it may also go straight to each open gate.
//!
//! Invariants: the places where streets come nearest do not depend on where streets are cut into edges, nor on
//! barriers; so a new junction changes no walk, and a new wall shortens none.

use geo::Coord;

use super::barriers::inner_leg;
use super::compounds::NO_COMPOUND;
use super::network::Network;
use super::segment::{Segment, crosses, distance_m};
use super::settings::INSIDE_M;
use super::streets::{Corner, Streets};

/// Marks the number of a gate where otherwise an edge's stands.
const GATE: u32 = 1 << 31;

/// One way onto the streets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Join {
    target: u32,
    along_m: f64,
    pub leg_m: f64,
}

/// Where a [`Join`] arrives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Target {
    /// An edge, and the metres from its start.
    Edge(u32, f64),
    Gate(u32),
}

impl Join {
    pub fn on_edge(edge: u32, along_m: f64, leg_m: f64) -> Self {
        Self { target: edge, along_m, leg_m }
    }

    pub fn at_gate(gate: u32, leg_m: f64) -> Self {
        Self { target: gate | GATE, along_m: 0.0, leg_m }
    }

    /// The same in a network whose edges have other numbers.
    pub(super) fn renumbered(self, number: impl Fn(u32) -> u32) -> Self {
        match self.target() {
            Target::Edge(edge, along_m) => Self::on_edge(number(edge), along_m, self.leg_m),
            Target::Gate(_) => self,
        }
    }

    #[inline]
    pub fn target(&self) -> Target {
        if self.target & GATE == 0 {
            Target::Edge(self.target, self.along_m)
        } else {
            Target::Gate(self.target & !GATE)
        }
    }
}

/// Room to work in, kept from place to place.
#[derive(Default)]
pub struct Finder {
    near: Vec<Segment>,
    corners: Vec<(Corner, f64, u32, f64)>,
    nearest: Vec<Nearest>,
}

/// A place where a street comes nearest.
#[derive(Debug, Clone, Copy)]
struct Nearest {
    distance_m: f64,
    edge: u32,
    along_m: f64,
    at: Coord<f64>,
}

impl Finder {
    /// The ways of a place onto the streets, the shortest leg first.
    pub fn joins(&mut self, network: &Network, at: Coord<f64>, compound: u32, joins: &mut Vec<Join>) {
        self.find_nearest(&network.streets, at, network.settings.access_m);
        joins.clear();
        for nearest in &self.nearest {
            if !self.is_hidden(at, nearest) && !network.is_blocked(at, nearest.at) {
                joins.push(Join::on_edge(nearest.edge, nearest.along_m, nearest.distance_m));
            }
        }
        if compound != NO_COMPOUND {
            for (number, gate) in network.compounds.open_gates(compound) {
                let leg_m = distance_m(at, gate.at);
                if leg_m <= INSIDE_M && !is_walled_off(network, at, gate.at) {
                    joins.push(Join::at_gate(number, leg_m));
                }
            }
        }
    }

    /// Local minima of the distance from `at` to the streets on the ground, within `reach`.
    fn find_nearest(&mut self, streets: &Streets, at: Coord<f64>, reach: f64) {
        self.near.clear();
        self.corners.clear();
        self.nearest.clear();
        let on_ground = |segment: &&Segment| !streets.edges[segment.owner as usize].is_off_ground;
        self.near.extend(streets.segments_around(at, reach).filter(on_ground));
        for segment in &self.near {
            let share = segment.foot(at);
            if 0.0 < share && share < 1.0 {
                let place = segment.at(share);
                let distance_m = distance_m(place, at);
                if distance_m <= reach {
                    let along_m = streets.along_at(segment, share);
                    self.nearest.push(Nearest { distance_m, edge: segment.owner, along_m, at: place });
                }
            } else {
                let is_end = share >= 1.0;
                let place = if is_end { segment.b } else { segment.a };
                let distance_m = distance_m(place, at);
                if distance_m <= reach {
                    let along_m = streets.along_at(segment, if is_end { 1.0 } else { 0.0 });
                    self.corners.push((streets.corner(segment, is_end), distance_m, segment.owner, along_m));
                }
            }
        }
        // A corner is a minimum when every segment that meets there ends there as seen from the place.
        self.corners.sort_by(|a, b| a.0.cmp(&b.0).then(a.2.cmp(&b.2)).then(a.3.total_cmp(&b.3)));
        for group in self.corners.chunk_by(|a, b| a.0 == b.0) {
            let (corner, distance_m, edge, along_m) = group[0];
            let meeting = match corner {
                Corner::Node(node) => streets.ground_ends[node as usize] as usize,
                Corner::Bend(_) => 2,
            };
            if group.len() == meeting {
                self.nearest.push(Nearest { distance_m, edge, along_m, at: streets.at(edge, along_m) });
            }
        }
        let order = |a: &Nearest, b: &Nearest| {
            a.distance_m.total_cmp(&b.distance_m).then(a.edge.cmp(&b.edge)).then(a.along_m.total_cmp(&b.along_m))
        };
        self.nearest.sort_by(order);
    }

    /// True where another street lies between a place and where a street comes nearest.
    fn is_hidden(&self, at: Coord<f64>, nearest: &Nearest) -> bool {
        inner_leg(at, nearest.at).is_some_and(|leg| self.near.iter().any(|segment| crosses(leg, segment.line())))
    }
}

/// True where a barrier, open gates apart, stands between two places of one compound.
pub fn is_walled_off(network: &Network, from: Coord<f64>, to: Coord<f64>) -> bool {
    network.barriers.crossings(from, to).any(|at| !network.compounds.is_opening(at))
}

/// The straight walk between two places of one compound, if there is one.
pub fn inside_m(network: &Network, from: (Coord<f64>, u32), to: (Coord<f64>, u32)) -> Option<f64> {
    if from.1 == NO_COMPOUND || from.1 != to.1 {
        return None;
    }
    let metres = distance_m(from.0, to.0);
    (metres <= INSIDE_M && !is_walled_off(network, from.0, to.0)).then_some(metres)
}
