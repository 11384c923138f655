//! Search by what people type.

use super::client::{Client, TOKEN, planner, public};
use crate::support::sketch::{Sketch, at, line, square};
use pianqu::domain::LayerId;

fn city() -> pianqu::snapshot::Snapshot {
    Sketch::new()
        .feature(LayerId::Subdistrict, square(at(0.0, 0.0), 3000.0), &[("name", "三贤祠街道".into())])
        .community("滨江和平苑", at(0.0, 0.0), 1)
        .community("和平", at(200.0, 0.0), 1)
        .community("和平小区", at(400.0, 0.0), 1)
        .building("和平楼", at(400.0, 0.0))
        .street("和平路", "primary", &[at(0.0, 100.0), at(300.0, 100.0)])
        .street("和平路", "primary", &[at(300.0, 100.0), at(600.0, 100.0)])
        .street("和平路", "primary", &[at(900.0, 5000.0), at(990.0, 5000.0)])
        .street("重庆路", "primary", &[at(0.0, 300.0), at(300.0, 300.0)])
        .utility_line("GX-007", "gas", &[at(0.0, 0.0), at(9.0, 0.0)])
        .feature(LayerId::Gate, line_start(), &[("code", "M-12".into())])
        .snapshot()
}

fn line_start() -> geo::Geometry<f64> {
    let geo::Geometry::LineString(line) = line(&[at(1.0, 1.0), at(2.0, 2.0)]) else { unreachable!() };
    geo::Geometry::Point(line.points().next().unwrap())
}

async fn labels(client: &Client, query: &str) -> Vec<String> {
    let found = client.get(&format!("/api/search?q={query}")).await.json();
    let results = found["results"].as_array().unwrap();
    results.iter().map(|r| format!("{} {}", r["layer"].as_str().unwrap(), r["label"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn exact_then_prefix_then_contained_and_communities_first() {
    let found = labels(&planner(city()), "%E5%92%8C%E5%B9%B3").await;
    let expected = [
        "community 和平",
        "community 和平小区",
        "street 和平路",
        "street 和平路",
        "building 和平楼",
        "community 滨江和平苑",
    ];
    assert_eq!(found, expected, "two pieces of the road are one, the far one is another");
}

#[tokio::test]
async fn pinyin_initials_codes_and_the_other_reading() {
    let client = planner(city());
    assert_eq!(labels(&client, "hepingxiaoqu").await, ["community 和平小区"]);
    assert_eq!(labels(&client, "HPXQ").await, ["community 和平小区"]);
    assert_eq!(labels(&client, "he%20ping%20xiao").await, ["community 和平小区"]);
    assert_eq!(labels(&client, "chongqing").await, ["street 重庆路"]);
    assert_eq!(labels(&client, "cql").await, ["street 重庆路"]);
    assert_eq!(labels(&client, "m-12").await, ["gate M-12"]);
    assert_eq!(labels(&client, "nowhere").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_result_says_where_it_lies() {
    let found = planner(city()).get("/api/search?q=%E5%92%8C%E5%B9%B3%E6%A5%BC").await.json();
    assert_eq!(found["results"][0]["context"], "三贤祠街道 · 和平小区");
    let bounds = found["results"][0]["bounds"].as_array().unwrap();
    let center = found["results"][0]["center"][0].as_f64().unwrap();
    assert!(bounds[0].as_f64().unwrap() < center && center < bounds[2].as_f64().unwrap());
}

#[tokio::test]
async fn the_public_finds_no_pipe() {
    let client = public(city());
    assert!(labels(&client, "GX-007").await.is_empty());
    let bearer = format!("Bearer {TOKEN}");
    let found = client.get_with("/api/search?q=GX-007", &[("authorization", &bearer)]).await.json();
    assert_eq!(found["results"][0]["layer"], "utility_line");
    assert!(labels(&client, "GX-007").await.is_empty(), "an index built for one viewer serves no other");
}

#[tokio::test]
async fn a_new_revision_is_searched_at_once() {
    let client = planner(city());
    assert!(labels(&client, "dongfeng").await.is_empty());
    let next = Sketch::new().community("东风小区", at(0.0, 0.0), 1).snapshot();
    client.city.publish(next, vec![]);
    assert_eq!(labels(&client, "dongfeng").await, ["community 东风小区"]);
}

#[tokio::test]
async fn a_question_without_words_is_refused() {
    let client = planner(city());
    client.get("/api/search").await.problem(400, "invalid-parameter");
    client.get("/api/search?q=%20").await.problem(400, "invalid-parameter");
    client.get("/api/search?q=a&limit=51").await.problem(400, "invalid-parameter");
    client.get(&format!("/api/search?q={}", "a".repeat(101))).await.problem(400, "invalid-parameter");
}

/// In a test build on a busy machine; a release build is several times faster.
#[tokio::test]
async fn two_hundred_thousand_names_are_searched_in_milliseconds() {
    let street = |i: i32| -> &'static str {
        const CHARACTERS: [&str; 12] = ["和", "平", "滨", "江", "长", "寿", "东", "风", "幸", "福", "重", "庆"];
        let character = |n: i32| CHARACTERS[(n % 12) as usize];
        Box::leak(format!("{}{}{}{i}栋", character(i), character(i / 12), character(i / 144)).into_boxed_str())
    };
    let city = (0..200_000)
        .fold(Sketch::new(), |city, i| city.building(street(i), at(f64::from(i % 500), f64::from(i / 500))));
    let client = planner(city.snapshot());
    labels(&client, "hepingjiang").await;
    let begun = std::time::Instant::now();
    for query in ["hepingjiang", "hpj", "%E5%B9%B8%E7%A6%8F", "nowhere", "199999"] {
        labels(&client, query).await;
    }
    let each = begun.elapsed() / 5;
    eprintln!("one search over 200,000 names: {each:?}");
    assert!(each < std::time::Duration::from_millis(150), "{each:?}");
}
