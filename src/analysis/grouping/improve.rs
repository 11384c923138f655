//! Better groups, as many or, where that is free, more or fewer: moves, swaps, and two neighbours cut anew, taken
//! or left as in simulated annealing (Kirkpatrick, Gelatt and Vecchi 1983). Every step keeps every limit.

use super::model::{Model, NO_SET};
use super::pack::unit_log;
use super::plan::Plan;
use super::score::Score;
use super::split::{Pieces, Splitter};
use crate::analysis::random::Random;
use crate::analysis::watch::{Stop, Watch};

/// Steps by which the usual size of a change is learnt.
const LEARNING: usize = 400;
/// How warm it is at first, in usual changes, and at last.
const WARM: f64 = 0.6;
const COLD: f64 = 0.004;
/// The last part of the work goes downhill only.
const DOWNHILL: f64 = 0.1;

struct Annealer<'a, 'b> {
    model: &'a Model,
    score: &'b mut Score<'a>,
    plan: Plan,
    /// By group.
    costs: Vec<f64>,
    /// Sum of the squares of households.
    squares: f64,
    value: f64,
    splitter: Splitter<'a>,
    pieces: Pieces,
    units: Vec<u32>,
    a: Vec<u32>,
    b: Vec<u32>,
    mark: Vec<u32>,
    newest: u32,
    stack: Vec<u32>,
    temperature: f64,
    /// While learning nothing is taken, and sizes are written down.
    sizes: Option<Vec<f64>>,
    work: u64,
}

/// Improves a complete plan until `work` is spent. With `is_count_free` groups may be joined and parted.
pub fn improve<'a>(
    model: &'a Model,
    score: &mut Score<'a>,
    plan: &mut Plan,
    is_count_free: bool,
    work: u64,
    random: &mut Random,
    watch: &Watch<'_>,
) -> Result<(), Stop> {
    if plan.count() < 2 && !is_count_free {
        return Ok(());
    }
    let costs: Vec<f64> = plan.groups().iter().map(|members| score.of_group(members)).collect();
    let squares = (0..plan.count()).map(|group| (plan.sum(group) as f64).powi(2)).sum();
    let value = costs.iter().sum::<f64>() + score.of_all(plan.count(), squares);
    let mut annealer = Annealer {
        model,
        score,
        plan: plan.clone(),
        costs,
        squares,
        value,
        splitter: Splitter::new(model),
        pieces: Pieces::default(),
        units: Vec::new(),
        a: Vec::new(),
        b: Vec::new(),
        mark: vec![0; model.len()],
        newest: 0,
        stack: Vec::new(),
        temperature: 0.0,
        sizes: Some(Vec::new()),
        work: 0,
    };
    for _ in 0..LEARNING {
        annealer.step(is_count_free, random);
    }
    let sizes = annealer.sizes.take().unwrap_or_default();
    let usual = sizes.iter().sum::<f64>() / sizes.len().max(1) as f64;
    let mut best_value = annealer.value;
    let mut turns = 0_u64;
    let mut stopped = None;
    while annealer.work < work {
        if turns % 512 == 0 {
            stopped = watch.must_stop();
            if stopped.is_some() {
                break;
            }
            watch.tell("improving", Some(annealer.work as f64 / work as f64), Some(1.0));
        }
        turns += 1;
        let share = annealer.work as f64 / work as f64 / (1.0 - DOWNHILL);
        annealer.temperature = if share < 1.0 { usual * WARM * (COLD / WARM).powf(share) } else { 0.0 };
        annealer.step(is_count_free, random);
        // On the warm first half the way leads down again and again; it is not written down.
        if share >= 0.5 && annealer.value < best_value - 1e-12 * best_value.abs().max(1e-6) {
            best_value = annealer.value;
            plan.clone_from(&annealer.plan);
        }
    }
    match stopped {
        Some(Stop::Cancelled) => Err(Stop::Cancelled),
        Some(Stop::OutOfTime) => Err(Stop::OutOfTime),
        None => Ok(()),
    }
}

