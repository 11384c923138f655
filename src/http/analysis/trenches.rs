//! Shared trenches: works that meet, days for them, and what that saves.

use std::collections::BTreeSet;
use std::time::Instant;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::coverage::within;
use super::{Progress, answer};
use crate::analysis::siting::Watch;
use crate::analysis::trench::view::{Known, TrenchView, shown_works, view};
use crate::analysis::trench::{self, City, Decided, Exception, Settings, TrenchAnswer, TrenchError};
use crate::domain::Viewer;
use crate::domain::clearance::{CLEARANCE_SET_VERSION, ClearanceRule, clearance_rules, find_clearance_rule};
use crate::domain::moratorium::{Moratorium, moratoria};
use crate::domain::pipe_order::{OrderRule, order_rules};
use crate::geodesy::GaussKruger;
use crate::http::AppState;
use crate::http::body::{JsonBody, parse};
use crate::http::links::JSON;
use crate::http::parameters::Parameters;
use crate::http::problem::{Fault, Kind, Problem};
use crate::http::representation::{Representation, Wishes};

/// Entries of a list that an answer holds, unless it is asked for more.
pub(in crate::http) const USUALLY_LISTED: usize = 2_000;
const MOST_DECIDED: usize = 10_000;

#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TrenchOrder {
    /// What is taken for granted; every setting has a default.
    pub settings: Settings,
    /// Rules whose number somebody compared with print: `4.1.9:W1:S`.
    pub confirmed_rules: Vec<String>,
    /// Breaches of recommended clauses that somebody answers for.
    pub exceptions: Vec<Exception>,
    /// Entries of each list at most: 2,000. Totals always count all, and `cut_lists` names what was cut.
    pub most_listed: Option<usize>,
    /// Seconds after which the best plan so far is given: 60; 600 at most.
    pub time_limit_s: Option<f64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TrenchesAnswer {
    /// Null when the answer is of files.
    pub revision: Option<u64>,
    /// Lists that hold fewer entries than their total says.
    pub cut_lists: Vec<&'static str>,
    #[serde(flatten)]
    #[schema(inline)]
    pub plan: TrenchAnswer,
}

/// What an operator is told: its own works, and of others' what its own need.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrenchViewAnswer {
    pub revision: Option<u64>,
    /// Lists that hold fewer entries than their total says.
    pub cut_lists: Vec<&'static str>,
    #[serde(flatten)]
    #[schema(inline)]
    pub view: TrenchView,
}

/// The answer as whoever asks may read it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum TrenchesFor {
    City(Box<TrenchesAnswer>),
    /// It has `others`.
    Operator(Box<TrenchViewAnswer>),
}

/// An order whose numbers were checked.
pub struct Limits {
    pub decided: Decided,
    pub seconds: f64,
    pub most_listed: usize,
}

impl TrenchOrder {
    pub fn check(&self) -> Result<Limits, Problem> {
        let mut faults: Vec<(String, String)> = Vec::new();
        for fault in self.settings.faults() {
            faults.push((format!("/settings/{}", fault.member), fault.detail));
        }
        for (n, rule) in self.confirmed_rules.iter().enumerate() {
            if find_clearance_rule(rule).is_none() {
                faults.push((format!("/confirmed_rules/{n}"), format!("there is no rule «{rule}»")));
            }
        }
        for (n, exception) in self.exceptions.iter().enumerate() {
            let said = [
                ("reason", &exception.reason),
                ("measure", &exception.measure),
                ("approved_by", &exception.approved_by),
            ];
            for (member, text) in said {
                if text.trim().is_empty() {
                    faults.push((format!("/exceptions/{n}/{member}"), "nothing is said here".to_owned()));
                }
            }
        }
        if self.exceptions.len() > MOST_DECIDED {
            faults.push(("/exceptions".to_owned(), format!("more than {MOST_DECIDED}")));
        }
        if !faults.is_empty() {
            let fault = |(pointer, detail)| Fault { pointer: Some(pointer), parameter: None, detail };
            let errors = faults.into_iter().map(fault).collect();
            return Err(Problem { errors, ..Problem::new(Kind::InvalidBody, "The order cannot be carried out.") });
        }
        Ok(Limits {
            decided: Decided {
                confirmed: self.confirmed_rules.iter().cloned().collect::<BTreeSet<_>>(),
                exceptions: self.exceptions.clone(),
            },
            seconds: within(Some(self.time_limit_s.unwrap_or(60.0)), 0.1, 600.0, || "/time_limit_s".to_owned())?,
            most_listed: self.most_listed.unwrap_or(USUALLY_LISTED),
        })
    }
}

/// How utility works meet, on which days a street is opened once for several of them, how their lines lie in a
/// shared trench and what that saves. docs/trenches.md has the model.
///
/// The city is told everything, a body what lies in its area, an operator its own works and of others' what its own
/// need; the public nothing.
#[utoipa::path(post, path = "/api/analysis/trenches", tag = "analysis", request_body = TrenchOrder,
    responses((status = 200, description = "The plan, with its bound", body = TrenchesFor),
        (status = 202, description = "A job; Location leads to it", body = crate::http::imports::JobStarted),
        (status = 404, description = "There are no works for this viewer", body = crate::http::problem::ProblemBody)))]
