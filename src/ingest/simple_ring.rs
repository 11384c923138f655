//! A quick and sound answer for the ordinary case: a small ring that is plainly simple.
//!
//! A closed ring no two edges of which share more than the vertex between neighbours bounds one
//! area, so a polygon of that ring alone is valid. Every comparison here is either exact or leaves
//! room for rounding; what is closer than that is left to GEOS. So «yes» is certain, and «no» means
//! only that someone else must look.

/// Rings of more positions are left to GEOS, whose sweep is faster than comparing all pairs.
const MOST_POSITIONS: usize = 96;

type Position = (f64, f64);

/// True when a polygon of this ring alone is certainly valid. The ring is given with its last
/// position, which repeats the first.
pub fn is_surely_simple(ring: &[Position]) -> bool {
    let edges = ring.len().saturating_sub(1);
    if edges < 3 || ring.len() > MOST_POSITIONS || ring[0] != ring[edges] {
        return false;
    }
    for (i, pair) in ring.windows(2).enumerate() {
        let (a, b) = (pair[0], pair[1]);
        let next = if i + 2 <= edges { ring[i + 2] } else { ring[1] };
        if !meet_only_there(a, b, next) {
            return false;
        }
        // The neighbours of an edge are the one before and the one after; the first edge is the
        // neighbour of the last.
        let end = if i == 0 { edges - 1 } else { edges };
        if end > i + 2 && !stays_clear(a, b, &ring[i + 2..=end]) {
            return false;
        }
    }
    true
}

/// Whether the edge from `a` to `b` surely misses every edge of the path.
fn stays_clear(a: Position, b: Position, path: &[Position]) -> bool {
    let (west, east) = if a.0 < b.0 { (a.0, b.0) } else { (b.0, a.0) };
    let (south, north) = if a.1 < b.1 { (a.1, b.1) } else { (b.1, a.1) };
    path.windows(2).all(|pair| {
        let (c, d) = (pair[0], pair[1]);
        (c.0 < west && d.0 < west)
            || (c.0 > east && d.0 > east)
            || (c.1 < south && d.1 < south)
            || (c.1 > north && d.1 > north)
            || are_on_one_side(a, b, c, d)
            || are_on_one_side(c, d, a, b)
    })
}

fn are_on_one_side(a: Position, b: Position, c: Position, d: Position) -> bool {
    let (left, right) = (side(a, b, c), side(a, b, d));
    left != 0 && left == right
}

/// Whether the edges `a b` and `b c` surely share `b` and nothing else: they turn, or go on forward.
fn meet_only_there(a: Position, b: Position, c: Position) -> bool {
    let along = ((b.0 - a.0) * (c.0 - b.0), (b.1 - a.1) * (c.1 - b.1));
    sure_sign(along.0, -along.1) > 0 || side(a, b, c) != 0
}

/// On which side of the line through `a` and `b` the position `c` surely lies: 1, -1, or 0 for not
/// sure.
fn side(a: Position, b: Position, c: Position) -> i8 {
    sure_sign((a.0 - c.0) * (b.1 - c.1), (a.1 - c.1) * (b.0 - c.0))
}

