//! Coverage: which services can be walked to, by whom, and where the gaps are.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Progress;
use super::network::NetworkSummary;
use super::what_if::answer_what_if;
use crate::analysis::coverage::{Answer, DEFAULT_STEPS, Question, Speeds, coverage};
use crate::analysis::scenario::Modification;
use crate::domain::Viewer;
use crate::domain::rule::{Rule, find_rule, is_facility_kind, rules};
use crate::http::AppState;
use crate::http::body::{JsonBody, parse};
use crate::http::parameters::Parameters;
use crate::http::problem::{Kind, Problem};
use crate::http::representation::Wishes;

/// Values by building in one answer at most.
const MOST_VALUES: usize = 2_000_000;
const LONGEST_M: f64 = 100_000.0;

/// Everything may be left out.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CoverageOrder {
    /// Codes of rules (`/api/rules`); all of them where neither rules nor kinds are given.
    pub rules: Vec<String>,
    /// Radii of your own.
    pub kinds: Vec<KindOrder>,
    /// Distances are searched this far; 3,000 m.
    pub limit_m: Option<f64>,
    /// 60 m/min.
    pub metres_per_minute: Option<f64>,
    /// 45 m/min.
    pub elders_metres_per_minute: Option<f64>,
    /// Steps of E2SFCA: share of the reach and weight, the nearest first. `[]` computes none.
    pub steps: Option<Vec<(f64, f64)>>,
    /// Gaps in the list at most; 200.
    pub most_gaps: Option<usize>,
    /// Also lists by building.
    pub with_buildings: bool,
    /// A stored scenario, whose modifications come first.
    pub scenario_id: Option<i64>,
    /// What if: applied in their order before anything is computed.
    pub modifications: Vec<Modification>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KindOrder {
    /// Any of these serves.
    pub facility_kinds: Vec<String>,
    pub radius_m: f64,
    #[serde(default)]
    pub building_area_min_m2: Option<f64>,
    #[serde(default)]
    pub capacity_min: Option<f64>,
}

#[derive(Serialize, ToSchema)]
pub struct CoverageAnswer {
    revision: u64,
    /// Modifications that were applied.
    modifications: usize,
    network: NetworkSummary,
    #[serde(flatten)]
    #[schema(inline)]
    answer: Answer,
}

/// Coverage of the services by rule: distances, states, shares, gaps, E2SFCA; by building, community, precinct,
/// subdistrict, responsible body and city, of the city as it is or with modifications.
#[utoipa::path(post, path = "/api/analysis/coverage", tag = "analysis", request_body = CoverageOrder,
    responses((status = 200, description = "The coverage", body = CoverageAnswer),
        (status = 202, description = "A job; Location leads to it", body = crate::http::imports::JobStarted),
        (status = 422, description = "A scenario that cannot be applied, or too much at once", body = crate::http::problem::ProblemBody)))]
pub async fn analyse_coverage(
    State(state): State<AppState>,
    viewer: Viewer,
    parameters: Parameters,
    wishes: Wishes,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    parameters.finish()?;
    let mut order: CoverageOrder = parse(body)?;
    let question = order.question()?;
    let what_if = (order.scenario_id, std::mem::take(&mut order.modifications));
    answer_what_if(&state, viewer, &wishes, "coverage", what_if, move |city, is_wanted, progress| {
        answer_of(city, &question, &order, viewer, is_wanted, progress)
    })
    .await
}

/// What the question gives of a city; `None` when nobody waits any more.
pub fn answer_of(
    city: &crate::app::walks::CityWalk,
    question: &Question,
    order: &CoverageOrder,
    viewer: Viewer,
    is_wanted: &(dyn Fn() -> bool + Sync),
    progress: &Progress,
) -> Result<Option<CoverageAnswer>, Problem> {
    Ok(found_in(city, question, order, viewer, is_wanted, progress)?.map(|answer| CoverageAnswer {
        revision: city.snapshot.revision,
        modifications: city.modifications,
        network: NetworkSummary::of(&city.walk),
        answer,
    }))
}

