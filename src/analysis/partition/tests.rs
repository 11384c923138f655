//! The properties that hold whatever is drawn.

use std::collections::BTreeMap;

use geo::{MultiPolygon, Validation, unary_union};

use super::grid::{At, Region, ring_edges};
use super::*;
use crate::geodesy::measure::area_m2;

/// A fixed stream of numbers: a failure comes again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn at(&mut self) -> At {
        // About two kilometres across, in Ziyang.
        let mut step = |middle: i64| middle + self.below(200_000_000) as i64 - 100_000_000;
        At { x: step(1_046_500_000_000), y: step(301_200_000_000) }
    }

    fn blob(&mut self) -> Region {
        let (middle, corners) = (self.at(), 3 + self.below(6) as usize);
        let ring = (0..corners).map(|n| {
            let angle = n as f64 / corners as f64 * std::f64::consts::TAU;
            let reach = 5_000_000.0 + self.below(50_000_000) as f64;
            At { x: middle.x + (angle.cos() * reach) as i64, y: middle.y + (angle.sin() * reach) as i64 }
        });
        Region { parts: vec![grid::Part { outer: ring.collect(), holes: Vec::new() }] }
    }

    fn one_of(&mut self, partition: &Partition) -> Option<Id> {
        let ids: Vec<Id> = partition.ids().collect();
        (!ids.is_empty()).then(|| ids[self.below(ids.len() as u64) as usize])
    }
}

/// No two own the same side of an edge, and every area is what the database takes.
fn check(partition: &Partition) {
    let mut sides: BTreeMap<(At, At), Id> = BTreeMap::new();
    for (id, region) in partition.regions() {
        assert!(!region.is_empty(), "{id} is empty");
        for (a, b) in region.edges() {
            let other = sides.insert((a, b), *id);
            assert!(other.is_none(), "{id} and {other:?} lie on the same side of an edge");
        }
        for ring in region.rings() {
            assert!(ring_edges(ring).all(|(a, b)| a != b));
        }
        let areas = region.to_areas();
        assert!(areas.is_valid(), "{id}: {:?}", areas.validation_errors());
        assert_eq!(&Region::of(&areas), region, "degrees and back");
    }
}

/// By counting, with nothing of the noding: edges meet at their ends only. With [`check`], which says that no two
/// lie on the same side of one, that is a proof that nothing overlaps and no border has a gap.
fn check_by_pairs(partition: &Partition) {
    let edges: Vec<(At, At)> = partition.regions().values().flat_map(Region::edges).collect();
    for (n, (a, b)) in edges.iter().enumerate() {
        for (c, d) in &edges[n + 1..] {
            if a.x.max(b.x) < c.x.min(d.x) || c.x.max(d.x) < a.x.min(b.x) {
                continue;
            }
            let side = |p: At, q: At, r: At| grid::cross(p, q, r).signum();
            let parts = side(*a, *b, *c) * side(*a, *b, *d) < 0 && side(*c, *d, *a) * side(*c, *d, *b) < 0;
            assert!(!parts, "edges cross");
            let on = |p: At, q: At, r: At| {
                let is_beside =
                    r.x >= p.x.min(q.x) && r.x <= p.x.max(q.x) && r.y >= p.y.min(q.y) && r.y <= p.y.max(q.y);
                r != p && r != q && is_beside && side(p, q, r) == 0
            };
            assert!(!on(*a, *b, *c) && !on(*a, *b, *d) && !on(*c, *d, *a) && !on(*c, *d, *b), "a vertex on an edge");
        }
    }
}

/// By the union of another library, whose own grid is coarser: pieces add up to it.
fn check_by_union(partition: &Partition) {
    let pieces: Vec<MultiPolygon<f64>> = partition.regions().values().map(Region::to_areas).collect();
    let sum: f64 = pieces.iter().map(area_m2).sum();
    let together = area_m2(&unary_union(&pieces));
    assert!((sum - together).abs() < 0.1, "{} m² overlap", sum - together);
}

fn edit(dice: &mut Dice, partition: &Partition, fresh: &mut Id) -> Option<Result<Changed, Refused>> {
    let mut next = || {
        *fresh -= 1;
        *fresh
    };
    Some(match dice.below(10) {
        0 | 1 => {
            let overlap = [Overlap::Keep, Overlap::Take, Overlap::Refuse][dice.below(3) as usize];
            partition.draw(next(), &dice.blob(), overlap)
        }
        2 | 3 => {
            let overlap = [Overlap::Keep, Overlap::Take][dice.below(2) as usize];
            partition.redraw(dice.one_of(partition)?, &dice.blob(), overlap)
        }
        4..=6 => {
            let line: Vec<At> = (0..2 + dice.below(3)).map(|_| dice.at()).collect();
            partition.split(dice.one_of(partition)?, &line, &mut next)
        }
        7 => partition.merge(&[dice.one_of(partition)?, dice.one_of(partition)?, dice.one_of(partition)?]),
        8 => {
            let region = partition.get(dice.one_of(partition)?)?;
            let vertices: Vec<At> = region.rings().flatten().copied().collect();
            let from = vertices[dice.below(vertices.len() as u64) as usize];
            let mut shift = || dice.below(4_000_000) as i64 - 2_000_000;
            partition.move_vertices(&[Move { from, to: At { x: from.x + shift(), y: from.y + shift() } }])
        }
        _ => partition.remove(dice.one_of(partition)?),
    })
}

