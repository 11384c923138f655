//! The streets as people can walk them: cut by barriers and closed gates, linked through open gates.
//!
//! Invariants: a bridge or a tunnel is never cut; a street that crosses a barrier otherwise is cut there and
//! reported, unless an open gate stands at the place or street and barrier share a vertex (a level
//! crossing, an opening) at which no closed gate stands; the part of a street that lies in a river is
//! left out. Components are never joined silently.

use std::collections::BTreeMap;
use std::sync::Arc;

use geo::Coord;

use super::barriers::Barriers;
use super::components::Components;
use super::compounds::{Compounds, Gate, NO_COMPOUND};
use super::graph::Graph;
use super::segment::{Segment, crosses, crossing_share, distance_m};
use super::settings::{GATE_LINK_M, GATE_ON_STREET_M, TOUCH_M, WalkSettings};
use super::streets::Streets;

/// Stands for «no node».
pub const NO_NODE: u32 = u32::MAX;
const UNCUT: u32 = u32::MAX;

/// A stretch of an edge that can be walked from end to end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Piece {
    /// Metres from the edge's start.
    pub from_m: f64,
    pub to_m: f64,
    pub from_node: u32,
    pub to_node: u32,
}

/// Where a street was cut, and by what.
#[derive(Debug, Clone, PartialEq)]
pub struct Cut {
    pub street_id: i64,
    pub cause: CutCause,
    pub at: Coord<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CutCause {
    /// A feature of the barrier layer.
    Barrier(i64),
    /// A gate that is known to be closed.
    Gate(i64),
}

pub struct Network {
    pub settings: WalkSettings,
    pub streets: Arc<Streets>,
    pub barriers: Arc<Barriers>,
    pub compounds: Arc<Compounds>,
    pub graph: Graph,
    pub components: Components,
    /// In the order of edges and positions.
    pub cuts: Vec<Cut>,
    /// Nodes that are no street's: cuts and gates.
    extra_nodes: Vec<Coord<f64>>,
    /// The node of each gate; [`NO_NODE`] for closed ones.
    gate_nodes: Vec<u32>,
    cut_index: Vec<u32>,
    cut_pieces: Vec<Vec<Piece>>,
}

impl Network {
    pub fn of(
        streets: Arc<Streets>,
        barriers: Arc<Barriers>,
        compounds: Arc<Compounds>,
        settings: WalkSettings,
    ) -> Self {
        let mut marks = Marks::default();
        mark_barriers(&mut marks, &streets, &barriers, &compounds);
        mark_gates(&mut marks, &streets, &barriers, &compounds);
        Weaver::new(&streets, &compounds)
            .weave(marks, &streets, &barriers)
            .finish(streets, barriers, compounds, settings)
    }

    pub fn node_count(&self) -> usize {
        self.streets.nodes.len() + self.extra_nodes.len()
    }

    pub fn node_at(&self, node: u32) -> Coord<f64> {
        let node = node as usize;
        let streets = &self.streets.nodes;
        if node < streets.len() { streets[node] } else { self.extra_nodes[node - streets.len()] }
    }

    /// The node of an open gate.
    pub fn gate_node(&self, gate: u32) -> Option<u32> {
        self.gate_nodes.get(gate as usize).copied().filter(|node| *node != NO_NODE)
    }

    /// The walkable stretches of an edge, in its direction.
    pub fn pieces(&self, edge: u32) -> impl Iterator<Item = Piece> + '_ {
        let cut = self.cut_index[edge as usize];
        let whole = (cut == UNCUT).then(|| self.whole(edge));
        let cut = if cut == UNCUT { &[][..] } else { &self.cut_pieces[cut as usize] };
        whole.into_iter().chain(cut.iter().copied())
    }

    /// The stretch that holds a position of an edge, with its number on the edge; `None` in a river.
    #[inline]
    pub fn piece_at(&self, edge: u32, along_m: f64) -> Option<(u32, Piece)> {
        let cut = self.cut_index[edge as usize];
        if cut == UNCUT {
            return Some((0, self.whole(edge)));
        }
        let pieces = &self.cut_pieces[cut as usize];
        let holds = |piece: &Piece| piece.from_m <= along_m && along_m <= piece.to_m;
        pieces.iter().position(holds).map(|i| (i as u32, pieces[i]))
    }

