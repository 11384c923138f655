//! Conditions on when something is, by Allen's relations as CQL2 has them (OGC 21-065r2, clause 7.4).
//!
//! An instant is an interval that ends when it begins.

use std::cmp::Ordering;

use super::scalar::{Datum, Scalar};
use crate::snapshot::Item;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    After,
    Before,
    Contains,
    Disjoint,
    During,
    Equals,
    FinishedBy,
    Finishes,
    Intersects,
    Meets,
    MetBy,
    OverlappedBy,
    Overlaps,
    StartedBy,
    Starts,
}

impl Order {
    pub fn by_name(name: &str) -> Option<Self> {
        Some(match name {
            "t_after" => Order::After,
            "t_before" => Order::Before,
            "t_contains" => Order::Contains,
            "t_disjoint" => Order::Disjoint,
            "t_during" => Order::During,
            "t_equals" => Order::Equals,
            "t_finishedby" => Order::FinishedBy,
            "t_finishes" => Order::Finishes,
            "t_intersects" => Order::Intersects,
            "t_meets" => Order::Meets,
            "t_metby" => Order::MetBy,
            "t_overlappedby" => Order::OverlappedBy,
            "t_overlaps" => Order::Overlaps,
            "t_startedby" => Order::StartedBy,
            "t_starts" => Order::Starts,
            _ => return None,
        })
    }
}

/// Begin and end; `None` is an open end.
#[derive(Debug, Clone)]
pub struct Span(pub [Option<Scalar>; 2]);

/// An end on the line of time.
enum End<'a> {
    Open,
    At(Datum<'a>),
}

impl Span {
    /// The ends for an item; `None` where one of them is not known.
    fn ends<'a>(&'a self, item: &'a Item) -> Option<[End<'a>; 2]> {
        let end = |side: &'a Option<Scalar>| match side {
            None => Some(End::Open),
            Some(scalar) => scalar.of(item).map(End::At),
        };
        Some([end(&self.0[0])?, end(&self.0[1])?])
    }
}

/// Open ends lie before all that is (`first`) or after it.
fn compare(a: &End<'_>, a_is_first: bool, b: &End<'_>, b_is_first: bool) -> Option<Ordering> {
    let infinite = |is_first: bool| if is_first { Ordering::Less } else { Ordering::Greater };
    match (a, b) {
        (End::At(a), End::At(b)) => a.compare(b),
        (End::Open, End::At(_)) => Some(infinite(a_is_first)),
        (End::At(_), End::Open) => Some(infinite(b_is_first).reverse()),
        (End::Open, End::Open) if a_is_first == b_is_first => Some(Ordering::Equal),
        (End::Open, End::Open) => Some(infinite(a_is_first)),
    }
}

/// Whether the order holds between two spans of an item; `None` where that cannot be known.
pub fn holds(order: Order, a: &Span, b: &Span, item: &Item) -> Option<bool> {
    let ([a0, a1], [b0, b1]) = (a.ends(item)?, b.ends(item)?);
    let begins = compare(&a0, true, &b0, true)?;
    let ends = compare(&a1, false, &b1, false)?;
    let begin_to_end = compare(&a0, true, &b1, false)?;
    let end_to_begin = compare(&a1, false, &b0, true)?;
    let meet = begin_to_end.is_le() && end_to_begin.is_ge();
    Some(match order {
        Order::After => begin_to_end.is_gt(),
        Order::Before => end_to_begin.is_lt(),
        Order::Contains => begins.is_lt() && ends.is_gt(),
        Order::Disjoint => !meet,
        Order::During => begins.is_gt() && ends.is_lt(),
        Order::Equals => begins.is_eq() && ends.is_eq(),
        Order::FinishedBy => begins.is_lt() && ends.is_eq(),
        Order::Finishes => begins.is_gt() && ends.is_eq(),
        Order::Intersects => meet,
        Order::Meets => end_to_begin.is_eq(),
        Order::MetBy => begin_to_end.is_eq(),
        Order::OverlappedBy => begins.is_gt() && begin_to_end.is_lt() && ends.is_gt(),
        Order::Overlaps => begins.is_lt() && end_to_begin.is_gt() && ends.is_lt(),
        Order::StartedBy => begins.is_eq() && ends.is_gt(),
        Order::Starts => begins.is_eq() && ends.is_lt(),
    })
}
