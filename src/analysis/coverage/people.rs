//! Who lives where, and which areas every building belongs to: what coverage is weighted and summed by.
//!
//! Households of a building are its own where known. What a community has beyond that is shared out over its
//! other homes by floor area (footprint × floors; floors that are not known are the community's mean, or
//! one). Elders, small children and residents follow the households. What is not known stays unknown (NaN)
//! and is counted, never guessed.

use std::collections::HashMap;

use geo::{BoundingRect, Coord};

use crate::analysis::edges::Edges;
use crate::domain::{LayerId, Value, Viewer};
use crate::geodesy::measure::area_m2;
use crate::snapshot::walk::representative_point;
use crate::snapshot::{Item, LayerView, ShapeGeometry, Snapshot};

/// The areas that results are summed by, besides the whole city.
pub const GROUPINGS: [LayerId; 4] =
    [LayerId::Community, LayerId::Precinct, LayerId::Subdistrict, LayerId::ResponsibleBody];

/// The buildings of a snapshot with their people, in the order of `Places`.
pub struct People {
    pub households: Vec<f64>,
    /// Households that were shared out from the community.
    pub is_shared_out: Vec<bool>,
    pub residents: Vec<f64>,
    pub elders: Vec<f64>,
    pub small_children: Vec<f64>,
    /// In the order of [`GROUPINGS`].
    pub groupings: [Grouping; 4],
}

/// The buildings of each area of a layer.
#[derive(Default)]
pub struct Grouping {
    pub ids: Vec<i64>,
    pub names: Vec<String>,
    pub members: Vec<Vec<u32>>,
}

fn number(view: &LayerView<'_>, item: &Item, field: &str) -> Option<f64> {
    view.value(item, field).and_then(Value::as_f64)
}

impl People {
    pub fn of(snapshot: &Snapshot) -> Self {
        let groupings = GROUPINGS.map(|layer| Grouping::of(snapshot, layer));
        let mut people = Self {
            households: Vec::new(),
            is_shared_out: Vec::new(),
            residents: Vec::new(),
            elders: Vec::new(),
            small_children: Vec::new(),
            groupings,
        };
        let Some(buildings) = snapshot.layer(LayerId::Building, Viewer::Public) else { return people };
        let items = buildings.items();
        people.households = items.iter().map(|item| own_households(&buildings, item)).collect();
        people.is_shared_out = vec![false; items.len()];
        for list in [&mut people.residents, &mut people.elders, &mut people.small_children] {
            *list = vec![f64::NAN; items.len()];
        }
        people.share_out(snapshot, &buildings);
        people
    }

    fn share_out(&mut self, snapshot: &Snapshot, buildings: &LayerView<'_>) {
        let Some(communities) = snapshot.layer(LayerId::Community, Viewer::Public) else { return };
        let items = buildings.items();
        let grouping = std::mem::take(&mut self.groupings[0]);
        for (id, members) in grouping.ids.iter().zip(&grouping.members) {
            let Some(community) = communities.find(*id) else { continue };
            let total = number(&communities, community, "households");
            let known: f64 = members.iter().map(|b| self.households[*b as usize]).filter(|h| !h.is_nan()).sum();
            let unknown: Vec<u32> = members.iter().copied().filter(|b| self.households[*b as usize].is_nan()).collect();
            if let (Some(total), false) = (total, unknown.is_empty()) {
                let areas = floor_areas(buildings, &unknown);
                let sum: f64 = areas.iter().sum();
                let left = (total - known).max(0.0);
                for (building, area) in unknown.iter().zip(areas) {
                    self.households[*building as usize] = if sum > 0.0 { left * area / sum } else { 0.0 };
                    self.is_shared_out[*building as usize] = true;
                }
            }
            let all: f64 = members.iter().map(|b| self.households[*b as usize]).filter(|h| !h.is_nan()).sum();
            let lists = [
                ("population", &mut self.residents),
                ("elders", &mut self.elders),
                ("small_children", &mut self.small_children),
            ];
            for (field, list) in lists {
                let Some(count) = number(&communities, community, field).filter(|_| all > 0.0) else { continue };
                for building in members.iter().map(|b| *b as usize).filter(|b| !self.households[*b].is_nan()) {
                    list[building] = count * self.households[building] / all;
                }
            }
        }
        debug_assert!(items.len() == self.households.len());
        self.groupings[0] = grouping;
    }
}

