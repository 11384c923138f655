//! Where walks start and end: buildings and facilities with their ways onto the streets.

use std::sync::Arc;

use geo::{Centroid, Coord, InteriorPoint, Intersects, MultiPolygon};

use super::access::{Finder, Join};
use super::compounds::NO_COMPOUND;
use super::network::Network;
use super::segment::distance_m;
use super::settings::OPENING_M;
use crate::domain::{LayerId, Viewer};
use crate::snapshot::{Item, ShapeGeometry, Snapshot};

/// Places in the order of their ids.
#[derive(Clone, Default)]
pub struct Places {
    pub ids: Vec<i64>,
    pub at: Vec<Coord<f64>>,
    /// Number of the compound, or `NO_COMPOUND`.
    pub compounds: Vec<u32>,
    starts: Vec<u32>,
    joins: Vec<Join>,
}

/// One of them.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub at: Coord<f64>,
    pub compound: u32,
    pub joins: &'a [Join],
}

/// Where a walk to or from a feature is measured from, in degrees: a point itself, of an area the centroid, or
/// a point inside where the centroid lies outside. A line has none.
///
/// Doors are not known. The nearest point of the footprint would flatter every building by half its depth.
pub fn representative_point(item: &Item) -> Option<Coord<f64>> {
    match item.shape.geometry() {
        ShapeGeometry::Point(point) => Some(point.0),
        ShapeGeometry::Areas(areas) => inner_point(areas),
        ShapeGeometry::Lines(_) => None,
    }
}

fn inner_point(areas: &MultiPolygon<f64>) -> Option<Coord<f64>> {
    let centroid = areas.centroid().filter(|at| areas.intersects(at));
    centroid.or_else(|| areas.interior_point()).map(|at| at.0)
}

impl Places {
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    #[inline]
    pub fn place(&self, index: usize) -> Place<'_> {
        let joins = &self.joins[self.starts[index] as usize..self.starts[index + 1] as usize];
        Place { at: self.at[index], compound: self.compounds[index], joins }
    }

    pub fn index_of(&self, id: i64) -> Option<usize> {
        self.ids.binary_search(&id).ok()
    }

    /// Places on the plane, with what is known of the community that they belong to.
    pub fn new(network: &Network, places: &[(i64, Coord<f64>, Option<&str>)]) -> Self {
        let joined = in_parts(places, |part| {
            let (mut finder, mut found) = (Finder::default(), Vec::new());
            let mut out = Places::default();
            for (id, at, code) in part {
                let compound = network.compounds.compound_of(*at, *code);
                finder.joins(network, *at, compound, &mut found);
                out.push(*id, *at, compound, &found);
            }
            out
        });
        let mut all = Places { starts: vec![0], ..Places::default() };
        for part in joined {
            let before = all.joins.len() as u32;
            all.ids.extend(part.ids);
            all.at.extend(part.at);
            all.compounds.extend(part.compounds);
            all.starts.extend(part.starts.iter().skip(1).map(|start| start + before));
            all.joins.extend(part.joins);
        }
        all
    }

    pub(super) fn push(&mut self, id: i64, at: Coord<f64>, compound: u32, joins: &[Join]) {
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        self.ids.push(id);
        self.at.push(at);
        self.compounds.push(compound);
        self.joins.extend_from_slice(joins);
        self.starts.push(self.joins.len() as u32);
    }

    /// Places of the features of a layer. Features without a point to walk from are left out.
    pub fn of_layer(network: &Network, snapshot: &Snapshot, layer: LayerId) -> Self {
        let items = snapshot.layer(layer, Viewer::Public).map_or(&[][..], |view| view.items());
        Self::of_items(network, layer, items)
    }

    pub fn of_items(network: &Network, layer: LayerId, items: &[Arc<Item>]) -> Self {
        let code = layer.describe().field("community_code").map(|(index, _)| index);
        let places: Vec<(i64, Coord<f64>, Option<&str>)> = items
            .iter()
            .filter_map(|item| {
                let at = network.settings.plane.to_plane(representative_point(item)?);
                Some((item.id, at, code.and_then(|index| item.values[index].as_text())))
            })
            .collect();
        Self::new(network, &places)
    }
}

impl Places {
    /// The same places after nothing but some gates changed, which `changed` numbers: only the joins of places
    /// in their compounds and near them are looked for again.
    pub(super) fn after_gates(&self, network: &Network, changed: &[u32]) -> Self {
        let compounds = &network.compounds;
        let reach = network.settings.access_m + OPENING_M;
        let gates: Vec<_> = changed.iter().map(|number| &compounds.gates[*number as usize]).collect();
        let is_touched = |index: usize| {
            gates.iter().any(|gate| {
                let is_inside = gate.compound != NO_COMPOUND && gate.compound == self.compounds[index];
                is_inside || distance_m(gate.at, self.at[index]) <= reach
            })
        };
        let (mut finder, mut found) = (Finder::default(), Vec::new());
        let mut next = Places {
            ids: self.ids.clone(),
            at: self.at.clone(),
            compounds: self.compounds.clone(),
            starts: Vec::with_capacity(self.starts.len()),
            joins: Vec::with_capacity(self.joins.len()),
        };
        next.starts.push(0);
        for index in 0..self.len() {
            if is_touched(index) {
                finder.joins(network, self.at[index], self.compounds[index], &mut found);
                next.joins.extend_from_slice(&found);
            } else {
                next.joins.extend_from_slice(self.place(index).joins);
            }
            next.starts.push(next.joins.len() as u32);
        }
        next
    }
}

/// Does work on parts of a list at once, and gives what came of it in the list's order.
fn in_parts<T: Sync, R: Send>(list: &[T], work: impl Fn(&[T]) -> R + Sync) -> Vec<R> {
    const SMALL: usize = 2048;
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    if list.len() < SMALL || threads == 1 {
        return vec![work(list)];
    }
    let size = list.len().div_ceil(threads);
    std::thread::scope(|scope| {
        let running: Vec<_> = list.chunks(size).map(|part| scope.spawn(|| work(part))).collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, R>| match thread.join() {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        running.into_iter().map(join).collect()
    })
}
