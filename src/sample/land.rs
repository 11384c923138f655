//! What each block is for, and the parcels that it is divided into.

use super::layout::{Axis, Block, Layout, Plot, tidy};
use super::random::Random;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LandUse {
    /// Built by the end of 2000: what the plan renews.
    OldHousing,
    NewHousing,
    Commerce,
    School,
    Public,
    Industry,
    Park,
    Vacant,
}

/// The ways into a parcel: a lane that runs north and south at `u`.
#[derive(Debug, Clone)]
pub struct Lane {
    pub u: f64,
    /// Where it leaves the street, where it enters the parcel, and where it ends inside.
    pub street_v: f64,
    pub gate_v: f64,
    pub inner_v: f64,
    /// The gate at the other side and the way behind it.
    pub back: Option<BackGate>,
}

/// How far a lane leads into what is no housing: it ends before the buildings.
const FORECOURT_M: f64 = 4.0;

impl Lane {
    /// It runs between the buildings, which leave room for it.
    pub fn is_between_buildings(&self) -> bool {
        (self.inner_v - self.gate_v).abs() > FORECOURT_M
    }
}

#[derive(Debug, Clone)]
pub struct BackGate {
    pub gate_v: f64,
    pub way_v: f64,
    /// A closed gate cuts the lane: it ends a few metres inside.
    pub is_open: bool,
}

#[derive(Debug, Clone)]
pub struct Parcel {
    pub plot: Plot,
    pub land_use: LandUse,
    /// Run of the street that it is entered from.
    pub street: usize,
    /// Metres from the old town's middle, on the plan.
    pub far_m: f64,
    pub lane: Option<Lane>,
    pub is_walled: bool,
}

/// The parcels of all blocks in the order of the blocks, with at least `old` of them old housing,
/// and the alleys between rows of parcels, which join the runs of the layout.
pub fn divide(layout: &mut Layout, old: usize, random: &mut Random) -> Option<Vec<Parcel>> {
    let old_town = (layout.river_u - 0.30 * layout.half_u, 0.0);
    let far = |block: &Block| {
        let (u, v) = block.plot.middle();
        ((u - old_town.0) * (u - old_town.0) + (v - old_town.1) * (v - old_town.1)).sqrt()
    };
    let blocks = layout.blocks.clone();
    let mut uses: Vec<LandUse> = blocks
        .iter()
        .map(|block| block_use(far(block) / layout.half_v, block.plot.middle().0 < layout.rail_u, random))
        .collect();

    // The oldest blocks lie near the middle, but not in a ring: each year has its corner.
    let mut housing: Vec<(f64, usize)> = (0..blocks.len())
        .filter(|&i| uses[i] == LandUse::NewHousing)
        .map(|i| (far(&blocks[i]) / layout.half_v + random.between(-0.42, 0.42), i))
        .collect();
    housing.sort_by(|a, b| a.0.total_cmp(&b.0));

    let mut parcels_of: Vec<Vec<Parcel>> = vec![Vec::new(); blocks.len()];
    let mut left = old;
    for &(_, i) in &housing {
        if left == 0 {
            break;
        }
        uses[i] = LandUse::OldHousing;
        let parcels = housing_parcels(layout, i, true, far(&blocks[i]), random);
        left = left.saturating_sub(parcels.len());
        parcels_of[i] = parcels;
    }
    if left > 0 {
        return None;
    }
    for (i, block) in blocks.iter().enumerate() {
        let far_m = far(block);
        match uses[i] {
            LandUse::OldHousing => {}
            LandUse::NewHousing => parcels_of[i] = housing_parcels(layout, i, false, far_m, random),
            land_use => parcels_of[i].push(whole_block(layout, i, land_use, far_m)),
        }
    }
    Some(parcels_of.into_iter().flatten().collect())
}

/// `far` is 0 in the old town's middle and about 1 at the ring.
fn block_use(far: f64, is_beyond_rails: bool, random: &mut Random) -> LandUse {
    use LandUse::*;
    let weights: &[(LandUse, f64)] = match far {
        f if f < 0.25 => &[(NewHousing, 68.0), (Commerce, 16.0), (Public, 8.0), (School, 6.0), (Park, 2.0)],
        f if f < 0.75 => {
            &[(NewHousing, 78.0), (Commerce, 7.0), (Public, 4.0), (School, 6.0), (Park, 4.0), (Vacant, 1.0)]
        }
        _ if is_beyond_rails => {
            &[(NewHousing, 40.0), (Industry, 38.0), (Commerce, 5.0), (Public, 3.0), (School, 3.0), (Vacant, 11.0)]
        }
        _ => &[(NewHousing, 68.0), (Industry, 5.0), (Commerce, 6.0), (School, 5.0), (Park, 7.0), (Vacant, 9.0)],
    };
    random.weighted(weights)
}

