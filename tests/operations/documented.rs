//! The operator's page knows every setting and every number.

use std::path::Path;

use crate::support::node::pianqu;

#[test]
fn every_setting_is_in_the_operators_table() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/operations.md");
    let page = std::fs::read_to_string(page).unwrap();
    let told = pianqu().args(["serve", "--print-config"]).output().unwrap();
    let told = String::from_utf8(told.stdout).unwrap();
    let keys: Vec<&str> =
        told.lines().map(|line| line.trim_start_matches("# ").split([' ', ':']).next().unwrap()).collect();
    assert!(keys.len() > 10, "{told}");
    let missing: Vec<_> = keys.iter().filter(|key| !page.contains(&format!("| `{key}` |"))).collect();
    assert!(missing.is_empty(), "docs/operations.md does not know {missing:?}");

    let help = pianqu().args(["serve", "--help"]).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let names = help.split("[env: ").skip(1).map(|rest| rest.split(['=', ']']).next().unwrap());
    let missing: Vec<_> = names.filter(|name| !page.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "docs/operations.md does not know {missing:?}");
}
