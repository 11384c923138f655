//! Which reference system a file is in. Asked when unknown, refused when it contradicts the
//! coordinates, never guessed.

use std::fmt;

use gdal::spatial_ref::{AxisMappingStrategy, CoordTransform, CoordTransformOptions, SpatialRef};
use geo::Rect;

use super::problem::IngestError;
use super::said;

/// A reference system that coordinates of this size would fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What to write on the command line: `--crs EPSG:4544`.
    pub option: String,
    pub why: &'static str,
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.option, self.why)
    }
}

/// How coordinates of the file become CGCS2000 degrees.
pub struct SourceCrs {
    pub name: String,
    /// `None` where they are degrees already.
    pub transform: Option<CoordTransform>,
    /// Northing or latitude comes first.
    pub is_north_first: bool,
}

/// What the file and the person say.
pub struct Claims<'a> {
    pub declared: Option<SpatialRef>,
    pub asked: Option<&'a str>,
    /// A datum was named, so degrees need no further declaration.
    pub is_datum_known: bool,
    pub is_north_first: bool,
    pub extent: Option<Rect<f64>>,
}

/// The reference system, after it was held against the coordinates. `middle` is the median of the
/// first rows; `None` when no row has a shape.
pub fn resolve(claims: Claims<'_>, middle: Option<(f64, f64)>) -> Result<(SourceCrs, &'static str), IngestError> {
    let is_north_first = claims.is_north_first;
    let raw_middle = middle;
    let middle = middle.map(|(x, y)| if is_north_first { (y, x) } else { (x, y) });
    let fitting = raw_middle.map(|at| fitting(at, claims.extent)).unwrap_or_default();
    let (mut crs, by) = match (claims.asked, claims.declared) {
        (Some(text), _) => (asked(text)?, "given with --crs"),
        (None, Some(declared)) if !declared.is_local() && !is_undefined(&declared) => {
            (declared, "declared by the file")
        }
        _ if claims.is_datum_known && middle.is_some_and(are_degrees) => {
            let degrees = SourceCrs { name: "degrees".to_owned(), transform: None, is_north_first };
            return Ok((degrees, "degrees of the datum given with --datum"));
        }
        _ => return Err(IngestError::CrsUnknown { fitting }),
    };
    crs.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    let name = describe(&crs);
    refuse_secret(&crs, &name)?;

    let contradicted = |at: (f64, f64)| IngestError::CrsContradicted {
        name: name.clone(),
        coordinates: format!("around {} {}", at.0, at.1),
        fitting: fitting.clone(),
    };
    if crs.is_geographic() {
        if let Some(at) = middle {
            let is_swapped = claims.extent.is_some_and(|e| !holds(&e, at) && holds(&e, (at.1, at.0)));
            if !are_degrees(at) || is_swapped {
                return Err(contradicted(at));
            }
        }
        let transform = if is_ours(&crs) { None } else { Some(to_degrees(&crs, &name)?) };
        return Ok((SourceCrs { name, transform, is_north_first }, by));
    }
    let transform = to_degrees(&crs, &name)?;
    if let Some(at) = middle {
        let is_plausible = !are_degrees(at) && lands_where_it_may(&crs, &transform, at);
        if !is_plausible {
            return Err(contradicted(at));
        }
    }
    Ok((SourceCrs { name, transform: Some(transform), is_north_first }, by))
}

fn asked(text: &str) -> Result<SpatialRef, IngestError> {
    said::listen();
    let text = text.trim();
    // GDAL would also read a file or fetch an address; a reference system is neither.
    let is_plain = !text.contains("://") && !text.contains('/') && !std::path::Path::new(text).exists();
    let text = if text.bytes().all(|b| b.is_ascii_digit()) { format!("EPSG:{text}") } else { text.to_owned() };
    is_plain
        .then(|| SpatialRef::from_definition(&text).ok())
        .flatten()
        .ok_or_else(|| IngestError::CrsUnreadable(text.clone()))
}

