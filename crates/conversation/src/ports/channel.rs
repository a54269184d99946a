//! How a reply leaves through a channel that sends.

use std::time::Duration;

use async_trait::async_trait;

use super::Waiting;
use crate::{Attachment, ConversationId, Part, Reply};

/// The provider took a part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// The provider's id of it, where it gives one.
    pub receipt: Option<String>,
}

/// Why a part was not sent, or may not have been.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// It certainly did not go out, and may go out later.
    #[error("not sent: {why}")]
    NotSent {
        /// What happened, without any of the customer's data.
        why: String,
        /// When the provider wants to be asked again, if it said.
        retry_after: Option<Duration>,
    },
    /// It certainly did not go out: the provider takes no more at the moment, or we don't send it
    /// more for its sake. That is no failure, and never makes a dead letter.
    #[error("the provider's pace: wait for {retry_after:?}")]
    Paced {
        /// When to try again.
        retry_after: Duration,
    },
    /// The customer can't be reached for good, and that is nobody's fault: the bot was blocked, or
    /// the account is gone. No cause for alarm.
    #[error("unreachable: {why}")]
    Unreachable {
        /// What the provider said.
        why: String,
    },
    /// The provider refused it for good.
    #[error("refused: {why}")]
    Refused {
        /// What the provider said.
        why: String,
    },
    /// It may have gone out: the connection broke, or no answer came, after it was sent.
    #[error("unknown whether sent: {why}")]
    Uncertain {
        /// What happened.
        why: String,
    },
}

/// A channel that sends replies. A channel whose callers fetch theirs has none of these.
#[async_trait]
pub trait Channel: Send + Sync {
    /// The channel's name, as in [`ConversationId::channel`].
    fn name(&self) -> &str;

    /// Cuts a reply into the parts in which it is sent. `answered` are the messages it answers.
    fn parts(&self, reply: &Reply, answered: &[Waiting]) -> Vec<Part>;

    /// Sends one part of a reply of the conversation `of` to where it
    /// [arrives](Part::arrives_in). `reference` is unique to this part of this reply, and the same
    /// whenever it is sent again; a provider that takes an id of ours gets it together with `of`, since
    /// what it says of the part later is meant for that.
    ///
    /// # Errors
    /// [`SendError`], by whether the part may have gone out.
    async fn send(
        &self,
        of: &ConversationId,
        part: &Part,
        reference: &str,
    ) -> Result<Sent, SendError>;

    /// How long after sending the provider may still say what became of a part, by
    /// [`Receipts`](super::Receipts). Parts whose outcome is unknown wait for its word at first.
    fn receipts_within(&self) -> Option<Duration> {
        None
    }

    /// How it shows an answer while it is being made, if it does.
    fn drafts(&self) -> Option<&dyn Drafts> {
        None
    }

    /// How the content of attachments is fetched, if it can be.
    fn media(&self) -> Option<&dyn Media> {
        None
    }

    /// Shows the customer that an answer is being made. Best effort; `answering` is the newest
    /// message. Called again every four seconds while the answer is made.
    async fn typing(&self, to: &ConversationId, answering: &Waiting);
}

/// Showing an answer while it is being made, by a message that is edited as it grows.
#[async_trait]
pub trait Drafts: Send + Sync {
    /// Shows what was said so far to the messages that are being `answered`, in the message `draft`
    /// if there is one already, else in a new one. Answers with the provider's id of the message that
    /// shows it now. Best effort, and paced by the channel: it may show nothing, and answer with what
    /// it was given.
    async fn show(
        &self,
        to: &ConversationId,
        answered: &[Waiting],
        draft: Option<&str>,
        so_far: &str,
    ) -> Option<String>;
}

/// Content that came with a message.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    /// What the provider says it is, such as `image/jpeg`.
    pub media_type: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Fetching what came with a message.
#[async_trait]
pub trait Media: Send + Sync {
    /// Fetches the content of an attachment that this channel brought, if it is no larger than
    /// `limit` bytes. `None` if it is larger, gone, or can't be had: the reason is logged.
    async fn fetch(&self, attachment: &Attachment, limit: u64) -> Option<Content>;
}
