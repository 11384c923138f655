//! Planning a plan: its first round, and the next ones upon what was replied.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::deeds::check_version;
use super::{DoneDeed, PlanError, StoredPlan, TrenchPlans, Written, name_taken};
use crate::analysis::siting::Watch;
use crate::analysis::trench::agreement::{
    KeptAnswer, KeptTrench, MadeFrom, Next, Terms, WorkCopy, city_under, held, next, operators_of, proposed_lead,
    terms_after,
};
use crate::analysis::trench::{self, TrenchError, TrenchResult, WorkResult};
use crate::domain::trench_plan::{PlannedTrenchState, TrenchPlanState};
use crate::domain::{LayerId, Viewer};
use crate::geodesy::GaussKruger;
use crate::snapshot::Snapshot;
use crate::store::StoreError;
use crate::store::trench_plan::{self, NewTrench};

/// What a round came to, before it is written.
#[derive(Debug, Clone)]
pub struct Round {
    pub revision: u64,
    pub terms: Terms,
    pub answer: KeptAnswer,
    pub trenches: Vec<TrenchResult>,
    /// Works as they are now, or as they were agreed on.
    pub copies: BTreeMap<i64, WorkCopy>,
}

/// Upon what a round is planned.
#[derive(Debug, Clone)]
pub struct Ground {
    pub made_from: MadeFrom,
    pub terms: Terms,
    /// Of the plan.
    pub trenches: Vec<KeptTrench>,
    /// Of other plans, that were agreed.
    pub elsewhere: Vec<KeptTrench>,
}

/// Plans a round from the city as it is, upon what trenches of earlier ones were replied. What was agreed stays,
/// whichever plan it was agreed in.
pub fn plan_round(
    snapshot: &Snapshot,
    plane: GaussKruger,
    ground: &Ground,
    watch: &Watch<'_>,
) -> Result<Round, TrenchError> {
    let Ground { made_from, terms, trenches, elsewhere } = ground;
    let terms = terms_after(terms, trenches);
    let all: Vec<KeptTrench> = trenches.iter().chain(elsewhere).cloned().collect();
    let settings = &made_from.settings;
    let no_layer = || TrenchError::NotSound("the layers of works, streets and lines are not there".to_owned());
    let city = trench::City::of(snapshot, Viewer::Everything, plane).ok_or_else(no_layer)?;
    let city = city_under(city, &terms, &all);
    let answer = trench::plan_held(&city, settings, &made_from.decided(), &held(&terms, &all), watch)?;
    let (answer, mut found) = KeptAnswer::split(answer);
    // They are that plan's to show.
    found.retain(|trench| !elsewhere.iter().any(|other| is_of(other, trench)));
    let ids = found.iter().flat_map(|trench| trench.work_ids.iter().copied());
    let mut copies = copies_of(snapshot, Viewer::Everything, ids, plane, made_from);
    for agreed in all.iter().filter(|trench| trench.state == PlannedTrenchState::Agreed) {
        copies.extend(agreed.works.iter().map(|work| (work.work_id, work.clone())));
    }
    Ok(Round { revision: snapshot.revision, terms, answer, trenches: found, copies })
}

/// True for a trench, or a piece of one, that was agreed elsewhere.
fn is_of(agreed: &KeptTrench, trench: &TrenchResult) -> bool {
    agreed.result.street_id == trench.street_id && trench.work_ids.iter().all(|id| agreed.result.work_ids.contains(id))
}

/// Works as they are now, of those that the viewer sees.
pub fn copies_of(
    snapshot: &Snapshot,
    viewer: Viewer,
    ids: impl Iterator<Item = i64>,
    plane: GaussKruger,
    made_from: &MadeFrom,
) -> BTreeMap<i64, WorkCopy> {
    let Some(view) = snapshot.layer(LayerId::UtilityWork, viewer) else { return BTreeMap::new() };
    let copy = |id: i64| Some((id, WorkCopy::of_item(&view, view.find(id)?, &plane, &made_from.settings)));
    ids.filter_map(copy).collect()
}

impl TrenchPlans {
    /// Keeps the first round under a name, as a draft.
    pub async fn create(
        &self,
        actor: &str,
        name: &str,
        made_from: &MadeFrom,
        round: Round,
    ) -> Result<DoneDeed, PlanError> {
        let mut client = self.store.connect_raw().await?;
        let transaction = client.transaction().await?;
        trench_plan::begin(&transaction, actor).await?;
        let (revision, answer) = (revision_of(&round)?, json!(round.answer));
        let asked = (&json!(made_from), &json!(round.terms));
        let row = trench_plan::create(&transaction, name, asked, (revision, &answer)).await.map_err(name_taken)?;
        let plan_id = row.trench_plan_id;
        let all = next(&[], round.trenches, &round.copies);
        let trenches = write(&transaction, plan_id, 0, &all).await?;
        let changes =
            json!({ "plan": { "before": null, "after": { "name": name, "round": 1 } }, "trenches": trenches });
        let (step, xid) = trench_plan::write_step(&transaction, plan_id, None, "create", &changes).await?;
        transaction.commit().await?;
        self.done(plan_id, Some(Written { step, xid, is_shown: false })).await
    }

