//! Shared trenches of a plan, with their cross-sections and checks.

use super::super::checks::{Check, Side, Subject, check, cover_of, millimetres};
use super::super::problem::{Day, Problem, date_of};
use super::super::saving::{Joint, Saving, Savings};
use super::super::{Decided, path};
use super::placing::{Ground, place_of};
use super::{GivesWay, PlacedLine, TrenchResult};
use crate::domain::clearance::{self, ClearanceTable, Measured, RoadPart};
use crate::domain::pipe_order::{gives_way_key, place_down};
use crate::domain::rule::Verdict;

/// Where works only touch, at their ends or at a bend, nobody agrees on a trench.
const LEAST_TRENCH_M: f64 = 1.0;

/// The trenches of works that open a unit on the same day.
pub fn trenches_of(
    savings: &Savings<'_>,
    ground: &Ground<'_>,
    decided: &Decided,
    unit: usize,
    same_day: &[u32],
    start: Day,
) -> Vec<TrenchResult> {
    let mut joined: Vec<Joint> = Vec::new();
    for joint in savings.joints(unit, same_day) {
        let next = joined.iter_mut().find(|one| one.members == joint.members && (one.to_m - joint.from_m).abs() < 1e-6);
        match next {
            Some(one) => one.to_m = joint.to_m,
            None => joined.push(joint),
        }
    }
    // With one line left nothing is shared; what gave way is told with the opening.
    let is_dug_together = |joint: &Joint| joint.to_m - joint.from_m >= LEAST_TRENCH_M;
    joined
        .into_iter()
        .filter(is_dug_together)
        .map(|joint| trench(savings, ground, decided, unit, &joint, start))
        .collect()
}

fn trench(
    savings: &Savings<'_>,
    ground: &Ground<'_>,
    decided: &Decided,
    unit: usize,
    joint: &Joint,
    start: Day,
) -> TrenchResult {
    let (city, problem) = (savings.city, savings.problem);
    let one = &problem.units[unit];
    let street = one.street.map(|n| &city.streets[n]);
    let work_of = |member: usize| job_work(problem, unit, joint.members[member]);
    let work = |member: usize| &city.works[work_of(member)];
    let axis = street.map_or_else(|| &city.works[problem.jobs[one.members[0].job].work].path, |street| &street.path);
    let days = joint.members.iter().map(|&n| problem.jobs[one.members[n as usize].job].days).max().unwrap_or(1);
    let part = street.map_or(RoadPart::Carriageway, |street| street.part);
    let section = &joint.fit.section;
    let mut checks = checks_of(savings, decided, unit, joint, part);
    let (place, checks_there) = place_of(savings, ground, decided, street, joint, &work_of);
    checks.extend(checks_there);
    let mut by_rule: Vec<usize> = (0..joint.members.len()).collect();
    by_rule.sort_by_key(|&n| (place_down(&work(n).pipe).unwrap_or(usize::MAX), work(n).id));
    let tops: Option<Vec<f64>> = by_rule
        .iter()
        .map(|&n| {
            place_down(&work(n).pipe)?;
            section.placed.iter().find(|one| one.member == n && !one.is_depth_assumed).map(|one| one.top_m)
        })
        .collect();
    let metres = joint.to_m - joint.from_m;
    let (soil, surface) = section.saved_per_metre(&savings.settings.trench);
    let saving = Saving {
        opening_m: metres * (section.placed.len() - 1) as f64,
        soil_m3: metres * soil,
        surface_m2: metres * surface,
        ..Saving::default()
    };
    let fits = match joint.fit.excess_m {
        None => Verdict::Unknown,
        Some(excess) if excess > 0.0 => Verdict::Fail,
        Some(_) => Verdict::Pass,
    };
    TrenchResult {
        street_id: street.map(|street| street.id),
        street: street.and_then(|street| street.name.clone()),
        from_m: millimetres(joint.from_m),
        to_m: millimetres(joint.to_m),
        line: path::Path::cut(axis, (joint.from_m, joint.to_m))
            .into_iter()
            .map(|at| {
                let at = city.plane.to_lon_lat(at);
                [at.x, at.y]
            })
            .collect(),
        starts_on: date_of(start),
        ends_on: date_of(start + days - 1),
        work_ids: (0..joint.members.len()).map(|n| work(n).id).collect(),
        lines: section
            .placed
            .iter()
            .map(|placed| PlacedLine {
                work_id: work(placed.member).id,
                utility_kind: work(placed.member).pipe.kind.clone(),
                centre_m: millimetres(placed.centre_m),
                diameter_m: millimetres(placed.diameter_m),
                is_diameter_assumed: placed.is_diameter_assumed,
                top_m: millimetres(placed.top_m),
                bottom_m: millimetres(placed.bottom_m),
                is_depth_assumed: placed.is_depth_assumed,
            })
            .collect(),
        width_m: millimetres(section.width_m),
        depth_m: millimetres(section.depth_m),
        full_width_m: millimetres(joint.fit.full_width_m),
        street_width_m: street.and_then(|street| street.width_m),
        excess_m: joint.fit.excess_m.map(millimetres),
        gives_way: joint
            .fit
            .gives_way
            .iter()
            .map(|&n| GivesWay { work_id: work(n).id, rule: rule_of(savings, unit, joint, n).into() })
            .collect(),
        depth_order: by_rule.iter().map(|&n| work(n).id).collect(),
        is_depth_order_kept: tops.map(|tops| tops.is_sorted()),
        verdict: checks
            .iter()
            .map(verdict_of)
            .chain([fits, place.verdict()])
            .max_by_key(|one| rank(*one))
            .unwrap_or(Verdict::Unknown),
        place: Some(place),
        checks,
        saving,
    }
}

