//! The API as stories: a sketched city, the real router, what a client sees.

mod client;

mod bad_input;
mod features;
mod representation;
mod search;
mod statistics;
mod viewer;
