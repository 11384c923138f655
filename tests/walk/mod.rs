//! Walks in worlds of ten lines, whose answers can be told by heart.

mod areas;
mod coverage;
mod sketched;

use pianqu::analysis::reach::{Search, Walked};
use pianqu::snapshot::Snapshot;
use pianqu::snapshot::walk::{Walk, WalkSettings};

pub fn walk(snapshot: &Snapshot) -> Walk {
    Walk::of(snapshot, WalkSettings::default())
}

/// The walk of each building to its nearest facility.
pub fn walked(walk: &Walk, limit_m: f64) -> Vec<Walked> {
    let mut search = Search::new(&walk.network);
    assert!(search.run((0..walk.facilities.len()).map(|i| walk.facilities.place(i)), limit_m, &|| true));
    (0..walk.buildings.len()).map(|i| search.nearest(walk.buildings.place(i))).collect()
}

/// The walk of the first building.
pub fn first(snapshot: &Snapshot, limit_m: f64) -> Walked {
    walked(&walk(snapshot), limit_m)[0]
}

#[track_caller]
pub fn is(walked: Walked, metres: f64) {
    let Walked::Metres(found, _) = walked else { panic!("{walked:?} is not {metres} m") };
    // A square's centroid, in degrees, is good to a hundredth of a millimetre.
    assert!((found - metres).abs() < 1e-4, "{found} is not {metres}");
}
