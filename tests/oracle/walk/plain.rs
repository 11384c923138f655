//! Walks by other means: a graph of every vertex, every crossing and every place where a leg arrives, as the
//! rules of docs/walking.md say it and as plainly as it can be done, with nothing of the program's
//! network in it. No index, no edges, no pieces: every question looks at everything nearby.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

use geo::algorithm::line_intersection::{LineIntersection, line_intersection};
use geo::{Coord, Intersects, Line, LineString, MultiPolygon, Point};
use pianqu::domain::{LayerId, Value, Viewer};
use pianqu::geodesy::GaussKruger;
use pianqu::snapshot::walk::representative_point;
use pianqu::snapshot::{Item, ShapeGeometry, Snapshot};

const ACCESS_M: f64 = 150.0;

/// A directed graph with places of departure and arrival.
pub struct Plain {
    pub arcs: Vec<(usize, usize, f64)>,
    pub nodes: usize,
    pub facilities: Vec<usize>,
    pub buildings: Vec<usize>,
    pub straight: Vec<f64>,
}

struct Piece {
    line: Line<f64>,
    /// Vertices by their numbers.
    ends: (usize, usize),
    is_bridge: bool,
    /// Shares of the way at which something joins: node.
    joins: Vec<(f64, usize)>,
    cuts: Vec<f64>,
}

struct Gate {
    at: Coord<f64>,
    is_open: bool,
    community: Option<usize>,
    node: usize,
}

struct World {
    pieces: Vec<Piece>,
    nodes: usize,
    grid: HashMap<(i64, i64), Vec<usize>>,
    walls: Vec<(Line<f64>, bool)>,
    water: Vec<MultiPolygon<f64>>,
    gates: Vec<Gate>,
    communities: Vec<(Option<String>, MultiPolygon<f64>)>,
    extra: Vec<(usize, usize, f64)>,
}

fn dist(a: Coord<f64>, b: Coord<f64>) -> f64 {
    ((a.x - b.x).powi(2) + (a.y - b.y).powi(2)).sqrt()
}

fn field<'a>(layer: LayerId, item: &'a Item, name: &str) -> &'a Value {
    &item.values[layer.describe().field(name).unwrap().0]
}

fn foot(line: Line<f64>, at: Coord<f64>) -> f64 {
    let d = line.delta();
    ((at.x - line.start.x) * d.x + (at.y - line.start.y) * d.y) / (d.x * d.x + d.y * d.y)
}

fn on(line: Line<f64>, share: f64) -> Coord<f64> {
    line.start + line.delta() * share
}

fn meeting(a: Line<f64>, b: Line<f64>) -> Option<Coord<f64>> {
    // Most lines are nowhere near each other, which is soon seen.
    let is_apart = |a: (f64, f64), b: (f64, f64)| {
        (a.0 < b.0 && a.0 < b.1 && a.1 < b.0 && a.1 < b.1) || (a.0 > b.0 && a.0 > b.1 && a.1 > b.0 && a.1 > b.1)
    };
    if is_apart((a.start.x, a.end.x), (b.start.x, b.end.x)) || is_apart((a.start.y, a.end.y), (b.start.y, b.end.y)) {
        return None;
    }
    match line_intersection(a, b)? {
        LineIntersection::SinglePoint { intersection, .. } => Some(intersection),
        // One that runs along the other is met only where it is met at one point.
        LineIntersection::Collinear { intersection } if intersection.start == intersection.end => {
            Some(intersection.start)
        }
        LineIntersection::Collinear { .. } => None,
    }
}

const CELL_M: f64 = 50.0;

fn cells(low: Coord<f64>, high: Coord<f64>) -> impl Iterator<Item = (i64, i64)> {
    let cell = |m: f64| (m / CELL_M).floor() as i64;
    (cell(low.x)..=cell(high.x)).flat_map(move |x| (cell(low.y)..=cell(high.y)).map(move |y| (x, y)))
}

