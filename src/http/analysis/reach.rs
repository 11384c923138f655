//! Reach: the streets and the area that can be walked to from places.

use axum::extract::State;
use axum::response::Response;
use geo::{Coord, MultiLineString, MultiPolygon};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Progress;
use super::coverage::{speed, within};
use super::network::NetworkSummary;
use super::what_if::answer_what_if;
use crate::analysis::coverage::Speeds;
use crate::analysis::reach::area::area;
use crate::analysis::reach::{Search, streets::split};
use crate::analysis::scenario::Modification;
use crate::app::walks::CityWalk;
use crate::domain::rule::is_facility_kind;
use crate::domain::{LayerId, Viewer};
use crate::geodesy::GaussKruger;
use crate::http::AppState;
use crate::http::body::{JsonBody, parse};
use crate::http::parameters::Parameters;
use crate::http::problem::{Kind, Problem};
use crate::http::representation::Wishes;
use crate::snapshot::walk::{Place, Places};

/// Limits of one question at most, and origins.
const MOST_LIMITS: usize = 12;
const MOST_ORIGINS: usize = 5000;
const LONGEST_M: f64 = 20_000.0;
/// Stretches of street around which an area is drawn at most.
const MOST_STRETCHES: usize = 30_000;

#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReachOrder {
    /// Where walks start; from the nearest of all of them distances count.
    pub from: Vec<Origin>,
    /// Also from every open facility of these kinds.
    pub facility_kinds: Vec<String>,
    /// Metres, or
    pub limits_m: Vec<f64>,
    /// minutes at the speed.
    pub limits_min: Vec<f64>,
    /// 60 m/min.
    pub metres_per_minute: Option<f64>,
    /// Leave out the reached streets.
    pub without_streets: bool,
    /// Leave out the polygons.
    pub without_areas: bool,
    /// A stored scenario, whose modifications come first.
    pub scenario_id: Option<i64>,
    pub modifications: Vec<Modification>,
}

/// A place, a facility, a building, or a community (each of its buildings).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Origin {
    Point { point: [f64; 2] },
    Feature { layer: String, id: i64 },
}

#[derive(Serialize, ToSchema)]
pub struct ReachAnswer {
    revision: u64,
    modifications: usize,
    /// Places that walks start from.
    origins: usize,
    /// Of these, those that join no street.
    origins_without_access: usize,
    metres_per_minute: f64,
    network: NetworkSummary,
    results: Vec<ReachResult>,
    /// How the area is meant.
    note: &'static str,
}

#[derive(Serialize, ToSchema)]
pub struct ReachResult {
    limit_m: f64,
    minutes: f64,
    /// Metres of street within the limit.
    street_m: f64,
    /// GeoJSON MultiLineString; null when left out.
    #[schema(value_type = Object)]
    streets: Value,
    /// GeoJSON MultiPolygon; null when left out.
    #[schema(value_type = Object)]
    area: Value,
    /// Buildings within the limit, and their households as far as known.
    buildings: usize,
    households: f64,
}

const NOTE: &str = "Every place inside an area is within the limit by the rule of every walk. The area is an inner \
     approximation: ribbons along reached streets that end at barriers, so some places outside are within the \
     limit too.";

/// The streets and areas within limits of places.
#[utoipa::path(post, path = "/api/analysis/reach", tag = "analysis", request_body = ReachOrder,
    responses((status = 200, description = "What can be reached", body = ReachAnswer),
        (status = 202, description = "A job; Location leads to it", body = crate::http::imports::JobStarted),
        (status = 404, description = "No such origin", body = crate::http::problem::ProblemBody),
        (status = 422, description = "A scenario that cannot be applied, or too much at once", body = crate::http::problem::ProblemBody)))]
pub async fn analyse_reach(
    State(state): State<AppState>,
    viewer: Viewer,
    parameters: Parameters,
    wishes: Wishes,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    parameters.finish()?;
    let mut order: ReachOrder = parse(body)?;
    let (limits, metres_per_minute) = order.limits()?;
    let what_if = (order.scenario_id, std::mem::take(&mut order.modifications));
    answer_what_if(&state, viewer, &wishes, "reach", what_if, move |city, is_wanted, progress| {
        answer_of(city, &order, &limits, metres_per_minute, is_wanted, progress)
    })
    .await
}

