//! The modifications of a question, and the city that they make.

use std::sync::Arc;

use axum::response::Response;
use serde::Serialize;

use super::{Progress, answer};
use crate::analysis::scenario::{Fault as Wrong, Modification, apply};
use crate::app::walks::{CityWalk, Walks};
use crate::domain::Viewer;
use crate::http::AppState;
use crate::http::problem::{Fault, Kind, Problem};
use crate::http::representation::Wishes;
use crate::http::scenarios::modifications_of;
use crate::snapshot::Snapshot;

/// Modifications of a question at most.
pub const MOST_MODIFICATIONS: usize = 500;

/// Answers from the walks of the newest revision as it is, or as a stored scenario and then modifications make it.
pub(super) async fn answer_what_if<T: Serialize + Send + 'static>(
    state: &AppState,
    viewer: Viewer,
    wishes: &Wishes,
    kind: &'static str,
    (scenario_id, mut modifications): (Option<i64>, Vec<Modification>),
    work: impl FnOnce(&CityWalk, &(dyn Fn() -> bool + Sync), &Progress) -> Result<Option<T>, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    modifications.splice(0..0, modifications_of(state, viewer, scenario_id).await?);
    let (snapshot, walks) = (state.city.snapshot(), state.walks.clone());
    answer(state, viewer, wishes, kind, move |is_wanted, progress| {
        work(&*walks_of(&walks, &snapshot, &modifications)?, is_wanted, progress)
    })
    .await
}

/// The walks of a snapshot as it is, or as modifications make it.
pub fn walks_of(
    walks: &Walks,
    snapshot: &Arc<Snapshot>,
    modifications: &[Modification],
) -> Result<Arc<CityWalk>, Problem> {
    let baseline = walks.of(snapshot);
    if modifications.is_empty() {
        return Ok(baseline);
    }
    let scenario = applied(snapshot, modifications)?;
    let mut city = CityWalk::after(Some(&baseline), Arc::new(scenario), baseline.settings());
    city.modifications = modifications.len();
    Ok(Arc::new(city))
}

/// The snapshot with modifications, or the problem with all that is wrong in them.
pub fn applied(snapshot: &Snapshot, modifications: &[Modification]) -> Result<Snapshot, Problem> {
    if modifications.len() > MOST_MODIFICATIONS {
        let detail = format!("{} modifications are more than {MOST_MODIFICATIONS}", modifications.len());
        return Err(Problem::at_pointer(Kind::TooComplex, "/modifications", detail));
    }
    apply(snapshot, modifications).map_err(|wrong| {
        let detail = format!("{} of the modifications cannot be applied; none was.", wrong.len());
        let fault = |Wrong { modification, member, detail }| Fault {
            pointer: Some(format!("/modifications/{modification}/{member}")),
            parameter: None,
            detail,
        };
        Problem { errors: wrong.into_iter().map(fault).collect(), ..Problem::new(Kind::InvalidScenario, detail) }
    })
}
