//! The rule set: how near, how large and how many, with the clause and the source of every number.
//!
//! The numbers are data (`rules/*.csv`), shipped with the program and read once. A number that was not read in
//! its source is marked so, and a check that rests on it answers at best «needs review».

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::facility::FACILITY_KINDS;

/// The rule set of this program. It changes with every number in it.
pub const RULE_SET_VERSION: &str = "2026.11";

/// How well a number is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verified {
    /// Read where it was published.
    Source,
    /// Read where somebody quotes it.
    SecondarySource,
    /// Not compared with anything.
    Unverified,
}

impl Verified {
    /// True for a number that a check may pass on.
    pub fn is_firm(self) -> bool {
        self == Verified::Source
    }
}

/// What a check says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Pass,
    Fail,
    Unknown,
    /// It would pass, and rests on a number that was not read in its source.
    NeedsReview,
}

/// The circles of GB 50180-2018 and what stands beside them. One never stands in for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TierId {
    FifteenMinutes,
    TenMinutes,
    FiveMinutes,
    /// 居住街坊
    Block,
    /// 完整居住社区
    CompleteCommunity,
    /// So much for so many people or households, wherever they live.
    Ratio,
}

/// What a rule asks for as a share of people or households.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RatioUnit {
    #[serde(rename = "m2_per_100_households")]
    SquareMetresPer100Households,
    #[serde(rename = "m2_per_person")]
    SquareMetresPerPerson,
    #[serde(rename = "places_per_1000_people")]
    PlacesPer1000People,
    PeoplePerSite,
    SpacesPerHousehold,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Row {
    rule: String,
    facility_kinds: String,
    title_zh: String,
    plan_item_zh: String,
    tier: TierId,
    obligation: Obligation,
    radius_m: Option<f64>,
    walk_min: Option<f64>,
    building_area_min_m2: Option<f64>,
    land_area_min_m2: Option<f64>,
    capacity_min: Option<f64>,
    ratio: Option<f64>,
    ratio_unit: Option<RatioUnit>,
    standard: String,
    clause: String,
    source: String,
    verified: Verified,
    radius_verified: Option<Verified>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Obligation {
    Required,
    AsNeeded,
    Target,
    Recommended,
}

/// One rule for one service.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Rule {
    /// Code of the rule.
    pub rule: String,
    /// Any of these kinds serves.
    pub facility_kinds: Vec<String>,
    pub title_zh: String,
    /// The item of the plan's 提升类 (二(二)) that it belongs to.
    pub plan_item_zh: String,
    pub tier: TierId,
    pub obligation: Obligation,
    pub radius_m: Option<f64>,
    pub walk_min: Option<f64>,
    pub building_area_min_m2: Option<f64>,
    pub land_area_min_m2: Option<f64>,
    pub capacity_min: Option<f64>,
    pub ratio: Option<f64>,
    pub ratio_unit: Option<RatioUnit>,
    pub standard: String,
    pub clause: String,
    pub source: String,
    pub verified: Verified,
    /// Of the radius and the minutes, where these are known better than the rest.
    pub radius_verified: Verified,
}

/// A living circle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Tier {
    pub tier: TierId,
    pub title_zh: String,
    pub walk_min: Option<f64>,
    pub walk_m: Option<f64>,
    pub people_min: Option<u64>,
    pub people_max: Option<u64>,
    pub clause: String,
    pub source: String,
    pub verified: Verified,
}

static RULES: LazyLock<Vec<Rule>> =
    LazyLock::new(|| read::<Row>(include_str!("rules/facility_rules.csv")).into_iter().map(Rule::from).collect());
static TIERS: LazyLock<Vec<Tier>> = LazyLock::new(|| read(include_str!("rules/tiers.csv")));

/// All rules, in the order of their table.
pub fn rules() -> &'static [Rule] {
    &RULES
}

pub fn find_rule(code: &str) -> Option<&'static Rule> {
    rules().iter().find(|rule| rule.rule == code)
}

pub fn tiers() -> &'static [Tier] {
    &TIERS
}

pub fn is_facility_kind(code: &str) -> bool {
    FACILITY_KINDS.iter().any(|kind| kind.code == code)
}

pub(super) fn read<T: serde::de::DeserializeOwned>(table: &str) -> Vec<T> {
    let rows: Result<Vec<T>, csv::Error> = csv::Reader::from_reader(table.as_bytes()).deserialize().collect();
    rows.expect("the rule tables of this program can be read: a test reads them")
}