impl ReachOrder {
    /// The limits in metres in rising order, and the speed.
    pub fn limits(&self) -> Result<(Vec<f64>, f64), Problem> {
        let wrong = |pointer: String, detail: &str| Problem::at_pointer(Kind::InvalidBody, pointer, detail);
        let metres_per_minute =
            speed(self.metres_per_minute, Speeds::default().metres_per_minute, "/metres_per_minute")?;
        let mut limits = Vec::new();
        for (i, limit) in self.limits_m.iter().enumerate() {
            limits.push(within(Some(*limit), 1.0, LONGEST_M, || format!("/limits_m/{i}"))?);
        }
        for (i, minutes) in self.limits_min.iter().enumerate() {
            limits.push(within(Some(*minutes * metres_per_minute), 1.0, LONGEST_M, || format!("/limits_min/{i}"))?);
        }
        limits.sort_by(f64::total_cmp);
        limits.dedup();
        if limits.is_empty() {
            return Err(wrong("/limits_m".to_owned(), "name at least one limit, in metres or in minutes"));
        }
        if limits.len() > MOST_LIMITS {
            return Err(Problem::at_pointer(Kind::TooComplex, "/limits_m", format!("more than {MOST_LIMITS} limits")));
        }
        if self.from.is_empty() && self.facility_kinds.is_empty() {
            return Err(wrong("/from".to_owned(), "name at least one place to start from"));
        }
        if let Some(i) = self.facility_kinds.iter().position(|code| !is_facility_kind(code)) {
            return Err(wrong(format!("/facility_kinds/{i}"), "there is no such facility kind"));
        }
        Ok((limits, metres_per_minute))
    }
}

/// What can be reached in a city; `None` when nobody waits any more.
pub fn answer_of(
    city: &CityWalk,
    order: &ReachOrder,
    limits: &[f64],
    metres_per_minute: f64,
    is_wanted: &(dyn Fn() -> bool + Sync),
    progress: &Progress,
) -> Result<Option<ReachAnswer>, Problem> {
    let points = points(city, order)?;
    let mut origins: Vec<Place<'_>> = (0..points.len()).map(|i| points.place(i)).collect();
    origins.extend(features(city, order)?);
    if origins.len() > MOST_ORIGINS {
        let detail = format!("{} places to start from are more than {MOST_ORIGINS}", origins.len());
        return Err(Problem::at_pointer(Kind::TooComplex, "/from", detail));
    }
    let walk = &city.walk;
    let mut search = Search::new(&walk.network);
    let longest = limits.last().copied().unwrap_or(0.0);
    if !search.run(origins.iter().copied(), longest, is_wanted) {
        return Ok(None);
    }
    let plane = walk.network.settings.plane;
    let walks: Vec<Option<f64>> =
        (0..walk.buildings.len()).map(|i| search.nearest(walk.buildings.place(i)).metres()).collect();
    let mut results = Vec::with_capacity(limits.len());
    for (done, limit_m) in limits.iter().copied().enumerate() {
        progress.tell(done, limits.len());
        let (reached, _) = split(&search, limit_m);
        if !order.without_areas && reached.len() > MOST_STRETCHES {
            let detail = format!(
                "{} stretches of street are more than an area is drawn around ({MOST_STRETCHES}); set without_areas",
                reached.len()
            );
            return Err(Problem::at_pointer(Kind::TooComplex, "/limits_m", detail));
        }
        let area = match order.without_areas {
            true => Value::Null,
            false => match area(&search, limit_m, &is_wanted) {
                Some(area) => areas_json(&area, plane),
                None => return Ok(None),
            },
        };
        let street = |stretch: &crate::analysis::reach::streets::Stretch| {
            walk.network.streets.stretch(stretch.edge, stretch.from_m, stretch.to_m)
        };
        let streets = if order.without_streets {
            Value::Null
        } else {
            lines_json(&MultiLineString(reached.iter().map(street).collect()), plane)
        };
        let within = walks.iter().enumerate().filter(|(_, metres)| metres.is_some_and(|metres| metres <= limit_m));
        let households: Vec<f64> = within.map(|(i, _)| city.people.households[i]).collect();
        results.push(ReachResult {
            limit_m,
            minutes: limit_m / metres_per_minute,
            street_m: reached.iter().map(|stretch| stretch.to_m - stretch.from_m).sum(),
            streets,
            area,
            buildings: households.len(),
            households: households.iter().filter(|h| !h.is_nan()).sum(),
        });
    }
    Ok(Some(ReachAnswer {
        revision: city.snapshot.revision,
        modifications: city.modifications,
        origins: origins.len(),
        origins_without_access: origins.iter().filter(|origin| origin.joins.is_empty()).count(),
        metres_per_minute,
        network: NetworkSummary::of(walk),
        results,
        note: NOTE,
    }))
}

