//! The answer, with everything that a planner asks of it: who is served by what, who is left out and why,
//! how good it is and how that is known.

use super::exact::End;
use super::problem::{Choice, Problem};

#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Weight covered (MCLP), number of sites (LSCP), sum of weight × cost (p-median), greatest cost (p-center).
    pub value: f64,
    /// No answer is better than this: not above it for MCLP, not below it for the others. `None`: not known.
    pub bound: Option<f64>,
    pub reason: Reason,
    /// True when the tie rule was applied to the end: the sites are then the same on every machine.
    pub is_tie_settled: bool,
    /// Positions in the problem, in the order of ids.
    pub open: Vec<OpenSite>,
    /// By demand in the order of ids; with split assignment a demand can stand here several times.
    pub served: Vec<Served>,
    pub left_out: Vec<LeftOut>,
    /// Places first, then each weight of the problem.
    pub shares: Vec<Share>,
    /// Cost of those who are served.
    pub mean_cost: Option<f64>,
    pub mean_cost_weighted: Option<f64>,
    pub greatest_cost: Option<f64>,
}

impl Answer {
    pub fn is_proved_optimal(&self) -> bool {
        self.reason == Reason::ProvedOptimal && self.gap() == Some(0.0)
    }

    /// |value − bound| over value; `None` when it is not known.
    pub fn gap(&self) -> Option<f64> {
        let difference = (self.value - self.bound?).abs();
        if difference == 0.0 {
            return Some(0.0);
        }
        Some(difference / self.value.abs()).filter(|gap| gap.is_finite())
    }
}

/// Why the search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Nothing is better: bound and value are one.
    ProvedOptimal,
    /// The time was over; the gap stands.
    TimeLimit,
    /// Too large to be proved; the gap stands.
    TooLargeToProve,
}

