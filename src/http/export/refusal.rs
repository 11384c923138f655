//! Why nothing is exported, as a client sees it.

use serde_json::json;

use crate::export::{ExportError, Unfit};
use crate::http::problem::{Fault, Kind, Problem};

/// The problem of a failed export. `unfit` lists the values that do not fit, for a client with words of its own.
pub fn refusal(error: ExportError) -> Problem {
    if !error.is_about_the_request() {
        return Problem::internal(error);
    }
    let detail = error.to_string();
    match error {
        ExportError::Crs(_) => Problem::parameter("crs", detail),
        ExportError::EncodingNotOfFormat(..) => Problem::parameter("encoding", detail),
        ExportError::ShapesNeeded(_) => Problem::parameter("shapes", detail),
        ExportError::Unfit { unfit, count, .. } => {
            let listed = unfit.iter().map(listed).collect::<Vec<_>>();
            let errors = unfit.into_iter().map(fault).collect();
            Problem { errors, ..Problem::new(Kind::CannotExport, detail) }
                .with("unfit", listed.into())
                .with("unfit_count", count.into())
        }
        ExportError::TooManyRows { features, most } => {
            Problem::new(Kind::CannotExport, detail).with("rows", json!({"features": features, "most": most}))
        }
        _ => Problem::new(Kind::CannotExport, detail),
    }
}

fn listed(unfit: &Unfit) -> serde_json::Value {
    json!({
        "feature_id": unfit.feature_id,
        "field": unfit.column,
        "code": unfit.why.code(),
        "character": unfit.why.character(),
    })
}

fn fault(unfit: Unfit) -> Fault {
    Fault {
        pointer: None,
        parameter: None,
        detail: format!("feature {}, {}: {}", unfit.feature_id, unfit.column, unfit.why),
    }
}
