//! `pianqu analyse siting` as somebody types it.

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

use crate::support::node::pianqu;
use crate::support::shared_data;

fn siting(folder: &Path, words: &[&str]) -> Output {
    pianqu().current_dir(folder).args(["analyse", "siting"]).args(words).output().unwrap()
}

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/siting")
}

fn json(done: &Output) -> Value {
    serde_json::from_slice(&done.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&done.stderr)))
}

const FILES: [&str; 4] = ["--costs", "costs.csv", "--demand", "demand.csv"];

#[test]
fn the_example_of_the_docs_gives_what_the_docs_say() {
    let words =
        [&FILES[..], &["--capacities", "sites.csv", "--objective", "mclp", "--p", "1", "--radius", "1000"]].concat();
    let done = siting(&docs(), &words);
    let said = String::from_utf8(done.stdout).unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let page = std::fs::read_to_string(docs().with_extension("md")).unwrap();
    for line in said.lines().filter(|line| !line.is_empty() && !line.contains("; 0.")) {
        assert!(page.contains(line.trim_end()), "docs/siting.md does not hold: {line}");
    }
}

#[test]
fn the_answer_is_written_as_json_and_shares_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("answer.json");
    let words = [
        &FILES[..],
        &["--objective", "p-median", "--p", "2", "--allow-unreachable", "--json", "-o", output.to_str().unwrap()],
    ];
    let done = siting(&docs(), &words.concat());
    let printed = json(&done);
    assert!(done.status.success());
    let written: Value = serde_json::from_slice(&std::fs::read(&output).unwrap()).unwrap();
    assert_eq!(printed, written);
    assert_eq!(printed["is_proved_optimal"], true);
    assert_eq!(printed["bound"], printed["value"]);
    assert_eq!(printed["gap"], 0.0);
    let of: Vec<&str> = printed["shares"].as_array().unwrap().iter().map(|s| s["of"].as_str().unwrap()).collect();
    assert_eq!(of, ["places", "weight", "people"]);
    assert_eq!(printed["left_out"][0]["demand_id"], "水电院");
    assert_eq!(printed["left_out"][0]["why"], "no-way");
}

#[test]
fn who_cannot_be_covered_is_named_and_the_status_says_so() {
    let words = [&FILES[..], &["--objective", "lscp", "--radius", "1500"]].concat();
    let done = siting(&docs(), &words);
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(!done.status.success());
    assert!(told.contains("1 of 10 demands") && told.contains("水电院"), "{told}");
    assert!(String::from_utf8_lossy(&done.stdout).contains("proved optimal"), "the others are served all the same");
    assert!(siting(&docs(), &[&words[..], &["--allow-unreachable"]].concat()).status.success());
}

#[test]
fn what_is_wrong_is_said_with_file_and_line_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let costs = "demand_id,site_id,cost\na,x,1\na,x,2\nb,y,abc\n,y,3\nc,y,-1\nb,y,NaN\nb,y,\nb,y,inf\nb\nb,x,4\n";
    for (name, text) in [
        ("costs.csv", costs),
        ("demand.csv", "demand_id,weight\na,1\nb,2\n"),
        ("twice.csv", "demand_id,site_id,cost\na,x,1\nb,x,4\na,x,2\n"),
        ("bad.csv", "demand_id,weight\na,1\na,NaN\nb,-2\n"),
        ("sites.csv", "site_id,capacity,cost,fixed\nx,-5,1,\ny,1,1,perhaps\n"),
        ("nocolumn.csv", "id,weight\na,1\n"),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let run = |costs: &str, demand: &str, more: &[&str]| {
        let words = [&["--costs", costs, "--demand", demand, "-o", "answer.json"], more].concat();
        let done = siting(folder.path(), &words);
        assert!(!done.status.success() && !folder.path().join("answer.json").exists());
        String::from_utf8(done.stderr).unwrap()
    };
    let mclp = ["--objective", "mclp", "--p", "1", "--radius", "5"];
    let told = run("costs.csv", "demand.csv", &mclp);
    for say in [
        "costs.csv line 4: «cost» is «abc»",
        "costs.csv line 5: «demand_id» is empty",
        "costs.csv line 6: «cost» is -1",
        "costs.csv line 7: «cost» is not a number",
        "costs.csv line 8: «cost» is empty",
        "costs.csv line 9: «cost» is inf; leave the row out",
        "costs.csv line 10: has 1 values, not 3",
    ] {
        assert!(told.contains(say), "{say}: {told}");
    }
    let told = run("twice.csv", "demand.csv", &mclp);
    assert!(told.contains("twice.csv line 4: the pair «a», «x» has two costs, 1 and 2"), "{told}");
    let told = run("twice.csv", "bad.csv", &mclp);
    assert!(told.contains("bad.csv line 3") && told.contains("bad.csv line 4"), "{told}");
    let told = run("twice.csv", "demand.csv", &[&mclp[..], &["--capacities", "sites.csv"]].concat());
    assert!(told.contains("sites.csv line 2") && told.contains("sites.csv line 3"), "{told}");
    assert!(run("twice.csv", "nocolumn.csv", &mclp).contains("no column «demand_id»"));
    assert!(run("missing.csv", "demand.csv", &mclp).contains("missing.csv"));
    for (more, say) in [
        (&["--objective", "mclp", "--p", "9", "--radius", "5"][..], "--p: p is 9, but only"),
        (&["--objective", "p-median"], "needs p or a budget"),
        (&["--objective", "lscp"], "needs a radius"),
        (&["--objective", "mclp", "--p", "1", "--radius", "-1"], "less than zero"),
        (&["--objective", "p-median", "--p", "1", "--radius", "5"], "has no radius"),
        (&["--objective", "p-median", "--p", "1", "--weight", "cats"], "no weight «cats»"),
        (&["--objective", "p-median", "--p", "1", "--time-limit", "0"], "above zero"),
    ] {
        std::fs::write(folder.path().join("fine.csv"), "demand_id,site_id,cost\na,x,1\nb,y,4\n").unwrap();
        let told = run("fine.csv", "demand.csv", more);
        assert!(told.contains(say), "{more:?}: {told}");
    }
}

