//! What a precinct adds up to: always the sum of its members, with how many of them do not know.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{LayerId, Value, Viewer};
use crate::snapshot::{Item, ShapeGeometry, Snapshot};

/// A sum over those who know, and how many do not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, ToSchema)]
pub struct Sum {
    pub sum: f64,
    /// Members whose number is not known: not in the sum, and not taken for nothing.
    pub unknown: usize,
}

/// Of the members of a precinct, or of a scheme.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Totals {
    pub communities: usize,
    /// Members that are no longer in the city.
    pub missing: usize,
    pub households: Sum,
    pub buildings: Sum,
    pub floor_area_m2: Sum,
    pub residents: Sum,
    pub elders: Sum,
    pub small_children: Sum,
    /// Of the communities' own ground.
    pub community_area_m2: f64,
    /// In yuan; null where it is not for the viewer.
    pub estimated_cost: Option<Cost>,
    /// By responsible body; the last, without a code, of those that do not say.
    pub responsible_bodies: Vec<BodyCount>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Cost {
    /// Yuan with two decimals.
    pub sum: String,
    pub unknown: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BodyCount {
    pub code: Option<String>,
    pub communities: usize,
}

impl Sum {
    fn add(&mut self, value: Option<&Value>) {
        match value.and_then(Value::as_f64) {
            Some(n) => self.sum += n,
            None => self.unknown += 1,
        }
    }
}

/// Adds up communities as this viewer may see them.
pub fn totals(snapshot: &Snapshot, viewer: Viewer, communities: impl Iterator<Item = i64>) -> Totals {
    let mut totals = Totals::default();
    let Some(view) = snapshot.layer(LayerId::Community, viewer) else { return totals };
    let sees_cost = view.fields().any(|(_, field)| field.name == "estimated_cost");
    let (mut fen, mut cost_unknown) = (0i64, 0);
    let mut bodies: std::collections::BTreeMap<Option<String>, usize> = std::collections::BTreeMap::new();
    for id in communities {
        let Some(item) = view.find(id) else {
            totals.missing += 1;
            continue;
        };
        totals.communities += 1;
        for (field, sum) in [
            ("households", &mut totals.households),
            ("building_count", &mut totals.buildings),
            ("floor_area_m2", &mut totals.floor_area_m2),
            ("population", &mut totals.residents),
            ("elders", &mut totals.elders),
            ("small_children", &mut totals.small_children),
        ] {
            sum.add(view.value(item, field));
        }
        totals.community_area_m2 += area_m2(item);
        match view.value(item, "estimated_cost") {
            Some(Value::Money(cost)) => fen += cost,
            _ => cost_unknown += 1,
        }
        let body = view.value(item, "responsible_body").and_then(Value::as_text).map(str::to_owned);
        *bodies.entry(body).or_default() += 1;
    }
    totals.community_area_m2 = (totals.community_area_m2 * 10.0).round() / 10.0;
    totals.estimated_cost = sees_cost.then(|| Cost { sum: crate::domain::value::yuan(fen), unknown: cost_unknown });
    let unsaid = bodies.remove(&None);
    let mut list: Vec<BodyCount> =
        bodies.into_iter().map(|(code, communities)| BodyCount { code, communities }).collect();
    list.extend(unsaid.map(|communities| BodyCount { code: None, communities }));
    totals.responsible_bodies = list;
    totals
}

fn area_m2(item: &Item) -> f64 {
    match item.shape.geometry() {
        ShapeGeometry::Areas(areas) => crate::geodesy::measure::area_m2(areas),
        _ => 0.0,
    }
}
