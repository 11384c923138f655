//! What lies inside a drawn area: how many, how long, how large, of which kind.

use std::collections::BTreeMap;

use geo::{BoundingRect, Centroid, Coord, InteriorPoint, LineString, MultiLineString, MultiPolygon};

use super::edges::Edges;
use crate::domain::{FieldKind, LayerId, Value, Viewer};
use crate::geodesy::measure::{area_m2, length_m, perimeter_m};
use crate::snapshot::{Item, LayerView, ShapeGeometry, Snapshot};

/// How features are counted, for people to read beside the numbers.
pub const RULE: &str = "A point counts when it lies inside or on the edge. An area counts whole when its representative \
     point (the centroid, or a point inside where the centroid lies outside) does. A line counts when a \
     part of it lies inside, and only that part's length is added. Lengths and areas are measured on the \
     CGCS2000 ellipsoid. A sum of households leaves out features whose households are not known; \
     households_unknown says how many those are.";

#[derive(Debug, Clone, PartialEq)]
pub struct AreaStatistics {
    pub area_m2: f64,
    pub perimeter_m: f64,
    /// Every layer that the viewer may see, in order, also where nothing lies inside.
    pub layers: Vec<LayerStatistics>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct LayerStatistics {
    pub layer: LayerId,
    pub count: usize,
    /// For layers with households: the sum of those known, and how many features do not know.
    pub households: Option<(i64, usize)>,
    /// For layers of areas: of the features counted, whole.
    pub area_m2: Option<f64>,
    /// For layers of lines: of the parts inside.
    pub length_m: Option<f64>,
    pub by: Vec<KindStatistics>,
}

/// One value of one choice field.
#[derive(Debug, Clone, PartialEq)]
pub struct KindStatistics {
    pub field: &'static str,
    /// `None`: not known.
    pub code: Option<String>,
    pub count: usize,
    pub length_m: Option<f64>,
}

/// Counts what lies inside `area`, which must be valid; `None` when `is_wanted` turned false.
pub fn area_statistics(
    snapshot: &Snapshot,
    viewer: Viewer,
    area: &MultiPolygon<f64>,
    is_wanted: impl Fn() -> bool,
) -> Option<AreaStatistics> {
    let bounds = area.bounding_rect()?;
    let edges = Edges::of(area, bounds);
    let mut layers = Vec::new();
    for id in LayerId::visible_to(viewer) {
        let view = snapshot.layer(id, viewer)?;
        let mut tally = Tally::default();
        for (n, item) in view.in_box(bounds).enumerate() {
            if n % 1024 == 0 && !is_wanted() {
                return None;
            }
            if let Some(share) = Share::of(item, &edges) {
                tally.add(&view, item, share);
            }
        }
        layers.push(tally.finish(&view));
    }
    Some(AreaStatistics { area_m2: area_m2(area), perimeter_m: perimeter_m(area), layers })
}

/// What of a feature lies inside.
enum Share {
    Point,
    LengthM(f64),
    AreaM2(f64),
}

impl Share {
    fn of(item: &Item, edges: &Edges) -> Option<Self> {
        match item.shape.geometry() {
            ShapeGeometry::Point(point) => edges.holds(point.0).then_some(Share::Point),
            ShapeGeometry::Areas(areas) => {
                edges.holds(representative_point(areas)?).then(|| Share::AreaM2(area_m2(areas)))
            }
            ShapeGeometry::Lines(lines) => {
                let pieces = lines.iter().flat_map(|line| edges.clip(line));
                let inside = MultiLineString(pieces.map(LineString::from).collect());
                (!inside.0.is_empty()).then(|| Share::LengthM(length_m(&inside)))
            }
        }
    }
}

/// The centroid, or a point inside where the centroid lies outside.
fn representative_point(areas: &MultiPolygon<f64>) -> Option<Coord<f64>> {
    use geo::Intersects;
    let centroid = areas.centroid().filter(|at| areas.intersects(at));
    centroid.or_else(|| areas.interior_point()).map(|at| at.0)
}

#[derive(Default)]
struct Tally {
    count: usize,
    households: i64,
    households_unknown: usize,
    area_m2: f64,
    length_m: f64,
    /// By field and code; «not known» comes first.
    by: BTreeMap<(usize, Option<String>), (usize, f64)>,
}

impl Tally {
    fn add(&mut self, view: &LayerView<'_>, item: &Item, share: Share) {
        self.count += 1;
        match view.value(item, "households") {
            Some(Value::Integer(households)) => self.households += households,
            Some(_) => self.households_unknown += 1,
            None => {}
        }
        let length = if let Share::LengthM(length) = share { length } else { 0.0 };
        self.length_m += length;
        if let Share::AreaM2(area) = share {
            self.area_m2 += area;
        }
        for (index, field) in view.fields() {
            if matches!(field.kind, FieldKind::Choice(_)) {
                let code = item.values[index].as_text().map(str::to_owned);
                let (count, sum) = self.by.entry((index, code)).or_default();
                *count += 1;
                *sum += length;
            }
        }
    }

    fn finish(self, view: &LayerView<'_>) -> LayerStatistics {
        use crate::domain::GeometryKind as Kind;
        let layer = view.describe();
        let has_lines = matches!(layer.geometry, Kind::Line | Kind::LineOrArea);
        let has_areas = matches!(layer.geometry, Kind::Area | Kind::LineOrArea);
        let has_households = view.fields().any(|(_, field)| field.name == "households");
        let kind = |((index, code), (count, length)): ((usize, Option<String>), (usize, f64))| KindStatistics {
            field: layer.fields[index].name,
            code,
            count,
            length_m: has_lines.then_some(length),
        };
        LayerStatistics {
            layer: layer.id,
            count: self.count,
            households: has_households.then_some((self.households, self.households_unknown)),
            area_m2: has_areas.then_some(self.area_m2),
            length_m: has_lines.then_some(self.length_m),
            by: self.by.into_iter().map(kind).collect(),
        }
    }
}
