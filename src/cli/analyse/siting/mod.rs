//! `pianqu analyse siting`: sites from tables of costs and demand, without a database; with `--params` in the city.

mod files;
mod report;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};

use crate::analysis::siting::{self, Answer, Assignment, Objective, Problem, SitingError, Watch, or_library};
use crate::http::analysis::siting_result::SitingResult;
use files::{Files, Lines, Read};

/// Choose sites: most covered, fewest sites, least way, or nobody far off
#[derive(Debug, Args)]
pub struct SitingArgs {
    /// The question as JSON, as the API takes it: sites in the city, from the database
    #[arg(long, value_name = "FILE.json", conflicts_with_all = ["costs", "demand", "capacities", "pmed", "objective",
        "p", "radius", "budget", "weight", "assignment", "allow_unreachable", "time_limit", "seed", "json"])]
    params: Option<PathBuf>,

    /// CSV with demand_id, site_id, cost; a pair without a row has no way between
    #[arg(long, value_name = "COSTS.csv", required_unless_present_any = ["pmed", "params"], requires = "demand")]
    costs: Option<PathBuf>,

    /// CSV with demand_id, weight and any further weights
    #[arg(long, value_name = "DEMAND.csv")]
    demand: Option<PathBuf>,

    /// CSV with site_id and any of capacity, cost, fixed (existing, must, full, must-not)
    #[arg(long, value_name = "SITES.csv")]
    capacities: Option<PathBuf>,

    /// An instance of the OR-Library: p-median over the vertices of a graph
    #[arg(long, value_name = "FILE", conflicts_with_all = ["costs", "demand", "capacities"])]
    pmed: Option<PathBuf>,

    /// What the sites are chosen for [default with --pmed: p-median]
    #[arg(long, required_unless_present_any = ["pmed", "params"])]
    objective: Option<ObjectiveName>,

    /// How many sites to choose, existing ones not counted
    #[arg(long, value_name = "N")]
    p: Option<usize>,

    /// Covered is who is at most so far (mclp, lscp)
    #[arg(long, value_name = "R", allow_negative_numbers = true)]
    radius: Option<f64>,

    /// What the chosen sites may cost together, existing ones not counted
    #[arg(long, value_name = "B", allow_negative_numbers = true)]
    budget: Option<f64>,

    /// The weight that counts, by the name of its column [default: weight]
    #[arg(long, value_name = "NAME")]
    weight: Option<String>,

    /// How demands are served where sites have capacities: whole by one site, or in parts
    #[arg(long, default_value = "single")]
    assignment: AssignmentName,

    /// Demands that no site can serve are named, and do not make the command fail
    #[arg(long)]
    allow_unreachable: bool,

    /// Seconds after which the best answer so far is given, with its gap
    #[arg(long, value_name = "S", default_value_t = 60.0, allow_negative_numbers = true)]
    time_limit: f64,

    /// Leads the search where nothing can be proved; the same seed gives the same answer
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// Write the answer as JSON
    #[arg(short, long, value_name = "FILE.json")]
    output: Option<PathBuf>,

    /// Print the answer as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ObjectiveName {
    Mclp,
    Lscp,
    PMedian,
    PCenter,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum AssignmentName {
    Single,
    Split,
}

impl SitingArgs {
    /// The order and where its answer goes, when sites in the city are asked for.
    pub fn city(&self) -> Option<(PathBuf, Option<PathBuf>)> {
        self.params.clone().map(|params| (params, self.output.clone()))
    }

