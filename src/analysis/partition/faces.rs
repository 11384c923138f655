//! The faces that noded edges part the plane into, who lies left and right of each edge, and the way back from
//! labelled faces to areas.

use std::collections::{BTreeMap, HashMap};

use super::grid::{At, FINER, Fine, Part, Region, Ring, bounds, cross, double_area, holds, ring_edges};
use super::node::Edge;

/// Stands for the outside of everything.
pub const OUTSIDE: usize = usize::MAX;

/// A bounded piece of the plane.
#[derive(Debug, Clone)]
pub struct Face {
    /// Its outer boundary, against the clock.
    pub outer: Ring,
    /// Twice its area in square steps, holes taken off.
    pub double_area: i128,
    /// A position inside it.
    pub inside: Fine,
}

/// An edge with the faces on its two sides.
#[derive(Debug, Clone, Copy)]
pub struct Border {
    pub a: At,
    pub b: At,
    pub mark: u8,
    pub left: usize,
    pub right: usize,
}

/// The plane, parted.
pub struct Faces {
    pub faces: Vec<Face>,
    pub borders: Vec<Border>,
}

impl Faces {
    /// `edges` meet at their ends only. Loose ends are left out: they part nothing.
    pub fn of(edges: Vec<Edge>) -> Self {
        let edges = without_loose_ends(edges);
        // Half-edge 2n runs from a to b of edge n, 2n + 1 the other way.
        let from = |half: usize| if half.is_multiple_of(2) { edges[half / 2].a } else { edges[half / 2].b };
        let to = |half: usize| from(half ^ 1);
        let mut around: HashMap<At, Vec<usize>> = HashMap::new();
        for half in 0..edges.len() * 2 {
            around.entry(from(half)).or_default().push(half);
        }
        let mut next = vec![0; edges.len() * 2];
        for (at, halves) in &mut around {
            halves.sort_unstable_by(|a, b| by_angle(*at, to(*a), to(*b)));
            // Whoever comes in along the way back of halves[n] keeps its left side by going out at the one
            // before: the first with the clock.
            for n in 0..halves.len() {
                next[halves[n] ^ 1] = halves[(n + halves.len() - 1) % halves.len()];
            }
        }
        let (cycle_of, cycles) = cycles(&next, &from);
        let (faces, face_of_cycle) = faces_of(&cycles);
        let face = |half: usize| face_of_cycle[cycle_of[half]];
        let border = |(n, edge): (usize, &Edge)| Border {
            a: edge.a,
            b: edge.b,
            mark: edge.mark,
            left: face(2 * n),
            right: face(2 * n + 1),
        };
        let borders = edges.iter().enumerate().map(border).collect();
        Self { faces, borders }
    }

    /// The areas of labelled faces; a face without a label is nobody's. Areas that share a border share its
    /// vertices, so between them there is neither gap nor overlap.
    pub fn regions<L: Copy + Ord>(&self, labels: &[Option<L>]) -> BTreeMap<L, Region> {
        let label = |face: usize| labels.get(face).copied().flatten();
        let mut halves: BTreeMap<L, Vec<(At, At)>> = BTreeMap::new();
        for border in &self.borders {
            let (left, right) = (label(border.left), label(border.right));
            if left != right {
                if let Some(left) = left {
                    halves.entry(left).or_default().push((border.a, border.b));
                }
                if let Some(right) = right {
                    halves.entry(right).or_default().push((border.b, border.a));
                }
            }
        }
        halves.into_iter().map(|(label, halves)| (label, region(halves))).collect()
    }
}

fn without_loose_ends(mut edges: Vec<Edge>) -> Vec<Edge> {
    loop {
        let mut degree: HashMap<At, u32> = HashMap::new();
        for edge in &edges {
            *degree.entry(edge.a).or_default() += 1;
            *degree.entry(edge.b).or_default() += 1;
        }
        let before = edges.len();
        edges.retain(|edge| degree[&edge.a] > 1 && degree[&edge.b] > 1);
        if edges.len() == before {
            return edges;
        }
    }
}

