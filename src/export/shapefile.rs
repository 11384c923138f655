//! What a shapefile needs beside its driver: one kind of shape a file, an encoding that readers can
//! know, and the names of columns that were shortened.

use std::fs::OpenOptions;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::columns::Column;
use super::format::TextEncoding;
use crate::domain::GeometryKind;
use crate::snapshot::{Item, ShapeGeometry};

/// Items that go into one file, with what is added to its name.
pub struct Part<'a> {
    pub suffix: &'static str,
    pub kind: GeometryKind,
    pub items: Vec<&'a Arc<Item>>,
}

/// A layer of lines and areas becomes two shapefiles, where it has both.
pub fn parts<'a>(kind: GeometryKind, items: &[&'a Arc<Item>]) -> Vec<Part<'a>> {
    if kind != GeometryKind::LineOrArea {
        return vec![Part { suffix: "", kind, items: items.to_vec() }];
    }
    let is_area = |item: &&Arc<Item>| matches!(item.shape.geometry(), ShapeGeometry::Areas(_));
    let (areas, lines): (Vec<_>, Vec<_>) = items.iter().copied().partition(is_area);
    match (lines.is_empty(), areas.is_empty()) {
        (_, true) => vec![Part { suffix: "", kind: GeometryKind::Line, items: lines }],
        (true, false) => vec![Part { suffix: "", kind: GeometryKind::Area, items: areas }],
        (false, false) => vec![
            Part { suffix: "_lines", kind: GeometryKind::Line, items: lines },
            Part { suffix: "_areas", kind: GeometryKind::Area, items: areas },
        ],
    }
}

/// Declares the encoding in both places where readers look: the .cpg and the header of the .dbf.
/// GDAL was given the bytes as they are and knows nothing of it.
pub fn declare(shp: &Path, encoding: TextEncoding) -> io::Result<()> {
    const LANGUAGE_BYTE: u64 = 29;
    let (name, language) = match encoding {
        TextEncoding::Utf8 => ("UTF-8", 0x00),
        TextEncoding::Gbk => ("GBK", 0x4d),
    };
    std::fs::write(shp.with_extension("cpg"), name)?;
    let mut dbf = OpenOptions::new().write(true).open(shp.with_extension("dbf"))?;
    dbf.seek(SeekFrom::Start(LANGUAGE_BYTE))?;
    dbf.write_all(&[language])
}

/// Writes which column holds which field, with titles; nothing where no name was shortened.
pub fn describe_columns(path: PathBuf, columns: &[Column]) -> io::Result<Option<PathBuf>> {
    if columns.iter().all(|column| column.name == column.field_name) {
        return Ok(None);
    }
    let mut text = "\u{feff}column\tfield\tzh\ten\tunit\r\n".to_owned();
    for Column { name, field_name, title, unit, .. } in columns {
        text += &format!("{name}\t{field_name}\t{}\t{}\t{unit}\r\n", title.zh, title.en);
    }
    std::fs::write(&path, text)?;
    Ok(Some(path))
}
