//! Small cities by chance, the same for the same seed.

use pianqu::analysis::grouping::{Edge, Problem, Unit};

pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
}

/// Communities on a grid, some ways between neighbours missing.
pub fn grid(columns: usize, rows: usize, seed: u64) -> Problem {
    let mut random = Random::new(seed);
    let units = (0..columns * rows)
        .map(|n| Unit {
            id: format!("小区{n}"),
            households: Some(100 + random.below(900)),
            attributes: vec![Some(random.below(1000) as f64 / 100.0), Some(random.below(1000) as f64 / 100.0)],
            building_year: (random.below(6) != 0).then(|| 1970.0 + random.below(30) as f64),
            at: Some(((n % columns) as f64 * 200.0, (n / columns) as f64 * 200.0)),
            body: None,
            is_eligible: Some(random.below(8) != 0),
        })
        .collect();
    let mut edges = Vec::new();
    for n in 0..columns * rows {
        let right = (n % columns + 1 < columns).then_some(n + 1);
        let below = (n / columns + 1 < rows).then_some(n + columns);
        for other in [right, below].into_iter().flatten() {
            if random.below(10) != 0 {
                let walk_m = Some(150.0 + random.below(200) as f64);
                edges.push(Edge { a: n, b: other, walk_m, shared: random.below(100) as f64 });
            }
        }
    }
    let mut problem = Problem::new(units, edges);
    problem.attribute_names = vec!["one".to_owned(), "two".to_owned()];
    problem.weights.similar_attributes = 1.0;
    problem.effort = 0.1;
    problem
}

/// The same question with its parts in another order, and where each unit went.
pub fn shuffled(problem: &Problem, seed: u64) -> Problem {
    let mut random = Random::new(seed);
    let count = problem.units.len();
    let mut order: Vec<usize> = (0..count).collect();
    for n in (1..count).rev() {
        order.swap(n, random.below(n as u64 + 1) as usize);
    }
    let mut to = vec![0; count];
    order.iter().enumerate().for_each(|(place, &unit)| to[unit] = place);
    let mut other = problem.clone();
    other.units = order.iter().map(|&unit| problem.units[unit].clone()).collect();
    for edge in &mut other.edges {
        (edge.a, edge.b) = (to[edge.b], to[edge.a]);
    }
    other.edges.reverse();
    other.walks.iter_mut().for_each(|walk| *walk = (to[walk.1], to[walk.0], walk.2));
    for set in other.must_together.iter_mut().chain(&mut other.locked) {
        set.iter_mut().for_each(|unit| *unit = to[*unit]);
        set.reverse();
    }
    other.must_apart.iter_mut().for_each(|pair| *pair = (to[pair.1], to[pair.0]));
    for gap in &mut other.gaps {
        gap.missing.iter_mut().for_each(|one| one.0 = to[one.0]);
        gap.sites.iter_mut().flatten().for_each(|unit| *unit = to[*unit]);
    }
    other
}
