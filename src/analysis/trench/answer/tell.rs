//! From days to an answer.

use std::collections::{BTreeMap, BTreeSet};

use super::super::checks::{self, Check, Side};
use super::super::layers::City;
use super::super::meeting::Meeting;
use super::super::problem::{Day, Problem, Why, date_of, day_of, days_of, forbidden};
use super::super::saving::{Saving, Savings};
use super::super::settings::Settings;
use super::super::state::shift;
use super::super::survey::Matched;
use super::super::{Decided, Solution};
use super::placing::Ground;
use super::trenches::trenches_of;
use super::{
    Alone, Bound, Clash, ClashKind, Opening, OperatorResult, Opportunity, Relation, Totals, TrenchAnswer, TrenchResult,
    WorkResult, WorkState,
};
use crate::domain::clearance::{CLEARANCE_SET_VERSION, RoadPart};
use crate::domain::rule::Verdict;
use crate::domain::value::yuan;

/// Tells a solution.
pub fn tell(
    city: &City,
    settings: &Settings,
    decided: &Decided,
    matched: &Matched,
    problem: &Problem,
    solution: &Solution,
) -> TrenchAnswer {
    let savings = Savings { city, problem, settings };
    // What no choice of days could help counts everywhere.
    let left_out = problem.left_out.iter().flatten().count();
    let mut answer = TrenchAnswer {
        rule_set: CLEARANCE_SET_VERSION,
        settings: settings.clone(),
        confirmed_rules: decided.confirmed.iter().cloned().collect(),
        totals: Totals::default(),
        bound: bound(solution, left_out),
        alone: alone(solution, left_out),
        operators: Vec::new(),
        works: works(city, settings, problem, solution),
        openings: Vec::new(),
        trenches: Vec::new(),
        clashes: Vec::new(),
        opportunities: Vec::new(),
        checks: Vec::new(),
    };
    let ground = Ground::of(city, settings);
    let mut saving = Saving::default();
    let mut saving_fen = 0;
    let mut share_fen: BTreeMap<Option<&str>, i64> = BTreeMap::new();
    for (unit, one) in problem.units.iter().enumerate() {
        let mut by_day: BTreeMap<Day, Vec<u32>> = BTreeMap::new();
        for (n, member) in one.members.iter().enumerate() {
            let work = &city.works[problem.jobs[member.job].work];
            if let Some(&day) = solution.start.get(&work.id) {
                by_day.entry(day).or_default().push(n as u32);
            }
        }
        for (day, members) in by_day {
            if let Some(street) = one.street {
                answer.openings.push(opening(&savings, street, unit, day, &members));
            }
            let saved = savings.of(unit, &members);
            let fen = saved.fen(settings);
            saving += saved;
            saving_fen += fen;
            let part = fen / members.len() as i64;
            for (n, &member) in members.iter().enumerate() {
                let work = &city.works[problem.jobs[one.members[member as usize].job].work];
                let rest = if n == 0 { fen - part * members.len() as i64 } else { 0 };
                *share_fen.entry(work.operator.as_deref()).or_default() += part + rest;
            }
            answer.trenches.extend(trenches_of(&savings, &ground, decided, unit, &members, day));
        }
    }
    answer.openings.sort_by_key(|a| (a.starts_on, a.street_id));
    answer.trenches.sort_by(|a, b| {
        let key = |one: &TrenchResult| (one.starts_on, one.street_id, one.work_ids.clone());
        key(a).cmp(&key(b)).then(a.from_m.total_cmp(&b.from_m))
    });
    answer.checks = all_checks(city, settings, decided, matched, &answer.trenches);
    let (clashes, opportunities) = pairs(city, settings, problem);
    answer.clashes = clashes;
    answer.opportunities = opportunities;
    let failed = answer.checks.iter().filter(|check| check.is_open_breach() && check.other.is_some());
    answer.clashes.extend(failed.map(|check| Clash {
        kind: ClashKind::Clearance,
        work_id: check.work_id,
        other: check.other.clone().unwrap_or_default(),
        places: Vec::new(),
        missing_days: None,
        protected_until: None,
    }));
    answer.clashes.sort_by(|a, b| (a.work_id, a.kind, &a.other).cmp(&(b.work_id, b.kind, &b.other)));
    answer.clashes.dedup();
    answer.operators = operators(city, &answer, solution, &share_fen);
    answer.totals = totals(&answer, matched, saving, saving_fen);
    answer
}

