//! What the standards that `/api/conformance` names ask for, as far as no other test shows it.
//! docs/conformance.md lists every requirement with its test.

use axum::body::Body;
use serde_json::{Value, json};

use super::client::{Answer, Client, planner, public};
use super::edits::{Office, gate, office, open};
use crate::support::sketch::{Sketch, at};

const ITEMS: &str = "/api/collections/gate/items";
const HOST: &str = "http://pianqu.test";

fn town() -> pianqu::snapshot::Snapshot {
    Sketch::new()
        .community("和平小区", at(0.0, 0.0), 120)
        .community("滨江小区", at(500.0, 0.0), 300)
        .community("幸福小区", at(900.0, 0.0), 90)
        .snapshot()
}

fn link<'a>(document: &'a Value, rel: &str) -> &'a Value {
    let links = document["links"].as_array().unwrap();
    links.iter().find(|link| link["rel"] == rel).unwrap_or_else(|| panic!("no link «{rel}» in {document}"))
}

async fn follow(client: &Client, link: &Value) -> Answer {
    let answer = client.get(link["href"].as_str().unwrap().strip_prefix(HOST).unwrap()).await;
    assert!(answer.header("content-type").starts_with(link["type"].as_str().unwrap()), "{link}");
    answer
}

#[tokio::test]
async fn the_conformance_page_names_its_classes_once() {
    let client = planner(town());
    let page = follow(&client, link(&client.get("/api").await.json(), "conformance")).await.json();
    let classes: Vec<&str> = page["conformsTo"].as_array().unwrap().iter().map(|c| c.as_str().unwrap()).collect();
    let distinct: std::collections::BTreeSet<&str> = classes.iter().copied().collect();
    assert_eq!(distinct.len(), classes.len());
    assert!(classes.iter().all(|class| class.starts_with("http://www.opengis.net/spec/")));
}

#[tokio::test]
async fn a_collection_says_its_extent_its_systems_and_where_its_features_are() {
    let client = planner(town());
    let list = client.get("/api/collections").await.json();
    let listed = list["collections"].as_array().unwrap().iter().find(|one| one["id"] == "community").unwrap();
    let alone = client.get("/api/collections/community").await.json();
    assert_eq!(*listed, alone, "the list says what the collection says");
    assert_eq!(link(&list, "self")["type"], "application/json");
    assert_eq!((&alone["itemType"], &alone["extent"]["spatial"]["crs"]), (&json!("feature"), &alone["crs"][0]));
    assert_eq!(alone["crs"][0], "http://www.opengis.net/def/crs/OGC/1.3/CRS84");
    assert!(list["crs"].as_array().unwrap().contains(&alone["storageCrs"]));
    let bbox: Vec<f64> = serde_json::from_value(alone["extent"]["spatial"]["bbox"][0].clone()).unwrap();
    for feature in follow(&client, link(&alone, "items")).await.json()["features"].as_array().unwrap() {
        let at: Vec<f64> = serde_json::from_value(feature["geometry"]["coordinates"][0][0][0].clone()).unwrap();
        assert!(bbox[0] <= at[0] && at[0] <= bbox[2] && bbox[1] <= at[1] && at[1] <= bbox[3], "{at:?} {bbox:?}");
    }
    assert_eq!(follow(&client, link(&alone, "self")).await.json(), alone);
}

