//! Outlines from members in a whole city, and random edits of outlines, checked by code that shares nothing with them.

mod random_edits;

use std::collections::{BTreeMap, BTreeSet};

use geo::{Area, BooleanOps, Intersects, MultiPolygon, Validation};
use pianqu::analysis::partition::Id;
use pianqu::analysis::partition::grid::{At, Region};
use pianqu::analysis::scheme::outlines::outlines;
use pianqu::domain::{LayerId, Value, Viewer};
use pianqu::geodesy::GaussKruger;
use pianqu::sample::{City, Params};
use pianqu::snapshot::{ShapeGeometry, Snapshot};

fn city(communities: usize) -> Snapshot {
    let params = Params {
        communities,
        buildings: 1500.max(7 * communities),
        utility_lines: 100,
        utility_works: 10,
        ..Params::default()
    };
    City::generate(&params).unwrap().into_snapshot(chrono::DateTime::UNIX_EPOCH)
}

/// Communities by the neighbourhood that they say.
fn by_neighbourhood(city: &Snapshot) -> BTreeMap<i64, Id> {
    let view = city.layer(LayerId::Community, Viewer::Everything).unwrap();
    let mut numbers: BTreeMap<String, Id> = BTreeMap::new();
    let mut members = BTreeMap::new();
    for item in view.items() {
        let name = view.value(item, "neighbourhood").and_then(Value::as_text).unwrap_or("?").to_owned();
        let next = numbers.len() as Id + 1;
        members.insert(item.id, *numbers.entry(name).or_insert(next));
    }
    members
}

#[test]
fn outlines_along_streets_hold_their_members_and_share_their_borders() {
    let city = city(60);
    let members = by_neighbourhood(&city);
    let partition = outlines(&city, GaussKruger::default(), &members).unwrap();
    let precincts: BTreeSet<Id> = members.values().copied().collect();
    assert_eq!(partition.ids().collect::<BTreeSet<Id>>(), precincts);
    assert!(precincts.len() > 3);

    let mut sides: BTreeSet<(At, At)> = BTreeSet::new();
    let areas: BTreeMap<Id, MultiPolygon<f64>> =
        partition.regions().iter().map(|(id, region)| (*id, region.to_areas())).collect();
    for (id, region) in partition.regions() {
        assert!(areas[id].is_valid(), "{id}");
        assert!(region.edges().all(|edge| sides.insert(edge)), "{id} lies where another one lies");
    }
    let view = city.layer(LayerId::Community, Viewer::Everything).unwrap();
    for item in view.items() {
        let ShapeGeometry::Areas(ground) = item.shape.geometry() else { panic!("an area") };
        let inside = areas[&members[&item.id]].intersection(ground).unsigned_area() / ground.unsigned_area();
        assert!(inside > 0.999, "{} of community {} is inside", inside, item.id);
    }
    // Borders run along streets where there are streets: most of their length, by vertices that streets have too.
    let streets = city.layer(LayerId::Street, Viewer::Everything).unwrap();
    let on_street: BTreeSet<At> = streets
        .items()
        .iter()
        .filter_map(|item| match item.shape.geometry() {
            ShapeGeometry::Lines(lines) => Some(lines),
            _ => None,
        })
        .flat_map(|lines| lines.iter().flatten().map(|at| At::of(*at)))
        .collect();
    let vertices: BTreeSet<At> = partition.regions().values().flat_map(Region::rings).flatten().copied().collect();
    let shared = vertices.intersection(&on_street).count();
    assert!(shared * 3 > vertices.len(), "{shared} of {} vertices are a street's", vertices.len());

    let again = outlines(&city, GaussKruger::default(), &members).unwrap();
    assert_eq!(again, partition, "the same members give the same outlines");
}

#[test]
fn a_city_of_364_communities_is_outlined_in_seconds() {
    let city = city(364);
    let members = by_neighbourhood(&city);
    let start = std::time::Instant::now();
    let partition = outlines(&city, GaussKruger::default(), &members).unwrap();
    println!("{} precincts of {} communities in {:?}", partition.ids().count(), members.len(), start.elapsed());
    let pieces: Vec<MultiPolygon<f64>> = partition.regions().values().map(Region::to_areas).collect();
    for (n, one) in pieces.iter().enumerate() {
        for other in &pieces[n + 1..] {
            if one.intersects(other) {
                let both = one.intersection(other).unsigned_area() / one.unsigned_area();
                assert!(both < 1e-7, "{both} of one is another one's");
            }
        }
    }
}
