//! What the world outside tells a long computation, which has no clock of its own.

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    pub stage: &'static str,
    /// Value of the best answer so far.
    pub value: Option<f64>,
    /// What no answer can be better than.
    pub bound: Option<f64>,
}

/// Asked often, so all must answer at once.
pub struct Watch<'a> {
    /// False: nobody waits for the answer any more.
    pub is_wanted: &'a dyn Fn() -> bool,
    /// Seconds since the work began.
    pub seconds: &'a dyn Fn() -> f64,
    /// Seconds after which the best answer so far must do; infinite without a limit.
    pub limit: f64,
    pub tell: &'a dyn Fn(Progress),
}

/// Why work stops early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    Cancelled,
    OutOfTime,
}

impl<'a> Watch<'a> {
    pub fn must_stop(&self) -> Option<Stop> {
        if !(self.is_wanted)() {
            Some(Stop::Cancelled)
        } else if self.seconds_left() <= 0.0 {
            Some(Stop::OutOfTime)
        } else {
            None
        }
    }

    pub fn seconds_left(&self) -> f64 {
        self.limit - (self.seconds)()
    }

    /// The same with a nearer end.
    pub(in crate::analysis) fn at_most(&self, seconds: f64) -> Watch<'a> {
        Watch { limit: self.limit.min((self.seconds)() + seconds), ..*self }
    }

    pub(in crate::analysis) fn tell(&self, stage: &'static str, value: Option<f64>, bound: Option<f64>) {
        (self.tell)(Progress { stage, value, bound });
    }
}

/// Nobody cancels and time has no end: for tests and small cases.
pub fn unlimited() -> Watch<'static> {
    Watch { is_wanted: &|| true, seconds: &|| 0.0, limit: f64::INFINITY, tell: &|_| {} }
}
