//! Which encoding a text has: what is declared, else UTF-8 strictly, else GB18030 (which holds GBK
//! and GB2312). GDAL would take both for Latin-1 when nothing is declared.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, UTF_8};

use super::problem::IngestError;

/// An encoding and how it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextEncoding {
    pub encoding: &'static Encoding,
    pub by: &'static str,
}

/// The encoding of this name, as `--encoding`, a .cpg file or a .dbf header write it.
pub fn by_name(name: &str) -> Option<&'static Encoding> {
    let name = name.trim().trim_matches(['\u{feff}', '\0', '"']);
    let plain = name.to_lowercase().replace(['-', '_', ' '], "");
    match plain.as_str() {
        "gbk" | "gb2312" | "gb18030" | "cp936" | "936" | "ansi936" | "oem936" | "windows936" | "euccn" => Some(GB18030),
        "65001" | "utf8" | "cp65001" => Some(UTF_8),
        "big5" | "cp950" | "950" => Some(encoding_rs::BIG5),
        "1252" | "cp1252" | "ansi1252" | "iso88591" | "88591" | "latin1" => Some(encoding_rs::WINDOWS_1252),
        "1251" | "cp1251" | "ansi1251" => Some(encoding_rs::WINDOWS_1251),
        "932" | "cp932" | "shiftjis" => Some(encoding_rs::SHIFT_JIS),
        _ => Encoding::for_label(name.as_bytes()),
    }
}

/// As `--encoding` gives it.
pub fn asked(name: &str) -> Result<TextEncoding, IngestError> {
    let encoding = by_name(name).ok_or_else(|| IngestError::EncodingUnknown(name.to_owned()))?;
    Ok(TextEncoding { encoding, by: "--encoding" })
}

/// The encoding in which all of these texts can be read, trying UTF-8 first.
pub fn detect<'a>(texts: impl Iterator<Item = &'a [u8]> + Clone) -> Option<TextEncoding> {
    if texts.clone().all(<[u8]>::is_ascii) {
        return Some(TextEncoding { encoding: UTF_8, by: "nothing but ASCII" });
    }
    for encoding in [UTF_8, GB18030] {
        if texts.clone().all(|text| decode(encoding, text).is_some()) {
            return Some(TextEncoding { encoding, by: "not declared, found by trial" });
        }
    }
    None
}

/// The text, or `None` where the bytes are not of this encoding.
///
/// A last character cut short by a column's width is dropped: columns of a .dbf count bytes.
pub fn decode<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Option<Cow<'a, str>> {
    if bytes.is_ascii() && encoding != encoding_rs::UTF_16LE && encoding != encoding_rs::UTF_16BE {
        return std::str::from_utf8(bytes).ok().map(Cow::Borrowed);
    }
    match encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => Some(text),
        None => (1..=3.min(bytes.len().saturating_sub(1)))
            .filter(|cut| is_cut(encoding, &bytes[bytes.len() - cut..]))
            .find_map(|cut| encoding.decode_without_bom_handling_and_without_replacement(&bytes[..bytes.len() - cut])),
    }
}

/// True when these bytes are the beginning of one longer character.
fn is_cut(encoding: &'static Encoding, tail: &[u8]) -> bool {
    match encoding {
        e if e == UTF_8 => {
            std::str::from_utf8(tail).is_err_and(|error| error.error_len().is_none() && error.valid_up_to() == 0)
        }
        e if e == GB18030 => tail.len() == 1 && (0x81..=0xfe).contains(&tail[0]),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(texts: &[&[u8]]) -> Option<&'static str> {
        detect(texts.iter().copied()).map(|e| e.encoding.name())
    }

    #[test]
    fn utf8_is_tried_before_gb18030() {
        let (gbk, _, _) = GB18030.encode("资阳市雁江区");
        assert_eq!(found(&["资阳".as_bytes(), b"abc"]), Some("UTF-8"));
        assert_eq!(found(&[&gbk, b"abc"]), Some("gb18030"));
        assert_eq!(decode(GB18030, &gbk).as_deref(), Some("资阳市雁江区"));
    }

    /// 模 in GBK is also valid UTF-8 (ģ). One other text in the file decides for both.
    #[test]
    fn the_whole_file_decides() {
        let (trap, _, _) = GB18030.encode("模");
        let (other, _, _) = GB18030.encode("资阳");
        assert!(std::str::from_utf8(&trap).is_ok());
        assert_eq!(found(&[&trap, &other]), Some("gb18030"));
    }

    #[test]
    fn a_character_cut_by_the_column_is_dropped() {
        let utf8 = &"小区名称".as_bytes()[..11];
        assert_eq!(decode(UTF_8, utf8).as_deref(), Some("小区名"));
        let (gbk, _, _) = GB18030.encode("小区名称");
        assert_eq!(decode(GB18030, &gbk[..7]).as_deref(), Some("小区名"));
        assert_eq!(decode(UTF_8, b"\xff\xfeab"), None);
    }

    #[test]
    fn declared_names_are_known() {
        for name in ["GBK", "cp936", "936", "ANSI 936", "gb2312", "GB18030"] {
            assert_eq!(by_name(name), Some(GB18030), "{name}");
        }
        assert_eq!(by_name("UTF-8\r\n"), Some(UTF_8));
        assert_eq!(by_name("klingon"), None);
    }
}
