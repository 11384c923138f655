//! Questions to the walk network: how far, which services, what if.
//!
//! A question runs in the heavy lane. What is not answered within two seconds becomes a job for whoever may
//! look at jobs; the public waits, within the time that every request has.

pub mod coverage;
pub mod coverage_export;
mod coverage_tables;
mod coverage_words;
pub mod grouping;
pub mod grouping_order;
mod grouping_problem;
pub mod grouping_result;
mod grouping_walks;
pub mod network;
pub mod reach;
pub mod rules;
pub mod siting;
mod siting_problem;
pub mod siting_result;
pub mod trenches;
pub mod what_if;

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::AppState;
use super::imports::JobStarted;
use super::links::JSON;
use super::problem::Problem;
use super::representation::{Representation, Wishes};
use super::request_id;
use crate::app::jobs::JobProgress;
use crate::domain::Viewer;

/// How often a job looks whether it was cancelled, and tells how far it is.
const TICK: Duration = Duration::from_millis(100);

/// How far work has come, told from inside and read from outside.
#[derive(Clone, Default)]
pub struct Progress(Arc<(AtomicU64, AtomicU64)>);

impl Progress {
    pub fn tell(&self, done: usize, total: usize) {
        self.0.0.store(done as u64, Ordering::Relaxed);
        self.0.1.store(total as u64, Ordering::Relaxed);
    }

    /// Done and of how many; 0 of 0 while that is not known.
    pub fn counts(&self) -> (u64, u64) {
        (self.0.0.load(Ordering::Relaxed), self.0.1.load(Ordering::Relaxed))
    }

    fn read(&self, stage: &'static str) -> JobProgress {
        let (done, total) = self.counts();
        JobProgress { stage, done, total }
    }
}

/// Runs `work` in the heavy lane and answers with what it gives, now or as a job. `work` is handed a question
/// whether anybody still waits, and gives `None` when it heard that nobody does.
async fn answer<T: Serialize + Send + 'static>(
    state: &AppState,
    viewer: Viewer,
    wishes: &Wishes,
    kind: &'static str,
    work: impl FnOnce(&(dyn Fn() -> bool + Sync), &Progress) -> Result<Option<T>, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    let progress = Progress::default();
    let lanes = state.lanes.clone();
    let under_way = Box::pin({
        let progress = progress.clone();
        async move { lanes.heavy(move |wanted| written(work(&|| wanted.is_wanted(), &progress))).await }
    });
    match now_or_job(state, viewer, kind, progress, under_way).await? {
        NowOrJob::Now(bytes) => Ok(Representation::new(JSON, bytes).answer(wishes)),
        NowOrJob::Job(response) => Ok(response),
    }
}

/// What became of work within the time that a request may take.
pub(in crate::http) enum NowOrJob {
    /// JSON.
    Now(Bytes),
    /// It goes on as a job; this answer leads to it.
    Job(Response),
}

/// Waits for work that ends with JSON, and makes a job of it when it takes long. Work that is dropped because its job
/// was cancelled takes back what it had begun.
pub(in crate::http) async fn now_or_job(
    state: &AppState,
    viewer: Viewer,
    kind: &'static str,
    progress: Progress,
    mut under_way: Pin<Box<dyn Future<Output = Result<Option<Bytes>, Problem>> + Send>>,
) -> Result<NowOrJob, Problem> {
    let now = |done: Result<Option<Bytes>, Problem>| -> Result<NowOrJob, Problem> {
        let given_up = || Problem::internal("an answer was given up that somebody waits for");
        Ok(NowOrJob::Now(done?.ok_or_else(given_up)?))
    };
    if viewer == Viewer::Public {
        return now(under_way.await);
    }
    if let Ok(done) = tokio::time::timeout(state.settings.analysis_at_once, &mut under_way).await {
        return now(done);
    }
    let job_id = request_id::fresh();
    let start = state.jobs.start(job_id.clone(), kind, viewer, move |job| async move {
        let is_cancelled = job.is_cancelled();
        loop {
            match tokio::time::timeout(TICK, &mut under_way).await {
                Ok(Ok(Some(done))) => {
                    let read = tokio::task::spawn_blocking(move || serde_json::from_slice(&done)).await;
                    let internal = || serde_json::json!({ "code": "internal-error" });
                    return read.map_err(|_| internal())?.map_err(|_: serde_json::Error| internal());
                }
                Ok(Ok(None)) => return Err(serde_json::json!({ "code": "cancelled" })),
                Ok(Err(problem)) => {
                    return Err(serde_json::json!({
                        "code": problem.kind.name(), "detail": problem.detail, "errors": problem.errors,
                    }));
                }
                // What is dropped hears that nobody waits any more.
                Err(_) if is_cancelled.load(Ordering::Relaxed) => {
                    return Err(serde_json::json!({ "code": "cancelled" }));
                }
                Err(_) => job.tell(progress.read(kind)),
            }
        }
    });
    start.map_err(|error| Problem::too_busy(error.to_string(), 10))?;
    let location = HeaderValue::from_str(&format!("/api/jobs/{job_id}")).map_err(Problem::internal)?;
    let started = (StatusCode::ACCEPTED, [(header::LOCATION, location)], axum::Json(JobStarted { job_id }));
    Ok(NowOrJob::Job(started.into_response()))
}

/// An answer as bytes, made in the lane in which it was computed: a large one takes its time.
fn written<T: Serialize>(done: Result<Option<T>, Problem>) -> Result<Option<Bytes>, Problem> {
    let bytes = |answer: T| serde_json::to_vec(&answer).map(Bytes::from).map_err(Problem::internal);
    done?.map(bytes).transpose()
}
