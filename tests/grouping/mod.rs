//! Precincts proposed by machine.

mod cases;
mod city;
mod command;
mod exhaustive;
mod promises;
mod random_city;
mod refusals;