fn corners(line: Line<f64>, by: f64) -> (Coord<f64>, Coord<f64>) {
    let (a, b) = (line.start, line.end);
    let low = Coord { x: a.x.min(b.x) - by, y: a.y.min(b.y) - by };
    (low, Coord { x: a.x.max(b.x) + by, y: a.y.max(b.y) + by })
}

impl Plain {
    pub fn of(snapshot: &Snapshot, plane: GaussKruger) -> Self {
        let mut world = World::of(snapshot, plane);
        world.cut();
        world.link_gates();
        let mut place = |layer: LayerId| -> (Vec<usize>, Vec<Coord<f64>>, Vec<Option<usize>>) {
            let mut found = (Vec::new(), Vec::new(), Vec::new());
            for item in snapshot.layer(layer, Viewer::Everything).unwrap().items() {
                let Some(at) = representative_point(item) else { continue };
                let at = plane.to_plane(at);
                let code =
                    if layer == LayerId::Building { field(layer, item, "community_code").as_text() } else { None };
                let compound = world.compound(at, code);
                found.0.push(world.join(at, compound, layer == LayerId::Facility));
                found.1.push(at);
                found.2.push(compound);
            }
            found
        };
        let facilities = place(LayerId::Facility);
        let buildings = place(LayerId::Building);
        for (i, (at, compound)) in buildings.1.iter().zip(&buildings.2).enumerate() {
            for (j, _) in
                facilities.2.iter().enumerate().filter(|(_, other)| compound.is_some() && **other == *compound)
            {
                let metres = dist(*at, facilities.1[j]);
                if metres <= 500.0 && !world.is_walled(*at, facilities.1[j]) {
                    world.extra.push((facilities.0[j], buildings.0[i], metres));
                }
            }
        }
        let straight =
            |at: &Coord<f64>| facilities.1.iter().map(|other| dist(*at, *other)).fold(f64::INFINITY, f64::min);
        let straight = buildings.1.iter().map(straight).collect();
        world.finish(facilities.0, buildings.0, straight)
    }

    /// Metres from the nearest facility to each building; infinite where there is no way.
    pub fn nearest(&self) -> Vec<f64> {
        let mut next: Vec<Vec<(usize, f64)>> = vec![Vec::new(); self.nodes];
        self.arcs.iter().for_each(|(a, b, m)| next[*a].push((*b, *m)));
        let mut metres = vec![f64::INFINITY; self.nodes];
        let mut heap = BinaryHeap::new();
        for start in &self.facilities {
            metres[*start] = 0.0;
            heap.push(Reverse((0u64, *start)));
        }
        while let Some(Reverse((bits, node))) = heap.pop() {
            let so_far = f64::from_bits(bits);
            if so_far > metres[node] {
                continue;
            }
            for (to, m) in &next[node] {
                if so_far + m < metres[*to] {
                    metres[*to] = so_far + m;
                    heap.push(Reverse((metres[*to].to_bits(), *to)));
                }
            }
        }
        self.buildings.iter().map(|node| metres[*node]).collect()
    }
}

