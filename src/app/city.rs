//! The city as this program knows it now: the current snapshot and whether PostgreSQL can be asked.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use geo::Rect;
use tokio::sync::broadcast;

use crate::domain::LayerId;
use crate::snapshot::Snapshot;

/// Shared by every request. A request takes the snapshot once and keeps it to its end.
pub struct City {
    snapshot: ArcSwap<Snapshot>,
    is_database_up: AtomicBool,
    /// When the database last confirmed that the snapshot is current.
    confirmed_at: ArcSwap<DateTime<Utc>>,
    revised: broadcast::Sender<Arc<Revised>>,
    /// What must have happened before a revision counts as published.
    listeners: Mutex<Vec<Listener>>,
}

type Listener = Box<dyn Fn(&Revised) + Send + Sync>;

/// What the step from one revision to the next has touched.
#[derive(Debug, Clone)]
pub struct Revised {
    pub revision: u64,
    pub touched: Vec<Touched>,
}

/// A layer with the old and the new bounding boxes (degrees) of the features that changed.
#[derive(Debug, Clone)]
pub struct Touched {
    pub layer: LayerId,
    /// Empty when the whole layer is new.
    pub boxes: Vec<Rect<f64>>,
}

impl City {
    pub fn new(snapshot: Snapshot) -> Self {
        let (revised, _) = broadcast::channel(64);
        let confirmed_at = ArcSwap::from_pointee(snapshot.taken_at);
        Self {
            snapshot: ArcSwap::from_pointee(snapshot),
            is_database_up: AtomicBool::new(true),
            confirmed_at,
            revised,
            listeners: Mutex::new(Vec::new()),
        }
    }

    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }

    /// Puts the next revision in place, has every listener finish, then tells everyone who follows.
    ///
    /// The snapshot goes first: a listener drops what older snapshots gave, and whoever asks after
    /// that finds the new one.
    pub fn publish(&self, next: Snapshot, touched: Vec<Touched>) {
        let revised = Arc::new(Revised { revision: next.revision, touched });
        self.snapshot.store(Arc::new(next));
        for listener in self.listeners().iter() {
            listener(&revised);
        }
        // Nobody may be following; that is no fault.
        let _ = self.revised.send(revised);
    }

    /// Has `listener` called within every publication from now on.
    pub fn on_publish(&self, listener: impl Fn(&Revised) + Send + Sync + 'static) {
        self.listeners().push(Box::new(listener));
    }

    fn listeners(&self) -> std::sync::MutexGuard<'_, Vec<Listener>> {
        // A listener that panicked left nothing half done in this list.
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Revised>> {
        self.revised.subscribe()
    }

    /// When the database last confirmed that nothing newer than this snapshot was committed.
    pub fn confirmed_at(&self) -> DateTime<Utc> {
        **self.confirmed_at.load()
    }

    pub fn confirm(&self, at: DateTime<Utc>) {
        self.confirmed_at.store(Arc::new(at));
    }

    pub fn is_database_up(&self) -> bool {
        self.is_database_up.load(Ordering::Relaxed)
    }

    pub fn set_database_up(&self, is_up: bool) {
        self.is_database_up.store(is_up, Ordering::Relaxed);
    }
}
