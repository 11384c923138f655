//! Responsible bodies, subdistricts and neighbourhoods: they tile the plan along main streets, the
//! river and the railway.

use geo::Coord;

use super::feature::{Feature, areas, text};
use super::ground::Ground;
use super::layout::{Layout, Plot};
use super::names;
use super::random::Random;

/// How far districts reach beyond the ring.
const BEYOND_M: f64 = 1300.0;
const STEP_M: f64 = 60.0;

pub struct Neighbourhood {
    pub plot: Plot,
    pub name: String,
    pub code: String,
    pub subdistrict: usize,
}

pub struct Districts {
    pub neighbourhoods: Vec<Neighbourhood>,
    /// Lines at which the plan is cut, from west to east and from south to north.
    columns: Vec<f64>,
    rows: Vec<f64>,
    rail_u: f64,
    river_u: f64,
    /// South of this row the east bank belongs to the airport zone.
    airport_row: f64,
    south_row: f64,
    north_row: f64,
}

/// Code and name, from the division codes of 雁江区.
const SUBDISTRICTS: [(&str, &str); 5] = [
    ("512002001", "莲花街道"),
    ("512002002", "三贤祠街道"),
    ("512002003", "资溪街道"),
    ("512002004", "狮子山街道"),
    ("512002005", "宝莲街道"),
];

/// Code of our own and name: two of the three have no division code.
pub const BODIES: [(&str, &str); 3] =
    [("yanjiang", "雁江区政府"), ("gaoxin", "高新区管委会"), ("linkong", "临空经济区管委会")];

impl Districts {
    pub fn new(layout: &Layout, random: &mut Random) -> Self {
        let (end_u, end_v) = (layout.half_u + BEYOND_M, layout.half_v + BEYOND_M);
        let mut columns = layout.avenues.clone();
        columns.extend([-end_u, layout.rail_u, layout.river_u, end_u]);
        columns.sort_by(f64::total_cmp);
        let mut rows = vec![-end_v];
        rows.extend(&layout.bridges);
        rows.push(end_v);

        let nearest = |wanted: f64| {
            let inner = &rows[1..rows.len() - 1];
            inner.iter().copied().min_by(|a, b| (a - wanted).abs().total_cmp(&(b - wanted).abs())).unwrap_or(wanted)
        };
        let mut districts = Self {
            neighbourhoods: Vec::new(),
            rail_u: layout.rail_u,
            river_u: layout.river_u,
            airport_row: nearest(-layout.half_v * 0.25),
            south_row: nearest(-layout.half_v * 0.36),
            north_row: nearest(layout.half_v * 0.22),
            columns,
            rows,
        };
        let offset = random.integer(0, 149) as usize;
        let mut counts = [0usize; SUBDISTRICTS.len()];
        for row in 0..districts.rows.len() - 1 {
            for column in 0..districts.columns.len() - 1 {
                let plot = Plot {
                    west: districts.columns[column],
                    south: districts.rows[row],
                    east: districts.columns[column + 1],
                    north: districts.rows[row + 1],
                };
                let (u, v) = plot.middle();
                let subdistrict = districts.subdistrict_at(u, v);
                counts[subdistrict] += 1;
                let n = districts.neighbourhoods.len();
                let name = match n / names::word_count() {
                    0 => format!("{}社区", names::word(offset, n)),
                    round => format!("{}{}社区", names::word(offset, n), names::ordinal(round)),
                };
                let code = format!("{}{:03}", SUBDISTRICTS[subdistrict].0, counts[subdistrict]);
                districts.neighbourhoods.push(Neighbourhood { plot, name, code, subdistrict });
            }
        }
        districts
    }

    fn subdistrict_at(&self, u: f64, v: f64) -> usize {
        match () {
            () if u > self.river_u => 3,
            () if u < self.rail_u => 4,
            () if v > self.north_row => 1,
            () if v < self.south_row => 2,
            () => 0,
        }
    }

