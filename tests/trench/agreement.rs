//! What every plan keeps between its operators, whatever they say and in whatever order.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use geo::Coord;
use proptest::prelude::*;

use super::random_city::{any_city, city, day, line, street, work};
use pianqu::analysis::siting::unlimited;
use pianqu::analysis::trench::agreement::{
    AgreedTrench, KeptAnswer, KeptTrench, Next, NotTaken, PlanClashKind, Reply, Terms, WorkCopy, check_reply,
    city_under, clashes_after, held, next, proposed_lead, terms_after,
};
use pianqu::analysis::trench::{City, Decided, Line, Settings, Work, days_of, plan_held};
use pianqu::domain::pipe::Pipe;
use pianqu::domain::trench_plan::{PlannedTrenchState, ReplyKind, TrenchPlanState};

/// A plan as the store keeps it.
struct Book {
    city: City,
    settings: Settings,
    terms: Terms,
    trenches: Vec<KeptTrench>,
    answer: Option<KeptAnswer>,
}

fn copy_of(city: &City, work: &Work, settings: &Settings) -> WorkCopy {
    let degrees = |at: Coord<f64>| {
        let at = city.plane.to_lon_lat(at);
        [at.x, at.y]
    };
    let mut line: Vec<[f64; 2]> = work.path.segments.iter().map(|segment| degrees(segment.a)).collect();
    line.extend(work.path.segments.last().map(|segment| degrees(segment.b)));
    WorkCopy {
        work_id: work.id,
        code: work.code.clone(),
        name: None,
        operator: work.operator.clone(),
        utility_kind: work.pipe.kind.clone(),
        diameter_mm: work.pipe.diameter_mm,
        ducts: None,
        pressure: None,
        burial: None,
        depth_m: work.depth_m,
        method: Some(if work.is_open { "open" } else { "trenchless" }.to_owned()),
        window_start: work.window.0,
        window_end: work.window.1,
        duration_days: work.duration_days,
        shift_limit_days: work.shift_limit_days,
        days: days_of(work, settings),
        estimated_cost_fen: None,
        lines: vec![line],
    }
}

impl Book {
    fn of(city: City) -> Self {
        let terms = Terms::default();
        let mut book = Self { city, settings: Settings::default(), terms, trenches: Vec::new(), answer: None };
        book.replan();
        book
    }

    fn copies(&self) -> BTreeMap<i64, WorkCopy> {
        self.city.works.iter().map(|work| (work.id, copy_of(&self.city, work, &self.settings))).collect()
    }

    /// As the application does it.
    fn replan(&mut self) -> Next {
        let terms = terms_after(&self.terms, &self.trenches);
        let city = city_under(self.city.clone(), &terms, &self.trenches);
        let held = held(&terms, &self.trenches);
        let answer = plan_held(&city, &self.settings, &Decided::default(), &held, &unlimited()).unwrap();
        let (answer, found) = KeptAnswer::split(answer);
        let mut copies = self.copies();
        for agreed in self.agreed() {
            copies.extend(agreed.works.iter().map(|work| (work.work_id, work.clone())));
        }
        let next = next(&self.trenches, found, &copies);
        for (id, result, works) in next.changed.clone() {
            let trench = self.trenches.iter_mut().find(|trench| trench.id == id).unwrap();
            (trench.result, trench.works) = (result, works);
            trench.version += 1;
            trench.state = PlannedTrenchState::Proposed;
        }
        for id in &next.withdrawn {
            self.trenches.iter_mut().find(|trench| trench.id == *id).unwrap().state = PlannedTrenchState::Withdrawn;
        }
        for (result, works) in next.new.clone() {
            let id = self.trenches.len() as i64 + 1;
            self.trenches.push(KeptTrench {
                id,
                number: id as i32,
                version: 1,
                state: PlannedTrenchState::Proposed,
                lead_operator: proposed_lead(&result, &works),
                result,
                works,
                replies: Vec::new(),
            });
        }
        (self.terms, self.answer) = (terms, Some(answer));
        next
    }

    fn agreed(&self) -> Vec<KeptTrench> {
        self.trenches.iter().filter(|trench| trench.state == PlannedTrenchState::Agreed).cloned().collect()
    }

    fn agreed_ones(&self) -> Vec<AgreedTrench> {
        self.agreed().iter().map(agreed_one).collect()
    }

