//! pgRouting on the same graph, and PostGIS's straight line below every walk.

use super::{NETWORKS, assert_same, ours, real};
use crate::support::database;

#[tokio::test(flavor = "multi_thread")]
async fn real_walks_are_those_of_pgrouting() {
    // The other way round, so that two tests make different networks at the same time.
    for (n, file) in NETWORKS.into_iter().enumerate().rev() {
        let Some((walk, plain)) = real(n) else { continue };
        let db = database().await;
        let client = db.store.connect_raw().await.unwrap();
        client.batch_execute("create extension pgrouting").await.unwrap();
        client
            .batch_execute("create temp table arc (id bigserial, source bigint, target bigint, cost float8)")
            .await
            .unwrap();
        // Node 0 stands before every facility.
        let starts = plain.facilities.iter().map(|node| (0, node + 1, 0.0));
        let arcs: Vec<String> = plain
            .arcs
            .iter()
            .map(|(a, b, m)| (a + 1, b + 1, *m))
            .chain(starts)
            .map(|(a, b, m)| format!("({a}, {b}, {m:?}::float8)"))
            .collect();
        for batch in arcs.chunks(20_000) {
            let insert = format!("insert into arc (source, target, cost) values {}", batch.join(", "));
            client.batch_execute(&insert).await.unwrap();
        }
        let rows = client
            .query(
                "select node, agg_cost from pgr_drivingDistance(
                     'select id, source, target, cost, -1::float8 as reverse_cost from arc', 0::bigint, 1e12, true)",
                &[],
            )
            .await
            .unwrap();
        let mut theirs = vec![f64::INFINITY; plain.nodes + 1];
        rows.iter().for_each(|row| theirs[row.get::<_, i64>(0) as usize] = row.get(1));
        let theirs: Vec<f64> = plain.buildings.iter().map(|node| theirs[node + 1]).collect();
        let ours = ours(walk);
        assert_same(&ours, &theirs, file);

        let place = |at: &geo::Coord<f64>| format!("(st_point({:?}, {:?}))", at.x, at.y);
        let table = |at: &[geo::Coord<f64>]| at.iter().map(place).collect::<Vec<_>>().join(", ");
        let tables = format!(
            "create temp table facility (geom geometry(point));
             insert into facility values {};
             create index on facility using gist (geom);
             create temp table building (nth bigserial, geom geometry(point));
             insert into building (geom) values {}",
            table(&walk.facilities.at),
            table(&walk.buildings.at)
        );
        client.batch_execute(&tables).await.unwrap();
        let query = "select (select st_distance(b.geom, f.geom) from facility f order by b.geom <-> f.geom limit 1)
                     from building b order by nth";
        let rows = client.query(query, &[]).await.unwrap();
        assert_eq!(rows.len(), ours.len());
        for (row, metres) in rows.iter().zip(&ours) {
            let straight: f64 = row.get(0);
            assert!(*metres >= straight - 1e-6, "{file}: {metres} m is shorter than the straight {straight} m");
        }
    }
}
