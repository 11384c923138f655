//! What identifies a row from one import to the next, so that a second import updates.

use std::collections::HashSet;

use gdal::vector::{LayerAccess, OwnedLayer};
use xxhash_rust::xxh3::xxh3_64;

use super::columns::{Columns, plain};
use super::encoding::{self, TextEncoding};
use super::gdal_raw;
use super::problem::IngestError;
use crate::domain::LayerDescription;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// The column at this position.
    Column(usize),
    /// The format's own row number.
    RowNumber,
    /// A hash of shape and values.
    Content,
}

/// Column names that are keys by habit.
const HABITUAL: &[&str] =
    &["osmid", "fid", "objectid", "gid", "id", "uuid", "guid", "globalid", "bsm", "标识码", "唯一标识"];

/// The surest key that the file has, and how to tell it.
pub fn choose(
    layer: &mut OwnedLayer,
    description: &LayerDescription,
    columns: &Columns,
    names: &[String],
    asked: Option<&str>,
) -> Result<(Key, String), IngestError> {
    if let Some(column) = asked {
        let found = names
            .iter()
            .position(|name| name == column)
            .or_else(|| names.iter().position(|name| plain(name) == plain(column)));
        let has = || names.to_vec();
        let at = found.ok_or_else(|| IngestError::NoSuchKey { column: column.to_owned(), has: has() })?;
        return Ok((Key::Column(at), format!("column «{}» (given with --key)", names[at])));
    }
    let code = description.field("code").and_then(|(field, _)| columns.mapped.iter().find(|c| c.field == field));
    let mut candidates: Vec<usize> = code.into_iter().map(|column| column.index).collect();
    for habitual in HABITUAL {
        candidates.extend(names.iter().position(|name| plain(name) == *habitual).filter(|at| !candidates.contains(at)));
    }
    let unique = unique_columns(layer, &candidates);
    if let Some(at) = candidates.iter().find(|at| unique.contains(at)) {
        return Ok((Key::Column(*at), format!("column «{}» (unique in the file)", names[*at])));
    }
    let repeated: String =
        candidates.iter().map(|at| format!("; «{}» is not unique or has gaps", names[*at])).collect();
    let fid = gdal_raw::fid_column(layer);
    if fid.is_empty() {
        Ok((Key::Content, format!("content of the row, no column identifies it{repeated}")))
    } else {
        Ok((Key::RowNumber, format!("row number «{fid}» of the file{repeated}")))
    }
}

/// Those columns that have a value in every row, each another. Reads the file once, shapes left out.
fn unique_columns(layer: &mut OwnedLayer, candidates: &[usize]) -> Vec<usize> {
    if candidates.is_empty() {
        return Vec::new();
    }
    gdal_raw::read_only(layer, |at| candidates.contains(&at), false);
    let mut left: Vec<(usize, HashSet<u64>)> = candidates.iter().map(|at| (*at, HashSet::new())).collect();
    let mut rows = 0u64;
    for feature in layer.features() {
        rows += 1;
        left.retain_mut(|(at, seen)| match gdal_raw::field_bytes(&feature, *at) {
            Some(value) if !value.trim_ascii().is_empty() => seen.insert(xxh3_64(value)),
            _ => false,
        });
        if left.is_empty() {
            break;
        }
    }
    gdal_raw::read_all(layer);
    layer.reset_feature_reading();
    if rows == 0 { Vec::new() } else { left.into_iter().map(|(at, _)| at).collect() }
}

/// The key of a value, at most 300 characters as the table demands.
pub fn of_value(bytes: &[u8], text: TextEncoding) -> Option<String> {
    let value = encoding::decode(text.encoding, bytes)?;
    let value = value.trim();
    match value.chars().count() {
        0 => None,
        1..=250 => Some(value.to_owned()),
        _ => Some(format!("{:016x}", xxh3_64(value.as_bytes()))),
    }
}
