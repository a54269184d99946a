//! Customers who move to another conversation while something waits for them here, or is on its way.

use std::mem;

use conversation::{ConversationId, Outbox, Part, StoreError};
use tracing::warn;

use crate::end::End;
use crate::insistence::insist_on_ending;
use crate::turn::Turn;

impl Turn<'_> {
    /// Lets what waits go on where the customer is now. If that can't be reached, it is put off: that is
    /// no fault of the messages.
    pub(crate) async fn forward(
        &self,
        to: &ConversationId,
        attempts: u32,
    ) -> Result<End, StoreError> {
        let (store, claim) = (&self.pool.parts.store, &self.holding.claim);
        match insist_on_ending(self.holding, || store.forward(claim, to)).await {
            Ok(()) => Ok(End::MovedOn),
            Err(error @ StoreError::Stale) => Err(error),
            Err(error) => {
                warn!(%error, "what waits could not go on where its customer is");
                self.put_off(attempts, None).await
            }
        }
    }
}

/// A reply as it is sent elsewhere than it was meant for: what it would quote or replace isn't there.
pub(crate) fn readdressed(mut outbox: Outbox, to: &ConversationId) -> Outbox {
    for sent in &mut outbox.parts {
        let text = mem::take(&mut sent.part.text);
        sent.part = Part { text, moved_to: Some(to.clone()), ..Part::default() };
    }
    outbox
}