impl Annealer<'_, '_> {
    fn step(&mut self, is_count_free: bool, random: &mut Random) {
        self.work += 4;
        match random.pick(20) {
            0..=8 => self.shift(random),
            9..=14 => self.swap(random),
            15..=17 => self.recut(random),
            _ if is_count_free && random.pick(2) == 0 => self.join(random),
            _ if is_count_free => self.part(random),
            _ => self.shift(random),
        }
    }

    fn is_taken(&mut self, change: f64, random: &mut Random) -> bool {
        if let Some(sizes) = &mut self.sizes {
            if change != 0.0 {
                sizes.push(change.abs());
            }
            return false;
        }
        change <= 0.0 || (self.temperature > 0.0 && change < -self.temperature * unit_log(random))
    }

    /// A unit and a neighbour of it in another group.
    fn border(&self, random: &mut Random) -> Option<(u32, u32)> {
        let unit = random.pick(self.model.len()) as u32;
        let neighbours = self.model.neighbours(unit);
        if neighbours.is_empty() {
            return None;
        }
        let other = neighbours[random.pick(neighbours.len())];
        (self.plan.group_of(unit) != self.plan.group_of(other)).then_some((unit, other))
    }

    /// One unit goes over to the group of a neighbour.
    fn shift(&mut self, random: &mut Random) {
        let Some((unit, other)) = self.border(random) else { return };
        if self.model.together[unit as usize] != NO_SET {
            return;
        }
        let (from, to) = (self.plan.group_of(unit), self.plan.group_of(other));
        let own = self.model.households[unit as usize];
        let (sum_from, sum_to) = (self.plan.sum(from) - own, self.plan.sum(to) + own);
        let is_last = self.plan.members(from).len() == 1;
        if is_last
            || sum_from < self.model.floor
            || sum_to > self.model.ceiling
            || !self.model.is_welcome(unit, self.plan.members(to))
        {
            return;
        }
        self.a.clear();
        self.a.extend(self.plan.members(from).iter().copied().filter(|&member| member != unit));
        if !self.hangs_together(Side::A) {
            return;
        }
        self.b.clear();
        self.b.extend_from_slice(self.plan.members(to));
        self.b.push(unit);
        self.consider(from, to, sum_from, sum_to, random);
    }

    /// Two units of neighbouring groups change places.
    fn swap(&mut self, random: &mut Random) {
        let Some((unit, other)) = self.border(random) else { return };
        let (from, to) = (self.plan.group_of(unit), self.plan.group_of(other));
        let members = self.plan.members(to);
        let back = members[random.pick(members.len())];
        if self.model.together[unit as usize] != NO_SET || self.model.together[back as usize] != NO_SET {
            return;
        }
        let (own, theirs) = (self.model.households[unit as usize], self.model.households[back as usize]);
        let (sum_from, sum_to) = (self.plan.sum(from) - own + theirs, self.plan.sum(to) - theirs + own);
        if sum_from.min(sum_to) < self.model.floor || sum_from.max(sum_to) > self.model.ceiling {
            return;
        }
        self.a.clear();
        self.a.extend(self.plan.members(from).iter().copied().filter(|&member| member != unit));
        self.b.clear();
        self.b.extend(self.plan.members(to).iter().copied().filter(|&member| member != back));
        if !self.model.is_welcome(back, &self.a) || !self.model.is_welcome(unit, &self.b) {
            return;
        }
        self.a.push(back);
        self.b.push(unit);
        if self.hangs_together(Side::A) && self.hangs_together(Side::B) {
            self.consider(from, to, sum_from, sum_to, random);
        }
    }

    /// Two neighbouring groups are cut anew.
    fn recut(&mut self, random: &mut Random) {
        let Some((unit, other)) = self.border(random) else { return };
        let (from, to) = (self.plan.group_of(unit), self.plan.group_of(other));
        self.units.clear();
        self.units.extend_from_slice(self.plan.members(from));
        self.units.extend_from_slice(self.plan.members(to));
        self.work += self.units.len() as u64;
        if !self.splitter.halve(&self.units, random, &mut self.pieces) {
            return;
        }
        self.a.clear();
        self.a.extend_from_slice(self.pieces.of(0));
        self.b.clear();
        self.b.extend_from_slice(self.pieces.of(1));
        let (sum_a, sum_b) = (self.pieces.sums[0], self.pieces.sums[1]);
        self.consider(from, to, sum_a, sum_b, random);
    }

