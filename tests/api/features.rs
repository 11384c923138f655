//! Collections and their features.

use proptest::prelude::*;
use std::collections::BTreeSet;

use super::client::{Client, client, planner};
use crate::support::sketch::{Sketch, Sketched, at, line, point};
use pianqu::domain::{LayerId, Viewer};
use pianqu::http::Settings;

fn town() -> pianqu::snapshot::Snapshot {
    Sketch::new()
        .community("和平小区", at(0.0, 0.0), 120)
        .community("滨江小区", at(500.0, 0.0), 300)
        .street("迎宾大道", "primary", &[at(-300.0, -300.0), at(300.0, 300.0)])
        .street("幸福巷", "residential", &[at(0.0, 100.0), at(300.0, 100.0)])
        .snapshot()
}

#[tokio::test]
async fn the_landing_page_leads_to_the_layers() {
    let client = planner(town());
    let landing = client.get("/api").await.json();
    let data = landing["links"].as_array().unwrap().iter().find(|link| link["rel"] == "data").unwrap();
    assert_eq!(data["href"], "http://pianqu.test/api/collections");
    let collections = client.get("/api/collections").await.json();
    assert_eq!(collections["collections"].as_array().unwrap().len(), LayerId::ALL.len());
    let page = client.get_with("/api", &[("accept", "text/html,application/xhtml+xml,*/*;q=0.8")]).await;
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(String::from_utf8_lossy(&page.body).contains("/api/collections"));
}

#[tokio::test]
async fn a_box_finds_what_meets_it_exactly() {
    let client = planner(town());
    let bbox = |(w, s): (f64, f64), (e, n): (f64, f64)| format!("/api/collections/street/items?bbox={w},{s},{e},{n}");
    // The corner of the avenue's own box, which the avenue itself does not touch.
    assert!(client.get(&bbox(at(-290.0, 100.0), at(-200.0, 290.0))).await.ids().is_empty());
    assert_eq!(client.get(&bbox(at(-10.0, -10.0), at(10.0, 10.0))).await.ids(), [1]);
    let both = client.get(&bbox(at(90.0, 90.0), at(110.0, 110.0))).await;
    assert_eq!(both.ids(), [1, 2]);
    assert_eq!(both.json()["numberMatched"], 2);
}

#[tokio::test]
async fn filters_join_and_properties_choose() {
    let client = planner(town());
    let found = client.get("/api/collections/street/items?street_class=primary&properties=name").await.json();
    assert_eq!(found["numberMatched"], 1);
    assert_eq!(found["features"][0]["properties"], serde_json::json!({"name": "迎宾大道"}));
    assert!(
        client
            .get("/api/collections/street/items?street_class=primary&name=%E5%B9%B8%E7%A6%8F%E5%B7%B7")
            .await
            .ids()
            .is_empty()
    );
    assert_eq!(client.get("/api/collections/community/items?households=300").await.ids(), [2]);
}

#[tokio::test]
async fn one_feature_tells_its_version() {
    let client = planner(town());
    let answer = client.get("/api/collections/community/items/2").await;
    let feature = answer.json();
    assert_eq!(feature["id"], 2);
    assert_eq!(feature["version"], 1);
    assert!(answer.header("etag").starts_with("\"v1-"), "the ETag begins with the version");
    assert_eq!(feature["geometry"]["type"], "MultiPolygon");
    assert_eq!(answer.header("content-crs"), "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>");
    assert_eq!(answer.header("pianqu-revision"), "7");
}

#[tokio::test]
async fn other_reference_systems_come_in_the_order_of_the_registry() {
    let client = planner(Sketch::new().facility("诊所", "health_station", at(0.0, 0.0)).snapshot());
    let path = "/api/collections/facility/items?crs=http://www.opengis.net/def/crs/EPSG/0/4490";
    let answer = client.get(path).await;
    assert_eq!(answer.header("content-crs"), "<http://www.opengis.net/def/crs/EPSG/0/4490>");
    assert_eq!(answer.json()["features"][0]["geometry"]["coordinates"], serde_json::json!([30.12, 104.65]));
    let bbox = "/api/collections/facility/items?bbox=30.1,104.6,30.2,104.7&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/4490";
    assert_eq!(client.get(bbox).await.ids(), [1]);
}

