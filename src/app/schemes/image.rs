//! What a step of the history keeps: each precinct and each member that it changed, before and after.

use std::collections::{BTreeMap, BTreeSet};

use geo::{Coord, LineString, MultiPolygon, Polygon};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::analysis::partition::grid::Region;
use crate::analysis::partition::{Id, Partition};
use crate::analysis::scheme::{About, How, Member, Scheme};
use crate::store::StoreError;
use crate::store::scheme::PrecinctRow;

/// Precincts and members by number, before and after.
#[derive(Debug, Clone, Default)]
pub struct Images {
    precincts: BTreeMap<Id, (Option<Precinct>, Option<Precinct>)>,
    members: BTreeMap<i64, (Option<Belonging>, Option<Belonging>)>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Precinct {
    #[serde(flatten)]
    about: About,
    /// As in a GeoJSON MultiPolygon.
    outline: Vec<Vec<Vec<[f64; 2]>>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Belonging {
    precinct_id: Option<Id>,
    how: How,
}

#[derive(Deserialize)]
struct Step {
    #[serde(default)]
    precincts: Vec<Change<Precinct>>,
    #[serde(default)]
    members: Vec<Change<Belonging>>,
}

#[derive(Deserialize)]
struct Change<T> {
    id: i64,
    before: Option<T>,
    after: Option<T>,
}

pub fn of_row(row: &PrecinctRow) -> (Region, About) {
    let about = About {
        code: row.code.clone(),
        name: row.name.clone(),
        responsible_body: row.responsible_body.clone(),
        start_year: row.start_year,
        is_pilot: row.is_pilot,
    };
    (Region::of(&row.outline), about)
}

pub fn to_row(id: Id, region: &Region, about: &About) -> PrecinctRow {
    PrecinctRow {
        precinct_id: id,
        version: 0,
        outline: region.to_areas(),
        code: about.code.clone(),
        name: about.name.clone(),
        responsible_body: about.responsible_body.clone(),
        start_year: about.start_year,
        is_pilot: about.is_pilot,
    }
}

fn precinct(scheme: &Scheme, id: Id) -> Option<Precinct> {
    let (about, region) = (scheme.about.get(&id)?, scheme.outlines.get(id)?);
    let ring = |ring: &LineString<f64>| ring.coords().map(|at| [at.x, at.y]).collect();
    let areas = region.to_areas();
    let outline = areas.iter().map(|part| std::iter::once(part.exterior()).chain(part.interiors()).map(ring).collect());
    Some(Precinct { about: about.clone(), outline: outline.collect() })
}

fn region(precinct: &Precinct) -> Region {
    let ring = |ring: &Vec<[f64; 2]>| LineString(ring.iter().map(|[x, y]| Coord { x: *x, y: *y }).collect());
    let part = |rings: &Vec<Vec<[f64; 2]>>| {
        let mut rings = rings.iter().map(ring);
        Some(Polygon::new(rings.next()?, rings.collect()))
    };
    Region::of(&MultiPolygon(precinct.outline.iter().filter_map(part).collect()))
}

impl Images {
    /// What differs; `numbers` are those that new precincts got.
    pub fn between(before: &Scheme, after: &Scheme, numbers: &BTreeMap<Id, Id>) -> Self {
        let mut images = Self::default();
        let number = |id: Id| numbers.get(&id).copied().unwrap_or(id);
        let ids: BTreeSet<Id> = before.about.keys().chain(after.about.keys()).copied().collect();
        for id in ids {
            let sides = (precinct(before, id), precinct(after, id));
            if sides.0 != sides.1 {
                images.precincts.insert(number(id), sides);
            }
        }
        let belonging = |member: &Member| Belonging { precinct_id: member.precinct.map(number), how: member.how };
        let communities: BTreeSet<i64> = before.members.keys().chain(after.members.keys()).copied().collect();
        for id in communities {
            let sides = (before.members.get(&id).map(belonging), after.members.get(&id).map(belonging));
            if sides.0 != sides.1 {
                images.members.insert(id, sides);
            }
        }
        images
    }

    /// As a step keeps them, with the scheme's own row where that changed.
    pub fn to_json(&self, row: Option<(&Json, &Json)>) -> Json {
        fn list<T: Serialize>(changes: &BTreeMap<i64, (Option<T>, Option<T>)>) -> Vec<Json> {
            changes.iter().map(|(id, (before, after))| json!({ "id": id, "before": before, "after": after })).collect()
        }
        let mut step = json!({ "precincts": list(&self.precincts), "members": list(&self.members) });
        if let Some((before, after)) = row {
            step["scheme"] = json!({ "before": before, "after": after });
        }
        step
    }

    /// Several steps as one: the first before and the last after.
    pub fn of_steps(steps: &[Json]) -> Result<Self, StoreError> {
        let mut images = Self::default();
        for step in steps {
            let read: Step = serde_json::from_value(step.clone()).map_err(|error| StoreError::Row {
                table: "scheme_step",
                id: 0,
                why: error.to_string(),
            })?;
            for Change { id, before, after } in read.precincts {
                images.precincts.entry(id).or_insert((before, None)).1 = after;
            }
            for Change { id, before, after } in read.members {
                images.members.entry(id).or_insert((before, None)).1 = after;
            }
        }
        Ok(images)
    }

    /// The scheme without these changes, and the precincts that this touches.
    pub fn undo(&self, now: &Scheme) -> (Scheme, BTreeSet<Id>) {
        let mut then = now.clone();
        let mut regions = now.outlines.regions().clone();
        for (id, (before, _)) in &self.precincts {
            match before {
                Some(before) => {
                    then.about.insert(*id, before.about.clone());
                    regions.insert(*id, region(before));
                }
                None => {
                    then.about.remove(id);
                    regions.remove(id);
                }
            }
        }
        for (id, (before, _)) in &self.members {
            match before {
                Some(before) => {
                    then.members.insert(*id, Member { precinct: before.precinct_id, how: before.how });
                }
                None => drop(then.members.remove(id)),
            }
        }
        then.outlines = Partition::new(regions);
        let mut touched = now.touched(&then);
        let ids = self.precincts.keys().filter(|id| now.outlines.get(**id) != then.outlines.get(**id));
        touched.extend(ids);
        (then, touched)
    }
}
