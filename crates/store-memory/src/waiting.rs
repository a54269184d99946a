//! Waiting for work, so that exactly one of those who wait wakes for each piece of it.

use std::num::NonZeroUsize;
use std::time::Duration;

use conversation::ports::Claim;
use conversation::{ConversationId, Timestamp};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::MemoryStore;
use crate::conversation_state::Conversation;
use crate::state::State;

/// The longest that anyone waits at a stretch, so that no sum of times overflows.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Whoever stops waiting, for whatever reason, lets another one look: it may be the only one
/// that knew of the next moment at which there is work.
struct HandOn<'a>(&'a Notify);

impl Drop for HandOn<'_> {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

impl MemoryStore {
    pub(crate) async fn wait_for_claims(
        &self,
        capacity: NonZeroUsize,
        patience: Duration,
    ) -> Vec<Claim> {
        let _hand_on = HandOn(&self.shared.bell);
        let end = Instant::now() + patience.min(LONGEST);
        loop {
            let bell = self.shared.bell.notified();
            let (claims, wait) = self.step(|state, now| {
                let claims = state.claim(self, capacity, now);
                (claims, state.queue.next_due().map(|due| due.since(now)))
            });
            if !claims.is_empty() || Instant::now() >= end {
                return claims;
            }
            let next = end.min(Instant::now() + wait.unwrap_or(LONGEST).min(LONGEST));
            tokio::select! {
                () = bell => {}
                () = tokio::time::sleep_until(next) => {}
            }
        }
    }
}

impl State {
    fn claim(&mut self, owner: &MemoryStore, capacity: NonZeroUsize, now: Timestamp) -> Vec<Claim> {
        let taken = self.queue.claim(&owner.replica, capacity, now, self.options.lease);
        let name = |found: &Conversation| -> ConversationId { found.id.clone() };
        taken
            .into_iter()
            .filter_map(|(digest, fence)| {
                Some(Claim { conversation: self.conversation(digest).map(name)?, fence })
            })
            .collect()
    }
}
