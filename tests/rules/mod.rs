//! Rules about the source itself, as tests.

mod rooms;
