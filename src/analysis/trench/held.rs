//! What people agreed on or refused, which no plan goes against: works that stay on their days, trenches that take
//! nobody in, works that share none.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Held {
    /// First days by id of the work. They hold whatever the work's window, a street's protection or the beginning of
    /// the plan say since.
    pub fixed: BTreeMap<i64, NaiveDate>,
    pub closed: Vec<Closed>,
    pub apart: BTreeSet<Apart>,
}

/// A trench that was agreed: on its stretch its works lie with each other and with nobody else.
#[derive(Debug, Clone, PartialEq)]
pub struct Closed {
    /// A yard has no third work that could join.
    pub street_id: i64,
    pub from_m: f64,
    pub to_m: f64,
    pub work_ids: BTreeSet<i64>,
}

/// Two works that do not share a trench in a street, because one of their operators refused it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Apart {
    /// Null in a yard.
    pub street_id: Option<i64>,
    /// The lower id first.
    pub work_ids: [i64; 2],
}

impl Apart {
    pub fn of(street_id: Option<i64>, a: i64, b: i64) -> Self {
        Self { street_id, work_ids: [a.min(b), a.max(b)] }
    }
}

impl Held {
    /// True when two works may lie in one trench in a street at a measure, as far as people decided.
    pub fn may_share(&self, street_id: Option<i64>, at_m: f64, a: i64, b: i64) -> bool {
        if self.apart.is_empty() && self.closed.is_empty() {
            return true;
        }
        if self.apart.contains(&Apart::of(street_id, a, b)) {
            return false;
        }
        self.closed.iter().all(|one| {
            let is_here = Some(one.street_id) == street_id && one.from_m <= at_m && at_m <= one.to_m;
            !is_here || one.work_ids.contains(&a) == one.work_ids.contains(&b)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agreed_trench_takes_nobody_in_on_its_stretch_and_refusals_hold_both_ways() {
        let closed = Closed { street_id: 7, from_m: 10.0, to_m: 50.0, work_ids: [1, 2].into() };
        let held = Held { closed: vec![closed], apart: [Apart::of(Some(8), 5, 4)].into(), ..Held::default() };
        assert!(held.may_share(Some(7), 20.0, 1, 2));
        assert!(!held.may_share(Some(7), 20.0, 1, 3) && !held.may_share(Some(7), 20.0, 3, 2));
        assert!(held.may_share(Some(7), 20.0, 3, 4), "others may share beside it");
        assert!(held.may_share(Some(7), 60.0, 1, 3) && held.may_share(Some(9), 20.0, 1, 3));
        assert!(!held.may_share(Some(8), 0.0, 4, 5) && !held.may_share(Some(8), 0.0, 5, 4));
        assert!(held.may_share(Some(7), 0.0, 4, 5));
    }
}
