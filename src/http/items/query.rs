//! What a request for items asks, checked.

use geo::Rect;

use super::bbox::Bbox;
use super::crs_parameter::take_crs;
use super::datetime::Period;
use super::filter::{Equals, take_filters};
use crate::domain::Field;
use crate::geodesy::Crs;
use crate::http::Settings;
use crate::http::filter_parameter::take_filter;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::snapshot::filter::Filter;
use crate::snapshot::{Item, LayerView};

pub struct ItemsQuery {
    pub bbox: Option<Bbox>,
    pub period: Option<Period>,
    pub filters: Vec<Equals>,
    /// A condition in CQL2.
    pub condition: Option<Filter>,
    pub crs: Crs,
    /// The fields to answer with their positions in an item's values.
    pub fields: Vec<(usize, &'static Field)>,
    pub limit: usize,
    /// Only items after this id.
    pub after: i64,
}

impl ItemsQuery {
    /// Takes all parameters; one that is left over is refused.
    pub fn take(mut parameters: Parameters, view: &LayerView<'_>, settings: &Settings) -> Result<Self, Problem> {
        parameters.take_json_format()?;
        let bbox_crs = take_crs(&mut parameters, "bbox-crs")?;
        let bbox = parameters.take("bbox")?.map(|text| Bbox::parse(&text, bbox_crs)).transpose()?;
        // A map that shows the whole layer asks for all of it.
        let bbox = bbox.filter(|bbox| !view.bounds().is_some_and(|bounds| bbox.holds_all(bounds)));
        let crs = take_crs(&mut parameters, "crs")?;
        let period = parameters.take("datetime")?.map(|text| Period::parse(&text)).transpose()?;
        let limit = parameters.take_integer("limit", 1, i64::MAX)?;
        // A limit above the maximum is no error (OGC 17-069r4, 7.15.2): numberReturned says it.
        let limit = limit.map_or(settings.default_page, |n| usize::try_from(n).unwrap_or(usize::MAX));
        let limit = limit.min(settings.max_page);
        let after = parameters.take_integer("cursor", 0, i64::MAX)?.unwrap_or(0);
        let fields = take_fields(&mut parameters, view)?;
        let condition = take_filter(&mut parameters, view.describe(), view.viewer(), settings)?;
        let filters = take_filters(&mut parameters, view.describe(), view.viewer())?;
        parameters.finish()?;
        Ok(Self { bbox, period, filters, condition, crs, fields, limit, after })
    }

    /// True when everything but the place is as asked.
    pub fn meets_but_for_place(&self, view: &LayerView<'_>, item: &Item) -> bool {
        self.filters.iter().all(|filter| filter.meets(item))
            && self.period.is_none_or(|period| period.meets(view, item))
            && self.condition.as_ref().is_none_or(|condition| condition.passes(item))
    }

    /// About how many items must be looked at, if items lie evenly in the layer's bounds.
    pub fn expected_candidates(&self, view: &LayerView<'_>) -> usize {
        if self.is_open() {
            return 0;
        }
        let (Some(search), Some(bounds)) = (self.search_boxes(), view.bounds()) else { return view.len() };
        let whole = bounds.width() * bounds.height();
        if whole <= 0.0 {
            return view.len();
        }
        let side = |low: f64, high: f64, a: f64, b: f64| (high.min(b) - low.max(a)).max(0.0);
        let shared: f64 = search
            .iter()
            .map(|part| {
                side(bounds.min().x, bounds.max().x, part.min().x, part.max().x)
                    * side(bounds.min().y, bounds.max().y, part.min().y, part.max().y)
            })
            .sum();
        (view.len() as f64 * (shared / whole).min(1.0)) as usize
    }

    /// Boxes in stored degrees that hold all that can pass, or `None` where the query sets no bounds.
    pub fn search_boxes(&self) -> Option<Vec<Rect<f64>>> {
        let of_condition = self.condition.as_ref().and_then(Filter::bounds);
        match &self.bbox {
            Some(bbox) => Some(bbox.search_boxes()),
            None => of_condition.map(|bounds| vec![bounds]),
        }
    }

    /// True when every item of the layer is asked for.
    pub fn is_open(&self) -> bool {
        self.bbox.is_none() && self.period.is_none() && self.filters.is_empty() && self.condition.is_none()
    }
}

/// `properties=name,households`: these fields only. An empty list asks for geometry alone.
pub fn take_fields(parameters: &mut Parameters, view: &LayerView<'_>) -> Result<Vec<(usize, &'static Field)>, Problem> {
    let visible: Vec<_> = view.fields().collect();
    let Some(names) = parameters.take("properties")? else { return Ok(visible) };
    let mut fields = Vec::new();
    for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let found = visible.iter().find(|(_, field)| field.name == name);
        let found = found.ok_or_else(|| {
            Problem::parameter("properties", format!("«{name}» is no property of {}", view.describe().name))
        })?;
        if !fields.contains(found) {
            fields.push(*found);
        }
    }
    Ok(fields)
}
