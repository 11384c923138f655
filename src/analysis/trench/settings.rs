//! What the coordination of works takes for granted. Figures without a clause are choices of ours; docs/trenches.md
//! says why, and none of the prices was compared with a contract.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::moratorium::ProtectionYears;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// A work lies in a street when it is at most so far beyond half the street's width.
    pub street_margin_m: f64,
    /// Width of a street whose width is not known.
    pub street_width_m: f64,
    /// Works whose axes are at most so far apart could lie in one trench.
    pub share_within_m: f64,
    /// Existing lines are looked for so far from a work.
    pub line_within_m: f64,
    /// Lines run along each other from this length on; for short ones from half their length.
    pub least_along_m: f64,
    pub protection: ProtectionYears,
    /// How far a work may be moved out of its window, where it does not say so itself.
    pub shift_limit_days: i64,
    /// An opportunity is named when windows would meet with so many days of shift.
    pub opportunity_shift_days: i64,
    /// Metres that a work digs in a day, where its duration is not known.
    pub metres_per_day: f64,
    /// No work starts earlier, whatever its window says.
    pub not_before: Option<NaiveDate>,
    /// Steps of the exact search for each group of works that depend on each other.
    pub steps: u64,
    pub trench: TrenchShape,
    pub prices: Prices,
}

/// What a trench is like.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TrenchShape {
    /// Room to work in beside a pipe, on either side.
    pub side_m: f64,
    /// Soil dug out below a pipe.
    pub bedding_m: f64,
    /// Surface that is cut beyond the trench, on either side.
    pub overcut_m: f64,
    /// Drawn and counted where a diameter is not known.
    pub unknown_diameter_m: f64,
    /// Left between two lines for which no table has a number.
    pub unknown_clearance_m: f64,
}

/// Yuan, assumed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Prices {
    /// Digging, filling and carrying away.
    pub earth_per_m3: f64,
    pub surface_per_m2: f64,
    /// Guarding and leading traffic around a closed street.
    pub closure_per_day: f64,
    /// Setting up a site.
    pub setting_up: f64,
}

impl Default for TrenchShape {
    fn default() -> Self {
        Self { side_m: 0.4, bedding_m: 0.1, overcut_m: 0.2, unknown_diameter_m: 0.3, unknown_clearance_m: 0.5 }
    }
}

impl Default for Prices {
    fn default() -> Self {
        Self { earth_per_m3: 80.0, surface_per_m2: 320.0, closure_per_day: 1500.0, setting_up: 30_000.0 }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            street_margin_m: 3.0,
            street_width_m: 12.0,
            share_within_m: 12.0,
            line_within_m: 6.0,
            least_along_m: 10.0,
            protection: ProtectionYears::default(),
            shift_limit_days: 0,
            opportunity_shift_days: 180,
            metres_per_day: 10.0,
            not_before: None,
            steps: 20_000,
            trench: TrenchShape::default(),
            prices: Prices::default(),
        }
    }
}

/// A setting that cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Path below the settings: `prices/earth_per_m3`.
    pub member: &'static str,
    pub detail: String,
}

impl Settings {
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let numbers = [
            ("street_margin_m", self.street_margin_m, 0.0, 200.0),
            ("street_width_m", self.street_width_m, 0.0, 200.0),
            ("share_within_m", self.share_within_m, 0.0, 200.0),
            ("line_within_m", self.line_within_m, 0.0, 200.0),
            ("least_along_m", self.least_along_m, 0.1, 10_000.0),
            ("protection/built", f64::from(self.protection.built), 0.0, 30.0),
            ("protection/major_repair", f64::from(self.protection.major_repair), 0.0, 30.0),
            ("protection/opening", f64::from(self.protection.opening), 0.0, 30.0),
            ("shift_limit_days", self.shift_limit_days as f64, 0.0, 3650.0),
            ("opportunity_shift_days", self.opportunity_shift_days as f64, 0.0, 3650.0),
            ("metres_per_day", self.metres_per_day, 0.1, 10_000.0),
            ("steps", self.steps as f64, 0.0, 1e9),
            ("trench/side_m", self.trench.side_m, 0.0, 10.0),
            ("trench/bedding_m", self.trench.bedding_m, 0.0, 10.0),
            ("trench/overcut_m", self.trench.overcut_m, 0.0, 10.0),
            ("trench/unknown_diameter_m", self.trench.unknown_diameter_m, 0.0, 10.0),
            ("trench/unknown_clearance_m", self.trench.unknown_clearance_m, 0.0, 20.0),
            ("prices/earth_per_m3", self.prices.earth_per_m3, 0.0, 1e6),
            ("prices/surface_per_m2", self.prices.surface_per_m2, 0.0, 1e6),
            ("prices/closure_per_day", self.prices.closure_per_day, 0.0, 1e7),
            ("prices/setting_up", self.prices.setting_up, 0.0, 1e9),
        ];
        for (member, value, least, most) in numbers {
            if !(least..=most).contains(&value) {
                faults.push(Fault { member, detail: format!("{value} is not from {least} to {most}") });
            }
        }
        faults
    }
}
