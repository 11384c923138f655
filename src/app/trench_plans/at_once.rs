//! Several replies at once, to trenches of one plan or of several: all of them are taken, or none is.

use std::collections::BTreeMap;

use super::deeds::write_reply;
use super::{NewReply, PlanError, StoredPlan, TRIES, TrenchPlans, Written};
use crate::store::{StoreError, trench_plan};

/// A reply to a trench.
#[derive(Debug, Clone)]
pub struct AskedReply {
    /// `None` where whoever replies has no part in such a trench: it is refused like one that is not there.
    pub plan_id: Option<i64>,
    pub trench_id: i64,
    pub reply: NewReply,
}

/// A reply that is not taken.
#[derive(Debug)]
pub struct RefusedReply {
    /// Its place in the list.
    pub at: usize,
    pub why: PlanError,
}

/// Why nothing was written.
#[derive(Debug)]
pub enum NotAllTaken {
    /// All that stands against it, in the order of the list.
    Refused(Vec<RefusedReply>),
    Failed(PlanError),
}

impl From<PlanError> for NotAllTaken {
    fn from(error: PlanError) -> Self {
        NotAllTaken::Failed(error)
    }
}

impl From<StoreError> for NotAllTaken {
    fn from(error: StoreError) -> Self {
        NotAllTaken::Failed(error.into())
    }
}

impl From<tokio_postgres::Error> for NotAllTaken {
    fn from(error: tokio_postgres::Error) -> Self {
        NotAllTaken::Failed(error.into())
    }
}

impl TrenchPlans {
    /// Takes these replies in one transaction, each upon what the ones before it left, and gives the plans as they are
    /// then. No trench may stand in the list twice.
    pub async fn reply_at_once(&self, actor: &str, asked: &[AskedReply]) -> Result<Vec<StoredPlan>, NotAllTaken> {
        let mut tries = 1;
        let written = loop {
            match self.attempt_at_once(actor, asked).await {
                Err(NotAllTaken::Failed(PlanError::Store(error))) if error.is_worth_another_try() && tries < TRIES => {
                    tries += 1;
                }
                other => break other?,
            }
        };
        if let Some(Written { xid, .. }) = written.iter().find(|written| written.is_shown) {
            self.see(*xid).await;
        }
        let mut ids: Vec<i64> = asked.iter().filter_map(|one| one.plan_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut plans = Vec::new();
        for id in ids {
            plans.push(self.find(id).await?);
        }
        Ok(plans)
    }

    async fn attempt_at_once(&self, actor: &str, asked: &[AskedReply]) -> Result<Vec<Written>, NotAllTaken> {
        let mut client = self.store.connect_raw().await?;
        let transaction = client.transaction().await?;
        trench_plan::begin(&transaction, actor).await?;
        // All plans are taken first and in the order of their numbers, so that two such lists do not wait for each other.
        let mut plans: BTreeMap<i64, Option<StoredPlan>> =
            asked.iter().filter_map(|one| Some((one.plan_id?, None))).collect();
        for (id, plan) in &mut plans {
            *plan = trench_plan::find_for_update(&transaction, *id).await?.map(StoredPlan::of).transpose()?;
        }
        let (mut written, mut refused) = (Vec::new(), Vec::new());
        for (at, one) in asked.iter().enumerate() {
            let plan = one.plan_id.and_then(|id| plans.get_mut(&id)?.as_mut());
            let Some(plan) = plan else {
                refused.push(RefusedReply { at, why: PlanError::NoSuchTrench });
                continue;
            };
            match write_reply(&transaction, plan, one.trench_id, &one.reply).await {
                Ok((step, kept)) => {
                    written.push(step);
                    let trench = plan.trenches.iter_mut().find(|trench| trench.kept.id == one.trench_id);
                    trench.into_iter().for_each(|trench| trench.kept = kept.clone());
                }
                Err(PlanError::Store(error)) => return Err(error.into()),
                Err(why) => refused.push(RefusedReply { at, why }),
            }
        }
        if !refused.is_empty() {
            // What was written of the others goes with the transaction.
            return Err(NotAllTaken::Refused(refused));
        }
        transaction.commit().await?;
        Ok(written)
    }
}
