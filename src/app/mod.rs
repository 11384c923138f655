//! Whatever needs two rooms: the living city, imports, refreshes.

pub mod city;

pub use city::{City, Revised, Touched};
