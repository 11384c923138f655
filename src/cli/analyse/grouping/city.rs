//! The question put to the city in the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, bail};

use super::{GroupingArgs, refusal};
use crate::analysis::scenario::Modification;
use crate::app::refresh;
use crate::app::walks::Walks;
use crate::cli::database;
use crate::config::DatabaseArgs;
use crate::domain::Viewer;
use crate::http::analysis::grouping::{GroupingAnswer, answer_of};
use crate::http::analysis::grouping_order::GroupingOrder;
use crate::http::analysis::{Progress, what_if};
use crate::snapshot::walk::WalkSettings;
use crate::store::city::find_city;
use crate::store::scenario;

pub async fn run(
    database_args: DatabaseArgs,
    args: GroupingArgs,
    mut order: GroupingOrder,
    is_cancelled: Arc<AtomicBool>,
) -> anyhow::Result<()> {
    order.seed = args.seed.or(order.seed);
    let database = database::open(&database_args).await?;
    let done = async {
        let (snapshot, _) = refresh::load(&database.store).await?;
        let city = find_city(&database.store).await?;
        let mut modifications: Vec<Modification> = std::mem::take(&mut order.modifications);
        if let Some(id) = order.scenario_id {
            let stored = scenario::find(&database.store, id).await?;
            let stored = stored.with_context(|| format!("there is no scenario {id}"))?;
            modifications.splice(0..0, serde_json::from_value::<Vec<Modification>>(stored.modifications)?);
        }
        let walks = Walks::new(WalkSettings::of_longitude(city.center_lon));
        tokio::task::spawn_blocking(move || -> anyhow::Result<GroupingAnswer> {
            let city = what_if::walks_of(&walks, &Arc::new(snapshot), &modifications).map_err(refusal::told)?;
            let is_wanted = || !is_cancelled.load(Ordering::Relaxed);
            let answer = answer_of(&city, Viewer::Everything, &order, &is_wanted, &Progress::default());
            match answer.map_err(refusal::told)? {
                Some(answer) => Ok(answer),
                None => bail!("cancelled"),
            }
        })
        .await?
    }
    .await;
    let closed = database.close().await;
    let answer = done?;
    closed?;
    let text = serde_json::to_string_pretty(&answer)? + "\n";
    match &args.output {
        Some(file) => std::fs::write(file, &text).with_context(|| format!("cannot write {}", file.display()))?,
        None => std::io::Write::write_all(&mut std::io::stdout().lock(), text.as_bytes())?,
    }
    let ungrouped = answer.result().ungrouped();
    if args.allow_ungrouped || ungrouped == 0 {
        return Ok(());
    }
    bail!(
        "{ungrouped} communities are in no precinct; left_out of the answer names them and why (--allow-ungrouped makes that enough)"
    )
}
