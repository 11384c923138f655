//! Checks modifications and applies them to a snapshot in memory.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use geo::{Geometry, LineString, Point};

use super::modification::Modification;
use crate::domain::{FieldKind, LayerId, Value};
use crate::snapshot::{Item, Shape, Snapshot};

/// Something that is wrong with a modification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Number of the modification, from 0.
    pub modification: usize,
    pub member: &'static str,
    pub detail: String,
}

/// Kinds of streets and lengths that a scenario may draw.
const MOST_VERTICES: usize = 1000;

/// The snapshot with the modifications applied in their order, or all that is wrong with them.
pub fn apply(baseline: &Snapshot, modifications: &[Modification]) -> Result<Snapshot, Vec<Fault>> {
    let mut draft = Draft { baseline, changed: BTreeMap::new(), added: BTreeMap::new() };
    let mut faults = Vec::new();
    for (number, modification) in modifications.iter().enumerate() {
        if let Err(wrong) = draft.take(modification) {
            faults.extend(wrong.into_iter().map(|(member, detail)| Fault { modification: number, member, detail }));
        }
    }
    if faults.is_empty() { Ok(draft.finish()) } else { Err(faults) }
}

struct Draft<'a> {
    baseline: &'a Snapshot,
    /// `None`: removed.
    changed: BTreeMap<(LayerId, i64), Option<Item>>,
    added: BTreeMap<LayerId, i64>,
}

type LonLat = [f64; 2];
type Wrong = Vec<(&'static str, String)>;
type Outcome = Result<(), Wrong>;

impl Draft<'_> {
    fn take(&mut self, modification: &Modification) -> Outcome {
        use LayerId::{Barrier, Facility, Gate, Street};
        match modification {
            Modification::AddFacility { facility_kind, at, name, building_area_m2, land_area_m2, capacity } => {
                let mut wrong = Vec::new();
                let shape = point(at).map_err(|why| wrong.push(("at", why))).ok();
                let mut values = blank(Facility);
                let fields = [
                    ("facility_kind", Some(Value::Text(facility_kind.as_str().into()))),
                    ("name", name.as_ref().map(|name| Value::Text(name.as_str().into()))),
                    ("building_area_m2", building_area_m2.map(Value::Number)),
                    ("land_area_m2", land_area_m2.map(Value::Number)),
                    ("capacity", capacity.map(Value::Number)),
                ];
                for (field, value) in fields.into_iter().filter_map(|(field, value)| Some((field, value?))) {
                    set(Facility, &mut values, field, value).unwrap_or_else(|why| wrong.push((field, why)));
                }
                match shape {
                    Some(shape) if wrong.is_empty() => self.add(Facility, shape, values),
                    _ => return Err(wrong),
                }
                Ok(())
            }
            Modification::MoveFacility { facility_id, at } => {
                let shape = point(at).map_err(|why| vec![("at", why)])?;
                self.change(Facility, "facility_id", *facility_id, |item| {
                    item.shape = shape;
                    Ok(())
                })
            }
            Modification::CloseFacility { facility_id } => self.change(Facility, "facility_id", *facility_id, |item| {
                put(Facility, item, "is_open", Value::Boolean(false))
            }),
            Modification::ResizeFacility { facility_id, building_area_m2, land_area_m2, capacity } => {
                let sizes =
                    [("building_area_m2", building_area_m2), ("land_area_m2", land_area_m2), ("capacity", capacity)];
                if sizes.iter().all(|(_, size)| size.is_none()) {
                    return Err(vec![("capacity", "name at least one size".to_owned())]);
                }
                self.change(Facility, "facility_id", *facility_id, |item| {
                    let mut wrong = Vec::new();
                    for (field, size) in sizes.into_iter().filter_map(|(field, size)| Some((field, (*size)?))) {
                        put(Facility, item, field, Value::Number(size))
                            .unwrap_or_else(|mut why| wrong.append(&mut why));
                    }
                    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
                })
            }
            Modification::OpenGate { gate_id } => {
                self.change(Gate, "gate_id", *gate_id, |item| put(Gate, item, "is_open", Value::Boolean(true)))
            }
            Modification::CloseGate { gate_id } => {
                self.change(Gate, "gate_id", *gate_id, |item| put(Gate, item, "is_open", Value::Boolean(false)))
            }
            Modification::AddStreet { line, is_bridge } => {
                let shape = shape_of_line(line).map_err(|why| vec![("line", why)])?;
                let mut values = blank(Street);
                let fields = [
                    ("street_class", Value::Text("footway".into())),
                    ("is_walkable", Value::Boolean(true)),
                    ("is_bridge", Value::Boolean(*is_bridge)),
                ];
                for (field, value) in fields {
                    set(Street, &mut values, field, value).map_err(|why| vec![(field, why)])?;
                }
                self.add(Street, shape, values);
                Ok(())
            }
            Modification::RemoveStreet { street_id } => self.remove(Street, "street_id", *street_id),
            Modification::AddBarrier { barrier_kind, line } => {
                let shape = shape_of_line(line).map_err(|why| vec![("line", why)])?;
                let mut values = blank(Barrier);
                set(Barrier, &mut values, "barrier_kind", Value::Text(barrier_kind.as_str().into()))
                    .map_err(|why| vec![("barrier_kind", why)])?;
                self.add(Barrier, shape, values);
                Ok(())
            }
            Modification::RemoveBarrier { barrier_id } => self.remove(Barrier, "barrier_id", *barrier_id),
        }
    }

    fn find(&self, layer: LayerId, member: &'static str, id: i64) -> Result<Item, Wrong> {
        let found = match self.changed.get(&(layer, id)) {
            Some(changed) => changed.clone(),
            None => self.baseline.layer_unmasked(layer).find(id).map(|item| (**item).clone()),
        };
        found.ok_or_else(|| vec![(member, format!("there is no {layer} {id} at this step of the scenario"))])
    }

    fn change(
        &mut self,
        layer: LayerId,
        member: &'static str,
        id: i64,
        change: impl FnOnce(&mut Item) -> Outcome,
    ) -> Outcome {
        let mut item = self.find(layer, member, id)?;
        change(&mut item)?;
        self.changed.insert((layer, id), Some(item));
        Ok(())
    }

    fn remove(&mut self, layer: LayerId, member: &'static str, id: i64) -> Outcome {
        self.find(layer, member, id)?;
        self.changed.insert((layer, id), None);
        Ok(())
    }

    fn add(&mut self, layer: LayerId, shape: Shape, values: Box<[Value]>) {
        let count = self.added.entry(layer).or_default();
        *count -= 1;
        let updated_at: DateTime<Utc> = self.baseline.taken_at;
        self.changed
            .insert((layer, *count), Some(Item { id: *count, version: 1, updated_at, source: None, shape, values }));
    }

    fn finish(self) -> Snapshot {
        let mut written: BTreeMap<LayerId, (Vec<Item>, Vec<i64>)> = BTreeMap::new();
        for ((layer, id), item) in self.changed {
            let (items, removed) = written.entry(layer).or_default();
            match item {
                Some(item) => items.push(item),
                None => removed.push(id),
            }
        }
        let baseline = self.baseline;
        let layers = written
            .into_iter()
            .map(|(layer, (items, removed))| baseline.layer_unmasked(layer).with_changes(items, &removed));
        baseline.with_layers(baseline.revision, baseline.taken_at, layers)
    }
}