#[test]
fn tables_in_gbk_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let gbk = |text: &str| encoding_rs::GBK.encode(text).0.into_owned();
    std::fs::write(folder.path().join("costs.csv"), gbk("demand_id,site_id,cost\n和平巷,东门,1\n")).unwrap();
    std::fs::write(folder.path().join("demand.csv"), gbk("demand_id,weight\n和平巷,1\n")).unwrap();
    let done = siting(folder.path(), &[&FILES[..], &["--objective", "p-median", "--p", "1", "--json"]].concat());
    assert_eq!(json(&done)["chosen"][0], "东门");
}

#[test]
fn an_instance_of_the_or_library_is_solved() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("pmed.txt"), "5 5 2\n1 2 9\n2 3 1\n3 4 7\n4 5 1\n1 2 2\n").unwrap();
    let answer = json(&siting(folder.path(), &["--pmed", "pmed.txt", "--json"]));
    assert_eq!(answer["value"], 4.0);
    assert_eq!(answer["chosen"], serde_json::json!(["2", "4"]));
}

#[test]
fn san_francisco_on_the_command_line() {
    let Some(data) = shared_data("analysis-cases/sf_store") else { return };
    let folder = tempfile::tempdir().unwrap();
    let rows = |name: &str| -> Vec<csv::StringRecord> {
        csv::Reader::from_path(data.join(name)).unwrap().records().map(Result::unwrap).collect()
    };
    let costs = rows("SF_network_distance_candidateStore_16_censusTract_205_new.csv");
    let costs = costs.iter().map(|row| format!("{},{},{}\n", &row[2], &row[1], &row[0])).collect::<String>();
    let demand = rows("SF_demand_205_centroid_uniform_weight.csv");
    let demand = demand.iter().map(|row| format!("{},{},{}\n", &row[3], &row[6], &row[7])).collect::<String>();
    std::fs::write(folder.path().join("costs.csv"), format!("demand_id,site_id,cost\n{costs}")).unwrap();
    std::fs::write(folder.path().join("demand.csv"), format!("demand_id,weight,households\n{demand}")).unwrap();
    let words = [&FILES[..], &["--objective", "mclp", "--p", "4", "--radius", "5000", "--json"]].concat();
    let answer = json(&siting(folder.path(), &words));
    assert_eq!(answer["value"], 875_247.0);
    assert_eq!(answer["chosen"], serde_json::json!(["Store_11", "Store_12", "Store_15", "Store_2"]));
    let percent: Vec<String> =
        answer["shares"].as_array().unwrap().iter().map(|s| format!("{:.4}", s["percent"].as_f64().unwrap())).collect();
    assert_eq!(percent, ["89.7561", "91.6381", "93.3292"]);
}

/// One home, one street, and one site with room for one of two kinds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_kinds_in_the_city_by_params() {
    let db = crate::support::database().await;
    db.psql(
        "insert into street (street_class, geom)
            values ('residential', st_geomfromtext('MULTILINESTRING((104.64 30.12, 104.66 30.12))', 4490));
         insert into building (households, geom)
            values (80, st_multi(st_makeenvelope(104.6500, 30.1201, 104.6501, 30.1202, 4490)));
         insert into candidate_site (name, area_m2, geom)
            values ('东地', 100, st_setsrid(st_point(104.651, 30.1201), 4490))",
    )
    .await;
    let folder = tempfile::tempdir().unwrap();
    let ask = async |room_m2: u32, objective: &str| {
        let kind = |code: &str| match objective {
            "mclp" => serde_json::json!({"facility_kinds": [code], "p": 1, "radius_m": 300, "room_m2": room_m2}),
            _ => serde_json::json!({"facility_kinds": [code], "p": 1}),
        };
        let order = serde_json::json!({"objective": objective, "kinds": [kind("nursery"), kind("canteen")]});
        std::fs::write(folder.path().join("order.json"), order.to_string()).unwrap();
        let mut command = pianqu();
        command.current_dir(folder.path()).args(["analyse", "siting", "--params", "order.json"]);
        command.env("PIANQU_DATABASE_URL", db.store.url()).env("PIANQU_LOG", "warn");
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    };
    let both = json(&ask(50, "mclp").await);
    assert_eq!(both["value"], 160.0);
    assert_eq!(both["chosen"], serde_json::json!(["canteen:candidate_site/1", "nursery:candidate_site/1"]));
    assert_eq!(json(&ask(51, "mclp").await)["value"], 80.0);
    let refused = ask(50, "p-center").await;
    let told = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && told.contains("p-center takes one kind"), "{told}");
    assert!(!siting(folder.path(), &["--params", "order.json", "--p", "1"]).status.success(), "one or the other");
}
