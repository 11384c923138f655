//! Back to a time: at once where few features change, else as a job.

use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::oneshot;
use utoipa::ToSchema;

use super::{EditDone, editor_of, layer_of, refusal};
use crate::app::edit::{By, Restore};
use crate::domain::{LayerId, Viewer};
use crate::http::AppState;
use crate::http::author::Author;
use crate::http::body::{JsonBody, parse};
use crate::http::imports::JobStarted;
use crate::http::problem::{Kind, Problem};
use crate::http::request_id;

/// What takes longer is told of as a job.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RestoreOrder {
    at: DateTime<Utc>,
    /// All layers when left out.
    layers: Option<Vec<String>>,
    /// West, south, east, north in degrees: only what lies there, now or then.
    bbox: Option<[f64; 4]>,
    /// Tell which features would change, and change nothing.
    #[serde(default)]
    is_dry_run: bool,
}

/// Brings layers back to how they were at a time, as an edit that can itself be taken back.
///
/// Where more features change than one edit may, or it takes more than two seconds, it is a job: its result is
/// what is answered here otherwise, or the problem. Cancelled, it leaves everything as it was.
#[utoipa::path(post, path = "/api/restore", tag = "edit", request_body = RestoreOrder,
    responses((status = 200, description = "What was done", body = EditDone),
        (status = 202, description = "The job; Location leads to it", body = JobStarted),
        (status = 409, description = "Something was changed meanwhile; nothing was written", body = crate::http::problem::ProblemBody)))]
pub async fn restore(
    State(state): State<AppState>,
    author: Author,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let restore = parse::<RestoreOrder>(body)?.read()?;
    let editor = editor_of(&state)?.clone();
    let (job_id, most) = (request_id::fresh(), state.settings.max_changes as u64);
    let (sender, outcome) = oneshot::channel();
    let refused_by = state.clone();
    let started = state.jobs.start(job_id.clone(), "restore", Viewer::Everything, move |job| async move {
        let answer = match editor.restore(By { actor: &author.name, viewer: Viewer::Everything }, &restore, &job).await
        {
            Ok(done) => Ok(EditDone::of(done)),
            Err(error) => Err(refusal(&refused_by, Viewer::Everything, error).await),
        };
        let told = match &answer {
            Ok(done) => Ok(json!(done)),
            Err(problem) => Err(json!(problem.body())),
        };
        // Nobody hears it any more where the job was told of instead.
        let _ = sender.send(answer);
        told
    });
    started.map_err(|error| Problem::too_busy(error.to_string(), 10))?;
    if state.jobs.has_ended(&job_id, PATIENCE, |progress| progress.total > most).await {
        let done = outcome.await.map_err(Problem::internal)??;
        return Ok(axum::Json(done).into_response());
    }
    let location = HeaderValue::from_str(&format!("/api/jobs/{job_id}")).map_err(Problem::internal)?;
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, location)], axum::Json(JobStarted { job_id })).into_response())
}

impl RestoreOrder {
    fn read(self) -> Result<Restore, Problem> {
        let mut layers = Vec::new();
        for (at, name) in self.layers.iter().flatten().enumerate() {
            let refuse = |detail: String| Problem::at_pointer(Kind::InvalidBody, format!("/layers/{at}"), detail);
            let layer = layer_of(name).map_err(|problem| refuse(problem.detail.into_owned()))?;
            if layers.contains(&layer) {
                return Err(refuse(format!("{layer} is named twice")));
            }
            layers.push(layer);
        }
        if self.layers.is_none() {
            layers = LayerId::ALL.to_vec();
        }
        if let Some([west, south, east, north]) = self.bbox
            && (west > east || south > north)
        {
            let detail = "must be west, south, east, north, each pair in this order";
            return Err(Problem::at_pointer(Kind::InvalidBody, "/bbox", detail));
        }
        Ok(Restore { at: self.at, layers, bounds: self.bbox, is_rehearsal: self.is_dry_run })
    }
}
