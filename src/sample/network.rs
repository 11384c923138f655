//! Streets of the plan noded at their junctions.

use super::layout::{Axis, Run};

/// A piece of a run between two junctions.
#[derive(Debug, Clone, Copy)]
pub struct Piece {
    pub run: usize,
    pub from: f64,
    pub to: f64,
}

/// Cuts each run wherever another run touches it, at its ends too. `counts` says which runs count
/// as touching: pipes care for junctions of streets only.
pub fn pieces(runs: &[Run], counts: impl Fn(&Run) -> bool) -> Vec<Piece> {
    let mut by_axis: [Vec<&Run>; 2] = [Vec::new(), Vec::new()];
    for run in runs.iter().filter(|run| counts(run)) {
        by_axis[run.axis as usize].push(run);
    }
    for list in &mut by_axis {
        list.sort_by(|a, b| a.at.total_cmp(&b.at));
    }
    let mut pieces = Vec::new();
    for (index, run) in runs.iter().enumerate().filter(|(_, run)| counts(run)) {
        let across = &by_axis[match run.axis {
            Axis::U => Axis::V as usize,
            Axis::V => Axis::U as usize,
        }];
        let start = across.partition_point(|other| other.at < run.from);
        let mut last = run.from;
        for other in across[start..].iter().take_while(|other| other.at <= run.to) {
            if other.from <= run.at && run.at <= other.to && other.at > last {
                pieces.push(Piece { run: index, from: last, to: other.at });
                last = other.at;
            }
        }
        if run.to > last {
            pieces.push(Piece { run: index, from: last, to: run.to });
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::street_class::StreetClass;

    fn run(axis: Axis, at: f64, from: f64, to: f64) -> Run {
        Run { axis, at, from, to, class: StreetClass::Residential, name: None }
    }

    #[test]
    fn a_street_is_cut_where_others_cross_or_end() {
        let runs = [
            run(Axis::U, 0.0, 0.0, 100.0),
            run(Axis::V, 30.0, -10.0, 10.0), // crosses
            run(Axis::V, 60.0, 0.0, 50.0),   // ends on it
            run(Axis::V, 80.0, 5.0, 50.0),   // stays away
        ];
        let cut: Vec<_> = pieces(&runs, |_| true).iter().map(|p| (p.run, p.from, p.to)).collect();
        assert_eq!(
            cut,
            [
                (0, 0.0, 30.0),
                (0, 30.0, 60.0),
                (0, 60.0, 100.0),
                (1, -10.0, 0.0),
                (1, 0.0, 10.0),
                (2, 0.0, 50.0),
                (3, 5.0, 50.0)
            ]
        );
    }
}