/// What GDAL makes of a GeoPackage that says "not known" of its reference system.
fn is_undefined(crs: &SpatialRef) -> bool {
    crs.name().is_some_and(|name| name.starts_with("Undefined "))
}

fn describe(crs: &SpatialRef) -> String {
    crs.authority().unwrap_or_else(|_| crs.name().unwrap_or_else(|| "without a name".to_owned()))
}

/// Names that stand for CGCS2000 or for WGS-84, which is taken as CGCS2000.
fn is_ours(crs: &SpatialRef) -> bool {
    if let Ok("EPSG:4490" | "EPSG:4326" | "EPSG:4979" | "EPSG:4480" | "OGC:CRS84") = crs.authority().as_deref() {
        return true;
    }
    let name = crs.name().unwrap_or_default().to_lowercase().replace(['_', ' ', '-'], "");
    ["wgs84", "wgs1984", "cgcs2000", "china2000", "chinageodeticcoordinatesystem2000"]
        .iter()
        .any(|known| name.contains(known))
}

/// Xian 80 and Beijing 54: their parameters are secret, and what circulates is metres off.
fn refuse_secret(crs: &SpatialRef, name: &str) -> Result<(), IngestError> {
    let wkt = crs.to_wkt().unwrap_or_default().to_lowercase().replace(['_', ' '], "");
    let is = |needle: &str| wkt.contains(needle);
    let system = match () {
        () if is("xian1980") || is("xian80") || is("xi'an") || is("西安") => "Xian 80 (1980西安坐标系)",
        () if is("beijing1954") || is("beijing54") || is("newbeijing") || is("北京54") => {
            "Beijing 54 (1954北京坐标系)"
        }
        () => return Ok(()),
    };
    Err(IngestError::CrsSecret { name: format!("{system}, {name}") })
}

fn to_degrees(crs: &SpatialRef, name: &str) -> Result<CoordTransform, IngestError> {
    between(crs, name, Direction::ToDegrees)
}

enum Direction {
    ToDegrees,
    FromDegrees,
}

fn between(crs: &SpatialRef, name: &str, direction: Direction) -> Result<CoordTransform, IngestError> {
    said::listen();
    let no_path = |why: String| IngestError::CrsNoPath { name: name.to_owned(), why };
    let known = |result: gdal::errors::Result<SpatialRef>| result.map_err(|error| no_path(error.to_string()));
    let base = known(crs.geog_cs())?;
    // Within one datum the projection is undone exactly; another datum goes by PROJ's best known
    // path, and by none that ignores the difference.
    let mut degrees = if is_ours(&base) { base } else { known(SpatialRef::from_epsg(4326))? };
    degrees.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    let mut options = CoordTransformOptions::new().map_err(|error| no_path(error.to_string()))?;
    options.set_ballpark_allowed(false).map_err(|error| no_path(error.to_string()))?;
    let (from, to) = match direction {
        Direction::ToDegrees => (crs, &degrees),
        Direction::FromDegrees => (&degrees, crs),
    };
    CoordTransform::new_with_options(from, to, &options).map_err(|error| no_path(error.to_string()))
}

/// A reference system to write in, by the names that `--crs` takes.
pub struct Outgoing {
    /// `EPSG:4544`, or its own name where it has no number.
    pub name: String,
    /// Longitude or easting first, as GIS files have it.
    pub system: SpatialRef,
    /// From CGCS2000 degrees; `None` where they are right as they are.
    pub transform: Option<CoordTransform>,
}

impl Outgoing {
    pub fn of(text: &str) -> Result<Self, IngestError> {
        let mut system = asked(text)?;
        system.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
        let name = describe(&system);
        refuse_secret(&system, &name)?;
        let transform = match system.is_geographic() && is_ours(&system) {
            true => None,
            false => Some(between(&system, &name, Direction::FromDegrees)?),
        };
        Ok(Self { name, system, transform })
    }

    /// True when the system is made for this place (degrees), give or take.
    pub fn is_used_at(&self, place: (f64, f64)) -> bool {
        is_used_at(&self.system, place)
    }
}

