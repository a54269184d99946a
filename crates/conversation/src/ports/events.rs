//! What happens in a conversation, told to those who watch it on any replica.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::{ConversationId, MessageId, Reply, StoreError, Watch};

/// Something that happened in a conversation. Events are hints: whoever needs certainty asks
/// the store, and after [`Event::Missed`] must.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A turn began; what was said of an earlier, unfinished one is void.
    Started {
        /// The messages it will answer.
        messages: Vec<MessageId>,
    },
    /// The answer goes on with these words.
    Delta {
        /// How much was said before, in UTF-16 code units.
        #[serde(default)]
        at: usize,
        /// The words.
        text: String,
    },
    /// All that was said so far, told about once a second to those who missed the beginning.
    SoFar {
        /// The words.
        text: String,
    },
    /// Something was added to the transcript.
    Added,
    /// What was said so far is void, and the answer begins anew.
    Restarted,
    /// The answer is final.
    Committed {
        /// The messages it answers.
        messages: Vec<MessageId>,
        /// The answer.
        reply: Reply,
    },
    /// The turn failed and will be tried again later.
    Postponed {
        /// The messages that go on waiting.
        messages: Vec<MessageId>,
    },
    /// The messages can't be answered and are dead letters now.
    Parked {
        /// Which messages.
        messages: Vec<MessageId>,
        /// Why.
        reason: String,
    },
    /// Events may have been lost on the way, or what waited was erased or left to a person.
    Missed,
}

/// Hearing and telling of events.
#[async_trait]
pub trait Events: Send + Sync {
    /// Watches a conversation, whichever replica answers it. What was announced before is not
    /// heard. The store ends its interest some time after the watch is dropped.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn watch(&self, conversation: &ConversationId) -> Result<Watch, StoreError>;

    /// Watches a conversation in this process only, without asking the store. Together with
    /// [`Inbox::accept`](super::Inbox::accept) of a message that is answered by record it hears
    /// of that message's answer from any replica, and costs no round trip.
    fn watch_here(&self, conversation: &ConversationId) -> Watch;

    /// Tells the watchers of a conversation on every replica. Best effort: an event that can't
    /// be told is dropped. Events of one caller arrive in order.
    fn announce(&self, conversation: &ConversationId, event: Event);
}
