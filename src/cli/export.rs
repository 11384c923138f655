//! `pianqu export`

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget};

use super::database;
use crate::app::refresh;
use crate::config::DatabaseArgs;
use crate::domain::{LayerId, Viewer};
use crate::export::{DEFAULT_CRS, Export, Folder, Format, TextEncoding, Written};
use crate::http::Settings;
use crate::http::items::Selection;
use crate::http::parameters::Parameters;
use crate::snapshot::Snapshot;

/// Write a layer to a file of another program
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The layer to write
    layer: LayerId,

    /// The file to write; it appears when it is whole. A shapefile ends with .shp, or with .zip to hold all its parts
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// geojson, gpkg, shp, xlsx, csv, kml, dxf or fgb [default: what the file ends with]
    #[arg(long)]
    format: Option<Format>,

    /// Reference system of the coordinates, e.g. EPSG:4544, or gcj02, bd09
    #[arg(long, default_value = DEFAULT_CRS)]
    crs: String,

    /// Only what meets this box: west,south,east,north in degrees
    #[arg(long, value_name = "W,S,E,N", allow_hyphen_values = true)]
    bbox: Option<String>,

    /// Encoding of texts in shapefiles and CSV: utf-8 or gbk
    #[arg(long, default_value = "utf-8")]
    encoding: TextEncoding,

    /// Only features with this value, in a field of the layer
    #[arg(long = "where", value_name = "FIELD=VALUE", value_parser = pair)]
    equal: Vec<(String, String)>,

    /// Only features that meet this condition in CQL2
    #[arg(long, value_name = "CQL2")]
    filter: Option<String>,

    /// Only these fields, separated by commas
    #[arg(long, value_name = "FIELDS")]
    properties: Option<String>,

    /// XLSX and CSV: without the column that holds the shape
    #[arg(long)]
    no_shapes: bool,

    /// Only what the public may see
    #[arg(long)]
    public: bool,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((field, value)) if !field.is_empty() => Ok((field.to_owned(), value.to_owned())),
        _ => Err("write it as FIELD=VALUE".to_owned()),
    }
}

impl ExportArgs {
    fn format(&self) -> anyhow::Result<Format> {
        let ending = self.output.extension().and_then(OsStr::to_str).unwrap_or_default().to_lowercase();
        let by_ending = match ending.as_str() {
            "zip" => Some(Format::Shapefile),
            "json" => Some(Format::GeoJson),
            other => other.parse().ok(),
        };
        match (self.format, by_ending) {
            (Some(asked), Some(other)) if asked != other => {
                bail!("--format {} does not fit a file that ends with .{ending}", asked.name())
            }
            // Other programs know a shapefile by nothing but its ending.
            (Some(Format::Shapefile), None) => bail!("the name of a shapefile ends with .shp, or with .zip"),
            (Some(format), _) | (None, Some(format)) => Ok(format),
            (None, None) => bail!("give --format, or a file that ends with a format: .geojson, .gpkg, .shp, .xlsx …"),
        }
    }

    fn parameters(&self) -> Parameters {
        let own = [("bbox", &self.bbox), ("filter", &self.filter), ("properties", &self.properties)];
        let own = own.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)));
        Parameters::from_pairs(self.equal.iter().cloned().chain(own).collect())
    }
}

pub async fn run(database_args: DatabaseArgs, args: ExportArgs) -> anyhow::Result<()> {
    let format = args.format()?;
    let is_json = args.json;
    let output = args.output.clone();
    let database = database::open(&database_args).await?;
    let spinner = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    spinner.enable_steady_tick(std::time::Duration::from_millis(100));
    spinner.set_message("reading");
    let done = async {
        let snapshot = refresh::load_layer(&database.store, args.layer).await?;
        spinner.set_message("writing");
        let is_cancelled = Arc::new(AtomicBool::new(false));
        tokio::spawn({
            let is_cancelled = is_cancelled.clone();
            async move {
                if tokio::signal::ctrl_c().await.is_ok() {
                    is_cancelled.store(true, Ordering::Relaxed);
                }
            }
        });
        tokio::task::spawn_blocking(move || write(&args, format, &snapshot, &is_cancelled)).await?
    }
    .await;
    spinner.finish_and_clear();
    let closed = database.close().await;
    let (written, files) = done?;
    closed?;
    tell(&output, format, &written, &files, is_json);
    Ok(())
}

/// Writes beside the output and moves into its place what is whole.
fn write(
    args: &ExportArgs,
    format: Format,
    snapshot: &Snapshot,
    is_cancelled: &AtomicBool,
) -> anyhow::Result<(Written, Vec<PathBuf>)> {
    let viewer = if args.public { Viewer::Public } else { Viewer::Everything };
    let view = snapshot
        .layer(args.layer, viewer)
        .with_context(|| format!("the public may not see the layer «{}»", args.layer))?;
    let is_wanted = || !is_cancelled.load(Ordering::Relaxed);
    let selection = Selection::take(args.parameters(), &view, &Settings::default())
        .map_err(|problem| anyhow::anyhow!(problem.detail))?;
    let items = selection.items(&view, is_wanted).context("cancelled")?;
    let export = Export {
        layer: view.describe(),
        fields: selection.fields(),
        items: &items,
        format,
        crs: &args.crs,
        encoding: args.encoding,
        with_shapes: !args.no_shapes,
        is_wanted: &is_wanted,
    };
    let parent = args.output.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = Folder::within(parent).with_context(|| format!("«{}» cannot be written to", parent.display()))?;
    let stem = args.output.file_stem().and_then(OsStr::to_str).context("the file needs a name")?;
    let is_archive = args.output.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("zip"));
    let written = export.write(folder.path(), if is_archive { args.layer.name() } else { stem })?;
    let files = if format == Format::Shapefile && !is_archive {
        let to = |file: &PathBuf| parent.join(file.file_name().unwrap_or_default());
        written.files.iter().map(|file| (file.clone(), to(file))).collect()
    } else {
        vec![(written.one(folder.path(), stem)?, args.output.clone())]
    };
    for (from, to) in &files {
        move_into_place(from, to).with_context(|| format!("«{}» cannot be written", to.display()))?;
    }
    Ok((written, files.into_iter().map(|(_, to)| to).collect()))
}

fn move_into_place(from: &Path, to: &Path) -> io::Result<()> {
    fs::File::open(from)?.sync_all()?;
    fs::rename(from, to)
}

fn tell(output: &Path, format: Format, written: &Written, files: &[PathBuf], is_json: bool) {
    if is_json {
        let columns: serde_json::Map<_, _> =
            written.renamed.iter().map(|(field, column)| ((*field).to_owned(), column.clone().into())).collect();
        let said = serde_json::json!({
            "features": written.features, "format": format.name(), "crs": written.crs,
            "files": files, "renamed": columns,
        });
        println!("{said}");
        return;
    }
    println!("{} features in {} ({format}, {}).", written.features, output.display(), written.crs);
    for file in files.iter().filter(|file| *file != output) {
        println!("  also {}", file.display());
    }
    if let Some(datum) = &written.datum {
        println!("The file does not say that its coordinates are {datum}: no registry has a name for that.");
    }
    if !written.renamed.is_empty() {
        let names: Vec<String> = written.renamed.iter().map(|(field, column)| format!("{field} → {column}")).collect();
        println!("Column names were shortened: {}", names.join(", "));
    }
}
