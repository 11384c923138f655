//! `filter`, `filter-lang` and `filter-crs` (OGC API Features part 3, 19-079r2).

use super::Settings;
use super::parameters::Parameters;
use super::problem::Problem;
use crate::domain::{LayerDescription, Viewer};
use crate::geodesy::Crs;
use crate::snapshot::filter::{At, Filter, FilterError, FilterLang};

/// The CQL2 filter of a query, read for one layer as the viewer sees it.
pub fn take_filter(
    parameters: &mut Parameters,
    layer: &'static LayerDescription,
    viewer: Viewer,
    settings: &Settings,
) -> Result<Option<Filter>, Problem> {
    let lang = parameters.take("filter-lang")?;
    let crs = parameters.take("filter-crs")?;
    let Some(text) = parameters.take("filter")? else {
        let Some(alone) = lang.map(|_| "filter-lang").or(crs.map(|_| "filter-crs")) else { return Ok(None) };
        return Err(Problem::parameter(alone, "says how a filter is to be read, and there is none"));
    };
    let lang = match lang {
        None => FilterLang::Text,
        Some(name) => {
            let known = FilterLang::NAMES.into_iter().find(|(known, _)| *known == name);
            let names = FilterLang::NAMES.map(|(name, _)| name).join(", ");
            known.ok_or_else(|| Problem::parameter("filter-lang", format!("«{name}» is not one of {names}")))?.1
        }
    };
    let crs = match crs {
        None => Crs::Crs84,
        Some(name) => Crs::from_uri(&name).map_err(|error| {
            let known = Crs::ALL.map(Crs::uri).join(", ");
            Problem::parameter("filter-crs", format!("{error}; there are {known}"))
        })?,
    };
    Filter::read(&text, lang, layer, viewer, crs, settings.max_area_vertices).map(Some).map_err(wrong)
}

/// Says where the mistake is also as a number, for a client that shows it in the text.
fn wrong(error: FilterError) -> Problem {
    let problem = Problem::parameter("filter", error.to_string());
    match error.at {
        At::Character(n) => problem.with("filter_character", n.into()),
        At::Pointer(_) => problem,
    }
}
