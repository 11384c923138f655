//! Fewest sites so that everybody who can be covered is: the set covering problem.
//!
//! What the solver sees is reduced first (Toregas and ReVelle 1972): whoever is covered by an open site is
//! done; a demand whose sites include all of another's is covered with that one; a site that covers no more than
//! another does is not needed; a demand with one site decides it.

use super::exact::{End, Failed};
use super::mip::{Ended, Mip};
use super::model::Model;
use super::problem::Choice;
use super::watch::{Stop, Watch};

pub struct Cover {
    /// `None`: none was found.
    pub is_open: Option<Vec<bool>>,
    /// Sites opened beside those that exist.
    pub count: usize,
    pub bound: usize,
    pub ended: End,
}

/// Words of bits for one set.
type Bits = Vec<u64>;

/// Comparing every pair of sets is worth it up to here.
const MOST_COMPARED: usize = 4_000;

/// The fewest sites, or as soon as it is known that `enough` are or are not. Only cells of at most `radius`
/// cover.
pub fn fewest(model: &Model, radius: f64, enough: Option<usize>, watch: &Watch<'_>) -> Result<Cover, Failed> {
    let task = Task::of(model, radius);
    let greedy = task.greedy(model);
    let bound = task.disjoint() + task.forced;
    let nothing = |ended| Cover { is_open: None, count: usize::MAX, bound, ended };
    if enough.is_some_and(|enough| bound > enough) {
        return Ok(nothing(End::Infeasible));
    }
    let is_enough = |count: usize| enough.is_some_and(|enough| count <= enough);
    if let Some((is_open, count)) = &greedy
        && (*count <= bound || is_enough(*count))
    {
        let ended = if *count <= bound { End::Optimal } else { End::TooLarge };
        return Ok(Cover { is_open: Some(is_open.clone()), count: *count, bound, ended });
    }
    match watch.must_stop() {
        Some(Stop::Cancelled) => return Err(Failed::Cancelled),
        Some(Stop::OutOfTime) => {
            let cover =
                greedy.map(|(is_open, count)| Cover { is_open: Some(is_open), count, bound, ended: End::OutOfTime });
            return Ok(cover.unwrap_or_else(|| nothing(End::OutOfTime)));
        }
        None => {}
    }
    task.prove(model, enough, greedy, bound, watch)
}

/// What is left to cover, and with what.
struct Task {
    is_open: Vec<bool>,
    /// Sites among the open ones that count.
    forced: usize,
    /// The sites that cover each demand that is left.
    rows: Vec<Vec<usize>>,
    /// Sites that may still be opened.
    is_free: Vec<bool>,
}

impl Task {
    fn of(model: &Model, radius: f64) -> Self {
        let is_open = model.fixed();
        let forced = (0..is_open.len()).filter(|&j| is_open[j] && model.choice[j].is_counted()).count();
        let is_free: Vec<bool> = model.choice.iter().map(|&choice| choice == Choice::Free).collect();
        let near = |i: usize| model.reach(i).take_while(|&(_, cost)| cost <= radius).map(|(site, _)| site);
        let rows = (0..model.demand_count())
            .filter(|&i| model.is_reachable(i) && !near(i).any(|j| is_open[j]))
            .map(|i| near(i).filter(|&j| is_free[j]).collect())
            .collect();
        let mut task = Self { is_open, forced, rows, is_free };
        task.reduce(model);
        task
    }

    /// Rows and columns go until none can.
    fn reduce(&mut self, model: &Model) {
        // Another site is as good as this one only where nothing but their number counts.
        let is_plain = model.limits.is_empty() || model.exactly.is_some();
        loop {
            let before = (self.rows.len(), self.is_free.iter().filter(|&&free| free).count());
            self.rows.iter_mut().for_each(|row| row.sort_unstable());
            self.rows.sort_unstable_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
            self.rows.dedup();
            if self.rows.len() <= MOST_COMPARED {
                self.drop_wider_rows();
            }
            if is_plain && self.is_free.len() <= MOST_COMPARED {
                self.drop_lesser_sites();
            }
            self.take_single_sites();
            if before == (self.rows.len(), self.is_free.iter().filter(|&&free| free).count()) {
                return;
            }
        }
    }

