//! What is kept: histories, dead letters, and the right to be forgotten.

use async_trait::async_trait;

use crate::{ConversationId, Exchange, Message, Outbox, StoreError, Timestamp};

/// Something that could not be answered or sent, kept until an operator deals with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// Names it.
    pub id: String,
    /// The conversation it came from.
    pub conversation: ConversationId,
    /// Why it lies here.
    pub reason: String,
    /// Since when.
    pub at: Timestamp,
    /// The messages that were not answered; empty if a reply could not be sent.
    pub messages: Vec<Message>,
    /// The reply that could not be sent.
    pub outbox: Option<Outbox>,
}

/// What the store keeps beyond the work at hand.
#[async_trait]
pub trait Archive: Send + Sync {
    /// The earlier turns of a conversation, oldest first; none after the idle time.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Unreadable`].
    async fn history(&self, conversation: &ConversationId) -> Result<Vec<Exchange>, StoreError>;

    /// Erases all that is stored of a conversation: waiting messages, history, unsent replies,
    /// records, dead letters and remembered keys. A claim on it becomes stale. Says whether
    /// there was anything.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn forget(&self, conversation: &ConversationId) -> Result<bool, StoreError>;

    /// The dead letters, oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Unreadable`].
    async fn dead_letters(&self, limit: usize) -> Result<Vec<DeadLetter>, StoreError>;

    /// Puts a dead letter back to where it came from, ahead of what waits there, and queues the
    /// conversation. Says whether there was such a dead letter. An unsent reply that finds
    /// another one in the outbox stays a dead letter, and the answer is `false`; so does one whose
    /// conversation is claimed at the moment, and the operator tries again.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn revive(&self, id: &str) -> Result<bool, StoreError>;
}
