//! Holds the places of trenches against the ground: each line of a trench is walked at its offset and measured to the
//! lines that lie there. Nothing of the search for a place is read here.

use std::collections::HashMap;

use geo::Coord;

use super::answer::{Place, PlaceState, PlacedLine, TrenchAnswer, TrenchResult};
use super::layers::{City, Line, Street, Work};
use super::path::{Segment, distance};
use super::recheck::Breach;
use super::settings::Settings;
use crate::domain::clearance;
use crate::domain::rule::Verdict;

/// Two places where a line is measured are so far apart.
const STEP_M: f64 = 1.0;
/// Offsets are told in millimetres, and lines have coordinates in millions of metres.
const ROUNDING_M: f64 = 0.003;
/// Lines run along each other up to this angle, as everywhere in the plan; a little less, so that rounding is no breach.
const ALONG_COSINE: f64 = 0.7072;
/// A street may come back to itself; what lies beside it farther on is not beside this place of it.
const SAME_PLACE_M: f64 = 12.0;

/// A place on the axis and the way that it leads there.
struct Station {
    at: Coord<f64>,
    direction: (f64, f64),
    measure_m: f64,
}

/// A line of a trench, and at what offset it runs.
struct Laid<'a> {
    line: &'a PlacedLine,
    work: &'a Work,
    offset_m: f64,
}

/// All breaches of places; none when they are sound.
pub fn breaches(city: &City, settings: &Settings, answer: &TrenchAnswer) -> Vec<Breach> {
    let street_of: HashMap<i64, &Street> = city.streets.iter().map(|street| (street.id, street)).collect();
    let work_of: HashMap<i64, &Work> = city.works.iter().map(|work| (work.id, work)).collect();
    let boxes: Vec<[f64; 4]> = city.lines.iter().map(|line| bounds(line.path.segments.iter())).collect();
    let mut found = Vec::new();
    for trench in &answer.trenches {
        let work_id = trench.work_ids.first().copied().unwrap_or(0);
        let mut say = |detail: String| found.push(Breach { work_id, detail });
        let Some(place) = &trench.place else {
            say("its trench has no word on its place".to_owned());
            continue;
        };
        if place.state != PlaceState::Free && trench.verdict == Verdict::Pass {
            say("its trench passes without a free place".to_owned());
        }
        let street = trench.street_id.and_then(|id| street_of.get(&id));
        let (Some(&street), Some(offset)) = (street, place.offset_m) else { continue };
        if let Some(width) = street.width_m
            && offset.abs() + trench.width_m / 2.0 > width / 2.0 + ROUNDING_M
        {
            say(format!("its trench leaves street/{} at {offset} m from its axis", street.id));
        }
        if offset < 0.0 && !place.is_mirrored || offset > 0.0 && place.is_mirrored {
            say("its section begins at the wrong edge of the street".to_owned());
        }
        if place.state == PlaceState::Free {
            let laid = laid(trench, place, offset, &work_of);
            if laid.len() < trench.lines.len() {
                say("its trench holds a work that is not there".to_owned());
            }
            if let Some(detail) = too_near(city, settings, street, trench, &laid, offset, &boxes) {
                say(detail);
            }
        }
    }
    found
}

fn bounds<'a>(segments: impl Iterator<Item = &'a Segment>) -> [f64; 4] {
    segments
        .flat_map(|one| [one.a, one.b])
        .fold([f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY], |[west, south, east, north], at| {
            [west.min(at.x), south.min(at.y), east.max(at.x), north.max(at.y)]
        })
}

fn laid<'a>(trench: &'a TrenchResult, place: &Place, middle: f64, work_of: &HashMap<i64, &'a Work>) -> Vec<Laid<'a>> {
    let sign = if place.is_mirrored { -1.0 } else { 1.0 };
    let of = |line: &'a PlacedLine| {
        let work = work_of.get(&line.work_id)?;
        Some(Laid { line, work, offset_m: middle + sign * (trench.width_m / 2.0 - line.centre_m) })
    };
    trench.lines.iter().filter_map(of).collect()
}

