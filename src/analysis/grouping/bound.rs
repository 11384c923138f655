//! How many groups there can be, whatever is tried.

use super::model::Model;

/// No grouping has more groups.
///
/// A group either has a unit that reaches the floor alone, and there are only so many of those, or it lies within a
/// part that still hangs together without them, and of each such part at most as many fit as its households make.
pub fn most_groups(model: &Model) -> usize {
    if model.floor == 0 {
        return model.len();
    }
    let is_big = |unit: u32| model.households[unit as usize] >= model.floor;
    let mut is_seen: Vec<bool> = (0..model.len() as u32).map(is_big).collect();
    let big = is_seen.iter().filter(|&&is_big| is_big).count();
    let mut stack = Vec::new();
    let mut of_small = 0;
    for unit in 0..model.len() as u32 {
        if is_seen[unit as usize] {
            continue;
        }
        is_seen[unit as usize] = true;
        stack.push(unit);
        let mut sum = 0;
        while let Some(at) = stack.pop() {
            sum += model.households[at as usize];
            for &other in model.neighbours(at) {
                if !is_seen[other as usize] {
                    is_seen[other as usize] = true;
                    stack.push(other);
                }
            }
        }
        of_small += (sum / model.floor) as usize;
    }
    big + of_small
}

/// No grouping of all units has fewer groups: each part that hangs together needs one, and as many as its households
/// fill.
pub fn fewest_groups(model: &Model) -> usize {
    let of = |part: &Vec<u32>| match model.ceiling {
        u64::MAX | 0 => 1,
        ceiling => (model.sum(part).div_ceil(ceiling) as usize).max(1),
    };
    model.components().iter().map(of).sum()
}
