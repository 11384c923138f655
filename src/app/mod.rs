//! Whatever needs two rooms: the living city, imports, refreshes.

pub mod city;
pub mod import;
pub mod lanes;
pub mod refresh;

pub use city::{City, Revised, Touched};
pub use lanes::{Lanes, Wanted};
