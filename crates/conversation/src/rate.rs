//! How often something may happen.

use std::time::Duration;

/// A rate with a burst, as the generic cell rate algorithm counts it: one every `period` on
/// average, and up to `burst` at once after a silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many may happen at once after a silence; at least one.
    pub burst: u32,
    /// The time that one of them takes to be forgotten.
    pub period: Duration,
}
