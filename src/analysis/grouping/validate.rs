//! Finds everything that is wrong with a question before anything is computed.

use std::collections::{HashMap, HashSet};

use super::model::{counted, sets};
use super::problem::{Problem, Weights};

/// Units at most: pairs that may not be together are kept as a table of bits.
pub const MOST_UNITS: usize = 20_000;
pub const MOST_PROPOSALS: usize = 10;

/// Where something is wrong; positions count from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Unit(usize),
    Edge(usize),
    Walk(usize),
    Gap(usize),
    Together(usize),
    Apart(usize),
    Locked(usize),
    Parameter(&'static str),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub place: Place,
    pub detail: String,
}

/// All faults, in the order of the problem; empty when it can be tried.
pub fn faults(problem: &Problem) -> Vec<Fault> {
    let mut found = Faults(Vec::new());
    found.units(problem);
    found.pairs(problem);
    found.parameters(problem);
    if found.0.is_empty() {
        found.contradictions(problem);
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
        if !value.is_finite() {
            self.add(place, format!("{what} is not a number"));
        } else if value < 0.0 {
            self.add(place, format!("{what} is {value}, less than zero"));
        }
    }

    fn units(&mut self, problem: &Problem) {
        if problem.units.is_empty() {
            self.add(Place::Parameter("units"), "there is no community");
        }
        if problem.units.len() > MOST_UNITS {
            let detail = format!("{} communities are more than {MOST_UNITS}", problem.units.len());
            self.add(Place::Parameter("units"), detail);
        }
        let mut seen: HashMap<&str, usize> = HashMap::new();
        for (n, unit) in problem.units.iter().enumerate() {
            if unit.id.is_empty() {
                self.add(Place::Unit(n), "has no id");
            } else if seen.insert(&unit.id, n).is_some() {
                self.add(Place::Unit(n), format!("the id «{}» stands there twice", unit.id));
            }
            if unit.attributes.len() != problem.attribute_names.len() {
                let detail = format!("has {} attributes, not {}", unit.attributes.len(), problem.attribute_names.len());
                self.add(Place::Unit(n), detail);
            }
            let numbers = unit.attributes.iter().flatten().chain(&unit.building_year);
            let at = unit.at.iter().flat_map(|at| [&at.0, &at.1]);
            if numbers.chain(at).any(|value| !value.is_finite()) {
                self.add(Place::Unit(n), "an attribute is not a number");
            }
            if unit.households.is_some_and(|households| households > 1 << 40) {
                self.add(Place::Unit(n), "has more households than there are people");
            }
        }
    }

    fn pairs(&mut self, problem: &Problem) {
        let count = problem.units.len();
        for (n, edge) in problem.edges.iter().enumerate() {
            if edge.a >= count || edge.b >= count {
                self.add(Place::Edge(n), "leads to a community that is not there");
            } else if edge.a == edge.b {
                self.add(Place::Edge(n), "leads from a community to itself");
            }
            if let Some(walk_m) = edge.walk_m {
                self.number(Place::Edge(n), "the walk", walk_m);
            }
            self.number(Place::Edge(n), "what is shared", edge.shared);
        }
        for (n, &(a, b, metres)) in problem.walks.iter().enumerate() {
            if a >= count || b >= count {
                self.add(Place::Walk(n), "leads to a community that is not there");
            }
            self.number(Place::Walk(n), "the walk", metres);
        }
        for (n, gap) in problem.gaps.iter().enumerate() {
            let known = |unit: &usize| *unit < count;
            if !gap.missing.iter().all(|(unit, _)| known(unit)) || !gap.sites.iter().flatten().all(known) {
                self.add(Place::Gap(n), "names a community that is not there");
            }
            gap.missing
                .iter()
                .for_each(|&(_, households)| self.number(Place::Gap(n), "a number of households", households));
        }
        let mut locked: HashSet<usize> = HashSet::new();
        for (n, group) in problem.locked.iter().enumerate() {
            if group.is_empty() {
                self.add(Place::Locked(n), "is a precinct with no community");
            }
            for &unit in group {
                if unit >= count {
                    self.add(Place::Locked(n), "names a community that is not there");
                } else if !locked.insert(unit) {
                    self.add(Place::Locked(n), format!("«{}» is locked twice", problem.units[unit].id));
                }
            }
        }
        for (n, set) in problem.must_together.iter().enumerate() {
            if set.len() < 2 {
                self.add(Place::Together(n), "names fewer than two communities");
            }
            if set.iter().any(|&unit| unit >= count) {
                self.add(Place::Together(n), "names a community that is not there");
            }
        }
        for (n, &(a, b)) in problem.must_apart.iter().enumerate() {
            if a >= count || b >= count {
                self.add(Place::Apart(n), "names a community that is not there");
            } else if a == b {
                self.add(Place::Apart(n), format!("«{}» cannot be apart from itself", problem.units[a].id));
            }
        }
    }

    fn parameters(&mut self, problem: &Problem) {
        for (name, weight) in Weights::NAMES.iter().zip(problem.weights.list()) {
            self.number(Place::Parameter("weights"), name, weight);
        }
        for (name, metres) in [("widest_walk_m", problem.widest_walk_m), ("longest_step_m", problem.longest_step_m)] {
            metres.into_iter().for_each(|metres| self.number(Place::Parameter(name), "it", metres));
        }
        if !(0.0..=1.0).contains(&problem.least_difference) {
            self.add(Place::Parameter("least_difference"), "is not a share from 0 to 1");
        }
        if !(0.001..=100.0).contains(&problem.effort) {
            self.add(Place::Parameter("effort"), "is not from 0.001 to 100");
        }
        if problem.proposals == 0 || problem.proposals > MOST_PROPOSALS {
            self.add(Place::Parameter("proposals"), format!("from 1 to {MOST_PROPOSALS} proposals are made"));
        }
        if problem.groups == Some(0) {
            self.add(Place::Parameter("groups"), "no group at all is no grouping");
        }
        if let (Some(min), Some(max)) = (problem.min_households, problem.max_households)
            && min > max
        {
            self.add(Place::Parameter("min_households"), format!("the minimum {min} is over the maximum {max}"));
        }
    }

    /// Pairs that must be together and must not.
    fn contradictions(&mut self, problem: &Problem) {
        let mut set_of: HashMap<usize, usize> = HashMap::new();
        for (n, set) in sets(problem).iter().enumerate() {
            set.iter().for_each(|&unit| _ = set_of.insert(unit, n));
            let first = &problem.units[set[0]];
            let is_other = |&&unit: &&usize| problem.keeps_bodies && problem.units[unit].body != first.body;
            if let Some(&other) = set.iter().find(is_other) {
                let other = &problem.units[other];
                let name = |body: &Option<String>| body.clone().unwrap_or_else(|| "unknown".to_owned());
                let detail = format!(
                    "«{}» and «{}» must be together, but belong to «{}» and «{}»",
                    first.id,
                    other.id,
                    name(&first.body),
                    name(&other.body)
                );
                self.add(Place::Parameter("must_together"), detail);
            }
        }
        for (n, &(a, b)) in problem.must_apart.iter().enumerate() {
            if set_of.get(&a).is_some_and(|set| set_of.get(&b) == Some(set)) {
                let (a, b) = (&problem.units[a].id, &problem.units[b].id);
                self.add(Place::Apart(n), format!("«{a}» and «{b}» must be apart, and must be together"));
            }
        }
        for (n, group) in problem.locked.iter().enumerate() {
            for set in sets(problem) {
                let (inside, outside): (Vec<usize>, Vec<usize>) = set.iter().partition(|unit| group.contains(unit));
                if let (Some(&a), Some(&b)) = (inside.first(), outside.first()) {
                    let (a, b) = (&problem.units[a].id, &problem.units[b].id);
                    self.add(
                        Place::Locked(n),
                        format!("holds «{a}», which must be together with «{b}», which it does not hold"),
                    );
                }
            }
        }
    }

    fn sums(&mut self, problem: &Problem) {
        let total: u64 = (0..problem.units.len()).map(|unit| counted(problem, unit)).sum();
        let unknown = problem.units.iter().filter(|unit| unit.households.is_none()).count();
        if let Some(min) = problem.min_households.filter(|&min| min > total) {
            let detail = match unknown {
                0 => format!("the minimum {min} is over the total of {total} households"),
                _ => format!(
                    "the minimum {min} is over the total of {total} known households; those of {unknown} communities are not known"
                ),
            };
            self.add(Place::Parameter("min_households"), detail);
        }
        if let Some(groups) = problem.groups.filter(|&groups| groups < problem.locked.len()) {
            let detail = format!("{groups} groups are asked for, and {} are locked", problem.locked.len());
            self.add(Place::Parameter("groups"), detail);
        }
    }
}
