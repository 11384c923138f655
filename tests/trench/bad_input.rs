//! Works that are half known or wrong get a clear answer, and none is lost.

use super::random_city::{city, day, line, street, work};
use pianqu::analysis::siting::unlimited;
use pianqu::analysis::trench::{Decided, Line, Settings, TrenchAnswer, Why, WorkState, plan};
use pianqu::domain::pipe::Pipe;
use pianqu::domain::rule::Verdict;

fn answer(city: &pianqu::analysis::trench::City) -> TrenchAnswer {
    plan(city, &Settings::default(), &Decided::default(), &unlimited()).unwrap()
}

#[test]
fn what_cannot_be_planned_says_why_and_the_rest_is_planned() {
    let along = || line(&[(0.0, 1.0), (200.0, 1.0)]);
    let mut works: Vec<_> = (1..=8).map(|id| work(id, along())).collect();
    works[1].path = line(&[(50.0, 1.0), (50.0, 1.0)]);
    works[2].window = (Some(day("2024-06-01")), Some(day("2024-05-01")));
    works[3].window = (None, Some(day("2024-05-01")));
    works[4].duration_days = Some(1000);
    works[5].path = line(&[(0.0, 4000.0), (200.0, 4000.0)]);
    works[6].path = line(&[(0.0, 1.0), (150.0, 1.0), (20.0, 1.0)]);
    works[7].pipe = Pipe { kind: "moon".to_owned(), ..Pipe::default() };
    works[7].duration_days = None;
    works[7].depth_m = None;
    let plan = answer(&city(works, vec![street(1, line(&[(0.0, 0.0), (300.0, 0.0)]))]));
    assert_eq!(plan.works.len(), 8);
    let whys: Vec<Option<Why>> = plan.works.iter().map(|work| work.why).collect();
    assert_eq!(
        whys,
        [
            None,
            Some(Why::NoLength),
            Some(Why::WindowEndsBeforeItStarts),
            Some(Why::NoWindow),
            Some(Why::WindowTooShort),
            None,
            None,
            None
        ]
    );
    assert_eq!((plan.totals.planned, plan.totals.not_planned, plan.totals.openings), (4, 4, 1));
    assert_eq!(plan.works[5].remarks, ["no_street"]);
    assert_eq!(plan.works[5].state, WorkState::Planned);
    assert_eq!(plan.works[6].street_ids, [1], "a line over itself lies in its street");
    assert_eq!(plan.works[7].remarks, ["no_diameter", "no_depth", "unknown_kind", "duration_assumed"]);
    let of_moon = plan.trenches.iter().flat_map(|one| &one.checks).filter(|check| check.work_id == 8);
    assert!(of_moon.clone().count() > 0 && of_moon.clone().all(|check| check.verdict == Verdict::Unknown));
}

#[test]
fn a_line_over_itself_is_one_stretch_of_its_street() {
    let mut works =
        vec![work(1, line(&[(0.0, 1.0), (150.0, 1.0), (0.0, 1.0)])), work(2, line(&[(0.0, -1.0), (150.0, -1.0)]))];
    works[1].pipe.kind = "gas".to_owned();
    let plan = answer(&city(works, vec![street(1, line(&[(0.0, 0.0), (300.0, 0.0)]))]));
    assert_eq!(plan.trenches.len(), 1);
    assert_eq!((plan.trenches[0].from_m, plan.trenches[0].to_m), (0.0, 150.0));
    assert_eq!(plan.totals.saving.opening_m, 150.0);
}

#[test]
fn works_in_a_yard_share_a_trench_and_open_no_street() {
    let works = vec![work(1, line(&[(0.0, 1.0), (100.0, 1.0)])), work(2, line(&[(20.0, 3.0), (150.0, 3.0)]))];
    let plan = answer(&city(works, Vec::new()));
    assert_eq!((plan.totals.planned, plan.totals.openings), (2, 0));
    assert_eq!(plan.trenches.len(), 1);
    assert_eq!(plan.trenches[0].street_id, None);
    assert_eq!((plan.trenches[0].from_m, plan.trenches[0].to_m), (20.0, 100.0));
    assert_eq!(plan.totals.saving.closure_days, 0.0);
    assert_eq!(plan.trenches[0].verdict, Verdict::Unknown, "the width of a yard is not known, nor water beside water");
}

#[test]
fn a_half_known_line_is_met_by_its_axis_and_reviewed() {
    let mut city = city(vec![work(1, line(&[(0.0, 0.0), (100.0, 0.0)]))], Vec::new());
    let pipe = |kind: &str| Pipe { kind: kind.to_owned(), ..Pipe::default() };
    let other = |id, kind, path| Line {
        id,
        code: None,
        operator: None,
        pipe: pipe(kind),
        start_depth_m: None,
        end_depth_m: None,
        quality_level: Some("told_by_staff".to_owned()),
        path,
    };
    city.lines = vec![
        other(1, "gas", line(&[(0.0, 2.0), (100.0, 2.0)])),
        other(2, "gas", line(&[(0.0, 0.4), (100.0, 0.4)])),
        other(3, "foul_sewer", line(&[(50.0, -20.0), (50.0, 20.0)])),
        other(4, "industrial", line(&[(0.0, 3.0), (100.0, 3.0)])),
    ];
    city.lines.push(Line {
        pipe: Pipe { burial: Some("overhead".to_owned()), ..pipe("power") },
        ..other(5, "power", line(&[(0.0, 0.1), (100.0, 0.1)]))
    });
    let plan = answer(&city);
    let of = |n: usize| plan.checks.iter().find(|check| check.other == Some(format!("utility_line/{n}")));
    let first = of(1).unwrap();
    // Axes 2 m apart, 0.1 m of which is the work's own radius; the gas pipe's is not known.
    assert_eq!((first.verdict, first.measured_m, first.is_axis_distance), (Verdict::NeedsReview, Some(1.9), true));
    assert_eq!(first.quality_level.as_deref(), Some("told_by_staff"));
    assert_eq!(of(2).unwrap().verdict, Verdict::Fail, "0.3 m is too little whatever its diameter");
    assert_eq!((of(3).unwrap().verdict, of(3).unwrap().measured_m), (Verdict::Unknown, None), "no depth");
    assert_eq!(of(4).unwrap().verdict, Verdict::Unknown, "no table names it");
    assert_eq!(of(5), None, "what hangs in the air is met by no table");
}
