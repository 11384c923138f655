//! Measures walks on a network given as CSV (nodes.csv: id,x,y · edges.csv: u,v,len · buildings.csv: id,x,y,hh ·
//! pois.csv: id,cat,x,y,cap; metres), and prints one JSON object of seconds.
//!
//!     cargo bench --bench walk -- FOLDER [--answers FILE.csv] [--once]
//!
//! `--once` leaves out what is measured with ten times the buildings.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use chrono::DateTime;
use geo::{Coord, Geometry, LineString, Point, Rect};
use pianqu::analysis::coverage::{People, Question, Speeds, coverage};
use pianqu::analysis::reach::{Search, cost_matrix};
use pianqu::analysis::scenario::{Modification, apply};
use pianqu::domain::rule::Rule;
use pianqu::domain::{LayerId, Value};
use pianqu::geodesy::GaussKruger;
use pianqu::snapshot::walk::{Places, Walk, WalkSettings};
use pianqu::snapshot::{Item, Layer, Shape, Snapshot};

struct Row(Vec<String>);

impl Row {
    fn number(&self, i: usize) -> f64 {
        self.0[i].parse().expect("a number")
    }
}

fn rows(folder: &Path, file: &str) -> Vec<Row> {
    let text = std::fs::read_to_string(folder.join(file)).expect("a file of the network");
    text.lines().skip(1).map(|line| Row(line.split(',').map(str::to_owned).collect())).collect()
}

/// Somewhere near Ziyang, so that nothing is negative.
fn degrees(x: f64, y: f64) -> Coord<f64> {
    GaussKruger::default().to_lon_lat(Coord { x: 470_000.0 + x, y: 3_330_000.0 + y })
}

fn item(id: i64, layer: LayerId, geometry: Geometry<f64>, values: &[(&str, Value)]) -> Item {
    let mut row: Vec<Value> = layer.describe().fields.iter().map(|_| Value::Null).collect();
    for (name, value) in values {
        row[layer.describe().field(name).expect("a field").0] = value.clone();
    }
    let shape = Shape::new(geometry).expect("a shape");
    Item { id, version: 1, updated_at: DateTime::UNIX_EPOCH, source: None, shape, values: row.into() }
}

fn footprint(x: f64, y: f64) -> Geometry<f64> {
    Geometry::Polygon(Rect::new(degrees(x - 5.0, y - 5.0), degrees(x + 5.0, y + 5.0)).to_polygon())
}

/// The city of a folder with `times` as many buildings, and gates on its first streets.
fn city(folder: &Path, times: usize) -> Snapshot {
    let nodes: Vec<(f64, f64)> = rows(folder, "nodes.csv").iter().map(|row| (row.number(1), row.number(2))).collect();
    let mut streets = Vec::new();
    for row in rows(folder, "edges.csv") {
        let (u, v) = (row.number(0) as usize, row.number(1) as usize);
        if u < v {
            let line = LineString(vec![degrees(nodes[u].0, nodes[u].1), degrees(nodes[v].0, nodes[v].1)]);
            let class = [("street_class", Value::Text("residential".into()))];
            streets.push(item(streets.len() as i64 + 1, LayerId::Street, Geometry::LineString(line), &class));
        }
    }
    let mut buildings = Vec::new();
    for (number, row) in rows(folder, "buildings.csv").iter().enumerate() {
        for copy in 0..times {
            let by = copy as f64 * 11.0;
            let households = [("households", Value::Integer(row.number(3) as i64))];
            let id = (copy * 1_000_000 + number) as i64 + 1;
            buildings.push(item(id, LayerId::Building, footprint(row.number(1) + by, row.number(2) - by), &households));
        }
    }
    let mut kinds: BTreeMap<String, &str> = BTreeMap::new();
    let codes = ["nursery", "health_station", "elder_daycare", "pharmacy", "canteen", "wet_market", "culture_station"];
    let mut facilities = Vec::new();
    for row in rows(folder, "pois.csv") {
        let next = codes[kinds.len() % codes.len()];
        let kind = *kinds.entry(row.0[1].clone()).or_insert(next);
        let at = Geometry::Point(Point(degrees(row.number(2), row.number(3))));
        let values = [("facility_kind", Value::Text(kind.into())), ("capacity", Value::Integer(row.number(4) as i64))];
        facilities.push(item(facilities.len() as i64 + 1, LayerId::Facility, at, &values));
    }
    let mut gates = Vec::new();
    for (number, node) in nodes.iter().step_by(251).enumerate() {
        let at = Geometry::Point(Point(degrees(node.0, node.1)));
        gates.push(item(number as i64 + 1, LayerId::Gate, at, &[("is_open", Value::Boolean(number % 2 == 0))]));
    }
    let layers = [
        Layer::new(LayerId::Street, streets),
        Layer::new(LayerId::Building, buildings),
        Layer::new(LayerId::Facility, facilities),
        Layer::new(LayerId::Gate, gates),
    ];
    Snapshot::empty(DateTime::UNIX_EPOCH).with_layers(1, DateTime::UNIX_EPOCH, layers)
}

