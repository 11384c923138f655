//! The coordinate reference systems that the API speaks, with the names and the axis orders that
//! the registries give them.

use std::fmt;

use geo::Coord;

use super::gauss_kruger::EPSG_4544;
use super::tile_grid::{from_web_mercator, to_web_mercator};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Crs {
    /// OGC:CRS84: longitude, latitude. CGCS2000 degrees are served as they are: the datums differ
    /// by centimetres.
    #[default]
    Crs84,
    /// EPSG:4490, CGCS2000: latitude, longitude. The system of storage.
    Cgcs2000,
    /// EPSG:4544, CGCS2000 / 3-degree Gauss-Kruger CM 105E: north (X), east (Y), metres.
    GaussKruger105,
    /// EPSG:3857: x to the east, y to the north. For display only.
    WebMercator,
}

/// A name that is none of [`Crs::ALL`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the coordinate reference system «{0}» is not served")]
pub struct UnknownCrs(pub String);

impl Crs {
    pub const ALL: [Crs; 4] = [Crs::Crs84, Crs::Cgcs2000, Crs::GaussKruger105, Crs::WebMercator];

    /// The name in OGC API requests and answers.
    pub fn uri(self) -> &'static str {
        match self {
            Crs::Crs84 => "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
            Crs::Cgcs2000 => "http://www.opengis.net/def/crs/EPSG/0/4490",
            Crs::GaussKruger105 => "http://www.opengis.net/def/crs/EPSG/0/4544",
            Crs::WebMercator => "http://www.opengis.net/def/crs/EPSG/0/3857",
        }
    }

    /// The short name: `OGC:CRS84`, `EPSG:4490`.
    pub fn short_name(self) -> &'static str {
        match self {
            Crs::Crs84 => "OGC:CRS84",
            Crs::Cgcs2000 => "EPSG:4490",
            Crs::GaussKruger105 => "EPSG:4544",
            Crs::WebMercator => "EPSG:3857",
        }
    }

    /// Takes the URI, with `https` too, the safe CURIE of OGC API Common (`[EPSG:4490]`), the short
    /// name and the URN. Letters may be of either case.
    pub fn from_uri(name: &str) -> Result<Self, UnknownCrs> {
        let lower = name.trim().to_ascii_lowercase();
        let plain = lower.trim_start_matches('[').trim_end_matches(']').replacen("https://", "http://", 1);
        let is_named = |crs: &Crs| {
            let short = crs.short_name().to_ascii_lowercase();
            let (authority, code) = short.split_once(':').expect("short names hold a colon");
            plain == crs.uri().to_ascii_lowercase()
                || plain == short
                || plain.strip_prefix("urn:ogc:def:crs:").is_some_and(|urn| {
                    let mut parts = urn.split(':');
                    parts.next() == Some(authority) && parts.next_back() == Some(code) && parts.count() <= 1
                })
        };
        Self::ALL.into_iter().find(is_named).ok_or_else(|| UnknownCrs(name.to_owned()))
    }

    /// True when coordinates are degrees.
    pub fn is_geographic(self) -> bool {
        matches!(self, Crs::Crs84 | Crs::Cgcs2000)
    }

    /// The first and second coordinate, in the order of the registry, of a longitude and latitude.
    pub fn to_axes(self, lon_lat: Coord<f64>) -> [f64; 2] {
        match self {
            Crs::Crs84 => [lon_lat.x, lon_lat.y],
            Crs::Cgcs2000 => [lon_lat.y, lon_lat.x],
            Crs::GaussKruger105 => {
                let plane = EPSG_4544.to_plane(lon_lat);
                [plane.y, plane.x]
            }
            Crs::WebMercator => {
                let plane = to_web_mercator(lon_lat.x, lon_lat.y);
                [plane.x, plane.y]
            }
        }
    }

    /// Longitude and latitude of a first and second coordinate in the order of the registry.
    pub fn from_axes(self, [first, second]: [f64; 2]) -> Coord<f64> {
        match self {
            Crs::Crs84 => Coord { x: first, y: second },
            Crs::Cgcs2000 => Coord { x: second, y: first },
            Crs::GaussKruger105 => EPSG_4544.to_lon_lat(Coord { x: second, y: first }),
            Crs::WebMercator => from_web_mercator(Coord { x: first, y: second }),
        }
    }
}

impl fmt::Display for Crs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.short_name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_finds_its_system() {
        for crs in Crs::ALL {
            assert_eq!(Crs::from_uri(crs.uri()), Ok(crs));
            assert_eq!(Crs::from_uri(&crs.uri().replace("http:", "https:")), Ok(crs));
            assert_eq!(Crs::from_uri(crs.short_name()), Ok(crs));
            assert_eq!(Crs::from_uri(&format!("[{}]", crs.short_name())), Ok(crs));
        }
        assert_eq!(Crs::from_uri("urn:ogc:def:crs:EPSG::4490"), Ok(Crs::Cgcs2000));
        assert_eq!(Crs::from_uri("urn:ogc:def:crs:OGC:1.3:CRS84"), Ok(Crs::Crs84));
        assert!(Crs::from_uri("EPSG:2380").is_err());
        assert!(Crs::from_uri("urn:ogc:def:crs:EPSG:x:y:4490").is_err());
        assert!(Crs::from_uri("").is_err());
    }

    #[test]
    fn axes_stand_in_the_order_of_the_registry() {
        let ziyang = Coord { x: 104.65, y: 30.12 };
        assert_eq!(Crs::Crs84.to_axes(ziyang), [104.65, 30.12]);
        assert_eq!(Crs::Cgcs2000.to_axes(ziyang), [30.12, 104.65]);
        let [north, east] = Crs::GaussKruger105.to_axes(ziyang);
        assert!((north - 3_333_467.510).abs() < 0.001 && (east - 466_270.401).abs() < 0.001);
        let [x, y] = Crs::WebMercator.to_axes(ziyang);
        assert!((x - 11_649_584.712).abs() < 0.001 && (y - 3_518_984.069).abs() < 0.001);
    }

    #[test]
    fn axes_return() {
        let ziyang = Coord { x: 104.65, y: 30.12 };
        for crs in Crs::ALL {
            let back = crs.from_axes(crs.to_axes(ziyang));
            assert!((back.x - ziyang.x).abs() < 1e-11 && (back.y - ziyang.y).abs() < 1e-11, "{crs}: {back:?}");
        }
    }
}
