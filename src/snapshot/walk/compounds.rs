//! Communities whose gates are known, and the gates: where a walk may leave them.
//!
//! A community with at least one known gate is a *compound*: legs cross its edge only within
//! [`OPENING_M`] of an open gate. Streets are believed: they cross the edge unless a closed gate stands
//! on them.

use std::collections::HashMap;

use geo::{Coord, Intersects, MultiPolygon, Point};
use rstar::{AABB, RTree};

use super::barriers::{crossings, segments};
use super::segment::{Segment, around, distance_m};
use super::settings::{GATE_ON_EDGE_M, OPENING_M};
use crate::domain::{LayerId, Value, Viewer};
use crate::geodesy::GaussKruger;
use crate::snapshot::{Item, ShapeGeometry, Snapshot};

/// Stands for «in no compound».
pub const NO_COMPOUND: u32 = u32::MAX;

#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    pub id: i64,
    pub at: Coord<f64>,
    /// Not known to be closed.
    pub is_open: bool,
    /// Whether anybody said so.
    pub is_state_known: bool,
    /// Number of the compound that it leads into, or [`NO_COMPOUND`].
    pub compound: u32,
}

pub struct Compound {
    pub community_id: i64,
    /// Numbers of its gates.
    pub gates: Vec<u32>,
    area: MultiPolygon<f64>,
}

/// Gates and compounds of one revision.
pub struct Compounds {
    pub gates: Vec<Gate>,
    pub compounds: Vec<Compound>,
    by_code: HashMap<String, u32>,
    edges: RTree<Segment>,
    open: RTree<[f64; 2]>,
    boxes: RTree<rstar::primitives::GeomWithData<rstar::primitives::Rectangle<[f64; 2]>, u32>>,
}

fn text<'a>(layer: LayerId, item: &'a Item, field: &str) -> Option<&'a str> {
    item.values[layer.describe().field(field)?.0].as_text()
}

impl Compounds {
    pub fn of(snapshot: &Snapshot, plane: GaussKruger) -> Self {
        let layer = |id| snapshot.layer(id, Viewer::Public).map_or(&[][..], |view| view.items());
        let communities = Communities::of(layer(LayerId::Community), plane);
        let mut gates: Vec<Gate> =
            layer(LayerId::Gate).iter().filter_map(|item| gate(item, &communities, plane)).collect();

        let mut numbers: HashMap<u32, u32> = HashMap::new();
        let mut compounds: Vec<Compound> = Vec::new();
        for (index, gate) in gates.iter_mut().enumerate() {
            if gate.compound == NO_COMPOUND {
                continue;
            }
            let community = gate.compound;
            let number = *numbers.entry(community).or_insert_with(|| {
                let (community_id, _, area) = &communities.list[community as usize];
                compounds.push(Compound { community_id: *community_id, gates: Vec::new(), area: area.clone() });
                compounds.len() as u32 - 1
            });
            compounds[number as usize].gates.push(index as u32);
            gate.compound = number;
        }
        let by_code = numbers
            .iter()
            .filter_map(|(community, number)| Some((communities.list[*community as usize].1.clone()?, *number)))
            .collect();
        let mut edges = Vec::new();
        let mut boxes = Vec::new();
        for (number, compound) in compounds.iter().enumerate() {
            use geo::BoundingRect;
            let rings = compound.area.iter().flat_map(|part| std::iter::once(part.exterior()).chain(part.interiors()));
            rings.for_each(|ring| edges.extend(segments(ring, number as u32)));
            if let Some(bounds) = compound.area.bounding_rect() {
                let rectangle = rstar::primitives::Rectangle::from_corners(
                    [bounds.min().x, bounds.min().y],
                    [bounds.max().x, bounds.max().y],
                );
                boxes.push(rstar::primitives::GeomWithData::new(rectangle, number as u32));
            }
        }
        let open = gates.iter().filter(|gate| gate.is_open).map(|gate| [gate.at.x, gate.at.y]).collect();
        Self {
            gates,
            compounds,
            by_code,
            edges: RTree::bulk_load(edges),
            open: RTree::bulk_load(open),
            boxes: RTree::bulk_load(boxes),
        }
    }

    /// The compound of a place: that of its community's code, else the one that it lies in, the first
    /// where several overlap.
    pub fn compound_of(&self, at: Coord<f64>, community_code: Option<&str>) -> u32 {
        if let Some(number) = community_code.and_then(|code| self.by_code.get(code)) {
            return *number;
        }
        let point = AABB::from_point([at.x, at.y]);
        let found = self.boxes.locate_in_envelope_intersecting(&point).map(|it| it.data);
        found.filter(|number| self.is_inside(*number, at)).min().unwrap_or(NO_COMPOUND)
    }

