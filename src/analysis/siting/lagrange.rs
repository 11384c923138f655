//! A bound from below for the sum problem, and what it says about single sites.
//!
//! «Each demand is served once» is given a price u for each demand and may be broken (Cornuéjols, Fisher and
//! Nemhauser 1977). What is left falls apart into sites: site j is worth the sum of the savings below u, the
//! best that the limits allow are taken, and the sum can never be above the optimum, whatever u is. The
//! prices climb by subgradient steps (Held, Wolfe and Crowder 1974; Beasley 1993).
//!
//! Sites that must be opened (or closed) in every solution at least as good as the best known follow from
//! the same numbers.

use super::problem::Choice;
use super::sum::Sum;
use super::watch::{Stop, Watch};

pub struct Bound {
    /// No solution is below this.
    pub value: f64,
    /// The price of each demand.
    pub price: Vec<f64>,
    /// What flipping the relaxation's choice of a site adds to the bound.
    pub margin: Vec<f64>,
    /// The relaxation's choice.
    pub is_picked: Vec<bool>,
}

/// Steps without a better bound until the step is halved.
const PATIENCE: usize = 12;

/// Climbs from prices near `best_open`, at most `steps` steps. The second part are the relaxation's choices
/// on the way, to start searches from.
pub fn bound(
    sum: &Sum<'_>,
    best_value: f64,
    best_open: &[bool],
    steps: usize,
    watch: &Watch<'_>,
) -> Result<(Bound, Vec<Vec<bool>>), Stop> {
    let model = sum.model;
    let demands = model.demand_count();
    let caps: Vec<f64> = (0..demands).map(|i| most(sum, i)).collect();
    let mut price: Vec<f64> = (0..demands).map(|i| start_price(sum, i, best_open).min(caps[i])).collect();
    let groups = Groups::of(sum);
    let mut best: Option<Bound> = None;
    let mut starts: Vec<Vec<bool>> = Vec::new();
    let (mut scale, mut idle) = (1.0, 0);
    for step in 0..steps {
        match watch.must_stop() {
            Some(Stop::Cancelled) => return Err(Stop::Cancelled),
            Some(Stop::OutOfTime) if best.is_some() => break,
            _ => {}
        }
        let worth = worth(sum, &price);
        let picked = groups.pick(&worth);
        let value: f64 = (0..demands).filter(|&i| sum.is_asked[i]).map(|i| price[i]).sum::<f64>() + picked.value;
        // What each demand is served, in the relaxation, less the once that it should be.
        let slope = slope(sum, &price, &picked.is_picked);
        let gap = best_value - value;
        if best.as_ref().is_none_or(|best| value > best.value) {
            let is_much = best.as_ref().is_none_or(|best| value > best.value + 1e-4 * (best_value - best.value));
            if is_much {
                idle = 0;
            }
            best = Some(Bound { value, price: price.clone(), margin: picked.margin, is_picked: picked.is_picked });
        } else {
            idle += 1;
        }
        if step % 40 == 39 && starts.len() < 6 {
            starts.extend(best.as_ref().map(|best| best.is_picked.clone()));
        }
        if idle >= PATIENCE {
            idle = 0;
            scale *= 0.6;
            if let Some(best) = &best {
                price.clone_from(&best.price);
            }
            if scale < 1e-5 {
                break;
            }
            continue;
        }
        let square: f64 = slope.iter().map(|g| g * g).sum();
        if square == 0.0 || gap <= sum.tolerance(best_value) {
            break;
        }
        let length = scale * gap.max(1e-6 * best_value.abs()) * 1.05 / square;
        for i in 0..demands {
            if slope[i] != 0.0 {
                price[i] = (price[i] + length * slope[i]).clamp(0.0, caps[i]);
            }
        }
        if step % 16 == 0 {
            watch.tell("bound", Some(best_value), best.as_ref().map(|best| best.value));
        }
    }
    let best = best.unwrap_or_else(|| Bound {
        value: f64::NEG_INFINITY,
        price,
        margin: vec![0.0; model.site_count()],
        is_picked: model.fixed(),
    });
    starts.push(best.is_picked.clone());
    Ok((best, starts))
}

/// A price above the dearest cell, or above being left out, is never worth it.
fn most(sum: &Sum<'_>, demand: usize) -> f64 {
    let dearest = sum.model.reach(demand).next_back().map_or(0.0, |(_, cost)| cost * sum.factor[demand]);
    if sum.outside[demand].is_finite() { sum.outside[demand] } else { dearest }
}

/// Between the nearest and the second nearest open site.
fn start_price(sum: &Sum<'_>, demand: usize, is_open: &[bool]) -> f64 {
    let outside = sum.outside[demand];
    let mut open =
        sum.model.reach(demand).filter(|&(site, _)| is_open[site]).map(|(_, cost)| cost * sum.factor[demand]);
    let Some(first) = open.next() else { return outside };
    let second = open.next().unwrap_or(if outside.is_finite() { outside } else { first });
    (first + second.min(outside)) / 2.0
}

