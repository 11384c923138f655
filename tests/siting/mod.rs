//! Siting: against exhaustive search, published cases and its own promises.

mod capacities;
mod cases;
mod command;
mod exhaustive;
mod flow;
mod promises;
mod random_city;