#[tokio::test]
async fn a_page_counts_and_links_to_itself_and_to_the_next() {
    let client = planner(town());
    let first = client.get("/api/collections/community/items?limit=2").await;
    assert_eq!(first.header("content-type"), "application/geo+json");
    assert_eq!(first.header("content-crs"), "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>");
    let page = first.json();
    assert_eq!(
        (&page["type"], &page["numberMatched"], &page["numberReturned"]),
        (&json!("FeatureCollection"), &json!(3), &json!(2))
    );
    chrono::DateTime::parse_from_rfc3339(page["timeStamp"].as_str().unwrap()).unwrap();
    assert_eq!(link(&page, "self")["href"], format!("{HOST}/api/collections/community/items?limit=2"));
    let next = follow(&client, link(&page, "next")).await;
    assert_eq!(next.ids().len(), 1);
    assert!(next.json()["links"].as_array().unwrap().iter().all(|link| link["rel"] != "next"), "the last has none");
    let feature = client.get("/api/collections/community/items/1").await.json();
    assert_eq!((&feature["type"], &feature["id"]), (&json!("Feature"), &json!(1)));
    assert_eq!(follow(&client, link(&feature, "self")).await.json(), feature);
    assert_eq!(follow(&client, link(&feature, "collection")).await.json()["id"], "community");
}

#[tokio::test]
async fn queryables_are_a_schema_and_each_is_a_parameter() {
    let client = planner(town());
    let collection = client.get("/api/collections/community").await.json();
    let schema = follow(&client, link(&collection, "http://www.opengis.net/def/rel/ogc/1.0/queryables")).await.json();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!((&schema["type"], &schema["additionalProperties"]), (&json!("object"), &json!(false)));
    assert_eq!(schema["$id"], format!("{HOST}/api/collections/community/queryables"));
    let (places, fields): (Vec<_>, Vec<_>) = schema["properties"]
        .as_object()
        .unwrap()
        .iter()
        .partition(|(_, property)| property["x-ogc-role"] == "primary-geometry");
    assert_eq!((places.len(), &places[0].1["format"]), (1, &json!("geometry-multipolygon")));
    for (name, property) in fields {
        assert!(property["type"].is_string() && property["title"].is_string(), "{name}");
        let value = match property["type"].as_str().unwrap() {
            "boolean" => "true".to_owned(),
            "integer" | "number" => "1".to_owned(),
            _ if property["format"] == "date" => "2026-05-01".to_owned(),
            _ if property["enum"].is_array() => property["enum"][0].as_str().unwrap().to_owned(),
            _ => "1.00".to_owned(),
        };
        client.get(&format!("/api/collections/community/items?{name}={value}")).await.json();
    }
}

/// The class `property-property`: on either side, and in every list.
#[tokio::test]
async fn both_sides_of_a_condition_may_be_properties_or_values() {
    let client = planner(town());
    for (filter, ids) in [
        ("120 = households", vec![1]),
        ("'滨江小区' = name", vec![2]),
        ("households = id * 120", vec![1]),
        ("households < built_year", vec![]),
        ("100 BETWEEN id AND households", vec![1, 2]),
        ("households BETWEEN 100 AND id * 200", vec![1, 2]),
        ("120 IN (id, households)", vec![1]),
        ("name IN (name)", vec![1, 2, 3]),
        ("S_INTERSECTS(geometry, geometry) AND id = 3", vec![3]),
        ("T_EQUALS(updated_at, updated_at)", vec![1, 2, 3]),
        ("CASEI(name) = CASEI(name) AND 1 < 2", vec![1, 2, 3]),
    ] {
        let encoded: String = filter.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let answer = client.get(&format!("/api/collections/community/items?filter={encoded}")).await;
        assert_eq!(answer.status.as_u16(), 200, "{filter}: {}", String::from_utf8_lossy(&answer.body));
        assert_eq!(answer.ids(), ids, "{filter}");
    }
}

