//! Values: fields, constants and what is computed from them.

use std::borrow::Cow;
use std::cmp::Ordering;

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::Value;
use crate::snapshot::Item;

/// What a value is. Whole numbers, numbers and yuan are numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Number,
    Boolean,
    Date,
    Time,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Text => "a text",
            Kind::Number => "a number",
            Kind::Boolean => "true or false",
            Kind::Date => "a day",
            Kind::Time => "a time",
        }
    }
}

#[derive(Debug, Clone)]
pub enum Scalar {
    /// Position among an item's values.
    Field(usize),
    Id,
    UpdatedAt,
    Text(String),
    Number(f64),
    Boolean(bool),
    Date(NaiveDate),
    Time(DateTime<Utc>),
    /// Without the difference of upper and lower case.
    Folded(Box<Scalar>),
    Arithmetic(Arithmetic, Box<[Scalar; 2]>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    /// The whole part of a quotient.
    DivideWhole,
    Remainder,
    Power,
}

/// A value of one item.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum<'a> {
    Text(Cow<'a, str>),
    Number(f64),
    Boolean(bool),
    Date(NaiveDate),
    Time(DateTime<Utc>),
}

impl Datum<'_> {
    /// Texts compare by code point, as PostgreSQL's collation "C" does. The compiler sees to it that only
    /// values of one kind meet; others would be `None`.
    pub fn compare(&self, other: &Datum<'_>) -> Option<Ordering> {
        match (self, other) {
            (Datum::Text(a), Datum::Text(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
            (Datum::Number(a), Datum::Number(b)) => a.partial_cmp(b),
            (Datum::Boolean(a), Datum::Boolean(b)) => Some(a.cmp(b)),
            (Datum::Date(a), Datum::Date(b)) => Some(a.cmp(b)),
            (Datum::Time(a), Datum::Time(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}

impl Scalar {
    /// The value for an item; `None` where it is not known, or no finite number.
    pub fn of<'a>(&'a self, item: &'a Item) -> Option<Datum<'a>> {
        Some(match self {
            Scalar::Field(at) => match &item.values[*at] {
                Value::Null => return None,
                Value::Text(text) => Datum::Text(Cow::Borrowed(text)),
                Value::Boolean(truth) => Datum::Boolean(*truth),
                Value::Date(day) => Datum::Date(*day),
                number => Datum::Number(number.as_f64()?),
            },
            Scalar::Id => Datum::Number(item.id as f64),
            Scalar::UpdatedAt => Datum::Time(item.updated_at),
            Scalar::Text(text) => Datum::Text(Cow::Borrowed(text)),
            Scalar::Number(n) => Datum::Number(*n),
            Scalar::Boolean(truth) => Datum::Boolean(*truth),
            Scalar::Date(day) => Datum::Date(*day),
            Scalar::Time(time) => Datum::Time(*time),
            Scalar::Folded(inner) => match inner.of(item)? {
                Datum::Text(text) => Datum::Text(Cow::Owned(text.to_lowercase())),
                other => other,
            },
            Scalar::Arithmetic(how, sides) => {
                let (Datum::Number(a), Datum::Number(b)) = (sides[0].of(item)?, sides[1].of(item)?) else {
                    return None;
                };
                let result = how.apply(a, b);
                Datum::Number(if result.is_finite() { result } else { return None })
            }
        })
    }
}

impl Arithmetic {
    fn apply(self, a: f64, b: f64) -> f64 {
        match self {
            Arithmetic::Add => a + b,
            Arithmetic::Subtract => a - b,
            Arithmetic::Multiply => a * b,
            Arithmetic::Divide => a / b,
            Arithmetic::DivideWhole => (a / b).trunc(),
            Arithmetic::Remainder => a % b,
            Arithmetic::Power => a.powf(b),
        }
    }
}
