//! Making an answer final, also when the store's answer to that is lost.
//!
//! A commit that was not answered may have taken effect. Without parts it has released the claim
//! then, so repeating it finds a stale claim and changes nothing. With parts the claim is held
//! still, and a repetition would take the next messages for answered: so the conversation is
//! opened again first, and the commit has taken effect if the outbox holds this very turn.

use std::num::NonZeroUsize;

use conversation::ports::{TurnResult, Turns};
use conversation::{Outbox, OutboxPart, PartState, StoreError};

use crate::holding::Holding;
use crate::insistence::{Insistence, insist};
use crate::turn::Turn;

impl Turn<'_> {
    /// Commits, and says what is to be sent now. Without parts the claim is over.
    pub(crate) async fn commit(&self, result: TurnResult) -> Result<Option<Outbox>, StoreError> {
        let store = &*self.pool.parts.store;
        if result.parts.is_empty() {
            commit_and_release(store, self.holding, &result).await?;
            return Ok(None);
        }
        commit_and_keep(store, self.holding, &result).await?;
        Ok(Some(outbox(result)))
    }
}

async fn commit_and_release(
    store: &dyn Turns,
    holding: &Holding,
    result: &TurnResult,
) -> Result<(), StoreError> {
    crate::insistence::insist_on_ending(holding, || store.commit(&holding.claim, result.clone()))
        .await
}

async fn commit_and_keep(
    store: &dyn Turns,
    holding: &Holding,
    result: &TurnResult,
) -> Result<(), StoreError> {
    let mut insistence = Insistence::new(holding);
    loop {
        match store.commit(&holding.claim, result.clone()).await {
            Ok(()) => return Ok(()),
            Err(error) => insistence.after(error).await?,
        }
        if insistence.outcome_is_unknown() && is_committed(store, holding, result).await? {
            return Ok(());
        }
    }
}

/// Whether the turn has been committed. Another reply in the outbox would go first: then this turn
/// is given up, and the messages are answered after it.
async fn is_committed(
    store: &dyn Turns,
    holding: &Holding,
    result: &TurnResult,
) -> Result<bool, StoreError> {
    let opened = insist(holding, || store.open(&holding.claim, NonZeroUsize::MIN)).await?;
    match opened.outbox {
        None => Ok(false),
        Some(outbox) if outbox.turn == result.turn => Ok(true),
        Some(_) => Err(StoreError::Stale),
    }
}

/// The outbox as the store has it now.
fn outbox(result: TurnResult) -> Outbox {
    let TurnResult { turn, answered: _, reply, parts, memory: _, known_until: _, kept_for: _ } =
        result;
    let pending = |part| OutboxPart { part, state: PartState::Pending };
    Outbox { turn, reply, parts: parts.into_iter().map(pending).collect() }
}
