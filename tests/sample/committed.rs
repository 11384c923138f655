//! The files in `sample-data/` are what the default seed gives, byte for byte.

use std::fs;
use std::path::Path;

use pianqu::domain::LayerId;
use pianqu::sample::{City, Params, geojson};

#[test]
fn the_committed_city_is_the_default_city() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
    let params = Params::default();
    let city = City::generate(&params).unwrap();
    for id in LayerId::ALL {
        let path = folder.join(format!("{id}.geojson"));
        let committed = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let made = geojson::collection(&city, &params, id);
        // No assert_eq: a difference would print megabytes.
        let same = committed == made;
        assert!(same, "{id}.geojson differs: run `pianqu sample sample-data`, or give the generator a new version");
        assert!(committed.contains("虚构示例数据") && committed.contains("\"is_sample\":true"), "{id} is not marked");
    }
    assert_eq!(fs::read_to_string(folder.join("city.json")).unwrap(), geojson::city_json(&params));
}

#[test]
fn the_default_communities_have_the_sizes_of_the_plan() {
    let city = City::generate(&Params::default()).unwrap();
    let communities = city.layer(LayerId::Community);
    assert_eq!(communities.len(), 364);
    let mean = |field: &str| {
        let known: Vec<f64> = communities.iter().filter_map(|it| it.value(field)?.as_f64()).collect();
        known.iter().sum::<f64>() / known.len() as f64
    };
    for (field, expected) in
        [("households", 121.0), ("building_count", 4.3), ("floor_area_m2", 10_440.0), ("estimated_cost", 3_180_000.0)]
    {
        let got = mean(field);
        assert!((got / expected - 1.0).abs() < 0.10, "{field}: {got} on average, not {expected}");
    }
    for it in communities {
        assert!(it.value("built_year").unwrap().as_f64().unwrap() <= 2000.0);
    }
}

#[test]
fn another_seed_is_another_city_and_the_same_seed_the_same() {
    let params = |seed| Params { seed, communities: 20, buildings: 400, utility_lines: 100, utility_works: 10 };
    let text = |seed| geojson::collection(&City::generate(&params(seed)).unwrap(), &params(7), LayerId::Building);
    assert!(text(7) == text(7));
    assert!(text(7) != text(8));
}
