//! How good groups are, in shares that a planner understands: 0 is the best.

use super::model::Model;
use super::plan::Plan;
use super::problem::{Problem, Unlikeness};

/// Groups up to this size are compared pair by pair, larger ones in sorted order.
const SMALL: usize = 24;

/// The parts of a score in the order of [`super::problem::Weights::NAMES`].
pub type Parts = [f64; 7];

const COMPACTNESS: usize = 0;
const FEW: usize = 1;
const EQUAL: usize = 2;
const SHARED: usize = 3;
const GAPS: usize = 4;
const AGE: usize = 5;
const ATTRIBUTES: usize = 6;

/// A column whose squared distances to the mean of the group count.
struct Squares {
    part: usize,
    /// By unit, less the mean of all; NaN where not known.
    values: Vec<f64>,
    /// One over the sum for one group of all.
    share: f64,
}

struct Missed {
    households: Vec<f64>,
    /// By unit, the sites that would serve it.
    sites_of: Vec<Vec<u32>>,
    served: Vec<f64>,
}

/// Knows how to judge groups of a model.
pub struct Score<'a> {
    model: &'a Model,
    weights: Parts,
    squares: Vec<Squares>,
    /// Columns whose pairwise distances count, by unit.
    pairs: Vec<Vec<f64>>,
    pair_share: f64,
    shared_share: f64,
    missed: Vec<Missed>,
    missed_share: f64,
    total: f64,
    /// Which units are in the group that is looked at.
    mark: Vec<u32>,
    newest: u32,
    sorted: Vec<f64>,
}

fn one_over(value: f64) -> f64 {
    if value > 0.0 { 1.0 / value } else { 0.0 }
}

