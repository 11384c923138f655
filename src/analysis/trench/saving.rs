//! What works save that open a street on the same day, beside each digging for itself. docs/trenches.md has the
//! model; all its prices are settings.

use std::collections::{BTreeSet, HashMap};
use std::ops::AddAssign;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::layers::City;
use super::problem::{Piece, Problem};
use super::section::{Fit, Member as Line, fit};
use super::settings::Settings;
use crate::domain::clearance::RoadPart;

/// Nothing in it is ever less than zero.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Saving {
    /// Metres of street that are opened once instead of several times.
    pub opening_m: f64,
    pub soil_m3: f64,
    pub surface_m2: f64,
    /// Days on which a street is closed, each street by the part of the work that lies in it.
    pub closure_days: f64,
    /// Site set-ups that fall away, by the same parts.
    pub set_ups: f64,
}

impl AddAssign for Saving {
    fn add_assign(&mut self, other: Self) {
        self.opening_m += other.opening_m;
        self.soil_m3 += other.soil_m3;
        self.surface_m2 += other.surface_m2;
        self.closure_days += other.closure_days;
        self.set_ups += other.set_ups;
    }
}

impl Saving {
    /// In whole fen, so that sums do not depend on their order.
    pub fn fen(&self, settings: &Settings) -> i64 {
        let prices = &settings.prices;
        let yuan = self.soil_m3 * prices.earth_per_m3
            + self.surface_m2 * prices.surface_per_m2
            + self.closure_days * prices.closure_per_day
            + self.set_ups * prices.setting_up;
        (yuan * 100.0).round() as i64
    }
}

/// Reads the problem with what its lines are.
pub struct Savings<'a> {
    pub city: &'a City,
    pub problem: &'a Problem,
    pub settings: &'a Settings,
}

/// Works in one trench on one piece of a unit.
pub struct Joint {
    pub from_m: f64,
    pub to_m: f64,
    /// Positions in the unit's members.
    pub members: Vec<u32>,
    pub fit: Fit,
}

impl Savings<'_> {
    fn line(&self, unit: usize, member: u32) -> Line<'_> {
        let work = &self.city.works[self.problem.jobs[self.problem.units[unit].members[member as usize].job].work];
        Line { id: work.id, pipe: &work.pipe, depth_m: work.depth_m }
    }

    /// Cross-section of some members of a unit.
    pub fn fit(&self, unit: usize, members: &[u32]) -> Fit {
        let street = self.problem.units[unit].street.map(|n| &self.city.streets[n]);
        let part = street.map_or(RoadPart::Carriageway, |street| street.part);
        let lines: Vec<Line<'_>> = members.iter().map(|&one| self.line(unit, one)).collect();
        fit(&lines, part, street.and_then(|street| street.width_m), &self.settings.trench)
    }

    /// The shared trenches of members that open a unit on the same day: on each piece those that lie near each
    /// other, directly or through others.
    pub fn joints(&self, unit: usize, same_day: &[u32]) -> Vec<Joint> {
        let members = &self.problem.units[unit].members;
        let mut joints = Vec::new();
        let mut fits: HashMap<Vec<u32>, Fit> = HashMap::new();
        let street_id = self.problem.units[unit].street.map(|n| self.city.streets[n].id);
        let work_id = |member: u32| self.city.works[self.problem.jobs[members[member as usize].job].work].id;
        let may_share = |piece: &Piece, a: u32, b: u32| {
            let middle = (piece.from_m + piece.to_m) / 2.0;
            self.problem.held.may_share(street_id, middle, work_id(a), work_id(b))
        };
        for piece in &self.problem.units[unit].pieces {
            let mut left: BTreeSet<u32> = piece.members.iter().copied().filter(|one| same_day.contains(one)).collect();
            while let Some(first) = left.pop_first() {
                let mut group = vec![first];
                let mut next = 0;
                while next < group.len() {
                    let job = members[group[next] as usize].job;
                    let near = self.problem.near.get(&job);
                    let beside: Vec<u32> = left
                        .iter()
                        .copied()
                        .filter(|&one| near.is_some_and(|near| near.contains(&members[one as usize].job)))
                        .collect();
                    for one in beside {
                        // With each of them: a third work brings nobody together who was to stay apart.
                        if group.iter().all(|&other| may_share(piece, other, one)) {
                            left.remove(&one);
                            group.push(one);
                        }
                    }
                    next += 1;
                }
                if group.len() > 1 {
                    group.sort_unstable();
                    let fit = fits.entry(group.clone()).or_insert_with(|| self.fit(unit, &group)).clone();
                    joints.push(Joint { from_m: piece.from_m, to_m: piece.to_m, members: group, fit });
                }
            }
        }
        joints
    }

    /// What members save that open a unit on the same day.
    pub fn of(&self, unit: usize, same_day: &[u32]) -> Saving {
        let mut saving = Saving::default();
        if same_day.len() < 2 {
            return saving;
        }
        for joint in self.joints(unit, same_day) {
            let metres = joint.to_m - joint.from_m;
            let (soil, surface) = joint.fit.section.saved_per_metre(&self.settings.trench);
            saving.opening_m += metres * (joint.fit.section.placed.len() - 1) as f64;
            saving.soil_m3 += metres * soil;
            saving.surface_m2 += metres * surface;
        }
        let once = |values: &dyn Fn(u32) -> f64| {
            let all = || same_day.iter().map(|&one| values(one));
            (all().sum::<f64>() - all().fold(0.0, f64::max)).max(0.0)
        };
        let member = |one: u32| &self.problem.units[unit].members[one as usize];
        // A closure is of a street; works in a yard close none.
        if self.problem.units[unit].street.is_some() {
            saving.closure_days = once(&|one| member(one).share * f64::from(self.problem.jobs[member(one).job].days));
        }
        saving.set_ups = once(&|one| member(one).share);
        saving
    }

    /// No choice of days saves more in a unit than this, in fen: every pair beside each other saves at most as much
    /// as the best pair.
    pub fn most_fen(&self, unit: usize) -> i64 {
        let (mut soil_most, mut surface_most): (f64, f64) = (0.0, 0.0);
        let shape = &self.settings.trench;
        let members = &self.problem.units[unit].members;
        if members.len() < 2 {
            return 0;
        }
        let part = self.problem.units[unit].street.map_or(RoadPart::Carriageway, |n| self.city.streets[n].part);
        let mut deep: Vec<f64> = (0..members.len() as u32)
            .map(|one| super::section::arrange(&[self.line(unit, one)], part, shape).depth_m)
            .collect();
        deep.sort_by(f64::total_cmp);
        // Of two the shallower one counts, so the deepest but one is the most.
        soil_most = soil_most.max(2.0 * shape.side_m * deep[deep.len() - 2]);
        surface_most = surface_most.max(2.0 * (shape.side_m + shape.overcut_m));
        let mut most = Saving::default();
        for piece in &self.problem.units[unit].pieces {
            let metres = (piece.to_m - piece.from_m) * (piece.members.len() - 1) as f64;
            most.soil_m3 += metres * soil_most;
            most.surface_m2 += metres * surface_most;
        }
        let all: Vec<u32> = (0..members.len() as u32).collect();
        let together = self.of(unit, &all);
        (most.closure_days, most.set_ups) = (together.closure_days, together.set_ups);
        most.fen(self.settings) + 1
    }
}
