//! The things that a scenario may change.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Positions are longitude and latitude in degrees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Modification {
    AddFacility {
        facility_kind: String,
        at: [f64; 2],
        #[serde(default)]
        name: Option<String>,
        #[serde(default)]
        building_area_m2: Option<f64>,
        #[serde(default)]
        land_area_m2: Option<f64>,
        #[serde(default)]
        capacity: Option<f64>,
    },
    MoveFacility {
        facility_id: i64,
        at: [f64; 2],
    },
    CloseFacility {
        facility_id: i64,
    },
    /// What is left out stays as it is.
    ResizeFacility {
        facility_id: i64,
        #[serde(default)]
        building_area_m2: Option<f64>,
        #[serde(default)]
        land_area_m2: Option<f64>,
        #[serde(default)]
        capacity: Option<f64>,
    },
    OpenGate {
        gate_id: i64,
    },
    CloseGate {
        gate_id: i64,
    },
    /// A new way on foot; with `is_bridge` one that no barrier cuts: a footbridge.
    AddStreet {
        line: Vec<[f64; 2]>,
        #[serde(default)]
        is_bridge: bool,
    },
    RemoveStreet {
        street_id: i64,
    },
    AddBarrier {
        barrier_kind: String,
        line: Vec<[f64; 2]>,
    },
    RemoveBarrier {
        barrier_id: i64,
    },
}
