//! Where things are: datums, projections, the tile grid.
//!
//! Invariants: pure functions of their arguments; f64 throughout; degrees in `lon, lat` order,
//! metres in `east, north` order (the axis orders of the registry are the borders' business).

pub mod tile_grid;
