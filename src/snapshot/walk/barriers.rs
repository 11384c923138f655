//! What a walk cannot cross: rivers, railways, walls, and the edges of communities whose gates are known.

use geo::kernels::{Kernel, Orientation, RobustKernel};
use geo::{BoundingRect, Coord, LineString, Polygon};
use rstar::{AABB, RTree};

use super::segment::{Segment, crosses, crossing_share};
use super::settings::TOUCH_M;
use crate::domain::{LayerId, Viewer};
use crate::geodesy::GaussKruger;
use crate::snapshot::{ShapeGeometry, Snapshot};

/// The barriers of one revision.
pub struct Barriers {
    /// Feature of each barrier, by the number that its segments carry.
    pub ids: Vec<i64>,
    /// Whether it is an area: its inside cannot be walked through, its edge is no line to be opened.
    pub(super) is_area: Vec<bool>,
    tree: RTree<Segment>,
    /// Boxes of the areas.
    areas: Vec<AABB<[f64; 2]>>,
    /// The greatest easting of an area: where a ray to the east may end.
    east_end: f64,
}

impl Barriers {
    pub fn of(snapshot: &Snapshot, plane: GaussKruger) -> Self {
        let items = snapshot.layer(LayerId::Barrier, Viewer::Public).map_or(&[][..], |view| view.items());
        let mut barriers = Builder::default();
        for item in items {
            match item.shape.geometry() {
                ShapeGeometry::Lines(lines) => {
                    let owner = barriers.owner(item.id, false);
                    for line in lines {
                        barriers.line(&plane.project(line), owner);
                    }
                }
                ShapeGeometry::Areas(areas) => {
                    let owner = barriers.owner(item.id, true);
                    for area in areas {
                        let area = plane.project(area);
                        barriers.line(area.exterior(), owner);
                        area.interiors().iter().for_each(|ring| barriers.line(ring, owner));
                        barriers.area(&area);
                    }
                }
                ShapeGeometry::Point(_) => {}
            }
        }
        barriers.finish()
    }

    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The straight pieces of barriers that may meet a box.
    pub fn segments_in(&self, envelope: &AABB<[f64; 2]>) -> impl Iterator<Item = &Segment> + use<'_> {
        self.tree.locate_in_envelope_intersecting(envelope)
    }

    pub(super) fn segments(&self) -> impl Iterator<Item = &Segment> {
        self.tree.iter()
    }

    /// The boxes of areas.
    pub(super) fn area_boxes(&self) -> &[AABB<[f64; 2]>] {
        &self.areas
    }

    /// True inside a river or another area that cannot be walked through: a ray to the east crosses the
    /// edge of one of them an odd number of times.
    pub fn covers(&self, at: Coord<f64>) -> bool {
        let ray = AABB::from_corners([at.x, at.y], [self.east_end.max(at.x), at.y]);
        let mut odd: Vec<u32> = Vec::new();
        for segment in self.tree.locate_in_envelope_intersecting(&ray) {
            let (low, high) = if segment.a.y <= segment.b.y { (segment.a, segment.b) } else { (segment.b, segment.a) };
            let is_area = self.is_area[segment.owner as usize];
            // A piece owns its lower end and not its upper one, so that a vertex counts once.
            if is_area && low.y <= at.y && at.y < high.y {
                let side = RobustKernel::orient2d(low, high, at);
                if side == Orientation::CounterClockwise {
                    match odd.iter().position(|owner| *owner == segment.owner) {
                        Some(i) => _ = odd.swap_remove(i),
                        None => odd.push(segment.owner),
                    }
                }
            }
        }
        !odd.is_empty()
    }
}

#[derive(Default)]
struct Builder {
    ids: Vec<i64>,
    is_area: Vec<bool>,
    segments: Vec<Segment>,
    areas: Vec<AABB<[f64; 2]>>,
}

impl Builder {
    fn owner(&mut self, id: i64, is_area: bool) -> u32 {
        self.ids.push(id);
        self.is_area.push(is_area);
        self.ids.len() as u32 - 1
    }

    fn line(&mut self, line: &LineString<f64>, owner: u32) {
        self.segments.extend(segments(line, owner));
    }

    fn area(&mut self, area: &Polygon<f64>) {
        if let Some(bounds) = area.bounding_rect() {
            let (min, max) = (bounds.min(), bounds.max());
            self.areas.push(AABB::from_corners([min.x, min.y], [max.x, max.y]));
        }
    }

    fn finish(self) -> Barriers {
        Barriers {
            ids: self.ids,
            is_area: self.is_area,
            tree: RTree::bulk_load(self.segments),
            east_end: self.areas.iter().map(|area| area.upper()[0]).fold(f64::NEG_INFINITY, f64::max),
            areas: self.areas,
        }
    }
}

/// The straight pieces of a line on the plane.
pub(super) fn segments(line: &LineString<f64>, owner: u32) -> impl Iterator<Item = Segment> {
    let pieces = line.0.windows(2).enumerate().filter(|(_, pair)| pair[0] != pair[1]);
    pieces.map(move |(vertex, pair)| Segment { a: pair[0], b: pair[1], owner, vertex: vertex as u32 })
}

/// Where a straight leg crosses pieces of something; its two ends, by a centimetre, do not count.
pub(super) fn crossings<'a>(
    from: Coord<f64>,
    to: Coord<f64>,
    tree: &'a RTree<Segment>,
) -> impl Iterator<Item = Coord<f64>> + use<'a> {
    let leg = inner_leg(from, to);
    let envelope = leg.map_or(AABB::from_point([from.x, from.y]), |leg| {
        AABB::from_corners([leg.start.x, leg.start.y], [leg.end.x, leg.end.y])
    });
    tree.locate_in_envelope_intersecting(&envelope).filter_map(move |segment| {
        let leg = leg?;
        crosses(leg, segment.line()).then(|| {
            let share = crossing_share(leg, segment.line());
            leg.start + leg.delta() * share
        })
    })
}

/// A leg without a centimetre at either end; `None` where nothing is left.
pub(super) fn inner_leg(from: Coord<f64>, to: Coord<f64>) -> Option<geo::Line<f64>> {
    let delta = to - from;
    let length = delta.x.hypot(delta.y);
    (length > 2.0 * TOUCH_M).then(|| {
        let step = delta * (TOUCH_M / length);
        geo::Line::new(from + step, to - step)
    })
}

impl Barriers {
    /// Where a straight leg crosses barriers.
    pub(super) fn crossings(&self, from: Coord<f64>, to: Coord<f64>) -> impl Iterator<Item = Coord<f64>> + use<'_> {
        crossings(from, to, &self.tree)
    }
}
