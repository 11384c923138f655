//! The API as stories: a sketched city, the real router, what a client sees.

mod client;

mod accounts;
mod accounts_import;
mod analysis;
mod bad_input;
mod basemaps;
mod conformance;
mod coverage_export;
mod documents;
pub mod edits;
mod export;
mod features;
mod grouping;
mod hostile;
mod imports;
mod imports_survey;
mod representation;
mod scenarios;
mod schemes;
mod schemes_more;
mod search;
mod siting;
mod sockets;
mod sources;
mod statistics;
mod tiles;
mod trench_plans;
mod trench_plans_more;
mod trenches;
mod viewer;
mod viewers;
mod viewers_town;
