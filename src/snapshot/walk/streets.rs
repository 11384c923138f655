//! The walkable streets as nodes and edges, as if there were no barrier and no gate.
//!
//! Invariants: every length is metres on the city's plane along the drawn line; edges of the same two
//! nodes are all kept; nothing depends on the order in which streets are given.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use geo::{Coord, LineString};
use rstar::RTree;

use super::segment::{Segment, around, distance_m};
use super::settings::ON_STREET_M;
use crate::domain::{LayerId, Value, Viewer};
use crate::geodesy::GaussKruger;
use crate::snapshot::{Item, ShapeGeometry, Snapshot};

/// A stretch of street between two nodes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    pub from: u32,
    pub to: u32,
    pub length_m: f64,
    /// The feature that it is part of.
    pub street_id: i64,
    /// A bridge or a tunnel: barriers do not cut it, and nobody joins it in its middle.
    pub is_off_ground: bool,
    first_vertex: u32,
    vertices: u32,
}

/// The streets of one revision.
pub struct Streets {
    pub nodes: Vec<Coord<f64>>,
    pub edges: Vec<Edge>,
    /// Ends of edges on the ground at each node: what an access leg must find all of.
    pub(super) ground_ends: Vec<u32>,
    vertices: Vec<Coord<f64>>,
    /// Metres from the edge's start to each vertex.
    along_m: Vec<f64>,
    tree: RTree<Segment>,
}

/// A position to the ten millionth of a degree, about a centimetre: vertices that agree in it are one.
pub(super) type Key = (i64, i64);

pub(super) fn key(degrees: Coord<f64>) -> Key {
    ((degrees.x * 1e7).round() as i64, (degrees.y * 1e7).round() as i64)
}

