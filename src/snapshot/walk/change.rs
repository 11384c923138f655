//! What a later network has in common with an earlier one: which edges are the same, and around what the joins
//! of places must be looked for again.
//!
//! Invariant: the joins of a place that is not touched are in the later network what they were in the earlier
//! one, edge numbers apart. For they depend on the streets on the ground, the barriers and the edges of
//! compounds within the reach of a leg, and nothing else; a property test compares with a network made anew.

use std::sync::Arc;

use geo::Coord;
use rstar::primitives::Rectangle;
use rstar::{RTree, RTreeObject};

use super::access::Join;
use super::compounds::NO_COMPOUND;
use super::network::Network;
use super::segment::{Segment, around, distance_m};
use super::settings::{INSIDE_M, OPENING_M};
use super::streets::Streets;
use crate::snapshot::Layer;

/// Stands for an edge that is no more.
const GONE: u32 = u32::MAX;

type Boxes = RTree<Rectangle<[f64; 2]>>;

pub(super) struct Change {
    /// The new number of each old edge; `None` when all kept theirs.
    edges: Option<Vec<u32>>,
    /// Pieces of streets on the ground and of barriers that came or went.
    pieces: Boxes,
    /// Those of barriers alone: what may stand in the way to a gate.
    barriers: Boxes,
    /// Gates that opened or closed, with their compounds.
    gates: Vec<(Coord<f64>, u32)>,
    access_m: f64,
}

impl Change {
    /// `None` where gates came, went or lead elsewhere, so that their numbers do not mean the same any more. The
    /// communities must be the same. `barriers` are the layers that the networks' barriers were made of.
    pub fn between(before: &Network, after: &Network, barriers: (&Layer, &Layer)) -> Option<Self> {
        let gates = after.compounds.changed_gates(&before.compounds)?;
        let gates = gates.iter().map(|number| &after.compounds.gates[*number as usize]);
        let mut streets = Vec::new();
        let edges = (!Arc::ptr_eq(&before.streets, &after.streets))
            .then(|| edges_kept(&before.streets, &after.streets, &mut streets));
        let walls = changed_barriers(before, after, barriers);
        Some(Self {
            edges,
            gates: gates.map(|gate| (gate.at, gate.compound)).collect(),
            pieces: RTree::bulk_load(streets.into_iter().chain(walls.iter().copied()).collect()),
            barriers: RTree::bulk_load(walls),
            access_m: after.settings.access_m,
        })
    }

    /// True where the joins of a place may not be what they were.
    pub fn touches(&self, at: Coord<f64>, compound: u32) -> bool {
        let meets =
            |boxes: &Boxes, reach_m| boxes.locate_in_envelope_intersecting(&around(at, reach_m)).next().is_some();
        let is_in_compound = compound != NO_COMPOUND;
        let opens = |(gate, inside): &(Coord<f64>, u32)| {
            (is_in_compound && *inside == compound) || distance_m(*gate, at) <= self.access_m + OPENING_M
        };
        meets(&self.pieces, self.access_m)
            || (is_in_compound && meets(&self.barriers, INSIDE_M))
            || self.gates.iter().any(opens)
    }

    /// A join of a place that is not touched.
    pub fn kept(&self, join: Join) -> Join {
        self.edges.as_ref().map_or(join, |numbers| join.renumbered(|edge| numbers[edge as usize]))
    }
}

/// The new number of each old edge, and the pieces on the ground of all that have none or had none.
///
/// Edges stand in the order of their streets' ids. Of a street that changed those from its beginning and from its
/// end are compared, so that a new junction touches no more than the edge that it divides.
fn edges_kept(before: &Streets, after: &Streets, changed: &mut Vec<Rectangle<[f64; 2]>>) -> Vec<u32> {
    let mut numbers = vec![GONE; before.edges.len()];
    let is_same = |old: usize, new: usize| {
        before.edges[old].is_off_ground == after.edges[new].is_off_ground
            && before.line(old as u32) == after.line(new as u32)
    };
    let (mut old, mut new) = (0, 0);
    while old < before.edges.len() || new < after.edges.len() {
        let next = |streets: &Streets, at: usize| streets.edges.get(at).map_or(i64::MAX, |edge| edge.street_id);
        let street = next(before, old).min(next(after, new));
        let of_street = |streets: &Streets, at: usize| {
            at + streets.edges[at..].iter().take_while(|edge| edge.street_id == street).count()
        };
        let (old_end, new_end) = (of_street(before, old), of_street(after, new));
        let (mut old_last, mut new_last) = (old_end, new_end);
        while old < old_last && new < new_last && is_same(old, new) {
            numbers[old] = new as u32;
            (old, new) = (old + 1, new + 1);
        }
        while old < old_last && new < new_last && is_same(old_last - 1, new_last - 1) {
            (old_last, new_last) = (old_last - 1, new_last - 1);
            numbers[old_last] = new_last as u32;
        }
        (old..old_last).for_each(|edge| boxes_of(before, edge, changed));
        (new..new_last).for_each(|edge| boxes_of(after, edge, changed));
        (old, new) = (old_end, new_end);
    }
    numbers
}

/// A bridge or a tunnel is neither joined nor in the way of a leg.
fn boxes_of(streets: &Streets, edge: usize, boxes: &mut Vec<Rectangle<[f64; 2]>>) {
    if !streets.edges[edge].is_off_ground {
        let pairs = streets.line(edge as u32).windows(2);
        boxes.extend(pairs.map(|pair| Rectangle::from_corners([pair[0].x, pair[0].y], [pair[1].x, pair[1].y])));
    }
}

fn changed_barriers(before: &Network, after: &Network, layers: (&Layer, &Layer)) -> Vec<Rectangle<[f64; 2]>> {
    if Arc::ptr_eq(&before.barriers, &after.barriers) {
        return Vec::new();
    }
    let differs = |id: i64| match (layers.0.find(id), layers.1.find(id)) {
        (Some(a), Some(b)) => !Arc::ptr_eq(a, b),
        _ => true,
    };
    let of = |network: &Network| {
        let barriers = &network.barriers;
        let is_changed: Vec<bool> = barriers.ids.iter().map(|id| differs(*id)).collect();
        let changed = |segment: &&Segment| is_changed[segment.owner as usize];
        let boxed = |segment: &Segment| {
            let envelope = segment.envelope();
            Rectangle::from_corners(envelope.lower(), envelope.upper())
        };
        barriers.segments().filter(changed).map(boxed).collect::<Vec<_>>()
    };
    let mut boxes = of(before);
    boxes.extend(of(after));
    boxes
}
