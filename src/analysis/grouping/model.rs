//! The problem in numbers, in an order that does not depend on the order of the input: only who takes part, and
//! only the neighbours that may share a group.

use super::bits::Bits;
use super::problem::{Problem, UnknownHouseholds};
use crate::analysis::siting::by_id;

/// In no set of those who must stay together.
pub const NO_SET: u32 = u32::MAX;

/// Units in the order of their ids.
pub struct Model {
    /// Positions in the problem, by position here.
    pub units: Vec<usize>,
    /// What each counts towards the sums.
    pub households: Vec<u64>,
    /// Neighbours of unit i: `start[i]..start[i + 1]`, in order.
    start: Vec<usize>,
    to: Vec<u32>,
    shared: Vec<f64>,
    pub floor: u64,
    pub ceiling: u64,
    /// Pairs that may not be in one group: too far apart, or told apart. `None` where there is no such pair.
    pub clash: Option<Bits>,
    /// The set of those who must stay together that a unit is in, or [`NO_SET`].
    pub together: Vec<u32>,
    pub sets: Vec<Vec<u32>>,
}

/// All units of a problem in the order of their ids.
pub fn order(problem: &Problem) -> Vec<usize> {
    let mut order: Vec<usize> = (0..problem.units.len()).collect();
    order.sort_by(|&a, &b| by_id(&problem.units[a].id, &problem.units[b].id));
    order
}

/// What a unit counts towards the sums of its group.
pub fn counted(problem: &Problem, unit: usize) -> u64 {
    let assumed = match problem.unknown_households {
        UnknownHouseholds::Careful => 0,
        UnknownHouseholds::Assume(households) => households,
    };
    problem.units[unit].households.unwrap_or(assumed)
}

impl Model {
    /// The units for which `takes_part` holds, by position in the problem. `clashes` is by the same positions.
    pub fn of(problem: &Problem, takes_part: &[bool], too_far: Option<&Bits>) -> Self {
        let units: Vec<usize> = order(problem).into_iter().filter(|&unit| takes_part[unit]).collect();
        let mut place = vec![u32::MAX; problem.units.len()];
        units.iter().enumerate().for_each(|(at, &unit)| place[unit] = at as u32);
        let is_in = |unit: usize| place[unit] != u32::MAX;

        let mut arcs: Vec<(u32, u32, f64)> = Vec::with_capacity(2 * problem.edges.len());
        for edge in problem.edges.iter().filter(|edge| is_in(edge.a) && is_in(edge.b) && joins(problem, edge)) {
            arcs.push((place[edge.a], place[edge.b], edge.shared));
            arcs.push((place[edge.b], place[edge.a], edge.shared));
        }
        arcs.sort_by(|x, y| (x.0, x.1).cmp(&(y.0, y.1)).then(y.2.total_cmp(&x.2)));
        // Of an edge given twice the one with more in common.
        arcs.dedup_by_key(|arc| (arc.0, arc.1));
        let mut start = vec![0; units.len() + 1];
        arcs.iter().for_each(|arc| start[arc.0 as usize + 1] += 1);
        (0..units.len()).for_each(|i| start[i + 1] += start[i]);

        let mut clash = too_far.map(|too_far| {
            let mut clash = Bits::new(units.len());
            for (a, &unit) in units.iter().enumerate() {
                for (b, &other) in units.iter().enumerate().skip(a + 1) {
                    if too_far.is_set(unit as u32, other as u32) {
                        clash.set(a as u32, b as u32, true);
                    }
                }
            }
            clash
        });
        for &(a, b) in problem.must_apart.iter().filter(|&&(a, b)| is_in(a) && is_in(b)) {
            clash.get_or_insert_with(|| Bits::new(units.len())).set(place[a], place[b], true);
        }
        let sets: Vec<Vec<u32>> = sets(problem)
            .into_iter()
            .map(|set| set.into_iter().filter(|&unit| is_in(unit)).map(|unit| place[unit]).collect::<Vec<u32>>())
            .filter(|set| set.len() > 1)
            .collect();
        Self {
            households: units.iter().map(|&unit| counted(problem, unit)).collect(),
            to: arcs.iter().map(|arc| arc.1).collect(),
            shared: arcs.iter().map(|arc| arc.2).collect(),
            floor: problem.min_households.unwrap_or(0),
            ceiling: problem.max_households.unwrap_or(u64::MAX),
            start,
            clash,
            together: together(&sets, units.len()),
            sets,
            units,
        }
    }

    /// Makes every set hang together: units on the shortest way between its parts, past whoever clashes with it,
    /// come along. The set for which there is no way, if there is one.
    pub fn connect_sets(&mut self) -> Result<(), Vec<u32>> {
        for n in 0..self.sets.len() {
            // Two sets that meet on the way are one from then on.
            while !self.sets[n].is_empty() && !self.extend(n)? {}
        }
        self.sets.retain(|set| !set.is_empty());
        self.together = together(&self.sets, self.len());
        Ok(())
    }

    /// Joins the first of a set to one more of it. True when it hangs together.
    fn extend(&mut self, n: usize) -> Result<bool, Vec<u32>> {
        let set = &self.sets[n];
        let mut from = vec![u32::MAX; self.len()];
        let mut queue = std::collections::VecDeque::from([set[0]]);
        from[set[0] as usize] = set[0];
        // First as far as the set itself goes, then beyond.
        let mut reached = vec![set[0]];
        while let Some(unit) = queue.pop_front() {
            for &other in self.neighbours(unit) {
                if from[other as usize] == u32::MAX && self.together[other as usize] == n as u32 {
                    from[other as usize] = other;
                    reached.push(other);
                    queue.push_back(other);
                }
            }
        }
        if reached.len() == set.len() {
            return Ok(true);
        }
        queue.extend(&reached);
        while let Some(unit) = queue.pop_front() {
            for &other in self.neighbours(unit) {
                if from[other as usize] != u32::MAX || !self.is_welcome(other, set) {
                    continue;
                }
                from[other as usize] = unit;
                if self.together[other as usize] == n as u32 {
                    let mut at = unit;
                    let mut way = Vec::new();
                    while from[at as usize] != at {
                        way.push(at);
                        at = from[at as usize];
                    }
                    self.take_along(n, &way);
                    return Ok(false);
                }
                queue.push_back(other);
            }
        }
        Err(set.clone())
    }

