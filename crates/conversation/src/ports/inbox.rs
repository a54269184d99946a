//! Where messages come in and are made durable.

use async_trait::async_trait;

use crate::{Inbound, MessageId, Reply, StoreError};

/// What became of a message that was handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// It is stored, and will be answered.
    New(MessageId),
    /// The same message was accepted before, within the last seven days; nothing was stored.
    Duplicate(MessageId, MessageState),
    /// A message with the same key but another body was accepted before; nothing was stored.
    Conflict,
    /// The sender writes more often than its rate allows, and was told so already: the message is
    /// kept as a remark, and gets no answer of its own.
    Recorded(MessageId),
}

/// How far an accepted message has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessageState {
    /// It waits, or is being answered.
    Waiting,
    /// It is answered. The reply is there if the message asked for a record of it.
    Answered(Option<Reply>),
    /// It could not be answered and lies among the dead letters.
    Parked {
        /// Why.
        reason: String,
    },
    /// The customer took it back before it was answered.
    TakenBack,
    /// It was answered, and the reply could not be sent or delivered: that is a dead letter.
    Undelivered {
        /// Why.
        reason: String,
    },
    /// It is kept as a remark, and gets no answer of its own.
    Recorded,
    /// It waited when its customer moved to another conversation, and goes on there.
    MovedOn,
}

/// The durable inbox.
#[async_trait]
pub trait Inbox: Send + Sync {
    /// Stores messages, each at most once in seven days, and queues their conversations, each
    /// exactly once. Messages of one conversation keep the order they have in `batch`. On `Ok`
    /// every message is durable, and the answers stand in the order of the batch. On `Err` some
    /// may be stored; handing the batch in again is safe.
    ///
    /// A message answered by [`AnswerBy::Record`](crate::AnswerBy) makes this process hear of the
    /// events of its conversation, if someone here watches it, whichever replica answers.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Full`] or [`StoreError::TooManyWaiting`].
    async fn accept(&self, batch: Vec<Inbound>) -> Result<Vec<Accepted>, StoreError>;

    /// How far a message has come, or `None` if there is no such message (any more). A message
    /// that was not to be recorded is told of only while its conversation remembers its key.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Unreadable`].
    async fn message(&self, id: &MessageId) -> Result<Option<MessageState>, StoreError>;
}
