//! `pianqu sample`: writes an invented city, one file a layer.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use crate::domain::LayerId;
use crate::sample::{City, Params, geojson};

#[derive(Debug, Args)]
pub struct SampleArgs {
    /// Folder to write to; made where it is missing
    dir: PathBuf,

    /// The same seed gives the same city
    #[arg(long, default_value_t = Params::default().seed)]
    seed: u64,

    /// Old communities, built by the end of 2000
    #[arg(long, default_value_t = Params::default().communities)]
    communities: usize,

    /// All buildings [default: 6800, or 18 for each community where that is more]
    #[arg(long)]
    buildings: Option<usize>,

    #[arg(long, default_value_t = Params::default().utility_lines)]
    utility_lines: usize,

    #[arg(long, default_value_t = Params::default().utility_works)]
    utility_works: usize,
}

impl SampleArgs {
    fn params(&self) -> Params {
        Params {
            seed: self.seed,
            communities: self.communities,
            buildings: self.buildings.unwrap_or(Params::default().buildings.max(self.communities * 18)),
            utility_lines: self.utility_lines,
            utility_works: self.utility_works,
        }
    }
}

pub fn run(args: SampleArgs) -> anyhow::Result<()> {
    let params = args.params();
    let city = City::generate(&params)?;
    fs::create_dir_all(&args.dir).with_context(|| format!("cannot make the folder {}", args.dir.display()))?;

    // Off a terminal the bar stays hidden and plain lines tell the same.
    let bar = ProgressBar::new(LayerId::ALL.len() as u64)
        .with_style(ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}").expect("the template is valid"));
    let write = |name: String, text: String| {
        let path = args.dir.join(name);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
    };
    for id in LayerId::ALL {
        bar.set_message(id.name());
        write(format!("{id}.geojson"), geojson::collection(&city, &params, id))?;
        if bar.is_hidden() {
            println!("{id}: {}", city.layer(id).len());
        }
        bar.inc(1);
    }
    write("city.json".to_owned(), geojson::city_json(&params))?;
    bar.finish_and_clear();
    let features: usize = LayerId::ALL.iter().map(|&id| city.layer(id).len()).sum();
    println!("{features} invented features in {}", args.dir.display());
    Ok(())
}
