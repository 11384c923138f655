//! The problem in numbers, in an order that does not depend on the order of the input.

use std::cmp::Ordering;

use super::problem::{Choice, Objective, Problem};

/// Demands and sites stand in the order of their ids. Sites that must not be chosen reach nobody.
pub struct Model {
    /// Positions in the problem, by position here.
    pub demands: Vec<usize>,
    pub sites: Vec<usize>,
    /// The weight that counts.
    pub weight: Vec<f64>,
    pub choice: Vec<Choice>,
    pub capacity: Vec<f64>,
    pub price: Vec<f64>,
    /// Cells of demand i: `start[i]..start[i + 1]`, nearest first, then by id.
    start: Vec<usize>,
    site: Vec<u32>,
    cost: Vec<f64>,
    pub limits: Vec<Row>,
    /// Exactly so many sites are opened beside those that exist, when nothing else limits them.
    pub exactly: Option<usize>,
    pub has_budget: bool,
}

/// A sum over sites that may not be exceeded.
#[derive(Debug, Clone)]
pub struct Row {
    pub terms: Vec<(usize, f64)>,
    pub at_most: f64,
}

/// The order of ids: numbers by value and before texts, texts by their characters.
pub fn by_id(a: &str, b: &str) -> Ordering {
    match (a.parse::<u128>(), b.parse::<u128>()) {
        (Ok(x), Ok(y)) => x.cmp(&y).then_with(|| a.cmp(b)),
        (Ok(_), Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        (Err(_), Err(_)) => a.cmp(b),
    }
}

impl Model {
    /// `problem` must have no faults.
    pub fn of(problem: &Problem) -> Self {
        let mut demands: Vec<usize> = (0..problem.demands.len()).collect();
        demands.sort_by(|&a, &b| by_id(&problem.demands[a].id, &problem.demands[b].id));
        let mut sites: Vec<usize> = (0..problem.sites.len()).collect();
        sites.sort_by(|&a, &b| by_id(&problem.sites[a].id, &problem.sites[b].id));
        let mut place_of_demand = vec![0; demands.len()];
        demands.iter().enumerate().for_each(|(place, &n)| place_of_demand[n] = place);
        let mut place_of_site = vec![0; sites.len()];
        sites.iter().enumerate().for_each(|(place, &n)| place_of_site[n] = place);

        let radius = problem.radius.unwrap_or(f64::INFINITY);
        let counts = |n: usize| problem.sites[n].choice != Choice::MustNot;
        let cells = || problem.cells.iter().filter(|cell| cell.cost <= radius && counts(cell.site));
        let mut start = vec![0; demands.len() + 1];
        cells().for_each(|cell| start[place_of_demand[cell.demand] + 1] += 1);
        (0..demands.len()).for_each(|i| start[i + 1] += start[i]);
        let mut next = start.clone();
        let mut pairs = vec![(0.0, 0_u32); start[demands.len()]];
        for cell in cells() {
            let at = &mut next[place_of_demand[cell.demand]];
            pairs[*at] = (cell.cost, place_of_site[cell.site] as u32);
            *at += 1;
        }
        for i in 0..demands.len() {
            pairs[start[i]..start[i + 1]].sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        }
        let site_of = |place: usize| &problem.sites[sites[place]];
        let choice: Vec<Choice> = (0..sites.len()).map(|j| site_of(j).choice).collect();
        let price: Vec<f64> = (0..sites.len()).map(|j| site_of(j).price).collect();
        let counted = || (0..sites.len()).filter(|&j| choice[j].is_counted());
        let mut limits = Vec::new();
        if let Some(p) = problem.p {
            limits.push(Row { terms: counted().map(|j| (j, 1.0)).collect(), at_most: p as f64 });
        }
        if let Some(budget) = problem.budget {
            limits.push(Row { terms: counted().map(|j| (j, price[j])).collect(), at_most: budget });
        }
        for limit in &problem.limits {
            let terms = limit.terms.iter().map(|&(n, amount)| (place_of_site[n], amount)).collect();
            limits.push(Row { terms, at_most: limit.at_most });
        }
        Self {
            weight: demands.iter().map(|&n| problem.demands[n].weights[problem.weight]).collect(),
            capacity: (0..sites.len()).map(|j| site_of(j).capacity.unwrap_or(f64::INFINITY)).collect(),
            site: pairs.iter().map(|pair| pair.1).collect(),
            cost: pairs.iter().map(|pair| pair.0).collect(),
            exactly: problem.p.filter(|_| limits.len() == 1 && problem.objective != Objective::Lscp),
            has_budget: problem.budget.is_some(),
            limits,
            choice,
            price,
            start,
            demands,
            sites,
        }
    }

    /// The same with no cell above `radius` and exactly `count` sites beside those that exist, where that is given.
    pub fn within(&self, radius: f64, count: Option<usize>) -> Self {
        let mut start = vec![0];
        let (mut site, mut cost) = (Vec::new(), Vec::new());
        for i in 0..self.demand_count() {
            for (j, c) in self.reach(i).take_while(|&(_, c)| c <= radius) {
                site.push(j as u32);
                cost.push(c);
            }
            start.push(site.len());
        }
        let mut limits = self.limits.clone();
        if let Some(count) = count {
            let counted = (0..self.site_count()).filter(|&j| self.choice[j].is_counted());
            limits.push(Row { terms: counted.map(|j| (j, 1.0)).collect(), at_most: count as f64 });
        }
        Self {
            demands: self.demands.clone(),
            sites: self.sites.clone(),
            weight: self.weight.clone(),
            choice: self.choice.clone(),
            capacity: self.capacity.clone(),
            price: self.price.clone(),
            exactly: count.filter(|_| limits.len() == 1).or(self.exactly),
            has_budget: self.has_budget,
            start,
            site,
            cost,
            limits,
        }
    }

    pub fn demand_count(&self) -> usize {
        self.demands.len()
    }

    pub fn site_count(&self) -> usize {
        self.sites.len()
    }

    pub fn cell_count(&self) -> usize {
        self.site.len()
    }

    /// The sites that a demand reaches and what that costs, nearest first.
    pub fn reach(&self, demand: usize) -> impl DoubleEndedIterator<Item = (usize, f64)> + ExactSizeIterator + '_ {
        let cells = self.start[demand]..self.start[demand + 1];
        self.site[cells.clone()].iter().zip(&self.cost[cells]).map(|(&site, &cost)| (site as usize, cost))
    }

    /// The raw cells of a demand, for the inner loops.
    pub fn cells(&self, demand: usize) -> (&[u32], &[f64]) {
        let cells = self.start[demand]..self.start[demand + 1];
        (&self.site[cells.clone()], &self.cost[cells])
    }

    /// Nearest open site of a demand; of two as near the one whose id comes first.
    pub fn nearest(&self, demand: usize, is_open: &[bool]) -> Option<(usize, f64)> {
        self.reach(demand).find(|&(site, _)| is_open[site])
    }

    /// Sites that are open before anything is chosen.
    pub fn fixed(&self) -> Vec<bool> {
        self.choice.iter().map(|choice| choice.is_open()).collect()
    }

    /// True when the open sites keep every limit.
    pub fn allows(&self, is_open: &[bool]) -> bool {
        self.limits.iter().all(|row| {
            let taken: f64 = row.terms.iter().filter(|(site, _)| is_open[*site]).map(|(_, amount)| amount).sum();
            taken <= row.at_most * (1.0 + 1e-12)
        })
    }

    /// Opens idle sites, those whose ids come first, until as many are open as were asked for.
    pub fn fill(&self, is_open: &mut [bool]) {
        let Some(exactly) = self.exactly else { return };
        let is_counted = |j: &usize| self.choice[*j].is_counted();
        let mut count = (0..is_open.len()).filter(is_counted).filter(|&j| is_open[j]).count();
        for j in (0..is_open.len()).filter(|&j| self.choice[j] == Choice::Free) {
            if count < exactly && !is_open[j] {
                is_open[j] = true;
                count += 1;
            }
        }
    }

    /// Demands that some site reaches.
    pub fn is_reachable(&self, demand: usize) -> bool {
        self.start[demand] < self.start[demand + 1]
    }
}
