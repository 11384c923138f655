//! The tables say the same as the layer descriptions.

use std::collections::BTreeMap;

use pianqu::domain::{FieldKind, LayerId};

use crate::support::database;

#[tokio::test]
async fn every_described_field_is_a_column_of_its_type() {
    let db = database().await;
    let client = db.store.connect_raw().await.unwrap();
    for id in LayerId::ALL {
        let rows = client
            .query(
                "select column_name::text, data_type::text, is_nullable = 'NO' from information_schema.columns
                 where table_schema = 'public' and table_name = $1",
                &[&id.name()],
            )
            .await
            .unwrap();
        let columns: BTreeMap<String, (String, bool)> =
            rows.iter().map(|row| (row.get(0), (row.get(1), row.get(2)))).collect();
        for field in id.describe().fields {
            let (data_type, is_required) = &columns[field.name];
            assert_eq!(data_type, field.kind.postgres_type(), "{id}.{}", field.name);
            assert_eq!(*is_required, field.is_required, "{id}.{} not null", field.name);
        }
        let bookkeeping = 9 + 1;
        assert_eq!(columns.len(), id.describe().fields.len() + bookkeeping, "{id}: {columns:?}");
    }
}

#[tokio::test]
async fn known_choices_are_accepted_and_unknown_ones_refused() {
    let db = database().await;
    let client = db.store.connect_raw().await.unwrap();
    for id in LayerId::ALL {
        let checks: Vec<String> = client
            .query(
                "select pg_get_constraintdef(oid) from pg_constraint
                 where conrelid = to_regclass($1) and contype = 'c'",
                &[&id.name()],
            )
            .await
            .unwrap()
            .iter()
            .map(|row| row.get(0))
            .collect();
        for field in id.describe().fields {
            let FieldKind::Choice(choices) = field.kind else { continue };
            let check = checks
                .iter()
                .find(|check| {
                    check.contains(&format!("(({} = ANY", field.name))
                        || check.contains(&format!("({} = ANY", field.name))
                })
                .unwrap_or_else(|| panic!("{id}.{} has no check: {checks:#?}", field.name));
            let in_table: Vec<&str> = check.split('\'').skip(1).step_by(2).collect();
            let described: Vec<&str> = choices.iter().map(|choice| choice.code).collect();
            assert_eq!(in_table, described, "{id}.{}", field.name);
        }
    }
}

#[tokio::test]
async fn what_cannot_be_true_is_refused() {
    let db = database().await;
    let client = db.store.connect_raw().await.unwrap();
    let square = "st_multi(st_geomfromtext('POLYGON((104 30,104.1 30,104.1 30.1,104 30))', 4490))";
    let bow_tie = "st_multi(st_geomfromtext('POLYGON((104 30,105 31,105 30,104 31,104 30))', 4490))";
    let refused = [
        ("negative households", format!("insert into community (name, households, geom) values ('甲', -1, {square})")),
        ("an unknown tenure", format!("insert into community (name, tenure, geom) values ('甲', 'x', {square})")),
        ("a year before cities", format!("insert into community (name, built_year, geom) values ('甲', 12, {square})")),
        ("a self-crossing outline", format!("insert into community (name, geom) values ('甲', {bow_tie})")),
        ("no name", format!("insert into community (geom) values ({square})")),
        ("an empty outline", "insert into community (name, geom) values ('甲', st_geomfromtext('MULTIPOLYGON EMPTY', 4490))".into()),
        ("a latitude of 200", "insert into gate (geom) values (st_setsrid(st_point(104, 200), 4490))".into()),
        ("another reference system", "insert into gate (geom) values (st_setsrid(st_point(104, 30), 4326))".into()),
        ("a barrier that is a point", "insert into barrier (barrier_kind, geom) values ('wall', st_setsrid(st_point(104, 30), 4490))".into()),
        ("a window that ends first", "insert into utility_work (utility_kind, window_start, window_end, geom) values ('gas', '2022-02-01', '2022-01-01', st_multi(st_geomfromtext('LINESTRING(104 30,105 31)', 4490)))".into()),
    ];
    for (what, statement) in refused {
        assert!(client.batch_execute(&statement).await.is_err(), "{what} was accepted");
    }
    client
        .batch_execute(&format!("insert into community (name, households, geom) values ('甲', 0, {square})"))
        .await
        .unwrap();
}

#[tokio::test]
async fn history_keeps_who_when_before_and_after() {
    let db = database().await;
    db.psql("insert into gate (name, geom) values ('东门', st_setsrid(st_point(104.65, 30.12), 4490))").await;
    db.psql("begin; set local pianqu.actor = '王工'; update gate set name = '南门'; commit; delete from gate").await;

    let client = db.store.connect_raw().await.unwrap();
    let rows = client
        .query(
            "select operation, actor, version, before ->> 'name', after ->> 'name',
                    st_astext((before ->> 'geom')::geometry)
             from history order by history_id",
            &[],
        )
        .await
        .unwrap();
    let text = |row: usize, column: usize| rows[row].get::<_, Option<String>>(column);
    assert_eq!(rows.len(), 2);
    assert_eq!((text(0, 0), text(0, 1)), (Some("update".into()), Some("王工".into())));
    assert_eq!((text(0, 3), text(0, 4)), (Some("东门".into()), Some("南门".into())));
    assert_eq!(rows[0].get::<_, i32>(2), 1);
    assert_eq!((text(1, 0), text(1, 3), text(1, 4)), (Some("delete".into()), Some("南门".into()), None));
    assert_eq!(rows[1].get::<_, i32>(2), 2);
    assert_eq!(text(1, 5), Some("POINT(104.65 30.12)".into()));
}
