//! The program as an operator meets it: settings, signals, backups, metrics.

mod accounts;
mod backup;
mod documented;
mod metrics;
mod revival;
mod settings;
mod stop;
