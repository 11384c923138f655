//! What coverage answers. Distances are metres, shares 0 to 1 of what is known.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::rule::Rule;
use crate::domain::{LayerId, Viewer};
use crate::snapshot::Snapshot;

pub use crate::domain::rule::Verdict;

/// What is true of a building under a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    ReachedEnough,
    ReachedTooSmall,
    NotReached,
    /// No facility of the kind is on record, or the size of those within reach is not known.
    NoData,
}

pub const STATES: [State; 4] = [State::ReachedEnough, State::ReachedTooSmall, State::NotReached, State::NoData];

/// Whom one of the states befalls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, ToSchema)]
pub struct Tally {
    pub buildings: usize,
    /// Sum of those known, as of the other counts.
    pub households: f64,
    pub residents: f64,
    pub elders: f64,
    pub small_children: f64,
}

/// A rule in one area.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AreaResult {
    /// Null: the whole city.
    pub id: Option<i64>,
    pub name: String,
    pub all: Tally,
    pub reached_enough: Tally,
    pub reached_too_small: Tally,
    pub not_reached: Tally,
    pub no_data: Tally,
    /// Of the households that are known; null where there are none, or no data.
    pub reached_households_share: Option<f64>,
    pub enough_households_share: Option<f64>,
    /// Buildings whose households nobody knows: in no share.
    pub buildings_without_households: usize,
    /// Buildings whose households were shared out from their community by floor area.
    pub buildings_shared_out: usize,
    /// Metres to the nearest facility, by households, over those with a distance.
    pub mean_m: Option<f64>,
    /// Households that the mean leaves out: beyond the limit of search, and without a path.
    pub mean_leaves_out_beyond: f64,
    pub mean_leaves_out_no_path: f64,
    pub verdict: Verdict,
}

/// Where a rule is not met, the most households first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Gap {
    pub rule: String,
    pub community_id: i64,
    pub community: String,
    pub households_affected: f64,
    pub households_not_reached: f64,
    pub households_too_small: f64,
    pub buildings_affected: usize,
    /// The building that has it worst: without a path before the farthest.
    pub worst_building_id: i64,
    /// Null: beyond the limit, or no path.
    pub worst_m: Option<f64>,
    /// Null where there is none within the limit.
    pub nearest_facility_id: Option<i64>,
    /// The rule's, in metres.
    pub reach_m: f64,
}

/// So much for so many: supply inside an area against what its people ask for.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RatioResult {
    /// Null: the whole city.
    pub id: Option<i64>,
    pub name: String,
    pub layer: Option<&'static str>,
    pub supply: f64,
    /// Facilities whose size is not known: not in the supply.
    pub supply_unknown: usize,
    /// Null where nobody knows how many people or households there are.
    pub asked_for: Option<f64>,
    pub verdict: Verdict,
}

/// Enhanced two-step floating catchment areas.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Accessibility {
    /// Metres and weight of each step.
    pub steps: Vec<(f64, f64)>,
    /// Capacity of facilities that somebody can reach, and of those that nobody can.
    pub supply_reached: f64,
    pub supply_unreached: f64,
    /// Facilities left out because their capacity is not known.
    pub capacity_unknown: usize,
    /// Sum of households × score; equals the supply reached.
    pub demand_times_score: f64,
    pub is_balanced: bool,
    /// Places for each household, by building, in the order of the answer's buildings; null where households
    /// are not known.
    pub scores: Vec<Option<f64>>,
}

/// A rule over the city.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RuleResult {
    #[serde(flatten)]
    #[schema(inline)]
    pub rule: Rule,
    /// The metres that were tested; null for a rule without nearness.
    pub reach_m: Option<f64>,
    /// Open facilities of its kinds.
    pub facilities: usize,
    pub facilities_enough: usize,
    pub facilities_too_small: usize,
    pub facilities_size_unknown: usize,
    pub city: AreaResult,
    pub communities: Vec<AreaResult>,
    pub precincts: Vec<AreaResult>,
    pub subdistricts: Vec<AreaResult>,
    pub responsible_bodies: Vec<AreaResult>,
    /// For rules with a ratio.
    pub ratios: Vec<RatioResult>,
    pub accessibility: Option<Accessibility>,
    pub buildings: BuildingResults,
}

/// By building, in the order of the answer's `building_ids`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct BuildingResults {
    /// Metres to the nearest facility, to the decimetre; null: see `why`.
    pub distance_m: Vec<Option<f64>>,
    /// 0 a distance, 1 beyond the limit of search, 2 no path.
    pub why: Vec<u8>,
    /// 0 reached and enough, 1 reached but too small, 2 not reached, 3 no data.
    pub state: Vec<u8>,
    /// The nearest facility, where there is a distance.
    pub facility_id: Vec<Option<i64>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Answer {
    pub rule_set: &'static str,
    pub limit_m: f64,
    pub metres_per_minute: f64,
    pub elders_metres_per_minute: f64,
    /// Ids of the buildings, in the order of every list by building.
    pub building_ids: Vec<i64>,
    pub households: Vec<Option<f64>>,
    pub results: Vec<RuleResult>,
    pub gaps: Vec<Gap>,
    /// Gaps in all, listed or not.
    pub gap_count: usize,
    /// How things are counted, for people to read beside the numbers.
    pub note: &'static str,
}

impl Answer {
    /// Without the areas that this viewer may not know of.
    pub fn for_viewer(mut self, snapshot: &Snapshot, viewer: Viewer) -> Self {
        let precincts = snapshot.layer(LayerId::Precinct, viewer);
        let is_seen = |id: Option<i64>| id.is_some_and(|id| precincts.is_some_and(|view| view.find(id).is_some()));
        for result in &mut self.results {
            result.precincts.retain(|area| is_seen(area.id));
            result.ratios.retain(|ratio| ratio.layer != Some(LayerId::Precinct.name()) || is_seen(ratio.id));
        }
        self
    }
}

pub const NOTE: &str = "Walks are measured on the street network, from the building's representative point to the \
     facility, legs included (<= is within). Households that only the community knows are shared out by floor \
     area; buildings whose households nobody knows are in no share and are counted. A mean leaves out who has no \
     distance and says how many households that are. Closed facilities do not count. No facility on record is no \
     data, not 0 %. A check on a number that was not read in its source answers at best needs_review.";