pub async fn analyse_trenches(
    State(state): State<AppState>,
    viewer: Viewer,
    parameters: Parameters,
    wishes: Wishes,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    parameters.finish()?;
    let snapshot = state.city.snapshot();
    let missing = || Problem::unknown_layer("utility_work");
    // Whoever sees no works learns nothing of what can be asked about them.
    snapshot.layer(crate::domain::LayerId::UtilityWork, viewer).ok_or_else(missing)?;
    let order: TrenchOrder = parse(body)?;
    let limits = order.check()?;
    let plane = GaussKruger::of_longitude(state.settings.city.center[0]);
    answer(&state, viewer, &wishes, "trenches", move |is_wanted, progress| {
        let revision = Some(snapshot.revision);
        let Viewer::Operator(operator) = viewer else {
            let city = City::of(&snapshot, viewer, plane).ok_or_else(missing)?;
            let Some(mut plan) = plan_of(&city, &order, &limits, is_wanted, progress)? else { return Ok(None) };
            if let Viewer::Body(_) = viewer {
                let mut all = City::of(&snapshot, Viewer::Everything, plane).ok_or_else(missing)?.lines;
                let seen: BTreeSet<i64> = city.lines.iter().map(|line| line.id).collect();
                all.retain(|line| !seen.contains(&line.id));
                trench::doubt_unseen(&mut plan, &city, all);
            }
            let answer = cut(plan, revision, limits.most_listed);
            return Ok(Some(TrenchesFor::City(Box::new(answer))));
        };
        // A plan is made of all works, and the operator is told what it may know of it.
        let city = City::of(&snapshot, Viewer::Everything, plane).ok_or_else(missing)?;
        let Some(plan) = plan_of(&city, &order, &limits, is_wanted, progress)? else { return Ok(None) };
        let known = Known::of(&city, operator.as_str(), shown_works(&snapshot));
        let view = view(&city, plan, &known);
        Ok(Some(TrenchesFor::Operator(Box::new(cut_view(view, revision, limits.most_listed)))))
    })
    .await
}

/// `None` when nobody waits any more.
pub fn answer_of(
    city: &City,
    revision: Option<u64>,
    order: &TrenchOrder,
    limits: &Limits,
    is_wanted: &(dyn Fn() -> bool + Sync),
    progress: &Progress,
) -> Result<Option<TrenchesAnswer>, Problem> {
    let plan = plan_of(city, order, limits, is_wanted, progress)?;
    Ok(plan.map(|plan| cut(plan, revision, limits.most_listed)))
}

/// The whole plan; `None` when nobody waits any more.
fn plan_of(
    city: &City,
    order: &TrenchOrder,
    limits: &Limits,
    is_wanted: &(dyn Fn() -> bool + Sync),
    progress: &Progress,
) -> Result<Option<TrenchAnswer>, Problem> {
    let start = Instant::now();
    let watch = Watch {
        is_wanted: &is_wanted,
        seconds: &|| start.elapsed().as_secs_f64(),
        limit: limits.seconds,
        tell: &|told| {
            let whole = |value: Option<f64>| value.unwrap_or(0.0) as usize;
            progress.tell(whole(told.value), whole(told.bound));
        },
    };
    match trench::plan(city, &order.settings, &limits.decided, &watch) {
        Ok(plan) => Ok(Some(plan)),
        Err(TrenchError::Cancelled) => Ok(None),
        Err(error @ TrenchError::NotSound(_)) => Err(Problem::internal(error)),
    }
}

/// Keeps so many entries of a list; its name when some were cut.
pub(in crate::http) fn keep<T>(name: &'static str, list: &mut Vec<T>, most: usize) -> Option<&'static str> {
    let is_cut = list.len() > most;
    list.truncate(most);
    is_cut.then_some(name)
}

fn cut_view(mut view: TrenchView, revision: Option<u64>, most: usize) -> TrenchViewAnswer {
    let cut_lists = [
        keep("works", &mut view.works, most),
        keep("openings", &mut view.openings, most),
        keep("trenches", &mut view.trenches, most),
        keep("clashes", &mut view.clashes, most),
        keep("opportunities", &mut view.opportunities, most),
        keep("checks", &mut view.checks, most),
        keep("others", &mut view.others, most),
    ];
    TrenchViewAnswer { revision, cut_lists: cut_lists.into_iter().flatten().collect(), view }
}

/// Keeps so many entries of each list and says which were cut.
fn cut(mut plan: TrenchAnswer, revision: Option<u64>, most: usize) -> TrenchesAnswer {
    let cut_lists = [
        keep("works", &mut plan.works, most),
        keep("openings", &mut plan.openings, most),
        keep("trenches", &mut plan.trenches, most),
        keep("clashes", &mut plan.clashes, most),
        keep("opportunities", &mut plan.opportunities, most),
        keep("checks", &mut plan.checks, most),
    ];
    TrenchesAnswer { revision, cut_lists: cut_lists.into_iter().flatten().collect(), plan }
}

#[derive(Serialize, ToSchema)]
pub struct ClearanceRules {
    rule_set: &'static str,
    /// Cover and clearances.
    clearances: &'static [ClearanceRule],
    /// Orders, and who gives way.
    orders: &'static [OrderRule],
    /// How long streets are protected, here and elsewhere.
    moratoria: &'static [Moratorium],
}

/// The rules of buried lines, each with its clause, its source and how well its number is known.
#[utoipa::path(get, path = "/api/rules/clearances", tag = "analysis",
    responses((status = 200, description = "The rules", body = ClearanceRules)))]
pub async fn list_clearance_rules(parameters: Parameters, wishes: Wishes) -> Result<Response, Problem> {
    parameters.finish()?;
    let set = ClearanceRules {
        rule_set: CLEARANCE_SET_VERSION,
        clearances: clearance_rules(),
        orders: order_rules(),
        moratoria: moratoria(),
    };
    Ok(Representation::json(JSON, &set).answer(&wishes))
}
