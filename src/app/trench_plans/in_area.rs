//! A plan as a responsible body reads it.

use super::{StoredPlan, StoredTrench};
use crate::analysis::trench::agreement::{AreaTotals, InArea, KeptTrench};
use crate::domain::Viewer;
use crate::domain::trench_plan::TrenchPlanState;
use crate::snapshot::Snapshot;

impl StoredPlan {
    /// The plan cut to the area of a body, so that whatever reads it has no rule to remember. `None` where it is a
    /// draft, which is the city's alone, and where nothing of it lies in the area.
    pub fn in_area(self, snapshot: &Snapshot, viewer: Viewer) -> Option<Self> {
        if self.state == TrenchPlanState::Draft {
            return None;
        }
        let eyes = InArea::of(snapshot, viewer);
        let trench = |one: StoredTrench| {
            let (kept, outside) = eyes.trench(one.kept)?;
            Some(StoredTrench { kept, outside, ..one })
        };
        let trenches: Vec<StoredTrench> = self.trenches.into_iter().filter_map(trench).collect();
        let works = eyes.works_with(trenches.iter().flat_map(StoredTrench::inside).map(|copy| copy.work_id));
        let answer = eyes.answer(self.answer, &works);
        if trenches.is_empty() && answer.works.is_empty() {
            return None;
        }
        let kept: Vec<KeptTrench> = trenches.iter().map(|trench| trench.kept.clone()).collect();
        let area = Some(AreaTotals::of(&answer, &kept, &self.made_from.settings));
        let made_from = eyes.made_from(self.made_from, &works);
        let terms = eyes.terms(self.terms, &works);
        Some(Self { made_from, terms, answer, trenches, area, ..self })
    }
}