    /// Writes a round that was planned upon `seen`. Whoever replied meanwhile is not passed over: then nothing is
    /// written, and the round has to be planned again. A round in which nothing is new leaves no step.
    pub async fn write_round(
        &self,
        actor: &str,
        seen: &StoredPlan,
        version: i32,
        round: Round,
    ) -> Result<DoneDeed, PlanError> {
        let plan_id = seen.row.trench_plan_id;
        let mut client = self.store.connect_raw().await?;
        let transaction = client.transaction().await?;
        trench_plan::begin(&transaction, actor).await?;
        let whole = trench_plan::find_for_update(&transaction, plan_id).await?.ok_or(PlanError::NoSuchPlan)?;
        let plan = StoredPlan::of(whole)?;
        check_version(&plan, version)?;
        if plan.last_step != seen.last_step {
            return Err(PlanError::PlanStale(Box::new(plan)));
        }
        if plan.state == TrenchPlanState::Closed {
            return Err(PlanError::NotInState(plan.state));
        }
        let revision = revision_of(&round)?;
        let Round { terms, answer, trenches, copies, .. } = round;
        let next = next(&plan.kept(), trenches, &copies);
        let is_new = !(next.changed.is_empty() && next.withdrawn.is_empty() && next.new.is_empty());
        if !is_new && terms == plan.terms && is_same_plan(&plan.answer, &answer) {
            return Ok(DoneDeed { stored: plan, step: None });
        }
        trench_plan::update_round(&transaction, plan_id, &json!(terms), (revision, &json!(answer))).await?;
        let last = plan.trenches.iter().map(|trench| trench.kept.number).max().unwrap_or(0);
        let trenches = write(&transaction, plan_id, last, &next).await?;
        let changes = json!({
            "plan": { "before": { "round": plan.row.round, "terms": plan.terms },
                "after": { "round": plan.row.round + 1, "terms": terms } },
            "trenches": trenches,
        });
        let (step, xid) = trench_plan::write_step(&transaction, plan_id, None, "replan", &changes).await?;
        transaction.commit().await?;
        self.done(plan_id, Some(Written { step, xid, is_shown: false })).await
    }
}

/// True when every work has the same days in the same streets. What stayed because it was agreed may count otherwise
/// in sums (it is no longer shifted, and would stay as well if each went by itself), and is no news.
fn is_same_plan(before: &KeptAnswer, now: &KeptAnswer) -> bool {
    let day = |work: &WorkResult| (work.work_id, work.state, work.starts_on, work.ends_on, work.street_ids.clone());
    before.works.iter().map(day).eq(now.works.iter().map(day))
}

fn revision_of(round: &Round) -> Result<i64, StoreError> {
    let why =
        |error: std::num::TryFromIntError| StoreError::Row { table: "trench_plan", id: 0, why: error.to_string() };
    i64::try_from(round.revision).map_err(why)
}

/// Writes what a round makes of the trenches; told for the history. New ones are numbered on from `last`.
async fn write(
    transaction: &tokio_postgres::Transaction<'_>,
    plan_id: i64,
    last: i32,
    next: &Next,
) -> Result<Json, StoreError> {
    let mut changed = Vec::new();
    for (id, result, works) in &next.changed {
        let row = Row::of(result, works);
        trench_plan::update_trench(transaction, *id, &row.written(result)).await?;
        changed.push(*id);
    }
    for id in &next.withdrawn {
        trench_plan::update_trench_state(transaction, *id, PlannedTrenchState::Withdrawn.code()).await?;
    }
    let mut new = Vec::new();
    for (number, (result, works)) in (last + 1..).zip(&next.new) {
        let row = Row::of(result, works);
        new.push(trench_plan::insert_trench(transaction, plan_id, number, &row.written(result)).await?);
    }
    Ok(json!({ "kept": next.kept, "changed": changed, "withdrawn": next.withdrawn, "new": new }))
}

/// What a trench's row is made of and does not stand in its result as it is.
struct Row {
    operators: Vec<String>,
    lead_operator: Option<String>,
    result: Json,
    works: Json,
}

impl Row {
    fn of(result: &TrenchResult, works: &[WorkCopy]) -> Self {
        Self {
            operators: operators_of(works),
            lead_operator: proposed_lead(result, works),
            result: json!(result),
            works: json!(works),
        }
    }

    fn written<'a>(&'a self, result: &'a TrenchResult) -> NewTrench<'a> {
        NewTrench {
            street_id: result.street_id,
            work_ids: &result.work_ids,
            operators: &self.operators,
            lead_operator: self.lead_operator.as_deref(),
            starts_on: result.starts_on,
            ends_on: result.ends_on,
            line: result.lies_along(),
            result: &self.result,
            works: &self.works,
        }
    }
}
