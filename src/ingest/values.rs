//! One value of the file as a value of the field's kind.
//!
//! The rule: what cannot be read is left empty and told with the row; a row is refused only when
//! the field is required. A value is never guessed.

use std::cell::LazyCell;

use chrono::{Datelike, NaiveDate};

use super::columns::plain;
use super::report::Problem;
use super::units;
use crate::domain::{Field, FieldKind, Value};

/// A value as the file holds it.
#[derive(Debug, Clone, PartialEq)]
pub enum Raw<'a> {
    Integer(i64),
    Real(f64),
    Date(NaiveDate),
    Text(&'a str),
}

/// The value, and what must be told about it. What becomes of a value that cannot be read, the caller
/// says.
pub fn parse(field: &Field, raw: &Raw<'_>, scale: f64) -> (Value, Option<Problem>) {
    let tidied = match raw {
        Raw::Text(text) => match tidy(text) {
            text if is_blank(&text) => return (Value::Null, None),
            text => text,
        },
        Raw::Integer(_) | Raw::Real(_) | Raw::Date(_) => String::new(),
    };
    // A number is printed only when a text is wanted of it.
    let text = LazyCell::new(move || match raw {
        Raw::Integer(n) => n.to_string(),
        Raw::Real(n) => n.to_string(),
        Raw::Date(day) => day.to_string(),
        Raw::Text(_) => tidied,
    });
    let empty = |code, reason: String| (Value::Null, Some(Problem::new(code, field.name, &text, reason)));
    match field.kind {
        FieldKind::Text { max_chars } => text_value(field, &text, max_chars),
        FieldKind::Integer { min, max } if field.unit == "a" => match year(raw, &text) {
            Some(n) if (min..=max).contains(&n) => (Value::Integer(n), None),
            // Lists that cannot hold a blank write 0 for "not known".
            Some(0) => (Value::Null, None),
            Some(n) => empty("out_of_range", format!("{n} is not between {min} and {max}")),
            None => empty("unreadable", "not a year".to_owned()),
        },
        FieldKind::Integer { min, max } => match number(field, raw, &text, scale) {
            Ok(n) if n.fract().abs() > 1e-9 => empty("unreadable", format!("{n} is not a whole number")),
            Ok(n) if n < min as f64 || n > max as f64 => {
                empty("out_of_range", format!("{n} is not between {min} and {max}"))
            }
            Ok(n) => (Value::Integer(n.round() as i64), None),
            Err(reason) => empty("unreadable", reason),
        },
        FieldKind::Number { min, max } => match number(field, raw, &text, scale) {
            Ok(n) if !(min..=max).contains(&n) => empty("out_of_range", format!("{n} is not between {min} and {max}")),
            Ok(n) => (Value::Number(n), None),
            Err(reason) => empty("unreadable", reason),
        },
        FieldKind::Money => match number(field, raw, &text, scale) {
            Ok(n) if !(0.0..1e13).contains(&n) => empty("out_of_range", format!("{n} yuan is no sum")),
            Ok(n) => (Value::Money((n * 100.0).round() as i64), None),
            Err(reason) => empty("unreadable", reason),
        },
        FieldKind::Boolean => match boolean(&text) {
            Some(claim) => (Value::Boolean(claim), None),
            None => empty("unreadable", "neither yes (是) nor no (否)".to_owned()),
        },
        FieldKind::Date => match date(raw, &text) {
            Some((day, _)) if is_placeholder(day) => {
                empty("placeholder_date", format!("{day} stands for an unknown day"))
            }
            Some((day, None)) => (Value::Date(day), None),
            Some((day, Some(told))) => {
                (Value::Date(day), Some(Problem::new("date_completed", field.name, &text, told)))
            }
            None => empty("unreadable", "not a date".to_owned()),
        },
        FieldKind::Choice(choices) => {
            let wanted = plain(&text);
            let is = |name: &str| name.eq_ignore_ascii_case(&text) || (!wanted.is_empty() && plain(name) == wanted);
            // Codes and titles before aliases, so that an alias of one never hides the name of another.
            let found = choices
                .iter()
                .find(|c| is(c.code) || is(c.title.zh) || is(c.title.en))
                .or_else(|| choices.iter().find(|c| c.aliases.iter().any(|alias| is(alias))));
            match found {
                Some(choice) => (Value::Text(choice.code.into()), None),
                None if field.is_required && choices.iter().any(|c| c.code == "other") => (
                    Value::Text("other".into()),
                    Some(Problem::new("unknown_choice", field.name, &text, "not a known kind; taken as «other»")),
                ),
                None => empty("unknown_choice", "not a known kind".to_owned()),
            }
        }
    }
}

