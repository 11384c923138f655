//! What is wrong with a precinct, told while it is drawn. Nothing of it is forbidden: a planner may have his
//! reasons.

use std::collections::BTreeMap;

use geo::{Coord, Rect};
use serde::Serialize;
use serde_json::{Value as Json, json};
use utoipa::ToSchema;

use super::Scheme;
use super::members::Outlines;
use crate::analysis::partition::grid::{At, FINER, Fine, Region, holds};
use crate::analysis::partition::{Id, pieces};
use crate::analysis::reach::cost_matrix;
use crate::domain::scheme::ShareOf;
use crate::domain::{LayerId, Value, Viewer};
use crate::snapshot::walk::{Places, Walk, representative_point};
use crate::snapshot::{Item, LayerView, ShapeGeometry, Snapshot};

/// A share of a community from which on, and up to which, an outline cuts it in two.
const CUT: std::ops::Range<f64> = 0.02..0.98;
/// Walks are searched this far beyond what is allowed, to say how far they are.
const SEARCH_M: f64 = 3_000.0;

/// One thing that is wrong with a precinct.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Check {
    /// Negative: not stored yet.
    pub precinct_id: Id,
    /// `hole`, `apart`, `no_community`, `no_households`, `households_unknown`, `community_cut`, `several_bodies`,
    /// `body_unknown`, `barrier_without_crossing`, `not_walkable`, `too_large`.
    pub kind: &'static str,
    /// The numbers and features that it rests on.
    #[schema(value_type = Object)]
    pub facts: Json,
}

/// What is asked of a precinct.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The widest walk between two of its communities.
    pub walk_m: f64,
}

/// Everything that is wrong with these precincts; `None` when `is_wanted` turned false.
pub fn checks(
    scheme: &Scheme,
    snapshot: &Snapshot,
    walk: &Walk,
    ids: impl Iterator<Item = Id>,
    limits: Limits,
    is_wanted: &(dyn Fn() -> bool + Sync),
) -> Option<Vec<Check>> {
    let communities = snapshot.layer(LayerId::Community, Viewer::Everything)?;
    let outlines = Outlines::of(&scheme.outlines);
    let mut found = Vec::new();
    for id in ids {
        let Some(region) = scheme.outlines.get(id) else { continue };
        let members: Vec<&Item> =
            scheme.members_of(id).filter_map(|id| communities.find(id)).map(std::convert::AsRef::as_ref).collect();
        let mut tell = |kind, facts| found.push(Check { precinct_id: id, kind, facts });
        let hole_count: usize = region.parts.iter().map(|part| part.holes.len()).sum();
        if hole_count > 0 {
            tell("hole", json!({ "holes": hole_count }));
        }
        if region.parts.len() > 1 {
            tell("apart", json!({ "parts": region.parts.len() }));
        }
        people(&communities, &members, &mut tell);
        for item in near(&communities, region) {
            let (shares, _) = outlines.shares(item, ShareOf::Area, snapshot);
            if let Some((_, share)) = shares.iter().find(|(of, share)| *of == id && CUT.contains(share)) {
                let others: Vec<Id> = shares.iter().map(|(of, _)| *of).filter(|of| *of != id).collect();
                let name = communities.label(item);
                tell(
                    "community_cut",
                    json!({ "community_id": item.id, "name": name, "share": share, "also_in": others }),
                );
            }
        }
        bodies(&communities, &members, &mut tell);
        if let Some(groups) = parted(snapshot, region, &members) {
            tell("barrier_without_crossing", json!({ "community_ids": groups }));
        }
        let walks = widest(walk, &communities, &members, limits, is_wanted)?;
        if !walks.without.is_empty() {
            let pairs = &walks.without[..walks.without.len().min(20)];
            tell("not_walkable", json!({ "pairs": pairs, "count": walks.without.len(), "searched_m": SEARCH_M }));
        }
        if let Some((metres, from, to)) = walks.widest.filter(|(metres, _, _)| *metres > limits.walk_m) {
            let metres = (metres * 10.0).round() / 10.0;
            tell("too_large", json!({ "walk_m": metres, "limit_m": limits.walk_m, "community_ids": [from, to] }));
        }
    }
    Some(found)
}

fn people(view: &LayerView<'_>, members: &[&Item], tell: &mut impl FnMut(&'static str, Json)) {
    if members.is_empty() {
        return tell("no_community", json!({}));
    }
    let of = |wanted: fn(&Value) -> bool| -> Vec<i64> {
        let is = |item: &&&Item| view.value(item, "households").is_some_and(wanted);
        members.iter().filter(is).map(|item| item.id).collect()
    };
    let none = of(|value| matches!(value, Value::Integer(0)));
    if !none.is_empty() {
        tell("no_households", json!({ "community_ids": none }));
    }
    let unknown = of(Value::is_null);
    if !unknown.is_empty() {
        tell("households_unknown", json!({ "community_ids": unknown }));
    }
}

fn bodies(view: &LayerView<'_>, members: &[&Item], tell: &mut impl FnMut(&'static str, Json)) {
    let mut by_body: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    let mut unknown = Vec::new();
    for item in members {
        match view.value(item, "responsible_body").and_then(Value::as_text) {
            Some(code) => by_body.entry(code).or_default().push(item.id),
            None => unknown.push(item.id),
        }
    }
    if by_body.len() > 1 {
        tell("several_bodies", json!({ "bodies": by_body }));
    }
    if !unknown.is_empty() {
        tell("body_unknown", json!({ "community_ids": unknown }));
    }
}

