//! An import as a person sees it in a terminal: progress, then the report.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::ingest::{Outcome, Progress, Report};
use crate::store::import_log::ImportEntry;

/// A bar on a terminal, a plain line every few seconds elsewhere.
pub struct ProgressLine {
    bar: ProgressBar,
    is_silent: bool,
    last: Mutex<Instant>,
}

const BETWEEN_LINES: Duration = Duration::from_secs(5);

impl ProgressLine {
    pub fn new(is_silent: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len} {eta}");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Self { bar, is_silent, last: Mutex::new(Instant::now()) }
    }

    pub fn show(&self, progress: Progress) {
        if self.is_silent {
            return;
        }
        if !self.bar.is_hidden() {
            if progress.total > 0 {
                self.bar.set_length(progress.total);
            }
            self.bar.set_message(progress.stage);
            self.bar.set_position(progress.done);
            return;
        }
        let mut last = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if last.elapsed() >= BETWEEN_LINES {
            *last = Instant::now();
            match progress.total {
                0 => eprintln!("{}: {}", progress.stage, progress.done),
                total => eprintln!("{}: {} of {total}", progress.stage, progress.done),
            }
        }
    }

    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// Rows that are shown; the whole list is in the report file.
const SHOWN_ROWS: usize = 20;

pub fn print(report: &Report, import_id: Option<i64>, is_dry_run: bool, file: Option<&Path>) {
    if report.format.is_empty() {
        return;
    }
    println!("{} ({})", report.file, report.format);
    for (label, text) in [
        ("layer", &report.source_layer),
        ("encoding", &report.encoding),
        ("coordinates", &report.crs),
        ("key", &report.key),
        ("source", &report.source),
    ] {
        if !text.is_empty() {
            println!("  {label:<12}{text}");
        }
    }
    if !report.columns.is_empty() {
        println!("  columns");
        for column in &report.columns {
            match column.field {
                Some(field) => println!("    {} → {field} {}", column.column, column.why),
                None => println!("    {} is not imported: {}", column.column, column.why),
            }
        }
    }
    if let Some(survey) = &report.survey {
        println!("  columns of {}", survey.point_table);
        for column in &survey.point_columns {
            match column.field {
                Some(role) => println!("    {} → {role}", column.column),
                None => println!("    {} is not read: {}", column.column, column.why),
            }
        }
    }
    if report.layers.iter().any(|l| l.counts.read > 0) {
        println!();
        println!(
            "{:<18}{:>10}{:>10}{:>10}{:>10} │{:>10}{:>10}{:>10}{:>12}",
            "", "read", "accepted", "mended", "refused", "inserted", "updated", "unchanged", "not in file"
        );
        for layer in &report.layers {
            let c = &layer.counts;
            println!(
                "{:<18}{:>10}{:>10}{:>10}{:>10} │{:>10}{:>10}{:>10}{:>12}",
                layer.layer,
                c.read,
                c.accepted,
                c.mended,
                c.refused,
                c.inserted,
                c.updated,
                c.unchanged,
                c.no_longer_in_file
            );
        }
    }
    for note in &report.notes {
        println!("note: {}{}", if note.count > 1 { format!("{} × ", note.count) } else { String::new() }, note.message);
    }
    print_rows(report, file);
    match (import_id, is_dry_run) {
        (Some(id), _) => println!("\nImport {id}. Take it back with: pianqu import --undo {id}"),
        (None, true) => println!("\nDry run: nothing was kept."),
        (None, false) => {}
    }
}

fn print_rows(report: &Report, file: Option<&Path>) {
    if report.rows.is_empty() {
        return;
    }
    let mut reasons: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for problem in report.rows.iter().flat_map(|row| &row.problems) {
        *reasons.entry((problem.field.as_str(), problem.code)).or_default() += 1;
    }
    let reasons: Vec<String> =
        reasons.iter().map(|((field, code), count)| format!("{count} × {field} {code}")).collect();
    println!("\nmended or refused: {}", reasons.join(", "));
    // Refused rows first: they are not in the database.
    let refused = report.rows.iter().filter(|row| row.outcome == Outcome::Refused);
    let mended = report.rows.iter().filter(|row| row.outcome == Outcome::Mended);
    for row in refused.chain(mended).take(SHOWN_ROWS) {
        let what = match row.outcome {
            Outcome::Refused => "refused",
            Outcome::Mended => "mended",
        };
        for problem in &row.problems {
            let value = if problem.value.is_empty() { String::new() } else { format!(" «{}»", problem.value) };
            let id = if row.id.is_empty() { String::new() } else { format!(" ({})", row.id) };
            let table = if row.table.is_empty() { String::new() } else { format!("{} ", row.table) };
            println!("  {table}row {}{id} {what}: {}{value}: {}", row.row, problem.field, problem.reason);
        }
    }
    let more = (report.rows.len() as u64).saturating_sub(SHOWN_ROWS as u64) + report.rows_not_listed;
    if more > 0 {
        match file {
            Some(file) => println!("  … {more} more rows in {}", file.display()),
            None => println!("  … {more} more rows; write them all to a file with --report FILE.json"),
        }
    }
    if report.rows_not_listed > 0 {
        println!("  (the report lists {} rows and counts {} more)", report.rows.len(), report.rows_not_listed);
    }
}

pub fn print_list(imports: &[ImportEntry]) {
    if imports.is_empty() {
        println!("Nothing was imported yet.");
        return;
    }
    println!(
        "{:>6}  {:<20}{:<12}{:>10}{:>10}{:>10}{:>9}  file → layers",
        "id", "when", "who", "inserted", "updated", "unchanged", "refused"
    );
    for i in imports {
        let undone = if i.undone_at.is_some() { " (undone)" } else { "" };
        println!(
            "{:>6}  {:<20}{:<12}{:>10}{:>10}{:>10}{:>9}  {} → {}{undone}",
            i.import_id,
            i.started_at.format("%Y-%m-%d %H:%M:%S"),
            i.actor,
            i.inserted,
            i.updated,
            i.unchanged,
            i.refused,
            i.file_name,
            i.layers.join(", ")
        );
    }
}
