//! Precincts proposed for the city: its communities, grouped over the walk network.

use std::time::Instant;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::Progress;
use super::grouping_order::GroupingOrder;
use super::grouping_problem::CityGrouping;
use super::grouping_result::GroupingResult;
use super::what_if::answer_what_if;
use crate::analysis::grouping::{self, Fault as Wrong, GroupingError, Place, Watch};
use crate::app::walks::CityWalk;
use crate::domain::Viewer;
use crate::http::AppState;
use crate::http::body::{JsonBody, parse};
use crate::http::parameters::Parameters;
use crate::http::problem::{Fault, Kind, Problem};
use crate::http::representation::Wishes;

/// Communities that a refusal names at most.
const MOST_NAMED: usize = 100;

#[derive(Debug, Serialize, ToSchema)]
pub struct GroupingAnswer {
    revision: u64,
    modifications: usize,
    /// The field that no precinct mixes; null where that was not asked for.
    same: Option<String>,
    /// Neighbours have a walk of at most so many metres between their nearest doors: open gates, else buildings.
    longest_step_m: f64,
    /// Communities from which no way leads onto the streets; they have no neighbours.
    shut: usize,
    #[serde(flatten)]
    #[schema(inline)]
    result: GroupingResult,
}

impl GroupingAnswer {
    pub fn result(&self) -> &GroupingResult {
        &self.result
    }
}

/// Proposes precincts: communities grouped under hard limits, as many precincts as can be (`max-p`) or those that weigh
/// best (`planner`). Every proposal says why each community is where it is. docs/grouping.md has the method.
#[utoipa::path(post, path = "/api/analysis/grouping", tag = "analysis", request_body = GroupingOrder,
    responses((status = 200, description = "The proposals, the best first", body = GroupingAnswer),
        (status = 202, description = "A job; Location leads to it", body = crate::http::imports::JobStarted),
        (status = 422, description = "It cannot be done, or is too much at once", body = crate::http::problem::ProblemBody)))]
pub async fn analyse_grouping(
    State(state): State<AppState>,
    viewer: Viewer,
    parameters: Parameters,
    wishes: Wishes,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    parameters.finish()?;
    let mut order: GroupingOrder = parse(body)?;
    order.seconds()?;
    let what_if = (order.scenario_id, std::mem::take(&mut order.modifications));
    answer_what_if(&state, viewer, &wishes, "grouping", what_if, move |city, is_wanted, progress| {
        answer_of(city, viewer, &order, is_wanted, progress)
    })
    .await
}

/// The answer for a city, from the API and from the command line; `None` when nobody waits any more.
pub fn answer_of(
    city: &CityWalk,
    viewer: Viewer,
    order: &GroupingOrder,
    is_wanted: &(dyn Fn() -> bool + Sync),
    progress: &Progress,
) -> Result<Option<GroupingAnswer>, Problem> {
    let seconds = order.seconds()?;
    let Some(of_city) = CityGrouping::of(city, viewer, order, is_wanted)? else { return Ok(None) };
    let start = Instant::now();
    let watch = Watch {
        is_wanted: &is_wanted,
        seconds: &|| start.elapsed().as_secs_f64(),
        limit: seconds,
        tell: &|so_far| {
            if let Some(share) = so_far.value {
                progress.tell((share * 1000.0) as usize, 1000);
            }
        },
    };
    let seed = order.seed.unwrap_or(1);
    let answer = match grouping::solve(&of_city.problem, seed, &watch) {
        Ok(answer) => answer,
        Err(GroupingError::Cancelled) => return Ok(None),
        Err(error) => return Err(refusal(error, &of_city.problem)),
    };
    Ok(Some(GroupingAnswer {
        revision: city.snapshot.revision,
        modifications: city.modifications,
        same: of_city.same,
        longest_step_m: of_city.longest_step_m,
        shut: of_city.shut,
        result: GroupingResult::of(&of_city.problem, &answer, !order.without_placements),
    }))
}

fn refusal(error: GroupingError, problem: &grouping::Problem) -> Problem {
    match error {
        GroupingError::Invalid(faults) => {
            let detail = format!("{} faults; nothing was computed.", faults.len());
            let errors = faults.iter().take(MOST_NAMED).map(|fault| told(fault, problem)).collect();
            Problem { errors, ..Problem::new(Kind::InfeasibleGrouping, detail) }
        }
        GroupingError::Infeasible(obstacle) => {
            let shown = obstacle.units.len().min(MOST_NAMED);
            let more = match obstacle.units.len() - shown {
                0 => String::new(),
                more => format!("; the first {shown} communities are named, and {more} more show it"),
            };
            let proof = if obstacle.is_proved { "" } else { " This is no proof that it cannot be done." };
            let limit = Fault {
                pointer: Some(format!("/{}", obstacle.constraint)),
                parameter: None,
                detail: obstacle.why.clone(),
            };
            let named = obstacle.units.iter().take(shown).map(|&unit| Fault {
                pointer: None,
                parameter: None,
                detail: format!("community «{}»", problem.units[unit].id),
            });
            let errors = std::iter::once(limit).chain(named).collect();
            Problem { errors, ..Problem::new(Kind::InfeasibleGrouping, format!("{}{more}.{proof}", obstacle.why)) }
        }
        GroupingError::NothingInTime => {
            Problem::at_pointer(Kind::TooSlow, "/time_limit_s", "time was over before any grouping was found")
        }
        GroupingError::Cancelled | GroupingError::Broken(_) => Problem::internal(error),
    }
}

fn told(fault: &Wrong, problem: &grouping::Problem) -> Fault {
    let (pointer, who) = match fault.place {
        Place::Unit(n) => (None, Some(&problem.units[n].id)),
        Place::Edge(_) | Place::Walk(_) => (None, None),
        Place::Gap(n) => (Some(format!("/gaps/{n}")), None),
        Place::Together(n) => (Some(format!("/must_together/{n}")), None),
        Place::Apart(n) => (Some(format!("/must_apart/{n}")), None),
        Place::Locked(n) => (Some(format!("/locked/{n}")), None),
        Place::Parameter(name) => (Some(format!("/{name}")), None),
    };
    let detail = who.map_or_else(|| fault.detail.clone(), |id| format!("community «{id}»: {}", fault.detail));
    Fault { pointer, parameter: None, detail }
}
