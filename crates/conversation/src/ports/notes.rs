//! Where things are told that happen in a conversation besides its messages.

use async_trait::async_trait;

use crate::{ConversationId, DedupeKey, Note, StoreError};

/// What became of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noticed {
    /// The message that it is about was still waiting and nobody answered it yet: it was changed,
    /// or taken out of the inbox.
    Amended,
    /// It is kept as a remark, for the next turn to know.
    Kept,
    /// The same note was handed in before, within the last seven days; nothing was stored.
    Duplicate,
}

/// The rare events of a conversation.
#[async_trait]
pub trait Notes: Send + Sync {
    /// Stores what happened, each once in seven days, in the order of `notes`. An edit or a taking
    /// back of a message that waits, while no owner is at work on its conversation, changes that
    /// message itself: it keeps its place and its id. On `Err` some may be stored; handing them in
    /// again is safe.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Full`].
    async fn note(&self, notes: Vec<Note>) -> Result<Vec<Noticed>, StoreError>;

    /// The customer of `from` is the one of `to` from now on: what is remembered of the one
    /// conversation becomes the beginning of the other. What waits in `from` is answered there. Done
    /// once for each `key` of `to` in seven days; says whether it was done now. Repeating it after
    /// an error is safe.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Full`].
    async fn carry_over(
        &self,
        from: &ConversationId,
        to: &ConversationId,
        key: &DedupeKey,
    ) -> Result<bool, StoreError>;
}