fn text_value(field: &Field, text: &str, max_chars: usize) -> (Value, Option<Problem>) {
    match text.char_indices().nth(max_chars) {
        None => (Value::Text(text.into()), None),
        Some((end, _)) => {
            let reason = format!("{} characters, cut to {max_chars}", text.chars().count());
            (Value::Text(text[..end].into()), Some(Problem::new("text_cut", field.name, text, reason)))
        }
    }
}

/// A text as a person means it; `None` where it says that nothing is there.
pub fn meant(text: &str) -> Option<String> {
    Some(tidy(text)).filter(|text| !is_blank(text))
}

/// Full-width letters and digits as plain ones, no control characters, no blanks around.
fn tidy(text: &str) -> String {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return text.trim().to_owned();
    }
    text.chars()
        .filter_map(|c| match c {
            '\u{3000}' | '\n' | '\r' | '\t' | '\u{a0}' => Some(' '),
            '\u{ff10}'..='\u{ff19}' | '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}' => {
                char::from_u32(c as u32 - 0xfee0)
            }
            '\u{ff0e}' => Some('.'),
            c if c.is_control() => None,
            c => Some(c),
        })
        .collect::<String>()
        .trim()
        .to_owned()
}

/// The ways in which lists write "nothing here".
fn is_blank(text: &str) -> bool {
    matches!(
        text,
        "" | "-"
            | "--"
            | "—"
            | "——"
            | "/"
            | "\\"
            | "null"
            | "NULL"
            | "Null"
            | "<Null>"
            | "<空>"
            | "(null)"
            | "nan"
            | "NaN"
            | "#N/A"
            | "N/A"
            | "n/a"
            | "未知"
            | "不详"
            | "暂无"
    )
}

fn number<F: FnOnce() -> String>(
    field: &Field,
    raw: &Raw<'_>,
    text: &LazyCell<String, F>,
    scale: f64,
) -> Result<f64, String> {
    match raw {
        Raw::Integer(n) => return Ok(*n as f64 * scale),
        Raw::Real(n) if n.is_finite() => return Ok(n * scale),
        Raw::Real(_) => return Err("not a finite number".to_owned()),
        Raw::Date(_) => return Err("a date where a number belongs".to_owned()),
        Raw::Text(_) => {}
    }
    let plain_text = text.replace('，', ",");
    let (value, rest) = units::split_number(&plain_text).ok_or("not a number")?;
    match rest {
        "" => Ok(value * scale),
        "万" => Ok(value * 1e4),
        "亿" => Ok(value * 1e8),
        unit => match units::factor(unit, field.unit) {
            Some(factor) => Ok(value * factor),
            None => Err(format!("«{unit}» is no unit of this field")),
        },
    }
}

fn year(raw: &Raw<'_>, text: &str) -> Option<i64> {
    match raw {
        Raw::Integer(n) => Some(*n),
        Raw::Real(n) if n.fract() == 0.0 => Some(*n as i64),
        Raw::Date(day) => Some(i64::from(day.year())),
        _ => {
            let digits = text.strip_suffix(".0").unwrap_or(text).trim_end_matches(['年', '建', '份']);
            match digits.parse() {
                Ok(n) => Some(n),
                Err(_) => date(raw, text).map(|(day, _)| i64::from(day.year())),
            }
        }
    }
}

