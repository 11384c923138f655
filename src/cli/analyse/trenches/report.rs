//! A plan as a person reads it in a terminal.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget};

use crate::http::analysis::Progress;
use crate::http::analysis::trenches::TrenchesAnswer;

/// Trenches and clashes that are shown; the JSON has more.
const SHOWN: usize = 20;
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// Shows how far it is until it is done.
pub fn show(progress: &Progress, is_done: &AtomicBool) {
    let spinner = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let mut looks: u32 = 0;
    while !is_done.load(Ordering::Relaxed) {
        std::thread::sleep(BETWEEN_LOOKS);
        looks += 1;
        let (done, total) = progress.counts();
        let text = format!("{done} of {total}");
        if !spinner.is_hidden() {
            spinner.set_message(text);
            spinner.tick();
        } else if looks.is_multiple_of(50) {
            eprintln!("{text}");
        }
    }
    spinner.finish_and_clear();
}

pub fn print(answer: &TrenchesAnswer, seconds: f64) {
    let plan = &answer.plan;
    let (totals, bound, alone) = (&plan.totals, &plan.bound, &plan.alone);
    println!(
        "{} works: {} planned, {} trenchless, {} without a day; {seconds:.2} s",
        totals.works, totals.planned, totals.trenchless, totals.not_planned
    );
    let quality = match (bound.is_proved, bound.are_openings_proved) {
        (true, _) => "proved best",
        (false, true) => "openings proved least, saving not",
        (false, false) => "not proved",
    };
    println!(
        "{:<28}{:>12}   each for itself {}, no plan less than {} ({quality})",
        "openings of streets", totals.openings, totals.openings_separate, bound.least_openings
    );
    println!(
        "{:<28}{:>12}   of {} that are opened",
        "streets opened once", totals.streets_opened_once, totals.streets_opened
    );
    println!(
        "{:<28}{:>12}   operators alone {}, with {} openings; no plan leaves fewer than {} out",
        "works without a day", totals.not_planned, alone.not_planned, alone.openings, bound.least_not_planned
    );
    println!("{:<28}{:>12}   {:.0} m", "shared trenches", totals.trenches, totals.trench_m);
    println!(
        "{:<28}{:>12}   {} with an existing line too near wherever they lie, {} not to be told",
        "with a free place", totals.trenches_free, totals.trenches_blocked, totals.trenches_place_unknown
    );
    let saving = &totals.saving;
    println!("{:<28}{:>12.0}", "saved: opening, m", saving.opening_m);
    println!("{:<28}{:>12.0}", "saved: soil, m3", saving.soil_m3);
    println!("{:<28}{:>12.0}", "saved: surface, m2", saving.surface_m2);
    println!("{:<28}{:>12.0}", "saved: days of closure", saving.closure_days);
    println!(
        "{:<28}{:>12}   alone {}, no more than {}; prices are assumed",
        "saved: yuan", totals.saving_yuan, alone.saving_yuan, bound.most_saving_yuan
    );
    println!(
        "{:<28}{:>12}   {} failed, {} accepted, {} unknown, {} to review, {} passed",
        "checks",
        totals.checks,
        totals.checks_failed,
        totals.checks_accepted,
        totals.checks_unknown,
        totals.checks_to_review,
        totals.checks_passed
    );
    println!("{:<28}{:>12}   {} opportunities", "clashes", totals.clashes, totals.opportunities);
    let groups = (bound.groups_proved, bound.groups, bound.largest_group);
    println!("{:<28}{:>12}   of {} proved, the largest has {} works", "groups", groups.0, groups.1, groups.2);
    for trench in plan.trenches.iter().take(SHOWN) {
        let at = trench
            .street
            .as_deref()
            .map_or_else(|| trench.street_id.map_or("yard".to_owned(), |id| format!("street/{id}")), str::to_owned);
        println!(
            "  {} to {}  {at} {:.0} to {:.0} m: works {:?}, {:.2} m wide, {:.2} m deep, {:?}",
            trench.starts_on,
            trench.ends_on,
            trench.from_m,
            trench.to_m,
            trench.work_ids,
            trench.width_m,
            trench.depth_m,
            trench.verdict
        );
    }
    if totals.trenches > SHOWN {
        println!("  and {} trenches more", totals.trenches - SHOWN);
    }
    if !answer.cut_lists.is_empty() {
        println!("lists of the JSON were cut: {}", answer.cut_lists.join(", "));
    }
}
