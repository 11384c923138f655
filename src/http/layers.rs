//! The layers as the map application wants them: titles, fields and choices in two languages.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::AppState;
use super::links::JSON;
use super::parameters::Parameters;
use super::problem::Problem;
use super::representation::{Representation, Wishes};
use crate::domain::{Audience, Field, FieldKind, GeometryKind, LayerId, Role, Title, Viewer};
use crate::snapshot::LayerView;

#[derive(Serialize, ToSchema)]
pub struct LayerSummary {
    #[schema(example = "community")]
    id: &'static str,
    #[schema(example = "communities")]
    plural: &'static str,
    title: Bilingual,
    description: Bilingual,
    geometry: GeometryName,
    audience: AudienceName,
    /// The field that names a feature to a person.
    label_field: Option<&'static str>,
    count: usize,
    /// West, south, east, north in degrees; null when the layer is empty.
    bounds: Option<[f64; 4]>,
    fields: Vec<FieldSummary>,
}

#[derive(Serialize, ToSchema)]
pub struct Bilingual {
    zh: &'static str,
    en: &'static str,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GeometryName {
    Point,
    Line,
    Area,
    LineOrArea,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AudienceName {
    Public,
    Staff,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    Text,
    Integer,
    Number,
    Money,
    Boolean,
    Date,
    Choice,
}

/// What becomes of a value when its feature is split or merged.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldRole {
    /// It holds for every piece.
    Plain,
    /// It stands for one feature alone, as a code does.
    Identifier,
    /// It counts what is inside: shared out among pieces, added up when merged.
    Quantity,
}

#[derive(Serialize, ToSchema)]
pub struct FieldSummary {
    name: &'static str,
    #[serde(rename = "type")]
    kind: FieldType,
    title: Bilingual,
    /// UCUM symbol; empty where there is none.
    unit: &'static str,
    is_required: bool,
    /// Carried by the vector tiles.
    in_tiles: bool,
    /// The least number that is taken; null where the type has no bounds.
    minimum: Option<f64>,
    /// The greatest number that is taken; null where the type has no bounds.
    maximum: Option<f64>,
    /// Characters of a text at most; null for other types.
    max_length: Option<usize>,
    role: FieldRole,
    /// The known values of a choice; empty for other types.
    choices: Vec<ChoiceSummary>,
}

#[derive(Serialize, ToSchema)]
pub struct ChoiceSummary {
    code: &'static str,
    title: Bilingual,
}

/// The layers that the viewer may see, with their fields.
#[utoipa::path(get, path = "/api/layers", tag = "map", responses((status = 200, description = "The layers", body = Vec<LayerSummary>)))]
pub async fn list_layers(
    State(state): State<AppState>,
    viewer: Viewer,
    parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    parameters.finish()?;
    let snapshot = state.city.snapshot();
    let layers: Vec<_> = LayerId::visible_to(viewer)
        .filter_map(|id| snapshot.layer(id, viewer))
        .map(|view| LayerSummary::of(&view))
        .collect();
    Ok(Representation::json(JSON, &layers).answer(&wishes))
}

impl LayerSummary {
    fn of(view: &LayerView<'_>) -> Self {
        let layer = view.describe();
        Self {
            id: layer.name,
            plural: layer.plural,
            title: layer.title.into(),
            description: layer.description.into(),
            geometry: match layer.geometry {
                GeometryKind::Point => GeometryName::Point,
                GeometryKind::Line => GeometryName::Line,
                GeometryKind::Area => GeometryName::Area,
                GeometryKind::LineOrArea => GeometryName::LineOrArea,
            },
            audience: match layer.audience {
                Audience::Public => AudienceName::Public,
                Audience::Operators | Audience::Staff => AudienceName::Staff,
            },
            label_field: layer.label_field,
            count: view.len(),
            bounds: view.bounds().map(corners),
            fields: view.fields().map(|(_, field)| field.into()).collect(),
        }
    }
}

/// West, south, east, north.
pub fn corners(bounds: geo::Rect<f64>) -> [f64; 4] {
    [bounds.min().x, bounds.min().y, bounds.max().x, bounds.max().y]
}

impl From<Title> for Bilingual {
    fn from(title: Title) -> Self {
        Self { zh: title.zh, en: title.en }
    }
}

impl From<&'static Field> for FieldSummary {
    fn from(field: &'static Field) -> Self {
        let choices = if let FieldKind::Choice(choices) = field.kind { choices } else { &[] };
        let bounds = match field.kind {
            FieldKind::Integer { min, max } => Some((min as f64, max as f64)),
            FieldKind::Number { min, max } => Some((min, max)),
            _ => None,
        };
        Self {
            name: field.name,
            kind: match field.kind {
                FieldKind::Text { .. } => FieldType::Text,
                FieldKind::Integer { .. } => FieldType::Integer,
                FieldKind::Number { .. } => FieldType::Number,
                FieldKind::Money => FieldType::Money,
                FieldKind::Boolean => FieldType::Boolean,
                FieldKind::Date => FieldType::Date,
                FieldKind::Choice(_) => FieldType::Choice,
            },
            title: field.title.into(),
            unit: field.unit,
            is_required: field.is_required,
            in_tiles: field.in_tiles,
            minimum: bounds.map(|(min, _)| min),
            maximum: bounds.map(|(_, max)| max),
            max_length: if let FieldKind::Text { max_chars } = field.kind { Some(max_chars) } else { None },
            role: match field.role {
                Role::Plain => FieldRole::Plain,
                Role::Identifier => FieldRole::Identifier,
                Role::Quantity => FieldRole::Quantity,
            },
            choices: choices
                .iter()
                .map(|choice| ChoiceSummary { code: choice.code, title: choice.title.into() })
                .collect(),
        }
    }
}
