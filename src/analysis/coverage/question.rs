//! What coverage is asked for.

use crate::domain::rule::Rule;

/// Metres of the steps of E2SFCA as shares of the reach, with their weights (Luo and Qi 2009). Beyond the
/// last step the weight is 0.
pub const DEFAULT_STEPS: [(f64, f64); 3] = [(1.0 / 3.0, 1.0), (2.0 / 3.0, 0.68), (1.0, 0.22)];

/// How fast people walk. Settings of ours: five minutes at 60 m/min are the 300 m of GB 50180-2018.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speeds {
    pub metres_per_minute: f64,
    pub elders_metres_per_minute: f64,
}

impl Default for Speeds {
    fn default() -> Self {
        Self { metres_per_minute: 60.0, elders_metres_per_minute: 45.0 }
    }
}

#[derive(Debug, Clone)]
pub struct Question {
    pub rules: Vec<Rule>,
    pub speeds: Speeds,
    /// Distances are searched this far.
    pub limit_m: f64,
    /// Steps of E2SFCA; empty: none is computed.
    pub steps: Vec<(f64, f64)>,
    /// Gaps that are listed at most, over all rules.
    pub most_gaps: usize,
}