/// Seconds by the clock and by the processor (all threads), so that a busy machine can be told from slow work.
#[derive(Clone, Copy)]
struct Stopwatch(Instant, f64);

impl Stopwatch {
    fn start() -> Self {
        Self(Instant::now(), Self::processor())
    }

    /// User and system time of this process; a tick is a hundredth of a second.
    fn processor() -> f64 {
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
        let after_name = stat.rsplit(") ").next().unwrap_or_default();
        let ticks = |n| after_name.split(' ').nth(n).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
        (ticks(11) + ticks(12)) / 100.0
    }

    fn note(self, times: f64, name: &str, seconds: &mut BTreeMap<String, f64>) {
        let clock = self.0.elapsed().as_secs_f64() / times;
        let best = seconds.entry(name.to_owned()).or_insert(f64::INFINITY);
        *best = best.min(clock);
        seconds.insert(format!("{name}_cpu"), (Self::processor() - self.1) / times);
    }
}

/// The least of several runs by the clock, the mean by the processor.
fn measure(times: usize, name: &str, seconds: &mut BTreeMap<String, f64>, mut work: impl FnMut()) {
    let all = Stopwatch::start();
    let run = |_| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64()
    };
    let least = (0..times).map(run).fold(f64::INFINITY, f64::min);
    all.note(times as f64, name, seconds);
    seconds.insert(name.to_owned(), least);
}

fn places(walk: &Walk, kind: &str, snapshot: &Snapshot) -> Vec<usize> {
    let items = snapshot.layer_unmasked(LayerId::Facility);
    let field = LayerId::Facility.describe().field("facility_kind").expect("a field").0;
    let is_kind = |id: &i64| items.find(*id).is_some_and(|item| item.values[field].as_text() == Some(kind));
    (0..walk.facilities.len()).filter(|i| is_kind(&walk.facilities.ids[*i])).collect()
}

