//! CSV tables, read so that whatever is wrong is said with its line.

use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// Faults that are shown; how many more there are is said.
const SHOWN: usize = 20;

/// A file with a header. Names of columns are compared without case.
pub struct Table {
    path: PathBuf,
    columns: Vec<String>,
    pub rows: Vec<Row>,
    faults: Vec<String>,
}

pub struct Row {
    pub line: u64,
    cells: Vec<String>,
}

impl Table {
    /// Reads a table that has all of `required`.
    pub fn read(path: &Path, required: &[&str]) -> anyhow::Result<Self> {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let text = decode(&bytes).with_context(|| format!("{} is neither UTF-8 nor GBK", path.display()))?;
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
        let columns: Vec<String> = reader.headers()?.iter().map(str::to_lowercase).collect();
        for (n, name) in columns.iter().enumerate() {
            if columns[..n].contains(name) {
                bail!("{}: the column «{name}» stands there twice", path.display());
            }
        }
        for name in required {
            if !columns.iter().any(|column| column == name) {
                bail!("{}: there is no column «{name}»; there are: {}", path.display(), columns.join(", "));
            }
        }
        let mut table = Self { path: path.to_owned(), columns, rows: Vec::new(), faults: Vec::new() };
        for record in reader.records() {
            let record = record.with_context(|| format!("{} cannot be read", path.display()))?;
            let line = record.position().map_or(0, csv::Position::line);
            if record.len() != table.columns.len() {
                table.fault(line, format!("has {} values, not {}", record.len(), table.columns.len()));
                continue;
            }
            table.rows.push(Row { line, cells: record.iter().map(str::to_owned).collect() });
        }
        Ok(table)
    }

    pub fn fault(&mut self, line: u64, detail: impl Display) {
        self.faults.push(format!("{} line {line}: {detail}", self.path.display()));
    }

    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// A text that has to be there.
    pub fn text(&mut self, row: usize, column: usize) -> Option<String> {
        let text = self.rows[row].cells[column].clone();
        if text.is_empty() {
            let detail = format!("«{}» is empty", self.columns[column]);
            self.fault(self.rows[row].line, detail);
            return None;
        }
        Some(text)
    }

    /// A text that may be empty, or of a column that may be missing.
    pub fn optional(&self, row: usize, column: Option<usize>) -> &str {
        column.map_or("", |column| &self.rows[row].cells[column])
    }

    /// A number that has to be there, from 0 on.
    pub fn number(&mut self, row: usize, column: usize) -> Option<f64> {
        let text = self.text(row, column)?;
        self.as_number(row, column, &text)
    }

    pub fn optional_number(&mut self, row: usize, column: Option<usize>) -> Option<f64> {
        let text = self.optional(row, column).to_owned();
        if text.is_empty() { None } else { self.as_number(row, column?, &text) }
    }

    fn as_number(&mut self, row: usize, column: usize, text: &str) -> Option<f64> {
        let name = self.columns[column].clone();
        let line = self.rows[row].line;
        match text.parse::<f64>() {
            Ok(number) if number.is_nan() => self.fault(line, format!("«{name}» is not a number")),
            Ok(number) if number < 0.0 => self.fault(line, format!("«{name}» is {text}, less than zero")),
            Ok(number) if number.is_infinite() => {
                self.fault(line, format!("«{name}» is {text}; leave the row out where there is no way"));
            }
            Ok(number) => return Some(number),
            Err(_) => self.fault(line, format!("«{name}» is «{text}», which is no number")),
        }
        None
    }

    /// All faults that were found, as one error.
    pub fn finish(self) -> anyhow::Result<()> {
        refuse(self.faults)
    }
}

/// An error that lists faults; fine when there are none.
pub fn refuse(faults: Vec<String>) -> anyhow::Result<()> {
    if faults.is_empty() {
        return Ok(());
    }
    let more = faults.len().saturating_sub(SHOWN);
    let mut text = faults[..faults.len() - more].join("\n  ");
    if more > 0 {
        text += &format!("\n  and {more} more");
    }
    bail!("{} faults, nothing was computed:\n  {text}", faults.len())
}

/// UTF-8 with or without a byte order mark, otherwise GBK, which spreadsheet programs write in China.
fn decode(bytes: &[u8]) -> Option<String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text.to_owned()),
        Err(_) => encoding_rs::GBK.decode_without_bom_handling_and_without_replacement(bytes).map(Into::into),
    }
}
