//! Trenches: against exhaustive search, PostGIS, cross-sections worked by hand, and their own promises.

mod agreement;
mod bad_input;
mod command;
mod exhaustive;
mod oracle;
mod place;
mod promises;
mod random_city;
mod real;
mod sections;
mod view;
