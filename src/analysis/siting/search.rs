//! Greedy and swaps for the sum problem: fast interchange after Whitaker (1983), with the bookkeeping of
//! Resende and Werneck (2007), restarted from shaken solutions.
//!
//! For each demand the nearest and the second nearest open site are known. `gain` of a closed site is what
//! opening it saves; `loss` of an open one what closing it costs; `extra` of a pair what both together cost
//! less than the two apart. A swap changes only the demands that lost or gained one of their two sites.

use super::random::Random;
use super::sum::Sum;
use super::watch::{Stop, Watch};

/// Cells of `extra` that are kept at most (8 bytes each).
const MOST_PAIRS: usize = 60_000_000;
const NONE: u32 = u32::MAX;

pub struct Found {
    pub value: f64,
    pub is_open: Vec<bool>,
    /// False when time ended before the search did.
    pub is_whole: bool,
}

pub struct Search<'a> {
    sum: &'a Sum<'a>,
    /// For the inner loops: the outside cost, a large number where nobody may be left out.
    outside: Vec<f64>,
    /// Demands of each site with the cost to them.
    served_start: Vec<usize>,
    served: Vec<(u32, f64)>,
    limits_of: Vec<Vec<(usize, f64)>>,
    taken: Vec<f64>,
    is_fixed: Vec<bool>,
    is_open: Vec<bool>,
    /// Open sites that may be closed, by slot; `NONE` where the slot is empty.
    slots: Vec<u32>,
    slot_of: Vec<u32>,
    first: Vec<u32>,
    first_cost: Vec<f64>,
    second: Vec<u32>,
    second_cost: Vec<f64>,
    gain: Vec<f64>,
    loss: Vec<f64>,
    extra: Vec<f64>,
    has_pairs: bool,
    /// Changes since everything was counted.
    changes: usize,
}

#[derive(Clone, Copy)]
struct Move {
    profit: f64,
    open: usize,
    close: Option<u32>,
}

impl<'a> Search<'a> {
    pub fn new(sum: &'a Sum<'a>) -> Self {
        let model = sum.model;
        let (demands, sites) = (model.demand_count(), model.site_count());
        // Larger than anything that being served can cost, so that serving comes before saving.
        let worst: f64 = (0..demands).filter_map(|i| model.reach(i).next_back().map(|(_, c)| c * sum.factor[i])).sum();
        let large = 2.0 * worst + 1.0;
        let outside = sum.outside.iter().map(|&cost| if cost.is_finite() { cost } else { large }).collect();
        let mut served_start = vec![0; sites + 1];
        for i in 0..demands {
            model.cells(i).0.iter().for_each(|&j| served_start[j as usize + 1] += 1);
        }
        (0..sites).for_each(|j| served_start[j + 1] += served_start[j]);
        let mut next = served_start.clone();
        let mut served = vec![(0, 0.0); model.cell_count()];
        for i in 0..demands {
            for (j, cost) in model.reach(i) {
                served[next[j]] = (i as u32, cost * sum.factor[i]);
                next[j] += 1;
            }
        }
        let mut limits_of = vec![Vec::new(); sites];
        for (r, row) in model.limits.iter().enumerate() {
            row.terms.iter().filter(|term| term.1 > 0.0).for_each(|&(j, amount)| limits_of[j].push((r, amount)));
        }
        Self {
            sum,
            outside,
            served_start,
            served,
            limits_of,
            taken: Vec::new(),
            is_fixed: model.fixed(),
            is_open: Vec::new(),
            slots: Vec::new(),
            slot_of: Vec::new(),
            first: Vec::new(),
            first_cost: Vec::new(),
            second: Vec::new(),
            second_cost: Vec::new(),
            gain: Vec::new(),
            loss: Vec::new(),
            extra: Vec::new(),
            has_pairs: false,
            changes: 0,
        }
    }

