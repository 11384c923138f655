//! What a responsible body may know of a plan: what lies in its area, by the rule of the layers, where a line lies in
//! an area with some part of it.
//!
//! Invariant: of a work with no part in the area there is nothing but its part in a trench that has one: number,
//! code, operator, kind, how many days it takes and its place in the cross-section.

use std::collections::BTreeSet;

use geo::{Geometry, LineString, MultiLineString};
use serde::Serialize;
use utoipa::ToSchema;

use super::{KeptAnswer, KeptTrench, MadeFrom, Terms, WorkCopy};
use crate::analysis::trench::{Exception, Opening, PlaceState, Saving, Settings, TrenchResult, WorkState};
use crate::domain::trench_plan::PlannedTrenchState;
use crate::domain::value::yuan;
use crate::domain::{LayerId, Viewer};
use crate::snapshot::{Area, Shape, Snapshot};

/// Figures of a plan in the area of the body that asks.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
pub struct AreaTotals {
    /// That have some part in the area, as all that is counted here.
    pub works: usize,
    pub planned: usize,
    /// Trenchless works that have a day and open no street.
    pub trenchless: usize,
    pub not_planned: usize,
    pub shifted: usize,
    /// Opened by works of the area, and how often.
    pub streets_opened: usize,
    pub openings: usize,
    /// Without those that were withdrawn. Each counts as a whole, where only a part of it lies in the area too.
    pub trenches: usize,
    pub trench_m: f64,
    /// Soil and surface of these trenches. Days of closure and set-ups are saved by whole openings and are in no area.
    pub saving_yuan: String,
    pub clashes: usize,
}

/// Where a body looks, and what it sees there.
pub struct InArea {
    /// `None`: the city has no such body, so nothing lies in it.
    area: Option<Area>,
    works: BTreeSet<i64>,
    lines: BTreeSet<i64>,
}

impl InArea {
    pub fn of(snapshot: &Snapshot, viewer: Viewer) -> Self {
        let seen = |layer| -> BTreeSet<i64> {
            snapshot
                .layer(layer, viewer)
                .map_or_else(BTreeSet::new, |view| view.items().iter().map(|it| it.id).collect())
        };
        let (works, lines) = (seen(LayerId::UtilityWork), seen(LayerId::UtilityLine));
        Self { area: snapshot.area_of(viewer), works, lines }
    }

    /// True when a line has some part in the area. One without an extent has none.
    fn holds<'a>(&self, parts: impl Iterator<Item = &'a [[f64; 2]]>) -> bool {
        let part = |part: &[[f64; 2]]| LineString::from(part.iter().map(|at| (at[0], at[1])).collect::<Vec<_>>());
        let lines = MultiLineString(parts.filter(|part| !part.is_empty()).map(part).collect());
        let shape = Shape::new(Geometry::MultiLineString(lines));
        self.area.as_ref().zip(shape.ok()).is_some_and(|(area, shape)| area.holds(&shape))
    }

    fn holds_copy(&self, copy: &WorkCopy) -> bool {
        self.holds(copy.lines.iter().map(Vec::as_slice))
    }

    /// A trench with some part in the area, whole, and which of its works have no part in it: of those the copy says
    /// no more than who they are.
    pub fn trench(&self, mut trench: KeptTrench) -> Option<(KeptTrench, Vec<i64>)> {
        let (axis, own) = (trench.result.line.as_slice(), trench.result.lies_along());
        if !self.holds([axis, own].into_iter()) {
            return None;
        }
        self.cut_lines(&mut trench.result);
        let mut outside = Vec::new();
        for work in &mut trench.works {
            if !self.holds_copy(work) {
                outside.push(work.work_id);
                *work = work.without_its_own();
            }
        }
        Some((trench, outside))
    }

    /// Takes existing lines out of a trench that the body does not see. Where there are some it is not told whether the
    /// place is free, as for an order of its own.
    fn cut_lines(&self, trench: &mut TrenchResult) {
        let is_unseen = |reference: &str| {
            let line = reference.strip_prefix("utility_line/").and_then(|id| id.parse::<i64>().ok());
            line.is_some_and(|id| !self.lines.contains(&id))
        };
        trench.checks.retain(|check| !check.other.as_deref().is_some_and(is_unseen));
        let Some(place) = &mut trench.place else { return };
        let before = place.lines.len() + place.too_near.len();
        place.lines.retain(|line| self.lines.contains(&line.line_id));
        place.too_near.retain(|line| self.lines.contains(&line.line_id));
        if place.lines.len() + place.too_near.len() < before {
            (place.state, place.short_m) = (PlaceState::LinesUnseen, None);
        }
    }

    /// Works of a plan that a body may know: those that lie in its area now, and `copies`, which lay there when their
    /// trench was planned.
    pub fn works_with(&self, copies: impl Iterator<Item = i64>) -> BTreeSet<i64> {
        copies.chain(self.works.iter().copied()).collect()
    }

    /// What is met, as a clash names it.
    fn may_name(&self, works: &BTreeSet<i64>, reference: &str) -> bool {
        let Some((layer, id)) = reference.split_once('/') else { return false };
        match (layer, id.parse::<i64>()) {
            ("utility_work", Ok(id)) => works.contains(&id),
            ("utility_line", Ok(id)) => self.lines.contains(&id),
            ("street", Ok(_)) => true,
            _ => false,
        }
    }

    /// An answer cut to these works. Figures of the whole city are left out.
    pub fn answer(&self, answer: KeptAnswer, works: &BTreeSet<i64>) -> KeptAnswer {
        let opening = |mut one: Opening| {
            one.work_ids.retain(|work| works.contains(work));
            (!one.work_ids.is_empty()).then_some(one)
        };
        let clashes = answer.clashes.into_iter();
        KeptAnswer {
            rule_set: answer.rule_set,
            totals: None,
            bound: None,
            alone: None,
            operators: Vec::new(),
            works: answer.works.into_iter().filter(|work| works.contains(&work.work_id)).collect(),
            openings: answer.openings.into_iter().filter_map(opening).collect(),
            clashes: clashes.filter(|one| works.contains(&one.work_id) && self.may_name(works, &one.other)).collect(),
        }
    }

    /// What a plan was ordered with: of exceptions those between what the body sees.
    pub fn made_from(&self, mut made_from: MadeFrom, works: &BTreeSet<i64>) -> MadeFrom {
        let is_seen = |one: &Exception| {
            works.contains(&one.work_id) && one.other.as_ref().is_none_or(|other| self.may_name(works, other))
        };
        made_from.exceptions.retain(is_seen);
        made_from
    }

    pub fn terms(&self, mut terms: Terms, works: &BTreeSet<i64>) -> Terms {
        terms.windows.retain(|one| works.contains(&one.work_id));
        terms.apart.retain(|one| one.work_ids.iter().all(|work| works.contains(work)));
        terms
    }
}

