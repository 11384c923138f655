//! Trenches of a plan as a drawing: each line where it lies, and beside it its cross-section in true size.

use geo::Coord;

use super::sheet::kind_title;
use crate::analysis::trench::agreement::KeptTrench;
use crate::analysis::trench::{PlacedLine, TrenchResult};
use crate::domain::trench_plan::PlannedTrenchState;
use crate::export::{Drawn, Mark, circle};
use crate::geodesy::GaussKruger;

/// From the trench's middle to its cross-section.
const BESIDE_M: f64 = 15.0;
/// Height of letters beside a line that is some decimetres wide.
const LETTERS_M: f64 = 0.12;
const TITLE_M: f64 = 0.25;

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
            trench.result.line.iter().map(|at| plane.to_plane(Coord { x: at[0], y: at[1] })).collect();
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
    for (n, pair) in result.lines.windows(2).enumerate() {
        let [left, right] = [pair[0].centre_m + pair[0].diameter_m / 2.0, pair[1].centre_m - pair[1].diameter_m / 2.0];
        let down = (pair[0].top_m + pair[0].diameter_m / 2.0).min(pair[1].top_m + pair[1].diameter_m / 2.0);
        marks.push(line("SECTION_CLEARANCE", GREY, vec![at(left, down), at(right, down)]));
        let label = format!("{}-{}: {:.2} m", n + 1, n + 2, right - left);
        marks.push(text(at((left + right) / 2.0 - 0.3, down - 0.05), LETTERS_M, label));
    }
    marks
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
