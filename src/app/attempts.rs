//! Wrong passwords are slowed down, each name for itself: five are free, then the wait doubles.

use std::collections::HashMap;
use std::time::{Duration, Instant};

const FREE: u32 = 5;
const LONGEST_WAIT: Duration = Duration::from_secs(5 * 60);
/// A name that nobody tried for so long starts anew.
const FORGOTTEN: Duration = Duration::from_secs(15 * 60);
/// Names that are remembered; with so many tried at once nobody new is let in.
const MOST: usize = 100_000;

#[derive(Default)]
pub struct Attempts(HashMap<String, (u32, Instant)>);

impl Attempts {
    /// Counts a try as wrong until [`Self::succeed`] says otherwise, so that tries side by side are counted too;
    /// or tells how long to wait, and counts nothing.
    pub fn begin(&mut self, name: &str, now: Instant) -> Option<Duration> {
        let key = name.to_lowercase();
        if self.0.len() >= MOST {
            self.0.retain(|_, (_, last)| now.duration_since(*last) < FORGOTTEN);
        }
        if self.0.len() >= MOST && !self.0.contains_key(&key) {
            return Some(LONGEST_WAIT);
        }
        let (count, last) = self.0.entry(key).or_insert((0, now));
        if now.duration_since(*last) >= FORGOTTEN {
            *count = 0;
        }
        if *count >= FREE {
            let wait = LONGEST_WAIT.min(Duration::from_secs(1 << (*count - FREE).min(16)));
            let left = wait.saturating_sub(now.duration_since(*last));
            if !left.is_zero() {
                return Some(left);
            }
        }
        (*count, *last) = (*count + 1, now);
        None
    }

    pub fn succeed(&mut self, name: &str) {
        self.0.remove(&name.to_lowercase());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_after_five_and_a_right_password_ends_it() {
        let mut attempts = Attempts::default();
        let start = Instant::now();
        for _ in 0..FREE {
            assert_eq!(attempts.begin("李工", start), None);
        }
        let second = |n| start + Duration::from_secs(n);
        assert_eq!(attempts.begin("李工", start), Some(Duration::from_secs(1)));
        assert_eq!(attempts.begin("王工", start), None, "another name is not slowed down");
        assert_eq!(attempts.begin("李工", second(1)), None);
        assert_eq!(attempts.begin("李工", second(1)), Some(Duration::from_secs(2)));
        for _ in 0..40 {
            let wait = attempts.begin("李工", second(1)).unwrap_or_default();
            assert!(wait <= LONGEST_WAIT);
        }
        assert_eq!(attempts.begin("李工", second(1) + FORGOTTEN), None);
        attempts.succeed("李工");
        assert_eq!(attempts.begin("李工", second(1)), None);
    }

    #[test]
    fn capitals_are_no_way_around_it() {
        let mut attempts = Attempts::default();
        let now = Instant::now();
        for name in ["li", "Li", "LI", "lI", "li"] {
            assert_eq!(attempts.begin(name, now), None);
        }
        assert!(attempts.begin("Li", now).is_some());
    }
}