    fn reply(
        &mut self,
        at: usize,
        operator: &str,
        kind: ReplyKind,
        days: Option<(NaiveDate, NaiveDate)>,
    ) -> Result<(), NotTaken> {
        let reason = (kind != ReplyKind::Accept).then(|| "工期冲突".to_owned());
        let version = self.trenches[at].version;
        let reply = Reply { version, operator: operator.to_owned(), kind, reason, days };
        check_reply(TrenchPlanState::Offered, &self.agreed_ones(), &[], &self.trenches[at], &reply)?;
        self.trenches[at].replies.push(reply);
        self.trenches[at].state = self.trenches[at].standing();
        Ok(())
    }

    fn accept_all(&mut self) {
        for at in 0..self.trenches.len() {
            for operator in self.trenches[at].operators() {
                if self.trenches[at].state.is_open() {
                    self.reply(at, &operator, ReplyKind::Accept, None).unwrap();
                }
            }
        }
    }
}

fn agreed_one(trench: &KeptTrench) -> AgreedTrench {
    AgreedTrench {
        code: format!("GG1-{}", trench.number),
        street_id: trench.result.street_id,
        work_ids: trench.result.work_ids.clone(),
        starts_on: trench.result.starts_on,
    }
}

/// What somebody does: which trench, which of its operators, what, and by how many days.
type Deed = (usize, usize, u8, i64);

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    prop::collection::vec((0..8_usize, 0..3_usize, 0..8_u8, -200..200_i64), 1..14)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, max_shrink_iters: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_frozen_trench_never_moves_and_nobodys_reply_is_lost(city in any_city(), deeds in deeds()) {
        let mut book = Book::of(city);
        let mut said: Vec<(i64, Reply)> = Vec::new();
        for (which, who, what, by) in deeds {
            let frozen = book.agreed();
            let living: Vec<usize> = (0..book.trenches.len()).filter(|&at| book.trenches[at].state.is_open()).collect();
            match (what, living.is_empty()) {
                (0..=1, _) | (_, true) => {
                    book.replan();
                    let answer = book.answer.as_ref().unwrap();
                    for trench in &frozen {
                        for work in answer.works.iter().filter(|work| trench.result.work_ids.contains(&work.work_id)) {
                            prop_assert_eq!(work.starts_on, Some(trench.result.starts_on));
                        }
                    }
                }
                _ => {
                    let at = living[which % living.len()];
                    let operators = book.trenches[at].operators();
                    let operator = operators[who % operators.len()].clone();
                    let kind = if what < 6 { ReplyKind::Accept } else if what == 6 { ReplyKind::Shift } else { ReplyKind::Refuse };
                    let first = book.trenches[at].result.starts_on + Days::new(by.unsigned_abs());
                    let days = (kind == ReplyKind::Shift).then(|| (first, first + Days::new(300)));
                    if book.reply(at, &operator, kind, days).is_ok() {
                        said.push((book.trenches[at].id, book.trenches[at].replies.last().unwrap().clone()));
                    }
                }
            }
            for was in &frozen {
                let now = book.trenches.iter().find(|trench| trench.id == was.id).unwrap();
                prop_assert_eq!(now, was);
            }
            let kept: Vec<(i64, Reply)> = book
                .trenches
                .iter()
                .flat_map(|trench| trench.replies.iter().map(|reply| (trench.id, reply.clone())))
                .collect();
            prop_assert_eq!(kept.len(), said.len());
            prop_assert!(said.iter().all(|one| kept.contains(one)));
        }
    }

    #[test]
    fn a_round_after_everybody_accepted_changes_nothing(city in any_city()) {
        let mut book = Book::of(city);
        book.accept_all();
        prop_assert!(book.trenches.iter().all(|trench| trench.state == PlannedTrenchState::Agreed));
        let (before, days) = (book.trenches.clone(), book.answer.clone().unwrap().works);
        let next = book.replan();
        prop_assert!(next.changed.is_empty() && next.withdrawn.is_empty() && next.new.is_empty(), "{:?}", next);
        prop_assert_eq!(&book.trenches, &before);
        let day = |one: &pianqu::analysis::trench::WorkResult| (one.work_id, one.starts_on, one.ends_on);
        let now = book.answer.unwrap().works;
        prop_assert_eq!(now.iter().map(day).collect::<Vec<_>>(), days.iter().map(day).collect::<Vec<_>>());
    }

    #[test]
    fn a_round_without_replies_changes_nothing(city in any_city()) {
        let mut book = Book::of(city);
        let next = book.replan();
        prop_assert!(next.changed.is_empty() && next.withdrawn.is_empty() && next.new.is_empty(), "{:?}", next);
    }

    #[test]
    fn who_refused_shares_that_trench_no_more(city in any_city(), which in 0..8_usize, who in 0..3_usize) {
        let mut book = Book::of(city);
        prop_assume!(!book.trenches.is_empty());
        let at = which % book.trenches.len();
        let operators = book.trenches[at].operators();
        let operator = operators[who % operators.len()].clone();
        let refused = book.trenches[at].clone();
        book.reply(at, &operator, ReplyKind::Refuse, None).unwrap();
        prop_assert_eq!(book.trenches[at].state, PlannedTrenchState::Refused);
        book.replan();
        let own = |id: i64| refused.works.iter().any(|work| work.work_id == id && work.operator.as_deref() == Some(&operator));
        for trench in book.trenches.iter().filter(|one| one.state != PlannedTrenchState::Withdrawn) {
            let same_street = trench.result.street_id == refused.result.street_id;
            let (ours, theirs): (Vec<i64>, Vec<i64>) =
                trench.result.work_ids.iter().filter(|id| refused.result.work_ids.contains(id)).partition(|id| own(**id));
            let are_together = if operators.len() == 1 { ours.len() > 1 } else { !ours.is_empty() && !theirs.is_empty() };
            prop_assert!(!(same_street && are_together), "{:?}", trench.result.work_ids);
        }
    }
}

