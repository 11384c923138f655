//! The command line: one file a subcommand.

mod analyse;
mod backup;
mod data_dir;
mod database;
mod export;
mod import;
mod import_report;
mod logging;
mod migrate;
mod openapi;
mod restore;
mod sample;
mod serve;
mod service_manager;
mod stop;
mod user;

use std::ffi::OsString;
use std::path::Path;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::config::sources::{DEFAULT_FILE, Settings, SettingsError};
use crate::config::{DatabaseArgs, FileArgs, LogArgs, ServeArgs};

/// 片区: plan the renewal of old residential communities by precinct, on a map
#[derive(Debug, Parser)]
#[command(name = "pianqu", version, propagate_version = true)]
struct Cli {
    #[command(flatten)]
    file: FileArgs,

    #[command(flatten)]
    database: DatabaseArgs,

    #[command(flatten)]
    log: LogArgs,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the map and the API
    Serve(Box<ServeArgs>),
    /// Import a file into a layer, take an import back, list imports
    Import(Box<import::ImportArgs>),
    /// Write a layer to a file of another program
    Export(Box<export::ExportArgs>),
    /// Analyse the city: reach, coverage, precincts, trenches; or choose sites or group communities from tables
    Analyse(analyse::AnalyseArgs),
    /// Bring the database to the newest schema
    Migrate(migrate::MigrateArgs),
    /// Write the whole database to a file, while others go on working
    Backup(backup::BackupArgs),
    /// Put a backup in the place of the database, whole or not at all
    Restore(restore::RestoreArgs),
    /// Make accounts, list them, shut them out, set passwords
    User(user::UserArgs),
    /// Print the description of the API (OpenAPI 3.1)
    Openapi,
    /// Write an invented city, one GeoJSON file a layer
    Sample(sample::SampleArgs),
}

/// Runs the command that `words` ask for to its end. An error is told on stderr and gives exit
/// status 1.
pub fn run(words: Vec<OsString>) -> anyhow::Result<()> {
    let settings = match Settings::read(Cli::command(), &words, Path::new(DEFAULT_FILE)) {
        Ok(settings) => settings,
        // Also --help: shown as clap shows it, with clap's exit status.
        Err(SettingsError::CommandLine(error)) => error.exit(),
        Err(error @ SettingsError::File(_)) => return Err(error.into()),
    };
    let cli = Cli::from_arg_matches(&settings.matches).unwrap_or_else(|error| error.exit());
    if let Command::Serve(args) = &cli.command
        && args.print_config
    {
        print!("{}", settings.print());
        return Ok(());
    }
    logging::start(&cli.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(async {
        match cli.command {
            Command::Serve(args) => serve::run(cli.database, *args).await,
            Command::Backup(args) => backup::run(cli.database, args).await,
            Command::Restore(args) => restore::run(cli.database, args).await,
            Command::Openapi => openapi::run(),
            Command::Import(args) => import::run(cli.database, *args).await,
            Command::Export(args) => export::run(cli.database, *args).await,
            Command::Analyse(args) => analyse::run(cli.database, args).await,
            Command::Migrate(args) => migrate::run(cli.database, args).await,
            Command::User(args) => user::run(cli.database, args).await,
            Command::Sample(args) => sample::run(args),
        }
    });
    // Work of a request that was given up may still be computing; nobody waits for it.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    done
}
