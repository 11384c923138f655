//! Pianqu (片区): plan the renewal of old residential communities by precinct, on a map.
//!
//! The modules stand in the order in which data flows; `docs/architecture.md` says what each may
//! import and what it promises.

pub mod domain;
pub mod geodesy;
pub mod sample;
pub mod snapshot;

pub mod analysis;
pub mod tiles;

pub mod export;
pub mod ingest;
pub mod store;

pub mod app;

pub mod http;

pub mod cli;
pub mod config;
