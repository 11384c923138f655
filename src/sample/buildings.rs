//! Rows of slabs that face south, towers, courtyards and sheds, inside their parcel.

use geo::Coord;

use super::land::{LandUse, Parcel};
use super::random::Random;
use super::shape::{ParcelShape, Room};

/// A building without its papers.
#[derive(Debug, Clone)]
pub struct Building {
    /// Metres on the ground, without the closing vertex.
    pub ring: Vec<Coord<f64>>,
    pub footprint_m2: f64,
    pub building_use: &'static str,
    pub floors: i64,
    pub units: i64,
    pub households: i64,
    pub built_year: i64,
    pub has_lift: bool,
}

/// How a parcel is built over.
struct Style {
    building_use: &'static str,
    depth_m: f64,
    /// Length of one stairwell's share of a slab, and how many a slab has at most.
    unit_m: f64,
    most_units: i64,
    floors: i64,
    /// Homes on a landing.
    per_landing: i64,
    between_rows_m: f64,
    between_ends_m: f64,
    margin_m: f64,
    /// Share of rooms left open.
    open_share: f64,
    /// Share of rooms that become an L or a U where they are deep enough.
    court_share: f64,
    built_year: i64,
    has_lift: bool,
}

/// Builds over a parcel. `most` bounds the number of buildings.
pub fn build(parcel: &Parcel, shape: &ParcelShape, random: &mut Random) -> Vec<Building> {
    let style = match parcel.land_use {
        LandUse::Park | LandUse::Vacant => return Vec::new(),
        LandUse::OldHousing => old_housing(parcel, random),
        LandUse::NewHousing => new_housing(parcel, random),
        LandUse::Commerce => commerce(random),
        LandUse::School => school(random),
        LandUse::Public => public(random),
        LandUse::Industry => industry(random),
    };
    let (mut south, north) = shape.depth();
    if parcel.land_use == LandUse::School {
        // The playing field.
        south += (north - south) * 0.42;
    }
    let (low, high) = (south + style.margin_m, north - style.margin_m);
    if random.chance(style.court_share)
        && let Some(court) = courtyard(shape, &style, low, high, random)
    {
        return court;
    }
    let rows = ((high - low - style.depth_m) / (style.depth_m + style.between_rows_m)).floor() + 1.0;
    if rows < 1.0 {
        return Vec::new();
    }
    // What is left over widens the gaps, and moves the rows off the street.
    let slack = high - low - rows * style.depth_m - (rows - 1.0) * style.between_rows_m;
    let step = style.depth_m + style.between_rows_m + slack * 0.7 / rows.max(1.0);
    let start = low + slack * 0.15;
    let mut buildings = Vec::new();
    for row in 0..rows as usize {
        let t0 = start + step * row as f64;
        for room in shape.rooms(t0, t0 + style.depth_m, style.margin_m) {
            slabs(shape, &style, room, random, &mut buildings);
        }
    }
    buildings
}

/// Fills a room of a row with slabs.
fn slabs(shape: &ParcelShape, style: &Style, room: Room, random: &mut Random, buildings: &mut Vec<Building>) {
    let length = room.s1 - room.s0;
    let most_m = style.unit_m * style.most_units as f64;
    let count = ((length + style.between_ends_m) / (most_m + style.between_ends_m)).ceil().max(1.0);
    let each = (length - (count - 1.0) * style.between_ends_m) / count;
    // A stairwell's share may be a tenth narrower or wider, to fill its row.
    let units = (each / (style.unit_m * 0.9)).floor().min(style.most_units as f64);
    if units < 1.0 {
        return;
    }
    let slab = each.min(units * style.unit_m * 1.1);
    let pitch = if count > 1.0 { (length - slab) / (count - 1.0) } else { 0.0 };
    let shift = if count > 1.0 { 0.0 } else { (length - slab) / 2.0 };
    for i in 0..count as usize {
        if random.chance(style.open_share) {
            continue;
        }
        let s0 = room.s0 + shift + pitch * i as f64;
        let (s1, t0, t1) = (s0 + slab, room.t0, room.t1);
        let corners = [(s0, t0), (s1, t0), (s1, t1), (s0, t1)];
        buildings.push(finish(shape, style, &corners, slab * style.depth_m, units as i64, random));
    }
}

/// One building around a yard that opens to the south (U) or the south-east (L).
fn courtyard(shape: &ParcelShape, style: &Style, low: f64, high: f64, random: &mut Random) -> Option<Vec<Building>> {
    let depth = style.depth_m;
    let t1 = high.min(low + 62.0);
    let buildings: Vec<Building> = shape
        .rooms(low, t1, style.margin_m)
        .into_iter()
        .filter(|room| room.s1 - room.s0 > depth * 2.0 + 10.0 && room.t1 - room.t0 > depth + 10.0)
        .map(|room| {
            let s1 = room.s1.min(room.s0 + 72.0);
            let (s0, t0) = (room.s0, room.t0);
            let wing = t1 - t0 - depth;
            let (corners, wings): (Vec<(f64, f64)>, f64) = if random.chance(0.5) {
                let u = vec![
                    (s0, t0),
                    (s0 + depth, t0),
                    (s0 + depth, t1 - depth),
                    (s1 - depth, t1 - depth),
                    (s1 - depth, t0),
                    (s1, t0),
                    (s1, t1),
                    (s0, t1),
                ];
                (u, 2.0)
            } else {
                let l =
                    vec![(s0, t0), (s0 + depth, t0), (s0 + depth, t1 - depth), (s1, t1 - depth), (s1, t1), (s0, t1)];
                (l, 1.0)
            };
            let length = s1 - s0 + wings * wing;
            finish(shape, style, &corners, length * depth, (length / style.unit_m).floor() as i64, random)
        })
        .collect();
    (!buildings.is_empty()).then_some(buildings)
}

