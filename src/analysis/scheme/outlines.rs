//! Outlines made from members, as a planner would draw them: along the centre lines of streets and the banks of
//! rivers; between communities of two precincts in one block along the line half way; and a little beyond the
//! outermost communities where no street bounds them.

use std::collections::{BTreeMap, BTreeSet};

use geo::{ConvexHull, Coord, LineString, MultiPoint, MultiPolygon, Point, Polygon, Rect};
use rstar::RTree;
use rstar::primitives::GeomWithData;

use crate::analysis::partition::faces::{Face, Faces, OUTSIDE};
use crate::analysis::partition::grid::{At, Fine, Region, bounds, holds, ring_edges};
use crate::analysis::partition::{Edge, Id, LINE, Partition, Restless, node};
use crate::domain::{LayerId, Value, Viewer};
use crate::geodesy::GaussKruger;
use crate::snapshot::{ShapeGeometry, Snapshot};

/// How far an outline reaches beyond a community where no street bounds it.
const MARGIN_M: f64 = 40.0;
/// Between the positions of a community's edge from which "half way" is measured.
const SAMPLE_M: f64 = 20.0;
/// Neighbours of such a position that are looked at.
const NEAREST: usize = 32;
/// A block smaller than this (twice its area in square steps: six hectares) with communities of one precinct is
/// taken whole.
const WHOLE_BLOCK: i128 = 1_120_000_000_000_000;

struct Community {
    precinct: Id,
    ground: Region,
    bounds: [i64; 4],
    /// Ground and margin.
    reach: Region,
    reach_bounds: [i64; 4],
}

type Sample = GeomWithData<[f64; 2], (usize, Id)>;

/// The outlines of precincts with these members. Communities that are not in the city have no say; a precinct of
/// such alone has no outline.
pub fn outlines(snapshot: &Snapshot, plane: GaussKruger, members: &BTreeMap<i64, Id>) -> Result<Partition, Restless> {
    let (communities, samples) = communities(snapshot, plane, members);
    let Some(rect) = around(&communities) else { return Ok(Partition::default()) };
    let streets = street_edges(snapshot, rect);
    let blocks = Faces::of(node(streets.iter().copied())?);
    let block_boxes: Vec<[i64; 4]> =
        blocks.faces.iter().map(|face| bounds(face.outer.iter().copied()).unwrap_or_default()).collect();
    let block_at = |at: Fine| {
        let (x, y) = (at.x / 6, at.y / 6);
        let is_near = |b: &[i64; 4]| b[0] <= x && x <= b[2] && b[1] <= y && y <= b[3];
        let holds_it = |n: &usize| is_near(&block_boxes[*n]) && holds(ring_edges(&blocks.faces[*n].outer), at);
        (0..block_boxes.len()).filter(holds_it).min_by_key(|n| blocks.faces[*n].double_area)
    };
    // Whose communities stand in each block; `None` is the open land around all blocks.
    let tree: RTree<Sample> = RTree::bulk_load(samples.clone());
    let mut owners: BTreeMap<Option<usize>, BTreeSet<Id>> = BTreeMap::new();
    let mut block_of_sample = Vec::with_capacity(samples.len());
    for sample in &samples {
        let at = At::of(plane.to_lon_lat(Coord { x: sample.geom()[0], y: sample.geom()[1] }));
        let block = block_at(Fine { x: at.x * 6, y: at.y * 6 });
        owners.entry(block).or_default().insert(sample.data.1);
        block_of_sample.push(block);
    }
    let is_contested = |block: &Option<usize>| owners.get(block).is_some_and(|of| of.len() > 1);

    let mut edges = streets;
    let mark = |(a, b): (At, At)| Edge { a, b, mark: LINE };
    for community in &communities {
        edges.extend(community.ground.edges().chain(community.reach.edges()).map(mark));
    }
    for (n, sample) in samples.iter().enumerate() {
        if is_contested(&block_of_sample[n]) {
            edges.extend(half_ways(&tree, sample, plane).into_iter().map(mark));
        }
    }
    let faces = Faces::of(node(edges.into_iter())?);
    let whose = |face: &Face| -> Option<Id> {
        let (x, y) = (face.inside.x / 6, face.inside.y / 6);
        let is_near = |b: &[i64; 4]| b[0] <= x && x <= b[2] && b[1] <= y && y <= b[3];
        let on = |it: &&Community| is_near(&it.bounds) && holds(it.ground.edges(), face.inside);
        if let Some(community) = communities.iter().find(on) {
            return Some(community.precinct);
        }
        let block = block_at(face.inside);
        let within = |it: &Community| is_near(&it.reach_bounds) && holds(it.reach.edges(), face.inside);
        let of = owners.get(&block)?;
        if of.len() == 1 {
            let precinct = of.first().copied()?;
            let is_small = block.is_some_and(|n| blocks.faces[n].double_area < WHOLE_BLOCK);
            let is_within = || communities.iter().any(|it| it.precinct == precinct && within(it));
            return (is_small || is_within()).then_some(precinct);
        }
        let is_small = block.is_some_and(|n| blocks.faces[n].double_area < WHOLE_BLOCK);
        let at = plane.to_plane(face.inside.degrees());
        let nearest = tree.nearest_neighbor(&[at.x, at.y])?;
        (is_small || communities.iter().any(within)).then_some(nearest.data.1)
    };
    let mut labels: Vec<Option<Id>> = faces.faces.iter().map(whose).collect();
    fill_holes(&faces, &mut labels);
    let regions = faces.regions(&labels);
    Ok(Partition::new(regions))
}