#[tokio::test]
async fn a_tile_set_describes_itself_and_leads_to_its_tiles() {
    let client = planner(town());
    let collection = client.get("/api/collections/community").await.json();
    let list =
        follow(&client, link(&collection, "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector")).await.json();
    let listed = &list["tilesets"][0];
    assert_eq!(
        (&listed["dataType"], &listed["crs"]),
        (&json!("vector"), &json!("http://www.opengis.net/def/crs/EPSG/0/3857"))
    );
    let set = follow(&client, link(listed, "self")).await.json();
    assert_eq!(set["tileMatrixSetURI"], listed["tileMatrixSetURI"]);
    assert!(set["boundingBox"]["lowerLeft"].is_array(), "{set}");
    let grid = follow(&client, link(&set, "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme")).await.json();
    assert_eq!(grid["id"], "WebMercatorQuad");
    let item = link(&set, "item");
    assert_eq!((&item["templated"], &item["type"]), (&json!(true), &json!("application/vnd.mapbox-vector-tile")));
    let template = item["href"].as_str().unwrap().strip_prefix(HOST).unwrap();
    let tile =
        |z: &str, y: &str, x: &str| template.replace("{tileMatrix}", z).replace("{tileRow}", y).replace("{tileCol}", x);
    let whole_world = client.get(&tile("0", "0", "0")).await;
    assert_eq!(
        (whole_world.status.as_u16(), whole_world.header("content-type")),
        (200, "application/vnd.mapbox-vector-tile")
    );
    assert_eq!(client.get(&tile("3", "7", "7")).await.status.as_u16(), 204, "nothing lies there");
    for (z, y, x) in [("31", "0", "0"), ("3", "8", "0"), ("3", "0", "8"), ("x", "0", "0")] {
        client.get(&tile(z, y, x)).await.problem(400, "invalid-parameter");
    }
}

async fn options(client: &Client, path: &str, headers: &[(&str, &str)]) -> Answer {
    client.send("OPTIONS", path, headers, Body::empty()).await
}

#[tokio::test]
async fn options_name_the_methods_that_one_may_use_and_what_they_take() {
    let office = office(open()).await;
    let many = options(&office.client, ITEMS, &[]).await;
    assert_eq!((many.status.as_u16(), many.header("allow")), (200, "GET, HEAD, POST, OPTIONS"));
    assert!(many.header("accept-post").contains("application/geo+json"));
    // QGIS asks at an address of a feature that may not be there.
    for path in [format!("{ITEMS}/1"), format!("{ITEMS}/unknown_id")] {
        let one = options(&office.client, &path, &[]).await;
        let allow: Vec<&str> = one.header("allow").split(", ").collect();
        assert!(
            ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"].iter().all(|name| allow.contains(name)),
            "{allow:?}"
        );
        assert!(one.header("accept-patch").contains("application/merge-patch+json"));
    }
    assert_eq!(options(&office.client, "/api/collections", &[]).await.header("allow"), "GET, HEAD, OPTIONS");
    assert!(options(&office.client, "/api/uploads", &[]).await.header("accept-post").contains("multipart/form-data"));

    // Whoever may not write is not told that he might.
    let client = public(town());
    assert_eq!(options(&client, ITEMS, &[]).await.header("allow"), "GET, HEAD, OPTIONS");
    assert_eq!(options(&client, "/api/statistics", &[]).await.header("allow"), "POST, OPTIONS");
    let token = format!("Bearer {}", super::client::TOKEN);
    assert!(options(&client, ITEMS, &[("authorization", &token)]).await.header("allow").contains("POST"));
    options(&client, ITEMS, &[("authorization", "Bearer wrong")]).await.problem(401, "not-authorized");
    options(&client, "/api/nothing", &[]).await.problem(404, "unknown-page");
    // A browser's question before a page of another origin reads is answered as before.
    let asked = [("origin", "https://elsewhere.example"), ("access-control-request-method", "GET")];
    assert!(!options(&client, ITEMS, &asked).await.header("allow").contains("OPTIONS"));
}

#[tokio::test]
async fn the_description_lists_the_methods_that_write() {
    let described = planner(town()).get("/api/openapi.json").await.json();
    let methods = |path: &str| described["paths"][path].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(methods("/api/collections/{layer}/items"), ["get", "post"]);
    assert_eq!(methods("/api/collections/{layer}/items/{id}"), ["get", "put", "delete", "patch"]);
}

