//! All meetings of a city: works with streets, with one another and with the lines that lie there already.

use super::held::Held;
use super::layers::{City, Street, Work};
use super::meeting::{Meeting, among, between};
use super::path::Path;
use super::problem::Problem;
use super::settings::Settings;
use crate::analysis::siting::{Stop, Watch};

/// What meets what. It depends on where things are, not on when.
#[derive(Debug, Clone, PartialEq)]
pub struct Matched {
    /// Work `a`, street `b`.
    pub streets: Vec<Meeting>,
    /// Works `a` and `b`, `a` before `b`.
    pub works: Vec<Meeting>,
    /// Work `a`, line `b`.
    pub lines: Vec<Meeting>,
}

/// How far from its axis a work still lies in a street.
pub fn street_reach(street: &Street, settings: &Settings) -> f64 {
    street.width_m.unwrap_or(settings.street_width_m) / 2.0 + settings.street_margin_m
}

/// Matches a city.
pub fn match_up(city: &City, settings: &Settings, watch: &Watch<'_>) -> Result<Matched, Stop> {
    let tell = |part: f64| watch.tell_share("matching", part, Some(3.0), part / 3.0);
    let works: Vec<&Path> = city.works.iter().map(|work| &work.path).collect();
    let streets: Vec<&Path> = city.streets.iter().map(|street| &street.path).collect();
    let reach: Vec<f64> = city.streets.iter().map(|street| street_reach(street, settings)).collect();
    tell(0.0);
    let in_streets = between(&works, &streets, &reach, watch)?;
    tell(1.0);
    let in_works = among(&works, settings.share_within_m, watch)?;
    tell(2.0);
    let lines: Vec<&Path> = city.lines.iter().map(|line| &line.path).collect();
    let in_lines = between(&works, &lines, &vec![settings.line_within_m; lines.len()], watch)?;
    Ok(Matched { streets: in_streets, works: in_works, lines: in_lines })
}

impl Matched {
    /// True when a work runs along a street.
    pub fn is_in_street(city: &City, meeting: &Meeting, settings: &Settings) -> bool {
        Self::runs_in(&city.works[meeting.a], &city.streets[meeting.b], meeting, settings)
    }

    /// The same of a work and a street that meet, wherever they stand.
    pub fn runs_in(work: &Work, street: &Street, meeting: &Meeting, settings: &Settings) -> bool {
        meeting.is_along(settings.least_along_m, work.path.length_m.min(street.path.length_m))
    }

    /// True when two works run along each other.
    pub fn are_along(city: &City, meeting: &Meeting, settings: &Settings) -> bool {
        let shorter = city.works[meeting.a].path.length_m.min(city.works[meeting.b].path.length_m);
        meeting.is_along(settings.least_along_m, shorter)
    }

    /// The choice of days that follows.
    pub fn problem(&self, city: &City, settings: &Settings) -> Problem {
        self.problem_held(city, settings, &Held::default())
    }

    /// The same under what people decided.
    pub fn problem_held(&self, city: &City, settings: &Settings, held: &Held) -> Problem {
        let in_street: Vec<Meeting> =
            self.streets.iter().filter(|one| Self::is_in_street(city, one, settings)).cloned().collect();
        let along: Vec<&Meeting> = self.works.iter().filter(|one| Self::are_along(city, one, settings)).collect();
        Problem::of(city, &in_street, &along, settings, held)
    }
}
