//! `pianqu analyse`: the analyses of the program, from files or from the city.

mod siting;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub struct AnalyseArgs {
    #[command(subcommand)]
    analysis: Analysis,
}

#[derive(Debug, Subcommand)]
enum Analysis {
    /// Choose sites: most covered, fewest sites, least way, or nobody far off
    Siting(Box<siting::SitingArgs>),
}

pub async fn run(args: AnalyseArgs) -> anyhow::Result<()> {
    match args.analysis {
        Analysis::Siting(args) => siting::run(*args).await,
    }
}