fn bound(solution: &Solution, left_out: usize) -> Bound {
    let groups = &solution.groups;
    let openings: usize = groups.iter().map(|group| group.found.worth.openings).sum();
    let least: usize = groups.iter().map(|group| group.found.least_openings).sum();
    Bound {
        least_not_planned: left_out + groups.iter().map(|group| group.found.least_without_day).sum::<usize>(),
        least_openings: least,
        most_saving_yuan: yuan(groups.iter().map(|group| group.found.most_saving_fen).sum()),
        is_proved: groups.iter().all(|group| group.found.is_proved),
        are_openings_proved: least == openings
            && groups.iter().all(|group| group.found.least_without_day == group.found.worth.without_day),
        groups: groups.len(),
        groups_proved: groups.iter().filter(|group| group.found.is_proved).count(),
        largest_group: groups.iter().map(|group| group.works.len()).max().unwrap_or(0),
    }
}

fn alone(solution: &Solution, left_out: usize) -> Alone {
    let each = || solution.groups.iter().map(|group| &group.found.alone);
    Alone {
        planned: solution.alone_start.len(),
        not_planned: left_out + each().map(|worth| worth.without_day).sum::<usize>(),
        openings: each().map(|worth| worth.openings).sum(),
        saving_yuan: yuan(each().map(|worth| worth.saving_fen).sum()),
    }
}

fn works(city: &City, settings: &Settings, problem: &Problem, solution: &Solution) -> Vec<WorkResult> {
    let job_of: BTreeMap<usize, usize> = problem.jobs.iter().enumerate().map(|(n, job)| (job.work, n)).collect();
    let of = |(n, work): (usize, &super::super::layers::Work)| {
        let streets: Vec<usize> = job_of
            .get(&n)
            .map(|job| problem.jobs[*job].units.iter().filter_map(|unit| problem.units[*unit].street).collect())
            .unwrap_or_default();
        let days = days_of(work, settings) as Day;
        let job = job_of.get(&n).map(|&job| (job, &problem.jobs[job]));
        let start = match (problem.left_out[n], job) {
            (Some(_), _) => None,
            (None, Some(_)) => solution.start.get(&work.id).copied(),
            // What opens no street waits for nobody.
            (None, None) => work.window.0.map(|day| day_of(day).max(settings.not_before.map_or(Day::MIN, day_of))),
        };
        let why = problem.left_out[n].or_else(|| {
            let (job, one) = job.filter(|_| start.is_none())?;
            let is_alone_possible = problem.first_allowed(job, one.reach.0, one.reach.1).is_some();
            Some(if is_alone_possible { Why::NoDayLeft } else { Why::StreetProtected })
        });
        let is_unknown = |street: &usize| {
            let street = &city.streets[*street];
            street.surfaced_on.is_none() || settings.protection.after(street.surfacing.as_deref()).is_none()
        };
        let remarks = [
            ("no_street", work.is_open && streets.is_empty()),
            ("no_diameter", work.pipe.diameter_mm.is_none()),
            ("no_depth", work.depth_m.is_none()),
            ("unknown_kind", !work.pipe.is_known_kind()),
            ("duration_assumed", work.duration_days.is_none_or(|days| days <= 0)),
            ("method_assumed", !work.is_method_known),
            ("street_protection_unknown", streets.iter().any(is_unknown)),
        ];
        let state = match start {
            None => WorkState::NotPlanned,
            Some(_) if work.is_open => WorkState::Planned,
            Some(_) => WorkState::Trenchless,
        };
        WorkResult {
            work_id: work.id,
            code: work.code.clone(),
            operator: work.operator.clone(),
            state,
            why,
            starts_on: start.map(date_of),
            ends_on: start.map(|day| date_of(day + days - 1)),
            shift_days: start.zip(job).map_or(0, |(day, (_, one))| shift(one.wish, day)),
            street_ids: streets.iter().map(|&street| city.streets[street].id).collect(),
            length_m: checks::millimetres(work.path.length_m),
            remarks: remarks.into_iter().filter(|(_, holds)| *holds).map(|(name, _)| name.into()).collect(),
        }
    };
    city.works.iter().enumerate().map(of).collect()
}

fn opening(savings: &Savings<'_>, street: usize, unit: usize, day: Day, members: &[u32]) -> Opening {
    let (city, problem) = (savings.city, savings.problem);
    let jobs: Vec<usize> = members.iter().map(|&n| problem.units[unit].members[n as usize].job).collect();
    let end = day + jobs.iter().map(|&job| problem.jobs[job].days).max().unwrap_or(1);
    let one = &city.streets[street];
    let protection = savings.settings.protection.after(one.surfacing.as_deref());
    Opening {
        street_id: one.id,
        street: one.name.clone(),
        starts_on: date_of(day),
        ends_on: date_of(end - 1),
        protected_until: date_of(problem.open_again(end)),
        work_ids: jobs.iter().map(|&job| city.works[problem.jobs[job].work].id).collect(),
        is_protection_unknown: one.surfaced_on.is_none() || protection.is_none(),
    }
}

