//! A flow of least cost by successive shortest paths, for small networks: the oracle of split assignment.

pub struct Network {
    /// From, to, room, cost; the edge back follows each edge.
    edges: Vec<(usize, usize, f64, f64)>,
    nodes: usize,
}

impl Network {
    pub fn new(nodes: usize) -> Self {
        Self { edges: Vec::new(), nodes }
    }

    pub fn edge(&mut self, from: usize, to: usize, room: f64, cost: f64) {
        self.edges.push((from, to, room, cost));
        self.edges.push((to, from, 0.0, -cost));
    }

    /// As much as flows, at the least cost.
    pub fn most_at_least_cost(mut self, source: usize, sink: usize) -> (f64, f64) {
        let (mut flow, mut cost) = (0.0, 0.0);
        loop {
            let mut best = vec![(f64::INFINITY, usize::MAX); self.nodes];
            best[source].0 = 0.0;
            for _ in 0..self.nodes {
                for (n, &(from, to, room, cost)) in self.edges.iter().enumerate() {
                    if room > 0.0 && best[from].0 + cost < best[to].0 {
                        best[to] = (best[from].0 + cost, n);
                    }
                }
            }
            if best[sink].0.is_infinite() {
                return (flow, cost);
            }
            let mut path = Vec::new();
            let mut at = sink;
            while at != source {
                path.push(best[at].1);
                at = self.edges[best[at].1].0;
            }
            let amount = path.iter().map(|&n| self.edges[n].2).fold(f64::INFINITY, f64::min);
            for n in path {
                self.edges[n].2 -= amount;
                self.edges[n ^ 1].2 += amount;
            }
            flow += amount;
            cost += amount * best[sink].0;
        }
    }
}
