//! Ten thousand random edits of outlines. After each GEOS, with which PostGIS computes, says whether there is a gap or
//! an overlap; it knows nothing of faces, of the grid, or of who shares a vertex.

use std::collections::BTreeMap;

use gdal::vector::{Geometry, ToGdal};
use geo::{Coord, MapCoords, MultiPolygon, Validation};
use pianqu::analysis::partition::grid::{At, Part, Region, cross, ring_edges};
use pianqu::analysis::partition::{Changed, Id, Move, Overlap, Partition, Refused};

use crate::support::dice::Dice;

/// In Ziyang.
const MIDDLE: At = At { x: 1_046_500_000_000, y: 301_200_000_000 };
/// Square metres of a square step of the grid there: lengths of a degree on the ellipsoid.
const M2: f64 = 96_440.0e-10 * 110_863.0e-10;
/// What no gap and no overlap exceeds.
const MOST_M2: f64 = 0.01;

enum Edit {
    Draw(Region, Overlap),
    Redraw(Id, Region, Overlap),
    Split(Id, Vec<At>),
    Merge(Vec<Id>),
    Move(Move),
    Remove(Id),
}

/// Within about two kilometres.
fn place(dice: &mut Dice) -> At {
    let mut step = |middle: i64| middle + dice.below(200_000_000) as i64 - 100_000_000;
    At { x: step(MIDDLE.x), y: step(MIDDLE.y) }
}

fn blob(dice: &mut Dice) -> Region {
    let (middle, corners) = (place(dice), 3 + dice.below(6));
    let ring = (0..corners).map(|n| {
        let angle = n as f64 / corners as f64 * std::f64::consts::TAU;
        let reach = 5_000_000.0 + dice.below(50_000_000) as f64;
        At { x: middle.x + (angle.cos() * reach) as i64, y: middle.y + (angle.sin() * reach) as i64 }
    });
    Region { parts: vec![Part { outer: ring.collect(), holes: Vec::new() }] }
}

/// An edit that somebody might try; `None` where there is nothing to be edited.
fn edit(dice: &mut Dice, partition: &Partition) -> Option<Edit> {
    let ids: Vec<Id> = partition.ids().collect();
    let one_of = |dice: &mut Dice| (!ids.is_empty()).then(|| *dice.pick(&ids));
    Some(match dice.below(10) {
        0 | 1 => Edit::Draw(blob(dice), *dice.pick(&[Overlap::Keep, Overlap::Take, Overlap::Refuse])),
        2 | 3 => Edit::Redraw(one_of(dice)?, blob(dice), *dice.pick(&[Overlap::Keep, Overlap::Take])),
        4..=6 => Edit::Split(one_of(dice)?, (0..2 + dice.below(3)).map(|_| place(dice)).collect()),
        7 => Edit::Merge(vec![one_of(dice)?, one_of(dice)?, one_of(dice)?]),
        8 => {
            let vertices: Vec<At> = partition.get(one_of(dice)?)?.rings().flatten().copied().collect();
            let from = *dice.pick(&vertices);
            let mut shift = || dice.below(4_000_000) as i64 - 2_000_000;
            Edit::Move(Move { from, to: At { x: from.x + shift(), y: from.y + shift() } })
        }
        _ => Edit::Remove(one_of(dice)?),
    })
}

fn carry_out(edit: &Edit, partition: &Partition, fresh: &mut Id) -> Result<Changed, Refused> {
    let mut next = || {
        *fresh -= 1;
        *fresh
    };
    match edit {
        Edit::Draw(area, overlap) => partition.draw(next(), area, *overlap),
        Edit::Redraw(id, area, overlap) => partition.redraw(*id, area, *overlap),
        Edit::Split(id, line) => partition.split(*id, line, &mut next),
        Edit::Merge(ids) => partition.merge(ids),
        Edit::Move(one) => partition.move_vertices(&[*one]),
        Edit::Remove(id) => partition.remove(*id),
    }
}

/// Steps from the middle: whole numbers, which doubles hold exactly.
fn plain(at: At) -> Coord<f64> {
    Coord { x: (at.x - MIDDLE.x) as f64, y: (at.y - MIDDLE.y) as f64 }
}

fn to_geos(region: &Region) -> Geometry {
    region.to_areas().map_coords(|degrees| plain(At::of(degrees))).to_gdal().unwrap()
}

fn empty() -> Geometry {
    MultiPolygon::<f64>(Vec::new()).to_gdal().unwrap()
}

fn together<'a>(all: impl Iterator<Item = &'a Geometry>) -> Geometry {
    all.fold(empty(), |sum, one| sum.union(one).unwrap())
}

fn area_m2(geometry: &Geometry) -> f64 {
    geometry.area() * M2
}

/// The ground that precincts cover, and the sum of their areas.
struct Ground {
    covered: Geometry,
    sum_m2: f64,
}

impl Ground {
    fn of(partition: &Partition) -> Self {
        let all: Vec<Geometry> = partition.regions().values().map(to_geos).collect();
        Self { covered: together(all.iter()), sum_m2: all.iter().map(area_m2).sum() }
    }

    fn overlap_m2(&self) -> f64 {
        (self.sum_m2 - area_m2(&self.covered)).abs()
    }
}

