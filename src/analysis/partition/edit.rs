//! What a planner does to outlines, each as a question of whose the faces are afterwards.

use std::collections::{BTreeMap, BTreeSet};

use super::faces::OUTSIDE;
use super::grid::{At, Region};
use super::{Changed, Id, LINE, Overlay, Partition, Refused, length, square_metres};

/// What becomes of ground that is another one's already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    /// Nothing is drawn where more than a square metre of it is another one's.
    Refuse,
    /// It stays whose it is.
    Keep,
    /// It goes to whoever is drawn.
    Take,
}

/// What two outlines may share by the width of a pencil.
const PENCIL_M2: f64 = 1.0;

impl Partition {
    /// Adds a precinct, or ground to one that is there.
    pub fn draw(&self, id: Id, area: &Region, overlap: Overlap) -> Result<Changed, Refused> {
        let overlay = self.overlay(area.edges())?;
        let within = overlay.within(area);
        let mut owners = overlay.owners.clone();
        let mut covered: BTreeMap<Id, i128> = BTreeMap::new();
        for (face, owner) in owners.iter_mut().enumerate().filter(|(face, _)| within[*face]) {
            match *owner {
                Some(other) if other != id => {
                    *covered.entry(other).or_default() += overlay.faces.faces[face].double_area;
                    if overlap == Overlap::Take {
                        *owner = Some(id);
                    }
                }
                _ => *owner = Some(id),
            }
        }
        if overlap == Overlap::Refuse {
            refuse_overlap(area, &covered)?;
        }
        if !owners.contains(&Some(id)) {
            return Err(Refused::Nothing);
        }
        Ok(overlay.give(owners))
    }

    /// Gives a precinct a new outline. What it takes from a neighbour that one loses; what it gives up goes to the
    /// neighbour that it was parted from there, and to nobody where nobody was.
    pub fn redraw(&self, id: Id, area: &Region, overlap: Overlap) -> Result<Changed, Refused> {
        self.must_have(id)?;
        let overlay = self.overlay(area.edges())?;
        let within = overlay.within(area);
        let mut owners = overlay.owners.clone();
        let mut covered: BTreeMap<Id, i128> = BTreeMap::new();
        let mut given_up = vec![false; owners.len()];
        for (face, owner) in owners.iter_mut().enumerate() {
            match *owner {
                Some(other) if other == id && !within[face] => given_up[face] = true,
                Some(other) if other != id && within[face] => {
                    *covered.entry(other).or_default() += overlay.faces.faces[face].double_area;
                    if overlap == Overlap::Take {
                        *owner = Some(id);
                    }
                }
                None if within[face] => *owner = Some(id),
                _ => {}
            }
        }
        if overlap == Overlap::Refuse {
            refuse_overlap(area, &covered)?;
        }
        hand_over(&overlay, &given_up, &mut owners);
        if !owners.contains(&Some(id)) {
            return Err(Refused::Nothing);
        }
        Ok(overlay.give(owners))
    }

    /// Divides a precinct along a line. The largest piece keeps its number; `fresh` numbers the others, from the
    /// larger to the smaller.
    pub fn split(&self, id: Id, line: &[At], fresh: &mut dyn FnMut() -> Id) -> Result<Changed, Refused> {
        self.must_have(id)?;
        let overlay = self.overlay(line.windows(2).map(|pair| (pair[0], pair[1])))?;
        let is_of_it: Vec<bool> = overlay.owners.iter().map(|owner| *owner == Some(id)).collect();
        let whole = groups(&overlay, &is_of_it, false);
        let pieces = groups(&overlay, &is_of_it, true);
        if pieces.len() <= whole.len() {
            return Err(Refused::NotDivided);
        }
        // Parts that were apart before and are not divided now stay with the largest piece.
        let mut divided: Vec<Vec<usize>> = pieces.into_iter().filter(|piece| !whole.contains(piece)).collect();
        let size = |piece: &Vec<usize>| piece.iter().map(|face| overlay.faces.faces[*face].double_area).sum::<i128>();
        divided.sort_by_key(|piece| (std::cmp::Reverse(size(piece)), piece.clone()));
        let mut owners = overlay.owners.clone();
        for piece in divided.iter().skip(1) {
            let new = fresh();
            for face in piece {
                owners[*face] = Some(new);
            }
        }
        Ok(overlay.give(owners))
    }

