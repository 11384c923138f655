//! Pilots first, then year by year, against what the plan sets out to do.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::Scheme;
use super::totals::Sum;
use crate::analysis::coverage::Verdict;
use crate::analysis::eligibility::VerdictCounts;
use crate::analysis::partition::Id;
use crate::domain::eligibility::{TARGETS, Target};
use crate::domain::{LayerId, Value, Viewer};
use crate::snapshot::{LayerView, Snapshot};

/// What begins in one year; pilots stand before the rest of it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Phase {
    /// Null: the year is not known.
    pub year: Option<i64>,
    pub is_pilot: bool,
    pub precinct_ids: Vec<Id>,
    pub figures: Figures,
}

/// Of communities; `done` figures leave out what is not in the plan's scope.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Figures {
    pub communities: usize,
    pub households: Sum,
    /// By whether the plan takes them in.
    pub eligibility: VerdictCounts,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BodyFigures {
    /// Null: communities that do not say.
    pub code: Option<String>,
    pub figures: Figures,
}

/// A target of the plan and what the scheme gives towards it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Measured {
    #[serde(flatten)]
    #[schema(inline)]
    pub target: Target,
    /// Communities of precincts that begin in time, except those that fail the plan's criteria.
    pub communities: usize,
    /// Of these, those of which it is not known or not settled whether the plan takes them in.
    pub communities_unsettled: usize,
    pub households: Sum,
    /// Missing to the target; 0 where it is met.
    pub communities_short: usize,
    pub households_short: Option<f64>,
    /// Communities of precincts without a year: not counted, and perhaps in time.
    pub communities_without_year: usize,
    pub verdict: Verdict,
    /// By responsible body. The plan sets targets for the whole city only, so there is none to compare with here.
    pub responsible_bodies: Vec<BodyFigures>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Phases {
    pub phases: Vec<Phase>,
    pub targets: Vec<Measured>,
}

/// The phases of a scheme. `verdicts` by community says whether the plan takes it in.
pub fn phases(scheme: &Scheme, snapshot: &Snapshot, verdicts: &BTreeMap<i64, Verdict>) -> Phases {
    let view = snapshot.layer(LayerId::Community, Viewer::Everything);
    let mut by_phase: BTreeMap<(bool, i64, bool), Vec<Id>> = BTreeMap::new();
    for (id, about) in &scheme.about {
        let is_pilot = about.is_pilot == Some(true);
        let year = about.start_year;
        by_phase.entry((year.is_none(), year.unwrap_or(0), !is_pilot)).or_default().push(*id);
    }
    let figures = |communities: &[i64]| figures(view.as_ref(), communities, verdicts);
    let phases = by_phase.into_iter().map(|((_, year, is_rest), precinct_ids)| {
        let communities: Vec<i64> = precinct_ids.iter().flat_map(|id| scheme.members_of(*id)).collect();
        Phase { year: (year != 0).then_some(year), is_pilot: !is_rest, precinct_ids, figures: figures(&communities) }
    });
    let measured = |target: &Target| {
        let in_time = |year: i64| match target.kind {
            "begun_in_year" => year == target.year,
            _ => year <= target.year,
        };
        let of = |is_wanted: &dyn Fn(Option<i64>) -> bool| -> Vec<i64> {
            let ids = scheme.about.iter().filter(|(_, about)| is_wanted(about.start_year)).map(|(id, _)| *id);
            ids.flat_map(|id| scheme.members_of(id)).filter(|id| verdict(verdicts, *id) != Verdict::Fail).collect()
        };
        let counted = of(&|year| year.is_some_and(in_time));
        let without_year = of(&|year| year.is_none()).len();
        let all = figures(&counted);
        let unsettled = all.eligibility.unknown + all.eligibility.needs_review;
        let households_short = target.households.map(|wanted| (wanted as f64 - all.households.sum).max(0.0));
        let is_met = all.communities >= target.communities && households_short.is_none_or(|short| short == 0.0);
        let might_be_met = all.communities + without_year >= target.communities;
        let is_settled = all.eligibility.pass >= target.communities;
        let verdict = match (is_met, might_be_met) {
            (true, _) if is_settled => Verdict::Pass,
            (true, _) => Verdict::NeedsReview,
            (false, true) => Verdict::Unknown,
            (false, false) => Verdict::Fail,
        };
        Measured {
            target: *target,
            communities: all.communities,
            communities_unsettled: unsettled,
            communities_short: target.communities.saturating_sub(all.communities),
            households: all.households,
            households_short,
            communities_without_year: without_year,
            verdict,
            responsible_bodies: by_body(view.as_ref(), &counted, &figures),
        }
    };
    Phases { phases: phases.collect(), targets: TARGETS.iter().map(measured).collect() }
}

fn verdict(verdicts: &BTreeMap<i64, Verdict>, community: i64) -> Verdict {
    verdicts.get(&community).copied().unwrap_or(Verdict::Unknown)
}

fn figures(view: Option<&LayerView<'_>>, communities: &[i64], verdicts: &BTreeMap<i64, Verdict>) -> Figures {
    let mut figures = Figures::default();
    for id in communities {
        figures.communities += 1;
        let households = view.and_then(|view| view.value(view.find(*id)?, "households")).and_then(Value::as_f64);
        match households {
            Some(households) => figures.households.sum += households,
            None => figures.households.unknown += 1,
        }
    }
    figures.eligibility = VerdictCounts::of(communities.iter().map(|id| verdict(verdicts, *id)));
    figures
}

fn by_body(view: Option<&LayerView<'_>>, communities: &[i64], figures: &dyn Fn(&[i64]) -> Figures) -> Vec<BodyFigures> {
    let mut bodies: BTreeMap<Option<String>, Vec<i64>> = BTreeMap::new();
    for id in communities {
        let code = view.and_then(|view| view.value(view.find(*id)?, "responsible_body")).and_then(Value::as_text);
        bodies.entry(code.map(str::to_owned)).or_default().push(*id);
    }
    bodies.into_iter().map(|(code, ids)| BodyFigures { code, figures: figures(&ids) }).collect()
}
