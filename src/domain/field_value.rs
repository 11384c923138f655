//! What the API takes as a field's value.

use chrono::NaiveDate;
use serde_json::Value as Json;

use super::{Field, FieldKind};

/// Yuan below which sums stay: ten trillion.
const MOST_YUAN: f64 = 1e13;

impl Field {
    /// The value as the database takes it, or what is wrong with it. `null` and the empty text are "not
    /// known"; that a field must be known is not asked here.
    pub fn accept(&self, given: &Json) -> Result<Json, String> {
        if given.is_null() || given.as_str().is_some_and(|text| text.trim().is_empty()) {
            return Ok(Json::Null);
        }
        match self.kind {
            FieldKind::Text { max_chars } => {
                let text = given.as_str().ok_or("must be a text")?.trim();
                let count = text.chars().count();
                if count > max_chars {
                    return Err(format!("has {count} characters; {max_chars} are taken at most"));
                }
                if text.contains('\0') {
                    return Err("holds a NUL".to_owned());
                }
                Ok(text.into())
            }
            FieldKind::Integer { min, max } => {
                let whole = given.as_i64().or_else(|| {
                    // 5.0 is a whole number too.
                    given.as_f64().filter(|n| n.fract() == 0.0 && n.abs() < 9e15).map(|n| n as i64)
                });
                match whole {
                    Some(n) if (min..=max).contains(&n) => Ok(n.into()),
                    Some(n) => Err(format!("{n} is not between {min} and {max}")),
                    None => Err("must be a whole number".to_owned()),
                }
            }
            FieldKind::Number { min, max } => match given.as_f64() {
                Some(n) if (min..=max).contains(&n) => Ok(given.clone()),
                Some(n) => Err(format!("{n} is not between {min} and {max}")),
                None => Err("must be a number".to_owned()),
            },
            FieldKind::Money => money(given),
            FieldKind::Boolean => match given {
                Json::Bool(_) => Ok(given.clone()),
                _ => Err("must be true or false".to_owned()),
            },
            FieldKind::Date => {
                let text = given.as_str().unwrap_or_default();
                match NaiveDate::parse_from_str(text, "%Y-%m-%d") {
                    Ok(day) if text.len() == 10 => Ok(day.to_string().into()),
                    _ => Err("must be a day: 2026-03-31".to_owned()),
                }
            }
            FieldKind::Choice(choices) => match given.as_str() {
                Some(code) if choices.iter().any(|choice| choice.code == code) => Ok(given.clone()),
                _ => {
                    let codes: Vec<&str> = choices.iter().map(|choice| choice.code).collect();
                    Err(format!("must be one of {}", codes.join(", ")))
                }
            },
        }
    }
}

/// Yuan as a text with two decimals at most, or as a number.
fn money(given: &Json) -> Result<Json, String> {
    let text = match given {
        Json::String(text) => text.trim().to_owned(),
        Json::Number(number) => number.to_string(),
        _ => String::new(),
    };
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let is_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(decimals) || decimals.len() > 2 {
        return Err("must be yuan, not negative, with two decimals at most: \"1234.50\"".to_owned());
    }
    if text.parse::<f64>().map_or(true, |yuan| yuan >= MOST_YUAN) {
        return Err(format!("{text} yuan is no sum"));
    }
    Ok(format!("{whole}.{decimals:0<2}").into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::LayerId;

    fn accept(layer: LayerId, field: &str, given: Json) -> Result<Json, String> {
        layer.describe().field(field).expect("a field").1.accept(&given)
    }

    #[test]
    fn values_are_taken_as_the_api_writes_them() {
        use LayerId::{Community, Gate, UtilityWork};
        for (layer, field, given, taken) in [
            (Community, "name", json!(" 和平小区 "), json!("和平小区")),
            (Community, "name", json!("  "), Json::Null),
            (Community, "households", json!(12.0), json!(12)),
            (Community, "floor_area_m2", json!(1.5), json!(1.5)),
            (Community, "estimated_cost", json!("1234.5"), json!("1234.50")),
            (Community, "estimated_cost", json!(7), json!("7.00")),
            (Community, "renewal_class", json!("basic"), json!("basic")),
            (Gate, "is_open", json!(false), json!(false)),
            (UtilityWork, "window_start", json!("2026-03-31"), json!("2026-03-31")),
        ] {
            assert_eq!(accept(layer, field, given.clone()), Ok(taken), "{field} {given}");
        }
        for (layer, field, given, say) in [
            (Community, "name", json!(7), "text"),
            (Community, "name", json!("楼".repeat(201)), "201 characters"),
            (Community, "households", json!(-1), "between 0"),
            (Community, "households", json!(1.5), "whole"),
            (Community, "households", json!("12"), "whole"),
            (Community, "estimated_cost", json!("1.234"), "decimals"),
            (Community, "estimated_cost", json!("-5"), "not negative"),
            (Community, "estimated_cost", json!("1e3"), "decimals"),
            (Community, "renewal_class", json!("best"), "basic"),
            (Gate, "is_open", json!("yes"), "true or false"),
            (UtilityWork, "window_start", json!("2026-02-30"), "a day"),
            (UtilityWork, "window_start", json!("2026-2-3"), "a day"),
        ] {
            let why = accept(layer, field, given.clone()).expect_err("it is wrong");
            assert!(why.contains(say), "{field} {given}: {why}");
        }
    }
}
