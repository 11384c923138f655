//! What the public may not see it cannot reach by any path.

use super::client::{TOKEN, client, planner, public};
use crate::support::sketch::{Sketch, Sketched, at, square};
use pianqu::domain::{Audience, LayerId, Viewer};
use pianqu::http::Settings;

fn city() -> pianqu::snapshot::Snapshot {
    Sketch::new()
        .feature(
            LayerId::Community,
            square(at(0.0, 0.0), 40.0),
            &[("name", "和平小区".into()), ("estimated_cost", Sketched::Fen(123_450))],
        )
        .utility_line("GX-001", "gas", &[at(0.0, 0.0), at(100.0, 0.0)])
        .snapshot()
}

#[tokio::test]
async fn utility_layers_are_as_unknown_as_layers_that_do_not_exist() {
    let client = public(city());
    let listed = client.get("/api/collections").await;
    for id in LayerId::ALL.into_iter().filter(|id| id.describe().audience != Audience::Public) {
        assert!(!String::from_utf8_lossy(&listed.body).contains(id.name()), "{id} is listed");
        for path in ["", "/items", "/items/1", "/queryables", "/schema"] {
            client.get(&format!("/api/collections/{id}{path}")).await.problem(404, "unknown-layer");
        }
    }
}

#[tokio::test]
async fn internal_fields_are_neither_shown_nor_asked_for() {
    let client = public(city());
    let shown = client.get("/api/collections/community/items").await.json();
    assert_eq!(shown["features"][0]["properties"]["name"], "和平小区");
    assert!(shown["features"][0]["properties"].get("estimated_cost").is_none());
    client.get("/api/collections/community/items?estimated_cost=1234.50").await.problem(400, "unknown-parameter");
    client.get("/api/collections/community/items?properties=estimated_cost").await.problem(400, "invalid-parameter");
}

#[tokio::test]
async fn the_token_shows_everything_and_a_wrong_one_nothing() {
    let client = public(city());
    let bearer = format!("Bearer {TOKEN}");
    let path = "/api/collections/utility_line/items";
    assert_eq!(client.get_with(path, &[("authorization", &bearer)]).await.ids(), [1]);
    for wrong in ["Bearer wrong", "Bearer ", "Basic abc", &format!("{bearer}x")] {
        let answer = client.get_with(path, &[("authorization", wrong)]).await;
        answer.problem(401, "not-authorized");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    client.get(&format!("{path}?viewer=everything")).await.problem(401, "not-authorized");
}

#[tokio::test]
async fn a_planner_can_look_through_the_eyes_of_the_public() {
    let client = planner(city());
    let cost = "/api/collections/community/items?estimated_cost=1234.50";
    assert_eq!(client.get(cost).await.ids(), [1]);
    client.get(&format!("{cost}&viewer=public")).await.problem(400, "unknown-parameter");
    client.get("/api/collections/utility_line?viewer=public").await.problem(404, "unknown-layer");
    let links = client.get("/api/collections/community?viewer=public").await.json();
    assert!(links["links"][1]["href"].as_str().unwrap().ends_with("/items?viewer=public"), "links keep the viewer");
}

#[tokio::test]
async fn a_page_of_another_origin_reads_as_the_public_and_only_where_allowed() {
    let pipes = "/api/collections/utility_line";
    let foreign = [("origin", "https://elsewhere.example")];
    // On a planner's machine everything is shown, but not to a page from elsewhere in her browser.
    let closed = planner(city());
    assert_eq!(closed.get(pipes).await.status, 200);
    assert_eq!(closed.get_with(pipes, &[("origin", "http://pianqu.test")]).await.status, 200);
    closed.get_with(pipes, &foreign).await.problem(404, "unknown-layer");
    let answer = closed.get_with("/api/collections", &foreign).await;
    assert!(answer.headers.get("access-control-allow-origin").is_none());

    let allowed_origins = vec!["https://elsewhere.example".to_owned()];
    let open =
        client(city(), Settings { allowed_origins, anonymous_viewer: Viewer::Everything, ..Settings::default() });
    let answer = open.get_with("/api/collections", &foreign).await;
    assert_eq!(answer.header("access-control-allow-origin"), "https://elsewhere.example");
    open.get_with(pipes, &foreign).await.problem(404, "unknown-layer");
    let other = open.get_with("/api/collections", &[("origin", "https://third.example")]).await;
    assert!(other.headers.get("access-control-allow-origin").is_none());
}
