//! Our answer is somebody else's answer.

mod generalisation;
mod tiles;