impl Reason {
    pub fn name(self) -> &'static str {
        match self {
            Self::ProvedOptimal => "proved-optimal",
            Self::TimeLimit => "time-limit",
            Self::TooLargeToProve => "too-large-to-prove",
        }
    }

    pub fn says(self) -> &'static str {
        match self {
            Self::ProvedOptimal => "proved optimal: bound and value are one",
            Self::TimeLimit => "stopped at the time limit; the best answer so far",
            Self::TooLargeToProve => "too large to be proved; the best answer found",
        }
    }

    pub(super) fn of(end: End) -> Self {
        match end {
            End::Optimal => Self::ProvedOptimal,
            End::OutOfTime => Self::TimeLimit,
            End::TooLarge | End::Infeasible => Self::TooLargeToProve,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OpenSite {
    pub site: usize,
    pub choice: Choice,
    pub places: usize,
    /// Of the weight that counts.
    pub load: f64,
    pub farthest: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Served {
    pub demand: usize,
    pub site: usize,
    pub cost: f64,
    /// The part of the demand; 1 except with split assignment.
    pub share: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LeftOut {
    pub demand: usize,
    pub why: Why,
    /// The open site that is nearest, where there is a way to one.
    pub nearest_open: Option<(usize, f64)>,
    /// The part that is left out; 1 except with split assignment.
    pub share: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// No site that may be open can be reached at all.
    NoWay,
    /// Every site that may be open is beyond the radius.
    BeyondRadius,
    /// A site that could serve it was not chosen.
    NotChosen,
    /// The sites that could serve it are full.
    Full,
}

impl Why {
    pub fn name(self) -> &'static str {
        match self {
            Self::NoWay => "no-way",
            Self::BeyondRadius => "beyond-radius",
            Self::NotChosen => "not-chosen",
            Self::Full => "full",
        }
    }

    /// Nobody could serve it, whatever is chosen.
    pub fn is_for_good(self) -> bool {
        matches!(self, Self::NoWay | Self::BeyondRadius)
    }
}

/// What part of all is served.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    /// «places», or the name of a weight.
    pub of: String,
    pub served: f64,
    pub total: f64,
}

impl Share {
    pub fn percent(&self) -> Option<f64> {
        (self.total > 0.0).then(|| 100.0 * self.served / self.total)
    }
}

/// A solution before it is told: who is served by what, in positions of the problem.
pub(super) struct Solution {
    pub value: f64,
    pub bound: Option<f64>,
    pub end: End,
    pub is_tie_settled: bool,
    /// By site of the problem.
    pub is_open: Vec<bool>,
    /// Sorted by the ids of demands.
    pub served: Vec<Served>,
}

/// `order_of_demands` and `order_of_sites` are by id.
pub(super) fn tell(
    problem: &Problem,
    order_of_demands: &[usize],
    order_of_sites: &[usize],
    solution: Solution,
) -> Answer {
    let Solution { value, bound, end, is_tie_settled, is_open, served } = solution;
    let weight = |demand: usize| problem.demands[demand].weights[problem.weight];
    let mut part = vec![0.0; problem.demands.len()];
    let mut sites: Vec<OpenSite> = (0..problem.sites.len())
        .map(|site| OpenSite { site, choice: problem.sites[site].choice, places: 0, load: 0.0, farthest: None })
        .collect();
    for one in &served {
        part[one.demand] += one.share;
        let site = &mut sites[one.site];
        site.places += 1;
        site.load += one.share * weight(one.demand);
        site.farthest = Some(site.farthest.unwrap_or(0.0).max(one.cost));
    }
    let left_out = left_out(problem, order_of_demands, &is_open, &part);
    let mut shares = vec![Share { of: "places".to_owned(), served: part.iter().sum(), total: part.len() as f64 }];
    for (n, name) in problem.weight_names.iter().enumerate() {
        let total = problem.demands.iter().map(|demand| demand.weights[n]).sum();
        let served = problem.demands.iter().zip(&part).map(|(demand, part)| demand.weights[n] * part).sum();
        shares.push(Share { of: name.clone(), served, total });
    }
    let places: f64 = part.iter().sum();
    let weights: f64 = part.iter().enumerate().map(|(demand, part)| part * weight(demand)).sum();
    let sum: f64 = served.iter().map(|one| one.share * one.cost).sum();
    let sum_weighted: f64 = served.iter().map(|one| one.share * one.cost * weight(one.demand)).sum();
    Answer {
        value,
        bound,
        reason: Reason::of(end),
        is_tie_settled,
        open: order_of_sites.iter().filter(|&&site| is_open[site]).map(|&site| sites[site]).collect(),
        mean_cost: (places > 0.0).then(|| sum / places),
        mean_cost_weighted: (weights > 0.0).then(|| sum_weighted / weights),
        greatest_cost: served.iter().map(|one| one.cost).max_by(f64::total_cmp),
        served,
        left_out,
        shares,
    }
}

fn left_out(problem: &Problem, order: &[usize], is_open: &[bool], part: &[f64]) -> Vec<LeftOut> {
    let radius = problem.radius.unwrap_or(f64::INFINITY);
    let mut nearest_open: Vec<Option<(usize, f64)>> = vec![None; part.len()];
    let mut best: Vec<Option<f64>> = vec![None; part.len()];
    let mut has_open_within = vec![false; part.len()];
    for cell in &problem.cells {
        if problem.sites[cell.site].choice == Choice::MustNot {
            continue;
        }
        let best = &mut best[cell.demand];
        *best = Some(best.map_or(cell.cost, |other: f64| other.min(cell.cost)));
        if is_open[cell.site] {
            has_open_within[cell.demand] |= cell.cost <= radius;
            let nearest = &mut nearest_open[cell.demand];
            let is_nearer = nearest.is_none_or(|(site, cost)| {
                let ids = super::model::by_id(&problem.sites[cell.site].id, &problem.sites[site].id);
                cell.cost.total_cmp(&cost).then(ids).is_lt()
            });
            if is_nearer {
                *nearest = Some((cell.site, cell.cost));
            }
        }
    }
    let of = |&demand: &usize| {
        let share = 1.0 - part[demand];
        (share > 1e-9).then(|| LeftOut {
            demand,
            why: match best[demand] {
                None => Why::NoWay,
                Some(cost) if cost > radius => Why::BeyondRadius,
                Some(_) if has_open_within[demand] => Why::Full,
                Some(_) => Why::NotChosen,
            },
            nearest_open: nearest_open[demand],
            share,
        })
    };
    order.iter().filter_map(of).collect()
}
