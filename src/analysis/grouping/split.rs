//! A random cut of some units into connected pieces: a random spanning tree, cut from its leaves wherever enough
//! households have come together.
//!
//! Of one tree no other cut gives more pieces; the surplus gathers at the root, which is anywhere.

use super::model::Model;
use crate::analysis::random::Random;

const NOBODY: u32 = u32::MAX;

/// Room to work in, kept from cut to cut.
pub struct Splitter<'a> {
    model: &'a Model,
    /// Which units are being cut: their place among them, valid where the mark is the newest.
    mark: Vec<u32>,
    place: Vec<u32>,
    newest: u32,
    /// The tree by place, parents before children.
    order: Vec<u32>,
    parent: Vec<u32>,
    is_reached: Vec<bool>,
    frontier: Vec<(u32, u32)>,
    sum: Vec<u64>,
    piece: Vec<u32>,
    /// Members that came together at a place, as a chain.
    tail: Vec<u32>,
    next: Vec<u32>,
    is_cut: Vec<bool>,
}

/// The pieces of a cut, one after the other.
#[derive(Default, Clone)]
pub struct Pieces {
    pub members: Vec<Vec<u32>>,
    pub sums: Vec<u64>,
    pub count: usize,
}

impl Pieces {
    fn begin(&mut self) {
        self.count = 0;
    }

    fn open(&mut self) -> u32 {
        if self.members.len() == self.count {
            self.members.push(Vec::new());
            self.sums.push(0);
        }
        self.members[self.count].clear();
        self.sums[self.count] = 0;
        self.count += 1;
        self.count as u32 - 1
    }

    pub fn of(&self, piece: usize) -> &[u32] {
        &self.members[piece]
    }
}

impl<'a> Splitter<'a> {
    pub fn new(model: &'a Model) -> Self {
        let n = model.len();
        Self {
            model,
            mark: vec![0; n],
            place: vec![0; n],
            newest: 0,
            order: Vec::new(),
            parent: Vec::new(),
            is_reached: Vec::new(),
            frontier: Vec::new(),
            sum: Vec::new(),
            piece: Vec::new(),
            tail: Vec::new(),
            next: Vec::new(),
            is_cut: Vec::new(),
        }
    }

    /// Grows a random spanning tree of connected `units` from any of them. Neighbours that must stay together
    /// are taken at once, so that they hang together in the tree.
    fn grow(&mut self, units: &[u32], random: &mut Random) {
        self.newest += 1;
        for (place, &unit) in units.iter().enumerate() {
            self.mark[unit as usize] = self.newest;
            self.place[unit as usize] = place as u32;
        }
        let n = units.len();
        self.order.clear();
        self.frontier.clear();
        self.parent.clear();
        self.parent.resize(n, NOBODY);
        self.is_reached.clear();
        self.is_reached.resize(n, false);
        self.frontier.push((random.pick(n) as u32, NOBODY));
        while let Some(&last) = self.frontier.last() {
            let pick = random.pick(self.frontier.len());
            let (place, from) = self.frontier[pick];
            let end = self.frontier.len() - 1;
            self.frontier[pick] = last;
            self.frontier.truncate(end);
            self.reach(units, place, from);
        }
    }

    fn reach(&mut self, units: &[u32], place: u32, from: u32) {
        if self.is_reached[place as usize] {
            return;
        }
        self.is_reached[place as usize] = true;
        self.parent[place as usize] = from;
        self.order.push(place);
        let unit = units[place as usize];
        let set = self.model.together[unit as usize];
        for at in 0..self.model.neighbours(unit).len() {
            let other = self.model.neighbours(unit)[at];
            if self.mark[other as usize] != self.newest {
                continue;
            }
            let other_place = self.place[other as usize];
            if set != NOBODY && self.model.together[other as usize] == set {
                self.reach(units, other_place, place);
            } else if !self.is_reached[other_place as usize] {
                self.frontier.push((other_place, place));
            }
        }
    }

    /// Cuts connected `units` into pieces of at least `floor` households where that can be, none over the
    /// ceiling and none with two who may not be together. What is left over joins a piece next to it that may
    /// take it, or stays a piece of its own below the floor.
    pub fn split(&mut self, units: &[u32], random: &mut Random, pieces: &mut Pieces) {
        self.grow(units, random);
        let n = units.len();
        let model = self.model;
        self.sum.clear();
        self.sum.extend(units.iter().map(|&unit| model.households[unit as usize]));
        self.is_cut.clear();
        self.is_cut.resize(n, false);
        let has_upper = model.has_upper();
        if has_upper {
            self.tail.clear();
            self.tail.extend(0..n as u32);
            self.next.clear();
            self.next.resize(n, NOBODY);
        }
        for at in (1..n).rev() {
            let place = self.order[at] as usize;
            let parent = self.parent[place] as usize;
            let is_bound = self.is_bound(units, place, parent);
            let is_enough = self.sum[place] >= model.floor && !is_bound;
            let does_fit = !has_upper || self.does_fit(units, place, parent);
            if is_enough || !does_fit {
                self.is_cut[place] = true;
                continue;
            }
            self.sum[parent] += self.sum[place];
            if has_upper {
                self.next[self.tail[parent] as usize] = place as u32;
                self.tail[parent] = self.tail[place];
            }
        }
        pieces.begin();
        self.piece.clear();
        self.piece.resize(n, NOBODY);
        for at in 0..n {
            let place = self.order[at] as usize;
            self.piece[place] =
                if at == 0 || self.is_cut[place] { pieces.open() } else { self.piece[self.parent[place] as usize] };
            let piece = self.piece[place] as usize;
            pieces.members[piece].push(units[place]);
            pieces.sums[piece] += model.households[units[place] as usize];
        }
        self.join_leftovers(random, pieces);
    }

