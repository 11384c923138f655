//! The cross-section of a shared trench: lines side by side (4.1.6: none above another), in the order from the edge
//! of the street to its middle (4.1.3), as far apart as table 4.1.9 asks of each pair. Where several classes are
//! possible the greatest number counts.

use super::settings::TrenchShape;
use crate::domain::clearance::{self, RoadPart};
use crate::domain::pipe::Pipe;
use crate::domain::pipe_order::{gives_way_key, place_across};

/// A line that is to lie in the trench.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// Decides between equals.
    pub id: i64,
    pub pipe: &'a Pipe,
    /// As works have it: soil above a line under pressure or a cable; of a sewer down to its bottom.
    pub depth_m: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placed {
    /// Position in the list of members.
    pub member: usize,
    /// Of its axis, from the trench's edge on the side of the street's edge.
    pub centre_m: f64,
    pub diameter_m: f64,
    pub is_diameter_assumed: bool,
    /// Below the surface.
    pub top_m: f64,
    pub bottom_m: f64,
    /// The depth is not known, and the least cover was taken.
    pub is_depth_assumed: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// From the edge of the street inwards.
    pub placed: Vec<Placed>,
    pub width_m: f64,
    /// Of the deepest part.
    pub depth_m: f64,
}

/// A section, and who has to leave it where the street is too narrow.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// Of those that stay.
    pub section: Section,
    /// Width of all, before anybody gave way.
    pub full_width_m: f64,
    /// By how much the full width is too much; `None` where the street's width is not known.
    pub excess_m: Option<f64>,
    /// Positions in the list of members, first who gives way first.
    pub gives_way: Vec<usize>,
}

/// Clear distance to leave between two lines.
pub fn gap_m(a: &Pipe, b: &Pipe, shape: &TrenchShape) -> f64 {
    let asked = clearance::horizontal(a, b);
    if asked.has_gap || asked.rules.is_empty() { asked.most_m.max(shape.unknown_clearance_m) } else { asked.most_m }
}

impl Placed {
    fn of(member: usize, one: &Member<'_>, part: RoadPart, shape: &TrenchShape) -> Self {
        let diameter = one.pipe.diameter_m();
        let diameter_m = diameter.unwrap_or(shape.unknown_diameter_m);
        let top_m = match one.depth_m {
            Some(depth) if one.pipe.is_gravity() => (depth - diameter_m).max(0.0),
            Some(depth) => depth,
            None => clearance::cover(one.pipe, part).most_m,
        };
        Self {
            member,
            centre_m: 0.0,
            diameter_m,
            is_diameter_assumed: diameter.is_none(),
            top_m,
            bottom_m: top_m + diameter_m,
            is_depth_assumed: one.depth_m.is_none(),
        }
    }
}

/// Puts members side by side.
pub fn arrange(members: &[Member<'_>], part: RoadPart, shape: &TrenchShape) -> Section {
    let mut order: Vec<usize> = (0..members.len()).collect();
    // Kinds that the rule does not name go last, towards the middle.
    order.sort_by_key(|&n| (place_across(members[n].pipe).unwrap_or(usize::MAX), members[n].id));
    let mut placed: Vec<Placed> = Vec::with_capacity(members.len());
    for n in order {
        let mut one = Placed::of(n, &members[n], part, shape);
        let radius = one.diameter_m / 2.0;
        one.centre_m = placed
            .iter()
            .map(|before| {
                let gap = gap_m(members[before.member].pipe, members[n].pipe, shape);
                before.centre_m + before.diameter_m / 2.0 + gap + radius
            })
            .fold(shape.side_m + radius, f64::max);
        placed.push(one);
    }
    let far = placed.iter().map(|one| one.centre_m + one.diameter_m / 2.0).fold(0.0, f64::max);
    let deep = placed.iter().map(|one| one.bottom_m).fold(0.0, f64::max);
    Section { placed, width_m: far + shape.side_m, depth_m: deep + shape.bedding_m }
}

/// Puts members side by side in a street; where that is too wide, those give way who give way first, until it
/// fits or one is left.
pub fn fit(members: &[Member<'_>], part: RoadPart, available_m: Option<f64>, shape: &TrenchShape) -> Fit {
    let full = arrange(members, part, shape);
    let full_width_m = full.width_m;
    let excess_m = available_m.map(|available| (full_width_m - available).max(0.0));
    let mut fit = Fit { section: full, full_width_m, excess_m, gives_way: Vec::new() };
    let Some(available) = available_m else { return fit };
    let mut order: Vec<usize> = (0..members.len()).collect();
    order.sort_by_key(|&n| (gives_way_key(members[n].pipe), members[n].id));
    while fit.section.width_m > available + 1e-9 && fit.gives_way.len() + 1 < members.len() {
        fit.gives_way.push(order[fit.gives_way.len()]);
        let stay: Vec<usize> = (0..members.len()).filter(|n| !fit.gives_way.contains(n)).collect();
        let left: Vec<Member<'_>> = stay.iter().map(|&n| members[n]).collect();
        fit.section = arrange(&left, part, shape);
        fit.section.placed.iter_mut().for_each(|one| one.member = stay[one.member]);
    }
    fit
}

impl Section {
    /// What a metre of this trench saves beside a trench for each: soil (m³) and surface (m²). Between neighbours
    /// the working room of one and of the other is dug once, as far as their clearance lets them come together.
    pub fn saved_per_metre(&self, shape: &TrenchShape) -> (f64, f64) {
        let (mut soil, mut surface) = (0.0, 0.0);
        for pair in self.placed.windows(2) {
            let clear = pair[1].centre_m - pair[1].diameter_m / 2.0 - pair[0].centre_m - pair[0].diameter_m / 2.0;
            let shallow = pair[0].bottom_m.min(pair[1].bottom_m) + shape.bedding_m;
            soil += (2.0 * shape.side_m - clear).max(0.0) * shallow;
            surface += (2.0 * (shape.side_m + shape.overcut_m) - clear).max(0.0);
        }
        (soil, surface)
    }
}