async fn made(office: &Office, feature: Value) -> String {
    let answer = office.send("POST", ITEMS, feature).await;
    assert_eq!(answer.status.as_u16(), 201, "{}", String::from_utf8_lossy(&answer.body));
    answer.header("location").strip_prefix(HOST).unwrap().to_owned()
}

#[tokio::test]
async fn what_is_created_stands_at_its_location_under_an_id_of_its_own() {
    let office = office(open()).await;
    let first = made(&office, gate("东门")).await;
    let mut with_id = gate("西门");
    with_id["id"] = json!(77);
    let second = made(&office, with_id).await;
    assert_ne!(first, second);
    for (path, name) in [(first, "东门"), (second, "西门")] {
        let read = office.client.get(&path).await.json();
        assert_eq!((&read["properties"]["name"], &read["geometry"]), (&json!(name), &gate("")["geometry"]));
        assert!(path.ends_with(&format!("/{}", read["id"])), "the location names the id: {path}");
    }
    office.client.get(&format!("{ITEMS}/77")).await.problem(404, "unknown-feature");
}

#[tokio::test]
async fn a_body_must_say_what_it_is() {
    let office = office(open()).await;
    let path = made(&office, gate("东门")).await;
    for (method, path) in [("POST", ITEMS), ("PUT", &path), ("PATCH", &path)] {
        let answer = office.client.send(method, path, &[], gate("西门").to_string().into()).await;
        answer.problem(400, "invalid-body");
    }
    assert_eq!(office.client.get(ITEMS).await.ids().len(), 1);
}

#[tokio::test]
async fn a_feature_that_is_replaced_keeps_its_id_and_one_that_is_not_there_is_not_made() {
    let office = office(open()).await;
    let path = made(&office, gate("东门")).await;
    let id = office.client.get(&path).await.json()["id"].clone();
    let replaced = json!({ "type": "Feature", "geometry": { "type": "Point", "coordinates": [104.7, 30.2] }, "properties": { "name": "南门" } });
    assert_eq!(office.send("PUT", &path, replaced.clone()).await.status.as_u16(), 200);
    let read = office.client.get(&path).await.json();
    assert_eq!((&read["id"], &read["geometry"]), (&id, &replaced["geometry"]));
    assert_eq!((&read["properties"]["name"], &read["properties"]["is_open"]), (&json!("南门"), &Value::Null));
    let mut other = gate("北门");
    other["id"] = json!(77);
    for method in ["PUT", "PATCH"] {
        office.send(method, &path, other.clone()).await.problem(400, "invalid-body");
    }
    assert_eq!(office.client.get(&path).await.json(), read, "nothing was written");
    for headers in [&[][..], &[("if-match", "\"xyz\"")]] {
        let answer = office.send_with("PUT", &format!("{ITEMS}/77"), headers, gate("x")).await;
        answer.problem(404, "unknown-feature");
    }
    office.client.get(&format!("{ITEMS}/77")).await.problem(404, "unknown-feature");
}

#[tokio::test]
async fn a_patch_changes_what_it_names_and_nothing_else() {
    let office = office(open()).await;
    let path = made(&office, gate("东门")).await;
    let before = office.client.get(&path).await.json();
    let patch = json!({ "properties": { "name": "南门", "is_open": null } });
    assert_eq!(office.send("PATCH", &path, patch).await.status.as_u16(), 200);
    let after = office.client.get(&path).await.json();
    let mut expected = before["properties"].clone();
    expected["name"] = json!("南门");
    expected["is_open"] = Value::Null;
    assert_eq!(
        (&after["properties"], &after["geometry"], &after["id"]),
        (&expected, &before["geometry"], &before["id"])
    );
    let moved = json!({ "type": "Point", "coordinates": [104.7, 30.2] });
    assert_eq!(office.send("PATCH", &path, json!({ "geometry": moved })).await.status.as_u16(), 200);
    let after = office.client.get(&path).await.json();
    assert_eq!((&after["properties"], &after["geometry"]), (&expected, &moved));
}

