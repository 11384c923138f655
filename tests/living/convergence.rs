//! Two people on two nodes and psql change the same few features for a while. Every write that was
//! acknowledged is the state now or stands in the history; every one that was refused left nothing and
//! was told why; whoever follows sees what the database holds.
//!
//! `PIANQU_CONVERGENCE_SECONDS=60` makes it a full minute.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::events::Stream;
use crate::support::dice::Dice;
use crate::support::node::Node;
use crate::support::{TestDatabase, database};

const PROMISE: Duration = Duration::from_secs(2);
const FEWEST: usize = 6;
const ITEMS: &str = "/api/collections/gate/items";

fn duration() -> Duration {
    let seconds = std::env::var("PIANQU_CONVERGENCE_SECONDS").map_or(10, |text| text.parse().unwrap());
    Duration::from_secs(seconds)
}

/// A write that was acknowledged: the version that the feature had after it, `None` where it was deleted.
struct Acknowledged {
    id: i64,
    version: Option<i64>,
    name: String,
    at: Instant,
}

#[derive(Default)]
struct Account {
    acknowledged: Vec<Acknowledged>,
    /// Names that were refused, with the kind of problem.
    refused: Vec<(String, String)>,
    created: i64,
    deleted: i64,
}

/// What the writers share: the features that they fight about, and what became of their writes.
#[derive(Clone, Default)]
struct Arena {
    ids: Arc<Mutex<Vec<i64>>>,
    account: Arc<Mutex<Account>>,
}

impl Arena {
    fn some_id(&self, dice: &mut Dice) -> i64 {
        *dice.pick(&self.ids.lock().unwrap())
    }

    fn is_small(&self) -> bool {
        self.ids.lock().unwrap().len() <= FEWEST
    }

    fn made(&self, id: i64, version: i64, name: &str) {
        self.ids.lock().unwrap().push(id);
        self.account.lock().unwrap().created += 1;
        self.wrote(id, Some(version), name);
    }

    fn wrote(&self, id: i64, version: Option<i64>, name: &str) {
        let one = Acknowledged { id, version, name: name.to_owned(), at: Instant::now() };
        let mut account = self.account.lock().unwrap();
        account.deleted += i64::from(version.is_none());
        account.acknowledged.push(one);
        if version.is_none() {
            self.ids.lock().unwrap().retain(|known| *known != id);
        }
    }
}

fn feature(dice: &mut Dice, name: &str) -> Value {
    json!({ "type": "Feature", "geometry": place(dice), "properties": { "name": name } })
}

fn place(dice: &mut Dice) -> Value {
    let (east, north) = (dice.below(2000) as f64 * 1e-5, dice.below(2000) as f64 * 1e-5);
    json!({ "type": "Point", "coordinates": [104.65 + east, 30.12 + north] })
}

/// A person at a node, who changes what she has seen.
struct Person {
    name: &'static str,
    url: String,
    client: reqwest::Client,
    dice: Dice,
    arena: Arena,
    count: u32,
}

impl Person {
    async fn send(&self, method: Method, path: &str, if_match: Option<&str>, body: Value) -> Response {
        let media_type = if method == Method::PATCH { "application/merge-patch+json" } else { "application/json" };
        let mut request = self.client.request(method, format!("{}{path}", self.url)).header("pianqu-actor", self.name);
        if let Some(etag) = if_match {
            request = request.header("if-match", etag);
        }
        if !body.is_null() {
            request = request.header("content-type", media_type).body(body.to_string());
        }
        request.send().await.unwrap()
    }

    /// The feature as she sees it, and its ETag; `None` when it is gone.
    async fn look(&mut self, id: i64) -> Option<String> {
        let answer = self.send(Method::GET, &format!("{ITEMS}/{id}"), None, Value::Null).await;
        if answer.status() == 404 {
            return None;
        }
        let etag = answer.headers()["etag"].to_str().unwrap().to_owned();
        tokio::time::sleep(Duration::from_millis(self.dice.below(80) as u64)).await;
        Some(etag)
    }

    async fn work_until(mut self, end: Instant) {
        while Instant::now() < end {
            self.count += 1;
            let name = format!("{}-{}", self.name, self.count);
            match self.dice.below(10) {
                0 => self.create(&name).await,
                1 if !self.arena.is_small() => self.delete(&name).await,
                2 | 3 => self.change_two(&name).await,
                _ => self.change(&name).await,
            }
            tokio::time::sleep(Duration::from_millis(5 + self.dice.below(40) as u64)).await;
        }
    }

