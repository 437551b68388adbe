//! Random streams: what a row draws depends on the seed, the number of the row and what it is drawn for, and on nothing
//! else, so that neither the size of batches nor the number of threads can be seen in a file.
//!
//! The generator is splitmix64: a counter and a mixing function. It is good enough for made-up claims and fast enough
//! to start anew for each cell.

/// What separates one state from the next.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub(super) struct Stream(u64);

impl Stream {
    /// The stream of a row for a purpose.
    pub fn of(seed: u64, row: u64, purpose: u64) -> Stream {
        Stream(mix(mix(seed ^ purpose.wrapping_mul(STEP)).wrapping_add(row)))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mix(self.0)
    }

    /// A number below this one; 0 where it is 0.
    pub fn below(&mut self, end: u32) -> u32 {
        let high = self.next() >> 32;
        u32::try_from((high * u64::from(end)) >> 32).unwrap_or(0)
    }

    /// A number between these two, both included; the lower one where they are the wrong way round.
    pub fn between(&mut self, low: i32, high: i32) -> i32 {
        let width = u32::try_from(i64::from(high) - i64::from(low) + 1).unwrap_or(1);
        low.saturating_add(i32::try_from(self.below(width)).unwrap_or(0))
    }

    /// Yes in so many cases of a hundred.
    pub fn percent(&mut self, share: u32) -> bool {
        self.below(100) < share
    }

    /// Yes in so many cases of a thousand.
    pub fn per_mille(&mut self, share: u32) -> bool {
        self.below(1000) < share
    }

    /// One of these.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        let at = self.below(u32::try_from(from.len()).unwrap_or(0));
        from.get(usize::try_from(at).unwrap_or(0)).copied()
    }

    /// A position, each as likely as its weight says; 0 where there is no weight.
    pub fn weighted(&mut self, weights: impl Iterator<Item = u32> + Clone) -> usize {
        let mut left = self.below(weights.clone().sum());
        for (at, weight) in weights.enumerate() {
            if left < weight {
                return at;
            }
            left -= weight;
        }
        0
    }
}

/// A number for a name, for streams of their own.
pub(super) fn purpose(name: &str) -> u64 {
    name.bytes().fold(0xCBF2_9CE4_8422_2325, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}

fn mix(state: u64) -> u64 {
    let once = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let twice = (once ^ (once >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    twice ^ (twice >> 31)
}
