//! The walks of the city: made when the first question needs them, kept for the revision, and made anew only
//! where a later revision or a scenario differs.

use std::sync::{Arc, Mutex, PoisonError};

use crate::analysis::coverage::People;
use crate::domain::LayerId;
use crate::snapshot::walk::{Walk, WalkSettings};
use crate::snapshot::{Layer, Snapshot};

/// One revision, or a scenario of it, to walk in.
pub struct CityWalk {
    pub snapshot: Arc<Snapshot>,
    pub walk: Walk,
    pub people: Arc<People>,
    /// How many modifications part the snapshot from its revision.
    pub modifications: usize,
    people_of: Vec<Arc<Layer>>,
}

/// What [`People`] are made of.
const PEOPLE: [LayerId; 5] =
    [LayerId::Building, LayerId::Community, LayerId::Precinct, LayerId::Subdistrict, LayerId::ResponsibleBody];

impl CityWalk {
    pub fn of(snapshot: Arc<Snapshot>, settings: WalkSettings) -> Self {
        Self::after(None, snapshot, settings)
    }

    /// The walks of a snapshot, made from those of another one where layers are the same in both.
    pub fn after(last: Option<&CityWalk>, snapshot: Arc<Snapshot>, settings: WalkSettings) -> Self {
        let people_of: Vec<Arc<Layer>> = PEOPLE.iter().map(|id| snapshot.layer_unmasked(*id).clone()).collect();
        let kept = last.filter(|last| last.people_of.iter().zip(&people_of).all(|(a, b)| Arc::ptr_eq(a, b)));
        let people = kept.map_or_else(|| Arc::new(People::of(&snapshot)), |last| last.people.clone());
        let walk = Walk::after(last.map(|last| &last.walk), &snapshot, settings);
        Self { snapshot, walk, people, modifications: 0, people_of }
    }

    pub fn settings(&self) -> WalkSettings {
        self.walk.network.settings
    }
}

/// The walks of the newest revision that anybody asked about.
pub struct Walks {
    settings: WalkSettings,
    last: Mutex<Option<Arc<CityWalk>>>,
}

impl Walks {
    pub fn new(settings: WalkSettings) -> Self {
        Self { settings, last: Mutex::default() }
    }

    /// The walks of a snapshot. Takes its time when the snapshot is new: not for the light lane.
    pub fn of(&self, snapshot: &Arc<Snapshot>) -> Arc<CityWalk> {
        // Whoever comes meanwhile waits and then finds it made. A panic left the last one whole.
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some(made) if Arc::ptr_eq(&made.snapshot, snapshot) => made.clone(),
            before => {
                let made = Arc::new(CityWalk::after(before.as_deref(), snapshot.clone(), self.settings));
                // One that still asks about an older revision does not push out the newer one.
                if before.as_ref().is_none_or(|before| before.snapshot.revision <= snapshot.revision) {
                    *last = Some(made.clone());
                }
                made
            }
        }
    }
}
