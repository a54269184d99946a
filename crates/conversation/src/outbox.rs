//! A committed reply on its way out through a channel that sends.
//!
//! A provider without idempotency keys makes exactly-one sending impossible, so the store
//! writes down that a part is about to be sent before it is. A part that is found as
//! `Sending` by the next owner may or may not have gone out: it is *uncertain*.

use serde::{Deserialize, Serialize};

use crate::{ConversationId, Reach, Reply};

/// One piece of a reply, small enough for the channel to send at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The words, in the channel's own format.
    pub text: String,
    /// The provider's id of the message that this part quotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quotes: Option<String>,
    /// The provider's id of the message that showed the answer in the making: this part takes its
    /// place, by an edit that may be repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    /// How it reaches the customer, where the conversation's key doesn't say all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reach: Option<Reach>,
    /// The conversation to which the customer moved after it was written, and where it goes for that.
    /// Whoever sends it knows; it is not stored with the part.
    #[serde(skip)]
    pub moved_to: Option<ConversationId>,
}

impl Part {
    /// The conversation in which this part of a reply of the conversation `of` arrives.
    #[must_use]
    pub fn arrives_in<'a>(&'a self, of: &'a ConversationId) -> &'a ConversationId {
        self.moved_to.as_ref().unwrap_or(of)
    }
}

/// How far the sending of a part has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartState {
    /// Nothing was sent yet.
    Pending,
    /// The intent is written; whether it went out is unknown until it is recorded as delivered.
    Sending,
    /// The provider took it, and named it so if it names things.
    Delivered(Option<String>),
}

/// A part and its state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxPart {
    /// What is to be sent.
    pub part: Part,
    /// How far that has come.
    pub state: PartState,
}

/// A committed reply with the parts in which it goes out, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outbox {
    /// Names this reply among all replies; a provider that echoes an id of ours gets this one.
    pub turn: String,
    /// The reply as a whole.
    pub reply: Reply,
    /// Its parts.
    pub parts: Vec<OutboxPart>,
}

impl Outbox {
    /// The index of the first part that the provider is not known to have, if any.
    #[must_use]
    pub fn next(&self) -> Option<usize> {
        self.parts.iter().position(|p| !matches!(p.state, PartState::Delivered(_)))
    }
}
