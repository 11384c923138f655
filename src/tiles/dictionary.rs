//! The keys and values of one layer of a tile, each written once.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use super::protobuf;
use crate::domain::Value;

/// FNV-1a over words: texts here are short and nobody outside chooses a tile's values in bulk.
#[derive(Default)]
pub struct WordHasher(u64);

impl Hasher for WordHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for word in bytes.chunks(8) {
            let mut padded = [0; 8];
            padded[..word.len()].copy_from_slice(word);
            self.write_u64(u64::from_le_bytes(padded));
        }
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    fn write_u8(&mut self, byte: u8) {
        self.write_u64(u64::from(byte));
    }
}

/// A value as the dictionary tells it apart; numbers by their bits.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Text(Arc<str>),
    Integer(i64),
    Number(u64),
    Boolean(bool),
}

#[derive(Default)]
pub struct Dictionary {
    index: HashMap<Key, u32, BuildHasherDefault<WordHasher>>,
    /// The values as messages, in the order of their indices.
    encoded: Vec<u8>,
    scratch: Vec<u8>,
}

impl Dictionary {
    /// The index of a value; `None` for what is not known, which a tile does not carry.
    pub fn index(&mut self, value: &Value) -> Option<u32> {
        let key = match value {
            Value::Null => return None,
            Value::Text(text) => Key::Text(text.clone()),
            Value::Integer(n) => Key::Integer(*n),
            Value::Number(n) => Key::Number(n.to_bits()),
            Value::Boolean(b) => Key::Boolean(*b),
            Value::Date(day) => Key::Text(day.to_string().into()),
            Value::Money(fen) => Key::Text(crate::domain::value::yuan(*fen).into()),
        };
        let next = self.index.len() as u32;
        if let Some(&known) = self.index.get(&key) {
            return Some(known);
        }
        self.scratch.clear();
        match &key {
            Key::Text(text) => protobuf::bytes(&mut self.scratch, 1, text.as_bytes()),
            Key::Integer(n) if *n >= 0 => protobuf::number(&mut self.scratch, 5, *n as u64),
            Key::Integer(n) => protobuf::number(&mut self.scratch, 6, ((n << 1) ^ (n >> 63)) as u64),
            Key::Number(bits) => protobuf::double(&mut self.scratch, 3, f64::from_bits(*bits)),
            Key::Boolean(b) => protobuf::number(&mut self.scratch, 7, u64::from(*b)),
        }
        protobuf::bytes(&mut self.encoded, 4, &self.scratch);
        self.index.insert(key, next);
        Some(next)
    }

    /// The values as fields of a layer message.
    pub fn encoded(&self) -> &[u8] {
        &self.encoded
    }
}
