//! Schemes: editing by several at once, members and sums, history, states, and what the public never sees.

use std::collections::BTreeSet;

use pianqu::http::Settings;
use serde_json::{Value, json};

use super::client::{Answer, TOKEN};
use super::edits::{Office, office, open};
use crate::support::sketch::at;

/// A square as a GeoJSON polygon; metres east and north of the middle of the sketch.
fn square(east: f64, north: f64, side: f64) -> Value {
    let p = |x: f64, y: f64| {
        let (lon, lat) = at(east + x, north + y);
        json!([lon, lat])
    };
    json!({ "type": "Polygon", "coordinates": [[p(0.0, 0.0), p(side, 0.0), p(side, side), p(0.0, side), p(0.0, 0.0)]] })
}

/// Four communities in a row, 100 m wide, 200 m apart; the third does not know its households.
async fn town() -> Office {
    town_with(Settings { admin_token: Some(TOKEN.to_owned()), ..open() }).await
}

async fn town_with(settings: Settings) -> Office {
    let office = office(settings).await;
    for n in 0..4 {
        let households = if n == 2 { json!(null) } else { json!(100 * (n + 1)) };
        let body = json!({ "type": "Feature", "geometry": square(200.0 * f64::from(n), 0.0, 100.0), "properties": {
            "name": format!("小区{n}"), "households": households, "responsible_body": "yanjiang",
            "estimated_cost": "1000.50" } });
        let made = office.send_with("POST", "/api/collections/community/items", &authorised(), body).await;
        assert_eq!(made.status.as_u16(), 201, "{}", String::from_utf8_lossy(&made.body));
    }
    office
}

const BEARER: &str = "Bearer a-token-of-the-tests";

fn authorised() -> Vec<(&'static str, &'static str)> {
    assert!(BEARER.ends_with(TOKEN));
    vec![("authorization", BEARER)]
}

impl Office {
    async fn order(&self, method: &str, path: &str, body: Value) -> Answer {
        let mut headers = vec![("content-type", "application/json"), ("pianqu-actor", "li")];
        headers.extend(authorised());
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.client.send(method, path, &headers, body.into()).await
    }

    async fn see(&self, path: &str) -> Value {
        self.client.get_with(path, &authorised()).await.json()
    }

    async fn scheme(&self, name: &str) -> i64 {
        let made = self.order("POST", "/api/schemes", json!({ "name": name })).await;
        assert_eq!(made.status.as_u16(), 201, "{}", String::from_utf8_lossy(&made.body));
        let body: Value = serde_json::from_slice(&made.body).unwrap();
        assert_eq!(made.header("location"), format!("/api/schemes/{}", body["scheme"]["scheme_id"]));
        body["scheme"]["scheme_id"].as_i64().unwrap()
    }

    async fn edit(&self, scheme: i64, versions: Value, edits: Value) -> Answer {
        let body = json!({ "versions": versions, "edits": edits });
        self.order("POST", &format!("/api/schemes/{scheme}/edits"), body).await
    }

    async fn draw(&self, scheme: i64, name: &str, outline: Value) -> (i64, i64) {
        let drawn = self
            .edit(scheme, json!({}), json!([{ "op": "draw", "about": { "name": name }, "outline": outline }]))
            .await
            .json();
        let feature = &drawn["precincts"][0];
        (feature["id"].as_i64().unwrap(), feature["properties"]["version"].as_i64().unwrap())
    }

    /// Ids of the members of a precinct.
    async fn members(&self, scheme: i64, precinct: i64) -> Vec<i64> {
        let list = self.see(&format!("/api/schemes/{scheme}/members")).await;
        let of = list.as_array().unwrap().iter().filter(|member| member["precinct_id"] == precinct);
        of.map(|member| member["community_id"].as_i64().unwrap()).collect()
    }

    async fn to_state(&self, scheme: i64, state: &str) -> Answer {
        let version = self.see(&format!("/api/schemes/{scheme}")).await["version"].clone();
        let body = json!({ "state": state, "version": version });
        self.order("POST", &format!("/api/schemes/{scheme}/state"), body).await
    }
}

