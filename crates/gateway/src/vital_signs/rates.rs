//! How fast this replica works: what it counted over the last minute, per second.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// The time that rates are taken over.
const WINDOW: Duration = Duration::from_secs(60);

/// What was counted since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    pub(crate) accepted: u64,
    pub(crate) answered: u64,
}

/// Per second, over the last minute, or since the start if that is shorter ago.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Rates {
    pub(crate) accepted: f64,
    pub(crate) answered: f64,
}

/// The counts of the last minute, each with its time. There is one for every look, which is
/// taken once a second.
pub(crate) struct LastMinute {
    looks: VecDeque<(Instant, Counts)>,
}

impl LastMinute {
    /// Begins now, with nothing counted.
    pub(crate) fn new() -> Self {
        Self { looks: VecDeque::from([(Instant::now(), Counts::default())]) }
    }

    /// Takes in what is counted now, and tells how fast that came.
    pub(crate) fn look(&mut self, counts: Counts) -> Rates {
        let now = Instant::now();
        // The newest look that is a minute old is where the window begins.
        while self.looks.get(1).is_some_and(|(at, _)| now - *at >= WINDOW) {
            self.looks.pop_front();
        }
        self.looks.push_back((now, counts));
        let Some((since, before)) = self.looks.front() else { return Rates::default() };
        let seconds = (now - *since).as_secs_f64();
        let rate = |before: u64, now: u64| {
            if seconds > 0.0 { now.saturating_sub(before) as f64 / seconds } else { 0.0 }
        };
        Rates {
            accepted: rate(before.accepted, counts.accepted),
            answered: rate(before.answered, counts.answered),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn after(seconds: u64, minute: &mut LastMinute, accepted: u64, answered: u64) -> Rates {
        tokio::time::advance(Duration::from_secs(seconds)).await;
        minute.look(Counts { accepted, answered })
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_older_than_a_minute_no_longer_counts() {
        let mut minute = LastMinute::new();
        assert_eq!(minute.look(Counts::default()), Rates::default());
        let rates = after(10, &mut minute, 20, 10).await;
        assert_eq!(rates, Rates { accepted: 2.0, answered: 1.0 });
        for _ in 0..50 {
            after(1, &mut minute, 20, 10).await;
        }
        let rates = after(10, &mut minute, 20, 40).await;
        assert_eq!(rates, Rates { accepted: 0.0, answered: 0.5 });
        assert!(minute.looks.len() <= 62, "{}", minute.looks.len());
    }

    #[tokio::test(start_paused = true)]
    async fn a_look_that_comes_late_is_shared_out_over_the_whole_time() {
        let mut minute = LastMinute::new();
        let rates = after(600, &mut minute, 1200, 600).await;
        assert_eq!(rates, Rates { accepted: 2.0, answered: 1.0 });
    }
}
