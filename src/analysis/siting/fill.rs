//! A good start where capacities are kept: for open sites that are given, demands are handed out greedily, those
//! first who lose most when they have to go elsewhere; then single demands move while that saves; then sites are
//! swapped.

use super::capacitated::{Flow, value_of};
use super::exact::Failed;
use super::model::Model;
use super::problem::{Assignment, Choice, Objective};
use super::random::Random;
use super::watch::{Stop, Watch};

pub struct Filling {
    pub is_open: Vec<bool>,
    pub flow: Flow,
    pub value: f64,
}

/// Site swaps that are tried.
const TRIES: usize = 600;
/// Cells that all tries may look at together.
const WORK: usize = 60_000_000;

impl Filling {
    /// `None` when nothing was found that keeps all capacities; that proves nothing.
    pub fn of(
        model: &Model,
        objective: Objective,
        assignment: Assignment,
        near: Option<&[bool]>,
        seed: u64,
        watch: &Watch<'_>,
    ) -> Result<Option<Self>, Failed> {
        // A site that must be full is for the solver.
        if model.choice.contains(&Choice::MustBeFull) {
            return Ok(None);
        }
        let mut is_open = near.map_or_else(|| model.fixed(), <[bool]>::to_vec);
        model.fill(&mut is_open);
        let mut best = hand_out(model, assignment, &is_open);
        let mut random = Random::new(seed);
        let tries = TRIES.min(WORK / model.cell_count().max(1));
        for _ in 0..tries {
            match watch.must_stop() {
                Some(Stop::Cancelled) => return Err(Failed::Cancelled),
                Some(Stop::OutOfTime) => break,
                None => {}
            }
            let Some(other) = neighbour(model, &is_open, objective, &mut random) else { break };
            let handed = hand_out(model, assignment, &other);
            if worth(model, objective, &other, &handed) < worth(model, objective, &is_open, &best) {
                (is_open, best) = (other, handed);
            }
        }
        let left = left_out(model, &best);
        if objective != Objective::Mclp && left > 0.0 {
            return Ok(None);
        }
        let value = value_of(model, objective, &is_open, &best);
        Ok(Some(Self { is_open, flow: best, value }))
    }
}

/// Less is better: first what is left out, then the value.
fn worth(model: &Model, objective: Objective, is_open: &[bool], flow: &Flow) -> (f64, f64) {
    (left_out(model, flow), value_of(model, objective, is_open, flow))
}

fn left_out(model: &Model, flow: &Flow) -> f64 {
    let mut part = vec![0.0; model.demand_count()];
    flow.iter().for_each(|&(i, _, _, share)| part[i] += share);
    let left = (0..part.len()).filter(|&i| model.is_reachable(i) && part[i] < 1.0 - 1e-9);
    left.map(|i| model.weight[i].max(1e-9) * (1.0 - part[i])).sum()
}

/// The same sites with one opened, closed or swapped; within the limits.
fn neighbour(model: &Model, is_open: &[bool], objective: Objective, random: &mut Random) -> Option<Vec<bool>> {
    let free = |j: &usize| model.choice[*j] == Choice::Free;
    let (open, closed): (Vec<usize>, Vec<usize>) = (0..is_open.len()).filter(free).partition(|&j| is_open[j]);
    for _ in 0..20 {
        let mut other = is_open.to_vec();
        let kind = if model.exactly.is_some() { 0 } else { random.below(3) };
        if kind != 1 && !open.is_empty() {
            other[open[random.below(open.len())]] = false;
        }
        if kind != 2 && !closed.is_empty() {
            other[closed[random.below(closed.len())]] = true;
        }
        let is_asked = objective != Objective::Lscp || kind != 1 || closed.is_empty();
        if other != is_open && model.allows(&other) && (is_asked || !open.is_empty()) {
            return Some(other);
        }
    }
    None
}

/// Hands the demands out to these sites.
fn hand_out(model: &Model, assignment: Assignment, is_open: &[bool]) -> Flow {
    let mut room = model.capacity.clone();
    // Who loses most by going to the second nearest comes first; then the heavy ones.
    let mut order: Vec<(f64, f64, usize)> = (0..model.demand_count())
        .filter_map(|i| {
            let mut open = model.reach(i).filter(|&(j, _)| is_open[j]).map(|(_, cost)| cost);
            let first = open.next()?;
            let regret = open.next().map_or(f64::MAX, |second| (second - first) * model.weight[i]);
            Some((regret, model.weight[i], i))
        })
        .collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(&b.2)));
    let mut flow = Flow::new();
    for (_, weight, i) in order {
        let mut left = 1.0;
        for (j, cost) in model.reach(i).filter(|&(j, _)| is_open[j]) {
            let fits = weight * left <= room[j];
            if fits {
                room[j] -= weight * left;
                flow.push((i, j, cost, left));
                left = 0.0;
            } else if assignment == Assignment::Split && room[j] > 1e-9 {
                let share = room[j] / weight;
                room[j] = 0.0;
                flow.push((i, j, cost, share));
                left -= share;
            }
            if left <= 1e-12 {
                break;
            }
        }
    }
    if assignment == Assignment::Single {
        improve(model, is_open, &mut flow, &mut room);
    }
    flow
}

/// Moves one demand after the other while that saves.
fn improve(model: &Model, is_open: &[bool], flow: &mut Flow, room: &mut [f64]) {
    for _ in 0..20 {
        let mut is_better = false;
        for one in flow.iter_mut() {
            let (i, from, cost, _) = *one;
            let weight = model.weight[i];
            let nearer = |&(j, nearer): &(usize, f64)| nearer < cost && is_open[j] && weight <= room[j];
            let found = model.reach(i).take_while(|cell| cell.1 < cost).find(nearer);
            if let Some((j, nearer)) = found {
                room[from] += weight;
                room[j] -= weight;
                *one = (i, j, nearer, 1.0);
                is_better = true;
            }
        }
        if !is_better {
            return;
        }
    }
}
