//! `pianqu analyse grouping`: precincts from a file of communities, or from the city.

mod adjacency;
mod city;
mod refusal;
mod report;
mod tables;
mod units;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use anyhow::{Context, bail};
use clap::Args;
use serde::de::DeserializeOwned;

use crate::analysis::grouping::{self, Answer, Problem, Watch};
use crate::config::DatabaseArgs;
use crate::http::analysis::grouping_order::GroupingOrder;
use crate::http::analysis::grouping_result::GroupingResult;

/// Propose precincts: communities grouped under limits on households, walks and bodies
#[derive(Debug, Args)]
pub struct GroupingArgs {
    /// One feature (GeoJSON, GPKG …) or row (CSV) a community, with id and households [default: the database]
    #[arg(long, value_name = "UNITS")]
    units: Option<PathBuf>,

    /// CSV with i, j and any of walk_m, shared: who is next to whom [default: outlines that touch]
    #[arg(long, value_name = "EDGES.csv", requires = "units")]
    edges: Option<PathBuf>,

    /// CSV with i, j, walk_m: further walks between pairs, for the widest walk
    #[arg(long, value_name = "WALKS.csv", requires = "units")]
    walks: Option<PathBuf>,

    /// Outlines with no more than so many metres between them touch
    #[arg(long, value_name = "METRES", default_value_t = 0.5, requires = "units")]
    touch: f64,

    /// The question as JSON, as the API takes it
    #[arg(long, value_name = "FILE.json")]
    params: Option<PathBuf>,

    /// Communities that no precinct can take are named, and do not make the command fail
    #[arg(long)]
    allow_ungrouped: bool,

    /// Leads the search; the same seed gives the same answer
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// Write the answer as JSON
    #[arg(short, long, value_name = "FILE.json")]
    output: Option<PathBuf>,

    /// Print the answer as JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(database: DatabaseArgs, args: GroupingArgs) -> anyhow::Result<()> {
    let is_cancelled = Arc::new(AtomicBool::new(false));
    tokio::spawn({
        let is_cancelled = is_cancelled.clone();
        async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                is_cancelled.store(true, Ordering::Relaxed);
            }
        }
    });
    let order: GroupingOrder = match &args.params {
        Some(file) => read_json(file)?,
        None => GroupingOrder::default(),
    };
    match args.units.clone() {
        Some(units) => {
            tokio::task::spawn_blocking(move || {
                let problem = units::problem(&units, &args, &order)?;
                solve(&problem, &args, &order, &is_cancelled)
            })
            .await?
        }
        None => city::run(database, args, order, is_cancelled).await,
    }
}

fn read_json<T: DeserializeOwned>(file: &PathBuf) -> anyhow::Result<T> {
    let bytes = fs::read(file).with_context(|| format!("«{}» cannot be read", file.display()))?;
    let reader = &mut serde_json::Deserializer::from_slice(&bytes);
    serde_path_to_error::deserialize(reader)
        .map_err(|error| anyhow::anyhow!("{}: {} at {}", file.display(), error.inner(), error.path()))
}

/// Solves, writes and prints.
fn solve(
    problem: &Problem,
    args: &GroupingArgs,
    order: &GroupingOrder,
    is_cancelled: &AtomicBool,
) -> anyhow::Result<()> {
    let line = report::ProgressLine::new(args.json);
    let start = Instant::now();
    let watch = Watch {
        is_wanted: &|| !is_cancelled.load(Ordering::Relaxed),
        seconds: &|| start.elapsed().as_secs_f64(),
        limit: order.seconds().map_err(refusal::told)?,
        tell: &|progress| line.show(progress),
    };
    let seed = args.seed.or(order.seed).unwrap_or(1);
    let solved = grouping::solve(problem, seed, &watch);
    line.end();
    let seconds = start.elapsed().as_secs_f64();
    let answer = match solved {
        Ok(answer) => answer,
        Err(error) => return Err(refusal::of(problem, error)),
    };
    let result = GroupingResult::of(problem, &answer, !order.without_placements);
    if let Some(output) = &args.output {
        let text = serde_json::to_string_pretty(&result)? + "\n";
        fs::write(output, text).with_context(|| format!("cannot write {}", output.display()))?;
    }
    if args.json {
        println!("{}", serde_json::to_string(&result)?);
    } else {
        report::print(problem, &answer, seconds);
    }
    ungrouped(problem, &answer, args.allow_ungrouped)
}

/// Who was to be grouped and is not makes the answer less than what was asked for.
fn ungrouped(problem: &Problem, answer: &Answer, is_allowed: bool) -> anyhow::Result<()> {
    let ids: Vec<&str> = answer
        .left_out
        .iter()
        .filter(|(_, why)| !why.is_asked_for())
        .map(|&(unit, _)| problem.units[unit].id.as_str())
        .collect();
    if is_allowed || ids.is_empty() {
        return Ok(());
    }
    bail!(
        "{} of {} communities are in no precinct: {}\n  \
         (the answer above groups all the others; with --allow-ungrouped that is enough)",
        ids.len(),
        problem.units.len(),
        refusal::ids(ids.iter().copied())
    )
}
