//! When faults kept a gateway from writing down what it had just done. A part that was sent at such
//! a moment may go out again: whoever takes its conversation over can't know that it is out.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::world::REPLICAS;

/// How long after a send its gateway has certainly written down that it went out, if nothing keeps
/// it from that.
const RECORDING: Duration = Duration::from_secs(2);

/// Faults of one run, by the gateways that they hit.
#[derive(Default)]
pub struct Strikes(Mutex<Vec<Strike>>);

struct Strike {
    slot: usize,
    begin: Instant,
    end: Instant,
}

impl Strikes {
    /// This gateway was hit from `begin` until now.
    pub fn hit(&self, slot: usize, begin: Instant) {
        self.lock().push(Strike { slot, begin, end: Instant::now() });
    }

    /// All gateways were.
    pub fn hit_all(&self, begin: Instant) {
        (0..REPLICAS).for_each(|slot| self.hit(slot, begin));
    }

    /// Whether the gateway was hit before it had certainly written down what it sent at that moment.
    pub fn kept_from_recording(&self, slot: usize, sent: Instant) -> bool {
        let is_near = |strike: &Strike| strike.begin <= sent + RECORDING && strike.end >= sent;
        self.lock().iter().any(|strike| strike.slot == slot && is_near(strike))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Strike>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_excuses_what_its_own_gateway_sent_shortly_before_or_meanwhile() {
        let strikes = Strikes::default();
        let begin = Instant::now();
        strikes.hit(1, begin);
        let after = Instant::now() + Duration::from_millis(1);
        assert!(strikes.kept_from_recording(1, begin));
        assert!(strikes.kept_from_recording(1, begin - RECORDING));
        assert!(!strikes.kept_from_recording(1, begin - 2 * RECORDING));
        assert!(!strikes.kept_from_recording(1, after));
        assert!(!strikes.kept_from_recording(0, begin));
        strikes.hit_all(begin);
        assert!(strikes.kept_from_recording(0, begin));
    }
}
