//! p-median and MCLP are one problem: least sum over demands of the cost of the nearest open site, or of
//! what it costs to be left out.
//!
//! For p-median the cost is weight × distance and nobody who can be served may be left out. For MCLP a
//! site within the radius costs nothing and being left out costs the weight.

use super::model::Model;

pub struct Sum<'a> {
    pub model: &'a Model,
    /// Times the cell's cost: the cost to demand i.
    pub factor: Vec<f64>,
    /// What it costs to leave demand i out; infinite where that is not allowed.
    pub outside: Vec<f64>,
    /// Demands that take part. The others reach no site.
    pub is_asked: Vec<bool>,
    /// The size of numbers that are added up on the way.
    scale: f64,
}

impl<'a> Sum<'a> {
    fn new(model: &'a Model, factor: Vec<f64>, outside: Vec<f64>) -> Self {
        let is_asked: Vec<bool> = (0..model.demand_count()).map(|i| model.is_reachable(i)).collect();
        let dearest = |i: usize| model.reach(i).next_back().map_or(0.0, |(_, cost)| cost * factor[i]);
        let most = |i: usize| if outside[i].is_finite() { outside[i].max(dearest(i)) } else { dearest(i) };
        let scale = (0..is_asked.len()).map(most).sum::<f64>() / 1000.0;
        Self { model, factor, outside, is_asked, scale }
    }

    pub fn median(model: &'a Model) -> Self {
        Self::new(model, model.weight.clone(), vec![f64::INFINITY; model.demand_count()])
    }

    pub fn covering(model: &'a Model) -> Self {
        Self::new(model, vec![0.0; model.demand_count()], model.weight.clone())
    }

    /// Weight × distance of those who are covered: what the tie rule counts for MCLP.
    pub fn distance_of_covered(model: &'a Model) -> Self {
        Self::new(model, model.weight.clone(), vec![0.0; model.demand_count()])
    }

    /// The sum for these open sites; infinite when somebody is left out who may not be.
    pub fn value(&self, is_open: &[bool]) -> f64 {
        let cost = |i: usize| self.model.nearest(i, is_open).map_or(self.outside[i], |(_, cost)| self.factor[i] * cost);
        (0..self.model.demand_count()).filter(|&i| self.is_asked[i]).map(cost).sum()
    }

    /// Two sums that differ by no more than this are one.
    pub fn tolerance(&self, value: f64) -> f64 {
        1e-9 * value.abs().max(self.scale).max(1e-9)
    }
}
