//! The `datetime` filter: an instant or an interval, open or closed on either side.
//!
//! A feature's time is what its layer's time fields say, or its last change where there are none.
//! Days are days of China Standard Time (UTC+8, no summer time).

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, Utc};

use crate::domain::Value;
use crate::http::problem::Problem;
use crate::snapshot::{Item, LayerView};

/// From and to, both included; `None` is open.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Period {
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
}

impl Period {
    /// `2026-05-01`, `2026-05-01T08:00:00Z`, `from/to`, `../to`, `from/..`.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let wrong = |detail: String| Problem::parameter("datetime", detail);
        let Some((from, to)) = text.split_once('/') else {
            let (from, to) = moment(text).map_err(wrong)?;
            return Ok(Self { from: Some(from), to: Some(to) });
        };
        let open = |side: &str| side.is_empty() || side == "..";
        let from = if open(from) { None } else { Some(moment(from).map_err(wrong)?.0) };
        let to = if open(to) { None } else { Some(moment(to).map_err(wrong)?.1) };
        if let (Some(from), Some(to)) = (from, to)
            && from > to
        {
            return Err(wrong(format!("the interval «{text}» ends before it begins")));
        }
        if from.is_none() && to.is_none() {
            return Err(wrong("an interval that is open on both sides says nothing".to_owned()));
        }
        Ok(Self { from, to })
    }

    /// True when the item's time meets this period. A feature whose time is wholly unknown does
    /// not pass; one known end leaves the other open.
    pub fn meets(self, view: &LayerView<'_>, item: &Item) -> bool {
        let (from, to) = match view.describe().time_fields {
            None => (Some(item.updated_at), Some(item.updated_at)),
            Some((from, to)) => {
                let day = |field| match view.value(item, field) {
                    Some(Value::Date(day)) => Some(day_bounds(*day)),
                    _ => None,
                };
                let (from, to) = (day(from), day(to));
                if from.is_none() && to.is_none() {
                    return false;
                }
                (from.map(|bounds| bounds.0), to.map(|bounds| bounds.1))
            }
        };
        let begins_in_time = self.to.is_none_or(|end| from.is_none_or(|from| from <= end));
        let ends_in_time = self.from.is_none_or(|begin| to.is_none_or(|to| to >= begin));
        begins_in_time && ends_in_time
    }
}

/// First and last moment of what is named: of a day, or twice the same instant.
fn moment(text: &str) -> Result<(DateTime<Utc>, DateTime<Utc>), String> {
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Ok(day_bounds(day));
    }
    // An unescaped «+» of a time zone arrives as a blank.
    let text = text.replace(' ', "+");
    let at = DateTime::parse_from_rfc3339(&text)
        .map_err(|_| format!("«{text}» is neither a day (2026-05-01) nor a time (2026-05-01T08:00:00Z)"))?;
    Ok((at.to_utc(), at.to_utc()))
}

fn day_bounds(day: NaiveDate) -> (DateTime<Utc>, DateTime<Utc>) {
    let zone = FixedOffset::east_opt(8 * 3600).expect("eight hours are an offset");
    let last = NaiveTime::from_hms_nano_opt(23, 59, 59, 999_999_999).expect("the last moment of a day");
    let at = |time: NaiveTime| {
        day.and_time(time).and_local_timezone(zone).single().expect("a fixed offset has no gaps").to_utc()
    };
    (at(NaiveTime::MIN), at(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_days_and_open_ends_are_read() {
        for good in [
            "2026-05-01",
            "2026-05-01T08:00:00Z",
            "2026-05-01T08:00:00+08:00",
            "2026-05-01T08:00:00 08:00",
            "../2026-05-01",
            "2026-05-01/",
            "2026-05-01/2026-05-01",
        ] {
            assert!(Period::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "yesterday", "2026-13-01", "../..", "/", "2026-05-02/2026-05-01", "2026-05-01T08:00:00"] {
            assert!(Period::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_day_is_a_day_in_china() {
        let (from, to) = day_bounds("2026-05-01".parse().expect("a day"));
        assert_eq!(from.to_rfc3339(), "2026-04-30T16:00:00+00:00");
        assert!(to > from);
    }
}
