//! The area from which a walk is within the limit, as polygons that never jump a river.
//!
//! Around every reached street lies a ribbon. A place belongs to the ribbon of `w` metres when a street whose
//! distance is at most `limit − w` lies within `w` of it, no street that is further lies within `w`, and no
//! barrier (nor edge of a compound) does. Then the nearest street of all is a reached one, nothing stands
//! between, the access rule lets the walk join it there, and it is at most `limit − w + w`. So every place
//! inside is within the limit, whatever lies around; the union over several `w` fills in what wide
//! ribbons leave out beside walls and where the distance runs out. It is an inner approximation:
//! some places outside are within the limit too.

use geo::algorithm::bool_ops::{BooleanOps, unary_union};
use geo::{BoundingRect, Buffer, LineString, MultiLineString, MultiPolygon, Rect};
use rstar::AABB;

use super::search::Search;
use super::streets::{Stretch, split};

/// Widths of ribbons in metres; none is wider than an access leg may be.
const WIDTHS_M: [f64; 6] = [100.0, 50.0, 25.0, 12.0, 6.0, 3.0];
/// Arcs are drawn as chords; ribbons are drawn narrower by this share and what they must avoid wider.
const CHORD_SHARE: f64 = 0.03;

/// Polygons, on the plane, of the places at most `limit_m` from a source of a search that went that far.
/// `None` when `is_wanted` turned false.
pub fn area(search: &Search<'_>, limit_m: f64, is_wanted: &dyn Fn() -> bool) -> Option<MultiPolygon<f64>> {
    let mut ribbons = Vec::new();
    for width in WIDTHS_M.into_iter().filter(|width| *width <= search.network.settings.access_m && *width < limit_m) {
        if !is_wanted() {
            return None;
        }
        let (reached, rest) = split(search, limit_m - width);
        let Some(bounds) = bounds(search, &reached) else { continue };
        let ribbon = lines(search, &reached, None).buffer(width * (1.0 - CHORD_SHARE));
        let around = AABB::from_corners(
            [bounds.min().x - 2.0 * width, bounds.min().y - 2.0 * width],
            [bounds.max().x + 2.0 * width, bounds.max().y + 2.0 * width],
        );
        let mut avoided = lines(search, &rest, Some(&around));
        let barriers = search.network.barriers.segments_in(&around);
        let edges = search.network.compounds.edges_in(&around);
        avoided.0.extend(barriers.chain(edges).map(|segment| LineString(vec![segment.a, segment.b])));
        let avoided = avoided.buffer(width * (1.0 + CHORD_SHARE) + 0.1);
        ribbons.push(ribbon.difference(&avoided));
    }
    let parts: Vec<_> = ribbons.iter().flatten().collect();
    Some(unary_union(parts))
}

/// Stretches on the ground as lines; nobody joins a bridge or a tunnel from beside it.
fn lines(search: &Search<'_>, stretches: &[Stretch], within: Option<&AABB<[f64; 2]>>) -> MultiLineString<f64> {
    let streets = &search.network.streets;
    let on_ground = stretches.iter().filter(|stretch| !streets.edges[stretch.edge as usize].is_off_ground);
    let lines = on_ground.map(|stretch| streets.stretch(stretch.edge, stretch.from_m, stretch.to_m));
    MultiLineString(lines.filter(|line| within.is_none_or(|bounds| meets(line, bounds))).collect())
}

fn meets(line: &LineString<f64>, bounds: &AABB<[f64; 2]>) -> bool {
    let (low, high) = (bounds.lower(), bounds.upper());
    line.bounding_rect().is_some_and(|it| {
        it.min().x <= high[0] && it.max().x >= low[0] && it.min().y <= high[1] && it.max().y >= low[1]
    })
}

fn bounds(search: &Search<'_>, stretches: &[Stretch]) -> Option<Rect<f64>> {
    lines(search, stretches, None).bounding_rect()
}
