//! Finds everything that is wrong with a problem before anything is computed.

use std::collections::HashMap;

use super::problem::{Assignment, Choice, Limit, Objective, Problem};

/// Where something is wrong; positions count from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Demand(usize),
    Site(usize),
    Cell(usize),
    Limit(usize),
    Parameter(&'static str),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub place: Place,
    pub detail: String,
}

/// All faults, in the order of the problem; empty when it can be solved.
pub fn faults(problem: &Problem) -> Vec<Fault> {
    let mut found = Faults(Vec::new());
    found.demands(problem);
    found.sites(problem);
    found.cells(problem);
    found.parameters(problem);
    found.limits(problem);
    // Sums of numbers that are no numbers say nothing.
    if found.0.is_empty() {
        found.must_sites(problem);
        found.sums(problem);
    }
    found.0
}

struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, place: Place, detail: impl Into<String>) {
        self.0.push(Fault { place, detail: detail.into() });
    }

    fn number(&mut self, place: Place, what: &str, value: f64) {
        if value.is_nan() {
            self.add(place, format!("{what} is not a number"));
        } else if value < 0.0 {
            self.add(place, format!("{what} is {value}, less than zero"));
        } else if value.is_infinite() {
            self.add(place, format!("{what} is infinite"));
        }
    }

    fn demands(&mut self, problem: &Problem) {
        if problem.demands.is_empty() {
            self.add(Place::Parameter("demand"), "there is no demand");
        }
        if problem.weight >= problem.weight_names.len() {
            self.add(Place::Parameter("weight"), "there is no such weight");
        }
        let mut seen = HashMap::new();
        for (n, demand) in problem.demands.iter().enumerate() {
            let place = Place::Demand(n);
            if demand.id.is_empty() {
                self.add(place, "has no id");
            } else if seen.insert(demand.id.as_str(), n).is_some() {
                self.add(place, format!("the id «{}» stands here twice", demand.id));
            }
            if demand.weights.len() != problem.weight_names.len() {
                self.add(place, format!("has {} weights, not {}", demand.weights.len(), problem.weight_names.len()));
            }
            for (name, &weight) in problem.weight_names.iter().zip(&demand.weights) {
                self.number(place, &format!("the weight «{name}»"), weight);
            }
        }
    }

    fn sites(&mut self, problem: &Problem) {
        if problem.sites.is_empty() {
            self.add(Place::Parameter("sites"), "there is no site");
        }
        let mut seen = HashMap::new();
        for (n, site) in problem.sites.iter().enumerate() {
            let place = Place::Site(n);
            if site.id.is_empty() {
                self.add(place, "has no id");
            } else if seen.insert(site.id.as_str(), n).is_some() {
                self.add(place, format!("the id «{}» stands here twice", site.id));
            }
            if let Some(capacity) = site.capacity {
                self.number(place, "the capacity", capacity);
            }
            self.number(place, "the price", site.price);
            if site.choice == Choice::MustBeFull {
                if site.capacity.is_none() {
                    self.add(place, "must be full and has no capacity");
                }
                if problem.capacities.is_none() {
                    self.add(place, "must be full, but capacities are not kept here");
                }
            }
        }
    }

    fn cells(&mut self, problem: &Problem) {
        let mut start = vec![0_usize; problem.demands.len() + 1];
        for (n, cell) in problem.cells.iter().enumerate() {
            if cell.demand >= problem.demands.len() || cell.site >= problem.sites.len() {
                self.add(Place::Cell(n), "names a demand or a site that is not there");
                continue;
            }
            self.number(Place::Cell(n), "the cost", cell.cost);
            start[cell.demand + 1] += 1;
        }
        // Side by side by demand, so that a pair that stands twice meets itself; there can be many millions.
        (0..problem.demands.len()).for_each(|i| start[i + 1] += start[i]);
        let mut next = start.clone();
        let mut by_demand = vec![0_u32; start[problem.demands.len()]];
        for (n, cell) in problem.cells.iter().enumerate() {
            if cell.demand < problem.demands.len() && cell.site < problem.sites.len() {
                by_demand[next[cell.demand]] = n as u32;
                next[cell.demand] += 1;
            }
        }
        let mut seen: Vec<Option<(usize, usize)>> = vec![None; problem.sites.len()];
        for demand in 0..problem.demands.len() {
            for &n in &by_demand[start[demand]..start[demand + 1]] {
                let cell = problem.cells[n as usize];
                let before = seen[cell.site].replace((demand, n as usize)).filter(|before| before.0 == demand);
                if let Some((_, first)) = before {
                    let (id, site) = (&problem.demands[demand].id, &problem.sites[cell.site].id);
                    let (first, second) = (problem.cells[first].cost, cell.cost);
                    let detail = format!("the pair «{id}», «{site}» has two costs, {first} and {second}; keep one");
                    self.add(Place::Cell(n as usize), detail);
                }
            }
        }
    }

    fn parameters(&mut self, problem: &Problem) {
        let name = problem.objective.name();
        match (problem.objective.has_radius(), problem.radius) {
            (true, None) => self.add(Place::Parameter("radius"), format!("{name} needs a radius")),
            (false, Some(_)) => self.add(Place::Parameter("radius"), format!("{name} has no radius")),
            (true, Some(radius)) if radius != f64::INFINITY => {
                self.number(Place::Parameter("radius"), "the radius", radius);
            }
            _ => {}
        }
        if let Some(budget) = problem.budget {
            self.number(Place::Parameter("budget"), "the budget", budget);
        }
        if problem.objective == Objective::Lscp {
            if problem.p.is_some() {
                self.add(Place::Parameter("p"), "lscp finds the number of sites itself; leave p out");
            }
            if problem.budget.is_some() {
                self.add(Place::Parameter("budget"), "lscp counts sites, not money; leave the budget out");
            }
            return;
        }
        if problem.p.is_none() && problem.budget.is_none() && problem.limits.is_empty() {
            self.add(Place::Parameter("p"), format!("{name} needs p or a budget"));
        }
        if let Some(p) = problem.p {
            let choosable =
                problem.sites.iter().filter(|site| !matches!(site.choice, Choice::Existing | Choice::MustNot));
            let choosable = choosable.count();
            if p > choosable {
                self.add(Place::Parameter("p"), format!("p is {p}, but only {choosable} sites can be chosen"));
            }
            if p == 0 && !problem.sites.iter().any(|site| site.choice == Choice::Existing) {
                self.add(Place::Parameter("p"), "p is 0 and no site exists: nothing can be chosen");
            }
        }
    }

    fn limits(&mut self, problem: &Problem) {
        for (n, limit) in problem.limits.iter().enumerate() {
            let place = Place::Limit(n);
            self.number(place, "the limit", limit.at_most);
            let mut seen = vec![false; problem.sites.len()];
            for &(site, amount) in &limit.terms {
                match seen.get_mut(site) {
                    None => self.add(place, "names a site that is not there"),
                    Some(true) => self.add(place, format!("names the site «{}» twice", problem.sites[site].id)),
                    Some(seen) => *seen = true,
                }
                self.number(place, "an amount", amount);
            }
        }
    }

    fn must_sites(&mut self, problem: &Problem) {
        let must = |n: &usize| problem.sites[*n].choice.is_open() && problem.sites[*n].choice.is_counted();
        let must: Vec<usize> = (0..problem.sites.len()).filter(must).collect();
        if let Some(p) = problem.p.filter(|&p| p < must.len()) {
            self.add(Place::Parameter("p"), format!("p is {p}, but {} sites must be chosen", must.len()));
        }
        let prices: f64 = must.iter().map(|&n| problem.sites[n].price).sum();
        if let Some(budget) = problem.budget.filter(|&budget| prices > budget) {
            self.add(
                Place::Parameter("budget"),
                format!("the budget is {budget}, but the sites that must be chosen cost {prices}"),
            );
        }
        for (n, limit) in problem.limits.iter().enumerate() {
            let taken = taken(limit, problem);
            if taken > limit.at_most {
                self.add(
                    Place::Limit(n),
                    format!("«{}» allows {}, but the sites that must be open take {taken}", limit.name, limit.at_most),
                );
            }
        }
    }

    /// Sums of capacities against sums of weights, as far as they tell without a search.
    fn sums(&mut self, problem: &Problem) {
        let weight = |demand: usize| problem.demands[demand].weights[problem.weight];
        let total: f64 = (0..problem.demands.len()).map(weight).sum();
        let farthest = problem.cells.iter().map(|cell| cell.cost).fold(0.0, f64::max);
        if !(total * farthest).is_finite() {
            self.add(Place::Parameter("demand"), "weights and costs are too large to be added up");
            return;
        }
        let Some(assignment) = problem.capacities else { return };
        let capacity = |site: usize| problem.sites[site].capacity.unwrap_or(f64::INFINITY);
        // What each demand can reach, where it may be served at all.
        let radius = problem.radius.unwrap_or(f64::INFINITY);
        let mut largest: Vec<Option<f64>> = vec![None; problem.demands.len()];
        let mut within = vec![0.0; problem.sites.len()];
        for cell in &problem.cells {
            if cell.cost <= radius && problem.sites[cell.site].choice != Choice::MustNot {
                let best = &mut largest[cell.demand];
                *best = Some(best.unwrap_or(0.0).max(capacity(cell.site)));
                within[cell.site] += weight(cell.demand);
            }
        }
        for (n, site) in problem.sites.iter().enumerate() {
            if site.choice == Choice::MustBeFull && within[n] < capacity(n) {
                let detail =
                    format!("must be full: its capacity is {}, but only {} can reach it", capacity(n), within[n]);
                self.add(Place::Site(n), detail);
            }
        }
        if problem.objective == Objective::Mclp {
            return;
        }
        let mut needed = 0.0;
        for (n, best) in largest.iter().enumerate() {
            let Some(best) = *best else { continue };
            needed += weight(n);
            if assignment == Assignment::Single && weight(n) > best {
                let detail =
                    format!("no site that it can reach holds its weight of {}; the largest holds {best}", weight(n));
                self.add(Place::Demand(n), detail);
            }
        }
        let (existing, mut others): (Vec<usize>, Vec<usize>) = (0..problem.sites.len())
            .filter(|&n| problem.sites[n].choice != Choice::MustNot)
            .partition(|&n| problem.sites[n].choice == Choice::Existing);
        others.sort_by(|&a, &b| capacity(b).total_cmp(&capacity(a)));
        others.truncate(problem.p.unwrap_or(usize::MAX));
        let held: f64 = existing.iter().chain(&others).map(|&n| capacity(n)).sum();
        if held < needed {
            let detail =
                format!("the capacities cannot hold the demand: the largest sites hold {held}, {needed} is needed");
            self.add(Place::Parameter("capacities"), detail);
        }
    }
}

/// What of a limit those sites take that are open whatever comes.
pub fn taken(limit: &Limit, problem: &Problem) -> f64 {
    let open = limit.terms.iter().filter(|&&(site, _)| problem.sites[site].choice.is_open());
    open.map(|&(_, amount)| amount).sum()
}
