//! One bounded Dijkstra from many places at once, and what it knows of every other place.
//!
//! Invariants: a distance within the limit is exact (`<=`, f64); it never depends on the order of sources, and of
//! sources equally far the one that was given first is named. A place without a distance says why.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use crate::snapshot::walk::{NO_COMPOUND, Network, Place, Target, inside_m};

const NOBODY: u32 = u32::MAX;

/// What is known of the walk from a place to the nearest source.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Walked {
    /// Metres, and the number of the source.
    Metres(f64, u32),
    /// There is a way; it is longer than the limit.
    BeyondLimit,
    /// No street leads from one to the other, or the place joins no street.
    NoPath,
}

impl Walked {
    pub fn metres(self) -> Option<f64> {
        match self {
            Walked::Metres(metres, _) => Some(metres),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Label {
    metres: f64,
    source: u32,
}

const UNREACHED: Label = Label { metres: f64::INFINITY, source: NOBODY };

/// A source on a stretch of an edge.
#[derive(Debug, Clone, Copy)]
pub(super) struct OnEdge {
    pub(super) piece: u32,
    pub(super) along_m: f64,
    pub(super) leg_m: f64,
    source: u32,
    /// The next source on the same edge.
    next: u32,
}

/// Room to search in, kept from search to search.
pub struct Search<'n> {
    pub(super) network: &'n Network,
    labels: Vec<Label>,
    touched: Vec<u32>,
    heap: BinaryHeap<Reverse<(u64, u32, u32)>>,
    first_on_edge: Vec<u32>,
    on_edges: Vec<OnEdge>,
    edges_with: Vec<u32>,
    components_with: Vec<u32>,
    in_compounds: HashMap<u32, Vec<(u32, geo::Coord<f64>)>>,
    limit_m: f64,
}

impl<'n> Search<'n> {
    pub fn new(network: &'n Network) -> Self {
        Self {
            network,
            labels: vec![UNREACHED; network.node_count()],
            touched: Vec::new(),
            heap: BinaryHeap::new(),
            first_on_edge: vec![NOBODY; network.streets.edges.len()],
            on_edges: Vec::new(),
            edges_with: Vec::new(),
            components_with: Vec::new(),
            in_compounds: HashMap::new(),
            limit_m: 0.0,
        }
    }

    /// Walks from all sources at once as far as `limit_m`. False when `is_wanted` turned false.
    pub fn run<'p>(
        &mut self,
        sources: impl IntoIterator<Item = Place<'p>>,
        limit_m: f64,
        is_wanted: &dyn Fn() -> bool,
    ) -> bool {
        self.reset(limit_m);
        for (source, place) in (0u32..).zip(sources) {
            self.start_at(source, place);
        }
        self.components_with.sort_unstable();
        self.components_with.dedup();
        self.spread(is_wanted)
    }

    fn reset(&mut self, limit_m: f64) {
        self.touched.drain(..).for_each(|node| self.labels[node as usize] = UNREACHED);
        self.edges_with.drain(..).for_each(|edge| self.first_on_edge[edge as usize] = NOBODY);
        self.heap.clear();
        self.on_edges.clear();
        self.components_with.clear();
        self.in_compounds.clear();
        self.limit_m = limit_m;
    }

    fn start_at(&mut self, source: u32, place: Place<'_>) {
        if place.compound != NO_COMPOUND {
            self.in_compounds.entry(place.compound).or_default().push((source, place.at));
        }
        for join in place.joins {
            match join.target() {
                Target::Edge(edge, along_m) => {
                    let Some((number, piece)) = self.network.piece_at(edge, along_m) else { continue };
                    self.components_with.push(self.network.components.component(piece.from_node));
                    self.reach(piece.from_node, join.leg_m + (along_m - piece.from_m), source);
                    self.reach(piece.to_node, join.leg_m + (piece.to_m - along_m), source);
                    let next = self.first_on_edge[edge as usize];
                    if next == NOBODY {
                        self.edges_with.push(edge);
                    }
                    self.first_on_edge[edge as usize] = self.on_edges.len() as u32;
                    self.on_edges.push(OnEdge { piece: number, along_m, leg_m: join.leg_m, source, next });
                }
                Target::Gate(gate) => {
                    if let Some(node) = self.network.gate_node(gate) {
                        self.components_with.push(self.network.components.component(node));
                        self.reach(node, join.leg_m, source);
                    }
                }
            }
        }
    }

    #[inline]
    fn reach(&mut self, node: u32, metres: f64, source: u32) {
        let label = &mut self.labels[node as usize];
        let is_better = metres < label.metres || (metres == label.metres && source < label.source);
        if is_better && metres <= self.limit_m {
            if label.source == NOBODY {
                self.touched.push(node);
            }
            *label = Label { metres, source };
            // Of floats that are not negative the bits are in the same order.
            self.heap.push(Reverse((metres.to_bits(), source, node)));
        }
    }

    fn spread(&mut self, is_wanted: &dyn Fn() -> bool) -> bool {
        let network = self.network;
        let mut steps = 0u32;
        while let Some(Reverse((bits, source, node))) = self.heap.pop() {
            steps += 1;
            if steps.is_multiple_of(16_384) && !is_wanted() {
                return false;
            }
            let metres = f64::from_bits(bits);
            let label = self.labels[node as usize];
            if label.metres != metres || label.source != source {
                continue;
            }
            for arc in network.graph.neighbours(node) {
                self.reach(arc.to, metres + arc.metres, source);
            }
        }
        true
    }

    /// The nearest source of a place, within the limit.
    pub fn nearest(&self, place: Place<'_>) -> Walked {
        let mut best = UNREACHED;
        let mut take = |metres: f64, source: u32| {
            if metres < best.metres || (metres == best.metres && source < best.source) {
                best = Label { metres, source };
            }
        };
        for join in place.joins {
            match join.target() {
                Target::Edge(edge, along_m) => {
                    let Some((number, piece)) = self.network.piece_at(edge, along_m) else { continue };
                    let from = self.labels[piece.from_node as usize];
                    take(from.metres + ((along_m - piece.from_m) + join.leg_m), from.source);
                    let to = self.labels[piece.to_node as usize];
                    take(to.metres + ((piece.to_m - along_m) + join.leg_m), to.source);
                    for source in self.on_edge(edge).filter(|source| source.piece == number) {
                        take((source.along_m - along_m).abs() + (source.leg_m + join.leg_m), source.source);
                    }
                }
                Target::Gate(gate) => {
                    if let Some(node) = self.network.gate_node(gate) {
                        let label = self.labels[node as usize];
                        take(label.metres + join.leg_m, label.source);
                    }
                }
            }
        }
        if let Some(neighbours) = self.in_compounds.get(&place.compound) {
            for (source, at) in neighbours {
                let inside = inside_m(self.network, (place.at, place.compound), (*at, place.compound));
                inside.into_iter().for_each(|metres| take(metres, *source));
            }
        }
        if best.metres <= self.limit_m {
            return Walked::Metres(best.metres, best.source);
        }
        let has_way = |component: u32| self.components_with.binary_search(&component).is_ok();
        let nodes = place.joins.iter().filter_map(|join| match join.target() {
            Target::Edge(edge, along_m) => self.network.piece_at(edge, along_m).map(|(_, piece)| piece.from_node),
            Target::Gate(gate) => self.network.gate_node(gate),
        });
        let is_beyond = nodes.map(|node| self.network.components.component(node)).any(has_way);
        if is_beyond { Walked::BeyondLimit } else { Walked::NoPath }
    }

    pub fn limit_m(&self) -> f64 {
        self.limit_m
    }

    /// Metres from the nearest source to a node; infinite beyond the limit.
    pub(super) fn node_m(&self, node: u32) -> f64 {
        self.labels[node as usize].metres
    }

    pub(super) fn on_edge(&self, edge: u32) -> impl Iterator<Item = &OnEdge> {
        let first = self.on_edges.get(self.first_on_edge[edge as usize] as usize);
        std::iter::successors(first, |source| self.on_edges.get(source.next as usize))
    }
}
