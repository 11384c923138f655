//! A grouping as a person reads it.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget};

use super::refusal::ids;
use crate::analysis::grouping::{Answer, Goal, Problem, Progress, Weights};

const BETWEEN_LINES: Duration = Duration::from_secs(5);
/// Groups that are printed; the JSON has all.
const SHOWN_GROUPS: usize = 30;

/// A spinner on a terminal, a plain line now and then elsewhere.
pub struct ProgressLine {
    bar: ProgressBar,
    is_silent: bool,
    last: Mutex<Instant>,
}

impl ProgressLine {
    pub fn new(is_silent: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.enable_steady_tick(Duration::from_millis(100));
        Self { bar, is_silent, last: Mutex::new(Instant::now()) }
    }

    pub fn show(&self, progress: Progress) {
        let mut last = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let wait = if self.bar.is_hidden() { BETWEEN_LINES } else { Duration::from_millis(100) };
        if self.is_silent || last.elapsed() < wait {
            return;
        }
        *last = Instant::now();
        let mut text = progress.stage.to_owned();
        if let Some(share) = progress.share {
            text += &format!(", {:.0} %", 100.0 * share);
        }
        if self.bar.is_hidden() {
            eprintln!("{text}");
        } else {
            self.bar.set_message(text);
        }
    }

    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}

pub fn print(problem: &Problem, answer: &Answer, seconds: f64) {
    let name = match problem.goal {
        Goal::Planner => "planner",
        Goal::MostGroups => "max-p",
    };
    println!("{name}: {} of {} proposals, {seconds:.2} s", answer.proposals.len(), problem.proposals);
    println!("input {} · seed {} · version {}", answer.input_hash, answer.seed, env!("CARGO_PKG_VERSION"));
    let proof = match answer.gap(problem) {
        Some(0) => "; proved to be the most",
        _ => "",
    };
    println!("precincts: at least {}, at most {}{proof}", answer.fewest_groups, answer.most_groups);
    if answer.proposals.len() < problem.proposals {
        println!("fewer proposals than asked for: the searches found no more that differ enough");
    }
    if answer.is_cut_short {
        println!("time was over before the work was done; another run may come to another answer");
    }
    for (n, proposal) in answer.proposals.iter().enumerate() {
        println!();
        let unlike = match problem.attribute_names.is_empty() {
            true => String::new(),
            false => format!(", unlikeness {:.3}", proposal.unlikeness),
        };
        println!("proposal {}: {} precincts, value {:.4}{unlike}", n + 1, proposal.groups.len(), proposal.value);
        for ((name, part), weight) in Weights::NAMES.iter().zip(proposal.parts).zip(problem.weights.list()) {
            if weight > 0.0 {
                println!("  {name:<22}{part:>8.4}  × {weight}");
            }
        }
        for (other, difference) in &proposal.differences {
            println!(
                "  differs from {}: {:.1} % of pairs, information {:.3}, {} communities elsewhere",
                other + 1,
                100.0 * difference.pairs,
                difference.information,
                difference.moved
            );
        }
        if n > 0 {
            continue;
        }
        println!("  {:<6}{:>12}{:>12}{:>12}  members", "", "communities", "households", "widest m");
        for (number, group) in proposal.groups.iter().take(SHOWN_GROUPS).enumerate() {
            println!(
                "  {:<6}{:>12}{:>12}{:>12}  {}{}",
                number + 1,
                group.members.len(),
                group.households,
                group.widest_walk_m.map_or("–".to_owned(), |metres| format!("{metres:.0}")),
                ids(group.members.iter().map(|&unit| problem.units[unit].id.as_str())),
                if group.is_locked { " (locked)" } else { "" },
            );
        }
        if proposal.groups.len() > SHOWN_GROUPS {
            println!("  and {} more precincts; the JSON has all", proposal.groups.len() - SHOWN_GROUPS);
        }
    }
    if !answer.left_out.is_empty() {
        println!();
        println!("in no precinct: {}", answer.left_out.len());
        for &(unit, why) in answer.left_out.iter().take(SHOWN_GROUPS) {
            println!("  {}: {}", problem.units[unit].id, why.says(problem));
        }
        if answer.left_out.len() > SHOWN_GROUPS {
            println!("  and {} more", answer.left_out.len() - SHOWN_GROUPS);
        }
    }
}
