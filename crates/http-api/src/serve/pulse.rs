//! What a connection is doing and since when, so that one that hangs can be cut.
//!
//! A timer of hyper's own per request would cost more than all of our middleware, and counts
//! idle time as header time. Here a request only notes moments, and one timer per connection
//! looks at them when it could matter.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use super::coarse_clock::CoarseClock;

/// No header has begun to arrive.
const NONE: u64 = u64::MAX;

/// The moments of one connection. It is used by one task at a time; the atomics only let its
/// parts share it.
pub(super) struct Pulse {
    clock: CoarseClock,
    /// A request is with its handler.
    busy: AtomicBool,
    /// A request's answer is not yet with hyper as a whole.
    answering: AtomicBool,
    /// All that hyper has of answers is with the system.
    flushed: AtomicBool,
    /// When the first byte came of what should become a header, or [`NONE`].
    header_since: AtomicU64,
    /// When bytes last went out, or a request was last answered.
    moved: AtomicU64,
}

/// What the timer makes of a pulse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// All is well at least for so long.
    Well(Duration),
    /// The header takes too long.
    SlowHeader,
    /// Nothing happens any more.
    Idle,
}

impl Pulse {
    /// The first header is awaited from the start.
    pub(super) fn new(clock: CoarseClock) -> Self {
        let now = clock.now();
        Self {
            clock,
            busy: AtomicBool::new(false),
            answering: AtomicBool::new(false),
            flushed: AtomicBool::new(true),
            header_since: AtomicU64::new(now),
            moved: AtomicU64::new(now),
        }
    }

    /// Bytes came in.
    pub(super) fn received(&self) {
        let awaited = self.header_since.load(Ordering::Relaxed) == NONE;
        if awaited && !self.busy.load(Ordering::Relaxed) {
            self.header_since.store(self.clock.now(), Ordering::Relaxed);
        }
    }

    /// Bytes are to go out.
    pub(super) fn sending(&self) {
        self.flushed.store(false, Ordering::Relaxed);
    }

    /// Bytes went out.
    pub(super) fn sent(&self) {
        self.moved.store(self.clock.now(), Ordering::Relaxed);
    }

    /// All bytes that were to go out did.
    pub(super) fn flushed(&self) {
        self.flushed.store(true, Ordering::Relaxed);
    }

    /// A header is complete, and the request goes to its handler.
    pub(super) fn began(&self) {
        self.busy.store(true, Ordering::Relaxed);
        self.answering.store(true, Ordering::Relaxed);
        self.flushed.store(false, Ordering::Relaxed);
        self.header_since.store(NONE, Ordering::Relaxed);
    }

    /// The handler is done with the request, though its answer may still be on its way.
    pub(super) fn ended(&self) {
        self.busy.store(false, Ordering::Relaxed);
        self.sent();
    }

    /// hyper has taken the whole answer, or the request is dropped.
    pub(super) fn answered(&self) {
        self.busy.store(false, Ordering::Relaxed);
        self.answering.store(false, Ordering::Relaxed);
    }

    /// Whether no answer is on its way, so that something else can be said.
    pub(super) fn is_silent(&self) -> bool {
        self.flushed.load(Ordering::Relaxed) && !self.answering.load(Ordering::Relaxed)
    }

    /// How the connection does, and how soon to look again. A header may begin to arrive right
    /// after a look, so none is later than its time.
    pub(super) fn finding(&self, header_timeout: Duration, idle_timeout: Duration) -> Finding {
        if self.busy.load(Ordering::Relaxed) {
            return Finding::Well(header_timeout.min(idle_timeout));
        }
        let moved = self.moved.load(Ordering::Relaxed);
        let (since, limit, finding) = match self.header_since.load(Ordering::Relaxed) {
            NONE => (moved, idle_timeout, Finding::Idle),
            // While an answer still goes out, the bytes of the next request may wait.
            since => (since.max(moved), header_timeout, Finding::SlowHeader),
        };
        let lasted = Duration::from_millis(self.clock.now().saturating_sub(since));
        match limit.checked_sub(lasted) {
            None | Some(Duration::ZERO) => finding,
            Some(left) => Finding::Well(left.min(header_timeout)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: Duration = Duration::from_secs(10);
    const IDLE: Duration = Duration::from_secs(75);

    /// A connection, and the clock that it goes by.
    struct Watched {
        clock: CoarseClock,
        pulse: Pulse,
    }

    impl Watched {
        fn new() -> Self {
            let clock = CoarseClock::default();
            Self { pulse: Pulse::new(clock.clone()), clock }
        }

        fn pass(&self, seconds: u64) {
            self.clock.set(self.clock.now() + seconds * 1000);
        }

        fn finding(&self) -> Finding {
            self.pulse.finding(HEADER, IDLE)
        }

        fn is_well(&self) -> bool {
            matches!(self.finding(), Finding::Well(_))
        }
    }

    #[test]
    fn a_connection_that_never_says_anything_has_a_slow_header() {
        let watched = Watched::new();
        watched.pass(9);
        assert_eq!(watched.finding(), Finding::Well(Duration::from_secs(1)));
        watched.pass(1);
        assert_eq!(watched.finding(), Finding::SlowHeader);
    }

    #[test]
    fn trickling_bytes_do_not_make_a_header_younger() {
        let watched = Watched::new();
        watched.pulse.began();
        watched.pulse.ended();
        watched.pass(60);
        for _ in 0..10 {
            assert!(watched.is_well());
            watched.pulse.received();
            watched.pass(1);
        }
        assert_eq!(watched.finding(), Finding::SlowHeader);
    }

    #[test]
    fn a_request_at_work_is_never_cut_and_an_idle_connection_is() {
        let watched = Watched::new();
        watched.pulse.began();
        watched.pulse.received();
        watched.pass(1000);
        assert!(watched.is_well());
        watched.pulse.ended();
        watched.pass(74);
        assert!(watched.is_well());
        watched.pass(1);
        assert_eq!(watched.finding(), Finding::Idle);
    }

    #[test]
    fn an_answer_that_goes_on_keeps_its_connection_whatever_comes_in() {
        let watched = Watched::new();
        watched.pulse.began();
        watched.pulse.ended();
        watched.pulse.received();
        for _ in 0..20 {
            watched.pass(9);
            assert!(watched.is_well());
            watched.pulse.sent();
        }
    }

    #[test]
    fn nothing_else_can_be_said_until_an_answer_is_out_as_a_whole() {
        let Watched { pulse, .. } = Watched::new();
        assert!(pulse.is_silent());
        pulse.began();
        assert!(!pulse.is_silent());
        pulse.ended();
        pulse.sending();
        pulse.sent();
        pulse.flushed();
        assert!(!pulse.is_silent(), "more of the body is to come");
        pulse.sending();
        pulse.answered();
        assert!(!pulse.is_silent(), "the last of it waits to be taken");
        pulse.sent();
        pulse.flushed();
        assert!(pulse.is_silent());
    }

    #[test]
    fn the_next_look_is_never_later_than_a_header_may_take() {
        let watched = Watched::new();
        watched.pulse.began();
        assert_eq!(watched.finding(), Finding::Well(HEADER));
        watched.pulse.ended();
        assert_eq!(watched.finding(), Finding::Well(HEADER));
    }
}
