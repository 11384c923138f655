//! A layer's fields as JSON Schema: what may be filtered by (`/queryables`, OGC API Features part 3)
//! and what a feature holds (`/schema`, part 5).

use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::AppState;
use super::collections::visible_layer;
use super::links::{Base, SCHEMA_JSON};
use super::parameters::Parameters;
use super::problem::Problem;
use super::representation::{Representation, Wishes};
use crate::domain::{Field, FieldKind, GeometryKind, LayerDescription, Title, Viewer};
use crate::snapshot::LayerView;

/// What items can be filtered by: every field as `?street_class=primary`, all of it in `filter`.
#[utoipa::path(get, path = "/api/collections/{layer}/queryables", tag = "features",
    params(("layer" = String, Path, description = "Name of a layer")),
    responses((status = 200, description = "JSON Schema", content_type = "application/schema+json", body = serde_json::Value),
        (status = 404, description = "No such layer", body = super::problem::ProblemBody)))]
pub async fn show_queryables(
    State(state): State<AppState>,
    Path(layer): Path<String>,
    viewer: Viewer,
    base: Base,
    mut parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    let snapshot = state.city.snapshot();
    let view = visible_layer(&snapshot, &layer, viewer)?;
    parameters.take_json_format()?;
    parameters.finish()?;
    let mut schema = head(view.describe(), base.to(format!("/api/collections/{layer}/queryables")));
    let mut all = properties(&view);
    all.insert("geometry".to_owned(), geometry(view.describe().geometry));
    schema.insert("properties".to_owned(), all.into());
    // A parameter that is no queryable is refused, as this says.
    schema.insert("additionalProperties".to_owned(), false.into());
    Ok(Representation::json(SCHEMA_JSON, &schema).answer(&wishes))
}

/// What a feature of the layer holds.
#[utoipa::path(get, path = "/api/collections/{layer}/schema", tag = "features",
    params(("layer" = String, Path, description = "Name of a layer")),
    responses((status = 200, description = "JSON Schema", content_type = "application/schema+json", body = serde_json::Value),
        (status = 404, description = "No such layer", body = super::problem::ProblemBody)))]
pub async fn show_schema(
    State(state): State<AppState>,
    Path(layer): Path<String>,
    viewer: Viewer,
    base: Base,
    mut parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    let snapshot = state.city.snapshot();
    let view = visible_layer(&snapshot, &layer, viewer)?;
    parameters.take_json_format()?;
    parameters.finish()?;
    let mut schema = head(view.describe(), base.to(format!("/api/collections/{layer}/schema")));
    let mut all = Map::new();
    all.insert("id".to_owned(), json!({"type": "integer", "x-ogc-role": "id", "readOnly": true}));
    all.insert("geometry".to_owned(), geometry(view.describe().geometry));
    all.extend(properties(&view));
    let required: Vec<_> = view.fields().filter(|(_, field)| field.is_required).map(|(_, field)| field.name).collect();
    schema.insert("properties".to_owned(), all.into());
    schema.insert("required".to_owned(), required.into());
    // A property that the layer does not have is refused, as this says.
    schema.insert("additionalProperties".to_owned(), false.into());
    Ok(Representation::json(SCHEMA_JSON, &schema).answer(&wishes))
}

fn head(layer: &LayerDescription, id: String) -> Map<String, Value> {
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
    schema.insert("$id".to_owned(), id.into());
    schema.insert("type".to_owned(), "object".into());
    schema.insert("title".to_owned(), both(layer.title).into());
    schema.insert("x-titles".to_owned(), titles(layer.title));
    schema
}

fn both(title: Title) -> String {
    format!("{} {}", title.zh, title.en)
}

fn titles(title: Title) -> Value {
    json!({"zh": title.zh, "en": title.en})
}

fn geometry(kind: GeometryKind) -> Value {
    let format = match kind {
        GeometryKind::Point => "geometry-point",
        GeometryKind::Line => "geometry-multilinestring",
        GeometryKind::Area => "geometry-multipolygon",
        GeometryKind::LineOrArea => "geometry-multilinestring-or-multipolygon",
    };
    json!({"format": format, "x-ogc-role": "primary-geometry"})
}

fn properties(view: &LayerView<'_>) -> Map<String, Value> {
    let times = view.describe().time_fields;
    let role = |field: &Field| match times {
        Some((from, _)) if from == field.name => Some("primary-interval-start"),
        Some((_, to)) if to == field.name => Some("primary-interval-end"),
        _ => None,
    };
    let written = view.fields().enumerate().map(|(at, (_, field))| {
        let mut property = property(field);
        property.insert("x-ogc-propertySeq".to_owned(), (at + 1).into());
        if let Some(role) = role(field) {
            property.insert("x-ogc-role".to_owned(), role.into());
        }
        (field.name.to_owned(), property.into())
    });
    written.collect()
}

fn property(field: &Field) -> Map<String, Value> {
    let kind = match field.kind {
        FieldKind::Text { max_chars } => json!({"type": "string", "maxLength": max_chars}),
        FieldKind::Integer { min, max } => json!({"type": "integer", "minimum": min, "maximum": max}),
        FieldKind::Number { min, max } => json!({"type": "number", "minimum": min, "maximum": max}),
        FieldKind::Money => json!({"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{2}$"}),
        FieldKind::Boolean => json!({"type": "boolean"}),
        FieldKind::Date => json!({"type": "string", "format": "date"}),
        FieldKind::Choice(choices) => {
            let codes: Vec<_> = choices.iter().map(|choice| choice.code).collect();
            let named: Vec<_> = choices
                .iter()
                .map(|choice| json!({"const": choice.code, "title": both(choice.title), "x-titles": titles(choice.title)}))
                .collect();
            json!({"type": "string", "enum": codes, "oneOf": named})
        }
    };
    let Value::Object(mut property) = kind else { unreachable!("every arm is an object") };
    property.insert("title".to_owned(), both(field.title).into());
    property.insert("x-titles".to_owned(), titles(field.title));
    if !field.unit.is_empty() {
        property.insert("x-ogc-unit".to_owned(), field.unit.into());
        property.insert("x-ogc-unitLang".to_owned(), "UCUM".into());
    }
    property
}
