//! A square table of yes and no.

pub struct Bits {
    words_a_row: usize,
    words: Vec<u64>,
}

impl Bits {
    /// All no.
    pub fn new(n: usize) -> Self {
        let words_a_row = n.div_ceil(64);
        Self { words_a_row, words: vec![0; words_a_row * n] }
    }

    /// All yes but the diagonal's own business: every word is filled.
    pub fn full(n: usize) -> Self {
        let mut bits = Self::new(n);
        bits.words.fill(u64::MAX);
        bits
    }

    #[inline]
    pub fn is_set(&self, a: u32, b: u32) -> bool {
        self.words[a as usize * self.words_a_row + b as usize / 64] >> (b % 64) & 1 == 1
    }

    /// Both ways.
    pub fn set(&mut self, a: u32, b: u32, value: bool) {
        for (a, b) in [(a, b), (b, a)] {
            let word = &mut self.words[a as usize * self.words_a_row + b as usize / 64];
            if value {
                *word |= 1 << (b % 64);
            } else {
                *word &= !(1 << (b % 64));
            }
        }
    }
}
