//! Whether a community is in the plan's scope: each criterion pass, fail, unknown or needs review, with its reason.
//! What is not known is never a pass.

use std::collections::BTreeMap;

use geo::Intersects;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::coverage::Verdict;
use crate::domain::eligibility::{CRITERIA, Criterion, EligibilitySettings, PLAN_YEAR_LIMIT};
use crate::domain::{LayerId, Value, Viewer};
use crate::snapshot::walk::representative_point;
use crate::snapshot::{Item, LayerView, ShapeGeometry, Snapshot};

/// A planner's word on one criterion of one community.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Override {
    /// `pass`, `fail` or `needs_review`.
    pub verdict: String,
    pub reason: String,
    pub author: String,
    pub made_at: String,
}

/// What a criterion says of a community.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Finding {
    pub criterion: Criterion,
    pub verdict: Verdict,
    /// A stable word that a client translates: `built_in_time`, `built_later`, `not_known` …
    pub reason: &'static str,
    /// What it was judged by, where there is such a thing.
    #[schema(value_type = Option<Object>)]
    pub value: serde_json::Value,
    /// Where a planner has decided; then `verdict` is his.
    pub overridden: Option<Override>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Eligibility {
    pub community_id: i64,
    pub name: Option<String>,
    /// By the deciding criteria: one fail fails, then one unknown is unknown, then one review is a review.
    pub verdict: Verdict,
    pub findings: Vec<Finding>,
}

/// Communities by verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct VerdictCounts {
    pub pass: usize,
    pub fail: usize,
    pub unknown: usize,
    pub needs_review: usize,
}

impl VerdictCounts {
    pub fn of(verdicts: impl Iterator<Item = Verdict>) -> Self {
        let mut counts = Self::default();
        for verdict in verdicts {
            match verdict {
                Verdict::Pass => counts.pass += 1,
                Verdict::Fail => counts.fail += 1,
                Verdict::Unknown => counts.unknown += 1,
                Verdict::NeedsReview => counts.needs_review += 1,
            }
        }
        counts
    }
}

pub type Overrides = BTreeMap<(i64, Criterion), Override>;

/// Every community of the city, in the order of ids.
pub fn eligibility(snapshot: &Snapshot, settings: &EligibilitySettings, overrides: &Overrides) -> Vec<Eligibility> {
    let Some(view) = snapshot.layer(LayerId::Community, Viewer::Everything) else { return Vec::new() };
    view.items().iter().map(|item| of_community(snapshot, &view, item, settings, overrides)).collect()
}

fn of_community(
    snapshot: &Snapshot,
    view: &LayerView<'_>,
    item: &Item,
    settings: &EligibilitySettings,
    overrides: &Overrides,
) -> Eligibility {
    let findings: Vec<Finding> = CRITERIA
        .iter()
        .map(|facts| {
            let (mut verdict, reason, value) = judge(facts.criterion, snapshot, view, item, settings);
            let overridden = overrides.get(&(item.id, facts.criterion)).cloned();
            if let Some(word) = &overridden {
                verdict = verdict_of(&word.verdict).unwrap_or(Verdict::NeedsReview);
            }
            Finding { criterion: facts.criterion, verdict, reason, value, overridden }
        })
        .collect();
    let deciding = findings.iter().filter(|finding| settings.deciding.contains(&finding.criterion));
    Eligibility {
        community_id: item.id,
        name: view.label(item).map(str::to_owned),
        verdict: worst(deciding.map(|finding| finding.verdict)),
        findings,
    }
}

/// The verdict of a code, as far as a planner may give it.
pub fn verdict_of(code: &str) -> Option<Verdict> {
    match code {
        "pass" => Some(Verdict::Pass),
        "fail" => Some(Verdict::Fail),
        "needs_review" => Some(Verdict::NeedsReview),
        _ => None,
    }
}