#[test]
fn ten_thousand_random_edits_leave_neither_gap_nor_overlap() {
    let (mut done, mut refused) = (0, 0);
    for seed in 0..100 {
        let mut dice = Dice(seed);
        let (mut partition, mut fresh) = (Partition::default(), 0);
        for _ in 0..100 {
            let before = partition.clone();
            match edit(&mut dice, &partition, &mut fresh) {
                Some(Ok(changed)) => {
                    done += 1;
                    for id in before.ids().chain(changed.partition.ids()) {
                        let area = |partition: &Partition| partition.get(id).map_or(0, Region::double_area);
                        let gained = (area(&before) - area(&changed.partition)).abs();
                        assert!(changed.touched.contains(&id) || gained < TINY, "{id} changed by {gained} unsaid");
                    }
                    partition = changed.partition;
                }
                Some(Err(_)) | None => {
                    refused += 1;
                }
            }
            check(&partition);
        }
        check_by_pairs(&partition);
        check_by_union(&partition);
    }
    assert_eq!(done + refused, 10_000);
    assert!(done > 4_000, "{done} were carried out");
}

fn square(x: i64, y: i64, side: i64) -> Region {
    let (x, y) = (1_046_500_000_000 + x, 301_200_000_000 + y);
    let outer = vec![At { x, y }, At { x: x + side, y }, At { x: x + side, y: y + side }, At { x, y: y + side }];
    Region { parts: vec![grid::Part { outer, holes: Vec::new() }] }
}

const S: i64 = 10_000_000;

fn two() -> Partition {
    let one = Partition::default().draw(1, &square(0, 0, S), Overlap::Refuse).expect("drawn");
    one.partition.draw(2, &square(S, 0, S), Overlap::Refuse).expect("drawn").partition
}

#[test]
fn a_line_divides_and_merging_gives_back_what_was() {
    let two = two();
    let at = |x: i64, y: i64| At { x: 1_046_500_000_000 + x, y: 301_200_000_000 + y };
    let line = [at(S / 3, -5), at(S / 3, S + 5)];
    let split = two.split(1, &line, &mut || -1).expect("divided");
    assert_eq!(split.touched, BTreeSet::from([1, -1]), "the neighbour is not touched");
    assert_eq!(split.partition.get(-1).map(Region::double_area), Some(2 * i128::from(S / 3) * i128::from(S)));
    let merged = split.partition.merge(&[1, -1]).expect("they touch").partition;
    assert_eq!(merged.get(1).map(Region::double_area), two.get(1).map(Region::double_area));
    assert_eq!(two.split(1, &[at(1, 1), at(5, 5)], &mut || -1).err(), Some(Refused::NotDivided));
    assert_eq!(two.split(9, &line, &mut || -1).err(), Some(Refused::NoSuch(9)));
}

#[test]
fn neighbours_follow_a_border_that_moves() {
    let two = two();
    let at = |x: i64, y: i64| At { x: 1_046_500_000_000 + x, y: 301_200_000_000 + y };
    let moves = [(at(S, 0), at(S + 99, 0)), (at(S, S), at(S + 99, S))].map(|(from, to)| Move { from, to });
    let moved = two.move_vertices(&moves).expect("moved");
    assert_eq!(moved.touched, BTreeSet::from([1, 2]));
    let area = |partition: &Partition, id| partition.get(id).map_or(0, Region::double_area);
    assert_eq!(area(&moved.partition, 1) - area(&two, 1), 2 * 99 * i128::from(S));
    assert_eq!(area(&moved.partition, 1) + area(&moved.partition, 2), area(&two, 1) + area(&two, 2));
    let over = Move { from: at(S, 0), to: at(3 * S, S / 2) };
    assert!(matches!(two.move_vertices(&[over]), Err(Refused::Crosses(_))));
    let nowhere = Move { from: at(7, 7), to: at(8, 8) };
    assert!(matches!(two.move_vertices(&[nowhere]), Err(Refused::NoVertex(_))));

    // The same by drawing: what 1 gives up goes to 2, and what lies open stays open.
    let smaller = square(0, 0, S / 2);
    let redrawn = two.redraw(1, &smaller, Overlap::Take).expect("drawn").partition;
    assert_eq!(area(&redrawn, 1), area(&Partition::new(BTreeMap::from([(1, smaller)])), 1));
}

#[test]
fn overlaps_are_refused_kept_or_taken() {
    let two = two();
    let over = square(S / 2, S / 2, S);
    let Err(Refused::Overlaps { ids, m2 }) = two.draw(3, &over, Overlap::Refuse) else { panic!("refused") };
    assert_eq!(ids, [1, 2]);
    assert!(m2 > 1000.0);
    let kept = two.draw(3, &over, Overlap::Keep).expect("drawn");
    assert_eq!(kept.touched, BTreeSet::from([3]));
    let taken = two.draw(3, &over, Overlap::Take).expect("drawn");
    assert_eq!(taken.touched, BTreeSet::from([1, 2, 3]));
    assert_eq!(two.draw(3, &square(0, 0, S), Overlap::Keep).err(), Some(Refused::Nothing));
    let apart = two.draw(3, &square(5 * S, 0, S), Overlap::Refuse).expect("drawn").partition;
    assert_eq!(apart.merge(&[1, 2, 3]).err(), Some(Refused::NotTouching(vec![3])));
    let island = two.draw(4, &square(S / 4, S / 4, S / 4), Overlap::Take).expect("drawn").partition;
    assert_eq!(island.get(1).map(|region| region.parts[0].holes.len()), Some(1));
}
