//! Where a setting comes from: a flag, before the environment, before the file, before the default.
//!
//! The file's values become the command line's defaults, so a setting is declared once, parsed by
//! one parser whatever it comes from, and nothing need be merged.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};

use super::file::{FileError, SettingsFile};

/// Read when it exists and no other file is named.
pub const DEFAULT_FILE: &str = "/etc/pianqu/pianqu.toml";
/// The subcommand whose flags may stand in the file, beside those of every command.
const SERVE: &str = "serve";
/// Flags that are no settings.
const NOT_IN_THE_FILE: [&str; 5] = ["config", "print_config", "notify_socket", "help", "version"];

#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A wrong command line, or a question such as `--help`.
    #[error(transparent)]
    CommandLine(#[from] clap::Error),
    #[error(transparent)]
    File(#[from] FileError),
}

/// The command line with the settings file beneath it.
pub struct Settings {
    pub matches: ArgMatches,
    file: SettingsFile,
    command: Command,
}

impl Settings {
    /// `words` as the program got them; `default_file` is read when it exists and none is named.
    pub fn read(command: Command, words: &[OsString], default_file: &Path) -> Result<Self, SettingsError> {
        let matches = command.clone().try_get_matches_from(words)?;
        let file = match named_file(&matches) {
            Some(path) => SettingsFile::read(&path)?,
            None => SettingsFile::read_if_there(default_file)?,
        };
        // One after the other, so that a value that is refused can be traced to its line.
        let mut settings = Self { matches, file, command };
        for entry in &settings.file.entries {
            let Some((is_of_serve, arg)) = find_setting(&settings.command, &entry.key) else {
                return Err(settings.file.refuse(entry, unknown(&settings.command, &entry.key)).into());
            };
            let takes_many = matches!(arg.get_action(), ArgAction::Append) || arg.get_value_delimiter().is_some();
            if entry.values.len() != 1 && !takes_many {
                return Err(settings.file.refuse(entry, format!("«{}» takes one value", entry.key)).into());
            }
            let with_default = |arg: Arg| arg.default_values(entry.values.clone());
            settings.command = if is_of_serve {
                settings.command.mut_subcommand(SERVE, |serve| serve.mut_arg(&entry.key, with_default))
            } else {
                settings.command.mut_arg(&entry.key, with_default)
            };
            settings.matches = settings
                .command
                .clone()
                .try_get_matches_from(words)
                .map_err(|error| settings.file.refuse(entry, plain(&error)))?;
        }
        Ok(settings)
    }

    /// Every setting that holds for `serve`, as a settings file, each with where it comes from.
    /// Secrets are not shown.
    pub fn print(&self) -> String {
        let matches = self.matches.subcommand_matches(SERVE).unwrap_or(&self.matches);
        let lines = settings(&self.command).map(|(_, arg)| {
            let key = arg.get_id().as_str();
            let Some(values) = matches.get_raw(key) else { return format!("# {key}: not set") };
            let origin = match (matches.value_source(key), self.file.find(key)) {
                (Some(ValueSource::CommandLine), _) => "command line".to_owned(),
                (Some(ValueSource::EnvVariable), _) => {
                    format!("environment, {}", arg.get_env().unwrap_or_default().to_string_lossy())
                }
                (_, Some(entry)) => format!("{}, line {}", self.file.path.display(), entry.line),
                (_, None) => "default".to_owned(),
            };
            if arg.is_hide_env_values_set() {
                return format!("# {key}: set, not shown   # {origin}");
            }
            let values: Vec<String> = values.map(|value| literal(&value.to_string_lossy())).collect();
            match values.as_slice() {
                [value] => format!("{key} = {value}   # {origin}"),
                values => format!("{key} = [{}]   # {origin}", values.join(", ")),
            }
        });
        let mut lines: Vec<String> = lines.collect();
        lines.sort_by_key(|line| line.trim_start_matches("# ").to_owned());
        lines.join("\n") + "\n"
    }
}

fn named_file(matches: &ArgMatches) -> Option<PathBuf> {
    let innermost = matches.subcommand().map_or(matches, |(_, sub)| sub);
    innermost.get_one::<PathBuf>("config").cloned()
}

/// What may stand in the file, and whether it belongs to `serve` alone.
fn settings(command: &Command) -> impl Iterator<Item = (bool, &Arg)> {
    let serve = command.find_subcommand(SERVE).into_iter().flat_map(Command::get_arguments);
    let of_all = command.get_arguments().filter(|arg| arg.is_global_set()).map(|arg| (false, arg));
    of_all
        .chain(serve.filter(|arg| !arg.is_global_set()).map(|arg| (true, arg)))
        .filter(|(_, arg)| !NOT_IN_THE_FILE.contains(&arg.get_id().as_str()))
}

fn find_setting<'c>(command: &'c Command, key: &str) -> Option<(bool, &'c Arg)> {
    settings(command).find(|(_, arg)| arg.get_id() == key)
}

fn unknown(command: &Command, key: &str) -> String {
    let mut known: Vec<&str> = settings(command).map(|(_, arg)| arg.get_id().as_str()).collect();
    known.sort_unstable();
    format!("there is no setting «{key}»; there are {}", known.join(", "))
}

/// The first sentence of clap's message.
fn plain(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    text.split("\n\n").next().unwrap_or(text).trim().to_owned()
}

fn literal(value: &str) -> String {
    if value.parse::<i64>().is_ok() || matches!(value, "true" | "false") {
        return value.to_owned();
    }
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}
