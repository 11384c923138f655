//! Filters in CQL2 (OGC 21-065r2), as text and as JSON, compiled for one layer and one viewer.
//!
//! Invariants: a filter that compiles names only what its viewer may see. What is not known makes a
//! comparison *unknown*, as in SQL, and an unknown never passes. A hostile text costs no more than its
//! length: nesting, operators and vertices are limited.
//!
//! Why a parser of our own: the one crate that there is brings sixty others (a JSON Schema validator, a
//! SQL parser, a second R-tree) and reports positions for the text form only.

mod compile;
mod json;
mod lexer;
mod like;
mod node;
mod predicate;
mod scalar;
mod spatial;
mod temporal;
mod text;

use geo::Rect;

use crate::domain::{LayerDescription, Viewer};
use crate::geodesy::Crs;
use crate::snapshot::Item;

pub use node::At;
use predicate::Predicate;

/// How a filter is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterLang {
    Text,
    Json,
}

impl FilterLang {
    /// Names as `filter-lang` has them.
    pub const NAMES: [(&'static str, FilterLang); 2] =
        [("cql2-text", FilterLang::Text), ("cql2-json", FilterLang::Json)];
}

/// What is wrong with a filter, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {detail}")]
pub struct FilterError {
    pub at: At,
    pub detail: String,
}

/// A condition on the features of one layer.
#[derive(Debug, Clone)]
pub struct Filter {
    condition: Predicate,
}

impl Filter {
    /// Reads a filter for a layer as `viewer` sees it. Coordinates in it are in `crs`, in the order of
    /// its registry; `max_vertices` bounds how many there may be.
    pub fn read(
        text: &str,
        lang: FilterLang,
        layer: &'static LayerDescription,
        viewer: Viewer,
        crs: Crs,
        max_vertices: usize,
    ) -> Result<Self, FilterError> {
        let tree = match lang {
            FilterLang::Text => text::parse(text, max_vertices)?,
            FilterLang::Json => json::parse(text, max_vertices)?,
        };
        let condition = compile::Compiler::new(layer, viewer, crs).condition(tree)?;
        Ok(Self { condition })
    }

    /// What passes both.
    pub fn and(self, other: Self) -> Self {
        Self { condition: Predicate::All(vec![self.condition, other.condition]) }
    }

    /// True when the condition holds; false when it does not and when that cannot be known.
    pub fn passes(&self, item: &Item) -> bool {
        self.condition.holds(item) == Some(true)
    }

    /// A box in stored degrees that everything that passes meets; `None` where the filter sets no such bound.
    pub fn bounds(&self) -> Option<Rect<f64>> {
        self.condition.bounds()
    }
}

#[cfg(test)]
mod tests;
