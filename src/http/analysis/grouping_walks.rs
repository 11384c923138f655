//! Who is next to whom in the city: a short walk from where one leaves a community to where one enters another, over
//! the walk network with its gates, walls and crossings; and what two neighbours have in common.

use std::collections::BTreeMap;
use std::sync::Arc;

use geo::{BoundingRect, Coord, MapCoords, MultiPolygon, Rect};
use rstar::primitives::{GeomWithData, Line, Rectangle};
use rstar::{AABB, RTree};

use crate::analysis::reach::{Search, Walked};
use crate::app::walks::CityWalk;
use crate::domain::{LayerId, Viewer};
use crate::snapshot::walk::{NO_COMPOUND, Place, Places};
use crate::snapshot::{Item, ShapeGeometry};

/// A street or work no farther from the outlines of two communities than this is shared by both.
const SHARED_M: f64 = 25.0;
/// Streets and works are looked at so often.
const EVERY_M: f64 = 10.0;

/// Communities on the plane, in the order of their ids.
pub struct Outlines {
    pub ids: Vec<i64>,
    areas: Vec<MultiPolygon<f64>>,
    boxes: Vec<Rect<f64>>,
}

impl Outlines {
    pub fn of(city: &CityWalk, items: &[Arc<Item>]) -> Self {
        let plane = city.settings().plane;
        let mut outlines = Self { ids: Vec::new(), areas: Vec::new(), boxes: Vec::new() };
        for item in items {
            let ShapeGeometry::Areas(areas) = item.shape.geometry() else { continue };
            let areas = areas.map_coords(|at: Coord<f64>| plane.to_plane(at));
            let Some(bounds) = areas.bounding_rect() else { continue };
            outlines.ids.push(item.id);
            outlines.areas.push(areas);
            outlines.boxes.push(bounds);
        }
        outlines
    }

    fn gap_m(&self, a: usize, b: usize) -> f64 {
        let (a, b) = (self.boxes[a], self.boxes[b]);
        let east = (a.min().x - b.max().x).max(b.min().x - a.max().x).max(0.0);
        let north = (a.min().y - b.max().y).max(b.min().y - a.max().y).max(0.0);
        east.hypot(north)
    }
}

/// Where one leaves each community: its open gates where its gates are known, otherwise its buildings, otherwise its
/// middle.
pub struct Doors {
    gates: Vec<Places>,
    /// Numbers of buildings, where there are no gates.
    buildings: Vec<Vec<u32>>,
}

impl Doors {
    pub fn of(city: &CityWalk, items: &[Arc<Item>], outlines: &Outlines) -> Self {
        let network = &city.walk.network;
        let compounds = &network.compounds;
        let number_of: BTreeMap<i64, usize> =
            compounds.compounds.iter().enumerate().map(|(number, one)| (one.community_id, number)).collect();
        let of_community = &city.people.groupings[0];
        let members: BTreeMap<i64, &Vec<u32>> = of_community.ids.iter().copied().zip(&of_community.members).collect();
        let mut doors = Self { gates: Vec::new(), buildings: Vec::new() };
        for &id in &outlines.ids {
            if let Some(&number) = number_of.get(&id) {
                let open = compounds.open_gates(number as u32).map(|(_, gate)| (gate.id, gate.at, None));
                let open: Vec<(i64, Coord<f64>, Option<&str>)> = open.collect();
                doors.gates.push(Places::new(network, &open));
                doors.buildings.push(Vec::new());
                continue;
            }
            let homes = members.get(&id).map(|members| members.to_vec()).unwrap_or_default();
            let middle: Vec<Arc<Item>> =
                items.iter().filter(|item| item.id == id && homes.is_empty()).cloned().collect();
            doors.gates.push(Places::of_items(network, LayerId::Community, &middle));
            doors.buildings.push(homes);
        }
        doors
    }

