//! Who is in which group.

use super::model::Model;
use super::split::Pieces;
use crate::analysis::random::Random;

/// Every unit of a model in one group.
#[derive(Clone)]
pub struct Plan {
    label: Vec<u32>,
    members: Vec<Vec<u32>>,
    sums: Vec<u64>,
}

impl Plan {
    pub fn of_groups(model: &Model, groups: Vec<Vec<u32>>) -> Self {
        let mut label = vec![0; model.len()];
        for (group, members) in groups.iter().enumerate() {
            members.iter().for_each(|&unit| label[unit as usize] = group as u32);
        }
        let sums = groups.iter().map(|members| model.sum(members)).collect();
        Self { label, members: groups, sums }
    }

    pub fn count(&self) -> usize {
        self.members.len()
    }

    pub fn group_of(&self, unit: u32) -> usize {
        self.label[unit as usize] as usize
    }

    pub fn members(&self, group: usize) -> &[u32] {
        &self.members[group]
    }

    pub fn groups(&self) -> &[Vec<u32>] {
        &self.members
    }

    pub fn sum(&self, group: usize) -> u64 {
        self.sums[group]
    }

    /// No group is below the floor.
    pub fn is_complete(&self, model: &Model) -> bool {
        self.sums.iter().all(|&sum| sum >= model.floor)
    }

    /// Up to `how_many` groups that hang together, by chance.
    pub fn choose_side_by_side(&self, model: &Model, how_many: usize, random: &mut Random, chosen: &mut Vec<usize>) {
        chosen.clear();
        chosen.push(random.pick(self.count()));
        let mut tries = 0;
        while chosen.len() < how_many && tries < 8 * how_many {
            tries += 1;
            let group = chosen[random.pick(chosen.len())];
            let members = &self.members[group];
            let unit = members[random.pick(members.len())];
            let neighbours = model.neighbours(unit);
            if neighbours.is_empty() {
                continue;
            }
            let other = self.group_of(neighbours[random.pick(neighbours.len())]);
            if !chosen.contains(&other) {
                chosen.push(other);
            }
        }
    }

    /// Puts pieces in the place of groups with the same units.
    pub fn replace(&mut self, groups: &[usize], pieces: &Pieces) {
        for piece in 0..pieces.count {
            let group = match groups.get(piece) {
                Some(&group) => group,
                None => {
                    self.members.push(Vec::new());
                    self.sums.push(0);
                    self.members.len() - 1
                }
            };
            self.put(group, pieces.of(piece), pieces.sums[piece]);
        }
        if pieces.count < groups.len() {
            let mut empty = groups[pieces.count..].to_vec();
            empty.sort_unstable();
            empty.iter().rev().for_each(|&group| self.forget(group));
        }
    }

    pub fn put(&mut self, group: usize, members: &[u32], sum: u64) {
        members.iter().for_each(|&unit| self.label[unit as usize] = group as u32);
        self.members[group].clear();
        self.members[group].extend_from_slice(members);
        self.sums[group] = sum;
    }

    /// Takes a group away whose units are elsewhere by now; the last group takes its number.
    pub fn forget(&mut self, group: usize) {
        self.members.swap_remove(group);
        self.sums.swap_remove(group);
        if let Some(members) = self.members.get(group) {
            members.iter().for_each(|&unit| self.label[unit as usize] = group as u32);
        }
    }

    /// Units of one group joined to those of another; the emptied one is taken away.
    pub fn merge(&mut self, into: usize, from: usize) {
        let moved = std::mem::take(&mut self.members[from]);
        moved.iter().for_each(|&unit| self.label[unit as usize] = into as u32);
        self.members[into].extend(moved);
        self.sums[into] += self.sums[from];
        self.forget(from);
    }

    /// Sorts members within groups and groups by their first: the order that ids give.
    pub fn sort(&mut self) {
        self.members.iter_mut().for_each(|members| members.sort_unstable());
        let mut order: Vec<usize> = (0..self.count()).collect();
        order.sort_by_key(|&group| self.members[group].first().copied());
        self.members = order.iter().map(|&group| std::mem::take(&mut self.members[group])).collect();
        self.sums = order.iter().map(|&group| self.sums[group]).collect();
        for (group, members) in self.members.iter().enumerate() {
            members.iter().for_each(|&unit| self.label[unit as usize] = group as u32);
        }
    }
}
