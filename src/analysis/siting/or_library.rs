//! Instances of the OR-Library (Beasley 1990), files `pmed1` to `pmed40`: a line with the numbers of vertices,
//! edges and sites to choose, then a line for each edge, `vertex vertex cost`, vertices counted from 1.
//!
//! Edges go both ways. An edge that stands twice has the cost that stands last. Costs between vertices are those
//! of the shortest paths; where there is no path there is no cell.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::problem::{Cell, Choice, Demand, Objective, Problem, Site};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {detail}")]
pub struct NotPmed {
    pub line: usize,
    pub detail: String,
}

/// Every vertex with weight 1 is a demand and a site; p is that of the file.
pub fn read(text: &str) -> Result<Problem, NotPmed> {
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let wrong = |line: usize, detail: String| NotPmed { line: line + 1, detail };
    let (first, head) = lines.next().ok_or_else(|| wrong(0, "the file is empty".to_owned()))?;
    let [vertices, edges, p] = numbers::<usize, 3>(head)
        .ok_or_else(|| wrong(first, format!("«{}» is not three whole numbers: vertices, edges, p", head.trim())))?;
    if vertices == 0 || vertices > 100_000 {
        return Err(wrong(first, format!("{vertices} vertices: from 1 to 100,000 can be read")));
    }
    let mut cost_of: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    let mut count = 0;
    for (n, line) in lines {
        let [a, b, cost] = numbers::<f64, 3>(line)
            .ok_or_else(|| wrong(n, format!("«{}» is not three numbers: vertex, vertex, cost", line.trim())))?;
        let vertex = |at: f64| {
            let is_one = at.fract() == 0.0 && at >= 1.0 && at <= vertices as f64;
            if is_one { Ok(at as usize - 1) } else { Err(wrong(n, format!("there is no vertex {at}"))) }
        };
        let (a, b) = (vertex(a)?, vertex(b)?);
        if !(cost >= 0.0 && cost.is_finite()) {
            return Err(wrong(n, format!("the cost {cost} is not a number from 0 on")));
        }
        cost_of.insert((a.min(b), a.max(b)), cost);
        count += 1;
    }
    if count != edges {
        return Err(wrong(first, format!("{edges} edges are announced, {count} are there")));
    }
    let mut neighbours: Vec<Vec<(usize, f64)>> = vec![Vec::new(); vertices];
    for ((a, b), cost) in cost_of {
        neighbours[a].push((b, cost));
        neighbours[b].push((a, cost));
    }
    let id = |n: usize| (n + 1).to_string();
    Ok(Problem {
        weight_names: vec!["weight".to_owned()],
        weight: 0,
        demands: (0..vertices).map(|n| Demand { id: id(n), weights: vec![1.0] }).collect(),
        sites: (0..vertices).map(|n| Site { id: id(n), capacity: None, price: 1.0, choice: Choice::Free }).collect(),
        cells: (0..vertices).flat_map(|from| shortest(&neighbours, from)).collect(),
        objective: Objective::PMedian,
        p: Some(p),
        budget: None,
        radius: None,
        capacities: None,
        limits: Vec::new(),
    })
}

fn numbers<T: std::str::FromStr + Copy, const N: usize>(line: &str) -> Option<[T; N]> {
    let numbers: Vec<T> = line.split_whitespace().map(|word| word.parse().ok()).collect::<Option<_>>()?;
    numbers.try_into().ok()
}

/// Costs of the shortest paths from a vertex (Dijkstra).
fn shortest(neighbours: &[Vec<(usize, f64)>], from: usize) -> Vec<Cell> {
    let mut best = vec![f64::INFINITY; neighbours.len()];
    best[from] = 0.0;
    // Costs are not negative, so their bits are in the order of their values.
    let mut queue = BinaryHeap::from([Reverse((0.0_f64.to_bits(), from))]);
    while let Some(Reverse((bits, at))) = queue.pop() {
        let cost = f64::from_bits(bits);
        if cost > best[at] {
            continue;
        }
        for &(to, length) in &neighbours[at] {
            if cost + length < best[to] {
                best[to] = cost + length;
                queue.push(Reverse((best[to].to_bits(), to)));
            }
        }
    }
    let reached = best.iter().enumerate().filter(|(_, cost)| cost.is_finite());
    reached.map(|(site, &cost)| Cell { demand: from, site, cost }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn costs(problem: &Problem) -> Vec<(usize, usize, f64)> {
        problem.cells.iter().map(|cell| (cell.demand, cell.site, cell.cost)).collect()
    }

    #[test]
    fn the_last_of_equal_edges_counts_and_paths_are_shortest() {
        let problem = read(" 4 4 2\n1 2 9\n2 3 5\n2 1 3\n1 3 20\n").unwrap();
        assert_eq!(problem.p, Some(2));
        let expected = [
            (0, 0, 0.0),
            (0, 1, 3.0),
            (0, 2, 8.0),
            (1, 0, 3.0),
            (1, 1, 0.0),
            (1, 2, 5.0),
            (2, 0, 8.0),
            (2, 1, 5.0),
            (2, 2, 0.0),
            (3, 3, 0.0),
        ];
        assert_eq!(costs(&problem), expected, "vertex 4 has no path to the others and so no cells");
        // Were the first of the two to count, or the least, it would be something else.
        let dearer = read("2 2 1\n1 2 3\n2 1 9\n").unwrap();
        assert_eq!(costs(&dearer)[1], (0, 1, 9.0));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (text, line, say) in [
            ("", 1, "empty"),
            ("3 2\n", 1, "three whole numbers"),
            ("2 1 1\n1 x 3\n", 2, "three numbers"),
            ("2 1 1\n\n1 3 3\n", 3, "no vertex 3"),
            ("2 1 1\n0 1 3\n", 2, "no vertex 0"),
            ("2 1 1\n1 2 -3\n", 2, "-3"),
            ("2 1 1\n1 2 NaN\n", 2, "NaN"),
            ("2 2 1\n1 2 3\n", 1, "2 edges are announced, 1"),
        ] {
            let error = read(text).unwrap_err();
            assert_eq!(error.line, line, "{text:?}");
            assert!(error.detail.contains(say), "{text:?}: {error}");
        }
    }
}
