//! Real services of two countries through our own importer, analysed; the figures are pinned in
//! `tests/golden/cases_*.txt`, the data stay where they are. `UPDATE_GOLDEN=1` writes the figures anew, to be
//! read before they are committed.
//!
//! There is no walk network for either, so every distance here is a straight line on the plane: a bound from
//! below of any walk, and a real case for the importer, the catchments and the siting, not for walks.

mod singapore;
mod taiwan;

use std::fmt::Display;
use std::path::PathBuf;

use geo::Coord;
use pianqu::analysis::siting::{Answer, Cell, Choice, Demand, Objective, Problem, Reason, Site, solve, unlimited};
use pianqu::domain::{LayerId, Value, Viewer};
use pianqu::geodesy::GaussKruger;
use pianqu::ingest::{Report, Request};
use pianqu::snapshot::Snapshot;
use pianqu::snapshot::walk::{distance_m, representative_point};

/// Lines of «what: figure».
#[derive(Default)]
struct Figures(String);

impl Figures {
    fn tell(&mut self, what: impl Display, figure: impl Display) {
        self.0 += &format!("{what}: {figure}\n");
    }

    fn told_of_import(&mut self, report: &Report) {
        let counts = report.counts;
        self.tell(
            format!("import of {}", report.file),
            format!(
                "{} read, {} accepted, {} mended, {} refused",
                counts.read, counts.accepted, counts.mended, counts.refused
            ),
        );
    }

    /// The proved value of a siting, and its sites where distances make the best set the only one. Sites that
    /// are as good as others are no figures: how far the tie rule comes is a matter of time.
    fn told_of_siting(&mut self, what: &str, problem: &Problem) -> Answer {
        let answer = solve(problem, 1, &unlimited()).unwrap();
        assert_eq!((answer.reason, answer.gap()), (Reason::ProvedOptimal, Some(0.0)), "{what}");
        let chosen = answer.open.iter().filter(|open| open.choice != Choice::Existing);
        let chosen: Vec<&str> = chosen.map(|open| problem.sites[open.site].id.as_str()).collect();
        let sites = match (problem.objective, problem.capacities) {
            (Objective::PMedian, None) => format!("; sites {}", chosen.join(" ")),
            _ => String::new(),
        };
        self.tell(what, format!("{:.3}, proved{sites}", answer.value));
        answer
    }

    #[track_caller]
    fn are_those_of(self, name: &str) {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, &self.0).unwrap();
        }
        let pinned = std::fs::read_to_string(&path).unwrap();
        for (now, pinned) in self.0.lines().zip(pinned.lines()) {
            assert_eq!(now, pinned);
        }
        assert_eq!(self.0.lines().count(), pinned.lines().count());
    }
}

/// A feature where it can be measured from.
struct Spot {
    id: i64,
    at: Coord<f64>,
    values: Vec<Value>,
}

impl Spot {
    fn value(&self, layer: LayerId, field: &str) -> &Value {
        &self.values[layer.describe().field(field).unwrap().0]
    }

    fn is_kind(&self, kind: &str) -> bool {
        self.value(LayerId::Facility, "facility_kind").as_text() == Some(kind)
    }
}

/// The features of a layer on a plane.
fn spots(snapshot: &Snapshot, layer: LayerId, plane: GaussKruger) -> Vec<Spot> {
    let items = snapshot.layer(layer, Viewer::Public).unwrap().items();
    let spot = |item: &std::sync::Arc<pianqu::snapshot::Item>| Spot {
        id: item.id,
        at: plane.to_plane(representative_point(item).unwrap()),
        values: item.values.to_vec(),
    };
    items.iter().map(spot).collect()
}

/// A file as one kind of facility.
fn facilities(path: PathBuf, kind: &str, map: &[(&str, &str)]) -> Request {
    let pairs = |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    Request { map: pairs(map), constants: pairs(&[("facility_kind", kind)]), ..Request::new(path, LayerId::Facility) }
}

/// Who is nearer to what than `cut_m`, in a straight line.
fn straight_cells(demands: &[Coord<f64>], sites: &[Coord<f64>], cut_m: f64) -> Vec<Cell> {
    let cell = |(demand, a): (usize, &Coord<f64>), (site, b): (usize, &Coord<f64>)| {
        let cost = distance_m(*a, *b);
        (cost <= cut_m).then_some(Cell { demand, site, cost })
    };
    demands.iter().enumerate().flat_map(|a| sites.iter().enumerate().filter_map(move |b| cell(a, b))).collect()
}

fn problem(weight_names: &[&str], demands: Vec<Demand>, sites: Vec<Site>, cells: Vec<Cell>) -> Problem {
    Problem {
        weight_names: weight_names.iter().map(|name| (*name).to_owned()).collect(),
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

/// Metres to the nearest of them; infinite where there is none.
fn nearest_m(from: Coord<f64>, to: &[Coord<f64>]) -> f64 {
    to.iter().map(|to| distance_m(from, *to)).fold(f64::INFINITY, f64::min)
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
