//! Areas that never overlap and leave no gap where they meet: the outlines of a scheme's precincts.
//!
//! Every change goes the same way: the outlines and what is drawn are cut into faces, each face is given to
//! somebody, and the outlines are put together again from the faces. Neighbours share the vertices of their
//! border, so there is nothing between them, whatever was drawn. docs/precincts.md says what each change means.

mod edit;
pub mod faces;
pub mod grid;
mod moves;
mod node;
pub mod snap;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use geo::{Coord, MultiPolygon};

pub use edit::Overlap;
use faces::Faces;
use grid::{At, Region, bounds, holds};
pub use moves::Move;
pub use node::{Edge, Restless, node};

/// The number of a precinct; what is new has a negative one until it is stored.
pub type Id = i64;

/// Outlines by precinct.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Partition {
    regions: BTreeMap<Id, Region>,
}

/// What a change made.
#[derive(Debug, Clone)]
pub struct Changed {
    pub partition: Partition,
    /// Those that gained or lost ground, came or went. One that only got a vertex where another's border ends is
    /// not among them.
    pub touched: BTreeSet<Id>,
}

/// Why nothing was changed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refused {
    #[error("it covers {m2:.1} m² of {}", list(.ids))]
    Overlaps { ids: Vec<Id>, m2: f64 },
    #[error("nothing is left of it: all that it covers is another one's")]
    Nothing,
    #[error("the line does not divide it: it must cross the outline from edge to edge")]
    NotDivided,
    #[error("they do not touch along a border: {}", list(.0))]
    NotTouching(Vec<Id>),
    #[error("there is no precinct {0} here")]
    NoSuch(Id),
    #[error("there is no border with a vertex at {:.7} {:.7}", .0.x, .0.y)]
    NoVertex(Coord<f64>),
    #[error("the outlines would cross near {:.7} {:.7}", .0.x, .0.y)]
    Crosses(Coord<f64>),
    #[error(transparent)]
    Restless(#[from] Restless),
}

fn list(ids: &[Id]) -> String {
    ids.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")
}

/// Marks of edges: an outline that was there, and what is drawn.
pub const OUTLINE: u8 = 1;
pub const LINE: u8 = 2;

/// A face smaller than half a hundredth of a square metre (at 30° north; twice its area in square steps) that
/// rounding has made goes to the neighbour with the longest border.
const TINY: i128 = 90_000_000;

impl Partition {
    /// Takes outlines as they are. They must not overlap and must share the vertices of their borders, as all do
    /// that came out of this module.
    pub fn new(regions: BTreeMap<Id, Region>) -> Self {
        Self { regions }
    }

    pub fn ids(&self) -> impl Iterator<Item = Id> + '_ {
        self.regions.keys().copied()
    }

    pub fn get(&self, id: Id) -> Option<&Region> {
        self.regions.get(&id)
    }

    pub fn regions(&self) -> &BTreeMap<Id, Region> {
        &self.regions
    }

    pub fn to_areas(&self, id: Id) -> Option<MultiPolygon<f64>> {
        self.regions.get(&id).map(Region::to_areas)
    }

    fn overlay(&self, drawn: impl Iterator<Item = (At, At)>) -> Result<Overlay, Restless> {
        let outlines =
            self.regions.values().flat_map(|region| region.edges().map(|(a, b)| Edge { a, b, mark: OUTLINE }));
        let edges = node(outlines.chain(drawn.map(|(a, b)| Edge { a, b, mark: LINE })))?;
        let faces = Faces::of(edges);
        let boxed: Vec<(Id, &Region, [i64; 4])> = self
            .regions
            .iter()
            .filter_map(|(id, region)| Some((*id, region, bounds(region.rings().flatten().copied())?)))
            .collect();
        let owner = |face: &faces::Face| {
            let (x, y) = (face.inside.x / grid::FINER, face.inside.y / grid::FINER);
            let is_near = |b: &[i64; 4]| b[0] - 1 <= x && x <= b[2] + 1 && b[1] - 1 <= y && y <= b[3] + 1;
            let found = boxed.iter().find(|(_, region, b)| is_near(b) && holds(region.edges(), face.inside));
            found.map(|(id, _, _)| *id)
        };
        let owners = faces.faces.iter().map(owner).collect();
        Ok(Overlay { faces, owners })
    }
}

/// The plane cut by the outlines and by what is drawn.
struct Overlay {
    faces: Faces,
    /// Whose each face was.
    owners: Vec<Option<Id>>,
}

impl Overlay {
    /// Which faces lie in an area whose edges were drawn.
    fn within(&self, area: &Region) -> Vec<bool> {
        self.faces.faces.iter().map(|face| holds(area.edges(), face.inside)).collect()
    }

    /// The partition in which each face is given to whom `owners` names.
    fn give(self, mut owners: Vec<Option<Id>>) -> Changed {
        absorb_tiny(&self.faces, &mut owners);
        let changes = self.owners.iter().zip(&owners).filter(|(before, after)| before != after);
        let touched = changes.flat_map(|(before, after)| [*before, *after]).flatten().collect();
        Changed { partition: Partition { regions: self.faces.regions(&owners) }, touched }
    }
}

/// Gives what rounding left over to the neighbour with the longest border, where no neighbour is the same one's.
fn absorb_tiny(faces: &Faces, owners: &mut [Option<Id>]) {
    let tiny: BTreeSet<usize> = (0..owners.len()).filter(|n| faces.faces[*n].double_area < TINY).collect();
    if tiny.is_empty() {
        return;
    }
    let mut around: BTreeMap<usize, BTreeMap<Option<Id>, f64>> = BTreeMap::new();
    for border in &faces.borders {
        for (face, other) in [(border.left, border.right), (border.right, border.left)] {
            if tiny.contains(&face) && !tiny.contains(&other) {
                let owner = owners.get(other).copied().flatten();
                *around.entry(face).or_default().entry(owner).or_default() += length(border.a, border.b);
            }
        }
    }
    for (face, neighbours) in around {
        if neighbours.contains_key(&owners[face]) && owners[face].is_some() {
            continue;
        }
        let longest = neighbours.iter().filter(|(owner, _)| owner.is_some()).max_by(|a, b| a.1.total_cmp(b.1));
        if let Some((owner, _)) = longest {
            owners[face] = *owner;
        }
    }
}

/// In steps of the grid: good enough to tell the longer of two.
fn length(a: At, b: At) -> f64 {
    ((a.x - b.x) as f64).hypot((a.y - b.y) as f64)
}

/// Square metres of so many square steps, twice, near a latitude; to a per cent.
fn square_metres(double_area: i128, latitude: f64) -> f64 {
    const METRES: f64 = 111_320.0 / 1e10;
    double_area as f64 / 2.0 * METRES * METRES * latitude.to_radians().cos()
}