    fn take_along(&mut self, n: usize, way: &[u32]) {
        for &unit in way {
            match self.together[unit as usize] {
                NO_SET => self.sets[n].push(unit),
                other if other == n as u32 => continue,
                other => {
                    let moved = std::mem::take(&mut self.sets[other as usize]);
                    moved.iter().for_each(|&unit| self.together[unit as usize] = n as u32);
                    self.sets[n].extend(moved);
                }
            }
            self.together[unit as usize] = n as u32;
        }
        self.sets[n].sort_unstable();
    }

    pub fn len(&self) -> usize {
        self.units.len()
    }

    #[inline]
    pub fn neighbours(&self, unit: u32) -> &[u32] {
        &self.to[self.start[unit as usize]..self.start[unit as usize + 1]]
    }

    /// Neighbours with what both have a share in.
    pub fn shared(&self, unit: u32) -> impl Iterator<Item = (u32, f64)> + '_ {
        let arcs = self.start[unit as usize]..self.start[unit as usize + 1];
        self.to[arcs.clone()].iter().copied().zip(self.shared[arcs].iter().copied())
    }

    pub fn sum(&self, members: &[u32]) -> u64 {
        members.iter().map(|&unit| self.households[unit as usize]).sum()
    }

    /// Something forbids groups that are too large.
    pub fn has_upper(&self) -> bool {
        self.ceiling != u64::MAX || self.clash.is_some()
    }

    /// Two disjoint sets of units may be one group as far as ceiling and clashes go.
    pub fn fits(&self, a: &[u32], sum_a: u64, b: &[u32], sum_b: u64) -> bool {
        sum_a + sum_b <= self.ceiling && a.iter().all(|&unit| self.is_welcome(unit, b))
    }

    /// Nobody among `members` clashes with a unit.
    pub fn is_welcome(&self, unit: u32, members: &[u32]) -> bool {
        let Some(clash) = &self.clash else { return true };
        members.iter().all(|&other| !clash.is_set(unit, other))
    }

    /// No two members clash, and sets stay whole. Sums are not looked at.
    pub fn is_allowed(&self, members: &[u32]) -> bool {
        (0..members.len()).all(|i| self.is_welcome(members[i], &members[i + 1..])) && self.keeps_together(members)
    }

    /// Every set that must stay together is inside or outside.
    pub fn keeps_together(&self, members: &[u32]) -> bool {
        if self.sets.is_empty() {
            return true;
        }
        members.iter().all(|&unit| {
            let set = self.together[unit as usize];
            set == NO_SET || self.sets[set as usize].iter().all(|other| members.contains(other))
        })
    }

    /// Units that hang together, each part in order, parts by their first.
    pub fn components(&self) -> Vec<Vec<u32>> {
        let mut is_seen = vec![false; self.len()];
        let mut parts = Vec::new();
        for unit in 0..self.len() as u32 {
            if is_seen[unit as usize] {
                continue;
            }
            is_seen[unit as usize] = true;
            let (mut part, mut at) = (vec![unit], 0);
            while at < part.len() {
                for &other in self.neighbours(part[at]) {
                    if !is_seen[other as usize] {
                        is_seen[other as usize] = true;
                        part.push(other);
                    }
                }
                at += 1;
            }
            part.sort_unstable();
            parts.push(part);
        }
        parts
    }
}

fn together(sets: &[Vec<u32>], units: usize) -> Vec<u32> {
    let mut together = vec![NO_SET; units];
    for (n, set) in sets.iter().enumerate() {
        set.iter().for_each(|&unit| together[unit as usize] = n as u32);
    }
    together
}

/// Two ends of an edge may be neighbours in a group.
pub fn joins(problem: &Problem, edge: &super::problem::Edge) -> bool {
    let is_short = problem.longest_step_m.is_none_or(|longest| edge.walk_m.is_some_and(|walk| walk <= longest));
    edge.a != edge.b && is_short && problem.units[edge.a].body == problem.units[edge.b].body
}

/// Those who must stay together, sets that share a unit made one; by position in the problem, in the order of ids.
pub fn sets(problem: &Problem) -> Vec<Vec<usize>> {
    let mut leader: Vec<usize> = (0..problem.units.len()).collect();
    fn find(leader: &mut [usize], mut unit: usize) -> usize {
        while leader[unit] != unit {
            leader[unit] = leader[leader[unit]];
            unit = leader[unit];
        }
        unit
    }
    for set in &problem.must_together {
        for pair in set.windows(2) {
            let (a, b) = (find(&mut leader, pair[0]), find(&mut leader, pair[1]));
            leader[a] = b;
        }
    }
    let mut at = vec![usize::MAX; problem.units.len()];
    let mut sets: Vec<Vec<usize>> = Vec::new();
    for unit in order(problem) {
        let root = find(&mut leader, unit);
        if at[root] == usize::MAX {
            at[root] = sets.len();
            sets.push(Vec::new());
        }
        sets[at[root]].push(unit);
    }
    sets.retain(|set| set.len() > 1);
    sets
}
