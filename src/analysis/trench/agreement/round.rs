//! The next round of a plan: what was agreed stays, days that operators asked for become windows, works whose
//! operator refused a trench share none with the others of it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{KeptTrench, WorkCopy};
use crate::analysis::trench::{Apart, City, Closed, Held, TrenchResult};
use crate::domain::trench_plan::{PlannedTrenchState, ReplyKind};

/// What replies changed of the works, from all rounds so far.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Terms {
    /// By work, the last wish.
    pub windows: Vec<WantedWindow>,
    pub apart: Vec<Apart>,
}

/// Days that an operator asked for instead of the window of its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WantedWindow {
    pub work_id: i64,
    pub first_day: NaiveDate,
    /// Included.
    pub last_day: NaiveDate,
}

/// The terms that replies to the current versions of trenches add up to.
pub fn terms_after(before: &Terms, trenches: &[KeptTrench]) -> Terms {
    let mut windows: BTreeMap<i64, WantedWindow> = before.windows.iter().map(|one| (one.work_id, *one)).collect();
    let mut apart: BTreeSet<Apart> = before.apart.iter().copied().collect();
    for trench in trenches.iter().filter(|trench| trench.state.is_open()) {
        let operators = trench.operators();
        for operator in &operators {
            let Some(reply) = trench.reply_of(operator) else { continue };
            let (own, others): (Vec<&WorkCopy>, Vec<&WorkCopy>) =
                trench.works.iter().partition(|work| work.operator_name() == Some(operator));
            match (reply.kind, reply.days) {
                (ReplyKind::Shift, Some((first_day, last_day))) => {
                    for work in own {
                        let work_id = work.work_id;
                        windows.insert(work_id, WantedWindow { work_id, first_day, last_day });
                    }
                }
                (ReplyKind::Refuse, _) => {
                    // Whoever is alone in a trench and refuses it wants its own works apart.
                    let others = if others.is_empty() { &own } else { &others };
                    for (a, b) in own.iter().flat_map(|a| others.iter().map(move |b| (a.work_id, b.work_id))) {
                        if a != b {
                            apart.insert(Apart::of(trench.result.street_id, a, b));
                        }
                    }
                }
                _ => {}
            }
        }
    }
    Terms { windows: windows.into_values().collect(), apart: apart.into_iter().collect() }
}

/// What the next plan may not go against.
pub fn held(terms: &Terms, trenches: &[KeptTrench]) -> Held {
    let mut held = Held { apart: terms.apart.iter().copied().collect(), ..Held::default() };
    for trench in trenches.iter().filter(|trench| trench.state == PlannedTrenchState::Agreed) {
        let TrenchResult { street_id, from_m, to_m, work_ids, starts_on, .. } = &trench.result;
        held.fixed.extend(work_ids.iter().map(|work| (*work, *starts_on)));
        if let Some(street_id) = *street_id {
            let work_ids = work_ids.iter().copied().collect();
            held.closed.push(Closed { street_id, from_m: *from_m, to_m: *to_m, work_ids });
        }
    }
    held
}

/// The city of the next plan: works that were agreed on as they were then, others with the days that their operators
/// asked for.
pub fn city_under(city: City, terms: &Terms, trenches: &[KeptTrench]) -> City {
    let plane = city.plane;
    let mut works: BTreeMap<i64, _> = city.works.into_iter().map(|work| (work.id, work)).collect();
    for wanted in &terms.windows {
        if let Some(work) = works.get_mut(&wanted.work_id) {
            work.window = (Some(wanted.first_day), Some(wanted.last_day));
            // These days and no others.
            work.shift_limit_days = Some(0);
        }
    }
    for trench in trenches.iter().filter(|trench| trench.state == PlannedTrenchState::Agreed) {
        for copy in &trench.works {
            let mut work = copy.to_work(&plane);
            // A duration that was assumed from the length stays what it was.
            work.duration_days = Some(copy.days);
            works.insert(copy.work_id, work);
        }
    }
    City { works: works.into_values().collect(), ..city }
}

/// What becomes of the trenches of a plan in its next round.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Next {
    /// As they were, version, state and replies included.
    pub kept: Vec<i64>,
    /// With a new version: what was said of the old one no longer counts.
    pub changed: Vec<(i64, TrenchResult, Vec<WorkCopy>)>,
    pub withdrawn: Vec<i64>,
    pub new: Vec<(TrenchResult, Vec<WorkCopy>)>,
}

/// A trench is the same as before when it has the same works in the same street; of several such, by their order.
type Identity = (Option<i64>, Vec<i64>, usize);

fn identities(results: &[&TrenchResult]) -> Vec<Identity> {
    let sorted = |one: &TrenchResult| {
        let mut works = one.work_ids.clone();
        works.sort_unstable();
        works
    };
    let mut alike: BTreeMap<(Option<i64>, Vec<i64>), Vec<usize>> = BTreeMap::new();
    for (n, one) in results.iter().enumerate() {
        alike.entry((one.street_id, sorted(one))).or_default().push(n);
    }
    let mut found = vec![(None, Vec::new(), 0); results.len()];
    for ((street_id, works), mut places) in alike {
        places.sort_by(|&a, &b| results[a].from_m.total_cmp(&results[b].from_m));
        for (nth, place) in places.into_iter().enumerate() {
            found[place] = (street_id, works.clone(), nth);
        }
    }
    found
}

/// Compares the trenches of a plan with those of its next answer. `copy_of` gives a work as it is now.
pub fn next(trenches: &[KeptTrench], answer: Vec<TrenchResult>, copies: &BTreeMap<i64, WorkCopy>) -> Next {
    let living: Vec<&KeptTrench> =
        trenches.iter().filter(|trench| trench.state != PlannedTrenchState::Withdrawn).collect();
    let named = identities(&answer.iter().collect::<Vec<_>>());
    let mut found: BTreeMap<Identity, TrenchResult> = named.into_iter().zip(answer).collect();
    let mut next = Next::default();
    let works_of = |result: &TrenchResult| -> Vec<WorkCopy> {
        result.work_ids.iter().filter_map(|id| copies.get(id).cloned()).collect()
    };
    let named = identities(&living.iter().map(|trench| &trench.result).collect::<Vec<_>>());
    for (trench, identity) in living.iter().zip(named) {
        let now = found.remove(&identity);
        match now {
            _ if trench.state == PlannedTrenchState::Agreed => next.kept.push(trench.id),
            None => next.withdrawn.push(trench.id),
            Some(now) => {
                let works = works_of(&now);
                if is_as_before(&trench.result, &now, &trench.works, &works) {
                    next.kept.push(trench.id);
                } else {
                    next.changed.push((trench.id, now, works));
                }
            }
        }
    }
    next.new = found.into_values().map(|result| (result.clone(), works_of(&result))).collect();
    next.new.sort_by(|(a, _), (b, _)| {
        let key = |one: &TrenchResult| (one.starts_on, one.street_id, one.work_ids.clone());
        key(a).cmp(&key(b)).then(a.from_m.total_cmp(&b.from_m))
    });
    next
}

/// True when nothing changed of what an operator says yes to.
fn is_as_before(before: &TrenchResult, now: &TrenchResult, then: &[WorkCopy], today: &[WorkCopy]) -> bool {
    let is_same_work = |one: &WorkCopy| {
        today.iter().find(|other| other.work_id == one.work_id).is_some_and(|other| one.changes_to(other).is_empty())
    };
    before == now && then.iter().all(is_same_work)
}
