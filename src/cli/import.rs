//! `pianqu import`

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, bail};
use clap::Args;

use super::database;
use super::import_report::{self, ProgressLine};
use crate::app::import::{self, ImportJob};
use crate::config::DatabaseArgs;
use crate::domain::LayerId;
use crate::ingest::{self, Datum, FaultyLines, Request, Survey};
use crate::store::Store;
use crate::store::import_log::{Asker, Undone};

/// Import a file into a layer
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Shapefile, GeoPackage, FileGDB, GeoJSON, KML, DXF, XLSX, CSV, FlatGeobuf, OpenStreetMap, or a zip of these
    #[arg(required_unless_present_any = ["undo", "list"])]
    file: Option<PathBuf>,

    /// The layer that the rows become; `all` takes every layer that OpenStreetMap feeds
    #[arg(long, required_unless_present_any = ["undo", "list", "format"])]
    layer: Option<String>,

    /// `cjj61`: the file is the point table of a survey of pipes by CJJ 61-2017, and becomes utility lines
    #[arg(long, value_parser = ["cjj61"], conflicts_with_all = ["source_layer", "north_first", "key", "node"])]
    format: Option<String>,

    /// The line table that goes with the points [default: a sheet of the same workbook, or a file in the same zip]
    #[arg(long, value_name = "FILE", requires = "format")]
    lines: Option<PathBuf>,

    /// Lines of a survey that fail a check of depth, fall or length: `take` and tell, or `refuse` [default: take]
    #[arg(long, value_parser = ["take", "refuse"], requires = "format")]
    faulty_lines: Option<String>,

    /// Layer, sheet or file of the source, where it holds several
    #[arg(long, value_name = "NAME")]
    source_layer: Option<String>,

    /// Reference system of the coordinates, e.g. EPSG:4544
    #[arg(long)]
    crs: Option<String>,

    /// Datum of degrees: wgs84, cgcs2000, gcj02 or bd09
    #[arg(long)]
    datum: Option<Datum>,

    /// The first coordinate is the northing or the latitude, as surveyors write it
    #[arg(long)]
    north_first: bool,

    /// Encoding of texts, e.g. GBK
    #[arg(long)]
    encoding: Option<String>,

    /// COLUMN=FIELD, for columns that do not find their field by name
    #[arg(long, value_name = "COLUMN=FIELD", value_parser = pair)]
    map: Vec<(String, String)>,

    /// FIELD=VALUE, for rows whose own value is missing
    #[arg(long, value_name = "FIELD=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,

    /// Responsible body of rows that name none
    #[arg(long, value_name = "CODE")]
    body: Option<String>,

    /// Column that identifies a row, so that a second import updates it
    #[arg(long, value_name = "COLUMN")]
    key: Option<String>,

    /// Name of the data set; rows are recognised within it [default: the file's name]
    #[arg(long, value_name = "NAME")]
    source: Option<String>,

    /// Split lines where another line shares a vertex (OpenStreetMap streets always are)
    #[arg(long)]
    node: bool,

    /// Read, check and write, then keep nothing
    #[arg(long)]
    dry_run: bool,

    /// Write the whole report to this file
    #[arg(long, value_name = "FILE.json")]
    report: Option<PathBuf>,

    /// Who imports, for the history
    #[arg(long, env = "USER", hide_env = true, default_value = "")]
    actor: String,

    /// Take back the import with this number, as a whole
    #[arg(long, value_name = "IMPORT_ID", conflicts_with_all = ["file", "list"])]
    undo: Option<i64>,

    /// List the imports
    #[arg(long, conflicts_with = "file")]
    list: bool,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((left, right)) if !left.is_empty() && !right.is_empty() => Ok((left.to_owned(), right.to_owned())),
        _ => Err("write it as LEFT=RIGHT".to_owned()),
    }
}

pub async fn run(database_args: DatabaseArgs, args: ImportArgs) -> anyhow::Result<()> {
    let job = match (args.undo, args.list) {
        (None, false) => Some(job(&args)?),
        _ => None,
    };
    let database = database::open(&database_args).await?;
    let done = match (job, args.undo) {
        (Some(job), _) => import(&database.store, job, &args).await,
        (None, Some(import_id)) => undo(&database.store, import_id, &args).await,
        (None, None) => list(&database.store, args.json).await,
    };
    let closed = database.close().await;
    done.and(closed)
}

