//! Trenches of a plan as a drawing: each line where it lies, and beside it its cross-section in true size.

use geo::Coord;

use super::sheet::kind_title;
use crate::analysis::trench::agreement::KeptTrench;
use crate::analysis::trench::{LineBeside, Place, PlacedLine, TrenchResult};
use crate::domain::trench_plan::PlannedTrenchState;
use crate::export::{Drawn, Mark, circle};
use crate::geodesy::GaussKruger;

/// From the trench's middle to its cross-section.
const BESIDE_M: f64 = 15.0;
/// Height of letters beside a line that is some decimetres wide.
const LETTERS_M: f64 = 0.12;
const TITLE_M: f64 = 0.25;
/// Existing lines so near to the trench are drawn in its cross-section.
const EXISTING_WITHIN_M: f64 = 3.0;

const BLACK: &str = "#000000";
const GREY: &str = "#808080";

/// A layer of the drawing for each state, and its colour.
fn state_layer(state: PlannedTrenchState) -> (&'static str, &'static str) {
    match state {
        PlannedTrenchState::Proposed => ("TRENCH_PROPOSED", "#0072b2"),
        PlannedTrenchState::Agreed => ("TRENCH_AGREED", "#009e73"),
        PlannedTrenchState::Refused => ("TRENCH_REFUSED", "#d55e00"),
        PlannedTrenchState::Withdrawn => ("TRENCH_WITHDRAWN", GREY),
    }
}

/// The drawing of trenches with their codes, in metres of a plane.
pub fn drawing(trenches: &[(String, &KeptTrench)], plane: &GaussKruger) -> Vec<Drawn> {
    let mut marks = Vec::new();
    for (code, trench) in trenches {
        let line: Vec<Coord<f64>> =
            trench.result.lies_along().iter().map(|at| plane.to_plane(Coord { x: at[0], y: at[1] })).collect();
        let (layer, colour) = state_layer(trench.state);
        let foot = beside(&line);
        marks.push(Drawn { layer, colour, what: Mark::Line(line) });
        marks.extend(section(code, &trench.result, foot));
    }
    marks
}

/// A place to the right of a line's middle, so that sections of neighbouring trenches stay apart as their lines do.
fn beside(line: &[Coord<f64>]) -> Coord<f64> {
    let (Some(first), Some(last)) = (line.first(), line.last()) else { return Coord { x: 0.0, y: 0.0 } };
    let (dx, dy) = (last.x - first.x, last.y - first.y);
    let length = (dx * dx + dy * dy).sqrt().max(f64::MIN_POSITIVE);
    let middle = line[line.len() / 2];
    let middle =
        if line.len() == 2 { Coord { x: (first.x + last.x) / 2.0, y: (first.y + last.y) / 2.0 } } else { middle };
    Coord { x: middle.x + BESIDE_M * dy / length, y: middle.y - BESIDE_M * dx / length }
}

/// The cross-section with the surface at `foot`, the edge of the street on its left.
fn section(code: &str, result: &TrenchResult, foot: Coord<f64>) -> Vec<Drawn> {
    let at = |across: f64, down: f64| Coord { x: foot.x + across, y: foot.y - down };
    let line = |layer, colour, places: Vec<Coord<f64>>| Drawn { layer, colour, what: Mark::Line(places) };
    let text = |place: Coord<f64>, height_m: f64, text: String| Drawn {
        layer: "SECTION_TEXT",
        colour: BLACK,
        what: Mark::Text { at: place, height_m, text },
    };
    let (width, depth) = (result.width_m, result.depth_m);
    let mut marks = vec![
        line("SECTION_SURFACE", GREY, vec![at(-0.5, 0.0), at(width + 0.5, 0.0)]),
        line("SECTION_TRENCH", BLACK, vec![at(0.0, 0.0), at(0.0, depth), at(width, depth), at(width, 0.0)]),
        text(at(0.0, -0.6), TITLE_M, format!("{code} {}", result.street.as_deref().unwrap_or(""))),
        text(
            at(0.0, -0.2),
            LETTERS_M,
            format!("{width:.2} m x {depth:.2} m, {} - {}", result.starts_on, result.ends_on),
        ),
    ];
    for (n, one) in result.lines.iter().enumerate() {
        let radius = one.diameter_m / 2.0;
        marks.push(line("SECTION_LINE", BLACK, circle(at(one.centre_m, one.top_m + radius), radius)));
        marks.push(text(at(0.0, depth + 0.3 + 0.2 * n as f64), LETTERS_M, told(n, one)));
    }
    let beside = result.place.as_ref().map_or_else(Vec::new, |place| beside_trench(place, width));
    let below = depth + 0.3 + 0.2 * result.lines.len() as f64;
    for (n, (one, left, right)) in beside.into_iter().enumerate() {
        marks.push(line("SECTION_EXISTING", GREY, existing(one, left, right, depth, &at)));
        marks.push(text(at((left + right) / 2.0, -0.05), LETTERS_M, format!("E{}", n + 1)));
        marks.push(text(at(0.0, below + 0.2 * n as f64), LETTERS_M, told_existing(n, one, left, right)));
    }
    for (n, pair) in result.lines.windows(2).enumerate() {
        let [left, right] = [pair[0].centre_m + pair[0].diameter_m / 2.0, pair[1].centre_m - pair[1].diameter_m / 2.0];
        let down = (pair[0].top_m + pair[0].diameter_m / 2.0).min(pair[1].top_m + pair[1].diameter_m / 2.0);
        marks.push(line("SECTION_CLEARANCE", GREY, vec![at(left, down), at(right, down)]));
        let label = format!("{}-{}: {:.2} m", n + 1, n + 2, right - left);
        marks.push(text(at((left + right) / 2.0 - 0.3, down - 0.05), LETTERS_M, label));
    }
    marks
}

