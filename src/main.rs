use std::process::ExitCode;

use pianqu::cli;

fn main() -> ExitCode {
    match cli::run(std::env::args_os().collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pianqu: {error:#}");
            ExitCode::FAILURE
        }
    }
}
