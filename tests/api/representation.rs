//! Encodings, ETags and 304 over the whole way.

use axum::body::Body;

use super::client::planner;
use crate::support::sketch::{Sketch, at};

fn city() -> pianqu::snapshot::Snapshot {
    (0..50).fold(Sketch::new(), |city, i| city.community("和平小区", at(f64::from(i) * 50.0, 0.0), 120)).snapshot()
}

const PATH: &str = "/api/collections/community/items";

#[tokio::test]
async fn each_encoding_has_an_etag_of_its_own_and_its_304_carries_it() {
    let client = planner(city());
    let plain = client.get(PATH).await;
    let mut tags = std::collections::HashSet::new();
    for encoding in ["identity", "gzip", "br", "zstd"] {
        let answer = client.get_with(PATH, &[("accept-encoding", encoding)]).await;
        assert_eq!(answer.header("content-encoding"), if encoding == "identity" { "" } else { encoding });
        assert_eq!(answer.header("vary"), "Accept-Encoding, Authorization, Cookie");
        let tag = answer.header("etag");
        assert!(tag.starts_with('"') && tags.insert(tag.to_owned()), "{tag} is strong and new");
        if encoding != "identity" {
            assert!(answer.body.len() < plain.body.len() / 4, "{encoding}");
        }
        let list = format!("\"other\", W/{tag}");
        let again = client.get_with(PATH, &[("accept-encoding", encoding), ("if-none-match", &list)]).await;
        assert_eq!(again.status.as_u16(), 304);
        assert!(again.body.is_empty());
        for name in ["etag", "vary", "cache-control"] {
            assert_eq!(again.header(name), answer.header(name), "{encoding} {name}");
        }
        let others = client.get_with(PATH, &[("if-none-match", tag)]).await;
        assert_eq!(others.status.as_u16(), if encoding == "identity" { 304 } else { 200 }, "a tag of {encoding}");
    }
}

#[tokio::test]
async fn head_answers_like_get_without_the_body() {
    let client = planner(city());
    let get = client.get_with(PATH, &[("accept-encoding", "gzip")]).await;
    let head = client.send("HEAD", PATH, &[("accept-encoding", "gzip")], Body::empty()).await;
    assert!(head.body.is_empty());
    for name in ["etag", "content-type", "content-encoding", "vary"] {
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
    assert_eq!(head.header("content-length"), get.body.len().to_string());
}

#[tokio::test]
async fn an_answer_that_no_encoding_suits_is_refused() {
    let client = planner(city());
    client.get_with(PATH, &[("accept-encoding", "identity;q=0, deflate")]).await.problem(406, "not-acceptable");
}

#[tokio::test]
async fn request_ids_are_passed_on_when_harmless() {
    let client = planner(city());
    assert_eq!(client.get_with("/api", &[("x-request-id", "abc-1.2")]).await.header("x-request-id"), "abc-1.2");
    let made = client.get_with("/api", &[("x-request-id", "a b<script>")]).await;
    assert_eq!(made.header("x-request-id").len(), 16);
}
