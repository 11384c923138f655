//! The dashboard and the alerts speak of numbers that the program tells.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::database;
use crate::support::node::Node;

/// Every name of ours in a text.
fn names(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words = text.split(|c| !is_part(c));
    words.filter(|word| word.starts_with("pianqu_")).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_number_of_the_dashboard_and_the_alerts_is_told() {
    let db = database().await;
    let node = Node::on_database(db.store.url(), &[]);
    let get = async |path: &str| reqwest::get(format!("{}{path}", node.url)).await.unwrap().text().await.unwrap();
    get("/api").await;
    let text = get("/metrics").await;
    let told: BTreeSet<String> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split(['{', ' ']).next())
        .map(str::to_owned)
        .collect();
    assert!(text.ends_with("# EOF\n") && told.len() > 15, "{text}");

    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging");
    for file in ["grafana/pianqu.json", "prometheus/pianqu.rules.yml"] {
        let asked = names(&std::fs::read_to_string(root.join(file)).unwrap());
        assert!(asked.len() > 5, "{file} asks for {asked:?}");
        let untold: Vec<_> = asked.difference(&told).collect();
        assert!(untold.is_empty(), "{file} asks for {untold:?}; told are {told:#?}");
    }
    let dashboard = std::fs::read_to_string(root.join("grafana/pianqu.json")).unwrap();
    let dashboard: serde_json::Value = serde_json::from_str(&dashboard).unwrap();
    assert!(dashboard["panels"].as_array().unwrap().len() > 15);

    // And what is told of the machine is a number, on the machine that we are made for.
    for name in ["pianqu_process_resident_memory_bytes", "pianqu_process_cpu_seconds_total", "pianqu_process_open_fds"]
    {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap();
        assert!(line.rsplit(' ').next().unwrap().parse::<f64>().unwrap() > 0.0, "{line}");
    }
}
