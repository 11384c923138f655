//! The value of one field of one feature, as the snapshot holds it.

use std::sync::Arc;

use chrono::NaiveDate;

/// `Null` is "not known", never zero and never the empty text.
///
/// A choice is a `Text` that holds its code. Money is whole fen.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Integer(i64),
    Number(f64),
    Money(i64),
    Boolean(bool),
    Date(NaiveDate),
    Text(Arc<str>),
}

impl Value {
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number of an integer, a number or a money value (in yuan); `None` for all else.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Integer(n) => Some(*n as f64),
            Value::Number(n) => Some(*n),
            Value::Money(fen) => Some(*fen as f64 / 100.0),
            _ => None,
        }
    }

    /// As the API writes it: money as `"1234.50"`, days as `"2000-12-31"`.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Value::Null => serde_json::Value::Null,
            Value::Integer(n) => (*n).into(),
            Value::Number(n) => serde_json::Number::from_f64(*n).map_or(serde_json::Value::Null, Into::into),
            Value::Money(fen) => yuan(*fen).into(),
            Value::Boolean(b) => (*b).into(),
            Value::Date(day) => day.to_string().into(),
            Value::Text(text) => text.as_ref().into(),
        }
    }
}

/// Fen as yuan with two decimals.
pub fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let fen = fen.unsigned_abs();
    format!("{sign}{}.{:02}", fen / 100, fen % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_written_with_two_decimals() {
        assert_eq!(yuan(318_000_000), "3180000.00");
        assert_eq!(yuan(5), "0.05");
        assert_eq!(yuan(-105), "-1.05");
    }
}
