//! What a planner sends of an edit, read position by position.

use std::sync::Arc;

use geo::{Coord, Geometry, LineString, MultiPolygon};
use geozero::ToGeo;
use geozero::wkb::Wkb;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::analysis::partition::grid::{At, Region};
use crate::analysis::partition::snap::Targets;
use crate::analysis::partition::{Move, Overlap, Partition};
use crate::analysis::scheme::{About, Edit};
use crate::domain::{GeometryKind, LayerId, Viewer};
use crate::geodesy::{Crs, GaussKruger};
use crate::http::AppState;
use crate::http::edits::geometry::{self, Given};
use crate::http::problem::{Kind, Problem};
use crate::snapshot::walk::WalkSettings;
use crate::snapshot::{ShapeGeometry, Snapshot};

/// Nothing is snapped further than this.
const FARTHEST_SNAP_M: f64 = 100.0;
/// A line that divides, and moves at once.
const MOST_POSITIONS: usize = 5_000;

/// Positions are longitude and latitude in degrees.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub enum EditOrder {
    /// Draws a new precinct.
    Draw {
        about: About,
        /// A GeoJSON Polygon or MultiPolygon.
        #[schema(value_type = Object)]
        outline: Value,
        /// Where it covers others: `refuse` (by default), `keep` leaves them theirs, `take` takes it.
        #[serde(default)]
        overlap: Option<OverlapOrder>,
        /// Vertices within so many metres of an outline, a street or a river lie on it.
        #[serde(default)]
        snap_m: Option<f64>,
    },
    /// Gives a precinct a new outline; neighbours follow. `overlap` is `take` by default.
    Redraw {
        precinct_id: i64,
        #[schema(value_type = Object)]
        outline: Value,
        #[serde(default)]
        overlap: Option<OverlapOrder>,
        #[serde(default)]
        snap_m: Option<f64>,
    },
    /// Divides a precinct along a line from edge to edge.
    Split {
        precinct_id: i64,
        line: Vec<[f64; 2]>,
        #[serde(default)]
        snap_m: Option<f64>,
    },
    /// Makes one precinct of several that touch; the first keeps its number and description.
    Merge {
        precinct_ids: Vec<i64>,
    },
    /// Moves vertices of borders; all that share them follow.
    MoveBorder {
        moves: Vec<MoveOrder>,
    },
    Remove {
        precinct_id: i64,
    },
    /// Says anew what is said of a precinct; what is left out is not known.
    Describe {
        precinct_id: i64,
        about: About,
    },
    /// Puts a community into another precinct by hand, with its ground unless `with_ground` is false.
    MoveCommunity {
        community_id: i64,
        precinct_id: i64,
        #[serde(default)]
        with_ground: Option<bool>,
    },
    /// Puts a community into a precinct by hand, wherever it lies.
    Include {
        community_id: i64,
        precinct_id: i64,
    },
    /// Leaves a community out by hand.
    Exclude {
        community_id: i64,
    },
    /// Lets the rule decide again on a community.
    ByRule {
        community_id: i64,
    },
    /// Settles all members anew from the communities as they are now.
    Refresh {},
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OverlapOrder {
    Refuse,
    Keep,
    Take,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveOrder {
    /// A vertex of an outline.
    from: [f64; 2],
    to: [f64; 2],
}

impl From<OverlapOrder> for Overlap {
    fn from(order: OverlapOrder) -> Self {
        match order {
            OverlapOrder::Refuse => Overlap::Refuse,
            OverlapOrder::Keep => Overlap::Keep,
            OverlapOrder::Take => Overlap::Take,
        }
    }
}

/// What an edit is read against.
pub struct Ground<'a> {
    state: &'a AppState,
    snapshot: Arc<Snapshot>,
    outlines: &'a Partition,
    plane: GaussKruger,
}

impl<'a> Ground<'a> {
    pub fn new(state: &'a AppState, outlines: &'a Partition) -> Self {
        let plane = WalkSettings::of_longitude(state.settings.city.center[0]).plane;
        Self { state, snapshot: state.city.snapshot(), outlines, plane }
    }

    /// The edits that were ordered; `/edits/0/outline` and the like say where one cannot be taken.
    pub fn edits(&self, orders: &[EditOrder]) -> Result<Vec<Edit>, Problem> {
        orders.iter().enumerate().map(|(n, order)| self.edit(order, &format!("/edits/{n}"))).collect()
    }

