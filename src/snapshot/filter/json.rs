//! CQL2 JSON (OGC 21-065r2, clause 6.4) as a tree.

use geo::{Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};
use serde_json::{Map, Value};

use super::FilterError;
use super::node::{At, Budget, DEEPEST, Node, NodeKind, day, interval_end, time, wrong};

pub fn parse(text: &str, max_vertices: usize) -> Result<Node, FilterError> {
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => {
            return wrong(&At::Character(character(text, &error)), format!("this is not JSON: {error}"));
        }
    };
    Reader { depth: 0, budget: Budget::new(max_vertices) }.node(&value, "")
}

/// The character of the text where the JSON goes wrong.
fn character(text: &str, error: &serde_json::Error) -> usize {
    let before: usize =
        text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(|l| l.chars().count()).sum();
    before + error.column()
}

struct Reader {
    depth: usize,
    budget: Budget,
}

fn at(pointer: &str) -> At {
    At::Pointer(pointer.to_owned())
}

impl Reader {
    fn node(&mut self, value: &Value, pointer: &str) -> Result<Node, FilterError> {
        let here = at(pointer);
        self.budget.node(&here)?;
        self.depth += 1;
        if self.depth > DEEPEST {
            return wrong(&here, format!("the filter is nested more than {DEEPEST} deep"));
        }
        let kind = match value {
            Value::Null => return wrong(&here, "nothing equals null; use the operator isNull"),
            Value::Bool(truth) => NodeKind::Boolean(*truth),
            Value::Number(n) => match n.as_f64() {
                Some(n) if n.is_finite() => NodeKind::Number(n),
                _ => return wrong(&here, format!("{n} is not a finite number")),
            },
            Value::String(text) => NodeKind::Text(text.clone()),
            Value::Array(list) => NodeKind::List(self.each(list, pointer)?),
            Value::Object(members) => self.object(members, pointer)?,
        };
        self.depth -= 1;
        Ok(Node::new(here, kind))
    }

    fn each(&mut self, list: &[Value], pointer: &str) -> Result<Vec<Node>, FilterError> {
        list.iter().enumerate().map(|(i, value)| self.node(value, &format!("{pointer}/{i}"))).collect()
    }

    fn object(&mut self, members: &Map<String, Value>, pointer: &str) -> Result<NodeKind, FilterError> {
        let here = at(pointer);
        if let Some(op) = members.get("op") {
            let Value::String(op) = op else { return wrong(&at(&format!("{pointer}/op")), "must be a text") };
            let Some(Value::Array(args)) = members.get("args") else {
                return wrong(&at(&format!("{pointer}/args")), "must be a list");
            };
            return Ok(NodeKind::Call(op.clone(), self.each(args, &format!("{pointer}/args"))?));
        }
        let text = |name: &str| match &members[name] {
            Value::String(text) => Ok(text.as_str()),
            _ => wrong(&at(&format!("{pointer}/{name}")), "must be a text"),
        };
        if members.contains_key("property") {
            Ok(NodeKind::Property(text("property")?.to_owned()))
        } else if members.contains_key("date") {
            Ok(NodeKind::Date(day(text("date")?, &at(&format!("{pointer}/date")))?))
        } else if members.contains_key("timestamp") {
            Ok(NodeKind::Timestamp(time(text("timestamp")?, &at(&format!("{pointer}/timestamp")))?))
        } else if let Some(interval) = members.get("interval") {
            self.interval(interval, &format!("{pointer}/interval"))
        } else if let Some(bbox) = members.get("bbox").filter(|_| !members.contains_key("type")) {
            self.bbox(bbox, &format!("{pointer}/bbox"))
        } else if members.contains_key("type") {
            Ok(NodeKind::Geometry(self.geometry(members, pointer)?))
        } else {
            wrong(&here, "must have one of op, property, date, timestamp, interval, bbox, or be a GeoJSON geometry")
        }
    }

    fn interval(&mut self, interval: &Value, pointer: &str) -> Result<NodeKind, FilterError> {
        let Some([start, end]) = interval.as_array().map(Vec::as_slice) else {
            return wrong(&at(pointer), "must be a list of two ends");
        };
        let mut end_of = |value: &Value, pointer: String| match value {
            Value::String(text) => interval_end(text, &at(&pointer)),
            other => self.node(other, &pointer).map(Some),
        };
        let ends = [end_of(start, format!("{pointer}/0"))?, end_of(end, format!("{pointer}/1"))?];
        Ok(NodeKind::Interval(Box::new(ends)))
    }

