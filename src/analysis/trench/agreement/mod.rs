//! 共沟计划: what becomes of a plan between operators. Each says yes, asks for other days or says no; a trench is
//! agreed when every operator in it accepted its current version, and then it no longer moves.
//!
//! Invariants: an agreed trench stays word for word in every later round; a reply counts for the version that it is
//! of and is never dropped; a round in which nothing is new changes nothing.

mod after;
mod in_area;
mod round;
mod work_copy;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use after::{FieldChange, PlanClash, PlanClashKind, clashes_after};
pub use in_area::{AreaTotals, InArea};
pub use round::{Next, Terms, WantedWindow, city_under, held, next, terms_after};
pub use work_copy::WorkCopy;

use super::answer::{Alone, Bound, Clash, Opening, OperatorResult, Totals, TrenchAnswer, TrenchResult, WorkResult};
use super::{Decided, Exception, Settings};
use crate::domain::trench_plan::{PlannedTrenchState, ReplyKind, TrenchPlanState};

/// What a plan was ordered with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MadeFrom {
    pub settings: Settings,
    /// Rules whose number somebody compared with print.
    pub confirmed_rules: Vec<String>,
    pub exceptions: Vec<Exception>,
}

impl MadeFrom {
    pub fn decided(&self) -> Decided {
        Decided { confirmed: self.confirmed_rules.iter().cloned().collect(), exceptions: self.exceptions.clone() }
    }
}

/// What is kept of an answer beside its trenches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptAnswer {
    pub rule_set: String,
    /// Of the whole city, as the next two; `None` in what a body is told.
    pub totals: Option<Totals>,
    pub bound: Option<Bound>,
    pub alone: Option<Alone>,
    pub operators: Vec<OperatorResult>,
    pub works: Vec<WorkResult>,
    pub openings: Vec<Opening>,
    pub clashes: Vec<Clash>,
}

impl KeptAnswer {
    /// The answer without its trenches, which are kept one by one. Opportunities and the checks outside of trenches
    /// are not kept: they can be asked for again.
    pub fn split(answer: TrenchAnswer) -> (Self, Vec<TrenchResult>) {
        let TrenchAnswer { rule_set, totals, bound, alone, operators, works, openings, trenches, clashes, .. } = answer;
        let rule_set = rule_set.to_owned();
        let (totals, bound, alone) = (Some(totals), Some(bound), Some(alone));
        (Self { rule_set, totals, bound, alone, operators, works, openings, clashes }, trenches)
    }
}

/// A trench of a plan, with what was said of it.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptTrench {
    pub id: i64,
    pub number: i32,
    pub version: i32,
    pub state: PlannedTrenchState,
    pub lead_operator: Option<String>,
    pub result: TrenchResult,
    /// Its works as they were when it was planned.
    pub works: Vec<WorkCopy>,
    /// In the order in which they came.
    pub replies: Vec<Reply>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Of the trench.
    pub version: i32,
    pub operator: String,
    pub kind: ReplyKind,
    pub reason: Option<String>,
    /// Days that are wanted instead, the last one included.
    pub days: Option<(NaiveDate, NaiveDate)>,
}

/// Why a reply is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    #[error("the plan is {}: nobody replies to it", .0.code())]
    PlanNotOffered(TrenchPlanState),
    #[error("the trench is {}", .0.code())]
    TrenchNotOpen(PlannedTrenchState),
    #[error("the trench is at version {now} by now")]
    OldVersion { now: i32 },
    #[error("«{0}» takes no part in this trench")]
    NotInIt(String),
    #[error("a reply that is no acceptance needs a reason")]
    NoReason,
    #[error("whoever asks for other days says the first and the last of them")]
    NoDays,
    #[error("days are only for whoever asks for a shift")]
    DaysWithoutShift,
    #[error("the last day is before the first")]
    EndsBeforeItStarts,
    #[error("{given} days are fewer than the {needed} that the work takes")]
    TooFewDays { given: i64, needed: i64 },
    #[error("work {work_id} stays on its days: it was agreed in trench {code}")]
    WorkIsFixed { work_id: i64, code: String },
    #[error(
        "works of this trench were agreed on in trench {0} of another plan, for other days or together already; plan anew"
    )]
    AgreedElsewhere(String),
}

impl KeptTrench {
    /// Operators that take part, by name.
    pub fn operators(&self) -> Vec<String> {
        operators_of(&self.works)
    }

    /// Works that name no operator. While there is one nobody can agree for it.
    pub fn unnamed_works(&self) -> Vec<i64> {
        self.works.iter().filter(|work| work.operator_name().is_none()).map(|work| work.work_id).collect()
    }

    /// The last word of an operator on the current version.
    pub fn reply_of(&self, operator: &str) -> Option<&Reply> {
        self.replies.iter().rev().find(|reply| reply.operator == operator && reply.version == self.version)
    }

