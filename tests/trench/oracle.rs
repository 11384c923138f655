//! The match against PostGIS: the same pairs, the same lengths.

use std::collections::BTreeMap;

use chrono::DateTime;

use pianqu::analysis::siting::unlimited;
use pianqu::analysis::trench::path::Path;
use pianqu::analysis::trench::{City, Meeting, Settings, match_up, street_reach};
use pianqu::domain::Viewer;
use pianqu::geodesy::GaussKruger;
use pianqu::sample::{City as Sample, Params};

use crate::support::{TestDatabase, database};

async fn fill(db: &TestDatabase, table: &str, paths: &[(i64, &Path, f64)]) {
    db.psql(&format!("create table {table} (id bigint primary key, reach float8, geom geometry)")).await;
    for some in paths.chunks(500) {
        let rows: Vec<String> = some
            .iter()
            .map(|(id, path, reach)| {
                let mut places: Vec<String> =
                    path.segments.iter().map(|one| format!("{} {}", one.a.x, one.a.y)).collect();
                places.extend(path.segments.last().map(|one| format!("{} {}", one.b.x, one.b.y)));
                format!("({id}, {reach}, 'LINESTRING({})')", places.join(","))
            })
            .collect();
        db.psql(&format!("insert into {table} values {}", rows.join(","))).await;
    }
    db.psql(&format!("create index on {table} using gist (geom); analyze {table}")).await;
}

/// Pairs with the metres of the first within reach of the second.
async fn by_postgis(db: &TestDatabase, a: &str, b: &str, is_same: bool) -> BTreeMap<(i64, i64), f64> {
    let client = db.store.connect_raw().await.unwrap();
    let each_once = if is_same { "and a.id < b.id" } else { "" };
    let query = format!(
        "select a.id, b.id, st_length(st_intersection(a.geom, st_buffer(b.geom, b.reach, 'quad_segs=48')))
         from {a} a join {b} b on st_dwithin(a.geom, b.geom, b.reach) {each_once}"
    );
    let rows = client.query(&query, &[]).await.unwrap();
    rows.iter().map(|row| ((row.get(0), row.get(1)), row.get(2))).collect()
}

fn same(ours: BTreeMap<(i64, i64), f64>, theirs: BTreeMap<(i64, i64), f64>, least: usize) {
    let pairs = |of: &BTreeMap<(i64, i64), f64>| of.keys().copied().collect::<Vec<_>>();
    assert!(ours.len() >= least, "only {} pairs", ours.len());
    assert_eq!(pairs(&ours), pairs(&theirs));
    for (pair, metres) in &ours {
        let other = theirs[pair];
        // Their buffer is a polygon inside the true one.
        assert!((metres - other).abs() < 0.05 + 0.005 * metres, "{pair:?}: {metres} m, PostGIS says {other} m");
    }
}

#[tokio::test]
async fn the_same_pairs_and_lengths_as_postgis() {
    let params =
        Params { communities: 20, buildings: 400, utility_lines: 900, utility_works: 220, ..Params::default() };
    let snapshot = Sample::generate(&params).unwrap().into_snapshot(DateTime::UNIX_EPOCH);
    let city = City::of(&snapshot, Viewer::Everything, GaussKruger::default()).unwrap();
    let settings = Settings::default();
    let matched = match_up(&city, &settings, &unlimited()).unwrap();

    let db = database().await;
    let works: Vec<_> = city.works.iter().map(|one| (one.id, &one.path, settings.share_within_m)).collect();
    let streets: Vec<_> = city.streets.iter().map(|one| (one.id, &one.path, street_reach(one, &settings))).collect();
    let lines: Vec<_> = city.lines.iter().map(|one| (one.id, &one.path, settings.line_within_m)).collect();
    for (table, paths) in [("w", &works), ("s", &streets), ("l", &lines)] {
        fill(&db, table, paths).await;
    }
    let told = |list: &[Meeting], b: &dyn Fn(usize) -> i64| -> BTreeMap<(i64, i64), f64> {
        list.iter().map(|one| ((city.works[one.a].id, b(one.b)), one.length_m())).collect()
    };
    same(told(&matched.streets, &|n| city.streets[n].id), by_postgis(&db, "w", "s", false).await, 1000);
    same(told(&matched.works, &|n| city.works[n].id), by_postgis(&db, "w", "w", true).await, 100);
    same(told(&matched.lines, &|n| city.lines[n].id), by_postgis(&db, "w", "l", false).await, 500);
}