/// What each site is worth: the sum of savings below the prices; zero or less.
fn worth(sum: &Sum<'_>, price: &[f64]) -> Vec<f64> {
    let mut worth = vec![0.0; sum.model.site_count()];
    for (i, &u) in price.iter().enumerate() {
        let (sites, costs) = sum.model.cells(i);
        let factor = sum.factor[i];
        for (&j, &cost) in sites.iter().zip(costs) {
            let saving = cost * factor - u;
            if saving >= 0.0 {
                break;
            }
            worth[j as usize] += saving;
        }
    }
    worth
}

fn slope(sum: &Sum<'_>, price: &[f64], is_picked: &[bool]) -> Vec<f64> {
    let of = |i: usize| {
        if !sum.is_asked[i] {
            return 0.0;
        }
        let (sites, costs) = sum.model.cells(i);
        let below = sites.iter().zip(costs).take_while(|&(_, cost)| cost * sum.factor[i] < price[i]);
        let served = below.filter(|&(&j, _)| is_picked[j as usize]).count() as f64;
        // At the price of being left out a demand that nobody serves is served by that.
        let is_left_out = served == 0.0 && price[i] >= sum.outside[i];
        if is_left_out { 0.0 } else { 1.0 - served }
    };
    (0..price.len()).map(of).collect()
}

/// Sites by the first limit that each is under; the other limits are left out, which keeps the bound a
/// bound.
struct Groups {
    always: Vec<usize>,
    free: Vec<usize>,
    limited: Vec<Group>,
}

struct Group {
    /// Sites with what each takes.
    sites: Vec<(usize, f64)>,
    left: f64,
    is_count: bool,
}

struct Picked {
    value: f64,
    is_picked: Vec<bool>,
    margin: Vec<f64>,
}

impl Groups {
    fn of(sum: &Sum<'_>) -> Self {
        let model = sum.model;
        let mut is_placed = vec![false; model.site_count()];
        let always: Vec<usize> = (0..model.site_count()).filter(|&j| model.choice[j].is_open()).collect();
        always.iter().for_each(|&j| is_placed[j] = true);
        (0..model.site_count()).filter(|&j| model.choice[j] == Choice::MustNot).for_each(|j| is_placed[j] = true);
        let mut limited = Vec::new();
        for row in &model.limits {
            let fixed: f64 = row.terms.iter().filter(|(j, _)| model.choice[*j].is_open()).map(|term| term.1).sum();
            let sites: Vec<(usize, f64)> =
                row.terms.iter().copied().filter(|&(j, a)| !is_placed[j] && a > 0.0).collect();
            sites.iter().for_each(|&(j, _)| is_placed[j] = true);
            let is_count = sites.iter().all(|&(_, amount)| amount == 1.0);
            limited.push(Group { sites, left: (row.at_most - fixed).max(0.0), is_count });
        }
        let free = (0..model.site_count()).filter(|&j| !is_placed[j]).collect();
        Self { always, free, limited }
    }

    fn pick(&self, worth: &[f64]) -> Picked {
        let mut picked = Picked { value: 0.0, is_picked: vec![false; worth.len()], margin: vec![0.0; worth.len()] };
        for &j in self.always.iter().chain(&self.free) {
            picked.value += worth[j];
            picked.is_picked[j] = true;
            picked.margin[j] = -worth[j];
        }
        for group in &self.limited {
            group.pick(worth, &mut picked);
        }
        picked
    }
}

impl Group {
    fn pick(&self, worth: &[f64], picked: &mut Picked) {
        let mut order: Vec<usize> = (0..self.sites.len()).collect();
        let ratio = |n: usize| worth[self.sites[n].0] / self.sites[n].1;
        order.sort_unstable_by(|&a, &b| ratio(a).total_cmp(&ratio(b)).then(a.cmp(&b)));
        if self.is_count {
            let count = (self.left.floor() as usize).min(order.len());
            let worst_in = if count > 0 { ratio(order[count - 1]) } else { f64::NEG_INFINITY };
            let best_out = order.get(count).map_or(0.0, |&n| ratio(n));
            for (rank, &n) in order.iter().enumerate() {
                let j = self.sites[n].0;
                if rank < count {
                    picked.value += worth[j];
                    picked.is_picked[j] = true;
                    picked.margin[j] = best_out - worth[j];
                } else {
                    picked.margin[j] = worth[j] - worst_in;
                }
            }
            return;
        }
        // The knapsack's linear relaxation: all up to the critical site, a part of that.
        let mut left = self.left;
        let mut critical = 0.0;
        for &n in &order {
            let (j, amount) = self.sites[n];
            if amount > left {
                picked.value += ratio(n) * left;
                critical = ratio(n);
                break;
            }
            left -= amount;
            picked.value += worth[j];
            picked.is_picked[j] = true;
        }
        for &(j, amount) in &self.sites {
            picked.margin[j] = (worth[j] - critical * amount).abs();
        }
    }
}
