//! Random numbers that are the same on every machine and in every year: SplitMix64
//! (Steele, Lea, Flood 2014). A crate would do the same, but may change its stream.

/// A stream of random numbers.
pub struct Random {
    state: u64,
}

impl Random {
    /// The stream of a topic. Each topic draws from a stream of its own, so that a change to one
    /// part of the city leaves the others as they were.
    pub fn new(seed: u64, topic: &str) -> Self {
        // FNV-1a
        let hash = topic
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        let mut random = Self { state: hash ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) };
        random.next();
        random
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 up to, but without, 1.
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / 9_007_199_254_740_992.0
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Both ends included.
    pub fn integer(&mut self, low: i64, high: i64) -> i64 {
        low + (self.unit() * (high - low + 1) as f64) as i64
    }

    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.integer(0, of.len() as i64 - 1) as usize]
    }

    /// One of the values, each as often as its weight says.
    pub fn weighted<T: Copy>(&mut self, of: &[(T, f64)]) -> T {
        let mut left = self.unit() * of.iter().map(|(_, weight)| weight).sum::<f64>();
        for (value, weight) in of {
            left -= weight;
            if left < 0.0 {
                return *value;
            }
        }
        of[of.len() - 1].0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_fixed() {
        let mut random = Random::new(1, "streets");
        let again: Vec<u64> = (0..3).map(|_| random.next()).collect();
        let mut random = Random::new(1, "streets");
        assert_eq!(again, (0..3).map(|_| random.next()).collect::<Vec<_>>());
        assert_ne!(Random::new(2, "streets").next(), again[0]);
        assert_ne!(Random::new(1, "river").next(), again[0]);
    }

    #[test]
    fn draws_keep_to_their_bounds() {
        let mut random = Random::new(7, "bounds");
        let drawn: Vec<i64> = (0..1000).map(|_| random.integer(-2, 2)).collect();
        assert!((-2..=2).all(|n| drawn.contains(&n)) && drawn.iter().all(|n| (-2..=2).contains(n)));
        let heavy = (0..1000).filter(|_| random.weighted(&[(true, 9.0), (false, 1.0)])).count();
        assert!((850..950).contains(&heavy));
    }
}
