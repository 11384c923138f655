//! Siting for the city: its candidate sites, its open facilities, walks between them and the homes.

use std::time::Instant;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::coverage::{speed, within};
use super::siting_problem::CityProblem;
use super::what_if::answer_what_if;
use crate::analysis::coverage::Speeds;
use crate::analysis::scenario::Modification;
use crate::analysis::siting::{self, Assignment, Fault as Wrong, Objective, Place, SitingError, Watch};
use crate::app::walks::CityWalk;
use crate::domain::Viewer;
use crate::domain::rule::is_facility_kind;
use crate::http::AppState;
use crate::http::analysis::siting_result::SitingResult;
use crate::http::body::{JsonBody, parse};
use crate::http::parameters::Parameters;
use crate::http::problem::{Fault, Kind, Problem};
use crate::http::representation::Wishes;

const LONGEST_M: f64 = 20_000.0;
const MOST_KINDS: usize = 10;
/// Ids that a refusal names at most.
const MOST_NAMED: usize = 100;

#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SitingOrder {
    /// What the sites are chosen for.
    pub objective: ObjectiveName,
    /// What is to be built: one kind, or several that share the candidate sites.
    pub kinds: Vec<SitingKind>,
    /// `households` (the default), `residents`, `elders` or `small_children`: what objective and capacities count.
    #[serde(default)]
    pub weight: WeightName,
    /// Yuan that all chosen sites may cost together, as text: `"1200000.00"`.
    #[serde(default)]
    pub budget: Option<String>,
    /// Only these candidate sites; all of them otherwise.
    #[serde(default)]
    pub candidate_sites: Option<Vec<i64>>,
    /// Candidate sites that are chosen whatever comes; with several kinds, for the first of them.
    #[serde(default)]
    pub must: Vec<i64>,
    #[serde(default)]
    pub must_not: Vec<i64>,
    /// Leave out the facilities that exist.
    #[serde(default)]
    pub without_existing: bool,
    /// What one chosen site, and one existing facility, can serve of the weight; without limit otherwise.
    #[serde(default)]
    pub candidate_capacity: Option<f64>,
    #[serde(default)]
    pub existing_capacity: Option<f64>,
    /// `single` (the default) or `split`.
    #[serde(default)]
    pub assignment: AssignmentName,
    /// Longer walks are no way; 3,000 m.
    #[serde(default)]
    pub limit_m: Option<f64>,
    /// 60 m/min; 45 m/min where elders count.
    #[serde(default)]
    pub metres_per_minute: Option<f64>,
    /// 30 s; 600 s at most.
    #[serde(default)]
    pub time_limit_s: Option<f64>,
    #[serde(default)]
    pub seed: Option<u64>,
    /// Leave out the lists by building.
    #[serde(default)]
    pub without_buildings: bool,
    #[serde(default)]
    pub scenario_id: Option<i64>,
    #[serde(default)]
    pub modifications: Vec<Modification>,
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SitingKind {
    /// Open facilities of any of these serve already.
    pub facility_kinds: Vec<String>,
    /// Sites to choose for it; not for `lscp`.
    #[serde(default)]
    pub p: Option<usize>,
    /// Metres, or
    #[serde(default)]
    pub radius_m: Option<f64>,
    /// minutes at the speed; for `mclp` and `lscp`.
    #[serde(default)]
    pub radius_min: Option<f64>,
    /// Usable area that one takes of its site. A site whose area is not known is then not chosen.
    #[serde(default)]
    pub room_m2: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectiveName {
    Mclp,
    Lscp,
    PMedian,
    PCenter,
}

#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WeightName {
    #[default]
    Households,
    Residents,
    Elders,
    SmallChildren,
}

#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AssignmentName {
    #[default]
    Single,
    Split,
}

#[derive(Serialize, ToSchema)]
pub struct SitingAnswer {
    revision: u64,
    modifications: usize,
    /// Homes that take part: buildings with households.
    demands: usize,
    /// Buildings whose households are not known; they are left out.
    demands_unknown: usize,
    /// Homes whose own weight is not known and counts as 0.
    weight_unknown: usize,
    candidate_sites: usize,
    existing_facilities: usize,
    #[serde(flatten)]
    #[schema(inline)]
    result: SitingResult,
}

