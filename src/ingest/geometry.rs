//! The shape of a row as the layer's table takes it: right type, two-dimensional, valid, on earth.

use gdal::cpl::CslStringList;
use gdal::vector::{
    Geometry, OGRwkbGeometryType as Ogr, geometry_type_flatten, geometry_type_has_m, geometry_type_has_z,
};
use geo::Rect;

use super::crs::SourceCrs;
use super::datum::Datum;
use super::limits::Limits;
use super::report::Problem;
use super::simple_ring::is_surely_simple;
use super::wkb::{self, Part, PartKind};
use super::{gdal_raw, said};
use crate::domain::GeometryKind;

pub struct Shaper<'a> {
    pub kind: GeometryKind,
    pub crs: &'a SourceCrs,
    pub datum: Option<Datum>,
    pub extent: Option<Rect<f64>>,
    pub limits: Limits,
    parts: Vec<Part>,
    /// The positions of the ring that was looked at last.
    ring: Vec<(f64, f64)>,
}

/// A shape that is fit for the table.
pub struct Shaped {
    pub wkb: Vec<u8>,
    /// What was mended.
    pub problems: Vec<Problem>,
    pub has_lost_height: bool,
    pub is_outside_extent: bool,
}

impl<'a> Shaper<'a> {
    pub fn new(
        kind: GeometryKind,
        crs: &'a SourceCrs,
        datum: Option<Datum>,
        extent: Option<Rect<f64>>,
        limits: Limits,
    ) -> Self {
        Self { kind, crs, datum, extent, limits, parts: Vec::new(), ring: Vec::new() }
    }

    /// The shape for the table, or why there is none.
    pub fn shape(&mut self, source: &Geometry) -> Result<Shaped, Problem> {
        if source.geometry_type() == Ogr::wkbUnknown {
            let reason = format!("the row has no shape: {}", said::take_line());
            return Err(Problem::geometry("missing", reason.trim_end_matches(": ")));
        }
        if source.is_empty() {
            return Err(Problem::geometry("empty", "the shape is empty"));
        }
        let mut problems = Vec::new();
        let (mut own, has_lost_height) = flatten(source, &mut problems)?;
        if let Some(fitted) = fit(own.as_ref().unwrap_or(source), self.kind, &mut problems)? {
            own = Some(fitted);
        }
        if self.crs.is_north_first || self.crs.transform.is_some() {
            let mut moved = own.take().unwrap_or_else(|| source.clone());
            if self.crs.is_north_first {
                gdal_raw::swap_axes(&mut moved);
            }
            if let Some(transform) = &self.crs.transform {
                moved.transform_inplace(transform).map_err(|_| {
                    Problem::geometry(
                        "off_earth",
                        format!("the coordinates are beyond {}: {}", self.crs.name, said::take_line()),
                    )
                })?;
            }
            own = Some(moved);
        }
        let geometry = own.as_ref().unwrap_or(source);
        let wkb = geometry.wkb().map_err(|error| Problem::geometry("unreadable", error.to_string()))?;
        if wkb.len() / 16 > self.limits.vertices {
            let reason = format!("more than {} vertices", self.limits.vertices);
            return Err(Problem::geometry("too_many_vertices", reason));
        }
        let mut wkb = wkb::into_multi(wkb);
        let mut is_outside_extent = false;
        let is_closed = self.check_positions(&mut wkb, &mut is_outside_extent)?;
        let is_area = wkb::kind(&wkb) == Some(wkb::MULTI_POLYGON);
        if is_area && !self.is_surely_valid() {
            let is_shifted = matches!(self.datum, Some(Datum::Gcj02 | Datum::Bd09));
            let again;
            let geometry = if is_shifted || !is_closed {
                again = reread(&wkb, is_closed, &mut problems)?;
                &again
            } else {
                geometry
            };
            if let Some(reason) = invalidity(geometry) {
                wkb = self.mend_area(geometry, &reason, &mut problems)?;
            } else if !is_closed {
                wkb = wkb::into_multi(geometry.wkb().map_err(|e| Problem::geometry("unreadable", e.to_string()))?);
            }
        }
        Ok(Shaped { wkb, problems, has_lost_height, is_outside_extent })
    }

