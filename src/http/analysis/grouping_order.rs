//! What is asked of a grouping, as JSON: the same from the API and from the command line.

use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::analysis::grouping::{Gap, Goal, Problem as Grouping, UnknownHouseholds, Unlikeness, Weights};
use crate::analysis::scenario::Modification;
use crate::http::problem::{Kind, Problem};

/// How long is searched at most unless the question says otherwise, in seconds.
pub const USUAL_SECONDS: f64 = 60.0;
const MOST_SECONDS: f64 = 600.0;

#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupingOrder {
    /// `planner` (the default): the least weighted sum. `max-p`: the most precincts, then the least weighted sum.
    #[serde(default)]
    pub objective: GoalName,
    #[serde(default)]
    pub weights: Option<WeightsOrder>,
    /// Numbers of communities that should be alike within a precinct, by the names of their fields.
    #[serde(default)]
    pub attributes: Vec<String>,
    /// `squares` or `city-block`; usually the first for `planner` and the second for `max-p`.
    #[serde(default)]
    pub unlikeness: Option<UnlikenessName>,
    /// Households of a precinct, at least (`>=`) and at most.
    #[serde(default)]
    pub min_households: Option<u64>,
    #[serde(default)]
    pub max_households: Option<u64>,
    /// What a community whose households are not known counts as. Otherwise it may join, counts nothing towards the
    /// minimum, and is left out where there is a maximum.
    #[serde(default)]
    pub assume_households: Option<u64>,
    /// Exactly so many precincts, locked ones included.
    #[serde(default)]
    pub groups: Option<usize>,
    /// No two of a precinct are farther apart on foot, in metres.
    #[serde(default)]
    pub widest_walk_m: Option<f64>,
    /// Communities with a longer walk between them are no neighbours, in metres.
    #[serde(default)]
    pub longest_step_m: Option<f64>,
    /// The field that no precinct mixes: `responsible_body` (the default of the API), `subdistrict_code`, or `none`.
    #[serde(default)]
    pub same: Option<String>,
    #[serde(default)]
    pub must_together: Vec<Vec<UnitId>>,
    #[serde(default)]
    pub must_apart: Vec<[UnitId; 2]>,
    /// Precincts that stay as they are.
    #[serde(default)]
    pub locked: Vec<Vec<UnitId>>,
    /// Only eligible communities take part; `eligible` says which are, or the units themselves do.
    #[serde(default)]
    pub eligible_only: bool,
    #[serde(default)]
    pub eligible: Option<Vec<UnitId>>,
    /// Of whom it is not known whether they are eligible.
    #[serde(default)]
    pub eligibility_unknown: Vec<UnitId>,
    /// Services that are missed, each with the sites where one new facility would serve.
    #[serde(default)]
    pub gaps: Vec<GapOrder>,
    /// The same for facility kinds of the city, worked out from homes, facilities and candidate sites; API only.
    #[serde(default)]
    pub facility_gaps: Vec<FacilityGapOrder>,
    /// Only these communities; all of them otherwise.
    #[serde(default)]
    pub communities: Option<Vec<UnitId>>,
    /// 3 for `planner` and 1 for `max-p`; 10 at most.
    #[serde(default)]
    pub proposals: Option<usize>,
    /// Two proposals differ by at least this share of the pairs that either keeps together; 0.1.
    #[serde(default)]
    pub least_difference: Option<f64>,
    /// How much is searched; 1 is the usual.
    #[serde(default)]
    pub effort: Option<f64>,
    /// 60 s; 600 s at most. An answer that was cut short says so.
    #[serde(default)]
    pub time_limit_s: Option<f64>,
    #[serde(default)]
    pub seed: Option<u64>,
    /// Leave out why each community is where it is.
    #[serde(default)]
    pub without_placements: bool,
    #[serde(default)]
    pub scenario_id: Option<i64>,
    #[serde(default)]
    pub modifications: Vec<Modification>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GoalName {
    #[default]
    Planner,
    MaxP,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UnlikenessName {
    CityBlock,
    Squares,
}

/// What each part counts; a part that is left out counts nothing.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WeightsOrder {
    pub compactness: f64,
    pub few_precincts: f64,
    pub equal_size: f64,
    pub shared_works: f64,
    pub facility_gaps: f64,
    pub similar_age: f64,
    pub similar_attributes: f64,
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GapOrder {
    pub name: String,
    /// Households that miss it, by community.
    pub missing: Vec<MissingOrder>,
    /// For each site the communities that it would serve.
    pub sites: Vec<Vec<UnitId>>,
}

/// Homes farther than the radius from every open facility of these kinds miss it; a candidate site would serve the
/// communities whose middle is within the radius.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FacilityGapOrder {
    pub facility_kinds: Vec<String>,
    pub radius_m: f64,
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MissingOrder {
    pub id: UnitId,
    pub households: f64,
}

/// The id of a community: a number in the database, a number or a text in a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize, ToSchema)]
#[serde(untagged)]
pub enum UnitId {
    Number(i64),
    Text(String),
}

impl fmt::Display for UnitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl GroupingOrder {
    pub fn goal(&self) -> Goal {
        match self.objective {
            GoalName::Planner => Goal::Planner,
            GoalName::MaxP => Goal::MostGroups,
        }
    }

    pub fn weights(&self) -> Weights {
        if let Some(weights) = self.weights {
            return Weights {
                compactness: weights.compactness,
                few_precincts: weights.few_precincts,
                equal_size: weights.equal_size,
                shared_works: weights.shared_works,
                facility_gaps: weights.facility_gaps,
                similar_age: weights.similar_age,
                similar_attributes: weights.similar_attributes,
            };
        }
        let attributes = if self.attributes.is_empty() { 0.0 } else { 1.0 };
        match self.goal() {
            Goal::MostGroups if attributes > 0.0 => Weights { similar_attributes: 1.0, ..Weights::NONE },
            Goal::MostGroups => Weights { compactness: 1.0, ..Weights::NONE },
            Goal::Planner => Weights {
                compactness: 1.0,
                few_precincts: 1.0,
                equal_size: 0.2,
                shared_works: 0.5,
                facility_gaps: 0.5,
                similar_age: 0.2,
                similar_attributes: 0.2 * attributes,
            },
        }
    }

    pub fn seconds(&self) -> Result<f64, Problem> {
        let seconds = self.time_limit_s.unwrap_or(USUAL_SECONDS);
        let wrong = || Problem::at_pointer(Kind::InvalidBody, "/time_limit_s", format!("from 0.1 to {MOST_SECONDS}"));
        if (0.1..=MOST_SECONDS).contains(&seconds) { Ok(seconds) } else { Err(wrong()) }
    }

    /// Puts everything into a problem whose units are there. Ids that no unit has are refused by their pointer.
    pub fn fill(&self, problem: &mut Grouping) -> Result<(), Problem> {
        let at: HashMap<String, usize> =
            problem.units.iter().enumerate().map(|(n, unit)| (unit.id.clone(), n)).collect();
        let find = |id: &UnitId, pointer: String| {
            let unknown = || Problem::at_pointer(Kind::InvalidBody, pointer, format!("there is no community «{id}»"));
            at.get(&id.to_string()).copied().ok_or_else(unknown)
        };
        let all = |ids: &[UnitId], pointer: &str| -> Result<Vec<usize>, Problem> {
            ids.iter().enumerate().map(|(n, id)| find(id, format!("{pointer}/{n}"))).collect()
        };
        for (n, set) in self.must_together.iter().enumerate() {
            problem.must_together.push(all(set, &format!("/must_together/{n}"))?);
        }
        for (n, pair) in self.must_apart.iter().enumerate() {
            let pair = all(pair, &format!("/must_apart/{n}"))?;
            problem.must_apart.push((pair[0], pair[1]));
        }
        for (n, group) in self.locked.iter().enumerate() {
            problem.locked.push(all(group, &format!("/locked/{n}"))?);
        }
        if let Some(eligible) = &self.eligible {
            problem.units.iter_mut().for_each(|unit| unit.is_eligible = Some(false));
            let unknown = all(&self.eligibility_unknown, "/eligibility_unknown")?;
            unknown.into_iter().for_each(|unit| problem.units[unit].is_eligible = None);
            all(eligible, "/eligible")?.into_iter().for_each(|unit| problem.units[unit].is_eligible = Some(true));
        }
        for (n, gap) in self.gaps.iter().enumerate() {
            let missing = gap.missing.iter().enumerate();
            let missing =
                missing.map(|(m, one)| Ok((find(&one.id, format!("/gaps/{n}/missing/{m}/id"))?, one.households)));
            let sites = gap.sites.iter().enumerate().map(|(m, site)| all(site, &format!("/gaps/{n}/sites/{m}")));
            problem.gaps.push(Gap {
                name: gap.name.clone(),
                missing: missing.collect::<Result<_, Problem>>()?,
                sites: sites.collect::<Result<_, Problem>>()?,
            });
        }
        problem.goal = self.goal();
        problem.weights = self.weights();
        problem.unlikeness = match (self.unlikeness, problem.goal) {
            (Some(UnlikenessName::Squares), _) | (None, Goal::Planner) => Unlikeness::Squares,
            (Some(UnlikenessName::CityBlock), _) | (None, Goal::MostGroups) => Unlikeness::CityBlock,
        };
        problem.min_households = self.min_households;
        problem.max_households = self.max_households;
        problem.unknown_households =
            self.assume_households.map_or(UnknownHouseholds::Careful, UnknownHouseholds::Assume);
        problem.groups = self.groups;
        problem.widest_walk_m = self.widest_walk_m;
        problem.longest_step_m = self.longest_step_m;
        problem.is_eligible_only = self.eligible_only;
        problem.proposals = self.proposals.unwrap_or(if problem.goal == Goal::Planner { 3 } else { 1 });
        problem.least_difference = self.least_difference.unwrap_or(0.1);
        problem.effort = self.effort.unwrap_or(1.0);
        Ok(())
    }
}
