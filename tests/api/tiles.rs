//! Tiles over HTTP: addresses, encodings, what a viewer sees, and that nothing stale is served.

use axum::body::Body;
use axum::http::Method;
use pianqu::app::Touched;
use pianqu::domain::{LayerId, Viewer};
use pianqu::geodesy::tile_grid::{Tile, to_world};
use pianqu::http::Settings;
use pianqu::snapshot::{Item, Snapshot};
use pianqu::tiles;

use super::client::{Client, client, planner, public};
use crate::support::mvt::decode;
use crate::support::sketch::{Sketch, at, square};

fn city() -> Snapshot {
    let pipe = [at(-50.0, 0.0), at(50.0, 0.0)];
    (0..40)
        .fold(Sketch::new(), |city, i| city.building("和平楼", at(f64::from(i) * 15.0, 0.0)))
        .utility_line("W1", "water", &pipe)
        .snapshot()
}

/// The tile of a zoom in which a place lies.
fn tile_of(z: u32, place: (f64, f64)) -> Tile {
    let at = to_world(place.0, place.1);
    Tile::new(z, at.x >> (32 - z), at.y >> (32 - z)).unwrap()
}

fn path(layers: &str, tile: Tile) -> String {
    format!("/tiles/{layers}/{}/{}/{}.mvt", tile.z(), tile.x(), tile.y())
}

#[tokio::test]
async fn one_tile_has_two_addresses() {
    let client = planner(city());
    let tile = tile_of(16, at(0.0, 0.0));
    let xyz = client.get(&path("building", tile)).await;
    assert_eq!(xyz.header("content-type"), "application/vnd.mapbox-vector-tile");
    let (z, x, y) = (tile.z(), tile.x(), tile.y());
    let ogc = client.get(&format!("/api/collections/building/tiles/WebMercatorQuad/{z}/{y}/{x}")).await;
    assert_eq!(xyz.body, ogc.body);
    assert_eq!(decode(&xyz.body)[0].features[0].values["name"], "和平楼");
}

#[tokio::test]
async fn several_layers_travel_in_one_tile_in_the_order_of_the_layers() {
    let client = planner(city());
    let answer = client.get(&path("utility_line,building", tile_of(16, at(0.0, 0.0)))).await;
    let names: Vec<String> = decode(&answer.body).into_iter().map(|layer| layer.name).collect();
    assert_eq!(names, ["building", "utility_line"]);
}

#[tokio::test]
async fn an_empty_tile_is_204() {
    let answer = planner(city()).get("/tiles/building/16/0/0.mvt").await;
    assert_eq!(answer.status.as_u16(), 204);
    assert!(answer.body.is_empty());
    assert_eq!(answer.header("cache-control"), "private, no-cache");
}

#[tokio::test]
async fn each_encoding_of_a_tile_has_its_own_etag_and_its_304_carries_it() {
    let client = planner(city());
    let path = path("building", tile_of(14, at(0.0, 0.0)));
    let mut tags = std::collections::HashSet::new();
    for encoding in ["identity", "gzip", "br", "zstd"] {
        // Twice: encoded, and from the cache.
        for _ in 0..2 {
            let answer = client.get_with(&path, &[("accept-encoding", encoding)]).await;
            assert_eq!(answer.header("content-encoding"), if encoding == "identity" { "" } else { encoding });
            tags.insert(answer.header("etag").to_owned());
            let held = [("accept-encoding", encoding), ("if-none-match", answer.header("etag"))];
            let again = client.get_with(&path, &held).await;
            assert_eq!(again.status.as_u16(), 304);
            for name in ["etag", "vary", "cache-control"] {
                assert_eq!(again.header(name), answer.header(name), "{encoding} {name}");
            }
        }
    }
    assert_eq!(tags.len(), 4);
    let head = client.send("HEAD", &path, &[], Body::empty()).await;
    assert!(head.status.is_success() && head.body.is_empty() && !head.header("content-length").is_empty());
}

