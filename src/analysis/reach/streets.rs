//! The streets that can be reached: edges cut exactly where the distance is used up.

use super::search::Search;

/// A stretch of an edge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stretch {
    pub edge: u32,
    pub from_m: f64,
    pub to_m: f64,
}

/// Every stretch of street at most `limit_m` from the nearest source of a search that went at least that
/// far, and the rest of the streets. Stretches of no length are left out.
pub fn split(search: &Search<'_>, limit_m: f64) -> (Vec<Stretch>, Vec<Stretch>) {
    let (mut reached, mut rest) = (Vec::new(), Vec::new());
    let mut spans: Vec<(f64, f64)> = Vec::new();
    for edge in 0..search.network.streets.edges.len() as u32 {
        for (number, piece) in (0u32..).zip(search.network.pieces(edge)) {
            spans.clear();
            let mut take = |from: f64, to: f64| {
                let (from, to) = (from.max(piece.from_m), to.min(piece.to_m));
                if to > from {
                    spans.push((from, to));
                }
            };
            take(piece.from_m, piece.from_m + (limit_m - search.node_m(piece.from_node)));
            take(piece.to_m - (limit_m - search.node_m(piece.to_node)), piece.to_m);
            for source in search.on_edge(edge).filter(|source| source.piece == number) {
                let left = limit_m - source.leg_m;
                if left > 0.0 {
                    take(source.along_m - left, source.along_m + left);
                }
            }
            spans.sort_by(|a, b| a.0.total_cmp(&b.0));
            let mut at = piece.from_m;
            let mut open: Option<(f64, f64)> = None;
            for (from, to) in spans.iter().copied().chain(std::iter::once((f64::INFINITY, f64::INFINITY))) {
                match &mut open {
                    Some(span) if from <= span.1 => span.1 = span.1.max(to),
                    _ => {
                        if let Some((from_m, to_m)) = open.replace((from, to)) {
                            if from_m > at {
                                rest.push(Stretch { edge, from_m: at, to_m: from_m });
                            }
                            reached.push(Stretch { edge, from_m, to_m });
                            at = to_m;
                        }
                    }
                }
            }
            if piece.to_m > at {
                rest.push(Stretch { edge, from_m: at, to_m: piece.to_m });
            }
        }
    }
    (reached, rest)
}