/// The answer alone as the viewer may see it, without lists by building where none are asked for.
pub(super) fn found_in(
    city: &crate::app::walks::CityWalk,
    question: &Question,
    order: &CoverageOrder,
    viewer: Viewer,
    is_wanted: &(dyn Fn() -> bool + Sync),
    progress: &Progress,
) -> Result<Option<Answer>, Problem> {
    let values = question.rules.len() * city.walk.buildings.len();
    if order.with_buildings && values > MOST_VALUES {
        let detail = format!(
            "{} rules over {} buildings are more than {MOST_VALUES} values; ask for fewer rules at once, or without buildings",
            question.rules.len(),
            city.walk.buildings.len()
        );
        return Err(Problem::at_pointer(Kind::TooComplex, "/with_buildings", detail));
    }
    let total = question.rules.len();
    let found =
        coverage(&city.snapshot, &city.walk, &city.people, question, &|done| progress.tell(done, total), &is_wanted);
    Ok(found.map(|mut found| {
        if !order.with_buildings {
            found.building_ids.clear();
            found.households.clear();
            for result in &mut found.results {
                result.buildings = Default::default();
                result.accessibility.iter_mut().for_each(|it| it.scores.clear());
            }
        }
        found.for_viewer(&city.snapshot, viewer)
    }))
}

impl CoverageOrder {
    /// The question, or what is wrong with it where.
    pub fn question(&self) -> Result<Question, Problem> {
        let wrong = |pointer: String, detail: String| Problem::at_pointer(Kind::InvalidBody, pointer, detail);
        let mut asked: Vec<Rule> = Vec::new();
        for (i, code) in self.rules.iter().enumerate() {
            let rule = find_rule(code);
            asked
                .push(rule.cloned().ok_or_else(|| wrong(format!("/rules/{i}"), format!("there is no rule «{code}»")))?);
        }
        for (i, kind) in self.kinds.iter().enumerate() {
            if kind.facility_kinds.is_empty() {
                return Err(wrong(format!("/kinds/{i}/facility_kinds"), "names no kind".to_owned()));
            }
            if let Some(at) = kind.facility_kinds.iter().position(|code| !is_facility_kind(code)) {
                let detail = format!("there is no facility kind «{}»", kind.facility_kinds[at]);
                return Err(wrong(format!("/kinds/{i}/facility_kinds/{at}"), detail));
            }
            let radius_m = within(Some(kind.radius_m), 0.0, LONGEST_M, || format!("/kinds/{i}/radius_m"))?;
            let least = |size: Option<f64>, name: &str| {
                size.map(|size| within(Some(size), 0.0, 1e9, || format!("/kinds/{i}/{name}"))).transpose()
            };
            asked.push(Rule {
                building_area_min_m2: least(kind.building_area_min_m2, "building_area_min_m2")?,
                capacity_min: least(kind.capacity_min, "capacity_min")?,
                rule: format!("kinds/{i}"),
                ..Rule::asked(kind.facility_kinds.clone(), radius_m)
            });
        }
        if self.rules.is_empty() && self.kinds.is_empty() {
            asked = rules().to_vec();
        }
        let speeds = Speeds {
            metres_per_minute: speed(
                self.metres_per_minute,
                Speeds::default().metres_per_minute,
                "/metres_per_minute",
            )?,
            elders_metres_per_minute: speed(
                self.elders_metres_per_minute,
                Speeds::default().elders_metres_per_minute,
                "/elders_metres_per_minute",
            )?,
        };
        let steps = self.steps.clone().unwrap_or_else(|| DEFAULT_STEPS.to_vec());
        let is_rising = steps.windows(2).all(|pair| pair[0].0 < pair[1].0);
        let is_sane = |(share, weight): &(f64, f64)| (0.0..=1.0).contains(share) && (0.0..=1.0).contains(weight);
        if !is_rising || !steps.iter().all(is_sane) || steps.len() > 20 {
            return Err(wrong(
                "/steps".to_owned(),
                "shares of the reach must rise, shares and weights lie in 0 to 1".to_owned(),
            ));
        }
        Ok(Question {
            rules: asked,
            speeds,
            limit_m: within(self.limit_m.or(Some(3000.0)), 0.0, LONGEST_M, || "/limit_m".to_owned())?,
            steps,
            most_gaps: self.most_gaps.unwrap_or(200).min(10_000),
        })
    }
}

pub(super) fn speed(given: Option<f64>, otherwise: f64, pointer: &str) -> Result<f64, Problem> {
    within(given.or(Some(otherwise)), 1.0, 1000.0, || pointer.to_owned())
}

/// A finite number within bounds.
pub(in crate::http) fn within(
    given: Option<f64>,
    min: f64,
    max: f64,
    pointer: impl FnOnce() -> String,
) -> Result<f64, Problem> {
    match given {
        Some(n) if (min..=max).contains(&n) => Ok(n),
        Some(n) => {
            Err(Problem::at_pointer(Kind::InvalidBody, pointer(), format!("{n} is not between {min} and {max}")))
        }
        None => Err(Problem::at_pointer(Kind::InvalidBody, pointer(), "is missing")),
    }
}