    fn bbox(&mut self, bbox: &Value, pointer: &str) -> Result<NodeKind, FilterError> {
        let numbers: Option<Vec<f64>> = bbox.as_array().and_then(|list| list.iter().map(Value::as_f64).collect());
        match numbers.as_deref() {
            Some([a, b, c, d] | [a, b, _, c, d, _]) => Ok(NodeKind::Bbox([[*a, *b], [*c, *d]])),
            _ => wrong(&at(pointer), "must be a list of 4 or 6 numbers"),
        }
    }

    fn geometry(&mut self, members: &Map<String, Value>, pointer: &str) -> Result<Geometry<f64>, FilterError> {
        let kind = members.get("type").and_then(Value::as_str).unwrap_or_default();
        if kind == "GeometryCollection" {
            let parts_at = format!("{pointer}/geometries");
            let parts = list(members.get("geometries"), &parts_at)?;
            let geometries = parts.iter().enumerate().map(|(i, part)| {
                let pointer = format!("{parts_at}/{i}");
                match part.as_object() {
                    Some(part) if part.get("type").is_some_and(|kind| kind != "GeometryCollection") => {
                        self.geometry(part, &pointer)
                    }
                    _ => wrong(&at(&pointer), "must be a GeoJSON geometry, and no collection"),
                }
            });
            return Ok(Geometry::GeometryCollection(GeometryCollection(geometries.collect::<Result<_, _>>()?)));
        }
        let pointer = &format!("{pointer}/coordinates");
        let given = members.get("coordinates");
        Ok(match kind {
            "Point" => Point(self.position(given.unwrap_or(&Value::Null), pointer)?).into(),
            "MultiPoint" => MultiPoint(self.line(given, pointer)?.into_points()).into(),
            "LineString" => self.line(given, pointer)?.into(),
            "MultiLineString" => MultiLineString(self.lines(given, pointer)?).into(),
            "Polygon" => self.polygon(given, pointer)?.into(),
            "MultiPolygon" => {
                let parts = list(given, pointer)?.iter().enumerate();
                let polygons = parts.map(|(i, part)| self.polygon(Some(part), &format!("{pointer}/{i}")));
                MultiPolygon(polygons.collect::<Result<_, _>>()?).into()
            }
            other => return wrong(&at(pointer), format!("«{other}» is no type of a GeoJSON geometry")),
        })
    }

    fn polygon(&mut self, given: Option<&Value>, pointer: &str) -> Result<Polygon<f64>, FilterError> {
        let mut rings = self.lines(given, pointer)?.into_iter();
        let exterior = rings.next().expect("a list is never empty here");
        Ok(Polygon::new(exterior, rings.collect()))
    }

    fn lines(&mut self, given: Option<&Value>, pointer: &str) -> Result<Vec<LineString<f64>>, FilterError> {
        let parts = list(given, pointer)?.iter().enumerate();
        parts.map(|(i, part)| self.line(Some(part), &format!("{pointer}/{i}"))).collect()
    }

    fn line(&mut self, given: Option<&Value>, pointer: &str) -> Result<LineString<f64>, FilterError> {
        let positions = list(given, pointer)?.iter().enumerate();
        let line = positions.map(|(i, part)| self.position(part, &format!("{pointer}/{i}")));
        Ok(LineString(line.collect::<Result<_, _>>()?))
    }

    fn position(&mut self, value: &Value, pointer: &str) -> Result<Coord<f64>, FilterError> {
        let here = at(pointer);
        self.budget.vertex(&here)?;
        let numbers: Option<Vec<f64>> = value.as_array().and_then(|list| list.iter().map(Value::as_f64).collect());
        match numbers.as_deref() {
            Some([x, y] | [x, y, _]) => Ok(Coord { x: *x, y: *y }),
            _ => wrong(&here, "must be a position of two or three numbers"),
        }
    }
}

/// A list that holds something.
fn list<'v>(value: Option<&'v Value>, pointer: &str) -> Result<&'v [Value], FilterError> {
    match value.and_then(Value::as_array) {
        Some(list) if !list.is_empty() => Ok(list),
        _ => wrong(&at(pointer), "must be a list, and not empty"),
    }
}