    fn drop_wider_rows(&mut self) {
        let sets: Vec<Bits> = self.rows.iter().map(|row| bits(row, self.is_free.len())).collect();
        let mut keep: Vec<usize> = Vec::new();
        for n in 0..sets.len() {
            if !keep.iter().any(|&other| is_within(&sets[other], &sets[n])) {
                keep.push(n);
            }
        }
        self.rows = keep.into_iter().map(|n| std::mem::take(&mut self.rows[n])).collect();
    }

    /// Of two sites that cover the same the one whose id comes first stays.
    fn drop_lesser_sites(&mut self) {
        let mut covered: Vec<Vec<usize>> = vec![Vec::new(); self.is_free.len()];
        for (n, row) in self.rows.iter().enumerate() {
            row.iter().for_each(|&j| covered[j].push(n));
        }
        let mut order: Vec<usize> = (0..covered.len()).filter(|&j| self.is_free[j]).collect();
        order.sort_by(|&a, &b| covered[b].len().cmp(&covered[a].len()).then(a.cmp(&b)));
        let mut keep: Vec<(usize, Bits)> = Vec::new();
        for j in order {
            let set = bits(&covered[j], self.rows.len());
            if covered[j].is_empty() || keep.iter().any(|(_, other)| is_within(&set, other)) {
                self.is_free[j] = false;
            } else {
                keep.push((j, set));
            }
        }
        let is_free = &self.is_free;
        self.rows.iter_mut().for_each(|row| row.retain(|&j| is_free[j]));
    }

    fn take_single_sites(&mut self) {
        let single: Vec<usize> = self.rows.iter().filter(|row| row.len() == 1).map(|row| row[0]).collect();
        for j in single {
            if !self.is_open[j] {
                self.open(j);
            }
        }
    }

    fn open(&mut self, site: usize) {
        self.is_open[site] = true;
        self.is_free[site] = false;
        self.forced += 1;
        self.rows.retain(|row| !row.contains(&site));
    }

    /// A number of demands that share no site: as many sites are needed at least.
    fn disjoint(&self) -> usize {
        let mut is_taken = vec![false; self.is_free.len()];
        let mut count = 0;
        // Rows stand with the shortest first.
        for row in &self.rows {
            if row.iter().all(|&j| !is_taken[j]) {
                row.iter().for_each(|&j| is_taken[j] = true);
                count += 1;
            }
        }
        count
    }