/// The same with ten times the buildings: what is felt while dragging.
fn measure_large(folder: &Path, settings: WalkSettings, question: &Question, seconds: &mut BTreeMap<String, f64>) {
    let large = city(folder, 10);
    let start = Stopwatch::start();
    let large_walk = Walk::of(&large, settings);
    start.note(1.0, "made_at_200000_buildings", seconds);
    let large_people = Arc::new(People::of(&large));
    let to = degrees(9000.0, 9000.0);
    let moved = [Modification::MoveFacility { facility_id: 1, at: [to.x, to.y] }];
    measure(5, "what_if_at_200000_buildings", seconds, || {
        let scenario = apply(&large, &moved).expect("it can be applied");
        let walk = Walk::after(Some(&large_walk), &scenario, settings);
        coverage(&scenario, &walk, &large_people, question, &|_| {}, &|| true).expect("it is wanted");
    });
    let [from, to] = [degrees(9000.0, 9000.0), degrees(9060.0, 9060.0)];
    let street = Modification::AddStreet { line: vec![[from.x, from.y], [to.x, to.y]], is_bridge: false };
    let wall = Modification::AddBarrier { barrier_kind: "wall".to_owned(), line: vec![[from.x, from.y], [to.x, to.y]] };
    for (name, edit) in [("street_at_200000_buildings", street), ("wall_at_200000_buildings", wall)] {
        let edited = apply(&large, &[edit]).expect("it can be applied");
        measure(3, name, seconds, || {
            let walk = Walk::after(Some(&large_walk), &edited, settings);
            assert!(walk.buildings.len() == large_walk.buildings.len());
        });
    }
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let Some(folder) = words.first().map(Path::new).filter(|folder| folder.is_dir()) else {
        println!("bench walk: give the folder of a network");
        return;
    };
    let settings = WalkSettings::default();
    let mut seconds: BTreeMap<String, f64> = BTreeMap::new();

    let start = Stopwatch::start();
    let snapshot = city(folder, 1);
    start.note(1.0, "read_files", &mut seconds);
    let walk = Walk::of(&snapshot, settings);
    start.note(1.0, "files_to_ready", &mut seconds);

    let chosen = places(&walk, "nursery", &snapshot);
    let mut search = Search::new(&walk.network);
    measure(7, "nearest_of_a_kind", &mut seconds, || {
        search.run(chosen.iter().map(|i| walk.facilities.place(*i)), f64::MAX, &|| true);
        let sum: f64 = (0..walk.buildings.len()).filter_map(|i| search.nearest(walk.buildings.place(i)).metres()).sum();
        assert!(sum > 0.0);
    });

    let pick = |places: &Places, count: usize| {
        let step = (places.len() / count).max(1);
        let chosen: Vec<_> =
            (0..places.len()).step_by(step).take(count).map(|i| (i as i64, places.at[i], None)).collect();
        Places::new(&walk.network, &chosen)
    };
    let (demands, sites) = (pick(&walk.buildings, 3000), pick(&walk.facilities, 400));
    measure(1, "matrix_3000_x_400", &mut seconds, || {
        let matrix = cost_matrix(&walk.network, &demands, &sites, f64::MAX, &|| true).expect("it is wanted");
        assert!(matrix.get(0, 0).is_some());
    });

    let question = Question {
        rules: vec![Rule::asked(vec!["nursery".to_owned()], 500.0)],
        speeds: Speeds::default(),
        limit_m: 3000.0,
        steps: vec![],
        most_gaps: 100,
    };
    let people = People::of(&snapshot);
    let gate = [Modification::OpenGate { gate_id: 2 }];
    measure(3, "gate_and_coverage", &mut seconds, || {
        let opened = apply(&snapshot, &gate).expect("it can be applied");
        let walk = Walk::after(Some(&walk), &opened, settings);
        coverage(&opened, &walk, &people, &question, &|_| {}, &|| true).expect("it is wanted");
    });

    if !words.iter().any(|word| word == "--once") {
        measure_large(folder, settings, &question, &mut seconds);
    }
    if let Some(file) = words.iter().position(|word| word == "--answers").and_then(|at| words.get(at + 1)) {
        search.run(chosen.iter().map(|i| walk.facilities.place(*i)), f64::MAX, &|| true);
        let line = |i: usize| {
            let metres = search.nearest(walk.buildings.place(i)).metres();
            format!("{},{}\n", walk.buildings.ids[i], metres.map_or(String::new(), |m| format!("{m:.4}")))
        };
        std::fs::write(file, (0..walk.buildings.len()).map(line).collect::<String>()).expect("the file can be written");
    }
    println!("{}", serde_json::to_string(&seconds).expect("plain data"));
}
