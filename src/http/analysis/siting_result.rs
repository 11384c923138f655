//! The answer of a siting as JSON, the same from the command line and over HTTP.

use serde::Serialize;
use utoipa::ToSchema;

use crate::analysis::siting::{Answer, Choice, Objective, Problem, TIE_RULE};

#[derive(Debug, Serialize, ToSchema)]
pub struct SitingResult {
    /// `mclp`, `lscp`, `p-median` or `p-center`.
    objective: &'static str,
    p: Option<usize>,
    budget: Option<f64>,
    radius: Option<f64>,
    /// How capacities are kept: `single` or `split`; null when they are not.
    assignment: Option<&'static str>,
    /// The weight that objective, capacities and tie rule count.
    weight: String,
    /// What `value` is.
    measures: &'static str,
    value: f64,
    /// No answer is better than this; null when nothing is known.
    bound: Option<f64>,
    /// |value − bound| / value; 0 only when it is proved.
    gap: Option<f64>,
    is_proved_optimal: bool,
    /// `proved-optimal`, `time-limit` or `too-large-to-prove`.
    reason: &'static str,
    explanation: &'static str,
    /// False: an answer as good may exist that the tie rule prefers.
    is_tie_settled: bool,
    tie_rule: &'static str,
    /// Ids of the sites that were chosen, those that exist left out.
    chosen: Vec<String>,
    /// Every open site.
    sites: Vec<OpenSiteResult>,
    /// What part is served, by places and by each weight.
    shares: Vec<ShareResult>,
    /// Of those who are served, each place once.
    mean_cost: Option<f64>,
    /// Of those who are served, each by its weight.
    mean_cost_weighted: Option<f64>,
    greatest_cost: Option<f64>,
    served: Vec<ServedResult>,
    left_out: Vec<LeftOutResult>,
    /// Leads the search where nothing can be proved.
    seed: u64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct OpenSiteResult {
    site_id: String,
    /// `chosen`, `must`, `must-be-full` or `existing`.
    why: &'static str,
    /// Demands that it serves.
    places: usize,
    /// Weight that it serves.
    load: f64,
    capacity: Option<f64>,
    price: f64,
    farthest: Option<f64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ShareResult {
    /// `places`, or the name of a weight.
    of: String,
    served: f64,
    total: f64,
    /// Null when the total is 0.
    percent: Option<f64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ServedResult {
    demand_id: String,
    site_id: String,
    cost: f64,
    /// The part of the demand; 1 except with split assignment.
    share: f64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LeftOutResult {
    demand_id: String,
    /// `no-way`, `beyond-radius`, `not-chosen` or `full`.
    why: &'static str,
    /// The nearest open site, where there is a way to one.
    nearest_open: Option<NearestResult>,
    share: f64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct NearestResult {
    site_id: String,
    cost: f64,
}

impl SitingResult {
    /// Without the lists by demand.
    pub fn forget_demands(&mut self) {
        self.served.clear();
        self.left_out.clear();
    }

    pub fn of(problem: &Problem, answer: &Answer, seed: u64) -> Self {
        let demand = |n: usize| problem.demands[n].id.clone();
        let site = |n: usize| problem.sites[n].id.clone();
        let gap = answer.gap();
        Self {
            objective: problem.objective.name(),
            p: problem.p,
            budget: problem.budget,
            radius: problem.radius.filter(|radius| radius.is_finite()),
            assignment: problem.capacities.map(|assignment| assignment.name()),
            weight: problem.weight_names[problem.weight].clone(),
            measures: match problem.objective {
                Objective::Mclp => "weight that is covered",
                Objective::Lscp => "sites that are chosen",
                Objective::PMedian => "sum of weight × cost",
                Objective::PCenter => "greatest cost of any demand",
            },
            value: answer.value,
            bound: answer.bound,
            gap,
            is_proved_optimal: answer.is_proved_optimal(),
            reason: answer.reason.name(),
            explanation: answer.reason.says(),
            is_tie_settled: answer.is_tie_settled,
            tie_rule: TIE_RULE,
            chosen: answer.open.iter().filter(|open| open.choice.is_counted()).map(|open| site(open.site)).collect(),
            sites: answer
                .open
                .iter()
                .map(|open| OpenSiteResult {
                    site_id: site(open.site),
                    why: match open.choice {
                        Choice::Existing => "existing",
                        Choice::Must => "must",
                        Choice::MustBeFull => "must-be-full",
                        Choice::Free | Choice::MustNot => "chosen",
                    },
                    places: open.places,
                    load: open.load,
                    capacity: problem.sites[open.site].capacity,
                    price: problem.sites[open.site].price,
                    farthest: open.farthest,
                })
                .collect(),
            shares: answer
                .shares
                .iter()
                .map(|share| ShareResult {
                    of: share.of.clone(),
                    served: share.served,
                    total: share.total,
                    percent: share.percent(),
                })
                .collect(),
            mean_cost: answer.mean_cost,
            mean_cost_weighted: answer.mean_cost_weighted,
            greatest_cost: answer.greatest_cost,
            served: answer
                .served
                .iter()
                .map(|one| ServedResult {
                    demand_id: demand(one.demand),
                    site_id: site(one.site),
                    cost: one.cost,
                    share: one.share,
                })
                .collect(),
            left_out: answer
                .left_out
                .iter()
                .map(|one| LeftOutResult {
                    demand_id: demand(one.demand),
                    why: one.why.name(),
                    nearest_open: one.nearest_open.map(|(n, cost)| NearestResult { site_id: site(n), cost }),
                    share: one.share,
                })
                .collect(),
            seed,
        }
    }
}
