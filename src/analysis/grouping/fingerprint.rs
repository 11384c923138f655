//! A number that stands for a question: the same whatever the order of its parts.

use std::fmt::Write;

use xxhash_rust::xxh3::xxh3_64;

use super::problem::Problem;

/// Of everything that the answer depends on but the seed, as 16 hexadecimal digits.
pub fn fingerprint(problem: &Problem) -> String {
    let id = |unit: usize| problem.units[unit].id.as_str();
    let sorted = |mut lines: Vec<String>| {
        lines.sort_unstable();
        lines.join("\n")
    };
    let ids = |units: &[usize]| sorted(units.iter().map(|&unit| id(unit).to_owned()).collect());
    let pair = |a: usize, b: usize| if id(a) <= id(b) { (id(a), id(b)) } else { (id(b), id(a)) };
    let mut text = String::new();
    let mut add = |what: &str, lines: Vec<String>| {
        // Writing to a text cannot fail.
        _ = writeln!(text, "{what} {}\n{}", lines.len(), sorted(lines));
    };
    add("units", problem.units.iter().map(|unit| format!("{unit:?}")).collect());
    let edges =
        problem.edges.iter().map(|edge| format!("{:?} {:?} {:?}", pair(edge.a, edge.b), edge.walk_m, edge.shared));
    add("edges", edges.collect());
    add("walks", problem.walks.iter().map(|&(a, b, metres)| format!("{:?} {metres:?}", pair(a, b))).collect());
    let gaps = problem.gaps.iter().map(|gap| {
        let missing = sorted(gap.missing.iter().map(|&(unit, n)| format!("{} {n:?}", id(unit))).collect());
        let sites = sorted(gap.sites.iter().map(|site| ids(site)).collect());
        format!("{} {missing} {sites}", gap.name)
    });
    add("gaps", gaps.collect());
    add("together", problem.must_together.iter().map(|set| ids(set)).collect());
    add("apart", problem.must_apart.iter().map(|&(a, b)| format!("{:?}", pair(a, b))).collect());
    add("locked", problem.locked.iter().map(|group| ids(group)).collect());
    _ = writeln!(
        text,
        "{:?}",
        (
            (&problem.attribute_names, problem.goal, problem.weights, problem.unlikeness),
            (problem.min_households, problem.max_households, problem.unknown_households, problem.groups),
            (problem.widest_walk_m, problem.longest_step_m, problem.is_eligible_only),
            (problem.has_all_walks, problem.keeps_bodies),
            (problem.proposals, problem.least_difference, problem.effort),
        )
    );
    format!("{:016x}", xxh3_64(text.as_bytes()))
}
