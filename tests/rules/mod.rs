//! Rules about the source itself, as tests.

mod conformance;
mod rooms;
