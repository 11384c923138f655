//! One rule over all buildings.

use super::accessibility::accessibility;
use super::answer::{BuildingResults, RuleResult, State};
use super::people::People;
use super::question::Question;
use super::{ratio, sums};
use crate::analysis::reach::{Search, Walked};
use crate::domain::rule::Rule;
use crate::domain::{LayerId, Value, Viewer};
use crate::snapshot::Snapshot;
use crate::snapshot::walk::Walk;

/// The open facilities, in the order of their places.
pub struct Facilities {
    pub list: Vec<Facility>,
}

pub struct Facility {
    pub id: i64,
    pub kind: String,
    pub is_open: bool,
    pub building_area_m2: Option<f64>,
    pub land_area_m2: Option<f64>,
    pub capacity: Option<f64>,
}

/// Whether a facility is large enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    Enough,
    TooSmall,
    Unknown,
}

impl Facilities {
    pub fn of(snapshot: &Snapshot, walk: &Walk) -> Self {
        let Some(view) = snapshot.layer(LayerId::Facility, Viewer::Public) else { return Self { list: Vec::new() } };
        let read = |id: &i64| {
            let item = view.find(*id)?;
            let number = |field| view.value(item, field).and_then(Value::as_f64);
            Some(Facility {
                id: *id,
                kind: view.value(item, "facility_kind")?.as_text()?.to_owned(),
                is_open: view.value(item, "is_open") != Some(&Value::Boolean(false)),
                building_area_m2: number("building_area_m2"),
                land_area_m2: number("land_area_m2"),
                capacity: number("capacity"),
            })
        };
        let unknown = |id: &i64| Facility {
            id: *id,
            kind: String::new(),
            is_open: false,
            building_area_m2: None,
            land_area_m2: None,
            capacity: None,
        };
        Self { list: walk.facilities.ids.iter().map(|id| read(id).unwrap_or_else(|| unknown(id))).collect() }
    }

    /// Numbers of the open facilities of a rule's kinds.
    pub fn of_rule(&self, rule: &Rule) -> Vec<u32> {
        let serves = |facility: &Facility| facility.is_open && rule.facility_kinds.contains(&facility.kind);
        (0u32..).zip(&self.list).filter(|(_, facility)| serves(facility)).map(|(number, _)| number).collect()
    }
}

impl Facility {
    /// Every minimum of the rule must be known to be met.
    pub fn size(&self, rule: &Rule) -> Size {
        let tests = [
            (rule.building_area_min_m2, self.building_area_m2),
            (rule.land_area_min_m2, self.land_area_m2),
            (rule.capacity_min, self.capacity),
        ];
        let mut size = Size::Enough;
        for (least, is) in tests.into_iter().filter_map(|(least, is)| Some((least?, is))) {
            match is {
                Some(is) if is >= least => {}
                Some(_) => return Size::TooSmall,
                None => size = Size::Unknown,
            }
        }
        size
    }
}

