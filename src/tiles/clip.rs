//! Cutting lines and rings at the buffered edge of a tile.
//!
//! Rings: Sutherland and Hodgman, "Reentrant polygon clipping", CACM 17 (1974). Lines: Liang and
//! Barsky, "A new concept and method for line clipping", ACM TOG 3 (1984).

use super::place::TilePoint;
use super::{BUFFER, EXTENT};

const LOW: i32 = -BUFFER;
const HIGH: i32 = EXTENT + BUFFER;

/// The part of an open ring inside the box; may be empty. Edges along the box are kept: they lie in
/// the buffer, where nothing is seen.
pub fn clip_ring(ring: &mut Vec<TilePoint>, spare: &mut Vec<TilePoint>) {
    clip_side(ring, spare, |p| p.x >= LOW, |a, b| at_x(a, b, LOW));
    clip_side(spare, ring, |p| p.x <= HIGH, |a, b| at_x(a, b, HIGH));
    clip_side(ring, spare, |p| p.y >= LOW, |a, b| at_y(a, b, LOW));
    clip_side(spare, ring, |p| p.y <= HIGH, |a, b| at_y(a, b, HIGH));
}

fn clip_side(
    ring: &[TilePoint],
    out: &mut Vec<TilePoint>,
    is_inside: impl Fn(TilePoint) -> bool,
    cross: impl Fn(TilePoint, TilePoint) -> TilePoint,
) {
    out.clear();
    let Some(&last) = ring.last() else { return };
    let mut before = last;
    for &at in ring {
        match (is_inside(before), is_inside(at)) {
            (true, true) => out.push(at),
            (true, false) => out.push(cross(before, at)),
            (false, true) => out.extend([cross(before, at), at]),
            (false, false) => {}
        }
        before = at;
    }
}

/// Calls `emit` with each piece of a line inside the box, of two positions or more.
pub fn clip_line(line: &[TilePoint], piece: &mut Vec<TilePoint>, mut emit: impl FnMut(&[TilePoint])) {
    piece.clear();
    for pair in line.windows(2) {
        let Some((from, to)) = clip_segment(pair[0], pair[1]) else { continue };
        if piece.last() != Some(&from) {
            if piece.len() > 1 {
                emit(piece);
            }
            piece.clear();
            piece.push(from);
        }
        if to != from {
            piece.push(to);
        }
    }
    if piece.len() > 1 {
        emit(piece);
    }
    piece.clear();
}

fn clip_segment(a: TilePoint, b: TilePoint) -> Option<(TilePoint, TilePoint)> {
    let (dx, dy) = (f64::from(b.x) - f64::from(a.x), f64::from(b.y) - f64::from(a.y));
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    let sides = [
        (-dx, f64::from(a.x) - f64::from(LOW)),
        (dx, f64::from(HIGH) - f64::from(a.x)),
        (-dy, f64::from(a.y) - f64::from(LOW)),
        (dy, f64::from(HIGH) - f64::from(a.y)),
    ];
    for (towards, room) in sides {
        if towards == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if towards < 0.0 {
            enter = enter.max(room / towards);
        } else {
            leave = leave.min(room / towards);
        }
    }
    if enter > leave {
        return None;
    }
    let along =
        |t: f64| TilePoint { x: (f64::from(a.x) + dx * t).round() as i32, y: (f64::from(a.y) + dy * t).round() as i32 };
    let from = if enter == 0.0 { a } else { along(enter) };
    let to = if leave == 1.0 { b } else { along(leave) };
    Some((from, to))
}

fn at_x(a: TilePoint, b: TilePoint, x: i32) -> TilePoint {
    TilePoint { x, y: between(a.y, b.y, f64::from(x - a.x) / f64::from(b.x - a.x)) }
}

fn at_y(a: TilePoint, b: TilePoint, y: i32) -> TilePoint {
    TilePoint { x: between(a.x, b.x, f64::from(y - a.y) / f64::from(b.y - a.y)), y }
}

fn between(from: i32, to: i32, share: f64) -> i32 {
    (f64::from(from) + (f64::from(to) - f64::from(from)) * share).round() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: i32, y: i32) -> TilePoint {
        TilePoint { x, y }
    }

    #[test]
    fn a_ring_around_the_tile_becomes_the_box() {
        let mut ring = vec![at(-9000, -9000), at(9000, -9000), at(9000, 9000), at(-9000, 9000)];
        clip_ring(&mut ring, &mut Vec::new());
        ring.sort_by_key(|p| (p.x, p.y));
        assert_eq!(ring, [at(LOW, LOW), at(LOW, HIGH), at(HIGH, LOW), at(HIGH, HIGH)]);
    }

    #[test]
    fn a_ring_beside_the_tile_is_gone() {
        let mut ring = vec![at(5000, 0), at(6000, 0), at(6000, 100)];
        clip_ring(&mut ring, &mut Vec::new());
        assert!(ring.is_empty());
    }

    #[test]
    fn a_line_that_leaves_and_returns_is_two_pieces() {
        let line = [at(0, 0), at(0, -500), at(1000, -500), at(1000, 0)];
        let mut pieces = Vec::new();
        clip_line(&line, &mut Vec::new(), |piece| pieces.push(piece.to_vec()));
        assert_eq!(pieces, [vec![at(0, 0), at(0, LOW)], vec![at(1000, LOW), at(1000, 0)]]);
    }

    #[test]
    fn a_line_across_the_tile_keeps_its_direction() {
        let line = [at(-10_000, 100), at(10_000, 100)];
        let mut pieces = Vec::new();
        clip_line(&line, &mut Vec::new(), |piece| pieces.push(piece.to_vec()));
        assert_eq!(pieces, [vec![at(LOW, 100), at(HIGH, 100)]]);
    }
}
