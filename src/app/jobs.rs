//! Work that takes longer than a request should: it goes on in this node, tells how far it has come,
//! can be cancelled, and its result can be fetched for a while.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::watch;

use crate::domain::Viewer;

/// Jobs at work at once. The next is told to come again.
const AT_WORK: usize = 4;
/// How long a result can be fetched.
const KEPT: Duration = Duration::from_secs(60 * 60);
/// Results that are kept at most; the oldest goes first.
const KEPT_AT_MOST: usize = 200;

/// How far a job has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JobProgress {
    pub stage: &'static str,
    pub done: u64,
    /// Zero when not known.
    pub total: u64,
}

/// What became of a job.
#[derive(Debug, Clone, PartialEq)]
pub enum JobState {
    Running(JobProgress),
    /// Ended as asked.
    Done(Value),
    /// Ended with nothing done; what can be told about it.
    Failed(Value),
}

/// Held by the work itself.
#[derive(Debug, Clone)]
pub struct Job {
    state: watch::Sender<JobState>,
    is_cancelled: Arc<AtomicBool>,
}

impl Job {
    pub fn tell(&self, progress: JobProgress) {
        self.state.send_if_modified(|state| {
            let is_running = matches!(state, JobState::Running(_));
            if is_running {
                *state = JobState::Running(progress);
            }
            is_running
        });
    }

    /// Turns true when somebody cancels. The work looks now and then.
    pub fn is_cancelled(&self) -> Arc<AtomicBool> {
        self.is_cancelled.clone()
    }
}

struct Entry {
    job: Job,
    kind: &'static str,
    /// For whom it works.
    owner: Viewer,
    /// When it ended, once it has.
    ended: Arc<Mutex<Option<Instant>>>,
}

impl Entry {
    /// What an operator's or a body's job tells is theirs; the city sees all.
    fn is_for(&self, viewer: Viewer) -> bool {
        viewer == Viewer::Everything || viewer == self.owner
    }
}

/// The jobs of this node.
#[derive(Clone, Default)]
pub struct Jobs {
    entries: Arc<Mutex<BTreeMap<String, Entry>>>,
    totals: Arc<Totals>,
}

#[derive(Default)]
struct Totals {
    at_work: AtomicU64,
    done: AtomicU64,
    failed: AtomicU64,
}

/// The jobs of this node since its start, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobCounts {
    pub at_work: u64,
    pub done: u64,
    pub failed: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{AT_WORK} jobs are at work already")]
pub struct TooManyJobs;

impl Jobs {
    /// Starts `work` under an id that nobody has guessed. The work ends with what can be told of it.
    pub fn start<F>(
        &self,
        id: String,
        kind: &'static str,
        owner: Viewer,
        work: impl FnOnce(Job) -> F,
    ) -> Result<(), TooManyJobs>
    where
        F: Future<Output = Result<Value, Value>> + Send + 'static,
    {
        let mut entries = lock(&self.entries);
        entries.retain(|_, entry| lock(&entry.ended).is_none_or(|ended| ended.elapsed() < KEPT));
        if entries.values().filter(|entry| lock(&entry.ended).is_none()).count() >= AT_WORK {
            return Err(TooManyJobs);
        }
        while entries.len() >= KEPT_AT_MOST {
            let oldest = entries.iter().filter_map(|(id, entry)| Some(((*lock(&entry.ended))?, id.clone()))).min();
            let Some((_, id)) = oldest else { break };
            entries.remove(&id);
        }
        let state = watch::Sender::new(JobState::Running(JobProgress::default()));
        let job = Job { state, is_cancelled: Arc::default() };
        let ended = Arc::new(Mutex::new(None));
        let at_work = work(job.clone());
        let (state, ends, totals) = (job.state.clone(), ended.clone(), self.totals.clone());
        totals.at_work.fetch_add(1, Ordering::Relaxed);
        tokio::spawn(async move {
            // A task of its own, so that a panic in it ends the job too.
            let outcome = tokio::spawn(at_work).await;
            let end = match outcome {
                Ok(Ok(result)) => JobState::Done(result),
                Ok(Err(failure)) => JobState::Failed(failure),
                Err(error) => {
                    tracing::error!(%error, kind, "a job ended in a panic");
                    JobState::Failed(serde_json::json!({ "code": "internal-error" }))
                }
            };
            let ended_so = if matches!(end, JobState::Done(_)) { &totals.done } else { &totals.failed };
            ended_so.fetch_add(1, Ordering::Relaxed);
            totals.at_work.fetch_sub(1, Ordering::Relaxed);
            *lock(&ends) = Some(Instant::now());
            state.send_replace(end);
        });
        entries.insert(id, Entry { job, kind, owner, ended });
        Ok(())
    }