fn all_checks(
    city: &City,
    settings: &Settings,
    decided: &Decided,
    matched: &Matched,
    trenches: &[TrenchResult],
) -> Vec<Check> {
    let mut found: Vec<Check> = Vec::new();
    let mut part: Vec<Option<RoadPart>> = vec![None; city.works.len()];
    for meeting in matched.streets.iter().filter(|one| Matched::is_in_street(city, one, settings)) {
        // Where a work lies in both, the carriageway asks for more.
        let here = city.streets[meeting.b].part;
        let so_far = &mut part[meeting.a];
        if here == RoadPart::Carriageway || so_far.is_none() {
            *so_far = Some(here);
        }
    }
    for (n, work) in city.works.iter().enumerate() {
        found.push(checks::cover_of(work, part[n].unwrap_or(RoadPart::Carriageway), Side::AsSubmitted, decided));
    }
    for meeting in &matched.works {
        found.extend(checks::between_works(city, meeting, Matched::are_along(city, meeting, settings), decided));
    }
    for meeting in &matched.lines {
        let (work, line) = (&city.works[meeting.a], &city.lines[meeting.b]);
        let is_along = meeting.is_along(settings.least_along_m, work.path.length_m.min(line.path.length_m));
        found.extend(checks::with_line(work, line, meeting, is_along, decided));
    }
    // Where trenches lie, their works are beside other lines than where they were handed in.
    let is_of_line = |check: &&Check| check.other.as_deref().is_some_and(|other| other.starts_with("utility_line/"));
    found.extend(trenches.iter().flat_map(|trench| &trench.checks).filter(is_of_line).cloned());
    let worst = |check: &Check| match check.verdict {
        Verdict::Fail if check.accepted.is_none() => 0,
        Verdict::Unknown => 1,
        Verdict::Fail => 2,
        Verdict::NeedsReview => 3,
        Verdict::Pass => 4,
    };
    found.sort_by(|a, b| (worst(a), a.work_id, a.table, &a.other).cmp(&(worst(b), b.work_id, b.table, &b.other)));
    found
}

/// Pairs of works in one street or one yard that cannot both be, or could be one.
fn pairs(city: &City, settings: &Settings, problem: &Problem) -> (Vec<Clash>, Vec<Opportunity>) {
    let mut places: BTreeMap<(usize, usize), Vec<Relation>> = BTreeMap::new();
    let mut clashes = Vec::new();
    for unit in &problem.units {
        let street_id = unit.street.map(|street| city.streets[street].id);
        for (n, a) in unit.members.iter().enumerate() {
            if let Some(street) = unit.street {
                clashes.extend(protected(city, settings, problem, street, a.job));
            }
            for b in &unit.members[n + 1..] {
                let both = a.stretches.iter().flat_map(|one| {
                    let common = |other: &(f64, f64)| (one.0.max(other.0), one.1.min(other.1));
                    b.stretches.iter().map(common).filter(|(from, to)| from < to)
                });
                let span = both.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)));
                let relation = Relation {
                    street_id,
                    from_m: span.map(|span| checks::millimetres(span.0)),
                    to_m: span.map(|span| checks::millimetres(span.1)),
                };
                places.entry((a.job.min(b.job), a.job.max(b.job))).or_default().push(relation);
            }
        }
    }
    let mut opportunities = Vec::new();
    for ((a, b), places) in places {
        let (one, other) = (&problem.jobs[a], &problem.jobs[b]);
        let ids = [city.works[one.work].id, city.works[other.work].id];
        let missing = |x: (Day, Day), y: (Day, Day)| i64::from(x.0.max(y.0)) - i64::from(x.1.min(y.1));
        let (wish, reach) = (missing(one.wish, other.wish), missing(one.reach, other.reach));
        let is_apart = problem.open_again(one.reach.0 + one.days) <= other.reach.1
            || problem.open_again(other.reach.0 + other.days) <= one.reach.1;
        if reach > 0 && !is_apart && places.iter().any(|place| place.street_id.is_some()) {
            clashes.push(Clash {
                kind: ClashKind::SecondOpening,
                work_id: ids[0],
                other: format!("utility_work/{}", ids[1]),
                places: places.clone(),
                missing_days: Some(reach),
                protected_until: None,
            });
        }
        if wish.max(0) <= settings.opportunity_shift_days || reach <= 0 {
            opportunities.push(Opportunity {
                work_ids: ids,
                is_one_trench: problem.near.get(&a).is_some_and(|near| near.contains(&b)),
                shift_days: wish.max(0),
                is_shift_allowed: reach <= 0,
                first_start: (wish <= 0).then(|| date_of(one.wish.0.max(other.wish.0))),
                last_start: (wish <= 0).then(|| date_of(one.wish.1.min(other.wish.1))),
                places,
            });
        }
    }
    (clashes, opportunities)
}

