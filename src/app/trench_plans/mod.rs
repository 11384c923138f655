//! Plans of shared trenches: one transaction a deed, with its step in the history, seen by this node when the answer
//! goes out.
//!
//! Deeds upon one plan are written one after the other, each upon what the last one left: of two replies at once none
//! is lost, and the one that completes an agreement writes it. A deed says which version it has seen.

mod agreed;
mod at_once;
mod deeds;
mod in_area;
mod openings;
mod round;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

pub use at_once::{AskedReply, NotAllTaken, RefusedReply};
pub use deeds::{Deed, NewReply};
pub use round::{Ground, Round, copies_of, plan_round};

use super::City;
use crate::analysis::trench::agreement::{
    AgreedTrench, AreaTotals, KeptAnswer, KeptTrench, MadeFrom, NotTaken, Reply, Terms, WorkCopy, code_of,
};
use crate::domain::trench_plan::{PlannedTrenchState, ReplyKind, TrenchPlanState};
use crate::store::trench_plan::{self, PlanEntry, PlanRow, PlanStepRow, PlannedTrenchRow, ReplyRow, WholePlan};
use crate::store::{Store, StoreError};

/// How often a deed is tried when PostgreSQL gives the transaction up for another's sake.
const TRIES: usize = 4;
/// How long an answer waits for this node to see what it wrote.
const PATIENCE: Duration = Duration::from_secs(5);

/// A plan as it is stored.
#[derive(Debug, Clone)]
pub struct StoredPlan {
    pub row: PlanRow,
    pub state: TrenchPlanState,
    pub made_from: MadeFrom,
    pub terms: Terms,
    pub answer: KeptAnswer,
    /// By number.
    pub trenches: Vec<StoredTrench>,
    pub last_step: i64,
    /// The plan is cut to the area of a body, and these are its figures there.
    pub area: Option<AreaTotals>,
}

#[derive(Debug, Clone)]
pub struct StoredTrench {
    pub kept: KeptTrench,
    pub agreed_at: Option<DateTime<Utc>>,
    pub shared_trench_id: Option<i64>,
    /// In the order in which they came, those to earlier versions too.
    pub replies: Vec<ReplyRow>,
    /// To a body: works of it with no part in its area, of which its copies tell nothing of their own.
    pub outside: Vec<i64>,
}

/// What was done.
#[derive(Debug, Clone)]
pub struct DoneDeed {
    pub stored: StoredPlan,
    /// `None` where nothing was to be done.
    pub step: Option<i64>,
}

#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    #[error("there is no such plan")]
    NoSuchPlan,
    #[error("the plan has no such trench")]
    NoSuchTrench,
    #[error("another plan has this name")]
    NameTaken,
    #[error("a plan that is {} does not become {}", .from.code(), .to.code())]
    NoSuchWay { from: TrenchPlanState, to: TrenchPlanState },
    #[error("the plan is {}", .0.code())]
    NotInState(TrenchPlanState),
    #[error("the trench is {}", .0.code())]
    TrenchNotInState(PlannedTrenchState),
    #[error("«{0}» takes no part in this trench")]
    NotInTrench(String),
    #[error("the plan has changed meanwhile")]
    PlanStale(Box<StoredPlan>),
    #[error("the trench is at version {now} by now")]
    TrenchStale { trench_id: i64, now: i32, plan: Box<StoredPlan> },
    #[error(transparent)]
    NotTaken(#[from] NotTaken),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<tokio_postgres::Error> for PlanError {
    fn from(error: tokio_postgres::Error) -> Self {
        PlanError::Store(error.into())
    }
}

/// Keeps plans.
#[derive(Clone)]
pub struct TrenchPlans {
    store: Store,
    city: Arc<City>,
}

/// A column that this program wrote itself, or somebody in psql who must be told.
fn read<T: DeserializeOwned>(table: &'static str, id: i64, column: &str, json: Json) -> Result<T, StoreError> {
    serde_json::from_value(json).map_err(|error| StoreError::Row { table, id, why: format!("{column}: {error}") })
}

impl StoredPlan {
    fn of(whole: WholePlan) -> Result<Self, StoreError> {
        let WholePlan { mut plan, trenches, replies, last_step } = whole;
        let id = plan.trench_plan_id;
        let refuse = |why: &str| StoreError::Row { table: "trench_plan", id, why: why.to_owned() };
        let mut of_trench: BTreeMap<i64, Vec<ReplyRow>> = BTreeMap::new();
        for reply in replies {
            of_trench.entry(reply.planned_trench_id).or_default().push(reply);
        }
        let trench = |row: PlannedTrenchRow| {
            let replies = of_trench.remove(&row.planned_trench_id).unwrap_or_default();
            StoredTrench::of(row, replies)
        };
        Ok(Self {
            state: TrenchPlanState::from_code(&plan.state).ok_or_else(|| refuse("its state"))?,
            made_from: read("trench_plan", id, "made_from", std::mem::take(&mut plan.made_from))?,
            terms: read("trench_plan", id, "terms", std::mem::take(&mut plan.terms))?,
            answer: read("trench_plan", id, "answer", std::mem::take(&mut plan.answer))?,
            trenches: trenches.into_iter().map(trench).collect::<Result<_, _>>()?,
            row: plan,
            last_step,
            area: None,
        })
    }

    pub fn find_trench(&self, trench_id: i64) -> Option<&StoredTrench> {
        self.trenches.iter().find(|trench| trench.kept.id == trench_id)
    }

