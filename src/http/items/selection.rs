//! Everything of a layer that filters let pass: the same filters as those of its pages.

use std::sync::Arc;

use super::page;
use super::query::ItemsQuery;
use crate::domain::Field;
use crate::http::Settings;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::snapshot::filter::Filter;
use crate::snapshot::{Item, LayerView};

pub struct Selection {
    query: ItemsQuery,
}

impl Selection {
    /// Takes all parameters; one that is left over is refused, and so is one that pages are turned by.
    pub fn take(mut parameters: Parameters, view: &LayerView<'_>, settings: &Settings) -> Result<Self, Problem> {
        for name in ["limit", "cursor", "f"] {
            if parameters.take(name)?.is_some() {
                let detail = "there is no such parameter here: an export has no pages";
                return Err(Problem::parameter(name, detail));
            }
        }
        let query = ItemsQuery::take(parameters, view, settings)?;
        Ok(Self { query: ItemsQuery { limit: usize::MAX, ..query } })
    }

    /// What passes another condition too.
    pub fn narrowed(self, other: Filter) -> Self {
        let condition = match self.query.condition {
            Some(condition) => condition.and(other),
            None => other,
        };
        Self { query: ItemsQuery { condition: Some(condition), ..self.query } }
    }

    /// The fields that are asked for, of those that the viewer may see.
    pub fn fields(&self) -> &[(usize, &'static Field)] {
        &self.query.fields
    }

    /// What passes, in the order of ids; `None` as soon as `is_wanted` says that nobody waits for it.
    pub fn items<'a>(&self, view: &LayerView<'a>, is_wanted: impl Fn() -> bool) -> Option<Vec<&'a Arc<Item>>> {
        page::gather(view, &self.query, is_wanted).map(|page| page.items)
    }
}
