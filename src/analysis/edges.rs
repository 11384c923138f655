//! The edges of an area in an R-tree: what lies inside, and how much of a line does.

use geo::kernels::{Kernel, Orientation, RobustKernel};
use geo::line_intersection::{LineIntersection, line_intersection};
use geo::{Coord, Line, LineString, MultiPolygon, Rect};
use rstar::{AABB, RTree, RTreeObject};

/// An area, prepared for many questions. Holes and parts follow from counting edges, so rings may
/// run either way.
pub struct Edges {
    tree: RTree<Edge>,
    bounds: Rect<f64>,
}

#[derive(Debug, Clone, Copy)]
struct Edge(Line<f64>);

impl RTreeObject for Edge {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners([self.0.start.x, self.0.start.y], [self.0.end.x, self.0.end.y])
    }
}

impl Edges {
    /// `area` must be valid and not empty.
    pub fn of(area: &MultiPolygon<f64>, bounds: Rect<f64>) -> Self {
        let rings = area.iter().flat_map(|part| std::iter::once(part.exterior()).chain(part.interiors()));
        let edges = rings.flat_map(LineString::lines).filter(|edge| edge.start != edge.end).map(Edge).collect();
        Self { tree: RTree::bulk_load(edges), bounds }
    }

    /// True inside and on the edge.
    pub fn holds(&self, at: Coord<f64>) -> bool {
        if at.x < self.bounds.min().x || at.x > self.bounds.max().x {
            return false;
        }
        let ray = AABB::from_corners([at.x, at.y], [self.bounds.max().x, at.y]);
        let mut is_inside = false;
        for Edge(edge) in self.tree.locate_in_envelope_intersecting(&ray) {
            let (low, high) = if edge.start.y <= edge.end.y { (edge.start, edge.end) } else { (edge.end, edge.start) };
            let side = RobustKernel::orient2d(low, high, at);
            let is_beside = at.x >= low.x.min(high.x) && at.x <= low.x.max(high.x);
            if side == Orientation::Collinear && is_beside {
                return true;
            }
            // An edge owns its lower end and not its upper one, so that a vertex counts once.
            if low.y <= at.y && at.y < high.y && side == Orientation::CounterClockwise {
                is_inside = !is_inside;
            }
        }
        is_inside
    }

    /// The pieces of a line that lie inside.
    pub fn clip(&self, line: &LineString<f64>) -> Vec<Line<f64>> {
        line.lines().flat_map(|segment| self.clip_segment(segment)).collect()
    }

    fn clip_segment(&self, segment: Line<f64>) -> Vec<Line<f64>> {
        let (from, to) = (segment.start, segment.end);
        let around = AABB::from_corners([from.x, from.y], [to.x, to.y]);
        let delta = to - from;
        // Along the longer side, where the share of a position is known best.
        let share = |at: Coord<f64>| {
            if delta.x.abs() >= delta.y.abs() { (at.x - from.x) / delta.x } else { (at.y - from.y) / delta.y }
        };
        let mut cuts = vec![0.0, 1.0];
        for Edge(edge) in self.tree.locate_in_envelope_intersecting(&around) {
            match line_intersection(segment, *edge) {
                Some(LineIntersection::SinglePoint { intersection, .. }) => cuts.push(share(intersection)),
                Some(LineIntersection::Collinear { intersection }) => {
                    cuts.extend([share(intersection.start), share(intersection.end)]);
                }
                None => {}
            }
        }
        cuts.retain(|cut| (0.0..=1.0).contains(cut));
        cuts.sort_unstable_by(f64::total_cmp);
        let at = |share: f64| from + delta * share;
        cuts.windows(2)
            .filter(|pair| pair[0] < pair[1] && self.holds(at((pair[0] + pair[1]) / 2.0)))
            .map(|pair| Line::new(at(pair[0]), at(pair[1])))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use geo::{BooleanOps, BoundingRect, Contains, Euclidean, Length, MultiLineString, Point, polygon};
    use proptest::prelude::*;

    use super::*;

    fn ring() -> MultiPolygon<f64> {
        let outer = polygon!(
            exterior: [(x: 0.0, y: 0.0), (x: 10.0, y: 0.0), (x: 10.0, y: 10.0), (x: 5.0, y: 4.0), (x: 0.0, y: 10.0)],
            interiors: [[(x: 4.0, y: 1.0), (x: 6.0, y: 1.0), (x: 6.0, y: 3.0), (x: 4.0, y: 3.0)]],
        );
        MultiPolygon(vec![outer, polygon![(x: 20.0, y: 0.0), (x: 22.0, y: 0.0), (x: 21.0, y: 3.0)]])
    }

    fn edges(area: &MultiPolygon<f64>) -> Edges {
        Edges::of(area, area.bounding_rect().expect("an area"))
    }

    #[test]
    fn vertices_edges_and_holes_are_told_apart() {
        let area = edges(&ring());
        for (x, y, expected) in [
            (0.0, 0.0, true),
            (5.0, 4.0, true),
            (5.0, 2.0, false),
            (4.0, 2.0, true),
            (5.0, 9.0, false),
            (1.0, 4.0, true),
            (21.0, 1.0, true),
            (15.0, 1.0, false),
            (-1.0, 0.0, false),
        ] {
            assert_eq!(area.holds(Coord { x, y }), expected, "{x} {y}");
        }
    }

    #[test]
    fn a_line_is_cut_where_it_leaves_and_at_holes() {
        let line = LineString::from(vec![(-5.0, 2.0), (15.0, 2.0)]);
        let pieces = edges(&ring()).clip(&line);
        let length: f64 = pieces.iter().map(|piece| piece.delta().x).sum();
        assert!((length - 8.0).abs() < 1e-12, "{pieces:?}");
    }

    proptest! {
        #[test]
        fn we_agree_with_the_clipping_and_the_containment_of_geo(
            places in prop::collection::vec((-2.0..24.0f64, -2.0..12.0f64), 2..8),
        ) {
            let (area, line) = (ring(), LineString::from(places));
            let ours: f64 = edges(&area).clip(&line).iter().map(|piece| Euclidean.length(piece)).sum();
            let theirs: f64 = area.clip(&MultiLineString(vec![line.clone()]), false).iter().map(|l| Euclidean.length(l)).sum();
            prop_assert!((ours - theirs).abs() < 1e-5, "{} {}", ours, theirs);
            for at in &line.0 {
                prop_assert_eq!(edges(&area).holds(*at), area.contains(&Point(*at)));
            }
        }
    }
}
