//! Taiwan: 2,050 childcare centres with their places and the children that they have taken in.

use geo::Coord;
use pianqu::analysis::coverage::DEFAULT_STEPS;
use pianqu::analysis::coverage::accessibility::share_out;
use pianqu::analysis::siting::{Assignment, Choice, Demand, Objective, Problem, Site};
use pianqu::domain::{LayerId, Value};
use pianqu::geodesy::GaussKruger;
use pianqu::snapshot::walk::distance_m;

use super::{Figures, Spot, facilities, median, problem, spots, straight_cells};
use crate::support::real::snapshot_and_reports;
use crate::support::shared_data;

const LAYER: LayerId = LayerId::Facility;

/// A centre; the children it has taken in stand in a column that no field of ours fits.
struct Centre {
    spot: Spot,
    city: String,
    places: f64,
    children: f64,
    is_open: bool,
}

#[test]
fn taiwan_childcare_with_capacities() {
    let Some(file) = shared_data("taiwan-childcare/babycare.geojson") else { return };
    let mut figures = Figures::default();
    let map = [("id", "code"), ("capacity", "capacity"), ("is_active", "is_open"), ("name", "name")];
    let (snapshot, reports) = snapshot_and_reports(&[facilities(file.clone(), "nursery", &map)]);
    figures.told_of_import(&reports[0]);
    let raw: serde_json::Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let raw = raw["features"].as_array().unwrap();
    let spots = spots(&snapshot, LAYER, GaussKruger::of_longitude(120.9));
    assert_eq!(spots.len(), raw.len());
    let centres: Vec<Centre> = spots
        .into_iter()
        .zip(raw)
        .map(|(spot, raw)| {
            let raw = &raw["properties"];
            assert_eq!(spot.value(LAYER, "code").as_text(), raw["id"].as_str(), "row by row");
            Centre {
                city: raw["city"].as_str().unwrap().chars().take(3).collect(),
                places: spot.value(LAYER, "capacity").as_f64().unwrap(),
                children: raw["status"].as_f64().unwrap(),
                is_open: spot.value(LAYER, "is_open") == &Value::Boolean(true),
                spot,
            }
        })
        .collect();
    figures.tell("centres in use", centres.iter().filter(|centre| centre.is_open).count());
    let open = || centres.iter().filter(|centre| centre.is_open);
    figures.tell("places in use", open().map(|centre| centre.places).sum::<f64>());
    figures.tell("children", open().map(|centre| centre.children).sum::<f64>());
    catchments(&centres, &mut figures);
    site(&centres, &mut figures);
    figures.are_those_of("cases_taiwan.txt");
}

/// The places in use, shared by the children of all centres within 5 km.
fn catchments(centres: &[Centre], figures: &mut Figures) {
    let steps = DEFAULT_STEPS.map(|(share, weight)| (share * 5000.0, weight));
    let children: Vec<f64> = centres.iter().map(|centre| centre.children).collect();
    let open = (0_u32..).zip(centres).filter(|(_, centre)| centre.is_open);
    let supply: Vec<(u32, f64)> = open.map(|(number, centre)| (number, centre.places)).collect();
    let shared = share_out(&children, &supply, &steps, |number, near| {
        let at = centres[number as usize].spot.at;
        let metres = |centre: &Centre| distance_m(centre.spot.at, at);
        near.extend((0_u32..).zip(centres.iter().map(metres)).filter(|(_, metres)| *metres <= 5000.0));
        Some(())
    });
    let shared = shared.unwrap();
    assert!(shared.is_balanced);
    figures.tell("places that a child is near", shared.supply_reached);
    figures.tell("places that no child is near", shared.supply_unreached);
    figures.tell("children × score of E2SFCA", format!("{:.6}", shared.demand_times_score));
    let of_children = shared.scores.iter().zip(&children).filter(|(_, children)| **children > 0.0);
    let scores: Vec<f64> = of_children.map(|(score, _)| score.unwrap()).collect();
    figures.tell("median places for a child", format!("{:.4}", median(scores)));
}

/// Which centres of one county would hold all its children, and which would serve most of another's.
fn site(centres: &[Centre], figures: &mut Figures) {
    for (county, objective, p, radius, capacities) in [
        ("宜蘭縣", Objective::PMedian, 24, None, Some(Assignment::Single)),
        ("宜蘭縣", Objective::PMedian, 24, None, Some(Assignment::Split)),
        ("臺南市", Objective::PMedian, 20, None, None),
        ("臺南市", Objective::Mclp, 20, Some(1000.0), None),
    ] {
        let here: Vec<&Centre> = centres.iter().filter(|centre| centre.city == county).collect();
        let at: Vec<Coord<f64>> = here.iter().map(|centre| centre.spot.at).collect();
        let demands =
            here.iter().map(|centre| Demand { id: centre.spot.id.to_string(), weights: vec![centre.children] });
        let sites = here.iter().map(|centre| Site {
            id: centre.spot.id.to_string(),
            capacity: Some(centre.places),
            price: 1.0,
            choice: if centre.is_open { Choice::Free } else { Choice::MustNot },
        });
        let cells = straight_cells(&at, &at, f64::INFINITY);
        let base = problem(&["children"], demands.collect(), sites.collect(), cells);
        let asked = Problem { objective, p: Some(p), radius, capacities, ..base };
        let mode = capacities.map_or("without capacities", Assignment::name);
        let answer = figures.told_of_siting(
            &format!("{p} of {} centres of {county}, {mode}, {}", here.len(), objective.name()),
            &asked,
        );
        // Nobody's room is overrun, and the value is that of the assignment.
        let sum: f64 = answer.served.iter().map(|one| one.share * here[one.demand].children * one.cost).sum();
        assert!(objective == Objective::Mclp || (sum - answer.value).abs() <= 1e-6 * sum, "{sum} {}", answer.value);
        for open in answer.open.iter().filter(|_| capacities.is_some()) {
            assert!(open.load <= here[open.site].places + 1e-6, "{} children in {}", open.load, here[open.site].places);
        }
    }
}
