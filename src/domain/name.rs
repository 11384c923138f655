//! The name of a party that a viewer speaks for: an operator by its name, a responsible body by its code.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// Names that are kept at most. Each stays until the program ends, so that a viewer can be copied and compared
/// like a number; 10,000 of 200 characters are a few megabytes, and only accounts and administrators bring names.
const MOST: usize = 10_000;
const LONGEST: usize = 200;
/// Between names in a field that holds several.
pub const SEPARATOR: char = ';';

static KEPT: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(&'static str);

impl Name {
    /// `None` where the text is no name of one party (empty, longer than 200 characters, with blanks around it, or
    /// with the separator of several), and where 10,000 other names are kept already.
    pub fn of(text: &str) -> Option<Self> {
        let is_name = !text.is_empty()
            && text.trim() == text
            && text.chars().count() <= LONGEST
            && !text.contains(|c: char| c == SEPARATOR || c.is_control());
        if !is_name {
            return None;
        }
        // Whoever panicked with the lock held left a whole set behind.
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.get(text) {
            return Some(Self(known));
        }
        if kept.len() >= MOST {
            return None;
        }
        let name: &'static str = Box::leak(text.into());
        kept.insert(name);
        Some(Self(name))
    }

    pub fn as_str(self) -> &'static str {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_once() {
        let (one, other) = (Name::of("资阳燃气").expect("a name"), Name::of("资阳燃气").expect("a name"));
        assert!(std::ptr::eq(one.as_str(), other.as_str()));
        assert_ne!(Name::of("资阳水务"), Some(one));
    }

    #[test]
    fn what_could_stand_for_several_or_for_nobody_is_no_name() {
        for text in ["", " 燃气", "燃气 ", "燃气;水务", "燃\n气", &"长".repeat(201)] {
            assert_eq!(Name::of(text), None, "{text:?}");
        }
    }
}
