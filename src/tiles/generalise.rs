//! What is drawn at which zoom. One rule, so that nothing vanishes silently:
//!
//! - An **area** is drawn where its longer side is at least [`SMALLEST_SIDE`] (2 px on the screen).
//!   Below that it is counted in its grid cell of [`CELL`] (8 px).
//! - A **point** is drawn from [`POINT_ZOOM`] on. Below that the points of a cell are counted; one
//!   alone in its cell is drawn as itself.
//! - A **line** is drawn as itself from [`LINE_ZOOM`] on. Below that the lines of a tile whose
//!   attributes are equal are drawn as one, so that streets stay whole; one without an equal is
//!   drawn as itself where it begins.
//!
//! Counted features carry `pq_count`, how many they stand for, and `households`, the sum where the
//! layer has it. A feature without `pq_count` is one feature of the layer, with its id. An item is
//! counted in the one tile and cell in which its first vertex lies, so over all tiles of a zoom the
//! different ids and the counts add up to the number of items. Lines that only pass through a tile
//! are drawn there with a `pq_count` of 0: they are counted where they begin.

use std::collections::BTreeMap;

use geo::Rect;

use super::place::{Placement, TileBox, TilePoint};
use super::{EXTENT, place};
use crate::geodesy::tile_grid::WorldPoint;

/// Tile units of the longer side from which an area is drawn: a tile is 512 px on the screen.
pub const SMALLEST_SIDE: f64 = 16.0;
/// Side of a grid cell in tile units.
pub const CELL: i32 = 64;
/// The zoom from which every point is drawn.
pub const POINT_ZOOM: u8 = 13;
/// The zoom from which every line is drawn as a feature of its own.
pub const LINE_ZOOM: u8 = 13;
/// The zoom from which no vertex is left out.
pub const EXACT_ZOOM: u8 = 14;
/// Below [`EXACT_ZOOM`] vertices nearer than this to the one before are left out: half a pixel.
pub const COARSE_TOLERANCE: i32 = 4;

/// Vertices nearer than this many units to the one before are left out. 1: only those that fall on
/// the same unit.
pub fn tolerance(zoom: u8) -> i32 {
    if zoom >= EXACT_ZOOM { 1 } else { COARSE_TOLERANCE }
}

/// Tells the areas that are too small to draw at a zoom. The answer depends on the area alone, not on
/// the tile that asks: neighbours agree on whether it is drawn or counted.
#[derive(Debug, Clone, Copy)]
pub struct Smallest {
    /// [`SMALLEST_SIDE`] in degrees of longitude.
    side_degrees: f64,
}

impl Smallest {
    pub fn at(zoom: u8) -> Self {
        let tiles = f64::from(1u32 << zoom);
        Self { side_degrees: SMALLEST_SIDE / f64::from(EXTENT) * 360.0 / tiles }
    }

    /// A degree of latitude is 1/cos(latitude) times as long in a tile as one of longitude.
    pub fn is_small(self, bounds: Rect<f64>) -> bool {
        bounds.width() < self.side_degrees && bounds.height() < self.side_degrees * bounds.center().y.to_radians().cos()
    }
}

/// What a cell stands for.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    pub count: u64,
    pub households: Option<i64>,
    sum: (i64, i64),
    /// The only item, while there is one.
    pub single: Option<usize>,
}

impl Cell {
    /// Where the counted items are on average.
    pub fn middle(&self) -> TilePoint {
        let n = self.count.max(1) as i64;
        TilePoint { x: (self.sum.0 / n) as i32, y: (self.sum.1 / n) as i32 }
    }
}

/// The cells of a tile, by row and column: a map with an order, so that bytes repeat.
#[derive(Default)]
pub struct Cells {
    cells: BTreeMap<(i32, i32), Cell>,
}

impl Cells {
    /// Counts an item that lies in this tile; does nothing for one that another tile counts.
    pub fn count(&mut self, placement: &Placement, first_vertex: WorldPoint, nth: usize, households: Option<i64>) {
        if !placement.owns(first_vertex) {
            return;
        }
        let at = placement.place(first_vertex);
        // Rounding may put an item of the last half unit on the edge.
        let (row, column) = ((at.y / CELL).min(EXTENT / CELL - 1), (at.x / CELL).min(EXTENT / CELL - 1));
        let cell = self.cells.entry((row, column)).or_default();
        cell.single = (cell.count == 0).then_some(nth);
        cell.count += 1;
        cell.sum.0 += i64::from(at.x);
        cell.sum.1 += i64::from(at.y);
        if let Some(n) = households {
            *cell.households.get_or_insert(0) += n;
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (TileBox, &Cell)> {
        self.cells.iter().map(|(&(row, column), cell)| {
            let min = place::TilePoint { x: column * CELL, y: row * CELL };
            let max = place::TilePoint { x: min.x + CELL, y: min.y + CELL };
            (TileBox { min, max }, cell)
        })
    }
}