/// The first line that a free place turns out not to keep away from.
fn too_near(
    city: &City,
    settings: &Settings,
    street: &Street,
    trench: &TrenchResult,
    laid: &[Laid<'_>],
    middle: f64,
    boxes: &[[f64; 4]],
) -> Option<String> {
    let axis: Vec<&Segment> = street.path.segments.iter().filter(|one| is_within(one, trench)).collect();
    let stations = stations(&axis, trench);
    let [west, south, east, north] = bounds(axis.iter().copied());
    let far = street.width_m? / 2.0 + 10.0 + settings.trench.unknown_clearance_m;
    let is_near = |[a, b, c, d]: [f64; 4]| a <= east + far && c >= west - far && b <= north + far && d >= south - far;
    for (line, around) in city.lines.iter().zip(boxes) {
        if !is_near(*around) || !line.pipe.is_in_soil() {
            continue;
        }
        let segments = line.path.segments.iter().filter(|one| is_near(bounds(std::iter::once(*one))));
        let segments: Vec<&Segment> = segments.collect();
        let radius = line.pipe.diameter_m().unwrap_or(settings.trench.unknown_diameter_m) / 2.0;
        for station in &stations {
            let metres = nearest(&segments, station, middle, &axis, trench, trench.width_m / 2.0 + radius);
            if metres < trench.width_m / 2.0 + radius - ROUNDING_M {
                return Some(format!("utility_line/{} lies in the ground that its trench digs out", line.id));
            }
            for one in laid {
                let needed = asked_m(one.work, line, settings) + one.line.diameter_m / 2.0 + radius;
                if !one.work.pipe.is_in_soil() {
                    continue;
                }
                let metres = nearest(&segments, station, one.offset_m, &axis, trench, needed);
                if metres < needed - ROUNDING_M {
                    let id = one.work.id;
                    return Some(format!(
                        "utility_work/{id} is {metres:.3} m from utility_line/{} and not {needed:.3}",
                        line.id
                    ));
                }
            }
        }
    }
    None
}

fn is_within(segment: &Segment, trench: &TrenchResult) -> bool {
    segment.from_m < trench.to_m && segment.from_m + segment.length_m > trench.from_m && segment.length_m > 0.0
}

/// What the tables ask at most, and what is left where they have no number.
fn asked_m(work: &Work, line: &Line, settings: &Settings) -> f64 {
    let asked = clearance::horizontal(&work.pipe, &line.pipe);
    let most = asked.rules.iter().map(|_| asked.most_m).fold(0.0, f64::max);
    if asked.has_gap || asked.rules.is_empty() { most.max(settings.trench.unknown_clearance_m) } else { most }
}

/// Places along the stretch, the ends of each segment among them.
fn stations(axis: &[&Segment], trench: &TrenchResult) -> Vec<Station> {
    let mut found = Vec::new();
    for segment in axis {
        let (from, to) = (segment.from_m.max(trench.from_m), (segment.from_m + segment.length_m).min(trench.to_m));
        let steps = ((to - from) / STEP_M).ceil().max(1.0) as usize;
        let direction =
            ((segment.b.x - segment.a.x) / segment.length_m, (segment.b.y - segment.a.y) / segment.length_m);
        found.extend((0..=steps).map(|step| {
            let measure_m = from + (to - from) * step as f64 / steps as f64;
            Station { at: segment.at((measure_m - segment.from_m) / segment.length_m), direction, measure_m }
        }));
    }
    found
}

/// Metres from a line of the trench at a station to what runs along of an existing line; endless where that is more
/// than `needed`, or the trench is not at this offset here.
fn nearest(
    line: &[&Segment],
    station: &Station,
    offset: f64,
    axis: &[&Segment],
    trench: &TrenchResult,
    needed: f64,
) -> f64 {
    let (dx, dy) = station.direction;
    let at = Coord { x: station.at.x + dy * offset, y: station.at.y - dx * offset };
    let near = line.iter().filter(|one| one.distance_to(at) < needed && is_along(one, (dx, dy)));
    let mut metres = f64::INFINITY;
    for one in near {
        // Inside a sharp bend an offset line does not go to the end of the normal.
        let to_axis = axis.iter().map(|segment| segment.distance_to(at)).fold(f64::INFINITY, f64::min);
        if to_axis < offset.abs() - ROUNDING_M {
            return f64::INFINITY;
        }
        if is_beside(one.at(one.foot(at)), one, station, axis, trench) {
            metres = metres.min(one.distance_to(at));
        }
    }
    metres
}

fn is_along(segment: &Segment, (dx, dy): (f64, f64)) -> bool {
    let (x, y) = (segment.b.x - segment.a.x, segment.b.y - segment.a.y);
    (x * dx + y * dy).abs() >= ALONG_COSINE * segment.length_m && segment.length_m > 0.0
}

/// True when the axis is nearest to a place within the stretch, near the station, and runs as the line does there.
fn is_beside(at: Coord<f64>, line: &Segment, station: &Station, axis: &[&Segment], trench: &TrenchResult) -> bool {
    let feet = axis.iter().map(|segment| {
        let (from, to) = (trench.from_m - segment.from_m, trench.to_m - segment.from_m);
        let share = segment.foot(at).clamp((from / segment.length_m).max(0.0), (to / segment.length_m).min(1.0));
        (segment, distance(segment.at(share), at), segment.from_m + share * segment.length_m)
    });
    let feet: Vec<(&&Segment, f64, f64)> = feet.collect();
    let least = feet.iter().map(|foot| foot.1).fold(f64::INFINITY, f64::min);
    feet.iter().filter(|foot| foot.1 < least + 1e-6).all(|(segment, _, measure)| {
        let direction =
            ((segment.b.x - segment.a.x) / segment.length_m, (segment.b.y - segment.a.y) / segment.length_m);
        is_along(line, direction)
            && *measure > trench.from_m + ROUNDING_M
            && *measure < trench.to_m - ROUNDING_M
            && (measure - station.measure_m).abs() < SAME_PLACE_M
    })
}
