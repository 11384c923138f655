//! Which room of the house may import which, and what the quiet rooms may not touch.
//! The table is the one in docs/architecture.md.

use std::fs;
use std::path::{Path, PathBuf};

/// Each room with the rooms that it may name.
const ROOMS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("geodesy", &["domain"]),
    ("ingest", &["domain", "geodesy"]),
    ("export", &["domain", "geodesy", "snapshot", "ingest"]),
    ("sample", &["domain", "geodesy", "snapshot"]),
    ("snapshot", &["domain", "geodesy"]),
    ("store", &["domain", "geodesy", "snapshot", "ingest"]),
    ("analysis", &["domain", "geodesy", "snapshot"]),
    ("tiles", &["domain", "geodesy", "snapshot"]),
    ("programme", &["domain"]),
    ("app", &["domain", "geodesy", "snapshot", "ingest", "store", "analysis", "tiles", "programme", "sample"]),
    (
        "http",
        &[
            "domain",
            "geodesy",
            "snapshot",
            "ingest",
            "export",
            "analysis",
            "tiles",
            "programme",
            "app",
            "config",
            "store",
        ],
    ),
];

/// Rooms that compute and nothing else.
const QUIET: &[&str] = &["domain", "geodesy", "snapshot", "analysis", "tiles", "programme", "sample"];

/// What a quiet room never says.
const NOISE: &[&str] = &[
    "async fn",
    ".await",
    "tokio::",
    "sqlx::",
    "tokio_postgres",
    "std::fs",
    "std::env",
    "std::net",
    "std::process",
    "Utc::now",
    "SystemTime",
    "Instant::now",
    "Local::now",
    "println!",
    "eprintln!",
];

fn sources(room: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    let mut folders = vec![root.join(room)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                // What stands in a file's own tests is not the room.
                let code = text.split("#[cfg(test)]").next().unwrap_or_default();
                let code: String =
                    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
                files.push((path, code));
            }
        }
    }
    files
}

#[test]
fn a_room_names_only_the_rooms_below_it() {
    let every_room: Vec<&str> = ROOMS.iter().map(|(room, _)| *room).chain(["cli", "config"]).collect();
    let mut breaches = Vec::new();
    let mut read = 0;
    for (room, allowed) in ROOMS {
        for (path, code) in sources(room) {
            read += 1;
            for other in &every_room {
                let is_named =
                    code.contains(&format!("crate::{other}::")) || code.contains(&format!("crate::{other};"));
                if other != room && !allowed.contains(other) && is_named {
                    breaches.push(format!("{} names {other}", path.display()));
                }
            }
        }
    }
    assert!(read > 20, "only {read} files were read");
    assert!(breaches.is_empty(), "{breaches:#?}");
}

#[test]
fn the_quiet_rooms_only_compute() {
    let mut breaches = Vec::new();
    for room in QUIET {
        for (path, code) in sources(room) {
            for word in NOISE {
                if code.contains(word) {
                    breaches.push(format!("{} says {word}", path.display()));
                }
            }
        }
    }
    assert!(breaches.is_empty(), "{breaches:#?}");
}

/// Who looks at a finished grouping knows the question, and nothing by which the answer was found.
#[test]
fn the_last_look_at_a_grouping_shares_nothing_with_the_search() {
    let files = sources("analysis");
    let of_grouping = |(path, _): &&(PathBuf, String)| path.parent().is_some_and(|folder| folder.ends_with("grouping"));
    let mut looks = 0;
    for (path, code) in files.iter().filter(of_grouping) {
        let is_look = path.ends_with("recheck.rs");
        looks += usize::from(is_look);
        let named = code.match_indices("super::").map(|(at, word)| &code[at + word.len()..]);
        if is_look {
            assert!(named.clone().all(|rest| rest.starts_with("problem::")), "{} names the search", path.display());
            assert!(!code.contains("crate::"), "{} names another room", path.display());
        } else if !path.ends_with("mod.rs") {
            assert!(named.clone().all(|rest| !rest.starts_with("recheck")), "{} names the last look", path.display());
        }
    }
    assert_eq!(looks, 1, "there is one last look");
}
