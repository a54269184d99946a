//! What a connection is doing and since when, so that one that hangs can be cut.
//!
//! A timer of hyper's own per request would cost more than all of our middleware, and counts
//! idle time as header time. Here a request only notes moments, and one timer per connection
//! looks at them when it could matter.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// No header has begun to arrive.
const NONE: u64 = u64::MAX;

/// The moments of one connection, in microseconds since it was taken. It is used by one task at
/// a time; the atomics only let its parts share it.
pub(super) struct Pulse {
    taken: Instant,
    /// A request is with its handler.
    busy: AtomicBool,
    /// When the first byte came of what should become a header, or [`NONE`].
    header_since: AtomicU64,
    /// When bytes last went out, or a request was last answered.
    moved: AtomicU64,
}

/// What the timer makes of a pulse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// All is well at least until then.
    Well(Instant),
    /// The header takes too long.
    SlowHeader,
    /// Nothing happens any more.
    Idle,
}

impl Pulse {
    /// The first header is awaited from the start.
    pub(super) fn new() -> Self {
        Self {
            taken: Instant::now(),
            busy: AtomicBool::new(false),
            header_since: AtomicU64::new(0),
            moved: AtomicU64::new(0),
        }
    }

    /// Bytes came in.
    pub(super) fn received(&self) {
        if !self.busy.load(Ordering::Relaxed) && self.header_since.load(Ordering::Relaxed) == NONE {
            self.header_since.store(self.now(), Ordering::Relaxed);
        }
    }

    /// Bytes went out.
    pub(super) fn sent(&self) {
        self.moved.store(self.now(), Ordering::Relaxed);
    }

    /// A header is complete, and the request goes to its handler.
    pub(super) fn began(&self) {
        self.busy.store(true, Ordering::Relaxed);
        self.header_since.store(NONE, Ordering::Relaxed);
    }

    /// The handler is done with the request, though its answer may still be on its way.
    pub(super) fn ended(&self) {
        self.busy.store(false, Ordering::Relaxed);
        self.sent();
    }

    /// How the connection does, and when to look again.
    pub(super) fn finding(&self, header_timeout: Duration, idle_timeout: Duration) -> Finding {
        let now = self.now();
        let moved = self.moved.load(Ordering::Relaxed);
        if self.busy.load(Ordering::Relaxed) {
            return Finding::Well(self.at(now, header_timeout.min(idle_timeout)));
        }
        let (since, limit, finding) = match self.header_since.load(Ordering::Relaxed) {
            NONE => (moved, idle_timeout, Finding::Idle),
            // While an answer still goes out, the bytes of the next request may wait.
            since => (since.max(moved), header_timeout, Finding::SlowHeader),
        };
        let limit_micros = u64::try_from(limit.as_micros()).unwrap_or(u64::MAX);
        if now.saturating_sub(since) >= limit_micros {
            return finding;
        }
        // A header may begin to arrive at any moment, and its time may be the shorter one.
        Finding::Well(self.at(since, limit).min(self.at(now, header_timeout)))
    }

    fn at(&self, micros: u64, after: Duration) -> Instant {
        self.taken + Duration::from_micros(micros) + after
    }

    fn now(&self) -> u64 {
        u64::try_from(self.taken.elapsed().as_micros()).unwrap_or(u64::MAX - 1)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    const HEADER: Duration = Duration::from_secs(10);
    const IDLE: Duration = Duration::from_secs(75);

    fn well(pulse: &Pulse) -> bool {
        matches!(pulse.finding(HEADER, IDLE), Finding::Well(_))
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_never_says_anything_has_a_slow_header() {
        let pulse = Pulse::new();
        advance(Duration::from_secs(9)).await;
        assert!(well(&pulse));
        advance(Duration::from_secs(1)).await;
        assert_eq!(pulse.finding(HEADER, IDLE), Finding::SlowHeader);
    }

    #[tokio::test(start_paused = true)]
    async fn trickling_bytes_do_not_make_a_header_younger() {
        let pulse = Pulse::new();
        pulse.began();
        pulse.ended();
        advance(Duration::from_secs(60)).await;
        for _ in 0..9 {
            assert!(well(&pulse));
            pulse.received();
            advance(Duration::from_secs(1)).await;
        }
        advance(Duration::from_secs(1)).await;
        assert_eq!(pulse.finding(HEADER, IDLE), Finding::SlowHeader);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_at_work_is_never_cut_and_an_idle_connection_is() {
        let pulse = Pulse::new();
        pulse.began();
        advance(Duration::from_secs(1000)).await;
        assert!(well(&pulse));
        pulse.ended();
        advance(Duration::from_secs(74)).await;
        assert!(well(&pulse));
        advance(Duration::from_secs(1)).await;
        assert_eq!(pulse.finding(HEADER, IDLE), Finding::Idle);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_goes_on_keeps_its_connection_whatever_comes_in() {
        let pulse = Pulse::new();
        pulse.began();
        pulse.ended();
        pulse.received();
        for _ in 0..20 {
            advance(Duration::from_secs(9)).await;
            assert!(well(&pulse));
            pulse.sent();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_next_look_is_never_later_than_the_next_possible_cut() {
        let pulse = Pulse::new();
        pulse.began();
        pulse.ended();
        let Finding::Well(next) = pulse.finding(HEADER, IDLE) else { panic!("it is well") };
        assert!(next <= Instant::now() + HEADER);
    }
}
