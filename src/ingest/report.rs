//! What became of a file: what was understood, and for each row that was not simply taken, why.

use serde::Serialize;

use crate::domain::LayerId;

/// Accepted rows are counted; mended and refused rows are also listed.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    pub file: String,
    /// XXH3 of the bytes, 128 bits, hexadecimal: tells whether two imports read the same file.
    pub file_hash: String,
    pub format: String,
    pub source: String,
    pub source_layer: String,
    /// `UTF-8 (declared by .cpg)`.
    pub encoding: String,
    /// `EPSG:4544 (declared by the file)`.
    pub crs: String,
    /// What identifies a row from one import to the next.
    pub key: String,
    pub columns: Vec<ColumnReport>,
    /// The point table of a survey, and how large both of its tables are; `columns` are then those of the line table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub survey: Option<SurveyReport>,
    pub counts: Counts,
    pub layers: Vec<LayerCounts>,
    pub notes: Vec<Note>,
    pub rows: Vec<RowReport>,
    /// Mended and refused rows beyond those listed.
    pub rows_not_listed: u64,
    #[serde(skip)]
    pub listed_rows: usize,
    /// The table whose rows are being told of, where there is more than one.
    #[serde(skip)]
    pub(crate) table: String,
}

/// What was understood of a survey's two tables, beside what the report says of the line table's columns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SurveyReport {
    pub point_table: String,
    /// Rows of the point table that were read.
    pub points: u64,
    /// `field` is what a column is taken for: `point_no`, `northing`, …
    pub point_columns: Vec<ColumnReport>,
    pub line_table: String,
    /// Rows of the line table; `None` where the format cannot say without reading all of it.
    pub lines: Option<u64>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub read: u64,
    pub accepted: u64,
    pub mended: u64,
    pub refused: u64,
    pub inserted: u64,
    pub updated: u64,
    pub unchanged: u64,
    /// Rows of an earlier import of this source that the file no longer has. They stay.
    pub no_longer_in_file: u64,
}

#[derive(Debug, Clone, Serialize)]
pub struct LayerCounts {
    pub layer: &'static str,
    #[serde(flatten)]
    pub counts: Counts,
}

/// Where a column of the file went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnReport {
    pub column: String,
    /// A field of the layer, `geometry`, or `check` for what a survey's checks read. `None`: the column is not imported.
    pub field: Option<&'static str>,
    pub why: String,
    /// The first different values, by which a person knows the column.
    pub samples: Vec<String>,
}

/// Something about the file as a whole, or about many rows alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    pub code: &'static str,
    pub message: String,
    pub count: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Mended,
    Refused,
}

#[derive(Debug, Clone, Serialize)]
pub struct RowReport {
    /// From 1, in the order of the file.
    pub row: u64,
    /// The sheet or file in which the row stands, where a file has more than one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub table: String,
    pub layer: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id: String,
    pub outcome: Outcome,
    pub problems: Vec<Problem>,
}

/// What is wrong with one row, where, and what was done about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub code: &'static str,
    /// The field, or `geometry`.
    pub field: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub value: String,
    pub reason: String,
}

impl Problem {
    pub(crate) fn new(code: &'static str, field: &str, value: &str, reason: impl Into<String>) -> Self {
        // A report is read by people: a value is shown by its beginning.
        let value = match value.char_indices().nth(80) {
            Some((end, _)) => format!("{}…", &value[..end]),
            None => value.to_owned(),
        };
        Self { code, field: field.to_owned(), value, reason: reason.into() }
    }

    pub(crate) fn geometry(code: &'static str, reason: impl Into<String>) -> Self {
        Self::new(code, "geometry", "", reason)
    }
}

impl Report {
    pub fn counts_mut(&mut self, layer: LayerId) -> &mut Counts {
        let at = self.layers.iter().position(|l| l.layer == layer.name()).unwrap_or_else(|| {
            self.layers.push(LayerCounts { layer: layer.name(), counts: Counts::default() });
            self.layers.len() - 1
        });
        &mut self.layers[at].counts
    }

    pub(crate) fn accept(&mut self, layer: LayerId) {
        let counts = self.counts_mut(layer);
        counts.read += 1;
        counts.accepted += 1;
    }

    pub(crate) fn mend(&mut self, layer: LayerId, row: u64, id: &str, problems: Vec<Problem>) {
        let counts = self.counts_mut(layer);
        counts.read += 1;
        counts.mended += 1;
        self.list(row, layer, id, Outcome::Mended, problems);
    }

    pub(crate) fn refuse(&mut self, layer: LayerId, row: u64, id: &str, problems: Vec<Problem>) {
        let counts = self.counts_mut(layer);
        counts.read += 1;
        counts.refused += 1;
        self.list(row, layer, id, Outcome::Refused, problems);
    }

    fn list(&mut self, row: u64, layer: LayerId, id: &str, outcome: Outcome, problems: Vec<Problem>) {
        if self.rows.len() < self.listed_rows {
            let (table, id) = (self.table.clone(), id.to_owned());
            self.rows.push(RowReport { row, table, layer: layer.name(), id, outcome, problems });
        } else {
            self.rows_not_listed += 1;
        }
    }

    pub fn note(&mut self, code: &'static str, message: impl Into<String>) {
        self.note_many(code, message, 1);
    }

    /// Adds to the note of this code, or begins it.
    pub fn note_many(&mut self, code: &'static str, message: impl Into<String>, count: u64) {
        let message = message.into();
        match self.notes.iter_mut().find(|note| note.code == code && note.message == message) {
            Some(note) => note.count += count,
            None => self.notes.push(Note { code, message, count }),
        }
    }

    /// Sums the layers; call when all rows are through.
    pub fn sum_up(&mut self) {
        let mut sum = Counts::default();
        for LayerCounts { counts, .. } in &self.layers {
            sum.read += counts.read;
            sum.accepted += counts.accepted;
            sum.mended += counts.mended;
            sum.refused += counts.refused;
            sum.inserted += counts.inserted;
            sum.updated += counts.updated;
            sum.unchanged += counts.unchanged;
            sum.no_longer_in_file += counts.no_longer_in_file;
        }
        self.counts = sum;
    }
}
