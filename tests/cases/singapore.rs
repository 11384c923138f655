//! Singapore: centres for elders, clinics, pharmacies and the 311 subzones that planning counts by.

use std::path::Path;

use geo::Coord;
use pianqu::analysis::area_statistics::area_statistics;
use pianqu::analysis::coverage::DEFAULT_STEPS;
use pianqu::analysis::coverage::accessibility::share_out;
use pianqu::analysis::siting::{Choice, Demand, Objective, Problem, Site};
use pianqu::domain::{LayerId, Viewer};
use pianqu::geodesy::GaussKruger;
use pianqu::geodesy::measure::area_m2;
use pianqu::ingest::Request;
use pianqu::snapshot::walk::distance_m;
use pianqu::snapshot::{ShapeGeometry, Snapshot};

use super::{Figures, facilities, median, nearest_m, problem, spots, straight_cells};
use crate::support::real::snapshot_and_reports;
use crate::support::shared_data;

const KINDS: [(&str, &str, &str, usize); 3] = [
    ("exp_ELDERCARESVY21.geojson", "elder_daycare", "NAME", 130),
    ("exp_CLINICSVY21.geojson", "health_station", "HCI_NAME", 667),
    ("exp_PHARMACYSVY21.geojson", "pharmacy", "PHARMACY_N", 253),
];

fn city(folder: &Path, figures: &mut Figures) -> Snapshot {
    let subzones = Request {
        map: vec![("SUBZONE_N".to_owned(), "name".to_owned()), ("SUBZONE_C".to_owned(), "code".to_owned())],
        ..Request::new(folder.join("exp_SUBZONESVY21.geojson"), LayerId::Neighbourhood)
    };
    let mut requests: Vec<Request> =
        KINDS.iter().map(|(file, kind, name, _)| facilities(folder.join(file), kind, &[(name, "name")])).collect();
    requests.push(subzones);
    let (snapshot, reports) = snapshot_and_reports(&requests);
    reports.iter().for_each(|report| figures.told_of_import(report));
    snapshot
}

#[test]
fn singapore_elders_and_clinics() {
    let Some(folder) = shared_data("singapore-services") else { return };
    let mut figures = Figures::default();
    let snapshot = city(&folder, &mut figures);
    let plane = GaussKruger::of_longitude(103.83);
    let all = spots(&snapshot, LayerId::Facility, plane);
    let places = |kind: &str| -> Vec<Coord<f64>> { all.iter().filter(|s| s.is_kind(kind)).map(|s| s.at).collect() };
    let zones = spots(&snapshot, LayerId::Neighbourhood, plane);

    for (_, kind, _, count) in KINDS {
        let places = places(kind);
        assert_eq!(places.len(), count, "{kind}");
        let nearest: Vec<f64> = zones.iter().map(|zone| nearest_m(zone.at, &places)).collect();
        for reach in [500.0, 1000.0, 2000.0] {
            let within = nearest.iter().filter(|metres| **metres <= reach).count();
            figures.tell(format!("subzones with a {kind} within {reach} m in a straight line"), within);
        }
        figures.tell(format!("median metres to a {kind}"), format!("{:.1}", median(nearest)));
    }
    count_inside(&snapshot, &mut figures);
    catchments(&zones.iter().map(|zone| zone.at).collect::<Vec<_>>(), &places("health_station"), &mut figures);
    site(&snapshot, plane, &mut figures);
    figures.are_those_of("cases_singapore.txt");
}

/// Facilities by the subzone that they lie in.
fn count_inside(snapshot: &Snapshot, figures: &mut Figures) {
    let (mut inside, mut without_elders) = (0, 0);
    let (mut most, mut area) = ((0, String::new()), 0.0);
    for item in snapshot.layer(LayerId::Neighbourhood, Viewer::Public).unwrap().items() {
        let ShapeGeometry::Areas(areas) = item.shape.geometry() else { panic!("an area") };
        let statistics = area_statistics(snapshot, Viewer::Public, areas, || true).unwrap();
        let found = statistics.layers.iter().find(|layer| layer.layer == LayerId::Facility).unwrap();
        let of_kind = |kind: &str| {
            found.by.iter().filter(|by| by.code.as_deref() == Some(kind)).map(|by| by.count).sum::<usize>()
        };
        inside += found.count;
        area += statistics.area_m2;
        without_elders += usize::from(of_kind("elder_daycare") == 0);
        let name = item.values[LayerId::Neighbourhood.describe().field("name").unwrap().0].as_text().unwrap();
        most = most.max((of_kind("health_station"), name.to_owned()));
    }
    figures.tell("facilities inside a subzone", inside);
    figures.tell("km² of subzones", format!("{:.3}", area / 1e6));
    figures.tell("subzones without an elder_daycare inside", without_elders);
    figures.tell("most clinics inside one subzone", format!("{} in {}", most.0, most.1));
}

