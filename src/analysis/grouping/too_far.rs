//! Who is too far from whom to be in one group.

use std::collections::BinaryHeap;

use super::bits::Bits;
use super::problem::Problem;

/// Pairs that are farther apart on foot than the widest walk, by position in the problem; `None` without a limit.
///
/// A walk is the shortest way along the edges with a known walk, whoever takes part and whoever is responsible:
/// streets ask neither.
pub fn too_far(problem: &Problem) -> Option<Bits> {
    let limit = problem.widest_walk_m?;
    let n = problem.units.len();
    let mut next: Vec<Vec<(u32, f64)>> = vec![Vec::new(); n];
    let steps = problem.edges.iter().filter_map(|edge| Some((edge.a, edge.b, edge.walk_m?)));
    for (a, b, walk_m) in steps.chain(problem.walks.iter().copied()) {
        next[a].push((b as u32, walk_m));
        next[b].push((a as u32, walk_m));
    }
    let mut far = Bits::full(n);
    let mut metres = vec![f64::INFINITY; n];
    let mut heap = BinaryHeap::new();
    let mut touched = Vec::new();
    for from in 0..n as u32 {
        heap.push(Step(0.0, from));
        metres[from as usize] = 0.0;
        touched.push(from);
        while let Some(Step(so_far, at)) = heap.pop() {
            if so_far > metres[at as usize] {
                continue;
            }
            far.set(from, at, false);
            for &(to, walk_m) in &next[at as usize] {
                let total = so_far + walk_m;
                if total <= limit && total < metres[to as usize] {
                    metres[to as usize] = total;
                    touched.push(to);
                    heap.push(Step(total, to));
                }
            }
        }
        touched.drain(..).for_each(|unit| metres[unit as usize] = f64::INFINITY);
    }
    Some(far)
}

/// The shortest comes first, of two as short the one whose position is less.
#[derive(PartialEq)]
pub struct Step(pub f64, pub u32);

impl Eq for Step {}

impl PartialOrd for Step {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Step {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.0.total_cmp(&self.0).then(other.1.cmp(&self.1))
    }
}
