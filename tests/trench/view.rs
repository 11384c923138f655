//! What one operator is told of a plan holds nothing of a work that another keeps to itself.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::random_city::{any_city, any_city_with_lines, city, line, street, work};
use pianqu::analysis::siting::unlimited;
use pianqu::analysis::trench::view::{Known, MetKind, TrenchView, view};
use pianqu::analysis::trench::{City, Decided, Line, Settings, Side, plan};
use pianqu::domain::pipe::Pipe;

const ME: &str = "operator 0";

/// Ids and names that stand for nothing else in an answer.
fn marked(mut city: City) -> City {
    for work in &mut city.works {
        work.id += 7_734_100;
        work.code = Some(format!("MARK-{}", work.id));
        if work.operator.as_deref() != Some(ME) {
            work.operator = Some(format!("OWNER-{}", work.id));
        }
    }
    city
}

fn told(city: &City, shown: &BTreeSet<i64>) -> TrenchView {
    let answer = plan(city, &Settings::default(), &Decided::default(), &unlimited()).unwrap();
    view(city, answer, &Known::of(city, ME, shown.clone()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, max_shrink_iters: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_of_a_hidden_work_is_in_the_answer(city in any_city(), shown in prop::collection::vec(any::<bool>(), 7)) {
        let city = marked(city);
        let is_shown = |n: usize| shown[n % shown.len()];
        let all = city.works.iter().enumerate();
        let shown: BTreeSet<i64> = all.filter(|(n, _)| is_shown(*n)).map(|(_, work)| work.id).collect();
        let told = told(&city, &shown);
        let text = serde_json::to_string(&told).unwrap();
        for work in city.works.iter().filter(|work| work.operator.as_deref() != Some(ME)) {
            let owner = work.operator.as_deref().unwrap();
            // `not_planned` and the like hold no digits of ids: a mark is found only where it was told.
            let is_named = [work.id.to_string(), owner.to_owned()].iter().any(|mark| text.contains(mark.as_str()));
            if !shown.contains(&work.id) {
                prop_assert!(!is_named, "{} is in {}", work.id, text);
            }
        }
        // Its own is whole.
        let own = city.works.iter().filter(|work| work.operator.as_deref() == Some(ME)).count();
        prop_assert_eq!(told.works.len(), own);
        prop_assert_eq!(told.totals.works, own);
        for check in told.checks.iter().chain(told.trenches.iter().flat_map(|one| &one.checks)) {
            if check.other.as_ref().is_some_and(|met| met.what == MetKind::HiddenWork) {
                prop_assert!(check.rules.is_empty() && check.measured_m.is_none() && check.least_m.is_none());
                prop_assert!(check.at.is_some(), "where it is, is told");
            }
        }
        for trench in told.trenches.iter().filter(|one| one.has_hidden) {
            prop_assert!(trench.lines.is_empty() && trench.width_m.is_none() && trench.depth_m.is_none());
        }
    }

    /// A hidden work of another kind and thickness at the same place changes nothing but verdicts and days.
    #[test]
    fn two_hidden_works_that_differ_in_name_alone_are_told_alike(city in any_city()) {
        let city = marked(city);
        let mut other = city.clone();
        for work in other.works.iter_mut().filter(|work| work.operator.as_deref() != Some(ME)) {
            (work.code, work.name) = (Some("another".to_owned()), Some("name".to_owned()));
        }
        prop_assert_eq!(told(&city, &BTreeSet::new()), told(&other, &BTreeSet::new()));
    }
}

#[test]
fn what_is_shown_is_told_and_what_is_not_is_only_met() {
    let along = |y| line(&[(0.0, y), (300.0, y)]);
    let mut works = vec![work(3, along(1.0)), work(4, along(2.0)), work(5, along(3.0))];
    works[1].pipe.diameter_mm = Some(317.0);
    works[2].pipe.diameter_mm = Some(531.0);
    let city = city(works, vec![street(1, along(0.0))]);
    let told = told(&city, &BTreeSet::from([4]));

    assert_eq!(told.works.iter().map(|work| work.work_id).collect::<Vec<_>>(), [3]);
    assert_eq!(told.others.iter().map(|work| (work.work_id, work.diameter_mm)).collect::<Vec<_>>(), [(4, Some(317.0))]);
    let met: BTreeSet<_> = told.opportunities.iter().map(|one| one.other.feature.clone()).collect();
    assert_eq!(met, BTreeSet::from([None, Some("utility_work/4".to_owned())]));
    let hidden = told.opportunities.iter().find(|one| one.other.feature.is_none()).unwrap();
    assert_eq!((hidden.work_id, hidden.shift_days, hidden.first_start), (3, None, None));
    assert_eq!(hidden.places[0].street_id, Some(1), "where it is, is told");
    let text = serde_json::to_string(&told).unwrap();
    assert!(
        text.contains("317.0")
            && !text.contains("531.0")
            && !text.contains("0.531")
            && !text.contains("utility_work/5"),
        "{text}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, max_shrink_iters: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn of_others_existing_lines_no_more_is_told_than_own_works_need(city in any_city_with_lines(), shown in prop::collection::vec(any::<bool>(), 7)) {
        let mut city = marked(city);
        for line in &mut city.lines {
            line.id += 8_845_200;
            line.code = Some(format!("LINE-{}", line.id));
            if line.operator.as_deref() != Some(ME) {
                line.operator = Some(format!("HOLDER-{}", line.id));
                // Odd millimetres that stand for nothing else.
                line.pipe.diameter_mm = line.pipe.diameter_mm.map(|mm| mm + 0.777);
            }
        }
        let all = city.works.iter().enumerate();
        let shown: BTreeSet<i64> = all.filter(|(n, _)| shown[n % shown.len()]).map(|(_, work)| work.id).collect();
        let told = told(&city, &shown);
        let text = serde_json::to_string(&told).unwrap();
        for line in city.lines.iter().filter(|line| line.operator.as_deref() != Some(ME)) {
            let marks = [line.id.to_string(), format!("HOLDER-{}", line.id), format!("LINE-{}", line.id)];
            prop_assert!(marks.iter().all(|mark| !text.contains(mark.as_str())), "{} is in {}", line.id, text);
        }
        for trench in &told.trenches {
            let place = trench.place.as_ref().unwrap();
            if trench.has_hidden {
                prop_assert!(place.offset_m.is_none() && place.line.is_empty() && place.lines.is_empty());
                prop_assert!(place.too_near.is_empty() && place.short_m.is_none());
                let of_lines = trench.checks.iter().filter(|one| {
                    one.other.as_ref().is_some_and(|met| matches!(met.what, MetKind::Line | MetKind::OwnLine))
                });
                prop_assert!(of_lines.clone().all(|one| one.measured_m.is_none()));
            }
            for line in &place.lines {
                let is_foreign = line.line.what == MetKind::Line;
                prop_assert_eq!(is_foreign, line.diameter_m.is_none() && line.low_m.is_none());
                prop_assert_eq!(is_foreign, line.face_m.is_some() && line.line.feature.is_none());
                prop_assert!(!is_foreign || line.top_m.is_none() && line.bottom_m.is_none());
            }
        }
        prop_assert!(told.checks.iter().all(|one| one.side == Side::AsSubmitted));
    }
}

#[test]
fn an_operator_is_told_where_its_trench_lies_unless_that_tells_of_a_hidden_work() {
    let along = |y| line(&[(0.0, y), (300.0, y)]);
    let mut city = city(vec![work(3, along(1.0)), work(4, along(2.0))], vec![street(1, along(0.0))]);
    let existing = |id, operator: &str, y| Line {
        id,
        code: Some("GX".to_owned()),
        operator: Some(operator.to_owned()),
        pipe: Pipe { kind: "gas".to_owned(), diameter_mm: Some(219.0), ..Pipe::default() },
        start_depth_m: Some(1.0),
        end_depth_m: Some(1.0),
        quality_level: Some("from_drawing".to_owned()),
        path: along(y),
    };
    city.lines = vec![existing(8, ME, -2.0), existing(9, "another", 4.0)];
    let open = told(&city, &BTreeSet::from([4]));
    let place = open.trenches[0].place.as_ref().unwrap();
    assert!(place.offset_m.is_some() && place.line.len() == 2);
    let [foreign, own] = place.lines.as_slice() else { panic!("{:?}", place.lines) };
    // Its axis is 4 m on the left, and the face that looks at the trench half its diameter nearer.
    assert_eq!((foreign.face_m, foreign.diameter_m, foreign.utility_kind.as_str()), (Some(-3.891), None, "gas"));
    assert_eq!(foreign.quality_level.as_deref(), Some("from_drawing"));
    assert_eq!((own.line.feature.as_deref(), own.diameter_m), (Some("utility_line/8"), Some(0.219)));

    let hidden = told(&city, &BTreeSet::new());
    let place = hidden.trenches[0].place.as_ref().unwrap();
    assert_eq!((place.offset_m, place.lines.len(), place.line.len()), (None, 0, 0));
    assert_eq!(place.state, open.trenches[0].place.as_ref().unwrap().state, "how it is judged is told");
}
