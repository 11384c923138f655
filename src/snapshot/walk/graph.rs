//! Who is next to whom, and how far: a compact adjacency.

/// An undirected graph in which each node's neighbours lie side by side (CSR). Of parallel arcs the
/// shortest is kept, and an arc from a node to itself leads nowhere.
pub struct Graph {
    starts: Vec<u32>,
    arcs: Vec<Arc>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arc {
    pub to: u32,
    pub metres: f64,
}

impl Graph {
    /// A graph of nodes 0 to `nodes` − 1 and of arcs that lead both ways.
    pub fn new(nodes: usize, arcs: &[(u32, u32, f64)]) -> Self {
        let mut starts = vec![0u32; nodes + 1];
        let real = || arcs.iter().filter(|(a, b, _)| a != b);
        for (a, b, _) in real() {
            starts[*a as usize + 1] += 1;
            starts[*b as usize + 1] += 1;
        }
        for i in 0..nodes {
            starts[i + 1] += starts[i];
        }
        let mut next = starts.clone();
        let mut sorted = vec![Arc { to: 0, metres: 0.0 }; starts[nodes] as usize];
        for (a, b, metres) in real() {
            for (from, to) in [(*a, *b), (*b, *a)] {
                sorted[next[from as usize] as usize] = Arc { to, metres: *metres };
                next[from as usize] += 1;
            }
        }
        // Each node's neighbours in order, each neighbour once, by its shortest arc.
        let mut kept = 0;
        let mut begin = 0;
        for node in 0..nodes {
            let end = starts[node + 1] as usize;
            sorted[begin..end].sort_unstable_by(|x, y| x.to.cmp(&y.to).then(x.metres.total_cmp(&y.metres)));
            starts[node] = kept as u32;
            for i in begin..end {
                if i == begin || sorted[i].to != sorted[i - 1].to {
                    // Never writes beyond what was read: `kept` trails `i`.
                    let arc = sorted[i];
                    sorted[kept] = arc;
                    kept += 1;
                }
            }
            begin = end;
        }
        starts[nodes] = kept as u32;
        sorted.truncate(kept);
        Self { starts, arcs: sorted }
    }

    pub fn node_count(&self) -> usize {
        self.starts.len() - 1
    }

    /// Arcs, each counted once for each way.
    pub fn arc_count(&self) -> usize {
        self.arcs.len()
    }

    #[inline]
    pub fn neighbours(&self, node: u32) -> &[Arc] {
        &self.arcs[self.starts[node as usize] as usize..self.starts[node as usize + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_parallel_arcs_the_shortest_is_walked() {
        let graph = Graph::new(4, &[(0, 1, 9.0), (1, 0, 5.0), (2, 2, 1.0), (1, 2, 3.0), (0, 1, 7.0)]);
        assert_eq!(graph.neighbours(0), [Arc { to: 1, metres: 5.0 }]);
        assert_eq!(graph.neighbours(1), [Arc { to: 0, metres: 5.0 }, Arc { to: 2, metres: 3.0 }]);
        assert_eq!(graph.neighbours(2), [Arc { to: 1, metres: 3.0 }]);
        assert_eq!((graph.neighbours(3).len(), graph.arc_count(), graph.node_count()), (0, 4, 4));
    }
}