fn worst(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    let rank = |verdict: &Verdict| match verdict {
        Verdict::Fail => 3,
        Verdict::Unknown => 2,
        Verdict::NeedsReview => 1,
        Verdict::Pass => 0,
    };
    // Nothing decides: then nothing is decided.
    verdicts.max_by_key(rank).unwrap_or(Verdict::Unknown)
}

type Judged = (Verdict, &'static str, serde_json::Value);

fn judge(
    criterion: Criterion,
    snapshot: &Snapshot,
    view: &LayerView<'_>,
    item: &Item,
    settings: &EligibilitySettings,
) -> Judged {
    let field = |name: &str| view.value(item, name).unwrap_or(&Value::Null);
    let answer = |name: &str, verdict, reason| (verdict, reason, field(name).to_json());
    let claim = |name: &str, wanted: bool, good: &'static str, bad: &'static str| match field(name) {
        Value::Boolean(is) if *is == wanted => answer(name, Verdict::Pass, good),
        Value::Boolean(_) => answer(name, Verdict::Fail, bad),
        _ => answer(name, Verdict::Unknown, "not_known"),
    };
    match criterion {
        Criterion::CentralCity => central_city(snapshot, item, settings),
        Criterion::BuiltYear => match field("built_year") {
            Value::Integer(year) if *year > settings.year_limit => answer("built_year", Verdict::Fail, "built_later"),
            Value::Integer(year) => {
                let is_read = *year <= PLAN_YEAR_LIMIT || settings.year_source.is_some();
                let verdict = if is_read { Verdict::Pass } else { Verdict::NeedsReview };
                answer("built_year", verdict, if is_read { "built_in_time" } else { "year_limit_without_source" })
            }
            _ => answer("built_year", Verdict::Unknown, "not_known"),
        },
        Criterion::LegalTitle => claim("has_legal_title", true, "has_title", "has_no_title"),
        Criterion::Structure => match field("structure_state").as_text() {
            Some("safe") => answer("structure_state", Verdict::Pass, "safe"),
            Some("unsafe") => answer("structure_state", Verdict::Fail, "unsafe"),
            Some(_) => answer("structure_state", Verdict::NeedsReview, "to_be_surveyed"),
            None => answer("structure_state", Verdict::Unknown, "not_known"),
        },
        Criterion::Neglect => match field("management").as_text() {
            Some("none") => answer("management", Verdict::Pass, "nobody_manages_it"),
            Some(_) => answer("management", Verdict::NeedsReview, "somebody_manages_it"),
            None => answer("management", Verdict::Unknown, "not_known"),
        },
        Criterion::Demolition => claim("in_demolition_plan", false, "in_no_demolition_plan", "in_demolition_plan"),
        Criterion::SelfBuilt => claim("is_self_built", false, "not_self_built", "self_built"),
        // No layer of the city says it; a planner does, with his reason.
        Criterion::Utilities | Criterion::Services | Criterion::Consent => {
            (Verdict::Unknown, "nothing_on_record", serde_json::Value::Null)
        }
    }
}

fn central_city(snapshot: &Snapshot, item: &Item, settings: &EligibilitySettings) -> Judged {
    let unknown = (Verdict::Unknown, "no_boundary_on_record", serde_json::Value::Null);
    let Some(bodies) = snapshot.layer(LayerId::ResponsibleBody, Viewer::Everything) else { return unknown };
    if bodies.is_empty() || !settings.bodies_are_central_city {
        return unknown;
    }
    let Some(at) = representative_point(item) else { return unknown };
    let holds = |body: &&std::sync::Arc<Item>| match body.shape.geometry() {
        ShapeGeometry::Areas(areas) => areas.intersects(&geo::Point(at)),
        _ => false,
    };
    let found = bodies.in_box(geo::Rect::new(at, at)).filter(holds).min_by_key(|body| body.id);
    match found {
        Some(body) => {
            let code = bodies.value(body, "code").map_or(serde_json::Value::Null, Value::to_json);
            (Verdict::Pass, "in_a_bodys_area", code)
        }
        None => (Verdict::Fail, "outside_all_bodies", serde_json::Value::Null),
    }
}
