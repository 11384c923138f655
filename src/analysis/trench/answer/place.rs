//! Where across its street a shared trench lies, as it is told.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::rule::Verdict;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TrenchPlaceState)]
pub enum PlaceState {
    /// As far as the lines on record go, all that is asked is kept there.
    Free,
    /// No place is free; this is the one that is least too near.
    Blocked,
    /// The width of the street is not known, so nobody can say where its edges are: the place is looked for within
    /// an assumed width.
    WidthUnknown,
    /// Lines lie there that whoever asks may not see, so nobody can tell it that the place is free.
    LinesUnseen,
    /// The trench is wider than its street.
    NoRoom,
    /// No street runs here.
    NoStreet,
}

/// Offsets are metres from the axis of the street, positive to the right of the direction of its geometry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = TrenchPlace)]
pub struct Place {
    pub state: PlaceState,
    /// Of the trench's middle; null where there is no place.
    pub offset_m: Option<f64>,
    /// Mean of the axes of its works as they were handed in.
    pub submitted_offset_m: Option<f64>,
    /// The section begins at the left edge of the street, not at the right one.
    pub is_mirrored: bool,
    /// Taken for the width of the street where that is not known.
    pub assumed_width_m: Option<f64>,
    /// By how much the nearest line is too near, 0 where the place is free; null where there is no place.
    pub short_m: Option<f64>,
    /// What is too near, the worst first.
    pub too_near: Vec<TooNear>,
    /// Existing lines in the soil that run along in the street beside the trench, from left to right.
    pub lines: Vec<LineBeside>,
    /// The trench's own axis, longitude and latitude; empty where there is no place.
    pub line: Vec<[f64; 2]>,
}

/// An existing line that a trench would lie too near to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TooNear {
    pub line_id: i64,
    /// The work that asks for more; null: the line lies in the ground that is dug out.
    pub work_id: Option<i64>,
    pub short_m: f64,
}

/// An existing line beside a trench.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LineBeside {
    pub line_id: i64,
    pub utility_kind: String,
    /// Offsets of its axis along the trench, the lowest and the highest: where it weaves, all between are taken.
    pub low_m: f64,
    pub high_m: f64,
    pub diameter_m: f64,
    pub is_diameter_assumed: bool,
    /// Below the surface, of its shallowest and its deepest end; null where one of them is not known.
    pub top_m: Option<f64>,
    pub bottom_m: Option<f64>,
    pub quality_level: Option<String>,
}

impl Place {
    pub(super) fn none(state: PlaceState) -> Self {
        Self {
            state,
            offset_m: None,
            submitted_offset_m: None,
            is_mirrored: false,
            assumed_width_m: None,
            short_m: None,
            too_near: Vec::new(),
            lines: Vec::new(),
            line: Vec::new(),
        }
    }

    /// What the place says of the trench, beside the checks of its lines. A line in the ground that is dug out fails
    /// whatever anybody accepts; a free place is free of the lines on record, and who says that these are all?
    pub(super) fn verdict(&self) -> Verdict {
        let is_in_the_way = self.too_near.iter().any(|one| one.work_id.is_none());
        match self.state {
            PlaceState::NoRoom => Verdict::Fail,
            PlaceState::Blocked | PlaceState::WidthUnknown if is_in_the_way => Verdict::Fail,
            PlaceState::Blocked | PlaceState::Free => Verdict::NeedsReview,
            PlaceState::WidthUnknown | PlaceState::LinesUnseen | PlaceState::NoStreet => Verdict::Unknown,
        }
    }
}