    fn problem(&self) -> anyhow::Result<(Problem, Lines)> {
        let assignment = match self.assignment {
            AssignmentName::Single => Assignment::Single,
            AssignmentName::Split => Assignment::Split,
        };
        let (mut problem, lines) = match (&self.pmed, &self.costs, &self.demand) {
            (Some(pmed), _, _) => {
                let text = fs::read_to_string(pmed).with_context(|| format!("cannot read {}", pmed.display()))?;
                let problem = or_library::read(&text).with_context(|| format!("{} is no pmed file", pmed.display()))?;
                (problem, Lines::default())
            }
            (None, Some(costs), Some(demand)) => {
                let files = Files { costs, demand, sites: self.capacities.as_deref() };
                let Read { problem, lines } = files::read(&files, self.weight.as_deref(), assignment)?;
                (problem, lines)
            }
            _ => bail!("give --costs and --demand, or --pmed"),
        };
        problem.objective = match self.objective {
            Some(ObjectiveName::Mclp) => Objective::Mclp,
            Some(ObjectiveName::Lscp) => Objective::Lscp,
            Some(ObjectiveName::PMedian) | None => Objective::PMedian,
            Some(ObjectiveName::PCenter) => Objective::PCenter,
        };
        let has_own_p = problem.objective != Objective::Lscp && self.budget.is_none();
        problem.p = self.p.or(problem.p.filter(|_| has_own_p));
        problem.radius = self.radius;
        problem.budget = self.budget;
        Ok((problem, lines))
    }
}

pub async fn run(args: SitingArgs) -> anyhow::Result<()> {
    if args.time_limit.is_nan() || args.time_limit <= 0.0 {
        bail!("--time-limit: {} is not a number of seconds above zero", args.time_limit);
    }
    let is_cancelled = Arc::new(AtomicBool::new(false));
    tokio::spawn({
        let is_cancelled = is_cancelled.clone();
        async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                is_cancelled.store(true, Ordering::Relaxed);
            }
        }
    });
    tokio::task::spawn_blocking(move || work(&args, &is_cancelled)).await?
}

fn work(args: &SitingArgs, is_cancelled: &AtomicBool) -> anyhow::Result<()> {
    let (problem, lines) = args.problem()?;
    let line = report::ProgressLine::new(args.json);
    let start = Instant::now();
    let watch = Watch {
        is_wanted: &|| !is_cancelled.load(Ordering::Relaxed),
        seconds: &|| start.elapsed().as_secs_f64(),
        limit: args.time_limit,
        tell: &|progress| line.show(progress),
    };
    let solved = siting::solve(&problem, args.seed, &watch);
    line.end();
    let seconds = start.elapsed().as_secs_f64();
    let answer = match solved {
        Ok(answer) => answer,
        Err(SitingError::Invalid(faults)) => return lines.refuse(&faults),
        Err(SitingError::Infeasible { why, demands }) => {
            let ids = report::ids(demands.iter().map(|&n| problem.demands[n].id.as_str()));
            bail!(
                "this cannot be done: {why}{}",
                if ids.is_empty() { ids } else { format!("\n  without a site: {ids}") }
            );
        }
        Err(error) => return Err(error.into()),
    };
    let result = SitingResult::of(&problem, &answer, args.seed);
    if let Some(output) = &args.output {
        let text = serde_json::to_string_pretty(&result)? + "\n";
        fs::write(output, text).with_context(|| format!("cannot write {}", output.display()))?;
    }
    if args.json {
        println!("{}", serde_json::to_string(&result)?);
    } else {
        report::print(&problem, &answer, seconds);
    }
    unreachable(&problem, &answer, args.allow_unreachable)
}

/// Who was to be served and cannot be, whatever is chosen, makes the answer less than what was asked for.
fn unreachable(problem: &Problem, answer: &Answer, is_allowed: bool) -> anyhow::Result<()> {
    if is_allowed || problem.objective == Objective::Mclp {
        return Ok(());
    }
    let ids: Vec<&str> = answer
        .left_out
        .iter()
        .filter(|one| one.why.is_for_good())
        .map(|one| problem.demands[one.demand].id.as_str())
        .collect();
    if ids.is_empty() {
        return Ok(());
    }
    bail!(
        "{} of {} demands can be served by no site, whatever is chosen: {}\n  \
         (the answer above serves all the others; with --allow-unreachable that is enough)",
        ids.len(),
        problem.demands.len(),
        report::ids(ids.iter().copied())
    )
}