#[tokio::test]
async fn time_is_that_of_the_layer_or_of_the_last_change() {
    let work = |city: Sketch, from: &'static str, to: &'static str| {
        let days = [("window_start", from), ("window_end", to)].into_iter().filter(|(_, day)| !day.is_empty());
        let values: Vec<_> = days.map(|(name, day)| (name, Sketched::Day(day))).collect();
        city.feature(LayerId::UtilityWork, line(&[at(0.0, 0.0), at(9.0, 0.0)]), &values)
    };
    let city = work(Sketch::new(), "2026-03-01", "2026-05-31");
    let city = work(city, "2026-06-01", "");
    let city = work(city, "", "").feature(LayerId::Gate, point(at(0.0, 0.0)), &[]);
    let client = planner(city.snapshot());
    let works = |time: &str| format!("/api/collections/utility_work/items?datetime={time}");
    assert_eq!(client.get(&works("2026-05-31")).await.ids(), [1]);
    assert_eq!(client.get(&works("2026-05-31T23:30:00%2B08:00/..")).await.ids(), [1, 2], "an unknown end is open");
    assert_eq!(client.get(&works("../2026-02-28")).await.ids(), Vec::<i64>::new(), "an unknown time never passes");
    assert_eq!(client.get("/api/collections/gate/items?datetime=../1970-01-03").await.ids(), [1]);
    assert!(client.get("/api/collections/gate/items?datetime=1970-01-03/..").await.ids().is_empty());
}

#[tokio::test]
async fn a_limit_above_the_maximum_is_taken_as_the_maximum() {
    let city = (0..7).fold(Sketch::new(), |city, i| city.facility("诊所", "other", at(f64::from(i), 0.0)));
    let settings = Settings { max_page: 5, anonymous_viewer: Viewer::Everything, ..Settings::default() };
    let client = client(city.snapshot(), settings);
    let page = client.get("/api/collections/facility/items?limit=1000000000").await;
    assert_eq!(page.json()["numberReturned"], 5);
    assert_eq!(page.json()["numberMatched"], 7);
    assert_eq!(follow(&client, "/api/collections/facility/items?limit=1000000000").await, (1..=7).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_maximum_below_the_usual_page_is_the_usual_page() {
    let city = (0..7).fold(Sketch::new(), |city, i| city.facility("诊所", "other", at(f64::from(i), 0.0)));
    let settings =
        Settings { default_page: 100, max_page: 3, anonymous_viewer: Viewer::Everything, ..Settings::default() };
    let client = client(city.snapshot(), settings);
    assert_eq!(client.get("/api/collections/facility/items").await.json()["numberReturned"], 3);
    assert_eq!(follow(&client, "/api/collections/facility/items").await, (1..=7).collect::<Vec<_>>());
}

/// The ids on all pages, following `next`; every page agrees on the number.
async fn follow(client: &Client, first: &str) -> Vec<i64> {
    let mut ids = Vec::new();
    let mut path = first.to_owned();
    let mut matched = None;
    loop {
        let page = client.get(&path).await;
        ids.extend(page.ids());
        let page = page.json();
        assert_eq!(*matched.get_or_insert(page["numberMatched"].clone()), page["numberMatched"], "{path}");
        assert_eq!(page["numberReturned"], page["features"].as_array().unwrap().len());
        let next = page["links"].as_array().unwrap().iter().find(|link| link["rel"] == "next");
        let Some(next) = next else { break };
        path = next["href"].as_str().unwrap().strip_prefix("http://pianqu.test").unwrap().to_owned();
    }
    assert_eq!(matched.unwrap(), ids.len());
    ids
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(32) })]

    #[test]
    fn pages_hold_every_feature_once_and_in_order(
        places in prop::collection::vec((0u8..20, 0u8..20), 0..60),
        limit in 1usize..20,
        side in 0u8..20,
    ) {
        let city = places.iter().fold(Sketch::new(), |city, (x, y)| {
            city.facility("诊所", if x % 2 == 0 { "pharmacy" } else { "other" }, (f64::from(*x), f64::from(*y)))
        });
        let client = planner(city.snapshot());
        let expected: Vec<i64> = (1..).zip(&places)
            .filter(|(_, (x, y))| *x <= side && *y <= side && x % 2 == 0)
            .map(|(id, _)| id)
            .collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let path = format!("/api/collections/facility/items?bbox=0,0,{side},{side}&facility_kind=pharmacy&limit={limit}");
        let found = runtime.block_on(follow(&client, &path));
        prop_assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), found.len());
        prop_assert_eq!(found, expected);
    }
}

