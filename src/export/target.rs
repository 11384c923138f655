//! Where coordinates go: the reference system of the file, and the way there from CGCS2000 degrees.

use gdal::spatial_ref::SpatialRef;
use gdal::vector::Geometry;
use geo::{MapCoords, Rect};
use geozero::{CoordDimensions, ToWkb};

use super::format::Format;
use super::problem::ExportError;
use crate::geodesy::Crs;
use crate::ingest::{Datum, IngestError, Outgoing, said};
use crate::snapshot::ShapeGeometry;

/// Longitude or easting comes first in every file, whatever the registry says: so do GIS programs.
pub struct Target {
    /// `EPSG:4490`, `GCJ-02`.
    pub name: String,
    way: Way,
}

enum Way {
    System(Outgoing),
    /// Offset degrees, for which there is no registered system that a file could name.
    Datum(Datum),
}

impl Target {
    /// By what import takes as `--crs` and `--datum`, and by the URIs of OGC APIs. `place` holds all
    /// that is to be written, in degrees.
    pub fn of(text: &str, format: Format, place: Option<Rect<f64>>) -> Result<Self, ExportError> {
        let target = match text.parse::<Datum>() {
            Ok(datum @ (Datum::Gcj02 | Datum::Bd09)) => Self { name: datum.name().to_owned(), way: Way::Datum(datum) },
            Ok(Datum::Wgs84) => Self::system("EPSG:4326")?,
            Ok(Datum::Cgcs2000) => Self::system("EPSG:4490")?,
            Err(_) => Self::system(&registered(text))?,
        };
        if format == Format::Kml && !target.is_as_stored() {
            let why = "coordinates in KML are WGS-84 degrees by its definition; ask for EPSG:4490 or EPSG:4326";
            return Err(ExportError::Crs(format!("{}: {why}", target.name)));
        }
        if let (Way::System(system), Some(place)) = (&target.way, place)
            && !system.is_used_at(place.center().x_y())
        {
            let (lon, lat) = place.center().x_y();
            let why = format!("it is not made for the place of these features, around {lon:.2} {lat:.2}");
            return Err(ExportError::Crs(format!("{}: {why}", target.name)));
        }
        Ok(target)
    }

    fn system(text: &str) -> Result<Self, ExportError> {
        let system = Outgoing::of(text).map_err(|error| {
            ExportError::Crs(match error {
                IngestError::CrsSecret { name } => {
                    format!("the parameters between {name} and CGCS2000 are not public: nothing can be written in it")
                }
                other => other.to_string(),
            })
        })?;
        Ok(Self { name: system.name.clone(), way: Way::System(system) })
    }

    /// What the file says of its coordinates; `None` where there is no name for them.
    pub fn declared(&self) -> Option<&SpatialRef> {
        match &self.way {
            Way::System(system) => Some(&system.system),
            Way::Datum(_) => None,
        }
    }

    pub fn is_degrees(&self) -> bool {
        self.declared().is_none_or(SpatialRef::is_geographic)
    }

    fn is_as_stored(&self) -> bool {
        matches!(&self.way, Way::System(system) if system.transform.is_none())
    }

    /// For names of files: `gcj02` where the file itself cannot say so.
    pub fn suffix(&self) -> Option<String> {
        match self.way {
            Way::System(_) => None,
            Way::Datum(datum) => Some(datum.name().to_lowercase().replace('-', "")),
        }
    }

    /// A shape in this system.
    pub fn geometry(&self, shape: &ShapeGeometry) -> Result<Geometry, String> {
        let geometry = match shape {
            ShapeGeometry::Point(point) => geo::Geometry::Point(*point),
            ShapeGeometry::Lines(lines) => geo::Geometry::MultiLineString(lines.clone()),
            ShapeGeometry::Areas(areas) => geo::Geometry::MultiPolygon(areas.clone()),
        };
        let geometry = match self.way {
            Way::Datum(datum) => geometry.map_coords(|at| datum.of_cgcs2000(at.x, at.y).into()),
            Way::System(_) => geometry,
        };
        let wkb = geometry.to_wkb(CoordDimensions::xy()).map_err(|error| error.to_string())?;
        let mut geometry = Geometry::from_wkb(&wkb).map_err(|error| error.to_string())?;
        if let Way::System(Outgoing { transform: Some(transform), .. }) = &self.way {
            geometry
                .transform_inplace(transform)
                .map_err(|error| format!("it does not go into {}: {error} {}", self.name, said::take_line()))?;
        }
        Ok(geometry)
    }
}

/// `EPSG:4544` of the URIs, URNs and CURIEs that name it.
fn registered(text: &str) -> String {
    let text = text.trim();
    if let Ok(crs) = Crs::from_uri(text) {
        // Order of axes aside, which files do not follow, CRS84 is EPSG:4326.
        return if crs == Crs::Crs84 { "EPSG:4326".to_owned() } else { crs.short_name().to_owned() };
    }
    let plain = text.trim_start_matches('[').trim_end_matches(']');
    let lower = plain.to_ascii_lowercase().replacen("https://", "http://", 1);
    let code = lower
        .strip_prefix("http://www.opengis.net/def/crs/epsg/0/")
        .or_else(|| lower.strip_prefix("urn:ogc:def:crs:epsg::"));
    code.map_or_else(|| plain.to_owned(), |code| format!("EPSG:{code}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> String {
        match Target::of(text, Format::GeoJson, None) {
            Ok(target) => target.name,
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn systems_go_by_every_name() {
        for (text, expected) in [
            ("EPSG:4490", "EPSG:4490"),
            ("4544", "EPSG:4544"),
            ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", "EPSG:4326"),
            ("http://www.opengis.net/def/crs/EPSG/0/4523", "EPSG:4523"),
            ("[EPSG:3857]", "EPSG:3857"),
            ("cgcs2000", "EPSG:4490"),
            ("GCJ-02", "GCJ-02"),
            ("bd09", "BD-09"),
        ] {
            assert_eq!(name(text), expected, "{text}");
        }
        assert!(name("EPSG:2343").contains("not public"));
        assert!(name("/etc/passwd").contains("no reference system"));
    }

    #[test]
    fn a_strip_elsewhere_and_a_shifted_kml_are_refused() {
        let ziyang = Some(Rect::new((104.6, 30.1), (104.7, 30.2)));
        let refused = |text, format| Target::of(text, format, ziyang).err().map(|error| error.to_string());
        assert!(refused("EPSG:4534", Format::Csv).is_some_and(|why| why.contains("not made for")));
        assert!(refused("gcj02", Format::Kml).is_some_and(|why| why.contains("WGS-84")));
        assert!(refused("EPSG:4544", Format::Kml).is_some_and(|why| why.contains("WGS-84")));
        assert_eq!(refused("EPSG:4544", Format::Csv), None);
    }
}