    #[inline]
    fn whole(&self, edge: u32) -> Piece {
        let edge = &self.streets.edges[edge as usize];
        Piece { from_m: 0.0, to_m: edge.length_m, from_node: edge.from, to_node: edge.to }
    }

    /// True where a straight leg meets a barrier, or the edge of a compound, elsewhere than at an open gate.
    pub fn is_blocked(&self, from: Coord<f64>, to: Coord<f64>) -> bool {
        is_blocked(&self.barriers, &self.compounds, from, to)
    }
}

pub(super) fn is_blocked(barriers: &Barriers, compounds: &Compounds, from: Coord<f64>, to: Coord<f64>) -> bool {
    barriers.crossings(from, to).chain(compounds.crossings(from, to)).any(|at| !compounds.is_opening(at))
}

/// What happens at a position of an edge.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Mark {
    Closed(CutCause),
    /// The bank of a river: inside and outside are told apart later.
    Bank(i64),
    /// The link of a gate, with the metres between gate and street.
    Link(u32, f64),
}

/// Marks by edge; an edge that may lie in a river is there even without one.
#[derive(Default)]
struct Marks(BTreeMap<u32, Vec<(f64, Mark)>>);

impl Marks {
    fn put(&mut self, edge: u32, along_m: f64, mark: Mark) {
        self.0.entry(edge).or_default().push((along_m, mark));
    }
}

fn mark_barriers(marks: &mut Marks, streets: &Streets, barriers: &Barriers, compounds: &Compounds) {
    use rstar::RTreeObject;
    let is_on_ground = |street: &&Segment| !streets.edges[street.owner as usize].is_off_ground;
    for barrier in barriers.segments() {
        let id = barriers.ids[barrier.owner as usize];
        for street in streets.segments_in(&barrier.envelope()).filter(is_on_ground) {
            if !crosses(street.line(), barrier.line()) {
                continue;
            }
            let share = crossing_share(street.line(), barrier.line());
            let along = streets.along_at(street, share);
            if barriers.is_area[barrier.owner as usize] {
                marks.put(street.owner, along, Mark::Bank(id));
                continue;
            }
            let at = street.at(share);
            let is_at = |corner: Coord<f64>| distance_m(corner, at) <= TOUCH_M;
            let was_drawn_to_meet = (is_at(street.a) || is_at(street.b)) && (is_at(barrier.a) || is_at(barrier.b));
            let is_passable = compounds.is_opening(at) || (was_drawn_to_meet && !compounds.is_closed(at));
            if !is_passable {
                marks.put(street.owner, along, Mark::Closed(CutCause::Barrier(id)));
            }
        }
    }
    for area in barriers.area_boxes() {
        for street in streets.segments_in(area).filter(is_on_ground) {
            marks.0.entry(street.owner).or_default();
        }
    }
}

fn mark_gates(marks: &mut Marks, streets: &Streets, barriers: &Barriers, compounds: &Compounds) {
    for (number, gate) in compounds.gates.iter().enumerate() {
        let near = nearest_on_each(streets, gate.at, if gate.is_open { GATE_LINK_M } else { GATE_ON_STREET_M });
        if !gate.is_open {
            for (_, edge, along, _) in near {
                marks.put(edge, along, Mark::Closed(CutCause::Gate(gate.id)));
            }
        } else {
            for (distance, edge, along) in links(gate, near, barriers, compounds) {
                marks.put(edge, along, Mark::Link(number as u32, distance));
            }
        }
    }
}

type Near = (f64, u32, f64, Coord<f64>);

/// The nearest place on each straight piece of street on the ground that comes within `reach`: metres, edge,
/// position, place; the nearest first.
fn nearest_on_each(streets: &Streets, at: Coord<f64>, reach: f64) -> Vec<Near> {
    let on_ground = |segment: &&Segment| !streets.edges[segment.owner as usize].is_off_ground;
    let nearest = |segment: &Segment| {
        let share = segment.foot(at).clamp(0.0, 1.0);
        let place = segment.at(share);
        (distance_m(place, at), segment.owner, streets.along_at(segment, share), place)
    };
    let mut near: Vec<Near> = streets.segments_around(at, reach).filter(on_ground).map(nearest).collect();
    near.retain(|near| near.0 <= reach);
    near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.total_cmp(&b.2)));
    // Two pieces that meet in their nearest vertex are one place.
    near.dedup_by(|b, a| a.1 == b.1 && (a.2 - b.2).abs() <= TOUCH_M);
    near
}

