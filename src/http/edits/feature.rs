//! A feature in a body: its geometry and its properties, all that is wrong with them told at once.

use serde_json::{Map, Value};

use super::geometry::{self, Given};
use crate::domain::{LayerDescription, LayerId};
use crate::http::problem::{Fault, Kind, Problem};
use crate::store::edit::{Change, What};

/// Members of a GeoJSON feature that are not written, as a client sends back what it was given.
const NOT_WRITTEN: [&str; 8] = ["type", "id", "bbox", "links", "version", "updated_at", "source", "layer"];

/// Which feature is meant, and which version of it.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    pub id: i64,
    pub expected: Option<i32>,
}

/// A whole new feature.
pub fn create(layer: LayerId, feature: &Value, given: Given, at: &str) -> Result<Change, Problem> {
    let (geometry, values) = whole(layer.describe(), feature, given, at)?;
    Ok(Change { layer, what: What::Create { wkb: geometry, values } })
}

/// Every property anew; one that is not given is not known from now on.
pub fn replace(layer: LayerId, target: Target, feature: &Value, given: Given, at: &str) -> Result<Change, Problem> {
    let (geometry, mut values) = whole(layer.describe(), feature, given, at)?;
    refuse_other(target, feature, at)?;
    for field in layer.describe().fields {
        values.entry(field.name).or_insert(Value::Null);
    }
    let Target { id, expected } = target;
    Ok(Change { layer, what: What::Update { id, expected, wkb: Some(geometry), values } })
}

/// Only what is given (JSON merge patch).
pub fn update(layer: LayerId, target: Target, patch: &Value, given: Given, at: &str) -> Result<Change, Problem> {
    let members = members(patch, at)?;
    refuse_other(target, patch, at)?;
    let values = properties(layer.describe(), members.get("properties"), false, at)?;
    let wkb = match members.get("geometry") {
        Some(geometry) => Some(geometry::read(geometry, layer.describe().geometry, given, &format!("{at}/geometry"))?),
        None => None,
    };
    if wkb.is_none() && values.is_empty() {
        return Err(Problem::at_pointer(Kind::InvalidBody, at, "changes nothing: neither properties nor geometry"));
    }
    let Target { id, expected } = target;
    Ok(Change { layer, what: What::Update { id, expected, wkb, values } })
}

fn whole(
    layer: &'static LayerDescription,
    feature: &Value,
    given: Given,
    at: &str,
) -> Result<(Vec<u8>, Map<String, Value>), Problem> {
    let members = members(feature, at)?;
    if members.get("type").is_some_and(|name| name != "Feature") {
        return Err(Problem::at_pointer(Kind::InvalidBody, format!("{at}/type"), "must be «Feature»"));
    }
    let values = properties(layer, members.get("properties"), true, at)?;
    let missing = Value::Null;
    let geometry = members.get("geometry").unwrap_or(&missing);
    let wkb = geometry::read(geometry, layer.geometry, given, &format!("{at}/geometry"))?;
    Ok((wkb, values))
}

/// A feature keeps its id; a body with another one was meant for another feature.
fn refuse_other(target: Target, feature: &Value, at: &str) -> Result<(), Problem> {
    let is_same = match feature.get("id") {
        None | Some(Value::Null) => true,
        Some(Value::String(id)) => *id == target.id.to_string(),
        Some(id) => id.as_i64() == Some(target.id),
    };
    if is_same {
        return Ok(());
    }
    let detail = format!("is not that of the feature that is written, {}; ids do not change", target.id);
    Err(Problem::at_pointer(Kind::InvalidBody, format!("{at}/id"), detail))
}

fn members<'a>(feature: &'a Value, at: &str) -> Result<&'a Map<String, Value>, Problem> {
    let members =
        feature.as_object().ok_or_else(|| Problem::at_pointer(Kind::InvalidBody, at, "must be a GeoJSON feature"))?;
    let is_known =
        |name: &&String| NOT_WRITTEN.contains(&name.as_str()) || matches!(name.as_str(), "geometry" | "properties");
    match members.keys().find(|name| !is_known(name)) {
        Some(unknown) => {
            Err(Problem::at_pointer(Kind::InvalidBody, format!("{at}/{unknown}"), "there is no such member here"))
        }
        None => Ok(members),
    }
}

fn properties(
    layer: &'static LayerDescription,
    given: Option<&Value>,
    is_whole: bool,
    at: &str,
) -> Result<Map<String, Value>, Problem> {
    let none = Map::new();
    let given = match given {
        None | Some(Value::Null) => &none,
        Some(Value::Object(given)) => given,
        Some(_) => {
            return Err(Problem::at_pointer(Kind::InvalidBody, format!("{at}/properties"), "must be an object"));
        }
    };
    let mut faults = Vec::new();
    let mut refuse = |name: &str, detail: String| {
        let name = name.replace('~', "~0").replace('/', "~1");
        faults.push(Fault { pointer: Some(format!("{at}/properties/{name}")), parameter: None, detail });
    };
    let mut values = Map::new();
    for (name, value) in given {
        let Some((_, field)) = layer.field(name) else {
            refuse(name, format!("{} has no such property", layer.name));
            continue;
        };
        match field.accept(value) {
            Ok(Value::Null) if field.is_required => refuse(name, "is required".to_owned()),
            Ok(value) => drop(values.insert(name.clone(), value)),
            Err(why) => refuse(name, why),
        }
    }
    if is_whole {
        for field in layer.fields.iter().filter(|field| field.is_required && !given.contains_key(field.name)) {
            refuse(field.name, "is required".to_owned());
        }
    }
    match faults.first() {
        None => Ok(values),
        Some(first) => {
            let name = first.pointer.as_deref().unwrap_or_default().rsplit('/').next().unwrap_or_default().to_owned();
            let detail = format!("{name}: {}", first.detail);
            Err(Problem { errors: faults, ..Problem::new(Kind::InvalidFeature, detail) })
        }
    }
}
