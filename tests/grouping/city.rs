//! Real communities, grouped over their own streets and drawn.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use geo::{Area, BooleanOps, MultiPolygon, Validation};
use pianqu::analysis::scheme::outlines::outlines;
use pianqu::app::walks::CityWalk;
use pianqu::domain::{LayerId, Viewer};
use pianqu::geodesy::GaussKruger;
use pianqu::http::analysis::Progress;
use pianqu::http::analysis::grouping::answer_of;
use pianqu::http::analysis::grouping_order::GroupingOrder;
use pianqu::snapshot::{ShapeGeometry, Snapshot};
use serde_json::{Value, json};

use crate::support::real::{openstreetmap, settings_of};
use crate::support::shared_data;

#[test]
fn the_named_compounds_around_an_agricultural_university_are_grouped_and_drawn() {
    let Some(path) = shared_data("osm-china/beijing-cau-xueyuanlu.osm") else { return };
    let snapshot = Arc::new(openstreetmap(path));
    let settings = settings_of(&snapshot);
    let named: Vec<i64> = {
        let view = snapshot.layer(LayerId::Community, Viewer::Everything).unwrap();
        view.items().iter().filter(|item| view.label(item).is_some()).map(|item| item.id).collect()
    };
    // The extract has ten named residential areas; one has no closed outline.
    assert!(named.len() >= 9, "{} named compounds", named.len());
    let city = CityWalk::of(snapshot.clone(), settings);
    // Nobody surveyed their households: each counts as 300, and nobody wrote down who is responsible.
    let order = json!({
        "objective": "max-p", "communities": named, "same": "none", "assume_households": 300,
        "min_households": 600, "longest_step_m": 1200, "widest_walk_m": 2000,
    });
    let order: GroupingOrder = serde_json::from_value(order).unwrap();
    let answer = answer_of(&city, Viewer::Everything, &order, &|| true, &Progress::default()).unwrap().unwrap();
    let answer: Value = serde_json::to_value(answer).unwrap();
    let groups = answer["proposals"][0]["groups"].as_array().unwrap();
    let left_out = answer["left_out"].as_array().unwrap();
    let grouped: BTreeSet<i64> =
        groups.iter().flat_map(|group| group["members"].as_array().unwrap()).map(|id| id.as_i64().unwrap()).collect();
    eprintln!(
        "{} named compounds: {} in {} precincts of at most {}, {} left out, {} shut",
        named.len(),
        grouped.len(),
        groups.len(),
        answer["most_groups"],
        left_out.len(),
        answer["shut"]
    );
    assert_eq!(grouped.len() + left_out.len(), named.len(), "nobody is lost");
    assert!(groups.len() >= 2 && grouped.len() * 2 > named.len(), "most compounds can be walked between");
    for group in groups {
        assert!(group["households"].as_u64().unwrap() >= 600);
        assert!(group["widest_walk_m"].as_f64().unwrap() <= 2000.0);
    }
    drawn(&snapshot, settings.plane, groups);

    // Without an assumption nobody knows their households, which are not zero, and no precinct is made up.
    let unknown = json!({"communities": named, "same": "none", "min_households": 900, "objective": "max-p"});
    let unknown: GroupingOrder = serde_json::from_value(unknown).unwrap();
    let Err(problem) = answer_of(&city, Viewer::Everything, &unknown, &|| true, &Progress::default()) else {
        panic!("unknown households made a precinct");
    };
    assert!(problem.errors[0].detail.contains("not known"), "{}", problem.errors[0].detail);
}

/// Each precinct has an outline of its own that holds its compounds.
fn drawn(city: &Snapshot, plane: GaussKruger, groups: &[Value]) {
    let members: BTreeMap<i64, i64> = groups
        .iter()
        .zip(1..)
        .flat_map(|(group, n)| group["members"].as_array().unwrap().iter().map(move |id| (id.as_i64().unwrap(), n)))
        .collect();
    let partition = outlines(city, plane, &members).unwrap();
    assert_eq!(partition.ids().count(), groups.len());
    let areas: BTreeMap<i64, MultiPolygon<f64>> =
        partition.regions().iter().map(|(id, region)| (*id, region.to_areas())).collect();
    for (id, area) in &areas {
        assert!(area.is_valid(), "{id}");
        for (_, other) in areas.range(id + 1..) {
            assert!(area.intersection(other).unsigned_area() < 1e-7 * area.unsigned_area(), "{id} lies on another one");
        }
    }
    let view = city.layer(LayerId::Community, Viewer::Everything).unwrap();
    for item in view.items() {
        let Some(precinct) = members.get(&item.id) else { continue };
        let ShapeGeometry::Areas(ground) = item.shape.geometry() else { panic!("an area") };
        let inside = areas[precinct].intersection(ground).unsigned_area() / ground.unsigned_area();
        assert!(inside > 0.99, "{inside} of compound {} is inside precinct {precinct}", item.id);
    }
}
