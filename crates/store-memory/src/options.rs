//! Who uses the store, and what bounds it.

use std::time::Duration;

/// The settings of a [`MemoryStore`](crate::MemoryStore).
#[derive(Clone, Debug)]
pub struct Options {
    /// The name under which this process holds claims.
    pub replica: String,
    /// How long a claim lasts without renewal.
    pub lease: Duration,
    /// How long after the last message or answer a conversation's history is kept.
    pub idle: Duration,
    /// How many messages of one conversation may wait.
    pub waiting_limit: usize,
    /// How many turns of one conversation are kept.
    pub history_limit: usize,
    /// How long a message's key is remembered, and its answer with it.
    pub dedupe: Duration,
    /// How long a transcript is kept after its last entry.
    pub transcript: Duration,
    /// About how many bytes may be stored in all.
    pub memory_limit: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            replica: "local".to_owned(),
            lease: Duration::from_secs(3),
            idle: Duration::from_secs(30 * 60),
            waiting_limit: 1000,
            history_limit: 40,
            dedupe: Duration::from_secs(7 * 24 * 60 * 60),
            transcript: Duration::from_secs(30 * 24 * 60 * 60),
            memory_limit: 512 * 1024 * 1024,
        }
    }
}