fn degrees_box(region: &Region) -> Option<Rect<f64>> {
    use geo::BoundingRect;
    region.to_areas().bounding_rect()
}

fn near<'a>(view: &LayerView<'a>, region: &Region) -> Vec<&'a Item> {
    let Some(rect) = degrees_box(region) else { return Vec::new() };
    let mut near: Vec<&Item> = view.in_box(rect).map(std::convert::AsRef::as_ref).collect();
    near.sort_unstable_by_key(|item| item.id);
    near
}

fn at_of(degrees: Coord<f64>) -> Fine {
    let at = At::of(degrees);
    Fine { x: at.x * FINER, y: at.y * FINER }
}

/// The members on each side, where rivers, railways and closed or trunk roads part them and neither bridge nor
/// underpass inside the precinct joins the sides.
fn parted(snapshot: &Snapshot, region: &Region, members: &[&Item]) -> Option<Vec<Vec<i64>>> {
    let rect = degrees_box(region)?;
    let mut lines: Vec<(At, At)> = Vec::new();
    let mut add = |item: &Item| match item.shape.geometry() {
        ShapeGeometry::Lines(parts) => {
            for line in parts {
                lines.extend(line.lines().map(|line| (At::of(line.start), At::of(line.end))));
            }
        }
        ShapeGeometry::Areas(areas) => lines.extend(Region::of(areas).edges()),
        ShapeGeometry::Point(_) => {}
    };
    let barriers = snapshot.layer(LayerId::Barrier, Viewer::Everything)?;
    for item in barriers.in_box(rect) {
        let kind = barriers.value(item, "barrier_kind").and_then(Value::as_text);
        if matches!(kind, Some("river" | "railway" | "expressway")) {
            add(item);
        }
    }
    let streets = snapshot.layer(LayerId::Street, Viewer::Everything)?;
    let is_yes = |item: &Item, field: &str| streets.value(item, field) == Some(&Value::Boolean(true));
    let is_raised = |item: &Item| is_yes(item, "is_bridge") || is_yes(item, "is_tunnel");
    for item in streets.in_box(rect) {
        // A trunk road on a bridge or in a tunnel parts nobody.
        if streets.value(item, "street_class").and_then(Value::as_text) == Some("expressway") && !is_raised(item) {
            add(item);
        }
    }
    if lines.is_empty() {
        return None;
    }
    // What cannot be told apart is not called parted.
    let pieces = pieces(region, lines.into_iter()).ok()?;
    let piece_of = |at: Fine| pieces.iter().position(|piece| holds(piece.edges(), at));
    let mut root: Vec<usize> = (0..pieces.len()).collect();
    let find = |root: &[usize], mut n: usize| {
        while root[n] != n {
            n = root[n];
        }
        n
    };
    for item in streets.in_box(rect).filter(|item| is_raised(item) && crate::snapshot::walk::is_walkable(item)) {
        let ShapeGeometry::Lines(parts) = item.shape.geometry() else { continue };
        let touched: Vec<usize> = parts.iter().flatten().filter_map(|at| piece_of(at_of(*at))).collect();
        for pair in touched.windows(2) {
            let (a, b) = (find(&root, pair[0]), find(&root, pair[1]));
            root[a.max(b)] = a.min(b);
        }
    }
    let mut sides: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
    for item in members {
        if let Some(piece) = representative_point(item).and_then(|at| piece_of(at_of(at))) {
            sides.entry(find(&root, piece)).or_default().push(item.id);
        }
    }
    (sides.len() > 1).then(|| sides.into_values().collect())
}

struct Widest {
    /// Metres, from, to.
    widest: Option<(f64, i64, i64)>,
    /// Pairs without a walk within the limit of search.
    without: Vec<[i64; 2]>,
}

/// The widest walk between the representative points of two members.
fn widest(
    walk: &Walk,
    view: &LayerView<'_>,
    members: &[&Item],
    limits: Limits,
    is_wanted: &(dyn Fn() -> bool + Sync),
) -> Option<Widest> {
    let mut found = Widest { widest: None, without: Vec::new() };
    let places: Vec<(i64, Coord<f64>, Option<&str>)> = members
        .iter()
        .filter_map(|item| {
            let code = view.value(item, "code").and_then(Value::as_text);
            Some((item.id, representative_point(item)?, code))
        })
        .collect();
    if places.len() < 2 {
        return Some(found);
    }
    let plane = walk.network.settings.plane;
    let on_plane: Vec<_> = places.iter().map(|(id, at, code)| (*id, plane.to_plane(*at), *code)).collect();
    let places = Places::new(&walk.network, &on_plane);
    let matrix = cost_matrix(&walk.network, &places, &places, limits.walk_m + SEARCH_M, is_wanted)?;
    for i in 0..places.len() {
        for j in i + 1..places.len() {
            match matrix.get(i, j) {
                Some(metres) if found.widest.is_none_or(|(most, _, _)| metres > most) => {
                    found.widest = Some((metres, places.ids[i], places.ids[j]));
                }
                Some(_) => {}
                None => found.without.push([places.ids[i], places.ids[j]]),
            }
        }
    }
    Some(found)
}