    /// A tree edge that leads to one who must stay together with the other end.
    fn is_bound(&self, units: &[u32], place: usize, parent: usize) -> bool {
        let set = self.model.together[units[place] as usize];
        set != NOBODY && set == self.model.together[units[parent] as usize]
    }

    fn does_fit(&self, units: &[u32], place: usize, parent: usize) -> bool {
        if self.sum[place] + self.sum[parent] > self.model.ceiling {
            return false;
        }
        let Some(clash) = &self.model.clash else { return true };
        let mut a = place as u32;
        while a != NOBODY {
            let mut b = parent as u32;
            while b != NOBODY {
                if clash.is_set(units[a as usize], units[b as usize]) {
                    return false;
                }
                b = self.next[b as usize];
            }
            a = self.next[a as usize];
        }
        true
    }

    fn join_leftovers(&mut self, random: &mut Random, pieces: &mut Pieces) {
        let model = self.model;
        let mut piece = 0;
        while piece < pieces.count {
            if pieces.sums[piece] >= model.floor || pieces.count == 1 {
                piece += 1;
                continue;
            }
            // Of the pieces next to it one by chance (reservoir).
            let (mut chosen, mut seen) = (NOBODY, 0);
            for &unit in &pieces.members[piece] {
                for &other in model.neighbours(unit) {
                    if self.mark[other as usize] != self.newest {
                        continue;
                    }
                    let other = self.piece[self.place[other as usize] as usize];
                    if other as usize != piece && (seen == 0 || other != chosen) {
                        let fits = model.fits(
                            &pieces.members[piece],
                            pieces.sums[piece],
                            &pieces.members[other as usize],
                            pieces.sums[other as usize],
                        );
                        if fits {
                            seen += 1;
                            if random.pick(seen) == 0 {
                                chosen = other;
                            }
                        }
                    }
                }
            }
            if chosen == NOBODY {
                piece += 1;
                continue;
            }
            let moved = std::mem::take(&mut pieces.members[piece]);
            for &unit in &moved {
                self.piece[self.place[unit as usize] as usize] = chosen;
            }
            pieces.members[chosen as usize].extend(&moved);
            pieces.sums[chosen as usize] += pieces.sums[piece];
            let last = pieces.count - 1;
            pieces.members.swap(piece, last);
            pieces.sums.swap(piece, last);
            pieces.count -= 1;
            if piece < last {
                for &unit in &pieces.members[piece] {
                    self.piece[self.place[unit as usize] as usize] = piece as u32;
                }
            }
        }
    }

    /// The tree edges of two pieces each at least at the floor, none over the ceiling: a random cut in two, or
    /// nothing when the tree that chance gave has none.
    pub fn halve(&mut self, units: &[u32], random: &mut Random, pieces: &mut Pieces) -> bool {
        self.grow(units, random);
        let n = units.len();
        let model = self.model;
        self.sum.clear();
        self.sum.extend(units.iter().map(|&unit| model.households[unit as usize]));
        for at in (1..n).rev() {
            let place = self.order[at] as usize;
            self.sum[self.parent[place] as usize] += self.sum[place];
        }
        let total = self.sum[self.order[0] as usize];
        let (mut chosen, mut seen) = (0, 0);
        for at in 1..n {
            let place = self.order[at] as usize;
            let (a, b) = (self.sum[place], total - self.sum[place]);
            let is_between = a.min(b) >= model.floor && a.max(b) <= model.ceiling;
            if is_between && !self.is_bound(units, place, self.parent[place] as usize) {
                seen += 1;
                if random.pick(seen) == 0 {
                    chosen = at;
                }
            }
        }
        if seen == 0 {
            return false;
        }
        pieces.begin();
        pieces.open();
        pieces.open();
        self.piece.clear();
        self.piece.resize(n, 0);
        for at in 0..n {
            let place = self.order[at] as usize;
            if at == chosen {
                self.piece[place] = 1;
            } else if at > 0 {
                self.piece[place] = self.piece[self.parent[place] as usize];
            }
            let piece = self.piece[place] as usize;
            pieces.members[piece].push(units[place]);
            pieces.sums[piece] += model.households[units[place] as usize];
        }
        (0..2).all(|piece| model.is_allowed(&pieces.members[piece]))
    }
}