fn communities(snapshot: &Snapshot, plane: GaussKruger, members: &BTreeMap<i64, Id>) -> (Vec<Community>, Vec<Sample>) {
    let (mut communities, mut samples) = (Vec::new(), Vec::new());
    let Some(view) = snapshot.layer(LayerId::Community, Viewer::Everything) else { return (communities, samples) };
    for (id, precinct) in members {
        let Some(item) = view.find(*id) else { continue };
        let ShapeGeometry::Areas(areas) = item.shape.geometry() else { continue };
        let flat = plane.project(areas);
        let number = communities.len();
        for ring in flat.iter().map(Polygon::exterior) {
            samples.extend(along(ring).map(|at| Sample::new([at.x, at.y], (number, *precinct))));
        }
        let reach = plane.unproject(&MultiPolygon(vec![widened(&flat)]));
        let (ground, reach) = (Region::of(areas), Region::of(&reach));
        let of = |region: &Region| bounds(region.rings().flatten().copied()).unwrap_or_default();
        communities.push(Community {
            precinct: *precinct,
            bounds: of(&ground),
            reach_bounds: of(&reach),
            ground,
            reach,
        });
    }
    (communities, samples)
}

/// Positions along a ring, its vertices among them.
fn along(ring: &LineString<f64>) -> impl Iterator<Item = Coord<f64>> + '_ {
    ring.lines().flat_map(|line| {
        let length = line.delta().x.hypot(line.delta().y);
        let steps = (length / SAMPLE_M).ceil().max(1.0);
        (0..steps as u32).map(move |n| line.start + line.delta() * (f64::from(n) / steps))
    })
}

/// The hull of an area, so many metres wider.
fn widened(flat: &MultiPolygon<f64>) -> Polygon<f64> {
    let corners = flat.iter().flat_map(|part| part.exterior().coords()).flat_map(|at| {
        (0..8).map(|n| {
            let angle = f64::from(n) * std::f64::consts::FRAC_PI_4;
            Point::new(at.x + MARGIN_M * angle.cos(), at.y + MARGIN_M * angle.sin())
        })
    });
    MultiPoint(corners.collect()).convex_hull()
}

fn around(communities: &[Community]) -> Option<Rect<f64>> {
    let corners = communities.iter().flat_map(|it| {
        let [west, south, east, north] = it.reach_bounds;
        [At { x: west, y: south }, At { x: east, y: north }]
    });
    let [west, south, east, north] = bounds(corners)?;
    let (low, high) = (At { x: west, y: south }.degrees(), At { x: east, y: north }.degrees());
    // A street beyond bounds the block as well.
    let margin = 0.003;
    Some(Rect::new((low.x - margin, low.y - margin), (high.x + margin, high.y + margin)))
}

/// Streets that bound a block, and the lines of rivers and railways.
fn street_edges(snapshot: &Snapshot, rect: Rect<f64>) -> Vec<Edge> {
    let mut edges = Vec::new();
    let mut line = |line: &LineString<f64>| {
        edges.extend(line.lines().map(|it| Edge { a: At::of(it.start), b: At::of(it.end), mark: LINE }));
    };
    if let Some(view) = snapshot.layer(LayerId::Street, Viewer::Everything) {
        let bounds_blocks = |class: Option<&str>| {
            matches!(class, Some("expressway" | "primary" | "secondary" | "tertiary" | "residential"))
        };
        for item in view.in_box(rect) {
            if let (ShapeGeometry::Lines(parts), true) =
                (item.shape.geometry(), bounds_blocks(view.value(item, "street_class").and_then(Value::as_text)))
            {
                parts.iter().for_each(&mut line);
            }
        }
    }
    if let Some(view) = snapshot.layer(LayerId::Barrier, Viewer::Everything) {
        for item in view.in_box(rect) {
            let kind = view.value(item, "barrier_kind").and_then(Value::as_text);
            if !matches!(kind, Some("river" | "railway" | "expressway")) {
                continue;
            }
            match item.shape.geometry() {
                ShapeGeometry::Lines(parts) => parts.iter().for_each(&mut line),
                ShapeGeometry::Areas(areas) => areas.iter().for_each(|area| line(area.exterior())),
                ShapeGeometry::Point(_) => {}
            }
        }
    }
    edges
}

