//! What stands against a grouping, by name.

use super::bits::Bits;
use super::bound::{fewest_groups, most_groups};
use super::model::{Model, counted, sets};
use super::problem::Problem;
use super::taking_part::{Why, locked};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Infeasible {
    /// The limit that blocks, by the name of its parameter.
    pub constraint: &'static str,
    pub why: String,
    /// The communities that show it.
    pub units: Vec<usize>,
    /// Nothing can be found; otherwise nothing was.
    pub is_proved: bool,
}

fn proved(constraint: &'static str, why: String, units: Vec<usize>) -> Infeasible {
    Infeasible { constraint, why, units, is_proved: true }
}

/// Looks for what can be seen without a search.
pub fn before_search(problem: &Problem, why: &[Option<Why>], too_far: Option<&Bits>) -> Result<(), Infeasible> {
    let id = |unit: usize| &problem.units[unit].id;
    let is_locked = locked(problem);
    let ceiling = problem.max_households.unwrap_or(u64::MAX);
    for set in sets(problem).into_iter().filter(|set| !is_locked[set[0]]) {
        if let Some((&unit, out)) = set.iter().find_map(|unit| Some((unit, why[*unit]?))) {
            let others = set.iter().copied().find(|&other| other != unit).unwrap_or(unit);
            let text = format!("«{}» must be together with «{}», but {}", id(unit), id(others), out.says(problem));
            return Err(Infeasible { is_proved: out != Why::NotPlaced, ..proved(out.constraint(), text, set) });
        }
        let far = |&(a, b): &(usize, usize)| too_far.is_some_and(|far| far.is_set(a as u32, b as u32));
        let mut pairs = set.iter().enumerate().flat_map(|(n, &a)| set[n + 1..].iter().map(move |&b| (a, b)));
        if let Some((a, b)) = pairs.find(far) {
            let limit = problem.widest_walk_m.unwrap_or(f64::INFINITY);
            let text =
                format!("«{}» and «{}» must be together, but the walk between them is over {limit} m", id(a), id(b));
            return Err(proved("widest_walk_m", text, vec![a, b]));
        }
        let sum: u64 = set.iter().map(|&unit| counted(problem, unit)).sum();
        if sum > ceiling {
            let text = format!(
                "«{}», «{}» … must be together and have {sum} households, the maximum is {ceiling}",
                id(set[0]),
                id(set[1])
            );
            return Err(proved("max_households", text, set));
        }
    }
    if why.iter().zip(&is_locked).all(|(why, &is_locked)| why.is_some() && !is_locked) {
        return Err(nobody(problem, why));
    }
    Ok(())
}

/// Nobody takes part: the reason that most have.
fn nobody(problem: &Problem, why: &[Option<Why>]) -> Infeasible {
    let mut names: Vec<(&'static str, &'static str, usize, Why)> = Vec::new();
    for out in why.iter().flatten() {
        match names.iter_mut().find(|one| one.0 == out.name()) {
            Some(one) => one.2 += 1,
            None => names.push((out.name(), out.constraint(), 1, *out)),
        }
    }
    names.sort_by(|a, b| b.2.cmp(&a.2).then(a.0.cmp(b.0)));
    let told: Vec<String> = names.iter().map(|one| format!("{} × {}", one.2, one.0)).collect();
    let is_proved = names.iter().all(|one| one.3 != Why::NotPlaced);
    let text = format!("no community can be grouped: {}", told.join(", "));
    let units = (0..problem.units.len()).collect();
    Infeasible { constraint: names.first().map_or("units", |one| one.1), why: text, units, is_proved }
}

