//! What snapping to nodes does to the same question, on real extracts: the table of the README.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use geo::Coord;
use pianqu::analysis::reach::Search;
use pianqu::domain::{LayerId, Viewer};
use pianqu::geodesy::measure::area_m2;
use pianqu::snapshot::ShapeGeometry;
use pianqu::snapshot::walk::{Network, Walk, distance_m};

use crate::support::real::{openstreetmap, settings_of};
use crate::support::shared_data;

/// Metres from the node nearest to a facility to every node, as the usual tools walk.
fn from_nodes(network: &Network, starts: &[u32]) -> Vec<f64> {
    let mut metres = vec![f64::INFINITY; network.node_count()];
    let mut heap = BinaryHeap::new();
    for start in starts {
        metres[*start as usize] = 0.0;
        heap.push(Reverse((0u64, *start)));
    }
    while let Some(Reverse((bits, node))) = heap.pop() {
        let so_far = f64::from_bits(bits);
        if so_far > metres[node as usize] {
            continue;
        }
        for arc in network.graph.neighbours(node) {
            if so_far + arc.metres < metres[arc.to as usize] {
                metres[arc.to as usize] = so_far + arc.metres;
                heap.push(Reverse((metres[arc.to as usize].to_bits(), arc.to)));
            }
        }
    }
    metres
}

fn nearest_node(network: &Network, at: Coord<f64>) -> u32 {
    let nodes = network.streets.nodes.iter().enumerate();
    nodes.map(|(i, node)| (distance_m(*node, at), i)).min_by(|a, b| a.0.total_cmp(&b.0)).unwrap().1 as u32
}

/// Shares of building area that node snapping puts into the wrong state, over all kinds with three facilities.
fn wrong_shares(file: &str, limits: [f64; 2]) -> Option<[f64; 2]> {
    let snapshot = openstreetmap(shared_data(file)?);
    let walk = Walk::of(&snapshot, settings_of(&snapshot));
    let facilities = snapshot.layer(LayerId::Facility, Viewer::Public).unwrap();
    let buildings = snapshot.layer(LayerId::Building, Viewer::Public).unwrap();
    let mut kinds: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (i, id) in walk.facilities.ids.iter().enumerate() {
        let item = facilities.find(*id).unwrap();
        let kind = facilities.value(item, "facility_kind").unwrap().as_text().unwrap();
        kinds.entry(kind.to_owned()).or_default().push(i);
    }
    let areas: Vec<f64> = buildings
        .items()
        .iter()
        .map(|item| match item.shape.geometry() {
            ShapeGeometry::Areas(areas) => area_m2(areas),
            _ => 0.0,
        })
        .collect();
    let snapped: Vec<u32> = walk.buildings.at.iter().map(|at| nearest_node(&walk.network, *at)).collect();
    let (mut wrong, mut all) = ([0.0; 2], 0.0);
    let mut search = Search::new(&walk.network);
    for chosen in kinds.values().filter(|chosen| chosen.len() >= 3) {
        search.run(chosen.iter().map(|i| walk.facilities.place(*i)), 1000.0, &|| true);
        let starts: Vec<u32> = chosen.iter().map(|i| nearest_node(&walk.network, walk.facilities.at[*i])).collect();
        let by_nodes = from_nodes(&walk.network, &starts);
        for (i, area) in areas.iter().enumerate() {
            all += area;
            let ours = search.nearest(walk.buildings.place(i)).metres();
            for (limit, wrong) in limits.iter().zip(&mut wrong) {
                let is_within = ours.is_some_and(|metres| metres <= *limit);
                if is_within != (by_nodes[snapped[i] as usize] <= *limit) {
                    *wrong += area;
                }
            }
        }
    }
    Some(wrong.map(|wrong| wrong / all))
}

#[test]
fn snapping_to_nodes_puts_much_of_a_city_into_the_wrong_state() {
    for file in ["beijing-cau-xueyuanlu", "beijing-tsinghua", "shenzhen-longgang"] {
        let Some([at_300, at_500]) = wrong_shares(&format!("osm-china/{file}.osm"), [300.0, 500.0]) else { continue };
        eprintln!("{file}: {:.1} % of building area wrong at 300 m, {:.1} % at 500 m", 100.0 * at_300, 100.0 * at_500);
        assert!((0.01..0.5).contains(&at_300), "{file}: {at_300}");
    }
}