/// The order of two directions from a position, against the clock from the east.
fn by_angle(at: At, a: At, b: At) -> std::cmp::Ordering {
    let lower = |p: At| p.y < at.y || (p.y == at.y && p.x < at.x);
    lower(a).cmp(&lower(b)).then_with(|| 0.cmp(&cross(at, a, b)))
}

fn cycles(next: &[usize], from: &impl Fn(usize) -> At) -> (Vec<usize>, Vec<Ring>) {
    let mut cycle_of = vec![usize::MAX; next.len()];
    let mut cycles = Vec::new();
    for start in 0..next.len() {
        if cycle_of[start] != usize::MAX {
            continue;
        }
        let mut ring = Ring::new();
        let mut half = start;
        while cycle_of[half] == usize::MAX {
            cycle_of[half] = cycles.len();
            ring.push(from(half));
            half = next[half];
        }
        cycles.push(ring);
    }
    (cycle_of, cycles)
}

/// Cycles that run against the clock bound a face from outside; the others lie as islands in the smallest face
/// around them, or in the open.
fn faces_of(cycles: &[Ring]) -> (Vec<Face>, Vec<usize>) {
    let areas: Vec<i128> = cycles.iter().map(|ring| double_area(ring)).collect();
    let boxes: Vec<[i64; 4]> = cycles.iter().map(|ring| bounds(ring.iter().copied()).unwrap_or_default()).collect();
    let mut face_of_cycle = vec![OUTSIDE; cycles.len()];
    let mut faces: Vec<Face> = Vec::new();
    let mut outer: Vec<usize> = Vec::new();
    for (n, ring) in cycles.iter().enumerate() {
        if areas[n] > 0 {
            face_of_cycle[n] = faces.len();
            outer.push(n);
            let inside = Fine { x: ring[0].x * FINER, y: ring[0].y * FINER };
            faces.push(Face { outer: ring.clone(), double_area: areas[n], inside });
        }
    }
    let mut islands: Vec<Vec<usize>> = vec![Vec::new(); faces.len()];
    for (n, ring) in cycles.iter().enumerate().filter(|(n, _)| areas[*n] <= 0) {
        let at = ring[0];
        let is_around = |face: &usize| {
            let of = outer[*face];
            let [west, south, east, north] = boxes[of];
            let is_near = west <= at.x && at.x <= east && south <= at.y && at.y <= north;
            // A vertex of an island is on no ring of another component, so holding it is never in doubt; on the
            // island's own component it is a vertex of the ring, and that ring does not go around the island.
            is_near
                && !cycles[of].contains(&at)
                && holds(ring_edges(&cycles[of]), Fine { x: at.x * FINER, y: at.y * FINER })
        };
        let around = (0..faces.len()).filter(is_around).min_by_key(|face| areas[outer[*face]]);
        if let Some(face) = around {
            face_of_cycle[n] = face;
            faces[face].double_area += areas[n];
            islands[face].push(n);
        }
    }
    for (face, islands) in faces.iter_mut().zip(islands) {
        let others: Vec<At> = islands.iter().flat_map(|n| cycles[*n].iter().copied()).collect();
        face.inside = position_inside(&face.outer, &others);
    }
    (faces, face_of_cycle)
}

/// A position inside a ring and outside the islands in it: in the corner at its lowest vertex, or half way from
/// there to the vertex that comes closest into that corner.
fn position_inside(ring: &[At], islands: &[At]) -> Fine {
    let n = (0..ring.len()).min_by_key(|n| ring[*n]).unwrap_or(0);
    let corner = ring[n];
    let before = ring[(n + ring.len() - 1) % ring.len()];
    let after = ring[(n + 1) % ring.len()];
    let inside = |p: At| {
        p != corner
            && p != before
            && p != after
            && cross(before, corner, p) >= 0
            && cross(corner, after, p) >= 0
            && cross(after, before, p) >= 0
    };
    let depth = |p: &At| cross(after, before, *p);
    match ring.iter().chain(islands).copied().filter(|p| inside(*p)).max_by_key(|p| (depth(p), *p)) {
        Some(nearest) => Fine::middle(corner, nearest),
        None => Fine::centroid(before, corner, after),
    }
}