/// The streets on which the gate stands, and the nearest other one inside its compound and outside that
/// nothing parts from it.
fn links(gate: &Gate, near: Vec<Near>, barriers: &Barriers, compounds: &Compounds) -> Vec<(f64, u32, f64)> {
    let mut is_free = [true, true];
    let mut links = Vec::new();
    for (distance, edge, along, place) in near {
        if distance <= GATE_ON_STREET_M {
            links.push((distance, edge, along));
            continue;
        }
        let is_inside = gate.compound != NO_COMPOUND && compounds.is_inside(gate.compound, place);
        let is_free = &mut is_free[usize::from(is_inside)];
        if *is_free && !is_blocked(barriers, compounds, gate.at, place) {
            links.push((distance, edge, along));
            *is_free = false;
        }
    }
    links
}

/// Makes nodes and arcs out of edges and marks.
struct Weaver {
    street_nodes: usize,
    extra_nodes: Vec<Coord<f64>>,
    gate_nodes: Vec<u32>,
    cut_index: Vec<u32>,
    cut_pieces: Vec<Vec<Piece>>,
    cuts: Vec<Cut>,
    links: Vec<(u32, u32, f64)>,
}

impl Weaver {
    fn new(streets: &Streets, compounds: &Compounds) -> Self {
        let mut weaver = Self {
            street_nodes: streets.nodes.len(),
            extra_nodes: Vec::new(),
            gate_nodes: Vec::new(),
            cut_index: vec![UNCUT; streets.edges.len()],
            cut_pieces: Vec::new(),
            cuts: Vec::new(),
            links: Vec::new(),
        };
        for gate in &compounds.gates {
            let node = if gate.is_open { weaver.node(gate.at) } else { NO_NODE };
            weaver.gate_nodes.push(node);
        }
        weaver
    }

    fn node(&mut self, at: Coord<f64>) -> u32 {
        self.extra_nodes.push(at);
        (self.street_nodes + self.extra_nodes.len() - 1) as u32
    }

    fn weave(mut self, marks: Marks, streets: &Streets, barriers: &Barriers) -> Self {
        for (edge, mut marks) in marks.0 {
            let order = |mark: &Mark| !matches!(mark, Mark::Closed(_));
            marks.sort_by(|a, b| a.0.total_cmp(&b.0).then(order(&a.1).cmp(&order(&b.1))));
            self.edge(edge, &marks, streets, barriers);
        }
        self
    }

    /// Cuts one edge at its marks.
    fn edge(&mut self, number: u32, marks: &[(f64, Mark)], streets: &Streets, barriers: &Barriers) {
        let edge = streets.edges[number as usize];
        let mut pieces: Vec<Piece> = Vec::new();
        let mut open = (0.0, edge.from);
        let mut banks = Vec::new();
        for (along, mark) in marks {
            // At an end of the edge its node serves, unless the way is closed.
            let is_at_start = *along <= TOUCH_M;
            let is_at_end = *along >= edge.length_m - TOUCH_M;
            match mark {
                Mark::Link(gate, metres) => {
                    let node = match (is_at_start, is_at_end) {
                        (true, _) => edge.from,
                        (_, true) => edge.to,
                        _ if *along - open.0 <= TOUCH_M => open.1,
                        _ => {
                            let node = self.node(streets.at(number, *along));
                            pieces.push(Piece { from_m: open.0, to_m: *along, from_node: open.1, to_node: node });
                            open = (*along, node);
                            node
                        }
                    };
                    self.links.push((self.gate_nodes[*gate as usize], node, *metres));
                }
                Mark::Closed(cause) => {
                    let at = streets.at(number, *along);
                    let is_again = self.cuts.last().is_some_and(|cut| {
                        cut.street_id == edge.street_id && cut.cause == *cause && distance_m(cut.at, at) <= TOUCH_M
                    });
                    if !is_again {
                        self.cuts.push(Cut { street_id: edge.street_id, cause: *cause, at });
                    }
                    if pieces.is_empty() && is_at_start {
                        open = (0.0, self.node(at));
                    } else if is_again && *along - open.0 <= TOUCH_M {
                        continue;
                    } else {
                        let (before, after) = (self.node(at), self.node(at));
                        pieces.push(Piece { from_m: open.0, to_m: *along, from_node: open.1, to_node: before });
                        open = (*along, after);
                    }
                }
                Mark::Bank(id) => banks.push((*along, *id)),
            }
        }
        pieces.push(Piece { from_m: open.0, to_m: edge.length_m, from_node: open.1, to_node: edge.to });
        let pieces = if barriers.area_boxes().is_empty() {
            pieces
        } else {
            self.leave_water_out(number, pieces, &banks, streets, barriers)
        };
        let is_whole = pieces.len() == 1
            && pieces[0] == Piece { from_m: 0.0, to_m: edge.length_m, from_node: edge.from, to_node: edge.to };
        if !is_whole {
            self.cut_index[number as usize] = self.cut_pieces.len() as u32;
            self.cut_pieces.push(pieces);
        }
    }

