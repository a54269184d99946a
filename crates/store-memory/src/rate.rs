//! How often a sender may ask for an answer: the generic cell rate algorithm.

use std::collections::HashMap;
use std::time::Duration;

use conversation::{Allowance, Rate, Sender, Timestamp};

use crate::weight::Weigh;

/// How many senders of one conversation are counted apart. Beyond it those are forgotten whose whole
/// burst is there again, and if that is not enough, half of all: those who would be next.
const SENDERS: usize = 512;

/// How much of their rates those who write in a conversation have used up.
#[derive(Default)]
pub(crate) struct Paces {
    /// Of all who are not told apart.
    whole: Pace,
    of_senders: HashMap<Sender, Pace>,
}

impl Paces {
    /// What to do with a message that comes now.
    pub(crate) fn verdict(&self, allowance: Option<Allowance>, now: Timestamp) -> Verdict {
        let Some(Allowance { rate, sender }) = allowance else { return Verdict::Fits };
        let pace = sender.map_or(Some(self.whole), |sender| self.of_senders.get(&sender).copied());
        pace.unwrap_or_default().verdict(rate, now)
    }

    /// Counts a message for which this was the verdict.
    pub(crate) fn count(&mut self, verdict: Verdict, allowance: Allowance, now: Timestamp) {
        let Allowance { rate, sender } = allowance;
        let Some(sender) = sender else { return self.whole.count(verdict, rate, now) };
        self.of_senders.entry(sender).or_default().count(verdict, rate, now);
        if self.of_senders.len() > SENDERS {
            self.drop_some(now);
        }
    }

    fn drop_some(&mut self, now: Timestamp) {
        self.of_senders.retain(|_, pace| pace.free > now);
        let surplus = self.of_senders.len().saturating_sub(SENDERS / 2);
        let mut senders: Vec<_> =
            self.of_senders.iter().map(|(of, pace)| (pace.free, *of)).collect();
        senders.sort_unstable();
        for (_, sender) in senders.into_iter().take(surplus) {
            self.of_senders.remove(&sender);
        }
    }
}

impl Weigh for Paces {
    fn weight(&self) -> usize {
        self.of_senders.len() * size_of::<(Sender, Pace)>()
    }
}

/// How much of its rate a sender has used up.
#[derive(Clone, Copy, Debug, Default)]
struct Pace {
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
    fn verdict(self, rate: Rate, now: Timestamp) -> Verdict {
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
    fn count(&mut self, verdict: Verdict, rate: Rate, now: Timestamp) {
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