/// Where new facilities serve best: most covered (`mclp`), fewest sites (`lscp`), least walking (`p-median`) or nobody far
/// off (`p-center`), among the candidate sites and beside what exists. Ids are `building/7`, `candidate_site/3`,
/// `facility/12`, with several kinds after the kind: `nursery:building/7`. docs/siting.md has the models.
#[utoipa::path(post, path = "/api/analysis/siting", tag = "analysis", request_body = SitingOrder,
    responses((status = 200, description = "The sites, with bound, gap and reason", body = SitingAnswer),
        (status = 202, description = "A job; Location leads to it", body = crate::http::imports::JobStarted),
        (status = 422, description = "It cannot be done, or is too much at once", body = crate::http::problem::ProblemBody)))]
pub async fn analyse_siting(
    State(state): State<AppState>,
    viewer: Viewer,
    parameters: Parameters,
    wishes: Wishes,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    parameters.finish()?;
    let mut order: SitingOrder = parse(body)?;
    let limits = order.check()?;
    let what_if = (order.scenario_id, std::mem::take(&mut order.modifications));
    answer_what_if(&state, viewer, &wishes, "siting", what_if, move |city, is_wanted, _| {
        answer_of(city, viewer, &order, &limits, is_wanted)
    })
    .await
}

/// The answer for one city; `None` when nobody waits any more.
pub fn answer_of(
    city: &CityWalk,
    viewer: Viewer,
    order: &SitingOrder,
    limits: &Limits,
    is_wanted: &(dyn Fn() -> bool + Sync),
) -> Result<Option<SitingAnswer>, Problem> {
    let Some(problem) = CityProblem::of(city, viewer, order, limits, is_wanted)? else { return Ok(None) };
    let start = Instant::now();
    let watch = Watch {
        is_wanted: &is_wanted,
        seconds: &|| start.elapsed().as_secs_f64(),
        limit: limits.seconds,
        tell: &|_| {},
    };
    let seed = order.seed.unwrap_or(1);
    let solved = match siting::solve(&problem.problem, seed, &watch) {
        Ok(solved) => solved,
        Err(SitingError::Cancelled) => return Ok(None),
        Err(error) => return Err(refusal(error, &problem)),
    };
    let mut result = SitingResult::of(&problem.problem, &solved, seed);
    if order.without_buildings {
        result.forget_demands();
    }
    Ok(Some(SitingAnswer {
        revision: city.snapshot.revision,
        modifications: city.modifications,
        demands: problem.homes,
        demands_unknown: problem.unknown,
        weight_unknown: problem.weight_unknown,
        candidate_sites: problem.candidates,
        existing_facilities: problem.existing,
        result,
    }))
}

/// The numbers of an order, checked.
pub struct Limits {
    /// By kind; `None` where the objective has none.
    pub radius_m: Vec<Option<f64>>,
    pub budget: Option<f64>,
    pub limit_m: f64,
    pub seconds: f64,
}

