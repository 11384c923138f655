//! Fewer groups: of all neighbours the two whose joining costs least, again and again (Ward 1963).

use std::cmp::Ordering;
use std::collections::{BTreeSet, BinaryHeap};

use super::model::Model;
use super::plan::Plan;
use super::score::Score;
use crate::analysis::watch::{Stop, Watch};

/// What joining two groups changes; the least comes first, then the one whose units come first.
#[derive(PartialEq)]
struct Joining {
    change: f64,
    a: u32,
    b: u32,
    /// How often each had changed when this was computed.
    ages: (u32, u32),
}

impl Eq for Joining {}

impl PartialOrd for Joining {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Joining {
    fn cmp(&self, other: &Self) -> Ordering {
        other.change.total_cmp(&self.change).then(other.a.cmp(&self.a)).then(other.b.cmp(&self.b))
    }
}

/// Joins groups until `target` are left; without a target as long as joining makes the score better. Stops early
/// where no two may be joined any more.
pub fn merge(
    model: &Model,
    score: &mut Score<'_>,
    plan: &mut Plan,
    target: Option<usize>,
    watch: &Watch<'_>,
) -> Result<(), Stop> {
    let mut groups: Vec<Vec<u32>> = plan.groups().to_vec();
    let mut sums: Vec<u64> = groups.iter().map(|members| model.sum(members)).collect();
    let mut costs: Vec<f64> = groups.iter().map(|members| score.of_group(members)).collect();
    let mut ages = vec![0_u32; groups.len()];
    let mut next: Vec<BTreeSet<u32>> = vec![BTreeSet::new(); groups.len()];
    for unit in 0..model.len() as u32 {
        for &other in model.neighbours(unit) {
            let (a, b) = (plan.group_of(unit), plan.group_of(other));
            if a != b {
                next[a].insert(b as u32);
            }
        }
    }
    let mut squares: f64 = sums.iter().map(|&sum| (sum as f64).powi(2)).sum();
    let mut count = groups.len();
    let mut heap = BinaryHeap::new();
    let mut both = Vec::new();
    let mut price = |a: usize, b: usize, groups: &[Vec<u32>], sums: &[u64], costs: &[f64], count, squares: f64| {
        both.clear();
        both.extend_from_slice(&groups[a]);
        both.extend_from_slice(&groups[b]);
        let more = 2.0 * sums[a] as f64 * sums[b] as f64;
        let all = score.of_all(count - 1, squares + more) - score.of_all(count, squares);
        let cost = score.of_group(&both);
        (cost - costs[a] - costs[b] + all, cost)
    };
    for a in 0..groups.len() {
        for &b in next[a].range(a as u32 + 1..) {
            let (change, _) = price(a, b as usize, &groups, &sums, &costs, count, squares);
            heap.push(Joining { change, a: a as u32, b, ages: (0, 0) });
        }
    }
    let mut turns = 0_u32;
    while target.is_none_or(|target| count > target) {
        turns += 1;
        if turns % 256 == 0
            && let Some(stop) = watch.must_stop()
        {
            return Err(stop);
        }
        let Some(Joining { change, a, b, ages: (age_a, age_b) }) = heap.pop() else { break };
        let (a, b) = (a as usize, b as usize);
        if age_a != ages[a] || age_b != ages[b] || !model.fits(&groups[a], sums[a], &groups[b], sums[b]) {
            continue;
        }
        // What all groups together are worth has changed since this was priced.
        let (now, cost) = price(a, b, &groups, &sums, &costs, count, squares);
        if now > change && heap.peek().is_some_and(|other| other.change < now) {
            heap.push(Joining { change: now, a: a as u32, b: b as u32, ages: (age_a, age_b) });
            continue;
        }
        if target.is_none() && now >= 0.0 {
            break;
        }
        squares += 2.0 * sums[a] as f64 * sums[b] as f64;
        count -= 1;
        let moved = std::mem::take(&mut groups[b]);
        groups[a].extend(moved);
        sums[a] += sums[b];
        costs[a] = cost;
        ages[a] += 1;
        ages[b] += 1;
        let others = std::mem::take(&mut next[b]);
        for other in others {
            next[other as usize].remove(&(b as u32));
            if other as usize != a {
                next[other as usize].insert(a as u32);
                next[a].insert(other);
            }
        }
        next[a].remove(&(b as u32));
        for &other in &next[a].clone() {
            let (x, y) = (a.min(other as usize), a.max(other as usize));
            let (change, _) = price(x, y, &groups, &sums, &costs, count, squares);
            heap.push(Joining { change, a: x as u32, b: y as u32, ages: (ages[x], ages[y]) });
        }
    }
    groups.retain(|members| !members.is_empty());
    *plan = Plan::of_groups(model, groups);
    Ok(())
}
