//! The sum problem as a mixed-integer model over distance layers (Cornuéjols, Nemhauser and Wolsey 1980;
//! Elloumi 2010): one binary for each site, and for each demand and each layer of its sites a variable that
//! is 1 when none of the sites up to there is open. Demands that share their nearest sites share variables.
//!
//! Layers end where a better answer cannot be: at a site that is open anyway, or at the price of the demand
//! plus the gap between the best known and the bound.

use std::collections::HashMap;

use highs::Col;

use super::lagrange::Bound;
use super::mip::Mip;
use super::random::Random;
use super::sum::Sum;

/// What is decided already about a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Undecided,
    Open,
    Closed,
}

/// What every solution at least as good as `best_value` has in common.
pub struct Reduced {
    pub fate: Vec<Fate>,
    /// Each demand is served at no more than this.
    pub at_most: Vec<f64>,
    /// Demands that are served in every such solution.
    pub is_served: Vec<bool>,
}

impl Reduced {
    /// Nothing is decided beyond what was asked for.
    pub fn none(sum: &Sum<'_>) -> Self {
        use super::problem::Choice;
        let fate = sum.model.choice.iter().map(|choice| match choice {
            Choice::Free => Fate::Undecided,
            Choice::MustNot => Fate::Closed,
            _ => Fate::Open,
        });
        let demands = sum.model.demand_count();
        Self { fate: fate.collect(), at_most: vec![f64::INFINITY; demands], is_served: vec![false; demands] }
    }

    /// `slack` keeps solutions that are worse by no more than it.
    pub fn by_bound(sum: &Sum<'_>, bound: &Bound, best_value: f64, slack: f64) -> Self {
        let mut reduced = Self::none(sum);
        let gap = best_value - bound.value + slack + sum.tolerance(best_value);
        if !gap.is_finite() {
            return reduced;
        }
        for (j, fate) in reduced.fate.iter_mut().enumerate() {
            if *fate == Fate::Undecided && bound.margin[j] > gap {
                *fate = if bound.is_picked[j] { Fate::Open } else { Fate::Closed };
            }
        }
        for (i, at_most) in reduced.at_most.iter_mut().enumerate() {
            *at_most = bound.price[i] + gap;
            reduced.is_served[i] = sum.outside[i] > *at_most;
        }
        reduced
    }

    pub fn is_undecided(&self, site: usize) -> bool {
        self.fate[site] == Fate::Undecided
    }

    pub fn undecided(&self) -> usize {
        self.fate.iter().filter(|&&fate| fate == Fate::Undecided).count()
    }
}

/// The model and what its columns mean.
pub struct Layered {
    pub mip: Mip,
    /// The column of each undecided site.
    pub site: Vec<Option<Col>>,
    /// For each sum that was given: its columns with their factors, and its constant part.
    pub sums: Vec<(Vec<(Col, f64)>, f64)>,
    layers: Vec<Layer>,
    pub entries: usize,
}

/// A variable that is 1 when none of its own sites and none of its parent's is open.
struct Layer {
    column: Col,
    own: Vec<u32>,
    parent: Option<usize>,
}

/// Entries of the matrix beyond which a model is not tried.
pub const MOST_ENTRIES: usize = 3_000_000;

