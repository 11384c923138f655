//! Moving the vertices of a border: whoever shares it follows, because the vertex is one and the same.

use std::collections::{BTreeMap, BTreeSet};

use super::grid::{At, double_area};
use super::{Changed, Edge, Id, OUTLINE, Partition, Refused, node};

/// A vertex that goes from one place to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    pub from: At,
    pub to: At,
}

impl Partition {
    /// Moves vertices. Refused where outlines would cross or touch where they did not: nothing is guessed.
    pub fn move_vertices(&self, moves: &[Move]) -> Result<Changed, Refused> {
        let to: BTreeMap<At, At> = moves.iter().map(|one| (one.from, one.to)).collect();
        let mut found: BTreeSet<At> = BTreeSet::new();
        let mut touched: BTreeSet<Id> = BTreeSet::new();
        let mut partition = self.clone();
        for (id, region) in &mut partition.regions {
            for ring in region.rings_mut() {
                let area = double_area(ring);
                let mut is_changed = false;
                for at in ring.iter_mut() {
                    if let Some(there) = to.get(at) {
                        found.insert(*at);
                        is_changed |= there != at;
                        *at = *there;
                    }
                }
                if !is_changed {
                    continue;
                }
                touched.insert(*id);
                let turned = double_area(ring);
                if (turned > 0) != (area > 0) || turned == 0 {
                    return Err(Refused::Crosses(ring[0].degrees()));
                }
            }
        }
        if let Some(lost) = to.keys().find(|at| !found.contains(at)) {
            return Err(Refused::NoVertex(lost.degrees()));
        }
        partition.refuse_crossings()?;
        Ok(Changed { partition, touched })
    }

    /// Whether every edge meets the others at its ends only, with one owner on each side of it at most.
    fn refuse_crossings(&self) -> Result<(), Refused> {
        let mut sides: BTreeMap<(At, At), u32> = BTreeMap::new();
        for (a, b) in self.regions.values().flat_map(|region| region.edges()) {
            // The inside lies left of a → b: two that run the same way have the same side.
            let uses = sides.entry((a, b)).or_default();
            *uses += 1;
            if *uses > 1 || a == b {
                return Err(Refused::Crosses(a.degrees()));
            }
        }
        let edges: BTreeSet<(At, At)> = sides.keys().map(|(a, b)| (*a.min(b), *a.max(b))).collect();
        let noded = node(edges.iter().map(|(a, b)| Edge { a: *a, b: *b, mark: OUTLINE }))?;
        if let Some(new) = noded.iter().find(|edge| !edges.contains(&(edge.a, edge.b))) {
            return Err(Refused::Crosses(new.b.degrees()));
        }
        // Edges that meet at ends only can still enclose what was outside before: a vertex carried over a whole
        // neighbour. Then a face is somebody's twice.
        let overlay = self.overlay(std::iter::empty())?;
        let sum: i128 = self.regions.values().map(|region| region.double_area()).sum();
        let faces = overlay.faces.faces.iter().zip(&overlay.owners).filter(|(_, owner)| owner.is_some());
        let covered: i128 = faces.map(|(face, _)| face.double_area).sum();
        if sum != covered {
            return Err(Refused::Crosses(edges.iter().next().map_or(At { x: 0, y: 0 }, |edge| edge.0).degrees()));
        }
        Ok(())
    }
}
