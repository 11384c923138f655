//! `pianqu analyse`: the analyses of the program, from files or from the city.

mod grouping;
mod siting;
mod table;
mod trenches;
mod walk;

use clap::{Args, Subcommand};

use crate::config::DatabaseArgs;

#[derive(Debug, Args)]
pub struct AnalyseArgs {
    #[command(subcommand)]
    analysis: Analysis,
}

#[derive(Debug, Subcommand)]
enum Analysis {
    /// Choose sites: most covered, fewest sites, least way, or nobody far off
    Siting(Box<siting::SitingArgs>),
    /// Propose precincts: communities grouped under limits on households, walks and bodies
    Grouping(Box<grouping::GroupingArgs>),
    /// Streets and areas within a walk of places
    Reach(walk::WalkArgs),
    /// Which services can be walked to, by whom, and where the gaps are
    Coverage(walk::WalkArgs),
    /// Plan utility works so that a street is opened once
    Trenches(Box<trenches::TrenchArgs>),
}

pub async fn run(database: DatabaseArgs, args: AnalyseArgs) -> anyhow::Result<()> {
    match args.analysis {
        Analysis::Grouping(args) => grouping::run(database, *args).await,
        Analysis::Siting(args) => match args.city() {
            Some((params, output)) => walk::siting(database, params, output).await,
            None => siting::run(*args).await,
        },
        Analysis::Reach(args) => walk::reach(database, args).await,
        Analysis::Coverage(args) => walk::coverage(database, args).await,
        Analysis::Trenches(args) => trenches::run(database, *args).await,
    }
}
