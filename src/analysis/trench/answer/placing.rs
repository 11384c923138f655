//! Finds the place of a trench across its street, beside the lines that lie there, and checks it there.

use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::super::Decided;
use super::super::axis::{Axis, Span};
use super::super::checks::{Check, Side, across_line, check, millimetres, span, with_line_of};
use super::super::layers::{City, Line, Street, Work};
use super::super::path::{Path, Segment};
use super::super::place::{Bar, Chosen, HAIR_M, Way, choose};
use super::super::saving::{Joint, Savings};
use super::super::section::{Placed, gap_m};
use super::super::settings::Settings;
use super::super::survey::street_reach;
use super::place::{LineBeside, Place, PlaceState, TooNear};
use crate::domain::clearance::{self, ClearanceTable, Measured};

/// Lines so near to a line of the trench are checked, and the nearest on either side. No two lines ask for more
/// (4.1.9), so nothing farther away can be too near.
pub const CHECKED_WITHIN_M: f64 = 5.0;

/// The existing lines of a city that lie in soil, found by where they are.
pub struct Ground<'a> {
    city: &'a City,
    settings: &'a Settings,
    tree: RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>,
    /// The greatest half diameter.
    thickest_m: f64,
}

fn around(segment: &Segment, reach: f64) -> AABB<[f64; 2]> {
    let (a, b) = (segment.a, segment.b);
    AABB::from_corners([a.x.min(b.x) - reach, a.y.min(b.y) - reach], [a.x.max(b.x) + reach, a.y.max(b.y) + reach])
}

impl<'a> Ground<'a> {
    pub fn of(city: &'a City, settings: &'a Settings) -> Self {
        let lines = || city.lines.iter().enumerate().filter(|(_, line)| line.pipe.is_in_soil());
        let boxes = lines().flat_map(|(n, line)| {
            let leaf = move |segment: &Segment| GeomWithData::new(Rectangle::from_aabb(around(segment, 0.0)), n);
            line.path.segments.iter().map(leaf)
        });
        let tree = RTree::bulk_load(boxes.collect());
        let thickest_m = lines().map(|(_, line)| radius_m(line, settings)).fold(0.0, f64::max);
        Self { city, settings, tree, thickest_m }
    }

    /// How far from the axis of a street that is twice `half_m` wide a line may lie and still matter.
    fn reach(&self, half_m: f64, radius_m: f64) -> f64 {
        let Settings { street_margin_m, trench, .. } = self.settings;
        half_m + street_margin_m.max(CHECKED_WITHIN_M).max(trench.unknown_clearance_m) + radius_m
    }

    /// Lines that may be within reach of a stretch, in the order of ids.
    fn near(&self, axis: &Axis, half_m: f64) -> Vec<&'a Line> {
        let reach = self.reach(half_m, self.thickest_m);
        let mut found: Vec<usize> = axis
            .segments()
            .iter()
            .flat_map(|segment| self.tree.locate_in_envelope_intersecting(&around(segment, reach)))
            .map(|leaf| leaf.data)
            .collect();
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(|n| &self.city.lines[n]).collect()
    }
}

impl Ground<'_> {
    /// True when any line is within reach of a stretch, along it or across.
    pub fn has_any(&self, axis: &Axis, half_m: f64) -> bool {
        self.near(axis, half_m).into_iter().any(|line| {
            let reach = self.reach(half_m, radius_m(line, self.settings));
            let pairs = line.path.segments.iter().flat_map(|a| axis.segments().iter().map(move |b| a.distance(b)));
            pairs.fold(f64::INFINITY, f64::min) <= reach
        })
    }
}

/// A line of the trench.
struct Member<'a> {
    work: &'a Work,
    placed: &'a Placed,
}

/// An existing line that runs along.
struct Beside<'a> {
    line: &'a Line,
    span: Span,
    diameter_m: f64,
}

/// The trench across its street, before its place is known.
struct Across<'a> {
    settings: &'a Settings,
    width_m: f64,
    members: Vec<Member<'a>>,
    beside: Vec<Beside<'a>>,
}

impl Member<'_> {
    /// Offset of its axis when the trench's middle is at an offset.
    fn at(&self, middle: f64, width_m: f64, is_mirrored: bool) -> f64 {
        let from_middle = width_m / 2.0 - self.placed.centre_m;
        if is_mirrored { middle - from_middle } else { middle + from_middle }
    }
}

impl Beside<'_> {
    /// Metres from its axis, 0 within the offsets that it takes.
    fn metres_from(&self, offset: f64) -> f64 {
        (self.span.0 - offset).max(offset - self.span.1).max(0.0)
    }
}