/// Existing lines within 3 m of the trench with their faces, from the side of the street's edge.
fn beside_trench(place: &Place, width: f64) -> Vec<(&LineBeside, f64, f64)> {
    let Some(middle) = place.offset_m else { return Vec::new() };
    let across = |offset: f64| width / 2.0 + if place.is_mirrored { offset - middle } else { middle - offset };
    let faces = |one: &LineBeside| {
        let radius = one.diameter_m / 2.0;
        let [a, b] = [across(one.low_m - radius), across(one.high_m + radius)];
        (a.min(b), a.max(b))
    };
    let mut found: Vec<(&LineBeside, f64, f64)> = place
        .lines
        .iter()
        .map(|one| (one, faces(one)))
        .map(|(one, (left, right))| (one, left, right))
        .filter(|(_, left, right)| *right > -EXISTING_WITHIN_M && *left < width + EXISTING_WITHIN_M)
        .collect();
    found.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.line_id.cmp(&b.0.line_id)));
    found
}

/// A round line where it does not weave and its depth is known; else the ground that it takes.
fn existing(
    one: &LineBeside,
    left: f64,
    right: f64,
    depth: f64,
    at: &dyn Fn(f64, f64) -> Coord<f64>,
) -> Vec<Coord<f64>> {
    let (top, bottom) = (one.top_m.unwrap_or(0.0), one.bottom_m.unwrap_or(depth));
    let radius = one.diameter_m / 2.0;
    if one.top_m.is_some() && bottom - top <= one.diameter_m + 1e-9 && right - left <= one.diameter_m + 1e-9 {
        return circle(at((left + right) / 2.0, top + radius), radius);
    }
    vec![at(left, top), at(left, bottom), at(right, bottom), at(right, top), at(left, top)]
}

/// An existing line in words, with its distance from the trench.
fn told_existing(n: usize, one: &LineBeside, left: f64, right: f64) -> String {
    let mark = if one.is_diameter_assumed { "?" } else { "" };
    let depth = match (one.top_m, one.bottom_m) {
        (Some(top), Some(bottom)) => format!("{top:.2}-{bottom:.2} m"),
        _ => "?".to_owned(),
    };
    let kind = kind_title(&one.utility_kind).zh;
    format!("E{} 现状{kind} D{:.0}{mark} {depth} ({left:.2} - {right:.2})", n + 1, one.diameter_m * 1000.0)
}

/// A line in words; what was assumed has a question mark.
fn told(n: usize, one: &PlacedLine) -> String {
    let mark = |is_assumed: bool| if is_assumed { "?" } else { "" };
    format!(
        "{} {} D{:.0}{} {:.2}-{:.2} m{}",
        n + 1,
        kind_title(&one.utility_kind).zh,
        one.diameter_m * 1000.0,
        mark(one.is_diameter_assumed),
        one.top_m,
        one.bottom_m,
        mark(one.is_depth_assumed)
    )
}
