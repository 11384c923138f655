//! The table of lines: each joins two points.

use gdal::vector::{Geometry, LayerAccess, OGRFieldType, OGRwkbGeometryType};
use geo::Coord;

use super::ends::{End, Flow, check_fall};
use super::faults;
use super::network::Network;
use super::points::{NoPoint, Points};
use super::table::Table;
use super::{Opening, cell, number, point_number};
use crate::domain::{LayerId, Value};
use crate::geodesy::measure::distance_m;
use crate::ingest::columns::{self, plain};
use crate::ingest::crs::{self, Claims};
use crate::ingest::file::{Tally, require_columns, sample_values};
use crate::ingest::geometry::Shaper;
use crate::ingest::report::{Problem, Report};
use crate::ingest::row::RowReader;
use crate::ingest::{FaultyLines, IngestError, Record, Request, Sink, Watch, wkb};

pub const STARTS: &[&str] =
    &["起始点号", "起点点号", "起点号", "起点物探点号", "起点编号", "物探点号", "起点", "start_point"];
pub const ENDS: &[&str] =
    &["终止点号", "终点点号", "终点号", "终点物探点号", "终点编号", "连接点号", "终点", "end_point"];
const START_HEIGHTS: &[&str] = &["起点高程", "起点管线高程", "起点管顶高程", "起点管底高程", "起点标高"];
const END_HEIGHTS: &[&str] = &["终点高程", "终点管线高程", "终点管顶高程", "终点管底高程", "终点标高"];
const FLOWS: &[&str] = &["流向", "水流方向"];
/// Headings of the standard that no field of the layer goes by.
const HEADINGS: &[(&str, &str)] = &[
    ("管径或断面尺寸", "diameter_mm"),
    ("管径或宽X高", "diameter_mm"),
    ("断面尺寸", "diameter_mm"),
    ("管线类型", "utility_kind"),
    ("管线类别", "utility_kind"),
    ("管线代码", "utility_kind"),
    ("管类代码", "utility_kind"),
    ("管线编码", "utility_kind"),
    ("埋设年月", "built_year"),
    ("管材代码", "material"),
];
/// A line without length is none.
const SHORTEST_M: f64 = 0.05;
/// The standard's checks warn from 50 to 75 m on: between two points somebody may have been forgotten.
const LONG_M: f64 = 75.0;
const TELL_EVERY: u64 = 1000;

