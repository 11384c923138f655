//! How long a street may not be dug up: 城市道路管理条例 article 33, as data.

use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::rule::{Verified, read};

/// One row of the table; other jurisdictions stand in it for comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Moratorium {
    pub jurisdiction: String,
    pub trigger: String,
    /// A number of years; several parted by `/` in rows of other jurisdictions.
    pub years: String,
    pub exceptions_or_conditions: String,
    pub legal_basis: String,
    pub source: String,
    pub verified: Verified,
    pub verified_note: String,
}

static ROWS: LazyLock<Vec<Moratorium>> = LazyLock::new(|| read(include_str!("rules/road_dig_moratorium.csv")));

pub fn moratoria() -> &'static [Moratorium] {
    &ROWS
}

/// Years of protection after each kind of surfacing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProtectionYears {
    /// After a street was built, widened or rebuilt: 5.
    pub built: u32,
    /// After a major repair: 3.
    pub major_repair: u32,
    /// After an opening that this plan makes, whose trench is closed for good: 3, as after a major repair.
    pub opening: u32,
}

impl Default for ProtectionYears {
    /// The two national rows of the table.
    fn default() -> Self {
        let years = |trigger: &str| {
            let row =
                moratoria().iter().find(|row| row.jurisdiction.starts_with("中国") && row.trigger.contains(trigger));
            row.and_then(|row| row.years.parse().ok()).expect("the national rows are numbers: a test reads them")
        };
        Self { built: years("新建"), major_repair: years("大修"), opening: years("大修") }
    }
}

impl ProtectionYears {
    /// Years after a surfacing by its code; `None` for one that is not known.
    pub fn after(&self, surfacing: Option<&str>) -> Option<u32> {
        match surfacing? {
            "built" => Some(self.built),
            "major_repair" => Some(self.major_repair),
            "minor_repair" => Some(0),
            _ => None,
        }
    }
}

/// The same day so many years later; 28 February for a leap day.
pub fn years_after(day: NaiveDate, years: u32) -> NaiveDate {
    let year = day.year() + years as i32;
    day.with_year(year).or_else(|| NaiveDate::from_ymd_opt(year, day.month(), 28)).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_national_rows_are_five_and_three_years_and_read_in_their_source() {
        assert_eq!(ProtectionYears::default(), ProtectionYears { built: 5, major_repair: 3, opening: 3 });
        assert!(
            moratoria().iter().filter(|row| row.jurisdiction.starts_with("中国")).all(|row| row.verified.is_firm())
        );
        assert_eq!(ProtectionYears::default().after(Some("minor_repair")), Some(0));
        assert_eq!(ProtectionYears::default().after(None), None);
    }

    #[test]
    fn a_leap_day_has_its_day_in_every_year() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        assert_eq!(years_after(day("2024-02-29"), 3), day("2027-02-28"));
        assert_eq!(years_after(day("2021-06-01"), 5), day("2026-06-01"));
    }
}