fn job(args: &ImportArgs) -> anyhow::Result<ImportJob> {
    let faulty = match args.faulty_lines.as_deref() {
        Some("refuse") => FaultyLines::Refuse,
        _ => FaultyLines::Take,
    };
    let survey = args.format.is_some().then(|| Survey { lines: args.lines.clone(), faulty });
    let layer = match (&args.layer, &survey) {
        (Some(layer), None) => layer.as_str(),
        (Some(layer), Some(_)) if layer != LayerId::UtilityLine.name() => {
            bail!("--format cjj61: a survey of pipes becomes {}, not {layer}", LayerId::UtilityLine)
        }
        (_, Some(_)) => LayerId::UtilityLine.name(),
        (None, None) => bail!("a file and --layer are needed"),
    };
    let Some(file) = &args.file else { bail!("a file is needed") };
    let layers = match layer {
        "all" => ingest::OSM_LAYERS.to_vec(),
        name => vec![name.parse::<LayerId>()?],
    };
    let mut constants = args.set.clone();
    if let Some(body) = &args.body {
        for layer in layers.iter().filter(|_| args.layer.as_deref() != Some("all")) {
            if layer.describe().field("responsible_body").is_none() {
                bail!("--body: the layer «{layer}» has no field for the responsible body");
            }
        }
        constants.push(("responsible_body".to_owned(), body.clone()));
    }
    let request = Request {
        layers,
        source_layer: args.source_layer.clone(),
        crs: args.crs.clone(),
        datum: args.datum,
        is_north_first: args.north_first,
        encoding: args.encoding.clone(),
        map: args.map.clone(),
        constants,
        key: args.key.clone(),
        source: args.source.clone(),
        is_noded: args.node,
        survey,
        ..Request::new(file, LayerId::Community)
    };
    Ok(ImportJob {
        request,
        actor: args.actor.clone(),
        viewer: crate::domain::Viewer::Everything,
        is_dry_run: args.dry_run,
    })
}

async fn import(store: &Store, job: ImportJob, args: &ImportArgs) -> anyhow::Result<()> {
    let is_cancelled = Arc::new(AtomicBool::new(false));
    tokio::spawn({
        let is_cancelled = is_cancelled.clone();
        async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                is_cancelled.store(true, Ordering::Relaxed);
            }
        }
    });
    let line = Arc::new(ProgressLine::new(args.json));
    let on_progress = {
        let line = line.clone();
        Arc::new(move |progress| line.show(progress))
    };
    let outcome = import::import(store, job, on_progress, is_cancelled).await;
    line.end();
    let (report, import_id, failure) = match outcome {
        Ok(imported) => (imported.report, imported.import_id, None),
        Err(failed) => (*failed.report, None, Some(failed.cause)),
    };
    if let Some(path) = &args.report {
        let text = serde_json::to_string_pretty(&serde_json::json!({
            "import_id": import_id,
            "is_dry_run": args.dry_run,
            "error": failure.as_ref().map(ToString::to_string),
            "report": report,
        }))?;
        std::fs::write(path, text + "\n")
            .with_context(|| format!("the report «{}» cannot be written", path.display()))?;
    }
    if args.json {
        let error = failure.as_ref().map(ToString::to_string);
        println!("{}", serde_json::json!({ "import_id": import_id, "error": error, "report": report }));
    } else {
        import_report::print(&report, import_id, args.dry_run, args.report.as_deref());
    }
    if let Some(cause) = failure {
        return Err(cause).context("nothing was imported");
    }
    let counts = report.counts;
    if counts.accepted + counts.mended == 0 {
        bail!("nothing was imported: no row of {} was fit", counts.read);
    }
    if counts.refused > 0 {
        bail!(
            "{} of {} rows were refused; the others were {}",
            counts.refused,
            counts.read,
            if args.dry_run { "fit" } else { "imported" }
        );
    }
    Ok(())
}

/// Who can run the program speaks for the city.
fn asker(actor: &str) -> Asker<'_> {
    Asker { actor, viewer: crate::domain::Viewer::Everything }
}

async fn undo(store: &Store, import_id: i64, args: &ImportArgs) -> anyhow::Result<()> {
    let undone = import::undo(store, import_id, asker(&args.actor)).await?;
    if args.json {
        println!("{}", serde_json::to_string(&undone)?);
    }
    match undone {
        Undone::Done { removed, restored } => {
            if !args.json {
                println!(
                    "Import {import_id} is undone: {removed} features removed, {restored} returned to what they were."
                );
            }
            Ok(())
        }
        Undone::NoSuchImport => bail!("there is no import {import_id}"),
        Undone::Already => bail!("import {import_id} was undone before"),
        Undone::ChangedSince(features) => {
            const SHOWN: usize = 20;
            let list: Vec<String> =
                features.iter().take(SHOWN).map(|f| format!("{} {} (by {})", f.layer, f.feature_id, f.actor)).collect();
            let more = features.len().saturating_sub(SHOWN);
            let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
            bail!("import {import_id} cannot be undone, these were changed since: {}{rest}", list.join(", "))
        }
    }
}

async fn list(store: &Store, is_json: bool) -> anyhow::Result<()> {
    let imports = import::list(store, asker("")).await?;
    if is_json {
        println!("{}", serde_json::to_string(&imports)?);
    } else {
        import_report::print_list(&imports);
    }
    Ok(())
}
