//! Splits lines where another line shares a vertex, so that a walk can turn there.

use std::collections::HashMap;

use super::Record;
use super::wkb::{self, Part};

/// A position to a hundredth of a millimetre in the scale of OpenStreetMap's own coordinates (1e-7 degrees).
type Vertex = (i64, i64);

fn vertex((x, y): (f64, f64)) -> Vertex {
    ((x * 1e7).round() as i64, (y * 1e7).round() as i64)
}

/// The lines in pieces. The pieces of `w1` are `w1/1`, `w1/2`, … in the order of the line; a line
/// that needs no cut is `w1/1`, so that a later cut elsewhere does not rename it.
///
/// Lines that cross without a shared vertex (a bridge above a street) are not joined.
pub fn node(records: Vec<Record>) -> Vec<Record> {
    let mut uses: HashMap<Vertex, u32> = HashMap::new();
    let mut parts: Vec<Part> = Vec::new();
    for record in &records {
        if wkb::parts(&record.wkb, &mut parts).is_none() {
            continue;
        }
        for part in &parts {
            for i in 0..part.count {
                *uses.entry(vertex(wkb::position(&record.wkb, part, i))).or_default() += 1;
            }
        }
    }
    let mut pieces = Vec::with_capacity(records.len());
    for record in records {
        if wkb::parts(&record.wkb, &mut parts).is_none() {
            pieces.push(record);
            continue;
        }
        let mut number = 0;
        for part in &parts {
            let mut line: Vec<(f64, f64)> = (0..part.count).map(|i| wkb::position(&record.wkb, part, i)).collect();
            line.dedup();
            for piece in cut(&line, &uses) {
                number += 1;
                pieces.push(Record {
                    key: format!("{}/{number}", record.key),
                    wkb: wkb::multi_line(std::iter::once(piece)),
                    layer: record.layer,
                    row: record.row,
                    values: record.values.clone(),
                });
            }
        }
    }
    pieces
}

fn cut<'a>(line: &'a [(f64, f64)], uses: &HashMap<Vertex, u32>) -> Vec<&'a [(f64, f64)]> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for i in 1..line.len() {
        let is_end = i == line.len() - 1;
        if is_end || uses.get(&vertex(line[i])).copied().unwrap_or(0) > 1 {
            let piece = &line[start..=i];
            pieces.push(piece);
            start = i;
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::LayerId;

    fn street(key: &str, line: &[(f64, f64)]) -> Record {
        let wkb = wkb::multi_line(std::iter::once(line));
        Record { layer: LayerId::Street, row: 1, key: key.to_owned(), wkb, values: Vec::new() }
    }

    fn keys(records: Vec<Record>) -> Vec<String> {
        node(records).into_iter().map(|r| r.key).collect()
    }

    #[test]
    fn a_crossing_with_a_shared_vertex_makes_four() {
        let a = street("w1", &[(0.0, 1.0), (1.0, 1.0), (2.0, 1.0)]);
        let b = street("w2", &[(1.0, 0.0), (1.0, 1.0), (1.0, 2.0)]);
        assert_eq!(keys(vec![a, b]), ["w1/1", "w1/2", "w2/1", "w2/2"]);
    }

    #[test]
    fn a_bridge_without_a_shared_vertex_stays_whole() {
        let a = street("w1", &[(0.0, 1.0), (2.0, 1.0)]);
        let b = street("w2", &[(1.0, 0.0), (1.0, 2.0)]);
        assert_eq!(keys(vec![a, b]), ["w1/1", "w2/1"]);
    }

    #[test]
    fn a_loop_is_cut_where_it_meets_itself() {
        let p = street("w1", &[(0.0, 0.0), (1.0, 0.0), (2.0, 1.0), (2.0, -1.0), (1.0, 0.0)]);
        assert_eq!(keys(vec![p]), ["w1/1", "w1/2"]);
    }

    #[test]
    fn no_vertex_is_lost() {
        let line = [(0.0, 0.0), (1.0, 0.0), (1.0, 0.0), (2.0, 1.0)];
        let pieces = node(vec![street("w1", &line), street("w2", &[(1.0, 0.0), (5.0, 5.0)])]);
        let mut parts = Vec::new();
        let ends: Vec<_> = pieces[..2]
            .iter()
            .map(|p| {
                wkb::parts(&p.wkb, &mut parts).expect("lines");
                (wkb::position(&p.wkb, &parts[0], 0), wkb::position(&p.wkb, &parts[0], parts[0].count - 1))
            })
            .collect();
        assert_eq!(ends, [((0.0, 0.0), (1.0, 0.0)), ((1.0, 0.0), (2.0, 1.0))]);
    }
}