    /// Shifts to CGCS2000 and looks at every position. Returns whether all rings are closed.
    fn check_positions(&mut self, wkb: &mut [u8], is_outside: &mut bool) -> Result<bool, Problem> {
        wkb::parts(wkb, &mut self.parts)
            .ok_or_else(|| Problem::geometry("unreadable", "the shape is of a type that cannot be taken apart"))?;
        let shift = self.datum.filter(|d| matches!(d, Datum::Gcj02 | Datum::Bd09));
        let mut is_closed = true;
        for part in &self.parts {
            let mut first_other = None;
            self.ring.clear();
            for i in 0..part.count {
                let (mut x, mut y) = wkb::position(wkb, part, i);
                if !(x.abs() <= 180.0 && y.abs() <= 90.0) {
                    return Err(off_earth(x, y));
                }
                if let Some(datum) = shift {
                    (x, y) = datum.to_cgcs2000(x, y);
                    wkb::set_position(wkb, part, i, (x, y));
                }
                if let Some(e) = &self.extent {
                    *is_outside |= x < e.min().x || x > e.max().x || y < e.min().y || y > e.max().y;
                }
                self.ring.push((x, y));
                if first_other.is_none() && i > 0 && (x, y) != wkb::position(wkb, part, 0) {
                    first_other = Some(i);
                }
            }
            match part.kind {
                PartKind::Point => {}
                PartKind::Line if first_other.is_none() => {
                    return Err(Problem::geometry("too_few_points", "a line of fewer than two different points"));
                }
                PartKind::Line => {}
                PartKind::Ring => {
                    let ends =
                        part.count > 0 && wkb::position(wkb, part, 0) == wkb::position(wkb, part, part.count - 1);
                    is_closed &= ends;
                }
            }
        }
        Ok(is_closed)
    }

    /// Whether the area that was looked at last needs no answer from GEOS: it is one ring, plainly
    /// simple as it will be written.
    fn is_surely_valid(&self) -> bool {
        matches!(self.parts[..], [Part { kind: PartKind::Ring, .. }]) && is_surely_simple(&self.ring)
    }

    fn mend_area(&self, geometry: &Geometry, reason: &str, problems: &mut Vec<Problem>) -> Result<Vec<u8>, Problem> {
        let refuse = |why: &str| Problem::geometry("invalid", format!("{reason}; {why}"));
        let mut options = CslStringList::new();
        options.set_name_value("METHOD", "STRUCTURE").map_err(|error| refuse(&error.to_string()))?;
        let mended = geometry.make_valid(&options).map_err(|_| refuse("it cannot be repaired"))?;
        said::take();
        let areas = only(&mended, is_area).ok_or_else(|| refuse("nothing with an area is left after repair"))?;
        if let Some(still) = invalidity(&areas) {
            return Err(refuse(&format!("still after repair: {still}")));
        }
        problems.push(Problem::geometry("repaired", format!("{reason}; repaired (MakeValid, structure)")));
        let wkb = areas.wkb().map_err(|error| refuse(&error.to_string()))?;
        Ok(wkb::into_multi(wkb))
    }
}

/// Why a shape is not valid in the sense of OGC Simple Features, with the place; `None` when it is.
///
/// GEOS answers, the same library that PostGIS asks.
pub fn invalidity(geometry: &Geometry) -> Option<String> {
    // What was said about reading the row is not about its validity.
    said::take();
    if geometry.is_valid() {
        return None;
    }
    let said = said::take_line();
    Some(if said.is_empty() { "not valid".to_owned() } else { said })
}

/// What is wrong with an area, where, and the same area mended.
#[derive(Debug, Clone, PartialEq)]
pub struct Invalid {
    /// GEOS's words: `Self-intersection at or near point 104.65 30.12`.
    pub reason: String,
    pub at: Option<(f64, f64)>,
    /// `None` where nothing with an area is left.
    pub mended: Option<Vec<u8>>,
}

/// Looks at an area in well-known binary as the database will, and offers it mended where it is not
/// valid. `None`: it is valid.
pub fn judge_area(wkb: &[u8]) -> Option<Invalid> {
    said::listen();
    let unreadable = || Invalid { reason: "the shape cannot be read".to_owned(), at: None, mended: None };
    let Ok(geometry) = Geometry::from_wkb(wkb) else { return Some(unreadable()) };
    let reason = invalidity(&geometry)?;
    let mut numbers = reason.rsplit(' ').map(|word| word.trim_end_matches('.').parse::<f64>());
    let at = match (numbers.next(), numbers.next()) {
        (Some(Ok(y)), Some(Ok(x))) => Some((x, y)),
        _ => None,
    };
    let mut options = CslStringList::new();
    let mended = options
        .set_name_value("METHOD", "STRUCTURE")
        .and_then(|()| geometry.make_valid(&options))
        .ok()
        .and_then(|mended| only(&mended, is_area))
        .filter(|areas| invalidity(areas).is_none())
        .and_then(|areas| areas.wkb().ok())
        .map(wkb::into_multi);
    said::take();
    Some(Invalid { reason, at, mended })
}

