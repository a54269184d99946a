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
    /// It was to be stored only if the conversation knows the message that it is about, and it doesn't:
    /// nothing was stored, the note's own key neither.
    Ignored,
}

/// The customer of one conversation is the one of another from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The conversation that ends.
    pub from: ConversationId,
    /// The one that goes on.
    pub to: ConversationId,
    /// What makes a repetition of it the same move, among those to this conversation.
    pub key: DedupeKey,
}

/// The rare events of a conversation.
#[async_trait]
pub trait Notes: Send + Sync {
    /// Stores what happened, each once in seven days, in the order of `notes`. An edit or a taking
    /// back of a message that waits, while no owner is at work on its conversation, changes that
    /// message itself: it keeps its place and its id. On `Err` some may be stored; handing them in
    /// again is safe.
    ///
    /// At most 200 remarks are kept that are no messages, of which reactions go first. A message is
    /// never dropped before an answer knew it, or the person had it who has the conversation: it is
    /// refused if there are 1200 remarks, as `accept` refuses it then.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Full`] or [`StoreError::TooManyWaiting`].
    async fn note(&self, notes: Vec<Note>) -> Result<Vec<Noticed>, StoreError>;

    /// What is remembered of the one conversation becomes the beginning of the other, and a person
    /// who has it has the other one then, unless another person does. What waits or is being answered
    /// goes on there: an owner at work on it is stale, unless it has a reply to send, and whoever opens
    /// it next is told to [forward](super::Turns::forward) it. Each move is made once for its key in
    /// seven days, in the order of `moves` where they touch the same conversation; says of each whether
    /// it was made now. On `Err` some may be made; handing them in again is safe.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Full`].
    async fn carry_over(&self, moves: Vec<Move>) -> Result<Vec<bool>, StoreError>;
}
