//! A grouping as JSON, the same from the API and from the command line.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::grouping_order::UnitId;
use crate::analysis::grouping::{Answer, Goal, Problem, Proposal, UnknownHouseholds, Weights};

/// How ids decide, for people beside the answer.
const TIE_RULE: &str = "The most precincts first where those are wanted, then the least value, then the proposal whose \
     communities come first by id. Ids that are numbers are compared by value and come before texts.";

#[derive(Debug, Serialize, ToSchema)]
pub struct GroupingResult {
    /// `planner` or `max-p`.
    objective: &'static str,
    weights: BTreeMap<&'static str, f64>,
    attributes: Vec<String>,
    /// Of this program.
    version: &'static str,
    seed: u64,
    /// Of the question, whatever the order of its parts; the seed left out.
    input_hash: String,
    /// Time was over before the work was done: another run may come to another answer.
    is_cut_short: bool,
    /// What is done with communities whose households are not known.
    unknown_households_rule: String,
    tie_rule: &'static str,
    units: usize,
    edges: usize,
    /// Nobody can make more precincts, or fewer, of those who take part.
    most_groups: usize,
    fewest_groups: usize,
    /// How many precincts the best proposal is below the bound; null where the most were not asked for.
    gap: Option<usize>,
    is_proved_most: bool,
    proposals_wanted: usize,
    /// The best first. Fewer than wanted where the searches found no more that differ enough.
    proposals: Vec<ProposalResult>,
    left_out: Vec<UngroupedResult>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ProposalResult {
    /// Weighted sum of the parts; the least is the best.
    value: f64,
    /// Shares from 0, the best, whatever each weighs.
    parts: BTreeMap<&'static str, f64>,
    /// Of the z-scored attributes within precincts: a sum of distances or of squares, as was asked for.
    unlikeness: f64,
    groups: Vec<GroupResult>,
    differences: Vec<DifferenceResult>,
    #[serde(skip_serializing_if = "Option::is_none")]
    placements: Option<Vec<PlacementResult>>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct GroupResult {
    members: Vec<UnitId>,
    is_locked: bool,
    households: u64,
    /// Communities whose households are not known.
    households_unknown: usize,
    /// Null where a walk is not known.
    widest_walk_m: Option<f64>,
    gaps: Vec<GroupGapResult>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct GroupGapResult {
    name: String,
    households: f64,
    /// That the best single site leaves without.
    left_without: f64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DifferenceResult {
    /// Position of the other proposal.
    from: usize,
    /// Of the pairs that either keeps together, the share that the other parts.
    pairs: f64,
    /// Variation of information, as a share of its most.
    information: f64,
    /// Communities that are elsewhere.
    moved: usize,
    /// What the other has more of each part; above zero, this one is better in it.
    parts: BTreeMap<&'static str, f64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PlacementResult {
    id: UnitId,
    group: usize,
    neighbours_inside: usize,
    /// What going over to each neighbouring precinct would do.
    moves: Vec<MoveResult>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MoveResult {
    to: usize,
    /// Limits that would break.
    breaks: Vec<&'static str>,
    /// By how much the value would grow; below zero is better.
    change: f64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct UngroupedResult {
    id: UnitId,
    why: &'static str,
    /// The parameter that stands against it.
    constraint: &'static str,
    detail: String,
    is_proved: bool,
    /// Only eligible ones were to take part.
    is_asked_for: bool,
}

fn named(values: [f64; 7]) -> BTreeMap<&'static str, f64> {
    Weights::NAMES.into_iter().zip(values).collect()
}

/// Numbers as numbers, where they come back as they were.
pub fn unit_id(id: &str) -> UnitId {
    match id.parse::<i64>() {
        Ok(number) if number.to_string() == id => UnitId::Number(number),
        _ => UnitId::Text(id.to_owned()),
    }
}

impl GroupingResult {
    /// How many are in no precinct although nobody asked for it.
    pub fn ungrouped(&self) -> usize {
        self.left_out.iter().filter(|one| !one.is_asked_for).count()
    }

    pub fn of(problem: &Problem, answer: &Answer, with_placements: bool) -> Self {
        let id = |unit: usize| unit_id(&problem.units[unit].id);
        let gap = answer.gap(problem);
        Self {
            objective: match problem.goal {
                Goal::Planner => "planner",
                Goal::MostGroups => "max-p",
            },
            weights: named(problem.weights.list()),
            attributes: problem.attribute_names.clone(),
            version: env!("CARGO_PKG_VERSION"),
            seed: answer.seed,
            input_hash: answer.input_hash.clone(),
            is_cut_short: answer.is_cut_short,
            unknown_households_rule: match problem.unknown_households {
                UnknownHouseholds::Careful => {
                    "Communities whose households are not known may join; they count nothing \
                     towards the minimum and are left out where there is a maximum."
                        .to_owned()
                }
                UnknownHouseholds::Assume(households) => {
                    format!("Communities whose households are not known count as {households} households.")
                }
            },
            tie_rule: TIE_RULE,
            units: problem.units.len(),
            edges: problem.edges.len(),
            most_groups: answer.most_groups,
            fewest_groups: answer.fewest_groups,
            gap,
            is_proved_most: gap == Some(0),
            proposals_wanted: problem.proposals,
            proposals: answer
                .proposals
                .iter()
                .map(|one| ProposalResult::of(problem, &answer.proposals, one, with_placements))
                .collect(),
            left_out: answer
                .left_out
                .iter()
                .map(|&(unit, why)| UngroupedResult {
                    id: id(unit),
                    why: why.name(),
                    constraint: why.constraint(),
                    detail: why.says(problem),
                    is_asked_for: why.is_asked_for(),
                    is_proved: why != crate::analysis::grouping::Why::NotPlaced,
                })
                .collect(),
        }
    }
}

impl ProposalResult {
    fn of(problem: &Problem, all: &[Proposal], one: &Proposal, with_placements: bool) -> Self {
        let id = |unit: usize| unit_id(&problem.units[unit].id);
        let groups = one.groups.iter().map(|group| GroupResult {
            members: group.members.iter().map(|&unit| id(unit)).collect(),
            is_locked: group.is_locked,
            households: group.households,
            households_unknown: group.households_unknown,
            widest_walk_m: group.widest_walk_m,
            gaps: problem
                .gaps
                .iter()
                .zip(&group.gaps)
                .map(|(gap, &(households, left_without))| GroupGapResult {
                    name: gap.name.clone(),
                    households,
                    left_without,
                })
                .collect(),
        });
        let differences = one.differences.iter().map(|&(from, difference)| {
            let mut parts = all[from].parts;
            parts.iter_mut().zip(one.parts).for_each(|(other, own)| *other -= own);
            DifferenceResult {
                from,
                pairs: difference.pairs,
                information: difference.information,
                moved: difference.moved,
                parts: named(parts),
            }
        });
        let placements = one.placements.iter().map(|placement| PlacementResult {
            id: id(placement.unit),
            group: placement.group,
            neighbours_inside: placement.neighbours_inside,
            moves: placement
                .moves
                .iter()
                .map(|one| MoveResult { to: one.to, breaks: one.breaks.clone(), change: one.change })
                .collect(),
        });
        Self {
            value: one.value,
            parts: named(one.parts),
            unlikeness: one.unlikeness,
            groups: groups.collect(),
            differences: differences.collect(),
            placements: with_placements.then(|| placements.collect()),
        }
    }
}