fn are_degrees((x, y): (f64, f64)) -> bool {
    x.abs() <= 180.0 && y.abs() <= 90.0
}

fn holds(extent: &Rect<f64>, (x, y): (f64, f64)) -> bool {
    extent.min().x <= x && x <= extent.max().x && extent.min().y <= y && y <= extent.max().y
}

/// True when the position comes out near the strip of the earth that the projection is made for.
fn lands_where_it_may(crs: &SpatialRef, transform: &CoordTransform, (x, y): (f64, f64)) -> bool {
    let (mut xs, mut ys) = ([x], [y]);
    transform.transform_coords(&mut xs, &mut ys, &mut []).is_ok() && is_used_at(crs, (xs[0], ys[0]))
}

/// True when the system is made for this place (degrees), give or take.
fn is_used_at(crs: &SpatialRef, (lon, lat): (f64, f64)) -> bool {
    const SLACK_DEGREES: f64 = 5.0;
    if !are_degrees((lon, lat)) {
        return false;
    }
    let is_strip =
        crs.get_attr_value("PROJECTION", 0).ok().flatten().is_some_and(|p| p.starts_with("Transverse_Mercator"));
    if let (true, Ok(Some(meridian))) = (is_strip, crs.get_proj_param("central_meridian"))
        && (lon - meridian).abs() > SLACK_DEGREES
    {
        return false;
    }
    crs.area_of_use().is_none_or(|area| {
        let lon_fits = area.west_lon_degree > area.east_lon_degree
            || (lon >= area.west_lon_degree - SLACK_DEGREES && lon <= area.east_lon_degree + SLACK_DEGREES);
        lon_fits && lat >= area.south_lat_degree - SLACK_DEGREES && lat <= area.north_lat_degree + SLACK_DEGREES
    })
}

/// The reference systems of China that coordinates of this size fit.
pub fn fitting((x, y): (f64, f64), extent: Option<Rect<f64>>) -> Vec<Candidate> {
    let candidate = |option: String, why| Candidate { option, why };
    let forward = plain(x, y, extent);
    if !forward.is_empty() {
        return forward;
    }
    plain(y, x, extent)
        .into_iter()
        .map(|c| {
            candidate(format!("{} --north-first", c.option), "the axes are swapped: north or latitude comes first")
        })
        .collect()
}