#[tokio::test]
async fn a_cql2_filter_narrows_items_and_tiles() {
    let client = planner(town());
    let found = |filter: &str| format!("/api/collections/street/items?filter={filter}");
    assert_eq!(client.get(&found("street_class%20%3D%20%27primary%27")).await.ids(), [1]);
    assert_eq!(client.get(&found("NOT%20street_class%20%3D%20%27primary%27&limit=1")).await.ids(), [2]);
    let json =
        "%7B%22op%22%3A%22like%22%2C%22args%22%3A%5B%7B%22property%22%3A%22name%22%7D%2C%22%E5%B9%B8%25%22%5D%7D";
    assert_eq!(client.get(&found(&format!("{json}&filter-lang=cql2-json"))).await.ids(), [2]);
    let (lon, lat) = at(0.0, 0.0);
    let near = |order: String, crs: &str| format!("S_INTERSECTS(geometry,BBOX({order}))&filter-crs={crs}");
    let e = 1e-4;
    let lon_first = near(format!("{},{},{},{}", lon - e, lat - e, lon + e, lat + e), "OGC:CRS84");
    let lat_first = near(format!("{},{},{},{}", lat - e, lon - e, lat + e, lon + e), "EPSG:4490");
    for filter in [lon_first, lat_first] {
        assert_eq!(client.get(&found(&filter)).await.ids(), [1], "{filter}");
    }

    let wrong = client.get(&found("street_class%20%3D%20")).await;
    let told = wrong.problem(400, "invalid-parameter");
    assert_eq!(told["errors"][0]["parameter"], "filter");
    assert!(told["errors"][0]["detail"].as_str().unwrap().starts_with("character 16"), "{told}");
    for bad in ["x&filter-lang=cql", "TRUE&filter-crs=EPSG:1", "secret%3D1"] {
        assert_eq!(client.get(&found(bad)).await.status, 400, "{bad}");
    }
    assert_eq!(client.get("/api/collections/street/items?filter-lang=cql2-text").await.status, 400);

    let tile = pianqu::geodesy::tile_grid::Tile::showing(
        geo::Rect::new(geo::Coord { x: lon, y: lat }, geo::Coord { x: lon, y: lat }),
        14,
        0.0,
    )
    .next()
    .unwrap();
    let address = format!("/tiles/street/14/{}/{}.mvt", tile.x(), tile.y());
    let names = |body: &[u8]| {
        let layers = crate::support::mvt::decode(body);
        layers.iter().flat_map(|layer| &layer.features).filter_map(|feature| feature.id).collect::<Vec<_>>()
    };
    assert_eq!(names(&client.get(&address).await.body), [1, 2]);
    let filtered = client.get(&format!("{address}?filter=street_class%20%3D%20%27primary%27")).await;
    assert_eq!(names(&filtered.body), [1]);
    assert_eq!(client.get(&format!("{address}?filter=FALSE")).await.status, 204);
    let held = [("if-none-match", filtered.header("etag"))];
    let again = client.get_with(&format!("{address}?filter=street_class%20%3D%20%27primary%27"), &held).await;
    assert_eq!(again.status, 304);
    let two = client.get(&format!("{}?filter=TRUE", address.replace("street", "street,gate"))).await;
    assert_eq!(two.status, 400);
}
