//! Features of a snapshot as Mapbox Vector Tiles 2.1.
//!
//! Invariants: pure functions; the same snapshot, viewer, layers and address give the same bytes.
//! Nothing vanishes without a number: what is too small to draw is counted where it lies
//! ([`generalise`]). No field travels that the viewer may not see.

pub mod cache;
mod clip;
mod commands;
mod dictionary;
mod encode;
pub mod generalise;
mod layer_set;
mod place;
mod protobuf;

pub use encode::{encode, encode_filtered, weigh};
pub use layer_set::LayerSet;

/// Side of a tile in tile units.
pub const EXTENT: i32 = 4096;
/// How far beyond its edge a tile is drawn, in tile units, so that outlines meet.
pub const BUFFER: i32 = 64;
/// The deepest zoom that is worth asking for: a unit is then 13 cm. Maps overzoom from here.
pub const DEEPEST_USEFUL_ZOOM: u8 = 16;
