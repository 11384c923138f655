//! The city as a siting problem: homes, candidate sites, facilities, and the walks between them.

use std::sync::Arc;

use super::siting::{Limits, SitingOrder, WeightName};
use crate::analysis::coverage::People;
use crate::analysis::reach::{Matrix, cost_matrix};
use crate::analysis::siting::{Cell, Choice, Demand, Limit, Problem as Siting, Site};
use crate::app::walks::CityWalk;
use crate::domain::{LayerId, Value, Viewer};
use crate::http::problem::{Kind, Problem};
use crate::snapshot::walk::Places;
use crate::snapshot::{Item, LayerView};

/// Walks in one matrix at most (8 bytes each).
const MOST_WALKS: usize = 50_000_000;
const WEIGHTS: [&str; 4] = ["households", "residents", "elders", "small_children"];

pub struct CityProblem {
    pub problem: Siting,
    pub homes: usize,
    pub unknown: usize,
    pub weight_unknown: usize,
    pub candidates: usize,
    pub existing: usize,
}

/// A candidate site as far as siting knows it.
struct Candidate {
    id: i64,
    price: Option<f64>,
    area_m2: Option<f64>,
}

impl CityProblem {
    /// `None` when nobody waits any more.
    pub fn of(
        city: &CityWalk,
        viewer: Viewer,
        order: &SitingOrder,
        limits: &Limits,
        is_wanted: &(dyn Fn() -> bool + Sync),
    ) -> Result<Option<Self>, Problem> {
        let network = &city.walk.network;
        let (candidates, sites) = candidates(city, viewer, order, limits)?;
        let homes: Vec<usize> = (0..city.walk.buildings.len()).filter(|&n| city.people.households[n] > 0.0).collect();
        let mut problem = Siting {
            weight_names: WEIGHTS.map(str::to_owned).to_vec(),
            weight: match order.weight {
                WeightName::Households => 0,
                WeightName::Residents => 1,
                WeightName::Elders => 2,
                WeightName::SmallChildren => 3,
            },
            demands: Vec::new(),
            sites: Vec::new(),
            cells: Vec::new(),
            objective: order.objective(),
            p: None,
            budget: limits.budget,
            radius: None,
            capacities: (order.candidate_capacity.is_some() || order.existing_capacity.is_some())
                .then(|| order.assignment()),
            limits: Vec::new(),
        };
        let to_candidates = walks(city, &sites, limits.limit_m, is_wanted)?;
        let Some(to_candidates) = to_candidates else { return Ok(None) };
        let mut existing = 0;
        for (number, kind) in order.kinds.iter().enumerate() {
            let items =
                if order.without_existing { Vec::new() } else { facilities(city, viewer, &kind.facility_kinds) };
            let facilities = Places::of_items(network, LayerId::Facility, &items);
            let Some(to_existing) = walks(city, &facilities, limits.limit_m, is_wanted)? else { return Ok(None) };
            existing += facilities.len();
            let add = Addition { order, limits, number, homes: &homes };
            add.demands(city, &mut problem);
            let ids = facilities.ids.iter().map(|id| format!("facility/{id}"));
            add.existing(ids, &to_existing, &mut problem);
            add.candidates(&candidates, &to_candidates, &mut problem);
        }
        share_rooms(order, &candidates, &mut problem);
        let weights = weight_of(&city.people, order.weight);
        let weight_unknown = homes.iter().filter(|&&n| weights[n].is_nan()).count();
        Ok(Some(Self {
            homes: homes.len(),
            unknown: city.people.households.iter().filter(|households| households.is_nan()).count(),
            weight_unknown,
            candidates: candidates.len(),
            existing,
            problem,
        }))
    }
}

fn weight_of(people: &People, weight: WeightName) -> &[f64] {
    match weight {
        WeightName::Households => &people.households,
        WeightName::Residents => &people.residents,
        WeightName::Elders => &people.elders,
        WeightName::SmallChildren => &people.small_children,
    }
}