fn plain(x: f64, y: f64, extent: Option<Rect<f64>>) -> Vec<Candidate> {
    let candidate = |option: &str, why| Candidate { option: option.to_owned(), why };
    if are_degrees((x, y)) {
        return vec![
            candidate("--crs EPSG:4490", "degrees in CGCS2000"),
            candidate("--datum gcj02", "degrees from a Chinese map service"),
            candidate("--datum bd09", "degrees from Baidu"),
        ];
    }
    let is_northing_of_china = (1_000_000.0..6_500_000.0).contains(&y);
    if !is_northing_of_china {
        return Vec::new();
    }
    let mut found = Vec::new();
    if (100_000.0..1_000_000.0).contains(&x) {
        let meridian = extent.map_or(105.0, |e| (e.center().x / 3.0).round() * 3.0);
        let code = 4534 + ((meridian - 75.0) / 3.0) as i64;
        found.push(candidate(
            &format!("--crs EPSG:{code}"),
            "six-digit easting: CGCS2000 3-degree zone without zone number",
        ));
    }
    let zone = (x / 1e6).floor() as i64;
    if (25..=45).contains(&zone) {
        let option = format!("--crs EPSG:{}", 4513 + zone - 25);
        found.push(candidate(&option, "eight-digit easting that begins with the number of a 3-degree zone"));
    } else if (13..=23).contains(&zone) {
        let option = format!("--crs EPSG:{}", 4491 + zone - 13);
        found.push(candidate(&option, "eight-digit easting that begins with the number of a 6-degree zone"));
    }
    if (8_000_000.0..15_100_000.0).contains(&x) {
        found.push(candidate("--crs EPSG:3857", "Web Mercator"));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(asked: Option<&str>) -> Claims<'_> {
        Claims { declared: None, asked, is_datum_known: false, is_north_first: false, extent: None }
    }

    fn options(at: (f64, f64)) -> Vec<String> {
        fitting(at, None).into_iter().map(|c| c.option).collect()
    }

    #[test]
    fn the_traps_of_gauss_krueger_are_told_apart() {
        assert_eq!(options((466_300.0, 3_333_500.0)), ["--crs EPSG:4544"]);
        assert_eq!(options((35_466_300.0, 3_333_500.0)), ["--crs EPSG:4523"]);
        assert_eq!(options((18_466_300.0, 3_333_500.0)), ["--crs EPSG:4496"]);
        assert_eq!(options((3_333_500.0, 466_300.0)), ["--crs EPSG:4544 --north-first"]);
        assert_eq!(options((3_333_500.0, 35_466_300.0)), ["--crs EPSG:4523 --north-first"]);
        assert_eq!(options((11_650_000.0, 3_520_000.0)), ["--crs EPSG:3857"]);
        assert_eq!(options((30.1, 104.6))[0], "--crs EPSG:4490 --north-first");
    }

    #[test]
    fn an_unknown_system_is_asked_for() {
        assert!(
            matches!(resolve(claims(None), Some((466_300.0, 3_333_500.0))), Err(IngestError::CrsUnknown { fitting }) if fitting.len() == 1)
        );
        let known = Claims { is_datum_known: true, ..claims(None) };
        assert!(resolve(known, Some((104.6, 30.1))).is_ok());
    }

    #[test]
    fn a_system_that_contradicts_the_coordinates_is_refused() {
        let contradicted =
            |crs, at| matches!(resolve(claims(Some(crs)), Some(at)), Err(IngestError::CrsContradicted { .. }));
        assert!(contradicted("EPSG:4490", (466_300.0, 3_333_500.0)));
        assert!(contradicted("EPSG:4490", (30.1, 104.6)));
        assert!(contradicted("EPSG:4544", (35_466_300.0, 3_333_500.0)));
        assert!(contradicted("EPSG:4523", (466_300.0, 3_333_500.0)));
        assert!(contradicted("EPSG:4544", (3_333_500.0, 466_300.0)));
        assert!(contradicted("EPSG:4544", (104.6, 30.1)));
        assert!(!contradicted("EPSG:4544", (466_300.0, 3_333_500.0)));
    }

    #[test]
    fn north_first_is_taken_when_said() {
        let north_first = Claims { is_north_first: true, ..claims(Some("EPSG:4544")) };
        assert!(resolve(north_first, Some((3_333_500.0, 466_300.0))).is_ok());
    }

    #[test]
    fn secret_systems_are_refused_with_the_reason() {
        for crs in ["EPSG:4610", "EPSG:2343", "EPSG:4214", "EPSG:2422", "EPSG:4555"] {
            let refused = resolve(claims(Some(crs)), Some((466_300.0, 3_333_500.0)));
            assert!(matches!(refused, Err(IngestError::CrsSecret { .. })), "{crs}");
        }
    }

    #[test]
    fn a_definition_is_no_address() {
        for text in ["https://example.org/x.wkt", "/etc/passwd", "klingon", "EPSG:999999"] {
            assert!(matches!(resolve(claims(Some(text)), None), Err(IngestError::CrsUnreadable(_))), "{text}");
        }
    }

    #[test]
    fn a_zone_is_undone_to_the_metre() {
        let (crs, _) = resolve(claims(Some("EPSG:4544")), Some((500_000.0, 3_333_500.0))).expect("fits");
        let (mut x, mut y) = ([500_000.0], [3_333_500.0]);
        crs.transform.expect("projected").transform_coords(&mut x, &mut y, &mut []).expect("in range");
        assert!((x[0] - 105.0).abs() < 1e-9 && (30.1..30.2).contains(&y[0]), "{x:?} {y:?}");
    }
}
