//! Reading a conversation along, on any replica.

use async_trait::async_trait;

use crate::{ConversationId, Entry, StoreError};

/// The transcripts of conversations whose messages are answered by
/// [`AnswerBy::Transcript`](crate::AnswerBy). An entry is added in the same atomic step as what it
/// tells of, and those who watch the conversation hear [`Event::Added`](super::Event).
#[async_trait]
pub trait Transcripts: Send + Sync {
    /// The entries after `after`, or all that are kept, oldest first: the newest `limit` of them.
    /// An `after` that is no id of this store is taken as none.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn transcript(
        &self,
        conversation: &ConversationId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError>;

    /// The first `limit` of the entries after `after`, or of all that are kept, oldest first: a page
    /// for a reader that takes one after the other, and so needs room for one only. An `after` that
    /// is no id of this store is taken as none.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn page(
        &self,
        conversation: &ConversationId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError>;

    /// Asks whoever is answering the conversation to stop and to leave it at what was said so far.
    /// The owner learns of it with its next [`renew`](super::Turns::renew). Says whether anybody is
    /// answering.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn interrupt(&self, conversation: &ConversationId) -> Result<bool, StoreError>;
}
