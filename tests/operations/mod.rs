//! The program as an operator meets it: settings, signals, backups, metrics.

mod backup;
mod metrics;
mod settings;
mod stop;