pub(super) fn read(
    mut opening: Opening,
    points: Points,
    request: &Request,
    report: &mut Report,
    sink: &mut Sink<'_>,
    watch: &Watch<'_>,
) -> Result<(), IngestError> {
    let layer = LayerId::UtilityLine.describe();
    let (start, end) =
        (opening.need(Table::Lines, "the first point", STARTS)?, opening.need(Table::Lines, "the last point", ENDS)?);
    if start == end {
        return Err(Table::Lines.fault(format!("one column stands for both ends: {}", opening.names[start])));
    }
    let heights = [opening.find(START_HEIGHTS), opening.find(END_HEIGHTS)];
    let (flow, text) = (opening.find(FLOWS), opening.text);
    let request = &of_survey(request, &opening);
    let columns = columns::plan(layer, &opening.names, &request.map, false)?;
    report.columns.clone_from(&columns.report);
    sample_values(&mut opening.layer, text, report);
    for at in [start, end] {
        (report.columns[at].field, report.columns[at].why) = (Some("geometry"), String::new());
    }
    // Read for the checks alone, as long as nobody puts them on a field.
    for at in heights.into_iter().chain([flow]).flatten() {
        if report.columns[at].field.is_none() {
            (report.columns[at].field, report.columns[at].why) = (Some("check"), String::new());
        }
    }
    require_columns(layer, &columns, request, &opening.names)?;
    let claims = Claims {
        declared: None,
        asked: request.crs.as_deref(),
        is_datum_known: request.datum.is_some(),
        is_north_first: false,
        extent: request.extent,
    };
    let (crs, by) = crs::resolve(claims, points.middle())?;
    report.crs = format!("{} ({by}); X is the northing", crs.name);
    report.key = "numbers of the two points".to_owned();
    let kinds: Vec<OGRFieldType::Type> = opening.layer.defn().fields().map(|field| field.field_type()).collect();
    let reader = RowReader::new(layer, &columns, &kinds, text, request)?;
    let shaper = Shaper::new(layer.geometry, &crs, request.datum, request.extent, request.limits);
    let faulty = request.survey.as_ref().map_or(FaultyLines::Take, |survey| survey.faulty);
    let mut rows = Rows { points, reader, shaper, faulty, tally: Tally::default(), network: Network::default() };
    let diameter = columns.mapped.iter().find(|column| layer.fields[column.field].name == "diameter_mm");
    let diameter = diameter.map(|column| column.index);
    let total = opening.rows().unwrap_or(0);
    report.table.clone_from(&opening.title);
    let mut row = 0;
    for feature in opening.layer.features() {
        row += 1;
        if row % TELL_EVERY == 0 {
            watch.tell("read", row, total)?;
        }
        if row > request.limits.features {
            let (path, allowed) = (request.path.clone(), request.limits.features);
            return Err(IngestError::TooLarge { path, found: row, allowed, unit: "rows" });
        }
        let name = |at: usize| cell(&feature, at, text).map(|name| point_number(&name));
        let numbers = (name(start), name(end));
        let told = Told {
            heights: heights.map(|at| number(&feature, at, text)),
            flow: flow.and_then(|at| Flow::of(&cell(&feature, at, text)?)),
            diameter: diameter.and_then(|at| cell(&feature, at, text)),
        };
        let mut problems = Vec::new();
        let id = format!("{}-{}", numbers.0.as_deref().unwrap_or("?"), numbers.1.as_deref().unwrap_or("?"));
        let read = rows.reader.values(&feature, &mut problems);
        match read.and_then(|values| rows.record(row, numbers, values, &told, &mut problems)) {
            Ok(record) => {
                match problems.is_empty() {
                    true => report.accept(layer.id),
                    false => report.mend(layer.id, row, &id, problems),
                }
                sink(record, report)?;
            }
            Err(problem) => {
                problems.push(problem);
                report.refuse(layer.id, row, &id, problems);
            }
        }
    }
    let Rows { points, tally, network, .. } = rows;
    report.table.clone_from(&points.title);
    points.refuse_isolated(|number| network.is_named(number), report);
    tally.tell(report);
    network.tell(&points, report);
    watch.tell("read", row, row)
}

/// The request with what the standard calls its columns, and how well a survey knows its lines.
fn of_survey(request: &Request, opening: &Opening) -> Request {
    let mut request = request.clone();
    for (heading, field) in HEADINGS {
        let named = opening.names.iter().find(|name| plain(name) == plain(heading));
        let is_taken = |map: &[(String, String)]| map.iter().any(|(column, to)| Some(column) == named || to == field);
        if let Some(name) = named.filter(|_| !is_taken(&request.map)) {
            request.map.push((name.clone(), (*field).to_owned()));
        }
    }
    if request.constants.iter().all(|(field, _)| field != "quality_level") {
        request.constants.push(("quality_level".to_owned(), "surveyed".to_owned()));
    }
    request
}

/// What the table says of a line beside the fields of the layer.
struct Told {
    heights: [Option<f64>; 2],
    flow: Option<Flow>,
    diameter: Option<String>,
}

struct Rows<'a> {
    points: Points,
    reader: RowReader<'a>,
    shaper: Shaper<'a>,
    faulty: FaultyLines,
    tally: Tally,
    network: Network,
}

