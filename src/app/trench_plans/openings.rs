//! What plans decide of streets and works, for the calendar.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{PlanError, TrenchPlans, read};
use crate::analysis::trench::Opening;
use crate::analysis::trench::calendar::StreetOpening;
use crate::analysis::trench::outside_plans::Decided;
use crate::domain::trench_plan::TrenchPlanState;
use crate::store::trench_plan::{self, PlanOpenings};

impl TrenchPlans {
    /// Openings of streets that plans come to. Drafts are nobody's calendar. What was agreed counts of every plan; what
    /// is only planned counts of the newest one that is offered, so that works which stand in several plans count once.
    /// Of which works that decides is told beside them.
    pub async fn openings(&self) -> Result<(Vec<StreetOpening>, Decided), PlanError> {
        let (plans, agreed) = trench_plan::openings(&self.store).await?;
        let agreed: BTreeMap<i64, NaiveDate> =
            agreed.iter().flat_map(|one| one.work_ids.iter().map(|work| (*work, one.starts_on))).collect();
        let is_offered = |plan: &&PlanOpenings| plan.state == TrenchPlanState::Offered.code();
        let newest = plans.iter().filter(is_offered).map(|plan| plan.trench_plan_id).max();
        let mut decided = Decided { by_plans: agreed.keys().copied().collect(), ..Decided::default() };
        let mut found = Vec::new();
        for PlanOpenings { trench_plan_id, openings, work_ids, .. } in plans {
            if newest == Some(trench_plan_id) {
                decided.by_plans.extend(&work_ids);
            }
            decided.in_plans.extend(work_ids);
            let openings: Vec<Opening> = read("trench_plan", trench_plan_id, "answer", openings)?;
            found.extend(openings.into_iter().filter_map(|one| {
                let is_agreed = one.work_ids.iter().any(|work| agreed.get(work) == Some(&one.starts_on));
                let is_planned =
                    newest == Some(trench_plan_id) && one.work_ids.iter().any(|work| !agreed.contains_key(work));
                let Opening { street_id, starts_on, ends_on, .. } = one;
                (is_agreed || is_planned).then_some(StreetOpening { street_id, starts_on, ends_on, is_agreed })
            }));
        }
        Ok((found, decided))
    }
}