/// What must be covered after an edit, and what may be.
fn expected(edit: &Edit, before: &Partition, ground: &Ground) -> (Geometry, Geometry) {
    let without = |gone: Id| {
        let rest: Vec<Geometry> =
            before.regions().iter().filter(|(id, _)| **id != gone).map(|one| to_geos(one.1)).collect();
        together(rest.iter())
    };
    let with = |ground: &Geometry, area: &Region| ground.union(&to_geos(area)).unwrap();
    match edit {
        Edit::Draw(area, _) => (with(&ground.covered, area), with(&ground.covered, area)),
        // What is given up goes to a neighbour or to nobody.
        Edit::Redraw(id, area, _) => (with(&without(*id), area), with(&ground.covered, area)),
        Edit::Split(..) | Edit::Merge(_) => (ground.covered.clone(), ground.covered.clone()),
        // Where the vertex is on the edge of all the ground that edge follows; inside nothing is opened.
        Edit::Move(Move { from, to }) => {
            let geo::Geometry::MultiPolygon(areas) = many(ground.covered.to_geo().unwrap()) else { unreachable!() };
            let moved = areas.map_coords(|at| if at == plain(*from) { plain(*to) } else { at }).to_gdal().unwrap();
            (moved.clone(), moved)
        }
        Edit::Remove(id) => (without(*id), without(*id)),
    }
}

fn many(geometry: geo::Geometry<f64>) -> geo::Geometry<f64> {
    match geometry {
        geo::Geometry::Polygon(one) => geo::Geometry::MultiPolygon(MultiPolygon(vec![one])),
        other => other,
    }
}

/// No two own the same side of an edge, and every area is one that the database takes.
fn check_outlines(partition: &Partition) {
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

/// By counting, in whole numbers: edges meet at their ends only. With [`check_outlines`] that is a proof, without a
/// tolerance, that nothing overlaps and no border has a gap.
fn check_by_pairs(partition: &Partition) {
    let edges: Vec<(At, At)> = partition.regions().values().flat_map(Region::edges).collect();
    for (n, (a, b)) in edges.iter().enumerate() {
        for (c, d) in &edges[n + 1..] {
            if a.x.max(b.x) < c.x.min(d.x) || c.x.max(d.x) < a.x.min(b.x) {
                continue;
            }
            let side = |p: At, q: At, r: At| cross(p, q, r).signum();
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

/// Nobody's area changes by as much as a gap may have, unless the edit says so.
fn check_told(before: &Partition, changed: &Changed) {
    let area = |partition: &Partition, id| partition.get(id).map_or(0, Region::double_area) as f64 / 2.0 * M2;
    for id in before.ids().chain(changed.partition.ids()) {
        let gained = (area(before, id) - area(&changed.partition, id)).abs();
        assert!(changed.touched.contains(&id) || gained < MOST_M2, "{id} changed by {gained} m² unsaid");
    }
}

#[test]
fn ten_thousand_random_edits_leave_neither_gap_nor_overlap() {
    let (mut done, mut refused) = (0, 0);
    let (mut widest_gap, mut widest_overlap) = (0.0_f64, 0.0_f64);
    for seed in 1..=100 {
        let mut dice = Dice::new(seed * 0x9e37_79b9);
        let (mut partition, mut fresh) = (Partition::default(), 0);
        let mut ground = Ground::of(&partition);
        for step in 0..100 {
            let Some(edit) = edit(&mut dice, &partition) else {
                refused += 1;
                continue;
            };
            let Ok(changed) = carry_out(&edit, &partition, &mut fresh) else {
                refused += 1;
                continue;
            };
            done += 1;
            check_told(&partition, &changed);
            check_outlines(&changed.partition);
            let (least, most) = expected(&edit, &partition, &ground);
            ground = Ground::of(&changed.partition);
            partition = changed.partition;
            let gap = area_m2(&least.difference(&ground.covered).unwrap());
            let beyond = area_m2(&ground.covered.difference(&most).unwrap());
            let overlap = ground.overlap_m2();
            let worst = gap.max(beyond).max(overlap);
            assert!(worst <= MOST_M2, "seed {seed}, step {step}: gap {gap}, beyond {beyond}, overlap {overlap} m²");
            (widest_gap, widest_overlap) = (widest_gap.max(gap), widest_overlap.max(overlap));
        }
        check_by_pairs(&partition);
    }
    println!("{done} done, {refused} refused; gaps up to {widest_gap:.1e} m², overlaps up to {widest_overlap:.1e} m²");
    assert_eq!(done + refused, 10_000);
    assert!(done > 4_000, "{done} were carried out");
}

#[test]
fn the_check_finds_a_gap_and_an_overlap_of_two_hundredths_of_a_square_metre() {
    let square = |west: i64, width: i64| {
        let at = |x: i64, y: i64| At { x: MIDDLE.x + x, y: MIDDLE.y + y };
        let outer = vec![at(west, 0), at(west + width, 0), at(west + width, 9_000_000), at(west, 9_000_000)];
        Region { parts: vec![Part { outer, holes: Vec::new() }] }
    };
    let whole = Ground::of(&Partition::new(BTreeMap::from([(1, square(0, 20_000_000))])));
    // 100 m long and 0.2 mm wide.
    let wide = 20;
    let parted = |second: i64| {
        Partition::new(BTreeMap::from([(1, square(0, 10_000_000)), (2, square(second, 20_000_000 - second))]))
    };
    let apart = Ground::of(&parted(10_000_000 + wide));
    let gap = area_m2(&whole.covered.difference(&apart.covered).unwrap());
    assert!((0.018..0.022).contains(&gap) && apart.overlap_m2() < 1e-6, "{gap}");
    let over = Ground::of(&parted(10_000_000 - wide)).overlap_m2();
    assert!((0.018..0.022).contains(&over), "{over}");
}
