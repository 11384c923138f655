//! The plan: main streets, river and railway as strips, and the blocks that are cut between them.

use super::random::Random;
use super::street_class::StreetClass;

/// From the middle of the river to the street on its bank.
pub const RIVER_STREET_M: f64 = 128.0;
/// From the rails to the street beside them.
pub const RAIL_STREET_M: f64 = 30.0;
/// How far main streets go on beyond the ring.
const COUNTRY_ROAD_M: f64 = 900.0;

/// A rectangle of the plan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plot {
    pub west: f64,
    pub south: f64,
    pub east: f64,
    pub north: f64,
}

impl Plot {
    pub fn width(&self) -> f64 {
        self.east - self.west
    }

    pub fn height(&self) -> f64 {
        self.north - self.south
    }

    pub fn middle(&self) -> (f64, f64) {
        ((self.west + self.east) / 2.0, (self.south + self.north) / 2.0)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// East and west: `at` is a v, `from` and `to` are u.
    U,
    /// North and south.
    V,
}

/// A straight street of the plan.
#[derive(Debug, Clone)]
pub struct Run {
    pub axis: Axis,
    pub at: f64,
    pub from: f64,
    pub to: f64,
    pub class: StreetClass,
    /// Index of its name; none for lanes and paths.
    pub name: Option<usize>,
}

/// The streets on the four sides of a block, as indices of runs.
#[derive(Debug, Clone, Copy)]
pub struct Sides {
    pub west: usize,
    pub south: usize,
    pub east: usize,
    pub north: usize,
}

/// A block: the rectangle between the centre lines of its streets.
#[derive(Debug, Clone)]
pub struct Block {
    pub plot: Plot,
    pub sides: Sides,
}

pub struct Layout {
    pub half_u: f64,
    pub half_v: f64,
    pub river_u: f64,
    pub rail_u: f64,
    pub runs: Vec<Run>,
    pub blocks: Vec<Block>,
    /// Main streets across the river, from south to north, and along it, from west to east,
    /// without the ring, the banks and the streets beside the railway.
    pub bridges: Vec<f64>,
    pub avenues: Vec<f64>,
}

impl Layout {
    /// Cuts a plan of this size. `names` counts how many street names were given out.
    pub fn new(half_u: f64, half_v: f64, random: &mut Random, names: &mut usize) -> Self {
        let river_u = tidy(half_u * 0.22);
        let rail_u = tidy(-half_u * 0.58);
        let columns = {
            let mut at = grid(-half_u, rail_u - RAIL_STREET_M, 1, random);
            at.extend(grid(rail_u + RAIL_STREET_M, river_u - RIVER_STREET_M, 2, random));
            at.extend(grid(river_u + RIVER_STREET_M, half_u, 1, random));
            at
        };
        let rows = grid(-half_v, half_v, 4, random);
        let mut layout = Self {
            half_u,
            half_v,
            river_u,
            rail_u,
            runs: Vec::new(),
            blocks: Vec::new(),
            bridges: rows[1..rows.len() - 1].to_vec(),
            avenues: Vec::new(),
        };

        let is_edge = |at: f64, half: f64| at.abs() == half;
        let column_runs: Vec<usize> = columns
            .iter()
            .map(|&at| {
                let (class, beyond) = if is_edge(at, half_u) {
                    (StreetClass::Expressway, 0.0)
                } else if (at - river_u).abs() == RIVER_STREET_M {
                    (StreetClass::Secondary, 0.0)
                } else if (at - rail_u).abs() == RAIL_STREET_M {
                    (StreetClass::Tertiary, 0.0)
                } else if layout.avenues.len().is_multiple_of(2) {
                    layout.avenues.push(at);
                    (StreetClass::Primary, COUNTRY_ROAD_M)
                } else {
                    layout.avenues.push(at);
                    (StreetClass::Secondary, 0.0)
                };
                layout.run(Axis::V, at, -half_v - beyond, half_v + beyond, class, Some(names))
            })
            .collect();
        let row_runs: Vec<usize> = rows
            .iter()
            .map(|&at| {
                if is_edge(at, half_v) {
                    layout.run(Axis::U, at, -half_u, half_u, StreetClass::Expressway, Some(names))
                } else {
                    let end = half_u + COUNTRY_ROAD_M;
                    layout.run(Axis::U, at, -end, end, StreetClass::Primary, Some(names))
                }
            })
            .collect();

        for row in 0..rows.len() - 1 {
            for column in 0..columns.len() - 1 {
                let (west, east) = (columns[column], columns[column + 1]);
                let is_strip = |at: f64| west < at && at < east;
                if is_strip(river_u) || is_strip(rail_u) {
                    continue;
                }
                let plot = Plot { west, south: rows[row], east, north: rows[row + 1] };
                let sides = Sides {
                    west: column_runs[column],
                    south: row_runs[row],
                    east: column_runs[column + 1],
                    north: row_runs[row + 1],
                };
                layout.cut(Block { plot, sides }, random, names);
            }
        }
        layout
    }

    /// Adds a street.
    pub fn run(
        &mut self,
        axis: Axis,
        at: f64,
        from: f64,
        to: f64,
        class: StreetClass,
        names: Option<&mut usize>,
    ) -> usize {
        let name = names.map(|count| {
            *count += 1;
            *count - 1
        });
        self.runs.push(Run { axis, at, from, to, class, name });
        self.runs.len() - 1
    }

    /// Cuts a piece of land by streets until its blocks are small enough to walk around. Cuts do
    /// not line up across a street, which is what keeps a town from being a chessboard.
    fn cut(&mut self, piece: Block, random: &mut Random, names: &mut usize) {
        let Plot { west, south, east, north } = piece.plot;
        let (width, height) = (piece.plot.width(), piece.plot.height());
        let longest = width.max(height);
        let is_small = width * height < 62_000.0 && longest < 370.0;
        if longest < 215.0 || (is_small && random.chance(0.7)) {
            self.blocks.push(piece);
            return;
        }
        let class = match longest {
            m if m > 620.0 => StreetClass::Secondary,
            m if m > 330.0 => StreetClass::Tertiary,
            _ => StreetClass::Residential,
        };
        let share = random.between(0.40, 0.60);
        let (mut first, mut second) = (piece.clone(), piece.clone());
        if width > height * random.between(0.85, 1.15) {
            let at = tidy(west + width * share);
            let run = self.run(Axis::V, at, south, north, class, Some(names));
            (first.plot.east, first.sides.east) = (at, run);
            (second.plot.west, second.sides.west) = (at, run);
        } else {
            let at = tidy(south + height * share);
            let run = self.run(Axis::U, at, west, east, class, Some(names));
            (first.plot.north, first.sides.north) = (at, run);
            (second.plot.south, second.sides.south) = (at, run);
        }
        self.cut(first, random, names);
        self.cut(second, random, names);
    }
}

/// Main streets between two lines, a kilometre apart more or less, both ends included, in at
/// least so many pieces.
fn grid(from: f64, to: f64, least: usize, random: &mut Random) -> Vec<f64> {
    let count = ((to - from) / 1020.0).round().max(least as f64);
    let step = (to - from) / count;
    let mut at = vec![from];
    for i in 1..count as i64 {
        at.push(tidy(from + step * (i as f64 + random.between(-0.14, 0.14))));
    }
    at.push(to);
    at
}

/// To half a metre, so that what meets on the plan meets exactly.
pub fn tidy(metres: f64) -> f64 {
    (metres * 2.0).round() / 2.0
}
