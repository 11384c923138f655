//! p-center by a search over the distances that occur: p sites serve everybody within r exactly when the
//! covering problem for r has a solution with p sites (Minieka 1970). As a mixed-integer model of its own the
//! problem is hopeless.

use super::cover;
use super::exact::{Best, End, Failed};
use super::model::Model;
use super::watch::Watch;

/// Sites so that whoever is worst off is as near as can be.
pub fn solve(model: &Model, watch: &Watch<'_>) -> Result<Best, Failed> {
    let enough = model.exactly;
    let demands = || (0..model.demand_count()).filter(|&i| model.is_reachable(i));
    let nearest = |i: usize| model.reach(i).next().map_or(0.0, |(_, cost)| cost);
    let least = demands().map(nearest).fold(0.0, f64::max);
    let distances = distances(model, least, f64::INFINITY);
    let nothing = |bound, ended| Best { is_open: None, value: f64::INFINITY, bound, ended };
    let Some(&most) = distances.last() else { return Ok(nothing(0.0, End::Infeasible)) };

    // `low`: every distance before it is too short. `high`: a distance that is known to do.
    let (mut low, mut high) = (0, distances.len());
    let mut best: Option<Vec<bool>> = None;
    let mut has_undecided = false;
    // First what the quick covers alone decide, then exactly.
    let no_time = watch.at_most(0.0);
    for (watch, is_exact) in [(&no_time, false), (watch, true)] {
        let (mut from, mut to) = (low, high);
        while from < to {
            let middle = from + (to - from) / 2;
            let radius = distances[middle];
            watch.tell("search distances", best.as_ref().map(|_| distances[high]), Some(distances[low]));
            let cover = cover::fewest(model, radius, enough, watch)?;
            let fits = cover.is_open.filter(|_| enough.is_none_or(|enough| cover.count <= enough));
            if let Some(is_open) = fits {
                (best, high, to) = (Some(is_open), middle, middle);
            } else if cover.ended == End::Infeasible {
                low = low.max(middle + 1);
                from = middle + 1;
            } else if is_exact {
                has_undecided = true;
                break;
            } else {
                from = middle + 1;
            }
        }
        if has_undecided {
            break;
        }
    }
    let Some(is_open) = best else {
        let ended = if has_undecided { End::OutOfTime } else { End::Infeasible };
        return Ok(nothing(distances.get(low).copied().unwrap_or(most), ended));
    };
    let value = farthest(model, &is_open);
    let ended = if low >= high { End::Optimal } else { End::OutOfTime };
    let bound = if ended == End::Optimal { value } else { distances[low].min(value) };
    Ok(Best { is_open: Some(is_open), value, bound, ended })
}

/// How far the one who is worst off has to go; infinite when somebody cannot get there who could.
pub fn farthest(model: &Model, is_open: &[bool]) -> f64 {
    let cost = |i: usize| model.nearest(i, is_open).map_or(f64::INFINITY, |(_, cost)| cost);
    (0..model.demand_count()).filter(|&i| model.is_reachable(i)).map(cost).fold(0.0, f64::max)
}

/// The costs that occur between two, each once, ascending.
pub fn distances(model: &Model, from: f64, to: f64) -> Vec<f64> {
    let mut distances: Vec<f64> = (0..model.demand_count())
        .flat_map(|i| model.reach(i).map(|(_, cost)| cost))
        .filter(|&cost| cost >= from && cost <= to)
        .collect();
    distances.sort_unstable_by(f64::total_cmp);
    distances.dedup();
    distances
}