/// Whether a shape in well-known text, or in well-known binary as hexadecimal, is valid as the
/// import judges it. `None` when it cannot be read as a shape; the import refuses it then.
pub fn is_valid_shape(text: &str) -> Option<bool> {
    said::listen();
    let byte = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    let hexadecimal: Option<Vec<u8>> = (0..text.len()).step_by(2).map(byte).collect();
    let geometry = match hexadecimal {
        Some(wkb) => Geometry::from_wkb(&wkb).ok()?,
        None => Geometry::from_wkt(text).ok()?,
    };
    Some(invalidity(&geometry).is_none())
}

fn off_earth(x: f64, y: f64) -> Problem {
    if !x.is_finite() || !y.is_finite() {
        return Problem::geometry("not_a_number", "a coordinate is not a finite number");
    }
    let reason = if y.abs() > 90.0 && y.abs() <= 180.0 && x.abs() <= 90.0 {
        format!("latitude {y} is beyond 90: longitude and latitude are swapped")
    } else {
        format!("{x} {y} is no place on earth in degrees")
    };
    Problem::geometry("off_earth", reason)
}

fn reread(wkb: &[u8], is_closed: bool, problems: &mut Vec<Problem>) -> Result<Geometry, Problem> {
    let mut geometry = Geometry::from_wkb(wkb).map_err(|error| Problem::geometry("unreadable", error.to_string()))?;
    if !is_closed {
        gdal_raw::close_rings(&mut geometry);
        problems.push(Problem::geometry("ring_closed", "a ring did not end where it began; closed"));
    }
    Ok(geometry)
}

/// Without arcs, heights and measures. `None` where there was nothing to take away.
fn flatten(source: &Geometry, problems: &mut Vec<Problem>) -> Result<(Option<Geometry>, bool), Problem> {
    let mut own = None;
    if gdal_raw::has_curves(source) {
        let lines = gdal_raw::linearised(source)
            .ok_or_else(|| Problem::geometry("curve", "the arcs cannot be drawn as lines"))?;
        problems.push(Problem::geometry("curve", "arcs drawn as lines, one vertex each 4 degrees"));
        own = Some(lines);
    }
    let kind = own.as_ref().unwrap_or(source).geometry_type();
    let has_height = geometry_type_has_z(kind) || geometry_type_has_m(kind);
    if has_height {
        let mut flat = own.unwrap_or_else(|| source.clone());
        flat.flatten_to_2d();
        own = Some(flat);
    }
    Ok((own, has_height))
}

fn is_point(kind: Ogr::Type) -> bool {
    kind == Ogr::wkbPoint
}

fn is_line(kind: Ogr::Type) -> bool {
    matches!(kind, Ogr::wkbLineString | Ogr::wkbLinearRing)
}

fn is_area(kind: Ogr::Type) -> bool {
    kind == Ogr::wkbPolygon
}

fn is_surface(kind: Ogr::Type) -> bool {
    matches!(kind, Ogr::wkbTIN | Ogr::wkbPolyhedralSurface | Ogr::wkbTriangle)
}

/// Brings the shape to what the layer holds. `None` where it already is.
fn fit(geometry: &Geometry, kind: GeometryKind, problems: &mut Vec<Problem>) -> Result<Option<Geometry>, Problem> {
    let found = geometry_type_flatten(geometry.geometry_type());
    let name = geometry.geometry_name();
    let refuse = |wanted: &str| Err(Problem::geometry("wrong_type", format!("a {name} where {wanted} belongs")));
    if is_surface(found) {
        if !matches!(kind, GeometryKind::Area | GeometryKind::LineOrArea) {
            return refuse(wanted(kind));
        }
        problems.push(Problem::geometry("surface", format!("a {name} was laid flat as an area")));
        return only(geometry, is_area)
            .map(Some)
            .ok_or_else(|| Problem::geometry("wrong_type", format!("a {name} that has no areas")));
    }
    if found == Ogr::wkbGeometryCollection {
        return from_collection(geometry, kind, problems).map(Some);
    }
    let lines = matches!(found, Ogr::wkbLineString | Ogr::wkbMultiLineString);
    let areas = matches!(found, Ogr::wkbPolygon | Ogr::wkbMultiPolygon);
    match kind {
        GeometryKind::Point if found == Ogr::wkbPoint => Ok(None),
        GeometryKind::Point if found == Ogr::wkbMultiPoint && geometry.geometry_count() == 1 => {
            Ok(Some(geometry.get_geometry(0).clone()))
        }
        GeometryKind::Point if areas => {
            let inside = gdal_raw::point_inside(geometry).ok_or_else(|| {
                Problem::geometry("invalid", format!("no point inside the {name}: {}", said::take_line()))
            })?;
            problems.push(Problem::geometry("point_inside", "an area where a point belongs; a point inside was taken"));
            Ok(Some(inside))
        }
        GeometryKind::Line | GeometryKind::LineOrArea if lines => Ok(None),
        GeometryKind::Area | GeometryKind::LineOrArea if areas => Ok(None),
        GeometryKind::Area if found == Ogr::wkbLineString && is_closed_line(geometry) => {
            problems.push(Problem::geometry("line_to_area", "a closed line was taken as the edge of an area"));
            gdal_raw::to_multi_polygon(&polygon_of(geometry)?)
                .map(Some)
                .ok_or_else(|| Problem::geometry("invalid", "no area"))
        }
        _ => refuse(wanted(kind)),
    }
}

