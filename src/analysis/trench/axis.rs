//! A stretch of a street's axis, and how far to its right or left something lies. The offset of a place is its
//! distance from the nearest place on the stretch, positive to the right of the direction of the axis. Two places
//! are never nearer to each other than their offsets are, whatever bends the axis has: so offsets that are far enough
//! apart are lines that are far enough apart.

use geo::Coord;

use super::meeting::ALONG_COSINE;
use super::path::{Path, Segment, Stretch, distance};

#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    segments: Vec<Segment>,
}

/// Offsets from the lowest to the highest.
pub type Span = (f64, f64);

/// A line through a bend is drawn with a vertex for each of so many degrees.
const ARC_STEP: f64 = std::f64::consts::PI / 18.0;
const MILLIMETRE: f64 = 0.001;

type Vector = (f64, f64);

fn vector(from: Coord<f64>, to: Coord<f64>) -> Vector {
    (to.x - from.x, to.y - from.y)
}

fn dot(a: Vector, b: Vector) -> f64 {
    a.0 * b.0 + a.1 * b.1
}

/// Positive where `b` is to the left of `a`.
fn cross(a: Vector, b: Vector) -> f64 {
    a.0 * b.1 - a.1 * b.0
}

fn unit(segment: &Segment) -> Vector {
    let (dx, dy) = vector(segment.a, segment.b);
    (dx / segment.length_m, dy / segment.length_m)
}

/// To the right of a direction.
fn right(of: Vector) -> Vector {
    (of.1, -of.0)
}

fn moved(from: Coord<f64>, by: Vector, metres: f64) -> Coord<f64> {
    Coord { x: from.x + by.0 * metres, y: from.y + by.1 * metres }
}

/// The part of a segment, as shares from 0 to 1, on which values that run evenly stay at or below 0. Each is given at
/// the segment's ends.
fn clipped(ends: &[(f64, f64)]) -> Option<(f64, f64)> {
    let (mut from, mut to): (f64, f64) = (0.0, 1.0);
    for &(first, last) in ends {
        if first <= 0.0 && last <= 0.0 {
            continue;
        }
        if first > 0.0 && last > 0.0 {
            return None;
        }
        let zero = first / (first - last);
        if first > 0.0 { from = from.max(zero) } else { to = to.min(zero) }
    }
    (from <= to).then_some((from, to))
}

impl Axis {
    pub fn of(path: &Path, (from, to): Stretch) -> Self {
        let part = |segment: &Segment| {
            let (first, last) = (from.max(segment.from_m), to.min(segment.from_m + segment.length_m));
            let at = |measure: f64| segment.at((measure - segment.from_m) / segment.length_m);
            (last - first > 1e-9).then(|| Segment { a: at(first), b: at(last), from_m: first, length_m: last - first })
        };
        Self { segments: path.segments.iter().filter(|one| one.length_m > 0.0).filter_map(part).collect() }
    }

    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Offsets of those parts of a line that run along the stretch beside it and within reach, however short they
    /// are; parts that cross have none. Exact, but that at bends sharper than the reach allows it may be too wide.
    pub fn span(&self, line: &Path, reach: f64) -> Option<Span> {
        let mut span: Option<Span> = None;
        let mut take = |found: Option<Span>| {
            if let Some((low, high)) = found {
                span = Some(span.map_or((low, high), |so_far| (so_far.0.min(low), so_far.1.max(high))));
            }
        };
        for one in &line.segments {
            for n in 0..self.segments.len() {
                let is_along = one.parallel(&self.segments[n]) >= ALONG_COSINE;
                if is_along {
                    take(self.beside(n, one, reach));
                }
                if self.is_joined(n) && (is_along || one.parallel(&self.segments[n + 1]) >= ALONG_COSINE) {
                    take(self.around(n, one, reach));
                }
            }
        }
        span
    }

    /// True when the next segment begins where this one ends.
    fn is_joined(&self, n: usize) -> bool {
        self.segments.get(n + 1).is_some_and(|next| distance(self.segments[n].b, next.a) < 1e-6)
    }

    /// On the inner side of the bend after a segment two segments are near. Where both are longer than the reach
    /// needs, the line that halves the bend parts them; else both count.
    fn halves_bend(&self, n: usize, reach: f64) -> Option<Vector> {
        if !self.is_joined(n) {
            return None;
        }
        let (one, next) = (&self.segments[n], &self.segments[n + 1]);
        let (u, v) = (unit(one), unit(next));
        let turn = cross(u, v).atan2(dot(u, v)).abs();
        let needed = reach * (turn / 2.0).tan().max(turn.sin());
        (needed <= one.length_m.min(next.length_m)).then_some((u.0 + v.0, u.1 + v.1))
    }