/// The edges of a position's Voronoi cell towards positions of other precincts.
fn half_ways(tree: &RTree<Sample>, sample: &Sample, plane: GaussKruger) -> Vec<(At, At)> {
    let from = Coord { x: sample.geom()[0], y: sample.geom()[1] };
    const REACH_M: f64 = 300.0;
    let corner = |x: f64, y: f64| Coord { x: from.x + x * REACH_M, y: from.y + y * REACH_M };
    // Each side with the position beyond it; `None`: the end of the reach.
    type Side = (Coord<f64>, Option<([f64; 2], Id)>);
    let mut cell: Vec<Side> =
        vec![(corner(-1., -1.), None), (corner(1., -1.), None), (corner(1., 1.), None), (corner(-1., 1.), None)];
    let others = tree.nearest_neighbor_iter(&[from.x, from.y]).filter(|other| other.geom() != sample.geom());
    for other in others.take(NEAREST) {
        let to = Coord { x: other.geom()[0], y: other.geom()[1] };
        let (middle, normal) = ((from + to) / 2.0, to - from);
        let side = |at: Coord<f64>| (at.x - middle.x) * normal.x + (at.y - middle.y) * normal.y;
        let mut next = Vec::with_capacity(cell.len() + 1);
        for n in 0..cell.len() {
            let ((a, beyond), (b, _)) = (cell[n], cell[(n + 1) % cell.len()]);
            let (sa, sb) = (side(a), side(b));
            let cut = || a + (b - a) * (sa / (sa - sb));
            match (sa <= 0.0, sb <= 0.0) {
                (true, true) => next.push((a, beyond)),
                (true, false) => {
                    next.push((a, beyond));
                    next.push((cut(), Some((*other.geom(), other.data.1))));
                }
                (false, true) => next.push((cut(), beyond)),
                (false, false) => {}
            }
        }
        cell = next;
        if cell.is_empty() {
            return Vec::new();
        }
    }
    let mut edges = Vec::new();
    for n in 0..cell.len() {
        let ((a, beyond), (b, _)) = (cell[n], cell[(n + 1) % cell.len()]);
        // Either side of it would draw the same line; the lesser does.
        if let Some((other, precinct)) = beyond
            && precinct != sample.data.1
            && sample.geom() < &other
        {
            edges.push((At::of(plane.to_lon_lat(a)), At::of(plane.to_lon_lat(b))));
        }
    }
    edges
}

/// Open land that one precinct surrounds is its own.
fn fill_holes(faces: &Faces, labels: &mut [Option<Id>]) {
    let mut root: Vec<usize> = (0..labels.len()).collect();
    fn find(root: &mut [usize], mut n: usize) -> usize {
        while root[n] != n {
            root[n] = root[root[n]];
            n = root[n];
        }
        n
    }
    let is_free = |face: usize, labels: &[Option<Id>]| face != OUTSIDE && labels[face].is_none();
    for border in &faces.borders {
        if is_free(border.left, labels) && is_free(border.right, labels) {
            let (a, b) = (find(&mut root, border.left), find(&mut root, border.right));
            root[a.max(b)] = a.min(b);
        }
    }
    let mut neighbours: BTreeMap<usize, BTreeSet<Option<Id>>> = BTreeMap::new();
    for border in &faces.borders {
        for (face, other) in [(border.left, border.right), (border.right, border.left)] {
            if is_free(face, labels) && !is_free(other, labels) {
                // The outside is nobody, and whoever borders on it is no hole.
                let label = if other == OUTSIDE { None } else { labels[other] };
                neighbours.entry(find(&mut root, face)).or_default().insert(label);
            }
        }
    }
    for (face, label) in labels.iter_mut().enumerate().filter(|(_, label)| label.is_none()) {
        if let Some(around) = neighbours.get(&find(&mut root, face))
            && around.len() == 1
        {
            *label = around.first().copied().flatten();
        }
    }
}
