//! A conversation as its readers see it.

use serde::{Deserialize, Serialize};

use crate::{MessageId, Timestamp};

/// One entry of a transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The store's own name for its place. Opaque: visible ASCII, the same on every replica, and
    /// never used again in this conversation.
    pub id: String,
    /// When it was added.
    pub at: Timestamp,
    /// What it says.
    pub said: Said,
}

/// The kinds of entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum Said {
    /// The customer said this.
    Customer {
        /// The message's key, as the customer's side made it.
        key: String,
        /// The message.
        message: MessageId,
        /// The words.
        text: String,
    },
    /// The gateway answered.
    Assistant {
        /// The keys of the messages that are answered.
        answers: Vec<String>,
        /// The words.
        text: String,
    },
    /// Messages could not be answered and are dead letters.
    Failed {
        /// Their keys.
        answers: Vec<String>,
    },
    /// A person of the company said this.
    Person {
        /// What the person is called.
        name: String,
        /// The words.
        text: String,
    },
    /// A person took the conversation over.
    TakenOver {
        /// What the person is called.
        name: String,
    },
    /// The gateway answers again.
    Resumed,
}
