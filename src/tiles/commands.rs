//! Geometry as the commands of the vector tile specification (4.3).

use super::clip::{clip_line, clip_ring};
use super::place::{Placement, TileBox, TilePoint};
use super::protobuf::zigzag;
use crate::snapshot::WorldPath;

/// The geometry types of a vector tile feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum GeometryType {
    Point = 1,
    Line = 2,
    Area = 3,
}

const MOVE_TO: u32 = 1;
const LINE_TO: u32 = 2;
const CLOSE_PATH: u32 = 7;

/// Writes commands; keeps its buffers from feature to feature.
#[derive(Default)]
pub struct CommandWriter {
    pub commands: Vec<u32>,
    cursor: Option<TilePoint>,
    points: Vec<TilePoint>,
    spare: Vec<TilePoint>,
}

impl CommandWriter {
    pub fn start(&mut self) {
        self.commands.clear();
        self.cursor = None;
    }

    pub fn point(&mut self, at: TilePoint) {
        self.command(MOVE_TO, 1);
        self.step(at);
    }

    /// Draws what of the lines lies in the tile. Vertices nearer than `tolerance` units to the one
    /// before are left out.
    pub fn lines(&mut self, path: &WorldPath, placement: &Placement, tolerance: i32) {
        for (part, _) in path.parts() {
            self.place(part.iter().map(|at| placement.place(*at)), tolerance);
            let points = std::mem::take(&mut self.points);
            let mut spare = std::mem::take(&mut self.spare);
            match TileBox::of(&points) {
                None => {}
                Some(bounds) if bounds.is_outside() => {}
                Some(bounds) if bounds.is_inside() => self.line(&points),
                Some(_) => clip_line(&points, &mut spare, |piece| self.line(piece)),
            }
            (self.points, self.spare) = (points, spare);
        }
    }

    /// The shortest line: for one that would collapse into its beginning.
    pub fn stroke(&mut self, at: TilePoint) {
        self.line(&[at, TilePoint { x: at.x + 1, y: at.y }]);
    }

    /// Draws what of the areas lies in the tile. An area that would collapse is drawn one unit
    /// wide: what was asked to be drawn is seen.
    pub fn areas(&mut self, path: &WorldPath, placement: &Placement, tolerance: i32) {
        let mut is_outer_drawn = false;
        for (part, is_hole) in path.parts() {
            if is_hole && !is_outer_drawn {
                continue;
            }
            self.place(part.iter().map(|at| placement.place(*at)), tolerance);
            let drawn = self.clipped_ring(is_hole);
            if !is_hole {
                is_outer_drawn = drawn;
            }
        }
    }

    /// An axis-parallel rectangle.
    pub fn rectangle(&mut self, bounds: TileBox) {
        let TileBox { min, max } = bounds;
        self.ring(&[min, TilePoint { x: max.x, y: min.y }, max, TilePoint { x: min.x, y: max.y }]);
    }

    fn place(&mut self, points: impl Iterator<Item = TilePoint>, tolerance: i32) {
        self.points.clear();
        let mut skipped = None;
        for at in points {
            match self.points.last() {
                Some(last) if (at.x - last.x).abs() < tolerance && (at.y - last.y).abs() < tolerance => {
                    skipped = Some(at);
                }
                _ => {
                    self.points.push(at);
                    skipped = None;
                }
            }
        }
        // The end of a line stays where it is: another line may begin there.
        if let Some(end) = skipped.filter(|end| self.points.last() != Some(end)) {
            self.points.push(end);
        }
    }

    /// Draws the ring in `points`, cut to the tile; false when nothing is left of it.
    fn clipped_ring(&mut self, is_hole: bool) -> bool {
        let Some(bounds) = TileBox::of(&self.points) else { return false };
        if bounds.is_outside() {
            return false;
        }
        if !bounds.is_inside() {
            clip_ring(&mut self.points, &mut self.spare);
        }
        let mut points = std::mem::take(&mut self.points);
        points.dedup();
        while points.len() > 1 && points.first() == points.last() {
            points.pop();
        }
        let area = twice_area(&points);
        let is_drawn = if points.len() >= 3 && area != 0 {
            // By the specification an outer ring has a positive area in these axes, an inner one a
            // negative.
            if (area > 0) == is_hole {
                points.reverse();
            }
            self.ring(&points);
            true
        } else if let (false, Some(sliver)) = (is_hole, sliver(&points)) {
            self.ring(&sliver);
            true
        } else {
            false
        };
        self.points = points;
        is_drawn
    }

