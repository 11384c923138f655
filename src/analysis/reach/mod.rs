//! How far one can walk: distances to the nearest of many places, the streets and areas within a limit, and
//! distances from many to many. docs/walking.md has the rules.

pub mod area;
pub mod matrix;
pub mod search;
pub mod streets;

pub use matrix::{Matrix, cost_matrix};
pub use search::{Search, Walked};