    pub fn counts(&self) -> JobCounts {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let Totals { at_work, done, failed } = &*self.totals;
        JobCounts { at_work: read(at_work), done: read(done), failed: read(failed) }
    }

    /// Kind and state of a job; `None` when this viewer has none of this id, or no longer.
    pub fn find(&self, id: &str, viewer: Viewer) -> Option<(&'static str, JobState)> {
        let entries = lock(&self.entries);
        let entry = entries.get(id).filter(|entry| entry.is_for(viewer))?;
        let state = entry.job.state.borrow().clone();
        Some((entry.kind, state))
    }

    /// Waits until a job has ended, `patience` is over, or it turns out to be `long`; where it has not ended,
    /// it goes on. False: it goes on, or there is none of this id.
    pub async fn has_ended(&self, id: &str, patience: Duration, is_long: impl Fn(JobProgress) -> bool) -> bool {
        let Some(mut state) = lock(&self.entries).get(id).map(|entry| entry.job.state.subscribe()) else {
            return false;
        };
        let told = state.wait_for(|state| match state {
            JobState::Running(progress) => is_long(*progress),
            JobState::Done(_) | JobState::Failed(_) => true,
        });
        match tokio::time::timeout(patience, told).await {
            Ok(Ok(state)) => !matches!(*state, JobState::Running(_)),
            _ => false,
        }
    }

    /// Asks a job to stop. False when this viewer has none of this id. One that has ended stays as it is.
    pub fn cancel(&self, id: &str, viewer: Viewer) -> bool {
        let entries = lock(&self.entries);
        let entry = entries.get(id).filter(|entry| entry.is_for(viewer));
        if let Some(entry) = entry {
            entry.job.is_cancelled.store(true, Ordering::Relaxed);
        }
        entry.is_some()
    }
}

/// Whoever panicked with one of these locks held left a whole value behind.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    async fn ended(jobs: &Jobs, id: &str) -> JobState {
        loop {
            match jobs.find(id, Viewer::Everything).expect("the job is there").1 {
                JobState::Running(_) => tokio::time::sleep(Duration::from_millis(1)).await,
                state => return state,
            }
        }
    }

    #[tokio::test]
    async fn a_job_tells_how_far_it_is_and_how_it_ended() {
        let jobs = Jobs::default();
        let (sender, go_on) = tokio::sync::oneshot::channel::<()>();
        jobs.start("a".into(), "test", Viewer::Everything, |job| async move {
            job.tell(JobProgress { stage: "read", done: 1, total: 2 });
            go_on.await.map_err(|_| json!("nobody"))?;
            Ok(json!(7))
        })
        .unwrap();
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
        let progress = JobProgress { stage: "read", done: 1, total: 2 };
        assert_eq!(jobs.find("a", Viewer::Everything), Some(("test", JobState::Running(progress))));
        sender.send(()).unwrap();
        assert_eq!(ended(&jobs, "a").await, JobState::Done(json!(7)));
    }

    #[tokio::test]
    async fn a_job_can_be_cancelled_and_may_panic() {
        let jobs = Jobs::default();
        jobs.start("a".into(), "test", Viewer::Everything, |job| async move {
            while !job.is_cancelled().load(Ordering::Relaxed) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            Err(json!("cancelled"))
        })
        .unwrap();
        assert!(!jobs.cancel("a", Viewer::Public), "it is somebody else's");
        assert!(jobs.cancel("a", Viewer::Everything) && !jobs.cancel("b", Viewer::Everything));
        assert_eq!(ended(&jobs, "a").await, JobState::Failed(json!("cancelled")));
        jobs.start("c".into(), "test", Viewer::Everything, |_| async { panic!("it was meant to") }).unwrap();
        assert!(matches!(ended(&jobs, "c").await, JobState::Failed(_)));
    }

    #[tokio::test]
    async fn there_is_a_limit() {
        let jobs = Jobs::default();
        for id in 0..AT_WORK {
            jobs.start(id.to_string(), "test", Viewer::Everything, |_| std::future::pending()).unwrap();
        }
        assert_eq!(
            jobs.start("one more".into(), "test", Viewer::Everything, |_| std::future::pending()),
            Err(TooManyJobs)
        );
    }
}
