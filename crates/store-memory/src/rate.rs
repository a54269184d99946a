//! How often a sender may ask for an answer: the generic cell rate algorithm.

use std::time::Duration;

use conversation::{Rate, Timestamp};

/// How much of its rate a sender has used up.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pace {
    /// When the whole burst will be there again.
    free: Timestamp,
    /// Whether the sender was told that it is over the rate.
    was_told: bool,
}

/// What to do with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It fits.
    Fits,
    /// It is the first over the rate, and is answered with a notice.
    First,
    /// Its sender was told already, and it gets no answer.
    Again,
}

impl Pace {
    /// What to do with a message that comes now.
    pub(crate) fn verdict(self, rate: Option<Rate>, now: Timestamp) -> Verdict {
        let Some(rate) = rate else { return Verdict::Fits };
        let ahead = rate.period.saturating_mul(rate.burst.saturating_sub(1));
        if self.free.since(now) <= ahead {
            Verdict::Fits
        } else if self.was_told {
            Verdict::Again
        } else {
            Verdict::First
        }
    }

    /// Counts a message for which this was the verdict.
    pub(crate) fn count(&mut self, verdict: Verdict, rate: Rate, now: Timestamp) {
        match verdict {
            Verdict::Fits if rate.period > Duration::ZERO => {
                // Who was told stays told until the whole burst is there again, or each answer would
                // bring a notice.
                let was_told = self.was_told && self.free > now;
                *self = Self { free: self.free.max(now).plus(rate.period), was_told };
            }
            Verdict::Fits | Verdict::Again => {}
            Verdict::First => self.was_told = true,
        }
    }
}
