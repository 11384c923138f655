//! The last steps from revision to revision, for followers who lost their connection for a while.

use std::collections::VecDeque;
use std::sync::Arc;

use super::city::Revised;

/// Steps that are remembered: at ten edits a second a follower may be away for a minute and a half.
const REMEMBERED: usize = 1024;
/// Boxes that are remembered over all steps, 32 bytes each.
const REMEMBERED_BOXES: usize = 1 << 18;

pub struct Recent {
    newest: u64,
    steps: VecDeque<Arc<Revised>>,
    boxes: usize,
}

impl Recent {
    pub fn starting_at(revision: u64) -> Self {
        Self { newest: revision, steps: VecDeque::new(), boxes: 0 }
    }

    pub fn push(&mut self, step: Arc<Revised>) {
        if step.revision < self.newest {
            // Another database: none of what came before leads here.
            *self = Self::starting_at(step.after);
        }
        self.newest = step.revision;
        self.boxes += boxes_of(&step);
        self.steps.push_back(step);
        while self.steps.len() > REMEMBERED || (self.boxes > REMEMBERED_BOXES && self.steps.len() > 1) {
            if let Some(oldest) = self.steps.pop_front() {
                self.boxes -= boxes_of(&oldest);
            }
        }
    }

    /// The steps that lead on from `revision`. Another node may have stepped over it: then the step
    /// that passes it counts as well, since touching too much does no harm.
    pub fn since(&self, revision: u64) -> Option<Vec<Arc<Revised>>> {
        if revision >= self.newest {
            return (revision == self.newest).then(Vec::new);
        }
        let first = self.steps.iter().position(|step| step.revision > revision)?;
        (self.steps[first].after <= revision).then(|| self.steps.iter().skip(first).cloned().collect())
    }
}

fn boxes_of(step: &Revised) -> usize {
    step.touched.iter().map(|touched| touched.boxes.len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recent(revisions: &[u64]) -> Recent {
        let mut recent = Recent::starting_at(revisions[0]);
        for pair in revisions.windows(2) {
            recent.push(Arc::new(Revised { after: pair[0], revision: pair[1], touched: Vec::new() }));
        }
        recent
    }

    fn since(recent: &Recent, revision: u64) -> Option<Vec<u64>> {
        recent.since(revision).map(|steps| steps.iter().map(|step| step.revision).collect())
    }

    #[test]
    fn what_came_after_a_revision_is_told_in_order() {
        let recent = recent(&[4, 5, 8, 9]);
        assert_eq!(since(&recent, 4), Some(vec![5, 8, 9]));
        assert_eq!(since(&recent, 8), Some(vec![9]));
        assert_eq!(since(&recent, 9), Some(vec![]));
    }

    #[test]
    fn a_revision_that_was_stepped_over_gets_that_step_too() {
        assert_eq!(since(&recent(&[4, 5, 8, 9]), 6), Some(vec![8, 9]));
    }

    #[test]
    fn what_is_no_longer_known_or_not_yet_is_not_made_up() {
        let recent = recent(&[4, 5, 8, 9]);
        assert_eq!(since(&recent, 3), None);
        assert_eq!(since(&recent, 10), None);
        assert_eq!(since(&Recent::starting_at(7), 6), None);
        assert_eq!(since(&Recent::starting_at(7), 7), Some(vec![]));
        assert_eq!(since(&self::recent(&[8, 9, 2, 3]), 8), None, "the database is another one now");
    }

    #[test]
    fn old_steps_are_forgotten() {
        let revisions: Vec<u64> = (0..=REMEMBERED as u64 + 10).collect();
        let recent = recent(&revisions);
        assert_eq!(recent.steps.len(), REMEMBERED);
        assert_eq!(since(&recent, 9), None);
        assert!(since(&recent, 10).is_some());
    }
}
