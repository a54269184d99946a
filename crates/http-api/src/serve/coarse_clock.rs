//! A clock that is cheap to read and moves in steps: a request notes several moments, none of
//! which matters to the millisecond.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};

/// The longest and the shortest step.
const STEPS: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(250));

/// Milliseconds since the clock was made, as of its last step. Clones show the same time.
#[derive(Clone, Debug, Default)]
pub(super) struct CoarseClock(Arc<AtomicU64>);

impl CoarseClock {
    /// What it shows.
    pub(super) fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Sets it.
    pub(super) fn set(&self, millis: u64) {
        self.0.store(millis, Ordering::Relaxed);
    }

    /// Keeps it going for as long as it is polled, in steps that are short against `shortest`,
    /// the shortest time that is measured with it.
    pub(super) async fn run(&self, shortest: Duration) {
        let started = Instant::now();
        let mut steps = interval((shortest / 10).clamp(STEPS.0, STEPS.1));
        steps.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            steps.tick().await;
            self.set(u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX));
        }
    }
}
