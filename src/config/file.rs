//! The settings file: flat TOML, one key a setting, each with the line that it stands on.

use std::io;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("the settings file {} cannot be read: {source}{}", path.display(), hint(source))]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{}, line {line}: {why}", path.display())]
    Line { path: PathBuf, line: usize, why: String },
}

fn hint(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::PermissionDenied => {
            "; run the command as the user who may read it (sudo -u pianqu …), or name another file with --config"
        }
        _ => "",
    }
}

/// What a settings file says.
#[derive(Debug, Default)]
pub struct SettingsFile {
    pub path: PathBuf,
    pub entries: Vec<Entry>,
}

/// One setting, its values as a person would type them after the flag.
#[derive(Debug, PartialEq)]
pub struct Entry {
    pub key: String,
    pub values: Vec<String>,
    /// Counted from 1.
    pub line: usize,
}

impl SettingsFile {
    pub fn read(path: &Path) -> Result<Self, FileError> {
        let text =
            std::fs::read_to_string(path).map_err(|source| FileError::Unreadable { path: path.to_owned(), source })?;
        Self::parse(path, &text)
    }

    /// Nothing where there is no such file. One that we may not look at is an error: to go on without
    /// it would be to work on another database than the one that it names.
    pub fn read_if_there(path: &Path) -> Result<Self, FileError> {
        match path.try_exists() {
            Ok(true) => Self::read(path),
            Ok(false) => Ok(Self::default()),
            Err(source) => Err(FileError::Unreadable { path: path.to_owned(), source }),
        }
    }

    fn parse(path: &Path, text: &str) -> Result<Self, FileError> {
        let line_of = |offset: usize| text[..offset].matches('\n').count() + 1;
        let refuse = |line, why: String| FileError::Line { path: path.to_owned(), line, why };
        let table = DeTable::parse(text)
            .map_err(|error| refuse(error.span().map_or(1, |span| line_of(span.start)), error.message().to_owned()))?;
        let mut entries = Vec::new();
        for (key, value) in table.into_inner() {
            let line = line_of(key.span().start);
            let values = words(value.get_ref()).ok_or_else(|| {
                refuse(line, format!("«{key}» takes a text, a number or a list of them", key = key.get_ref()))
            })?;
            entries.push(Entry { key: key.get_ref().to_string(), values, line });
        }
        entries.sort_by_key(|entry| entry.line);
        Ok(Self { path: path.to_owned(), entries })
    }

    pub fn find(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// An error about an entry, with its place.
    pub fn refuse(&self, entry: &Entry, why: String) -> FileError {
        FileError::Line { path: self.path.clone(), line: entry.line, why }
    }
}

/// `None` for a table or a date, which no setting takes.
fn words(value: &DeValue) -> Option<Vec<String>> {
    match value {
        DeValue::Array(items) => {
            let items: Option<Vec<Vec<String>>> = items.iter().map(|item| words(item.get_ref())).collect();
            Some(items?.concat())
        }
        DeValue::String(text) => Some(vec![text.to_string()]),
        DeValue::Integer(number) => Some(vec![number.to_string()]),
        DeValue::Float(number) => Some(vec![number.to_string()]),
        DeValue::Boolean(truth) => Some(vec![truth.to_string()]),
        DeValue::Datetime(_) | DeValue::Table(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<SettingsFile, String> {
        SettingsFile::parse(Path::new("pianqu.toml"), text).map_err(|error| error.to_string())
    }

    #[test]
    fn a_setting_knows_its_line() {
        let file = parse("# ours\nlisten = \"0.0.0.0:80\"\n\nmax_page = 1_000\n").unwrap();
        let expected = Entry { key: "max_page".to_owned(), values: vec!["1000".to_owned()], line: 4 };
        assert_eq!(file.find("max_page"), Some(&expected));
        assert_eq!(file.find("listen").map(|entry| entry.line), Some(2));
    }

    #[test]
    fn a_file_that_cannot_be_looked_at_is_not_taken_for_none() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pianqu.toml");
        assert!(SettingsFile::read_if_there(&path).unwrap().entries.is_empty());
        std::fs::write(&path, "max_page = 1").unwrap();
        assert_eq!(SettingsFile::read_if_there(&path).unwrap().entries.len(), 1);
        let error = SettingsFile::read_if_there(&path.join("below a file")).unwrap_err();
        assert!(matches!(error, FileError::Unreadable { .. }), "{error}");
    }

    #[test]
    fn what_is_not_toml_is_told_with_its_line() {
        assert!(parse("max_page = 1\nlisten = 0.0.0.0").unwrap_err().starts_with("pianqu.toml, line 2: "));
        assert!(parse("max_page = 1\nmax_page = 2").unwrap_err().starts_with("pianqu.toml, line 2: "));
        let table = parse("[http]\nlisten = \"a\"").unwrap_err();
        assert!(table.contains("line 1") && table.contains("«http»"), "{table}");
    }
}
