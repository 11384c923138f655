//! Whatever needs two rooms: the living city, imports, refreshes.

pub mod accounts;
mod attempts;
pub mod city;
pub mod edit;
pub mod import;
pub mod jobs;
pub mod lanes;
mod name_indexes;
mod recent;
pub mod refresh;
pub mod sample_data;
pub mod schemes;
pub mod tile_server;
pub mod trench_plans;
pub mod uploads;
pub mod walks;

pub use city::{City, Revised, Touched, TouchedRow};
pub use lanes::{Lanes, Wanted};
pub use name_indexes::NameIndexes;
pub use tile_server::{TileCounts, TileServer, TooBusy};