impl World {
    fn of(snapshot: &Snapshot, plane: GaussKruger) -> Self {
        let layer = |id| snapshot.layer(id, Viewer::Everything).unwrap().items();
        let mut communities = Vec::new();
        for item in layer(LayerId::Community) {
            if let ShapeGeometry::Areas(areas) = item.shape.geometry() {
                let code = field(LayerId::Community, item, "code").as_text().map(str::to_owned);
                communities.push((code, plane.project(areas)));
            }
        }
        let mut world = Self {
            pieces: Vec::new(),
            nodes: 0,
            grid: HashMap::new(),
            walls: Vec::new(),
            water: Vec::new(),
            gates: Vec::new(),
            communities,
            extra: Vec::new(),
        };
        world.take_streets(layer(LayerId::Street), plane);
        for item in layer(LayerId::Barrier) {
            match item.shape.geometry() {
                ShapeGeometry::Lines(lines) => {
                    world.walls.extend(
                        lines
                            .iter()
                            .flat_map(|line| plane.project(line).lines().map(|l| (l, false)).collect::<Vec<_>>()),
                    );
                }
                ShapeGeometry::Areas(areas) => {
                    let areas = plane.project(areas);
                    let rings = areas.iter().flat_map(|a| std::iter::once(a.exterior()).chain(a.interiors()));
                    world.walls.extend(rings.flat_map(LineString::lines).map(|l| (l, true)));
                    world.water.push(areas);
                }
                ShapeGeometry::Point(_) => {}
            }
        }
        for item in layer(LayerId::Gate) {
            let ShapeGeometry::Point(point) = item.shape.geometry() else { continue };
            let at = plane.to_plane(point.0);
            let code = field(LayerId::Gate, item, "community_code").as_text();
            let by_code = code.and_then(|code| world.communities.iter().position(|c| c.0.as_deref() == Some(code)));
            let edge = |area: &MultiPolygon<f64>| {
                let rings = area.iter().flat_map(|a| std::iter::once(a.exterior()).chain(a.interiors()));
                let lines = rings.flat_map(LineString::lines).filter(|l| l.start != l.end);
                lines.map(|l| dist(on(l, foot(l, at).clamp(0.0, 1.0)), at)).fold(f64::INFINITY, f64::min)
            };
            let by_place = || {
                let near = world.communities.iter().enumerate().map(|(i, c)| (edge(&c.1), i));
                near.filter(|(m, _)| *m <= 10.0).min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, i)| i)
            };
            let is_open = field(LayerId::Gate, item, "is_open") != &Value::Boolean(false);
            let community = by_code.or_else(by_place);
            world.gates.push(Gate { at, is_open, community, node: world.nodes });
            world.nodes += 1;
        }
        world
    }

    fn take_streets(&mut self, items: &[std::sync::Arc<Item>], plane: GaussKruger) {
        type Key = (i64, i64);
        type Vertex = (Key, Coord<f64>);
        type Landing = (f64, Key, Coord<f64>);
        let key = |c: Coord<f64>| ((c.x * 1e7).round() as i64, (c.y * 1e7).round() as i64);
        let mut lines: Vec<(Vec<Vertex>, bool)> = Vec::new();
        for item in items {
            let walkable = match field(LayerId::Street, item, "is_walkable") {
                Value::Boolean(yes) => *yes,
                _ => field(LayerId::Street, item, "street_class").as_text() != Some("expressway"),
            };
            let ShapeGeometry::Lines(parts) = item.shape.geometry() else { continue };
            let yes = |name| field(LayerId::Street, item, name) == &Value::Boolean(true);
            for part in parts.iter().filter(|_| walkable) {
                let mut line: Vec<Vertex> = part.0.iter().map(|c| (key(*c), plane.to_plane(*c))).collect();
                line.dedup_by_key(|v| v.0);
                if line.len() > 1 {
                    lines.push((line, yes("is_bridge") || yes("is_tunnel")));
                }
            }
        }
        // Ends that meet no other vertex and lie upon another street.
        let mut count: HashMap<Key, usize> = HashMap::new();
        lines.iter().for_each(|(line, _)| line.iter().for_each(|v| *count.entry(v.0).or_default() += 1));
        let mut landings: BTreeMap<(usize, usize), Vec<Landing>> = BTreeMap::new();
        for (i, (line, is_bridge)) in lines.iter().enumerate() {
            for end in [line[0], line[line.len() - 1]] {
                if count[&end.0] > 1 {
                    continue;
                }
                let mut best: Option<(f64, usize, usize, f64)> = None;
                for (j, (other, is_other_bridge)) in lines.iter().enumerate() {
                    if i == j || (*is_other_bridge && !is_bridge) {
                        continue;
                    }
                    for (k, pair) in other.windows(2).enumerate() {
                        let (at, from, to) = (end.1, pair[0].1, pair[1].1);
                        let is_beyond = |at: f64, from: f64, to: f64| {
                            (at < from - 0.2 && at < to - 0.2) || (at > from + 0.2 && at > to + 0.2)
                        };
                        if is_beyond(at.x, from.x, to.x) || is_beyond(at.y, from.y, to.y) {
                            continue;
                        }
                        let line = Line::new(from, to);
                        let share = foot(line, at).clamp(0.0, 1.0);
                        let metres = dist(on(line, share), at);
                        if metres <= 0.1 && best.is_none_or(|b| metres < b.0) {
                            best = Some((metres, j, k, share));
                        }
                    }
                }
                if let Some((_, j, k, share)) = best {
                    landings.entry((j, k)).or_default().push((share, end.0, end.1));
                }
            }
        }
        let mut numbers: HashMap<Key, (usize, Coord<f64>)> = HashMap::new();
        for (j, (line, is_bridge)) in lines.iter().enumerate() {
            let mut whole = Vec::new();
            for (k, vertex) in line.iter().enumerate() {
                whole.push(*vertex);
                if let Some(landed) = landings.get_mut(&(j, k)) {
                    landed.sort_by(|a, b| a.0.total_cmp(&b.0));
                    whole.extend(landed.iter().map(|(_, key, at)| (*key, *at)));
                }
            }
            let mut last: Option<(usize, Coord<f64>)> = None;
            for (key, at) in whole {
                let fresh = self.nodes;
                let vertex = *numbers.entry(key).or_insert((fresh, at));
                if vertex.0 == fresh {
                    self.nodes += 1;
                }
                if let Some(before) = last {
                    let line = Line::new(before.1, vertex.1);
                    let (low, high) = corners(line, 0.0);
                    cells(low, high).for_each(|cell| self.grid.entry(cell).or_default().push(self.pieces.len()));
                    let (ends, is_bridge) = ((before.0, vertex.0), *is_bridge);
                    self.pieces.push(Piece { line, ends, is_bridge, joins: Vec::new(), cuts: Vec::new() });
                }
                last = Some(vertex);
            }
        }
    }

    /// Pieces on the ground near a place.
    fn near(&self, at: Coord<f64>, reach: f64) -> Vec<usize> {
        let (low, high) = corners(Line::new(at, at), reach);
        let mut found: Vec<usize> =
            cells(low, high).filter_map(|cell| self.grid.get(&cell)).flatten().copied().collect();
        found.sort_unstable();
        found.dedup();
        found.retain(|i| !self.pieces[*i].is_bridge);
        found
    }

    fn is_opening(&self, at: Coord<f64>) -> bool {
        self.gates.iter().any(|gate| gate.is_open && dist(gate.at, at) <= 5.0)
    }

    fn cut(&mut self) {
        let mut cuts: Vec<(usize, f64)> = Vec::new();
        for (wall, is_area) in &self.walls {
            let (low, high) = corners(*wall, 1.0);
            let mut near: Vec<usize> =
                cells(low, high).filter_map(|cell| self.grid.get(&cell)).flatten().copied().collect();
            near.sort_unstable();
            near.dedup();
            for i in near.into_iter().filter(|i| !self.pieces[*i].is_bridge) {
                let line = self.pieces[i].line;
                let Some(at) = meeting(line, *wall) else { continue };
                let is = |corner: Coord<f64>| dist(corner, at) <= 0.01;
                let is_shared = (is(line.start) || is(line.end)) && (is(wall.start) || is(wall.end));
                let gates: Vec<&Gate> = self.gates.iter().filter(|gate| dist(gate.at, at) <= 5.0).collect();
                let is_closed = !gates.is_empty() && gates.iter().all(|gate| !gate.is_open);
                if !*is_area && (self.is_opening(at) || (is_shared && !is_closed)) {
                    continue;
                }
                cuts.push((i, dist(line.start, at) / dist(line.start, line.end)));
            }
        }
        for gate in self.gates.iter().filter(|gate| !gate.is_open) {
            for i in self.near(gate.at, 2.0) {
                let line = self.pieces[i].line;
                let share = foot(line, gate.at).clamp(0.0, 1.0);
                if dist(on(line, share), gate.at) <= 1.0 {
                    cuts.push((i, share));
                }
            }
        }
        cuts.into_iter().for_each(|(i, share)| self.pieces[i].cuts.push(share));
    }

    fn is_walled(&self, from: Coord<f64>, to: Coord<f64>) -> bool {
        let Some(leg) = shorter(from, to) else { return false };
        let crossed = self.walls.iter().filter_map(|(wall, _)| meeting(leg, *wall));
        crossed.into_iter().any(|at| !self.is_opening(at))
    }

    /// Communities with gates.
    fn compounds(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.communities.len()).filter(|i| self.gates.iter().any(|gate| gate.community == Some(*i)))
    }

    fn compound(&self, at: Coord<f64>, code: Option<&str>) -> Option<usize> {
        let by_code = code.and_then(|code| self.compounds().find(|i| self.communities[*i].0.as_deref() == Some(code)));
        // The program numbers compounds by their first gate.
        let first_gate = |i: &usize| self.gates.iter().position(|gate| gate.community == Some(*i));
        let inside =
            || self.compounds().filter(|i| self.communities[*i].1.intersects(&Point(at))).min_by_key(first_gate);
        by_code.or_else(inside)
    }

    fn is_blocked(&self, from: Coord<f64>, to: Coord<f64>) -> bool {
        let Some(leg) = shorter(from, to) else { return false };
        let is_crossed = |line: Line<f64>| meeting(leg, line).is_some_and(|at| !self.is_opening(at));
        self.is_walled(from, to)
            || self.compounds().any(|i| {
                let rings =
                    self.communities[i].1.iter().flat_map(|a| std::iter::once(a.exterior()).chain(a.interiors()));
                rings.flat_map(LineString::lines).any(is_crossed)
            })
    }

    fn link_gates(&mut self) {
        for g in 0..self.gates.len() {
            let gate = &self.gates[g];
            if !gate.is_open {
                continue;
            }
            let node = gate.node;
            let mut near: Vec<(f64, usize, f64)> = Vec::new();
            for i in self.near(gate.at, 31.0) {
                let line = self.pieces[i].line;
                let share = foot(line, gate.at).clamp(0.0, 1.0);
                near.push((dist(on(line, share), gate.at), i, share));
            }
            near.retain(|n| n.0 <= 30.0);
            near.sort_by(|a, b| a.0.total_cmp(&b.0));
            let mut sides = [false, false];
            let mut links = Vec::new();
            for (metres, i, share) in near {
                let at = on(self.pieces[i].line, share);
                let inside = gate.community.is_some_and(|c| self.communities[c].1.intersects(&Point(at)));
                if metres <= 1.0 {
                    links.push((metres, i, share));
                } else if !sides[usize::from(inside)] && !self.is_blocked(gate.at, at) {
                    sides[usize::from(inside)] = true;
                    links.push((metres, i, share));
                }
            }
            for (metres, i, share) in links {
                let at = self.put(i, share);
                self.extra.extend([(node, at, metres), (at, node, metres)]);
            }
        }
    }

    /// A node at a share of a piece.
    fn put(&mut self, i: usize, share: f64) -> usize {
        let node = self.nodes;
        self.nodes += 1;
        self.pieces[i].joins.push((share, node));
        node
    }

    /// A node for a place, with its legs.
    fn join(&mut self, at: Coord<f64>, compound: Option<usize>, is_start: bool) -> usize {
        let node = self.nodes;
        self.nodes += 1;
        let near = self.near(at, ACCESS_M);
        let mut found: Vec<(usize, f64)> = Vec::new();
        let mut corner: BTreeMap<usize, Vec<(usize, f64)>> = BTreeMap::new();
        for i in &near {
            let share = foot(self.pieces[*i].line, at);
            if share > 0.0 && share < 1.0 {
                found.push((*i, share));
            } else if share >= 1.0 {
                corner.entry(self.pieces[*i].ends.1).or_default().push((*i, 1.0));
            } else {
                corner.entry(self.pieces[*i].ends.0).or_default().push((*i, 0.0));
            }
        }
        for (vertex, ended) in corner {
            let meets = |i: &&usize| self.pieces[**i].ends.0 == vertex || self.pieces[**i].ends.1 == vertex;
            let all: usize = near
                .iter()
                .filter(meets)
                .map(|i| {
                    let ends = self.pieces[*i].ends;
                    usize::from(ends.0 == vertex) + usize::from(ends.1 == vertex)
                })
                .sum();
            if ended.len() == all {
                found.push(ended[0]);
            }
        }
        let mut arcs = Vec::new();
        for (i, share) in found {
            let to = on(self.pieces[i].line, share);
            let metres = dist(at, to);
            let is_hidden = shorter(at, to)
                .is_some_and(|leg| near.iter().any(|other| meeting(leg, self.pieces[*other].line).is_some()));
            if metres <= ACCESS_M && !is_hidden && !self.is_blocked(at, to) {
                arcs.push((self.put(i, share), metres));
            }
        }
        for gate in self.gates.iter().filter(|gate| gate.is_open && compound.is_some() && gate.community == compound) {
            let metres = dist(at, gate.at);
            if metres <= 500.0 && !self.is_walled(at, gate.at) {
                arcs.push((gate.node, metres));
            }
        }
        let arc = |(to, m)| if is_start { (node, to, m) } else { (to, node, m) };
        self.extra.extend(arcs.into_iter().map(arc));
        node
    }

    fn finish(mut self, facilities: Vec<usize>, buildings: Vec<usize>, straight: Vec<f64>) -> Plain {
        let mut arcs = std::mem::take(&mut self.extra);
        for piece in &self.pieces {
            let length = dist(piece.line.start, piece.line.end);
            let mut stops: Vec<(f64, Option<usize>)> =
                piece.joins.iter().map(|(share, node)| (*share, Some(*node))).collect();
            stops.extend(piece.cuts.iter().map(|share| (*share, None)));
            stops.push((0.0, Some(piece.ends.0)));
            stops.push((1.0, Some(piece.ends.1)));
            // A cut at an end parts the piece from that end.
            let rank = |stop: &(f64, Option<usize>)| match stop.1 {
                Some(node) if node == piece.ends.0 && stop.0 == 0.0 => 0,
                Some(node) if node == piece.ends.1 && stop.0 == 1.0 => 3,
                Some(_) => {
                    if stop.0 > 0.5 {
                        1
                    } else {
                        2
                    }
                }
                None => {
                    if stop.0 > 0.5 {
                        2
                    } else {
                        1
                    }
                }
            };
            stops.sort_by(|a, b| a.0.total_cmp(&b.0).then(rank(a).cmp(&rank(b))));
            for pair in stops.windows(2) {
                let (Some(a), Some(b)) = (pair[0].1, pair[1].1) else { continue };
                let middle = on(piece.line, (pair[0].0 + pair[1].0) / 2.0);
                let is_wet = !piece.is_bridge && self.water.iter().any(|water| water.intersects(&Point(middle)));
                if !is_wet {
                    let metres = (pair[1].0 - pair[0].0) * length;
                    arcs.extend([(a, b, metres), (b, a, metres)]);
                }
            }
        }
        Plain { arcs, nodes: self.nodes, facilities, buildings, straight }
    }
}

/// A leg without a centimetre at either end, which may touch what it comes from and leads to.
fn shorter(from: Coord<f64>, to: Coord<f64>) -> Option<Line<f64>> {
    let metres = dist(from, to);
    (metres > 0.02).then(|| {
        let step = (to - from) * (0.01 / metres);
        Line::new(from + step, to - step)
    })
}
