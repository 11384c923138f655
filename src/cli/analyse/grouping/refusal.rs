//! Why nothing was grouped, as a person reads it.

use crate::analysis::grouping::{Fault, GroupingError, Place, Problem};
use crate::cli::analyse::table::refuse;
use crate::http::problem::Problem as Refusal;

/// Ids that are shown in a row; how many more there are is said.
const SHOWN_IDS: usize = 20;

pub fn ids<'a>(ids: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = ids.len().saturating_sub(SHOWN_IDS);
    let mut text = ids.take(SHOWN_IDS).collect::<Vec<_>>().join(", ");
    if more > 0 {
        text += &format!(" and {more} more");
    }
    text
}

/// A refusal in words, with the place of each mistake.
pub fn told(problem: Refusal) -> anyhow::Error {
    let faults: Vec<String> = problem
        .errors
        .iter()
        .map(|fault| format!("{}: {}", fault.pointer.as_deref().unwrap_or_default(), fault.detail))
        .collect();
    anyhow::anyhow!("{}\n{}", problem.detail, faults.join("\n"))
}

pub fn of(problem: &Problem, error: GroupingError) -> anyhow::Error {
    match error {
        GroupingError::Invalid(faults) => {
            let faults = faults.iter().map(|fault| named(problem, fault)).collect();
            refuse(faults).err().unwrap_or_else(|| anyhow::anyhow!("the question has faults"))
        }
        GroupingError::Infeasible(obstacle) => {
            let names = ids(obstacle.units.iter().map(|&unit| problem.units[unit].id.as_str()));
            let proof = if obstacle.is_proved { "cannot be done" } else { "was not found" };
            let who = if names.is_empty() { names } else { format!("\n  communities: {names}") };
            anyhow::anyhow!("this {proof} ({}): {}{who}", obstacle.constraint, obstacle.why)
        }
        error => error.into(),
    }
}

fn named(problem: &Problem, fault: &Fault) -> String {
    let place = match fault.place {
        Place::Unit(n) => format!("community {} («{}»)", n + 1, problem.units[n].id),
        Place::Edge(n) => format!("edge {}", n + 1),
        Place::Walk(n) => format!("walk {}", n + 1),
        Place::Gap(n) => format!("gaps/{n}"),
        Place::Together(n) => format!("must_together/{n}"),
        Place::Apart(n) => format!("must_apart/{n}"),
        Place::Locked(n) => format!("locked/{n}"),
        Place::Parameter(name) => name.to_owned(),
    };
    format!("{place}: {}", fault.detail)
}
