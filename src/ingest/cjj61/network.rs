//! What the lines of a survey make together.

use std::collections::{HashMap, HashSet};

use super::points::Points;
use crate::ingest::report::Report;

#[derive(Default)]
pub struct Network {
    /// Numbers that lines name, taken or not.
    named: HashSet<String>,
    /// By the pair of points.
    rows: HashMap<String, u64>,
    /// Points that are joined, numbered as they come.
    joined: HashMap<String, usize>,
    /// By that number: another one of its part, or itself.
    part: Vec<usize>,
}

impl Network {
    pub fn name(&mut self, a: &str, b: &str) {
        for number in [a, b] {
            if !self.named.contains(number) {
                self.named.insert(number.to_owned());
            }
        }
    }

    pub fn is_named(&self, number: &str) -> bool {
        self.named.contains(number)
    }

    /// The row whose line joins this pair of points already.
    pub fn row_of(&self, key: &str) -> Option<u64> {
        self.rows.get(key).copied()
    }

    pub fn join(&mut self, a: &str, b: &str, key: String, row: u64) {
        self.rows.insert(key, row);
        let [a, b] = [a, b].map(|number| {
            let next = self.part.len();
            let at = *self.joined.entry(number.to_owned()).or_insert(next);
            if at == next {
                self.part.push(next);
            }
            self.first(at)
        });
        self.part[b] = a;
    }

    /// The one that stands for a part; on the way there the way is shortened.
    fn first(&mut self, mut at: usize) -> usize {
        while self.part[at] != at {
            self.part[at] = self.part[self.part[at]];
            at = self.part[at];
        }
        at
    }

    fn parts(&self) -> usize {
        self.part.iter().enumerate().filter(|(at, first)| at == *first).count()
    }

    pub fn tell(&self, points: &Points, report: &mut Report) {
        let (lines, of, parts) = (self.rows.len(), points.len(), self.parts());
        report.note(
            "network",
            format!("{lines} lines join {} of {of} points into {parts} connected parts", self.joined.len()),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_counted() {
        let mut network = Network::default();
        for (a, b) in [("1", "2"), ("3", "4"), ("2", "3"), ("8", "9")] {
            network.join(a, b, format!("{a}-{b}"), 1);
        }
        assert_eq!(network.parts(), 2);
        let [one, four, eight] = ["1", "4", "8"].map(|number| network.joined[number]);
        assert_eq!(network.first(one), network.first(four));
        assert_ne!(network.first(one), network.first(eight));
    }
}