    /// The numbers of the gates that differ from those of an earlier revision of the same communities; `None`
    /// where gates came, went, or lead elsewhere, so that numbers do not mean the same any more.
    pub(super) fn changed_gates(&self, before: &Compounds) -> Option<Vec<u32>> {
        let same_gates = self.gates.len() == before.gates.len()
            && self
                .gates
                .iter()
                .zip(&before.gates)
                .all(|(a, b)| a.id == b.id && a.compound == b.compound && a.at == b.at);
        let differ = |(_, (a, b)): &(u32, (&Gate, &Gate))| a.is_open != b.is_open;
        let pairs = (0u32..).zip(self.gates.iter().zip(&before.gates));
        same_gates.then(|| pairs.filter(differ).map(|(number, _)| number).collect())
    }

    pub fn is_inside(&self, compound: u32, at: Coord<f64>) -> bool {
        self.compounds[compound as usize].area.intersects(&Point(at))
    }

    pub fn open_gates(&self, compound: u32) -> impl Iterator<Item = (u32, &Gate)> {
        let gates = self.compounds.get(compound as usize).map_or(&[][..], |compound| &compound.gates);
        gates.iter().map(|number| (*number, &self.gates[*number as usize])).filter(|(_, gate)| gate.is_open)
    }

    /// True where an open gate makes an opening.
    pub fn is_opening(&self, at: Coord<f64>) -> bool {
        self.open.locate_within_distance([at.x, at.y], OPENING_M * OPENING_M).next().is_some()
    }

    /// True where the nearest gates are all closed.
    pub fn is_closed(&self, at: Coord<f64>) -> bool {
        let near = |gate: &&Gate| distance_m(gate.at, at) <= OPENING_M;
        let mut gates = self.gates.iter().filter(near).peekable();
        gates.peek().is_some() && gates.all(|gate| !gate.is_open)
    }

    /// Where a straight leg crosses the edges of compounds.
    pub(super) fn crossings(&self, from: Coord<f64>, to: Coord<f64>) -> impl Iterator<Item = Coord<f64>> + use<'_> {
        crossings(from, to, &self.edges)
    }

    pub fn edges_in(&self, envelope: &AABB<[f64; 2]>) -> impl Iterator<Item = &Segment> + use<'_> {
        self.edges.locate_in_envelope_intersecting(envelope)
    }
}

/// Id, code and area of every community.
struct Communities {
    list: Vec<(i64, Option<String>, MultiPolygon<f64>)>,
    by_code: HashMap<String, u32>,
    edges: RTree<Segment>,
}

impl Communities {
    fn of(items: &[std::sync::Arc<Item>], plane: GaussKruger) -> Self {
        let mut list = Vec::new();
        let mut by_code = HashMap::new();
        let mut edges = Vec::new();
        for item in items {
            let ShapeGeometry::Areas(areas) = item.shape.geometry() else { continue };
            let area = plane.project(areas);
            let number = list.len() as u32;
            let rings = area.iter().flat_map(|part| std::iter::once(part.exterior()).chain(part.interiors()));
            rings.for_each(|ring| edges.extend(segments(ring, number)));
            let code = text(LayerId::Community, item, "code").map(str::to_owned);
            if let Some(code) = &code {
                // Of two with one code the first is meant.
                by_code.entry(code.clone()).or_insert(number);
            }
            list.push((item.id, code, area));
        }
        Self { list, by_code, edges: RTree::bulk_load(edges) }
    }
}

fn gate(item: &Item, communities: &Communities, plane: GaussKruger) -> Option<Gate> {
    let ShapeGeometry::Point(point) = item.shape.geometry() else { return None };
    let at = plane.to_plane(point.0);
    let state = LayerId::Gate.describe().field("is_open").map(|(index, _)| &item.values[index]);
    let by_code = text(LayerId::Gate, item, "community_code").and_then(|code| communities.by_code.get(code).copied());
    let by_place = || {
        let near = communities.edges.locate_in_envelope_intersecting(&around(at, GATE_ON_EDGE_M));
        near.map(|segment| (distance_m(segment.at(segment.foot(at).clamp(0.0, 1.0)), at), segment.owner))
            .filter(|(distance, _)| *distance <= GATE_ON_EDGE_M)
            .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
            .map(|(_, number)| number)
    };
    Some(Gate {
        id: item.id,
        at,
        is_open: state != Some(&Value::Boolean(false)),
        is_state_known: matches!(state, Some(Value::Boolean(_))),
        compound: by_code.or_else(by_place).unwrap_or(NO_COMPOUND),
    })
}
