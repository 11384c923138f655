//! A line on the city's plane with measures along it. A line may run over itself; its measures tell the runs apart.

use geo::{Coord, MultiLineString};

use crate::geodesy::GaussKruger;

/// From and to, in metres along a path.
pub type Stretch = (f64, f64);

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Path {
    pub segments: Vec<Segment>,
    pub length_m: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Segment {
    pub a: Coord<f64>,
    pub b: Coord<f64>,
    /// Measure at `a`.
    pub from_m: f64,
    pub length_m: f64,
}

impl Path {
    /// The parts of a line one after the other. A line without length is one point.
    pub fn of(lines: &MultiLineString<f64>, plane: &GaussKruger) -> Self {
        let parts = lines.iter().map(|part| part.0.iter().map(|at| plane.to_plane(*at)).collect::<Vec<_>>());
        Self::on_plane(&parts.collect::<Vec<_>>())
    }

    pub fn on_plane(parts: &[Vec<Coord<f64>>]) -> Self {
        let mut path = Self::default();
        for pair in parts.iter().flat_map(|part| part.windows(2)) {
            let length_m = distance(pair[0], pair[1]);
            if length_m > 0.0 {
                path.segments.push(Segment { a: pair[0], b: pair[1], from_m: path.length_m, length_m });
                path.length_m += length_m;
            }
        }
        if let (true, Some(&at)) = (path.segments.is_empty(), parts.iter().flatten().next()) {
            path.segments.push(Segment { a: at, b: at, from_m: 0.0, length_m: 0.0 });
        }
        path
    }

    /// The place at a measure, held to the path's ends.
    pub fn at(&self, measure_m: f64) -> Option<Coord<f64>> {
        let next = self.segments.partition_point(|segment| segment.from_m + segment.length_m < measure_m);
        let segment = self.segments.get(next).or(self.segments.last())?;
        let share = if segment.length_m > 0.0 { (measure_m - segment.from_m) / segment.length_m } else { 0.0 };
        Some(segment.at(share.clamp(0.0, 1.0)))
    }

    /// The vertices of a stretch, its ends included.
    pub fn cut(&self, (from, to): Stretch) -> Vec<Coord<f64>> {
        let inside = self.segments.iter().filter(|one| one.from_m > from && one.from_m < to).map(|one| one.a);
        self.at(from).into_iter().chain(inside).chain(self.at(to)).collect()
    }
}

impl Segment {
    pub fn at(&self, share: f64) -> Coord<f64> {
        Coord { x: self.a.x + (self.b.x - self.a.x) * share, y: self.a.y + (self.b.y - self.a.y) * share }
    }

    /// Where on it, from 0 to 1, it is nearest to a place.
    pub fn foot(&self, at: Coord<f64>) -> f64 {
        let (dx, dy) = (self.b.x - self.a.x, self.b.y - self.a.y);
        let square = dx * dx + dy * dy;
        if square == 0.0 {
            return 0.0;
        }
        (((at.x - self.a.x) * dx + (at.y - self.a.y) * dy) / square).clamp(0.0, 1.0)
    }

    pub fn distance_to(&self, at: Coord<f64>) -> f64 {
        distance(self.at(self.foot(at)), at)
    }

    /// Metres between two segments, 0 where they cross or touch.
    pub fn distance(&self, other: &Segment) -> f64 {
        if self.crosses(other) {
            return 0.0;
        }
        let ends = [
            self.distance_to(other.a),
            self.distance_to(other.b),
            other.distance_to(self.a),
            other.distance_to(self.b),
        ];
        ends.into_iter().fold(f64::INFINITY, f64::min)
    }

    fn crosses(&self, other: &Segment) -> bool {
        let side = |a: Coord<f64>, b: Coord<f64>, c: Coord<f64>| (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
        let (c, d) = (side(self.a, self.b, other.a), side(self.a, self.b, other.b));
        let (a, b) = (side(other.a, other.b, self.a), side(other.a, other.b, self.b));
        c * d < 0.0 && a * b < 0.0
    }

    /// The cosine of the angle between them, whichever way they run; 0 for one without length.
    pub fn parallel(&self, other: &Segment) -> f64 {
        let product = self.length_m * other.length_m;
        if product == 0.0 {
            return 0.0;
        }
        let dot = (self.b.x - self.a.x) * (other.b.x - other.a.x) + (self.b.y - self.a.y) * (other.b.y - other.a.y);
        (dot / product).abs()
    }

    /// The part of this segment, as shares from 0 to 1, that is at most `reach` from another one: exact, because
    /// the places within reach of a segment are convex.
    pub fn within(&self, other: &Segment, reach: f64) -> Option<(f64, f64)> {
        let parts = [self.in_disc(other.a, reach), self.in_disc(other.b, reach), self.in_band(other, reach)];
        parts.into_iter().flatten().reduce(|one, next| (one.0.min(next.0), one.1.max(next.1)))
    }

    pub(super) fn in_disc(&self, centre: Coord<f64>, reach: f64) -> Option<(f64, f64)> {
        if self.length_m == 0.0 {
            return (distance(self.a, centre) <= reach).then_some((0.0, 1.0));
        }
        let (ux, uy) = ((self.b.x - self.a.x) / self.length_m, (self.b.y - self.a.y) / self.length_m);
        let (dx, dy) = (centre.x - self.a.x, centre.y - self.a.y);
        let (along, off) = (dx * ux + dy * uy, dx * uy - dy * ux);
        let half = reach * reach - off * off;
        if half < 0.0 {
            return None;
        }
        let half = half.sqrt();
        clip((along - half) / self.length_m, (along + half) / self.length_m)
    }

    fn in_band(&self, other: &Segment, reach: f64) -> Option<(f64, f64)> {
        if other.length_m == 0.0 {
            return None;
        }
        let (ux, uy) = ((other.b.x - other.a.x) / other.length_m, (other.b.y - other.a.y) / other.length_m);
        let local = |at: Coord<f64>| {
            let (dx, dy) = (at.x - other.a.x, at.y - other.a.y);
            (dx * ux + dy * uy, dx * uy - dy * ux)
        };
        let (from, to) = (local(self.a), local(self.b));
        let along = between(from.0, to.0, 0.0, other.length_m)?;
        let off = between(from.1, to.1, -reach, reach)?;
        clip(along.0.max(off.0), along.1.min(off.1))
    }
}

/// Shares at which a value that runs evenly from `a` to `b` lies between two limits.
fn between(a: f64, b: f64, low: f64, high: f64) -> Option<(f64, f64)> {
    if a == b {
        return (low <= a && a <= high).then_some((0.0, 1.0));
    }
    let (one, other) = ((low - a) / (b - a), (high - a) / (b - a));
    clip(one.min(other), one.max(other))
}

fn clip(from: f64, to: f64) -> Option<(f64, f64)> {
    let (from, to) = (from.max(0.0), to.min(1.0));
    (from <= to).then_some((from, to))
}

pub fn distance(a: Coord<f64>, b: Coord<f64>) -> f64 {
    // Not hypot: coordinates of a plane overflow nothing, and this is asked millions of times.
    ((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)).sqrt()
}

/// Stretches in order, those that touch made one.
pub fn union(stretches: Vec<Stretch>) -> Vec<Stretch> {
    const TOUCH_M: f64 = 1e-6;
    joined(stretches, TOUCH_M)
}

/// Stretches in order, those that are at most `gap_m` apart made one.
pub fn joined(mut stretches: Vec<Stretch>, gap_m: f64) -> Vec<Stretch> {
    stretches.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut joined: Vec<Stretch> = Vec::with_capacity(stretches.len());
    for (from, to) in stretches {
        match joined.last_mut() {
            Some(last) if from <= last.1 + gap_m => last.1 = last.1.max(to),
            _ => joined.push((from, to)),
        }
    }
    joined
}

pub fn total(stretches: &[Stretch]) -> f64 {
    stretches.iter().map(|(from, to)| to - from).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(places: &[(f64, f64)]) -> Path {
        Path::on_plane(&[places.iter().map(|&(x, y)| Coord { x, y }).collect()])
    }

    #[test]
    fn a_line_without_length_is_a_point_and_one_over_itself_keeps_both_runs() {
        let point = path(&[(3.0, 4.0), (3.0, 4.0)]);
        assert_eq!((point.segments.len(), point.length_m), (1, 0.0));
        assert_eq!(point.at(7.0), Some(Coord { x: 3.0, y: 4.0 }));
        let there_and_back = path(&[(0.0, 0.0), (10.0, 0.0), (0.0, 0.0)]);
        assert_eq!(there_and_back.length_m, 20.0);
        assert_eq!(there_and_back.at(12.0), Some(Coord { x: 8.0, y: 0.0 }));
        assert_eq!(there_and_back.cut((4.0, 12.0)).len(), 3);
    }

    #[test]
    fn what_is_within_reach_is_exact() {
        let one = path(&[(0.0, 0.0), (100.0, 0.0)]).segments[0];
        let beside = path(&[(20.0, 3.0), (60.0, 3.0)]).segments[0];
        let (from, to) = one.within(&beside, 5.0).expect("near");
        assert!((from - 0.16).abs() < 1e-12 && (to - 0.64).abs() < 1e-12, "{from} {to}");
        let across = path(&[(50.0, -30.0), (50.0, 30.0)]).segments[0];
        assert_eq!(one.within(&across, 5.0), Some((0.45, 0.55)));
        assert_eq!(one.within(&path(&[(50.0, 5.0), (50.0, 30.0)]).segments[0], 5.0), Some((0.5, 0.5)));
        assert_eq!(one.within(&path(&[(50.0, 5.1), (50.0, 30.0)]).segments[0], 5.0), None);
        assert_eq!((one.distance(&across), one.distance(&beside)), (0.0, 3.0));
    }
}
