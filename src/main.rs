use std::process::ExitCode;

use clap::Parser;
use pianqu::cli::{self, Cli};

fn main() -> ExitCode {
    match cli::run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pianqu: {error:#}");
            ExitCode::FAILURE
        }
    }
}