    async fn create(&mut self, name: &str) {
        let body = feature(&mut self.dice, name);
        let answer = self.send(Method::POST, ITEMS, None, body).await;
        assert_eq!(answer.status(), 201);
        let made: Value = answer.json().await.unwrap();
        self.arena.made(made["id"].as_i64().unwrap(), made["version"].as_i64().unwrap(), name);
    }

    async fn change(&mut self, name: &str) {
        let id = self.arena.some_id(&mut self.dice);
        let Some(etag) = self.look(id).await else { return };
        let mut patch = json!({ "properties": { "name": name } });
        if self.dice.below(3) == 0 {
            patch["geometry"] = place(&mut self.dice);
        }
        let answer = self.send(Method::PATCH, &format!("{ITEMS}/{id}"), Some(&etag), patch).await;
        if answer.status() == 200 {
            let version = version_of(answer.headers()["etag"].to_str().unwrap());
            assert_eq!(version, version_of(&etag) + 1, "nobody came between what was seen and what was written");
            self.arena.wrote(id, Some(version), name);
        } else {
            self.refused(name, answer).await;
        }
    }

    async fn delete(&mut self, name: &str) {
        let id = self.arena.some_id(&mut self.dice);
        let Some(etag) = self.look(id).await else { return };
        let answer = self.send(Method::DELETE, &format!("{ITEMS}/{id}"), Some(&etag), Value::Null).await;
        match answer.status().as_u16() {
            204 => self.arena.wrote(id, None, name),
            _ => self.refused(name, answer).await,
        }
    }

    /// Two features at once: both or none.
    async fn change_two(&mut self, name: &str) {
        let (one, other) = (self.arena.some_id(&mut self.dice), self.arena.some_id(&mut self.dice));
        if one == other {
            return;
        }
        let (Some(seen), Some(seen_other)) = (self.look(one).await, self.look(other).await) else { return };
        let change = |id: i64, etag: &str| {
            json!({ "operation": "update", "layer": "gate", "id": id, "version": version_of(etag),
                    "feature": { "properties": { "name": name } } })
        };
        let order = json!({ "message": name, "changes": [change(one, &seen), change(other, &seen_other)] });
        let answer = self.send(Method::POST, "/api/edits", None, order).await;
        if answer.status() == 200 {
            let done: Value = answer.json().await.unwrap();
            for written in done["features"].as_array().unwrap() {
                self.arena.wrote(written["id"].as_i64().unwrap(), written["version"].as_i64(), name);
            }
        } else {
            self.refused(name, answer).await;
        }
    }

    /// A refusal says why, and a conflict what the feature is now and who made it so.
    async fn refused(&self, name: &str, answer: Response) {
        let status = answer.status().as_u16();
        let problem: Value = answer.json().await.unwrap();
        assert!(matches!(status, 412 | 409 | 503), "{problem}");
        if status == 412 {
            for conflict in problem["conflicts"].as_array().unwrap() {
                assert!(conflict["version"] != conflict["expected_version"], "{problem}");
                let since = conflict["changed_since"].as_array().unwrap();
                assert!(!since.is_empty() && since[0]["actor"].is_string(), "it says who was faster: {problem}");
            }
        }
        let kind = problem["type"].as_str().unwrap().to_owned();
        self.arena.account.lock().unwrap().refused.push((name.to_owned(), kind));
    }
}

/// `"v7-…"`
fn version_of(etag: &str) -> i64 {
    let digits: String = etag.trim_start_matches("\"v").chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}