    /// Takes `a` and `b` in the place of two groups, or leaves them.
    fn consider(&mut self, from: usize, to: usize, sum_a: u64, sum_b: u64, random: &mut Random) {
        self.work += 2 * (self.a.len() + self.b.len()) as u64;
        let (cost_a, cost_b) = (self.score.of_group(&self.a), self.score.of_group(&self.b));
        let count = self.plan.count();
        let squares =
            self.squares + square(sum_a) + square(sum_b) - square(self.plan.sum(from)) - square(self.plan.sum(to));
        let change = cost_a + cost_b - self.costs[from] - self.costs[to] + self.score.of_all(count, squares)
            - self.score.of_all(count, self.squares);
        if self.is_taken(change, random) {
            self.plan.put(from, &self.a, sum_a);
            self.plan.put(to, &self.b, sum_b);
            (self.costs[from], self.costs[to]) = (cost_a, cost_b);
            self.squares = squares;
            self.value += change;
        }
    }

    /// Two neighbouring groups become one.
    fn join(&mut self, random: &mut Random) {
        let Some((unit, other)) = self.border(random) else { return };
        let (from, to) = (self.plan.group_of(unit), self.plan.group_of(other));
        let (sum_from, sum_to) = (self.plan.sum(from), self.plan.sum(to));
        if !self.model.fits(self.plan.members(from), sum_from, self.plan.members(to), sum_to) {
            return;
        }
        self.a.clear();
        self.a.extend_from_slice(self.plan.members(to));
        self.a.extend_from_slice(self.plan.members(from));
        self.work += 2 * self.a.len() as u64;
        let cost = self.score.of_group(&self.a);
        let count = self.plan.count();
        let squares = self.squares + square(sum_from + sum_to) - square(sum_from) - square(sum_to);
        let change = cost - self.costs[from] - self.costs[to] + self.score.of_all(count - 1, squares)
            - self.score.of_all(count, self.squares);
        if self.is_taken(change, random) {
            self.costs[to] = cost;
            self.costs.swap_remove(from);
            self.plan.merge(to, from);
            self.squares = squares;
            self.value += change;
        }
    }

    /// One group becomes two.
    fn part(&mut self, random: &mut Random) {
        let unit = random.pick(self.model.len()) as u32;
        let group = self.plan.group_of(unit);
        self.units.clear();
        self.units.extend_from_slice(self.plan.members(group));
        if self.units.len() < 2 || self.plan.sum(group) < 2 * self.model.floor {
            return;
        }
        self.work += 2 * self.units.len() as u64;
        if !self.splitter.halve(&self.units, random, &mut self.pieces) {
            return;
        }
        let (cost_a, cost_b) = (self.score.of_group(self.pieces.of(0)), self.score.of_group(self.pieces.of(1)));
        let count = self.plan.count();
        let squares =
            self.squares + square(self.pieces.sums[0]) + square(self.pieces.sums[1]) - square(self.plan.sum(group));
        let change = cost_a + cost_b - self.costs[group] + self.score.of_all(count + 1, squares)
            - self.score.of_all(count, self.squares);
        if self.is_taken(change, random) {
            self.plan.replace(&[group], &self.pieces);
            self.costs[group] = cost_a;
            self.costs.push(cost_b);
            self.squares = squares;
            self.value += change;
        }
    }

    fn hangs_together(&mut self, side: Side) -> bool {
        let members = match side {
            Side::A => &self.a,
            Side::B => &self.b,
        };
        self.work += members.len() as u64;
        self.newest += 1;
        members.iter().for_each(|&unit| self.mark[unit as usize] = self.newest);
        self.stack.clear();
        self.stack.push(members[0]);
        self.mark[members[0] as usize] = 0;
        let mut met = 0;
        while let Some(unit) = self.stack.pop() {
            met += 1;
            for &other in self.model.neighbours(unit) {
                if self.mark[other as usize] == self.newest {
                    self.mark[other as usize] = 0;
                    self.stack.push(other);
                }
            }
        }
        met == members.len()
    }
}

#[derive(Clone, Copy)]
enum Side {
    A,
    B,
}

fn square(sum: u64) -> f64 {
    let sum = sum as f64;
    sum * sum
}
