//! The WebMercatorQuad tile grid (OGC 17-083r4, annex D.1) and its fixed-point world.
//!
//! The world square is divided into 2³² × 2³² units, x to the east and y to the south. At the
//! equator a unit is 9.3 mm, so a position in the world is exact enough to draw at any zoom, and
//! the position in a tile is a shift and a subtraction.

use std::f64::consts::PI;

use geo::{Coord, Rect};

/// The deepest zoom that the server answers. Maps overzoom from there.
pub const MAX_ZOOM: u8 = 22;
/// Latitude at which the world square ends.
pub const MAX_LATITUDE: f64 = 85.051_128_779_806_6;

const WORLD: f64 = 4_294_967_296.0;

/// A position in the world square, in units of 1/2³² of its side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorldPoint {
    pub x: u32,
    pub y: u32,
}

/// A tile address that lies inside the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tile {
    z: u8,
    x: u32,
    y: u32,
}

/// Why an address is not a tile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotATile {
    #[error("zoom {0} is beyond {MAX_ZOOM}")]
    Zoom(u32),
    #[error("column {x} is beyond {} at zoom {z}", (1u64 << z) - 1)]
    Column { z: u8, x: u32 },
    #[error("row {y} is beyond {} at zoom {z}", (1u64 << z) - 1)]
    Row { z: u8, y: u32 },
}

impl Tile {
    pub fn new(z: u32, x: u32, y: u32) -> Result<Self, NotATile> {
        if z > u32::from(MAX_ZOOM) {
            return Err(NotATile::Zoom(z));
        }
        let z = z as u8;
        let side = 1u64 << z;
        if u64::from(x) >= side {
            return Err(NotATile::Column { z, x });
        }
        if u64::from(y) >= side {
            return Err(NotATile::Row { z, y });
        }
        Ok(Self { z, x, y })
    }

    pub fn z(self) -> u8 {
        self.z
    }

    pub fn x(self) -> u32 {
        self.x
    }

    pub fn y(self) -> u32 {
        self.y
    }

    /// The tile's rectangle in world units `(west, north, east, south)`; the east and south edges
    /// may be 2³², hence `u64`.
    pub fn world_bounds(self) -> (u64, u64, u64, u64) {
        let side = 1u64 << (32 - self.z);
        let (west, north) = (u64::from(self.x) * side, u64::from(self.y) * side);
        (west, north, west + side, north + side)
    }

    /// The tile's rectangle in degrees, grown by `buffer` (1.0 = the tile's own side) on each side.
    pub fn lon_lat_bounds(self, buffer: f64) -> Rect<f64> {
        let (west, north, east, south) = self.world_bounds();
        let grow = buffer * (east - west) as f64;
        Rect::new(
            Coord { x: longitude(west as f64 - grow), y: latitude(south as f64 + grow) },
            Coord { x: longitude(east as f64 + grow), y: latitude(north as f64 - grow) },
        )
    }

    /// The tiles of a zoom that show some of `bounds` (degrees) when each is drawn with `margin` (1.0 =
    /// the tile's own side) around it; row by row.
    ///
    /// # Panics
    /// Beyond [`MAX_ZOOM`].
    pub fn showing(bounds: Rect<f64>, zoom: u8, margin: f64) -> impl Iterator<Item = Tile> {
        assert!(zoom <= MAX_ZOOM, "zoom {zoom} is beyond {MAX_ZOOM}");
        let side = 1u64 << (32 - zoom);
        let grow = (margin * side as f64).ceil() as u32;
        let north_west = to_world(bounds.min().x, bounds.max().y);
        let south_east = to_world(bounds.max().x, bounds.min().y);
        let nth = move |unit: u32| (u64::from(unit) / side) as u32;
        let columns = nth(north_west.x.saturating_sub(grow))..=nth(south_east.x.saturating_add(grow));
        let rows = nth(north_west.y.saturating_sub(grow))..=nth(south_east.y.saturating_add(grow));
        rows.flat_map(move |y| columns.clone().map(move |x| Tile { z: zoom, x, y }))
    }
}

