//! E2SFCA: how much of a service there is for each household, with all who share it (Luo and Qi 2009).
//!
//! Rⱼ = Sⱼ / Σₖ Pₖ W(dₖⱼ), Aᵢ = Σⱼ Rⱼ W(dᵢⱼ). What is handed out is what there is: Σ Pᵢ Aᵢ = Σ Sⱼ over the
//! facilities that anybody reaches.

use super::answer::Accessibility;
use crate::analysis::reach::{Search, Walked};
use crate::snapshot::walk::{Network, Places, distance_m};

/// Weight of a distance: that of the first step that is not shorter; beyond the last, 0.
pub fn weight(steps: &[(f64, f64)], metres: f64) -> f64 {
    steps.iter().find(|(to, _)| metres <= *to).map_or(0.0, |(_, weight)| *weight)
}

/// `households` by building and capacity by facility (`facilities` are their numbers in the places) are NaN
/// where not known. Steps are in metres, the nearest first. `None` when `is_wanted` turned false.
pub fn accessibility(
    network: &Network,
    buildings: &Places,
    households: &[f64],
    places: &Places,
    facilities: &[(u32, f64)],
    steps: &[(f64, f64)],
    is_wanted: &dyn Fn() -> bool,
) -> Option<Accessibility> {
    let reach_m = steps.last().map_or(0.0, |(to, _)| *to);
    // By easting, so that a facility looks at the buildings near it only: no walk is shorter than straight.
    let mut by_east: Vec<u32> = (0..buildings.len() as u32).filter(|b| households[*b as usize] > 0.0).collect();
    by_east.sort_by(|a, b| buildings.at[*a as usize].x.total_cmp(&buildings.at[*b as usize].x));
    let mut search = Search::new(network);
    share_out(households, facilities, steps, |facility, near| {
        if !search.run([places.place(facility as usize)], reach_m, is_wanted) || !is_wanted() {
            return None;
        }
        let at = places.at[facility as usize];
        let start = by_east.partition_point(|b| buildings.at[*b as usize].x < at.x - reach_m);
        let candidates = by_east[start..].iter().take_while(|b| buildings.at[**b as usize].x <= at.x + reach_m);
        for building in candidates.filter(|b| distance_m(buildings.at[**b as usize], at) <= reach_m) {
            if let Walked::Metres(metres, _) = search.nearest(buildings.place(*building as usize)) {
                near.push((*building, metres));
            }
        }
        Some(())
    })
}

/// The two steps, however distances are measured. `reached` adds the places that a facility reaches, each with
/// its metres; `None` from it ends the work. Places are weighted by `households`.
pub fn share_out(
    households: &[f64],
    facilities: &[(u32, f64)],
    steps: &[(f64, f64)],
    mut reached: impl FnMut(u32, &mut Vec<(u32, f64)>) -> Option<()>,
) -> Option<Accessibility> {
    let mut scores: Vec<f64> = vec![0.0; households.len()];
    let (mut supply_reached, mut supply_unreached, mut capacity_unknown) = (0.0, 0.0, 0);
    let mut near: Vec<(u32, f64)> = Vec::new();
    for (facility, supply) in facilities {
        if supply.is_nan() {
            capacity_unknown += 1;
            continue;
        }
        near.clear();
        reached(*facility, &mut near)?;
        near.retain(|(place, _)| households[*place as usize] > 0.0);
        near.iter_mut().for_each(|(_, metres)| *metres = weight(steps, *metres));
        let demand: f64 = near.iter().map(|(place, weight)| households[*place as usize] * weight).sum();
        if demand > 0.0 {
            supply_reached += supply;
            let each = supply / demand;
            near.iter().for_each(|(place, weight)| scores[*place as usize] += each * weight);
        } else {
            supply_unreached += supply;
        }
    }
    let known = households.iter().zip(&scores).filter(|(h, _)| **h > 0.0);
    let demand_times_score: f64 = known.map(|(h, score)| h * score).sum();
    let is_balanced = (demand_times_score - supply_reached).abs() <= 1e-9 * supply_reached.max(1.0);
    let scores = households.iter().zip(scores).map(|(h, score)| (!h.is_nan()).then_some(score)).collect();
    Some(Accessibility {
        steps: steps.to_vec(),
        supply_reached,
        supply_unreached,
        capacity_unknown,
        demand_times_score,
        is_balanced,
        scores,
    })
}
