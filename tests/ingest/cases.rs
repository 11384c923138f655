//! Files that broke other importers: each is imported or refused, with the outcome written down in
//! `cases.txt`. `PIANQU_BLESS=1` writes that file anew, to be read before it is committed.

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use pianqu::domain::{LayerId, Value};
use pianqu::ingest::{IngestError, Request};

use super::read;
use crate::support::shared_data;

const FOLDERS: [&str; 5] = ["fiona", "geojson", "pyogrio", "pyshp", "shapefile-rs"];
/// No file may keep the importer busy for longer.
const TOO_LONG: Duration = Duration::from_secs(60);

#[test]
fn every_case_has_its_outcome() {
    let Some(root) = shared_data("import-cases") else { return };
    let mut files = Vec::new();
    for folder in FOLDERS {
        collect(&root.join(folder), &mut files);
    }
    assert!(files.len() > 100, "{} files", files.len());
    let found: String = files
        .iter()
        .map(|file| format!("{}: {}\n", file.strip_prefix(&root).unwrap().display(), outcome(file)))
        .collect();
    if std::env::var_os("PIANQU_BLESS").is_some() {
        std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ingest/cases.txt"), &found).unwrap();
    }
    for (found, expected) in found.lines().zip(include_str!("cases.txt").lines()) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.lines().count(), include_str!("cases.txt").lines().count());
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}

/// How the file is taken as areas, as lines or areas, and as points: the first that takes a row,
/// else what was said first.
fn outcome(file: &Path) -> String {
    let (sender, receiver) = mpsc::channel();
    let path = file.to_owned();
    std::thread::spawn(move || {
        let mut first = None;
        for layer in [LayerId::Building, LayerId::Barrier, LayerId::Gate] {
            let (text, is_taken) = attempt(&path, layer);
            if is_taken {
                first = Some(text);
                break;
            }
            first.get_or_insert(text);
        }
        sender.send(first.unwrap_or_default())
    });
    receiver.recv_timeout(TOO_LONG).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn attempt(path: &Path, layer: LayerId) -> (String, bool) {
    let mut request = Request::new(path, layer);
    if layer == LayerId::Barrier {
        request.constants.push(("barrier_kind".to_owned(), "wall".to_owned()));
    }
    let (mut report, mut records, mut result) = read(&request);
    let mut asked = "";
    if matches!(result, Err(IngestError::CrsUnknown { .. })) {
        asked = "asked for the reference system, ";
        request.crs = Some("EPSG:4490".to_owned());
        (report, records, result) = read(&request);
    }
    let text = match result {
        Err(error) => {
            format!("{asked}refused, {}", format!("{error:?}").split([' ', '(', '{']).next().unwrap_or_default())
        }
        Ok(()) => {
            let c = report.counts;
            let mut codes: Vec<&str> = report
                .rows
                .iter()
                .flat_map(|r| &r.problems)
                .map(|p| p.code)
                .chain(report.notes.iter().map(|n| n.code))
                .collect();
            codes.sort_unstable();
            codes.dedup();
            let layer = if records.is_empty() { String::new() } else { format!("{layer} ") };
            format!(
                "{asked}{layer}accepted {} mended {} refused {} {}",
                c.accepted,
                c.mended,
                c.refused,
                codes.join(" ")
            )
        }
    };
    (text.trim_end().to_owned(), !records.is_empty())
}

#[test]
fn chinese_in_cp936_is_read() {
    let Some(path) = shared_data("import-cases/shapefile-rs/file_cp936.shp") else { return };
    let request = Request {
        crs: Some("EPSG:4490".to_owned()),
        map: vec![("TEST".to_owned(), "name".to_owned())],
        constants: vec![("street_class".to_owned(), "次干路".to_owned())],
        ..Request::new(path, LayerId::Street)
    };
    let (report, records, result) = read(&request);
    result.unwrap();
    assert!(report.encoding.starts_with("gb18030 (declared by .cpg)"), "{}", report.encoding);
    assert!(records[0].values.contains(&Value::Text("测试中文".into())), "{:?}", records[0].values);
    // A wrong declaration is told, with what it reads as.
    let error = read(&Request { encoding: Some("UTF-8".to_owned()), ..request }).2.unwrap_err().to_string();
    assert!(error.contains("--encoding gb18030"), "{error}");
}
