//! What the walk network takes for granted. Every figure is a choice of ours and not of a standard;
//! docs/walking.md says why.

use crate::geodesy::GaussKruger;

/// A street's end, a gate or a vertex nearer to a street than this lies on it.
pub const ON_STREET_M: f64 = 0.1;
/// A closed gate nearer to a street than this closes the street.
pub const GATE_ON_STREET_M: f64 = 1.0;
/// An open gate opens walls and fences as far as this on either side.
pub const OPENING_M: f64 = 5.0;
/// A gate without a community code belongs to the community whose edge is nearest, if it is nearer than this.
pub const GATE_ON_EDGE_M: f64 = 10.0;
/// An open gate is linked to the streets inside and outside that are nearer than this.
pub const GATE_LINK_M: f64 = 30.0;
/// Straight walks within a community with known gates, to its gates and between its buildings.
pub const INSIDE_M: f64 = 500.0;
/// Access legs, unless a question says otherwise.
pub const ACCESS_M: f64 = 150.0;
/// Touching ends of a leg are left out of a test for crossings.
pub const TOUCH_M: f64 = 0.01;

/// What may differ from city to city.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WalkSettings {
    /// The plane in which everything is measured.
    pub plane: GaussKruger,
    /// The longest straight leg between a place and the street that it joins, in metres.
    pub access_m: f64,
}

impl WalkSettings {
    /// The zone of a city's longitude, and legs of 150 m at most.
    pub fn of_longitude(lon: f64) -> Self {
        Self { plane: GaussKruger::of_longitude(lon), access_m: ACCESS_M }
    }
}

impl Default for WalkSettings {
    fn default() -> Self {
        Self { plane: GaussKruger::default(), access_m: ACCESS_M }
    }
}
