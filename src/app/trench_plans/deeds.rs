//! What people do to a plan: offer it, reply, name a leader, take a trench back, close it.

use chrono::NaiveDate;
use serde_json::{Value as Json, json};
use tokio_postgres::Transaction;

use super::agreed::agree;
use super::{DoneDeed, PlanError, StoredPlan, StoredTrench, TRIES, TrenchPlans, Written};
use crate::analysis::trench::agreement::{AgreedTrench, KeptTrench, NotTaken, Reply, check_reply, code_of};
use crate::domain::trench_plan::{PlannedTrenchState, ReplyKind, TrenchPlanState};
use crate::store::StoreError;
use crate::store::trench_plan::{self, AgreedRow};

#[derive(Debug, Clone)]
pub struct NewReply {
    /// Of the trench, as it was seen.
    pub version: i32,
    pub operator: String,
    pub kind: ReplyKind,
    pub reason: Option<String>,
    pub days: Option<(NaiveDate, NaiveDate)>,
}

/// What is to be done to a plan.
#[derive(Debug, Clone)]
pub enum Deed {
    /// To be offered or closed; with the version of the plan.
    State {
        to: TrenchPlanState,
        version: i32,
    },
    Reply {
        trench_id: i64,
        reply: NewReply,
    },
    Lead {
        trench_id: i64,
        version: i32,
        operator: String,
    },
    /// The city takes a trench back, agreed or not.
    Withdraw {
        trench_id: i64,
        version: i32,
        reason: String,
    },
    /// A draft alone; its history stays.
    Delete {
        version: i32,
    },
}

impl TrenchPlans {
    /// Does something to a plan, all of it or nothing.
    pub async fn perform(&self, actor: &str, plan_id: i64, deed: &Deed) -> Result<DoneDeed, PlanError> {
        let mut tries = 1;
        loop {
            match self.attempt(actor, plan_id, deed).await {
                Err(PlanError::Store(error)) if error.is_worth_another_try() && tries < TRIES => tries += 1,
                Ok(written) => return self.done(plan_id, Some(written)).await,
                Err(error) => return Err(error),
            }
        }
    }

    /// Deletes a draft.
    pub async fn delete(&self, actor: &str, plan_id: i64, version: i32) -> Result<(), PlanError> {
        self.attempt(actor, plan_id, &Deed::Delete { version }).await?;
        Ok(())
    }

    async fn attempt(&self, actor: &str, plan_id: i64, deed: &Deed) -> Result<Written, PlanError> {
        let mut client = self.store.connect_raw().await?;
        let transaction = client.transaction().await?;
        trench_plan::begin(&transaction, actor).await?;
        let whole = trench_plan::find_for_update(&transaction, plan_id).await?.ok_or(PlanError::NoSuchPlan)?;
        let plan = StoredPlan::of(whole)?;
        let written = match deed {
            Deed::State { to, version } => change_state(&transaction, &plan, *to, *version).await?,
            Deed::Reply { trench_id, reply } => take_reply(&transaction, &plan, *trench_id, reply).await?,
            Deed::Lead { trench_id, version, operator } => {
                change_lead(&transaction, &plan, trench_of(&plan, *trench_id, *version)?, operator).await?
            }
            Deed::Withdraw { trench_id, version, reason } => {
                withdraw(&transaction, &plan, trench_of(&plan, *trench_id, *version)?, reason).await?
            }
            Deed::Delete { version } => {
                check_version(&plan, *version)?;
                if plan.state != TrenchPlanState::Draft {
                    return Err(PlanError::NotInState(plan.state));
                }
                let changes = json!({ "plan": { "before": { "name": plan.row.name }, "after": null } });
                let written = step(&transaction, &plan, None, "delete", &changes, false).await?;
                trench_plan::delete(&transaction, plan_id).await?;
                written
            }
        };
        transaction.commit().await?;
        Ok(written)
    }
}

pub(super) fn check_version(plan: &StoredPlan, version: i32) -> Result<(), PlanError> {
    if plan.row.version == version { Ok(()) } else { Err(PlanError::PlanStale(Box::new(plan.clone()))) }
}

/// A trench whose version was seen.
fn trench_of(plan: &StoredPlan, trench_id: i64, version: i32) -> Result<&StoredTrench, PlanError> {
    let trench = plan.find_trench(trench_id).ok_or(PlanError::NoSuchTrench)?;
    let now = trench.kept.version;
    if now == version {
        Ok(trench)
    } else {
        Err(PlanError::TrenchStale { trench_id, now, plan: Box::new(plan.clone()) })
    }
}

pub(super) async fn step(
    transaction: &Transaction<'_>,
    plan: &StoredPlan,
    trench_id: Option<i64>,
    kind: &str,
    changes: &Json,
    is_shown: bool,
) -> Result<Written, StoreError> {
    let (step, xid) = trench_plan::write_step(transaction, plan.row.trench_plan_id, trench_id, kind, changes).await?;
    Ok(Written { step, xid, is_shown })
}