    fn line(&mut self, points: &[TilePoint]) {
        if points.len() < 2 {
            return;
        }
        self.command(MOVE_TO, 1);
        self.step(points[0]);
        self.command(LINE_TO, points.len() - 1);
        for &at in &points[1..] {
            self.step(at);
        }
    }

    fn ring(&mut self, points: &[TilePoint]) {
        self.line(points);
        self.command(CLOSE_PATH, 1);
    }

    fn command(&mut self, id: u32, count: usize) {
        self.commands.push(id | (count as u32) << 3);
    }

    fn step(&mut self, to: TilePoint) {
        let from = self.cursor.unwrap_or(TilePoint { x: 0, y: 0 });
        self.commands.push(zigzag(to.x - from.x));
        self.commands.push(zigzag(to.y - from.y));
        self.cursor = Some(to);
    }
}

/// A ring without area as one that is a unit wide, along its longest extent.
fn sliver(ring: &[TilePoint]) -> Option<[TilePoint; 4]> {
    let TileBox { min, max } = TileBox::of(ring)?;
    if max.x - min.x >= max.y - min.y {
        let from = *ring.iter().min_by_key(|at| at.x)?;
        let to = *ring
            .iter()
            .max_by_key(|at| at.x)
            .filter(|to| to.x > from.x)
            .unwrap_or(&TilePoint { x: from.x + 1, y: from.y });
        Some([from, to, TilePoint { y: to.y + 1, ..to }, TilePoint { y: from.y + 1, ..from }])
    } else {
        let from = *ring.iter().min_by_key(|at| at.y)?;
        let to = *ring.iter().max_by_key(|at| at.y)?;
        Some([from, TilePoint { x: from.x + 1, ..from }, TilePoint { x: to.x + 1, ..to }, to])
    }
}

/// Twice the area by the surveyor's formula: positive where the ring runs clockwise on the screen.
fn twice_area(ring: &[TilePoint]) -> i64 {
    let Some(&last) = ring.last() else { return 0 };
    let mut before = last;
    let mut sum = 0;
    for &at in ring {
        sum += i64::from(before.x) * i64::from(at.y) - i64::from(at.x) * i64::from(before.y);
        before = at;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification() {
        // 4.3.5.5: a polygon (3,6) (8,12) (20,34).
        let mut writer = CommandWriter::default();
        writer.start();
        writer.ring(&[(3, 6), (8, 12), (20, 34)].map(|(x, y)| TilePoint { x, y }));
        assert_eq!(writer.commands, [9, 6, 12, 18, 10, 12, 24, 44, 15]);
    }

    #[test]
    fn a_ring_without_area_becomes_a_thin_one_along_itself() {
        for ring in [
            vec![(5, 5)],
            vec![(0, 0), (100, 90), (50, 45)],
            vec![(0, 0), (90, -100)],
            vec![(-3, 7), (-3, 107)],
            vec![(7, 7), (3, 7)],
        ] {
            let points: Vec<TilePoint> = ring.iter().map(|&(x, y)| TilePoint { x, y }).collect();
            let sliver = sliver(&points).unwrap();
            let TileBox { min, max } = TileBox::of(&points).unwrap();
            let longest = i64::from((max.x - min.x).max(max.y - min.y)).max(1);
            assert_eq!(twice_area(&sliver), 2 * longest, "{ring:?}: a unit wide and the right way round");
        }
        assert!(sliver(&[]).is_none());
    }

    #[test]
    fn clockwise_on_the_screen_is_positive() {
        let ring = [(0, 0), (10, 0), (10, 10), (0, 10)].map(|(x, y)| TilePoint { x, y });
        assert_eq!(twice_area(&ring), 200);
    }
}
