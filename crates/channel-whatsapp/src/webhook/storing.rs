//! Making everything durable that a webhook brought, before it is acknowledged.

use conversation::ports::{Accepted, Passage, Receipt};
use conversation::{Inbound, Note, StoreError};

use super::Shared;
use super::sorted::Sorted;
use super::status_log;
use crate::figures;
use crate::inbound::{Status, StatusState};

impl Shared {
    /// Stores it all. Those who moved come first, so that what they write next finds its
    /// conversation, and what happened to messages comes after the messages. A conversation that
    /// takes no more keeps nothing else out; since the webhook comes again then, and everything in
    /// it counts once, that repeats nothing.
    pub(super) async fn store(&self, sorted: Sorted) -> Result<(), StoreError> {
        self.carried.carry(&*self.parts.notes, sorted.moves).await?;
        let messages = sorted.messages.into_iter().map(|arrived| arrived.inbound).collect();
        let accepted = self.accept(messages).await;
        go_on(&accepted)?;
        let noted = self.note(sorted.notes).await;
        go_on(&noted)?;
        let received = self.receive(sorted.statuses).await;
        accepted.and(noted).and(received)
    }

    async fn accept(&self, messages: Vec<Inbound>) -> Result<(), StoreError> {
        if messages.is_empty() {
            return Ok(());
        }
        let accepted = self.parts.inbox.accept(messages).await?;
        let of = |outcome: fn(&Accepted) -> bool| {
            u64::try_from(accepted.iter().filter(|accepted| outcome(accepted)).count()).unwrap_or(0)
        };
        figures::accepted("new", of(|accepted| matches!(accepted, Accepted::New(_))));
        figures::accepted("duplicate", of(|accepted| matches!(accepted, Accepted::Duplicate(..))));
        figures::accepted("conflict", of(|accepted| matches!(accepted, Accepted::Conflict)));
        figures::accepted("recorded", of(|accepted| matches!(accepted, Accepted::Recorded(_))));
        Ok(())
    }

    async fn note(&self, notes: Vec<Note>) -> Result<(), StoreError> {
        if notes.is_empty() {
            return Ok(());
        }
        self.parts.notes.note(notes).await.map(|_| ())
    }

    /// Hands in what is said of replies of ours, and then tells of it what an operator should know.
    async fn receive(&self, statuses: Vec<Status>) -> Result<(), StoreError> {
        let (own, others): (Vec<_>, Vec<_>) = statuses
            .into_iter()
            .map(|status| (receipt(&status), status))
            .partition(|(r, _)| r.is_some());
        for (_, status) in &others {
            status_log::tell(status, None, &self.forgotten);
        }
        if own.is_empty() {
            return Ok(());
        }
        let (receipts, statuses): (Vec<_>, Vec<_>) = own.into_iter().unzip();
        let receipts = receipts.into_iter().flatten().collect();
        let received = self.parts.receipts.receive(receipts).await?;
        for (status, received) in statuses.iter().zip(received) {
            status_log::tell(status, Some(received), &self.forgotten);
        }
        Ok(())
    }
}

/// Whether the rest of the webhook has a chance: not where the store itself is away.
fn go_on(outcome: &Result<(), StoreError>) -> Result<(), StoreError> {
    match outcome {
        Err(error @ (StoreError::Unavailable(_) | StoreError::Refused(_))) => Err(error.clone()),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// What the store is told of a status, if it is one of a reply of this gateway's.
fn receipt(status: &Status) -> Option<Receipt> {
    let reference = status.reference.as_ref()?;
    let (turn, part) = reference.turn_and_part()?;
    let passage = match &status.state {
        StatusState::Sent => Passage::Sent,
        StatusState::Delivered => Passage::Delivered,
        StatusState::Read | StatusState::Played => Passage::Read,
        StatusState::Failed(fault) => Passage::Failed { why: status_log::reason(fault) },
        StatusState::Other(_) => return None,
    };
    Some(Receipt {
        conversation: reference.conversation,
        turn: turn.to_owned(),
        part,
        receipt: status.receipt.clone(),
        passage,
        at: status.at,
    })
}