fn walks(
    city: &CityWalk,
    to: &Places,
    limit_m: f64,
    is_wanted: &(dyn Fn() -> bool + Sync),
) -> Result<Option<Matrix>, Problem> {
    let count = city.walk.buildings.len().saturating_mul(to.len());
    if count > MOST_WALKS {
        let detail = format!(
            "{} buildings and {} sites make more than {MOST_WALKS} walks; name fewer candidate_sites",
            city.walk.buildings.len(),
            to.len()
        );
        return Err(Problem::at_pointer(Kind::TooComplex, "/candidate_sites", detail));
    }
    Ok(cost_matrix(&city.walk.network, &city.walk.buildings, to, limit_m, is_wanted))
}

/// The candidate sites that are asked about, in the order of their ids.
fn candidates(
    city: &CityWalk,
    viewer: Viewer,
    order: &SitingOrder,
    limits: &Limits,
) -> Result<(Vec<Candidate>, Places), Problem> {
    let none = || Problem::new(Kind::UnknownLayer, "There is no layer «candidate_site».");
    let view = city.snapshot.layer(LayerId::CandidateSite, viewer).ok_or_else(none)?;
    let known = |id: &i64, pointer: String| {
        let detail = format!("there is no candidate site {id}");
        view.find(*id).map(|_| ()).ok_or_else(|| Problem::at_pointer(Kind::InvalidBody, pointer, detail))
    };
    for (name, list) in [
        ("candidate_sites", order.candidate_sites.as_deref().unwrap_or_default()),
        ("must", &order.must),
        ("must_not", &order.must_not),
    ] {
        for (i, id) in list.iter().enumerate() {
            known(id, format!("/{name}/{i}"))?;
        }
    }
    if let Some(i) = order.must.iter().position(|id| order.must_not.contains(id)) {
        return Err(Problem::at_pointer(Kind::InvalidBody, format!("/must/{i}"), "stands in must_not too"));
    }
    let is_asked =
        |id: i64| order.candidate_sites.as_ref().is_none_or(|ids| ids.contains(&id) || order.must.contains(&id));
    let items: Vec<Arc<Item>> = view.items().iter().filter(|item| is_asked(item.id)).cloned().collect();
    let places = Places::of_items(&city.walk.network, LayerId::CandidateSite, &items);
    let mut candidates = Vec::new();
    for id in &places.ids {
        let Some(item) = view.find(*id) else { continue };
        let price = number(&view, item, "estimated_cost");
        if limits.budget.is_some() && price.is_none() && !order.must_not.contains(id) {
            let detail =
                format!("candidate_site/{id} has no estimated cost; put it into must_not, or ask without a budget");
            return Err(Problem::at_pointer(Kind::InfeasibleSiting, "/budget", detail));
        }
        candidates.push(Candidate { id: *id, price, area_m2: number(&view, item, "area_m2") });
    }
    Ok((candidates, places))
}

fn number(view: &LayerView<'_>, item: &Item, field: &str) -> Option<f64> {
    view.value(item, field).and_then(Value::as_f64)
}

/// The open facilities of some kinds. One that does not say whether it is open is taken as open, as in coverage.
pub(super) fn facilities(city: &CityWalk, viewer: Viewer, kinds: &[String]) -> Vec<Arc<Item>> {
    let Some(view) = city.snapshot.layer(LayerId::Facility, viewer) else { return Vec::new() };
    let is_one = |item: &&Arc<Item>| {
        let code = view.value(item, "facility_kind").and_then(Value::as_text);
        let is_closed = matches!(view.value(item, "is_open"), Some(Value::Boolean(false)));
        code.is_some_and(|code| kinds.iter().any(|other| other == code)) && !is_closed
    };
    view.items().iter().filter(is_one).cloned().collect()
}

/// What one kind adds to the problem.
struct Addition<'a> {
    order: &'a SitingOrder,
    limits: &'a Limits,
    number: usize,
    /// Numbers of the buildings that are homes.
    homes: &'a [usize],
}