/// Households that a building says it has; none where nobody lives; NaN where it does not say.
fn own_households(view: &LayerView<'_>, item: &Item) -> f64 {
    let is_home = !matches!(
        view.value(item, "building_use").and_then(Value::as_text),
        Some("commercial" | "public" | "industrial")
    );
    number(view, item, "households").unwrap_or(if is_home { f64::NAN } else { 0.0 })
}

fn floor_areas(view: &LayerView<'_>, buildings: &[u32]) -> Vec<f64> {
    let items = view.items();
    let floors: Vec<Option<f64>> =
        buildings.iter().map(|b| number(view, &items[*b as usize], "floors").filter(|n| *n > 0.0)).collect();
    let known: Vec<f64> = floors.iter().flatten().copied().collect();
    let mean = if known.is_empty() { 1.0 } else { known.iter().sum::<f64>() / known.len() as f64 };
    let area = |(building, floors): (&u32, &Option<f64>)| {
        let footprint = match items[*building as usize].shape.geometry() {
            ShapeGeometry::Areas(areas) => area_m2(areas),
            _ => 0.0,
        };
        footprint * floors.unwrap_or(mean)
    };
    buildings.iter().zip(&floors).map(area).collect()
}

impl Grouping {
    /// Buildings by area: a building of a community by its code, else by where its representative point
    /// lies; of all other areas by where it lies.
    fn of(snapshot: &Snapshot, layer: LayerId) -> Self {
        // Summed for everybody at once; `Answer::for_viewer` takes out the areas that are not the asker's.
        let (Some(areas), Some(buildings)) =
            (snapshot.layer(layer, Viewer::Everything), snapshot.layer(LayerId::Building, Viewer::Public))
        else {
            return Self::default();
        };
        let mut grouping = Self::default();
        let is_once = layer == LayerId::Community;
        let mut is_taken = vec![false; buildings.len()];
        let mut by_code: HashMap<&str, Vec<u32>> = HashMap::new();
        if is_once {
            let mut known: HashMap<&str, ()> = HashMap::new();
            areas.items().iter().filter_map(|item| areas.value(item, "code")?.as_text()).for_each(|code| {
                known.insert(code, ());
            });
            for (index, item) in buildings.items().iter().enumerate() {
                let code = buildings.value(item, "community_code").and_then(Value::as_text);
                if let Some(code) = code.filter(|code| known.contains_key(code)) {
                    by_code.entry(code).or_default().push(index as u32);
                    is_taken[index] = true;
                }
            }
        }
        for item in areas.items() {
            let code = areas.value(item, "code").and_then(Value::as_text);
            let mut members = code.and_then(|code| by_code.remove(code)).unwrap_or_default();
            for index in lying_in(item, &buildings) {
                if !is_once || !is_taken[index as usize] {
                    is_taken[index as usize] = true;
                    members.push(index);
                }
            }
            members.sort_unstable();
            grouping.ids.push(item.id);
            grouping.names.push(areas.label(item).unwrap_or_default().to_owned());
            grouping.members.push(members);
        }
        grouping
    }
}

/// Numbers of the buildings whose representative point lies in an area.
fn lying_in(area: &Item, buildings: &LayerView<'_>) -> Vec<u32> {
    let ShapeGeometry::Areas(areas) = area.shape.geometry() else { return Vec::new() };
    let Some(bounds) = areas.bounding_rect() else { return Vec::new() };
    let edges = Edges::of(areas, bounds);
    let holds = |at: Coord<f64>| edges.holds(at);
    let inside = buildings.in_box(bounds).filter(|item| representative_point(item).is_some_and(holds));
    let index = |item: &std::sync::Arc<Item>| buildings.items().binary_search_by_key(&item.id, |it| it.id).ok();
    inside.filter_map(|item| Some(index(item)? as u32)).collect()
}
