//! The city as a question of grouping: its communities, walks between them, what they share, what they miss.

use std::collections::HashMap;
use std::sync::Arc;

use super::grouping_order::{FacilityGapOrder, GroupingOrder};
use super::grouping_walks::{Doors, Outlines, shared, steps};
use super::siting_problem::facilities;
use crate::analysis::grouping::{Edge, Gap, MOST_UNITS, Problem as Grouping, Unit};
use crate::analysis::reach::{Search, Walked, cost_matrix};
use crate::app::walks::CityWalk;
use crate::domain::rule::is_facility_kind;
use crate::domain::{FieldKind, LayerId, Value, Viewer};
use crate::http::problem::{Kind, Problem};
use crate::snapshot::walk::{Places, representative_point};
use crate::snapshot::{Item, LayerView};

/// Neighbours have a walk of at most so many metres between them, unless the question says otherwise.
const USUAL_STEP_M: f64 = 300.0;
const LONGEST_M: f64 = 5_000.0;
/// Walks in one matrix at most (8 bytes each).
const MOST_WALKS: usize = 50_000_000;
/// Fields that precincts may keep to.
const BODIES: [&str; 3] = ["responsible_body", "subdistrict_code", "neighbourhood"];

pub struct CityGrouping {
    pub problem: Grouping,
    /// From which no way leads onto the streets.
    pub shut: usize,
    pub longest_step_m: f64,
    /// The field that no precinct mixes.
    pub same: Option<String>,
}

impl CityGrouping {
    /// `None` when nobody waits any more.
    pub fn of(
        city: &CityWalk,
        viewer: Viewer,
        order: &GroupingOrder,
        is_wanted: &(dyn Fn() -> bool + Sync),
    ) -> Result<Option<Self>, Problem> {
        let none = || Problem::new(Kind::UnknownLayer, "There is no layer «community».");
        let view = city.snapshot.layer(LayerId::Community, viewer).ok_or_else(none)?;
        let items = chosen(&view, order)?;
        let same = same(order)?;
        let attributes = attributes(&view, order)?;
        let outlines = Outlines::of(city, &items);
        let items: Vec<Arc<Item>> =
            items.into_iter().filter(|item| outlines.ids.binary_search(&item.id).is_ok()).collect();
        if items.len() > MOST_UNITS {
            let detail = format!("{} communities are more than {MOST_UNITS}", items.len());
            return Err(Problem::at_pointer(Kind::TooComplex, "/communities", detail));
        }
        let longest = within(order.longest_step_m.unwrap_or(USUAL_STEP_M), "/longest_step_m")?;
        let doors = Doors::of(city, &items, &outlines);
        let Some(steps) = steps(city, &outlines, &doors, longest, is_wanted) else { return Ok(None) };
        let shared = shared(city, viewer, &outlines);
        let edge = |(a, b, metres): (usize, usize, f64)| Edge {
            a,
            b,
            walk_m: Some(metres),
            shared: shared.get(&(a, b)).copied().unwrap_or(0.0),
        };
        let units = items.iter().map(|item| unit(city, &view, item, same.as_deref(), &attributes)).collect();
        let mut problem = Grouping::new(units, steps.into_iter().map(edge).collect());
        problem.attribute_names = attributes;
        problem.keeps_bodies = same.is_some();
        problem.has_all_walks = true;
        let middles = Places::of_items(&city.walk.network, LayerId::Community, &items);
        if let Some(widest) = order.widest_walk_m {
            let widest = within(widest, "/widest_walk_m")?;
            let Some(walks) = walks(city, &middles, &middles, widest, is_wanted)? else { return Ok(None) };
            let at = positions(&items);
            for (a, id) in middles.ids.iter().enumerate() {
                for (b, other) in middles.ids.iter().enumerate().skip(a + 1) {
                    if let Some(metres) = walks.get(a, b) {
                        problem.walks.push((at[id], at[other], metres));
                    }
                }
            }
        }
        for (n, gap) in order.facility_gaps.iter().enumerate() {
            match facility_gap(city, viewer, gap, n, (&items, &middles), is_wanted)? {
                Some(gap) => problem.gaps.push(gap),
                None => return Ok(None),
            }
        }
        order.fill(&mut problem)?;
        // Longer steps were never made.
        problem.longest_step_m = Some(longest);
        let shut = (0..items.len()).filter(|&unit| doors.is_shut(city, unit)).count();
        Ok(Some(Self { problem, shut, longest_step_m: longest, same }))
    }
}

fn within(metres: f64, pointer: &str) -> Result<f64, Problem> {
    let wrong = || Problem::at_pointer(Kind::InvalidBody, pointer, format!("from 0 to {LONGEST_M} metres are taken"));
    if (0.0..=LONGEST_M).contains(&metres) { Ok(metres) } else { Err(wrong()) }
}

fn positions(items: &[Arc<Item>]) -> HashMap<i64, usize> {
    items.iter().enumerate().map(|(n, item)| (item.id, n)).collect()
}

/// The communities that are asked about.
fn chosen(view: &LayerView<'_>, order: &GroupingOrder) -> Result<Vec<Arc<Item>>, Problem> {
    let Some(asked) = &order.communities else { return Ok(view.items().to_vec()) };
    let mut items = Vec::new();
    for (n, id) in asked.iter().enumerate() {
        let found = id.to_string().parse().ok().and_then(|id| view.find(id));
        let unknown = || {
            let detail = format!("there is no community «{id}»");
            Problem::at_pointer(Kind::InvalidBody, format!("/communities/{n}"), detail)
        };
        items.push(found.ok_or_else(unknown)?.clone());
    }
    items.sort_by_key(|item| item.id);
    items.dedup_by_key(|item| item.id);
    Ok(items)
}