    /// Offsets of the part of a line that is nearest to one segment.
    fn beside(&self, n: usize, line: &Segment, reach: f64) -> Option<Span> {
        let axis = &self.segments[n];
        let along = unit(axis);
        let ends = |of: Coord<f64>, by: Vector| (dot(vector(of, line.a), by), dot(vector(of, line.b), by));
        let turned = |(first, last): (f64, f64)| (-first, -last);
        let off = ends(axis.a, right(along));
        let mut sides = vec![
            turned(ends(axis.a, along)),
            ends(axis.b, along),
            (off.0 - reach, off.1 - reach),
            (-off.0 - reach, -off.1 - reach),
        ];
        sides.extend(self.halves_bend(n, reach).map(|by| ends(axis.b, by)));
        if n > 0 {
            sides.extend(self.halves_bend(n - 1, reach).map(|by| turned(ends(axis.a, by))));
        }
        let (from, to) = clipped(&sides)?;
        let at = |share: f64| off.0 + (off.1 - off.0) * share;
        Some((at(from).min(at(to)), at(from).max(at(to))))
    }

    /// Offsets of the part of a line that is nearest to the vertex after a segment, on the outer side of the bend.
    fn around(&self, n: usize, line: &Segment, reach: f64) -> Option<Span> {
        let corner = self.segments[n].b;
        let (u, v) = (unit(&self.segments[n]), unit(&self.segments[n + 1]));
        let ends = |by: Vector| (dot(vector(corner, line.a), by), dot(vector(corner, line.b), by));
        let before = ends(u);
        let (from, to) = clipped(&[(-before.0, -before.1), ends(v)])?;
        let disc = line.in_disc(corner, reach)?;
        let (from, to) = (from.max(disc.0), to.min(disc.1));
        if from > to {
            return None;
        }
        let metres = |share: f64| distance(line.at(share), corner);
        let (near, far) = (metres(line.foot(corner).clamp(from, to)), metres(from).max(metres(to)));
        match cross(u, v) {
            turn if turn > 0.0 => Some((near, far)),
            turn if turn < 0.0 => Some((-far, -near)),
            // Straight on, a place beside the vertex is beside both segments as well.
            _ if dot(u, v) > 0.0 => None,
            // Turned back, nobody can say what is right and what is left.
            _ => Some((-far, far)),
        }
    }

    pub fn distance_to(&self, at: Coord<f64>) -> f64 {
        self.segments.iter().map(|segment| segment.distance_to(at)).fold(f64::INFINITY, f64::min)
    }

