//! A town with two operators, a third who shows its work, two bodies and a planner, each with an account and with
//! marks on what others may not know.

use std::time::Duration;

use axum::body::Body;
use pianqu::http::Settings;
use serde_json::{Value, json};

use super::client::Answer;
use super::edits::{Office, office};
use crate::support::TestDatabase;

pub const PASSWORD: &str = "一个足够长的口令二〇二四";

/// What the second operator has, and nobody else may know.
pub const OF_B: [&str; 14] = [
    "MARKIMPORT",
    "MARKREASON",
    "MARKHIST",
    "MARKCONF",
    "MARKNULL",
    "MARKFAR",
    "MARKLINE",
    "MARKTRENCH",
    "MARKMEMBER",
    "MARKSCENARIO",
    "MARKSCHEME",
    "乙水务",
    "104.69123",
    "30.14123",
];
/// What is the city's.
pub const OF_CITY: [&str; 6] = ["MARKNOBODY", "MARKSITE", "MARKREMARK", "WESTREMARK", "MARKDRAFT", "MARKMESSAGE"];
/// What lies in the other body's area, pipes and all.
pub const OF_EAST: [&str; 9] =
    ["MARKCONF", "MARKNULL", "MARKFAR", "MARKLINE", "MARKTRENCH", "MARKSITE", "MARKREMARK", "104.69123", "30.14123"];

pub struct Town {
    pub office: Office,
}

fn area(west: f64, south: f64, east: f64, north: f64) -> String {
    format!("st_multi(st_makeenvelope({west}, {south}, {east}, {north}, 4490))")
}

fn line(from: [f64; 2], to: [f64; 2]) -> String {
    let ([a, b], [c, d]) = (from, to);
    format!("st_multi(st_setsrid(st_makeline(st_point({a}, {b}), st_point({c}, {d})), 4490))")
}

/// 104.69123, 30.14123: where nothing is but what the second operator has.
pub const FAR: [f64; 2] = [104.6912345, 30.1412345];

async fn fill(db: &TestDatabase) {
    let street = line([104.655, 30.12], [104.658, 30.12]);
    let along = |north: f64| line([104.6551, 30.12 + north], [104.6579, 30.12 + north]);
    let (far, west) = (line(FAR, [104.6913, 30.1413]), line([104.62, 30.12], [104.621, 30.12]));
    let work = |code: &str, operator: &str, visibility: &str, geom: &str| {
        let quoted = |text: &str| if text.is_empty() { "null".to_owned() } else { format!("'{text}'") };
        format!(
            "insert into utility_work (code, name, utility_kind, operator, method, diameter_mm, depth_m, window_start,
             window_end, duration_days, visibility, geom) values ('{code}', '{code}', 'water', {}, 'open', 200, 1.2,
             '2024-03-01', '2024-09-30', 20, {}, {geom});",
            quoted(operator),
            quoted(visibility)
        )
    };
    let pipe = |code: &str, operator: &str, geom: &str| {
        format!(
            "insert into utility_line (code, utility_kind, operator, diameter_mm, geom) values ('{code}', 'gas', '{operator}', 300, {geom});"
        )
    };
    let trench = |code: &str, operators: &str, members: &str, geom: &str| {
        format!(
            "insert into shared_trench (code, name, trench_state, operators, members, geom)
                 values ('{code}', '{code}', 'proposed', '{operators}', '{members}', {geom});"
        )
    };
    let mut sql = String::new();
    for (code, name, outline) in
        [("WEST", "西区", area(104.6, 30.1, 104.65, 30.15)), ("EAST", "东区", area(104.65, 30.1, 104.7, 30.15))]
    {
        sql += &format!("insert into responsible_body (code, name, geom) values ('{code}', '{name}', {outline});");
    }
    sql += &format!(
        "insert into street (name, street_class, width_m, surfaced_on, surfacing, geom)
         values ('长街', 'residential', 12, '2001-01-01', 'built', {street});
         insert into building (name, building_use, households, geom) values ('一号楼', 'residential', 20, {});
         insert into candidate_site (code, name, geom) values ('MARKSITE', 'MARKSITE', st_setsrid(st_point(104.66, 30.11), 4490));
         insert into precinct (code, name, precinct_state, geom) values ('MARKDRAFT', 'MARKDRAFT', 'draft', {});
         insert into community (name, households, estimated_cost, remark, geom) values
             ('东苑', 100, 7654321.09, 'MARKREMARK', {}), ('西苑', 200, 1234567.09, 'WESTREMARK', {});
         insert into facility (name, facility_kind, geom) values ('托育', 'nursery', st_setsrid(st_point(104.656, 30.1201), 4490));",
        area(104.6551, 30.1211, 104.6553, 30.1213),
        area(104.66, 30.12, 104.67, 30.13), area(104.655, 30.121, 104.656, 30.122), area(104.62, 30.121, 104.621, 30.122),
    );
    sql += &work("OWN-A", "甲燃气", "confidential", &along(0.00001));
    sql += &work("MARKCONF", "乙水务", "confidential", &along(0.00002));
    sql += &work("MARKNULL", "乙水务", "", &along(-0.00002));
    sql += &work("SHOWNREST", "丁热力", "restricted", &along(0.00003));
    sql += &work("SHOWNOPEN", "丙电信", "open", &along(0.00004));
    sql += &work("MARKNOBODY", "", "", &far);
    sql += &work("MARKFAR", "乙水务", "confidential", &far);
    sql += &work("WESTWORK", "丙电信", "confidential", &west);
    sql += &pipe("LINE-A", "甲燃气", &along(-0.00004));
    sql += &pipe("MARKLINE", "乙水务", &along(0.000025));
    sql += &pipe("WESTLINE", "丙电信", &west);
    sql += &trench("TRENCH-A", "甲燃气; 丙电信", "OWN-A MARKMEMBER", &along(0.0));
    sql += &trench("MARKTRENCH", "乙水务;丙电信", "MARKCONF MARKNULL", &far);
    // What the second operator imported, of which no row is left.
    sql += "insert into import (actor, file_name, source, layers)
            values ('b', 'MARKIMPORT.csv', '乙水务: MARKIMPORT.csv', array['utility_line']);";
    db.psql(&sql).await;
    let hash = pianqu::app::accounts::hash_new_password(PASSWORD).unwrap();
    for (name, role, speaks_for) in [
        ("a", "operator", Some("甲燃气")),
        ("b", "operator", Some("乙水务")),
        ("west", "body", Some("WEST")),
        ("east", "body", Some("EAST")),
        ("planner", "planner", None),
        ("reader", "viewer", None),
    ] {
        assert!(pianqu::store::account::create(&db.store, name, role, speaks_for, &hash).await.unwrap());
    }
}

