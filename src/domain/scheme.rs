//! 片区划分方案: a set of precincts, from its first draft to the one that holds.

use serde::{Deserialize, Serialize};

/// Where a scheme stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SchemeState {
    /// 草案: seen and changed by planners.
    Draft,
    /// 征求意见: put before other planners, still open to change.
    Shared,
    /// 已公布: seen by everybody and no longer changed.
    Published,
    /// 已采用: the one that holds.
    Adopted,
    /// 已替代: held until another one was adopted.
    Superseded,
}

impl SchemeState {
    pub const ALL: [SchemeState; 5] = [
        SchemeState::Draft,
        SchemeState::Shared,
        SchemeState::Published,
        SchemeState::Adopted,
        SchemeState::Superseded,
    ];

    pub fn code(self) -> &'static str {
        match self {
            SchemeState::Draft => "draft",
            SchemeState::Shared => "shared",
            SchemeState::Published => "published",
            SchemeState::Adopted => "adopted",
            SchemeState::Superseded => "superseded",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// The states that a person may bring a scheme to from here. Superseded comes of itself, when another one is
    /// adopted. What was adopted stays what it was: a change begins with a copy.
    pub fn next(self) -> &'static [SchemeState] {
        use SchemeState::{Adopted, Draft, Published, Shared};
        match self {
            Draft => &[Shared, Published],
            Shared => &[Draft, Published],
            Published => &[Shared, Adopted],
            Adopted | SchemeState::Superseded => &[],
        }
    }

    /// True while outlines and members may be changed: what was shown to the public stays what was shown.
    pub fn is_open(self) -> bool {
        matches!(self, SchemeState::Draft | SchemeState::Shared)
    }
}

/// By what share a community belongs to the precinct that is drawn over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShareOf {
    /// Of its area.
    Area,
    /// Of its households, by the buildings whose representative point lies inside; of its area where nobody knows
    /// the households of its buildings.
    Households,
}

impl ShareOf {
    pub fn code(self) -> &'static str {
        match self {
            ShareOf::Area => "area",
            ShareOf::Households => "households",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [ShareOf::Area, ShareOf::Households].into_iter().find(|share| share.code() == code)
    }
}

/// How members come from an outline: at least this share inside; of two precincts the one with more.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MemberRule {
    pub share_of: ShareOf,
    /// Above 0, at most 1; a share equal to it is enough.
    pub threshold: f64,
}

impl Default for MemberRule {
    fn default() -> Self {
        Self { share_of: ShareOf::Area, threshold: 0.5 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::LayerId;

    #[test]
    fn states_are_those_of_the_layer_and_the_open_ones_are_not_public() {
        let layer = LayerId::Precinct.describe();
        let (_, field) = layer.field("precinct_state").expect("a field");
        let crate::domain::FieldKind::Choice(choices) = field.kind else { panic!("a choice") };
        assert_eq!(choices.iter().map(|c| c.code).collect::<Vec<_>>(), SchemeState::ALL.map(SchemeState::code));
        let crate::domain::RowRule::PublicWhere { is, .. } = layer.rows else { panic!("a rule") };
        for state in SchemeState::ALL {
            assert_eq!(state.is_open(), !is.contains(&state.code()), "{state:?}");
            assert_eq!(SchemeState::from_code(state.code()), Some(state));
        }
    }

    #[test]
    fn what_was_adopted_is_never_changed_again() {
        for state in [SchemeState::Adopted, SchemeState::Superseded] {
            assert!(state.next().is_empty() && !state.is_open());
        }
        assert!(!SchemeState::Draft.next().contains(&SchemeState::Adopted), "nothing is adopted that was not shown");
    }
}