#[tokio::test]
async fn members_come_from_the_outline_and_sums_are_of_members() {
    let town = town().await;
    let scheme = town.scheme("甲").await;
    // The first two whole, 60 of the 100 m of the third.
    let (one, _) = town.draw(scheme, "一", square(-10.0, -300.0, 470.0)).await;
    assert_eq!(town.members(scheme, one).await, [1, 2, 3]);
    let totals = town.see(&format!("/api/schemes/{scheme}/totals")).await;
    assert_eq!(totals["totals"]["households"], json!({ "sum": 300.0, "unknown": 1 }));
    assert_eq!(totals["totals"]["estimated_cost"], json!({ "sum": "3001.50", "unknown": 0 }));
    assert_eq!(totals["totals"]["communities"], 3);
    assert_eq!(totals["precincts"][0]["totals"], totals["totals"]);
    let detail = town.see(&format!("/api/schemes/{scheme}")).await;
    assert_eq!((&detail["unassigned"], &detail["precinct_count"]), (&json!(1), &json!(1)));

    // A higher threshold takes the third out, when members are settled anew.
    let version = detail["version"].clone();
    let put = json!({ "name": "甲", "member_threshold": 0.7, "version": version });
    town.order("PUT", &format!("/api/schemes/{scheme}"), put.clone()).await.json();
    town.order("PUT", &format!("/api/schemes/{scheme}"), put).await.problem(412, "version-conflict");
    town.edit(scheme, json!({}), json!([{ "op": "refresh" }])).await.json();
    assert_eq!(town.members(scheme, one).await, [1, 2]);

    // By hand, and back to the rule.
    let version = |feature: &Value| feature["properties"]["version"].clone();
    let features = town.see(&format!("/api/schemes/{scheme}/precincts")).await;
    let seen = json!({ one.to_string(): version(&features["features"][0]) });
    let by_hand =
        json!([{ "op": "include", "community_id": 4, "precinct_id": one }, { "op": "exclude", "community_id": 1 }]);
    town.edit(scheme, seen, by_hand).await.json();
    assert_eq!(town.members(scheme, one).await, [2, 4]);
    town.edit(scheme, json!({}), json!([{ "op": "refresh" }])).await.json();
    assert_eq!(town.members(scheme, one).await, [2, 4], "what was said by hand stays");
    town.edit(scheme, json!({}), json!([{ "op": "by_rule", "community_id": 1 }])).await.json();
    assert_eq!(town.members(scheme, one).await, [1, 2, 4]);
    let again = town.edit(scheme, json!({}), json!([{ "op": "by_rule", "community_id": 1 }])).await;
    assert_eq!(again.problem(422, "invalid-scheme-edit")["reason"], "not_by_hand");
}

#[tokio::test]
async fn two_planners_lose_nothing_and_conflict_only_where_they_meet() {
    let town = town().await;
    let scheme = town.scheme("甲").await;
    let (west, west_version) = town.draw(scheme, "西", square(-50.0, -50.0, 400.0)).await;
    let (east, east_version) = town.draw(scheme, "东", square(350.0, -50.0, 400.0)).await;

    // At the same time, each in his own precinct: both are done.
    let rename = |id: i64, name: &str| json!([{ "op": "describe", "precinct_id": id, "about": { "name": name } }]);
    let (a, b) = tokio::join!(
        town.edit(scheme, json!({ west.to_string(): west_version }), rename(west, "西一")),
        town.edit(scheme, json!({ east.to_string(): east_version }), rename(east, "东一")),
    );
    let (a, b) = (a.json(), b.json());
    assert_eq!(a["precincts"][0]["properties"]["name"], "西一");
    assert_eq!(b["precincts"][0]["properties"]["name"], "东一");

    // A split puts a vertex where its line ends on the neighbour's border; that one is not touched by it.
    let line = [at(-60.0, 150.0), at(350.0, 150.0)].map(|(x, y)| json!([x, y]));
    let split = json!([{ "op": "split", "precinct_id": west, "line": line, "snap_m": 1.0 }]);
    let seen = json!({ west.to_string(): a["precincts"][0]["properties"]["version"] });
    let divided = town.edit(scheme, seen, split).await.json();
    let touched: BTreeSet<i64> =
        divided["precincts"].as_array().unwrap().iter().map(|feature| feature["id"].as_i64().unwrap()).collect();
    assert_eq!(touched.len(), 2);
    assert!(touched.contains(&west) && !touched.contains(&east));
    let seen = json!({ east.to_string(): b["precincts"][0]["properties"]["version"] });
    town.edit(scheme, seen.clone(), rename(east, "东二")).await.json();

    // The same version again, and one that truly touches the neighbour.
    let conflict = town.edit(scheme, seen, rename(east, "东三")).await.problem(412, "version-conflict");
    assert_eq!(conflict["conflicts"][0]["current"]["properties"]["name"], "东二");
    assert_eq!(conflict["conflicts"][0]["precinct_id"], east);
    let wider = json!([{ "op": "redraw", "precinct_id": east, "outline": square(250.0, -50.0, 500.0) }]);
    let now = conflict["conflicts"][0]["version"].clone();
    let seen = json!({ east.to_string(): now, west.to_string(): west_version });
    let conflict = town.edit(scheme, seen, wider.clone()).await.problem(412, "version-conflict");
    assert_eq!(conflict["conflicts"][0]["precinct_id"], west, "the neighbour would follow, and is not what was seen");
    let unseen = town.edit(scheme, json!({}), wider.clone()).await.problem(400, "invalid-body");
    assert_eq!(unseen["errors"][0]["pointer"], format!("/versions/{east}"));
    town.edit(scheme, json!({ east.to_string(): now }), wider).await.json();

    // Six at once upon one precinct each read and try again: none that was acknowledged is lost.
    let names: Vec<String> = (0..6).map(|n| format!("名{n}")).collect();
    let all = futures_util::future::join_all(names.iter().map(async |name| {
        loop {
            let features = town.see(&format!("/api/schemes/{scheme}/precincts")).await;
            let feature = features["features"].as_array().unwrap().iter().find(|f| f["id"] == east).unwrap().clone();
            let seen = json!({ east.to_string(): feature["properties"]["version"] });
            let answer = town.edit(scheme, seen, rename(east, name)).await;
            if answer.status.as_u16() == 200 {
                return;
            }
            answer.problem(412, "version-conflict");
        }
    }));
    all.await;
    let steps = town.see(&format!("/api/schemes/{scheme}/history")).await;
    let told: BTreeSet<String> = steps
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|step| Some(step["changes"]["precincts"][0]["after"]["name"].as_str()?.to_owned()))
        .collect();
    assert!(names.iter().all(|name| told.contains(name)), "{told:?}");
}

