//! How unlike two groupings of the same units are.

use std::collections::HashMap;

/// Two measures of one difference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// Of the pairs of communities that either keeps together, the share that the other parts (Jaccard); from 0 to 1.
    pub pairs: f64,
    /// Variation of information (Meilă 2007) as a share of its most, the logarithm of the number of units.
    pub information: f64,
    /// Communities that are elsewhere when groups are matched to those they share most with.
    pub moved: usize,
}

/// `a` and `b` hold the group of each unit.
pub fn difference(a: &[usize], b: &[usize]) -> Difference {
    let mut of_a: HashMap<usize, u64> = HashMap::new();
    let mut of_b: HashMap<usize, u64> = HashMap::new();
    let mut of_both: HashMap<(usize, usize), u64> = HashMap::new();
    for (&x, &y) in a.iter().zip(b) {
        *of_a.entry(x).or_default() += 1;
        *of_b.entry(y).or_default() += 1;
        *of_both.entry((x, y)).or_default() += 1;
    }
    let pairs = |counts: &mut dyn Iterator<Item = u64>| counts.map(|n| n * (n - 1) / 2).sum::<u64>();
    let both = pairs(&mut of_both.values().copied());
    let either = pairs(&mut of_a.values().copied()) + pairs(&mut of_b.values().copied()) - both;
    // In order: a sum of floats must not depend on how a table is laid out.
    let mut cells: Vec<((usize, usize), u64)> = of_both.into_iter().collect();
    cells.sort_unstable();
    let n = a.len() as f64;
    let information: f64 = cells
        .iter()
        .map(|&((x, y), count)| {
            let count = count as f64;
            -count / n * ((count / of_a[&x] as f64).ln() + (count / of_b[&y] as f64).ln())
        })
        .sum();
    cells.sort_by(|x, y| y.1.cmp(&x.1).then(x.0.cmp(&y.0)));
    let (mut used_a, mut used_b) = (std::collections::HashSet::new(), std::collections::HashSet::new());
    let mut stayed = 0;
    for ((x, y), count) in cells {
        if !used_a.contains(&x) && !used_b.contains(&y) {
            used_a.insert(x);
            used_b.insert(y);
            stayed += count as usize;
        }
    }
    Difference {
        pairs: if either == 0 { 0.0 } else { 1.0 - both as f64 / either as f64 },
        information: if a.len() < 2 { 0.0 } else { (information / n.ln()).max(0.0) },
        moved: a.len() - stayed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_groups_make_no_difference_and_one_who_moves_does() {
        let same = difference(&[0, 0, 1, 1], &[7, 7, 3, 3]);
        assert_eq!((same.pairs, same.information, same.moved), (0.0, 0.0, 0));
        let moved = difference(&[0, 0, 1, 1], &[0, 0, 0, 1]);
        // Together in either: 01, 23, 02, 12; in both: 01.
        assert_eq!((moved.pairs, moved.moved), (0.75, 1));
        let far = difference(&[0, 0, 0, 0], &[0, 1, 2, 3]);
        assert!((far.information - 1.0).abs() < 1e-12 && far.pairs == 1.0);
    }
}