fn boolean(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "是" | "有" | "y" | "yes" | "true" | "t" | "1" | "1.0" | "√" | "✓" | "已" | "开放" => Some(true),
        "否" | "无" | "没有" | "不是" | "n" | "no" | "false" | "f" | "0" | "0.0" | "×" | "✗" | "x" | "未" => {
            Some(false)
        }
        _ => None,
    }
}

/// Days that a database or a spreadsheet writes where it has none.
fn is_placeholder(day: NaiveDate) -> bool {
    (day.year() == 1900 && day.month() == 1 && day.day() <= 2)
        || (day.year() == 1899 && day.month() == 12)
        || (day.year() == 1753 && day.ordinal() == 1)
        || day.year() <= 1
        || day.year() >= 9999
}

/// A day, and what had to be added to make it one.
fn date(raw: &Raw<'_>, text: &str) -> Option<(NaiveDate, Option<&'static str>)> {
    match raw {
        Raw::Date(day) => return Some((*day, None)),
        Raw::Integer(n) if *n < 10_000_000 => return serial(*n as f64),
        Raw::Real(n) if *n < 10_000_000.0 => return serial(*n),
        _ => {}
    }
    // What follows the day is a time of day.
    let day = text.split(['T', ' ']).next().unwrap_or(text);
    let parts: Vec<&str> =
        day.split(['-', '/', '.', '年', '月', '日', '号']).map(str::trim).filter(|p| !p.is_empty()).collect();
    let number = |at: usize| parts.get(at).and_then(|p: &&str| p.parse::<u32>().ok());
    let year = |at: usize| number(at).filter(|y| (1..=9999).contains(y)).map(|y| y as i32);
    match parts.len() {
        3 => Some((NaiveDate::from_ymd_opt(year(0)?, number(1)?, number(2)?)?, None)),
        2 if parts[0].len() == 4 => {
            let first = NaiveDate::from_ymd_opt(year(0)?, number(1)?, 1)?;
            Some((first, Some("no day given; taken as the first of the month")))
        }
        1 if parts[0].len() == 8 => {
            let digits = parts[0];
            let part = |range: std::ops::Range<usize>| digits.get(range)?.parse::<u32>().ok();
            Some((NaiveDate::from_ymd_opt(part(0..4)? as i32, part(4..6)?, part(6..8)?)?, None))
        }
        1 if parts[0].len() == 4 && (!text.contains('.') || text.ends_with(".0")) => {
            Some((NaiveDate::from_ymd_opt(year(0)?, 1, 1)?, Some("only a year given; taken as its first day")))
        }
        1 => serial(parts[0].parse().ok()?),
        _ => None,
    }
}