/// Makes sets that must be together hang together.
pub fn connect(problem: &Problem, model: &mut Model) -> Result<(), Infeasible> {
    let ids = |set: &[u32]| -> Vec<usize> { set.iter().map(|&unit| model_unit(model, unit)).collect() };
    let whole = model.sets.clone();
    let named: Vec<Vec<usize>> = whole.iter().map(|set| ids(set)).collect();
    if let Err(set) = model.connect_sets() {
        let units: Vec<usize> = set.iter().map(|&unit| model.units[unit as usize]).collect();
        let (a, b) = apart(model, &set);
        let (a, b) = (model.units[a as usize], model.units[b as usize]);
        let (name_a, name_b) = (&problem.units[a].id, &problem.units[b].id);
        let text = format!(
            "«{name_a}» and «{name_b}» must be together, but no way leads from one to the other that a group may take"
        );
        return Err(proved("must_together", text, if units.len() > 1 { units } else { vec![a, b] }));
    }
    for set in &model.sets {
        let sum = model.sum(set);
        if sum > model.ceiling || !model.is_allowed(set) {
            let units: Vec<usize> = set.iter().map(|&unit| model.units[unit as usize]).collect();
            let first = named.iter().find(|named| units.contains(&named[0])).unwrap_or(&units);
            let text = format!(
                "«{}» and «{}» must be together, and with those on the shortest way between them ({sum} households) they keep no group's limits; that is no proof",
                problem.units[first[0]].id, problem.units[first[1]].id
            );
            return Err(Infeasible { is_proved: false, ..proved("must_together", text, units) });
        }
    }
    Ok(())
}

fn model_unit(model: &Model, unit: u32) -> usize {
    model.units[unit as usize]
}

/// Two of a set that no way joins.
fn apart(model: &Model, set: &[u32]) -> (u32, u32) {
    let parts = model.components();
    let part_of = |unit: u32| parts.iter().position(|part| part.binary_search(&unit).is_ok());
    let other = set.iter().copied().find(|&unit| part_of(unit) != part_of(set[0]));
    (set[0], other.unwrap_or(set[set.len() - 1]))
}

/// Whether an exact number of groups is out of reach.
pub fn count(problem: &Problem, model: &Model) -> Result<(), Infeasible> {
    let Some(asked) = problem.groups else { return Ok(()) };
    let lock = problem.locked.len();
    let (fewest, most) = (fewest_groups(model) + lock, most_groups(model) + lock);
    if asked > most {
        let text = match problem.min_households {
            Some(min) => {
                format!("{asked} groups of at least {min} households each cannot be: no grouping has more than {most}")
            }
            None => format!(
                "{asked} groups cannot be: only {} communities take part, and {lock} groups are locked",
                model.len()
            ),
        };
        return Err(proved(
            if problem.min_households.is_some() { "min_households" } else { "groups" },
            text,
            Vec::new(),
        ));
    }
    if asked < fewest {
        let parts = model.components().len();
        let text = match problem.max_households {
            Some(max) if fewest > parts + lock => {
                format!(
                    "{asked} groups of at most {max} households each cannot be: no grouping of all has fewer than {fewest}"
                )
            }
            _ => format!(
                "{asked} groups cannot be: the communities fall into {parts} parts with no walk between, and {lock} groups are locked"
            ),
        };
        let constraint = if fewest > parts + lock { "max_households" } else { "contiguity" };
        return Err(proved(constraint, text, Vec::new()));
    }
    Ok(())
}

/// The number of groups was not reached, and no bound says that it cannot be.
pub fn not_found(problem: &Problem, model: &Model, asked: usize, counts: &[usize]) -> Infeasible {
    let lock = problem.locked.len();
    let (asked, most, fewest) = (asked + lock, most_groups(model) + lock, fewest_groups(model) + lock);
    let best = counts.iter().map(|count| count + lock).min_by_key(|count| count.abs_diff(asked)).unwrap_or(0);
    let (constraint, bound) = if best < asked {
        ("min_households", format!("the bound is {most}"))
    } else {
        ("max_households", format!("the bound is {fewest}"))
    };
    let why = format!(
        "{asked} groups were not found; the nearest that keeps every limit has {best}, and {bound}. A larger effort may find more"
    );
    Infeasible { constraint, why, units: Vec::new(), is_proved: false }
}