/// A street with two works that share a trench.
fn two() -> Book {
    let mut works = vec![work(1, line(&[(0.0, 1.0), (200.0, 1.0)])), work(2, line(&[(50.0, -1.0), (250.0, -1.0)]))];
    works[1].window = (Some(day("2024-05-01")), Some(day("2024-12-31")));
    Book::of(city(works, vec![street(7, line(&[(0.0, 0.0), (300.0, 0.0)]))]))
}

#[test]
fn a_trench_is_agreed_when_each_operator_accepted_its_current_version() {
    let mut book = two();
    assert_eq!(book.trenches[0].operators(), ["operator 1", "operator 2"]);
    book.reply(0, "operator 1", ReplyKind::Accept, None).unwrap();
    assert_eq!(book.trenches[0].state, PlannedTrenchState::Proposed);
    assert_eq!(book.trenches[0].outstanding(), ["operator 2"]);
    let wanted = (day("2024-06-03"), day("2024-06-20"));
    book.reply(0, "operator 2", ReplyKind::Shift, Some(wanted)).unwrap();
    assert_eq!(book.trenches[0].state, PlannedTrenchState::Proposed);
    let next = book.replan();
    assert_eq!(next.changed.len(), 1);
    assert_eq!((book.trenches[0].version, book.trenches[0].result.starts_on), (2, day("2024-06-03")));
    // What was said of the first version no longer counts.
    assert_eq!(book.trenches[0].outstanding(), ["operator 1", "operator 2"]);
    book.reply(0, "operator 2", ReplyKind::Accept, None).unwrap();
    book.reply(0, "operator 1", ReplyKind::Accept, None).unwrap();
    assert_eq!(book.trenches[0].state, PlannedTrenchState::Agreed);
    let late = book.reply(0, "operator 1", ReplyKind::Refuse, None);
    assert_eq!(late, Err(NotTaken::TrenchNotOpen(PlannedTrenchState::Agreed)));
}

#[test]
fn a_trench_whose_place_moves_is_replied_to_again_and_an_agreed_one_stays() {
    let gas = |right: f64| Line {
        id: 5,
        code: None,
        operator: None,
        pipe: Pipe { kind: "gas".to_owned(), diameter_mm: Some(160.0), ..Pipe::default() },
        start_depth_m: None,
        end_depth_m: None,
        quality_level: None,
        path: line(&[(0.0, -right), (300.0, -right)]),
    };
    let mut book = two();
    book.city.lines = vec![gas(1.0)];
    book.replan();
    let first = book.trenches[0].clone();
    assert!(first.result.place.as_ref().unwrap().offset_m.is_some());
    // A plan from before places were told: its next round places it, which is a change.
    book.trenches[0].result.place = None;
    assert_eq!(book.replan().changed.len(), 1);
    assert_eq!((book.trenches[0].version, &book.trenches[0].result), (first.version + 1, &first.result));
    book.city.lines = vec![gas(0.2)];
    assert_eq!(book.replan().changed.len(), 1, "the line is where it was not");
    assert_ne!(book.trenches[0].result.place, first.result.place);
    let before = book.trenches[0].clone();
    for operator in before.operators() {
        book.reply(0, &operator, ReplyKind::Accept, None).unwrap();
    }
    book.city.lines = vec![gas(2.0)];
    let next = book.replan();
    assert_eq!((next.kept.len(), next.changed.len()), (1, 0));
    assert_eq!(book.trenches[0].result, before.result, "agreed word for word, place and all");
}