/// The block without its streets.
fn inside(layout: &Layout, block: &Block) -> Plot {
    let setback = |run: usize| layout.runs[run].class.setback_m();
    Plot {
        west: block.plot.west + setback(block.sides.west),
        south: block.plot.south + setback(block.sides.south),
        east: block.plot.east - setback(block.sides.east),
        north: block.plot.north - setback(block.sides.north),
    }
}

fn whole_block(layout: &Layout, index: usize, land_use: LandUse, far_m: f64) -> Parcel {
    let block = &layout.blocks[index];
    let plot = inside(layout, block);
    let is_walled = matches!(land_use, LandUse::School | LandUse::Industry);
    // What has a wall has a gate: nobody could walk to a school without one.
    let lane = is_walled.then(|| Lane {
        u: tidy(plot.west + plot.width() * 0.5),
        street_v: block.plot.south,
        gate_v: plot.south,
        inner_v: plot.south + FORECOURT_M,
        back: None,
    });
    Parcel { plot, land_use, street: block.sides.south, far_m, lane, is_walled }
}

/// A block of housing: one or two rows of parcels, each row entered from its own street, with an
/// alley between the rows.
fn housing_parcels(layout: &mut Layout, index: usize, is_old: bool, far_m: f64, random: &mut Random) -> Vec<Parcel> {
    let block = layout.blocks[index].clone();
    let land = inside(layout, &block);
    let (south_v, north_v) = (block.plot.south, block.plot.north);
    let deepest = if is_old { 125.0 } else { 190.0 };

    // (plot of the row, street, where the street and the way behind lie, entered from the south)
    let mut rows: Vec<(Plot, usize, f64, f64, bool)> = Vec::new();
    if land.height() <= deepest {
        let from_south = layout.runs[block.sides.south].class >= layout.runs[block.sides.north].class;
        let (street, street_v, back_v) =
            if from_south { (block.sides.south, south_v, north_v) } else { (block.sides.north, north_v, south_v) };
        rows.push((land, street, street_v, back_v, from_south));
    } else {
        let middle = tidy(land.south + land.height() * random.between(0.44, 0.56));
        let (from, to) = (block.plot.west, block.plot.east);
        let class = match () {
            () if land.height() > 150.0 && is_old => super::street_class::StreetClass::Service,
            () if random.chance(0.12) => super::street_class::StreetClass::Steps,
            () => super::street_class::StreetClass::Footway,
        };
        layout.run(Axis::U, middle, from, to, class, None);
        rows.push((Plot { north: middle - 3.5, ..land }, block.sides.south, south_v, middle, true));
        rows.push((Plot { south: middle + 3.5, ..land }, block.sides.north, north_v, middle, false));
    }

    let mut parcels = Vec::new();
    for (row, street, street_v, back_v, from_south) in rows {
        let mut west = row.west;
        while row.east - west > 24.0 {
            let wanted = match is_old {
                true => random.weighted(&[(0, 0.50), (1, 0.355), (2, 0.145)]),
                false => 3,
            };
            let width = match wanted {
                0 => random.between(50.0, 68.0),
                1 => random.between(92.0, 120.0),
                2 => random.between(135.0, 190.0),
                _ => random.between(110.0, 230.0),
            };
            let rest = row.east - west - width;
            let east = if rest < if is_old { 38.0 } else { 80.0 } { row.east } else { tidy(west + width) };
            let plot = Plot { west: west + 1.5, east: east - 1.5, ..row };
            let is_scattered = is_old && random.chance(0.09);
            let lane = (plot.width() > 20.0).then(|| lane(&plot, street_v, back_v, from_south, is_old, random));
            parcels.push(Parcel {
                plot,
                land_use: if is_old { LandUse::OldHousing } else { LandUse::NewHousing },
                street,
                far_m,
                lane,
                is_walled: !is_scattered,
            });
            west = east;
        }
    }
    parcels
}

fn lane(plot: &Plot, street_v: f64, back_v: f64, from_south: bool, is_old: bool, random: &mut Random) -> Lane {
    // A narrow parcel has its lane along one side, a wide one in the middle.
    let u = match plot.width() {
        width if width < 80.0 && random.chance(0.5) => plot.west + 5.0,
        width if width < 80.0 => plot.east - 5.0,
        width => plot.west + width * random.between(0.42, 0.58),
    };
    let (gate_v, back_gate_v) = if from_south { (plot.south, plot.north) } else { (plot.north, plot.south) };
    let back = random.chance(if is_old { 0.40 } else { 0.25 }).then(|| BackGate {
        gate_v: back_gate_v,
        way_v: back_v,
        is_open: random.chance(if is_old { 0.72 } else { 0.85 }),
    });
    let inner_v = match &back {
        Some(gate) if gate.is_open => back_gate_v,
        _ => gate_v + (back_gate_v - gate_v) * 0.86,
    };
    Lane { u: tidy(u), street_v, gate_v, inner_v: (inner_v * 2.0).round() / 2.0, back }
}
