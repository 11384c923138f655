//! Conditions, with the three truths of SQL: true, false, and `None` for what cannot be known.

use std::cmp::Ordering;

use geo::{Coord, Rect};

use super::like::Pattern;
use super::scalar::{Datum, Scalar};
use super::spatial::{Place, Relation, geometry_of};
use super::temporal::{Order, Span, holds};
use crate::snapshot::Item;

#[derive(Debug, Clone)]
pub enum Predicate {
    Constant(bool),
    All(Vec<Predicate>),
    Any(Vec<Predicate>),
    Not(Box<Predicate>),
    Compare(Comparison, Scalar, Scalar),
    Like {
        text: Scalar,
        pattern: Pattern,
    },
    In(Scalar, Vec<Scalar>),
    IsNull(Scalar),
    /// A value that is true or false itself.
    Is(Scalar),
    Place(Place),
    /// A relation of an item's geometry to itself.
    ToItself(Relation),
    When(Order, Span, Span),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    pub fn by_name(name: &str) -> Option<Self> {
        Some(match name {
            "=" => Comparison::Equal,
            "<>" => Comparison::NotEqual,
            "<" => Comparison::Less,
            "<=" => Comparison::LessOrEqual,
            ">" => Comparison::Greater,
            ">=" => Comparison::GreaterOrEqual,
            _ => return None,
        })
    }

    fn accepts(self, ordering: Ordering) -> bool {
        match self {
            Comparison::Equal => ordering.is_eq(),
            Comparison::NotEqual => ordering.is_ne(),
            Comparison::Less => ordering.is_lt(),
            Comparison::LessOrEqual => ordering.is_le(),
            Comparison::Greater => ordering.is_gt(),
            Comparison::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

impl Predicate {
    pub fn holds(&self, item: &Item) -> Option<bool> {
        match self {
            Predicate::Constant(truth) => Some(*truth),
            Predicate::All(parts) => decide(parts, item, false),
            Predicate::Any(parts) => decide(parts, item, true),
            Predicate::Not(inner) => inner.holds(item).map(|truth| !truth),
            Predicate::Compare(how, a, b) => Some(how.accepts(a.of(item)?.compare(&b.of(item)?)?)),
            Predicate::Like { text, pattern } => match text.of(item)? {
                Datum::Text(text) => Some(pattern.matches(&text)),
                _ => None,
            },
            Predicate::In(value, list) => {
                let value = value.of(item)?;
                let mut is_sure = true;
                for other in list {
                    match other.of(item).and_then(|other| value.compare(&other)) {
                        Some(Ordering::Equal) => return Some(true),
                        Some(_) => {}
                        None => is_sure = false,
                    }
                }
                is_sure.then_some(false)
            }
            Predicate::IsNull(value) => Some(value.of(item).is_none()),
            Predicate::Is(value) => match value.of(item)? {
                Datum::Boolean(truth) => Some(truth),
                _ => None,
            },
            Predicate::Place(place) => Some(place.holds(item)),
            Predicate::ToItself(relation) => {
                let geometry = geometry_of(item);
                Some(relation.holds(&geometry, &geometry))
            }
            Predicate::When(order, a, b) => holds(*order, a, b, item),
        }
    }

    /// A box that everything for which this holds must meet; `None` where there is no such bound.
    pub fn bounds(&self) -> Option<Rect<f64>> {
        match self {
            Predicate::Place(place) => place.bounds(),
            Predicate::All(parts) => parts.iter().filter_map(Predicate::bounds).min_by(|a, b| {
                let size = |rect: &Rect<f64>| rect.width() * rect.height();
                size(a).total_cmp(&size(b))
            }),
            Predicate::Any(parts) => {
                let bounds: Option<Vec<_>> = parts.iter().map(Predicate::bounds).collect();
                bounds?.into_iter().reduce(|a, b| {
                    let low = Coord { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) };
                    let high = Coord { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) };
                    Rect::new(low, high)
                })
            }
            _ => None,
        }
    }
}

/// One part that is `deciding` decides; one that is not known leaves the rest in doubt.
fn decide(parts: &[Predicate], item: &Item, deciding: bool) -> Option<bool> {
    let mut is_sure = true;
    for part in parts {
        match part.holds(item) {
            Some(truth) if truth == deciding => return Some(deciding),
            Some(_) => {}
            None => is_sure = false,
        }
    }
    is_sure.then_some(!deciding)
}
