//! What a provider says of sent parts, after it took them.

use async_trait::async_trait;

use crate::{Digest, StoreError, Timestamp};

/// How far the provider says that a part has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Passage {
    /// It left the provider.
    Sent,
    /// It reached a device.
    Delivered,
    /// The customer saw it.
    Read,
    /// It will not arrive.
    Failed {
        /// Why, without any of the customer's data.
        why: String,
    },
}

/// One word of a provider on one part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The conversation that the part belongs to.
    pub conversation: Digest,
    /// The reply that it is part of.
    pub turn: String,
    /// Which part of it.
    pub part: usize,
    /// The provider's id of the part.
    pub receipt: String,
    /// How far it has come.
    pub passage: Passage,
    /// Since when.
    pub at: Timestamp,
}

/// What became of a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// It is written down with the reply.
    Recorded,
    /// The reply will not arrive: it was marked undelivered and became a dead letter.
    Undelivered,
    /// This was said before, or something that comes after it was.
    Duplicate,
    /// The reply is not known (any more).
    Unknown,
}

/// Hearing what became of replies.
#[async_trait]
pub trait Receipts: Send + Sync {
    /// Writes down what the provider says of sent parts. A part of an outbox that is written down
    /// as being sent counts as delivered from the first word on, whoever holds the claim; a pause
    /// that waited for that word is over. The first part that fails marks the messages that the
    /// reply answers as undelivered, and makes a dead letter of the reply; if that is still going
    /// out, its owner's claim ends and the rest is not sent. Answers stand in the order of the
    /// receipts. On `Err` some may be recorded; handing them in again is safe.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Full`] or [`StoreError::Unreadable`].
    async fn receive(&self, receipts: Vec<Receipt>) -> Result<Vec<Received>, StoreError>;
}
