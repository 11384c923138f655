//! A flag goes before the environment, that before the file, that before the default.

use std::path::PathBuf;
use std::process::Command;

use crate::support::node::pianqu;

fn file(dir: &tempfile::TempDir, text: &str) -> PathBuf {
    let path = dir.path().join("pianqu.toml");
    std::fs::write(&path, text).unwrap();
    path
}

fn output(command: &mut Command) -> (bool, String) {
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (output.status.success(), text)
}

/// The line of a setting.
#[track_caller]
fn line<'t>(text: &'t str, key: &str) -> &'t str {
    text.lines()
        .find(|line| line.trim_start_matches("# ").starts_with(key))
        .unwrap_or_else(|| panic!("{key} in {text}"))
}

#[test]
fn the_nearest_source_wins_and_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let path =
        file(&dir, "listen = \"127.0.0.1:1\"\nmax_page = 11\nmax_requests_under_way = \"12\"\nlog_format = 'json'\n");
    let mut command = pianqu();
    command.args(["serve", "--print-config", "--max-page", "33", "--config"]).arg(&path).env("PIANQU_MAX_PAGE", "22");
    command.env("PIANQU_LISTEN", "127.0.0.1:2");
    let (is_done, text) = output(&mut command);
    assert!(is_done, "{text}");
    assert_eq!(line(&text, "max_page"), "max_page = 33   # command line");
    assert_eq!(line(&text, "listen"), "listen = \"127.0.0.1:2\"   # environment, PIANQU_LISTEN");
    let told = format!("max_requests_under_way = 12   # {}, line 3", path.display());
    assert_eq!(line(&text, "max_requests_under_way"), told);
    assert_eq!(line(&text, "log_format"), format!("log_format = \"json\"   # {}, line 4", path.display()));
    assert_eq!(line(&text, "tile_cache_mb"), "tile_cache_mb = 256   # default");
}

#[test]
fn what_is_printed_can_be_read_again_and_shows_no_secret() {
    let dir = tempfile::tempdir().unwrap();
    let path =
        file(&dir, "admin_token = \"hush-hush\"\ndatabase_url = \"postgresql://u:hush-hush@h/d\"\nmax_page = 11\n");
    let (is_done, text) = output(pianqu().args(["serve", "--print-config", "--config"]).arg(path));
    assert!(is_done && !text.contains("hush"), "{text}");
    assert!(line(&text, "admin_token").contains("line 1") && line(&text, "database_url").contains("line 2"));
    let again = file(&dir, &text);
    let (is_done, text) = output(pianqu().args(["serve", "--print-config"]).env("PIANQU_CONFIG", again));
    assert!(is_done && line(&text, "max_page").starts_with("max_page = 11"), "{text}");
}

#[test]
fn what_is_wrong_in_the_file_is_told_with_its_line() {
    let dir = tempfile::tempdir().unwrap();
    let cases = [
        ("max_page = 5\nmax_pages = 6", "line 2: there is no setting «max_pages»"),
        ("max_page = \"many\"", "line 1: invalid value 'many' for '--max-page"),
        ("\nlisten = [\"127.0.0.1:1\", \"127.0.0.1:2\"]", "line 2: «listen» takes one value"),
        ("config = \"other.toml\"", "line 1: there is no setting «config»"),
        ("max_page 5", "line 1: "),
        ("max_page = 0", "line 1: invalid value '0' for '--max-page <N>': it must be at least 1"),
        ("max_changes = -1", "line 1: invalid value '-1' for '--max-changes"),
    ];
    for (text, expected) in cases {
        let (is_done, told) = output(pianqu().args(["serve", "--print-config", "--config"]).arg(file(&dir, text)));
        assert!(!is_done && told.contains(expected), "{text}: {told}");
    }
    let (is_done, told) = output(pianqu().args(["serve", "--print-config", "--config", "/nowhere.toml"]));
    assert!(!is_done && told.contains("/nowhere.toml cannot be read"), "{told}");
}

#[test]
fn other_commands_read_the_file_too() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(&dir, "max_page = 7\nlog = \"nonsense=nonsense\"\n");
    let (is_done, told) = output(pianqu().arg("openapi").env("PIANQU_CONFIG", path));
    assert!(!is_done && told.contains("the log filter «nonsense=nonsense»"), "{told}");
}

#[test]
fn a_shifted_basemap_is_refused_with_its_line_and_no_key_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let basemaps = "max_page = 5\nbasemap = [\"a|https://h.example/{z}/{x}/{y}?key=hush|attribution=A\", \"b|/srv/b.pmtiles|attribution=B\"]\ntianditu_key = \"hush\"\n";
    let (is_done, told) = output(pianqu().args(["serve", "--print-config", "--config"]).arg(file(&dir, basemaps)));
    assert!(is_done && !told.contains("hush") && line(&told, "basemap:").contains("line 2"), "{told}");
    let shifted = "max_page = 5\nbasemap = \"a|https://h.example/{z}/{x}/{y}|attribution=A|datum=gcj02\"";
    let (is_done, told) = output(pianqu().args(["serve", "--print-config", "--config"]).arg(file(&dir, shifted)));
    assert!(!is_done && told.contains("line 2") && told.contains("hundreds of metres"), "{told}");
    let listen = ["serve", "--listen", "127.0.0.1:0", "--data-dir", "/nowhere/at/all", "--tianditu-key", "hush!hush"];
    let (is_done, told) = output(pianqu().args(listen));
    assert!(!is_done && told.contains("letters and digits only") && !told.contains("hush"), "{told}");
}
