//! Places in a city of which whoever asks sees a part: a body sees the lines of its area, and streets are borders.

use std::collections::HashMap;

use super::super::axis::Axis;
use super::super::layers::{City, Line, Street};
use super::placing::Ground;
use super::trenches::rank;
use super::{PlaceState, TrenchAnswer};
use crate::domain::rule::Verdict;

/// Takes the word back that a trench is free, or passes, where one of the lines lies near it that whoever asks may not
/// see. Nothing more is told of them.
pub fn doubt_unseen(answer: &mut TrenchAnswer, city: &City, unseen: Vec<Line>) {
    let settings = answer.settings.clone();
    let unseen = City { plane: city.plane, works: Vec::new(), streets: Vec::new(), lines: unseen };
    let ground = Ground::of(&unseen, &settings);
    let streets: HashMap<i64, &Street> = city.streets.iter().map(|street| (street.id, street)).collect();
    for trench in &mut answer.trenches {
        let Some(street) = trench.street_id.and_then(|id| streets.get(&id)) else { continue };
        let axis = Axis::of(&street.path, (trench.from_m, trench.to_m));
        if !ground.has_any(&axis, street.width_m.unwrap_or(settings.street_width_m) / 2.0) {
            continue;
        }
        if rank(trench.verdict) < rank(Verdict::Unknown) {
            trench.verdict = Verdict::Unknown;
        }
        if let Some(place) = &mut trench.place
            && place.state == PlaceState::Free
        {
            place.state = PlaceState::LinesUnseen;
        }
    }
    answer.totals.count_places(&answer.trenches);
}