#[tokio::test]
async fn an_etag_that_does_not_match_changes_nothing_and_one_that_does_is_used_once() {
    let office = office(open()).await;
    let path = made(&office, gate("东门")).await;
    for (method, body) in
        [("PUT", gate("南门")), ("PATCH", json!({ "properties": { "name": "北门" } })), ("DELETE", Value::Null)]
    {
        let seen = office.client.get(&path).await;
        let etag = seen.header("etag").to_owned();
        office.send_with(method, &path, &[("if-match", "\"0\"")], body.clone()).await.problem(412, "version-conflict");
        assert_eq!(office.client.get(&path).await.json(), seen.json(), "{method}");
        let done = office.send_with(method, &path, &[("if-match", &etag)], body.clone()).await;
        assert!(matches!(done.status.as_u16(), 200 | 204), "{method}");
        if method != "DELETE" {
            assert!(!done.header("etag").is_empty() && done.header("etag") != etag, "{method}");
            office
                .send_with(method, &path, &[("if-match", &etag)], body.clone())
                .await
                .problem(412, "version-conflict");
            assert!(office.send(method, &path, body).await.status.is_success(), "without it the last writer wins");
        }
    }
    office.client.get(&path).await.problem(404, "unknown-feature");
    let other = made(&office, gate("西门")).await;
    assert_eq!(office.send("DELETE", &other, Value::Null).await.status.as_u16(), 204);
    office.client.get(&other).await.problem(404, "unknown-feature");
}

#[tokio::test]
async fn geometries_are_read_in_the_system_that_is_named() {
    let office = office(open()).await;
    let here = made(&office, gate("东门")).await;
    let crs = "http://www.opengis.net/def/crs/EPSG/0/4544";
    let in_metres = office.client.get(&format!("{here}?crs={crs}")).await;
    assert_eq!(in_metres.header("content-crs"), format!("<{crs}>"));
    let mut same = gate("西门");
    same["geometry"] = in_metres.json()["geometry"].clone();
    let headers = [("content-crs", format!("<{crs}>"))];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    let answer = office.send_with("POST", ITEMS, &headers, same.clone()).await;
    let there = answer.header("location").strip_prefix(HOST).unwrap().to_owned();
    let position =
        |answer: &Answer| serde_json::from_value::<[f64; 2]>(answer.json()["geometry"]["coordinates"].clone()).unwrap();
    let (a, b) = (position(&office.client.get(&here).await), position(&office.client.get(&there).await));
    assert!((a[0] - b[0]).abs() < 1e-8 && (a[1] - b[1]).abs() < 1e-8, "{a:?} {b:?}");
    for unknown in ["<http://www.opengis.net/def/crs/EPSG/0/32648>", "nonsense"] {
        office
            .send_with("POST", ITEMS, &[("content-crs", unknown)], same.clone())
            .await
            .problem(400, "invalid-parameter");
    }
}

#[tokio::test]
async fn the_schema_says_what_is_taken() {
    let office = office(open()).await;
    let collection = office.client.get("/api/collections/gate").await.json();
    let schema = follow(&office.client, link(&collection, "describedby")).await.json();
    assert_eq!((&schema["type"], &schema["additionalProperties"]), (&json!("object"), &json!(false)));
    assert_eq!(
        (&schema["properties"]["id"]["readOnly"], &schema["properties"]["geometry"]["format"]),
        (&json!(true), &json!("geometry-point"))
    );
    made(&office, gate("东门")).await;
    for unknown in ["colour", "id"] {
        let mut feature = gate("西门");
        feature["properties"][unknown] = json!(1);
        office.send("POST", ITEMS, feature).await.problem(422, "invalid-feature");
    }
    assert_eq!(office.client.get(ITEMS).await.ids().len(), 1);
}