impl Rows<'_> {
    fn record(
        &mut self,
        row: u64,
        numbers: (Option<String>, Option<String>),
        mut values: Vec<Value>,
        told: &Told,
        problems: &mut Vec<Problem>,
    ) -> Result<Record, Problem> {
        let layer = self.reader.layer;
        let no_number = || Problem::new("no_number", "geometry", "", "a point's number is missing");
        let (a, b) = (numbers.0.ok_or_else(no_number)?, numbers.1.ok_or_else(no_number)?);
        // Also a line that is refused tells that its points belong to one.
        self.network.name(&a, &b);
        if a == b {
            return Err(Problem::new("same_point", "geometry", &a, "both ends are the same point"));
        }
        let (from, to) = (self.point(&a)?, self.point(&b)?);
        let key = if a <= b { format!("{a}-{b}") } else { format!("{b}-{a}") };
        if let Some(first) = self.network.row_of(&key) {
            let reason = format!("row {first} joins the same points; that one is taken");
            return Err(Problem::new("repeated_pair", "geometry", &key, reason));
        }
        let mut line = Geometry::empty(OGRwkbGeometryType::wkbLineString)
            .map_err(|error| Problem::geometry("unreadable", error.to_string()))?;
        for point in [from, to] {
            line.add_point_2d((point.east, point.north));
        }
        let shaped = self.shaper.shape(&line)?;
        let metres =
            length_m(&shaped.wkb).ok_or_else(|| Problem::geometry("unreadable", "the line has no two ends"))?;
        let at = |name: &str| layer.field(name).map(|(at, _)| at);
        let depth = |name: &str| at(name).and_then(|at| values[at].as_f64());
        let mut ends = [
            End { point: from, depth_m: depth("start_depth_m"), height_m: told.heights[0] },
            End { point: to, depth_m: depth("end_depth_m"), height_m: told.heights[1] },
        ];
        for (end, name) in ends.iter_mut().zip(["start_depth_m", "end_depth_m"]) {
            end.settle(name, problems);
            let Some((at, field)) = layer.field(name) else { continue };
            let is_kept = |depth: &f64| !matches!(field.kind, crate::domain::FieldKind::Number { min, max } if !(min..=max).contains(depth));
            values[at] = end.depth_m.filter(is_kept).map_or(Value::Null, Value::Number);
        }
        let kind = at("utility_kind").and_then(|at| values[at].as_text());
        let is_gravity = kind.is_some_and(|kind| kind.ends_with("_sewer"));
        check_fall(&ends[0], &ends[1], metres, told.flow.filter(|_| is_gravity), problems);
        if metres < SHORTEST_M {
            let reason = format!("{metres:.3} m from end to end is less than {SHORTEST_M}");
            return Err(Problem::new("too_short", "geometry", "", reason));
        }
        if metres > LONG_M {
            let reason = format!("{metres:.1} m between two points is more than {LONG_M}");
            problems.push(Problem::new("long", "geometry", "", reason));
        }
        faults::settle(self.faulty, problems)?;
        if let (Some(at), Some(section)) = (at("diameter_mm"), told.diameter.as_deref().and_then(section)) {
            // What was said of it as a number no longer holds.
            problems.retain(|problem| problem.field != "diameter_mm");
            values[at] = Value::Number(section.0.max(section.1));
            let reason = format!("a section of {} × {} mm is kept by its greater side", section.0, section.1);
            problems.push(Problem::new("section", "diameter_mm", "", reason));
        }
        if let Some(at) = at("diameter_mm")
            && values[at] == Value::Number(0.0)
        {
            values[at] = Value::Null;
        }
        if let Some(at) = at("code")
            && values[at].is_null()
        {
            values[at] = Value::Text(format!("{a}-{b}").into());
        }
        self.tally.look(&shaped, row, layer.geometry);
        problems.extend(shaped.problems);
        self.network.join(&a, &b, key.clone(), row);
        Ok(Record { layer: layer.id, row, key, wkb: shaped.wkb, values })
    }

    fn point(&self, number: &str) -> Result<super::points::Point, Problem> {
        self.points.find(number).map_err(|why| {
            let (code, reason) = match why {
                NoPoint::Missing => ("no_such_point", "the point table has no such number".to_owned()),
                NoPoint::Ambiguous(one, other) => {
                    ("ambiguous_point", format!("rows {one} and {other} of the point table have this number"))
                }
                NoPoint::Refused(row) => ("refused_point", format!("row {row} of the point table was refused")),
            };
            Problem::new(code, "geometry", number, reason)
        })
    }
}

/// `400X300`, `400×300`, `400*300`: width and height in millimetres.
fn section(text: &str) -> Option<(f64, f64)> {
    let (width, height) = text.split_once(['X', 'x', '×', '*', '✕'])?;
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|mm| *mm > 0.0 && *mm <= 10_000.0);
    Some((number(width)?, number(height)?))
}

/// From end to end, of a shape in degrees.
fn length_m(shape: &[u8]) -> Option<f64> {
    let mut parts = Vec::new();
    wkb::parts(shape, &mut parts)?;
    let part = parts.first().filter(|part| part.count == 2)?;
    let [from, to] = [0, 1].map(|n| wkb::position(shape, part, n)).map(|(x, y)| Coord { x, y });
    Some(distance_m(from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_has_two_sides() {
        assert_eq!(section("400X300"), Some((400.0, 300.0)));
        assert_eq!(section("600 × 800"), Some((600.0, 800.0)));
        assert_eq!(section("400"), None);
        assert_eq!(section("0X300"), None);
    }
}
