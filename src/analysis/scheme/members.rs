//! Which precinct a community belongs to, by the rule of the scheme.

use std::collections::{BTreeMap, BTreeSet};

use geo::{Area, BooleanOps, BoundingRect, Intersects, MultiPolygon, Rect};

use super::{How, Member, Scheme};
use crate::analysis::edges::Edges;
use crate::analysis::partition::{Id, Partition};
use crate::domain::scheme::{MemberRule, ShareOf};
use crate::domain::{LayerId, Value, Viewer};
use crate::snapshot::walk::representative_point;
use crate::snapshot::{Item, ShapeGeometry, Snapshot};

/// Settles anew where the communities belong that touch one of these precincts, as it was or as it is. What was
/// said by hand stays, as long as its precinct does.
pub fn settle(scheme: &mut Scheme, before: &Partition, changed: &BTreeSet<Id>, snapshot: &Snapshot) {
    let outlines = Outlines::of(&scheme.outlines);
    scheme.members.retain(|_, member| member.precinct.is_none_or(|id| scheme.about.contains_key(&id)));
    let boxes: Vec<Rect<f64>> = changed
        .iter()
        .flat_map(|id| [before.to_areas(*id), scheme.outlines.to_areas(*id)])
        .flatten()
        .filter_map(|areas| areas.bounding_rect())
        .collect();
    let Some(communities) = snapshot.layer(LayerId::Community, Viewer::Everything) else { return };
    let near: BTreeSet<i64> = boxes.iter().flat_map(|rect| communities.in_box(*rect)).map(|item| item.id).collect();
    for id in near {
        if scheme.members.get(&id).is_some_and(|member| member.how == How::ByHand) {
            continue;
        }
        match communities.find(id).and_then(|item| outlines.home(item, scheme.rule, snapshot)) {
            Some((precinct, how)) => drop(scheme.members.insert(id, Member { precinct: Some(precinct), how })),
            None => drop(scheme.members.remove(&id)),
        }
    }
}

/// The outlines in degrees.
pub struct Outlines(BTreeMap<Id, (MultiPolygon<f64>, Rect<f64>)>);

impl Outlines {
    pub fn of(partition: &Partition) -> Self {
        let outline = |(id, region): (&Id, &crate::analysis::partition::grid::Region)| {
            let areas = region.to_areas();
            let rect = areas.bounding_rect()?;
            Some((*id, (areas, rect)))
        };
        Self(partition.regions().iter().filter_map(outline).collect())
    }

    /// What share of a community lies in each precinct that it touches, and by what it was measured: households are
    /// those of its buildings that are known, and where none is known its area stands in.
    pub fn shares(&self, community: &Item, of: ShareOf, snapshot: &Snapshot) -> (Vec<(Id, f64)>, How) {
        let ShapeGeometry::Areas(areas) = community.shape.geometry() else { return (Vec::new(), How::Area) };
        let near = self.0.iter().filter(|(_, (_, rect))| rect.intersects(&community.bounds()));
        if of == ShareOf::Households {
            let homes = homes(areas, community.bounds(), snapshot);
            let all: f64 = homes.iter().map(|(_, households)| households).sum();
            if all > 0.0 {
                let inside = |(id, (outline, rect)): (&Id, &(MultiPolygon<f64>, Rect<f64>))| {
                    let edges = Edges::of(outline, *rect);
                    let held = homes.iter().filter(|(at, _)| edges.holds(*at)).map(|(_, households)| households);
                    (*id, held.sum::<f64>() / all)
                };
                return (near.map(inside).filter(|(_, share)| *share > 0.0).collect(), How::Households);
            }
        }
        // The ratio of two areas at one place is the same in degrees.
        let whole = areas.unsigned_area();
        let inside = |(id, (outline, _)): (&Id, &(MultiPolygon<f64>, Rect<f64>))| {
            (*id, outline.intersection(areas).unsigned_area() / whole)
        };
        (near.map(inside).filter(|(_, share)| *share > 1e-9).collect(), How::Area)
    }

    /// The precinct that a community belongs to by the rule: that with the largest share, if it is large enough; of
    /// equals the one with the lower number.
    fn home(&self, community: &Item, rule: MemberRule, snapshot: &Snapshot) -> Option<(Id, How)> {
        let (shares, how) = self.shares(community, rule.share_of, snapshot);
        let best = shares.into_iter().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?;
        // What rounding takes from a whole is not held against it.
        (best.1 >= rule.threshold - 1e-9).then_some((best.0, how))
    }
}

/// The buildings of a community whose households are known, with their places.
fn homes(areas: &MultiPolygon<f64>, bounds: Rect<f64>, snapshot: &Snapshot) -> Vec<(geo::Coord<f64>, f64)> {
    let Some(buildings) = snapshot.layer(LayerId::Building, Viewer::Everything) else { return Vec::new() };
    let edges = Edges::of(areas, bounds);
    let home = |item: &std::sync::Arc<Item>| {
        let at = representative_point(item).filter(|at| edges.holds(*at))?;
        let households = buildings.value(item, "households").and_then(Value::as_f64)?;
        Some((at, households))
    };
    buildings.in_box(bounds).filter_map(home).collect()
}
