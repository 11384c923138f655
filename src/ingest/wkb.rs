//! Well-known binary, little-endian and two-dimensional, worked on where it lies.

/// A run of coordinates in the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub kind: PartKind,
    /// Offset of the first coordinate.
    pub start: usize,
    /// Number of positions.
    pub count: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    Point,
    Line,
    Ring,
}

pub const POINT: u32 = 1;
pub const LINE: u32 = 2;
pub const POLYGON: u32 = 3;
pub const MULTI_LINE: u32 = 5;
pub const MULTI_POLYGON: u32 = 6;

/// The type word; `None` when it is not little-endian.
pub fn kind(wkb: &[u8]) -> Option<u32> {
    (wkb.first() == Some(&1)).then(|| word(wkb, 1)).flatten()
}

fn word(wkb: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(wkb.get(at..at + 4)?.try_into().ok()?))
}

/// Finds the coordinates of points, lines, polygons and multiples of these. `None` for all else.
pub fn parts(wkb: &[u8], parts: &mut Vec<Part>) -> Option<()> {
    parts.clear();
    let end = walk(wkb, 0, parts)?;
    (end == wkb.len()).then_some(())
}

fn walk(wkb: &[u8], at: usize, parts: &mut Vec<Part>) -> Option<usize> {
    let kind = kind(wkb.get(at..)?)?;
    let mut at = at + 5;
    let mut run = |kind, at: usize, count: usize| {
        let end = at.checked_add(count.checked_mul(16)?)?;
        (end <= wkb.len()).then(|| parts.push(Part { kind, start: at, count }))?;
        Some(end)
    };
    if kind == POINT {
        return run(PartKind::Point, at, 1);
    }
    let count = word(wkb, at)? as usize;
    at += 4;
    match kind {
        LINE => run(PartKind::Line, at, count),
        POLYGON => {
            for _ in 0..count {
                let positions = word(wkb, at)? as usize;
                at = run(PartKind::Ring, at + 4, positions)?;
            }
            Some(at)
        }
        MULTI_LINE | MULTI_POLYGON => {
            for _ in 0..count {
                at = walk(wkb, at, parts)?;
            }
            Some(at)
        }
        _ => None,
    }
}

pub fn position(wkb: &[u8], part: &Part, index: usize) -> (f64, f64) {
    let at = part.start + 16 * index;
    let number = |at: usize| f64::from_le_bytes(wkb[at..at + 8].try_into().expect("eight bytes"));
    (number(at), number(at + 8))
}

pub fn set_position(wkb: &mut [u8], part: &Part, index: usize, (x, y): (f64, f64)) {
    let at = part.start + 16 * index;
    wkb[at..at + 8].copy_from_slice(&x.to_le_bytes());
    wkb[at + 8..at + 16].copy_from_slice(&y.to_le_bytes());
}

/// Wraps a line or a polygon into a multiple of one; leaves the others.
pub fn into_multi(wkb: Vec<u8>) -> Vec<u8> {
    let multi = match kind(&wkb) {
        Some(LINE) => MULTI_LINE,
        Some(POLYGON) => MULTI_POLYGON,
        _ => return wkb,
    };
    let mut wrapped = Vec::with_capacity(wkb.len() + 9);
    wrapped.push(1);
    wrapped.extend(multi.to_le_bytes());
    wrapped.extend(1u32.to_le_bytes());
    wrapped.extend(wkb);
    wrapped
}

/// A multi-line of these lines.
pub fn multi_line<'a>(lines: impl ExactSizeIterator<Item = &'a [(f64, f64)]>) -> Vec<u8> {
    let mut wkb = vec![1];
    wkb.extend(MULTI_LINE.to_le_bytes());
    wkb.extend((lines.len() as u32).to_le_bytes());
    for line in lines {
        wkb.push(1);
        wkb.extend(LINE.to_le_bytes());
        wkb.extend((line.len() as u32).to_le_bytes());
        for (x, y) in line {
            wkb.extend(x.to_le_bytes());
            wkb.extend(y.to_le_bytes());
        }
    }
    wkb
}

pub fn point(x: f64, y: f64) -> Vec<u8> {
    let mut wkb = vec![1];
    wkb.extend(POINT.to_le_bytes());
    wkb.extend(x.to_le_bytes());
    wkb.extend(y.to_le_bytes());
    wkb
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_multi_line_is_walked_and_changed_in_place() {
        let (a, b) = ([(0.0, 1.0), (2.0, 3.0)], [(4.0, 5.0), (6.0, 7.0), (8.0, 9.0)]);
        let mut wkb = multi_line([a.as_slice(), b.as_slice()].into_iter());
        let mut found = Vec::new();
        parts(&wkb, &mut found).expect("well formed");
        assert_eq!(found.iter().map(|p| p.count).collect::<Vec<_>>(), [2, 3]);
        set_position(&mut wkb, &found[1], 2, (-8.0, -9.0));
        assert_eq!(position(&wkb, &found[1], 2), (-8.0, -9.0));
        assert_eq!(position(&wkb, &found[1], 1), (6.0, 7.0));
    }

    #[test]
    fn lying_counts_are_no_walk() {
        let mut wkb = multi_line([[(0.0, 1.0), (2.0, 3.0)].as_slice()].into_iter());
        wkb[14] = 0xff;
        assert_eq!(parts(&wkb, &mut Vec::new()), None);
        assert_eq!(parts(&wkb[..7], &mut Vec::new()), None);
        assert_eq!(parts(&[], &mut Vec::new()), None);
    }

    #[test]
    fn a_single_becomes_a_multiple_of_one() {
        let line = multi_line([[(0.0, 1.0), (2.0, 3.0)].as_slice()].into_iter());
        assert_eq!(into_multi(line[9..].to_vec()), line);
        assert_eq!(into_multi(line.clone()), line);
    }
}
