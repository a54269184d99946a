//! What was answered, and the history it becomes part of.

use serde::{Deserialize, Serialize};

use crate::{Message, Timestamp};

/// An answer, whole and final.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The words.
    pub text: String,
    /// Which model gave them, as `provider/model`.
    pub model: String,
    /// When the answer was complete.
    pub at: Timestamp,
}

/// One turn as it stands in the history: what the customer said, and what was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// The messages that the turn answered together, in the order of their arrival.
    pub asked: Vec<Message>,
    /// The answer to all of them.
    pub reply: Reply,
    /// The remarks that the store took up to then were known to the model that answered, or to those
    /// before it. Not set where no model was ever asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_until: Option<Timestamp>,
}
