//! Noding: edges cut where they cross or touch, so that afterwards they meet at their ends only.
//!
//! A crossing is rounded to the grid, which moves an edge by a hundredth of a millimetre and may thereby make it
//! touch another one; so it is done again until nothing crosses. Each round makes edges that share their new
//! end, which is why it ends.

use std::collections::BTreeMap;

use rstar::{AABB, RTree, RTreeObject};

use super::grid::{At, cross};

/// More rounds than any drawing has ever needed.
const MOST_ROUNDS: usize = 64;

/// An edge with its mark; it stands once, with its lesser end first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    pub a: At,
    pub b: At,
    /// Bits of the sources that it belongs to.
    pub mark: u8,
}

/// Edges that would not come to rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the lines lie too close to each other to be told apart")]
pub struct Restless;

#[derive(Clone, Copy)]
struct Leaf {
    number: usize,
    low: [i64; 2],
    high: [i64; 2],
}

impl RTreeObject for Leaf {
    type Envelope = AABB<[i64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(self.low, self.high)
    }
}

impl Leaf {
    fn of(number: usize, edge: &Edge) -> Self {
        let (a, b) = (edge.a, edge.b);
        Self { number, low: [a.x.min(b.x), a.y.min(b.y)], high: [a.x.max(b.x), a.y.max(b.y)] }
    }
}

/// Each edge once, the marks of its doubles together; what has no length is gone.
fn unique(edges: impl Iterator<Item = Edge>) -> Vec<Edge> {
    let mut once: BTreeMap<(At, At), u8> = BTreeMap::new();
    for Edge { a, b, mark } in edges {
        if a != b {
            *once.entry((a.min(b), a.max(b))).or_default() |= mark;
        }
    }
    once.into_iter().map(|((a, b), mark)| Edge { a, b, mark }).collect()
}

/// The edges, cut so that they meet at their ends only.
pub fn node(edges: impl Iterator<Item = Edge>) -> Result<Vec<Edge>, Restless> {
    let mut edges = unique(edges);
    for _ in 0..MOST_ROUNDS {
        let tree = RTree::bulk_load(edges.iter().enumerate().map(|(n, edge)| Leaf::of(n, edge)).collect());
        let mut cuts: BTreeMap<usize, Vec<At>> = BTreeMap::new();
        for (n, edge) in edges.iter().enumerate() {
            for leaf in tree.locate_in_envelope_intersecting(&Leaf::of(n, edge).envelope()) {
                if leaf.number > n {
                    let other = edges[leaf.number];
                    meet(*edge, other, &mut |first, at| {
                        cuts.entry(if first { n } else { leaf.number }).or_default().push(at);
                    });
                }
            }
        }
        if cuts.is_empty() {
            return Ok(edges);
        }
        let mut next = Vec::with_capacity(edges.len() + cuts.len());
        for (n, edge) in edges.iter().enumerate() {
            match cuts.get_mut(&n) {
                None => next.push(*edge),
                Some(cuts) => cut(*edge, cuts, &mut next),
            }
        }
        edges = unique(next.into_iter());
    }
    Err(Restless)
}

fn cut(edge: Edge, at: &mut [At], into: &mut Vec<Edge>) {
    let along = |p: &At| {
        let (dx, dy) = (i128::from(edge.b.x - edge.a.x), i128::from(edge.b.y - edge.a.y));
        i128::from(p.x - edge.a.x) * dx + i128::from(p.y - edge.a.y) * dy
    };
    at.sort_unstable_by_key(|p| (along(p), *p));
    let mut from = edge.a;
    for to in at.iter().copied().chain([edge.b]) {
        if to != from {
            into.push(Edge { a: from, b: to, mark: edge.mark });
        }
        from = to;
    }
}

/// Tells where two edges must be cut: `(true, at)` the first one, `(false, at)` the second one.
fn meet(s: Edge, t: Edge, tell: &mut impl FnMut(bool, At)) {
    let (sa, sb) = (cross(s.a, s.b, t.a), cross(s.a, s.b, t.b));
    let (ta, tb) = (cross(t.a, t.b, s.a), cross(t.a, t.b, s.b));
    let inside = |edge: Edge, p: At| {
        p != edge.a
            && p != edge.b
            && p.x >= edge.a.x.min(edge.b.x)
            && p.x <= edge.a.x.max(edge.b.x)
            && p.y >= edge.a.y.min(edge.b.y)
            && p.y <= edge.a.y.max(edge.b.y)
    };
    for (side, at) in [(sa, t.a), (sb, t.b)] {
        if side == 0 && inside(s, at) {
            tell(true, at);
        }
    }
    for (side, at) in [(ta, s.a), (tb, s.b)] {
        if side == 0 && inside(t, at) {
            tell(false, at);
        }
    }
    let is_parted = |one: i128, other: i128| (one > 0 && other < 0) || (one < 0 && other > 0);
    if is_parted(sa, sb) && is_parted(ta, tb) {
        // The share of s at which t crosses it; f64 is good to far less than a step at the size of a city.
        let share = ta as f64 / (ta as f64 - tb as f64);
        let at = At {
            x: s.a.x + ((s.b.x - s.a.x) as f64 * share).round() as i64,
            y: s.a.y + ((s.b.y - s.a.y) as f64 * share).round() as i64,
        };
        if at != s.a && at != s.b {
            tell(true, at);
        }
        if at != t.a && at != t.b {
            tell(false, at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(a: (i64, i64), b: (i64, i64)) -> Edge {
        Edge { a: At { x: a.0, y: a.1 }, b: At { x: b.0, y: b.1 }, mark: 1 }
    }

    #[test]
    fn what_crosses_touches_or_lies_on_another_is_cut() {
        let cross = node([edge((0, 0), (10, 10)), edge((0, 10), (10, 0))].into_iter()).expect("noded");
        assert_eq!(cross.len(), 4);
        let touch = node([edge((0, 0), (10, 0)), edge((5, 0), (5, 9))].into_iter()).expect("noded");
        assert_eq!(touch.len(), 3);
        let upon = node([edge((0, 0), (10, 0)), edge((4, 0), (20, 0))].into_iter()).expect("noded");
        assert_eq!(upon.len(), 3);
        let near = node([edge((0, 0), (9, 1)), edge((0, 1), (9, 0)), edge((5, -3), (4, 4))].into_iter());
        assert!(near.expect("noded").len() >= 6);
    }
}