/// Clinics shared by subzones, each counted once: their people are not in the data.
fn catchments(zones: &[Coord<f64>], clinics: &[Coord<f64>], figures: &mut Figures) {
    let steps = DEFAULT_STEPS.map(|(share, weight)| (share * 3000.0, weight));
    let supply: Vec<(u32, f64)> = (0..clinics.len() as u32).map(|clinic| (clinic, 1.0)).collect();
    let shared = share_out(&vec![1.0; zones.len()], &supply, &steps, |clinic, near| {
        let metres = |zone: &Coord<f64>| distance_m(*zone, clinics[clinic as usize]);
        near.extend((0_u32..).zip(zones.iter().map(metres)).filter(|(_, metres)| *metres <= 3000.0));
        Some(())
    });
    let shared = shared.unwrap();
    assert!(shared.is_balanced);
    let scores: Vec<f64> = shared.scores.iter().map(|score| score.unwrap()).collect();
    figures.tell("clinics that a subzone reaches within 3 km", shared.supply_reached);
    figures.tell("sum of the scores of E2SFCA", format!("{:.6}", shared.demand_times_score));
    figures.tell("subzones with the score 0", scores.iter().filter(|score| **score == 0.0).count());
    figures.tell("median score", format!("{:.4}", median(scores)));
}

/// Where more centres for elders would help: any clinic could house one; those that stand are kept.
fn site(snapshot: &Snapshot, plane: GaussKruger, figures: &mut Figures) {
    let all = spots(snapshot, LayerId::Facility, plane);
    let used: Vec<_> = all.iter().filter(|s| s.is_kind("elder_daycare") || s.is_kind("health_station")).collect();
    let sites = used.iter().map(|s| Site {
        id: s.id.to_string(),
        capacity: None,
        price: 1.0,
        choice: if s.is_kind("elder_daycare") { Choice::Existing } else { Choice::Free },
    });
    let zones = snapshot.layer(LayerId::Neighbourhood, Viewer::Public).unwrap().items();
    let square_km = |item: &pianqu::snapshot::Item| match item.shape.geometry() {
        ShapeGeometry::Areas(areas) => area_m2(areas) / 1e6,
        _ => panic!("an area"),
    };
    let demands = zones.iter().map(|zone| Demand { id: zone.id.to_string(), weights: vec![1.0, square_km(zone)] });
    let from: Vec<Coord<f64>> = spots(snapshot, LayerId::Neighbourhood, plane).iter().map(|zone| zone.at).collect();
    let to: Vec<Coord<f64>> = used.iter().map(|s| s.at).collect();
    let cells = straight_cells(&from, &to, f64::INFINITY);
    let base = problem(&["subzones", "km²"], demands.collect(), sites.collect(), cells);
    let ask = |objective, p, radius| Problem { objective, p, radius, ..base.clone() };
    let covered = figures
        .told_of_siting("10 more centres, most subzones within 1 km", &ask(Objective::Mclp, Some(10), Some(1000.0)));
    let existing = from.iter().filter(|at| nearest_m(**at, &to[..130]) <= 1000.0).count();
    assert!(covered.value >= existing as f64 + 10.0, "each of ten sites can cover one more");
    figures.told_of_siting(
        "fewest more centres, every subzone that can within 2 km",
        &ask(Objective::Lscp, None, Some(2000.0)),
    );
    figures.told_of_siting("10 more centres, least sum of metres", &ask(Objective::PMedian, Some(10), None));
    let centre =
        figures.told_of_siting("10 more centres, least greatest metres", &ask(Objective::PCenter, Some(10), None));
    let open: Vec<Coord<f64>> = centre.open.iter().map(|open| to[open.site]).collect();
    let farthest = from.iter().map(|at| nearest_m(*at, &open)).fold(0.0, f64::max);
    assert!((farthest - centre.value).abs() < 1e-6);
}
