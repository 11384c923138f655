//! What is one operator's reaches no other, nor the public, nor a body elsewhere: every path of the description that
//! reads is asked by each, after whoever may know has asked it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::client::Answer;
use super::viewers_town::{FAR, OF_B, OF_CITY, OF_EAST, OF_EASTERN_EDGE, OF_WEST, Town, Who, town};

/// A question: method, address, body.
type Question = (&'static str, String, Value);

const LAYERS: [&str; 9] = [
    "utility_line",
    "utility_work",
    "shared_trench",
    "candidate_site",
    "community",
    "precinct",
    "street",
    "facility",
    "responsible_body",
];

/// Ids that the planner's own questions made.
pub struct Made {
    scheme: i64,
    scenario: i64,
    edit: i64,
    job: String,
    works: Vec<i64>,
    pub plan: i64,
    /// As the plan tells them.
    pub trenches: Vec<Value>,
}

/// The trench of a plan in which a work with this code lies.
pub fn trench_with<'a>(trenches: &'a [Value], code: &str) -> Option<&'a Value> {
    let has_it = |trench: &&Value| trench["works"].as_array().unwrap().iter().any(|work| work["code"] == code);
    trenches.iter().find(has_it)
}

fn tile_of([lon, lat]: [f64; 2], zoom: u32) -> (u32, u32) {
    let n = f64::from(1u32 << zoom);
    let lat = lat.to_radians();
    let y = (1.0 - (lat.tan() + 1.0 / lat.cos()).ln() / std::f64::consts::PI) / 2.0;
    (((lon + 180.0) / 360.0 * n) as u32, (y * n) as u32)
}