/// The area to the left of these half-edges.
fn region(halves: Vec<(At, At)>) -> Region {
    let mut out: BTreeMap<At, Vec<At>> = BTreeMap::new();
    for (a, b) in halves {
        out.entry(a).or_default().push(b);
    }
    let mut rings: Vec<Ring> = Vec::new();
    while let Some((&start, _)) = out.first_key_value() {
        let mut ring = vec![start];
        let (mut before, mut at) = (None, start);
        loop {
            let Some(ways) = out.get_mut(&at) else { break };
            // Along the same wedge of the inside: the first way out with the clock from the way in.
            let chosen = match before {
                Some(came) if ways.len() > 1 => first_with_the_clock(at, came, ways),
                _ => 0,
            };
            let to = ways.swap_remove(chosen);
            if ways.is_empty() {
                out.remove(&at);
            }
            before = Some(at);
            at = to;
            // A ring that comes by a vertex again has closed a ring of its own.
            match ring.iter().position(|p| *p == at) {
                Some(found) => {
                    rings.push(ring.split_off(found));
                    ring.push(at);
                    if found == 0 {
                        break;
                    }
                }
                None => ring.push(at),
            }
        }
    }
    nest(rings)
}

fn first_with_the_clock(at: At, came: At, ways: &[At]) -> usize {
    // Ordered against the clock from `came`; the last is the first with the clock.
    let turn = |p: At| {
        let side = cross(at, came, p);
        let ahead =
            i128::from(came.x - at.x) * i128::from(p.x - at.x) + i128::from(came.y - at.y) * i128::from(p.y - at.y);
        (side, ahead)
    };
    let is_before = |a: At, b: At| {
        let half = |p: At| {
            let (side, ahead) = turn(p);
            if side > 0 || (side == 0 && ahead > 0) { 0 } else { 1 }
        };
        half(a) < half(b) || (half(a) == half(b) && cross(at, a, b) > 0)
    };
    let mut last = 0;
    for n in 1..ways.len() {
        if is_before(ways[last], ways[n]) {
            last = n;
        }
    }
    last
}

/// Rings to parts: each hole to the smallest outer ring around it.
fn nest(rings: Vec<Ring>) -> Region {
    let (outer, holes): (Vec<Ring>, Vec<Ring>) = rings.into_iter().partition(|ring| double_area(ring) > 0);
    let mut parts: Vec<Part> =
        outer.into_iter().map(|outer| Part { outer: from_lowest(outer), holes: Vec::new() }).collect();
    parts.sort_by(|a, b| a.outer[0].cmp(&b.outer[0]).then_with(|| a.outer.cmp(&b.outer)));
    let areas: Vec<i128> = parts.iter().map(|part| double_area(&part.outer)).collect();
    for hole in holes {
        // The middle of an edge: a vertex may be shared with the outer ring.
        let at = Fine::middle(hole[0], hole[1]);
        let around = (0..parts.len()).filter(|n| holds(ring_edges(&parts[*n].outer), at)).min_by_key(|n| areas[*n]);
        if let Some(n) = around {
            parts[n].holes.push(from_lowest(hole));
        }
    }
    for part in &mut parts {
        part.holes.sort();
    }
    Region { parts }
}

/// The ring from its lowest vertex on, so that equal rings are equal.
fn from_lowest(mut ring: Ring) -> Ring {
    let lowest = (0..ring.len()).min_by_key(|n| ring[*n]).unwrap_or(0);
    ring.rotate_left(lowest);
    ring
}