#[test]
fn whoever_refuses_may_think_better_of_it() {
    let mut book = two();
    book.reply(0, "operator 1", ReplyKind::Refuse, None).unwrap();
    book.reply(0, "operator 2", ReplyKind::Accept, None).unwrap();
    assert_eq!(book.trenches[0].state, PlannedTrenchState::Refused);
    book.reply(0, "operator 1", ReplyKind::Accept, None).unwrap();
    assert_eq!(book.trenches[0].state, PlannedTrenchState::Agreed);
    assert_eq!(book.trenches[0].replies.len(), 3);
}

#[test]
fn a_work_without_an_operator_is_agreed_by_nobody() {
    let mut book = two();
    book.trenches[0].works[1].operator = None;
    book.reply(0, "operator 1", ReplyKind::Accept, None).unwrap();
    assert_eq!(book.trenches[0].state, PlannedTrenchState::Proposed);
    assert_eq!(book.trenches[0].unnamed_works(), [2]);
}

#[test]
fn a_new_work_joins_the_opening_and_not_the_agreed_trench() {
    let mut book = two();
    book.accept_all();
    let agreed = book.agreed();
    let mut third = work(3, line(&[(60.0, 3.0), (180.0, 3.0)]));
    third.window = (Some(day("2024-04-01")), Some(day("2024-12-31")));
    book.city.works.push(third);
    book.replan();
    assert_eq!(book.agreed(), agreed);
    let works = &book.answer.as_ref().unwrap().works;
    assert_eq!(works[2].starts_on, works[0].starts_on, "the street is opened once");
    assert!(book.trenches.iter().all(|trench| !trench.result.work_ids.contains(&3)));
}

#[test]
fn what_changes_after_agreement_and_what_opens_the_street_again_is_told() {
    let mut book = two();
    let clashes =
        |book: &Book| clashes_after(&book.trenches, &book.city, &book.copies(), &book.settings, &unlimited()).unwrap();
    assert_eq!(clashes(&book), []);
    book.city.works[0].depth_m = Some(1.5);
    assert_eq!(clashes(&book)[0].kind, PlanClashKind::ChangedSincePlanned);
    book.city.works[0].depth_m = Some(1.0);
    book.accept_all();
    assert_eq!(clashes(&book), []);
    book.city.works[0].pipe.diameter_mm = Some(300.0);
    book.city.works[1].path = line(&[(50.0, -1.0), (251.0, -1.0)]);
    let mut third = work(3, line(&[(60.0, 3.0), (180.0, 3.0)]));
    third.window = (Some(day("2025-04-01")), Some(day("2025-12-31")));
    third.shift_limit_days = Some(0);
    book.city.works.push(third);
    let found = clashes(&book);
    assert_eq!(
        found.iter().map(|one| (one.kind, one.work_id)).collect::<Vec<_>>(),
        [
            (PlanClashKind::ChangedAfterAgreement, 1),
            (PlanClashKind::ChangedAfterAgreement, 2),
            (PlanClashKind::SecondOpening, 3)
        ]
    );
    assert_eq!(found[0].changes[0].field, "diameter_mm");
    assert_eq!((&found[0].changes[0].agreed, &found[0].changes[0].now), (&200.0.into(), &300.0.into()));
    assert_eq!(found[1].changes[0].field, "geometry");
    assert_eq!((found[2].street_id, found[2].opened_on), (Some(7), Some(day("2024-05-01"))));
    assert_eq!(found[2].protected_until, Some(day("2027-05-11")));
    // One that may wait until the protection is over is no clash, nor one that may come along.
    for window in [("2025-04-01", "2027-12-31"), ("2024-04-01", "2024-06-30")] {
        book.city.works[2].window = (Some(day(window.0)), Some(day(window.1)));
        assert!(clashes(&book).iter().all(|one| one.kind != PlanClashKind::SecondOpening), "{window:?}");
    }
    book.city.works.remove(0);
    assert!(clashes(&book)[0].is_gone);
    // The next round goes on from what was agreed.
    let agreed = book.agreed();
    book.replan();
    assert_eq!(book.agreed(), agreed);
}

