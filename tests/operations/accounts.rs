//! `pianqu user`, and sessions while the database is away.

use std::io::Write as _;
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use pianqu::app::accounts::Accounts;
use pianqu::app::{City, refresh};
use pianqu::domain::Viewer;
use pianqu::store::Store;

use crate::support::database;
use crate::support::node::pianqu;
use crate::support::own_cluster::OwnCluster;

const PASSWORD: &str = "一个足够长的口令二〇二四";

fn user(url: &str, words: &[&str], password: &str) -> Output {
    let mut command = pianqu();
    command.arg("user").args(words).env("PIANQU_DATABASE_URL", url).env("PIANQU_LOG", "warn");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A command that needs no password may have ended without reading.
    let _ = child.stdin.take().unwrap().write_all(password.as_bytes());
    child.wait_with_output().unwrap()
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_are_made_listed_shut_out_and_let_in_by_command() {
    let db = database().await;
    let url = db.store.url().to_owned();
    let run = |words: &[&str], password: &str| user(&url, words, password);
    let made = run(&["add", "水务调度", "--role", "operator", "--operator", "资阳水务"], &format!("{PASSWORD}\n"));
    assert!(made.status.success(), "{}", told(&made));
    for (words, password, said) in [
        (vec!["add", "水务调度", "--role", "planner"], PASSWORD, "already"),
        (vec!["add", "甲", "--role", "operator"], PASSWORD, "speaks for"),
        (vec!["add", "甲", "--role", "planner", "--body", "YJ"], PASSWORD, "nobody but itself"),
        (vec!["add", "甲", "--role", "operator", "--operator", "甲;乙"], PASSWORD, "«;»"),
        (vec!["add", " 甲", "--role", "planner"], PASSWORD, "blanks"),
        (vec!["add", "甲", "--role", "planner"], "short", "10 to 200"),
        (vec!["add", "甲", "--role", "planner"], "", "10 to 200"),
        (vec!["add", "甲", "--role", "king"], PASSWORD, "invalid value"),
        (vec!["disable", "nobody"], "", "no account"),
        (vec!["password", "nobody"], PASSWORD, "no account"),
    ] {
        let refused = run(&words, password);
        assert!(!refused.status.success() && told(&refused).contains(said), "{words:?}: {}", told(&refused));
    }
    let list = |words: &[&str]| told(&run(words, ""));
    assert_eq!(list(&["list"]), "水务调度: operator for 资阳水务, never logged in, 0 tokens\n");
    let json: serde_json::Value = serde_json::from_str(&list(&["list", "--json"])).unwrap();
    assert_eq!((&json[0]["name"], &json[0]["is_disabled"]), (&"水务调度".into(), &false.into()));
    assert!(!json.to_string().contains("argon2"), "{json}");

    let city = Arc::new(City::new(refresh::load(&db.store).await.unwrap().0));
    let accounts = Accounts::new(db.store.clone(), city, Duration::from_secs(60));
    let log_in =
        async |password: &str| accounts.log_in("水务调度", password.to_owned()).await.map(|begun| begun.person.name);
    assert_eq!(log_in(PASSWORD).await.unwrap(), "水务调度");
    assert!(run(&["password", "水务调度"], "另一个足够长的口令二〇二五\n").status.success());
    assert!(log_in(PASSWORD).await.is_err());
    assert!(log_in("另一个足够长的口令二〇二五").await.is_ok());
    assert!(run(&["disable", "水务调度"], "").status.success());
    assert!(log_in("另一个足够长的口令二〇二五").await.is_err());
    assert!(list(&["list"]).contains("shut out"));
    assert!(run(&["enable", "水务调度"], "").status.success());
    assert!(log_in("另一个足够长的口令二〇二五").await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_was_known_stays_known_while_the_database_is_away_and_nobody_new_is() {
    let mut own = OwnCluster::start();
    let store = Store::new(&own.cluster.url()).unwrap();
    store.migrate().await.unwrap();
    let hash = pianqu::app::accounts::hash_new_password(PASSWORD).unwrap();
    for name in ["a", "b"] {
        assert!(pianqu::store::account::create(&store, name, "operator", Some("甲燃气"), &hash).await.unwrap());
    }
    let (snapshot, position) = refresh::load(&store).await.unwrap();
    let city = Arc::new(City::new(snapshot));
    let follower = tokio::spawn(refresh::follow(city.clone(), store.clone(), position));
    let node = || Accounts::new(store.clone(), city.clone(), Duration::from_secs(600));
    let (this, other) = (node(), node());
    let a = this.log_in("a", PASSWORD.to_owned()).await.unwrap().secret;
    let b = other.log_in("b", PASSWORD.to_owned()).await.unwrap().secret;

    own.cluster.stop().unwrap();
    while city.is_database_up() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // Longer than a secret is believed without asking.
    tokio::time::sleep(Duration::from_millis(5500)).await;
    let known = this.person(&a).await.unwrap().expect("it was known");
    assert!(matches!(known.viewer, Viewer::Operator(_)));
    assert!(this.person(&b).await.is_err(), "whom this node never met it cannot tell from nobody");
    assert!(this.log_in("a", PASSWORD.to_owned()).await.is_err());

    own.start_again();
    while !city.is_database_up() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(this.person(&b).await.unwrap().is_some());
    assert!(pianqu::store::account::set_disabled(&store, "a", true).await.unwrap());
    tokio::time::sleep(Duration::from_millis(5500)).await;
    assert!(this.person(&a).await.unwrap().is_none());
    follower.abort();
}
