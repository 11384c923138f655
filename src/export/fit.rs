//! What would not come back from a file as it is, found before the file is begun: nothing is cut
//! and no character replaced in silence.

use std::borrow::Cow;
use std::sync::Arc;

use encoding_rs::UTF_8;

use super::columns::{Column, Content, DBF_TEXT, Storage};
use super::format::{Format, TextEncoding};
use super::problem::{ExportError, MOST_LISTED, Misfit, Unfit};
use crate::domain::Value;
use crate::domain::value::yuan;
use crate::snapshot::Item;

/// Rows of a sheet, the heading included.
pub const SHEET_ROWS: usize = 1_048_576;
/// UTF-16 units of a cell.
pub const CELL: usize = 32_767;

/// The text of a value in a text column; `None` where it is not known.
pub fn text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Null => None,
        Value::Text(text) => Some(Cow::Borrowed(text)),
        Value::Money(fen) => Some(Cow::Owned(yuan(*fen))),
        Value::Boolean(claim) => Some(Cow::Owned(claim.to_string())),
        Value::Date(day) => Some(Cow::Owned(day.to_string())),
        Value::Integer(n) => Some(Cow::Owned(n.to_string())),
        Value::Number(n) => Some(Cow::Owned(n.to_string())),
    }
}

/// The bytes of a text, or the first character that the encoding does not have.
pub fn encode(encoding: TextEncoding, text: &str) -> Result<Cow<'_, [u8]>, char> {
    let encoding = encoding.encoding();
    if encoding == UTF_8 || text.is_ascii() {
        return Ok(Cow::Borrowed(text.as_bytes()));
    }
    let (bytes, _, is_wrong) = encoding.encode(text);
    if !is_wrong {
        return Ok(bytes);
    }
    let mut buffer = [0; 4];
    let is_missing = |c: &char| encoding.encode(c.encode_utf8(&mut buffer)).2;
    Err(text.chars().find(is_missing).unwrap_or(char::REPLACEMENT_CHARACTER))
}

/// The most bytes of each text column, for formats that set them apart; or all that is unfit.
pub fn measure(
    format: Format,
    encoding: TextEncoding,
    columns: &[Column],
    items: &[&Arc<Item>],
) -> Result<Vec<usize>, ExportError> {
    if format == Format::Xlsx && items.len() >= SHEET_ROWS {
        return Err(ExportError::TooManyRows { features: items.len(), most: SHEET_ROWS - 1 });
    }
    let mut widths = vec![1; columns.len()];
    let (mut unfit, mut count) = (Vec::new(), 0);
    let texts = columns.iter().enumerate().filter_map(|(at, column)| match (column.content, column.storage) {
        (Content::Field(index), Storage::Text) => Some((at, column, index)),
        _ => None,
    });
    for (at, column, index) in texts {
        for item in items {
            let Some(text) = text(&item.values[index]) else { continue };
            match bytes(format, encoding, &text) {
                Ok(bytes) => widths[at] = widths[at].max(bytes),
                Err(why) => {
                    count += 1;
                    if unfit.len() < MOST_LISTED {
                        unfit.push(Unfit { feature_id: item.id, column: column.field_name.to_owned(), why });
                    }
                }
            }
        }
    }
    if count > 0 { Err(ExportError::Unfit { format, unfit, count }) } else { Ok(widths) }
}

/// How many bytes a text takes, or why it cannot be held.
fn bytes(format: Format, encoding: TextEncoding, text: &str) -> Result<usize, Misfit> {
    let is_xml = matches!(format, Format::Xlsx | Format::Kml);
    if is_xml && let Some(c) = text.chars().find(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r')) {
        return Err(Misfit::Control(c));
    }
    if format == Format::Xlsx && text.encode_utf16().count() > CELL {
        return Err(Misfit::Cell);
    }
    let bytes = encode(encoding, text).map_err(Misfit::NotInGbk)?.len();
    if format == Format::Shapefile && bytes > DBF_TEXT {
        return Err(Misfit::TooLong { bytes });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_gbk_lacks_is_named() {
        assert_eq!(encode(TextEncoding::Gbk, "资阳€").as_deref(), Ok(&[0xd7, 0xca, 0xd1, 0xf4, 0x80][..]));
        assert_eq!(encode(TextEncoding::Gbk, "资𠮷阳"), Err('𠮷'));
        assert_eq!(encode(TextEncoding::Utf8, "𠮷").map(|bytes| bytes.len()), Ok(4));
    }

    #[test]
    fn bytes_are_counted_in_the_encoding() {
        let hundred = "楼".repeat(100);
        assert!(bytes(Format::Shapefile, TextEncoding::Utf8, &hundred).is_err());
        assert_eq!(bytes(Format::Shapefile, TextEncoding::Gbk, &hundred), Ok(200));
        assert_eq!(bytes(Format::GeoPackage, TextEncoding::Utf8, &hundred), Ok(300));
        assert!(bytes(Format::Kml, TextEncoding::Utf8, "a\u{b}b").is_err());
    }
}
