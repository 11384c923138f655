//! Two schemes side by side.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::{SchemeSummary, found, totals_of};
use crate::analysis::scheme::totals::Totals;
use crate::domain::{LayerId, Viewer};
use crate::http::AppState;
use crate::http::links::JSON;
use crate::http::parameters::Parameters;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::representation::{Representation, Wishes};

/// What the other scheme has more than this one; less where it is negative.
#[derive(Debug, Serialize, ToSchema)]
pub struct Gain {
    figure: &'static str,
    this: f64,
    other: f64,
    gain: f64,
    /// Members that do not know: in neither sum.
    this_unknown: usize,
    other_unknown: usize,
}

/// Where a community stands in each.
#[derive(Debug, Serialize, ToSchema)]
pub struct Moved {
    community_id: i64,
    community: Option<String>,
    /// Null: in no precinct.
    this_precinct_id: Option<i64>,
    this_precinct: Option<String>,
    other_precinct_id: Option<i64>,
    other_precinct: Option<String>,
}

/// Precincts of the two that share most of their members.
#[derive(Debug, Serialize, ToSchema)]
pub struct Pair {
    this_precinct_id: i64,
    other_precinct_id: i64,
    /// Members of both.
    shared: usize,
    this_totals: Totals,
    other_totals: Totals,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Comparison {
    this: SchemeSummary,
    other: SchemeSummary,
    revision: u64,
    precincts_this: usize,
    precincts_other: usize,
    figures: Vec<Gain>,
    /// Each precinct with the one that has most of its members; of equals the lower number.
    pairs: Vec<Pair>,
    /// Precincts without a partner.
    only_this: Vec<i64>,
    only_other: Vec<i64>,
    /// Communities that are in a precinct of one alone, or in precincts that are not a pair.
    moved: Vec<Moved>,
    /// Communities that stand in both where the pair is.
    unmoved: usize,
}

/// Compares a scheme with another one: which communities moved, and what each figure gains.
#[utoipa::path(get, path = "/api/schemes/{scheme_id}/compare", tag = "schemes",
    params(("scheme_id" = i64, Path, description = "Number of a scheme"),
        ("with" = i64, Query, description = "Number of the other scheme")),
    responses((status = 200, description = "The comparison", body = Comparison),
        (status = 404, description = "No such scheme", body = ProblemBody)))]
pub async fn compare_schemes(
    State(state): State<AppState>,
    Path(id): Path<String>,
    viewer: Viewer,
    mut parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    let with = parameters.take("with")?.ok_or_else(|| Problem::parameter("with", "is missing"))?;
    parameters.finish()?;
    let (this, other) = (found(&state, &id, viewer).await?, found(&state, &with, viewer).await?);
    let snapshot = state.city.snapshot();
    let (of_this, of_other) = (totals_of(&this, &snapshot, viewer), totals_of(&other, &snapshot, viewer));

    let home = |stored: &crate::app::schemes::Stored, community: i64| {
        stored.scheme.members.get(&community).and_then(|member| member.precinct)
    };
    let communities: BTreeSet<i64> = this.scheme.members.keys().chain(other.scheme.members.keys()).copied().collect();
    let mut shared = std::collections::BTreeMap::<(i64, i64), usize>::new();
    for community in &communities {
        if let (Some(a), Some(b)) = (home(&this, *community), home(&other, *community)) {
            *shared.entry((a, b)).or_default() += 1;
        }
    }
    // The pair with most in common first; each precinct has one partner at most.
    let mut order: Vec<(&(i64, i64), &usize)> = shared.iter().collect();
    order.sort_by_key(|(ids, count)| (std::cmp::Reverse(**count), **ids));
    let (mut left, mut right) = (BTreeSet::new(), BTreeSet::new());
    let mut pairs: Vec<((i64, i64), usize)> = Vec::new();
    for (ids, count) in order {
        if !left.contains(&ids.0) && !right.contains(&ids.1) {
            left.insert(ids.0);
            right.insert(ids.1);
            pairs.push((*ids, *count));
        }
    }
    pairs.sort_unstable();
    let is_pair: BTreeSet<(i64, i64)> = pairs.iter().map(|(ids, _)| *ids).collect();
    let view = snapshot.layer(LayerId::Community, viewer);
    let name = |stored: &crate::app::schemes::Stored, id: Option<i64>| {
        id.and_then(|id| stored.scheme.about.get(&id)).map(|about| about.name.clone())
    };
    let mut moved = Vec::new();
    let mut unmoved = 0;
    for community in communities {
        let (a, b) = (home(&this, community), home(&other, community));
        match (a, b) {
            (None, None) => {}
            (Some(x), Some(y)) if is_pair.contains(&(x, y)) => unmoved += 1,
            _ => moved.push(Moved {
                community_id: community,
                community: view.and_then(|view| Some(view.label(view.find(community)?)?.to_owned())),
                this_precinct_id: a,
                this_precinct: name(&this, a),
                other_precinct_id: b,
                other_precinct: name(&other, b),
            }),
        }
    }
    let figures = figures(&of_this.totals, &of_other.totals);
    let totals = |of: &super::SchemeTotals, id: i64| {
        of.precincts.iter().find(|precinct| precinct.precinct_id == id).map(|p| p.totals.clone()).unwrap_or_default()
    };
    let pair = |(ids, count): &((i64, i64), usize)| Pair {
        this_precinct_id: ids.0,
        other_precinct_id: ids.1,
        shared: *count,
        this_totals: totals(&of_this, ids.0),
        other_totals: totals(&of_other, ids.1),
    };
    let comparison = Comparison {
        precincts_this: this.scheme.about.len(),
        precincts_other: other.scheme.about.len(),
        revision: snapshot.revision,
        figures,
        pairs: pairs.iter().map(pair).collect(),
        only_this: this.scheme.about.keys().filter(|id| !left.contains(id)).copied().collect(),
        only_other: other.scheme.about.keys().filter(|id| !right.contains(id)).copied().collect(),
        moved,
        unmoved,
        this: SchemeSummary::of(this.row, viewer)?,
        other: SchemeSummary::of(other.row, viewer)?,
    };
    Ok(Representation::json(JSON, &comparison).answer(&wishes))
}

fn figures(this: &Totals, other: &Totals) -> Vec<Gain> {
    let gain = |figure, this: (f64, usize), other: (f64, usize)| Gain {
        figure,
        this: this.0,
        other: other.0,
        gain: other.0 - this.0,
        this_unknown: this.1,
        other_unknown: other.1,
    };
    let sum = |sum: &crate::analysis::scheme::totals::Sum| (sum.sum, sum.unknown);
    let cost = |totals: &Totals| {
        totals.estimated_cost.as_ref().map(|cost| (cost.sum.parse::<f64>().unwrap_or(0.0), cost.unknown))
    };
    let mut figures = vec![
        gain("communities", (this.communities as f64, this.missing), (other.communities as f64, other.missing)),
        gain("households", sum(&this.households), sum(&other.households)),
        gain("buildings", sum(&this.buildings), sum(&other.buildings)),
        gain("floor_area_m2", sum(&this.floor_area_m2), sum(&other.floor_area_m2)),
        gain("residents", sum(&this.residents), sum(&other.residents)),
        gain("elders", sum(&this.elders), sum(&other.elders)),
        gain("small_children", sum(&this.small_children), sum(&other.small_children)),
        gain("community_area_m2", (this.community_area_m2, 0), (other.community_area_m2, 0)),
    ];
    if let (Some(this), Some(other)) = (cost(this), cost(other)) {
        figures.push(gain("estimated_cost", this, other));
    }
    figures
}