/// A day as spreadsheets count them, or a bare year.
fn serial(n: f64) -> Option<(NaiveDate, Option<&'static str>)> {
    if n.fract() == 0.0 && (1800.0..=2100.0).contains(&n) {
        let first = NaiveDate::from_ymd_opt(n as i32, 1, 1)?;
        return Some((first, Some("only a year given; taken as its first day")));
    }
    if (0.0..=2.0).contains(&n) {
        // Day 0, 1 and 2: the spreadsheet's way to show an empty cell as a date.
        return Some((NaiveDate::from_ymd_opt(1900, 1, 1)?, None));
    }
    // Spreadsheets count a 29 February 1900 that never was, so their epoch is 30 December 1899.
    let day = NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(chrono::Days::new(n as u64))?;
    (10_000.0..=75_000.0).contains(&n).then_some((day, None))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::LayerId;

    fn read(layer: LayerId, field: &str, raw: Raw<'_>) -> (Value, Option<&'static str>) {
        let (_, field) = layer.describe().field(field).expect("a field");
        let (value, problem) = parse(field, &raw, 1.0);
        (value, problem.map(|p| p.code))
    }

    fn text(layer: LayerId, field: &str, raw: &str) -> (Value, Option<&'static str>) {
        read(layer, field, Raw::Text(raw))
    }

    #[test]
    fn numbers() {
        let households = |raw| text(LayerId::Community, "households", raw);
        assert_eq!(households("1,234户"), (Value::Integer(1234), None));
        assert_eq!(households("１２１"), (Value::Integer(121), None));
        assert_eq!(households("-5"), (Value::Null, Some("out_of_range")));
        assert_eq!(households("约120"), (Value::Null, Some("unreadable")));
        assert_eq!(households("12.5"), (Value::Null, Some("unreadable")));
        assert_eq!(households("—"), (Value::Null, None));
        assert_eq!(text(LayerId::Community, "floor_area_m2", "1.2万平方米"), (Value::Number(12_000.0), None));
        assert_eq!(text(LayerId::Community, "estimated_cost", "318万元"), (Value::Money(318_000_000), None));
        assert_eq!(text(LayerId::Community, "estimated_cost", "5 m"), (Value::Null, Some("unreadable")));
        assert_eq!(read(LayerId::Building, "height_m", Raw::Real(f64::NAN)), (Value::Null, Some("unreadable")));
    }

    #[test]
    fn years_and_dates() {
        let year = |raw| text(LayerId::Community, "built_year", raw);
        assert_eq!(year("1998年"), (Value::Integer(1998), None));
        assert_eq!(year("1998-05-01"), (Value::Integer(1998), None));
        assert_eq!(year("90年代"), (Value::Null, Some("unreadable")));
        let day = |raw| text(LayerId::UtilityWork, "window_start", raw);
        let date = |y, m, d| Value::Date(NaiveDate::from_ymd_opt(y, m, d).expect("a day"));
        for raw in
            ["2000-12-31", "2000/12/31", "2000.12.31", "2000年12月31日", "20001231", "36891", "2000-12-31T08:00:00Z"]
        {
            assert_eq!(day(raw), (date(2000, 12, 31), None), "{raw}");
        }
        assert_eq!(day("2000年12月"), (date(2000, 12, 1), Some("date_completed")));
        assert_eq!(day("1900-01-01"), (Value::Null, Some("placeholder_date")));
        assert_eq!(day("0"), (Value::Null, Some("placeholder_date")));
        assert_eq!(day("2000-13-31"), (Value::Null, Some("unreadable")));
        assert_eq!(day("soon"), (Value::Null, Some("unreadable")));
    }

    #[test]
    fn claims_and_choices() {
        assert_eq!(text(LayerId::Gate, "is_open", "是"), (Value::Boolean(true), None));
        assert_eq!(text(LayerId::Gate, "is_open", "否"), (Value::Boolean(false), None));
        assert_eq!(text(LayerId::Gate, "is_open", "maybe"), (Value::Null, Some("unreadable")));
        assert_eq!(text(LayerId::UtilityLine, "utility_kind", "DL").1, None);
        assert_eq!(text(LayerId::Facility, "facility_kind", "幼儿园"), (Value::Text("kindergarten".into()), None));
        assert_eq!(
            text(LayerId::Facility, "facility_kind", "空间站"),
            (Value::Text("other".into()), Some("unknown_choice"))
        );
        assert_eq!(text(LayerId::Building, "building_use", "空间站"), (Value::Null, Some("unknown_choice")));
    }

    #[test]
    fn long_texts_are_cut_and_told() {
        let long = "楼".repeat(201);
        let (value, code) = text(LayerId::Building, "name", &long);
        assert_eq!(code, Some("text_cut"));
        assert_eq!(value.as_text().map(|t| t.chars().count()), Some(200));
    }
}
