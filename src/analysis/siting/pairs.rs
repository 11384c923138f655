//! What opening one site and closing another cost less together than apart, for the pairs that have anything in
//! common: few of all, so each closed site keeps a set of the slots that it shares demands with.

/// Pairs that there is room for at most (16 bytes each).
const MOST: usize = 30_000_000;
const BITS: usize = u64::BITS as usize;

#[derive(Default)]
pub struct Pairs {
    width: usize,
    /// By site, then by slot; empty where there are too many.
    pairs: Vec<Pair>,
    /// A bit for each slot of a site, set where the pair counts a demand.
    shared: Vec<u64>,
}

#[derive(Clone, Copy, Default)]
struct Pair {
    extra: f64,
    /// Demands that it is the sum of.
    demands: u32,
}

impl Pairs {
    /// Nothing in common yet.
    pub fn clear(&mut self, sites: usize, width: usize) {
        self.width = width;
        self.pairs.clear();
        self.shared.clear();
        if width.saturating_mul(sites) <= MOST {
            self.pairs.resize(width * sites, Pair::default());
            self.shared.resize(self.words() * sites, 0);
        }
    }

    fn words(&self) -> usize {
        self.width.div_ceil(BITS)
    }

    pub fn are_kept(&self) -> bool {
        !self.pairs.is_empty()
    }

    /// Adds what a demand says of a pair, or with a `sign` of −1 takes it back.
    #[inline]
    pub fn add(&mut self, site: usize, slot: u32, sign: f64, extra: f64) {
        let slot = slot as usize;
        let pair = &mut self.pairs[site * self.width + slot];
        let word = site * self.width.div_ceil(BITS) + slot / BITS;
        let bit = 1_u64 << (slot % BITS);
        if sign > 0.0 {
            pair.extra += extra;
            pair.demands += 1;
            self.shared[word] |= bit;
        } else {
            pair.extra -= extra;
            pair.demands -= 1;
            if pair.demands == 0 {
                // Nothing is nothing, whatever rounding has left of it.
                pair.extra = 0.0;
                self.shared[word] &= !bit;
            }
        }
    }

    /// The slots with which a site has demands in common.
    #[inline]
    pub fn each(&self, site: usize, mut tell: impl FnMut(u32, f64)) {
        let words = self.words();
        for (n, &word) in self.shared[site * words..(site + 1) * words].iter().enumerate() {
            let mut left = word;
            while left != 0 {
                let slot = n * BITS + left.trailing_zeros() as usize;
                tell(slot as u32, self.pairs[site * self.width + slot].extra);
                left &= left - 1;
            }
        }
    }
}
