//! The city as this program knows it now: the current snapshot and whether PostgreSQL can be asked.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use geo::Rect;
use tokio::sync::{broadcast, watch};

use super::recent::Recent;
use crate::domain::{LayerId, RowKey, Sight, Viewer};
use crate::snapshot::Snapshot;
use crate::store::change::Position;

/// Shared by every request. A request takes the snapshot once and keeps it to its end.
pub struct City {
    snapshot: ArcSwap<Snapshot>,
    is_database_up: AtomicBool,
    /// When the database last confirmed that the snapshot is current.
    confirmed_at: ArcSwap<DateTime<Utc>>,
    revised: broadcast::Sender<Arc<Revised>>,
    recent: Mutex<Recent>,
    /// Counts what a follower may want to look at: revisions, and PostgreSQL's going and coming.
    news: watch::Sender<u64>,
    /// What must have happened before a revision counts as published.
    listeners: Mutex<Vec<Listener>>,
    /// Where the snapshot stands in the database's feed; `None` while nobody follows one.
    position: watch::Sender<Option<Position>>,
}

type Listener = Box<dyn Fn(&Revised) + Send + Sync>;

/// What the step from one revision to the next has touched.
#[derive(Debug, Clone)]
pub struct Revised {
    /// The revision that this step came from.
    pub after: u64,
    pub revision: u64,
    pub touched: Vec<Touched>,
}

/// A layer with the old and the new bounding boxes (degrees) of the features that changed.
#[derive(Debug, Clone)]
pub struct Touched {
    pub layer: LayerId,
    /// Empty when the whole layer is new.
    pub boxes: Vec<Rect<f64>>,
    /// Of a layer whose rows are not for everybody: whose the feature of each box is, in the order of the boxes.
    pub rows: Vec<TouchedRow>,
}

/// Whose a feature is that changed, as it was at that time.
#[derive(Debug, Clone)]
pub struct TouchedRow {
    pub key: RowKey,
    /// Codes of the bodies in whose area it lies.
    pub bodies: Vec<Arc<str>>,
}

impl TouchedRow {
    fn is_for(&self, viewer: Viewer, layer: LayerId) -> bool {
        match viewer.sight_of_row(layer.describe().rows, &self.key) {
            Sight::Shown => true,
            Sight::Hidden => false,
            Sight::InArea => viewer.speaks_for().is_some_and(|code| self.bodies.iter().any(|one| **one == *code)),
        }
    }
}

impl Touched {
    /// A layer of which everything may have changed.
    pub fn whole(layer: LayerId) -> Self {
        Self { layer, boxes: Vec::new(), rows: Vec::new() }
    }

    /// What this viewer may hear of it; `None` where that is nothing.
    pub fn for_viewer(&self, viewer: Viewer) -> Option<Touched> {
        let layer = self.layer.describe();
        if !viewer.may_see(layer.audience) {
            return None;
        }
        if self.boxes.is_empty() || viewer.sees_every_row(layer.rows) {
            return Some(self.clone());
        }
        let seen = self.boxes.iter().zip(&self.rows).filter(|(_, row)| row.is_for(viewer, self.layer));
        let (boxes, rows): (Vec<_>, Vec<_>) = seen.map(|(rect, row)| (*rect, row.clone())).unzip();
        (!boxes.is_empty()).then_some(Touched { layer: self.layer, boxes, rows })
    }
}

impl City {
    pub fn new(snapshot: Snapshot) -> Self {
        let (revised, _) = broadcast::channel(64);
        let confirmed_at = ArcSwap::from_pointee(snapshot.taken_at);
        Self {
            is_database_up: AtomicBool::new(true),
            confirmed_at,
            revised,
            recent: Mutex::new(Recent::starting_at(snapshot.revision)),
            news: watch::Sender::new(0),
            listeners: Mutex::new(Vec::new()),
            position: watch::Sender::new(None),
            snapshot: ArcSwap::from_pointee(snapshot),
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
        let after = self.snapshot.load().revision;
        let revised = Arc::new(Revised { after, revision: next.revision, touched });
        self.snapshot.store(Arc::new(next));
        for listener in self.listeners().iter() {
            listener(&revised);
        }
        self.recent.lock().unwrap_or_else(PoisonError::into_inner).push(revised.clone());
        self.news.send_modify(|count| *count += 1);
        // Nobody may be following; that is no fault.
        let _ = self.revised.send(revised);
    }

    /// The steps that lead on from a revision, the oldest first; `None` when they are no longer
    /// known, or never led through it.
    pub fn since(&self, revision: u64) -> Option<Vec<Arc<Revised>>> {
        if revision == self.snapshot.load().revision {
            return Some(Vec::new());
        }
        self.recent.lock().unwrap_or_else(PoisonError::into_inner).since(revision)
    }

    /// Changes whenever there is a new revision or PostgreSQL goes or comes.
    pub fn news(&self) -> watch::Receiver<u64> {
        self.news.subscribe()
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

    /// To be told when the snapshot shows the feed up to `position`.
    pub fn reach(&self, position: Position) {
        self.position.send_replace(Some(position));
    }

    /// Ends when the snapshot shows what this transaction of the database wrote.
    pub async fn shows(&self, xid: u64) {
        let mut position = self.position.subscribe();
        // It fails only when the sender is gone, and that is this city.
        let _ = position.wait_for(|at| at.as_ref().is_some_and(|at| at.has_seen(xid))).await;
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
        if self.is_database_up.swap(is_up, Ordering::Relaxed) != is_up {
            self.news.send_modify(|count| *count += 1);
        }
    }
}