/// The sign of `left - right`, two products of differences, where rounding cannot have made it.
fn sure_sign(left: f64, right: f64) -> i8 {
    /// Shewchuk (1997): three and a bit roundings of 2^-53 relative to the sum, thrice over.
    const RELATIVE: f64 = 1e-15;
    /// Beyond what is lost where products become too small for full precision.
    const ABSOLUTE: f64 = 1e-290;
    let difference = left - right;
    let doubt = RELATIVE * (left.abs() + right.abs()) + ABSOLUTE;
    // Not a number is neither.
    i8::from(difference > doubt) - i8::from(difference < -doubt)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::geometry::invalidity;
    use crate::ingest::said;
    use gdal::vector::Geometry;
    use proptest::prelude::*;

    fn is_valid(ring: &[Position]) -> bool {
        said::listen();
        let mut wkb = vec![1, 3, 0, 0, 0, 1, 0, 0, 0];
        wkb.extend((ring.len() as u32).to_le_bytes());
        for (x, y) in ring {
            wkb.extend(x.to_le_bytes());
            wkb.extend(y.to_le_bytes());
        }
        Geometry::from_wkb(&wkb).is_ok_and(|polygon| invalidity(&polygon).is_none())
    }

    fn closed(mut ring: Vec<Position>) -> Vec<Position> {
        ring.extend(ring.first().copied());
        ring
    }

    /// Corners of a star around a place, by angle and distance: simple.
    fn star(corners: &[(f64, f64)], (x, y): Position, size: f64) -> Vec<Position> {
        let step = std::f64::consts::TAU / corners.len() as f64;
        let corner = |(i, (turn, reach)): (usize, &(f64, f64))| {
            let (sin, cos) = ((i as f64 + turn) * step).sin_cos();
            (x + size * reach * cos, y + size * reach * sin)
        };
        closed(corners.iter().enumerate().map(corner).collect())
    }

    #[test]
    fn what_is_plain_is_seen() {
        let square = closed(vec![(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]);
        assert!(is_surely_simple(&square));
        let with_a_vertex_on_a_wall = closed(vec![(0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (1.0, 1.0)]);
        assert!(is_surely_simple(&with_a_vertex_on_a_wall));
        assert!(is_surely_simple(&closed(vec![(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)])));
    }

    #[test]
    fn what_is_wrong_or_doubtful_is_not() {
        let doubtful = [
            vec![],
            vec![(0.0, 0.0)],
            closed(vec![(0.0, 0.0), (1.0, 0.0)]),
            vec![(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)],
            closed(vec![(0.0, 0.0), (1.0, 1.0), (0.0, 1.0), (1.0, 0.0)]),
            closed(vec![(0.0, 0.0), (1.0, 0.0), (2.0, 0.0)]),
            closed(vec![(0.0, 0.0), (2.0, 0.0), (1.0, 0.0), (1.0, 1.0)]),
            closed(vec![(0.0, 0.0), (1.0, 0.0), (1.0, 0.0), (1.0, 1.0)]),
            // A corner on the wall opposite, and a ring that comes back to its own corner.
            closed(vec![(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (2.0, 0.0), (0.0, 4.0)]),
            closed(vec![(0.0, 0.0), (1.0, 1.0), (2.0, 0.0), (2.0, 2.0), (1.0, 1.0), (0.0, 2.0)]),
            closed(vec![(0.0, 0.0), (f64::NAN, 0.0), (1.0, 1.0)]),
            closed(vec![(0.0, 0.0), (f64::INFINITY, 0.0), (1.0, 1.0)]),
            closed(vec![(0.0, 0.0), (1e-200, 0.0), (1e-200, 1e-200)]),
        ];
        for ring in doubtful {
            assert!(!is_surely_simple(&ring), "{ring:?}");
        }
    }

    #[test]
    fn ordinary_rings_are_seldom_left_to_geos() {
        let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(2000));
        let taken = std::cell::Cell::new(0);
        let corners = proptest::collection::vec((0.0..0.8, 0.5..1.0), 3..40);
        let run = runner.run(&corners, |corners| {
            taken.set(taken.get() + u32::from(is_surely_simple(&star(&corners, (104.65, 30.12), 1e-4))));
            Ok(())
        });
        run.expect("no case fails");
        assert!(taken.get() > 1990, "{} of 2000", taken.get());
    }

    /// Rings on a small grid are full of repeated, touching and crossing edges.
    fn on_a_grid() -> impl Strategy<Value = Vec<Position>> {
        let positions = proptest::collection::vec((0..5i32, 0..5i32), 3..9);
        (positions, 0..3usize).prop_map(|(positions, place)| {
            let (x, y, step) = [(0.0, 0.0, 1.0), (104.65, 30.12, 1e-5), (-73.97, 40.77, 1.1e-15)][place];
            closed(positions.iter().map(|(i, j)| (x + f64::from(*i) * step, y + f64::from(*j) * step)).collect())
        })
    }

    /// A star of which one corner is moved to another edge, or almost.
    fn almost_touching() -> impl Strategy<Value = Vec<Position>> {
        let corners = proptest::collection::vec((0.0..0.9, 0.2..1.0), 4..12);
        (corners, 0..12usize, 0..12usize, 0.0..1.0, -3..4i32).prop_map(|(corners, from, to, share, away)| {
            let mut ring = star(&corners, (104.65, 30.12), 1e-4);
            ring.pop();
            let (from, to) = (from % ring.len(), to % ring.len());
            let (a, b) = (ring[to], ring[(to + 1) % ring.len()]);
            let on = (a.0 + share * (b.0 - a.0), a.1 + share * (b.1 - a.1));
            ring[from] = (on.0 + f64::from(away) * 1.5e-14, on.1);
            closed(ring)
        })
    }

    /// Every ring that is surely simple must be valid; enough of them must be met to mean something.
    fn compare(rings: impl Strategy<Value = Vec<Position>>, least: u32) {
        let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(20_000));
        let (sure, invalid) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
        let run = runner.run(&rings, |ring| {
            let (is_sure, is_valid) = (is_surely_simple(&ring), is_valid(&ring));
            sure.set(sure.get() + u32::from(is_sure));
            invalid.set(invalid.get() + u32::from(!is_valid));
            prop_assert!(!is_sure || is_valid);
            Ok(())
        });
        run.expect("what is surely simple is valid to GEOS");
        assert!(sure.get() > least && invalid.get() > least, "{} sure, {} invalid", sure.get(), invalid.get());
    }

    #[test]
    fn what_is_surely_simple_is_valid_to_geos_on_a_grid() {
        compare(on_a_grid(), 1000);
    }

    #[test]
    fn what_is_surely_simple_is_valid_to_geos_where_it_almost_touches() {
        compare(almost_touching(), 1000);
    }
}
