//! Where across its street a trench may lie: places are what is left when each line that lies there has taken the
//! offsets that are too near to it. Among those that are left the one nearest to where its works were submitted is
//! taken; where none is left, the one that is least too near.

use super::axis::Span;

/// What keeps the middle of a trench away: it has to be `need_m` from an interval of offsets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    pub span: Span,
    pub need_m: f64,
}

/// One way in which a trench can lie, with its own offsets and what bars them.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// Its section begins at the left edge of the street, not at the right one.
    pub is_mirrored: bool,
    /// Offsets of its middle, from the lowest to the highest.
    pub room: Span,
    pub bars: Vec<Bar>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chosen {
    pub offset_m: f64,
    pub is_mirrored: bool,
    /// By how much the nearest bar is too near; 0 where the place is free.
    pub short_m: f64,
}

/// Below this a distance is kept: numbers of the tables are whole centimetres.
pub const HAIR_M: f64 = 1e-9;

impl Bar {
    /// By how much a middle at an offset is too near, 0 where it is not.
    pub fn short_m(&self, offset: f64) -> f64 {
        let metres = (self.span.0 - offset).max(offset - self.span.1).max(0.0);
        let short = self.need_m - metres;
        if short > HAIR_M { short } else { 0.0 }
    }

    /// Where what it asks begins to matter, is asked in full, and no longer in full, and ends.
    fn turns(&self) -> [f64; 4] {
        let (low, high) = self.span;
        [low - self.need_m, low, high, high + self.need_m]
    }
}

/// What counts first comes first; whole micrometres, so that rounding decides nothing.
type Rank = (i64, i64, i64, bool);

fn rank(chosen: &Chosen, wish: f64) -> Rank {
    let micrometres = |metres: f64| (metres * 1e6).round() as i64;
    let offset = chosen.offset_m;
    (micrometres(chosen.short_m), micrometres((offset - wish).abs()), micrometres(offset.abs()), chosen.is_mirrored)
}

/// The best place: free if there is one, else least too near; of several the nearest to `wish`, then to the street's
/// axis, then on the right. Exact: between two turns of all bars what is asked is made of straight lines. `None`
/// without a way.
pub fn choose(ways: &[Way], wish: f64) -> Option<Chosen> {
    let all = ways.iter().flat_map(|way| candidates(way, wish));
    all.min_by_key(|chosen| rank(chosen, wish))
}