    fn edit(&self, order: &EditOrder, at: &str) -> Result<Edit, Problem> {
        Ok(match order.clone() {
            EditOrder::Draw { about, outline, overlap, snap_m } => Edit::Draw {
                about: checked(about, at)?,
                outline: self.outline(&outline, snap_m, None, at)?,
                overlap: overlap.map_or(Overlap::Refuse, Into::into),
            },
            EditOrder::Redraw { precinct_id, outline, overlap, snap_m } => Edit::Redraw {
                precinct: precinct_id,
                outline: self.outline(&outline, snap_m, Some(precinct_id), at)?,
                overlap: overlap.map_or(Overlap::Take, Into::into),
            },
            EditOrder::Split { precinct_id, line, snap_m } => {
                let line = self.line(&line, snap_m, at)?;
                Edit::Split { precinct: precinct_id, line }
            }
            EditOrder::Merge { precinct_ids } => Edit::Merge { precincts: precinct_ids },
            EditOrder::MoveBorder { moves } => {
                if moves.is_empty() || moves.len() > MOST_POSITIONS {
                    let detail = format!("1 to {MOST_POSITIONS} vertices can be moved at once");
                    return Err(Problem::at_pointer(Kind::InvalidBody, format!("{at}/moves"), detail));
                }
                let moves = moves.iter().enumerate().map(|(n, one)| {
                    let at = format!("{at}/moves/{n}");
                    Ok(Move { from: place(one.from, &at)?, to: place(one.to, &at)? })
                });
                Edit::MoveBorder { moves: moves.collect::<Result<_, Problem>>()? }
            }
            EditOrder::Remove { precinct_id } => Edit::Remove { precinct: precinct_id },
            EditOrder::Describe { precinct_id, about } => {
                Edit::Describe { precinct: precinct_id, about: checked(about, at)? }
            }
            EditOrder::MoveCommunity { community_id, precinct_id, with_ground } => Edit::MoveCommunity {
                community: community_id,
                to: precinct_id,
                with_ground: with_ground.unwrap_or(true),
            },
            EditOrder::Include { community_id, precinct_id } => {
                Edit::Include { community: community_id, precinct: precinct_id }
            }
            EditOrder::Exclude { community_id } => Edit::Exclude { community: community_id },
            EditOrder::ByRule { community_id } => Edit::ByRule { community: community_id },
            EditOrder::Refresh {} => Edit::Refresh,
        })
    }

    fn outline(&self, json: &Value, snap_m: Option<f64>, own: Option<i64>, at: &str) -> Result<Region, Problem> {
        let pointer = format!("{at}/outline");
        let given = Given { crs: Crs::Crs84, max_vertices: self.state.settings.max_geometry_vertices };
        let wkb = geometry::read(json, GeometryKind::Area, given, &pointer)?;
        let Geometry::MultiPolygon(areas) = Wkb(wkb.as_slice()).to_geo().map_err(Problem::internal)? else {
            return Err(Problem::internal("an area was read that is none"));
        };
        let areas = match self.reach(snap_m, at)? {
            Some(reach_m) => {
                let around = self.plane.project(&areas);
                let snapped = self.targets(&around, reach_m, own).snap_area(&around, reach_m);
                self.plane.unproject(&snapped)
            }
            None => areas,
        };
        let mut region = Region::of(&areas);
        if region.is_empty() {
            return Err(Problem::at_pointer(Kind::InvalidGeometry, pointer, "nothing is left of it on the grid"));
        }
        if snap_m.is_some() {
            region.rings_mut().flatten().for_each(|at| *at = self.exact(*at));
        }
        Ok(region)
    }

    fn line(&self, positions: &[[f64; 2]], snap_m: Option<f64>, at: &str) -> Result<Vec<At>, Problem> {
        if positions.len() < 2 || positions.len() > MOST_POSITIONS {
            let detail = format!("a line has 2 to {MOST_POSITIONS} positions");
            return Err(Problem::at_pointer(Kind::InvalidGeometry, format!("{at}/line"), detail));
        }
        let places = positions.iter().enumerate().map(|(n, one)| place(*one, &format!("{at}/line/{n}")));
        let mut line: Vec<At> = places.collect::<Result<_, Problem>>()?;
        if let Some(reach_m) = self.reach(snap_m, at)? {
            let plane = LineString(line.iter().map(|at| self.plane.to_plane(at.degrees())).collect());
            let around = MultiPolygon(vec![geo::Polygon::new(plane.clone(), Vec::new())]);
            let targets = self.targets(&around, reach_m, None);
            for (at, from) in line.iter_mut().zip(&plane.0) {
                *at = self.exact(At::of(self.plane.to_lon_lat(targets.snap(*from, reach_m))));
            }
            line.dedup();
        }
        Ok(line)
    }