#[tokio::test]
async fn a_wrong_address_says_what_is_wrong() {
    let client = planner(city());
    for (address, parameter, words) in [
        ("building/23/0/0", "z", "0 to 22"),
        ("building/3/8/0", "x", "0 to 7 at zoom 3"),
        ("building/3/0/8", "y", "0 to 7 at zoom 3"),
        ("building/-1/0/0", "z", "whole number"),
        ("building/3/abc/0", "x", "whole number"),
        ("building/3/0/1.5", "y", "whole number"),
    ] {
        let problem = client.get(&format!("/tiles/{address}.mvt")).await.problem(400, "invalid-parameter");
        let error = &problem["errors"][0];
        assert_eq!(error["parameter"], parameter, "{address}: {problem}");
        assert!(error["detail"].as_str().unwrap().contains(words), "{address}: {problem}");
    }
    for path in ["/tiles/building,street,building/3/0/0.mvt", "/tiles/building,building.json"] {
        let problem = client.get(path).await.problem(400, "invalid-parameter");
        assert_eq!(problem["errors"][0]["detail"], "building is named twice");
    }
    client.get("/tiles/building,castle/3/0/0.mvt").await.problem(404, "unknown-layer");
    client.get("/tiles/castle.json").await.problem(404, "unknown-layer");
}

/// While the lane for large tiles is taken, 128 may wait; who comes later is told to come again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_queue_of_large_tiles_sends_the_next_away() {
    let place = |i: i32| at(f64::from(i % 100) * 5.0, f64::from(i / 100) * 5.0);
    let city = (0..6000).fold(Sketch::new(), |city, i| city.facility("诊所", "health_station", place(i))).snapshot();
    let client = planner(city);
    let places = std::thread::available_parallelism().map_or(1, |cores| (cores.get() / 2).max(1));
    let (release, taken): (Vec<_>, Vec<_>) = (0..places)
        .map(|_| {
            let (release, wait) = std::sync::mpsc::channel::<()>();
            let lanes = client.lanes().clone();
            (release, tokio::spawn(async move { lanes.heavy(move |_| wait.recv()).await }))
        })
        .unzip();
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    let path = path("facility", tile_of(10, at(0.0, 0.0)));
    let mut waiting: Vec<_> = (0..128).map(|_| Box::pin(client.get(&path))).collect();
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    for one in &mut waiting {
        assert!(one.as_mut().poll(&mut context).is_pending(), "it waits for a place");
    }
    let refused = client.get(&path).await;
    refused.problem(503, "too-busy");
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(client.get("/tiles/facility/18/0/0.mvt").await.status.as_u16(), 204, "small ones go on");
    drop(waiting.pop());
    let mut in_its_place = Box::pin(client.get(&path));
    assert!(in_its_place.as_mut().poll(&mut context).is_pending(), "who hangs up makes room");
    waiting.push(in_its_place);
    release.iter().for_each(|release| release.send(()).unwrap());
    for one in waiting {
        assert_eq!(one.await.status.as_u16(), 200);
    }
    for place in taken {
        place.await.unwrap().unwrap();
    }
    assert_eq!(client.get(&path).await.status.as_u16(), 200);
}

#[tokio::test]
async fn the_public_gets_no_pipe_and_no_word_of_it() {
    let client = public(city());
    let tile = tile_of(16, at(0.0, 0.0));
    let hidden = client.get(&path("utility_line", tile)).await.problem(404, "unknown-layer");
    let unknown = client.get(&path("castle", tile)).await.problem(404, "unknown-layer");
    let detail = |problem: &serde_json::Value, name: &str| problem["detail"].as_str().unwrap().replace(name, "*");
    assert_eq!(detail(&hidden, "utility_line"), detail(&unknown, "castle"), "as if there were none");
    assert!(client.get(&path("building", tile)).await.status.is_success());

    // What a planner was drawn reaches nobody else.
    let planner = planner(city());
    let path = path("building", tile_of(10, at(0.0, 0.0)));
    let full = planner.get(&path).await;
    assert!(full.status.is_success());
    let lowered = planner.get(&format!("{path}?viewer=public")).await;
    assert_eq!(lowered.body, client.get(&path).await.body);
}

#[tokio::test]
async fn tile_json_names_layers_and_fields_and_its_addresses_answer() {
    let client = planner(city());
    let document = client.get("/tiles/building,utility_line.json").await.json();
    assert_eq!(document["tilejson"], "3.0.0");
    let layers = document["vector_layers"].as_array().unwrap();
    assert_eq!(layers.len(), 2);
    assert!(layers[0]["fields"]["floors"].as_str().unwrap().contains("层数"));
    let template = document["tiles"][0].as_str().unwrap();
    let tile = tile_of(16, at(0.0, 0.0));
    let url = template.replace("{z}", "16").replace("{x}", &tile.x().to_string()).replace("{y}", &tile.y().to_string());
    let local = url.split_once("pianqu.test").unwrap().1;
    assert!(client.get(local).await.status.is_success(), "{local}");

    let set = client.get("/api/collections/building/tiles/WebMercatorQuad").await.json();
    let item = set["links"].as_array().unwrap().iter().find(|link| link["rel"] == "item").unwrap();
    assert!(item["href"].as_str().unwrap().ends_with("/{tileMatrix}/{tileRow}/{tileCol}"));
    let grid = client.get("/api/tileMatrixSets/WebMercatorQuad").await.json();
    assert_eq!(grid["tileMatrices"][16]["matrixWidth"], 65536);
}

