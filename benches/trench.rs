//! Measures the match, the plan and a moved window on a generated city, and prints one JSON object; times are seconds
//! by the clock and of the processor. With a folder
//! it writes what was matched there, for `trench.py` to put the same question to PostGIS.
//!
//!     cargo bench --bench trench -- [--works N] [--lines N] [--dump FOLDER]

use std::fmt::Write as _;
use std::path::{Path as Folder, PathBuf};
use std::time::Instant;

use chrono::{DateTime, Days};
use pianqu::analysis::siting::{Watch, unlimited};
use pianqu::analysis::trench::path::Path;
use pianqu::analysis::trench::{
    City, Decided, Meeting, Settings, among, between, match_up, plan, recheck, solve, street_reach,
};
use pianqu::domain::Viewer;
use pianqu::geodesy::GaussKruger;
use pianqu::sample::{City as Sample, Params};

fn option(name: &str) -> Option<String> {
    std::env::args().skip_while(|word| word != name).nth(1)
}

fn seconds<T>(work: impl FnOnce() -> T) -> (T, [f64; 2]) {
    let (start, cpu) = (Instant::now(), cpu_seconds());
    let done = work();
    (done, [start.elapsed().as_secs_f64(), cpu_seconds() - cpu])
}

/// Of this process so far, by ticks of 10 ms: what a busy machine does not stretch.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    let ticks: Vec<f64> = after.split_whitespace().skip(11).take(2).filter_map(|text| text.parse().ok()).collect();
    ticks.iter().sum::<f64>() / 100.0
}

fn table<'a>(rows: impl Iterator<Item = (i64, f64, &'a Path)>) -> String {
    let mut text = String::new();
    for (id, reach, path) in rows {
        let mut places: Vec<String> = path.segments.iter().map(|one| format!("{} {}", one.a.x, one.a.y)).collect();
        places.extend(path.segments.last().map(|one| format!("{} {}", one.b.x, one.b.y)));
        let _ = writeln!(text, "{id}\t{reach}\tLINESTRING({})", places.join(","));
    }
    text
}

fn pairs(list: &[Meeting], a: impl Fn(usize) -> i64, b: impl Fn(usize) -> i64) -> String {
    let line = |one: &Meeting| format!("{}\t{}\t{:.3}\n", a(one.a), b(one.b), one.length_m());
    list.iter().map(line).collect()
}

fn dump(folder: &Folder, name: &str, text: &str) {
    std::fs::create_dir_all(folder).expect("a folder");
    std::fs::write(folder.join(name), text).expect("a file");
}

fn main() {
    let number = |name: &str, usual: usize| option(name).map_or(usual, |text| text.parse().expect("a number"));
    let params = Params {
        utility_works: number("--works", 10_000),
        utility_lines: number("--lines", 20_000),
        ..Params::default()
    };
    let snapshot = Sample::generate(&params).expect("a city").into_snapshot(DateTime::UNIX_EPOCH);
    let city = City::of(&snapshot, Viewer::Everything, GaussKruger::default()).expect("all layers");
    let settings = Settings::default();
    let watch = unlimited();

    let works: Vec<&Path> = city.works.iter().map(|one| &one.path).collect();
    let streets: Vec<&Path> = city.streets.iter().map(|one| &one.path).collect();
    let reach: Vec<f64> = city.streets.iter().map(|one| street_reach(one, &settings)).collect();
    let (in_streets, streets_s) = seconds(|| between(&works, &streets, &reach, &watch).expect("no limit"));
    let (in_works, works_s) = seconds(|| among(&works, settings.share_within_m, &watch).expect("no limit"));
    if let Some(folder) = option("--dump").map(PathBuf::from) {
        let of_works = city.works.iter().map(|one| (one.id, settings.share_within_m, &one.path));
        dump(&folder, "works.tsv", &table(of_works));
        let of_streets = city.streets.iter().zip(&reach).map(|(one, reach)| (one.id, *reach, &one.path));
        dump(&folder, "streets.tsv", &table(of_streets));
        let work = |n: usize| city.works[n].id;
        dump(&folder, "work_street.tsv", &pairs(&in_streets, work, |n| city.streets[n].id));
        dump(&folder, "work_work.tsv", &pairs(&in_works, work, work));
    }

    let start = Instant::now();
    let limited = Watch { seconds: &|| start.elapsed().as_secs_f64(), limit: 600.0, ..unlimited() };
    let (answer, plan_s) = seconds(|| plan(&city, &settings, &Decided::default(), &limited).expect("a plan"));
    assert_eq!(recheck(&city, &settings, &answer), vec![]);

    let matched = match_up(&city, &settings, &watch).expect("no limit");
    let before = solve(&city, &matched.problem(&city, &settings), &settings, None, &watch).expect("days");
    // The work of the group with most works: nothing else takes longer.
    let group = before.groups.iter().max_by_key(|group| group.works.len()).expect("a group");
    let id = group.works[group.works.len() / 2];
    let mut moved = city.clone();
    let work = moved.works.iter_mut().find(|work| work.id == id).expect("it is there");
    work.window = (work.window.0, work.window.1.map(|end| end + Days::new(90)));
    let (again, again_s) = seconds(|| {
        let problem = matched.problem(&moved, &settings);
        solve(&moved, &problem, &settings, Some((&before, &[id])), &watch).expect("days")
    });
    assert_eq!(again.groups.len(), before.groups.len());

    let (totals, bound) = (&answer.totals, &answer.bound);
    println!(
        "{}",
        serde_json::json!({
            "works": city.works.len(), "streets": city.streets.len(), "lines": city.lines.len(),
            "match_streets_s": streets_s, "match_works_s": works_s, "plan_s": plan_s, "moved_window_s": again_s,
            "work_street": in_streets.len(), "work_work": in_works.len(),
            "planned": totals.planned, "not_planned": totals.not_planned, "alone_not_planned": answer.alone.not_planned,
            "openings": totals.openings, "openings_separate": totals.openings_separate,
            "alone_openings": answer.alone.openings,
            "least_openings": bound.least_openings, "least_not_planned": bound.least_not_planned,
            "groups": bound.groups, "groups_proved": bound.groups_proved, "largest_group": bound.largest_group,
            "trenches": totals.trenches, "saving_yuan": totals.saving_yuan, "most_saving_yuan": bound.most_saving_yuan,
        })
    );
}
