//! Questions that planners put to the city, as pure functions over a snapshot.
//!
//! Invariants: no clock, no I/O; every read names its viewer; every answer carries its rule.

pub mod area_statistics;
pub mod coverage;
mod edges;
pub mod grouping;
pub mod partition;
mod random;
pub mod reach;
pub mod scenario;
pub mod scheme;
pub mod siting;
pub mod trench;
mod watch;
