//! A scheme as it is edited: outlines, what is said of each precinct, and which communities belong to it. What an
//! edit means, and what it adds up to; docs/precincts.md has the rules.

mod edit;
pub mod members;
pub mod totals;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use edit::{Applied, Edit, Wrong};

use super::partition::{Id, Partition};
use crate::domain::scheme::{MemberRule, ShareOf};

/// What is said of a precinct.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct About {
    pub code: Option<String>,
    pub name: String,
    /// Code of the one responsible body.
    pub responsible_body: Option<String>,
    /// When renewal starts.
    pub start_year: Option<i64>,
    /// Goes first, as an example.
    pub is_pilot: Option<bool>,
}

/// How a community came to belong where it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// By the share of its area inside the outline.
    Area,
    /// By the share of its households.
    Households,
    /// A planner said so; outlines do not change it.
    ByHand,
}

impl How {
    pub fn code(self) -> &'static str {
        match self {
            How::Area => "area",
            How::Households => "households",
            How::ByHand => "by_hand",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [How::Area, How::Households, How::ByHand].into_iter().find(|how| how.code() == code)
    }
}

impl From<ShareOf> for How {
    fn from(share: ShareOf) -> Self {
        match share {
            ShareOf::Area => How::Area,
            ShareOf::Households => How::Households,
        }
    }
}

/// Where a community belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// `None`: left out by hand.
    pub precinct: Option<Id>,
    pub how: How,
}

/// Outlines and members. A precinct has one entry in `about` and one in `outlines`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scheme {
    pub rule: MemberRule,
    pub outlines: Partition,
    pub about: BTreeMap<Id, About>,
    /// By community.
    pub members: BTreeMap<i64, Member>,
}

impl Scheme {
    /// The communities of a precinct, in the order of their ids.
    pub fn members_of(&self, precinct: Id) -> impl Iterator<Item = i64> + '_ {
        self.members.iter().filter(move |(_, member)| member.precinct == Some(precinct)).map(|(id, _)| *id)
    }
}
