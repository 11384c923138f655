//! Who can be grouped at all, and why the others cannot.

use super::bits::Bits;
use super::model::{counted, joins};
use super::problem::{Problem, UnknownHouseholds};

/// Why a community is in no group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    NotEligible,
    EligibilityUnknown,
    /// Groups keep to one body, and this community's is not known.
    BodyUnknown,
    /// There is a maximum, and no sum with it is known to keep it.
    HouseholdsUnknown,
    /// Alone over the maximum.
    OverMaximum,
    /// All who hang together with it, and are near enough, have so many households: fewer than the minimum.
    TooFewAround(u64),
    /// The search found no group for it. That is no proof that there is none.
    NotPlaced,
}

impl Why {
    pub fn name(self) -> &'static str {
        match self {
            Self::NotEligible => "not-eligible",
            Self::EligibilityUnknown => "eligibility-unknown",
            Self::BodyUnknown => "body-unknown",
            Self::HouseholdsUnknown => "households-unknown",
            Self::OverMaximum => "over-maximum",
            Self::TooFewAround(_) => "too-few-around",
            Self::NotPlaced => "not-placed",
        }
    }

    /// The constraint that stands against it, by the name of its parameter.
    pub fn constraint(self) -> &'static str {
        match self {
            Self::NotEligible | Self::EligibilityUnknown => "eligible_only",
            Self::BodyUnknown => "same",
            Self::HouseholdsUnknown | Self::OverMaximum => "max_households",
            Self::TooFewAround(_) | Self::NotPlaced => "min_households",
        }
    }

    /// Somebody asked for it to be left out.
    pub fn is_asked_for(self) -> bool {
        matches!(self, Self::NotEligible | Self::EligibilityUnknown)
    }

    /// What a person reads.
    pub fn says(self, problem: &Problem) -> String {
        let floor = problem.min_households.unwrap_or(0);
        match self {
            Self::NotEligible => "is not eligible".to_owned(),
            Self::EligibilityUnknown => "whether it is eligible is not known".to_owned(),
            Self::BodyUnknown => "who is responsible for it is not known".to_owned(),
            Self::HouseholdsUnknown => {
                "its households are not known, so that no group is known to keep the maximum".to_owned()
            }
            Self::OverMaximum => {
                format!("is alone over the maximum of {}", problem.max_households.unwrap_or(u64::MAX))
            }
            Self::TooFewAround(sum) if problem.widest_walk_m.is_some() => {
                format!(
                    "all who hang together with it within the widest walk have {sum} households, the minimum is {floor}"
                )
            }
            Self::TooFewAround(sum) => {
                format!("all who hang together with it have {sum} households, the minimum is {floor}")
            }
            Self::NotPlaced => "no group was found for it that keeps every limit; that is no proof".to_owned(),
        }
    }
}

/// For each unit of the problem why it cannot be grouped, if it cannot. Those in locked groups count as others here.
pub fn left_out(problem: &Problem, too_far: Option<&Bits>) -> Vec<Option<Why>> {
    let ceiling = problem.max_households.unwrap_or(u64::MAX);
    let is_careful = problem.unknown_households == UnknownHouseholds::Careful;
    let mut why: Vec<Option<Why>> = problem
        .units
        .iter()
        .enumerate()
        .map(|(n, unit)| match unit.is_eligible {
            Some(false) if problem.is_eligible_only => Some(Why::NotEligible),
            None if problem.is_eligible_only => Some(Why::EligibilityUnknown),
            _ if problem.keeps_bodies && unit.body.is_none() => Some(Why::BodyUnknown),
            _ if unit.households.is_none() && is_careful && problem.max_households.is_some() => {
                Some(Why::HouseholdsUnknown)
            }
            _ if counted(problem, n) > ceiling => Some(Why::OverMaximum),
            _ => None,
        })
        .collect();
    let is_locked = locked(problem);
    if let Some(floor) = problem.min_households.filter(|&floor| floor > 0) {
        too_few(problem, floor, too_far, &is_locked, &mut why);
    }
    why
}

pub fn locked(problem: &Problem) -> Vec<bool> {
    let mut is_locked = vec![false; problem.units.len()];
    problem.locked.iter().flatten().for_each(|&unit| is_locked[unit] = true);
    is_locked
}

/// Whoever is left out leaves less for the others, so this goes on until nothing changes.
fn too_few(problem: &Problem, floor: u64, too_far: Option<&Bits>, is_locked: &[bool], why: &mut [Option<Why>]) {
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); problem.units.len()];
    for edge in problem.edges.iter().filter(|edge| joins(problem, edge)) {
        next[edge.a].push(edge.b);
        next[edge.b].push(edge.a);
    }
    let mut seen = vec![usize::MAX; problem.units.len()];
    let mut round = 0;
    loop {
        let mut found = Vec::new();
        for unit in (0..problem.units.len()).filter(|&unit| why[unit].is_none() && !is_locked[unit]) {
            // Without a limit on walks the answer is the same for all who hang together.
            if too_far.is_none() && seen[unit] != usize::MAX && seen[unit] >= round {
                continue;
            }
            let mark = if too_far.is_some() { round + unit } else { round };
            let mut stack = vec![unit];
            let mut members = Vec::new();
            seen[unit] = mark;
            let mut sum = 0;
            while let Some(at) = stack.pop() {
                members.push(at);
                sum += counted(problem, at);
                for &other in &next[at] {
                    let is_near = too_far.is_none_or(|far| !far.is_set(unit as u32, other as u32));
                    if seen[other] != mark && is_near && why[other].is_none() && !is_locked[other] {
                        seen[other] = mark;
                        stack.push(other);
                    }
                }
            }
            if sum < floor {
                let whom = if too_far.is_some() { vec![unit] } else { members };
                found.extend(whom.into_iter().map(|unit| (unit, sum)));
            }
        }
        if found.is_empty() {
            return;
        }
        found.into_iter().for_each(|(unit, sum)| why[unit] = Some(Why::TooFewAround(sum)));
        round += problem.units.len();
    }
}