/// Hashes keys of positions: they are spread well already, and nobody chooses them to collide at a profit
/// worth SipHash's price.
#[derive(Default)]
pub(super) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_i64(i64::from(*byte)));
    }

    fn write_i64(&mut self, n: i64) {
        self.0 = (self.0.rotate_left(26) ^ n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

pub(super) type KeyMap<V> = HashMap<Key, V, BuildHasherDefault<KeyHasher>>;

/// One line of a street, before it is cut at nodes.
struct Part {
    street_id: i64,
    is_off_ground: bool,
    keys: Vec<Key>,
    at: Vec<Coord<f64>>,
}

/// True where people may walk: as the street says, else by its class.
pub fn is_walkable(street: &Item) -> bool {
    let value = |name| LayerId::Street.describe().field(name).map(|(index, _)| &street.values[index]);
    match value("is_walkable") {
        Some(Value::Boolean(is_walkable)) => *is_walkable,
        _ => value("street_class").and_then(Value::as_text) != Some("expressway"),
    }
}

fn is_off_ground(street: &Item) -> bool {
    ["is_bridge", "is_tunnel"].iter().any(|name| {
        let field = LayerId::Street.describe().field(name);
        field.is_some_and(|(index, _)| street.values[index] == Value::Boolean(true))
    })
}

impl Streets {
    /// Cuts the walkable streets where two share a vertex and where one ends upon another. Streets that
    /// cross without a common vertex are one above the other.
    pub fn of(snapshot: &Snapshot, plane: GaussKruger) -> Self {
        let items = snapshot.layer(LayerId::Street, Viewer::Public).map_or(&[][..], |view| view.items());
        let mut parts = parts(items.iter().map(|item| &**item).filter(|item| is_walkable(item)), plane);
        let mut uses: KeyMap<u32> = KeyMap::default();
        for part in &parts {
            // The ends of a part are nodes whatever else there is.
            uses.entry(part.keys[0]).and_modify(|n| *n += 2).or_insert(2);
            part.keys[1..].iter().for_each(|key| *uses.entry(*key).or_default() += 1);
            *uses.entry(part.keys[part.keys.len() - 1]).or_default() += 1;
        }
        land_loose_ends(&mut parts, &mut uses);
        let mut builder = Builder::default();
        for part in &parts {
            builder.add(part, &uses);
        }
        builder.finish()
    }

    /// The drawn line of an edge.
    pub fn line(&self, edge: u32) -> &[Coord<f64>] {
        let edge = &self.edges[edge as usize];
        &self.vertices[edge.first_vertex as usize..][..edge.vertices as usize]
    }

    /// Metres from the edge's start to each vertex of its line.
    pub fn along(&self, edge: u32) -> &[f64] {
        let edge = &self.edges[edge as usize];
        &self.along_m[edge.first_vertex as usize..][..edge.vertices as usize]
    }

    /// Metres from the edge's start to a share of one of its segments.
    pub fn along_at(&self, segment: &Segment, share: f64) -> f64 {
        let at = segment.vertex as usize;
        self.along_m[at] + share.clamp(0.0, 1.0) * (self.along_m[at + 1] - self.along_m[at])
    }

    /// The place that many metres from an edge's start.
    pub fn at(&self, edge: u32, along_m: f64) -> Coord<f64> {
        let (line, along) = (self.line(edge), self.along(edge));
        let next = along.partition_point(|m| *m <= along_m).clamp(1, along.len() - 1);
        let stretch = along[next] - along[next - 1];
        let share = if stretch == 0.0 { 0.0 } else { ((along_m - along[next - 1]) / stretch).clamp(0.0, 1.0) };
        let (a, b) = (line[next - 1], line[next]);
        Coord { x: a.x + share * (b.x - a.x), y: a.y + share * (b.y - a.y) }
    }

    /// The line between two positions of an edge, in the direction of the edge.
    pub fn stretch(&self, edge: u32, from_m: f64, to_m: f64) -> LineString<f64> {
        let inner = self.line(edge).iter().zip(self.along(edge)).filter(|(_, m)| from_m < **m && **m < to_m);
        let places = std::iter::once(self.at(edge, from_m))
            .chain(inner.map(|(at, _)| *at))
            .chain(std::iter::once(self.at(edge, to_m)));
        LineString(places.collect())
    }

    /// The segments whose box comes within `reach` metres of a place, in no order.
    pub fn segments_around(&self, at: Coord<f64>, reach: f64) -> impl Iterator<Item = &Segment> {
        self.tree.locate_in_envelope_intersecting(&around(at, reach))
    }

    pub fn segments_in(&self, envelope: &rstar::AABB<[f64; 2]>) -> impl Iterator<Item = &Segment> + use<'_> {
        self.tree.locate_in_envelope_intersecting(envelope)
    }

    /// Metres of street in all.
    pub fn length_m(&self) -> f64 {
        self.edges.iter().map(|edge| edge.length_m).sum()
    }

    /// The node at which a vertex of the flat list ends or begins its edge, else the vertex itself.
    pub(super) fn corner(&self, segment: &Segment, is_end: bool) -> Corner {
        let edge = &self.edges[segment.owner as usize];
        let vertex = segment.vertex + u32::from(is_end);
        if vertex == edge.first_vertex {
            Corner::Node(edge.from)
        } else if vertex == edge.first_vertex + edge.vertices - 1 {
            Corner::Node(edge.to)
        } else {
            Corner::Bend(vertex)
        }
    }
}

/// Where segments meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Corner {
    Node(u32),
    /// A vertex inside an edge.
    Bend(u32),
}

fn parts<'a>(items: impl Iterator<Item = &'a Item>, plane: GaussKruger) -> Vec<Part> {
    let mut parts = Vec::new();
    for item in items {
        let ShapeGeometry::Lines(lines) = item.shape.geometry() else { continue };
        for line in lines {
            let mut part =
                Part { street_id: item.id, is_off_ground: is_off_ground(item), keys: Vec::new(), at: Vec::new() };
            for degrees in &line.0 {
                let key = key(*degrees);
                if part.keys.last() != Some(&key) {
                    part.keys.push(key);
                    part.at.push(plane.to_plane(*degrees));
                }
            }
            if part.keys.len() > 1 {
                parts.push(part);
            }
        }
    }
    parts
}

