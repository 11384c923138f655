//! What is to be exported and how, out of a query or a body.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::domain::LayerDescription;
use crate::export::{DEFAULT_CRS, Export, Format, TextEncoding};
use crate::geodesy::Crs;
use crate::http::Settings;
use crate::http::items::Selection;
use crate::http::parameters::Parameters;
use crate::http::problem::{Kind, Problem};
use crate::snapshot::filter::{At, Filter, FilterLang};
use crate::snapshot::{Item, LayerView};

/// A checked order.
pub struct Order {
    pub format: Format,
    pub encoding: TextEncoding,
    with_shapes: bool,
    crs: String,
    pub selection: Selection,
}

impl Order {
    /// Takes all parameters of a query.
    pub fn of_query(parameters: Parameters, view: &LayerView<'_>, settings: &Settings) -> Result<Self, Problem> {
        Self::take(parameters, view, settings)
    }

    /// The parameters of a query as members of an object, and `area`, which may be longer than an address.
    pub fn of_body(body: Value, view: &LayerView<'_>, settings: &Settings) -> Result<Self, Problem> {
        let Value::Object(members) = body else {
            return Err(Problem::at_pointer(Kind::InvalidBody, "", "must be an object"));
        };
        let mut area = None;
        let mut pairs = Vec::with_capacity(members.len());
        for (name, value) in members {
            let text = match value {
                value if name == "area" => {
                    area = Some(read_area(&value, view, settings)?);
                    continue;
                }
                Value::String(text) => text,
                Value::Number(number) => number.to_string(),
                Value::Bool(claim) => claim.to_string(),
                _ => {
                    let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
                    return Err(Problem::at_pointer(
                        Kind::InvalidBody,
                        pointer,
                        "must be a text, a number or a boolean",
                    ));
                }
            };
            pairs.push((name, text));
        }
        let order = Self::take(Parameters::from_pairs(pairs), view, settings)?;
        Ok(match area {
            Some(area) => Self { selection: order.selection.narrowed(area), ..order },
            None => order,
        })
    }

    fn take(mut parameters: Parameters, view: &LayerView<'_>, settings: &Settings) -> Result<Self, Problem> {
        Ok(Self {
            format: take(&mut parameters, "format", Format::GeoJson)?,
            encoding: take(&mut parameters, "encoding", TextEncoding::Utf8)?,
            with_shapes: take(&mut parameters, "shapes", true)?,
            crs: parameters.take("crs")?.unwrap_or_else(|| DEFAULT_CRS.to_owned()),
            selection: Selection::take(parameters, view, settings)?,
        })
    }

    pub fn export<'a>(
        &'a self,
        layer: &'static LayerDescription,
        items: &'a [&'a Arc<Item>],
        is_wanted: &'a dyn Fn() -> bool,
    ) -> Export<'a> {
        Export {
            layer,
            fields: self.selection.fields(),
            items,
            format: self.format,
            crs: &self.crs,
            encoding: self.encoding,
            with_shapes: self.with_shapes,
            is_wanted,
        }
    }
}

fn take<T: std::str::FromStr<Err: std::fmt::Display>>(
    parameters: &mut Parameters,
    name: &str,
    default: T,
) -> Result<T, Problem> {
    let Some(text) = parameters.take(name)? else { return Ok(default) };
    text.parse().map_err(|error: T::Err| Problem::parameter(name, error.to_string()))
}

/// A GeoJSON geometry in longitude and latitude as the condition that features meet it.
fn read_area(area: &Value, view: &LayerView<'_>, settings: &Settings) -> Result<Filter, Problem> {
    const POINTER: &str = "/area";
    if !matches!(area["type"].as_str(), Some("Polygon" | "MultiPolygon")) {
        let detail = "must be a GeoJSON Polygon or MultiPolygon";
        return Err(Problem::at_pointer(Kind::InvalidGeometry, format!("{POINTER}/type"), detail));
    }
    let meets = json!({"op": "s_intersects", "args": [{"property": "geometry"}, area]}).to_string();
    let most = settings.max_area_vertices;
    Filter::read(&meets, FilterLang::Json, view.describe(), view.viewer(), Crs::Crs84, most).map_err(|error| {
        let within = match &error.at {
            At::Pointer(pointer) => pointer.strip_prefix("/args/1").unwrap_or_default(),
            At::Character(_) => "",
        };
        Problem::at_pointer(Kind::InvalidGeometry, format!("{POINTER}{within}"), error.detail)
    })
}
