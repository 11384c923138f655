//! Snapping what is drawn to what is there: to the vertices and edges of other outlines first, then to the centre
//! lines of streets and the banks of rivers.

use geo::{Coord, Line, LineString, MultiPolygon, Polygon};
use rstar::{AABB, PointDistance, RTree, RTreeObject};

/// A line to snap to, in metres of the plane. The kinds rank: the lesser goes first.
#[derive(Debug, Clone, Copy)]
struct Target {
    line: Line<f64>,
    rank: u8,
}

impl RTreeObject for Target {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        let (a, b) = (self.line.start, self.line.end);
        AABB::from_corners([a.x, a.y], [b.x, b.y])
    }
}

impl PointDistance for Target {
    fn distance_2(&self, at: &[f64; 2]) -> f64 {
        let foot = foot(self.line, Coord { x: at[0], y: at[1] });
        (foot.x - at[0]).powi(2) + (foot.y - at[1]).powi(2)
    }
}

/// The lines to snap to.
pub struct Targets {
    tree: RTree<Target>,
}

impl Targets {
    /// `lines` by rank, in metres of the plane.
    pub fn new<'a>(lines: impl Iterator<Item = (u8, &'a LineString<f64>)>) -> Self {
        let targets = lines.flat_map(|(rank, line)| line.lines().map(move |line| Target { line, rank }));
        Self { tree: RTree::bulk_load(targets.collect()) }
    }

    /// Where a position goes: to the vertex within reach of the best rank, else to the nearest place on a line of
    /// the best rank, else it stays.
    pub fn snap(&self, at: Coord<f64>, reach_m: f64) -> Coord<f64> {
        let near = self.tree.locate_within_distance([at.x, at.y], reach_m * reach_m);
        let mut best: Option<(u8, bool, f64, Coord<f64>)> = None;
        for target in near {
            let ends = [target.line.start, target.line.end].map(|end| (false, end));
            for (is_between, to) in ends.into_iter().chain([(true, foot(target.line, at))]) {
                let metres = (to.x - at.x).hypot(to.y - at.y);
                let candidate = (target.rank, is_between, metres, to);
                let is_better = best.is_none_or(|best| {
                    (candidate.0, candidate.1).cmp(&(best.0, best.1)).then(candidate.2.total_cmp(&best.2)).is_lt()
                });
                if metres <= reach_m && is_better {
                    best = Some(candidate);
                }
            }
        }
        best.map_or(at, |(_, _, _, to)| to)
    }

    /// An area with every vertex snapped; what falls together is one vertex.
    pub fn snap_area(&self, areas: &MultiPolygon<f64>, reach_m: f64) -> MultiPolygon<f64> {
        let ring = |ring: &LineString<f64>| {
            let mut places: Vec<Coord<f64>> = ring.coords().map(|at| self.snap(*at, reach_m)).collect();
            places.dedup();
            LineString(places)
        };
        let area =
            |area: &Polygon<f64>| Polygon::new(ring(area.exterior()), area.interiors().iter().map(ring).collect());
        MultiPolygon(areas.iter().map(area).collect())
    }
}

fn foot(line: Line<f64>, at: Coord<f64>) -> Coord<f64> {
    let along = line.delta();
    let squared = along.x * along.x + along.y * along.y;
    if squared == 0.0 {
        return line.start;
    }
    let share = ((at.x - line.start.x) * along.x + (at.y - line.start.y) * along.y) / squared;
    line.start + along * share.clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outlines_go_before_streets_and_vertices_before_edges() {
        let line = |a: (f64, f64), b: (f64, f64)| LineString::from(vec![a, b]);
        let (outline, street) = (line((0.0, 0.0), (100.0, 0.0)), line((0.0, 3.0), (100.0, 3.0)));
        let targets = Targets::new([(0, &outline), (1, &street)].into_iter());
        let snap = |x, y| targets.snap(Coord { x, y }, 5.0).x_y();
        assert_eq!(snap(50.0, 2.5), (50.0, 0.0), "the outline, though the street is nearer");
        assert_eq!(snap(97.0, 1.0), (100.0, 0.0), "the vertex");
        assert_eq!(snap(50.0, 7.0), (50.0, 3.0));
        assert_eq!(snap(50.0, 9.0), (50.0, 9.0), "out of reach");
    }
}