/// Sum of squared distances to the mean, of known values, and how many there are.
fn squares_of(values: impl Iterator<Item = f64>) -> f64 {
    let (mut n, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for value in values.filter(|value| !value.is_nan()) {
        n += 1.0;
        sum += value;
        squares += value * value;
    }
    if n == 0.0 { 0.0 } else { (squares - sum * sum / n).max(0.0) }
}

impl<'a> Score<'a> {
    pub fn of(problem: &Problem, model: &'a Model) -> Self {
        let of = |unit: &usize| &problem.units[*unit];
        let column = |value: &dyn Fn(usize) -> Option<f64>| -> Vec<f64> {
            let values: Vec<f64> = model.units.iter().map(|&unit| value(unit).unwrap_or(f64::NAN)).collect();
            let known: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
            let mean = known.iter().sum::<f64>() / known.len().max(1) as f64;
            values.into_iter().map(|value| value - mean).collect()
        };
        let x = column(&|unit| of(&unit).at.map(|at| at.0));
        let y = column(&|unit| of(&unit).at.map(|at| at.1));
        let share = one_over(squares_of(x.iter().copied()) + squares_of(y.iter().copied()));
        let mut squares =
            vec![Squares { part: COMPACTNESS, values: x, share }, Squares { part: COMPACTNESS, values: y, share }];
        let age = column(&|unit| of(&unit).building_year);
        let share = one_over(squares_of(age.iter().copied()));
        squares.push(Squares { part: AGE, values: age, share });

        let mut columns: Vec<Vec<f64>> = Vec::new();
        for n in 0..problem.attribute_names.len() {
            let mut values = column(&|unit| of(&unit).attributes[n]);
            let known = values.iter().filter(|value| !value.is_nan()).count().max(1) as f64;
            let deviation = (squares_of(values.iter().copied()) / known).sqrt();
            let scale = one_over(deviation);
            values.iter_mut().for_each(|value| *value *= scale);
            columns.push(values);
        }
        let mut pairs = Vec::new();
        match problem.unlikeness {
            Unlikeness::CityBlock => pairs = columns,
            Unlikeness::Squares => {
                let all: f64 = columns.iter().map(|values| squares_of(values.iter().copied())).sum();
                let of = |values| Squares { part: ATTRIBUTES, values, share: one_over(all) };
                squares.extend(columns.into_iter().map(of));
            }
        }
        let missed: Vec<Missed> = problem.gaps.iter().map(|gap| missed(problem, model, gap)).collect();
        let all_missed: f64 = missed.iter().map(|one| one.households.iter().sum::<f64>()).sum();
        let all_shared: f64 = (0..model.len() as u32).flat_map(|unit| model.shared(unit)).map(|arc| arc.1).sum::<f64>();
        let mut score = Self {
            model,
            weights: problem.weights.list(),
            squares,
            pairs,
            pair_share: 1.0,
            shared_share: one_over(all_shared / 2.0),
            missed,
            missed_share: one_over(all_missed),
            total: model.households.iter().sum::<u64>() as f64,
            mark: vec![0; model.len()],
            newest: 0,
            sorted: Vec::new(),
        };
        let all: Vec<u32> = (0..model.len() as u32).collect();
        score.pair_share = one_over(score.pair_sum(&all));
        score
    }

    /// The share of one group in each part that is a sum over groups.
    pub fn parts_of(&mut self, members: &[u32], weights: &Parts) -> Parts {
        let mut parts = [0.0; 7];
        for column in self.squares.iter().filter(|column| weights[column.part] != 0.0) {
            let values = members.iter().map(|&unit| column.values[unit as usize]);
            parts[column.part] += squares_of(values) * column.share;
        }
        if weights[ATTRIBUTES] != 0.0 && !self.pairs.is_empty() {
            parts[ATTRIBUTES] += self.pair_sum(members) * self.pair_share;
        }
        if weights[SHARED] != 0.0 {
            parts[SHARED] -= self.shared_inside(members) * self.shared_share;
        }
        if weights[GAPS] != 0.0 {
            parts[GAPS] += self.left_missing(members) * self.missed_share;
        }
        parts
    }

    /// The weighted sum of one group, of the parts that are sums over groups.
    pub fn of_group(&mut self, members: &[u32]) -> f64 {
        let weights = self.weights;
        self.parts_of(members, &weights).iter().zip(&weights).map(|(part, weight)| part * weight).sum()
    }

    /// The weighted sum of the parts that depend on all groups at once: how many there are and the squares of their
    /// households.
    pub fn of_all(&self, count: usize, squares: f64) -> f64 {
        self.weights[FEW] * self.few(count) + self.weights[EQUAL] * self.unequal(count, squares)
    }

    fn few(&self, count: usize) -> f64 {
        count as f64 / self.model.len().max(1) as f64
    }

    /// Squared coefficient of variation.
    fn unequal(&self, count: usize, squares: f64) -> f64 {
        (count as f64 * squares * one_over(self.total * self.total) - 1.0).max(0.0)
    }

    /// Every part, whatever it weighs, and their weighted sum.
    pub fn tell(&mut self, plan: &Plan) -> (Parts, f64) {
        let mut parts = [0.0; 7];
        for members in plan.groups() {
            let of_group = self.parts_of(members, &[1.0; 7]);
            parts.iter_mut().zip(of_group).for_each(|(part, more)| *part += more);
        }
        // What is shared inside was taken off.
        parts[SHARED] += if self.shared_share > 0.0 { 1.0 } else { 0.0 };
        let squares = (0..plan.count()).map(|group| (plan.sum(group) as f64).powi(2)).sum();
        parts[FEW] = self.few(plan.count());
        parts[EQUAL] = self.unequal(plan.count(), squares);
        let sum = parts.iter().zip(self.weights).map(|(part, weight)| part * weight).sum();
        (parts, sum)
    }

    /// Unlikeness of all groups in the measure of the literature, z-scored and not as a share.
    pub fn unlikeness(&mut self, plan: &Plan) -> f64 {
        // A sum of nothing is -0.0.
        0.0 + self.unlikeness_of(plan)
    }

    fn unlikeness_of(&mut self, plan: &Plan) -> f64 {
        if !self.pairs.is_empty() {
            return plan.groups().iter().map(|members| self.pair_sum(members)).sum();
        }
        let of = |members: &Vec<u32>| -> f64 {
            let columns = self.squares.iter().filter(|column| column.part == ATTRIBUTES);
            columns.map(|column| squares_of(members.iter().map(|&unit| column.values[unit as usize]))).sum()
        };
        plan.groups().iter().map(of).sum()
    }

    fn pair_sum(&mut self, members: &[u32]) -> f64 {
        let mut sum = 0.0;
        if members.len() <= SMALL {
            for column in &self.pairs {
                for (i, &a) in members.iter().enumerate() {
                    let value = column[a as usize];
                    for &b in &members[i + 1..] {
                        let apart = (value - column[b as usize]).abs();
                        sum += if apart.is_nan() { 0.0 } else { apart };
                    }
                }
            }
            return sum;
        }
        let Self { pairs, sorted, .. } = self;
        for column in pairs.iter() {
            sorted.clear();
            sorted.extend(members.iter().map(|&unit| column[unit as usize]).filter(|value| !value.is_nan()));
            sorted.sort_unstable_by(f64::total_cmp);
            let n = sorted.len() as f64;
            sum += sorted.iter().enumerate().map(|(i, value)| (2.0 * i as f64 - n + 1.0) * value).sum::<f64>();
        }
        sum
    }

    fn shared_inside(&mut self, members: &[u32]) -> f64 {
        if self.shared_share == 0.0 {
            return 0.0;
        }
        self.newest += 1;
        members.iter().for_each(|&unit| self.mark[unit as usize] = self.newest);
        let inside = |(other, _): &(u32, f64)| self.mark[*other as usize] == self.newest;
        let arcs = members.iter().flat_map(|&unit| self.model.shared(unit)).filter(inside);
        arcs.map(|arc| arc.1).sum::<f64>() / 2.0
    }

    fn left_missing(&mut self, members: &[u32]) -> f64 {
        let mut left = 0.0;
        for gap in &mut self.missed {
            let (mut all, mut best) = (0.0, 0.0_f64);
            for &unit in members {
                let households = gap.households[unit as usize];
                if households > 0.0 {
                    all += households;
                    for &site in &gap.sites_of[unit as usize] {
                        gap.served[site as usize] += households;
                        best = best.max(gap.served[site as usize]);
                    }
                }
            }
            for &unit in members {
                gap.sites_of[unit as usize].iter().for_each(|&site| gap.served[site as usize] = 0.0);
            }
            left += all - best;
        }
        left
    }
}

fn missed(problem: &Problem, model: &Model, gap: &super::problem::Gap) -> Missed {
    let mut place = vec![None; problem.units.len()];
    model.units.iter().enumerate().for_each(|(at, &unit)| place[unit] = Some(at));
    let mut households = vec![0.0; model.len()];
    for &(unit, count) in &gap.missing {
        if let Some(at) = place[unit] {
            households[at] += count;
        }
    }
    let mut sites_of = vec![Vec::new(); model.len()];
    for (site, served) in gap.sites.iter().enumerate() {
        for at in served.iter().filter_map(|&unit| place[unit]) {
            if !sites_of[at].contains(&(site as u32)) {
                sites_of[at].push(site as u32);
            }
        }
    }
    Missed { households, sites_of, served: vec![0.0; gap.sites.len()] }
}