impl Across<'_> {
    /// What the middle of the trench has to keep away from, with what asks for it.
    fn bars(&self, is_mirrored: bool) -> Vec<(Bar, TooNear)> {
        let mut bars = Vec::new();
        for beside in &self.beside {
            let line_id = beside.line.id;
            // Nothing runs through the ground that is dug out.
            let whole = Bar { span: beside.span, need_m: (self.width_m + beside.diameter_m) / 2.0 };
            bars.push((whole, TooNear { line_id, work_id: None, short_m: 0.0 }));
            for member in self.members.iter().filter(|one| one.work.pipe.is_in_soil()) {
                let gap = gap_m(&member.work.pipe, &beside.line.pipe, &self.settings.trench);
                let from_middle = member.at(0.0, self.width_m, is_mirrored);
                let bar = Bar {
                    span: (beside.span.0 - from_middle, beside.span.1 - from_middle),
                    need_m: gap + (member.placed.diameter_m + beside.diameter_m) / 2.0,
                };
                bars.push((bar, TooNear { line_id, work_id: Some(member.work.id), short_m: 0.0 }));
            }
        }
        bars
    }

    /// The section begins at the edge of the street: on the right of the axis at the right one.
    fn way(&self, is_mirrored: bool, farthest_m: f64) -> Way {
        let room = if is_mirrored { (-farthest_m, 0.0) } else { (0.0, farthest_m) };
        Way { is_mirrored, room, bars: self.bars(is_mirrored).into_iter().map(|(bar, _)| bar).collect() }
    }

    fn too_near(&self, chosen: &Chosen) -> Vec<TooNear> {
        let at = |(bar, one): (Bar, TooNear)| TooNear { short_m: bar.short_m(chosen.offset_m), ..one };
        let mut found: Vec<TooNear> = self.bars(chosen.is_mirrored).into_iter().map(at).collect();
        found.retain(|one| one.short_m > 0.0);
        found.sort_by(|a, b| b.short_m.total_cmp(&a.short_m).then((a.line_id, a.work_id).cmp(&(b.line_id, b.work_id))));
        found.iter_mut().for_each(|one| one.short_m = millimetres(one.short_m));
        found
    }

    /// Each line of the trench beside the existing lines that are near it, and the nearest on either side.
    fn checks(&self, chosen: &Chosen, decided: &Decided) -> Vec<Check> {
        let mut checks = Vec::new();
        for member in self.members.iter().filter(|one| one.work.pipe.is_in_soil()) {
            let offset = member.at(chosen.offset_m, self.width_m, chosen.is_mirrored);
            let is_left = |one: &Beside<'_>| one.span.0 + one.span.1 < 2.0 * offset;
            let nearest = [true, false].map(|left| {
                let side = self.beside.iter().filter(|one| is_left(one) == left);
                side.min_by(|a, b| a.metres_from(offset).total_cmp(&b.metres_from(offset))).map(|one| one.line.id)
            });
            for beside in &self.beside {
                let clear = beside.metres_from(offset) - (member.placed.diameter_m + beside.diameter_m) / 2.0;
                if clear > CHECKED_WITHIN_M && !nearest.contains(&Some(beside.line.id)) {
                    continue;
                }
                let is_at_most = member.placed.is_diameter_assumed || beside.line.pipe.diameter_m().is_none();
                let measured = Measured { metres: clear.max(0.0), is_at_most };
                let asked = clearance::horizontal(&member.work.pipe, &beside.line.pipe);
                let subject = with_line_of(ClearanceTable::Horizontal, Side::InTrench, member.work, beside.line);
                checks.push(check(subject, &asked, Some(measured), decided));
            }
        }
        checks
    }
}

/// A line as it is told.
fn told(beside: &Beside<'_>) -> LineBeside {
    let Beside { line, span: (low, high), diameter_m } = beside;
    let ends = line.start_depth_m.zip(line.end_depth_m).map(|(start, end)| [start, end].map(|m| span(&line.pipe, m)));
    LineBeside {
        line_id: line.id,
        utility_kind: line.pipe.kind.clone(),
        low_m: millimetres(*low),
        high_m: millimetres(*high),
        diameter_m: millimetres(*diameter_m),
        is_diameter_assumed: line.pipe.diameter_m().is_none(),
        top_m: ends.map(|[start, end]| millimetres(start.0.min(end.0).max(0.0))),
        bottom_m: ends.map(|[start, end]| millimetres(start.1.max(end.1).max(0.0))),
        quality_level: line.quality_level.clone(),
    }
}

