//! One page of items: which pass, in the order of their ids, and how many there are in all.

use std::sync::Arc;

use super::query::ItemsQuery;
use crate::snapshot::{Item, LayerView};

pub struct Page<'a> {
    /// In the order of their ids, at most as many as were asked for.
    pub items: Vec<&'a Arc<Item>>,
    /// How many pass on all pages together.
    pub matched: usize,
    /// The id after which the next page begins, if there is one.
    pub next: Option<i64>,
}

/// Gathers a page, or `None` as soon as `is_wanted` says that nobody waits for it.
pub fn gather<'a>(view: &LayerView<'a>, query: &ItemsQuery, is_wanted: impl Fn() -> bool) -> Option<Page<'a>> {
    let (mut items, matched) = if query.is_open() {
        // One more than the page tells whether another follows.
        (view.items_after(query.after).iter().take(query.limit.saturating_add(1)).collect(), view.len())
    } else {
        let passing = passing(view, query, is_wanted)?;
        let matched = passing.len();
        let mut left: Vec<_> = passing.into_iter().filter(|item| item.id > query.after).collect();
        first_by_id(&mut left, query.limit.saturating_add(1));
        (left, matched)
    };
    let more = items.len() > query.limit;
    items.truncate(query.limit);
    let next = items.last().filter(|_| more).map(|item| item.id);
    Some(Page { items, matched, next })
}

/// Everything that passes, in no order and each once.
fn passing<'a>(view: &LayerView<'a>, query: &ItemsQuery, is_wanted: impl Fn() -> bool) -> Option<Vec<&'a Arc<Item>>> {
    const ASK_EVERY: usize = 4096;
    let mut passing = Vec::new();
    let mut seen = 0;
    let mut ask = |passing: &mut Vec<&'a Arc<Item>>, item: &'a Arc<Item>| {
        seen += 1;
        if seen % ASK_EVERY == 0 && !is_wanted() {
            return false;
        }
        if query.meets_but_for_place(view, item) && query.bbox.as_ref().is_none_or(|bbox| bbox.meets(&item.shape)) {
            passing.push(item);
        }
        true
    };
    match query.search_boxes() {
        None => {
            for item in view.items() {
                if !ask(&mut passing, item) {
                    return None;
                }
            }
        }
        Some(boxes) => {
            for part in &boxes {
                for item in view.in_box(*part) {
                    if !ask(&mut passing, item) {
                        return None;
                    }
                }
            }
            if boxes.len() > 1 {
                // A feature that lies on both sides of the antimeridian was found twice.
                passing.sort_unstable_by_key(|item| item.id);
                passing.dedup_by_key(|item| item.id);
            }
        }
    }
    Some(passing)
}

/// Leaves the `count` items with the smallest ids, sorted.
fn first_by_id(items: &mut Vec<&Arc<Item>>, count: usize) {
    if items.len() > count {
        items.select_nth_unstable_by_key(count, |item| item.id);
        items.truncate(count);
    }
    items.sort_unstable_by_key(|item| item.id);
}