    /// Those that were agreed.
    fn agreed(&self) -> Vec<AgreedTrench> {
        let agreed = self.trenches.iter().map(|trench| &trench.kept);
        agreed
            .filter(|kept| kept.state == PlannedTrenchState::Agreed)
            .map(|kept| AgreedTrench {
                code: code_of(self.row.trench_plan_id, kept.number),
                street_id: kept.result.street_id,
                work_ids: kept.result.work_ids.clone(),
                starts_on: kept.result.starts_on,
            })
            .collect()
    }

    /// The trenches as the rules of agreement read them; to a body without works that it sees nothing of.
    pub fn kept(&self) -> Vec<KeptTrench> {
        let kept =
            |trench: &StoredTrench| KeptTrench { works: trench.inside().cloned().collect(), ..trench.kept.clone() };
        self.trenches.iter().map(kept).collect()
    }
}

impl StoredTrench {
    /// Its works as whoever reads it may know them.
    pub fn inside(&self) -> impl Iterator<Item = &WorkCopy> {
        self.kept.works.iter().filter(|work| !self.outside.contains(&work.work_id))
    }

    fn of(row: PlannedTrenchRow, replies: Vec<ReplyRow>) -> Result<Self, StoreError> {
        let id = row.planned_trench_id;
        let refuse = |why: &str| StoreError::Row { table: "planned_trench", id, why: why.to_owned() };
        let reply = |row: &ReplyRow| -> Result<Reply, StoreError> {
            Ok(Reply {
                version: row.trench_version,
                operator: row.operator.clone(),
                kind: ReplyKind::from_code(&row.reply).ok_or_else(|| refuse("a reply to it"))?,
                reason: row.reason.clone(),
                days: row.first_day.zip(row.last_day),
            })
        };
        Ok(Self {
            kept: KeptTrench {
                id,
                number: row.number,
                version: row.version,
                state: PlannedTrenchState::from_code(&row.state).ok_or_else(|| refuse("its state"))?,
                lead_operator: row.lead_operator,
                result: read("planned_trench", id, "result", row.result)?,
                works: read("planned_trench", id, "works", row.works)?,
                replies: replies.iter().map(reply).collect::<Result<_, _>>()?,
            },
            agreed_at: row.agreed_at,
            shared_trench_id: row.shared_trench_id,
            replies,
            outside: Vec::new(),
        })
    }
}

impl TrenchPlans {
    pub fn new(store: Store, city: Arc<City>) -> Self {
        Self { store, city }
    }

    pub async fn list(&self) -> Result<Vec<PlanEntry>, PlanError> {
        Ok(trench_plan::list(&self.store).await?)
    }

    pub async fn find(&self, plan_id: i64) -> Result<StoredPlan, PlanError> {
        let whole = trench_plan::find(&self.store, plan_id).await?.ok_or(PlanError::NoSuchPlan)?;
        Ok(StoredPlan::of(whole)?)
    }

    /// Plans that are no drafts, in the order in which they were made.
    pub async fn published(&self) -> Result<Vec<StoredPlan>, PlanError> {
        let mut plans = Vec::new();
        for entry in self.list().await?.iter().filter(|entry| entry.plan.state != TrenchPlanState::Draft.code()) {
            match self.find(entry.plan.trench_plan_id).await {
                Ok(plan) => plans.push(plan),
                Err(PlanError::NoSuchPlan) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(plans)
    }

    /// Plans that are no drafts and in which an operator takes part, in the order in which they were made.
    pub async fn of_operator(&self, operator: &str) -> Result<Vec<StoredPlan>, PlanError> {
        let mut plans = Vec::new();
        for plan_id in trench_plan::plans_of_operator(&self.store, operator).await? {
            match self.find(plan_id).await {
                Ok(plan) => plans.push(plan),
                Err(PlanError::NoSuchPlan) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(plans)
    }

    /// Trenches that were agreed in other plans: no plan goes against them.
    pub async fn agreed_elsewhere(&self, plan_id: Option<i64>) -> Result<Vec<KeptTrench>, PlanError> {
        let rows = trench_plan::agreed_but_of(&self.store, plan_id).await?;
        let kept = |row| Ok(StoredTrench::of(row, Vec::new())?.kept);
        rows.into_iter().map(kept).collect()
    }

    /// Steps, the newest first; of a deleted plan too.
    pub async fn steps(&self, plan_id: i64, before: Option<i64>, at_most: i64) -> Result<Vec<PlanStepRow>, PlanError> {
        let steps = trench_plan::steps(&self.store, plan_id, before, at_most).await?;
        if steps.is_empty() && before.is_none() { Err(PlanError::NoSuchPlan) } else { Ok(steps) }
    }

    async fn done(&self, plan_id: i64, written: Option<Written>) -> Result<DoneDeed, PlanError> {
        if let Some(Written { xid, is_shown: true, .. }) = written {
            self.see(xid).await;
        }
        Ok(DoneDeed { stored: self.find(plan_id).await?, step: written.map(|written| written.step) })
    }

    /// Waits until this node's snapshot shows what was written to a layer.
    async fn see(&self, xid: u64) {
        if tokio::time::timeout(PATIENCE, self.city.shows(xid)).await.is_err() {
            tracing::warn!("an agreed trench was committed and is not yet in this node's revision");
        }
    }
}

/// What a transaction wrote.
#[derive(Debug, Clone, Copy)]
struct Written {
    step: i64,
    xid: u64,
    /// Something of it stands in a layer.
    is_shown: bool,
}

fn name_taken(error: StoreError) -> PlanError {
    if error.is_about_the_data() { PlanError::NameTaken } else { PlanError::Store(error) }
}