async fn change_state(
    transaction: &Transaction<'_>,
    plan: &StoredPlan,
    to: TrenchPlanState,
    version: i32,
) -> Result<Written, PlanError> {
    check_version(plan, version)?;
    if !plan.state.next().contains(&to) {
        return Err(PlanError::NoSuchWay { from: plan.state, to });
    }
    trench_plan::update_state(transaction, plan.row.trench_plan_id, to.code()).await?;
    let kind = if to == TrenchPlanState::Closed { "close" } else { "offer" };
    let changes = json!({ "plan": { "before": { "state": plan.state }, "after": { "state": to } } });
    Ok(step(transaction, plan, None, kind, &changes, false).await?)
}

async fn take_reply(
    transaction: &Transaction<'_>,
    plan: &StoredPlan,
    trench_id: i64,
    new: &NewReply,
) -> Result<Written, PlanError> {
    match write_reply(transaction, plan, trench_id, new).await {
        Ok((written, _)) => Ok(written),
        Err(PlanError::NotTaken(NotTaken::OldVersion { now })) => {
            Err(PlanError::TrenchStale { trench_id, now, plan: Box::new(plan.clone()) })
        }
        Err(error) => Err(error),
    }
}

/// Writes a reply, and tells what the trench is after it. What is refused is refused before anything is written.
pub(super) async fn write_reply(
    transaction: &Transaction<'_>,
    plan: &StoredPlan,
    trench_id: i64,
    new: &NewReply,
) -> Result<(Written, KeptTrench), PlanError> {
    let trench = plan.find_trench(trench_id).ok_or(PlanError::NoSuchTrench)?;
    let reply = Reply {
        version: new.version,
        operator: new.operator.clone(),
        kind: new.kind,
        reason: new.reason.clone(),
        days: new.days,
    };
    let elsewhere = agreed_elsewhere(transaction, plan, &trench.kept).await?;
    check_reply(plan.state, &plan.agreed(), &elsewhere, &trench.kept, &reply)?;
    let (kind, reason) = (new.kind.code(), new.reason.as_deref());
    let said = (new.version, new.operator.as_str(), kind);
    let reply_id = trench_plan::insert_reply(transaction, trench_id, said, reason, new.days).await?;
    let mut kept = trench.kept.clone();
    kept.replies.push(reply);
    let standing = kept.standing();
    let changes = json!({
        "reply": { "reply_id": reply_id, "operator": new.operator, "reply": new.kind, "version": new.version },
        "trench": { "before": { "state": trench.kept.state }, "after": { "state": standing } },
    });
    let written = step(transaction, plan, Some(trench_id), "reply", &changes, false).await?;
    if standing == PlannedTrenchState::Agreed {
        let written = agree(transaction, plan, &kept).await?;
        return Ok((written, KeptTrench { state: standing, ..kept }));
    }
    if standing != trench.kept.state {
        trench_plan::update_trench_state(transaction, trench_id, standing.code()).await?;
    }
    Ok((written, KeptTrench { state: standing, ..kept }))
}

/// Trenches of other plans that were agreed and have works of this one. Whoever agrees in another plan at the same time
/// waits.
async fn agreed_elsewhere(
    transaction: &Transaction<'_>,
    plan: &StoredPlan,
    trench: &KeptTrench,
) -> Result<Vec<AgreedTrench>, StoreError> {
    let rows = trench_plan::agreed_elsewhere(transaction, plan.row.trench_plan_id, &trench.result.work_ids).await?;
    let of = |row: AgreedRow| AgreedTrench {
        code: code_of(row.trench_plan_id, row.number),
        street_id: row.street_id,
        work_ids: row.work_ids,
        starts_on: row.starts_on,
    };
    Ok(rows.into_iter().map(of).collect())
}

async fn change_lead(
    transaction: &Transaction<'_>,
    plan: &StoredPlan,
    trench: &StoredTrench,
    operator: &str,
) -> Result<Written, PlanError> {
    if plan.state == TrenchPlanState::Closed {
        return Err(PlanError::NotInState(plan.state));
    }
    let kept = &trench.kept;
    if kept.state == PlannedTrenchState::Withdrawn {
        return Err(PlanError::TrenchNotInState(kept.state));
    }
    if !kept.operators().iter().any(|name| name == operator) {
        return Err(PlanError::NotInTrench(operator.to_owned()));
    }
    trench_plan::update_lead(transaction, kept.id, operator).await?;
    let changes = json!({ "trench": {
        "before": { "lead_operator": kept.lead_operator }, "after": { "lead_operator": operator } } });
    let is_shown = kept.state == PlannedTrenchState::Agreed;
    Ok(step(transaction, plan, Some(kept.id), "lead", &changes, is_shown).await?)
}

async fn withdraw(
    transaction: &Transaction<'_>,
    plan: &StoredPlan,
    trench: &StoredTrench,
    reason: &str,
) -> Result<Written, PlanError> {
    let kept = &trench.kept;
    if kept.state == PlannedTrenchState::Withdrawn {
        return Err(PlanError::TrenchNotInState(kept.state));
    }
    trench_plan::withdraw(transaction, kept.id).await?;
    let changes = json!({ "reason": reason,
        "trench": { "before": { "state": kept.state }, "after": { "state": "withdrawn" } } });
    let is_shown = kept.state == PlannedTrenchState::Agreed;
    Ok(step(transaction, plan, Some(kept.id), "withdraw", &changes, is_shown).await?)
}
