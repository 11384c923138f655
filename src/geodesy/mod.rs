//! Where things are: datums, projections, measures, the tile grid.
//!
//! Invariants: pure functions of their arguments; f64 throughout; degrees in `lon, lat` order,
//! metres in `east, north` order. Only [`crs`] knows the axis orders of the registry.

pub mod bd09;
pub mod crs;
pub mod gauss_kruger;
pub mod gcj02;
pub mod measure;
pub mod tile_grid;

pub use crs::Crs;
pub use gauss_kruger::GaussKruger;