/// Every way to read that a path has. A path that is not known here is one whose reading nobody has looked at.
fn questions(path: &str, made: &Made) -> Option<Vec<Question>> {
    let get = |url: String| ("GET", url, Value::Null);
    let each =
        |of: &dyn Fn(&str) -> Vec<String>| LAYERS.iter().flat_map(|layer| of(layer)).map(get).collect::<Vec<_>>();
    let plain = || vec![get(path.to_owned())];
    let zooms = [0, 8, 12, 14, 16, 18];
    let nursery = json!({ "kinds": [{ "facility_kinds": ["nursery"], "radius_m": 300 }], "with_buildings": true });
    let all = json!({ "type": "Polygon", "coordinates": [[[104.5, 30.0], [104.8, 30.0], [104.8, 30.3], [104.5, 30.3], [104.5, 30.0]]] });
    Some(match path {
        "/api"
        | "/api/conformance"
        | "/api/docs"
        | "/api/openapi.json"
        | "/api/rules"
        | "/api/rules/clearances"
        | "/api/tileMatrixSets"
        | "/api/tileMatrixSets/WebMercatorQuad"
        | "/healthz"
        | "/metrics"
        | "/readyz"
        | "/api/basemaps"
        | "/api/city"
        | "/api/collections"
        | "/api/layers"
        | "/api/session"
        | "/api/tokens"
        | "/api/edits"
        | "/api/imports"
        | "/api/scenarios"
        | "/api/schemes"
        | "/api/eligibility"
        | "/api/eligibility/history"
        | "/api/analysis/network" => plain(),
        "/api/sources" => vec![get("/api/sources".to_owned()), get("/api/sources?bbox=104.5,30,104.8,30.3".to_owned())],
        "/api/search" => ["MARK", "乙", "GX", "长街", "OWN", "TRENCH"]
            .map(|q| get(format!("/api/search?q={q}&limit=50").replace('乙', "%E4%B9%99").replace("长街", "%E9%95%BF")))
            .to_vec(),
        "/api/statistics" => vec![("POST", path.to_owned(), json!({ "area": all }))],
        "/api/collections/{layer}" => each(&|layer| vec![format!("/api/collections/{layer}")]),
        "/api/collections/{layer}/queryables"
        | "/api/collections/{layer}/schema"
        | "/api/collections/{layer}/tiles"
        | "/api/collections/{layer}/tiles/WebMercatorQuad" => {
            let end = path.strip_prefix("/api/collections/{layer}").unwrap().to_owned();
            each(&|layer| vec![format!("/api/collections/{layer}{end}")])
        }
        "/api/collections/{layer}/items" => each(&|layer| {
            let at = format!("/api/collections/{layer}/items");
            vec![
                at.clone(),
                format!("{at}?bbox=104.69,30.14,104.7,30.15"),
                format!("{at}?limit=1"),
                format!("{at}?filter=code%20is%20not%20null"),
                format!("{at}?datetime=2024-05-01"),
                format!("{at}?crs=http://www.opengis.net/def/crs/EPSG/0/4490"),
            ]
        }),
        "/api/collections/{layer}/items/{id}" => {
            each(&|layer| (1..17).map(|id| format!("/api/collections/{layer}/items/{id}")).collect())
        }
        "/api/collections/{layer}/items/{id}/history" => {
            each(&|layer| (1..17).map(|id| format!("/api/collections/{layer}/items/{id}/history")).collect())
        }
        "/api/collections/{layer}/export" => each(&|layer| {
            ["geojson", "csv", "kml", "gpkg", "dxf"]
                .map(|format| format!("/api/collections/{layer}/export?format={format}"))
                .to_vec()
        }),
        "/api/collections/{layer}/export/trial" => LAYERS
            .map(|layer| ("POST", format!("/api/collections/{layer}/export/trial"), json!({ "format": "csv" })))
            .to_vec(),
        "/api/collections/{layer}/tiles/WebMercatorQuad/{z}/{y}/{x}" => each(&|layer| {
            zooms
                .map(|z| {
                    let (x, y) = tile_of(FAR, z);
                    format!("/api/collections/{layer}/tiles/WebMercatorQuad/{z}/{y}/{x}")
                })
                .to_vec()
        }),
        "/tiles/{layers}/{z}/{x}/{y}" => [
            "utility_work",
            "utility_line,utility_work",
            "street,utility_work,shared_trench",
            "candidate_site",
            "precinct,street",
        ]
        .iter()
        .flat_map(|layers| {
            zooms.map(|z| {
                let (x, y) = tile_of(FAR, z);
                get(format!("/tiles/{layers}/{z}/{x}/{y}"))
            })
        })
        .chain(LAYERS.map(|layer| {
            let (x, y) = tile_of([104.656, 30.12], 14);
            get(format!("/tiles/{layer}/14/{x}/{y}?filter=code%20is%20not%20null"))
        }))
        .collect(),
        "/tiles/{layers}" => each(&|layer| vec![format!("/tiles/{layer}.json"), format!("/tiles/gate,{layer}.json")]),
        "/api/edits/{edit_id}" => (made.edit..made.edit + 2).map(|id| get(format!("/api/edits/{id}"))).collect(),
        "/api/jobs/{job_id}" => vec![get(made.job.clone())],
        "/api/scenarios/{scenario_id}" => vec![get(format!("/api/scenarios/{}", made.scenario))],
        "/api/scenarios/{scenario_id}/history" => vec![get(format!("/api/scenarios/{}/history", made.scenario))],
        "/api/schemes/{scheme_id}/compare" => vec![get(format!("/api/schemes/{0}/compare?with={0}", made.scheme))],
        "/api/schemes/{scheme_id}/check" => vec![("POST", format!("/api/schemes/{}/check", made.scheme), json!({}))],
        "/api/schemes/{scheme_id}/precincts/{precinct_id}/sheet" => {
            vec![get(format!("/api/schemes/{}/precincts/1/sheet", made.scheme))]
        }
        "/api/schemes/{scheme_id}"
        | "/api/schemes/{scheme_id}/history"
        | "/api/schemes/{scheme_id}/members"
        | "/api/schemes/{scheme_id}/phases"
        | "/api/schemes/{scheme_id}/precincts"
        | "/api/schemes/{scheme_id}/totals" => {
            vec![get(path.replace("{scheme_id}", &made.scheme.to_string()))]
        }
        "/api/analysis/coverage" => {
            vec![("POST", path.to_owned(), nursery), ("POST", path.to_owned(), json!({ "scenario_id": made.scenario }))]
        }
        "/api/analysis/coverage/export" => {
            vec![("POST", "/api/analysis/coverage/export?format=gpkg".to_owned(), nursery)]
        }
        "/api/analysis/reach" => {
            vec![("POST", path.to_owned(), json!({ "from": [{ "layer": "facility", "id": 1 }], "limits_m": [300] }))]
        }
        "/api/analysis/siting" => {
            vec![(
                "POST",
                path.to_owned(),
                json!({ "objective": "mclp", "kinds": [{ "facility_kinds": ["nursery"], "p": 1, "radius_m": 300 }] }),
            )]
        }
        "/api/analysis/grouping" => vec![(
            "POST",
            path.to_owned(),
            json!({ "objective": "max-p", "min_households": 10, "longest_step_m": 600, "same": "none" }),
        )],
        "/api/trench-plans" | "/api/own-trenches" => plain(),
        "/api/trench-plans/{trench_plan_id}"
        | "/api/trench-plans/{trench_plan_id}/history"
        | "/api/trench-plans/{trench_plan_id}/clashes" => {
            vec![get(path.replace("{trench_plan_id}", &made.plan.to_string()))]
        }
        "/api/trench-plans/{trench_plan_id}/export" => ["gpkg", "dxf", "xlsx"]
            .map(|format| get(format!("/api/trench-plans/{}/export?format={format}", made.plan)))
            .to_vec(),
        "/api/trench-plans/{trench_plan_id}/trenches/{trench_id}/sheet" => {
            let sheet = |it: &Value| get(format!("/api/trench-plans/{}/trenches/{}/sheet", made.plan, it["trench_id"]));
            made.trenches.iter().map(sheet).collect()
        }
        "/api/street-calendar" => ["year=2024", "year=2024&street=1", "year=2024&f=csv", "year=2024&f=xlsx"]
            .map(|query| get(format!("/api/street-calendar?{query}")))
            .to_vec(),
        "/api/analysis/trenches" => vec![
            ("POST", path.to_owned(), json!({})),
            ("POST", path.to_owned(), json!({ "settings": { "opportunity_shift_days": 900 } })),
        ],
        // It never ends, and has a test of its own.
        "/api/events" => Vec::new(),
        // These write, or read a file that was sent.
        "/api/collections/{layer}/items/{id}/restore"
        | "/api/edits/redo"
        | "/api/edits/undo"
        | "/api/edits/{edit_id}/undo"
        | "/api/eligibility/settings"
        | "/api/eligibility/{community_id}/{criterion}"
        | "/api/imports/{import_id}/undo"
        | "/api/restore"
        | "/api/schemes/{scheme_id}/copy"
        | "/api/schemes/{scheme_id}/edits"
        | "/api/schemes/{scheme_id}/state"
        | "/api/schemes/{scheme_id}/undo"
        | "/api/uploads"
        | "/api/uploads/{upload_id}"
        | "/api/uploads/{upload_id}/preview"
        | "/api/trench-plans/{trench_plan_id}/offer"
        | "/api/trench-plans/{trench_plan_id}/close"
        | "/api/trench-plans/{trench_plan_id}/replan"
        | "/api/trench-plans/{trench_plan_id}/trenches/{trench_id}/lead"
        | "/api/trench-plans/{trench_plan_id}/trenches/{trench_id}/replies"
        | "/api/trench-plans/{trench_plan_id}/trenches/{trench_id}/withdraw"
        | "/api/trench-plans/{trench_plan_id}/replies"
        | "/api/own-trenches/{trench_id}/replies"
        | "/api/own-trenches/replies"
        | "/api/tokens/{token_id}" => Vec::new(),
        _ => return None,
    })
}

