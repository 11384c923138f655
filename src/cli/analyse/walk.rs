//! `pianqu analyse reach` and `pianqu analyse coverage`: what the API answers, from the command line.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::analysis::scenario::Modification;
use crate::app::refresh;
use crate::app::walks::Walks;
use crate::cli::database;
use crate::config::DatabaseArgs;
use crate::domain::Viewer;
use crate::http::analysis::coverage::CoverageOrder;
use crate::http::analysis::reach::ReachOrder;
use crate::http::analysis::{Progress, coverage, reach, what_if};
use crate::http::problem::Problem;
use crate::snapshot::walk::WalkSettings;
use crate::store::city::find_city;
use crate::store::scenario;

#[derive(Debug, Args)]
pub struct WalkArgs {
    /// The question as JSON, as the API takes it [default: everything]
    #[arg(long, value_name = "FILE.json")]
    params: Option<PathBuf>,

    /// Where the answer goes as JSON [default: standard output]
    #[arg(short, long, value_name = "FILE.json")]
    output: Option<PathBuf>,
}

pub async fn reach(database: DatabaseArgs, args: WalkArgs) -> anyhow::Result<()> {
    let order: ReachOrder = read(&args)?;
    let (limits, metres_per_minute) = order.limits().map_err(told)?;
    answer(database, args, order.scenario_id, order.modifications.clone(), move |city, is_wanted, progress| {
        reach::answer_of(city, &order, &limits, metres_per_minute, is_wanted, progress)
    })
    .await
}

pub async fn coverage(database: DatabaseArgs, args: WalkArgs) -> anyhow::Result<()> {
    let order: CoverageOrder = read(&args)?;
    let question = order.question().map_err(told)?;
    answer(database, args, order.scenario_id, order.modifications.clone(), move |city, is_wanted, progress| {
        coverage::answer_of(city, &question, &order, Viewer::Everything, is_wanted, progress)
    })
    .await
}

fn read<T: DeserializeOwned + Default>(args: &WalkArgs) -> anyhow::Result<T> {
    let Some(file) = &args.params else { return Ok(T::default()) };
    let bytes = std::fs::read(file).with_context(|| format!("«{}» cannot be read", file.display()))?;
    let reader = &mut serde_json::Deserializer::from_slice(&bytes);
    serde_path_to_error::deserialize(reader)
        .map_err(|error| anyhow::anyhow!("{}: {} at {}", file.display(), error.inner(), error.path()))
}

/// A refusal in words, with the place of each mistake.
fn told(problem: Problem) -> anyhow::Error {
    let faults: Vec<String> = problem
        .errors
        .iter()
        .map(|fault| format!("{}: {}", fault.pointer.as_deref().unwrap_or_default(), fault.detail))
        .collect();
    anyhow::anyhow!("{}\n{}", problem.detail, faults.join("\n"))
}

async fn answer<T: Serialize + Send + 'static>(
    database_args: DatabaseArgs,
    args: WalkArgs,
    scenario_id: Option<i64>,
    modifications: Vec<Modification>,
    work: impl FnOnce(&crate::app::walks::CityWalk, &(dyn Fn() -> bool + Sync), &Progress) -> Result<Option<T>, Problem>
    + Send
    + 'static,
) -> anyhow::Result<()> {
    let database = database::open(&database_args).await?;
    let spinner = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    spinner.enable_steady_tick(std::time::Duration::from_millis(100));
    spinner.set_message("walking");
    let done = async {
        let (snapshot, _) = refresh::load(&database.store).await?;
        let city = find_city(&database.store).await?;
        let modifications = match scenario_id {
            None => modifications,
            Some(id) => {
                let stored = scenario::find(&database.store, id).await?;
                let stored = stored.with_context(|| format!("there is no scenario {id}"))?;
                let mut all: Vec<Modification> = serde_json::from_value(stored.modifications)?;
                all.extend(modifications);
                all
            }
        };
        let walks = Walks::new(WalkSettings::of_longitude(city.center_lon));
        let is_cancelled = Arc::new(AtomicBool::new(false));
        tokio::spawn({
            let is_cancelled = is_cancelled.clone();
            async move {
                if tokio::signal::ctrl_c().await.is_ok() {
                    is_cancelled.store(true, Ordering::Relaxed);
                }
            }
        });
        tokio::task::spawn_blocking(move || -> anyhow::Result<Vec<u8>> {
            let city = what_if::walks_of(&walks, &Arc::new(snapshot), &modifications).map_err(told)?;
            let is_wanted = || !is_cancelled.load(Ordering::Relaxed);
            let Some(answer) = work(&city, &is_wanted, &Progress::default()).map_err(told)? else { bail!("cancelled") };
            Ok(serde_json::to_vec(&answer)?)
        })
        .await?
    }
    .await;
    spinner.finish_and_clear();
    let closed = database.close().await;
    let mut bytes = done?;
    closed?;
    bytes.push(b'\n');
    match &args.output {
        Some(file) => std::fs::write(file, &bytes).with_context(|| format!("«{}» cannot be written", file.display())),
        None => Ok(std::io::Write::write_all(&mut std::io::stdout().lock(), &bytes)?),
    }
}