fn candidates(way: &Way, wish: f64) -> Vec<Chosen> {
    let (first, last) = way.room;
    let mut turns: Vec<f64> = way.bars.iter().flat_map(Bar::turns).filter(|at| first < *at && *at < last).collect();
    turns.extend([first, last]);
    turns.sort_by(f64::total_cmp);
    let mut found = Vec::new();
    for pair in turns.windows(2) {
        let middle = (pair[0] + pair[1]) / 2.0;
        // What is asked here rises, is level or falls; of each kind the highest counts.
        let (mut rising, mut level, mut falling) = (f64::NEG_INFINITY, 0.0_f64, f64::NEG_INFINITY);
        for bar in &way.bars {
            let (low, high) = bar.span;
            if middle < low - bar.need_m || middle > high + bar.need_m {
                continue;
            }
            if middle < low {
                rising = rising.max(bar.need_m - low);
            } else if middle <= high {
                level = level.max(bar.need_m);
            } else {
                falling = falling.max(bar.need_m + high);
            }
        }
        let places = [pair[0], pair[1], wish, (falling - rising) / 2.0, level - rising, falling - level];
        found.extend(places.into_iter().filter(|at| at.is_finite()).map(|at| {
            let offset_m = at.clamp(pair[0], pair[1]);
            let short_m = way.bars.iter().map(|bar| bar.short_m(offset_m)).fold(0.0, f64::max);
            Chosen { offset_m, is_mirrored: way.is_mirrored, short_m }
        }));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(room: Span, bars: &[(f64, f64, f64)]) -> Way {
        let bars = bars.iter().map(|&(low, high, need_m)| Bar { span: (low, high), need_m }).collect();
        Way { is_mirrored: false, room, bars }
    }

    fn place(ways: &[Way], wish: f64) -> (f64, f64) {
        let chosen = choose(ways, wish).expect("a way");
        let millimetres = |metres: f64| (metres * 1000.0).round() / 1000.0;
        (millimetres(chosen.offset_m), millimetres(chosen.short_m))
    }

    #[test]
    fn the_nearest_free_place_is_taken_and_of_two_the_one_nearer_to_the_axis() {
        assert_eq!(place(&[way((0.0, 5.0), &[])], 2.0), (2.0, 0.0));
        assert_eq!(place(&[way((0.0, 5.0), &[])], 7.0), (5.0, 0.0), "inside the street");
        assert_eq!(place(&[way((0.0, 5.0), &[(2.0, 2.0, 1.0)])], 2.2), (3.0, 0.0));
        assert_eq!(place(&[way((0.0, 5.0), &[(2.0, 2.0, 1.0)])], 2.0), (1.0, 0.0), "both are 1 m away");
        // The gap between two lines is just wide enough.
        assert_eq!(place(&[way((0.0, 9.0), &[(1.0, 2.0, 1.0), (5.0, 6.0, 2.0)])], 8.5), (8.5, 0.0));
        assert_eq!(place(&[way((0.0, 7.0), &[(1.0, 2.0, 1.0), (5.0, 6.0, 2.0)])], 6.0), (3.0, 0.0));
    }

    #[test]
    fn right_comes_before_left_where_all_else_is_equal() {
        let left = Way { is_mirrored: true, ..way((-5.0, 0.0), &[(-2.0, 2.0, 1.0)]) };
        let right = way((0.0, 5.0), &[(-2.0, 2.0, 1.0)]);
        let chosen = choose(&[left, right], 0.0).expect("a way");
        assert_eq!((chosen.offset_m, chosen.is_mirrored), (3.0, false));
    }

    #[test]
    fn where_none_is_free_the_least_too_near_is_taken() {
        // 1 m from 0 and 2 m from 2: at 0.5 both are short by 0.5.
        assert_eq!(place(&[way((0.0, 2.0), &[(0.0, 0.0, 1.0), (2.0, 2.0, 2.0)])], 2.0), (0.5, 0.5));
        // A line over the whole room: all places are as bad, so the wish decides.
        assert_eq!(place(&[way((0.0, 4.0), &[(-1.0, 5.0, 0.7)])], 1.3), (1.3, 0.7));
        assert_eq!(place(&[way((3.0, 3.0), &[(2.0, 2.0, 1.5)])], 0.0), (3.0, 0.5), "room for one place only");
        // Up to 1.5 m nothing is worse than the first, which is short everywhere there: the nearest to the wish is that.
        assert_eq!(place(&[way((0.0, 6.0), &[(0.0, 3.0, 0.5), (5.0, 6.0, 4.0)])], 4.0), (1.5, 0.5));
    }

    #[test]
    fn no_place_is_better_than_the_one_that_was_chosen() {
        // Small worlds with whole numbers, each looked through in steps of 5 cm.
        for seed in 0..400_u64 {
            let mut dice = seed;
            let mut roll = |sides: u64| {
                dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (dice >> 33) % sides
            };
            let bars: Vec<(f64, f64, f64)> = (0..1 + roll(4))
                .map(|_| {
                    let low = roll(80) as f64 / 10.0;
                    (low, low + roll(20) as f64 / 10.0, roll(25) as f64 / 10.0)
                })
                .collect();
            let (way, wish) = (way((0.0, 8.0), &bars), roll(80) as f64 / 10.0);
            let chosen = choose(std::slice::from_ref(&way), wish).expect("a way");
            for step in 0..=160 {
                let offset_m = f64::from(step) * 0.05;
                let short_m = way.bars.iter().map(|bar| bar.short_m(offset_m)).fold(0.0, f64::max);
                let other = Chosen { offset_m, is_mirrored: false, short_m };
                assert!(rank(&chosen, wish) <= rank(&other, wish), "{way:?}: {other:?} is better than {chosen:?}");
            }
        }
    }
}
