//! Maps of others beneath the city's: who is offered them, who sees the key, how a file is read.

use pianqu::domain::Viewer;
use pianqu::http::Settings;

use super::client::{Client, TOKEN, client, planner};
use crate::support::sketch::{Sketch, at};

const KEY: &str = "0123456789abcdef0123456789abcdef";

fn with(settings: Settings) -> Client {
    client(Sketch::new().community("和平小区", at(0.0, 0.0), 120).snapshot(), settings)
}

fn settings(basemaps: &[&str]) -> Settings {
    Settings {
        admin_token: Some(TOKEN.to_owned()),
        tianditu_key: Some(KEY.to_owned()),
        basemaps: basemaps.iter().map(|text| text.parse().unwrap()).collect(),
        ..Settings::default()
    }
}

#[tokio::test]
async fn there_are_none_until_they_are_set_up() {
    let client = planner(Sketch::new().snapshot());
    let answer = client.get("/api/basemaps").await;
    assert_eq!(answer.json(), serde_json::json!([]));
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("connect-src 'self';") && !policy.contains("http"), "{policy}");
}

#[tokio::test]
async fn the_key_reaches_whom_the_administrator_lets() {
    let bearer = format!("Bearer {TOKEN}");
    let staff_only = with(settings(&["影像|https://h.example/{z}/{x}/{-y}.png|attribution=© 某局"]));
    let planner = staff_only.get_with("/api/basemaps", &[("authorization", &bearer)]).await;
    assert_eq!(planner.header("cache-control"), "private, no-store");
    let planner = planner.json();
    let tianditu = &planner[1];
    assert_eq!(tianditu["id"], "tianditu-img");
    let names = tianditu["tiles"][1][7].as_str().unwrap();
    assert!(names.starts_with("https://t7.tianditu.gov.cn/cia_w/wmts?") && names.ends_with(&format!("tk={KEY}")));
    assert!(names.contains("TILEMATRIX={z}&TILEROW={y}&TILECOL={x}"), "{names}");
    let ours = &planner[3];
    assert_eq!((&ours["title"]["zh"], &ours["is_tms"]), (&"影像".into(), &true.into()));
    assert_eq!(ours["tiles"][0][0], "https://h.example/{z}/{x}/{y}.png");

    // The public: no basemap, and the key nowhere, not in the headers either.
    for path in ["/api/basemaps", "/api/basemaps?viewer=public", "/api/city", "/api/openapi.json", "/metrics"] {
        let answer = staff_only.get(path).await;
        assert!(!String::from_utf8_lossy(&answer.body).contains(KEY), "{path}");
        assert!(!format!("{:?}", answer.headers).contains(KEY), "{path}");
    }
    assert_eq!(staff_only.get("/api/basemaps").await.json(), serde_json::json!([]));
    let everybody = with(Settings { basemaps_for: Viewer::Public, ..settings(&[]) });
    assert_eq!(everybody.get("/api/basemaps").await.json().as_array().unwrap().len(), 3);

    let policy = staff_only.get("/api/city").await.header("content-security-policy").to_owned();
    assert!(policy.contains("connect-src 'self' https://*.tianditu.gov.cn https://h.example;"), "{policy}");
    assert!(policy.contains("script-src 'self';"), "{policy}");
}

#[tokio::test]
async fn a_file_is_read_in_ranges_by_those_who_may() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ziyang.pmtiles");
    std::fs::write(&path, (0..=255).collect::<Vec<u8>>()).unwrap();
    let file = format!("底图|{}|attribution=© OpenStreetMap", path.display());
    let missing = format!("没有|{}|attribution=A", folder.path().join("none.pmtiles").display());
    let elsewhere = "远方|https://h.example/m.pmtiles|attribution=A";
    let client = with(settings(&[&file, &missing, elsewhere]));
    let bearer = format!("Bearer {TOKEN}");
    let as_planner = ("authorization", bearer.as_str());

    let listed = client.get_with("/api/basemaps", &[as_planner]).await.json();
    assert_eq!(listed[3]["tiles"][0][0], "/basemaps/1.pmtiles");
    assert!(
        !listed.to_string().contains(&*folder.path().to_string_lossy()),
        "where the file lies is nobody's business"
    );

    let part = client.get_with("/basemaps/1.pmtiles", &[as_planner, ("range", "bytes=16-31")]).await;
    assert_eq!(part.status.as_u16(), 206);
    assert_eq!(part.header("content-range"), "bytes 16-31/256");
    assert_eq!(part.body.to_vec(), (16..32).collect::<Vec<u8>>());
    let whole = client.get_with("/basemaps/1.pmtiles", &[as_planner]).await;
    assert_eq!((whole.status.as_u16(), whole.body.len()), (200, 256));
    let beyond = client.get_with("/basemaps/1.pmtiles", &[as_planner, ("range", "bytes=300-400")]).await;
    assert_eq!(beyond.status.as_u16(), 416);

    client.get("/basemaps/1.pmtiles").await.problem(404, "unknown-page");
    for name in ["0", "2", "3", "4", "-1", "99999999999999999999999", "..%2F..%2Fetc%2Fpasswd"] {
        let path = format!("/basemaps/{name}.pmtiles");
        client.get_with(&path, &[as_planner]).await.problem(404, "unknown-page");
    }
    client.get_with("/basemaps/1", &[as_planner]).await.problem(404, "unknown-page");
}
