//! What happens in a conversation besides messages that want an answer.

use serde::{Deserialize, Serialize};

use crate::{ConversationId, DedupeKey, Message, Timestamp};

/// Something that happened, on its way in: verified and translated by its channel.
#[derive(Clone, Debug)]
pub struct Note {
    /// The conversation it happened in.
    pub conversation: ConversationId,
    /// What makes a repetition of it the same event.
    pub key: DedupeKey,
    /// What it was.
    pub remark: Remark,
    /// When it is stored at all.
    pub scope: Scope,
}

/// When a note is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// In any case.
    #[default]
    Always,
    /// Only if the conversation knows the message that it is about: that waits, is being answered,
    /// was given up, or stands in the history or among the remarks.
    OfKnownMessages,
}

/// Something that happened, as it is kept beside the history. It changes what the model knows, and
/// starts no turn by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// The provider's id of the message that it is about, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// What happened.
    pub what: Remarked,
    /// When.
    pub at: Timestamp,
}

/// The kinds of remarks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remarked {
    /// The customer changed a message; it says this now.
    Edited(Message),
    /// The customer took a message back.
    TakenBack,
    /// How the customer reacts to a message now; without an emoji the reaction was taken back.
    Reacted(Vec<String>),
    /// A message that got no answer of its own, since its sender wrote too often.
    Unanswered(Message),
    /// A person of the company wrote this to the customer by other means.
    Colleague(Message),
    /// Something else, in a few plain words of ours.
    Happened(String),
}