/// Random edits and random reads: whatever is served is what a fresh encoding gives.
#[tokio::test]
async fn what_is_served_is_always_what_is_true() {
    let client = planner(city());
    let mut random = Random(7);
    let mut hits = 0;
    for step in 0..1500 {
        if random.below(8) == 0 {
            edit(&client, &mut random, step);
        }
        let z = [10, 13, 15, 16][random.below(4)] as u32;
        let tile = tile_of(z, at(random.below(900) as f64 - 100.0, random.below(300) as f64 - 150.0));
        let (layers, name) = match random.below(3) {
            0 => ([LayerId::Building].as_slice(), "building"),
            1 => ([LayerId::UtilityLine].as_slice(), "utility_line"),
            _ => ([LayerId::Building, LayerId::UtilityLine].as_slice(), "building,utility_line"),
        };
        let layers = layers.iter().copied().collect();
        let fresh = tiles::encode(&client.city.snapshot(), Viewer::Everything, layers, tile).unwrap_or_default();
        let served = client.get(&path(name, tile)).await;
        assert!(served.status.is_success());
        assert_eq!(served.body, fresh, "{name} {tile:?} at step {step}");
        hits += usize::from(!fresh.is_empty());
    }
    assert!(hits > 300, "{hits} tiles had something in them");
}

/// Moves, adds or removes a building, telling only what it touched.
fn edit(client: &Client, random: &mut Random, step: i64) {
    let snapshot = client.city.snapshot();
    let layer = snapshot.layer_unmasked(LayerId::Building);
    let id = 1 + random.below(60) as i64;
    let old = layer.find(id).cloned();
    let mut boxes: Vec<_> = old.iter().map(|item| item.bounds()).collect();
    let is_removal = random.below(4) == 0;
    let (written, removed) = if is_removal {
        (vec![], vec![id])
    } else {
        let place = at(random.below(900) as f64 - 100.0, random.below(300) as f64 - 150.0);
        let one = Sketch::new().feature(LayerId::Building, square(place, 12.0), &[("floors", (step % 30).into())]);
        let one = one.snapshot();
        let new = &one.layer_unmasked(LayerId::Building).find(1).unwrap();
        boxes.push(new.bounds());
        (vec![Item { id, ..Item::clone(new) }], vec![])
    };
    let next = snapshot.with_layers(snapshot.revision + 1, snapshot.taken_at, [layer.with_changes(written, &removed)]);
    if !boxes.is_empty() {
        client.city.publish(next, vec![Touched { layer: LayerId::Building, boxes, rows: Vec::new() }]);
    }
}

/// Requests for nothing, and for the same few buildings under ever other addresses, stay in the budget.
#[tokio::test]
async fn junk_requests_leave_nothing_behind() {
    let budget = 100_000;
    let client = client(
        city(),
        Settings { anonymous_viewer: Viewer::Everything, tile_cache_bytes: budget, ..Settings::default() },
    );
    let mut random = Random(3);
    for _ in 0..3000 {
        let (x, y) = (random.below(65_536), random.below(65_536));
        assert_eq!(client.get(&format!("/tiles/building/16/{x}/{y}.mvt")).await.status.as_u16(), 204);
    }
    assert_eq!(client.tile_counts().cached_tiles, 0, "nothing is kept of nothing");
    for z in 12..=22 {
        for i in 0..40 {
            let tile = tile_of(z, at(f64::from(i) * 15.0, 0.0));
            for encoding in ["identity", "gzip", "br", "zstd"] {
                client
                    .send(
                        Method::GET.as_str(),
                        &path("building", tile),
                        &[("accept-encoding", encoding)],
                        Body::empty(),
                    )
                    .await;
            }
        }
    }
    let counts = client.tile_counts();
    assert!(counts.cached_tiles > 10 && counts.cached_bytes <= budget, "{counts:?}");
}

/// xorshift: the same numbers every time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}
