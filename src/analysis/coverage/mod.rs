//! Which services can be walked to, by whom, and where the gaps are. docs/coverage.md has definitions, rules
//! and formulas.

pub mod accessibility;
mod answer;
mod people;
mod question;
mod ratio;
mod rule_run;
mod sums;

pub use answer::{
    Accessibility, Answer, AreaResult, BuildingResults, Gap, NOTE, RatioResult, RuleResult, STATES, State, Tally,
    Verdict,
};
pub use people::{GROUPINGS, Grouping, People};
pub use question::{DEFAULT_STEPS, Question, Speeds};

use crate::domain::rule::RULE_SET_VERSION;
use crate::snapshot::Snapshot;
use crate::snapshot::walk::Walk;

/// Answers a question about one revision. `tell` hears how many rules are done. `None` when `is_wanted`
/// turned false.
pub fn coverage(
    snapshot: &Snapshot,
    walk: &Walk,
    people: &People,
    question: &Question,
    tell: &dyn Fn(usize),
    is_wanted: &dyn Fn() -> bool,
) -> Option<Answer> {
    let facilities = rule_run::Facilities::of(snapshot, walk);
    let mut results = Vec::with_capacity(question.rules.len());
    let mut gaps = Vec::new();
    for (done, rule) in question.rules.iter().enumerate() {
        tell(done);
        let result = rule_run::run(walk, people, &facilities, rule, question, is_wanted)?;
        sums::gaps(&result, walk, people, &mut gaps);
        results.push(result);
    }
    let order = |a: &Gap, b: &Gap| {
        b.households_affected
            .total_cmp(&a.households_affected)
            .then_with(|| (&a.rule, a.community_id).cmp(&(&b.rule, b.community_id)))
    };
    gaps.sort_by(order);
    let gap_count = gaps.len();
    gaps.truncate(question.most_gaps);
    Some(Answer {
        rule_set: RULE_SET_VERSION,
        limit_m: question.limit_m,
        metres_per_minute: question.speeds.metres_per_minute,
        elders_metres_per_minute: question.speeds.elders_metres_per_minute,
        building_ids: walk.buildings.ids.clone(),
        households: people.households.iter().map(|h| (!h.is_nan()).then(|| (h * 100.0).round() / 100.0)).collect(),
        results,
        gaps,
        gap_count,
        note: NOTE,
    })
}
