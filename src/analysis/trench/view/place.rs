//! What one operator may know of where a trench lies. Its own existing lines are told in full; of others' only those that
//! are beside its own works: their kind, how good the data are, and where the face is that looks at the trench. How
//! thick and how deep they are, what they are called and whose they are is told to nobody else.
//!
//! Invariant: of a trench that holds a work that is not shown nothing is told here but how its place is judged: the
//! offset and what is kept at it would tell how wide the trench is, and so how thick that work is.

use std::collections::BTreeSet;

use serde::Serialize;
use utoipa::ToSchema;

use super::{Known, Met};
use crate::analysis::trench::answer::{LineBeside, Place, PlaceState, TooNear};
use crate::analysis::trench::checks::Check;

/// Offsets are metres from the axis of the street, positive to the right of the direction of its geometry.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = OwnTrenchPlace)]
pub struct OwnPlace {
    pub state: PlaceState,
    /// Of the trench's middle; null, with all that follows, where works of others lie in it that are not shown.
    pub offset_m: Option<f64>,
    pub is_mirrored: Option<bool>,
    pub assumed_width_m: Option<f64>,
    /// By how much the nearest line is too near to its own works or lies in the ground that is dug out; null where the
    /// place is blocked for others alone.
    pub short_m: Option<f64>,
    pub too_near: Vec<OwnTooNear>,
    /// Its own existing lines, and those of others that are beside its own works, from left to right.
    pub lines: Vec<OwnLineBeside>,
    /// The trench's own axis, longitude and latitude.
    pub line: Vec<[f64; 2]>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OwnTooNear {
    /// Position among `lines`.
    pub position: usize,
    /// Its own work that asks for more; null: the line lies in the ground that is dug out.
    pub work_id: Option<i64>,
    pub short_m: f64,
}

/// An existing line beside a trench. Of others' lines the measures are null and `face_m` is told instead.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OwnLineBeside {
    pub line: Met,
    pub utility_kind: String,
    pub quality_level: Option<String>,
    /// Offset of the face that looks at the trench; the trench's own middle where the line is below it.
    pub face_m: Option<f64>,
    pub low_m: Option<f64>,
    pub high_m: Option<f64>,
    pub diameter_m: Option<f64>,
    pub is_diameter_assumed: Option<bool>,
    pub top_m: Option<f64>,
    pub bottom_m: Option<f64>,
}

/// Cuts a place to what the operator may know of it. `checks` are those of the trench.
pub(super) fn place(known: &Known, one: Place, checks: &[Check], has_hidden: bool) -> OwnPlace {
    if has_hidden {
        return OwnPlace {
            state: one.state,
            offset_m: None,
            is_mirrored: None,
            assumed_width_m: one.assumed_width_m,
            short_m: None,
            too_near: Vec::new(),
            lines: Vec::new(),
            line: Vec::new(),
        };
    }
    let name = |line_id: i64| format!("utility_line/{line_id}");
    let is_own_work = |work: Option<i64>| work.is_none_or(|work| known.own_works.contains(&work));
    let mut near = one.too_near;
    near.retain(|one| is_own_work(one.work_id));
    let of_own_works = checks.iter().filter(|check| known.own_works.contains(&check.work_id));
    let beside: BTreeSet<&str> = of_own_works.filter_map(|check| check.other.as_deref()).collect();
    let is_told = |line: &LineBeside| {
        known.own_lines.contains(&line.line_id)
            || beside.contains(name(line.line_id).as_str())
            || near.iter().any(|one| one.line_id == line.line_id)
    };
    let mut lines = one.lines;
    lines.retain(is_told);
    let told = |one: &TooNear| {
        let position = lines.iter().position(|line| line.line_id == one.line_id)?;
        Some(OwnTooNear { position, work_id: one.work_id, short_m: one.short_m })
    };
    let too_near: Vec<OwnTooNear> = near.iter().filter_map(told).collect();
    let short_m = match one.state {
        PlaceState::Blocked | PlaceState::WidthUnknown if one.short_m.is_some_and(|short| short > 0.0) => {
            too_near.first().map(|one| one.short_m)
        }
        _ => one.short_m,
    };
    OwnPlace {
        state: one.state,
        offset_m: one.offset_m,
        is_mirrored: Some(one.is_mirrored),
        assumed_width_m: one.assumed_width_m,
        short_m,
        too_near,
        lines: lines.into_iter().map(|line| beside_line(known, line, one.offset_m)).collect(),
        line: one.line,
    }
}

fn beside_line(known: &Known, line: LineBeside, middle: Option<f64>) -> OwnLineBeside {
    let is_own = known.own_lines.contains(&line.line_id);
    let radius = line.diameter_m / 2.0;
    let face = middle.map(|middle| middle.clamp(line.low_m - radius, line.high_m + radius));
    OwnLineBeside {
        line: known.met(&format!("utility_line/{}", line.line_id)),
        utility_kind: line.utility_kind,
        quality_level: line.quality_level,
        face_m: face.filter(|_| !is_own).map(crate::analysis::trench::checks::millimetres),
        low_m: is_own.then_some(line.low_m),
        high_m: is_own.then_some(line.high_m),
        diameter_m: is_own.then_some(line.diameter_m),
        is_diameter_assumed: is_own.then_some(line.is_diameter_assumed),
        top_m: line.top_m.filter(|_| is_own),
        bottom_m: line.bottom_m.filter(|_| is_own),
    }
}
