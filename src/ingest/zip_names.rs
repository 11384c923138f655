//! Names of files in zips. What a zip does not mark as UTF-8 is read by GDAL as CP437, the code page of the first
//! zips; packers in China write GBK or unmarked UTF-8 there, and 管点.csv comes out as ╣▄╡π.csv.

use super::encoding;

/// What the bytes from 128 on are in CP437.
const HIGH: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// The name as a person gave it: in UTF-8 or GBK where its bytes are that, else as GDAL has it.
pub fn meant(name: &str) -> String {
    if name.is_ascii() {
        return name.to_owned();
    }
    let byte = |letter: char| match u8::try_from(letter) {
        Ok(byte) if byte.is_ascii() => Some(byte),
        _ => HIGH.chars().position(|high| high == letter).and_then(|at| u8::try_from(128 + at).ok()),
    };
    let Some(bytes) = name.chars().map(byte).collect::<Option<Vec<u8>>>() else { return name.to_owned() };
    let found = encoding::detect(std::iter::once(bytes.as_slice()));
    let text = found.and_then(|found| encoding::decode(found.encoding, &bytes).map(std::borrow::Cow::into_owned));
    text.unwrap_or_else(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn as_cp437(bytes: &[u8]) -> String {
        let high: Vec<char> = HIGH.chars().collect();
        assert_eq!(high.len(), 128);
        bytes
            .iter()
            .map(|byte| if byte.is_ascii() { char::from(*byte) } else { high[usize::from(*byte) - 128] })
            .collect()
    }

    #[test]
    fn names_are_those_that_somebody_gave() {
        for name in ["普查/管点.csv", "给水.shp", "plain.csv"] {
            assert_eq!(meant(&as_cp437(name.as_bytes())), name);
            assert_eq!(meant(&as_cp437(&encoding_rs::GBK.encode(name).0)), name);
            assert_eq!(meant(name), name, "marked as UTF-8");
        }
        assert_eq!(meant("\u{e9}t\u{e9}.csv"), "\u{e9}t\u{e9}.csv", "no text in either");
    }
}
