//! A filter as it was written, before names and types are looked at.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use geo::Geometry;

use super::FilterError;

/// Where in a filter something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// The character of a text, counted from 1.
    Character(usize),
    /// A JSON pointer (RFC 6901).
    Pointer(String),
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            At::Character(n) => write!(f, "character {n}"),
            At::Pointer(pointer) if pointer.is_empty() => f.write_str("the whole filter"),
            At::Pointer(pointer) => f.write_str(pointer),
        }
    }
}

#[derive(Debug, Clone)]
pub struct Node {
    pub at: At,
    pub kind: NodeKind,
}

/// `Call` names its operator as CQL2 JSON does: `and`, `<=`, `isNull`, `s_intersects`.
#[derive(Debug, Clone)]
pub enum NodeKind {
    Property(String),
    Text(String),
    Number(f64),
    Boolean(bool),
    Date(NaiveDate),
    Timestamp(DateTime<Utc>),
    /// `None` is an open end.
    Interval(Box<[Option<Node>; 2]>),
    /// Coordinates are in the order in which they were written.
    Geometry(Geometry<f64>),
    /// Corners as they were written; the first may lie east of the second.
    Bbox([[f64; 2]; 2]),
    List(Vec<Node>),
    Call(String, Vec<Node>),
}

impl Node {
    pub fn new(at: At, kind: NodeKind) -> Self {
        Self { at, kind }
    }

    pub fn wrong<T>(&self, detail: impl Into<String>) -> Result<T, FilterError> {
        wrong(&self.at, detail)
    }

    /// What it is, for a person.
    pub fn name(&self) -> &'static str {
        match &self.kind {
            NodeKind::Property(_) => "a property",
            NodeKind::Text(_) => "a text",
            NodeKind::Number(_) => "a number",
            NodeKind::Boolean(_) => "true or false",
            NodeKind::Date(_) => "a day",
            NodeKind::Timestamp(_) => "a time",
            NodeKind::Interval(_) => "an interval",
            NodeKind::Geometry(_) | NodeKind::Bbox(_) => "a geometry",
            NodeKind::List(_) => "a list",
            NodeKind::Call(..) => "an expression",
        }
    }
}

pub fn wrong<T>(at: &At, detail: impl Into<String>) -> Result<T, FilterError> {
    Err(FilterError { at: at.clone(), detail: detail.into() })
}

/// How deep expressions may be nested, and how many of them there may be.
pub const DEEPEST: usize = 64;
pub const MOST_NODES: usize = 4_000;

/// What a filter may still cost.
pub struct Budget {
    nodes: usize,
    vertices: usize,
}

impl Budget {
    pub fn new(max_vertices: usize) -> Self {
        Self { nodes: MOST_NODES, vertices: max_vertices }
    }

    pub fn node(&mut self, at: &At) -> Result<(), FilterError> {
        match self.nodes.checked_sub(1) {
            Some(left) => self.nodes = left,
            None => return wrong(at, format!("the filter has more than {MOST_NODES} parts")),
        }
        Ok(())
    }

    pub fn vertex(&mut self, at: &At) -> Result<(), FilterError> {
        match self.vertices.checked_sub(1) {
            Some(left) => self.vertices = left,
            None => return wrong(at, "the filter has more vertices than are taken at most"),
        }
        Ok(())
    }
}

pub fn day(text: &str, at: &At) -> Result<NaiveDate, FilterError> {
    text.parse().or_else(|_| wrong(at, format!("«{text}» is not a day (2026-05-01)")))
}

pub fn time(text: &str, at: &At) -> Result<DateTime<Utc>, FilterError> {
    match DateTime::parse_from_rfc3339(text) {
        Ok(time) => Ok(time.to_utc()),
        Err(_) => wrong(at, format!("«{text}» is not a time (2026-05-01T08:00:00Z)")),
    }
}

/// One end of an interval that was written as a text; `..` is open.
pub fn interval_end(text: &str, at: &At) -> Result<Option<Node>, FilterError> {
    if text == ".." {
        return Ok(None);
    }
    let kind = if text.contains('T') { NodeKind::Timestamp(time(text, at)?) } else { NodeKind::Date(day(text, at)?) };
    Ok(Some(Node::new(at.clone(), kind)))
}