/// The place of a trench in a street, and the checks of its lines there.
pub fn place_of<'a>(
    savings: &Savings<'_>,
    ground: &Ground<'a>,
    decided: &Decided,
    street: Option<&Street>,
    joint: &Joint,
    work_of: &dyn Fn(usize) -> usize,
) -> (Place, Vec<Check>) {
    let (city, settings) = (savings.city, savings.settings);
    let Some(street) = street else { return (Place::none(PlaceState::NoStreet), Vec::new()) };
    let section = &joint.fit.section;
    let axis = Axis::of(&street.path, (joint.from_m, joint.to_m));
    let half_m = street.width_m.unwrap_or(settings.street_width_m) / 2.0;
    let near = ground.near(&axis, half_m);
    let is_beside = |line: &&'a Line| {
        let radius_m = radius_m(line, settings);
        let span = axis.span(&line.path, ground.reach(half_m, radius_m))?;
        Some(Beside { line, span, diameter_m: 2.0 * radius_m })
    };
    let mut beside: Vec<Beside<'_>> = near.iter().filter_map(is_beside).collect();
    beside.sort_by(|a, b| a.span.0.total_cmp(&b.span.0).then(a.line.id.cmp(&b.line.id)));
    let members = section.placed.iter().map(|placed| Member { work: &city.works[work_of(placed.member)], placed });
    let across = Across { settings, width_m: section.width_m, members: members.collect(), beside };
    let submitted = across.members.iter().filter_map(|one| axis.span(&one.work.path, street_reach(street, settings)));
    let submitted: Vec<f64> = submitted.map(|(low, high)| (low + high) / 2.0).collect();
    let wish = (!submitted.is_empty()).then(|| submitted.iter().sum::<f64>() / submitted.len() as f64);
    let mut place = Place::none(PlaceState::NoRoom);
    place.submitted_offset_m = wish.map(millimetres);
    place.assumed_width_m = street.width_m.is_none().then_some(settings.street_width_m);
    place.lines = across.beside.iter().map(told).collect();
    let farthest_m = half_m - section.width_m / 2.0;
    if farthest_m < -HAIR_M {
        // An assumed width is too narrow for nothing that can be said.
        place.state = if street.width_m.is_none() { PlaceState::WidthUnknown } else { PlaceState::NoRoom };
        return (place, Vec::new());
    }
    let ways = [false, true].map(|is_mirrored| across.way(is_mirrored, farthest_m.max(0.0)));
    let Some(chosen) = choose(&ways, wish.unwrap_or(0.0)) else { return (place, Vec::new()) };
    place.state = match (street.width_m, chosen.short_m > 0.0) {
        (None, _) => PlaceState::WidthUnknown,
        (Some(_), true) => PlaceState::Blocked,
        (Some(_), false) => PlaceState::Free,
    };
    place.offset_m = Some(millimetres(chosen.offset_m));
    place.is_mirrored = chosen.is_mirrored;
    place.short_m = Some(millimetres(chosen.short_m));
    place.too_near = across.too_near(&chosen);
    let on_map = axis.parallel(chosen.offset_m).into_iter().map(|at| city.plane.to_lon_lat(at));
    place.line = on_map.map(|at| [at.x, at.y]).collect();
    let mut checks = across.checks(&chosen, decided);
    checks.extend(crossings(&across, &axis, &near, &chosen, decided));
    (place, checks)
}

/// Half the diameter of an existing line, as it is drawn.
fn radius_m(line: &Line, settings: &Settings) -> f64 {
    line.pipe.diameter_m().unwrap_or(settings.trench.unknown_diameter_m) / 2.0
}

/// Where the trench will lie it may cross lines that its works did not cross as they were handed in.
fn crossings(across: &Across<'_>, axis: &Axis, near: &[&Line], chosen: &Chosen, decided: &Decided) -> Vec<Check> {
    let mut checks = Vec::new();
    for member in across.members.iter().filter(|one| one.work.pipe.is_in_soil()) {
        let laid = axis.parallel(member.at(chosen.offset_m, across.width_m, chosen.is_mirrored));
        let laid = Path::on_plane(&[laid]);
        let is_crossed = |line: &&&Line| {
            let pairs = line.path.segments.iter().flat_map(|a| laid.segments.iter().map(move |b| (a, b)));
            pairs.map(|(a, b)| a.distance(b)).any(|metres| metres == 0.0)
        };
        checks
            .extend(near.iter().filter(is_crossed).map(|line| across_line(member.work, line, Side::InTrench, decided)));
    }
    checks
}