impl From<Row> for Rule {
    fn from(row: Row) -> Self {
        Self {
            rule: row.rule,
            facility_kinds: row.facility_kinds.split('|').map(str::to_owned).collect(),
            title_zh: row.title_zh,
            plan_item_zh: row.plan_item_zh,
            tier: row.tier,
            obligation: row.obligation,
            radius_m: row.radius_m,
            walk_min: row.walk_min,
            building_area_min_m2: row.building_area_min_m2,
            land_area_min_m2: row.land_area_min_m2,
            capacity_min: row.capacity_min,
            ratio: row.ratio,
            ratio_unit: row.ratio_unit,
            standard: row.standard,
            clause: row.clause,
            source: row.source,
            verified: row.verified,
            radius_verified: row.radius_verified.unwrap_or(row.verified),
        }
    }
}

impl Rule {
    /// A radius for some kinds that somebody asks about: no standard's, and therefore nothing to verify.
    pub fn asked(kinds: Vec<String>, radius_m: f64) -> Self {
        Self {
            rule: "asked".to_owned(),
            title_zh: String::new(),
            plan_item_zh: String::new(),
            tier: TierId::Ratio,
            obligation: Obligation::Recommended,
            radius_m: Some(radius_m),
            walk_min: None,
            building_area_min_m2: None,
            land_area_min_m2: None,
            capacity_min: None,
            ratio: None,
            ratio_unit: None,
            standard: String::new(),
            clause: String::new(),
            source: "the question".to_owned(),
            verified: Verified::Source,
            radius_verified: Verified::Source,
            facility_kinds: kinds,
        }
    }

    /// How far a walk may be: the radius where there is one, else the minutes at a speed; `None` for a rule
    /// that asks for no nearness.
    pub fn reach_m(&self, metres_per_minute: f64) -> Option<f64> {
        self.radius_m.or_else(|| self.walk_min.map(|minutes| minutes * metres_per_minute))
    }

    /// How far the old come in the minutes of the rule at their own speed, and not beyond its radius; `None` for
    /// a rule without minutes.
    pub fn elders_reach_m(&self, elders_metres_per_minute: f64) -> Option<f64> {
        let metres = self.walk_min? * elders_metres_per_minute;
        Some(self.radius_m.map_or(metres, |radius| radius.min(metres)))
    }

    pub fn has_size_test(&self) -> bool {
        [self.building_area_min_m2, self.land_area_min_m2, self.capacity_min].iter().any(Option::is_some)
    }

    /// True when every number that a check of nearness and size rests on was read in its source.
    pub fn is_firm(&self) -> bool {
        self.radius_verified.is_firm() && (!self.has_size_test() || self.verified.is_firm())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_rule_names_kinds_of_the_layer_its_clause_and_its_source() {
        assert_eq!(rules().len(), 45);
        let codes: BTreeSet<&str> = rules().iter().map(|rule| rule.rule.as_str()).collect();
        assert_eq!(codes.len(), rules().len(), "a code repeats");
        for rule in rules() {
            assert!(rule.facility_kinds.iter().all(|kind| is_facility_kind(kind)), "{}", rule.rule);
            assert!(!rule.standard.is_empty() && !rule.source.is_empty(), "{}", rule.rule);
            assert_eq!(rule.ratio.is_some(), rule.ratio_unit.is_some(), "{}", rule.rule);
            let numbers = [rule.radius_m, rule.walk_min, rule.building_area_min_m2, rule.ratio, rule.capacity_min];
            assert!(numbers.iter().flatten().all(|n| n.is_finite() && *n > 0.0), "{}", rule.rule);
            if rule.source == "from memory" {
                assert_eq!(rule.verified, Verified::Unverified, "{}", rule.rule);
            }
        }
        assert_eq!(tiers().len(), 6);
    }

    #[test]
    fn tiers_do_not_stand_in_for_each_other() {
        let kinds = |code| &find_rule(code).expect("a rule").facility_kinds;
        assert_ne!(kinds("health_station"), kinds("health_center"));
        assert_eq!(find_rule("health_station").expect("a rule").reach_m(60.0), Some(300.0));
        assert_eq!(find_rule("canteen").expect("a rule").reach_m(60.0), Some(300.0), "five minutes at 60 m/min");
    }

    #[test]
    fn what_was_not_read_is_not_firm() {
        assert!(!find_rule("health_station").expect("a rule").is_firm());
        assert!(find_rule("nursery_places").expect("a rule").verified.is_firm());
    }
}