    /// Greedy, swaps, then `rounds` shaken restarts from the best.
    pub fn run(&mut self, starts: &[Vec<bool>], rounds: usize, seed: u64, watch: &Watch<'_>) -> Result<Found, Stop> {
        let fixed = self.is_fixed.clone();
        self.begin(&fixed);
        self.fill(None);
        let mut is_whole = self.improve(watch)?;
        let mut best = (self.sum_now(), self.is_open.clone());
        for start in starts.iter().filter(|start| self.sum.model.allows(start)) {
            self.begin(start);
            self.fill(None);
            is_whole &= self.improve(watch)?;
            let value = self.sum_now();
            if value < best.0 - self.sum.tolerance(best.0) {
                best = (value, self.is_open.clone());
            }
        }
        let mut random = Random::new(seed);
        let mut since_better = 0_usize;
        for round in 0..rounds {
            match watch.must_stop() {
                Some(Stop::Cancelled) => return Err(Stop::Cancelled),
                Some(Stop::OutOfTime) => {
                    is_whole = false;
                    break;
                }
                None => {}
            }
            if round % 8 == 0 {
                watch.tell("search", Some(best.0), None);
            }
            if self.slots.iter().all(|&slot| slot == NONE) {
                break;
            }
            // Shaken harder the longer nothing came of it.
            self.shake(2 + since_better / 6 % 6, &mut random);
            is_whole &= self.improve(watch)?;
            let value = self.sum_now();
            if value < best.0 - self.sum.tolerance(best.0) {
                best = (value, self.is_open.clone());
                since_better = 0;
            } else {
                since_better += 1;
                self.go_to(&best.1.clone());
            }
        }
        let value = self.sum.value(&best.1);
        Ok(Found { value, is_open: best.1, is_whole })
    }

    fn sum_now(&self) -> f64 {
        (0..self.first_cost.len()).filter(|&i| self.sum.is_asked[i]).map(|i| self.first_cost[i]).sum()
    }

    /// Opens these sites and no others, and counts everything anew.
    fn begin(&mut self, is_open: &[bool]) {
        let sites = is_open.len();
        self.is_open = is_open.to_vec();
        self.taken = vec![0.0; self.sum.model.limits.len()];
        self.slots.clear();
        self.slot_of = vec![NONE; sites];
        for (j, &is_open) in is_open.iter().enumerate() {
            if is_open {
                self.take_limits(j, 1.0);
                if !self.is_fixed[j] {
                    self.slot_of[j] = self.slots.len() as u32;
                    self.slots.push(j as u32);
                }
            }
        }
        let demands = self.outside.len();
        self.first = vec![NONE; demands];
        self.second = vec![NONE; demands];
        self.first_cost = self.outside.clone();
        self.second_cost = self.outside.clone();
        (0..demands).for_each(|i| self.find_two(i));
        self.count_anew();
    }

    fn count_anew(&mut self) {
        let sites = self.is_open.len();
        let width = self.width();
        self.changes = 0;
        self.has_pairs = width.saturating_mul(sites) <= MOST_PAIRS;
        self.gain = vec![0.0; sites];
        self.loss = vec![0.0; width];
        self.extra = vec![0.0; if self.has_pairs { width * sites } else { 0 }];
        (0..self.outside.len()).for_each(|i| self.count(i, 1.0));
    }

    /// Slots that there is room for.
    fn width(&self) -> usize {
        self.slots.len().next_multiple_of(16).max(16)
    }

    fn take_limits(&mut self, site: usize, sign: f64) {
        for &(row, amount) in &self.limits_of[site] {
            self.taken[row] += sign * amount;
        }
    }

    fn fits(&self, open: usize, close: Option<usize>) -> bool {
        self.limits_of[open].iter().all(|&(row, amount)| {
            let given = close.map_or(0.0, |site| {
                self.limits_of[site].iter().filter(|limit| limit.0 == row).map(|limit| limit.1).sum::<f64>()
            });
            let at_most = self.sum.model.limits[row].at_most;
            self.taken[row] - given + amount <= at_most * (1.0 + 1e-12)
        })
    }

