//! Statistics of a drawn area.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::AppState;
use super::body::JsonBody;
use super::geometry_body::{read_area, validate};
use super::links::JSON;
use super::parameters::Parameters;
use super::problem::{Kind, Problem};
use super::representation::{Representation, Wishes};
use crate::analysis::area_statistics::{AreaStatistics, RULE, area_statistics};
use crate::domain::Viewer;

#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body, which is read position by position to say what is wrong where")]
pub struct StatisticsRequest {
    /// A GeoJSON Polygon or MultiPolygon in longitude and latitude.
    #[schema(value_type = Object)]
    area: Value,
}

#[derive(Serialize, ToSchema)]
pub struct StatisticsAnswer {
    revision: u64,
    /// Of the drawn area, on the ellipsoid.
    area_m2: f64,
    perimeter_m: f64,
    layers: Vec<LayerNumbers>,
    /// How features are counted.
    rule: &'static str,
}

#[derive(Serialize, ToSchema)]
pub struct LayerNumbers {
    layer: &'static str,
    count: usize,
    /// The sum of those that are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    households: Option<i64>,
    /// Features whose households are not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    households_unknown: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    area_m2: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    length_m: Option<f64>,
    by: Vec<KindNumbers>,
}

#[derive(Serialize, ToSchema)]
pub struct KindNumbers {
    field: &'static str,
    /// Null: not known.
    code: Option<String>,
    count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    length_m: Option<f64>,
}

/// What lies inside an area: counts, lengths, areas, households, by kind.
#[utoipa::path(post, path = "/api/statistics", tag = "map", request_body = StatisticsRequest,
    responses((status = 200, description = "The numbers", body = StatisticsAnswer),
        (status = 422, description = "The area is not valid", body = super::problem::ProblemBody)))]
pub async fn create_statistics(
    State(state): State<AppState>,
    viewer: Viewer,
    parameters: Parameters,
    wishes: Wishes,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    parameters.finish()?;
    let members = body.as_object().ok_or_else(|| Problem::at_pointer(Kind::InvalidBody, "", "must be an object"))?;
    if let Some(unknown) = members.keys().find(|name| *name != "area") {
        return Err(Problem::at_pointer(Kind::InvalidBody, format!("/{unknown}"), "there is no such member here"));
    }
    let given = members.get("area").ok_or_else(|| Problem::at_pointer(Kind::InvalidBody, "/area", "is missing"))?;
    let area = read_area(given, "/area", state.settings.max_area_vertices)?;
    let is_multi = given["type"] == "MultiPolygon";

    let snapshot = state.city.snapshot();
    let revision = snapshot.revision;
    let statistics = state.lanes.heavy(move |wanted| {
        validate(&area, is_multi, "/area")?;
        area_statistics(&snapshot, viewer, &area, || wanted.is_wanted())
            .ok_or_else(|| Problem::internal("statistics were given up that somebody waits for"))
    });
    let answer = StatisticsAnswer::of(statistics.await?, revision);
    Ok(Representation::json(JSON, &answer).answer(&wishes))
}

impl StatisticsAnswer {
    fn of(statistics: AreaStatistics, revision: u64) -> Self {
        let layers = statistics.layers.into_iter().map(|layer| LayerNumbers {
            layer: layer.layer.name(),
            count: layer.count,
            households: layer.households.map(|(known, _)| known),
            households_unknown: layer.households.map(|(_, unknown)| unknown),
            area_m2: layer.area_m2.map(to_millimetre),
            length_m: layer.length_m.map(to_millimetre),
            by: layer
                .by
                .into_iter()
                .map(|kind| KindNumbers {
                    field: kind.field,
                    code: kind.code,
                    count: kind.count,
                    length_m: kind.length_m.map(to_millimetre),
                })
                .collect(),
        });
        Self {
            revision,
            area_m2: to_millimetre(statistics.area_m2),
            perimeter_m: to_millimetre(statistics.perimeter_m),
            layers: layers.collect(),
            rule: RULE,
        }
    }
}

/// Further digits would claim what no survey knows.
fn to_millimetre(n: f64) -> f64 {
    (n * 1000.0).round() / 1000.0
}
