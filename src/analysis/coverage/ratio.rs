//! So much for so many: what the facilities inside an area offer against what its people ask for.

use super::answer::{RatioResult, Verdict};
use super::people::{GROUPINGS, Grouping, People};
use super::rule_run::Facilities;
use crate::domain::rule::{RatioUnit, Rule};
use crate::snapshot::walk::Walk;

/// The city, then every precinct, subdistrict and responsible body. A facility belongs to the areas of the
/// building that is closest to it in a straight line.
pub fn ratios(walk: &Walk, people: &People, facilities: &Facilities, rule: &Rule, serving: &[u32]) -> Vec<RatioResult> {
    let Some((ratio, unit)) = rule.ratio.zip(rule.ratio_unit) else { return Vec::new() };
    let closest = closest_buildings(walk, serving);
    let all: Vec<u32> = (0..walk.buildings.len() as u32).collect();
    let result = |id: Option<i64>, name: &str, layer: Option<&'static str>, members: &[u32]| {
        let inside = serving.iter().zip(&closest).filter(|(_, building)| match building {
            _ if id.is_none() => true,
            Some(building) => members.binary_search(building).is_ok(),
            None => false,
        });
        let sizes: Vec<Option<f64>> = inside.map(|(f, _)| measure(facilities, *f, unit)).collect();
        let supply: f64 = sizes.iter().flatten().sum();
        let supply_unknown = sizes.iter().filter(|size| size.is_none()).count();
        let asked_for = asked_for(people, members, ratio, unit);
        let verdict = match asked_for {
            Some(asked) if supply >= asked && rule.verified.is_firm() => Verdict::Pass,
            Some(asked) if supply >= asked => Verdict::NeedsReview,
            Some(_) if supply_unknown == 0 && !serving.is_empty() => Verdict::Fail,
            _ => Verdict::Unknown,
        };
        RatioResult { id, name: name.to_owned(), layer, supply, supply_unknown, asked_for, verdict }
    };
    let mut results = vec![result(None, "", None, &all)];
    for (layer, grouping) in GROUPINGS.iter().zip(&people.groupings).skip(1) {
        let Grouping { ids, names, members } = grouping;
        for ((id, name), members) in ids.iter().zip(names).zip(members) {
            results.push(result(Some(*id), name, Some(layer.name()), members));
        }
    }
    results
}

fn measure(facilities: &Facilities, facility: u32, unit: RatioUnit) -> Option<f64> {
    let facility = &facilities.list[facility as usize];
    match unit {
        RatioUnit::SquareMetresPer100Households => facility.building_area_m2,
        RatioUnit::SquareMetresPerPerson => facility.land_area_m2,
        RatioUnit::PlacesPer1000People | RatioUnit::SpacesPerHousehold => facility.capacity,
        RatioUnit::PeoplePerSite => Some(1.0),
    }
}

/// What the people of an area ask for; `None` where the number of none of them is known.
fn asked_for(people: &People, members: &[u32], ratio: f64, unit: RatioUnit) -> Option<f64> {
    let sum = |list: &[f64]| {
        let known: f64 = members.iter().map(|b| list[*b as usize]).filter(|n| !n.is_nan()).sum();
        (known > 0.0).then_some(known)
    };
    match unit {
        RatioUnit::SquareMetresPer100Households => sum(&people.households).map(|n| n / 100.0 * ratio),
        RatioUnit::SpacesPerHousehold => sum(&people.households).map(|n| n * ratio),
        RatioUnit::SquareMetresPerPerson => sum(&people.residents).map(|n| n * ratio),
        RatioUnit::PlacesPer1000People => sum(&people.residents).map(|n| n / 1000.0 * ratio),
        RatioUnit::PeoplePerSite => sum(&people.residents).map(|n| (n / ratio).ceil()),
    }
}

/// The building closest to each facility, in a straight line.
fn closest_buildings(walk: &Walk, serving: &[u32]) -> Vec<Option<u32>> {
    use rstar::primitives::GeomWithData;
    let points = walk.buildings.at.iter().zip(0u32..).map(|(at, number)| GeomWithData::new([at.x, at.y], number));
    let tree = rstar::RTree::bulk_load(points.collect());
    let closest = |f: &u32| {
        let at = walk.facilities.at[*f as usize];
        tree.nearest_neighbor(&[at.x, at.y]).map(|found| found.data)
    };
    serving.iter().map(closest).collect()
}