    fn find_two(&mut self, i: usize) {
        let outside = self.outside[i];
        let (mut first, mut second) = ((NONE, outside), (NONE, outside));
        let (sites, costs) = self.sum.model.cells(i);
        let factor = self.sum.factor[i];
        for (&j, &cost) in sites.iter().zip(costs) {
            let cost = cost * factor;
            if cost >= outside {
                break;
            }
            if self.is_open[j as usize] {
                if first.0 == NONE {
                    first = (j, cost);
                } else {
                    second = (j, cost);
                    break;
                }
            }
        }
        (self.first[i], self.first_cost[i]) = first;
        (self.second[i], self.second_cost[i]) = second;
    }

    /// Adds (or takes back) what demand i says about opening and closing.
    fn count(&mut self, i: usize, sign: f64) {
        let (nearest, near, next) = (self.first[i], self.first_cost[i], self.second_cost[i]);
        let slot = if nearest == NONE { NONE } else { self.slot_of[nearest as usize] };
        if slot != NONE {
            self.loss[slot as usize] += sign * (next - near);
        }
        let (sites, costs) = self.sum.model.cells(i);
        let factor = self.sum.factor[i];
        let width = self.loss.len();
        for (&j, &cost) in sites.iter().zip(costs) {
            let cost = cost * factor;
            if cost >= next {
                break;
            }
            let j = j as usize;
            if cost < near {
                self.gain[j] += sign * (near - cost);
            }
            if slot != NONE && self.has_pairs {
                self.extra[j * width + slot as usize] += sign * (next - cost.max(near));
            }
        }
    }

    fn affected_by_opening(&self, site: usize) -> Vec<u32> {
        let served = &self.served[self.served_start[site]..self.served_start[site + 1]];
        served
            .iter()
            .filter(|&&(i, cost)| cost < self.second_cost[i as usize] || self.first[i as usize] == NONE)
            .map(|&(i, _)| i)
            .collect()
    }

    fn affected_by_closing(&self, site: usize) -> Vec<u32> {
        let served = &self.served[self.served_start[site]..self.served_start[site + 1]];
        let is_one = |i: usize| self.first[i] == site as u32 || self.second[i] == site as u32;
        served.iter().filter(|&&(i, _)| is_one(i as usize)).map(|&(i, _)| i).collect()
    }

    fn apply(&mut self, open: Option<usize>, close: Option<u32>) {
        self.changes += 1;
        let closed = close.map(|slot| self.slots[slot as usize] as usize);
        let mut affected = open.map(|site| self.affected_by_opening(site)).unwrap_or_default();
        if let Some(site) = closed {
            affected.extend(self.affected_by_closing(site));
            affected.sort_unstable();
            affected.dedup();
        }
        affected.iter().for_each(|&i| self.count(i as usize, -1.0));
        if let Some(site) = closed {
            self.is_open[site] = false;
            self.slot_of[site] = NONE;
            self.take_limits(site, -1.0);
            if let Some(slot) = close {
                self.slots[slot as usize] = NONE;
            }
        }
        let mut has_grown = false;
        if let Some(site) = open {
            self.is_open[site] = true;
            self.take_limits(site, 1.0);
            let empty = close.map(|slot| slot as usize).or_else(|| self.slots.iter().position(|&slot| slot == NONE));
            let slot = empty.unwrap_or(self.slots.len());
            if slot == self.slots.len() {
                self.slots.push(site as u32);
                has_grown = self.slots.len() > self.loss.len();
            } else {
                self.slots[slot] = site as u32;
            }
            self.slot_of[site] = slot as u32;
        }
        affected.iter().for_each(|&i| self.find_two(i as usize));
        if has_grown {
            self.count_anew();
        } else {
            affected.iter().for_each(|&i| self.count(i as usize, 1.0));
        }
    }