    /// Splits pieces at the banks that they cross and leaves out what lies between two of them.
    fn leave_water_out(
        &mut self,
        number: u32,
        pieces: Vec<Piece>,
        banks: &[(f64, i64)],
        streets: &Streets,
        barriers: &Barriers,
    ) -> Vec<Piece> {
        let mut dry: Vec<Piece> = Vec::new();
        for piece in pieces {
            let within = banks.iter().filter(|(m, _)| piece.from_m < *m && *m < piece.to_m);
            let bounds: Vec<f64> = std::iter::once(piece.from_m)
                .chain(within.map(|(m, _)| *m))
                .chain(std::iter::once(piece.to_m))
                .collect();
            let mut was_dry = true;
            let mut start = (piece.from_m, piece.from_node);
            for pair in bounds.windows(2).filter(|pair| pair[1] - pair[0] > TOUCH_M) {
                let is_dry = !barriers.covers(streets.at(number, (pair[0] + pair[1]) / 2.0));
                if was_dry && !is_dry {
                    let at = streets.at(number, pair[0]);
                    self.note_bank(number, pair[0], banks, at, streets);
                    if pair[0] > start.0 {
                        let end = self.node(at);
                        dry.push(Piece { from_m: start.0, to_m: pair[0], from_node: start.1, to_node: end });
                    }
                } else if !was_dry && is_dry {
                    start = (pair[0], self.node(streets.at(number, pair[0])));
                }
                was_dry = is_dry;
            }
            if was_dry {
                dry.push(Piece { from_m: start.0, from_node: start.1, ..piece });
            }
        }
        dry
    }

    fn note_bank(&mut self, number: u32, along: f64, banks: &[(f64, i64)], at: Coord<f64>, streets: &Streets) {
        let street_id = streets.edges[number as usize].street_id;
        // One that lies in the water from end to end crosses no bank.
        let id = banks.iter().find(|(m, _)| (m - along).abs() <= TOUCH_M).or(banks.first()).map(|(_, id)| *id);
        if let Some(id) = id {
            self.cuts.push(Cut { street_id, cause: CutCause::Barrier(id), at });
        }
    }

    fn finish(
        self,
        streets: Arc<Streets>,
        barriers: Arc<Barriers>,
        compounds: Arc<Compounds>,
        settings: WalkSettings,
    ) -> Network {
        let mut arcs = Vec::with_capacity(streets.edges.len() + self.links.len());
        for (number, edge) in streets.edges.iter().enumerate() {
            match self.cut_index[number] {
                UNCUT => arcs.push((edge.from, edge.to, edge.length_m)),
                cut => arcs
                    .extend(self.cut_pieces[cut as usize].iter().map(|p| (p.from_node, p.to_node, p.to_m - p.from_m))),
            }
        }
        arcs.extend(self.links);
        let graph = Graph::new(self.street_nodes + self.extra_nodes.len(), &arcs);
        let components = Components::of(&graph, &arcs);
        Network {
            settings,
            graph,
            components,
            cuts: self.cuts,
            extra_nodes: self.extra_nodes,
            gate_nodes: self.gate_nodes,
            cut_index: self.cut_index,
            cut_pieces: self.cut_pieces,
            streets,
            barriers,
            compounds,
        }
    }
}