fn finish(
    shape: &ParcelShape,
    style: &Style,
    corners: &[(f64, f64)],
    footprint_m2: f64,
    units: i64,
    random: &mut Random,
) -> Building {
    let floors = match style.floors {
        // Old slabs of one yard differ by a floor, towers by a few.
        floors if floors > 12 => floors + random.integer(-2, 2),
        floors if floors > 3 && random.chance(0.18) => floors - 1,
        floors => floors,
    };
    let is_home = style.building_use == "residential";
    let has_shops = is_home && random.chance(0.12);
    let homes = if is_home { units * style.per_landing * (floors - i64::from(has_shops)) } else { 0 };
    Building {
        ring: corners.iter().map(|&(s, t)| shape.ground(s, t)).collect(),
        footprint_m2,
        building_use: if has_shops { "mixed" } else { style.building_use },
        floors,
        units: if is_home { units } else { 0 },
        households: homes,
        built_year: style.built_year + random.integer(0, 1),
        has_lift: style.has_lift,
    }
}

fn old_housing(parcel: &Parcel, random: &mut Random) -> Style {
    // The nearer to the old town, the older: 1970s to 2000, four to seven floors.
    let newest = (1984.0 + parcel.far_m / 110.0).min(1999.0);
    let built_year = random.between((newest - 12.0).max(1972.0), newest) as i64;
    let floors = match built_year {
        ..=1979 => random.integer(3, 5),
        1980..=1987 => random.integer(5, 6),
        _ => random.weighted(&[(6, 0.5), (7, 0.42), (5, 0.08)]),
    };
    Style {
        building_use: "residential",
        depth_m: random.between(10.2, 12.4),
        unit_m: random.between(13.2, 15.8),
        most_units: 4,
        floors,
        per_landing: if random.chance(0.14) { 3 } else { 2 },
        between_rows_m: floors as f64 * random.between(2.5, 3.0),
        between_ends_m: random.between(5.0, 8.0),
        margin_m: 3.6,
        open_share: 0.04,
        court_share: 0.10,
        built_year,
        has_lift: false,
    }
}

fn new_housing(parcel: &Parcel, random: &mut Random) -> Style {
    let oldest = (2001.0 + parcel.far_m / 260.0).min(2012.0);
    let built_year = random.between(oldest, 2018.5) as i64;
    let is_tower = built_year > 2006 && random.chance(0.32);
    let floors = match () {
        () if is_tower => random.weighted(&[(18, 0.4), (26, 0.3), (32, 0.3)]),
        () if built_year > 2005 => random.integer(7, 11),
        () => random.integer(6, 7),
    };
    Style {
        building_use: "residential",
        depth_m: if is_tower { random.between(15.0, 19.0) } else { random.between(12.0, 14.0) },
        unit_m: if is_tower { random.between(24.0, 30.0) } else { random.between(15.0, 18.0) },
        most_units: if is_tower { random.integer(1, 2) } else { 4 },
        floors,
        per_landing: if is_tower { 4 } else { 2 },
        between_rows_m: if is_tower { random.between(28.0, 36.0) } else { floors as f64 * 2.4 },
        between_ends_m: if is_tower { random.between(12.0, 17.0) } else { random.between(8.0, 11.0) },
        margin_m: 5.5,
        open_share: 0.05,
        court_share: 0.0,
        built_year,
        has_lift: floors > 7,
    }
}

fn commerce(random: &mut Random) -> Style {
    let floors = random.weighted(&[(2, 0.3), (4, 0.4), (6, 0.2), (18, 0.1)]);
    Style {
        depth_m: random.between(17.0, 28.0),
        unit_m: random.between(18.0, 26.0),
        most_units: 3,
        floors,
        between_rows_m: random.between(9.0, 15.0),
        between_ends_m: random.between(7.0, 12.0),
        court_share: 0.25,
        has_lift: floors > 3,
        ..work("commercial", random.integer(1988, 2017))
    }
}

fn school(random: &mut Random) -> Style {
    Style {
        depth_m: random.between(10.0, 13.0),
        unit_m: 22.0,
        floors: random.integer(3, 5),
        between_rows_m: random.between(20.0, 26.0),
        court_share: 0.35,
        ..work("public", random.integer(1978, 2016))
    }
}

fn public(random: &mut Random) -> Style {
    Style {
        depth_m: random.between(14.0, 19.0),
        unit_m: 20.0,
        floors: random.integer(3, 9),
        between_rows_m: random.between(20.0, 30.0),
        court_share: 0.5,
        ..work("public", random.integer(1980, 2017))
    }
}

fn industry(random: &mut Random) -> Style {
    Style {
        depth_m: random.between(28.0, 46.0),
        unit_m: random.between(30.0, 42.0),
        floors: random.integer(1, 2),
        between_rows_m: random.between(14.0, 20.0),
        ..work("industrial", random.integer(1985, 2018))
    }
}

/// What shops, schools and sheds have in common.
fn work(building_use: &'static str, built_year: i64) -> Style {
    Style {
        building_use,
        depth_m: 15.0,
        unit_m: 20.0,
        most_units: 3,
        floors: 3,
        per_landing: 0,
        between_rows_m: 18.0,
        between_ends_m: 12.0,
        margin_m: 6.0,
        open_share: 0.08,
        court_share: 0.0,
        built_year,
        has_lift: false,
    }
}