fn blank(layer: LayerId) -> Box<[Value]> {
    layer.describe().fields.iter().map(|_| Value::Null).collect()
}

/// Sets a field within the bounds that its layer describes.
fn set(layer: LayerId, values: &mut [Value], name: &str, value: Value) -> Result<(), String> {
    let (index, field) = layer.describe().field(name).ok_or_else(|| format!("{layer} has no field {name}"))?;
    field
        .accept(&value.to_json())
        .map_err(|why| if value.to_json().is_null() { "is no number".to_owned() } else { why })?;
    if let Value::Number(n) = value
        && !n.is_finite()
    {
        return Err("is no number".to_owned());
    }
    values[index] = match (field.kind, value) {
        (FieldKind::Integer { .. }, Value::Number(n)) => Value::Integer(n as i64),
        (_, value) => value,
    };
    Ok(())
}

fn put(layer: LayerId, item: &mut Item, name: &'static str, value: Value) -> Outcome {
    set(layer, &mut item.values, name, value).map_err(|why| vec![(name, why)])
}

fn is_on_earth(at: &LonLat) -> Result<(), String> {
    let [lon, lat] = at;
    if (-180.0..=180.0).contains(lon) && (-90.0..=90.0).contains(lat) {
        Ok(())
    } else {
        Err(format!("[{lon}, {lat}] is no longitude and latitude in degrees"))
    }
}

fn point(at: &LonLat) -> Result<Shape, String> {
    is_on_earth(at)?;
    Shape::new(Geometry::Point(Point::new(at[0], at[1]))).map_err(|error| error.to_string())
}

fn shape_of_line(line: &[LonLat]) -> Result<Shape, String> {
    if !(2..=MOST_VERTICES).contains(&line.len()) {
        return Err(format!("has {} positions; 2 to {MOST_VERTICES} are taken", line.len()));
    }
    line.iter().try_for_each(is_on_earth)?;
    if line.windows(2).all(|pair| pair[0] == pair[1]) {
        return Err("has no length".to_owned());
    }
    let line = LineString::from(line.iter().map(|at| (at[0], at[1])).collect::<Vec<_>>());
    Shape::new(Geometry::LineString(line)).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_wrong_is_told_at_once_and_nothing_is_applied() {
        let baseline = Snapshot::empty(DateTime::UNIX_EPOCH);
        let add = |capacity| Modification::AddFacility {
            facility_kind: "nursery".to_owned(),
            at: [104.65, 30.12],
            name: None,
            building_area_m2: None,
            land_area_m2: None,
            capacity,
        };
        let wrong = [
            add(Some(-5.0)),
            add(Some(f64::NAN)),
            Modification::OpenGate { gate_id: 7 },
            Modification::AddStreet { line: vec![[104.0, 30.0]], is_bridge: false },
            Modification::AddBarrier { barrier_kind: "moat".to_owned(), line: vec![[104.0, 30.0], [104.0, 95.0]] },
        ];
        let faults = apply(&baseline, &wrong).err().expect("it is wrong");
        let told: Vec<(usize, &str)> = faults.iter().map(|fault| (fault.modification, fault.member)).collect();
        assert_eq!(told, [(0, "capacity"), (1, "capacity"), (2, "gate_id"), (3, "line"), (4, "line")]);
        let later = [add(Some(40.0)), Modification::MoveFacility { facility_id: -1, at: [104.7, 30.1] }];
        let scenario = apply(&baseline, &later).expect("it is right");
        let added = scenario.layer_unmasked(LayerId::Facility).find(-1).expect("it is there");
        assert_eq!(added.bounds().min().x, 104.7);
        assert!(baseline.layer_unmasked(LayerId::Facility).is_empty());
    }
}
