//! Whether a text is UTF-8 from its beginning to its end, without holding more of it than a piece.

use std::io::Read;

const PIECE: usize = 1 << 20;

/// `Some` of UTF-8, and whether it is nothing but ASCII; `None` of anything else.
pub fn throughout(mut text: impl Read) -> Option<bool> {
    let mut piece = vec![0; PIECE];
    // Bytes of a letter that the last piece ended within.
    let mut kept = 0;
    let mut is_ascii = true;
    loop {
        let read = text.read(&mut piece[kept..]).ok()?;
        let length = kept + read;
        if read == 0 {
            return (kept == 0).then_some(is_ascii);
        }
        is_ascii &= piece[..length].is_ascii();
        let whole = match std::str::from_utf8(&piece[..length]) {
            Ok(_) => length,
            // Without a length of what is wrong, only the end is missing.
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => return None,
        };
        piece.copy_within(whole..length, 0);
        kept = length - whole;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives its text byte by byte.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let Some((first, rest)) = self.0.split_first() else { return Ok(0) };
            (buffer[0], self.0) = (*first, rest);
            Ok(1)
        }
    }

    #[test]
    fn letters_may_be_cut_between_pieces() {
        assert_eq!(throughout(Slow("管点,X,Y".as_bytes())), Some(false));
        assert_eq!(throughout(Slow(b"plain")), Some(true));
        assert_eq!(throughout(Slow(b"")), Some(true));
        let long = "管".repeat(PIECE);
        assert_eq!(throughout(long.as_bytes()), Some(false));
        assert_eq!(throughout(&long.as_bytes()[..long.len() - 1]), None, "it ends within a letter");
        assert_eq!(throughout(encoding_rs::GBK.encode("管点").0.as_ref()), None);
    }
}
