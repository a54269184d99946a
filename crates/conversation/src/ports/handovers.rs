//! A person of the company takes a conversation over, and gives it back.

use async_trait::async_trait;

use crate::{ConversationId, DedupeKey, Fingerprint, KeyDigest, StoreError, Timestamp};

/// Something that a person of the company says to a customer. Whoever hands it in bounds its name and
/// its words.
#[derive(Clone, Debug)]
pub struct Saying {
    /// What makes a repetition of it the same saying.
    pub key: DedupeKey,
    /// What the person is called.
    pub name: String,
    /// The words.
    pub text: String,
    /// When they were said.
    pub at: Timestamp,
}

impl Saying {
    /// The digest under which a store remembers its key; never that of one of the customer's keys.
    #[must_use]
    pub fn digest(&self) -> KeyDigest {
        KeyDigest(Fingerprint::of(&[b"a person says", self.key.as_str().as_bytes()]).0)
    }
}

/// What became of a saying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoken {
    /// It is an entry of the transcript now.
    New,
    /// The same saying was handed in before, within the last seven days; nothing was stored.
    Duplicate,
    /// The conversation has no transcript, so nobody would read it; nothing was stored. What a person
    /// says on a channel that sends, the person says there.
    NobodyReads,
}

/// Conversations that a person has instead of the model.
///
/// While a person has a conversation its messages are accepted as always. Whoever claims and opens
/// it finds none of them, though: opening makes them remarks, for the model to know of later, and
/// their state [`Recorded`](super::MessageState). A turn at work when the person comes is
/// interrupted and may still be committed, and a reply on its way out still goes out.
///
/// Where there is a transcript, all this adds entries to it, and those who watch the conversation
/// hear [`Event::Added`](super::Event).
#[async_trait]
pub trait Handovers: Send + Sync {
    /// A person of this name has the conversation from now on, until [`resume`](Self::resume) or
    /// [`forget`](super::Archive::forget). Repeating it changes nothing; another name takes the
    /// place of the first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Full`].
    async fn take_over(&self, conversation: &ConversationId, name: &str) -> Result<(), StoreError>;

    /// The model answers again, from the next message on. Says whether a person had it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Full`].
    async fn resume(&self, conversation: &ConversationId) -> Result<bool, StoreError>;

    /// What the person is called who has the conversation, if one has.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn taken_over_by(
        &self,
        conversation: &ConversationId,
    ) -> Result<Option<String>, StoreError>;

    /// Adds what a person says to the transcript, and to what the model will know of, whether or
    /// not the person has taken the conversation over. Repeating it after an error is safe.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Full`].
    async fn say(
        &self,
        conversation: &ConversationId,
        saying: Saying,
    ) -> Result<Spoken, StoreError>;
}
