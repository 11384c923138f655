//! From world units to tile units.

use super::{BUFFER, EXTENT};
use crate::geodesy::tile_grid::{Tile, WorldPoint};

/// A position in a tile: x to the east, y to the south, [`EXTENT`] to a side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TilePoint {
    pub x: i32,
    pub y: i32,
}

/// Extent is 2¹²: a tile unit is 2^(32 - 12 - z) world units.
const WORLD_BITS: i32 = 20;

/// Puts world positions into one tile.
#[derive(Debug, Clone, Copy)]
pub struct Placement {
    west: i64,
    north: i64,
    /// Bits to drop; negative where a world unit is larger than a tile unit.
    shift: i32,
}

impl Placement {
    pub fn new(tile: Tile) -> Self {
        let (west, north, _, _) = tile.world_bounds();
        Self { west: west as i64, north: north as i64, shift: WORLD_BITS - i32::from(tile.z()) }
    }

    /// Rounded to the nearest unit. A tile is never more than 2³² world units from a position, so
    /// at zoom 22 the result still fits.
    pub fn place(&self, at: WorldPoint) -> TilePoint {
        TilePoint { x: self.unit(i64::from(at.x) - self.west), y: self.unit(i64::from(at.y) - self.north) }
    }

    fn unit(&self, distance: i64) -> i32 {
        let unit =
            if self.shift > 0 { (distance + (1 << (self.shift - 1))) >> self.shift } else { distance << -self.shift };
        unit.clamp(i64::from(i32::MIN / 4), i64::from(i32::MAX / 4)) as i32
    }

    /// True when the position lies in the tile itself, not in its buffer: west and north edges
    /// belong to it, east and south edges to its neighbours, so each position has one tile.
    pub fn owns(&self, at: WorldPoint) -> bool {
        let side = 1i64 << (self.shift + 12);
        let (x, y) = (i64::from(at.x) - self.west, i64::from(at.y) - self.north);
        (0..side).contains(&x) && (0..side).contains(&y)
    }
}

/// The box of some positions.
#[derive(Debug, Clone, Copy)]
pub struct TileBox {
    pub min: TilePoint,
    pub max: TilePoint,
}

impl TileBox {
    /// `None` for no positions.
    pub fn of(points: &[TilePoint]) -> Option<Self> {
        let first = *points.first()?;
        Some(points.iter().fold(Self { min: first, max: first }, |b, p| Self {
            min: TilePoint { x: b.min.x.min(p.x), y: b.min.y.min(p.y) },
            max: TilePoint { x: b.max.x.max(p.x), y: b.max.y.max(p.y) },
        }))
    }

    /// Nothing of it is cut away.
    pub fn is_inside(&self) -> bool {
        self.min.x >= -BUFFER && self.min.y >= -BUFFER && self.max.x <= EXTENT + BUFFER && self.max.y <= EXTENT + BUFFER
    }

    /// Nothing of it is left.
    pub fn is_outside(&self) -> bool {
        self.max.x < -BUFFER || self.max.y < -BUFFER || self.min.x > EXTENT + BUFFER || self.min.y > EXTENT + BUFFER
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geodesy::tile_grid::to_world;

    #[test]
    fn the_middle_of_the_world_is_the_middle_of_tile_zero() {
        let tile = Tile::new(0, 0, 0).unwrap();
        assert_eq!(Placement::new(tile).place(to_world(0.0, 0.0)), TilePoint { x: 2048, y: 2048 });
    }

    #[test]
    fn every_position_has_one_owner_at_every_zoom() {
        let at = to_world(104.65, 30.12);
        for z in 0..=22u32 {
            let (x, y) = ((u64::from(at.x) >> (32 - z)) as u32, (u64::from(at.y) >> (32 - z)) as u32);
            let tile = Tile::new(z, x, y).unwrap();
            assert!(Placement::new(tile).owns(at), "zoom {z}");
            let placed = Placement::new(tile).place(at);
            assert!((0..=EXTENT).contains(&placed.x) && (0..=EXTENT).contains(&placed.y), "zoom {z}: {placed:?}");
            if x > 0 {
                assert!(!Placement::new(Tile::new(z, x - 1, y).unwrap()).owns(at));
            }
        }
    }
}
