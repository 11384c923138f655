//! A siting as a person reads it.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget};

use crate::analysis::siting::{Answer, Choice, Objective, Problem, Progress, Why};

/// Ids that are shown in a row; how many more there are is said.
const SHOWN_IDS: usize = 20;
const BETWEEN_LINES: Duration = Duration::from_secs(5);

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
        if self.is_silent {
            return;
        }
        let mut last = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let wait = if self.bar.is_hidden() { BETWEEN_LINES } else { Duration::from_millis(100) };
        if last.elapsed() < wait {
            return;
        }
        *last = Instant::now();
        let mut text = progress.stage.to_owned();
        if let Some(value) = progress.value {
            text += &format!(", so far {}", number(value));
        }
        if let Some(bound) = progress.bound {
            text += &format!(", not better than {}", number(bound));
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

pub fn ids<'a>(ids: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = ids.len().saturating_sub(SHOWN_IDS);
    let mut text = ids.take(SHOWN_IDS).collect::<Vec<_>>().join(", ");
    if more > 0 {
        text += &format!(" and {more} more");
    }
    text
}

/// Whole numbers as they are, others with three decimals; the JSON has all digits.
fn number(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.3}") }
}

pub fn print(problem: &Problem, answer: &Answer, seconds: f64) {
    let weight = &problem.weight_names[problem.weight];
    let measures = match problem.objective {
        Objective::Mclp => format!("{weight} covered"),
        Objective::Lscp => "sites chosen".to_owned(),
        Objective::PMedian => format!("sum of {weight} × cost"),
        Objective::PCenter => "greatest cost".to_owned(),
    };
    println!("{}: {} {measures}", problem.objective.name(), number(answer.value));
    let bound = answer.bound.map_or("not known".to_owned(), number);
    let gap = answer.gap().map_or("not known".to_owned(), |gap| format!("{:.4} %", 100.0 * gap));
    println!("  bound {bound}, gap {gap}: {}; {seconds:.3} s", answer.reason.says());
    if !answer.is_tie_settled {
        println!("  the tie rule was not settled: another answer may be as good");
    }
    if let Some(assignment) = problem.capacities {
        println!("  capacities are kept in {weight}, with {} assignment", assignment.name());
    }
    println!();
    println!("{:<24}{:>10}{:>14}{:>14}{:>14}", "site", "places", weight, "capacity", "farthest");
    for open in &answer.open {
        let site = &problem.sites[open.site];
        let why = match open.choice {
            Choice::Existing => " (existing)",
            Choice::Must | Choice::MustBeFull => " (must)",
            Choice::Free | Choice::MustNot => "",
        };
        println!(
            "{:<24}{:>10}{:>14}{:>14}{:>14}",
            format!("{}{why}", site.id),
            open.places,
            number(open.load),
            site.capacity.filter(|_| problem.capacities.is_some()).map_or("–".to_owned(), number),
            open.farthest.map_or("–".to_owned(), number),
        );
    }
    println!();
    println!("{:<24}{:>14}{:>14}{:>10}", "served", "of", "in all", "%");
    for share in &answer.shares {
        let percent = share.percent().map_or("–".to_owned(), |percent| format!("{percent:.2}"));
        println!("{:<24}{:>14}{:>14}{:>10}", share.of, number(share.served), number(share.total), percent);
    }
    let costs = [
        ("mean cost by place", answer.mean_cost),
        ("mean cost by weight", answer.mean_cost_weighted),
        ("greatest cost", answer.greatest_cost),
    ];
    println!();
    for (name, cost) in costs {
        println!("{name:<24}{:>14}", cost.map_or("–".to_owned(), number));
    }
    for (why, text) in [
        (Why::NotChosen, "left out, a site that could serve it was not chosen"),
        (Why::Full, "left out, the sites that could serve it are full"),
        (Why::BeyondRadius, "left out, every site is beyond the radius"),
        (Why::NoWay, "left out, there is no way to any site"),
    ] {
        let left: Vec<&str> = answer
            .left_out
            .iter()
            .filter(|one| one.why == why)
            .map(|one| problem.demands[one.demand].id.as_str())
            .collect();
        if !left.is_empty() {
            println!("{text} ({}): {}", left.len(), ids(left.iter().copied()));
        }
    }
}
