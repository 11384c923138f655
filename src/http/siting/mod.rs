//! Choosing sites.

pub mod shape;
