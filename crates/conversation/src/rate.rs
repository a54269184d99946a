//! How often something may happen, and who is counted.

use std::time::Duration;

use crate::Fingerprint;

/// A rate with a burst, as the generic cell rate algorithm counts it: one every `period` on
/// average, and up to `burst` at once after a silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many may happen at once after a silence; at least one.
    pub burst: u32,
    /// The time that one of them takes to be forgotten.
    pub period: Duration,
}

/// A rate, and whose messages it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// How often an answer may be asked for.
    pub rate: Rate,
    /// The one of the conversation's senders who has it; where there is none, all that comes in the
    /// conversation counts together.
    pub sender: Option<Sender>,
}

impl From<Rate> for Allowance {
    /// The rate of a conversation as a whole.
    fn from(rate: Rate) -> Self {
        Self { rate, sender: None }
    }
}

/// The digest of someone who writes in a conversation of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sender(pub [u8; 12]);

impl Sender {
    /// The sender whom the channel knows by this name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self(Fingerprint::of(&[b"a sender", name.as_bytes()]).0)
    }
}
