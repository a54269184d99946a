//! What a customer says, as every channel hands it to the store.

use serde::{Deserialize, Serialize};

use crate::{Allowance, ConversationId, DedupeKey, Fingerprint, Reach, Timestamp};

/// A message on its way in: verified and translated by its channel, not yet stored.
#[derive(Clone, Debug)]
pub struct Inbound {
    /// The conversation it belongs to.
    pub conversation: ConversationId,
    /// What makes a repetition of it the same message.
    pub key: DedupeKey,
    /// What the customer said.
    pub message: Message,
    /// How the answer reaches the customer.
    pub answer_by: AnswerBy,
    /// The id of the request that brought it: it is kept with the message, so that the log lines
    /// of whichever replica answers can be found by it. Short, and of visible ASCII.
    pub request: Option<String>,
    /// How often this sender may ask for an answer; as often as it likes if none is set.
    pub rate: Option<Allowance>,
}

/// How the answer to a message reaches the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerBy {
    /// The answer is kept with the message, and the caller waits for it or fetches it. The same
    /// key with another fingerprint is refused as a conflict.
    Record(Fingerprint),
    /// The conversation's channel sends it; the store keeps no copy with the message.
    Channel,
    /// The message and its answer become entries of the conversation's transcript, which its
    /// readers follow. The same key with another fingerprint is refused as a conflict.
    Transcript(Fingerprint),
}

/// What a customer said, as it is kept in a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The words, already reduced from whatever kind of message the channel received.
    pub text: String,
    /// Who said it.
    #[serde(default, skip_serializing_if = "Author::is_unknown")]
    pub author: Author,
    /// What came with the words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// The provider's own id of it, by which later events refer to it and an answer quotes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// What it asks of the gateway itself rather than of the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Command>,
    /// How its answer reaches the customer, where the conversation's key doesn't say all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reach: Option<Reach>,
    /// When the channel received it.
    pub at: Timestamp,
}

impl Message {
    /// A message of nothing but words.
    #[must_use]
    pub fn text(text: impl Into<String>, at: Timestamp) -> Self {
        Self { text: text.into(), at, ..Self::default() }
    }
}

/// What a message asks of the gateway itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// The customer opened the chat, and is greeted.
    Start,
    /// The conversation begins anew with this message: what was said before it is forgotten.
    Restart,
    /// The sender wrote more often than its rate allows, and is asked to wait. Stores mark
    /// messages so; channels never do.
    SlowDown,
}

/// What is known of the person who wrote. It reaches the model as data, never as instruction.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// The name the person chose to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The language of the person's app, as an IETF tag such as `de` or `pt-BR`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

impl Author {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.display_name.is_none() && self.language.is_none()
    }
}

/// Leaves the name out, so that it can't reach a log line.
impl std::fmt::Debug for Author {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Author").field("language", &self.language).finish_non_exhaustive()
    }
}

/// Something that came with a message: a picture, a voice note, a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The media type, such as `image/jpeg`.
    pub media_type: String,
    /// The file's name, where the sender's app gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The channel's own handle, by which it can fetch the content.
    pub handle: String,
    /// The size in bytes, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
}

impl Attachment {
    /// What kind of file it is, in a word of ours, such as for the log: what the sender's app says
    /// of it could be any text.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.media_type.split_once('/') {
            Some(("image", _)) => "image",
            Some(("audio", _)) => "audio",
            Some(("video", _)) => "video",
            Some(("application" | "text", _)) => "document",
            Some(_) | None => "other",
        }
    }
}
