//! Our answer is somebody else's answer.

mod filters;
mod generalisation;
mod tile_counts;
mod tiles;
mod walk;