impl AreaTotals {
    /// Of a plan that was cut.
    pub fn of(answer: &KeptAnswer, trenches: &[KeptTrench], settings: &Settings) -> Self {
        let state = |state| answer.works.iter().filter(|work| work.state == state).count();
        let living: Vec<&KeptTrench> =
            trenches.iter().filter(|trench| trench.state != PlannedTrenchState::Withdrawn).collect();
        let mut saving = Saving::default();
        living.iter().for_each(|trench| saving += trench.result.saving);
        let metres: f64 = living.iter().map(|trench| trench.result.to_m - trench.result.from_m).sum();
        Self {
            works: answer.works.len(),
            planned: state(WorkState::Planned),
            trenchless: state(WorkState::Trenchless),
            not_planned: state(WorkState::NotPlanned),
            shifted: answer.works.iter().filter(|work| work.shift_days > 0).count(),
            streets_opened: answer.openings.iter().map(|one| one.street_id).collect::<BTreeSet<_>>().len(),
            openings: answer.openings.len(),
            trenches: living.len(),
            trench_m: (metres * 1000.0).round() / 1000.0,
            saving_yuan: yuan(saving.fen(settings)),
            clashes: answer.clashes.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A body that sees works 1 and 2 and line 7.
    fn eyes() -> (InArea, BTreeSet<i64>) {
        let works = BTreeSet::from([1, 2]);
        (InArea { area: None, works: works.clone(), lines: BTreeSet::from([7]) }, works)
    }

    #[test]
    fn a_clash_is_told_where_both_that_clash_are_seen() {
        let clash = |work: i64, other: &str| {
            json!({ "kind": "clearance", "work_id": work, "other": other, "places": [], "missing_days": null,
                "protected_until": null })
        };
        let opening = |works: &[i64]| {
            json!({ "street_id": 5, "street": null, "starts_on": "2024-05-01", "ends_on": "2024-05-20",
                "protected_until": "2027-05-21", "work_ids": works, "is_protection_unknown": false })
        };
        let all = [
            (1, "utility_work/2"),
            (1, "utility_work/3"),
            (3, "utility_work/1"),
            (2, "utility_line/7"),
            (2, "utility_line/8"),
            (2, "street/9"),
            (3, "street/9"),
        ];
        let clashes: Vec<Value> = all.iter().map(|(work, other)| clash(*work, other)).collect();
        let answer: KeptAnswer = serde_json::from_value(json!({ "rule_set": "x", "totals": null, "bound": null,
            "alone": null, "operators": [{ "operator": "甲", "works": 9, "planned": 9, "planned_alone": 9,
            "saving_yuan": "1.00", "clashes": 9 }], "works": [],
            "openings": [opening(&[1, 3]), opening(&[3, 4])], "clashes": clashes }))
        .expect("an answer");
        let (eyes, works) = eyes();
        let cut = eyes.answer(answer, &works);
        let told: Vec<(i64, &str)> = cut.clashes.iter().map(|one| (one.work_id, one.other.as_str())).collect();
        assert_eq!(told, [(1, "utility_work/2"), (2, "utility_line/7"), (2, "street/9")]);
        assert_eq!(cut.openings.iter().map(|one| one.work_ids.clone()).collect::<Vec<_>>(), [vec![1]]);
        assert!(cut.operators.is_empty() && cut.totals.is_none() && cut.bound.is_none() && cut.alone.is_none());
    }

    #[test]
    fn exceptions_and_terms_are_those_of_works_that_are_seen() {
        let exception = |work: i64, other: Value| -> Exception {
            serde_json::from_value(json!({ "table": "horizontal", "work_id": work, "other": other, "reason": "r",
                "measure": "m", "approved_by": "b" }))
            .expect("an exception")
        };
        let exceptions = vec![
            exception(1, Value::Null),
            exception(1, json!("utility_work/2")),
            exception(1, json!("utility_work/3")),
            exception(3, Value::Null),
            exception(2, json!("utility_line/8")),
        ];
        let made_from = MadeFrom { settings: Settings::default(), confirmed_rules: Vec::new(), exceptions };
        let (eyes, works) = eyes();
        assert_eq!(eyes.made_from(made_from.clone(), &works).exceptions, made_from.exceptions[..2]);
        let terms: Terms = serde_json::from_value(json!({
            "windows": [{ "work_id": 1, "first_day": "2024-05-01", "last_day": "2024-06-01" },
                { "work_id": 3, "first_day": "2024-05-01", "last_day": "2024-06-01" }],
            "apart": [{ "street_id": 5, "work_ids": [1, 2] }, { "street_id": 5, "work_ids": [2, 3] }] }))
        .expect("terms");
        let told = eyes.terms(terms, &works);
        assert_eq!(told.windows.iter().map(|one| one.work_id).collect::<Vec<_>>(), [1]);
        assert_eq!(told.apart.iter().map(|one| one.work_ids).collect::<Vec<_>>(), [[1, 2]]);
    }

    /// A trench between line 7 on one side and line 8 on the other, as the city keeps it.
    fn between_lines(beside: &[i64], too_near: &[i64]) -> TrenchResult {
        let line = |id: &i64| {
            json!({ "line_id": id, "utility_kind": "gas", "low_m": 1.0, "high_m": 1.0, "diameter_m": 0.16,
                "is_diameter_assumed": false, "top_m": 1.0, "bottom_m": 1.16, "quality_level": null })
        };
        let near = |id: &i64| json!({ "line_id": id, "work_id": 1, "short_m": 0.4 });
        let check = |id: &i64| {
            json!({ "table": "horizontal", "side": "in_trench", "work_id": 1, "other": format!("utility_line/{id}"),
                "measured_m": 0.1, "is_axis_distance": false, "least_m": 0.5, "most_m": 0.5, "verdict": "fail",
                "rules": [], "quality_level": null, "accepted": null })
        };
        let place = json!({ "state": "blocked", "offset_m": 2.0, "submitted_offset_m": 0.0, "is_mirrored": false,
            "assumed_width_m": null, "short_m": 0.4, "line": [], "lines": beside.iter().map(line).collect::<Vec<_>>(),
            "too_near": too_near.iter().map(near).collect::<Vec<_>>() });
        serde_json::from_value(json!({ "street_id": 5, "street": null, "from_m": 0.0, "to_m": 50.0, "line": [],
            "starts_on": "2024-05-01", "ends_on": "2024-05-20", "work_ids": [1, 2], "lines": [], "width_m": 1.0,
            "depth_m": 1.0, "full_width_m": 1.0, "street_width_m": 12.0, "excess_m": 0.0, "gives_way": [],
            "depth_order": [], "is_depth_order_kept": null, "verdict": "fail",
            "checks": beside.iter().map(check).collect::<Vec<_>>(), "saving": Saving::default(), "place": place }))
        .expect("a trench")
    }

    #[test]
    fn a_line_that_is_not_seen_is_in_no_place_and_the_place_says_that_something_is_there() {
        let (eyes, _) = eyes();
        let mut trench = between_lines(&[7, 8], &[8]);
        eyes.cut_lines(&mut trench);
        let place = trench.place.as_ref().expect("a place");
        assert_eq!((place.state, place.short_m), (PlaceState::LinesUnseen, None));
        let told = serde_json::to_string(&trench).expect("JSON");
        assert!(told.contains("utility_line/7") && !told.contains("utility_line/8"), "{told}");
        assert!(told.contains("\"line_id\":7") && !told.contains("\"line_id\":8"), "{told}");

        // One whose lines are all seen stays word for word.
        let mut seen = between_lines(&[7], &[7]);
        eyes.cut_lines(&mut seen);
        assert_eq!(seen, between_lines(&[7], &[7]));
    }
}
