//! docs/conformance.md names a test for each requirement of each class that is declared: the tests exist,
//! and page and declaration name the same classes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use pianqu::http::CONFORMANCE;

const START: &str = "http://www.opengis.net/spec/";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn page() -> String {
    std::fs::read_to_string(root().join("docs/conformance.md")).unwrap()
}

/// `api::tiles::an_empty_tile_is_204`: a function in tests/api/tiles.rs, or below src; `e2e/map.spec.ts: …`
/// would be a browser's.
fn is_there(name: &str) -> bool {
    let mut parts: Vec<&str> = name.split("::").collect();
    let Some(function) = parts.pop() else { return false };
    if parts.last() == Some(&"tests") && !Path::new(&format!("src/{}.rs", parts.join("/"))).exists() {
        parts.pop();
    }
    let path = parts.join("/");
    ["tests", "src"]
        .iter()
        .flat_map(|top| [format!("{top}/{path}.rs"), format!("{top}/{path}/mod.rs")])
        .filter_map(|file| std::fs::read_to_string(root().join(file)).ok())
        .any(|text| text.contains(&format!("fn {function}()")) || text.contains(&format!("fn {function}(\n")))
}

#[test]
fn every_test_that_the_page_names_exists() {
    let page = page();
    let rows = page.lines().filter(|line| line.starts_with("| `/req/"));
    let mut count = 0;
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [_, _, tests] = cells[..] else { panic!("three cells: {row}") };
        let names: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "a requirement without a test: {row}");
        for name in names {
            assert!(is_there(name), "there is no test {name}: {row}");
        }
        count += 1;
    }
    assert!(count > 100, "{count} requirements");
}

#[test]
fn the_page_and_the_server_name_the_same_classes() {
    let page = page();
    let told: BTreeSet<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("### `"))
        .map(|line| format!("{START}{}", line.trim_end_matches('`')))
        .collect();
    let declared: BTreeSet<String> = CONFORMANCE.iter().map(|class| (*class).to_owned()).collect();
    assert_eq!(told, declared);
    for section in page.split("### `").skip(1) {
        assert!(section.contains("| `/req/"), "no requirement: {section}");
    }
}