fn wanted(kind: GeometryKind) -> &'static str {
    match kind {
        GeometryKind::Point => "one point",
        GeometryKind::Line => "a line",
        GeometryKind::Area => "an area",
        GeometryKind::LineOrArea => "a line or an area",
    }
}

fn is_closed_line(line: &Geometry) -> bool {
    let count = line.point_count();
    count >= 4 && {
        let (a, b) = (line.get_point(0), line.get_point(count as i32 - 1));
        (a.0, a.1) == (b.0, b.1)
    }
}

fn polygon_of(line: &Geometry) -> Result<Geometry, Problem> {
    let fail = |error: gdal::errors::GdalError| Problem::geometry("unreadable", error.to_string());
    let mut ring = Geometry::empty(Ogr::wkbLinearRing).map_err(fail)?;
    for i in 0..line.point_count() {
        let (x, y, _) = line.get_point(i as i32);
        ring.add_point_2d((x, y));
    }
    let mut polygon = Geometry::empty(Ogr::wkbPolygon).map_err(fail)?;
    polygon.add_geometry(ring).map_err(fail)?;
    Ok(polygon)
}

fn from_collection(
    collection: &Geometry,
    kind: GeometryKind,
    problems: &mut Vec<Problem>,
) -> Result<Geometry, Problem> {
    let all = pieces(collection);
    let kept = match kind {
        GeometryKind::Point => all.iter().filter(|p| is_point(flat(p))).count(),
        GeometryKind::Line => all.iter().filter(|p| is_line(flat(p))).count(),
        GeometryKind::Area => all.iter().filter(|p| is_area(flat(p))).count(),
        GeometryKind::LineOrArea => all.iter().filter(|p| is_area(flat(p)) || is_line(flat(p))).count(),
    };
    let mixed = |why: &str| Problem::geometry("mixed", format!("a collection of {} shapes: {why}", all.len()));
    let taken = match kind {
        GeometryKind::Point if kept == 1 => only(collection, is_point).map(|points| points.get_geometry(0).clone()),
        GeometryKind::Line => only(collection, is_line),
        GeometryKind::Area => only(collection, is_area),
        GeometryKind::LineOrArea => only(collection, is_area).or_else(|| only(collection, is_line)),
        GeometryKind::Point => None,
    };
    let taken = taken.ok_or_else(|| mixed(&format!("not {}", wanted(kind))))?;
    problems.push(mixed(&format!("unpacked, {kept} fit this layer and {} were left out", all.len() - kept)));
    Ok(taken)
}

fn flat(geometry: &Geometry) -> Ogr::Type {
    geometry_type_flatten(geometry.geometry_type())
}

/// The single shapes within a shape.
fn pieces(geometry: &Geometry) -> Vec<Geometry> {
    let kind = flat(geometry);
    if is_point(kind) || is_line(kind) || is_area(kind) {
        return vec![geometry.clone()];
    }
    if kind == Ogr::wkbTriangle {
        return gdal_raw::to_multi_polygon(geometry).as_ref().map(pieces).unwrap_or_default();
    }
    (0..geometry.geometry_count()).flat_map(|i| pieces(&geometry.get_geometry(i))).collect()
}

/// The pieces of one kind as a multiple; `None` when there are none.
fn only(geometry: &Geometry, wanted: fn(Ogr::Type) -> bool) -> Option<Geometry> {
    let found: Vec<Geometry> =
        pieces(geometry).into_iter().filter(|piece| wanted(flat(piece)) && !piece.is_empty()).collect();
    let multi = match () {
        () if wanted(Ogr::wkbPolygon) => wkb::MULTI_POLYGON,
        () if wanted(Ogr::wkbLineString) => wkb::MULTI_LINE,
        () => Ogr::wkbMultiPoint,
    };
    joined(found, multi)
}