fn same(order: &GroupingOrder) -> Result<Option<String>, Problem> {
    match order.same.as_deref() {
        None => Ok(Some(BODIES[0].to_owned())),
        Some("none") => Ok(None),
        Some(name) if BODIES.contains(&name) => Ok(Some(name.to_owned())),
        Some(name) => {
            let detail = format!("«{name}» is none of {}, none", BODIES.join(", "));
            Err(Problem::at_pointer(Kind::InvalidBody, "/same", detail))
        }
    }
}

/// Names of numbers that the viewer may see.
fn attributes(view: &LayerView<'_>, order: &GroupingOrder) -> Result<Vec<String>, Problem> {
    for (n, name) in order.attributes.iter().enumerate() {
        let is_number = |kind: FieldKind| matches!(kind, FieldKind::Integer { .. } | FieldKind::Number { .. });
        if !view.fields().any(|(_, field)| field.name == name && is_number(field.kind)) {
            let detail = format!("communities have no number «{name}»");
            return Err(Problem::at_pointer(Kind::InvalidBody, format!("/attributes/{n}"), detail));
        }
    }
    Ok(order.attributes.clone())
}

fn unit(city: &CityWalk, view: &LayerView<'_>, item: &Item, same: Option<&str>, attributes: &[String]) -> Unit {
    let number = |field: &str| view.value(item, field).and_then(Value::as_f64);
    let at = representative_point(item).map(|at| city.settings().plane.to_plane(at));
    Unit {
        id: item.id.to_string(),
        households: number("households").filter(|households| *households >= 0.0).map(|households| households as u64),
        attributes: attributes.iter().map(|name| number(name)).collect(),
        building_year: number("built_year"),
        at: at.map(|at| (at.x, at.y)),
        body: same.and_then(|name| view.value(item, name)).and_then(Value::as_text).map(str::to_owned),
        is_eligible: None,
    }
}

fn walks(
    city: &CityWalk,
    from: &Places,
    to: &Places,
    limit_m: f64,
    is_wanted: &(dyn Fn() -> bool + Sync),
) -> Result<Option<crate::analysis::reach::Matrix>, Problem> {
    if from.len().saturating_mul(to.len()) > MOST_WALKS {
        let detail = format!("{} × {} places make more than {MOST_WALKS} walks", from.len(), to.len());
        return Err(Problem::at_pointer(Kind::TooComplex, "/communities", detail));
    }
    Ok(cost_matrix(&city.walk.network, from, to, limit_m, is_wanted))
}

/// Homes without a facility within the radius, and the candidate sites that would serve their communities.
fn facility_gap(
    city: &CityWalk,
    viewer: Viewer,
    order: &FacilityGapOrder,
    n: usize,
    (items, middles): (&[Arc<Item>], &Places),
    is_wanted: &(dyn Fn() -> bool + Sync),
) -> Result<Option<Gap>, Problem> {
    let radius = within(order.radius_m, &format!("/facility_gaps/{n}/radius_m"))?;
    if order.facility_kinds.is_empty() {
        return Err(Problem::at_pointer(
            Kind::InvalidBody,
            format!("/facility_gaps/{n}/facility_kinds"),
            "names no kind",
        ));
    }
    if let Some(at) = order.facility_kinds.iter().position(|code| !is_facility_kind(code)) {
        let detail = format!("there is no facility kind «{}»", order.facility_kinds[at]);
        return Err(Problem::at_pointer(Kind::InvalidBody, format!("/facility_gaps/{n}/facility_kinds/{at}"), detail));
    }
    let network = &city.walk.network;
    let served = Places::of_items(network, LayerId::Facility, &facilities(city, viewer, &order.facility_kinds));
    let mut search = Search::new(network);
    if !search.run((0..served.len()).map(|i| served.place(i)), radius, is_wanted) {
        return Ok(None);
    }
    let position_of = positions(items);
    let of_community = &city.people.groupings[0];
    let mut missing = Vec::new();
    for (id, members) in of_community.ids.iter().zip(&of_community.members) {
        let Some(&unit) = position_of.get(id) else { continue };
        let misses = |n: &&u32| !matches!(search.nearest(city.walk.buildings.place(**n as usize)), Walked::Metres(..));
        let households = members.iter().filter(misses).map(|&n| city.people.households[n as usize]);
        let households: f64 = households.filter(|households| !households.is_nan()).sum();
        if households > 0.0 {
            missing.push((unit, households));
        }
    }
    let candidates = city.snapshot.layer(LayerId::CandidateSite, viewer).map(|view| view.items().to_vec());
    let candidates = Places::of_items(network, LayerId::CandidateSite, &candidates.unwrap_or_default());
    let Some(walks) = walks(city, middles, &candidates, radius, is_wanted)? else { return Ok(None) };
    let walks = &walks;
    let within = |site: usize| (0..middles.len()).filter(move |&middle| walks.get(middle, site).is_some());
    let mut sites: Vec<Vec<usize>> = Vec::new();
    for site in 0..candidates.len() {
        sites.push(within(site).map(|middle| position_of[&middles.ids[middle]]).collect());
    }
    Ok(Some(Gap { name: order.facility_kinds.join("+"), missing, sites }))
}
