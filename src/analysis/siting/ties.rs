//! The tie rule: of all site sets with the best value the one with the least weighted distance of those who
//! are served, then (where there is a budget) the least price, then the fewest sites, then the set whose ids come
//! first.
//!
//! Each step is a model of its own in which all sums of the steps before are held at their best.

use highs::Col;

use super::exact::Failed;
use super::layers::{Layered, Reduced, layered};
use super::mip::Ended;
use super::sum::Sum;
use super::watch::{Stop, Watch};

/// Solutions with the best value, and one of them.
pub struct Tied<'a> {
    /// Sums that are held, the first is the next to be minimised.
    pub sums: Vec<&'a Sum<'a>>,
    pub held: Vec<f64>,
    pub reduced: Reduced,
    pub is_open: Vec<bool>,
}

/// Bits of one objective that ranks sites by id.
const BITS: usize = 16;

impl Tied<'_> {
    /// The solution that the rule names, and whether that was settled before time ended.
    /// When it was not settled the solution is the one that was known, which no clock has chosen.
    pub fn settle(mut self, watch: &Watch<'_>) -> Result<(Vec<bool>, bool), Failed> {
        let known = self.is_open.clone();
        let undecided: Vec<usize> = (0..self.is_open.len()).filter(|&j| self.reduced.is_undecided(j)).collect();
        if undecided.is_empty() {
            return Ok((self.is_open, true));
        }
        // Mostly there is no other.
        match self.another(&undecided, watch)? {
            Some(false) => return Ok((self.is_open, true)),
            None => return Ok((self.is_open, false)),
            Some(true) => {}
        }
        let model = self.sums[0].model;
        let mut rules: Vec<Vec<(usize, f64)>> = Vec::new();
        if model.has_budget {
            rules.push(undecided.iter().map(|&j| (j, model.price[j])).collect());
        }
        if model.exactly.is_none() {
            rules.push(undecided.iter().map(|&j| (j, 1.0)).collect());
        }
        for few in undecided.chunks(BITS) {
            let bit = |rank: usize| -f64::from(1_u32 << (BITS - 1 - rank));
            rules.push(few.iter().enumerate().map(|(rank, &j)| (j, bit(rank))).collect());
        }
        let mut kept: Vec<(Vec<(usize, f64)>, f64)> = Vec::new();
        for rule in rules {
            let Some((mut layered, start)) = self.model() else { return Ok((known, false)) };
            for (terms, at_most) in &kept {
                let terms: Vec<(Col, f64)> = terms.iter().filter_map(|&(j, a)| Some((layered.site[j]?, a))).collect();
                layered.mip.row(..=at_most + 1e-7 * at_most.abs().max(1.0), terms);
            }
            for &(j, amount) in &rule {
                if let Some(column) = layered.site[j] {
                    layered.mip.set_cost(column, amount);
                }
            }
            let solved = layered.mip.clone().minimise(Some(&start), watch, "ties")?;
            match solved.ended {
                Ended::Stopped(Stop::Cancelled) => return Err(Failed::Cancelled),
                Ended::Optimal => {}
                _ => return Ok((known, false)),
            }
            if let Some(columns) = solved.columns {
                let is_open = layered.open(&self.reduced, &columns);
                if !self.holds(&is_open) {
                    return Ok((known, false));
                }
                self.is_open = is_open;
            }
            let value = rule.iter().filter(|term| self.is_open[term.0]).map(|term| term.1).sum();
            kept.push((rule, value));
        }
        Ok((self.is_open, true))
    }

    /// Minimises the first sum while the others are held, from the solution that is known. The least value, or
    /// `None` when that was not settled.
    pub fn minimise_first(&mut self, watch: &Watch<'_>) -> Result<Option<f64>, Failed> {
        let Some(mut layered) = layered(&self.sums, &self.reduced) else { return Ok(None) };
        self.hold(&mut layered, 1);
        let start = layered.complete(&self.is_open);
        let solved = layered.mip.clone().minimise(Some(&start), watch, "ties")?;
        if let Some(columns) = solved.columns.as_ref().filter(|_| solved.ended == Ended::Optimal) {
            let is_open = layered.open(&self.reduced, columns);
            if self.holds_from(&is_open, 1) && self.sums[0].value(&is_open) < self.sums[0].value(&self.is_open) {
                self.is_open = is_open;
            }
        }
        match solved.ended {
            Ended::Stopped(Stop::Cancelled) => Err(Failed::Cancelled),
            Ended::Optimal => Ok(Some(self.sums[0].value(&self.is_open))),
            _ => Ok(None),
        }
    }

    /// Whether there is another solution as good; `None` when that was not settled.
    fn another(&self, undecided: &[usize], watch: &Watch<'_>) -> Result<Option<bool>, Failed> {
        let Some((mut layered, _)) = self.model() else { return Ok(None) };
        let mut differs = Vec::new();
        let mut open = 0.0;
        for &j in undecided {
            let Some(column) = layered.site[j] else { continue };
            differs.push((column, if self.is_open[j] { -1.0 } else { 1.0 }));
            open += f64::from(u8::from(self.is_open[j]));
        }
        layered.mip.row(1.0 - open.., differs);
        let solved = layered.mip.clone().minimise(None, watch, "ties")?;
        match (solved.ended, solved.columns) {
            (Ended::Stopped(Stop::Cancelled), _) => Err(Failed::Cancelled),
            (Ended::Infeasible, _) => Ok(Some(false)),
            (_, Some(columns)) => Ok(self.holds(&layered.open(&self.reduced, &columns)).then_some(true)),
            _ => Ok(None),
        }
    }

    /// The model with every sum held and nothing to minimise, and the solution that is known in it.
    fn model(&self) -> Option<(Layered, Vec<f64>)> {
        let mut layered = layered(&self.sums, &self.reduced)?;
        for (column, _) in layered.sums[0].0.clone() {
            layered.mip.set_cost(column, 0.0);
        }
        self.hold(&mut layered, 0);
        let start = layered.complete(&self.is_open);
        Some((layered, start))
    }

    fn holds(&self, is_open: &[bool]) -> bool {
        self.holds_from(is_open, 0)
    }

    fn holds_from(&self, is_open: &[bool], from: usize) -> bool {
        let mut sums = self.sums.iter().zip(&self.held).skip(from);
        sums.all(|(sum, &held)| sum.value(is_open) <= held + sum.tolerance(held)) && self.sums[0].model.allows(is_open)
    }

    /// Rows that keep the sums from `from` on where they are. What they give way by is well above the solver's
    /// tolerance: presolve has called a model infeasible whose row gave way by less. Whole numbers may give way
    /// by a half; for others [`holds`](Self::holds) looks again.
    fn hold(&self, layered: &mut Layered, from: usize) {
        for (n, &held) in self.held.iter().enumerate().skip(from) {
            let (terms, constant) = &layered.sums[n];
            let is_whole = terms.iter().all(|term| term.1.fract() == 0.0) && constant.fract() == 0.0 && held < 1e9;
            let scale = if is_whole { 1.0 } else { 1e4 / held.abs().max(1e4) };
            let slack = if is_whole { 0.5 } else { (1e-7 * held.abs()).max(1e-5) };
            let at_most = (held + slack - constant) * scale;
            let terms: Vec<(Col, f64)> = terms.iter().map(|&(column, factor)| (column, factor * scale)).collect();
            layered.mip.row(..=at_most, terms);
        }
    }
}
