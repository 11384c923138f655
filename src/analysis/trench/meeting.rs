//! Where lines meet: which come within reach of each other, on which stretches, and whether they run along each
//! other or only cross. Boxes choose candidates and decide nothing.

use rstar::{AABB, RTree, RTreeObject};

use super::path::{Path, Segment, Stretch, joined, total, union};
use crate::analysis::siting::{Stop, Watch};

/// Segments whose directions differ by at most 45° run along each other.
pub(super) const ALONG_COSINE: f64 = std::f64::consts::FRAC_1_SQRT_2;
/// At a bend of the other line a path is beside neither of its segments for a moment.
const BEND_M: f64 = 2.0;
/// How many paths are matched between two looks at the watch.
const BETWEEN_LOOKS: usize = 64;

/// Two paths that come within reach of each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Meeting {
    pub a: usize,
    pub b: usize,
    /// Where `a` is within reach of `b`, by measures on `a`.
    pub on_a: Vec<Stretch>,
    /// Where they run along each other, by measures on `a` and as the feet of that on `b`.
    pub along_a: Vec<Stretch>,
    pub along_b: Vec<Stretch>,
    /// Between axes where they are nearest; 0 where they cross.
    pub nearest_m: f64,
    /// The same where they run along each other.
    pub nearest_along_m: Option<f64>,
}

impl Meeting {
    /// Metres on `a`.
    pub fn length_m(&self) -> f64 {
        total(&self.on_a)
    }

    /// True when they run along each other for so long on both, or along the whole of a shorter one.
    pub fn is_along(&self, least_m: f64, shorter_m: f64) -> bool {
        let least = least_m.min(0.5 * shorter_m);
        least > 0.0 && total(&self.along_a) >= least && total(&self.along_b) >= least
    }
}

struct Leaf {
    envelope: AABB<[f64; 2]>,
    path: u32,
    segment: u32,
}

impl RTreeObject for Leaf {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        self.envelope
    }
}

/// Paths to be met.
pub struct Index<'a> {
    paths: &'a [&'a Path],
    reach: &'a [f64],
    tree: RTree<Leaf>,
}

#[derive(Default)]
struct Found {
    on_a: Vec<Stretch>,
    along_a: Vec<Stretch>,
    along_b: Vec<Stretch>,
    nearest_m: Option<f64>,
    nearest_along_m: Option<f64>,
}

impl<'a> Index<'a> {
    /// `reach` is how far each path is met from.
    pub fn of(paths: &'a [&'a Path], reach: &'a [f64]) -> Self {
        let mut leaves = Vec::new();
        for (n, path) in paths.iter().enumerate() {
            for (i, segment) in path.segments.iter().enumerate() {
                leaves.push(Leaf { envelope: around(segment, reach[n]), path: n as u32, segment: i as u32 });
            }
        }
        Self { paths, reach, tree: RTree::bulk_load(leaves) }
    }

    /// All that a path meets, by position of the other. Only others that `is_asked` takes.
    pub fn meetings_of(&self, a: usize, path: &Path, is_asked: impl Fn(usize) -> bool) -> Vec<Meeting> {
        let mut hits: Vec<(u32, u32, u32, (f64, f64))> = Vec::new();
        for (n, segment) in path.segments.iter().enumerate() {
            for leaf in self.tree.locate_in_envelope_intersecting(&around(segment, 0.0)) {
                let b = leaf.path as usize;
                if is_asked(b) {
                    let other = &self.paths[b].segments[leaf.segment as usize];
                    if let Some(within) = segment.within(other, self.reach[b]) {
                        hits.push((leaf.path, n as u32, leaf.segment, within));
                    }
                }
            }
        }
        hits.sort_unstable_by_key(|hit| (hit.0, hit.1, hit.2));
        let of = |hits: &[(u32, u32, u32, (f64, f64))]| {
            let b = hits[0].0 as usize;
            let mut found = Found::default();
            for &(_, segment, other, within) in hits {
                found.add(&path.segments[segment as usize], &self.paths[b].segments[other as usize], within);
            }
            Meeting {
                a,
                b,
                on_a: union(found.on_a),
                along_a: joined(found.along_a, BEND_M),
                along_b: union(found.along_b),
                nearest_m: found.nearest_m.unwrap_or(f64::INFINITY),
                nearest_along_m: found.nearest_along_m,
            }
        };
        hits.chunk_by(|one, other| one.0 == other.0).map(of).collect()
    }
}