/// The places that are no features.
fn points(city: &CityWalk, order: &ReachOrder) -> Result<Places, Problem> {
    let mut points = Vec::new();
    for (i, origin) in order.from.iter().enumerate() {
        let Origin::Point { point: [lon, lat] } = origin else { continue };
        if !(-180.0..=180.0).contains(lon) || !(-85.0..=85.0).contains(lat) {
            let detail = format!("[{lon}, {lat}] is no longitude and latitude in degrees");
            return Err(Problem::at_pointer(Kind::InvalidBody, format!("/from/{i}/point"), detail));
        }
        let at = city.walk.network.settings.plane.to_plane(Coord { x: *lon, y: *lat });
        points.push((i as i64, at, None));
    }
    Ok(Places::new(&city.walk.network, &points))
}

fn features<'a>(city: &'a CityWalk, order: &ReachOrder) -> Result<Vec<Place<'a>>, Problem> {
    let walk = &city.walk;
    let mut found = Vec::new();
    for (i, origin) in order.from.iter().enumerate() {
        let Origin::Feature { layer, id } = origin else { continue };
        let unknown = || {
            Problem::at_pointer(
                Kind::UnknownFeature,
                format!("/from/{i}/id"),
                format!("there is no {layer} {id} to walk from"),
            )
        };
        match layer.parse::<LayerId>() {
            Ok(LayerId::Facility) => {
                found.push(walk.facilities.place(walk.facilities.index_of(*id).ok_or_else(unknown)?));
            }
            Ok(LayerId::Building) => {
                found.push(walk.buildings.place(walk.buildings.index_of(*id).ok_or_else(unknown)?))
            }
            Ok(LayerId::Community) => {
                let communities = &city.people.groupings[0];
                let at = communities.ids.binary_search(id).map_err(|_| unknown())?;
                found.extend(communities.members[at].iter().map(|b| walk.buildings.place(*b as usize)));
            }
            _ => {
                let detail = "must be facility, building or community";
                return Err(Problem::at_pointer(Kind::InvalidBody, format!("/from/{i}/layer"), detail));
            }
        }
    }
    if let Some(view) = city.snapshot.layer(LayerId::Facility, Viewer::Public) {
        use crate::domain::Value as Field;
        for (i, id) in walk.facilities.ids.iter().enumerate() {
            let Some(item) = view.find(*id).filter(|_| !order.facility_kinds.is_empty()) else { continue };
            let kind = view.value(item, "facility_kind").and_then(Field::as_text);
            let is_open = view.value(item, "is_open") != Some(&Field::Boolean(false));
            if is_open && kind.is_some_and(|kind| order.facility_kinds.iter().any(|asked| asked == kind)) {
                found.push(walk.facilities.place(i));
            }
        }
    }
    Ok(found)
}

/// Degrees to the millimetre.
fn position(at: Coord<f64>, plane: GaussKruger) -> Value {
    let degrees = plane.to_lon_lat(at);
    let round = |n: f64| (n * 1e8).round() / 1e8;
    json!([round(degrees.x), round(degrees.y)])
}

fn lines_json(lines: &MultiLineString<f64>, plane: GaussKruger) -> Value {
    let line = |line: &geo::LineString<f64>| line.0.iter().map(|at| position(*at, plane)).collect::<Value>();
    json!({ "type": "MultiLineString", "coordinates": lines.iter().map(line).collect::<Value>() })
}

fn areas_json(areas: &MultiPolygon<f64>, plane: GaussKruger) -> Value {
    let ring = |ring: &geo::LineString<f64>| ring.0.iter().map(|at| position(*at, plane)).collect::<Value>();
    let area = |area: &geo::Polygon<f64>| {
        std::iter::once(area.exterior()).chain(area.interiors()).map(ring).collect::<Value>()
    };
    json!({ "type": "MultiPolygon", "coordinates": areas.iter().map(area).collect::<Value>() })
}
