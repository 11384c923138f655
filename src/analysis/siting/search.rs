//! Greedy and swaps for the sum problem: fast interchange after Whitaker (1983), with the bookkeeping of
//! Resende and Werneck (2007), restarted from shaken solutions.
//!
//! For each demand the nearest and the second nearest open site are known. `gain` of a closed site is what
//! opening it saves; `loss` of an open one what closing it costs; `extra` of a pair what both together cost
//! less than the two apart. A swap changes only the demands that lost or gained one of their two sites. Most
//! pairs have nothing in common, so the best swap looks at those that have, and for the rest at the least loss.

use super::pairs::Pairs;
use super::random::Random;
use super::sum::Sum;
use super::watch::{Stop, Watch};

pub(super) const NONE: u32 = u32::MAX;

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
    pairs: Pairs,
    /// The sum as it is now.
    total: f64,
    /// Changes since everything was counted.
    changes: usize,
}

/// How long a search goes on.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    pub rounds: usize,
    pub patience: usize,
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
            pairs: Pairs::default(),
            total: f64::INFINITY,
            changes: 0,
        }
    }

    /// Greedy, swaps, then at most `rounds` shaken restarts from the best; fewer when `patience` of them in a
    /// row found nothing better.
    pub fn run(
        &mut self,
        starts: &[Vec<bool>],
        Effort { rounds, patience }: Effort,
        seed: u64,
        watch: &Watch<'_>,
    ) -> Result<Found, Stop> {
        let fixed = self.is_fixed.clone();
        self.begin(&fixed);
        self.fill(None);
        let mut is_whole = self.improve(watch)?;
        let mut best = (self.total, self.is_open.clone());
        for start in starts.iter().filter(|start| self.sum.model.allows(start)) {
            self.begin(start);
            self.fill(None);
            is_whole &= self.improve(watch)?;
            if self.total < best.0 - self.sum.tolerance(best.0) {
                best = (self.total, self.is_open.clone());
            }
        }
        if rounds > 0 {
            self.begin(&best.1);
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
            if since_better >= patience || self.slots.iter().all(|&slot| slot == NONE) {
                break;
            }
            // Shaken harder the longer nothing came of it.
            self.shake(2 + since_better / 6 % 6, &mut random);
            is_whole &= self.improve(watch)?;
            if self.total < best.0 - self.sum.tolerance(best.0) {
                best = (self.total, self.is_open.clone());
                since_better = 0;
            } else {
                since_better += 1;
                // As good is good enough to go on from: a plateau is crossed that way.
                if self.total <= best.0 + self.sum.tolerance(best.0) {
                    best.1.clone_from(&self.is_open);
                } else {
                    self.go_to(&best.1);
                }
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
        // Slots that there is room for.
        let width = self.slots.len().next_multiple_of(16).max(16);
        self.changes = 0;
        self.total = self.sum_now();
        self.gain = vec![0.0; sites];
        self.loss = vec![0.0; width];
        self.pairs.clear(sites, width);
        (0..self.outside.len()).for_each(|i| self.count(i, 1.0));
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
        let has_pairs = slot != NONE && self.pairs.are_kept();
        for (&j, &cost) in sites.iter().zip(costs) {
            let cost = cost * factor;
            if cost >= next {
                break;
            }
            let j = j as usize;
            if cost < near {
                self.gain[j] += sign * (near - cost);
            }
            if has_pairs {
                self.pairs.add(j, slot, sign, next - cost.max(near));
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
        let before: f64 = affected.iter().map(|&i| self.first_cost[i as usize]).sum();
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
        self.total += affected.iter().map(|&i| self.first_cost[i as usize]).sum::<f64>() - before;
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
        let open = (0_u32..).zip(&self.slots).filter(|(_, site)| **site != NONE);
        let mut by_loss: Vec<(f64, u32)> = open.map(|(slot, _)| (self.loss[slot as usize], slot)).collect();
        by_loss.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        // With one number of sites and nothing else, every swap fits.
        let is_plain = self.sum.model.exactly.is_some();
        let fits = |j: usize, slot: u32| is_plain || self.fits(j, Some(self.slots[slot as usize] as usize));
        let mut best: Option<Move> = None;
        for j in 0..self.is_open.len() {
            if self.is_open[j] || self.is_barred(j) {
                continue;
            }
            let gain = self.gain[j];
            let mut least = best.map_or(0.0, |best| best.profit);
            if gain > least && self.fits(j, None) {
                (best, least) = (Some(Move { profit: gain, open: j, close: None }), gain);
            }
            if !self.pairs.are_kept() {
                continue;
            }
            // As if the two had nothing in common: where they have, the pair itself comes out better below.
            let apart = by_loss.iter().take_while(|(loss, _)| gain - loss > least).find(|(_, slot)| fits(j, *slot));
            if let Some(&(loss, slot)) = apart {
                least = gain - loss;
                best = Some(Move { profit: least, open: j, close: Some(slot) });
            }
            self.pairs.each(j, |slot, extra| {
                let profit = gain - self.loss[slot as usize] + extra;
                if profit > least && fits(j, slot) {
                    least = profit;
                    best = Some(Move { profit, open: j, close: Some(slot) });
                }
            });
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
            let before = self.total;
            let Some(step) = self.best_move().filter(|step| step.profit > self.sum.tolerance(before)) else { break };
            self.apply(Some(step.open), step.close);
            if self.changes > 2000 || self.total >= before - 0.5 * self.sum.tolerance(before) {
                // Differences of large numbers have worn the sums down.
                self.count_anew();
            }
            if self.total >= before - 0.5 * self.sum.tolerance(before) {
                break;
            }
        }
        Ok(true)
    }

    /// Closes some open sites, mostly neighbours, and opens others near the gain of the best.
    ///
    /// In a city of many sites two changes far from each other are both an improvement only by luck; among
    /// neighbours one makes room for the other.
    fn shake(&mut self, count: usize, random: &mut Random) {
        let is_local = random.below(4) > 0;
        let mut near: Option<u32> = None;
        for _ in 0..count {
            let open: Vec<u32> =
                (0..self.slots.len() as u32).filter(|&slot| self.slots[slot as usize] != NONE).collect();
            if open.is_empty() {
                break;
            }
            let slot = near
                .filter(|_| is_local)
                .map_or_else(|| open[random.below(open.len())], |site| self.slot_of[site as usize]);
            near = self.neighbour(self.slots[slot as usize], random);
            self.apply(None, Some(slot));
        }
        self.fill(Some(random));
    }

    /// An open site that may be closed and shares demands with this one, or sites that both could give way to;
    /// `None` when a few tries found none.
    fn neighbour(&self, site: u32, random: &mut Random) -> Option<u32> {
        let is_other = |other: u32| other != NONE && other != site && self.slot_of[other as usize] != NONE;
        let of = |site: u32| &self.served[self.served_start[site as usize]..self.served_start[site as usize + 1]];
        let own: Vec<u32> =
            of(site).iter().map(|served| served.0).filter(|&i| self.first[i as usize] == site).collect();
        // As many of the nearest sites of a demand as there are for a few open ones.
        let open = self.slots.iter().filter(|&&slot| slot != NONE).count().max(1);
        let reach = (4 * self.is_open.len() / open).max(4);
        for _ in 0..8 {
            let i = if own.is_empty() { return None } else { own[random.below(own.len())] as usize };
            if is_other(self.second[i]) {
                return Some(self.second[i]);
            }
            let sites = self.sum.model.cells(i).0;
            let between = of(sites[random.below(sites.len().min(reach))]);
            let other = self.first[between[random.below(between.len())].0 as usize];
            if is_other(other) {
                return Some(other);
            }
        }
        None
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
