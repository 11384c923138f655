//! Buildings summed by area, and the gaps among the communities.

use super::answer::{AreaResult, Gap, RuleResult, State, Tally, Verdict};
use super::people::{Grouping, People};
use crate::analysis::reach::Walked;
use crate::domain::rule::Rule;
use crate::snapshot::walk::Walk;

/// What is summed.
pub struct Sums<'a> {
    pub people: &'a People,
    pub states: &'a [State],
    pub walks: &'a [Walked],
    pub rule: &'a Rule,
    pub has_facilities: bool,
    /// How far the old come in the rule's minutes.
    pub elders_reach_m: Option<f64>,
}

impl Tally {
    fn add(&mut self, people: &People, building: usize) {
        let known = |n: f64| if n.is_nan() { 0.0 } else { n };
        self.buildings += 1;
        self.households += known(people.households[building]);
        self.residents += known(people.residents[building]);
        self.elders += known(people.elders[building]);
        self.small_children += known(people.small_children[building]);
    }
}

impl Sums<'_> {
    /// Every area of a grouping, in the order of ids.
    pub fn areas(&self, grouping: &Grouping) -> Vec<AreaResult> {
        let area = |((id, name), members): ((&i64, &String), &Vec<u32>)| {
            self.area(Some(*id), name.clone(), &mut members.iter().copied())
        };
        grouping.ids.iter().zip(&grouping.names).zip(&grouping.members).map(area).collect()
    }

    pub fn area(&self, id: Option<i64>, name: String, buildings: &mut dyn Iterator<Item = u32>) -> AreaResult {
        let mut by_state = [Tally::default(); 4];
        let mut all = Tally::default();
        let (mut without, mut shared_out) = (0, 0);
        let mut elders_within = 0.0;
        let (mut metres_by_households, mut households_with, mut beyond, mut no_path) = (0.0, 0.0, 0.0, 0.0);
        for building in buildings.map(|b| b as usize) {
            by_state[self.states[building] as usize].add(self.people, building);
            all.add(self.people, building);
            shared_out += usize::from(self.people.is_shared_out[building]);
            let metres = self.walks[building].metres().unwrap_or(f64::INFINITY);
            if self.elders_reach_m.is_some_and(|reach_m| metres <= reach_m) && !self.people.elders[building].is_nan() {
                elders_within += self.people.elders[building];
            }
            let households = self.people.households[building];
            if households.is_nan() {
                without += 1;
                continue;
            }
            match self.walks[building] {
                Walked::Metres(metres, _) => {
                    metres_by_households += metres * households;
                    households_with += households;
                }
                Walked::BeyondLimit => beyond += households,
                Walked::NoPath => no_path += households,
            }
        }
        let [enough, too_small, not_reached, no_data] = by_state;
        let share =
            |households: f64| (all.households > 0.0 && self.has_facilities).then(|| households / all.households);
        AreaResult {
            id,
            name,
            reached_households_share: share(
                enough.households + too_small.households + if self.has_facilities { no_data.households } else { 0.0 },
            ),
            enough_households_share: share(enough.households),
            elders_reached: self.elders_reach_m.filter(|_| self.has_facilities).map(|_| elders_within),
            elders_reached_share: (self.elders_reach_m.is_some() && self.has_facilities && all.elders > 0.0)
                .then(|| elders_within / all.elders),
            buildings_without_households: without,
            buildings_shared_out: shared_out,
            mean_m: (households_with > 0.0).then(|| metres_by_households / households_with),
            mean_leaves_out_beyond: beyond,
            mean_leaves_out_no_path: no_path,
            verdict: self.verdict(&by_state, all.buildings),
            all,
            reached_enough: enough,
            reached_too_small: too_small,
            not_reached,
            no_data,
        }
    }

    /// One building that is not reached fails the area; what is not known is never a pass.
    fn verdict(&self, by_state: &[Tally; 4], buildings: usize) -> Verdict {
        let [_, too_small, not_reached, no_data] = by_state;
        let has_nearness = self.rule.radius_m.or(self.rule.walk_min).is_some();
        // Nobody lives in a shop: what counts is where there are, or may be, households.
        let counts = |tally: &Tally| tally.households > 0.0;
        if buildings == 0 || !has_nearness || !self.has_facilities {
            Verdict::Unknown
        } else if counts(too_small) || counts(not_reached) {
            Verdict::Fail
        } else if no_data.buildings > 0 || by_state.iter().all(|tally| tally.households == 0.0) {
            Verdict::Unknown
        } else if self.rule.is_firm() {
            Verdict::Pass
        } else {
            Verdict::NeedsReview
        }
    }
}

/// Adds the communities in which a rule is not met.
pub fn gaps(result: &RuleResult, walk: &Walk, people: &People, gaps: &mut Vec<Gap>) {
    let Some(reach_m) = result.reach_m.filter(|_| result.facilities > 0) else { return };
    for (area, members) in result.communities.iter().zip(&people.groupings[0].members) {
        let affected = area.not_reached.households + area.reached_too_small.households;
        let Some(community_id) = area.id.filter(|_| affected > 0.0) else { continue };
        let state = |b: &&u32| result.buildings.state[**b as usize];
        let is_affected = |b: &&u32| matches!(state(b), 1 | 2);
        // No path before beyond the limit before the farthest; of equals the first.
        let badness = |b: &&u32| {
            let b = **b as usize;
            (result.buildings.why[b], result.buildings.distance_m[b].unwrap_or(0.0))
        };
        let worst = members.iter().filter(is_affected).reduce(|a, b| {
            let (x, y) = (badness(&a), badness(&b));
            if y.0.cmp(&x.0).then(y.1.total_cmp(&x.1)).is_gt() { b } else { a }
        });
        let Some(worst) = worst.map(|b| *b as usize) else { continue };
        gaps.push(Gap {
            rule: result.rule.rule.clone(),
            community_id,
            community: area.name.clone(),
            households_affected: affected,
            households_not_reached: area.not_reached.households,
            households_too_small: area.reached_too_small.households,
            buildings_affected: area.not_reached.buildings + area.reached_too_small.buildings,
            worst_building_id: walk.buildings.ids[worst],
            worst_m: result.buildings.distance_m[worst],
            nearest_facility_id: result.buildings.facility_id[worst],
            reach_m,
        });
    }
}
