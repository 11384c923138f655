//! 改造范围: which communities the plan takes in (资府办发〔2020〕73号, 二(一)), criterion by criterion.

use serde::{Deserialize, Serialize};

use super::rule::Verified;

/// The plan's criteria, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Criterion {
    CentralCity,
    BuiltYear,
    LegalTitle,
    Structure,
    Neglect,
    Utilities,
    Services,
    Consent,
    Demolition,
    SelfBuilt,
}

/// What is known of a criterion besides what a community says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CriterionFacts {
    pub criterion: Criterion,
    pub code: &'static str,
    pub title_zh: &'static str,
    pub title_en: &'static str,
    pub clause: &'static str,
    pub verified: Verified,
    /// False: the plan's emphasis, which is shown and does not decide unless the settings say so.
    pub decides: bool,
}

const CLAUSE: &str = "资府办发〔2020〕73号 二(一)";

const fn facts(
    criterion: Criterion,
    code: &'static str,
    title_zh: &'static str,
    title_en: &'static str,
    decides: bool,
) -> CriterionFacts {
    CriterionFacts { criterion, code, title_zh, title_en, clause: CLAUSE, verified: Verified::Source, decides }
}

pub const CRITERIA: [CriterionFacts; 10] = [
    facts(Criterion::CentralCity, "central_city", "位于中心城区", "In the central city", true),
    facts(Criterion::BuiltYear, "built_year", "在规定年份底前建成", "Built by the end of the year limit", true),
    facts(Criterion::LegalTitle, "legal_title", "具有合法产权", "Has legal title", true),
    facts(Criterion::Structure, "structure", "房屋结构安全", "Structurally safe", true),
    facts(Criterion::Neglect, "neglect", "失养失修失管", "Neglected", false),
    facts(Criterion::Utilities, "utilities", "市政配套设施不完善", "Municipal utilities incomplete", false),
    facts(Criterion::Services, "services", "社会服务设施不健全", "Social services incomplete", false),
    facts(Criterion::Consent, "consent", "居民改造意愿强烈", "Residents want it", false),
    facts(Criterion::Demolition, "demolition", "未纳入征收或棚改计划", "In no demolition plan", true),
    facts(
        Criterion::SelfBuilt,
        "self_built",
        "不以自建房为主、非城中村",
        "Not mostly self-built, no urban village",
        true,
    ),
];

impl Criterion {
    pub fn facts(self) -> &'static CriterionFacts {
        &CRITERIA[self as usize]
    }

    pub fn from_code(code: &str) -> Option<Self> {
        CRITERIA.iter().find(|facts| facts.code == code).map(|facts| facts.criterion)
    }
}

/// The year that the plan names.
pub const PLAN_YEAR_LIMIT: i64 = 2000;

/// What a city may set otherwise than the plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EligibilitySettings {
    /// Built in this year at the latest.
    pub year_limit: i64,
    /// Where a year other than the plan's comes from. Without it a community that only this year lets in needs
    /// review.
    #[serde(default)]
    pub year_source: Option<String>,
    /// The areas of the responsible bodies stand for the central city.
    pub bodies_are_central_city: bool,
    /// The criteria that decide; the others are shown.
    pub deciding: Vec<Criterion>,
}

impl Default for EligibilitySettings {
    fn default() -> Self {
        Self {
            year_limit: PLAN_YEAR_LIMIT,
            year_source: None,
            bodies_are_central_city: true,
            deciding: CRITERIA.iter().filter(|facts| facts.decides).map(|facts| facts.criterion).collect(),
        }
    }
}

/// What the plan sets out to do (一(二)).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Target {
    /// By the end of this year.
    pub year: i64,
    /// Communities begun in that year alone, or done up to it.
    pub kind: &'static str,
    // What a scheme gives stands beside it, under the plain names.
    #[serde(rename = "communities_target")]
    pub communities: usize,
    #[serde(rename = "households_target")]
    pub households: Option<u64>,
    pub clause: &'static str,
    pub verified: Verified,
}

pub const TARGETS: [Target; 2] = [
    Target {
        year: 2020,
        kind: "begun_in_year",
        communities: 117,
        households: Some(15_000),
        clause: "资府办发〔2020〕73号 一(二)",
        verified: Verified::Source,
    },
    Target {
        year: 2022,
        kind: "done_by",
        communities: 364,
        households: None,
        clause: "资府办发〔2020〕73号 一(二)",
        verified: Verified::Source,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn criteria_stand_in_their_order_and_go_by_their_codes() {
        for (n, facts) in CRITERIA.iter().enumerate() {
            assert_eq!(facts.criterion as usize, n);
            assert_eq!(Criterion::from_code(facts.code), Some(facts.criterion));
            assert_eq!(serde_json::to_value(facts.criterion).expect("plain"), facts.code);
        }
    }
}