/// The world position of a longitude and latitude in degrees, clamped to the square.
pub fn to_world(lon: f64, lat: f64) -> WorldPoint {
    let sin = lat.clamp(-MAX_LATITUDE, MAX_LATITUDE).to_radians().sin();
    let x = (lon / 360.0 + 0.5) * WORLD;
    let y = (0.5 - ((1.0 + sin) / (1.0 - sin)).ln() / (4.0 * PI)) * WORLD;
    let clamp = |v: f64| v.round().clamp(0.0, f64::from(u32::MAX)) as u32;
    WorldPoint { x: clamp(x), y: clamp(y) }
}

/// Degrees of a position in world units, which may lie outside the square.
fn longitude(x: f64) -> f64 {
    (x / WORLD - 0.5) * 360.0
}

fn latitude(y: f64) -> f64 {
    (PI * (1.0 - 2.0 * y / WORLD)).sinh().atan().to_degrees()
}

/// Web Mercator metres (EPSG:3857) of a longitude and latitude. For display, never for measuring.
pub fn to_web_mercator(lon: f64, lat: f64) -> Coord<f64> {
    const RADIUS: f64 = 6_378_137.0;
    let lat = lat.clamp(-MAX_LATITUDE, MAX_LATITUDE).to_radians();
    Coord { x: RADIUS * lon.to_radians(), y: RADIUS * lat.tan().asinh() }
}

/// Longitude and latitude of Web Mercator metres.
pub fn from_web_mercator(at: Coord<f64>) -> Coord<f64> {
    const RADIUS: f64 = 6_378_137.0;
    Coord { x: (at.x / RADIUS).to_degrees(), y: (at.y / RADIUS).sinh().atan().to_degrees() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ziyang_lies_in_its_tile() {
        let at = to_world(104.65, 30.12);
        let z = 14;
        let tile = Tile::new(z, at.x >> (32 - z), at.y >> (32 - z)).expect("inside the grid");
        let bounds = tile.lon_lat_bounds(0.0);
        assert!(bounds.min().x <= 104.65 && 104.65 <= bounds.max().x);
        assert!(bounds.min().y <= 30.12 && 30.12 <= bounds.max().y);
    }

    #[test]
    fn addresses_outside_the_grid_are_refused() {
        assert_eq!(Tile::new(23, 0, 0), Err(NotATile::Zoom(23)));
        assert_eq!(Tile::new(1, 2, 0), Err(NotATile::Column { z: 1, x: 2 }));
        assert_eq!(Tile::new(1, 0, 2), Err(NotATile::Row { z: 1, y: 2 }));
        assert!(Tile::new(0, 0, 0).is_ok());
    }

    #[test]
    fn web_mercator_returns() {
        let there = to_web_mercator(104.65, 30.12);
        let back = from_web_mercator(there);
        assert!((back.x - 104.65).abs() < 1e-12 && (back.y - 30.12).abs() < 1e-12);
    }

    #[test]
    fn tiles_that_show_a_box_are_those_whose_grown_bounds_meet_it() {
        let bounds = Rect::new(Coord { x: 104.62, y: 30.10 }, Coord { x: 104.66, y: 30.13 });
        for (zoom, margin) in [(10, 0.0), (14, 1.0 / 64.0), (15, 0.5)] {
            let shown: Vec<Tile> = Tile::showing(bounds, zoom, margin).collect();
            let (first, last) = (shown[0], shown[shown.len() - 1]);
            for y in first.y - 2..=last.y + 2 {
                for x in first.x - 2..=last.x + 2 {
                    let tile = Tile { z: zoom, x, y };
                    let grown = tile.lon_lat_bounds(margin);
                    let meets = grown.min().x <= bounds.max().x
                        && grown.max().x >= bounds.min().x
                        && grown.min().y <= bounds.max().y
                        && grown.max().y >= bounds.min().y;
                    assert_eq!(shown.contains(&tile), meets, "{tile:?} with a margin of {margin}");
                }
            }
        }
    }
}