/// What the city and the second operator do before anybody else asks.
pub async fn prepare(town: &Town, planner: &Who, b: &Who) -> Made {
    let number = |answer: Answer, at: &[&str]| {
        assert!(answer.status.is_success(), "{}", String::from_utf8_lossy(&answer.body));
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        at.iter().fold(&body, |body, name| &body[*name]).as_i64().unwrap()
    };
    let scheme = town.send(planner, "POST", "/api/schemes", &[], json!({ "name": "MARKSCHEME" })).await;
    let scenario =
        town.send(planner, "POST", "/api/scenarios", &[], json!({ "name": "MARKSCENARIO", "modifications": [] })).await;
    let works = town.ask(b, "GET", "/api/collections/utility_work/items", Value::Null).await;
    let works: Vec<i64> = works.json()["features"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|work| work["properties"]["operator"] == "乙水务")
        .map(|work| work["id"].as_i64().unwrap())
        .collect();
    let order = json!({ "message": "MARKMESSAGE", "changes": [{ "operation": "update", "layer": "utility_work", "id": works[0],
        "feature": { "properties": { "depth_m": 1.3, "name": "MARKHIST" } } }] });
    let edit = town.send(b, "POST", "/api/edits", &[], order).await;
    // A machine that is not busy may answer at once, before a job is made of it.
    let mut job = String::new();
    for _ in 0..100 {
        job = town.send(b, "POST", "/api/analysis/trenches", &[], json!({})).await.header("location").to_owned();
        if !job.is_empty() {
            break;
        }
    }
    assert!(!job.is_empty(), "every question was answered at once");
    let kept = town.ask(planner, "POST", "/api/trench-plans", json!({ "name": "2024" })).await;
    let kept: Value = serde_json::from_slice(&kept.body).unwrap();
    // At once, or as the result of a job.
    let made = kept.get("plan").unwrap_or(&kept["result"]["plan"]);
    let plan = made["trench_plan_id"].as_i64().unwrap_or_else(|| panic!("{kept}"));
    let kept = made;
    let offer = format!("/api/trench-plans/{plan}/offer");
    town.send(planner, "POST", &offer, &[], json!({ "version": 1 })).await.json();
    let trenches = kept["planned_trenches"].as_array().unwrap().clone();
    // What the second operator says, no other operator reads, nor a body elsewhere.
    let own = format!("/api/own-trenches/{}/replies", trench_with(&trenches, "MARKCONF").unwrap()["trench_id"]);
    let said = json!({ "version": 1, "reply": "refuse", "reason": "MARKREASON" });
    town.send(b, "POST", &own, &[], said).await.json();
    // In a town with an edge: what is said of a trench of the west, and an agreed one that lies in both.
    let reply = async |code: &str, operator: &str, mut said: Value| {
        let Some(trench) = trench_with(&trenches, code) else { return };
        said["version"] = json!(1);
        said["operator"] = json!(operator);
        let path = format!("/api/trench-plans/{plan}/trenches/{}/replies", trench["trench_id"]);
        town.send(planner, "POST", &path, &[], said).await.json();
    };
    reply("WESTONE", "丙电信", json!({ "reply": "refuse", "reason": "WESTREASON" })).await;
    reply("EDGE-W", "丙电信", json!({ "reply": "accept" })).await;
    reply("EDGE-W", "乙水务", json!({ "reply": "accept" })).await;
    let revision = town.office.client.city.snapshot().revision;
    town.office.db.psql("update utility_work set depth_m = 1.73125 where code = 'EDGE-E'").await;
    let has_edge = trench_with(&trenches, "EDGE-E").is_some();
    while has_edge && town.office.client.city.snapshot().revision <= revision {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    if has_edge {
        town.add_works_outside_of_plans().await;
    }
    Made {
        plan,
        trenches,
        scheme: number(scheme, &["scheme", "scheme_id"]),
        scenario: number(scenario, &["scenario_id"]),
        edit: number(edit, &["edit_id"]),
        job,
        works,
    }
}

fn text(answer: &Answer) -> String {
    let headers: String = answer
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    headers + &String::from_utf8_lossy(&answer.body)
}

async fn all_questions(town: &Town, planner: &Who, made: &Made) -> Vec<Question> {
    let described = town.ask(planner, "GET", "/api/openapi.json", Value::Null).await.json();
    let paths: Vec<String> = described["paths"].as_object().unwrap().keys().cloned().collect();
    let unknown: Vec<&String> = paths.iter().filter(|path| questions(path, made).is_none()).collect();
    assert!(unknown.is_empty(), "nobody has looked at what {unknown:?} tells to whom: add them to `questions`");
    paths.iter().flat_map(|path| questions(path, made).unwrap()).collect()
}

/// What was asked for, whether the machine had the time to answer at once or made a job of it.
fn told_at_last(body: &[u8]) -> Vec<u8> {
    match serde_json::from_slice::<Value>(body) {
        Ok(told) if told.get("job_id").is_some() => told["result"].to_string().into_bytes(),
        Ok(told) => told.to_string().into_bytes(),
        Err(_) => body.to_vec(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_ones_own_reaches_nobody_else_by_any_path() {
    let town = town().await.with_an_edge().await;
    let (planner, b) = (town.log_in("planner").await, town.log_in("b").await);
    let made = prepare(&town, &planner, &b).await;
    for code in ["MARKCONF", "WESTONE", "EDGE-W", "EDGE-E"] {
        assert!(trench_with(&made.trenches, code).is_some(), "there is a trench with {code}");
    }
    let questions = all_questions(&town, &planner, &made).await;
    assert!(questions.len() > 200, "{}", questions.len());

    // Whoever may know asks first: every cache is warm, and every mark is there to be found.
    let mut found: BTreeSet<&str> = BTreeSet::new();
    let mut etags: BTreeMap<usize, (String, Vec<u8>)> = BTreeMap::new();
    let marks: Vec<&str> = OF_B.into_iter().chain(OF_CITY).chain(OF_WEST).chain(OF_EASTERN_EDGE).collect();
    let mut refused: Vec<String> = Vec::new();
    for (n, (method, url, body)) in questions.iter().enumerate() {
        let answer = town.ask(&planner, method, url, body.clone()).await;
        let told = text(&answer);
        // A question that nobody can ask proves nothing.
        let is_asked = answer.status.is_success() || answer.status.as_u16() == 404;
        if !is_asked || told.contains("\"state\":\"failed\"") {
            refused.push(format!("{method} {url}: {told}"));
        }
        found.extend(marks.iter().filter(|mark| told.contains(**mark)));
        let answer = town.ask(&b, method, url, body.clone()).await;
        if *method == "GET" && answer.status.as_u16() == 200 && !answer.header("etag").is_empty() {
            etags.insert(n, (answer.header("etag").to_owned(), answer.body.to_vec()));
        }
    }
    assert!(refused.is_empty(), "the planner is refused {refused:#?}");
    let never: Vec<&&str> = marks.iter().filter(|mark| !found.contains(**mark)).collect();
    assert!(never.is_empty(), "the planner never saw {never:?}, so nobody could be caught with it");

    let hidden = |who: &str| -> Vec<&str> {
        match who {
            "a" | "public" => marks.clone(),
            // What is internal in its own area a body may know, and no more.
            "west" => OF_EAST
                .into_iter()
                .chain(OF_EASTERN_EDGE)
                .chain(["MARKSCENARIO", "MARKSCHEME", "MARKDRAFT", "MARKMESSAGE", "MARKNOBODY", "MARKREASON"])
                .collect(),
            _ => OF_WEST.into_iter().chain(["MARKSCENARIO", "MARKSCHEME", "MARKDRAFT", "MARKMESSAGE"]).collect(),
        }
    };
    for name in ["a", "public", "west", "east"] {
        let who = town.log_in(name).await;
        let mut same = 0;
        for (n, (method, url, body)) in questions.iter().enumerate() {
            let answer = town.ask(&who, method, url, body.clone()).await;
            assert!(answer.status.as_u16() < 500, "{name} {method} {url}: {}", text(&answer));
            let told = text(&answer);
            for mark in hidden(name) {
                assert!(!told.contains(mark), "{name} is told {mark} by {method} {url} {body}: {told}");
            }
            // The other's ETag stands for the other's bytes: it holds only where they are the same.
            let Some((etag, bytes)) = etags.get(&n) else { continue };
            let held = town.send(&who, method, url, &[("if-none-match", etag)], body.clone()).await;
            if held.status.as_u16() == 304 {
                assert_eq!(told_at_last(&answer.body), told_at_last(bytes), "{name} {url}");
                same += 1;
            }
        }
        assert!(same > 5, "what is the same for all is held by its ETag: {same}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_sees_what_is_its_own_and_what_is_shown_to_it() {
    let town = town().await;
    let codes = async |name: &str, layer: &str| {
        let who = town.log_in(name).await;
        let answer = town.ask(&who, "GET", &format!("/api/collections/{layer}/items"), Value::Null).await;
        if answer.status.as_u16() == 404 {
            return vec!["unknown".to_owned()];
        }
        let features = answer.json()["features"].clone();
        let mut codes: Vec<String> = features
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["properties"]["code"].as_str().unwrap_or_default().to_owned())
            .collect();
        codes.sort();
        codes
    };
    assert_eq!(codes("a", "utility_work").await, ["OWN-A", "SHOWNOPEN"]);
    assert_eq!(codes("a", "utility_line").await, ["LINE-A"]);
    assert_eq!(codes("a", "shared_trench").await, ["TRENCH-A"]);
    assert_eq!(codes("b", "utility_work").await, ["MARKCONF", "MARKFAR", "MARKNULL", "SHOWNOPEN"]);
    assert_eq!(codes("a", "candidate_site").await, ["unknown"]);
    assert_eq!(codes("west", "utility_work").await, ["WESTWORK"]);
    assert_eq!(codes("west", "utility_line").await, ["WESTLINE"]);
    assert_eq!(codes("west", "candidate_site").await, Vec::<String>::new());
    assert_eq!(codes("east", "candidate_site").await, ["MARKSITE"]);
    assert_eq!(codes("east", "utility_work").await.len(), 7);
    assert_eq!(codes("public", "utility_work").await, ["unknown"]);
    assert_eq!(codes("reader", "utility_work").await.len(), 8);

    // A planner looks through their eyes, and they through nobody's.
    let planner = town.log_in("planner").await;
    let as_a = town
        .ask(
            &planner,
            "GET",
            "/api/collections/utility_work/items?viewer=operator:%E7%94%B2%E7%87%83%E6%B0%94",
            Value::Null,
        )
        .await;
    assert_eq!(as_a.json()["numberMatched"], 2);
    let a = town.log_in("a").await;
    for other in ["everything", "operator:%E4%B9%99%E6%B0%B4%E5%8A%A1", "body:EAST"] {
        town.ask(&a, "GET", &format!("/api/collections/utility_work/items?viewer={other}"), Value::Null)
            .await
            .problem(401, "not-authorized");
    }
    assert_eq!(
        town.ask(&a, "GET", "/api/collections/utility_work?viewer=public", Value::Null).await.status.as_u16(),
        404
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filter_finds_out_nothing_that_is_hidden() {
    let town = town().await;
    let count = async |who: &Who, layer: &str, filter: &str| {
        let filter: String = filter.bytes().map(|b| format!("%{b:02X}")).collect();
        let answer =
            town.ask(who, "GET", &format!("/api/collections/{layer}/items?filter={filter}"), Value::Null).await;
        answer.status.is_success().then(|| answer.json()["numberMatched"].as_i64().unwrap())
    };
    let (a, west, planner) = (town.log_in("a").await, town.log_in("west").await, town.log_in("planner").await);
    for (who, layer, filter, hidden, whole) in [
        (&a, "utility_work", "operator = '乙水务'", Some(0), 3),
        (&a, "utility_work", "visibility is null", Some(0), 2),
        (&a, "shared_trench", "members like '%MARK%'", None, 2),
        (&a, "shared_trench", "operators like '%丙%'", None, 2),
        (&a, "community", "estimated_cost > 7000000", None, 1),
        (&west, "community", "estimated_cost > 7000000", Some(0), 1),
        (&west, "community", "not (estimated_cost < 7000000)", Some(0), 1),
        (&west, "community", "remark = 'MARKREMARK'", Some(0), 1),
        (&west, "community", "estimated_cost > 1000000", Some(1), 2),
        (&west, "utility_work", "s_intersects(geometry, POINT(104.6912345 30.1412345))", Some(0), 2),
    ] {
        assert_eq!(count(who, layer, filter).await, hidden, "{layer} {filter}");
        assert_eq!(count(&planner, layer, filter).await, Some(whole), "{layer} {filter}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_is_told_of_a_meeting_and_no_more() {
    let town = town().await;
    let a = town.log_in("a").await;
    let told = town.ask(&a, "POST", "/api/analysis/trenches", json!({})).await.json();
    let told = told.get("result").unwrap_or(&told);
    assert_eq!(told["totals"]["works"], 1);
    assert_eq!(told["works"][0]["code"], "OWN-A");
    let met: Vec<&Value> = told["opportunities"].as_array().unwrap().iter().map(|one| &one["other"]["what"]).collect();
    assert_eq!(met.iter().filter(|what| ***what == json!("hidden_work")).count(), 2, "{told}");
    assert_eq!(met.iter().filter(|what| ***what == json!("work")).count(), 2, "{told}");
    let others: Vec<&Value> = told["others"].as_array().unwrap().iter().map(|one| &one["code"]).collect();
    assert_eq!(others, ["SHOWNREST", "SHOWNOPEN"]);
    // Its trench holds works that are not shown: how its place is judged is told, and not where it is.
    let place = |told: &Value| {
        let trenches = told["trenches"].as_array().unwrap();
        trenches.iter().find(|one| one["street_id"].is_number()).unwrap()["place"].clone()
    };
    let own = place(told);
    assert!(own["state"].is_string() && own["offset_m"].is_null() && own["lines"] == json!([]), "{own}");
    let planner = town.log_in("planner").await;
    let whole = town.ask(&planner, "POST", "/api/analysis/trenches", json!({})).await.json();
    let whole = place(whole.get("result").unwrap_or(&whole));
    assert!(whole["offset_m"].is_number() && whole["lines"].as_array().is_some_and(|all| all.len() == 2), "{whole}");
    // Beside another's line: kind and clearance, for whoever digs there.
    let line = told["checks"].as_array().unwrap().iter().find(|one| one["other"]["what"] == "line").expect("a line");
    assert!(
        line["other"]["feature"].is_null() && !line["rules"].as_array().unwrap().is_empty() && line["at"].is_array(),
        "{line}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_tell_each_only_of_what_it_sees() {
    let town = town().await;
    let (a, b, west, public) =
        (town.log_in("a").await, town.log_in("b").await, town.log_in("west").await, town.log_in("public").await);
    let planner = town.log_in("planner").await;
    let before = town.office.client.city.snapshot().revision;
    let made = prepare(&town, &planner, &b).await;
    let change = |id: i64| json!({ "changes": [{ "operation": "update", "layer": "utility_work", "id": id, "feature": { "properties": { "depth_m": 2.5 } } }] });
    for id in &made.works {
        assert_eq!(town.send(&b, "POST", "/api/edits", &[], change(*id)).await.status.as_u16(), 200);
    }
    let heard = async |who: &Who| {
        let headers: Vec<(&str, &str)> = who.cookie.as_deref().map(|cookie| ("cookie", cookie)).into_iter().collect();
        town.office
            .client
            .beginning(&format!("/api/events?since={before}"), &headers, std::time::Duration::from_millis(1500))
            .await
    };
    assert!(heard(&b).await.contains("utility_work"));
    assert!(heard(&planner).await.contains("104.69123"));
    for who in [&a, &west, &public] {
        let told = heard(who).await;
        assert!(told.contains("event: revision"), "it is told where the city stands: {told}");
        assert!(!told.contains("utility_work") && !told.contains("104.69"), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_sees_by_its_area_of_now() {
    let town = town().await;
    let west = town.log_in("west").await;
    let codes = async || {
        let works = town.ask(&west, "GET", "/api/collections/utility_work/items", Value::Null).await.json();
        let (x, y) = tile_of(FAR, 14);
        let tile = town.ask(&west, "GET", &format!("/tiles/utility_work/14/{x}/{y}"), Value::Null).await;
        (works["numberMatched"].as_i64().unwrap(), tile.status.as_u16())
    };
    assert_eq!(codes().await, (1, 204));
    let revision = town.office.client.city.snapshot().revision;
    let wait = async |revision: u64| {
        while town.office.client.city.snapshot().revision <= revision {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    town.office.db.psql("update responsible_body set geom = st_multi(st_makeenvelope(104.6, 30.1, 104.7, 30.15, 4490)) where code = 'WEST'").await;
    wait(revision).await;
    assert_eq!(codes().await, (8, 200));
    let revision = town.office.client.city.snapshot().revision;
    town.office.db.psql("update responsible_body set geom = st_multi(st_makeenvelope(104.6, 30.1, 104.65, 30.15, 4490)) where code = 'WEST'").await;
    wait(revision).await;
    assert_eq!(codes().await, (1, 204), "neither a mask nor a tile of before is left");
    // A pipe that is moved into its area is seen, and one that is moved out is gone.
    let revision = town.office.client.city.snapshot().revision;
    town.office
        .db
        .psql("update utility_work set geom = st_translate(geom, -0.05, 0) where code in ('MARKFAR', 'WESTWORK')")
        .await;
    wait(revision).await;
    assert_eq!(codes().await.0, 1);
}
