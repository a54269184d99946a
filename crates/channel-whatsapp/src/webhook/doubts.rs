//! What makes webhooks come to nothing, and is most likely wrong in the settings. Anyone can cause
//! some of it at will, so each is said once a minute at most, however often it happens.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tracing::warn;

use super::refusal::Refusal;
use super::sorted::Sorted;

/// How long nothing more is said of the same.
const SILENCE: Duration = Duration::from_secs(60);

/// What is said at most once in a while.
#[derive(Default)]
struct Seldom(Mutex<Option<Instant>>);

impl Seldom {
    /// Whether it is to be said now, and notes that it is.
    fn is_due(&self, now: Instant) -> bool {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = said.is_none_or(|said| now.saturating_duration_since(said) >= SILENCE);
        if is_due {
            *said = Some(now);
        }
        is_due
    }
}

/// What was said of the settings, and what is known of them.
#[derive(Default)]
pub(super) struct Doubts {
    wrong_signature: Seldom,
    wrong_token: Seldom,
    another_number: Seldom,
    /// Whether anything came for the number of the settings.
    number_is_right: AtomicBool,
}

impl Doubts {
    /// Tells of a refusal, if a setting may be to blame.
    pub(super) fn refused(&self, refusal: &Refusal) {
        match refusal {
            Refusal::WrongSignature if self.wrong_signature.is_due(Instant::now()) => warn!(
                "a WhatsApp webhook is signed with another secret, and was refused: check \
                 channels.whatsapp.appSecret against the app secret in the app's basic settings at \
                 Meta, unless a stranger posts here"
            ),
            Refusal::NotVerified if self.wrong_token.is_due(Instant::now()) => warn!(
                "the address of the WhatsApp webhook was not verified: check \
                 channels.whatsapp.verifyToken against the verify token that was entered at Meta, \
                 unless a stranger asks"
            ),
            Refusal::WrongSignature
            | Refusal::NotVerified
            | Refusal::Unsigned
            | Refusal::TooLarge(_)
            | Refusal::Incomplete
            | Refusal::NotJson
            | Refusal::Store(_) => {}
        }
    }

    /// Tells of a webhook for other numbers, as long as nothing came for the one of the settings.
    pub(super) fn brought(&self, sorted: &Sorted) {
        if sorted.is_of_the_number() {
            self.number_is_right.store(true, Ordering::Relaxed);
        }
        if sorted.is_of_another_number()
            && !self.number_is_right.load(Ordering::Relaxed)
            && self.another_number.is_due(Instant::now())
        {
            warn!(
                "a WhatsApp webhook is for another business number, and none has come for \
                 channels.whatsapp.phoneNumberId: check it against the phone number id (not the \
                 number) under API setup at Meta"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_is_said_once_a_minute() {
        let (seldom, start) = (Seldom::default(), Instant::now());
        let after = |seconds| seldom.is_due(start + Duration::from_secs(seconds));
        assert_eq!([0, 0, 1, 59].map(after), [true, false, false, false]);
        assert_eq!([60, 61, 119, 120].map(after), [true, false, false, true]);
    }
}