    /// The line at an offset, in the direction of the axis. Through bends it is drawn by chords, to a few centimetres;
    /// where segments are shorter than the offset needs on the inner side of a bend, it cuts the corner.
    pub fn parallel(&self, offset: f64) -> Vec<Coord<f64>> {
        let mut line: Vec<Coord<f64>> = Vec::new();
        let (Some(first), Some(last)) = (self.segments.first(), self.segments.last()) else { return line };
        for n in 0..self.segments.len() {
            let one = &self.segments[n];
            let normal = right(unit(one));
            let Some(next) = self.segments.get(n + 1) else { break };
            if !self.is_joined(n) {
                line.extend([moved(one.b, normal, offset), moved(next.a, right(unit(next)), offset)]);
                continue;
            }
            let (u, v) = (unit(one), unit(next));
            let (turn, cosine) = (cross(u, v), dot(u, v));
            if turn * offset > 0.0 {
                let angle = turn.atan2(cosine);
                let steps = (angle.abs() / ARC_STEP).ceil().max(1.0);
                line.extend((0..=steps as usize).map(|step| {
                    let (sine, cosine) = (angle * step as f64 / steps).sin_cos();
                    let by = (normal.0 * cosine - normal.1 * sine, normal.0 * sine + normal.1 * cosine);
                    moved(one.b, by, offset)
                }));
            } else if cosine > -0.99 {
                let other = right(v);
                line.push(moved(one.b, (normal.0 + other.0, normal.1 + other.1), offset / (1.0 + cosine)));
            }
        }
        // What the inner side of a sharp bend has no room for is nearer to the axis than it should be.
        line.retain(|at| self.distance_to(*at) > offset.abs() - MILLIMETRE);
        let ends = [moved(first.a, right(unit(first)), offset), moved(last.b, right(unit(last)), offset)];
        line.retain(|at| ends.iter().all(|end| distance(*at, *end) > MILLIMETRE));
        line.dedup_by(|a, b| distance(*a, *b) < MILLIMETRE);
        // A stretch of less than a millimetre has two ends as well.
        [&ends[..1], &line, &ends[1..]].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(places: &[(f64, f64)]) -> Path {
        Path::on_plane(&[places.iter().map(|&(x, y)| Coord { x, y }).collect()])
    }

    fn span(axis: &[(f64, f64)], stretch: Stretch, line: &[(f64, f64)]) -> Option<Span> {
        let millimetres = |metres: f64| (metres * 1000.0).round() / 1000.0;
        let found = Axis::of(&path(axis), stretch).span(&path(line), 9.0);
        found.map(|(low, high)| (millimetres(low), millimetres(high)))
    }

    #[test]
    fn right_of_the_direction_is_positive_and_only_the_stretch_counts() {
        let axis = [(0.0, 0.0), (100.0, 0.0)];
        assert_eq!(span(&axis, (0.0, 100.0), &[(10.0, -3.0), (90.0, -3.0)]), Some((3.0, 3.0)));
        assert_eq!(span(&axis, (0.0, 100.0), &[(90.0, 2.0), (10.0, 2.0)]), Some((-2.0, -2.0)));
        assert_eq!(span(&axis, (0.0, 100.0), &[(0.0, -1.0), (100.0, -6.0)]), Some((1.0, 6.0)), "it weaves");
        assert_eq!(span(&axis, (20.0, 40.0), &[(0.0, -1.0), (100.0, -6.0)]), Some((2.0, 3.0)));
        assert_eq!(span(&axis, (20.0, 40.0), &[(50.0, -1.0), (100.0, -1.0)]), None, "beyond its end");
        assert_eq!(span(&axis, (0.0, 100.0), &[(50.0, -30.0), (50.0, 30.0)]), None, "across");
        assert_eq!(span(&axis, (0.0, 100.0), &[(0.0, 9.1), (100.0, 9.1)]), None, "out of reach");
        // Along, then across to the houses: only what runs along counts.
        assert_eq!(span(&axis, (0.0, 100.0), &[(0.0, -2.0), (50.0, -2.0), (50.0, 8.0)]), Some((2.0, 2.0)));
    }

    #[test]
    fn around_a_bend_a_parallel_line_keeps_its_offset_inside_and_is_farther_at_the_corner_outside() {
        // To the left by a right angle.
        let axis = [(0.0, 0.0), (50.0, 0.0), (50.0, 50.0)];
        assert_eq!(span(&axis, (0.0, 100.0), &[(0.0, 3.0), (47.0, 3.0), (47.0, 50.0)]), Some((-3.0, -3.0)));
        let outside = span(&axis, (0.0, 100.0), &[(0.0, -3.0), (53.0, -3.0), (53.0, 50.0)]);
        assert_eq!(outside, Some((3.0, 4.243)), "3 times the root of 2");
        // A slight bend, inside: both segments are near, and only the nearer one counts.
        let slight = [(0.0, 0.0), (50.0, 0.0), (100.0, 20.0)];
        let inner = Axis::of(&path(&slight), (0.0, 100.0)).parallel(-3.0);
        let inner: Vec<(f64, f64)> = inner.iter().map(|at| (at.x, at.y)).collect();
        assert_eq!(span(&slight, (0.0, 100.0), &inner), Some((-3.0, -3.0)));
    }

    #[test]
    fn the_line_beside_the_shortest_stretch_has_two_ends() {
        let street = path(&[(0.0, 0.0), (50.0, 0.0), (100.0, 30.0)]);
        for stretch in [(10.0, 10.0001), (49.9999, 50.0001), (0.0, 100.0)] {
            assert!(Axis::of(&street, stretch).parallel(3.0).len() >= 2, "{stretch:?}");
        }
    }

    #[test]
    fn the_line_at_an_offset_is_at_that_offset_also_in_bends() {
        let axis = Axis::of(&path(&[(0.0, 0.0), (50.0, 0.0), (52.0, 1.0), (60.0, 30.0), (20.0, 40.0)]), (5.0, 120.0));
        for offset in [-6.0, -2.5, 0.0, 2.5, 6.0_f64] {
            let line = axis.parallel(offset);
            assert!(line.len() >= 3, "{line:?}");
            for at in line {
                let off = axis.distance_to(at) - offset.abs();
                assert!(off.abs() < 0.0011, "{offset}: {at:?} is off by {off}");
            }
        }
    }
}