    /// Opens what gains most (for what it takes of the tightest limit) until nothing more fits. With
    /// `random`, one of the best few.
    fn fill(&mut self, mut random: Option<&mut Random>) {
        let has_prices = self.sum.model.has_budget;
        loop {
            let score = |j: usize| {
                let price = if has_prices { self.sum.model.price[j].max(1e-9) } else { 1.0 };
                self.gain[j] / price
            };
            let mut best: Vec<(f64, usize)> = Vec::new();
            let keep = if random.is_some() { 4 } else { 1 };
            for j in 0..self.is_open.len() {
                if self.is_open[j] || self.is_barred(j) || !self.fits(j, None) {
                    continue;
                }
                let at = best.partition_point(|&(other, _)| other >= score(j));
                if at < keep {
                    best.insert(at, (score(j), j));
                    best.truncate(keep);
                }
            }
            if best.is_empty() {
                return;
            }
            let pick = random.as_deref_mut().map_or(0, |random| random.below(best.len()));
            // Where a number of sites is asked for, idle ones are opened too.
            if best[pick].0 <= 0.0 && self.sum.model.exactly.is_none() {
                return;
            }
            self.apply(Some(best[pick].1), None);
        }
    }

    fn is_barred(&self, site: usize) -> bool {
        self.sum.model.choice[site] == super::problem::Choice::MustNot
    }

    fn best_move(&self) -> Option<Move> {
        let width = self.loss.len();
        let slots: Vec<(u32, usize, f64)> = (0..self.slots.len())
            .filter(|&slot| self.slots[slot] != NONE)
            .map(|slot| (slot as u32, self.slots[slot] as usize, self.loss[slot]))
            .collect();
        // With one number of sites and nothing else, every swap fits.
        let is_plain = self.sum.model.exactly.is_some();
        let mut best: Option<Move> = None;
        for j in 0..self.is_open.len() {
            if self.is_open[j] || self.is_barred(j) {
                continue;
            }
            let gain = self.gain[j];
            if gain > best.map_or(0.0, |best| best.profit) && self.fits(j, None) {
                best = Some(Move { profit: gain, open: j, close: None });
            }
            if !self.has_pairs {
                continue;
            }
            let extra = &self.extra[j * width..(j + 1) * width];
            for &(slot, site, loss) in &slots {
                let profit = gain - loss + extra[slot as usize];
                if profit > best.map_or(0.0, |best| best.profit) && (is_plain || self.fits(j, Some(site))) {
                    best = Some(Move { profit, open: j, close: Some(slot) });
                }
            }
        }
        best
    }

    /// Makes the best swap until none gains. False when time ended first.
    fn improve(&mut self, watch: &Watch<'_>) -> Result<bool, Stop> {
        loop {
            match watch.must_stop() {
                Some(Stop::Cancelled) => return Err(Stop::Cancelled),
                Some(Stop::OutOfTime) => return Ok(false),
                None => {}
            }
            let before = self.sum_now();
            let Some(step) = self.best_move().filter(|step| step.profit > self.sum.tolerance(before)) else { break };
            self.apply(Some(step.open), step.close);
            let is_better = self.sum_now() < before - 0.5 * self.sum.tolerance(before);
            if !is_better || self.changes > 2000 {
                // Differences of large numbers have worn the sums down.
                self.count_anew();
            }
            if !is_better {
                break;
            }
        }
        Ok(true)
    }

    /// Closes some open sites at random and opens others near the gain of the best.
    fn shake(&mut self, count: usize, random: &mut Random) {
        for _ in 0..count {
            let open: Vec<u32> =
                (0..self.slots.len() as u32).filter(|&slot| self.slots[slot as usize] != NONE).collect();
            if open.is_empty() {
                break;
            }
            self.apply(None, Some(open[random.below(open.len())]));
        }
        self.fill(Some(random));
    }

    /// Changes what differs.
    fn go_to(&mut self, is_open: &[bool]) {
        for (j, &stays) in is_open.iter().enumerate() {
            if self.is_open[j] && !stays {
                self.apply(None, Some(self.slot_of[j]));
            }
        }
        for (j, &comes) in is_open.iter().enumerate() {
            if !self.is_open[j] && comes {
                self.apply(Some(j), None);
            }
        }
    }
}
