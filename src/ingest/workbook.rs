//! Merged cells of an XLSX, of which GDAL says nothing: it reads the value in the first cell and leaves the
//! others empty, so that rows would lose a value in silence.

use std::io::BufReader;
use std::path::Path;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::archive::inside;
use super::gdal_raw;
use super::open::unreadable;
use super::problem::IngestError;

/// Ranges that are named one by one.
const NAMED: usize = 10;

/// Refuses a sheet with merged cells, and names them. `target` is the workbook as GDAL has it.
pub fn refuse_merged(path: &Path, target: &str, sheet: &str) -> Result<(), IngestError> {
    let fault = |error: quick_xml::Error| unreadable(path, format!("the workbook's XML: {error}"));
    let root = if target.starts_with("/vsizip/{") { target.to_owned() } else { inside(target) };
    let Some(file) = file_of(&root, sheet).map_err(fault)? else {
        return Err(unreadable(path, format!("the workbook does not say where the sheet «{sheet}» is")));
    };
    let mut ranges = Vec::new();
    let mut count = 0;
    each_element(&file, |element| {
        if element.local_name().as_ref() == b"mergeCell"
            && let Some(range) = attribute(element, b"ref")
        {
            count += 1;
            if ranges.len() < NAMED {
                ranges.push(range);
            }
        }
    })
    .map_err(fault)?;
    if count == 0 { Ok(()) } else { Err(IngestError::MergedCells { sheet: sheet.to_owned(), ranges, count }) }
}

/// The file of a sheet: the workbook names its relation, the relations name the file.
fn file_of(root: &str, sheet: &str) -> quick_xml::Result<Option<String>> {
    let mut relation = None;
    each_element(&format!("{root}/xl/workbook.xml"), |element| {
        if element.local_name().as_ref() == b"sheet" && attribute(element, b"name").as_deref() == Some(sheet) {
            relation = attribute(element, b"id");
        }
    })?;
    let mut file = None;
    each_element(&format!("{root}/xl/_rels/workbook.xml.rels"), |element| {
        if element.local_name().as_ref() == b"Relationship" && attribute(element, b"Id") == relation {
            file = attribute(element, b"Target");
        }
    })?;
    Ok(file.filter(|_| relation.is_some()).map(|target| match target.strip_prefix('/') {
        Some(absolute) => format!("{root}/{absolute}"),
        None => format!("{root}/xl/{target}"),
    }))
}

fn each_element(path: &str, mut look: impl FnMut(&BytesStart<'_>)) -> quick_xml::Result<()> {
    let Some(file) = gdal_raw::open_file(path) else { return Ok(()) };
    let mut reader = Reader::from_reader(BufReader::new(file));
    let mut buffer = Vec::new();
    loop {
        match reader.read_event_into(&mut buffer)? {
            Event::Start(element) | Event::Empty(element) => look(&element),
            Event::Eof => return Ok(()),
            _ => {}
        }
        buffer.clear();
    }
}

/// The value of an attribute, whatever the prefix of its name.
fn attribute(element: &BytesStart<'_>, name: &[u8]) -> Option<String> {
    let found = element.attributes().flatten().find(|one| one.key.local_name().as_ref() == name)?;
    found.unescape_value().ok().map(|value| value.into_owned())
}
