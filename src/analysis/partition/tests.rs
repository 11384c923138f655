//! What each change does to two squares side by side. Ten thousand random ones are in tests/schemes.

use std::collections::{BTreeMap, BTreeSet};

use super::grid::{At, Region};
use super::*;

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
