//! JSON of which nothing is dropped: a member that stands twice is refused.
//!
//! RFC 8259 leaves open which of two equal members holds, and most readers take the last in silence.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Reads a whole document, telling line and column of what is wrong.
pub fn read(bytes: &[u8]) -> serde_json::Result<Value> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Strict.deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Value, E> {
        Ok(truth.into())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        Number::from_f64(number).map(Value::Number).ok_or_else(|| E::custom("a number is not finite"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(Strict)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = object.next_key::<String>()? {
            if members.contains_key(&name) {
                return Err(A::Error::custom(format_args!("the member «{name}» stands twice")));
            }
            let value = object.next_value_seed(Strict)?;
            members.insert(name, value);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn it_reads_what_serde_json_reads() {
        for text in [
            r#"{"a": [1, -2, 18446744073709551615, 1.5e300, 0.1], "b": {"c": null, "d": [true, false, "楼\u0000\ud83c\udfe0"]}}"#,
            "[]",
            " 7 ",
            "\"\"",
        ] {
            assert_eq!(
                read(text.as_bytes()).expect(text),
                serde_json::from_str::<serde_json::Value>(text).expect(text)
            );
        }
    }

    #[test]
    fn what_is_no_json_or_says_two_things_is_refused_with_its_place() {
        for (text, say) in [
            ("{\"a\": 1,\n \"a\": 2}", "«a» stands twice at line 2"),
            ("{\"a\": {\"b\": 1, \"b\": 1}}", "«b» stands twice at line 1"),
            ("[1e400]", "number out of range"),
            ("[NaN]", "expected value"),
            ("[\"\\ud800\"]", "line 1 column"),
            ("{} {}", "trailing characters"),
            ("", "EOF"),
        ] {
            let error = read(text.as_bytes()).expect_err(text).to_string();
            assert!(error.contains(say), "{text}: {error}");
        }
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(read(deep.as_bytes()).expect_err("too deep").to_string().contains("recursion limit"));
        assert!(read(b"[\"\xff\"]").is_err(), "no UTF-8");
    }
}
