//! `pianqu analyse trenches`: the works of the database, or of files.

mod files;
mod report;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, bail};
use clap::Args;

use super::walk::{read_order, told};
use crate::analysis::trench::City;
use crate::app::refresh;
use crate::cli::database;
use crate::config::DatabaseArgs;
use crate::domain::Viewer;
use crate::geodesy::GaussKruger;
use crate::http::analysis::Progress;
use crate::http::analysis::trenches::{TrenchOrder, TrenchesAnswer, answer_of};
use crate::store::city::find_city;

#[derive(Debug, Args)]
pub struct TrenchArgs {
    /// Works to plan, as any file that an import reads; without it those of the database
    #[arg(long, value_name = "FILE")]
    works: Option<PathBuf>,

    /// Streets in which they lie
    #[arg(long, value_name = "FILE", requires = "works")]
    streets: Option<PathBuf>,

    /// Lines that lie there already
    #[arg(long, value_name = "FILE", requires = "works")]
    lines: Option<PathBuf>,

    /// The question as JSON, as the API takes it [default: every setting as it is]
    #[arg(long, value_name = "FILE.json")]
    params: Option<PathBuf>,

    /// Write the answer as JSON
    #[arg(short, long, value_name = "FILE.json")]
    output: Option<PathBuf>,

    /// Print the answer as JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(database: DatabaseArgs, args: TrenchArgs) -> anyhow::Result<()> {
    let order: TrenchOrder = read_order(args.params.as_deref())?;
    let limits = order.check().map_err(told)?;
    let (city, revision) = match &args.works {
        Some(works) => {
            let files = files::Files {
                works: works.clone(),
                streets: args.streets.clone(),
                lines: args.lines.clone(),
                is_quiet: args.json,
            };
            (tokio::task::spawn_blocking(move || files.read()).await??, None)
        }
        None => of_database(&database).await?,
    };
    let is_cancelled = Arc::new(AtomicBool::new(false));
    tokio::spawn({
        let is_cancelled = is_cancelled.clone();
        async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                is_cancelled.store(true, Ordering::Relaxed);
            }
        }
    });
    let start = std::time::Instant::now();
    let answer = tokio::task::spawn_blocking(move || {
        let is_wanted = || !is_cancelled.load(Ordering::Relaxed);
        let (progress, is_done) = (Progress::default(), AtomicBool::new(false));
        std::thread::scope(|scope| {
            scope.spawn(|| report::show(&progress, &is_done));
            let answer = answer_of(&city, revision, &order, &limits, &is_wanted, &progress);
            is_done.store(true, Ordering::Relaxed);
            answer
        })
    })
    .await?
    .map_err(told)?;
    let Some(answer) = answer else { bail!("cancelled") };
    write(&args, &answer, start.elapsed().as_secs_f64())
}

fn write(args: &TrenchArgs, answer: &TrenchesAnswer, seconds: f64) -> anyhow::Result<()> {
    if let Some(output) = &args.output {
        let text = serde_json::to_string_pretty(answer)? + "\n";
        std::fs::write(output, text).with_context(|| format!("«{}» cannot be written", output.display()))?;
    }
    if args.json {
        println!("{}", serde_json::to_string(answer)?);
    } else {
        report::print(answer, seconds);
    }
    Ok(())
}

async fn of_database(args: &DatabaseArgs) -> anyhow::Result<(City, Option<u64>)> {
    let database = database::open(args).await?;
    let read = async {
        let (snapshot, _) = refresh::load(&database.store).await?;
        let plane = GaussKruger::of_longitude(find_city(&database.store).await?.center_lon);
        let city = City::of(&snapshot, Viewer::Everything, plane).context("the layers are not there")?;
        anyhow::Ok((city, Some(snapshot.revision)))
    }
    .await;
    let closed = database.close().await;
    let read = read?;
    closed?;
    Ok(read)
}
