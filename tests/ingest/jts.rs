//! The validity answers of JTS, from which GEOS descends, hold for the check of the import.

use std::path::{Path, PathBuf};

use pianqu::ingest::is_valid_shape;

use crate::support::shared_data;

/// Shapes that the import cannot read: JTS calls a lone ring a shape, the formats have none.
const UNREADABLE: &str = "LINEARRING";

#[test]
fn validity_is_judged_as_jts_does() {
    let Some(root) = shared_data("import-cases/jts") else { return };
    let mut files = Vec::new();
    collect(&root, &mut files);
    let (mut asked, mut refused, mut unreadable, mut wrong) = (0, 0, Vec::new(), Vec::new());
    for file in &files {
        let text = String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        for case in text.split("<case>").skip(1) {
            let title = element(case, "desc").unwrap_or_default();
            for (operand, expected) in validity_operations(case) {
                let Some(shape) = element(case, &operand.to_lowercase()) else { continue };
                asked += 1;
                match is_valid_shape(shape.trim()) {
                    // Coordinates that are no numbers are refused before the question arises.
                    None if !expected => refused += 1,
                    None if shape.trim().starts_with(UNREADABLE) => {}
                    None => unreadable.push(format!("{name}: {title}: {}", &shape[..shape.len().min(60)])),
                    Some(answer) if answer != expected => {
                        let shown = &shape.trim()[..shape.trim().len().min(120)];
                        wrong.push(format!("{name}: {}: {operand} should be {expected}: {shown}", title.trim()));
                    }
                    Some(_) => {}
                }
            }
        }
    }
    eprintln!("{asked} validity questions in {} files, {refused} about shapes that cannot be read", files.len());
    assert!(asked > 900 && refused < 10, "{asked} questions are fewer than the collection holds");
    assert_eq!(unreadable, Vec::<String>::new(), "shapes that cannot be read");
    assert_eq!(wrong, Vec::<String>::new(), "{} of {asked} answers differ", wrong.len());
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "xml") {
            files.push(path);
        }
    }
}

fn element<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let start = text.find(&format!("<{name}>"))? + name.len() + 2;
    let end = text[start..].find(&format!("</{name}>"))?;
    Some(&text[start..start + end])
}

/// The operand (`A` or `B`) and the answer of each `isValid` in a case.
fn validity_operations(case: &str) -> Vec<(&'static str, bool)> {
    case.split("<op ")
        .skip(1)
        .filter_map(|op| {
            let (attributes, rest) = op.split_once('>')?;
            if !attributes.contains("name=\"isValid\"") && !attributes.contains("name='isValid'") {
                return None;
            }
            let operand = if attributes.to_lowercase().contains("arg1=\"b\"") { "B" } else { "A" };
            let answer = rest.split_once("</op>")?.0.trim();
            Some((operand, answer == "true"))
        })
        .collect()
}