    /// Operators that have not accepted the current version.
    pub fn outstanding(&self) -> Vec<String> {
        let has_accepted = |operator: &String| self.reply_of(operator).is_some_and(|it| it.kind == ReplyKind::Accept);
        self.operators().into_iter().filter(|operator| !has_accepted(operator)).collect()
    }

    /// Where it stands after what was said.
    pub fn standing(&self) -> PlannedTrenchState {
        if !self.state.is_open() {
            return self.state;
        }
        let operators = self.operators();
        let has_refused = |operator: &String| self.reply_of(operator).is_some_and(|it| it.kind == ReplyKind::Refuse);
        if operators.iter().any(has_refused) {
            PlannedTrenchState::Refused
        } else if !operators.is_empty() && self.unnamed_works().is_empty() && self.outstanding().is_empty() {
            PlannedTrenchState::Agreed
        } else {
            PlannedTrenchState::Proposed
        }
    }
}

/// Names of operators, each once, in order.
pub fn operators_of(works: &[WorkCopy]) -> Vec<String> {
    let mut names: Vec<String> = works.iter().filter_map(|work| work.operator_name().map(str::to_owned)).collect();
    names.sort();
    names.dedup();
    names
}

/// A trench that was agreed, with the code that people call it by.
#[derive(Debug, Clone, PartialEq)]
pub struct AgreedTrench {
    pub code: String,
    pub street_id: Option<i64>,
    pub work_ids: Vec<i64>,
    pub starts_on: NaiveDate,
}

impl AgreedTrench {
    /// True when a trench cannot be agreed beside this one: a work has one day, and two works share a trench in a
    /// street once.
    fn excludes(&self, trench: &KeptTrench) -> bool {
        let common = trench.result.work_ids.iter().filter(|work| self.work_ids.contains(work)).count();
        common > 0 && self.starts_on != trench.result.starts_on
            || common > 1 && self.street_id == trench.result.street_id
    }
}

/// Whether a reply may be taken; `agreed` are trenches of this plan that were, `elsewhere` those of others.
pub fn check_reply(
    plan: TrenchPlanState,
    agreed: &[AgreedTrench],
    elsewhere: &[AgreedTrench],
    trench: &KeptTrench,
    reply: &Reply,
) -> Result<(), NotTaken> {
    if plan != TrenchPlanState::Offered {
        return Err(NotTaken::PlanNotOffered(plan));
    }
    if !trench.operators().contains(&reply.operator) {
        return Err(NotTaken::NotInIt(reply.operator.clone()));
    }
    if reply.version != trench.version {
        return Err(NotTaken::OldVersion { now: trench.version });
    }
    if !trench.state.is_open() {
        return Err(NotTaken::TrenchNotOpen(trench.state));
    }
    if reply.kind != ReplyKind::Accept && reply.reason.as_deref().is_none_or(|reason| reason.trim().is_empty()) {
        return Err(NotTaken::NoReason);
    }
    let (first, last) = match (reply.kind, reply.days) {
        (ReplyKind::Shift, Some(days)) => days,
        (ReplyKind::Shift, None) => return Err(NotTaken::NoDays),
        (_, Some(_)) => return Err(NotTaken::DaysWithoutShift),
        (ReplyKind::Accept, None) => {
            let other = elsewhere.iter().find(|other| other.excludes(trench));
            return other.map_or(Ok(()), |other| Err(NotTaken::AgreedElsewhere(other.code.clone())));
        }
        (ReplyKind::Refuse, None) => return Ok(()),
    };
    if last < first {
        return Err(NotTaken::EndsBeforeItStarts);
    }
    let given = (last - first).num_days() + 1;
    for work in trench.works.iter().filter(|work| work.operator_name() == Some(&reply.operator)) {
        if given < work.days {
            return Err(NotTaken::TooFewDays { given, needed: work.days });
        }
        let fixed = agreed.iter().chain(elsewhere).find(|other| other.work_ids.contains(&work.work_id));
        if let Some(other) = fixed {
            return Err(NotTaken::WorkIsFixed { work_id: work.work_id, code: other.code.clone() });
        }
    }
    Ok(())
}

/// Who leads a trench unless somebody says otherwise: the operator with the most metres of line in it, then with the
/// most expensive works (one whose cost nobody knows comes after), then by name.
pub fn proposed_lead(result: &TrenchResult, works: &[WorkCopy]) -> Option<String> {
    let metres = |operator: &str| {
        works.iter().filter(|work| work.operator_name() == Some(operator)).count() as f64
            * (result.to_m - result.from_m)
    };
    let cost = |operator: &str| -> Option<i64> {
        works.iter().filter(|work| work.operator_name() == Some(operator)).map(|work| work.estimated_cost_fen).sum()
    };
    operators_of(works).into_iter().max_by(|a, b| {
        // Of equals the last is the greatest, and the first name is to lead.
        metres(a).total_cmp(&metres(b)).then(cost(a).cmp(&cost(b))).then(b.cmp(a))
    })
}

/// A number by which people call a trench.
pub fn code_of(plan: i64, number: i32) -> String {
    format!("GG{plan}-{number:03}")
}
