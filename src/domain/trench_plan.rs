//! 共沟计划: a plan of shared trenches that is kept, put before the operators and agreed trench by trench.

use serde::{Deserialize, Serialize};

/// Where a plan stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrenchPlanState {
    /// 草案: the city's alone.
    Draft,
    /// 征询中: operators see their trenches and reply.
    Offered,
    /// 已办结: nobody replies any more; what was agreed stays.
    Closed,
}

impl TrenchPlanState {
    pub const ALL: [TrenchPlanState; 3] = [TrenchPlanState::Draft, TrenchPlanState::Offered, TrenchPlanState::Closed];

    pub fn code(self) -> &'static str {
        match self {
            TrenchPlanState::Draft => "draft",
            TrenchPlanState::Offered => "offered",
            TrenchPlanState::Closed => "closed",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// The states that a person may bring a plan to from here.
    pub fn next(self) -> &'static [TrenchPlanState] {
        match self {
            TrenchPlanState::Draft => &[TrenchPlanState::Offered],
            TrenchPlanState::Offered => &[TrenchPlanState::Closed],
            TrenchPlanState::Closed => &[],
        }
    }
}

/// Where a trench of a plan stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlannedTrenchState {
    /// 建议: somebody has still to say yes.
    Proposed,
    /// 已同意: every operator in it accepted its current version; it no longer moves.
    Agreed,
    /// 未同意: somebody refused its current version.
    Refused,
    /// 已撤回: a later round of the plan has it no more, or the city took it back.
    Withdrawn,
}

impl PlannedTrenchState {
    pub const ALL: [PlannedTrenchState; 4] = [
        PlannedTrenchState::Proposed,
        PlannedTrenchState::Agreed,
        PlannedTrenchState::Refused,
        PlannedTrenchState::Withdrawn,
    ];

    pub fn code(self) -> &'static str {
        match self {
            PlannedTrenchState::Proposed => "proposed",
            PlannedTrenchState::Agreed => "agreed",
            PlannedTrenchState::Refused => "refused",
            PlannedTrenchState::Withdrawn => "withdrawn",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// True while operators may reply.
    pub fn is_open(self) -> bool {
        matches!(self, PlannedTrenchState::Proposed | PlannedTrenchState::Refused)
    }
}

/// What an operator says of a trench.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReplyKind {
    /// 同意
    Accept,
    /// 申请调整: on other days.
    Shift,
    /// 不同意
    Refuse,
}

impl ReplyKind {
    pub const ALL: [ReplyKind; 3] = [ReplyKind::Accept, ReplyKind::Shift, ReplyKind::Refuse];

    pub fn code(self) -> &'static str {
        match self {
            ReplyKind::Accept => "accept",
            ReplyKind::Shift => "shift",
            ReplyKind::Refuse => "refuse",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_they_are_written() {
        for state in TrenchPlanState::ALL {
            assert_eq!(TrenchPlanState::from_code(state.code()), Some(state));
            assert_eq!(serde_json::json!(state), state.code());
        }
        for state in PlannedTrenchState::ALL {
            assert_eq!(PlannedTrenchState::from_code(state.code()), Some(state));
            assert_eq!(serde_json::json!(state), state.code());
        }
        for kind in ReplyKind::ALL {
            assert_eq!(ReplyKind::from_code(kind.code()), Some(kind));
            assert_eq!(serde_json::json!(kind), kind.code());
        }
    }

    #[test]
    fn nothing_leads_out_of_a_closed_plan() {
        assert!(TrenchPlanState::Closed.next().is_empty());
        assert!(!PlannedTrenchState::Agreed.is_open() && !PlannedTrenchState::Withdrawn.is_open());
    }
}
