//! Times in which the store can't be reached: how long to wait, and one log line at the
//! beginning and one at the end instead of one per try.

use std::time::Duration;

use conversation::StoreError;
use tracing::{info, warn};

use crate::Schedule;

const SCHEDULE: Schedule = Schedule::new(Duration::from_millis(50), Duration::from_secs(2));

/// The state of one kind of call.
pub(crate) struct Outage {
    what: &'static str,
    failures: u32,
}

impl Outage {
    /// Nothing has failed yet; `what` is what failing calls could not do.
    pub(crate) const fn none(what: &'static str) -> Self {
        Self { what, failures: 0 }
    }

    /// Takes note of a failure, and says how long to wait before the next try.
    pub(crate) fn failed(&mut self, error: &StoreError) -> Duration {
        if self.failures == 0 {
            warn!(%error, "{} failed; trying on without further notice", self.what);
        }
        let wait = SCHEDULE.delay(self.failures, rand::random());
        self.failures = self.failures.saturating_add(1);
        wait
    }

    /// Takes note of a success.
    pub(crate) fn over(&mut self) {
        if self.failures > 0 {
            info!(failures = self.failures, "{} works again", self.what);
            self.failures = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_through_an_outage_and_begin_anew_after_it() {
        let away = StoreError::Unavailable("gone".into());
        let mut outage = Outage::none("Claiming");
        let first = outage.failed(&away);
        let tenth = (0..9).map(|_| outage.failed(&away)).last().unwrap();
        assert!(first <= Duration::from_millis(60), "{first:?}");
        assert!((Duration::from_millis(1600)..=Duration::from_millis(2400)).contains(&tenth));
        outage.over();
        assert!(outage.failed(&away) <= Duration::from_millis(60));
    }
}
