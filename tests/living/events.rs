//! Event streams: each commit is told with its place, a lost connection misses nothing.

use std::time::Duration;

use crate::living::{Server, insert_gate};
use crate::support::database;

/// One event of a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    pub event: String,
    id: Option<u64>,
    pub data: serde_json::Value,
}

pub struct Stream {
    answer: reqwest::Response,
    text: String,
}

impl Stream {
    async fn open(server: &Server, query: &str, last_event_id: Option<u64>) -> Self {
        Self::open_at(&server.url, query, last_event_id).await
    }

    pub async fn open_at(url: &str, query: &str, last_event_id: Option<u64>) -> Self {
        let mut request = reqwest::Client::new().get(format!("{url}/api/events{query}"));
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Self { answer, text: String::new() }
    }

    /// The next event; comments are passed over.
    pub async fn next(&mut self) -> Heard {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let block = block.to_owned();
                self.text = rest.to_owned();
                let field = |name: &str| {
                    block.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")).map(str::to_owned))
                };
                if let Some(event) = field("event") {
                    let data = serde_json::from_str(&field("data").unwrap()).unwrap();
                    return Heard { event, id: field("id").map(|id| id.parse().unwrap()), data };
                }
                continue;
            }
            let chunk = tokio::time::timeout(Duration::from_secs(20), self.answer.chunk()).await;
            self.text.push_str(std::str::from_utf8(&chunk.expect("an event in time").unwrap().unwrap()).unwrap());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_is_told_with_its_layer_place_and_tiles() {
    let db = database().await;
    let server = Server::start(&db.store).await;
    let mut stream = Stream::open(&server, "", None).await;
    let hello = stream.next().await;
    assert_eq!((hello.event.as_str(), hello.id), ("revision", Some(0)));

    db.psql(&insert_gate("东门", 104.65, 30.12)).await;
    let told = stream.next().await;
    assert_eq!((told.event.as_str(), told.id), ("revision", Some(1)));
    let layer = &told.data["layers"][0];
    assert_eq!(layer["layer"], "gate");
    assert_eq!(layer["is_whole"], false);
    assert_eq!(layer["boxes"], serde_json::json!([[104.65, 30.12, 104.65, 30.12]]));
    assert_eq!(told.data["tiles"], serde_json::json!({"zoom": 14, "xy": [[12954, 6753]]}));

    db.psql("update gate set geom = st_setsrid(st_point(104.90, 30.30), 4490)").await;
    let moved = stream.next().await;
    assert_eq!(moved.data["layers"][0]["boxes"].as_array().unwrap().len(), 2, "the old place and the new one");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_hears_what_was_missed() {
    let db = database().await;
    let server = Server::start(&db.store).await;
    let mut watch = Stream::open(&server, "", None).await;
    watch.next().await;
    for nth in 0..5 {
        db.psql(&insert_gate(&format!("门{nth}"), 104.6 + f64::from(nth) * 1e-2, 30.12)).await;
        watch.next().await;
    }
    // A browser repeats the last id that it heard; the first word tells where it goes on from.
    let mut back = Stream::open(&server, "?since=0", Some(2)).await;
    assert_eq!(back.next().await.id, Some(2));
    for revision in 3..=5 {
        let missed = back.next().await;
        assert_eq!(missed.id, Some(revision));
        assert_eq!(missed.data["layers"][0]["boxes"][0][0], 104.6 + (revision as f64 - 1.0) * 1e-2);
    }
    let mut first = Stream::open(&server, "?since=4", None).await;
    assert_eq!((first.next().await.id, first.next().await.id), (Some(4), Some(5)));

    let mut strange = Stream::open(&server, "?since=77", None).await;
    let reset = strange.next().await;
    assert_eq!((reset.event.as_str(), reset.id), ("reset", Some(5)), "a revision that this city never had");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_public_hears_nothing_of_what_it_may_not_see() {
    let db = database().await;
    let server = Server::start(&db.store).await;
    let mut public = Stream::open(&server, "?viewer=public", None).await;
    public.next().await;
    db.psql("insert into candidate_site (name, geom) values ('旧锅炉房', st_setsrid(st_point(104.65, 30.12), 4490))")
        .await;
    db.psql(&insert_gate("东门", 104.65, 30.12)).await;
    let told = public.next().await;
    assert_eq!(told.data["layers"][0]["layer"], "gate");
    assert!(!told.data.to_string().contains("candidate_site"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_revision_is_refused() {
    let db = database().await;
    let server = Server::start(&db.store).await;
    for path in ["/api/events?since=-1", "/api/events?since=x", "/api/events?from=1"] {
        assert_eq!(server.get(path).await.0, 400, "{path}");
    }
    let client = reqwest::Client::new();
    let answer = client.get(format!("{}/api/events", server.url)).header("last-event-id", "abc").send().await.unwrap();
    assert_eq!(answer.status(), 400);
}