    /// Code of the subdistrict at a place of the plan.
    pub fn subdistrict_code(&self, (u, v): (f64, f64)) -> &'static str {
        SUBDISTRICTS[self.subdistrict_at(u, v)].0
    }

    /// Code of the body that answers for a place of the plan.
    pub fn body_code(&self, (u, v): (f64, f64)) -> &'static str {
        let body = match () {
            () if u < self.rail_u => 1,
            () if u > self.river_u && v < self.airport_row => 2,
            () => 0,
        };
        BODIES[body].0
    }

    /// Index of the neighbourhood at a place of the plan.
    pub fn neighbourhood_at(&self, (u, v): (f64, f64)) -> usize {
        let cell =
            |lines: &[f64], at: f64| lines.partition_point(|line| *line <= at).saturating_sub(1).min(lines.len() - 2);
        cell(&self.rows, v) * (self.columns.len() - 1) + cell(&self.columns, u)
    }

    pub fn bodies(&self, ground: &Ground) -> Vec<Feature> {
        let (west, east) = self.ends_u();
        let (south, north) = self.ends_v();
        let (rail, river, row) = (self.rail_u, self.river_u, self.airport_row);
        let corners: [&[(f64, f64)]; 3] = [
            &[(rail, south), (river, south), (river, row), (east, row), (east, north), (rail, north)],
            &[(west, south), (rail, south), (rail, north), (west, north)],
            &[(river, south), (east, south), (east, row), (river, row)],
        ];
        corners
            .iter()
            .zip(BODIES)
            .map(|(corners, (code, name))| {
                Feature::new(areas(vec![self.ring(ground, corners)])).with("code", text(code)).with("name", text(name))
            })
            .collect()
    }

    pub fn subdistricts(&self, ground: &Ground) -> Vec<Feature> {
        let (west, east) = self.ends_u();
        let (south, north) = self.ends_v();
        let plot = |west: f64, south: f64, east: f64, north: f64| Plot { west, south, east, north };
        let plots = [
            plot(self.rail_u, self.south_row, self.river_u, self.north_row),
            plot(self.rail_u, self.north_row, self.river_u, north),
            plot(self.rail_u, south, self.river_u, self.south_row),
            plot(self.river_u, south, east, north),
            plot(west, south, self.rail_u, north),
        ];
        plots
            .iter()
            .zip(SUBDISTRICTS)
            .map(|(plot, (code, name))| {
                let ring = self.plot_ring(ground, plot);
                Feature::new(areas(vec![ring])).with("code", text(code)).with("name", text(name))
            })
            .collect()
    }

    pub fn neighbourhood_features(&self, ground: &Ground) -> Vec<Feature> {
        self.neighbourhoods
            .iter()
            .map(|it| {
                Feature::new(areas(vec![self.plot_ring(ground, &it.plot)]))
                    .with("code", text(&it.code))
                    .with("name", text(&it.name))
                    .with("subdistrict_code", text(SUBDISTRICTS[it.subdistrict].0))
            })
            .collect()
    }

    fn ends_u(&self) -> (f64, f64) {
        (self.columns[0], self.columns[self.columns.len() - 1])
    }

    fn ends_v(&self) -> (f64, f64) {
        (self.rows[0], self.rows[self.rows.len() - 1])
    }

    /// A rectangle of the plan on the ground.
    pub fn plot_ring(&self, ground: &Ground, plot: &Plot) -> Vec<Coord<f64>> {
        let corners =
            [(plot.west, plot.south), (plot.east, plot.south), (plot.east, plot.north), (plot.west, plot.north)];
        self.ring(ground, &corners)
    }

    /// A ring on the ground. Vertices stand at the same places of the plan whoever asks, so that
    /// neighbours share every vertex of their border and tile without a gap.
    fn ring(&self, ground: &Ground, corners: &[(f64, f64)]) -> Vec<Coord<f64>> {
        let mut ring = Vec::new();
        for (i, &(u0, v0)) in corners.iter().enumerate() {
            let (u1, v1) = corners[(i + 1) % corners.len()];
            if v0 == v1 {
                ring.extend(shared_stops(u0, u1, &self.columns).into_iter().map(|u| ground.at(u, v0)));
            } else {
                ring.extend(shared_stops(v0, v1, &self.rows).into_iter().map(|v| ground.at(u0, v)));
            }
        }
        ring
    }
}

/// `from`, then every multiple of the step and every line between it and `to`, without `to`.
fn shared_stops(from: f64, to: f64, lines: &[f64]) -> Vec<f64> {
    let (low, high) = (from.min(to), from.max(to));
    let first = (low / STEP_M).ceil() as i64;
    let last = (high / STEP_M).floor() as i64;
    let mut stops: Vec<f64> = (first..=last).map(|i| i as f64 * STEP_M).chain(lines.iter().copied()).collect();
    stops.retain(|at| low < *at && *at < high);
    stops.push(from);
    stops.sort_by(f64::total_cmp);
    // Two stops closer than a metre would be one vertex after rounding; lines win over steps for
    // all neighbours alike because the list does not depend on who asks.
    stops.dedup();
    if to < from {
        stops.reverse();
    }
    stops
}