pub fn run(
    walk: &Walk,
    people: &People,
    facilities: &Facilities,
    rule: &Rule,
    question: &Question,
    is_wanted: &dyn Fn() -> bool,
) -> Option<RuleResult> {
    let serving = facilities.of_rule(rule);
    let sizes: Vec<Size> = serving.iter().map(|f| facilities.list[*f as usize].size(rule)).collect();
    let reach_m = rule.reach_m(question.speeds.metres_per_minute);
    let elders_reach_m = rule.elders_reach_m(question.speeds.elders_metres_per_minute);
    let limit_m = question.limit_m.max(reach_m.unwrap_or(0.0)).max(elders_reach_m.unwrap_or(0.0));
    let from = |search: &mut Search<'_>, size: Option<Size>, limit_m: f64| {
        let chosen = serving.iter().zip(&sizes).filter(|(_, is)| size.is_none_or(|size| size == **is));
        search.run(chosen.map(|(f, _)| walk.facilities.place(*f as usize)), limit_m, is_wanted)
    };
    let mut search = Search::new(&walk.network);
    if !from(&mut search, None, limit_m) {
        return None;
    }
    let count = walk.buildings.len();
    let walks: Vec<Walked> = (0..count).map(|i| search.nearest(walk.buildings.place(i))).collect();
    let mut states = vec![State::NotReached; count];
    if serving.is_empty() {
        states.fill(State::NoData);
    } else if let Some(reach_m) = reach_m {
        let mut mark = |search: &Search<'_>, state: State| {
            for (i, walked) in walks.iter().enumerate() {
                let is_near = walked.metres().is_some_and(|metres| metres <= reach_m);
                if is_near && search.nearest(walk.buildings.place(i)).metres().is_some_and(|m| m <= reach_m) {
                    states[i] = state;
                }
            }
        };
        // The weakest first, so that the best within reach has the last word.
        if sizes.iter().all(|size| *size == Size::Enough) {
            mark(&search, State::ReachedEnough);
        } else {
            for (size, state) in [
                (Size::TooSmall, State::ReachedTooSmall),
                (Size::Unknown, State::NoData),
                (Size::Enough, State::ReachedEnough),
            ] {
                if sizes.contains(&size) {
                    if !from(&mut search, Some(size), reach_m) {
                        return None;
                    }
                    mark(&search, state);
                }
            }
        }
    }
    let of = |size: Size| sizes.iter().filter(|is| **is == size).count();
    let accessibility = match reach_m.filter(|_| !question.steps.is_empty()) {
        Some(reach_m) if serving.iter().any(|f| facilities.list[*f as usize].capacity.is_some()) => {
            let supply: Vec<(u32, f64)> =
                serving.iter().map(|f| (*f, facilities.list[*f as usize].capacity.unwrap_or(f64::NAN))).collect();
            let steps: Vec<(f64, f64)> =
                question.steps.iter().map(|(share, weight)| (share * reach_m, *weight)).collect();
            let (network, buildings) = (&walk.network, &walk.buildings);
            let households = &people.households;
            Some(accessibility(network, buildings, households, &walk.facilities, &supply, &steps, is_wanted)?)
        }
        _ => None,
    };
    let has_facilities = !serving.is_empty();
    let areas = sums::Sums { people, states: &states, walks: &walks, rule, has_facilities, elders_reach_m };
    let [communities, precincts, subdistricts, responsible_bodies] =
        people.groupings.each_ref().map(|grouping| areas.areas(grouping));
    Some(RuleResult {
        reach_m,
        elders_reach_m,
        facilities: serving.len(),
        facilities_enough: of(Size::Enough),
        facilities_too_small: of(Size::TooSmall),
        facilities_size_unknown: of(Size::Unknown),
        city: areas.area(None, String::new(), &mut (0..count as u32)),
        communities,
        precincts,
        subdistricts,
        responsible_bodies,
        ratios: ratio::ratios(walk, people, facilities, rule, &serving),
        accessibility,
        buildings: building_results(&walks, &states, &serving, facilities),
        rule: rule.clone(),
    })
}

fn building_results(walks: &[Walked], states: &[State], serving: &[u32], facilities: &Facilities) -> BuildingResults {
    let decimetre = |metres: f64| (metres * 10.0).round() / 10.0;
    BuildingResults {
        distance_m: walks.iter().map(|walked| walked.metres().map(decimetre)).collect(),
        why: walks
            .iter()
            .map(|walked| match walked {
                Walked::Metres(..) => 0,
                Walked::BeyondLimit => 1,
                Walked::NoPath => 2,
            })
            .collect(),
        state: states.iter().map(|state| *state as u8).collect(),
        facility_id: walks
            .iter()
            .map(|walked| match walked {
                Walked::Metres(_, source) => Some(facilities.list[serving[*source as usize] as usize].id),
                _ => None,
            })
            .collect(),
    }
}