/// The model that minimises the first of `sums`. All have the same demands and limits; a demand may be left
/// out when it may in each. `None` when the model would be too large.
pub fn layered(sums: &[&Sum<'_>], reduced: &Reduced) -> Option<Layered> {
    let model = sums[0].model;
    let mut mip = Mip::default();
    let site: Vec<Option<Col>> =
        reduced.fate.iter().map(|&fate| (fate == Fate::Undecided).then(|| mip.binary(0.0))).collect();
    let mut out = Layered { mip, site, sums: vec![(Vec::new(), 0.0); sums.len()], layers: Vec::new(), entries: 0 };
    let mut random = Random::new(0x0070_6961_6e71_7500);
    let mark: Vec<u128> =
        (0..model.site_count()).map(|_| u128::from(random.next()) << 64 | u128::from(random.next())).collect();
    let mut weights = Shared { by_sites: HashMap::new(), weights: Vec::new() };
    let mut must: Vec<usize> = Vec::new();
    for i in (0..model.demand_count()).filter(|&i| sums[0].is_asked[i]) {
        out.add_demand(sums, reduced, i, &mark, &mut weights, &mut must)?;
    }
    out.finish(model, reduced, weights, &must);
    Some(out)
}

/// Layer variables by the set of sites that they are about.
struct Shared {
    by_sites: HashMap<u128, usize>,
    /// For each layer its factor in each sum.
    weights: Vec<Vec<f64>>,
}

impl Layered {
    fn add_demand(
        &mut self,
        sums: &[&Sum<'_>],
        reduced: &Reduced,
        i: usize,
        mark: &[u128],
        shared: &mut Shared,
        must: &mut Vec<usize>,
    ) -> Option<()> {
        let model = sums[0].model;
        // The costs of the layer before, in each sum; before the first site there is none.
        let mut before: Option<Vec<f64>> = None;
        let mut layer: Option<usize> = None;
        let mut key = 0_u128;
        let mut cells = model.reach(i).peekable();
        let may_stay_out = sums.iter().all(|sum| sum.outside[i].is_finite());
        // All sites at the next cost.
        while let Some(&(_, cost)) = cells.peek() {
            if sums[0].factor[i] * cost > reduced.at_most[i] {
                break;
            }
            let mut group = Vec::new();
            let mut is_open = false;
            // Costs that make no difference to any sum (covering) are one layer.
            let is_same = |other: f64| other == cost || sums.iter().all(|sum| sum.factor[i] == 0.0);
            while let Some(&(j, other)) = cells.peek() {
                if !is_same(other) {
                    break;
                }
                cells.next();
                match reduced.fate[j] {
                    Fate::Undecided => group.push(j as u32),
                    Fate::Open => is_open = true,
                    Fate::Closed => {}
                }
            }
            if group.is_empty() && !is_open {
                continue;
            }
            let now: Vec<f64> = sums.iter().map(|sum| sum.factor[i] * cost).collect();
            self.step(&mut before, layer, now, shared);
            if is_open {
                return Some(());
            }
            group.iter().for_each(|&j| key ^= mark[j as usize]);
            layer = Some(match shared.by_sites.get(&key) {
                Some(&known) => known,
                None => {
                    self.new_layer(layer, group)?;
                    shared.weights.push(vec![0.0; sums.len()]);
                    shared.by_sites.insert(key, self.layers.len() - 1);
                    self.layers.len() - 1
                }
            });
        }
        if may_stay_out && !reduced.is_served[i] {
            let outside: Vec<f64> = sums.iter().map(|sum| sum.outside[i]).collect();
            self.step(&mut before, layer, outside, shared);
        } else if let Some(layer) = layer {
            must.push(layer);
        } else {
            // No site is left for somebody who must be served: no solution at all.
            self.mip.row(1.0.., []);
        }
        Some(())
    }

    /// The cost goes up from the layer before to this one when the layer before is empty.
    fn step(&mut self, before: &mut Option<Vec<f64>>, layer: Option<usize>, now: Vec<f64>, shared: &mut Shared) {
        for (n, &cost) in now.iter().enumerate() {
            match (before.as_ref(), layer) {
                (Some(before), Some(layer)) => shared.weights[layer][n] += cost - before[n],
                _ => self.sums[n].1 += cost,
            }
        }
        *before = Some(now);
    }

    fn new_layer(&mut self, parent: Option<usize>, group: Vec<u32>) -> Option<()> {
        let column = self.mip.part(0.0);
        let mut row = vec![(column, 1.0)];
        row.extend(group.iter().filter_map(|&j| self.site[j as usize]).map(|site| (site, 1.0)));
        self.entries += row.len() + 1;
        if self.entries > MOST_ENTRIES {
            return None;
        }
        match parent {
            None => {
                self.mip.row(1.0.., row);
            }
            Some(parent) => {
                row.push((self.layers[parent].column, -1.0));
                self.mip.row(0.0.., row);
            }
        }
        self.layers.push(Layer { column, own: group, parent });
        Some(())
    }

    fn finish(&mut self, model: &super::model::Model, reduced: &Reduced, shared: Shared, must: &[usize]) {
        let mut negative = Vec::new();
        for (number, (layer, weights)) in self.layers.iter().zip(shared.weights).enumerate() {
            if weights.iter().any(|&weight| weight < 0.0) {
                negative.push(number);
            }
            for (n, weight) in weights.into_iter().enumerate() {
                if weight != 0.0 {
                    self.sums[n].0.push((layer.column, weight));
                    if n == 0 {
                        self.mip.set_cost(layer.column, weight);
                    }
                }
            }
        }
        self.hold_down(&negative);
        for &layer in must {
            self.mip.fix_to_zero(self.layers[layer].column);
        }
        for row in &model.limits {
            let fixed: f64 = row.terms.iter().filter(|(j, _)| reduced.fate[*j] == Fate::Open).map(|term| term.1).sum();
            let terms: Vec<(Col, f64)> =
                row.terms.iter().filter_map(|&(j, amount)| Some((self.site[j]?, amount))).collect();
            let left = row.at_most * (1.0 + 1e-12) - fixed;
            match model.exactly {
                Some(_) => self.mip.row(left.round()..=left.round(), terms),
                None => self.mip.row(..=left, terms),
            };
        }
    }

    /// Where saying «none is open» would save something, it must be true.
    fn hold_down(&mut self, layers: &[usize]) {
        for &layer in layers {
            let mut at = Some(layer);
            while let Some(n) = at {
                for &j in &self.layers[n].own {
                    if let Some(site) = self.site[j as usize] {
                        self.mip.row(..=1.0, [(self.layers[layer].column, 1.0), (site, 1.0)]);
                    }
                }
                at = self.layers[n].parent;
            }
        }
    }

    /// Values of all columns for these open sites, to start from.
    pub fn complete(&self, is_open: &[bool]) -> Vec<f64> {
        let mut values = vec![0.0; self.mip.column_count()];
        for (j, column) in self.site.iter().enumerate() {
            if let Some(column) = column {
                values[column.index()] = f64::from(u8::from(is_open[j]));
            }
        }
        let mut is_empty = vec![false; self.layers.len()];
        for (n, layer) in self.layers.iter().enumerate() {
            let has_none = layer.own.iter().all(|&j| !is_open[j as usize]);
            is_empty[n] = has_none && layer.parent.is_none_or(|parent| is_empty[parent]);
            values[layer.column.index()] = f64::from(u8::from(is_empty[n]));
        }
        values
    }

    /// The open sites of a solution.
    pub fn open(&self, reduced: &Reduced, columns: &[f64]) -> Vec<bool> {
        let is_open = |(fate, column): (&Fate, &Option<Col>)| match column {
            Some(column) => columns[column.index()] > 0.5,
            None => *fate == Fate::Open,
        };
        reduced.fate.iter().zip(&self.site).map(is_open).collect()
    }
}
