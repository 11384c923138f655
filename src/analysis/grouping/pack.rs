//! As many groups as possible: cut anew two to four groups that lie side by side, again and again.
//!
//! A cut that gives more groups is kept. One that gives as many is kept when it gathers the surplus over the floor
//! in fewer groups, and now and then when it does not: surplus that came together is the next group.

use super::model::{Model, NO_SET};
use super::plan::Plan;
use super::split::{Pieces, Splitter};
use crate::analysis::random::Random;
use crate::analysis::watch::{Stop, Watch};

/// A piece below the floor costs more than the group that taking it in may cost.
const FRAGMENT: f64 = 2.0;
/// What gathering surplus is worth beside a group.
const GATHERING: f64 = 0.4;
/// How much is given up at first, and at last, for the sake of change.
const WARM: f64 = 0.01;
const COLD: f64 = 0.001;

/// Packs groups until `work` (units looked at) is spent, `enough` groups stand, or time is over.
pub fn pack(
    model: &Model,
    plan: &mut Plan,
    enough: usize,
    work: u64,
    random: &mut Random,
    watch: &Watch<'_>,
) -> Result<(), Stop> {
    let mut splitter = Splitter::new(model);
    let mut pieces = Pieces::default();
    let (mut chosen, mut units) = (Vec::new(), Vec::new());
    let mut best = plan.clone();
    let mut best_worth = worth_of(model, plan);
    let mut is_complete = best.is_complete(model);
    let mut worth = best_worth;
    let (mut done, mut turns) = (0_u64, 0_u64);
    while done < work && !(is_complete && best.count() >= enough) {
        if turns % 512 == 0 {
            match watch.must_stop() {
                Some(Stop::Cancelled) => return Err(Stop::Cancelled),
                Some(Stop::OutOfTime) => {
                    *plan = best;
                    return Err(Stop::OutOfTime);
                }
                None => watch.tell("packing", Some(done as f64 / work as f64), Some(1.0)),
            }
        }
        turns += 1;
        let warmth = WARM * (COLD / WARM).powf(done as f64 / work as f64);
        let how_many = 2 + random.pick(3);
        plan.choose_side_by_side(model, how_many, random, &mut chosen);
        done += 4;
        if chosen.len() < 2 && plan.sum(chosen[0]) < 2 * model.floor {
            continue;
        }
        units.clear();
        let mut before = 0.0;
        for &group in &chosen {
            units.extend_from_slice(plan.members(group));
            before += worth_of_sum(model, plan.sum(group));
        }
        splitter.split(&units, random, &mut pieces);
        done += units.len() as u64;
        let after: f64 = pieces.sums[..pieces.count].iter().map(|&sum| worth_of_sum(model, sum)).sum();
        let keeps = (0..pieces.count).all(|piece| model.keeps_together(pieces.of(piece)));
        if keeps && after > before + warmth * unit_log(random) {
            plan.replace(&chosen, &pieces);
            worth += after - before;
        }
        let is_better =
            if is_complete { plan.count() > best.count() && plan.is_complete(model) } else { worth > best_worth };
        if is_better {
            best.clone_from(plan);
            best_worth = worth;
            is_complete = best.is_complete(model);
        }
    }
    *plan = best;
    Ok(())
}

/// Where packing begins: every part that hangs together cut once; or, where groups may also be too large, those who
/// must stay together as groups and all others alone, which keeps every limit but the floor.
pub fn begin(model: &Model, random: &mut Random) -> Plan {
    if model.has_upper() || model.floor == 0 {
        let mut groups = model.sets.clone();
        let alone = (0..model.len() as u32).filter(|&unit| model.together[unit as usize] == NO_SET);
        groups.extend(alone.map(|unit| vec![unit]));
        return Plan::of_groups(model, groups);
    }
    let (mut splitter, mut pieces) = (Splitter::new(model), Pieces::default());
    let mut groups = Vec::new();
    for part in model.components() {
        splitter.split(&part, random, &mut pieces);
        groups.extend((0..pieces.count).map(|piece| pieces.of(piece).to_vec()));
    }
    Plan::of_groups(model, groups)
}

/// The logarithm of a number from 0 to 1 by chance.
pub fn unit_log(random: &mut Random) -> f64 {
    let share = (random.next() >> 11) as f64 / (1_u64 << 53) as f64;
    share.max(1e-300).ln()
}

fn worth_of_sum(model: &Model, sum: u64) -> f64 {
    let floor = model.floor.max(1) as f64;
    if sum >= model.floor {
        // More than one floor of surplus is a group that only a better cut has to find.
        let surplus = ((sum - model.floor) as f64 / floor).min(1.0);
        1.0 + GATHERING * surplus * surplus
    } else {
        -FRAGMENT - (model.floor - sum) as f64 / floor
    }
}

fn worth_of(model: &Model, plan: &Plan) -> f64 {
    (0..plan.count()).map(|group| worth_of_sum(model, plan.sum(group))).sum()
}