    fn reach(&self, snap_m: Option<f64>, at: &str) -> Result<Option<f64>, Problem> {
        match snap_m {
            Some(m) if !(0.0..=FARTHEST_SNAP_M).contains(&m) => {
                let detail = format!("{m} is not between 0 and {FARTHEST_SNAP_M}");
                Err(Problem::at_pointer(Kind::InvalidBody, format!("{at}/snap_m"), detail))
            }
            given => Ok(given.filter(|m| *m > 0.0)),
        }
    }

    /// A vertex that was on an outline in the plane is on it on the grid too.
    fn exact(&self, at: At) -> At {
        let near = |other: &&At| (other.x - at.x).abs() <= 100 && (other.y - at.y).abs() <= 100;
        self.outlines.regions().values().flat_map(|region| region.rings()).flatten().find(near).copied().unwrap_or(at)
    }

    /// Other outlines before streets and barriers, as far as they lie near.
    fn targets(&self, around: &MultiPolygon<f64>, reach_m: f64, own: Option<i64>) -> Targets {
        use geo::BoundingRect;
        let degrees = self.plane.unproject(around).bounding_rect();
        let margin = (reach_m + 1.0) / 90_000.0;
        let near = degrees.map(|rect| {
            geo::Rect::new(
                Coord { x: rect.min().x - margin, y: rect.min().y - margin },
                Coord { x: rect.max().x + margin, y: rect.max().y + margin },
            )
        });
        let mut lines: Vec<(u8, LineString<f64>)> = Vec::new();
        for (_, region) in self.outlines.regions().iter().filter(|(id, _)| Some(**id) != own) {
            let areas = self.plane.project(&region.to_areas());
            lines.extend(rings(&areas).map(|ring| (0, ring)));
        }
        for layer in [LayerId::Street, LayerId::Barrier] {
            let (Some(view), Some(near)) = (self.snapshot.layer(layer, Viewer::Everything), near) else { continue };
            for item in view.in_box(near) {
                match item.shape.geometry() {
                    ShapeGeometry::Lines(parts) => lines.extend(parts.iter().map(|line| (1, self.plane.project(line)))),
                    ShapeGeometry::Areas(areas) => {
                        lines.extend(rings(&self.plane.project(areas)).map(|ring| (1, ring)));
                    }
                    ShapeGeometry::Point(_) => {}
                }
            }
        }
        Targets::new(lines.iter().map(|(rank, line)| (*rank, line)))
    }
}

fn rings(areas: &MultiPolygon<f64>) -> impl Iterator<Item = LineString<f64>> + '_ {
    areas.iter().flat_map(|area| std::iter::once(area.exterior()).chain(area.interiors())).cloned()
}

fn place(degrees: [f64; 2], pointer: &str) -> Result<At, Problem> {
    let [x, y] = degrees;
    if x.abs() <= 180.0 && y.abs() <= 90.0 {
        return Ok(At::of(Coord { x, y }));
    }
    Err(Problem::at_pointer(
        Kind::InvalidGeometry,
        pointer,
        format!("{x} {y} is no place on earth; longitude comes first"),
    ))
}

/// What is said of a precinct, within the bounds of its layer's fields.
fn checked(about: About, at: &str) -> Result<About, Problem> {
    let layer = LayerId::Precinct.describe();
    let values = serde_json::to_value(&about).map_err(Problem::internal)?;
    for (name, value) in values.as_object().into_iter().flatten() {
        let Some((_, field)) = layer.field(name) else { continue };
        let refuse = |why: String| Problem::at_pointer(Kind::InvalidBody, format!("{at}/about/{name}"), why);
        let taken = field.accept(value).map_err(refuse)?;
        if taken.is_null() && field.is_required {
            return Err(refuse("is required".to_owned()));
        }
    }
    let trimmed = |text: Option<String>| text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
    Ok(About {
        code: trimmed(about.code),
        name: about.name.trim().to_owned(),
        responsible_body: trimmed(about.responsible_body),
        ..about
    })
}
