//! Until when. A turn has one deadline that all its attempts share; an attempt has limits of
//! its own within it.

use std::time::Duration;

use tokio::time::Instant;

/// How long one model may take for one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// To the first words, connecting included; also how long a place is waited for.
    pub first_token: Duration,
    /// In all, waiting for a place not included.
    pub total: Duration,
}

/// What a part without limits still gets when the turn's time is up: the last resort answers
/// from memory, and an answer late by this is better than none.
const LAST_WORD: Duration = Duration::from_secs(1);

/// Longer than any turn: keeps sums of times within what the clock can show.
const FOREVER: Duration = Duration::from_secs(24 * 3600);

/// The end of a turn's time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    at: Instant,
    granted: Duration,
}

/// The time of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// When the first words have to be there.
    pub(super) first_token: Instant,
    /// When the answer has to be complete.
    pub(super) end: Instant,
    /// Whether running out of it says anything about the model.
    pub(super) blame: Blame,
}

/// Whose fault it is if the time of an attempt runs out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blame {
    /// The model's: it had the time that it is granted, or most of the turn's.
    Model,
    /// That of the models before it, which have left it too little.
    Turn,
}

impl Deadline {
    pub(super) fn after(granted: Duration) -> Self {
        let granted = granted.min(FOREVER);
        Self { at: Instant::now() + granted, granted }
    }

    /// What is left of the turn.
    pub(super) fn left(&self) -> Duration {
        self.at.saturating_duration_since(Instant::now())
    }

    /// Until when a place may be waited for.
    pub(super) fn queueing(&self, limits: &Limits) -> Instant {
        (Instant::now() + limits.first_token.min(FOREVER)).min(self.at)
    }

    /// The time of an attempt that begins now.
    pub(super) fn window(&self, limits: &Limits) -> Window {
        let now = Instant::now();
        let own = now + limits.first_token.min(limits.total).min(FOREVER);
        let fair = self.left() >= self.granted / 2;
        Window {
            first_token: own.min(self.at),
            end: (now + limits.total.min(FOREVER)).min(self.at),
            blame: if own <= self.at || fair { Blame::Model } else { Blame::Turn },
        }
    }

    /// The time of an attempt without limits that begins now.
    pub(super) fn open_window(&self) -> Window {
        let end = self.at.max(Instant::now() + LAST_WORD);
        Window { first_token: end, end, blame: Blame::Model }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[tokio::test(start_paused = true)]
    async fn an_attempt_ends_with_its_own_limits_or_with_the_turn() {
        let limits = Limits { first_token: seconds(10), total: seconds(40) };
        let start = Instant::now();
        let deadline = Deadline::after(seconds(60));
        let first = deadline.window(&limits);
        let expected = Window {
            first_token: start + seconds(10),
            end: start + seconds(40),
            blame: Blame::Model,
        };
        assert_eq!(first, expected);

        tokio::time::advance(seconds(55)).await;
        let last = deadline.window(&limits);
        let turn_end = start + seconds(60);
        let expected = Window { first_token: turn_end, end: turn_end, blame: Blame::Turn };
        assert_eq!(last, expected);
        assert_eq!(deadline.queueing(&limits), turn_end);
    }

    #[tokio::test(start_paused = true)]
    async fn a_model_that_wasted_a_whole_short_turn_is_to_blame() {
        let limits = Limits { first_token: seconds(10), total: seconds(40) };
        let deadline = Deadline::after(seconds(5));
        assert_eq!(deadline.window(&limits).blame, Blame::Model);
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_resort_gets_a_word_in_after_the_end() {
        let deadline = Deadline::after(seconds(5));
        tokio::time::advance(seconds(7)).await;
        assert_eq!(deadline.left(), Duration::ZERO);
        assert_eq!(deadline.open_window().end, Instant::now() + LAST_WORD);
    }

    #[tokio::test(start_paused = true)]
    async fn endless_limits_do_not_overflow_the_clock() {
        let limits = Limits { first_token: Duration::MAX, total: Duration::MAX };
        let window = Deadline::after(Duration::MAX).window(&limits);
        assert_eq!(window.end, Instant::now() + FOREVER);
    }
}