    /// The site that covers most of what is left, then the next; at last without those that others made idle.
    fn greedy(&self, model: &Model) -> Option<(Vec<bool>, usize)> {
        let mut covering: Vec<Vec<u32>> = vec![Vec::new(); self.is_free.len()];
        for (n, row) in self.rows.iter().enumerate() {
            row.iter().for_each(|&j| covering[j].push(n as u32));
        }
        let mut left: Vec<usize> = covering.iter().map(Vec::len).collect();
        let mut times = vec![0_usize; self.rows.len()];
        let mut uncovered = self.rows.len();
        let mut picked = Vec::new();
        while uncovered > 0 {
            let (j, &most) = left.iter().enumerate().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(&a.0)))?;
            if most == 0 {
                return None;
            }
            picked.push(j);
            for &n in &covering[j] {
                times[n as usize] += 1;
                if times[n as usize] == 1 {
                    uncovered -= 1;
                    self.rows[n as usize].iter().for_each(|&other| left[other] -= 1);
                }
            }
        }
        let mut is_open = self.is_open.clone();
        let mut count = self.forced;
        for &j in &picked {
            if covering[j].iter().all(|&n| times[n as usize] > 1) {
                covering[j].iter().for_each(|&n| times[n as usize] -= 1);
            } else {
                is_open[j] = true;
                count += 1;
            }
        }
        // A number of sites is held by whoever asks; other limits have to hold here.
        (model.exactly.is_some() || model.allows(&is_open)).then_some((is_open, count))
    }

    fn prove(
        &self,
        model: &Model,
        enough: Option<usize>,
        greedy: Option<(Vec<bool>, usize)>,
        bound: usize,
        watch: &Watch<'_>,
    ) -> Result<Cover, Failed> {
        let mut mip = Mip::default();
        let columns: Vec<_> = self.is_free.iter().map(|&free| free.then(|| mip.binary(1.0))).collect();
        for row in &self.rows {
            mip.row(1.0.., row.iter().filter_map(|&j| columns[j]).map(|column| (column, 1.0)));
        }
        let mut has_room = true;
        for limit in model.limits.iter().filter(|_| model.exactly.is_none()) {
            let fixed: f64 = limit.terms.iter().filter(|(j, _)| self.is_open[*j]).map(|term| term.1).sum();
            let terms = limit.terms.iter().filter_map(|&(j, amount)| Some((columns[j]?, amount)));
            let left = limit.at_most * (1.0 + 1e-12) - fixed;
            has_room &= left >= 0.0;
            mip.row(..=left, terms);
        }
        if let Some(enough) = enough {
            has_room &= enough >= self.forced;
            let left = enough as f64 - self.forced as f64;
            mip.row(..=left, columns.iter().flatten().map(|&column| (column, 1.0)));
            mip.stop_at(left);
        }
        let infeasible = Cover { is_open: None, count: usize::MAX, bound, ended: End::Infeasible };
        if !has_room || self.rows.iter().any(Vec::is_empty) {
            return Ok(infeasible);
        }
        if mip.column_count() == 0 {
            return Ok(Cover {
                is_open: Some(self.is_open.clone()),
                count: self.forced,
                bound: self.forced,
                ended: End::Optimal,
            });
        }
        let start = greedy.as_ref().filter(|_| enough.is_none()).map(|(is_open, _)| {
            let on = |j: usize| columns[j].map(|_| f64::from(u8::from(is_open[j])));
            (0..columns.len()).filter_map(on).collect::<Vec<f64>>()
        });
        let solved = mip.minimise(start.as_deref(), watch, "cover")?;
        let proved = self.forced + solved.bound.clamp(0.0, 1e9).mul_add(1.0, -1e-6).ceil().max(0.0) as usize;
        let bound = bound.max(proved);
        let found = solved.columns.map(|values| {
            let is_on = |j: usize| self.is_open[j] || columns[j].is_some_and(|column| values[column.index()] > 0.5);
            let is_open: Vec<bool> = (0..columns.len()).map(is_on).collect();
            let count = (0..columns.len()).filter(|&j| is_open[j] && model.choice[j].is_counted()).count();
            (is_open, count)
        });
        let best = found.or(greedy);
        let ended = match solved.ended {
            Ended::Stopped(Stop::Cancelled) => return Err(Failed::Cancelled),
            Ended::Infeasible => return Ok(infeasible),
            Ended::Optimal => End::Optimal,
            Ended::GoodEnough => End::TooLarge,
            Ended::Stopped(Stop::OutOfTime) => End::OutOfTime,
        };
        Ok(match best {
            Some((is_open, count)) => {
                let bound = if ended == End::Optimal { count } else { bound.min(count) };
                Cover { is_open: Some(is_open), count, bound, ended }
            }
            None => Cover { is_open: None, count: usize::MAX, bound, ended },
        })
    }
}

fn bits(members: &[usize], size: usize) -> Bits {
    let mut bits = vec![0; size.div_ceil(64)];
    members.iter().for_each(|&n| bits[n / 64] |= 1 << (n % 64));
    bits
}

fn is_within(small: &Bits, large: &Bits) -> bool {
    small.iter().zip(large).all(|(a, b)| a & !b == 0)
}
