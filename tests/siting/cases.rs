//! Published cases, whose optima two solvers agree on (the READMEs beside the data say where they come from).

use std::collections::BTreeMap;
use std::path::Path;

use pianqu::analysis::siting::{
    Answer, Assignment, Cell, Choice, Demand, Objective, Problem, Reason, Site, solve, unlimited,
};

use crate::support::shared_data;

/// The rows of a table by the names of its columns.
fn table(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let row = |record: csv::StringRecord| names.iter().cloned().zip(record.iter().map(str::to_owned)).collect();
    reader.records().map(|record| row(record.unwrap())).collect()
}

fn number(row: &BTreeMap<String, String>, name: &str) -> f64 {
    row[name].parse().unwrap()
}

fn problem(demands: Vec<Demand>, sites: Vec<Site>, pairs: Vec<(String, String, f64)>) -> Problem {
    let demand_at: BTreeMap<&str, usize> = demands.iter().enumerate().map(|(n, d)| (d.id.as_str(), n)).collect();
    let site_at: BTreeMap<&str, usize> = sites.iter().enumerate().map(|(n, s)| (s.id.as_str(), n)).collect();
    let cells = pairs
        .iter()
        .map(|(demand, site, cost)| Cell {
            demand: demand_at[demand.as_str()],
            site: site_at[site.as_str()],
            cost: *cost,
        })
        .collect();
    Problem {
        weight_names: Vec::new(),
        weight: 0,
        demands,
        sites,
        cells,
        objective: Objective::PMedian,
        p: None,
        budget: None,
        radius: None,
        capacities: None,
        limits: Vec::new(),
    }
}

/// San Francisco: 205 tracts with people and households, 16 candidate stores, network distances.
fn san_francisco(folder: &Path) -> Problem {
    let tracts = table(&folder.join("SF_demand_205_centroid_uniform_weight.csv"));
    let demands = tracts.iter().map(|row| Demand {
        id: row["NAME"].clone(),
        weights: vec![number(row, "POP2000"), number(row, "HOUSEHOLDS")],
    });
    let stores = table(&folder.join("SF_store_site_16_longlat.csv"));
    let sites =
        stores.iter().map(|row| Site { id: row["NAME"].clone(), capacity: None, price: 1.0, choice: Choice::Free });
    let distances = table(&folder.join("SF_network_distance_candidateStore_16_censusTract_205_new.csv"));
    let pairs =
        distances.iter().map(|row| (row["DestinationName"].clone(), row["name"].clone(), number(row, "distance")));
    let mut problem = problem(demands.collect(), sites.collect(), pairs.collect());
    problem.weight_names = vec!["people".to_owned(), "households".to_owned()];
    problem
}

fn proved(problem: &Problem) -> Answer {
    let answer = solve(problem, 1, &unlimited()).unwrap();
    assert_eq!(answer.reason, Reason::ProvedOptimal);
    assert_eq!(answer.gap(), Some(0.0));
    assert!(answer.is_tie_settled);
    answer
}

#[test]
fn san_francisco_comes_out_as_published() {
    let Some(folder) = shared_data("analysis-cases/sf_store") else { return };
    let base = san_francisco(&folder);
    let mut checked = 0;
    for row in table(&folder.join("expected.csv")) {
        let (objective, p) = match row["problem"].split_once('_').unwrap() {
            ("LSCP", _) => (Objective::Lscp, None),
            ("MCLP", rest) => (Objective::Mclp, rest.strip_prefix("5000_p")),
            ("PMEDIAN", rest) => (Objective::PMedian, rest.strip_prefix('p')),
            ("PCENTER", rest) => (Objective::PCenter, rest.strip_prefix('p')),
            // Backup coverage is not what we offer.
            _ => continue,
        };
        let radius = objective.has_radius().then_some(5000.0);
        let problem = Problem { objective, p: p.map(|p| p.parse().unwrap()), radius, ..base.clone() };
        let answer = proved(&problem);
        let expected = number(&row, "optimum");
        assert!((answer.value - expected).abs() <= 1e-9 * expected, "{}: {}", row["problem"], answer.value);
        if !row["unweighted_client_pct"].is_empty() && row["problem"] != "MCLP_5000_p8" {
            let percent = |n: usize| answer.shares[n].percent().unwrap();
            assert!((percent(0) - number(&row, "unweighted_client_pct")).abs() < 1e-9, "{}", row["problem"]);
            assert!((percent(1) - number(&row, "demand_pct")).abs() < 1e-9, "{}", row["problem"]);
            let sites: Vec<&str> = answer.open.iter().map(|open| base.sites[open.site].id.as_str()).collect();
            assert_eq!(sites.join(" "), row["sites_CBC"], "{}", row["problem"]);
        }
        checked += 1;
    }
    assert_eq!(checked, 21, "every row but that of backup coverage");
}

#[test]
fn one_solution_has_three_percentages() {
    let Some(folder) = shared_data("analysis-cases/sf_store") else { return };
    let problem = Problem { objective: Objective::Mclp, p: Some(4), radius: Some(5000.0), ..san_francisco(&folder) };
    let shares: Vec<String> =
        proved(&problem).shares.iter().map(|share| format!("{} {:.4}", share.of, share.percent().unwrap())).collect();
    assert_eq!(shares, ["places 89.7561", "people 91.6381", "households 93.3292"]);
}

#[test]
fn pupils_and_schools_come_out_as_published() {
    let Some(folder) = shared_data("analysis-cases/school_cap_pmedian") else { return };
    let students = table(&folder.join("example_subject_students.csv"));
    let demands = students.iter().map(|row| Demand { id: row["ST: ID"].clone(), weights: vec![1.0] });
    let schools = table(&folder.join("example_subject_schools.csv"));
    let site = |row: &BTreeMap<String, String>, forced: Choice| Site {
        id: row["SE2 PP: Code"].clone(),
        capacity: Some(number(row, "Count")),
        price: 1.0,
        choice: if number(row, "priority") == 1.0 { forced } else { Choice::Free },
    };
    let journeys = table(&folder.join("example_subject_student_school_journeys.csv"));
    let pairs: Vec<_> =
        journeys.iter().map(|row| (row["student"].clone(), row["school"].clone(), number(row, "time"))).collect();
    let demands: Vec<Demand> = demands.collect();
    let value = |forced: Choice, capacities: Option<Assignment>| {
        let sites = schools.iter().map(|row| site(row, forced)).collect();
        let problem = problem(demands.clone(), sites, pairs.clone());
        let weight_names = vec!["pupils".to_owned()];
        let answer = solve(&Problem { weight_names, p: Some(10), capacities, ..problem }, 1, &unlimited()).unwrap();
        assert_eq!(answer.reason, Reason::ProvedOptimal);
        (answer.value, answer.mean_cost.unwrap())
    };
    for assignment in [Assignment::Single, Assignment::Split] {
        let (forced, mean) = value(Choice::MustBeFull, Some(assignment));
        assert!((forced - 872.0).abs() < 1e-6 && (mean - 87.2).abs() < 1e-6, "{forced} {mean}");
        let (free, _) = value(Choice::Free, Some(assignment));
        assert!((free - 687.0).abs() < 1e-6, "{free}");
    }
    assert_eq!(value(Choice::Free, None).0, 686.0);
}
