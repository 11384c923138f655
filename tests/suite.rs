//! All tests that need more than one module, as one program: linking it once is most of the cost.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on is a failed test")]

mod api;
mod cases;
mod export;
mod geodesy;
mod grouping;
mod ingest;
mod living;
mod operations;
mod oracle;
mod rules;
mod sample;
mod schemes;
mod siting;
mod store;
mod support;
mod trench;
mod walk;