    /// Makes one precinct of several, under the number of the first.
    pub fn merge(&self, ids: &[Id]) -> Result<Changed, Refused> {
        for id in ids {
            self.must_have(*id)?;
        }
        let overlay = self.overlay(std::iter::empty())?;
        let among = |owner: &Option<Id>| owner.is_some_and(|owner| ids.contains(&owner));
        let is_of_them: Vec<bool> = overlay.owners.iter().map(among).collect();
        // Each must be reached from the first; one that had several parts before may keep them.
        let mut reached: BTreeSet<Id> = ids.first().copied().into_iter().collect();
        let groups = groups(&overlay, &is_of_them, false);
        loop {
            let before = reached.len();
            for group in &groups {
                let of: BTreeSet<Id> = group.iter().filter_map(|face| overlay.owners[*face]).collect();
                if of.iter().any(|id| reached.contains(id)) {
                    reached.extend(of);
                }
            }
            if reached.len() == before {
                break;
            }
        }
        let apart: Vec<Id> = ids.iter().copied().filter(|id| !reached.contains(id)).collect();
        if !apart.is_empty() {
            return Err(Refused::NotTouching(apart));
        }
        let owners =
            overlay.owners.iter().map(|owner| if among(owner) { ids.first().copied() } else { *owner }).collect();
        Ok(overlay.give(owners))
    }

    /// Takes a precinct away; its ground is nobody's.
    pub fn remove(&self, id: Id) -> Result<Changed, Refused> {
        self.must_have(id)?;
        let mut partition = self.clone();
        partition.regions.remove(&id);
        Ok(Changed { partition, touched: BTreeSet::from([id]) })
    }

    fn must_have(&self, id: Id) -> Result<(), Refused> {
        self.regions.get(&id).map(|_| ()).ok_or(Refused::NoSuch(id))
    }
}

fn refuse_overlap(area: &Region, covered: &BTreeMap<Id, i128>) -> Result<(), Refused> {
    let latitude = area.rings().flatten().next().map_or(0.0, |at| at.degrees().y);
    let m2: f64 = covered.values().map(|area| square_metres(*area, latitude)).sum();
    if m2 > PENCIL_M2 {
        return Err(Refused::Overlaps { ids: covered.keys().copied().collect(), m2 });
    }
    Ok(())
}

/// Groups of chosen faces that hang together along borders; across drawn lines or not.
fn groups(overlay: &Overlay, is_chosen: &[bool], lines_part: bool) -> Vec<Vec<usize>> {
    let mut root: Vec<usize> = (0..is_chosen.len()).collect();
    fn find(root: &mut [usize], mut n: usize) -> usize {
        while root[n] != n {
            root[n] = root[root[n]];
            n = root[n];
        }
        n
    }
    let is_in = |face: usize| face != OUTSIDE && is_chosen[face];
    for border in &overlay.faces.borders {
        if is_in(border.left) && is_in(border.right) && !(lines_part && border.mark & LINE != 0) {
            let (a, b) = (find(&mut root, border.left), find(&mut root, border.right));
            root[a.max(b)] = a.min(b);
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for face in (0..is_chosen.len()).filter(|face| is_chosen[*face]) {
        groups.entry(find(&mut root, face)).or_default().push(face);
    }
    groups.into_values().collect()
}

/// Gives faces that somebody gives up to the neighbour with the longest border, if that is no shorter than the
/// border with nobody.
fn hand_over(overlay: &Overlay, given_up: &[bool], owners: &mut [Option<Id>]) {
    for group in groups(overlay, given_up, false) {
        let of_group: BTreeSet<usize> = group.iter().copied().collect();
        let giver = owners[group[0]];
        let mut neighbours: BTreeMap<Option<Id>, f64> = BTreeMap::new();
        for border in &overlay.faces.borders {
            for (face, other) in [(border.left, border.right), (border.right, border.left)] {
                if of_group.contains(&face) && !of_group.contains(&other) {
                    let owner = overlay.owners.get(other).copied().flatten();
                    *neighbours.entry(owner).or_default() += length(border.a, border.b);
                }
            }
        }
        let free = neighbours.get(&None).copied().unwrap_or(0.0);
        let nearest = neighbours.iter().filter(|(owner, _)| owner.is_some() && **owner != giver);
        let heir = nearest.max_by(|a, b| a.1.total_cmp(b.1)).filter(|(_, length)| **length >= free);
        for face in group {
            owners[face] = heir.and_then(|(owner, _)| *owner);
        }
    }
}
