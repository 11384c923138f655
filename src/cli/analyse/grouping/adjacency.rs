//! Who touches whom, from outlines alone: what a walk network would know better.

use std::collections::BTreeMap;

use geo::{Coord, MultiPolygon};
use rstar::primitives::{GeomWithData, Line};
use rstar::{AABB, RTree};

use crate::analysis::grouping::{Edge, Unit};

/// A common border shorter than this is a corner, through which nobody walks.
const LEAST_BORDER_M: f64 = 1.0;
/// Outlines are looked at so often.
const EVERY_M: f64 = 2.0;

/// Outlines that run side by side, at most `touch_m` apart, for a metre or more. The straight line between the
/// middles stands for the walk.
pub fn touching(outlines: &[MultiPolygon<f64>], units: &[Unit], touch_m: f64) -> Vec<Edge> {
    let mut segments = Vec::new();
    for (unit, areas) in outlines.iter().enumerate() {
        let rings = areas.iter().flat_map(|area| std::iter::once(area.exterior()).chain(area.interiors()));
        for line in rings.flat_map(|ring| ring.lines()) {
            let line = Line::new([line.start.x, line.start.y], [line.end.x, line.end.y]);
            segments.push(GeomWithData::new(line, unit));
        }
    }
    let tree = RTree::bulk_load(segments.clone());
    let mut border: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for segment in &segments {
        let line = segment.geom();
        let (from, to) = (line.from, line.to);
        let length = (to[0] - from[0]).hypot(to[1] - from[1]);
        let steps = (length / EVERY_M).ceil().max(1.0) as usize;
        for step in 0..steps {
            let share = (step as f64 + 0.5) / steps as f64;
            let at = [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])];
            let around = AABB::from_corners([at[0] - touch_m, at[1] - touch_m], [at[0] + touch_m, at[1] + touch_m]);
            let mut near: Vec<usize> = tree
                .locate_in_envelope_intersecting(&around)
                .filter(|other| other.data != segment.data && distance(other.geom(), at) <= touch_m)
                .map(|other| other.data)
                .collect();
            near.sort_unstable();
            near.dedup();
            for other in near {
                *border.entry((segment.data, other)).or_default() += length / steps as f64;
            }
        }
    }
    let mut edges = Vec::new();
    for (&(a, b), &length) in border.range(..).filter(|((a, b), _)| a < b) {
        let back = border.get(&(b, a)).copied().unwrap_or(0.0);
        if length.max(back) >= LEAST_BORDER_M {
            let walk_m = units[a].at.zip(units[b].at).map(|(a, b)| (a.0 - b.0).hypot(a.1 - b.1));
            edges.push(Edge { a, b, walk_m, shared: 0.0 });
        }
    }
    edges
}

fn distance(line: &Line<[f64; 2]>, at: [f64; 2]) -> f64 {
    let (a, b) = (Coord { x: line.from[0], y: line.from[1] }, Coord { x: line.to[0], y: line.to[1] });
    let along = b - a;
    let length = along.x * along.x + along.y * along.y;
    let to = Coord { x: at[0], y: at[1] } - a;
    let share = if length > 0.0 { ((to.x * along.x + to.y * along.y) / length).clamp(0.0, 1.0) } else { 0.0 };
    (to.x - share * along.x).hypot(to.y - share * along.y)
}
