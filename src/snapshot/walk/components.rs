//! Pieces of the network between which nobody can walk.

use super::graph::Graph;

/// The component of every node; the one with the most metres is number 0.
pub struct Components {
    of_node: Vec<u32>,
    pub sizes: Vec<ComponentSize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ComponentSize {
    pub nodes: usize,
    pub length_m: f64,
    /// A node of it, to find it on the map.
    pub example: u32,
}

impl Components {
    pub fn of(graph: &Graph, arcs: &[(u32, u32, f64)]) -> Self {
        const NONE: u32 = u32::MAX;
        let mut of_node = vec![NONE; graph.node_count()];
        let mut sizes: Vec<ComponentSize> = Vec::new();
        let mut stack = Vec::new();
        for start in 0..graph.node_count() as u32 {
            if of_node[start as usize] != NONE {
                continue;
            }
            let number = sizes.len() as u32;
            let mut size = ComponentSize { example: start, ..ComponentSize::default() };
            of_node[start as usize] = number;
            stack.push(start);
            while let Some(node) = stack.pop() {
                size.nodes += 1;
                for arc in graph.neighbours(node) {
                    if of_node[arc.to as usize] == NONE {
                        of_node[arc.to as usize] = number;
                        stack.push(arc.to);
                    }
                }
            }
            sizes.push(size);
        }
        for (from, _, metres) in arcs {
            sizes[of_node[*from as usize] as usize].length_m += metres;
        }
        let mut order: Vec<u32> = (0..sizes.len() as u32).collect();
        order.sort_by(|a, b| {
            let (a, b) = (&sizes[*a as usize], &sizes[*b as usize]);
            b.length_m.total_cmp(&a.length_m).then(a.example.cmp(&b.example))
        });
        let mut rank = vec![0u32; sizes.len()];
        order.iter().enumerate().for_each(|(place, number)| rank[*number as usize] = place as u32);
        of_node.iter_mut().for_each(|number| *number = rank[*number as usize]);
        Self { of_node, sizes: order.iter().map(|number| sizes[*number as usize]).collect() }
    }

    #[inline]
    pub fn component(&self, node: u32) -> u32 {
        self.of_node[node as usize]
    }

    /// Share of the metres that hang together in the largest; 1 where there is nothing.
    pub fn largest_share(&self) -> f64 {
        let whole: f64 = self.sizes.iter().map(|size| size.length_m).sum();
        if whole == 0.0 { 1.0 } else { self.sizes[0].length_m / whole }
    }
}
