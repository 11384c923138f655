//! What if: a frozen baseline and an ordered list of modifications.
//!
//! Invariants: the baseline is never changed; all that is wrong with the modifications is found before any is
//! applied; features that a scenario adds have negative ids, −1 the first of its layer, by which later
//! modifications may name them.

mod apply;
mod modification;

pub use apply::{Fault, apply};
pub use modification::Modification;
