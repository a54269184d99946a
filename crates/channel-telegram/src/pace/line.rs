//! Those who wait for the lane of all, one behind the other.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use conversation::Timestamp;

/// Nobody is sent away for longer than this, however long the line is.
const LONGEST: Duration = Duration::from_secs(60);

/// When the last one in the line will come again.
#[derive(Debug)]
pub(super) struct Line {
    step: Duration,
    end: Mutex<Timestamp>,
}

impl Line {
    /// A line in which one comes after the other by `step`.
    pub(super) fn new(step: Duration) -> Self {
        Self { step, end: Mutex::default() }
    }

    /// How long the next one has to wait, who would have to wait `least` if it was alone.
    pub(super) fn stand(&self, least: Duration, now: Timestamp) -> Duration {
        let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        let place = end.plus(self.step).max(now.plus(least)).min(now.plus(LONGEST.max(least)));
        *end = place;
        place.since(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: Duration = Duration::from_millis(40);

    #[test]
    fn those_who_wait_come_one_after_the_other() {
        let line = Line::new(STEP);
        let waits: Vec<Duration> = (0..3).map(|_| line.stand(STEP, Timestamp(1000))).collect();
        assert_eq!(waits, [40, 80, 120].map(Duration::from_millis));
        assert_eq!(line.stand(STEP, Timestamp(1100)), Duration::from_millis(60));
        assert_eq!(line.stand(STEP, Timestamp(9000)), STEP);
    }

    #[test]
    fn a_line_is_never_longer_than_a_minute() {
        let line = Line::new(STEP);
        let longest = (0..10_000).map(|_| line.stand(STEP, Timestamp(0))).max();
        assert_eq!(longest, Some(LONGEST));
        assert_eq!(line.stand(LONGEST * 2, Timestamp(0)), LONGEST * 2);
    }
}
