//! How far long work has come, its result, and stopping it.

use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::AppState;
use super::links::JSON;
use super::problem::{Kind, Problem};
use super::representation::{Representation, Wishes};
use crate::app::jobs::JobState;
use crate::domain::Viewer;

#[derive(Serialize, ToSchema)]
pub struct JobSummary {
    job_id: String,
    /// `import`, `restore`, `trench-plan` (one is made or planned anew), or the analysis: `network`, `reach`, `coverage`,
    /// `siting`, `grouping`, `trenches`.
    kind: &'static str,
    /// `running`, `done` or `failed`.
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    progress: Option<ProgressSummary>,
    /// What was done, or why nothing was; null while it runs.
    #[schema(value_type = Option<Object>)]
    result: Value,
}

#[derive(Serialize, ToSchema)]
pub struct ProgressSummary {
    stage: &'static str,
    done: u64,
    /// Zero when not known.
    total: u64,
}

/// A job and, once it has ended, its result, which is kept for an hour.
#[utoipa::path(get, path = "/api/jobs/{job_id}", tag = "jobs",
    params(("job_id" = String, Path, description = "Id of a job")),
    responses((status = 200, description = "The job", body = JobSummary),
        (status = 404, description = "No such job", body = super::problem::ProblemBody)))]
pub async fn find_job(
    State(state): State<AppState>,
    Path(job_id): Path<String>,
    JobViewer(viewer): JobViewer,
    wishes: Wishes,
) -> Result<Response, Problem> {
    let (kind, job) = state.jobs.find(&job_id, viewer).ok_or_else(|| unknown(&job_id))?;
    let (name, progress, result) = match job {
        JobState::Running(p) => {
            ("running", Some(ProgressSummary { stage: p.stage, done: p.done, total: p.total }), Value::Null)
        }
        JobState::Done(result) => ("done", None, result),
        JobState::Failed(failure) => ("failed", None, failure),
    };
    let summary = JobSummary { job_id, kind, state: name, progress, result };
    Ok(Representation::json(JSON, &summary).answer(&wishes))
}

/// Stops a job. What it has done so far is taken back; one that has ended stays as it is.
#[utoipa::path(delete, path = "/api/jobs/{job_id}", tag = "jobs",
    params(("job_id" = String, Path, description = "Id of a job")),
    responses((status = 202, description = "It was told to stop"),
        (status = 404, description = "No such job", body = super::problem::ProblemBody)))]
pub async fn cancel_job(
    State(state): State<AppState>,
    Path(job_id): Path<String>,
    JobViewer(viewer): JobViewer,
) -> Result<StatusCode, Problem> {
    if state.jobs.cancel(&job_id, viewer) { Ok(StatusCode::ACCEPTED) } else { Err(unknown(&job_id)) }
}

/// Who may have jobs: all but the public, which waits for its answers.
pub struct JobViewer(Viewer);

impl FromRequestParts<AppState> for JobViewer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        match Viewer::from_request_parts(parts, state).await? {
            Viewer::Public => Err(Problem::new(Kind::NotAllowed, "The public has no jobs.")),
            viewer => Ok(Self(viewer)),
        }
    }
}

fn unknown(job_id: &str) -> Problem {
    Problem::at_parameter(Kind::UnknownJob, "job_id", format!("there is no job «{job_id}»"))
}
