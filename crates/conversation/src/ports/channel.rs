//! How a reply leaves through a channel that sends.

use std::time::Duration;

use async_trait::async_trait;

use super::Waiting;
use crate::{ConversationId, Part, Reply};

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

    /// Sends one part. `reference` is unique to this part of this reply, and the same whenever it
    /// is sent again; a provider that takes an id of ours gets it.
    ///
    /// # Errors
    /// [`SendError`], by whether the part may have gone out.
    async fn send(
        &self,
        to: &ConversationId,
        part: &Part,
        reference: &str,
    ) -> Result<Sent, SendError>;

    /// Shows the customer that an answer is being made. Best effort; `answering` is the newest
    /// message. Called again every four seconds while the answer is made.
    async fn typing(&self, to: &ConversationId, answering: &Waiting);
}