impl SitingOrder {
    /// The numbers of the order, or what is wrong where.
    pub fn check(&self) -> Result<Limits, Problem> {
        let wrong = |pointer: String, detail: String| Problem::at_pointer(Kind::InvalidBody, pointer, detail);
        if self.kinds.is_empty() || self.kinds.len() > MOST_KINDS {
            return Err(wrong("/kinds".to_owned(), format!("from 1 to {MOST_KINDS} kinds are taken")));
        }
        if self.kinds.len() > 1 && self.objective == ObjectiveName::PCenter {
            return Err(wrong(
                "/kinds".to_owned(),
                "p-center takes one kind: distances of several are not one".to_owned(),
            ));
        }
        let usual = match self.weight {
            WeightName::Elders => Speeds::default().elders_metres_per_minute,
            _ => Speeds::default().metres_per_minute,
        };
        let speed = speed(self.metres_per_minute, usual, "/metres_per_minute")?;
        let has_radius = self.objective().has_radius();
        let mut radius_m = Vec::new();
        for (i, kind) in self.kinds.iter().enumerate() {
            if kind.facility_kinds.is_empty() {
                return Err(wrong(format!("/kinds/{i}/facility_kinds"), "names no kind".to_owned()));
            }
            if let Some(at) = kind.facility_kinds.iter().position(|code| !is_facility_kind(code)) {
                let detail = format!("there is no facility kind «{}»", kind.facility_kinds[at]);
                return Err(wrong(format!("/kinds/{i}/facility_kinds/{at}"), detail));
            }
            if let Some(room) = kind.room_m2 {
                within(Some(room), 0.0, 1e7, || format!("/kinds/{i}/room_m2"))?;
            }
            let radius = match (kind.radius_m, kind.radius_min) {
                (Some(_), Some(_)) => {
                    return Err(wrong(format!("/kinds/{i}/radius_min"), "give metres or minutes, not both".to_owned()));
                }
                (None, Some(minutes)) => {
                    Some(within(Some(minutes), 0.0, 1000.0, || format!("/kinds/{i}/radius_min"))? * speed)
                }
                (metres, None) => metres,
            };
            radius_m.push(match (has_radius, radius) {
                (false, Some(_)) => {
                    let detail = format!("{} has no radius", self.objective().name());
                    return Err(wrong(format!("/kinds/{i}/radius_m"), detail));
                }
                (false, None) => None,
                (true, radius) => Some(within(radius, 0.0, LONGEST_M, || format!("/kinds/{i}/radius_m"))?),
            });
        }
        for (name, capacity) in
            [("candidate_capacity", self.candidate_capacity), ("existing_capacity", self.existing_capacity)]
        {
            capacity.map(|n| within(Some(n), 0.0, 1e9, || format!("/{name}"))).transpose()?;
        }
        let budget = self.budget.as_deref().map(|text| {
            let yuan = text.parse::<f64>().ok().filter(|yuan| (0.0..=1e13).contains(yuan));
            yuan.ok_or_else(|| wrong("/budget".to_owned(), format!("«{text}» is not yuan like \"1200000.00\"")))
        });
        let longest = radius_m.iter().copied().flatten().fold(0.0, f64::max);
        Ok(Limits {
            budget: budget.transpose()?,
            limit_m: within(self.limit_m.or(Some(longest.max(3000.0))), longest, LONGEST_M, || "/limit_m".to_owned())?,
            seconds: within(self.time_limit_s.or(Some(30.0)), 0.1, 600.0, || "/time_limit_s".to_owned())?,
            radius_m,
        })
    }

    pub fn objective(&self) -> Objective {
        match self.objective {
            ObjectiveName::Mclp => Objective::Mclp,
            ObjectiveName::Lscp => Objective::Lscp,
            ObjectiveName::PMedian => Objective::PMedian,
            ObjectiveName::PCenter => Objective::PCenter,
        }
    }

    pub fn assignment(&self) -> Assignment {
        match self.assignment {
            AssignmentName::Single => Assignment::Single,
            AssignmentName::Split => Assignment::Split,
        }
    }
}

fn refusal(error: SitingError, city: &CityProblem) -> Problem {
    match error {
        SitingError::Invalid(faults) => {
            let detail = format!("{} faults; nothing was computed.", faults.len());
            let errors = faults.iter().take(MOST_NAMED).map(|fault| told(fault, city)).collect();
            Problem { errors, ..Problem::new(Kind::InfeasibleSiting, detail) }
        }
        SitingError::Infeasible { why, demands } => {
            let why = match demands.len() {
                count if count > MOST_NAMED => {
                    format!("{why}; {count} have none, of whom the first {MOST_NAMED} are named")
                }
                _ => why,
            };
            let ids = demands.iter().take(MOST_NAMED).map(|&n| city.problem.demands[n].id.clone());
            let named = ids.map(|id| Fault { pointer: None, parameter: None, detail: format!("{id} has no site") });
            Problem { errors: named.collect(), ..Problem::new(Kind::InfeasibleSiting, why) }
        }
        SitingError::NothingInTime => {
            Problem::at_pointer(Kind::TooSlow, "/time_limit_s", "time was over before any answer was found")
        }
        SitingError::Cancelled | SitingError::Solver(_) => Problem::internal(error),
    }
}

fn told(fault: &Wrong, city: &CityProblem) -> Fault {
    let (pointer, who) = match fault.place {
        Place::Demand(n) => (None, Some(&city.problem.demands[n].id)),
        Place::Site(n) => (None, Some(&city.problem.sites[n].id)),
        Place::Cell(_) => (None, None),
        Place::Limit(n) => (Some(format!("/kinds ({})", city.problem.limits[n].name)), None),
        Place::Parameter("p") => (Some("/kinds/0/p".to_owned()), None),
        Place::Parameter("radius") => (Some("/kinds/0/radius_m".to_owned()), None),
        Place::Parameter("capacities") => (Some("/candidate_capacity".to_owned()), None),
        Place::Parameter(name) => (Some(format!("/{name}")), None),
    };
    let detail = who.map_or_else(|| fault.detail.clone(), |id| format!("{id}: {}", fault.detail));
    Fault { pointer, parameter: None, detail }
}