/// Puts a vertex into a street where the end of another lies upon it, and nowhere else meets anything.
/// A street that ends below a bridge does not climb it.
fn land_loose_ends(parts: &mut [Part], uses: &mut KeyMap<u32>) {
    let segments = parts.iter().enumerate().flat_map(|(owner, part)| {
        part.at.windows(2).enumerate().map(move |(vertex, pair)| Segment {
            a: pair[0],
            b: pair[1],
            owner: owner as u32,
            vertex: vertex as u32,
        })
    });
    let tree = RTree::bulk_load(segments.collect());
    // Part, segment and share of it where a vertex is to be put, with what is put there.
    let mut landings: Vec<(u32, u32, f64, Key, Coord<f64>)> = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let last = part.keys.len() - 1;
        for end in [0, last] {
            if uses[&part.keys[end]] != 2 {
                continue;
            }
            let at = part.at[end];
            let near = tree.locate_in_envelope_intersecting(&around(at, ON_STREET_M));
            let landing = near
                .filter(|segment: &&Segment| segment.owner != index as u32)
                .filter(|segment| part.is_off_ground || !parts[segment.owner as usize].is_off_ground)
                .map(|segment| (segment, segment.foot(at).clamp(0.0, 1.0)))
                .map(|(segment, share)| (distance_m(segment.at(share), at), segment.owner, segment.vertex, share))
                .filter(|(distance, ..)| *distance <= ON_STREET_M)
                .min_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
            if let Some((_, owner, vertex, share)) = landing {
                landings.push((owner, vertex, share, part.keys[end], at));
            }
        }
    }
    // From the back, so that the numbers of vertices before stay what they were.
    landings.sort_by(|a, b| (b.0, b.1).cmp(&(a.0, a.1)).then(b.2.total_cmp(&a.2)).then(a.3.cmp(&b.3)));
    for (owner, vertex, _, key, at) in landings {
        *uses.entry(key).or_default() += 1;
        let part = &mut parts[owner as usize];
        part.keys.insert(vertex as usize + 1, key);
        part.at.insert(vertex as usize + 1, at);
    }
}

#[derive(Default)]
struct Builder {
    numbers: KeyMap<u32>,
    nodes: Vec<Coord<f64>>,
    edges: Vec<Edge>,
    vertices: Vec<Coord<f64>>,
    along_m: Vec<f64>,
}

impl Builder {
    fn node(&mut self, key: Key, at: Coord<f64>) -> u32 {
        let Self { numbers, nodes, .. } = self;
        *numbers.entry(key).or_insert_with(|| {
            nodes.push(at);
            nodes.len() as u32 - 1
        })
    }

    fn add(&mut self, part: &Part, uses: &KeyMap<u32>) {
        let mut start = 0;
        for i in 1..part.keys.len() {
            if uses[&part.keys[i]] < 2 {
                continue;
            }
            let (from, to) = (self.node(part.keys[start], part.at[start]), self.node(part.keys[i], part.at[i]));
            let first_vertex = self.vertices.len() as u32;
            let mut along = 0.0;
            for j in start..=i {
                // A node is one place, whichever street drew it.
                let at = match j {
                    _ if j == start => self.nodes[from as usize],
                    _ if j == i => self.nodes[to as usize],
                    _ => part.at[j],
                };
                if j > start {
                    along += distance_m(self.vertices[self.vertices.len() - 1], at);
                }
                self.vertices.push(at);
                self.along_m.push(along);
            }
            self.edges.push(Edge {
                from,
                to,
                length_m: along,
                street_id: part.street_id,
                is_off_ground: part.is_off_ground,
                first_vertex,
                vertices: (i - start + 1) as u32,
            });
            start = i;
        }
    }

    fn finish(self) -> Streets {
        let Self { nodes, edges, vertices, along_m, .. } = self;
        let mut ground_ends = vec![0; nodes.len()];
        let mut segments = Vec::with_capacity(vertices.len());
        for (owner, edge) in edges.iter().enumerate() {
            if !edge.is_off_ground {
                ground_ends[edge.from as usize] += 1;
                ground_ends[edge.to as usize] += 1;
            }
            for vertex in edge.first_vertex..edge.first_vertex + edge.vertices - 1 {
                let (a, b) = (vertices[vertex as usize], vertices[vertex as usize + 1]);
                segments.push(Segment { a, b, owner: owner as u32, vertex });
            }
        }
        Streets { nodes, edges, ground_ends, vertices, along_m, tree: RTree::bulk_load(segments) }
    }
}