/// A street whose protection leaves a work no day.
fn protected(city: &City, settings: &Settings, problem: &Problem, street: usize, job: usize) -> Option<Clash> {
    let one = &problem.jobs[job];
    let spans = forbidden(city, street, settings);
    let is_free = |day: Day| spans.iter().all(|&(from, to)| day + one.days <= from || day >= to);
    let days = spans.iter().map(|span| span.1).chain([one.reach.0]);
    if days.into_iter().any(|day| (one.reach.0..=one.reach.1).contains(&day) && is_free(day)) {
        return None;
    }
    Some(Clash {
        kind: ClashKind::StreetProtected,
        work_id: city.works[one.work].id,
        other: format!("street/{}", city.streets[street].id),
        places: vec![Relation { street_id: Some(city.streets[street].id), from_m: None, to_m: None }],
        missing_days: None,
        protected_until: spans.iter().map(|span| span.1).max().map(date_of),
    })
}

fn operators(
    city: &City,
    answer: &TrenchAnswer,
    solution: &Solution,
    share_fen: &BTreeMap<Option<&str>, i64>,
) -> Vec<OperatorResult> {
    let operator_of: BTreeMap<i64, Option<&str>> =
        city.works.iter().map(|work| (work.id, work.operator.as_deref())).collect();
    let mut found: BTreeMap<Option<&str>, OperatorResult> = BTreeMap::new();
    for (work, result) in city.works.iter().zip(&answer.works) {
        let operator = work.operator.as_deref();
        let one = found.entry(operator).or_insert_with(|| OperatorResult {
            operator: operator.map(str::to_owned),
            works: 0,
            planned: 0,
            planned_alone: 0,
            saving_yuan: yuan(share_fen.get(&operator).copied().unwrap_or(0)),
            clashes: 0,
        });
        one.works += 1;
        one.planned += usize::from(result.state != WorkState::NotPlanned);
        let is_alone = solution.alone_start.contains_key(&work.id) || result.state == WorkState::Trenchless;
        one.planned_alone += usize::from(is_alone);
    }
    for clash in &answer.clashes {
        let other = clash.other.strip_prefix("utility_work/").and_then(|id| id.parse::<i64>().ok());
        let concerned: BTreeSet<Option<&str>> =
            [Some(clash.work_id), other].into_iter().flatten().filter_map(|id| operator_of.get(&id).copied()).collect();
        for operator in concerned {
            if let Some(one) = found.get_mut(&operator) {
                one.clashes += 1;
            }
        }
    }
    found.into_values().collect()
}

fn totals(answer: &TrenchAnswer, matched: &Matched, saving: Saving, saving_fen: i64) -> Totals {
    let state = |state| answer.works.iter().filter(|work| work.state == state).count();
    let mut per_street: BTreeMap<i64, usize> = BTreeMap::new();
    answer.openings.iter().for_each(|opening| *per_street.entry(opening.street_id).or_default() += 1);
    let verdict = |verdict| answer.checks.iter().filter(|check| check.verdict == verdict).count();
    let meetings = |list: &[Meeting]| list.len();
    let planned = answer.works.iter().filter(|work| work.state == WorkState::Planned);
    let mut totals = Totals {
        works: answer.works.len(),
        planned: state(WorkState::Planned),
        trenchless: state(WorkState::Trenchless),
        not_planned: state(WorkState::NotPlanned),
        streets_opened: per_street.len(),
        streets_opened_once: per_street.values().filter(|count| **count == 1).count(),
        openings: answer.openings.len(),
        openings_separate: planned.map(|work| work.street_ids.len()).sum(),
        trenches: answer.trenches.len(),
        trench_m: checks::millimetres(answer.trenches.iter().map(|one| one.to_m - one.from_m).sum()),
        saving,
        saving_yuan: yuan(saving_fen),
        shifted: answer.works.iter().filter(|work| work.shift_days > 0).count(),
        clashes: answer.clashes.len(),
        opportunities: answer.opportunities.len(),
        checks: answer.checks.len(),
        checks_failed: answer.checks.iter().filter(|check| check.is_open_breach()).count(),
        checks_accepted: answer.checks.iter().filter(|check| check.accepted.is_some()).count(),
        checks_unknown: verdict(Verdict::Unknown),
        checks_to_review: verdict(Verdict::NeedsReview),
        checks_passed: verdict(Verdict::Pass),
        meetings_with_streets: meetings(&matched.streets),
        meetings_of_works: meetings(&matched.works),
        meetings_with_lines: meetings(&matched.lines),
        ..Totals::default()
    };
    totals.count_places(&answer.trenches);
    totals
}