fn job_work(problem: &Problem, unit: usize, member: u32) -> usize {
    problem.jobs[problem.units[unit].members[member as usize].job].work
}

/// The rule by which a member gives way to one that stays.
fn rule_of(savings: &Savings<'_>, unit: usize, joint: &Joint, member: usize) -> &'static str {
    let key = |n: usize| gives_way_key(&savings.city.works[job_work(savings.problem, unit, joint.members[n])].pipe);
    let ours = key(member);
    let stays = joint.fit.section.placed.iter().map(|one| key(one.member)).max().unwrap_or(ours);
    match (ours.0 != stays.0, ours.1 != stays.1) {
        (true, _) => "AVOID-1",
        (false, true) => "AVOID-2",
        (false, false) => "AVOID-4",
    }
}

fn checks_of(savings: &Savings<'_>, decided: &Decided, unit: usize, joint: &Joint, part: RoadPart) -> Vec<Check> {
    let work = |member: usize| &savings.city.works[job_work(savings.problem, unit, joint.members[member])];
    let placed = &joint.fit.section.placed;
    let mut checks = Vec::new();
    for (n, one) in placed.iter().enumerate() {
        for other in &placed[n + 1..] {
            let (a, b) = (work(one.member), work(other.member));
            let clear = other.centre_m - one.centre_m - (one.diameter_m + other.diameter_m) / 2.0;
            let is_at_most = one.is_diameter_assumed || other.is_diameter_assumed;
            let subject = Subject {
                table: ClearanceTable::Horizontal,
                side: Side::InTrench,
                work_id: a.id,
                other: Some(format!("utility_work/{}", b.id)),
                quality_level: None,
            };
            let asked = clearance::horizontal(&a.pipe, &b.pipe);
            checks.push(check(subject, &asked, Some(Measured { metres: clear, is_at_most }), decided));
        }
        checks.push(cover_of(work(one.member), part, Side::InTrench, decided));
    }
    checks
}

/// An accepted breach is not worse than what somebody has to look at.
fn verdict_of(check: &Check) -> Verdict {
    if check.accepted.is_some() { Verdict::NeedsReview } else { check.verdict }
}

/// Worse is more.
pub(super) fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Pass => 0,
        Verdict::NeedsReview => 1,
        Verdict::Unknown => 2,
        Verdict::Fail => 3,
    }
}
