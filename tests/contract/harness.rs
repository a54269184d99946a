//! What a store must offer to be tested: several owners on the same data, and time that a test
//! can move.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use conversation::ports::{Accord, Handovers, Notes, Receipts, Store, Transcripts};

/// How long a claim lasts here. It is long, so that no pause of a busy machine ends a claim
/// while a test believes it held: only a test's own [`Harness::advance`] does.
pub(crate) const LEASE: Duration = Duration::from_secs(60);
/// How long a history outlives the last word.
pub(crate) const IDLE: Duration = Duration::from_secs(30 * 60);
/// How long keys are remembered.
pub(crate) const DEDUPE: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How many messages of one conversation may wait.
pub(crate) const WAITING_LIMIT: usize = 60;
/// How many turns a history keeps.
pub(crate) const HISTORY_LIMIT: usize = 40;

/// All that the stores can do.
pub(crate) trait AllPorts:
    Store + Accord + Notes + Receipts + Transcripts + Handovers
{
}

impl<T: Store + Accord + Notes + Receipts + Transcripts + Handovers> AllPorts for T {}

/// A store under test.
#[async_trait]
pub(crate) trait Harness: Send + Sync {
    /// The store as a replica of this name has it.
    async fn store(&self, owner: &str) -> Arc<dyn Store>;

    /// The same with the rare abilities.
    async fn all_ports(&self, owner: &str) -> Arc<dyn AllPorts>;

    /// Lets time pass for the store.
    async fn advance(&self, by: Duration);

    /// How much time has passed for the store: what was advanced, and the test's own time where
    /// that counts.
    fn elapsed(&self) -> Duration;

    /// How long to wait for a conversation that should not come. It is short: too short a
    /// glance can hide an error, and never makes one up.
    fn glance(&self) -> Duration;
}