fn joined(found: Vec<Geometry>, multi: u32) -> Option<Geometry> {
    if found.is_empty() {
        return None;
    }
    let mut all = Geometry::empty(multi).ok()?;
    for piece in found {
        if flat(&piece) == multi {
            for part in pieces(&piece) {
                all.add_geometry(part).ok()?;
            }
        } else {
            all.add_geometry(piece).ok()?;
        }
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(kind: GeometryKind, wkt: &str) -> Result<(String, Vec<&'static str>), &'static str> {
        said::listen();
        let crs = SourceCrs { name: "degrees".to_owned(), transform: None, is_north_first: false };
        let mut shaper = Shaper::new(kind, &crs, None, None, Limits::default());
        let geometry = Geometry::from_wkt(wkt).expect("well-known text");
        match shaper.shape(&geometry) {
            Ok(shaped) => {
                let back = Geometry::from_wkb(&shaped.wkb).expect("well-known binary");
                Ok((back.wkt().expect("text"), shaped.problems.iter().map(|p| p.code).collect()))
            }
            Err(problem) => Err(problem.code),
        }
    }

    use GeometryKind::{Area, Line, LineOrArea, Point};

    #[test]
    fn what_fits_passes_as_a_multiple() {
        assert_eq!(shape(Point, "POINT (1 2)"), Ok(("POINT (1 2)".to_owned(), vec![])));
        assert_eq!(shape(Line, "LINESTRING (1 2,3 4)"), Ok(("MULTILINESTRING ((1 2,3 4))".to_owned(), vec![])));
        let square = "POLYGON ((0 0,1 0,1 1,0 0))";
        assert_eq!(shape(Area, square), Ok(("MULTIPOLYGON (((0 0,1 0,1 1,0 0)))".to_owned(), vec![])));
        assert_eq!(shape(LineOrArea, square).map(|s| s.1), Ok(vec![]));
        assert_eq!(shape(Area, "POLYGON Z ((0 0 5,1 0 5,1 1 5,0 0 5))").map(|s| s.1), Ok(vec![]));
    }

    #[test]
    fn what_can_be_mended_is_mended_and_told() {
        let codes = |kind, wkt| shape(kind, wkt).map(|s| s.1);
        assert_eq!(codes(Area, "POLYGON ((0 0,1 1,0 1,1 0,0 0))"), Ok(vec!["repaired"]));
        assert_eq!(codes(Area, "POLYGON ((0 0,1 0,1 1,0 1))"), Ok(vec!["ring_closed"]));
        assert_eq!(codes(Area, "LINESTRING (0 0,1 0,1 1,0 0)"), Ok(vec!["line_to_area"]));
        assert_eq!(codes(Point, "POLYGON ((0 0,1 0,1 1,0 0))"), Ok(vec!["point_inside"]));
        assert_eq!(codes(Line, "CIRCULARSTRING (0 0,1 1,2 0)"), Ok(vec!["curve"]));
        let mixed = "GEOMETRYCOLLECTION (POINT (1 2),POLYGON ((0 0,1 0,1 1,0 0)))";
        assert_eq!(codes(Area, mixed), Ok(vec!["mixed"]));
        assert_eq!(codes(Point, mixed), Ok(vec!["mixed"]));
        assert_eq!(codes(Area, "TIN Z (((0 0 0,1 0 0,1 1 5,0 0 0)))"), Ok(vec!["surface"]));
    }

    #[test]
    fn what_cannot_be_mended_is_refused_with_the_reason() {
        assert_eq!(shape(Area, "POLYGON EMPTY"), Err("empty"));
        assert_eq!(shape(Area, "POINT (1 2)"), Err("wrong_type"));
        assert_eq!(shape(Point, "MULTIPOINT (1 2,3 4)"), Err("wrong_type"));
        assert_eq!(shape(Line, "LINESTRING (1 2,1 2)"), Err("too_few_points"));
        assert_eq!(shape(Area, "POLYGON ((0 0,1 0,0 0,0 0))"), Err("invalid"));
        assert_eq!(shape(Point, "POINT (30 104)"), Err("off_earth"));
    }

    #[test]
    fn the_reason_names_the_place() {
        said::listen();
        let bow = Geometry::from_wkt("POLYGON ((0 0,1 1,0 1,1 0,0 0))").expect("text");
        let reason = invalidity(&bow).expect("invalid");
        assert!(reason.contains("Self-intersection") && reason.contains("0.5"), "{reason}");
    }
}
