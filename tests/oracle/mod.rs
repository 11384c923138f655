//! Our answer is somebody else's answer.

mod generalisation;
mod tile_counts;
mod tiles;
