//! The modifications of a question, and the city that they make.

use std::sync::Arc;

use crate::analysis::scenario::{Fault as Wrong, Modification, apply};
use crate::app::walks::{CityWalk, Walks};
use crate::http::problem::{Fault, Kind, Problem};
use crate::snapshot::Snapshot;

/// Modifications of a question at most.
pub const MOST_MODIFICATIONS: usize = 500;

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
    Ok(Arc::new(CityWalk::after(Some(&baseline), Arc::new(scenario), baseline.settings())))
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
