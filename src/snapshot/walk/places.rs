//! Where walks start and end: buildings and facilities with their ways onto the streets.

use std::sync::Arc;

use geo::{Centroid, Coord, InteriorPoint, Intersects, MultiPolygon};

use super::access::{Finder, Join};
use super::change::Change;
use super::network::Network;
use crate::domain::{LayerId, Viewer};
use crate::snapshot::{Item, Layer, ShapeGeometry, Snapshot};

/// Places in the order of their ids.
#[derive(Debug, Clone, Default, PartialEq)]
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
    /// The places of a later revision of the layer, in a later network: only new ones, those that changed, and
    /// those that the change of the network touches look for their ways onto the streets. `layers` are the
    /// layer before and after.
    pub(super) fn after(&self, network: &Network, change: &Change, layers: (&Layer, &Layer)) -> Self {
        let code = layers.1.describe().field("community_code").map(|(index, _)| index);
        // For each place of the later revision the number of the one that it was, or nothing.
        let mut was: Vec<Option<u32>> = Vec::with_capacity(self.len());
        let mut next = Places { starts: vec![0], ..Places::default() };
        let mut before = layers.0.items().iter().peekable();
        let mut known = self.ids.iter().zip(0_u32..).peekable();
        for item in layers.1.items() {
            while before.next_if(|old| old.id < item.id).is_some() {}
            while known.next_if(|(id, _)| **id < item.id).is_some() {}
            let is_same = before.next_if(|old| old.id == item.id).is_some_and(|old| Arc::ptr_eq(old, item));
            let old = known.next_if(|(id, _)| **id == item.id).map(|(_, number)| number as usize);
            let (at, compound) = match (is_same, old) {
                // It had no point to walk from.
                (true, None) => continue,
                (true, Some(old)) => (self.at[old], self.compounds[old]),
                (false, _) => {
                    let Some(degrees) = representative_point(item) else { continue };
                    let at = network.settings.plane.to_plane(degrees);
                    let code = code.and_then(|index| item.values[index].as_text());
                    (at, network.compounds.compound_of(at, code))
                }
            };
            let is_kept = is_same && !change.touches(at, compound);
            was.push(old.filter(|_| is_kept).map(|old| old as u32));
            next.ids.push(item.id);
            next.at.push(at);
            next.compounds.push(compound);
        }
        let anew: Vec<usize> = (0..was.len()).filter(|i| was[*i].is_none()).collect();
        let found = in_parts(&anew, |part| {
            let (mut finder, mut found) = (Finder::default(), Vec::new());
            let mut joins = |i: &usize| {
                finder.joins(network, next.at[*i], next.compounds[*i], &mut found);
                found.clone()
            };
            part.iter().map(&mut joins).collect::<Vec<_>>()
        });
        let mut found = found.into_iter().flatten();
        next.joins.reserve(self.joins.len());
        next.starts.reserve(was.len());
        for was in was {
            match was {
                Some(old) => next.joins.extend(self.place(old as usize).joins.iter().map(|join| change.kept(*join))),
                None => next.joins.extend(found.next().unwrap_or_default()),
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
