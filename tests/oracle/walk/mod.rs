//! Our walks are somebody else's walks: a plain search written apart, pgRouting, and PostGIS's straight line.

mod new_york;
mod pgrouting;
mod plain;
mod properties;
mod snapping;

use std::sync::OnceLock;

use pianqu::analysis::reach::{Search, Walked};
use pianqu::snapshot::walk::Walk;

use crate::support::real::{openstreetmap, settings_of};
use crate::support::shared_data;
use plain::Plain;

/// What the two programs may differ by.
pub const CENTIMETRE: f64 = 0.01;

/// Our metres for each building, infinite where there is no way.
pub fn ours(walk: &Walk) -> Vec<f64> {
    let mut search = Search::new(&walk.network);
    assert!(search.run((0..walk.facilities.len()).map(|i| walk.facilities.place(i)), f64::MAX, &|| true));
    let metres = |i| match search.nearest(walk.buildings.place(i)) {
        Walked::Metres(metres, _) => metres,
        Walked::NoPath => f64::INFINITY,
        Walked::BeyondLimit => panic!("nothing is beyond infinity"),
    };
    (0..walk.buildings.len()).map(metres).collect()
}

#[track_caller]
fn assert_same(ours: &[f64], theirs: &[f64], what: &str) {
    assert_eq!(ours.len(), theirs.len());
    let differ = |(i, (a, b)): (usize, (&f64, &f64))| {
        let is_same = (a - b).abs() <= CENTIMETRE || (a.is_infinite() && b.is_infinite());
        (!is_same).then(|| format!("building {i}: {a} and {b}"))
    };
    let differing: Vec<String> = ours.iter().zip(theirs).enumerate().filter_map(differ).collect();
    assert!(
        differing.is_empty(),
        "{what}: {} of {} differ: {:#?}",
        differing.len(),
        ours.len(),
        &differing[..differing.len().min(12)]
    );
}

const NETWORKS: [&str; 3] =
    ["osm-china/jiangxi-guixi.osm", "osm-china/beijing-cau-xueyuanlu.osm", "osm-world/heidelberg-ors.osm.pbf"];

/// A network of the promise with the walk and the plain graph of it, which several tests look at and one makes.
fn real(network: usize) -> Option<&'static (Walk, Plain)> {
    static MADE: [OnceLock<Option<(Walk, Plain)>>; 3] = [const { OnceLock::new() }; 3];
    let make = || {
        let snapshot = openstreetmap(shared_data(NETWORKS[network])?);
        let settings = settings_of(&snapshot);
        Some((Walk::of(&snapshot, settings), Plain::of(&snapshot, settings.plane)))
    };
    MADE[network].get_or_init(make).as_ref()
}

#[test]
fn real_walks_are_those_of_a_plain_search() {
    for (n, file) in NETWORKS.into_iter().enumerate() {
        let Some((walk, plain)) = real(n) else { continue };
        let ours = ours(walk);
        assert_same(&ours, &plain.nearest(), file);
        for (metres, straight) in ours.iter().zip(&plain.straight) {
            assert!(*metres >= straight - 1e-6, "{file}: a walk of {metres} m is shorter than {straight} m");
        }
        let found = ours.iter().filter(|metres| metres.is_finite()).count();
        eprintln!("{file}: {found} of {} buildings reach a facility; {} cuts", ours.len(), walk.network.cuts.len());
        assert!(found > 0, "{file}");
    }
}