/// psql knows no versions: what it changes, it changes.
async fn psql_until(db: &TestDatabase, end: Instant, arena: &Arena) {
    let client = db.store.connect_raw().await.unwrap();
    client.batch_execute("set pianqu.actor = 'psql'").await.unwrap();
    let (mut dice, mut count) = (Dice::new(31), 0);
    while Instant::now() < end {
        count += 1;
        let (name, id) = (format!("psql-{count}"), arena.some_id(&mut dice));
        match dice.below(12) {
            0 => {
                let sql = "insert into gate (name, geom) values ($1, st_setsrid(st_point(104.66, 30.13), 4490)) returning gate_id, version";
                let row = client.query_one(sql, &[&name]).await.unwrap();
                arena.made(row.get(0), i64::from(row.get::<_, i32>(1)), &name);
            }
            1 if !arena.is_small() => {
                if client.execute("delete from gate where gate_id = $1", &[&id]).await.unwrap() == 1 {
                    arena.wrote(id, None, &name);
                }
            }
            _ => {
                let sql = "update gate set name = $1 where gate_id = $2 returning version";
                if let Some(row) = client.query_opt(sql, &[&name, &id]).await.unwrap() {
                    arena.wrote(id, Some(i64::from(row.get::<_, i32>(0))), &name);
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(20 + dice.below(60) as u64)).await;
    }
}

/// What one who follows a node knows of a gate.
#[derive(Debug, Clone, PartialEq)]
struct Seen {
    name: String,
    at: [f64; 2],
}

/// A follower's picture, kept up as the map keeps its tiles: what an event says was touched is asked for anew.
#[derive(Default)]
struct Picture {
    gates: BTreeMap<i64, Seen>,
    /// When each name was first seen, and when each id was last seen to go.
    names: BTreeMap<String, Instant>,
    gone: BTreeMap<i64, Instant>,
}

impl Picture {
    fn show(&mut self, page: &Value, bbox: Option<[f64; 4]>) {
        let is_inside =
            |at: [f64; 2]| bbox.is_none_or(|[w, s, e, n]| (w..=e).contains(&at[0]) && (s..=n).contains(&at[1]));
        let before: Vec<i64> = self.gates.iter().filter(|(_, seen)| is_inside(seen.at)).map(|(id, _)| *id).collect();
        let now = Instant::now();
        let mut shown = Vec::new();
        for feature in page["features"].as_array().unwrap() {
            let id = feature["id"].as_i64().unwrap();
            let at = serde_json::from_value(feature["geometry"]["coordinates"].clone()).unwrap();
            let name = feature["properties"]["name"].as_str().unwrap().to_owned();
            self.names.entry(name.clone()).or_insert(now);
            self.gates.insert(id, Seen { name, at });
            shown.push(id);
        }
        for id in before.into_iter().filter(|id| !shown.contains(id)) {
            self.gates.remove(&id);
            self.gone.insert(id, now);
        }
    }
}

async fn follow(node_url: String, picture: Arc<Mutex<Picture>>) {
    let client = reqwest::Client::new();
    let mut stream = Stream::open_at(&node_url, "", None).await;
    let page = async |bbox: Option<[f64; 4]>| -> Value {
        let within = bbox.map_or(String::new(), |b| format!("&bbox={},{},{},{}", b[0], b[1], b[2], b[3]));
        client.get(format!("{node_url}{ITEMS}?limit=10000{within}")).send().await.unwrap().json().await.unwrap()
    };
    stream.next().await;
    let all = page(None).await;
    picture.lock().unwrap().show(&all, None);
    loop {
        let heard = stream.next().await;
        let gates = heard.data["layers"].as_array().into_iter().flatten().filter(|layer| layer["layer"] == "gate");
        let mut boxes: Vec<Option<[f64; 4]>> = Vec::new();
        for gate in gates {
            match gate["is_whole"].as_bool().unwrap() {
                true => boxes.push(None),
                false => boxes.extend(
                    serde_json::from_value::<Vec<[f64; 4]>>(gate["boxes"].clone()).unwrap().into_iter().map(Some),
                ),
            }
        }
        if heard.event == "reset" {
            boxes = vec![None];
        }
        for bbox in boxes {
            let shown = page(bbox).await;
            picture.lock().unwrap().show(&shown, bbox);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_people_and_psql_change_the_same_features_and_nothing_is_lost() {
    let db = database().await;
    let nodes = [Node::on_database(db.store.url(), &[]), Node::on_database(db.store.url(), &[])];
    let arena = Arena::default();
    let client = db.store.connect_raw().await.unwrap();
    for nth in 0..FEWEST as i64 {
        let sql =
            "insert into gate (name, geom) values ($1, st_setsrid(st_point(104.65, 30.12), 4490)) returning gate_id";
        let id: i64 = client.query_one(sql, &[&format!("start-{nth}")]).await.unwrap().get(0);
        arena.ids.lock().unwrap().push(id);
    }
    let pictures: Vec<Arc<Mutex<Picture>>> = nodes.iter().map(|_| Arc::default()).collect();
    let followers: Vec<_> = nodes
        .iter()
        .zip(&pictures)
        .map(|(node, picture)| tokio::spawn(follow(node.url.clone(), picture.clone())))
        .collect();

    let end = Instant::now() + duration();
    let people = nodes.iter().zip(["li", "wang"]).enumerate().map(|(nth, (node, name))| {
        let (url, client, arena) = (node.url.clone(), reqwest::Client::new(), arena.clone());
        tokio::spawn(Person { name, url, client, dice: Dice::new(7 + nth as u64), arena, count: 0 }.work_until(end))
    });
    let people: Vec<_> = people.collect();
    psql_until(&db, end, &arena).await;
    for person in people {
        person.await.expect("she works to the end");
    }

    let last_write = Instant::now();
    let truth: BTreeMap<i64, Seen> = client
        .query("select gate_id, name, st_x(geom), st_y(geom) from gate", &[])
        .await
        .unwrap()
        .iter()
        .map(|row| (row.get(0), Seen { name: row.get(1), at: [row.get(2), row.get(3)] }))
        .collect();
    for picture in &pictures {
        while picture.lock().unwrap().gates != truth {
            assert!(last_write.elapsed() < PROMISE, "a follower does not see what the database holds");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    let converged = last_write.elapsed();
    followers.iter().for_each(tokio::task::JoinHandle::abort);

    let account = std::mem::take(&mut *arena.account.lock().unwrap());
    let slowest = hold_promise(&account, &pictures);
    nothing_is_lost(&client, &account).await;
    let conflicts = account.refused.iter().filter(|(_, kind)| kind == "/problems/version-conflict").count();
    println!(
        "{} writes acknowledged, {} refused ({conflicts} conflicts); seen everywhere after {slowest:?} at most, all converged {converged:?} after the last",
        account.acknowledged.len(),
        account.refused.len(),
    );
    assert!(conflicts > 0, "they never met, so nothing was proved");
}

/// How long it took at most until a write was seen at every node; a write that another one covered at once
/// may never have been seen, and then that one was.
fn hold_promise(account: &Account, pictures: &[Arc<Mutex<Picture>>]) -> Duration {
    let mut slowest = Duration::ZERO;
    for picture in pictures {
        let picture = picture.lock().unwrap();
        for written in &account.acknowledged {
            let seen = match written.version {
                Some(_) => picture.names.get(&written.name).copied(),
                None => picture.gone.get(&written.id).copied(),
            };
            let took = seen.map_or(Duration::ZERO, |seen| seen.saturating_duration_since(written.at));
            assert!(took < PROMISE, "«{}» was seen {took:?} after it was acknowledged", written.name);
            slowest = slowest.max(took);
        }
    }
    slowest
}

/// Every acknowledged write is the state now or the beginning of a later step; every refused one left no trace;
/// and there is no step that nobody has made.
async fn nothing_is_lost(client: &tokio_postgres::Client, account: &Account) {
    let now: BTreeMap<(i64, i64), String> = client
        .query("select gate_id, version::bigint, name from gate", &[])
        .await
        .unwrap()
        .iter()
        .map(|row| ((row.get(0), row.get(1)), row.get(2)))
        .collect();
    let mut ended: BTreeMap<(i64, i64), String> = BTreeMap::new();
    let mut deletions = Vec::new();
    let steps =
        "select feature_id, version::bigint, operation, coalesce(before ->> 'name', ''), coalesce(after ->> 'name', '')
                 from history where layer = 'gate' and operation <> 'insert'";
    let mut names: std::collections::BTreeSet<String> = now.values().cloned().collect();
    for row in client.query(steps, &[]).await.unwrap() {
        let (id, version, operation): (i64, i64, &str) = (row.get(0), row.get(1), row.get(2));
        assert!(ended.insert((id, version), row.get(3)).is_none(), "gate {id} ended version {version} twice");
        if operation == "delete" {
            deletions.push(id);
        }
        names.extend([row.get(3), row.get(4)]);
    }
    for written in &account.acknowledged {
        let is_kept = match written.version {
            Some(version) => {
                let key = (written.id, version);
                now.get(&key).or_else(|| ended.get(&key)).is_some_and(|name| *name == written.name)
            }
            None => deletions.contains(&written.id),
        };
        assert!(is_kept, "the acknowledged write «{}» of gate {} is lost", written.name, written.id);
    }
    for (name, kind) in &account.refused {
        assert!(!names.contains(name), "«{name}» was refused ({kind}) and yet written");
    }
    let changed = account.acknowledged.len() as i64 - account.created;
    assert_eq!(ended.len() as i64, changed, "steps in the history that nobody was told of");
    assert_eq!(now.len() as i64, FEWEST as i64 + account.created - account.deleted);
}