impl Found {
    fn add(&mut self, segment: &Segment, other: &Segment, (from, to): (f64, f64)) {
        let on_a = (segment.from_m + from * segment.length_m, segment.from_m + to * segment.length_m);
        let metres = segment.distance(other);
        let nearer = |so_far: &mut Option<f64>| *so_far = Some(so_far.map_or(metres, |before| before.min(metres)));
        self.on_a.push(on_a);
        nearer(&mut self.nearest_m);
        if segment.parallel(other) < ALONG_COSINE {
            return;
        }
        let feet = [from, to].map(|share| other.from_m + other.foot(segment.at(share)) * other.length_m);
        let on_b = (feet[0].min(feet[1]), feet[0].max(feet[1]));
        if on_b.1 > on_b.0 {
            // Beyond the other's end nothing runs beside it any more.
            let ends = [other.a, other.b].map(|end| segment.foot(end));
            let (first, last) = (from.max(ends[0].min(ends[1])), to.min(ends[0].max(ends[1])));
            if first < last {
                let at = |share: f64| segment.from_m + share * segment.length_m;
                self.along_a.push((at(first), at(last)));
            }
            self.along_b.push(on_b);
            nearer(&mut self.nearest_along_m);
        }
    }
}

fn around(segment: &Segment, reach: f64) -> AABB<[f64; 2]> {
    let (a, b) = (segment.a, segment.b);
    AABB::from_corners([a.x.min(b.x) - reach, a.y.min(b.y) - reach], [a.x.max(b.x) + reach, a.y.max(b.y) + reach])
}

/// All meetings of some paths with others.
pub fn between(a: &[&Path], b: &[&Path], reach: &[f64], watch: &Watch<'_>) -> Result<Vec<Meeting>, Stop> {
    matched(a, &Index::of(b, reach), |_, _| true, watch)
}

/// All meetings of paths with one another, each pair once, the earlier one first.
pub fn among(paths: &[&Path], reach_m: f64, watch: &Watch<'_>) -> Result<Vec<Meeting>, Stop> {
    let reach = vec![reach_m; paths.len()];
    matched(paths, &Index::of(paths, &reach), |a, b| a < b, watch)
}

fn matched(
    paths: &[&Path],
    index: &Index<'_>,
    is_asked: impl Fn(usize, usize) -> bool,
    watch: &Watch<'_>,
) -> Result<Vec<Meeting>, Stop> {
    let mut meetings = Vec::new();
    for (a, path) in paths.iter().enumerate() {
        if a % BETWEEN_LOOKS == 0
            && let Some(stop) = watch.must_stop()
        {
            return Err(stop);
        }
        meetings.extend(index.meetings_of(a, path, |b| is_asked(a, b)));
    }
    Ok(meetings)
}

#[cfg(test)]
mod tests {
    use geo::Coord;

    use super::*;
    use crate::analysis::siting::unlimited;

    fn path(places: &[(f64, f64)]) -> Path {
        Path::on_plane(&[places.iter().map(|&(x, y)| Coord { x, y }).collect()])
    }

    fn meet(a: &Path, b: &Path, reach: f64) -> Option<Meeting> {
        between(&[a], &[b], &[reach], &unlimited()).expect("no limit").pop()
    }

    #[test]
    fn beside_is_along_and_across_is_not() {
        let street = path(&[(0.0, 0.0), (200.0, 0.0)]);
        let met = meet(&path(&[(50.0, 4.0), (120.0, 4.0)]), &street, 10.0).expect("near");
        assert_eq!(met.on_a, [(0.0, 70.0)]);
        assert_eq!(met.along_b, [(50.0, 120.0)]);
        assert_eq!(met.nearest_along_m, Some(4.0));
        assert!(met.is_along(10.0, 70.0));
        let met = meet(&path(&[(50.0, -40.0), (50.0, 40.0)]), &street, 10.0).expect("near");
        assert_eq!((met.length_m(), met.nearest_m), (20.0, 0.0));
        assert!(!met.is_along(10.0, 80.0) && met.along_a.is_empty());
    }

    #[test]
    fn the_next_block_of_a_street_is_met_at_its_end_only() {
        let next = path(&[(200.0, 0.0), (400.0, 0.0)]);
        let met = meet(&path(&[(50.0, 4.0), (200.0, 4.0)]), &next, 10.0).expect("near");
        assert!(met.length_m() > 5.0 && !met.is_along(10.0, 150.0), "{met:?}");
    }

    #[test]
    fn a_line_over_itself_is_along_with_both_runs_and_a_point_with_none() {
        let street = path(&[(0.0, 0.0), (200.0, 0.0)]);
        let met = meet(&path(&[(50.0, 3.0), (100.0, 3.0), (50.0, 3.0)]), &street, 10.0).expect("near");
        assert_eq!((met.length_m(), total(&met.along_b)), (100.0, 50.0));
        assert!(met.is_along(10.0, 100.0));
        let met = meet(&path(&[(50.0, 3.0), (50.0, 3.0)]), &street, 10.0).expect("near");
        assert!(met.length_m() == 0.0 && !met.is_along(10.0, 0.0));
        assert!(meet(&path(&[(50.0, 30.0), (90.0, 30.0)]), &street, 10.0).is_none());
    }
}