#[test]
fn what_cannot_be_replied_is_refused_with_its_reason() {
    let mut book = two();
    let good = Reply {
        version: 1,
        operator: "operator 1".to_owned(),
        kind: ReplyKind::Shift,
        reason: Some("汛期".to_owned()),
        days: Some((day("2024-06-01"), day("2024-06-30"))),
    };
    let check =
        |book: &Book, state, reply: &Reply| check_reply(state, &book.agreed_ones(), &[], &book.trenches[0], reply);
    assert_eq!(check(&book, TrenchPlanState::Offered, &good), Ok(()));
    for state in [TrenchPlanState::Draft, TrenchPlanState::Closed] {
        assert_eq!(check(&book, state, &good), Err(NotTaken::PlanNotOffered(state)));
    }
    let stranger = "甲公司".to_owned();
    for (wrong, why) in [
        (Reply { version: 2, ..good.clone() }, NotTaken::OldVersion { now: 1 }),
        (Reply { operator: stranger.clone(), ..good.clone() }, NotTaken::NotInIt(stranger)),
        (Reply { reason: Some("  ".to_owned()), ..good.clone() }, NotTaken::NoReason),
        (Reply { reason: None, kind: ReplyKind::Refuse, days: None, ..good.clone() }, NotTaken::NoReason),
        (Reply { days: None, ..good.clone() }, NotTaken::NoDays),
        (Reply { kind: ReplyKind::Refuse, ..good.clone() }, NotTaken::DaysWithoutShift),
        (Reply { days: Some((day("2024-06-30"), day("2024-06-01"))), ..good.clone() }, NotTaken::EndsBeforeItStarts),
        (
            Reply { days: Some((day("2024-06-01"), day("2024-06-09"))), ..good.clone() },
            NotTaken::TooFewDays { given: 9, needed: 10 },
        ),
    ] {
        assert_eq!(check(&book, TrenchPlanState::Offered, &wrong), Err(why));
    }
    // Another trench with the same work was agreed.
    let mut other = book.trenches[0].clone();
    (other.id, other.number, other.state) = (9, 9, PlannedTrenchState::Agreed);
    book.trenches.push(other);
    let fixed = NotTaken::WorkIsFixed { work_id: 1, code: "GG1-9".to_owned() };
    assert_eq!(check(&book, TrenchPlanState::Offered, &good), Err(fixed));
    // Agreed in another plan: on other days, or the same trench again, is not agreed here; elsewhere in time it is.
    let accept = Reply { kind: ReplyKind::Accept, days: None, reason: None, ..good };
    let mut one = agreed_one(&book.trenches[0]);
    let check = |one: &AgreedTrench| {
        check_reply(TrenchPlanState::Offered, &[], std::slice::from_ref(one), &book.trenches[0], &accept)
    };
    assert_eq!(check(&one), Err(NotTaken::AgreedElsewhere("GG1-1".to_owned())));
    (one.street_id, one.work_ids) = (Some(8), vec![2, 5]);
    assert_eq!(check(&one), Ok(()), "the same day in another street");
    one.starts_on = day("2024-06-01");
    assert_eq!(check(&one), Err(NotTaken::AgreedElsewhere("GG1-1".to_owned())));
}

#[test]
fn who_leads_is_told_by_metres_then_cost_then_name() {
    let book = two();
    let (result, mut works) = (book.trenches[0].result.clone(), book.trenches[0].works.clone());
    assert_eq!(proposed_lead(&result, &works).as_deref(), Some("operator 1"), "of equals the first name");
    works[1].estimated_cost_fen = Some(1);
    assert_eq!(proposed_lead(&result, &works).as_deref(), Some("operator 2"), "a cost before none");
    works[0].estimated_cost_fen = Some(2);
    assert_eq!(proposed_lead(&result, &works).as_deref(), Some("operator 1"));
    let mut more = works[1].clone();
    more.work_id = 3;
    works.push(more);
    assert_eq!(proposed_lead(&result, &works).as_deref(), Some("operator 2"), "two lines are twice the metres");
}
