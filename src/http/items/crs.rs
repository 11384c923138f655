//! The reference systems that features are asked for and answered in, in the registry's axis order.

use geo::Coord;

use crate::geodesy::tile_grid::{from_web_mercator, to_web_mercator};
use crate::http::problem::Problem;

/// Geometry is stored in CGCS2000 degrees. CRS84 is taken as the same: the two differ by less than
/// what any layer of a city is surveyed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crs {
    /// Longitude, latitude.
    Crs84,
    /// EPSG:4490, latitude first.
    Cgcs2000,
    /// EPSG:3857, east then north.
    WebMercator,
}

impl Crs {
    pub const ALL: [Crs; 3] = [Crs::Crs84, Crs::Cgcs2000, Crs::WebMercator];

    pub fn uri(self) -> &'static str {
        match self {
            Crs::Crs84 => "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
            Crs::Cgcs2000 => "http://www.opengis.net/def/crs/EPSG/0/4490",
            Crs::WebMercator => "http://www.opengis.net/def/crs/EPSG/0/3857",
        }
    }

    /// The system of a parameter; CRS84 where it is not given.
    pub fn of_parameter(name: &str, given: Option<&str>) -> Result<Self, Problem> {
        let Some(given) = given else { return Ok(Crs::Crs84) };
        Self::ALL.into_iter().find(|crs| crs.uri() == given).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.map(Crs::uri).to_vec();
            Problem::parameter(name, format!("«{given}» is not answered here; there are {}", known.join(", ")))
        })
    }

    pub fn is_degrees(self) -> bool {
        matches!(self, Crs::Crs84 | Crs::Cgcs2000)
    }

    /// Coordinates in this system's axis order, of a stored position.
    pub fn of_stored(self, at: Coord<f64>) -> [f64; 2] {
        match self {
            Crs::Crs84 => [at.x, at.y],
            Crs::Cgcs2000 => [at.y, at.x],
            Crs::WebMercator => {
                let there = to_web_mercator(at.x, at.y);
                [there.x, there.y]
            }
        }
    }

    /// The stored position of coordinates in this system's axis order.
    pub fn to_stored(self, [first, second]: [f64; 2]) -> Coord<f64> {
        match self {
            Crs::Crs84 => Coord { x: first, y: second },
            Crs::Cgcs2000 => Coord { x: second, y: first },
            Crs::WebMercator => from_web_mercator(Coord { x: first, y: second }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_system_returns_to_the_stored_position() {
        let at = Coord { x: 104.65, y: 30.12 };
        for crs in Crs::ALL {
            let back = crs.to_stored(crs.of_stored(at));
            assert!((back.x - at.x).abs() < 1e-11 && (back.y - at.y).abs() < 1e-11, "{crs:?}: {back:?}");
        }
    }

    #[test]
    fn cgcs2000_is_latitude_first() {
        assert_eq!(Crs::Cgcs2000.of_stored(Coord { x: 104.65, y: 30.12 }), [30.12, 104.65]);
    }
}
