//! The program as an operator meets it: settings, signals, backups, metrics.

mod settings;

use std::process::Command;

/// The program, with none of the settings that this machine or this shell may hold.
pub fn pianqu() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pianqu"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PIANQU_")) {
        command.env_remove(name);
    }
    command.env("PIANQU_CONFIG", "/dev/null");
    command
}