pub async fn town() -> Town {
    let settings =
        Settings { analysis_at_once: Duration::ZERO, admin_token: Some("admin".to_owned()), ..Settings::default() };
    let town = Town { office: office(settings).await };
    fill(&town.office.db).await;
    // Followed, not loaded anew: what is read is what a running node has.
    let snapshot = || town.office.client.city.snapshot();
    for _ in 0..600 {
        if snapshot().feature_count() >= 22 {
            return town;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the city has {} features only", snapshot().feature_count());
}

impl Town {
    /// The feature of this code, or else this name.
    pub async fn id_of(&self, layer: &str, code: &str) -> i64 {
        let client = self.office.db.store.connect_raw().await.unwrap();
        let sql = format!(
            "select {layer}_id from {layer} as f where coalesce(to_jsonb(f) ->> 'code', to_jsonb(f) ->> 'name') = $1"
        );
        client.query_one(&sql, &[&code]).await.unwrap().get(0)
    }

    /// The cookie of somebody who logs in; of nobody, none.
    pub async fn log_in(&self, name: &str) -> Who {
        if name == "public" {
            return Who { cookie: None };
        }
        let answer = self.try_log_in(name, PASSWORD).await;
        assert_eq!(answer.status.as_u16(), 200, "{}", String::from_utf8_lossy(&answer.body));
        let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
        Who { cookie: Some(cookie) }
    }

    pub async fn try_log_in(&self, name: &str, password: &str) -> Answer {
        let body = json!({ "name": name, "password": password }).to_string();
        self.office.client.post("/api/session", body).await
    }

    pub async fn send(&self, who: &Who, method: &str, path: &str, more: &[(&str, &str)], body: Value) -> Answer {
        let mut headers = vec![("content-type", "application/json"), ("origin", "http://pianqu.test")];
        headers.extend(who.cookie.as_deref().map(|cookie| ("cookie", cookie)));
        headers.extend_from_slice(more);
        let body = if body.is_null() { Body::empty() } else { body.to_string().into() };
        self.office.client.send(method, path, &headers, body).await
    }

    /// An answer; where it is a job, what the job gives.
    pub async fn ask(&self, who: &Who, method: &str, path: &str, body: Value) -> Answer {
        let answer = self.send(who, method, path, &[], body).await;
        if answer.status.as_u16() != 202 {
            return answer;
        }
        let job = answer.header("location").to_owned();
        for _ in 0..600 {
            let told = self.send(who, "GET", &job, &[], Value::Null).await;
            if told.json()["state"] != "running" {
                return told;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{path} does not end");
    }
}

/// Somebody with a session, or nobody.
pub struct Who {
    pub cookie: Option<String>,
}
