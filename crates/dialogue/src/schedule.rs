//! How long to wait before the next try. The random number is handed in, so that the schedule
//! itself can be tested.

use std::time::Duration;

/// Waiting times that double from the first one up to the longest, each a little more or less,
/// so that what failed together does not come back together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule {
    /// The wait after the first failure.
    pub first: Duration,
    /// The wait that is never exceeded but by the jitter.
    pub longest: Duration,
    /// The largest deviation, as a part of the wait: 0.2 is a fifth more or less.
    pub jitter: f64,
}

impl Schedule {
    /// A schedule with a jitter of a fifth.
    #[must_use]
    pub const fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, jitter: 0.2 }
    }

    /// The wait after `failures` earlier failures; `random` is evenly spread over 0 to 1.
    #[must_use]
    pub fn delay(&self, failures: u32, random: f64) -> Duration {
        let doubled = self.first.saturating_mul(2_u32.saturating_pow(failures)).min(self.longest);
        let deviation = self.jitter.clamp(0.0, 1.0) * (random.clamp(0.0, 1.0) * 2.0 - 1.0);
        doubled.mul_f64(1.0 + deviation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Schedule = Schedule::new(Duration::from_secs(1), Duration::from_secs(60));

    #[test]
    fn waits_double_up_to_the_longest() {
        let waits: Vec<u64> = (0..9).map(|n| MINUTE.delay(n, 0.5).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(MINUTE.delay(u32::MAX, 0.5), Duration::from_secs(60));
    }

    #[test]
    fn the_jitter_stays_within_its_bounds() {
        assert_eq!(MINUTE.delay(0, 0.0), Duration::from_millis(800));
        assert_eq!(MINUTE.delay(0, 1.0), Duration::from_millis(1200));
        assert_eq!(MINUTE.delay(0, 7.0), MINUTE.delay(0, 1.0));
        let none = Schedule { jitter: 0.0, ..MINUTE };
        assert_eq!(none.delay(3, 0.9), Duration::from_secs(8));
    }
}