    fn places<'a>(&'a self, city: &'a CityWalk, unit: usize) -> impl Iterator<Item = Place<'a>> + 'a {
        let gates = &self.gates[unit];
        let homes = self.buildings[unit].iter().map(|&n| city.walk.buildings.place(n as usize));
        (0..gates.len()).map(|n| gates.place(n)).chain(homes)
    }

    /// No way leads from it onto the streets.
    pub fn is_shut(&self, city: &CityWalk, unit: usize) -> bool {
        let inside = |place: &Place<'_>| place.compound != NO_COMPOUND;
        self.places(city, unit).all(|place| place.joins.is_empty() && !inside(&place))
    }
}

/// Pairs with the walk between their nearest doors, at most `longest_m`. `None` when nobody waits any more.
pub fn steps(
    city: &CityWalk,
    outlines: &Outlines,
    doors: &Doors,
    longest_m: f64,
    is_wanted: &(dyn Fn() -> bool + Sync),
) -> Option<Vec<(usize, usize, f64)>> {
    let boxes = outlines.boxes.iter().enumerate().map(|(unit, bounds)| {
        let corner = |at: Coord<f64>| [at.x, at.y];
        GeomWithData::new(Rectangle::from_corners(corner(bounds.min()), corner(bounds.max())), unit)
    });
    let tree = RTree::bulk_load(boxes.collect());
    let mut search = Search::new(&city.walk.network);
    let mut steps = Vec::new();
    for unit in 0..outlines.ids.len() {
        if !search.run(doors.places(city, unit), longest_m, is_wanted) || !is_wanted() {
            return None;
        }
        let bounds = outlines.boxes[unit];
        // Buildings may stand a little outside their community, so the box is taken wide.
        let reach = longest_m + 100.0;
        let around = AABB::from_corners(
            [bounds.min().x - reach, bounds.min().y - reach],
            [bounds.max().x + reach, bounds.max().y + reach],
        );
        for near in tree.locate_in_envelope_intersecting(&around).filter(|near| near.data > unit) {
            if outlines.gap_m(unit, near.data) > reach {
                continue;
            }
            let metres = doors.places(city, near.data).filter_map(|place| match search.nearest(place) {
                Walked::Metres(metres, _) => Some(metres),
                _ => None,
            });
            if let Some(metres) = metres.min_by(f64::total_cmp) {
                steps.push((unit, near.data, metres));
            }
        }
    }
    steps.sort_by_key(|step| (step.0, step.1));
    Some(steps)
}

/// Metres of streets, and of works that are planned, that run along both of two communities.
pub fn shared(city: &CityWalk, viewer: Viewer, outlines: &Outlines) -> BTreeMap<(usize, usize), f64> {
    let plane = city.settings().plane;
    let mut segments = Vec::new();
    for (unit, areas) in outlines.areas.iter().enumerate() {
        let rings = areas.iter().flat_map(|area| std::iter::once(area.exterior()).chain(area.interiors()));
        for line in rings.flat_map(|ring| ring.lines()) {
            segments.push(GeomWithData::new(Line::new([line.start.x, line.start.y], [line.end.x, line.end.y]), unit));
        }
    }
    let tree = RTree::bulk_load(segments);
    let mut shared: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for layer in [LayerId::Street, LayerId::UtilityWork] {
        let Some(view) = city.snapshot.layer(layer, viewer) else { continue };
        for item in view.items() {
            let ShapeGeometry::Lines(lines) = item.shape.geometry() else { continue };
            for line in lines.iter().flat_map(|line| line.lines()) {
                let (from, to) = (plane.to_plane(line.start), plane.to_plane(line.end));
                let length = (to.x - from.x).hypot(to.y - from.y);
                let parts = (length / EVERY_M).ceil().max(1.0);
                for part in 0..parts as usize {
                    let share = (part as f64 + 0.5) / parts;
                    let at = [from.x + share * (to.x - from.x), from.y + share * (to.y - from.y)];
                    let mut near: Vec<usize> =
                        tree.locate_within_distance(at, SHARED_M * SHARED_M).map(|segment| segment.data).collect();
                    near.sort_unstable();
                    near.dedup();
                    for (n, &a) in near.iter().enumerate() {
                        for &b in &near[n + 1..] {
                            *shared.entry((a, b)).or_default() += length / parts;
                        }
                    }
                }
            }
        }
    }
    shared
}
