//! Two lanes of work: light work runs where the request arrives, heavy work waits for a place in a
//! lane of its own, so that a tile never waits behind a large page.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Semaphore;

/// Shared by everything that answers requests.
#[derive(Debug, Clone)]
pub struct Lanes {
    heavy: Arc<Semaphore>,
}

/// Told to heavy work: whether anybody still waits for it.
#[derive(Debug, Clone)]
pub struct Wanted(Arc<AtomicBool>);

impl Wanted {
    /// False once the client has hung up. Long work asks now and then, and stops.
    pub fn is_wanted(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Dropped with the request's future: at its end or when the client hangs up.
struct UntilDropped(Wanted);

impl Drop for UntilDropped {
    fn drop(&mut self) {
        self.0.0.store(false, Ordering::Relaxed);
    }
}

impl Lanes {
    /// Half of the cores may be heavily at work, at least one.
    pub fn new(cores: usize) -> Self {
        Self { heavy: Arc::new(Semaphore::new((cores / 2).max(1))) }
    }

    /// Lanes for the machine that this runs on.
    pub fn of_this_machine() -> Self {
        Self::new(std::thread::available_parallelism().map_or(1, usize::from))
    }

    /// Runs `work` on a thread for blocking work as soon as a place is free. A request that is
    /// dropped while it waits leaves the queue; dropped later, `work` is told.
    pub async fn heavy<T: Send + 'static>(&self, work: impl FnOnce(&Wanted) -> T + Send + 'static) -> T {
        let place = self.heavy.clone().acquire_owned().await.expect("the lane is never closed");
        let wanted = Wanted(Arc::new(AtomicBool::new(true)));
        let _until_dropped = UntilDropped(wanted.clone());
        let done = tokio::task::spawn_blocking(move || {
            // The place is taken until the work ends, whoever still waits for it.
            let _place = place;
            work(&wanted)
        })
        .await;
        match done {
            Ok(answer) => answer,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn work_is_told_when_nobody_waits_any_more() {
        let lanes = Lanes::new(1);
        let (sender, stopped) = std::sync::mpsc::channel();
        let work = lanes.heavy(move |wanted| {
            while wanted.is_wanted() {
                std::thread::sleep(Duration::from_millis(1));
            }
            sender.send(()).expect("the test listens");
        });
        assert!(tokio::time::timeout(Duration::from_millis(30), work).await.is_err(), "it works until dropped");
        stopped.recv_timeout(Duration::from_secs(5)).expect("the work has stopped");
        // And its place is free again.
        assert_eq!(lanes.heavy(|_| 7).await, 7);
    }
}