impl Addition<'_> {
    fn is_alone(&self) -> bool {
        self.order.kinds.len() == 1
    }

    fn named(&self, id: &str) -> String {
        if self.is_alone() {
            id.to_owned()
        } else {
            format!("{}:{id}", self.order.kinds[self.number].facility_kinds[0])
        }
    }

    fn demands(&self, city: &CityWalk, problem: &mut Siting) {
        let people = &city.people;
        let lists = [&people.households, &people.residents, &people.elders, &people.small_children];
        problem.demands.extend(self.homes.iter().map(|&n| Demand {
            id: self.named(&format!("building/{}", city.walk.buildings.ids[n])),
            weights: lists.map(|list| if list[n].is_nan() { 0.0 } else { list[n] }).to_vec(),
        }));
        match (self.is_alone(), self.limits.radius_m[self.number]) {
            // Longer walks stay, so that who is left out learns how far the nearest is.
            (true, radius) => problem.radius = radius,
            (false, Some(_)) => problem.radius = Some(f64::INFINITY),
            (false, None) => {}
        }
    }

    fn cells(&self, site: usize, column: usize, walks: &Matrix, problem: &mut Siting) {
        let first = problem.demands.len() - self.homes.len();
        let radius = if self.is_alone() { None } else { self.limits.radius_m[self.number] };
        for (row, &home) in self.homes.iter().enumerate() {
            let walk = walks.get(home, column).filter(|&metres| radius.is_none_or(|radius| metres <= radius));
            if let Some(cost) = walk {
                problem.cells.push(Cell { demand: first + row, site, cost });
            }
        }
    }

    fn existing(&self, ids: impl Iterator<Item = String>, walks: &Matrix, problem: &mut Siting) {
        for (column, id) in ids.enumerate() {
            let site = problem.sites.len();
            problem.sites.push(Site {
                id: self.named(&id),
                capacity: self.order.existing_capacity,
                price: 0.0,
                choice: Choice::Existing,
            });
            self.cells(site, column, walks, problem);
        }
    }

    fn candidates(&self, candidates: &[Candidate], walks: &Matrix, problem: &mut Siting) {
        let kind = &self.order.kinds[self.number];
        let first = problem.sites.len();
        for (column, candidate) in candidates.iter().enumerate() {
            let is_too_small = kind.room_m2.is_some_and(|room| candidate.area_m2.is_none_or(|area| area < room));
            let choice = if self.order.must.contains(&candidate.id) && self.number == 0 {
                Choice::Must
            } else if self.order.must_not.contains(&candidate.id) || is_too_small {
                Choice::MustNot
            } else {
                Choice::Free
            };
            problem.sites.push(Site {
                id: self.named(&format!("candidate_site/{}", candidate.id)),
                capacity: self.order.candidate_capacity,
                price: candidate.price.unwrap_or(0.0),
                choice,
            });
            self.cells(first + column, column, walks, problem);
        }
        match (self.is_alone(), kind.p) {
            (true, p) => problem.p = p,
            (false, Some(p)) => problem.limits.push(Limit {
                name: format!("p of {}", kind.facility_kinds[0]),
                terms: (first..problem.sites.len()).map(|site| (site, 1.0)).collect(),
                at_most: p as f64,
            }),
            (false, None) => {}
        }
    }
}

/// Several kinds on one site take no more than its area.
fn share_rooms(order: &SitingOrder, candidates: &[Candidate], problem: &mut Siting) {
    if order.kinds.len() < 2 {
        return;
    }
    for candidate in candidates {
        let Some(area_m2) = candidate.area_m2 else { continue };
        let end = format!(":candidate_site/{}", candidate.id);
        let at = problem.sites.iter().enumerate().filter(|(_, site)| site.id.ends_with(&end)).map(|(n, _)| n);
        let rooms = order.kinds.iter().map(|kind| kind.room_m2.unwrap_or(0.0));
        let terms: Vec<(usize, f64)> = at.zip(rooms).filter(|term| term.1 > 0.0).collect();
        if terms.len() > 1 {
            problem.limits.push(Limit {
                name: format!("area of candidate_site/{}", candidate.id),
                terms,
                at_most: area_m2,
            });
        }
    }
}
