//! The program as an operator meets it: settings, signals, backups, metrics.

mod backup;
mod metrics;
mod revival;
mod settings;
mod stop;