#[tokio::test]
async fn any_point_can_be_gone_back_to_and_forward_again() {
    let town = town().await;
    let scheme = town.scheme("甲").await;
    let path = format!("/api/schemes/{scheme}");
    let last = async || town.see(&path).await["last_step"].as_i64().unwrap();
    let picture = async || {
        let features = town.see(&format!("{path}/precincts")).await["features"].clone();
        let mut list: Vec<String> = features
            .as_array()
            .unwrap()
            .iter()
            .map(|f| {
                format!("{} {} {} {}", f["id"], f["geometry"], f["properties"]["name"], f["properties"]["members"])
            })
            .collect();
        list.sort();
        list
    };
    let mut points = vec![(last().await, picture().await)];
    let (one, version) = town.draw(scheme, "一", square(-50.0, -50.0, 800.0)).await;
    points.push((last().await, picture().await));
    let line = [at(350.0, -60.0), at(350.0, 800.0)].map(|(x, y)| json!([x, y]));
    let split = json!([{ "op": "split", "precinct_id": one, "line": line }]);
    let divided = town.edit(scheme, json!({ one.to_string(): version }), split).await.json();
    points.push((last().await, picture().await));
    let ids: Vec<i64> = divided["precincts"].as_array().unwrap().iter().map(|f| f["id"].as_i64().unwrap()).collect();
    let seen: Value = divided["precincts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f["id"].to_string(), f["properties"]["version"].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into();
    town.edit(scheme, seen, json!([{ "op": "merge", "precinct_ids": [ids[1], ids[0]] }])).await.json();
    points.push((last().await, picture().await));
    assert!(points.windows(2).all(|pair| pair[0].1 != pair[1].1));

    for (step, expected) in points.iter().rev().chain(&points) {
        let order = json!({ "step": step, "last_step": last().await });
        town.order("POST", &format!("{path}/undo"), order).await.json();
        assert_eq!(&picture().await, expected, "back to step {step}");
    }
    let stale = json!({ "step": points[0].0, "last_step": points[3].0 });
    town.order("POST", &format!("{path}/undo"), stale).await.problem(412, "version-conflict");
}

#[tokio::test]
async fn what_cannot_be_drawn_is_refused_with_its_reason() {
    let town = town().await;
    let scheme = town.scheme("甲").await;
    let (one, version) = town.draw(scheme, "一", square(0.0, 0.0, 300.0)).await;
    let seen = json!({ one.to_string(): version });
    let bow_tie = {
        let p = |x: f64, y: f64| json!([at(x, y).0, at(x, y).1]);
        json!({ "type": "Polygon", "coordinates": [[p(0., 0.), p(100., 100.), p(100., 0.), p(0., 100.), p(0., 0.)]] })
    };
    let draw = |outline: Value| json!([{ "op": "draw", "about": { "name": "二" }, "outline": outline }]);
    let crossed = town.edit(scheme, seen.clone(), draw(bow_tie)).await.problem(422, "invalid-geometry");
    assert!(crossed["at"].is_array() && crossed["mended"]["type"] == "MultiPolygon", "{crossed}");
    let over = town.edit(scheme, seen.clone(), draw(square(200.0, 200.0, 300.0))).await;
    let over = over.problem(422, "invalid-scheme-edit");
    assert_eq!((&over["reason"], &over["facts"]["precinct_ids"]), (&json!("overlaps"), &json!([one])));
    assert!((over["facts"]["overlap_m2"].as_f64().unwrap() - 10_000.0).abs() < 200.0, "{over}");
    for (edit, reason) in [
        (json!({ "op": "split", "precinct_id": one, "line": [[104.0, 30.0], [104.1, 30.0]] }), "not_divided"),
        (json!({ "op": "merge", "precinct_ids": [one, one] }), "nothing_to_merge"),
        (json!({ "op": "include", "community_id": 99, "precinct_id": one }), "no_such_community"),
        (json!({ "op": "move_border", "moves": [{ "from": [104.0, 30.0], "to": [104.1, 30.0] }] }), "no_vertex"),
    ] {
        let problem = town.edit(scheme, seen.clone(), json!([edit])).await.problem(422, "invalid-scheme-edit");
        assert_eq!(problem["reason"], reason, "{problem}");
    }
    for edits in
        [json!([]), json!([{ "op": "dance" }]), json!([{ "op": "draw", "about": { "name": " " }, "outline": {} }])]
    {
        town.edit(scheme, seen.clone(), edits).await.problem(400, "invalid-body");
    }
    // All or none.
    let both = json!([{ "op": "exclude", "community_id": 1 }, { "op": "exclude", "community_id": 99 }]);
    town.edit(scheme, seen.clone(), both).await.problem(422, "invalid-scheme-edit");
    assert_eq!(town.members(scheme, one).await, [1, 2]);

    // Past the scheme nobody changes its precincts: not by features, not in psql.
    let path = format!("/api/collections/precinct/items/{one}");
    let body = json!({ "properties": { "name": "别名" } });
    town.send_with(
        "PATCH",
        &path,
        &[("authorization", BEARER), ("content-type", "application/merge-patch+json")],
        body,
    )
    .await
    .problem(422, "invalid-feature");
    let client = town.db.store.connect_raw().await.unwrap();
    assert!(client.batch_execute("update precinct set precinct_state = 'published'").await.is_err());
    let twice = "insert into scheme_member (scheme_id, community_id, precinct_id, how) select scheme_id, community_id, precinct_id, how from scheme_member";
    assert!(client.batch_execute(twice).await.is_err(), "a community is in one precinct of a scheme at most");
}

#[tokio::test]
async fn a_scheme_is_copied_compared_published_and_adopted() {
    let town = town().await;
    let first = town.scheme("甲").await;
    let (one, version) = town.draw(first, "一", square(-50.0, -50.0, 400.0)).await;
    let copied = town.order("POST", &format!("/api/schemes/{first}/copy"), json!({ "name": "乙" })).await;
    assert_eq!(copied.status.as_u16(), 201);
    let copy: Value = serde_json::from_slice(&copied.body).unwrap();
    let second = copy["scheme"]["scheme_id"].as_i64().unwrap();
    assert_eq!(copy["scheme"]["origin"]["copy_of"], first);
    let twin = copy["precincts"][0]["id"].as_i64().unwrap();
    let include = json!([{ "op": "include", "community_id": 4, "precinct_id": twin }]);
    town.edit(second, json!({ twin.to_string(): 1 }), include).await.json();

    let compared = town.see(&format!("/api/schemes/{first}/compare?with={second}")).await;
    assert_eq!(compared["moved"].as_array().unwrap().len(), 1);
    assert_eq!(compared["moved"][0]["community_id"], 4);
    assert_eq!(compared["unmoved"], 2);
    let households = compared["figures"].as_array().unwrap().iter().find(|f| f["figure"] == "households").unwrap();
    assert_eq!((&households["this"], &households["gain"]), (&json!(300.0), &json!(400.0)));
    assert_eq!((&compared["pairs"][0]["this_precinct_id"], &compared["pairs"][0]["shared"]), (&json!(one), &json!(2)));

    town.to_state(first, "adopted").await.problem(409, "scheme-closed");
    for state in ["shared", "published", "adopted"] {
        town.to_state(first, state).await.json();
    }
    let closed =
        town.edit(first, json!({ one.to_string(): version }), json!([{ "op": "remove", "precinct_id": one }])).await;
    closed.problem(409, "scheme-closed");
    town.to_state(first, "draft").await.problem(409, "scheme-closed");
    for state in ["published", "adopted"] {
        town.to_state(second, state).await.json();
    }
    assert_eq!(town.see(&format!("/api/schemes/{first}")).await["state"], "superseded");
    let layer = town.see(&format!("/api/collections/precinct/items/{one}")).await;
    assert_eq!(layer["properties"]["precinct_state"], "superseded");
    assert_eq!(layer["properties"]["scheme_id"], first);
    town.order("DELETE", &format!("/api/schemes/{second}?version=3"), Value::Null).await.problem(409, "scheme-closed");
    let third = town.scheme("丙").await;
    town.draw(third, "三", square(-50.0, -50.0, 400.0)).await;
    let gone = town.order("DELETE", &format!("/api/schemes/{third}?version=1"), Value::Null).await;
    assert_eq!(gone.status.as_u16(), 204, "{}", String::from_utf8_lossy(&gone.body));
    town.client.get_with(&format!("/api/schemes/{third}"), &authorised()).await.problem(404, "unknown-scheme");
    assert_eq!(town.see(&format!("/api/schemes/{third}/history")).await[0]["kind"], "delete");
}

/// Everything by which the public could learn of a precinct.
async fn heard(town: &Office) -> Vec<String> {
    let mut heard = Vec::new();
    for path in [
        "/api/collections/precinct/items",
        "/api/collections/precinct/items/1",
        "/api/collections/precinct/items?filter=scheme_id%20%3D%201",
        "/api/collections/precinct/items?bbox=104,30,105,31&limit=1",
        "/api/collections/precinct",
        "/api/layers",
        "/api/city",
        "/api/search?q=%E7%A7%98%E5%AF%86",
        "/api/schemes",
        "/api/schemes/1",
        "/api/schemes/1/precincts",
        "/api/schemes/1/totals",
        "/api/schemes/1/members",
        "/api/schemes/1/compare?with=1",
        "/api/schemes/1/phases",
        "/api/collections/precinct/export?format=geojson",
        "/api/collections/precinct/export?format=csv",
        "/tiles/precinct.json",
    ] {
        let answer = town.client.get(path).await;
        let mut text = String::from_utf8_lossy(&answer.body).into_owned();
        // Whoever asks for what is not there is told so in the same words.
        if let Ok(mut problem) = serde_json::from_str::<Value>(&text)
            && problem.get("request_id").is_some()
        {
            problem["request_id"] = Value::Null;
            text = problem.to_string();
        }
        heard.push(format!("{path} {} {}", answer.status, text));
    }
    let area = json!({ "area": square(-500.0, -500.0, 2000.0) });
    let statistics = town.client.post("/api/statistics", area.to_string()).await.json();
    heard.push(statistics["layers"].as_array().unwrap().iter().find(|l| l["layer"] == "precinct").unwrap().to_string());
    let coverage =
        town.client.post("/api/analysis/coverage", json!({ "rules": ["kindergarten"] }).to_string()).await.json();
    heard.push(format!("coverage {} {}", coverage["results"][0]["precincts"], coverage["results"][0]["ratios"]));
    for z in [8u32, 12, 14, 16] {
        let tile =
            pianqu::geodesy::tile_grid::Tile::showing(geo::Rect::new(at(10.0, 10.0), at(11.0, 11.0)), z as u8, 0.0)
                .next()
                .unwrap();
        for path in [
            format!("/tiles/precinct/{z}/{}/{}.mvt", tile.x(), tile.y()),
            format!("/api/collections/precinct/tiles/WebMercatorQuad/{z}/{}/{}", tile.y(), tile.x()),
        ] {
            let answer = town.client.get(&path).await;
            heard.push(format!("{path} {} {:?}", answer.status, answer.body));
        }
    }
    heard
}

/// What is the planners' alone, whether a scheme is published or not.
const NEVER_THE_PUBLICS: &str = "/api/schemes/1/phases";

fn without_revision(heard: Vec<String>) -> Vec<String> {
    let mut plain = Vec::new();
    for text in heard {
        let mut rest = text.as_str();
        let mut out = String::new();
        // The number of a revision counts all changes and says nothing of what they were.
        while let Some(found) = rest.find("\"revision\":") {
            out.push_str(&rest[..found]);
            rest = rest[found + 11..].trim_start_matches(|c: char| c.is_ascii_digit());
        }
        out.push_str(rest);
        let is_time =
            |part: &str| part.contains("taken_at") || part.contains("timeStamp") || part.contains("confirmed_at");
        plain.push(out.split(',').filter(|part| !is_time(part)).collect::<Vec<_>>().join(","));
    }
    plain
}

#[tokio::test]
async fn the_public_hears_nothing_of_a_draft_and_all_of_what_is_published_also_from_warm_caches() {
    let town = town_with(Settings { admin_token: Some(TOKEN.to_owned()), ..Settings::default() }).await;
    let silence = without_revision(heard(&town).await);
    let events = town.client.city.news();
    let first = town.client.city.snapshot().revision;

    let scheme = town.scheme("秘密方案").await;
    let (one, _) = town.draw(scheme, "秘密片区", square(-50.0, -50.0, 400.0)).await;
    assert_eq!((scheme, one), (1, 1));
    // The planner warms every cache.
    for _ in 0..2 {
        assert_eq!(town.see("/api/collections/precinct/items").await["numberMatched"], 1);
        let found = town.see("/api/search?q=%E7%A7%98%E5%AF%86").await;
        assert_eq!(found["results"][0]["label"], "秘密片区");
        let tile = town.client.get_with(&tile_of(14), &authorised()).await;
        assert_eq!(tile.status.as_u16(), 200);
        assert_eq!(without_revision(heard(&town).await), silence, "a draft");
    }
    town.to_state(scheme, "shared").await.json();
    assert_eq!(without_revision(heard(&town).await), silence, "a shared scheme");
    let told = |after: u64| -> Vec<String> {
        let steps = town.client.city.since(after).unwrap();
        let seen = |touched: &pianqu::app::Touched| touched.for_viewer(pianqu::domain::Viewer::Public);
        steps.iter().flat_map(|step| &step.touched).filter_map(seen).map(|t| t.layer.to_string()).collect()
    };
    assert!(events.has_changed().unwrap());
    assert_eq!(told(first), Vec::<String>::new(), "no event of it");
    let stream = town.client.listen(&format!("/api/events?since={first}")).await;
    assert!(stream.contains("event: revision") && !stream.contains("precinct"), "{stream}");

    let before = town.client.city.snapshot().revision;
    town.to_state(scheme, "published").await.json();
    assert_eq!(told(before), ["precinct"]);
    assert!(town.client.listen(&format!("/api/events?since={before}")).await.contains("\"precinct\""));
    // Had it been told before, each of these would have told it.
    for (silent, said) in silence.iter().zip(without_revision(heard(&town).await)) {
        let path = silent.split(' ').next().unwrap_or_default();
        assert_eq!(*silent == said, path == NEVER_THE_PUBLICS, "{said}");
    }
    let shown = town.client.get("/api/collections/precinct/items").await.json();
    assert_eq!(shown["features"][0]["properties"]["name"], "秘密片区");
    assert_eq!(town.client.get(&tile_of(14)).await.status.as_u16(), 200);
    assert_eq!(town.client.get("/api/search?q=%E7%A7%98%E5%AF%86").await.json()["results"][0]["id"], one);
    let totals = town.client.get("/api/schemes/1/totals").await.json();
    assert_eq!(totals["totals"]["households"]["sum"], 300.0);
    assert_eq!(totals["totals"]["estimated_cost"], Value::Null, "costs are not the public's");
    assert!(!town.client.get("/api/schemes").await.json().to_string().contains("\"li\""), "nor are names of authors");
    town.client.get("/api/schemes/1/history").await.problem(403, "not-allowed");

    // Withdrawn again: gone from the warm caches too.
    town.to_state(scheme, "shared").await.json();
    assert_eq!(without_revision(heard(&town).await), silence, "a scheme that was withdrawn");
}

fn tile_of(z: u8) -> String {
    let rect = geo::Rect::new(at(10.0, 10.0), at(11.0, 11.0));
    let tile = pianqu::geodesy::tile_grid::Tile::showing(rect, z, 0.0).next().unwrap();
    format!("/tiles/precinct/{z}/{}/{}.mvt", tile.x(), tile.y())
}
