//! The few pieces of Protocol Buffers that a vector tile needs.

/// Appends an unsigned number in base 128.
pub fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Small magnitudes, of either sign, as small numbers.
pub fn zigzag(value: i32) -> u32 {
    ((value << 1) ^ (value >> 31)) as u32
}

/// Appends field `number` holding a number.
pub fn number(out: &mut Vec<u8>, number: u32, value: u64) {
    varint(out, u64::from(number << 3));
    varint(out, value);
}

/// Appends field `number` holding bytes: a text, a message, packed numbers.
pub fn bytes(out: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    varint(out, u64::from(number << 3 | 2));
    varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Appends field `number` holding packed numbers, by way of `scratch`.
pub fn packed(out: &mut Vec<u8>, scratch: &mut Vec<u8>, number: u32, values: &[u32]) {
    scratch.clear();
    for &value in values {
        varint(scratch, u64::from(value));
    }
    bytes(out, number, scratch);
}

/// Appends field `number` holding a double.
pub fn double(out: &mut Vec<u8>, number: u32, value: f64) {
    varint(out, u64::from(number << 3 | 1));
    out.extend_from_slice(&value.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_in_the_encoding_guide() {
        let mut out = Vec::new();
        number(&mut out, 1, 150);
        assert_eq!(out, [0x08, 0x96, 0x01]);
        out.clear();
        bytes(&mut out, 2, b"testing");
        assert_eq!(out, [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]);
        assert_eq!([0, -1, 1, -2, i32::MAX, i32::MIN].map(zigzag), [0, 1, 2, 3, u32::MAX - 1, u32::MAX]);
    }
}
